"""The page of alarms and the banner: who sees them, and how one is acknowledged."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from recovery.db import Database
from recovery.domain.actor import Actor
from recovery.services.alarms import ring
from tests.recovery.web.conftest import PASSWORD, token_in

Clients = Callable[[str], FlaskClient]
HOSTILE = "<img src=x>\u202e"


@pytest.fixture
def alarm(database: Database, actors: dict[str, Actor]) -> str:
    with database.unit_of_work() as session:
        facts = {"network": "local", "address": HOSTILE, "sent": {"to": [HOSTILE]}}
        return str(ring(session, "outflow_without_plan", f"local:{HOSTILE}", facts).id)


def test_who_is_told(alarm: str, client_of: Clients) -> None:
    for name in ("depositor", "specialist"):
        assert client_of(name).get("/alarms").status_code == 404
        assert "1 alarm rings" not in client_of(name).get("/desk" if name == "specialist" else "/").text
    for name in ("wallet", "lead", "auditor"):
        client = client_of(name)
        assert "1 alarm rings" in client.get("/desk").text
        page = client.get("/alarms").text
        assert "Coins left one of our wallets without a plan" in page
        assert "<img" not in page.replace('<img src="/static', "") and "\u202e" not in page
        assert ("Acknowledge</button>" in page) == (name != "auditor")


def test_it_rests_once_somebody_says_why(alarm: str, client_of: Clients) -> None:
    client = client_of("lead")
    token = token_in(client.get("/alarms").text)
    refused = client.post(f"/alarms/{alarm}/acknowledge", data={"csrf_token": token, "reason": " "})
    assert refused.status_code == 422
    assert "Say why this alarm may rest." in refused.text
    form = {"csrf_token": token, "reason": "It was the monthly test."}
    assert client.post(f"/alarms/{alarm}/acknowledge", data=form).status_code == 303
    page = client.get("/alarms").text
    assert "Nothing rings." in page and "It was the monthly test." in page
    assert "alarm rings" not in client.get("/desk").text
    assert client.post(f"/alarms/{alarm}/acknowledge", data=form).status_code == 409


def test_the_machine_that_watches_counts_them(alarm: str, client_of: Clients) -> None:
    figures = client_of("lead").get("/metrics").text
    assert 'recovery_open_alarms{kind="outflow_without_plan"} 1.0' in figures
    assert 'recovery_open_alarms{kind="in_transit_too_long"} 0.0' in figures


def test_a_wallet_is_confirmed_with_the_password(database: Database, client_of: Clients) -> None:
    with database.unit_of_work() as session:
        alarm = ring(session, "wallet_changed", "local:0x1", {"network": "local", "address": "0x1"}).id
    client, path = client_of("lead"), f"/alarms/{alarm}/acknowledge"
    page = client.get("/alarms").text
    assert 'name="password"' in page
    form = {"csrf_token": token_in(page), "reason": "It is ours."}
    assert client.post(path, data=form).status_code == 403
    assert client.post(path, data=form | {"password": "wrong"}).status_code == 422
    assert client.post(path, data=form | {"password": PASSWORD}).status_code == 303
    assert "Nothing rings." in client.get("/alarms").text
