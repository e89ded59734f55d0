"""Proof by signature: a challenge is good once, for one case, in time; the right key and nothing else proves."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from eth_account import Account
from eth_account.messages import encode_typed_data
from sqlalchemy import select, text, update
from sqlalchemy.exc import DatabaseError, IntegrityError

from chains.ownership import Verdict
from recovery.domain.books import Proof
from recovery.domain.ids import new_id
from recovery.errors import Conflict, InvalidInput, KeyReused, MoveNotOpen, NotAllowed, NotFound
from recovery.models import Job, OwnershipChallenge, OwnershipProof, PlatformLabel
from recovery.queries.ownership import proofs_of
from recovery.services import ownership
from tests.recovery.desk import NETWORK, Desk, find
from tests.recovery.proving import DOMAIN, Proving, asked, list_native, new_key


def test_the_right_signature_sends_the_case_on(desk: Desk) -> None:
    case = asked(desk)
    case.ask("eip191")
    challenge = case.challenge()
    assert case.ref in challenge.text and DOMAIN in challenge.text and challenge.nonce in challenge.text
    assert case.answer(challenge.id, signature=case.sign(challenge)).ok is True
    proof = case.last()
    assert (proof.verdict, proof.subject, proof.address, proof.strength) == (True, "source", case.key.address, "strong")
    assert case.state() == "submitted"
    assert [event.name for event in desk.events(case.ref)][-2:] == ["ask_proof", "accept_proof"]
    desk.check_history(case.ref)
    with desk.database.reading() as session:
        topics = list(session.scalars(select(Job.topic).where(Job.case_id == find(session, case.ref).id)))
    assert topics.count("evidence.collect") == 2


def test_structured_data_is_signed_as_wallets_do(desk: Desk) -> None:
    case = asked(desk)
    case.ask("eip712")
    challenge = case.challenge()
    signed = case.key.sign_message(encode_typed_data(full_message=challenge.payload["typed_data"]))
    assert case.answer(challenge.id, signature=signed.signature.hex()).ok is True


def test_a_wrong_signer_is_told_and_may_try_again(desk: Desk) -> None:
    case = asked(desk)
    case.ask("eip191")
    challenge = case.challenge()
    told = case.answer(challenge.id, signature=case.sign(challenge, new_key()))
    assert (told.ok, told.why) == (False, "other_signature")
    assert case.answer(challenge.id, signature="0x1234").why == "not_readable"
    assert case.answer(challenge.id, signature=case.sign(challenge, text="something else")).ok is False
    assert [proof.verdict for proof in case.proofs()] == [False] * 3
    assert case.state() == "proof_asked"
    assert case.answer(challenge.id, signature=case.sign(challenge)).ok is True


def test_a_challenge_is_used_once(desk: Desk) -> None:
    case = asked(desk, level="two")
    case.ask("eip191")
    challenge = case.challenge()
    signature = case.sign(challenge)
    assert case.answer(challenge.id, signature=signature).ok is True
    assert case.state() == "proof_asked"
    for given in (signature, case.sign(challenge, new_key())):
        with pytest.raises(MoveNotOpen, match="challenge_is_spent"):
            case.answer(challenge.id, signature=given)
    assert len(case.proofs()) == 1


def test_two_at_once_use_a_challenge_once(desk: Desk) -> None:
    case = asked(desk, level="two")
    case.ask("eip191")
    challenge = case.challenge()
    signature = case.sign(challenge)
    outcomes = at_once(4, lambda: case.answer(challenge.id, signature=signature).ok)
    assert sorted(map(str, outcomes)) == ["True", *["challenge_is_spent"] * 3]
    assert len(case.proofs()) == 1


def test_the_database_itself_lets_a_challenge_be_used_once(desk: Desk) -> None:
    """Below the service: two connections with the conditional update, neither holding the case."""
    case = asked(desk)
    case.ask("eip191")
    challenge = case.challenge()

    def use() -> str:
        with desk.database.unit_of_work() as session:
            ownership._use(session, challenge)
            return "used"

    assert sorted(map(str, at_once(4, use))) == [*["challenge_is_spent"] * 3, "used"]
    with pytest.raises(DatabaseError, match="used once"), desk.database.unit_of_work() as session:
        session.execute(update(OwnershipChallenge).where(OwnershipChallenge.id == challenge.id).values(used_at=None))


def at_once(times: int, act: Callable[[], Any]) -> list[Any]:
    """What each of several threads got that began together: the value, or the refusal."""
    start, outcomes = threading.Barrier(times), []

    def run() -> None:
        start.wait()
        try:
            outcomes.append(act())
        except Conflict as error:
            outcomes.append(error.detail)

    threads = [threading.Thread(target=run) for _ in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


def test_a_challenge_ends_by_the_clock_of_the_database(desk: Desk) -> None:
    case = asked(desk)
    with desk.database.unit_of_work() as session:
        row = find(session, case.ref)
        order = ownership.order_of(session, desk["owner"], row)
        original, ownership.CHALLENGE_FOR = ownership.CHALLENGE_FOR, timedelta(seconds=0.4)
        try:
            ownership._challenge(session, row, order, "eip191", DOMAIN)
        finally:
            ownership.CHALLENGE_FOR = original
    challenge = case.challenge()
    with desk.database.reading() as session:
        session.execute(text("SELECT pg_sleep(0.5)"))
    assert case.view()["challenge"] is None
    with pytest.raises(MoveNotOpen, match="challenge_is_spent"):
        case.answer(challenge.id, signature=case.sign(challenge))


def test_a_newer_challenge_voids_the_older(desk: Desk) -> None:
    case = asked(desk)
    case.ask("eip191")
    old = case.challenge()
    case.ask("eip191")
    assert case.challenge().nonce != old.nonce
    with pytest.raises(MoveNotOpen, match="challenge_is_spent"):
        case.answer(old.id, signature=case.sign(old))


def test_a_repeated_request_asks_once_and_answers_the_same(desk: Desk) -> None:
    case = asked(desk, level="two")
    for _ in range(2):
        case.ask("eip191", request="a" * 32 + case.ref)
    challenge = case.challenge()
    for _ in range(2):
        assert case.answer(challenge.id, request="b" * 32 + case.ref, signature=case.sign(challenge)).ok is True
    with pytest.raises(KeyReused):
        case.answer(challenge.id, request="b" * 32 + case.ref, signature="0x00")
    assert len(case.proofs()) == 1


def test_a_signature_is_worth_nothing_for_another_case(desk: Desk) -> None:
    """Same person, same sender: neither the other case's challenge nor its signature counts."""
    first = asked(desk)
    second = asked(desk, sender=first.key.address)
    first.ask("eip191")
    second.ask("eip191")
    mine, other = first.challenge(), second.challenge()
    assert second.answer(other.id, signature=first.sign(mine)).ok is False
    with pytest.raises(NotFound):
        second.answer(mine.id, signature=first.sign(mine))
    assert second.state() == "proof_asked"


def test_nobody_else_asks_or_answers(desk: Desk) -> None:
    case = asked(desk)
    case.ask("eip191")
    challenge = case.challenge()
    for who in ("stranger", "maker", "lead"):
        with pytest.raises(NotAllowed):
            case.answer(challenge.id, by=who, signature=case.sign(challenge))
        with pytest.raises(NotAllowed):
            case.ask("eip191", by=who)


def test_nothing_is_proven_when_nothing_is_asked(desk: Desk) -> None:
    case = asked(desk)
    case.ask("eip191")
    challenge = case.challenge()
    desk.move("owner", case.ref, "withdraw")
    with pytest.raises(MoveNotOpen, match="no_proof_is_asked"):
        case.answer(challenge.id, signature=case.sign(challenge))


@pytest.mark.parametrize("method", ["documents", "tron", "bip322", "", "test_transfer\x00"])
def test_only_offered_ways_are_asked_for(desk: Desk, method: str) -> None:
    with pytest.raises(InvalidInput, match=r"proof_way_not_offered|field_is_invalid"):
        asked(desk).ask(method)


def test_nobody_signs_for_a_platform_and_nobody_unseen(desk: Desk) -> None:
    list_native(desk)
    hot = new_key().address
    desk.add(PlatformLabel(id=new_id(), network=NETWORK.slug, address=hot, platform="elsewhere", kind="platform"))
    view = asked(desk, sender=hot).view()
    assert view["ways"] == ("test_transfer", "documents")
    assert view["platform"] is True
    assert asked(desk, sender=None).view()["ways"] == ("documents",)
    assert asked(desk).view()["ways"] == ("eip191", "eip712", "eip1271", "test_transfer", "documents")


def test_a_contract_waits_for_the_network(desk: Desk) -> None:
    case = asked(desk)
    case.ask("eip1271")
    challenge = case.challenge()
    told = case.answer(challenge.id, signature="0x" + "11" * 65)
    assert (told.ok, told.why) == (None, "network_is_asked")
    assert case.view()["waiting"] is True
    with pytest.raises(MoveNotOpen, match="challenge_is_spent"):
        case.answer(challenge.id, signature="0x" + "22" * 65)
    with desk.database.reading() as session:
        row = find(session, case.ref)
        assert "proof.check" in set(session.scalars(select(Job.topic).where(Job.case_id == row.id)))
        (waiting,) = ownership.pending(session, row)
    assert conclude(case, waiting, Verdict(None, "node_unavailable")) is True
    assert len(case.proofs()) == 1
    assert conclude(case, waiting, Verdict(True, "proven", 1234)) is False
    assert conclude(case, waiting, Verdict(True, "proven", 1234)) is False  # once is enough
    assert [(proof.verdict, proof.checked_at) for proof in case.proofs()] == [(None, None), (True, 1234)]
    assert case.state() == "submitted"


def test_a_contract_that_says_no_leaves_the_other_ways(desk: Desk) -> None:
    case = asked(desk)
    case.ask("eip1271")
    case.answer(case.challenge().id, signature="0x" + "11" * 65)
    with desk.database.reading() as session:
        (waiting,) = ownership.pending(session, find(session, case.ref))
    assert conclude(case, waiting, Verdict(False, "other_signature", 7)) is False
    assert case.view()["waiting"] is False
    assert case.state() == "proof_asked"
    case.ask("eip191")
    assert case.answer(case.challenge().id, signature=case.sign(case.challenge())).ok is True


def conclude(case: Proving, waiting: ownership.Pending, told: Verdict) -> bool:
    with case.desk.database.unit_of_work() as session:
        return ownership.conclude_signature(session, find(session, case.ref), waiting, told)


def test_a_proof_is_never_rewritten(desk: Desk) -> None:
    case = asked(desk)
    case.ask("eip191")
    case.answer(case.challenge().id, signature=case.sign(case.challenge(), new_key()))
    with pytest.raises(DatabaseError, match="append-only"), desk.database.unit_of_work() as session:
        session.execute(update(OwnershipProof).values(verdict=True))


def test_the_move_without_a_proof_is_shut(desk: Desk) -> None:
    case = asked(desk)
    for name in ("hand_in_proof", "hand_in_documents"):
        with pytest.raises(MoveNotOpen, match="made_with_a_proof"):
            desk.move("owner", case.ref, name)
    for who in ("owner", "maker", "lead"):
        with pytest.raises((NotAllowed, MoveNotOpen)):
            desk.move(who, case.ref, "accept_proof")


def test_a_proof_about_another_transaction_is_none_of_this_one(desk: Desk) -> None:
    case = asked(desk)
    case.ask("eip191")
    case.answer(case.challenge().id, signature=case.sign(case.challenge()))
    row = case.last()
    other = asked(desk)
    with desk.database.unit_of_work() as session:
        values = {column.name: getattr(row, column.name) for column in OwnershipProof.__table__.columns}
        session.add(OwnershipProof(**values | {"id": new_id(), "case_id": find(session, other.ref).id}))
    assert other.view()["accepted"] == ()


@pytest.mark.parametrize("hostile", ["\x00", "é" * 100, "0x" + "f" * 17_000, "' OR 1=1 --", "<script>", "\ud800", "🔑"])
def test_hostile_answers_are_kept_as_text_and_prove_nothing(desk: Desk, hostile: str) -> None:
    case = asked(desk)
    case.ask("eip191")
    challenge = case.challenge()
    try:
        told = case.answer(challenge.id, signature=hostile, public_key=hostile, form=hostile)
    except InvalidInput:
        return
    assert told.ok is False
    assert json.dumps(case.view("maker"), default=str)


def test_a_case_has_one_open_challenge_at_most(desk: Desk) -> None:
    case = asked(desk)
    case.ask("eip191")
    challenge = case.challenge()
    values = {column.name: getattr(challenge, column.name) for column in OwnershipChallenge.__table__.columns}
    with pytest.raises((Conflict, IntegrityError)), desk.database.unit_of_work() as session:
        session.add(OwnershipChallenge(**values | {"id": new_id()}))


def test_the_depositor_sees_no_names_and_no_signatures_of_the_desk(desk: Desk) -> None:
    case = asked(desk)
    case.ask("eip191")
    case.answer(case.challenge().id, signature=case.sign(case.challenge(), Account.from_key(b"\x07" * 32)))
    assert set(case.view()["given"][0]) == {"method", "subject", "verdict", "why", "strength", "at"}
    assert case.view("maker")["given"][0]["signature"].startswith("0x")
    assert case.view("maker")["given"][0]["judged_by"] == "System"


@pytest.mark.parametrize(("cause", "level"), [("B01", "signature"), ("B11", "two"), ("A04", "link")])
def test_the_policy_says_how_much_is_asked(desk: Desk, cause: str, level: str) -> None:
    """Where a policy owes no proof and one is asked all the same, one is enough."""
    case = asked(desk, level=None, cause=cause)
    assert case.view()["level"] == level
    case.ask("eip191")
    case.answer(case.challenge().id, signature=case.sign(case.challenge()))
    assert case.state() == ("proof_asked" if level == "two" else "submitted")


def test_accepted_proofs_are_facts_of_their_own_transaction(desk: Desk) -> None:
    case = asked(desk)
    case.ask("eip191")
    case.answer(case.challenge().id, signature=case.sign(case.challenge(), new_key()))
    case.answer(case.challenge().id, signature=case.sign(case.challenge()))
    with desk.database.reading() as session:
        case_id = find(session, case.ref).id
        (proof,) = proofs_of(session, case_id, NETWORK.slug, case.hash)
        assert proof == Proof("source", case.key.address, "", "eip191", "strong")
        assert proofs_of(session, case_id, NETWORK.slug, "0x" + "0" * 64) == ()
        assert proofs_of(session, case_id, "ethereum", case.hash) == ()
