"""The three gates with a desk: nobody passes without a fresh clear, and a list that came in meanwhile counts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from config.settings import Settings
from recovery.domain.ids import new_id
from recovery.domain.screening import FRESH_FOR, SOURCE, Answer, Gate, Subject, Verdict
from recovery.errors import InvalidInput, MoveNotOpen, NotAllowed, NotFound
from recovery.jobs import screening as jobs
from recovery.jobs.work import lease
from recovery.models import Job, PlatformLabel, Screening
from recovery.queries.case_view import case_view
from recovery.queries.clock import database_now
from recovery.queries.screening import blocked_funds, last_round, lists_in_force, named
from recovery.services import evidence, screening
from recovery.services.screening import Asked
from tests.recovery.desk import DEPOSIT, LISTED, OUTSIDE, SENDER, Desk, find, make_desk, new_hash, seen, transfer

OTHER = "0x00000000000000000000000000000000000000AA"


@pytest.fixture
def desk(database_url: str) -> Iterator[Desk]:
    """A desk of each test's own: lists hold for all cases."""
    made = make_desk(database_url, pool_size=3)
    yield made
    made.database.close()


def load(desk: Desk, *addresses: str, name: str = "sdn", version: str = "1") -> None:
    with desk.database.unit_of_work() as session:
        made = screening.import_list(session, desk["lead"], name, "\n".join(addresses).encode(), version=version)
        assert made.taken


def credited(desk: Desk) -> str:
    hash = new_hash()
    ref = desk.open(hash)
    desk.look(ref, seen(hash, transfer(LISTED)))
    return ref


def rows(desk: Desk, ref: str) -> list[Screening]:
    with desk.database.reading() as session:
        case = find(session, ref)
        return list(session.scalars(select(Screening).where(Screening.case_id == case.id).order_by(Screening.id)))


def age(desk: Desk, by: timedelta) -> None:
    """As if everything had been answered that much earlier."""
    with desk.database.unit_of_work() as session:
        session.execute(text("ALTER TABLE screening DISABLE TRIGGER USER"))
        session.execute(text("UPDATE screening SET at = at - :by"), {"by": by})
        session.execute(text("ALTER TABLE screening ENABLE TRIGGER USER"))


def tool_says(verdict: Verdict) -> Callable[[Session, str], Asked]:
    """Answers of a tool to whatever the case asks."""

    def answers(session: Session, ref: str) -> Asked:
        questions = screening.questions(session, find(session, ref))
        now = database_now(session)
        return Asked(questions, tuple(Answer(verdict, "http", "", ("x",), now, b"{}") for _ in questions))

    return answers


def test_an_empty_list_answers_clear_and_says_that_it_was_empty(desk: Desk) -> None:
    ref = credited(desk)
    assert desk.state(ref) == "credit_sign_off"
    (row,) = rows(desk, ref)
    assert (row.gate, row.role, row.address, row.verdict, row.list_version) == (
        "intake",
        "source",
        SENDER,
        "clear",
        "none",
    )
    with desk.database.reading() as session:
        shown = case_view(session, desk["lead"], find(session, ref))
    assert shown.screenings[0]["list_version"] == "none"
    desk.move("clearing", ref, "approve_credit")


def test_a_sanctioned_sender_is_blocked_at_intake_and_its_report_has_a_day(desk: Desk) -> None:
    load(desk, SENDER.lower())
    ref = credited(desk)
    assert desk.state(ref) == "on_hold"
    assert desk.case(ref).cause == "G04"
    (row,) = rows(desk, ref)
    assert (row.verdict, row.list_version, row.reasons) == ("sanctioned", "sdn@1#1", ["sdn"])
    with desk.database.reading() as session:
        (blocked,) = blocked_funds(session, desk["auditor"], database_now(session))
        with pytest.raises(NotFound):
            blocked_funds(session, desk["maker"], database_now(session))
    assert (blocked.ref, blocked.days_left, blocked.address) == (ref, 10, SENDER)
    assert desk.entries(ref) == []


def test_a_label_counts_and_a_key_is_sanctioned_on_every_network_of_its_kind(desk: Desk) -> None:
    for network in ("ethereum", "local-second"):
        desk.add(PlatformLabel(id=new_id(), network=network, address=SENDER, platform="Bad", kind="sanctioned"))
    with desk.database.reading() as session:
        lists = lists_in_force(session)
        assert named(session, Subject("ethereum", SENDER, SOURCE), lists) == ("label: Bad",)
        assert named(session, Subject("polygon", SENDER, SOURCE), lists) == ("label: Bad",)
        assert named(session, Subject("ethereum", OTHER, SOURCE), lists) == ()
    assert desk.case(credited(desk)).cause == "G04"


def test_an_entry_of_one_network_counts_for_its_twins_alone(desk: Desk) -> None:
    with desk.database.unit_of_work() as session:
        data = f"address,network\n{SENDER},ethereum\n1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2,bitcoin\n".encode()
        assert screening.import_list(session, desk["admin"], "own", data).taken
    with desk.database.reading() as session:
        lists = lists_in_force(session)
        assert named(session, Subject("polygon", SENDER, SOURCE), lists)
        assert not named(session, Subject("polygon", OTHER, SOURCE), lists)


def test_a_newer_import_replaces_the_list_and_the_old_one_stays_on_record(desk: Desk) -> None:
    load(desk, SENDER)
    load(desk, OTHER, version="2")
    with desk.database.reading() as session:
        lists = lists_in_force(session)
        assert lists.version == "sdn@2#2"
        assert not named(session, Subject("local", SENDER, SOURCE), lists)
        assert named(session, Subject("local", OTHER, SOURCE), lists)
    for table in ("screening_list", "screening_entry"):
        with pytest.raises(DBAPIError), desk.database.unit_of_work() as session:
            session.execute(text(f"DELETE FROM {table}"))


def test_an_import_is_all_or_nothing_and_not_for_everybody(desk: Desk) -> None:
    with desk.database.unit_of_work() as session:
        data = f"{SENDER}\nnonsense\n".encode()
        made = screening.import_list(session, desk["lead"], "sdn", data)
        assert not made.taken
        assert [one.address for one in made.refused] == ["nonsense"]
        assert lists_in_force(session).version == "none"
        assert screening.import_list(session, desk["lead"], "sdn", data, partial=True).taken
        with pytest.raises(NotAllowed):
            screening.import_list(session, desk["maker"], "sdn", data)
        with pytest.raises(InvalidInput, match="list_name_is_invalid"):
            screening.import_list(session, desk["lead"], "S D N", data)
        with pytest.raises(InvalidInput, match="list_is_empty"):
            screening.import_list(session, desk["lead"], "sdn", b"")


def test_a_credit_waits_when_a_list_came_in_meanwhile_and_goes_on_after_a_new_look(desk: Desk) -> None:
    ref = credited(desk)
    load(desk, OTHER)
    with pytest.raises(MoveNotOpen, match="screening_is_clear"):
        desk.move("clearing", ref, "approve_credit")
    ask_again(desk, ref)
    desk.move("clearing", ref, "approve_credit")


def test_a_credit_is_stopped_when_the_list_names_its_sender_meanwhile(desk: Desk) -> None:
    ref = credited(desk)
    load(desk, SENDER)
    ask_again(desk, ref)
    assert desk.state(ref) == "on_hold"
    assert desk.events(ref)[-1].name == "freeze_credit"
    with desk.database.reading() as session:
        mine = case_view(session, desk["owner"], find(session, ref))
    assert mine.label == "in_review"
    assert (mine.signals, mine.screenings) == ((), ())
    assert "freeze_credit" not in {event["name"] for event in mine.events}


def test_an_old_answer_opens_no_gate(desk: Desk) -> None:
    ref = credited(desk)
    age(desk, FRESH_FOR)
    with pytest.raises(MoveNotOpen, match="screening_is_clear"):
        desk.move("clearing", ref, "approve_credit")


@pytest.mark.parametrize("kind", ["sweep", "refund"])
def test_no_plan_is_released_when_a_list_was_updated_meanwhile(
    desk: Desk, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    ref = desk.drafted() if kind == "sweep" else desk.swept()
    if kind == "refund":
        desk.draft(ref, "refund")
    desk.sign_off(ref, kind)
    load(desk, OTHER)
    with monkeypatch.context() as patched:
        patched.setattr(Desk, "_screen", staticmethod(lambda *_: None))
        with pytest.raises(MoveNotOpen, match="screening_is_clear"):
            desk.release(ref, kind)
    desk.release(ref, kind)
    assert desk.state(ref) in ("sweeping", "paying")


@pytest.mark.parametrize("kind", ["sweep", "refund"])
@pytest.mark.parametrize("who", [SENDER, OUTSIDE])
def test_a_party_that_is_sanctioned_meanwhile_voids_the_plan(desk: Desk, kind: str, who: str) -> None:
    ref = desk.drafted() if kind == "sweep" else desk.swept()
    if kind == "refund":
        desk.draft(ref, "refund")
    desk.sign_off(ref, kind)
    load(desk, who)
    ask_again(desk, ref)
    assert desk.state(ref) == f"{kind}_on_hold"
    assert desk.plan(ref, kind) is None
    with desk.database.reading() as session:
        assert [one.ref for one in blocked_funds(session, desk["lead"], database_now(session))] == [ref]


@pytest.mark.parametrize("verdict", [Verdict.UNKNOWN, Verdict.HOLD])
def test_the_tool_counts_beside_the_lists(desk: Desk, verdict: Verdict) -> None:
    ref = credited(desk)
    with desk.database.unit_of_work() as session:
        assert screening.keep(session, find(session, ref), Gate.PAY, tool_says(verdict)(session, ref)) is verdict
    with pytest.raises(MoveNotOpen, match="screening_is_clear"):
        desk.move("clearing", ref, "approve_credit")
    with desk.database.unit_of_work() as session:
        screening.keep(session, find(session, ref), Gate.PAY, tool_says(Verdict.CLEAR)(session, ref))
    desk.move("clearing", ref, "approve_credit")
    kept = [row for row in rows(desk, ref) if row.provider == "http"]
    assert [bytes(row.answer or b"") for row in kept] == [b"{}", b"{}"]
    assert all(row.sha256 for row in kept)


def test_a_silent_tool_at_intake_waits_and_a_holding_one_puts_it_to_people(desk: Desk) -> None:
    for verdict, state in (
        (Verdict.UNKNOWN, "waiting_for_chain"),
        (Verdict.HOLD, "on_hold"),
        (Verdict.CLEAR, "credit_sign_off"),
    ):
        hash = new_hash()
        ref = desk.open(hash)
        assert look(desk, ref, hash, verdict) == state


def test_after_silence_the_next_look_asks_again(desk: Desk) -> None:
    hash = new_hash()
    ref = desk.open(hash)
    assert look(desk, ref, hash, Verdict.UNKNOWN) == "waiting_for_chain"
    assert look(desk, ref, hash, Verdict.CLEAR) == "credit_sign_off"


def look(desk: Desk, ref: str, hash: str, verdict: Verdict) -> str:
    """A look of the evidence job with a tool that answers so."""
    from chains.survey import Surveyed
    from chains.types import Reading
    from recovery.services.evidence import Look
    from tests.recovery.desk import arrived

    tx = seen(hash, transfer(LISTED))
    with desk.database.unit_of_work() as session:
        case = find(session, ref)
        questions = evidence.to_screen(session, case, [Reading(tx, ())])
        assert [one.subject.address for one in questions] == [SENDER]
        answer = Answer(verdict, "http", "", (), database_now(session), b"{}")
        told = Look(
            [Reading(tx, ())], sandbox=True, surveyed=Surveyed(arrived(tx)), screened=Asked(questions, (answer,))
        )
        evidence.conclude_look(session, case, told)
    return desk.state(ref)


def test_a_transfer_without_a_single_sender_says_so(desk: Desk) -> None:
    hash = new_hash()
    ref = desk.open(hash)
    desk.look(ref, seen(hash, transfer(LISTED, sender=None)))
    (row,) = rows(desk, ref)
    assert (row.address, row.verdict, row.reasons) == ("", "clear", ["no_single_sender"])


def test_what_is_not_ours_and_what_is_not_final_is_not_asked_about(desk: Desk) -> None:
    from chains.types import Reading

    ref = desk.open(new_hash())
    foreign = seen(new_hash(), transfer(LISTED, recipient=OTHER))
    young = seen(new_hash(), transfer(LISTED), final=False)
    with desk.database.reading() as session:
        for tx in (foreign, young):
            assert evidence.to_screen(session, find(session, ref), [Reading(tx, ())]) == ()


def test_waiting_cases_get_a_job_once_their_answers_are_stale(desk: Desk, tmp_path: Path) -> None:
    ref = credited(desk)
    assert planned(desk) == 0
    load(desk, SENDER)
    assert planned(desk) == 1
    assert planned(desk) == 0  # it has its job
    settings = Settings(database_url="", redis_url="", home=tmp_path, secret_key="k" * 40)
    with desk.database.reading() as session:
        job = session.scalars(select(Job.id).where(Job.topic == "screening.ask")).one()
    (work,) = lease(desk.database, settings, job)
    jobs.ask_again(work)
    assert desk.state(ref) == "on_hold"


def planned(desk: Desk) -> int:
    with desk.database.unit_of_work() as session:
        return screening.ask_where_stale(session, jobs.GATE_OF)


def ask_again(desk: Desk, ref: str) -> None:
    """What the job of a waiting case does where no tool is configured."""
    with desk.database.unit_of_work() as session:
        case = find(session, ref)
        unclear = screening.not_clear(session, case, screening.questions(session, case))
        verdict = screening.keep(session, case, Gate.PAY, screening.ask(None, unclear))
        if verdict is not Verdict.CLEAR:
            screening.stop(session, case, verdict)


def test_answers_are_never_rewritten(desk: Desk) -> None:
    ref = credited(desk)
    for statement in ("UPDATE screening SET verdict = 'clear'", "DELETE FROM screening", "TRUNCATE fraud_signal"):
        with pytest.raises(DBAPIError), desk.database.unit_of_work() as session:
            session.execute(text(statement))
    with desk.database.reading() as session:
        subject = Subject("local", SENDER, SOURCE)
        assert len(last_round(session, find(session, ref).id, subject)) == 1


def test_two_rounds_are_not_mixed(desk: Desk) -> None:
    """A clear list of later does not cover what the tool said together with it."""
    ref = credited(desk)
    with desk.database.unit_of_work() as session:
        screening.keep(session, find(session, ref), Gate.PAY, tool_says(Verdict.HOLD)(session, ref))
    with desk.database.reading() as session:
        case: Any = find(session, ref)
        assert {row.provider for row in last_round(session, case.id, Subject("local", SENDER, SOURCE))} == {
            "offline",
            "http",
        }
        assert len(screening.not_clear(session, case, screening.questions(session, case))) == 1
    assert DEPOSIT not in {row.address for row in rows(desk, ref)}


def test_a_gate_that_gets_no_answer_leaves_the_case_and_its_job_where_they_are(desk: Desk, tmp_path: Path) -> None:
    ref = desk.drafted()
    load(desk, OTHER)
    assert planned(desk) == 1
    settings = Settings(
        database_url="", redis_url="", home=tmp_path, secret_key="k" * 40, screening_url="http://127.0.0.1:1/"
    )
    with desk.database.reading() as session:
        job = session.scalars(select(Job.id).where(Job.topic == "screening.ask")).one()
    (work,) = lease(desk.database, settings, job)
    jobs.ask_again(work)
    assert desk.state(ref) == "sweep_sign_off"
    with desk.database.reading() as session:
        waiting = session.get_one(Job, job)
        assert waiting.state == "due"
        assert waiting.due_at > database_now(session)
    asked = [(row.provider, row.verdict) for row in rows(desk, ref)][-4:]  # rows of one round have one time
    assert sorted(asked) == [("http", "unknown")] * 2 + [("offline", "clear")] * 2


def test_of_ofacs_list_what_is_cut_is_refused_and_what_lives_elsewhere_is_counted(desk: Desk) -> None:
    row = '7,"X","-0-","CYBER2","Digital Currency Address - XMR 4{}; Digital Currency Address - ETH {};"\n'
    with desk.database.unit_of_work() as session:
        fine = screening.import_list(session, desk["lead"], "sdn", row.format("a" * 94, SENDER).encode())
        cut = screening.import_list(session, desk["lead"], "cut", row.format("a" * 94, SENDER[:-3]).encode())
    assert (fine.entries, len(fine.refused), len(fine.elsewhere), fine.taken) == (1, 0, 1, True)
    assert (len(cut.refused), cut.taken) == (1, False)
