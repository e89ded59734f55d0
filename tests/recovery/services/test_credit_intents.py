"""Credits wanted of the exchange's ledger: one intent for ever, answered once, and nothing but an equal answer counts."""

from __future__ import annotations

import uuid
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from hypothesis import given, strategies as st
from sqlalchemy import func, select, text, update
from sqlalchemy.exc import IntegrityError

from recovery.db import Database
from recovery.domain.actor import Actor
from recovery.domain.credit_intents import Said, Wanted, differences, understood
from recovery.errors import MoveNotOpen, NotAllowed, NotFound
from recovery.models import Alarm, Credit, CreditAnswer, CreditIntent
from recovery.services.credits import Heard, hear
from tests.recovery.desk import GROSS, LISTED, Desk, new_hash, seen, transfer

WANTED = Wanted(
    uuid.UUID(int=7), "RC-1", 1, "local", "eip155:31337", "eip155:31337/slip44:60", None, "0x1", "log:0", "a", 5
)


@pytest.fixture(scope="module")
def ledger(desk: Desk) -> Actor:
    """The service account of the exchange's ledger."""
    return desk.person("ledger", "ledger")


def approved(desk: Desk) -> tuple[str, CreditIntent]:
    """A case whose credit is approved, and its intent."""
    hash = new_hash()
    ref = desk.open(hash)
    desk.look(ref, seen(hash, transfer(LISTED, symbol="USDX")))
    desk.move("clearing", ref, "approve_credit")
    return ref, intent_of(desk, ref)


def intent_of(desk: Desk, ref: str) -> CreditIntent:
    """The newest intent of a case."""
    with desk.database.reading() as session:
        query = select(CreditIntent).where(CreditIntent.case_id == desk.case(ref).id)
        return session.scalars(query.order_by(CreditIntent.attempt.desc())).first()  # type: ignore[return-value]


def well(intent: CreditIntent, **changes: object) -> Said:
    """The answer that is equal to the intent."""
    return replace(Said(f"x-{intent.id}", intent.amount, intent.account, intent.asset), **changes)  # type: ignore[arg-type]


def say(database: Database, actor: Actor, intent: CreditIntent, said: Said) -> Heard:
    """An answer in a unit of work of its own."""
    with database.unit_of_work() as session:
        return hear(session, actor, intent.id, said)


def credits_of(desk: Desk, intent: CreditIntent) -> int:
    """How many credits the book shows for the transaction."""
    with desk.database.reading() as session:
        return session.scalar(select(func.count()).where(Credit.hash == intent.hash)) or 0


def rings(desk: Desk, intent: CreditIntent) -> bool:
    """Whether an alarm rings about the intent."""
    with desk.database.reading() as session:
        return session.scalar(select(Alarm.id).where(Alarm.subject == str(intent.id))) is not None


def test_the_approval_and_the_intent_are_one(desk: Desk) -> None:
    ref, intent = approved(desk)
    assert (intent.state, intent.account, intent.amount, intent.attempt) == ("open", "acct-1", GROSS, 1)
    assert desk.state(ref) == "crediting"
    assert credits_of(desk, intent) == 0
    assert f'"id":"{intent.id}"' in intent.payload


def test_an_equal_answer_completes_the_case_once(desk: Desk, ledger: Actor) -> None:
    ref, intent = approved(desk)
    for _ in range(3):
        assert say(desk.database, ledger, intent, well(intent)).problem is None
    assert (desk.state(ref), credits_of(desk, intent), desk.unsettled(ref)) == ("completed", 1, {})
    desk.check_history(ref)
    assert not rings(desk, intent)


def test_many_answers_at_once_are_one(desk: Desk, ledger: Actor) -> None:
    ref, intent = approved(desk)
    with ThreadPoolExecutor(5) as pool:
        heard = list(pool.map(lambda _: say(desk.database, ledger, intent, well(intent)).verdict, range(5)))
    assert heard == ["confirmed"] * 5
    assert (desk.state(ref), credits_of(desk, intent)) == ("completed", 1)


@pytest.mark.parametrize("change", [{"amount": GROSS - 1}, {"account": "acct-2"}, {"asset": "eip155:1/slip44:60"}])
def test_a_different_answer_stops_the_case(desk: Desk, ledger: Actor, change: dict[str, object]) -> None:
    ref, intent = approved(desk)
    heard = say(desk.database, ledger, intent, well(intent, **change))
    assert heard.problem == "credit_differs"
    assert (desk.state(ref), credits_of(desk, intent)) == ("credit_on_hold", 0)
    assert rings(desk, intent)
    assert say(desk.database, ledger, intent, well(intent)).problem == "credit_is_on_hold"
    assert desk.state(ref) == "credit_on_hold"
    desk.move("lead", ref, "resume_credit")
    assert say(desk.database, ledger, intent, well(intent)).problem is None
    assert (desk.state(ref), credits_of(desk, intent), desk.unsettled(ref)) == ("completed", 1, {})


def test_another_answer_than_the_first_rings_and_changes_nothing(desk: Desk, ledger: Actor) -> None:
    ref, intent = approved(desk)
    say(desk.database, ledger, intent, well(intent))
    for said in (well(intent, external_id="other"), Said("x", reason="no"), well(intent, amount=1)):
        assert say(desk.database, ledger, intent, said).problem == "credit_answered_otherwise"
    assert (desk.state(ref), intent_of(desk, ref).state, credits_of(desk, intent)) == ("completed", "confirmed", 1)
    assert rings(desk, intent)
    with desk.database.reading() as session:
        kept = select(CreditAnswer.verdict).where(CreditAnswer.intent_id == intent.id)
        assert sorted(session.scalars(kept)) == ["confirmed", *["conflict"] * 3]


def test_one_entry_of_the_ledger_is_not_two_credits(desk: Desk, ledger: Actor) -> None:
    _, first = approved(desk)
    say(desk.database, ledger, first, well(first))
    ref, second = approved(desk)
    heard = say(desk.database, ledger, second, well(second, external_id=f"x-{first.id}"))
    assert (heard.problem, desk.state(ref)) == ("credit_differs", "credit_on_hold")


def test_a_refusal_brings_the_case_back_and_the_next_attempt_is_another_intent(desk: Desk, ledger: Actor) -> None:
    ref, intent = approved(desk)
    refusal = Said(f"r-{intent.id}", reason="account closed")
    for _ in range(2):
        assert say(desk.database, ledger, intent, refusal).verdict == "refused"
    assert desk.state(ref) == "on_hold"
    assert say(desk.database, ledger, intent, well(intent)).problem == "credit_answered_otherwise"
    desk.move("lead", ref, "check_again")
    desk.look(ref, seen(desk.case(ref).hash, transfer(LISTED, symbol="USDX")))
    desk.move("clearing", ref, "approve_credit")
    again = intent_of(desk, ref)
    assert (again.attempt, again.id != intent.id) == (2, True)
    say(desk.database, ledger, again, well(again))
    assert (desk.state(ref), credits_of(desk, again), desk.unsettled(ref)) == ("completed", 1, {})


def test_a_credit_the_exchange_made_by_itself_is_compared(desk: Desk, ledger: Actor) -> None:
    ref, intent = approved(desk)
    book = {"network": intent.network, "hash": intent.hash, "position": "", "account": "acct-1", "contract": LISTED}
    desk.add(Credit(id=uuid.uuid4(), **book, amount=GROSS - 1, credited_at=intent.created_at))
    assert say(desk.database, ledger, intent, well(intent)).problem == "credit_differs"
    assert (desk.state(ref), credits_of(desk, intent)) == ("credit_on_hold", 1)


def test_who_may_answer(desk: Desk, ledger: Actor) -> None:
    ref, intent = approved(desk)
    for name in ("clearing", "lead", "owner", "signer"):
        with pytest.raises(NotAllowed):
            say(desk.database, desk[name], intent, well(intent))
    both = replace(desk["clearing"], roles=frozenset({"clearing", "ledger"}))
    with pytest.raises(NotAllowed, match="you_prepared_it"):
        say(desk.database, both, intent, well(intent))
    with pytest.raises(NotFound), desk.database.unit_of_work() as session:
        hear(session, ledger, uuid.uuid4(), well(intent))
    with pytest.raises(MoveNotOpen):
        desk.move("lead", ref, "resume_credit")


def test_the_database_keeps_intents(desk: Desk) -> None:
    _, intent = approved(desk)
    for statement in (
        update(CreditIntent).where(CreditIntent.id == intent.id).values(amount=1),
        update(CreditIntent).where(CreditIntent.id == intent.id).values(payload="{}"),
        text("DELETE FROM credit_intent"),
    ):
        with pytest.raises(IntegrityError), desk.database.unit_of_work() as session:
            session.execute(statement)


def test_an_id_follows_from_what_it_names() -> None:
    assert WANTED.id == replace(WANTED, amount=6, account="b").id == uuid.UUID("da9019fb-7c7f-517c-b8f9-180406c42952")
    for change in ({"case_id": uuid.UUID(int=8)}, {"attempt": 2}, {"position": "log:1"}, {"hash": "0x2"}):
        assert replace(WANTED, **change).id != WANTED.id
    assert WANTED.payload() == replace(WANTED).payload()


@given(st.binary(max_size=200))
def test_nothing_but_an_answer_is_understood(body: bytes) -> None:
    assert understood(body, uuid.UUID(int=1)) is None


def test_what_is_understood() -> None:
    id_ = uuid.UUID(int=1)
    fine = f'{{"id":"{id_}","state":"confirmed","external_id":"e","amount":"5","account":"a","asset":"b"}}'
    assert understood(fine.encode(), id_) == Said("e", 5, "a", "b")
    for wrong in ('"5"}', "5", '"-5"', '"5.0"', '"' + "9" * 79 + '"', "null"):
        assert understood(fine.replace('"5"', wrong).encode(), id_) is None
    assert understood(fine.encode(), uuid.UUID(int=2)) is None
    assert understood(fine.replace("confirmed", "pending").encode(), id_) is None
    refused = f'{{"id":"{id_}","state":"refused","external_id":"e","reason":"r"}}'
    assert understood(refused.encode(), id_) == Said("e", reason="r")


def test_differences_name_what_differs() -> None:
    assert differences(Said("e", 5, "a", "b"), amount=5, account="a", asset="b") == ()
    assert differences(Said("e", 4, "c", "d"), amount=5, account="a", asset="b") == ("amount", "account", "asset")
    assert differences(Said("e", reason="r"), amount=5, account="a", asset="b") == ("amount", "account", "asset")
