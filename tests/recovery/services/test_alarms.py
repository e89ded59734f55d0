"""Alarms: one at a time for a subject, kept as rung, and ended by somebody else than who caused them."""

from __future__ import annotations

import ast
import uuid
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import func, select, text, update
from sqlalchemy.exc import IntegrityError

import recovery
from recovery.domain.alarm_texts import ALARMS
from recovery.errors import Conflict, InvalidInput, NotAllowed, NotFound
from recovery.models import Alarm, AlarmAnswer
from recovery.queries.alarms import count_open, list_alarms, open_by_kind
from recovery.services.alarms import acknowledge, ring
from tests.recovery.desk import Desk

KIND = "outflow_without_plan"


def rung(desk: Desk, subject: str, **more: object) -> uuid.UUID:
    """Ring in a unit of work of its own."""
    with desk.database.unit_of_work() as session:
        return ring(session, KIND, subject, {"network": "local"}, **more).id  # type: ignore[arg-type]


def answered(desk: Desk, alarm: uuid.UUID, by: str = "lead", reason: str = "our own test") -> None:
    """Acknowledge in a unit of work of its own."""
    with desk.database.unit_of_work() as session:
        acknowledge(session, desk[by], alarm, reason)


def test_one_rings_for_a_subject_until_somebody_looked(desk: Desk) -> None:
    first = rung(desk, "local:0x1")
    assert rung(desk, "local:0x1") == first
    assert rung(desk, "local:0x2") != first
    answered(desk, first)
    again = rung(desk, "local:0x1")
    assert again != first
    assert rung(desk, "local:0x1", once=True) == again
    answered(desk, again)
    assert rung(desk, "local:0x1", once=True) == again


def test_many_at_the_same_moment_ring_one(desk: Desk) -> None:
    with ThreadPoolExecutor(6) as pool:
        ids = set(pool.map(lambda _: rung(desk, "local:0xrace"), range(12)))
    assert len(ids) == 1
    with desk.database.reading() as session:
        assert session.scalar(select(func.count()).where(Alarm.subject == "local:0xrace")) == 1


def test_a_kind_without_a_text_is_a_mistake(desk: Desk) -> None:
    with pytest.raises(ValueError, match="no such alarm"), desk.database.unit_of_work() as session:
        ring(session, "made_up", "x", {})


def test_every_kind_that_is_rung_speaks_and_none_is_left_over() -> None:
    used = set()
    for path in Path(recovery.__file__).parent.rglob("*.py"):
        if path.name == "alarm_texts.py":
            continue
        tree = ast.parse(path.read_text())
        used |= {
            node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)
        } & set(ALARMS)
    assert used == set(ALARMS)


def test_who_may_acknowledge(desk: Desk) -> None:
    alarm = rung(desk, "local:0x3", caused_by=[desk["wallet"].id])
    for name, refusal in (("maker", NotFound), ("owner", NotFound), ("auditor", NotAllowed), ("wallet", NotAllowed)):
        with pytest.raises(refusal):
            answered(desk, alarm, name)
    with pytest.raises(InvalidInput):
        answered(desk, alarm, "lead", "  ")
    with pytest.raises(NotFound):
        answered(desk, uuid.uuid4())
    answered(desk, alarm, "clearing")
    with pytest.raises(Conflict):
        answered(desk, alarm, "lead")


def test_the_database_itself_keeps_them(desk: Desk) -> None:
    alarm = rung(desk, "local:0x4", caused_by=[desk["wallet"].id])
    for statement in (
        update(Alarm).where(Alarm.id == alarm).values(subject="nothing"),
        update(Alarm).where(Alarm.id == alarm).values(facts={}),
        text("DELETE FROM alarm"),
        text("TRUNCATE alarm CASCADE"),
    ):
        with pytest.raises(IntegrityError), desk.database.unit_of_work() as session:
            session.execute(statement)
    with pytest.raises(IntegrityError), desk.database.unit_of_work() as session:
        session.add(AlarmAnswer(alarm_id=alarm, person_id=desk["wallet"].id, reason="mine"))
    answered(desk, alarm)
    for statement in (
        update(Alarm).where(Alarm.id == alarm).values(answered_at=None),
        text("DELETE FROM alarm_answer"),
    ):
        with pytest.raises(IntegrityError), desk.database.unit_of_work() as session:
            session.execute(statement)


def test_lists_and_counts(desk: Desk) -> None:
    alarm = rung(desk, "local:0x5")
    with desk.database.reading() as session:
        before = count_open(session)
        assert open_by_kind(session)[KIND] == before
        assert alarm in {row.id for row in list_alarms(session, still_open=True)}
    answered(desk, alarm, "lead", "known")
    with desk.database.reading() as session:
        assert count_open(session) == before - 1
        row = next(row for row in list_alarms(session, still_open=False) if row.id == alarm)
    assert (row.answered_by, row.reason) == ("lead", "known")
