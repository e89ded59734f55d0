"""What is also true beside the cause: codes that decide nothing but belong to the picture."""

from __future__ import annotations

from collections.abc import Iterator

from chains.types import TransferKind
from recovery.domain.causes import asset_checks, claim_checks, delivery_checks, destination_checks as destination
from recovery.domain.causes.finding import Says
from recovery.domain.causes.situation import LegSituation, Situation, needs_effect
from recovery.domain.causes.transaction_checks import NODE_TROUBLE

REFINES = frozenset({"D01", "D14", "D05"})
"""Causes that probing the token's contract could still refine."""


def of_transaction(now: Situation, code: str | None) -> tuple[str, ...]:
    """Findings that need no leg: another network than named (A02), the same hash on several (C09), a troubled node (A13)."""
    found = []
    named = now.books.named_network
    if named is not None and named != now.tx.network:
        found.append("A02")
    if len(now.books.shown_on) > 1:
        found.append("C09")
    if any(
        warning.partition(":")[0] in NODE_TROUBLE or warning.startswith(_ABOUT_A_NODE) for warning in now.tx.warnings
    ):
        found.append("A13")
    if "l1_alias_sender" in now.tx.warnings:
        found.append("C11")
    return tuple(one for one in found if one != code)


_ABOUT_A_NODE = ("answer_not_understood:", "node_mistaken:", "node_unavailable:", "said_")


def of_leg(now: LegSituation, code: str | None) -> tuple[str, ...]:
    """Findings of the leg that decides, with those of its transaction."""
    return (*of_transaction(now.all, code), *_of_leg(now))


def _of_leg(now: LegSituation) -> Iterator[str]:
    if now.leg.kind is TransferKind.INTERNAL:
        yield "F01"
    if len([leg for leg in now.tx.transfers if leg.recipient == now.leg.recipient]) > 1:
        yield "F03"
    if not claim_checks.same_amount(now):
        yield "E05"
    if "several_senders" in now.tx.warnings:
        yield "F06"
    if now.account_state == "closed":
        yield "B10"
    if _unlinked(now):
        yield "H05"
    if _sent_for_another(now):
        yield "H06"
    for name, rule in (
        ("D06", asset_checks.keeps_a_part),
        ("F05", delivery_checks.mixed),
        ("A11", destination.nothing_moved),
    ):
        if rule(now).answer is Says.YES:
            yield name


def _unlinked(now: LegSituation) -> bool:
    """Whether the claimant is tied to neither end of a payment that names nobody."""
    nameless = now.whose.standing in ("role", "shared", "memo_missing", "memo_unknown", "memo_ambiguous")
    return nameless and now.books.claimant is not None and not destination.linked_to_source(now)


def _sent_for_another(now: LegSituation) -> bool:
    """H06: the sender is somebody to whom we sent withdrawals of another account, and none of the claimant."""
    paid = {one.account for one in now.books.withdrawals if one.destination == now.leg.sender}
    return now.books.claimant is not None and bool(paid) and now.books.claimant not in paid


def confidence(now: LegSituation, code: str) -> str:
    """``likely`` while a question about the token that could refine the cause is open, else ``certain``."""
    open_question = code in REFINES and needs_effect(now.leg, now.all.network) and now.traits.exists is None
    return "likely" if open_question else "certain"
