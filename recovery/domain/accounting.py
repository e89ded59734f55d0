"""The books: which posting follows from which event, as one table over named amounts.

Each posting holds both sides, so it cannot be unbalanced. A corrected mistake is a reversing posting, never an edit.
``RULES`` is all there is: :func:`entries_for` is the only maker of entries, and the interpreter of the workflows refuses an
entry that no rule gives for the move that carries it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from typing import Any

from recovery.domain.chart import (
    CUSTODY_DEPOSIT,
    CUSTOMER_BALANCES,
    FEE_INCOME,
    GAS_TANK,
    NETWORK_COST,
    NETWORK_COST_INCOME,
    PAYOUT_IN_TRANSIT,
    RECOVERY_WALLET,
    SUSPENSE,
    SWEEP_IN_TRANSIT,
    USER_PAYABLE,
    ZERO_AT_CLOSE,
)
from recovery.domain.posting_rules import CORRECTIONS, RULES

__all__ = [
    "CUSTODY_DEPOSIT",
    "CUSTOMER_BALANCES",
    "FEE_INCOME",
    "GAS_TANK",
    "NETWORK_COST",
    "NETWORK_COST_INCOME",
    "PAYOUT_IN_TRANSIT",
    "RECOVERY_WALLET",
    "SUSPENSE",
    "SWEEP_IN_TRANSIT",
    "USER_PAYABLE",
    "ZERO_AT_CLOSE",
]


@dataclass(frozen=True)
class Entry:
    """Value moving from one account (credit) to another (debit); ``kind`` and ``leg`` make it happen once a case.

    ``reverses``: kind and leg of the entry of the same case whose exact mirror this one is.
    """

    kind: str
    leg: str
    debit: str
    credit: str
    network: str
    asset: str
    amount: int
    reverses: tuple[str, str] | None = None

    def columns(self) -> dict[str, Any]:
        """The entry as the columns of a posting; whom it reverses is looked up where it is written."""
        return {
            "kind": self.kind,
            "leg": self.leg,
            "debit": self.debit,
            "credit": self.credit,
            "network": self.network,
            "asset": self.asset,
            "amount": self.amount,
        }


@dataclass(frozen=True, kw_only=True)
class Amounts:
    """What one event is about, in base units; a rule names these fields, and what stays 0 is not posted.

    ``asset`` is the claimed one, ``native`` the coin that pays for its moves. ``leg`` tells apart what can happen to a case
    more than once: the leg's position with the case's version, the round, the round and step. For a reversal it is the leg
    of what is reversed.
    """

    network: str
    leg: str = ""
    asset: str = ""
    native: str = ""

    gross: int = 0
    """What the case is about, as it stands at the deposit address."""
    arrived: int = 0
    """What of it reached the recovery wallet."""
    kept_by_token: int = 0
    """What the token itself kept when it moved (a fee on transfer)."""
    short_passed_on: int = 0
    """Of that, what the depositor bears as quoted."""
    cost_from_coins: int = 0
    """Network cost that was paid out of the coins themselves (inputs less outputs)."""
    fee: int = 0
    """Recovery fee as quoted."""
    cost: int = 0
    """Network cost passed on as quoted."""
    net: int = 0
    """What the depositor gets as quoted."""
    topped_up: int = 0
    """Native coin brought from the gas tank to the deposit address."""
    from_tank: int = 0
    """Fees of the chain paid by the gas tank; this case's share, where several share one transaction."""
    from_address: int = 0
    """The same, paid by the deposit address."""
    from_wallet: int = 0
    """The same, paid by the recovery wallet."""
    from_own_funds: int = 0
    """The same, paid by the advance wallet."""
    unidentified: int = 0
    """What a case that lets go has in suspense."""
    owed_at_address: int = 0
    """What it owes, where the coins are still at the deposit address."""
    owed_in_wallet: int = 0
    """What it owes, where they are in the recovery wallet."""
    returned: int = 0
    """What of a refund came back to the recovery wallet."""
    lost: int = 0
    """What is written off."""
    unreachable: int = 0
    """What is owed to somebody who cannot be reached, or no longer can not."""
    advanced: int = 0
    """What own funds paid, or get back."""


class NoSuchRule(LookupError):
    """Something was to be posted that the table does not know: a bug, so nothing is written."""


def entries_for(event: str, amounts: Amounts) -> tuple[Entry, ...]:
    """The entries that the table gives for an event (a key of ``RULES``); those of nothing are left out.

    Raises NoSuchRule, and ValueError for an amount below zero or one whose asset is not named.
    """
    rule = RULES.get(event)
    if rule is None:
        raise NoSuchRule(event)
    made = []
    for line in rule.lines:
        amount, asset = getattr(amounts, line.amount), getattr(amounts, line.of)
        if amount < 0 or (amount and not asset):
            raise ValueError(f"{event}: {line.amount} is {amount} of {asset or 'nothing'}")
        if amount:
            back = (line.reverses, amounts.leg) if line.reverses else None
            made.append(
                Entry(line.kind, amounts.leg, line.debit, line.credit, amounts.network, asset, amount, reverses=back)
            )
    return tuple(made)


_SHAPES: Mapping[str, frozenset[tuple[str, str, str, bool]]] = {
    move: frozenset(
        (line.kind, line.debit, line.credit, line.reverses is not None)
        for rule in RULES.values()
        if move in rule.moves
        for line in rule.lines
    )
    for move in {name for rule in RULES.values() for name in rule.moves}
}
"""Move → the kinds of entries it can carry."""


def refuse_strangers(move: str, entries: Iterable[Entry]) -> None:
    """See to it that a move carries only what the table gives for it. Raises NoSuchRule otherwise."""
    known = _SHAPES.get(move, frozenset())
    for entry in entries:
        corrects = move in CORRECTIONS and entry.kind in ("corrected", "correction")
        if not corrects and (entry.kind, entry.debit, entry.credit, entry.reverses is not None) not in known:
            raise NoSuchRule(f"{move}: {entry.kind} {entry.debit} {entry.credit}")


def correction(original: Entry, instead: tuple[str, str, int] | None = None) -> tuple[Entry, ...]:
    """The mirror of a wrong entry, and what should have stood there: debit, credit and amount, where something should."""
    leg = f"{original.kind}/{original.leg}"
    back = Entry(
        "corrected",
        leg,
        original.credit,
        original.debit,
        original.network,
        original.asset,
        original.amount,
        reverses=(original.kind, original.leg),
    )
    if instead is None:
        return (back,)
    debit, credit, amount = instead
    return back, Entry("correction", leg, debit, credit, original.network, original.asset, amount)


def amount_names() -> frozenset[str]:
    """The fields of :class:`Amounts` that a rule can name."""
    return frozenset(one.name for one in fields(Amounts) if one.type == "int")


# What services call by name. Each is one event, or two, with its amounts.


def found(network: str, asset: str, position: str, amount: int) -> tuple[Entry, ...]:
    """A final deposit on an address of ours: we hold it, and do not know yet for whom."""
    return entries_for("found", Amounts(network=network, asset=asset, leg=position, gross=amount))


def identified(network: str, asset: str, position: str, amount: int) -> tuple[Entry, ...]:
    """The owner is known: what was unidentified is owed to the depositor of this case."""
    return entries_for("identified", Amounts(network=network, asset=asset, leg=position, gross=amount))


def undone(network: str, asset: str, leg: str, held: Mapping[str, int]) -> tuple[Entry, ...]:
    """Everything a case booked about its leg taken back, so that it owes nobody and holds nothing unidentified.

    ``held``: the debit balances of the case in this asset, by account. Fee and cost that were earned by collecting the coins
    are given back first. The coins stay where they are, at the deposit address or in the recovery wallet.
    """
    fee, cost = -held.get(FEE_INCOME, 0), -held.get(NETWORK_COST_INCOME, 0)
    owed = -held.get(USER_PAYABLE, 0) + fee + cost
    collected = held.get(RECOVERY_WALLET, 0) > 0
    told = Amounts(
        network=network,
        asset=asset,
        leg=leg,
        fee=max(fee, 0),
        cost=max(cost, 0),
        unidentified=max(-held.get(SUSPENSE, 0), 0),
        owed_in_wallet=max(owed, 0) if collected else 0,
        owed_at_address=0 if collected else max(owed, 0),
    )
    return entries_for("let_go", told)


def credited(network: str, asset: str, position: str, amount: int) -> tuple[Entry, ...]:
    """The exchange's ledger confirmed the credit: its customer balance owes the coins now, not this case."""
    return entries_for("credited", Amounts(network=network, asset=asset, leg=position, gross=amount))


def sweep_sent(network: str, asset: str, round_: int, amount: int) -> tuple[Entry, ...]:
    """The sweep's signed bytes exist: the coins may leave the deposit address at any moment."""
    return entries_for("sweep_sent", Amounts(network=network, asset=asset, leg=str(round_), gross=amount))


def swept(
    network: str, asset: str, arrived: int, fee: int, cost: int, *, kept: int = 0, borne: int = 0, taken: int = 0
) -> tuple[Entry, ...]:
    """The sweep is final: the coins are in the recovery wallet; fee and passed-on cost are earned only now.

    ``kept`` is what the token itself kept, ``borne`` what of it the depositor bears; ``taken`` is what the network took out of
    the coins: a cost of ours, against which the passed-on cost stands.
    """
    told = Amounts(
        network=network,
        asset=asset,
        arrived=arrived,
        kept_by_token=kept,
        short_passed_on=borne,
        cost_from_coins=taken,
        fee=fee,
        cost=cost,
    )
    return entries_for("swept", told)


def gas(network: str, native: str, leg: str, *, topped_up: int, from_tank: int, from_address: int) -> tuple[Entry, ...]:
    """What the chain took: a top-up moves native coin to the deposit address; fees are cost, from whoever paid them."""
    told = Amounts(
        network=network, native=native, leg=leg, topped_up=topped_up, from_tank=from_tank, from_address=from_address
    )
    return entries_for("sweep_gas", told)


def refund_gas(network: str, native: str, leg: str, fee: int, *, own_funds: bool = False) -> tuple[Entry, ...]:
    """The fee of a refund in native coin, paid by the recovery wallet, or of an advance by the advance wallet."""
    from_wallet, from_own_funds = (0, fee) if own_funds else (fee, 0)
    told = Amounts(network=network, native=native, leg=leg, from_wallet=from_wallet, from_own_funds=from_own_funds)
    return entries_for("refund_gas", told)


def refund_sent(network: str, asset: str, round_: int, net: int) -> tuple[Entry, ...]:
    """The refund's signed bytes exist: nothing is owed any more, a payout is under way."""
    return entries_for("refund_sent", Amounts(network=network, asset=asset, leg=str(round_), net=net))


def refund_back(network: str, asset: str, round_: int, net: int) -> tuple[Entry, ...]:
    """The refund failed for good: the exact reverse of its sending."""
    return entries_for("refund_dead", Amounts(network=network, asset=asset, leg=str(round_), net=net))


def sweep_back(network: str, asset: str, round_: int, amount: int) -> tuple[Entry, ...]:
    """The sweep failed for good: the exact reverse of its sending."""
    return entries_for("sweep_dead", Amounts(network=network, asset=asset, leg=str(round_), gross=amount))


def refunded(network: str, asset: str, round_: int, net: int) -> tuple[Entry, ...]:
    """The refund is final: the recovery wallet holds that much less."""
    return entries_for("refunded", Amounts(network=network, asset=asset, leg=str(round_), net=net))


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
