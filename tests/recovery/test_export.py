"""Exports of a real database: the right cases, whole chains, one state, and what the command says."""

from __future__ import annotations

import io
import json
import tracemalloc
import uuid
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from made_histories import START, MadeCase, made_cases
from sqlalchemy import insert, text

from recovery.cli import main
from recovery.cli.audit import Moment
from recovery.db import Database
from recovery.domain import verifier
from recovery.domain.actor import Actor
from recovery.domain.exports import EventRow, Histories
from recovery.domain.ids import new_id
from recovery.errors import InvalidInput, NotAllowed
from recovery.models import CaseEvent, Person, Posting, RecoveryCase
from recovery.services import export
from recovery.services.export_files import write_export
from recovery.services.export_signing import public_key

AUDITOR = Actor(id=uuid.UUID(int=7), roles=frozenset({"auditor"}))
END = START + timedelta(days=365)


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    opened = Database(database_url, pool_size=2)
    yield opened
    opened.close()


def store(database: Database, cases: list[MadeCase]) -> None:
    """Cases, events and postings as the services would have written them."""
    people, rows, events, postings = [], [], [], []
    for case in cases:
        depositor = case.people["depositor"][0]
        people.append({"id": depositor, "email": f"{depositor}@example.com", "display_name": "D"})
        last = json.loads(case.events[-1].body)
        rows.append(
            {"id": case.id, "ref": case.ref, "workflow": last["workflow"], "state": last["to"]}
            | {"version": len(case.events), "head_hash": case.events[-1].hash, "depositor_id": depositor}
            | {"account": "a", "reference": "r", "hash": str(case.id), "round": 0, "looks": 0}
        )
        for event in case.events:
            body = json.loads(event.body)
            events.append(
                {"case_id": case.id, "seq": event.seq, "id": new_id(), "name": body["name"], "body": event.body}
                | {"actor_id": uuid.UUID(body["actor"]), "prev_hash": event.prev, "hash": event.hash}
                | {"at": datetime.fromisoformat(body["at"])}
            )
        for _, seq, kind, leg, debit, credit, network, asset, amount, at in case.files["postings.csv"]:
            postings.append(
                {"id": new_id(), "case_id": case.id, "seq": int(seq), "kind": kind, "leg": leg, "debit": debit}
                | {"credit": credit, "network": network, "asset": asset, "amount": int(amount)}
                | {"at": datetime.fromisoformat(at)}
            )
    with database.unit_of_work() as session:
        for table, values in ((Person, people), (RecoveryCase, rows), (CaseEvent, events), (Posting, postings)):
            if values:
                session.execute(insert(table), values)


def plain_cases(count: int) -> list[MadeCase]:
    """Made cases that never came to a plan or a quote, which `store` does not write."""
    return [case for case in made_cases(4, count * 4) if not case.files["plans.csv"] and not case.files["quotes.csv"]][
        :count
    ]


def exported(
    database: Database, path: Path, form: str = "bundle", *, start: datetime = START, end: datetime = END
) -> dict[str, Any]:
    with database.reading() as session:
        return export.export_file(session, AUDITOR, start=start, end=end, form=form, path=path, home=path.parent)


@pytest.mark.parametrize("form", ["bundle", "csv", "jsonl"])
def test_an_export_verifies(database: Database, tmp_path: Path, form: str) -> None:
    cases = plain_cases(20)
    store(database, cases)
    manifest = exported(database, tmp_path / f"x.{form}", form)
    report = verifier.verify(tmp_path / f"x.{form}", key=manifest["signature"]["public_key"])
    assert [str(problem) for problem in report.problems] == []
    assert (report.cases, report.events) == (len(cases), sum(len(case.events) for case in cases))
    assert report.signed_by


def test_the_period_chooses_cases_and_gives_their_chain_up_to_its_end(database: Database, tmp_path: Path) -> None:
    cases = plain_cases(12)
    store(database, cases)
    times = sorted(datetime.fromisoformat(json.loads(event.body)["at"]) for case in cases for event in case.events)
    start, end = times[len(times) // 3], times[2 * len(times) // 3]
    manifest = exported(database, tmp_path / "x.zip", start=start, end=end)
    expected = {}
    for case in cases:
        moments = [datetime.fromisoformat(json.loads(event.body)["at"]) for event in case.events]
        if any(start <= moment < end for moment in moments):
            expected[case.ref] = sum(moment < end for moment in moments)
    with zipfile.ZipFile(tmp_path / "x.zip") as packed:
        rows = [json.loads(line) for line in packed.read("events.jsonl").splitlines()]
    found: dict[str, int] = {}
    for row in rows:
        found[row["case"]] = found.get(row["case"], 0) + 1
    assert found == expected
    assert verifier.verify(tmp_path / "x.zip").ok
    population = manifest["population"]
    assert population["events_in_period"] == sum(start <= moment < end for moment in times)
    assert population["cases_opened_before_end"] >= len(expected)


def test_an_empty_period_proves_that_it_is_empty(database: Database, tmp_path: Path) -> None:
    manifest = exported(database, tmp_path / "x.zip")
    assert manifest["population"] == {"cases": 0, "events": 0, "events_in_period": 0, "cases_opened_before_end": 0}
    assert verifier.verify(tmp_path / "x.zip").ok


def test_a_byte_changed_in_the_database_is_found(database: Database, tmp_path: Path) -> None:
    cases = plain_cases(5)
    store(database, cases)
    with database.unit_of_work() as session:
        session.execute(text("ALTER TABLE case_event DISABLE TRIGGER ALL"))
        session.execute(text("UPDATE case_event SET body = replace(body, 'withdraw', 'Withdraw')"))
        session.execute(text("UPDATE case_event SET body = replace(body, '0xé', '0xe')"))
        session.execute(text("ALTER TABLE case_event ENABLE TRIGGER ALL"))
    exported(database, tmp_path / "x.zip")
    problems = [str(problem) for problem in verifier.verify(tmp_path / "x.zip").problems]
    assert any("the hash does not fit the content" in problem for problem in problems)


@pytest.mark.parametrize("roles", [{"depositor"}, {"specialist"}, {"wallet"}, {"admin"}, set()])
def test_only_auditors_and_leads_export(database: Database, roles: set[str]) -> None:
    actor = Actor(id=uuid.UUID(int=8), roles=frozenset(roles))
    with database.reading() as session, pytest.raises(NotAllowed):
        export.export_to(session, actor, start=START, end=END, form="csv", out=io.BytesIO(), home=Path("/nonexistent"))


def test_a_token_needs_the_scope(database: Database) -> None:
    actor = Actor(id=uuid.UUID(int=8), roles=frozenset({"auditor"}), scopes=frozenset({"cases:read"}))
    with database.reading() as session, pytest.raises(NotAllowed):
        export.export_to(session, actor, start=START, end=END, form="csv", out=io.BytesIO(), home=Path("/nonexistent"))


@pytest.mark.parametrize(("start", "end", "form"), [(END, START, "csv"), (START, START, "csv"), (START, END, "pdf")])
def test_wrong_input_is_refused(database: Database, start: datetime, end: datetime, form: str) -> None:
    with database.reading() as session, pytest.raises(InvalidInput):
        export.export_to(session, AUDITOR, start=start, end=end, form=form, out=io.BytesIO(), home=Path("/nonexistent"))


def test_a_used_session_is_refused_rather_than_two_states_mixed(database: Database, tmp_path: Path) -> None:
    with database.reading() as session:
        session.execute(text("SELECT 1"))
        with pytest.raises(RuntimeError, match="session of its own"):
            export.export_to(session, AUDITOR, start=START, end=END, form="csv", out=io.BytesIO(), home=tmp_path)


def test_a_failed_export_leaves_no_file(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ConnectionError("the database went away")

    monkeypatch.setattr(export, "write_export", broken)
    with pytest.raises(ConnectionError):
        exported(database, tmp_path / "x.zip")
    assert list(tmp_path.iterdir()) == []


def test_memory_does_not_grow_with_the_export(tmp_path: Path) -> None:
    """Twenty thousand events, made one by one: ten megabytes written, and read again, in a few."""
    case = made_cases(1, 1)[0]
    small = case.events[0]

    def events() -> Iterator[EventRow]:
        for number in range(20_000):
            yield replace(small, case=f"RC-{number:06d}")

    many = Histories({"cases": 20_000, "events": 20_000}, events, {})
    tracemalloc.start()
    with (tmp_path / "x.jsonl").open("wb") as out:
        write_export(many, {"period": {}}, "jsonl", out)
    written = tracemalloc.get_traced_memory()[1]
    tracemalloc.reset_peak()
    report = verifier.verify(tmp_path / "x.jsonl")
    read = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert (report.cases, report.events) == (20_000, 20_000)
    assert (tmp_path / "x.jsonl").stat().st_size > 8_000_000
    assert max(written, read) < 7_000_000


class Ran(NamedTuple):
    code: int
    out: str


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> Ran:
    code = main(arguments)
    return Ran(code, capsys.readouterr().out)


def test_the_commands(
    database: Database,
    database_url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("RECOVERY_DATABASE_URL", database_url)
    monkeypatch.setenv("RECOVERY_HOME", str(tmp_path / "home"))
    store(database, plain_cases(6))
    for form in ("bundle", "csv", "jsonl"):
        path = str(tmp_path / f"out-{form}")
        period = ("--from", "2026-01-01", "--to", "2026-12-31")
        made = run(capsys, "export", *period, "--format", form, "-o", path, "--json")
        assert made.code == 0
        summary = json.loads(made.out)
        assert summary["cases"] == 6
        key = run(capsys, "audit", "key").out.strip()
        fine = run(capsys, "audit", "verify", path, "--json", "--key", key)
        answer = json.loads(fine.out)
        assert (fine.code, answer["ok"], answer["seal"], answer["rules_are_ours"]) == (0, True, summary["seal"], True)
        assert run(capsys, "audit", "verify", path, "--key", "00" * 32).code == 1
        whole = Path(path).read_bytes()
        place = len(whole) // 3
        Path(path).write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        changed = run(capsys, "audit", "verify", path)
        assert changed.code == 1
        assert "NOT AS IT WAS MADE" in changed.out
    assert main(["audit", "verify", str(tmp_path / "nothing")]) == 2
    assert main(["export", "--from", "2026-01-01", "--to", "tomorrow", "--format", "csv", "-o", "-"]) == 2
    assert (
        main(["export", "--from", "2026-02-01", "--to", "2026-01-01", "--format", "csv", "-o", str(tmp_path / "a")])
        == 2
    )


def test_a_day_named_as_the_end_is_within() -> None:
    assert Moment(end=True).convert("2026-01-31", None, None) == datetime(2026, 2, 1, tzinfo=UTC)
    assert Moment().convert("2026-01-31", None, None) == datetime(2026, 1, 31, tzinfo=UTC)
    instant = "2026-01-31T10:00:00+02:00"
    assert Moment(end=True).convert(instant, None, None) == datetime(2026, 1, 31, 8, tzinfo=UTC)


def test_the_key_is_made_once_and_is_for_its_owner_alone(tmp_path: Path) -> None:
    key = public_key(tmp_path / "home")
    assert public_key(tmp_path / "home") == key
    assert (tmp_path / "home" / "export_key").stat().st_mode & 0o777 == 0o600
    assert len(list((tmp_path / "home").iterdir())) == 1
