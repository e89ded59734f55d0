"""The pages around a refund's address: looked at before, changed later, and denied by a link without signing in."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from structlog.testing import capture_logs

from chains.receivable import yes
from chains.receiving import Received
from recovery.db import Database
from recovery.domain.actor import Actor
from recovery.models import Notice
from recovery.queries.facts import latest_quote
from recovery.services import cases, destinations
from recovery.services.notices import token_of
from tests.recovery.web.conftest import PASSWORD, token_in, transfer
from tests.recovery.web.test_pages import form, quoted

FIRST, SECOND = "0x15d34AAf54267DB7D7c367839AAf71A00a2C6A65", "0x1d17CBcF0D6D143135aE902365D2E5e2A16538D4"
THIRD = "0x9965507D1a55bcC2695C58ba16FB37d819B0A4dc"


def checked(database: Database, actor: Actor, ref: str, address: str) -> None:
    with database.unit_of_work() as session:
        asked = destinations.to_ask(session, actor, ref, address)
        if asked is not None:
            destinations.keep(session, asked, Received(yes(deployed=False)), purpose="typed")


@pytest.fixture
def accepted(look_at: Callable[..., str], database: Database, actors: dict[str, Actor]) -> str:
    """A case whose quote was accepted."""
    ref = look_at(transfer())
    quoted(database, actors, ref)
    checked(database, actors["depositor"], ref, FIRST)
    with database.unit_of_work() as session:
        quote = latest_quote(session, cases.find_case(session, actors["depositor"], ref).id)
        assert quote is not None
        wish = {"destination": FIRST, "quote_digest": quote.digest}
        cases.move(session, replace(actors["depositor"], stepped_up=True), ref, "accept", wish, request_id="a" * 32)
    return ref


def test_the_owner_changes_the_address_and_the_link_undoes_it(
    accepted: str, app: Flask, client_of: Callable[[str], FlaskClient], database: Database, actors: dict[str, Actor]
) -> None:
    client, path = client_of("depositor"), f"/cases/{accepted}"
    assert "Where your refund goes" in client.get(path).text
    checked(database, actors["depositor"], accepted, SECOND)
    looked = client.post(f"{path}/destination", data=form(client, path, destination=SECOND))
    assert "The network says that this address can receive" in looked.text
    done = client.post(f"{path}/change_destination", data=form(client, path, destination=SECOND, password=PASSWORD))
    assert done.status_code == 303
    page = client.get(path).text
    assert SECOND in page
    assert "nothing is paid before" in page
    with database.reading() as session:
        notice = session.scalars(select(Notice).order_by(Notice.at.desc()).limit(1)).one()
    link = f"/notices/{token_of(app.extensions['settings'].secret_key, notice.id)}"
    stranger = app.test_client()
    shown = stranger.get(link)
    assert shown.status_code == 200
    assert SECOND in shown.text
    assert "This was not me" in shown.text
    assert stranger.get(link[:-1] + ("0" if link[-1] != "0" else "1")).status_code == 404
    with database.reading() as session:
        assert session.get_one(Notice, notice.id).denied_at is None  # opening it changed nothing
    said = stranger.post(link, data={"csrf_token": token_in(shown.text)})
    assert said.status_code == 200
    assert "The change is undone" in said.text
    again = stranger.post(link, data={"csrf_token": token_in(shown.text)})
    assert again.status_code == 409
    assert "It was already said" in again.text
    assert re.search(r"reported as not yours", client.get(path).text)


def test_an_address_looked_at_a_second_time_gets_its_answer_again(
    accepted: str, client_of: Callable[[str], FlaskClient], database: Database, actors: dict[str, Actor]
) -> None:
    """Another one was looked at in between, and the network need not be asked about the first one again."""
    client, path = client_of("depositor"), f"/cases/{accepted}"
    for address in (SECOND, THIRD):
        checked(database, actors["depositor"], accepted, address)
    for typed in (SECOND, SECOND.lower(), THIRD):
        looked = client.post(f"{path}/destination", data=form(client, path, destination=typed))
        assert "The network says that this address can receive" in looked.text, typed
    wrong = form(client, path, destination=SECOND.lower(), password="not this one")
    refused = client.post(f"{path}/change_destination", data=wrong)
    assert refused.status_code == 422
    assert "The network says that this address can receive" in refused.text
    assert SECOND.lower() in refused.text  # as it was typed


def test_the_desk_has_no_field_for_a_destination(
    accepted: str, client_of: Callable[[str], FlaskClient], database: Database, actors: dict[str, Actor]
) -> None:
    for who in ("specialist", "lead", "wallet"):
        page = client_of(who).get(f"/cases/{accepted}").text
        assert 'name="destination"' not in page
    neighbour = client_of("neighbour")
    home = neighbour.get("/").text
    for path in ("destination", "change_destination"):
        fields = {"csrf_token": token_in(home), "request_id": "b" * 32, "destination": SECOND}
        assert neighbour.post(f"/cases/{accepted}/{path}", data=fields).status_code == 404


def test_no_log_holds_what_opens_a_notice(app: Flask) -> None:
    token = token_of(app.extensions["settings"].secret_key, uuid.uuid4())
    with capture_logs() as logs:
        assert app.test_client().get(f"/notices/{token}").status_code == 404
    assert [one["endpoint"] for one in logs if one["event"] == "request"] == ["notices.show"]
    assert token not in repr(logs)
