"""From a finding that asks for a proof, over the proof, to the finding that follows from it."""

from __future__ import annotations

from datetime import UTC, datetime

from chains.types import TransferKind
from recovery.domain.ids import new_id
from recovery.models import OwnedAddress
from tests.recovery.desk import OUTSIDE, Desk, new_hash, seen, transfer
from tests.recovery.proving import Proving, list_native, new_key

SHARED = "0x15d34AAf54267DB7D7c367839AAf71A00a2C6A65"


def test_a_payment_that_names_nobody_goes_on_once_it_is_proven(desk: Desk) -> None:
    list_native(desk)
    long_ago = datetime(2020, 1, 1, tzinfo=UTC)
    desk.add(
        OwnedAddress(
            id=new_id(), network="local", address=SHARED, kind="shared", custody="key", memo="7", valid_from=long_ago
        )
    )
    key, hash = new_key(), new_hash()
    leg = transfer(None, position="native", kind=TransferKind.NATIVE, sender=key.address, recipient=SHARED)
    case = Proving(desk, desk.open(hash), key, hash)
    desk.look(case.ref, seen(hash, leg))
    assert (desk.state(case.ref), desk.case(case.ref).cause) == ("proof_asked", "H05")
    case.ask("eip191")
    challenge = case.challenge()
    assert case.answer(challenge.id, signature=case.sign(challenge)).ok is True
    assert desk.state(case.ref) == "submitted"
    desk.look(case.ref, seen(hash, leg))
    assert (desk.state(case.ref), desk.case(case.ref).cause) == ("credit_sign_off", "H05")
    desk.check_history(case.ref)


def test_what_rules_cannot_decide_after_the_proof_goes_to_a_person(desk: Desk) -> None:
    key, hash = new_key(), new_hash()
    leg = transfer(None, position="native", kind=TransferKind.NATIVE, sender=key.address, recipient=OUTSIDE)
    hidden = seen(hash, leg, warnings=("shielded_part_not_visible",))
    case = Proving(desk, desk.open(hash), key, hash)
    desk.look(case.ref, hidden)
    assert (desk.state(case.ref), desk.case(case.ref).cause) == ("proof_asked", "D16")
    case.ask("eip191")
    challenge = case.challenge()
    case.answer(challenge.id, signature=case.sign(challenge))
    assert desk.state(case.ref) == "proof_asked"  # two ways are owed for a hidden amount
