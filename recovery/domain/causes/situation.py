"""What every check looks at: the transaction, one leg of it, whose its destination is, the books, the survey, the policy."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from chains.surveyed import Survey, Traits
from chains.types import Network, Transaction, Transfer, TransferKind
from recovery.domain.books import Books, KnownAsset, LegHistory
from recovery.domain.cause_policy import Policy
from recovery.domain.causes.finding import Check
from recovery.domain.causes.whose import Whose


@dataclass(frozen=True)
class Situation:
    """A transaction as seen from our books, with whatever else was asked of the chain."""

    tx: Transaction
    network: Network
    books: Books
    survey: Survey
    policy: Policy


@dataclass(frozen=True)
class LegSituation:
    """One leg to an address of ours."""

    all: Situation
    leg: Transfer
    whose: Whose

    @property
    def tx(self) -> Transaction:
        """The transaction of the leg."""
        return self.all.tx

    @property
    def books(self) -> Books:
        """What our own side knows."""
        return self.all.books

    @property
    def past(self) -> LegHistory:
        """What the books show for the leg."""
        return self.books.legs.get(self.leg.position, LegHistory())

    @property
    def asset(self) -> KnownAsset | None:
        """The registry's row for the leg's asset. A coin that a contract shows as a token too is the coin."""
        contract = None if self.leg.contract in native_twins(self.all.network) else self.leg.contract
        return next((asset for asset in self.books.assets if asset.contract == contract), None)

    @property
    def listed(self) -> bool:
        """Whether the registry takes the asset as a deposit at all."""
        return self.asset is not None and self.asset.state in ("listed", "suspended")

    @property
    def traits(self) -> Traits:
        """What probing the token's contract showed; all unknown when it was not asked."""
        return self.all.survey.traits.get(self.leg.contract or "", Traits())

    @property
    def account_state(self) -> str:
        """``active``, ``frozen`` or ``closed``: of the claimant's account, or of the owner's while nobody claims."""
        if self.books.claimant is not None:
            return self.books.claimant_state
        return self.books.states.get(self.whose.account, self.books.claimant_state)

    @property
    def arrived(self) -> int:
        """What counts of the leg, in base units: what the balance shows where that is less than what was written."""
        moved = self.all.survey.moved.get(self.leg.position)
        return self.leg.amount if moved is None else min(self.leg.amount, moved)


def native_twins(network: Network) -> tuple[str, ...]:
    """Contracts under which the network's own coin also shows as a token (CELO, POL); one coin, counted once."""
    return tuple(network.params[name] for name in ("native_contract", "native_token") if name in network.params)


def needs_effect(leg: Transfer, network: Network) -> bool:
    """Whether a log alone does not show that anything arrived: fungible tokens on networks that show balances of the past."""
    logged = network.family == "evm" and leg.kind is TransferKind.TOKEN and leg.contract not in native_twins(network)
    return logged and leg.amount > 0


LegCheck = Callable[[LegSituation], Check]
TransactionCheck = Callable[[Situation], Check]
