"""What may have been meant when a hash is no payment to us: told to the claimant, about the claimant's own addresses only."""

from __future__ import annotations

from chains.neighbours import Suggestions
from chains.replacement import Replacement
from chains.types import Reading, Status, Transaction
from recovery.queries.books import Asking, read_books
from recovery.queries.case_view import case_view
from recovery.services import evidence, verdicts
from recovery.services.evidence import Look
from tests.recovery.desk import DEPOSIT, OUTSIDE, SENDER, Desk, find, new_hash, seen, transfer

OTHER = "0x" + "ab" * 32


def looked(desk: Desk, tx: Transaction, **more: object) -> list[str]:
    """What the page suggests after one look."""
    ref = desk.open(tx.hash)
    with desk.database.unit_of_work() as session:
        look = Look([Reading(tx, ())], sandbox=True, **more)  # type: ignore[arg-type]
        evidence.conclude_look(session, find(session, ref), look)
    with desk.database.reading() as session:
        shown = case_view(session, desk["owner"], find(session, ref)).diagnosis
    assert shown is not None
    return list(shown["suggested"])


def test_another_payment_of_the_same_sender_is_suggested(desk: Desk) -> None:
    assert looked(desk, seen(new_hash()), suggestions=Suggestions((OTHER,), asked=True)) == [OTHER]


def test_what_has_a_case_already_is_not_suggested(desk: Desk) -> None:
    known = new_hash()
    desk.open(known)
    assert looked(desk, seen(new_hash()), suggestions=Suggestions((known, OTHER), asked=True)) == [OTHER]


def test_the_transaction_that_took_its_place_is_suggested(desk: Desk) -> None:
    hash = new_hash()
    waiting = seen(hash, status=Status.PENDING, final=False, block=None)
    ref = desk.open(hash)
    desk.look(ref, waiting)
    gone = seen(hash, status=Status.NOT_FOUND, final=False, block=None)
    with desk.database.unit_of_work() as session:
        look = Look([Reading(gone, ())], sandbox=True, replacement=Replacement(True, OTHER))
        evidence.conclude_look(session, find(session, ref), look)
    assert (desk.state(ref), desk.case(ref).cause) == ("needs_information", "A07")
    with desk.database.reading() as session:
        shown = case_view(session, desk["owner"], find(session, ref)).diagnosis
    assert shown is not None
    assert shown["suggested"] == [OTHER]


def test_only_the_claimants_own_addresses_are_asked_about(desk: Desk) -> None:
    call = seen(new_hash())
    with desk.database.reading() as session:
        near = verdicts.near(call, read_books(session, call, Asking("acct-1"), sandbox=True))
        assert near is not None
        assert (near.recipients, near.senders) == ((DEPOSIT,), {SENDER})
        assert verdicts.near(call, read_books(session, call, Asking("acct-2"), sandbox=True)) is None
        assert verdicts.near(call, read_books(session, call, Asking(None), sandbox=True)) is None
        paid = seen(new_hash(), transfer(None, recipient=OUTSIDE))
        assert verdicts.near(paid, read_books(session, paid, Asking("acct-1"), sandbox=True)) is None
