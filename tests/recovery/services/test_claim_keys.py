"""One leg, one claim, under whichever of its names it is asked for."""

from __future__ import annotations

from dataclasses import replace

from chains.catalogue import network
from chains.types import Status, Transaction, Transfer, TransferKind

TON, NEAR = network("ton"), network("near")
ONE, TWO, MESSAGE = "a" * 64, "b" * 64, "c" * 64


def seen(row_slug: str, hash: str, position: str, root: str | None = None) -> tuple[Transaction, Transfer]:
    row = network(row_slug)
    leg = Transfer(position, TransferKind.NATIVE, row.native.asset, None, "from", "to", 5)
    done = Transaction(row.slug, row.id, hash, Status.SUCCEEDED, True, 1, 1, transfers=(leg,), root=root)
    return done, leg


def test_a_message_of_ton_is_one_leg_under_every_hash_of_its_trace() -> None:
    keys = {
        (transaction.claim_hash(leg), leg.position)
        for transaction, leg in (seen("ton", hash, f"msg:{MESSAGE}") for hash in (ONE, TWO))
    }
    assert keys == {(MESSAGE, f"msg:{MESSAGE}")}
    riding, leg = seen("ton", ONE, f"msg:{MESSAGE}/value")
    assert riding.claim_hash(leg) == MESSAGE


def test_a_position_that_only_begins_alike_is_not_mistaken_for_one() -> None:
    transaction, leg = seen("cosmoshub", ONE.upper(), "msg:0/1")
    assert transaction.claim_hash(leg) == ONE.upper()


def test_a_root_stands_for_all_references() -> None:
    plain, leg = seen("near", ONE, "receipt:x")
    named = replace(plain, hash=f"{ONE}@sender.near", root=ONE)
    assert plain.claim_hash(leg) == named.claim_hash(leg) == ONE
