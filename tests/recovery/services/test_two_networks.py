"""A hash that is on two networks, as before a chain split: the one that pays us decides, whichever was asked first."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from chains.types import Status, Transaction
from recovery.errors import InvalidInput
from recovery.models import Diagnosis
from recovery.services.destinations import canonical
from tests.recovery.desk import SENDER, Desk, new_hash, seen, transfer


def both(hash: str) -> tuple[Transaction, Transaction]:
    """The same hash where it pays a stranger, and where it pays us."""
    elsewhere = seen(hash, transfer(None, recipient=SENDER), network="ethereum-classic", network_id="eip155:61")
    return elsewhere, seen(hash, transfer())


def test_the_network_that_pays_us_is_taken(desk: Desk) -> None:
    for turned in (False, True):
        hash = new_hash()
        ref = desk.open(hash)
        told = both(hash)
        desk.look(ref, *(reversed(told) if turned else told))
        case = desk.case(ref)
        assert (case.network, case.state) == ("local", "under_review")
        with desk.database.reading() as session:
            checks = session.scalars(select(Diagnosis.checks).where(Diagnosis.case_id == case.id)).one()
        several = next(check for check in checks if check["name"] == "found_on_one_network")
        assert several["answer"] == "no"
        assert set(several["evidence"].split(", ")) == {"local", "ethereum-classic"}


def test_one_network_is_not_called_several(desk: Desk) -> None:
    hash = new_hash()
    ref = desk.open(hash)
    desk.look(ref, seen(hash, transfer()))
    with desk.database.reading() as session:
        (checks,) = session.scalars(select(Diagnosis.checks).where(Diagnosis.case_id == desk.case(ref).id)).all()
    assert "found_on_one_network" not in {check["name"] for check in checks}


def test_a_destination_with_a_memo_inside_is_refused() -> None:
    """Nothing that pays would carry the memo on: the coins would be lost again."""
    with pytest.raises(InvalidInput) as refused:
        canonical("xrpl", "X7AcgcsBL6XDcUb289X4mJ8djcdyKaGZMhc9YTE92ehJ2Fu")
    assert refused.value.fields == {"destination": ["address_carries_a_memo"]}


def test_a_network_that_wants_more_than_the_hash_asks_for_it_when_it_is_the_only_one(desk: Desk) -> None:
    hash = new_hash()
    wanting = seen(
        hash, status=Status.UNKNOWN, final=False, block=None, warnings=("extrinsic_index_needed",), network="polkadot"
    )
    alone = desk.open(hash)
    desk.look(alone, wanting)
    assert (desk.state(alone), desk.case(alone).cause) == ("needs_information", "A01")


def test_beside_networks_that_know_nothing_of_it_they_decide(desk: Desk) -> None:
    hash = new_hash()
    wanting = seen(
        hash, status=Status.UNKNOWN, final=False, block=None, warnings=("extrinsic_index_needed",), network="polkadot"
    )
    gone = seen(hash, status=Status.NOT_FOUND, final=False, block=None)
    ref = desk.open(hash)
    desk.look(ref, wanting, gone)
    assert (desk.state(ref), desk.case(ref).cause) == ("waiting_for_chain", "A03")


def test_without_a_node_to_ask_a_person_is_told_instead_of_waiting_for_ever(desk: Desk) -> None:
    ref = desk.open(new_hash())
    assert desk.look(ref) is None
    assert desk.state(ref) == "on_hold"
    with desk.database.reading() as session:
        (checks,) = session.scalars(select(Diagnosis.checks).where(Diagnosis.case_id == desk.case(ref).id)).all()
    assert [check["why"] for check in checks] == ["no_node_for_any_candidate"]
