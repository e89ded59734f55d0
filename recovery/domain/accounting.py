"""The books: which move of value follows from which event, as pure functions over amounts (MONEY 6.2).

Each entry holds both sides, so it cannot be unbalanced. A corrected mistake is a reversing entry, never an edit.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

CUSTODY_DEPOSIT = "1100"
SWEEP_IN_TRANSIT = "1110"
PAYOUT_IN_TRANSIT = "1115"
RECOVERY_WALLET = "1120"
GAS_TANK = "1190"
SUSPENSE = "2100"
USER_PAYABLE = "2110"
CUSTOMER_BALANCES = "2200"
FEE_INCOME = "4100"
NETWORK_COST_INCOME = "4110"
NETWORK_COST = "5100"
WRITE_OFF = "5190"

ZERO_AT_CLOSE = (SWEEP_IN_TRANSIT, PAYOUT_IN_TRANSIT, SUSPENSE, USER_PAYABLE)
"""What must be nothing for every asset when a case closes."""


@dataclass(frozen=True)
class Entry:
    """Value moving from one account (credit) to another (debit); ``kind`` and ``leg`` make it happen once a case."""

    kind: str
    leg: str
    debit: str
    credit: str
    network: str
    asset: str
    amount: int

    def columns(self) -> dict[str, Any]:
        """The entry as the columns of a posting."""
        return {
            "kind": self.kind,
            "leg": self.leg,
            "debit": self.debit,
            "credit": self.credit,
            "network": self.network,
            "asset": self.asset,
            "amount": self.amount,
        }


def some(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    """Without the entries of nothing: a posting of zero is no posting."""
    return tuple(entry for entry in entries if entry.amount > 0)


def found(network: str, asset: str, position: str, amount: int) -> tuple[Entry, ...]:
    """A final deposit on an address of ours: we hold it, and do not know yet for whom."""
    return some([Entry("found", position, CUSTODY_DEPOSIT, SUSPENSE, network, asset, amount)])


def identified(network: str, asset: str, position: str, amount: int) -> tuple[Entry, ...]:
    """The owner is known: what was unidentified is owed to the depositor of this case."""
    return some([Entry("identified", position, SUSPENSE, USER_PAYABLE, network, asset, amount)])


def undone(network: str, asset: str, leg: str, held: Mapping[str, int]) -> tuple[Entry, ...]:
    """Everything a case booked about its leg taken back, so that it owes nobody and holds nothing unidentified.

    ``held``: the debit balances of the case in this asset, by account. Fee and cost that were earned by collecting the coins
    are given back first. The coins stay where they are, at the deposit address or in the recovery wallet.
    """
    fee, cost = -held.get(FEE_INCOME, 0), -held.get(NETWORK_COST_INCOME, 0)
    unidentified, owed = -held.get(SUSPENSE, 0), -held.get(USER_PAYABLE, 0) + fee + cost
    place = RECOVERY_WALLET if held.get(RECOVERY_WALLET, 0) > 0 else CUSTODY_DEPOSIT
    return some(
        [
            Entry("fee_back", leg, FEE_INCOME, USER_PAYABLE, network, asset, fee),
            Entry("cost_back", leg, NETWORK_COST_INCOME, USER_PAYABLE, network, asset, cost),
            Entry("let_go", leg, SUSPENSE, CUSTODY_DEPOSIT, network, asset, unidentified),
            Entry("let_go", leg, USER_PAYABLE, place, network, asset, owed),
        ]
    )


def credited(network: str, asset: str, position: str, amount: int) -> tuple[Entry, ...]:
    """The exchange's ledger confirmed the credit: its customer balance owes the coins now, not this case."""
    return some([Entry("credited", position, USER_PAYABLE, CUSTOMER_BALANCES, network, asset, amount)])


def sweep_sent(network: str, asset: str, round_: int, amount: int) -> tuple[Entry, ...]:
    """The sweep's signed bytes exist: the coins may leave the deposit address at any moment."""
    return some([Entry("sweep_sent", str(round_), SWEEP_IN_TRANSIT, CUSTODY_DEPOSIT, network, asset, amount)])


def swept(
    network: str, asset: str, arrived: int, fee: int, cost: int, *, kept: int = 0, taken: int = 0
) -> tuple[Entry, ...]:
    """The sweep is final: the coins are in the recovery wallet; fee and passed-on cost are earned only now.

    ``kept`` is what the token itself kept, which the depositor bears as quoted; ``taken`` is what the network took out of the
    coins: a cost of ours, against which the passed-on cost stands.
    """
    return some(
        [
            Entry("swept", "", RECOVERY_WALLET, SWEEP_IN_TRANSIT, network, asset, arrived),
            Entry("token_kept", "", WRITE_OFF, SWEEP_IN_TRANSIT, network, asset, kept),
            Entry("token_kept_passed_on", "", USER_PAYABLE, WRITE_OFF, network, asset, kept),
            Entry("taken_from_coins", "", NETWORK_COST, SWEEP_IN_TRANSIT, network, asset, taken),
            Entry("fee", "", USER_PAYABLE, FEE_INCOME, network, asset, fee),
            Entry("cost_passed_on", "", USER_PAYABLE, NETWORK_COST_INCOME, network, asset, cost),
        ]
    )


def gas(network: str, native: str, leg: str, *, topped_up: int, from_tank: int, from_address: int) -> tuple[Entry, ...]:
    """What the chain took: a top-up moves native coin to the deposit address; fees are cost, from whoever paid them."""
    return some(
        [
            Entry("gas_top_up", leg, CUSTODY_DEPOSIT, GAS_TANK, network, native, topped_up),
            Entry("gas_from_tank", leg, NETWORK_COST, GAS_TANK, network, native, from_tank),
            Entry("gas_from_address", leg, NETWORK_COST, CUSTODY_DEPOSIT, network, native, from_address),
        ]
    )


def wallet_gas(network: str, native: str, leg: str, fee: int) -> tuple[Entry, ...]:
    """The fee of a refund, paid by the recovery wallet in native coin."""
    return some([Entry("gas_from_wallet", leg, NETWORK_COST, RECOVERY_WALLET, network, native, fee)])


def refund_sent(network: str, asset: str, round_: int, net: int) -> tuple[Entry, ...]:
    """The refund's signed bytes exist: nothing is owed any more, a payout is under way."""
    return some([Entry("refund_sent", str(round_), USER_PAYABLE, PAYOUT_IN_TRANSIT, network, asset, net)])


def refund_back(network: str, asset: str, round_: int, net: int) -> tuple[Entry, ...]:
    """The refund failed for good: the exact reverse of its sending."""
    return some([Entry("refund_back", str(round_), PAYOUT_IN_TRANSIT, USER_PAYABLE, network, asset, net)])


def sweep_back(network: str, asset: str, round_: int, amount: int) -> tuple[Entry, ...]:
    """The sweep failed for good: the exact reverse of its sending."""
    return some([Entry("sweep_back", str(round_), CUSTODY_DEPOSIT, SWEEP_IN_TRANSIT, network, asset, amount)])


def refunded(network: str, asset: str, leg: str, net: int) -> tuple[Entry, ...]:
    """The refund is final: the recovery wallet holds that much less."""
    return some([Entry("refunded", leg, PAYOUT_IN_TRANSIT, RECOVERY_WALLET, network, asset, net)])


def refund_returned(network: str, asset: str, round_: int, net: int) -> tuple[Entry, ...]:
    """A refund that was final came back, or the chain took it back: the wallet holds the coins again and owes them."""
    return some([Entry("refund_returned", str(round_), RECOVERY_WALLET, USER_PAYABLE, network, asset, net)])


def balances(entries: Iterable[tuple[str, str, str, int]]) -> dict[tuple[str, str], int]:
    """Fold (debit, credit, asset, amount) into the debit balance of each (account, asset)."""
    totals: dict[tuple[str, str], int] = {}
    for debit, credit, asset, amount in entries:
        totals[debit, asset] = totals.get((debit, asset), 0) + amount
        totals[credit, asset] = totals.get((credit, asset), 0) - amount
    return totals


def unsettled(entries: Iterable[tuple[str, str, str, int]]) -> dict[tuple[str, str], int]:
    """Of a closed case: every balance that should be nothing and is not. Empty when the books are right."""
    return {
        (account, asset): total
        for (account, asset), total in balances(entries).items()
        if account in ZERO_AT_CLOSE and total != 0
    }
