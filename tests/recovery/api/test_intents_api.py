"""The exchange's ledger at the API: it fetches what is wanted, answers, and sends notices that are not believed."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from config.settings import Settings
from recovery.app import create_app
from recovery.domain.webhooks import signed_headers
from recovery.models import CreditIntent, Job, LedgerNotice
from recovery.queries.clock import database_now
from recovery.services import people
from recovery.services.holds import hold_by_hand
from tests.recovery.api.conftest import Client, CountingLimits
from tests.recovery.desk import Desk, make_desk
from tests.recovery.services.test_credit_intents import approved

SECRET = "s" * 40


@pytest.fixture
def desk(database_url: str) -> Iterator[Desk]:
    made = make_desk(database_url)
    made.person("ledger", "ledger")
    yield made
    made.database.close()


@pytest.fixture
def api(desk: Desk, settings: Settings) -> Iterator[Client]:
    app: Flask = create_app(replace(settings, ledger=True, ledger_secret=SECRET), limits=CountingLimits())
    tokens = {}
    with desk.database.unit_of_work() as session:
        for name in ("ledger", "clearing"):
            tokens[name] = people.create_token(
                session, email=f"{name}@example.org", label="t", scopes=["intents:read", "intents:confirm"]
            ) if name == "ledger" else people.create_token(
                session, email=f"{name}@example.org", label="t", scopes=["intents:read"]
            )  # fmt: skip
    yield Client(app, tokens)
    app.extensions["database"].close()


def answer_to(intent: dict[str, Any], **changes: str) -> dict[str, str]:
    return {"external_id": f"x-{intent['id']}"} | {key: intent[key] for key in ("amount", "account", "asset")} | changes


def test_it_fetches_pages_and_confirms(api: Client, desk: Desk) -> None:
    refs = [approved(desk)[0] for _ in range(3)]
    first = api.get("/api/v1/intents?state=open&limit=2", "ledger").get_json()
    rest = api.get(f"/api/v1/intents?state=open&limit=2&cursor={first['next']}", "ledger").get_json()
    items = [*first["items"], *rest["items"]]
    assert ([item["case"] for item in items], rest["next"], first["held"]) == (refs, None, False)
    path = f"/api/v1/intents/{items[0]['id']}/confirmation"
    answers = [api.post(path, "ledger", answer_to(items[0]), key=key) for key in ("k1", "k1", "k2")]
    assert [answer.status_code for answer in answers] == [200] * 3
    assert len({answer.data for answer in answers}) == 1
    assert desk.state(refs[0]) == "completed"
    shown = api.get(f"/api/v1/intents/{items[0]['id']}", "clearing").get_json()
    assert (shown["state"], shown["external_id"]) == ("confirmed", f"x-{shown['id']}")


def test_what_differs_is_refused_and_kept(api: Client, desk: Desk) -> None:
    ref, intent = approved(desk)
    item = api.get(f"/api/v1/intents/{intent.id}", "ledger").get_json()
    path = f"/api/v1/intents/{intent.id}/confirmation"
    for _ in range(2):
        answer = api.post(path, "ledger", answer_to(item, amount="1"), key="same")
        assert (answer.status_code, answer.get_json()["reason"]) == (409, "credit_differs")
    assert desk.state(ref) == "credit_on_hold"
    again = api.post(path, "ledger", answer_to(item), key="same")
    assert (again.status_code, again.get_json()["code"]) == (409, "key_reused")


def test_it_refuses(api: Client, desk: Desk) -> None:
    ref, intent = approved(desk)
    body = {"external_id": "r", "reason": "account closed"}
    assert api.post(f"/api/v1/intents/{intent.id}/refusal", "ledger", body).get_json()["state"] == "refused"
    assert desk.state(ref) == "on_hold"


def test_it_sees_nothing_open_while_payouts_are_held(api: Client, desk: Desk) -> None:
    approved(desk)
    with desk.database.unit_of_work() as session:
        hold_by_hand(session, desk["lead"], "a drill")
    page = api.get("/api/v1/intents", "ledger").get_json()
    assert (page["items"], page["held"]) == ([], True)
    assert len(api.get("/api/v1/intents", "clearing").get_json()["items"]) == 1


def notice(api: Client, desk: Desk, body: dict[str, Any], *, id_: str, late: int = 0, secret: str = SECRET) -> int:
    with desk.database.reading() as session:
        at = database_now(session) - timedelta(seconds=late)
    raw = json.dumps(body).encode()
    headers = signed_headers(secret.encode(), id_, at, raw)
    answer = api.post("/api/v1/ledger/notices", data=raw, content_type="application/json", headers=headers, key=None)
    return answer.status_code


def test_a_notice_only_makes_us_ask(api: Client, desk: Desk) -> None:
    ref, intent = approved(desk)
    about = {"intent": str(intent.id), "state": "confirmed", "amount": "1"}

    def jobs() -> int:
        with desk.database.reading() as session:
            return session.scalar(select(func.count()).where(Job.topic == "credit.deliver")) or 0

    before = jobs()
    assert notice(api, desk, about, id_="forged", secret="q" * 40) == 401
    assert notice(api, desk, about, id_="late", late=301) == 401
    assert jobs() == before
    assert [notice(api, desk, about, id_="n-1") for _ in range(3)] == [202] * 3
    assert jobs() == before + 1
    assert notice(api, desk, about | {"more": 1}, id_="n-1") == 409
    for strange in ({"intent": str(uuid.uuid4())}, {"intent": 5}, {}, {"intent": ["x"]}):
        assert notice(api, desk, strange, id_=f"s-{len(str(strange))}-{strange!r:.8}".replace("{", "").replace("'", "")) in (
            202, 401,
        )  # fmt: skip
    assert jobs() == before + 1
    with desk.database.reading() as session:
        assert session.get_one(CreditIntent, intent.id).state == "open"
        assert session.scalar(select(func.count()).select_from(LedgerNotice).where(LedgerNotice.id == "n-1")) == 1
    assert desk.state(ref) == "crediting"
