"""What became of the leg before: credited, refunded, claimed. Our own books need no node."""

from __future__ import annotations

from recovery.domain.books import LegHistory
from recovery.domain.causes.finding import Check, told
from recovery.domain.causes.situation import LegSituation

SUB_ACCOUNT = (":", "/")
"""What stands between an account and the name of its sub-account or product in the exchange's books."""


def is_mine(past: LegHistory, claimant: str | None) -> bool:
    """Whether a credit shown by ``past`` may be told to the claimant (``None``: nobody asks, so everything may)."""
    return past.credited_to is not None and claimant in (None, past.credited_to)


def credited_to_another(past: LegHistory, claimant: str | None) -> bool:
    """Whether the books credited the leg to an account that is neither the claimant's nor one of its products."""
    return past.credited_to is not None and not is_mine(past, claimant) and not is_in_a_product(past, claimant)


def is_in_a_product(past: LegHistory, claimant: str | None) -> bool:
    """Whether it was credited to a sub-account or another product of the claimant."""
    return (
        past.credited_to is not None
        and claimant is not None
        and any(past.credited_to.startswith(claimant + mark) for mark in SUB_ACCOUNT)
    )


def credited_as_another_asset(now: LegSituation) -> Check:
    """G08: it is in the claimant's books, but somewhere else: a sub-account, a product, another asset."""
    past, claimant = now.past, now.books.claimant
    turned = is_mine(past, claimant) and not _same_asset(now) and not (past.whole and _names_another_leg(now))
    return told(
        "credited_elsewhere", turned or is_in_a_product(past, claimant), "credit_in_the_books", now.leg.position
    )


def credited(now: LegSituation) -> Check:
    """H01: the books show a credit of this very leg to the claimant."""
    mine = is_mine(now.past, now.books.claimant) and _same_asset(now) and not _meant_for_a_sibling(now)
    return told("already_credited", mine, "credit_in_the_books", now.leg.position)


def _same_asset(now: LegSituation) -> bool:
    return now.past.credited_contract in (None, now.leg.contract or "")


def _names_another_leg(now: LegSituation) -> bool:
    """Whether a credit of the whole transaction is of an asset that another of its legs moved."""
    return any((leg.contract or "") == now.past.credited_contract for leg in now.tx.transfers)


def _meant_for_a_sibling(now: LegSituation) -> bool:
    """A credit of the whole transaction that is exactly one other leg's: whoever booked it saw only that one (F03)."""
    past = now.past
    if not past.whole or past.credited_amount is None:
        return False
    siblings = [
        leg for leg in now.tx.transfers if leg.recipient == now.leg.recipient and leg.contract == now.leg.contract
    ]
    total = sum(leg.amount for leg in siblings)
    if len(siblings) < 2 or past.credited_amount >= total:
        return False
    first = next((leg for leg in siblings if leg.amount == past.credited_amount), None)
    return first is not None and first.position != now.leg.position


def refunded(now: LegSituation) -> Check:
    """H02: the leg was refunded to the claimant before."""
    return told("already_refunded", now.past.refunded, "refund_in_the_books", now.leg.position)


def claimed_before(now: LegSituation) -> Check:
    """H03: another case of the same claimant holds the leg."""
    return told("claimed_by_own_case", now.past.claimed_before, "claim_table", now.leg.position)


def claimed_elsewhere(now: LegSituation) -> Check:
    """H04: a case of somebody else holds the leg, or it was credited to somebody else: it is not credited a second time."""
    taken = now.past.claimed_elsewhere or credited_to_another(now.past, now.books.claimant)
    return told("claimed_by_another_case", taken, "claim_table", now.leg.position)


def same_amount(now: LegSituation) -> bool:
    """E05 does not hold: neither the claim nor an earlier credit names another amount than the chain shows."""
    stated = [now.books.claimed_amount]
    if is_mine(now.past, now.books.claimant) and not now.past.whole:
        stated.append(now.past.credited_amount)
    return all(amount in (None, now.leg.amount) for amount in stated)
