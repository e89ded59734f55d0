"""Signs of fraud, screening and blocked funds in pages and in the API: for those at the desk who need them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from recovery.db import Database
from recovery.domain.actor import SYSTEM, Actor
from recovery.domain.screening import Answer, Gate, Verdict
from recovery.models import FraudSignal, RecoveryCase
from recovery.services import people, screening
from recovery.services.screening import Asked
from tests.recovery.web.conftest import SENDER, transfer

Clients = Callable[[str], FlaskClient]
HOSTILE = "<img src=x onerror=alert(1)>"


@pytest.fixture
def marked(database: Database, look_at: Callable[..., str]) -> str:
    """A case with a sign of fraud and a sanctioned sender, both worded by somebody hostile."""
    ref = look_at(transfer())
    with database.unit_of_work() as session:
        case = session.scalars(select(RecoveryCase).where(RecoveryCase.ref == ref)).one()
        session.add(
            FraudSignal(case_id=case.id, code="V17", reason="hostile_upload", strength=3, evidence={"name": HOSTILE})
        )
        questions = screening.questions(session, case)
        answer = Answer(Verdict.SANCTIONED, "http", "", (HOSTILE,), datetime.now(UTC), b"{}")
        screening.keep(session, case, Gate.SWEEP, Asked(questions, (answer,)))
    return ref


def test_the_desk_reads_signs_and_answers_and_the_depositor_reads_nothing(client_of: Clients, marked: str) -> None:
    page = client_of("specialist").get(f"/cases/{marked}").text
    assert "A file handed in is of a kind that can run" in page
    assert 'data-testid="screenings"' in page
    assert "sanctioned" in page
    assert HOSTILE not in page
    for name in ("depositor", "wallet"):
        page = client_of(name).get(f"/cases/{marked}").text
        for word in ("V17", "hostile_upload", "Signs of fraud", 'data-testid="screenings"', "onerror"):
            assert word not in page
        assert name == "wallet" or "sanctioned" not in page  # the trace of checks, for staff, asks about it
    assert client_of("neighbour").get(f"/cases/{marked}").status_code == 404


def test_the_api_tells_the_same_people_the_same(
    app: Flask, database: Database, actors: dict[str, Actor], marked: str
) -> None:
    with database.unit_of_work() as session:
        tokens = {
            name: people.create_token(session, email=f"{name}@example.org", label="t", scopes=["cases:read"])
            for name in actors
        }

    def told(name: str) -> Any:
        headers = {"Authorization": f"Bearer {tokens[name]}"}
        return app.test_client().get(f"/api/v1/cases/{marked}", headers=headers).get_json()

    for name in ("specialist", "auditor"):
        assert [one["code"] for one in told(name)["signals"]] == ["V17", "V6"]
        assert {one["verdict"] for one in told(name)["screenings"]} == {"clear", "sanctioned"}
    for name in ("depositor", "wallet"):
        assert told(name)["signals"] == told(name)["screenings"] == []
    assert "sanctioned" not in str(told("depositor"))
    assert "V17" not in str(told("depositor"))


def test_blocked_funds_are_for_lead_and_auditor(client_of: Clients, marked: str, database: Database) -> None:
    page = client_of("auditor").get("/blocked-funds").text
    assert marked in page
    assert SENDER in page
    assert "10 business days left" in page
    assert "No list is in force" in page
    assert HOSTILE not in page
    for name in ("depositor", "specialist", "wallet"):
        assert client_of(name).get("/blocked-funds").status_code == 404
    with database.unit_of_work() as session:
        assert screening.import_list(session, SYSTEM, "sdn", SENDER.encode(), version="7").taken
    assert "sdn 7 (1)" in client_of("auditor").get("/blocked-funds").text
    assert "/blocked-funds" not in client_of("specialist").get("/desk").text


def test_the_page_of_nothing(client_of: Clients) -> None:
    assert "Nothing is blocked." in client_of("auditor").get("/blocked-funds").text
