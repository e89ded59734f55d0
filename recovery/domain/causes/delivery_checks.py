"""How it was delivered: from inside a contract, through another one, in several parts, mixed."""

from __future__ import annotations

from chains.types import TransferKind
from recovery.domain.causes.finding import Check, told
from recovery.domain.causes.situation import LegCheck, LegSituation


def mixed(now: LegSituation) -> Check:
    """F05: the shape of a mixing transaction."""
    shaped = "coinjoin_shape" in now.tx.warnings and now.all.policy.parameters.coinjoin == "hold"
    return told("mixed_with_others", shaped, "outputs", now.leg.position)


def one_of_several(now: LegSituation) -> Check:
    """F03: several legs to the same owner, of which the books saw only some."""
    others = [
        leg
        for leg in now.tx.transfers
        if leg.recipient == now.leg.recipient and leg.position != now.leg.position and leg.amount
    ]
    seen = [leg for leg in others if now.books.legs.get(leg.position) and now.books.legs[leg.position].credited_to]
    return told("one_of_several_legs", bool(seen), "credit_in_the_books", now.leg.position)


def state_credit(now: LegSituation) -> Check:
    """F04: value that came without a transfer: the end of a contract, a block's reward."""
    rewarded = "coinbase" in now.tx.warnings and now.all.policy.parameters.mints == "credit"
    ended = f"contract_ended:{now.leg.position}" in now.tx.warnings
    return told("came_without_a_transfer", rewarded or ended, "trace", now.leg.position)


def from_contract(now: LegSituation) -> Check:
    """F01: the coin, moved by a contract from inside."""
    return told("moved_by_a_contract", now.leg.kind is TransferKind.INTERNAL, "trace", now.leg.position)


def by_router(now: LegSituation) -> Check:
    """F02: a token that another contract moved for somebody."""
    payer = now.tx.fee.payer if now.tx.fee else None
    moved = now.leg.kind is TransferKind.TOKEN and payer is not None and now.leg.sender not in (None, payer)
    return told("moved_by_a_router", moved, "log_sender_is_not_the_payer", now.leg.position)


DELIVERY_RULES: tuple[tuple[str, LegCheck], ...] = (
    ("F05", mixed),
    ("F03", one_of_several),
    ("F04", state_credit),
    ("F01", from_contract),
    ("F02", by_router),
)
