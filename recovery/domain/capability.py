"""What a recovery needs: the capability matrix of network, kind of address, custody and asset, as data. Pure.

Each row of :data:`MATRIX` is one fact and the condition it adds; no row means *direct*. A recovery is *conditional* with the
list of what is not met, and *no* only where nothing could ever move the coins (:data:`NEVER`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from recovery.domain.causes.situation import LegSituation
from recovery.domain.ownership import Accepted, enough


@dataclass(frozen=True)
class Recovery:
    """What is to be done for one leg: its cause and the steps that follow."""

    code: str
    steps: tuple[str, ...]
    now: LegSituation

    @property
    def moves(self) -> bool:
        """Whether coins must leave the address sooner or later."""
        return "SW" in self.steps or self.code in ("B09", "C01", "C07", "D09", "D13")


Applies = Callable[[Recovery], bool]


@dataclass(frozen=True)
class Requirement:
    """A row: when ``applies`` says yes, ``condition`` is unmet."""

    name: str
    applies: Applies
    condition: str


def _code_there(what: Recovery) -> bool | None:
    return what.now.all.survey.code.get(what.now.leg.recipient or "")


def _undeployed(what: Recovery) -> bool:
    """A contract of ours on another network counts as missing until a node shows its code."""
    return what.code == "C03" and _code_there(what) is not True


def _contract_there(what: Recovery) -> bool:
    return what.code == "C03" and _code_there(what) is True


def _custody(*words: str) -> Applies:
    return lambda what: what.now.whose.owner.custody in words and what.moves


def _code(*codes: str) -> Applies:
    return lambda what: what.code in codes


def _ended(what: Recovery) -> bool:
    return what.code == "C08" or (what.moves and what.now.all.network.retired is not None)


def _unproven(what: Recovery) -> bool:
    return what.code in ("B01", "B02", "B06", "E04") and not what.now.whose.account and not proven(what.code, what.now)


def proven(code: str, now: LegSituation) -> bool:
    """Whether what was proven of either end of this leg is as much as the policy owes to the cause."""
    ends = {now.leg.sender, now.leg.recipient}
    fitting = [
        Accepted(one.kind, one.address, one.method, one.strength) for one in now.books.proofs if one.address in ends
    ]
    owed = now.all.policy.causes[code].proof
    return bool(fitting) and enough("signature" if owed in ("none", "link") else owed, fitting)


def _unusable_token(what: Recovery) -> bool:
    return what.code == "D08" and what.now.traits.transfer_works is False


MATRIX: tuple[Requirement, ...] = (
    Requirement("nobody_named", _unproven, "memo_owner_proof"),
    Requirement("contract_missing_here", _undeployed, "contract_not_deployed"),
    Requirement("contract_here", _contract_there, "contract_cannot_send"),
    Requirement("several_keys", _custody("multisig"), "raw_signing_approval"),
    Requirement("custodian", _custody("third_party"), "third_party_custody"),
    Requirement("old_key", _custody("archived"), "retired_address_key_archive"),
    Requirement("key_of_another_network", _code("C04", "C05", "C06"), "key_export"),
    Requirement("forked_coin", _code("C05", "C09"), "replay_risk"),
    Requirement("chain_ended", _ended, "retired_chain_claim"),
    Requirement("stopped_by_issuer", _code("D09"), "token_paused_or_frozen"),
    Requirement("transfers_refused", _unusable_token, "issuer_cooperation"),
    Requirement("rides_on_coins", _code("D13"), "indexer_required"),
    Requirement("hidden_amount", _code("D16"), "privacy_coin_proof"),
    Requirement("worth_too_little", _code("E02"), "value_below_cost"),
)
"""One fact a row; the conditions of a case are those of all rows that apply, in this order."""

NEVER: dict[str, str] = {
    "A09": "nothing_left_the_sender",
    "A10": "nothing_arrived",
    "B12": "not_our_key",
    "B13": "not_our_key",
    "B14": "not_our_key",
    "C10": "worthless_network",
    "D04": "worthless_token",
}
"""Causes of which nothing can come back through us, and why."""


def unmet_conditions(code: str, steps: tuple[str, ...], now: LegSituation) -> tuple[str, ...]:
    """What must be proven or prepared first, for one leg, its cause and the steps that follow; what its network always needs
    is among it. Empty where a recovery is direct, and where nothing can come back."""
    if code in NEVER:
        return ()
    what = Recovery(code, steps, now)
    rows = [row.condition for row in MATRIX if row.applies(what)]
    return tuple(dict.fromkeys((*rows, *(now.all.network.conditions if what.moves else ()))))
