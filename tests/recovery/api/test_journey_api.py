"""The journey of the mission through the API alone: from a pasted hash to a refund on a real chain."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher
from sqlalchemy import select, update

from recovery.app import create_app
from recovery.domain.accounting import unsettled
from recovery.domain.scopes import SCOPES
from recovery.models import Person, Posting
from recovery.services import people
from tests.recovery.api.conftest import PASSWORD, Client, CountingLimits
from tests.recovery.sample_world import SIGNER, SampleWorld, make_world


@pytest.fixture
def world(database_url: str, start_anvil: Any, tmp_path: Path) -> Iterator[SampleWorld]:
    """A chain and a database of their own; everybody has a password."""
    made = make_world(database_url, start_anvil(), tmp_path)
    with made.database.unit_of_work() as session:
        session.execute(update(Person).values(password_hash=PasswordHasher(1, 8, 1).hash(PASSWORD)))
    yield made
    made.database.close()


@pytest.fixture
def client(world: SampleWorld) -> Iterator[Client]:
    """Everybody of the sample world with a token, the first of each role by its name."""
    tokens: dict[str, str] = {}
    people_of = [*((one["role"], one["email"]) for one in world.world["sign_ins"]), ("signer", SIGNER)]
    with world.database.unit_of_work() as session:
        for role, email in people_of:
            if role not in tokens:
                tokens[role] = people.create_token(session, email=email, label="journey", scopes=list(SCOPES))
    app = create_app(world.settings, limits=CountingLimits())
    yield Client(app, tokens)
    app.extensions["database"].close()


def case(client: Client, who: str, ref: str) -> dict[str, Any]:
    answer = client.get(f"/api/v1/cases/{ref}", who)
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.get_json()
    return body


def move(client: Client, who: str, ref: str, name: str, **fields: Any) -> dict[str, Any]:
    """Make a move that the case itself says is open, confirming with the password where it says so."""
    action = next(one for one in case(client, who, ref)["actions"] if one["name"] == name)
    assert action["open"], action
    assert set(fields) <= set(action["fields"])
    if action["step_up"]:
        client.post("/api/v1/step-up", who, {"password": PASSWORD})
    answer = client.post(f"/api/v1/cases/{ref}/{name}", who, fields)
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.get_json()
    return body


def sign_off(client: Client, world: SampleWorld, ref: str, kind: str) -> None:
    digest = case(client, "wallet", ref)["plans"][-1]["digest"]
    for team in ("wallet", "clearing"):
        move(client, team, ref, f"approve_{kind}_{team}", digest=digest)
    world.work()


def settle(client: Client, world: SampleWorld) -> None:
    """What the signer does: fetch, sign, hand in."""
    plans = client.get("/api/v1/plans?state=released", "signer").get_json()["items"]
    assert len(plans) == 1
    signed = {"transactions": world.sign(plans[0])}
    path = f"/api/v1/plans/{plans[0]['id']}"
    listed = client.get(f"{path}/files", "signer").get_json()["items"]
    for one in listed:
        body = client.get(f"{path}/files/{one['name']}", "signer").data
        assert (len(body), sha256(body).hexdigest()) == (one["size"], one["sha256"])
    raw = [one["name"] for one in listed if one["format"] == "raw"]
    assert len(raw) == len(plans[0]["steps"])
    tampered = {"transactions": [*signed["transactions"][:-1], signed["transactions"][-1][:-2] + "00"]}
    assert client.post(f"{path}/signed", "signer", tampered).status_code in (409, 422)
    recorded = client.post(f"{path}/signed", "signer", signed, key="signed-" + plans[0]["id"])
    assert (recorded.status_code, recorded.get_json()["state"]) == (200, "recorded"), recorded.text
    again = client.post(f"{path}/signed", "signer", signed, key="signed-" + plans[0]["id"])
    assert again.data == recorded.data
    assert client.get(path, "signer").get_json()["steps"][0]["hash"]


def test_an_unlisted_token_comes_back_through_the_api_alone(client: Client, world: SampleWorld) -> None:
    deposit = world.deposit("unlisted_token")
    verified = client.post("/api/v1/verify", "depositor", {"hash": deposit["hash"], "network": "local"}).get_json()
    assert verified["status"] == "succeeded"
    assert deposit["amount"] in [transfer["amount"] for transfer in verified["transfers"]]

    opened = client.post("/api/v1/appeals", "depositor", {"reference": deposit["hash"]})
    assert opened.status_code == 201
    ref = opened.get_json()["ref"]
    world.work_until(ref, "under_review", mine=False)
    assert case(client, "specialist", ref)["diagnosis"]["cause"] == "D01"
    assert [one["ref"] for one in client.get("/api/v1/cases?queue=review", "specialist").get_json()["items"]] == [ref]
    move(client, "specialist", ref, "take")
    move(client, "specialist", ref, "ask_depositor", question="Which wallet did you send from?")
    assert case(client, "depositor", ref)["messages"][-1]["body"] == "Which wallet did you send from?"
    move(client, "depositor", ref, "answer", answer="My own.")
    move(client, "specialist", ref, "conclude")
    move(client, "specialist", ref, "quote")

    quote = case(client, "depositor", ref)["quote"]
    assert quote["gross"] == deposit["amount"]
    assert int(quote["gross"]) == int(quote["fee"]) + int(quote["network_cost"]) + int(quote["net"])
    accept = f"/api/v1/cases/{ref}/accept"
    destination = world.world["outside_wallets"]["acct-1001"]
    wish = {"destination": destination, "quote_digest": quote["digest"]}
    assert client.post(accept, "depositor", wish).get_json()["code"] == "step_up_needed"
    client.post("/api/v1/step-up", "depositor", {"password": PASSWORD})
    wrong = client.post(accept, "depositor", {**wish, "destination": destination[:-1]})
    assert (wrong.status_code, wrong.get_json()["errors"][0]["field"]) == (422, "destination")
    move(client, "depositor", ref, "accept", **wish)

    move(client, "specialist", ref, "prepare_sweep")
    world.work()
    sign_off(client, world, ref, "sweep")
    settle(client, world)
    world.work_until(ref, "refund_sign_off")
    sign_off(client, world, ref, "refund")
    settle(client, world)
    world.work_until(ref, "completed")

    statement = case(client, "depositor", ref)["statement"]
    assert (statement["net"], statement["destination"]) == (quote["net"], destination)
    refund = client.post("/api/v1/verify", "depositor", {"hash": statement["hash"], "network": "local"}).get_json()
    assert [(one["recipient"], one["amount"]) for one in refund["transfers"]] == [(destination, quote["net"])]
    events = client.get(f"/api/v1/cases/{ref}/events?limit=100", "auditor").get_json()["items"]
    assert [event["seq"] for event in events] == list(range(1, len(events) + 1))
    with world.database.reading() as session:
        rows = session.execute(select(Posting.debit, Posting.credit, Posting.asset, Posting.amount)).all()
        assert rows and not unsettled(rows)
