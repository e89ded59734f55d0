"""The page of prices, and a quote whose price moved: what people read, on a telephone too."""

from __future__ import annotations

import re
import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Page
from sqlalchemy import select
from werkzeug.serving import make_server

from chains.receivable import yes
from chains.receiving import Received
from recovery.db import Database
from recovery.domain.actor import Actor
from recovery.domain.fees import Ratio
from recovery.domain.ids import new_id
from recovery.domain.prices import NATIVE, Observed
from recovery.models import Consent, FeePolicy
from recovery.queries.cases import find_case
from recovery.services import cases, destinations, evidence, people, prices, quotes
from recovery.services.transitions import lock
from recovery.web._quote_words import price_words
from tests.recovery.web.conftest import PASSWORD, token_in, transfer

Clients = Callable[[str], FlaskClient]
TOKEN = str(transfer().contract)


def observed(database: Database, numerator: int) -> None:
    """Three sources say about the same, a moment ago."""
    with database.unit_of_work() as session:
        at = datetime.now(UTC) - timedelta(seconds=30)
        prices.observe(
            session,
            [
                Observed(new_id(), "local", TOKEN, NATIVE, name, Ratio(numerator + n, 100_000), at)
                for n, name in enumerate(("index", "market", "feeds"))
            ],
        )


@pytest.fixture
def quoted(look_at: Callable[..., str], database: Database, actors: dict[str, Actor]) -> str:
    """A case with a quote made at a price."""
    ref, specialist = look_at(transfer()), actors["specialist"]
    observed(database, 1_000)
    with database.unit_of_work() as session:
        made = people.add_person(
            session, email="clearing@example.org", display_name="Clearing", roles=["clearing"], password=PASSWORD
        )
        actors["clearing"] = Actor(made.id, frozenset({"clearing"}), stepped_up=True)
        session.add(
            FeePolicy(
                version=1001, note="test",
                document={
                    "rules": [
                        {
                            "name": "standard",
                            "fee": {"kind": "percent", "bps": 500},
                            "network_cost": {"borne_by": "depositor"},
                        }
                    ]
                },
                drafted_by=specialist.id, activated_by=actors["auditor"].id, activated_at=datetime.now(UTC),
            )
        )  # fmt: skip
        evidence.write_probe(
            session, find_case(session, specialist, ref), problem=None, symbol="WOBL", decimals=18,
            balance=1250 * 10**18, network_cost=10**14,
        )  # fmt: skip
    for name in ("conclude", "quote"):
        with database.unit_of_work() as session:
            cases.move(session, specialist, ref, name, {}, request_id=uuid.uuid4().hex)
    return ref


def form(client: FlaskClient, path: str, **fields: Any) -> dict[str, Any]:
    page = client.get(path).text
    version = re.search(r'name="version" value="(\d+)"', page)
    own = {"csrf_token": token_in(page), "request_id": uuid.uuid4().hex}
    return own | ({"version": version.group(1)} if version else {}) | fields


def digest_on(page: str) -> str:
    found = re.search(r'name="quote_digest" value="([0-9a-f]{64})"', page)
    assert found
    return found.group(1)


def test_the_market_moves_under_the_depositors_hand(
    client_of: Clients, quoted: str, database: Database, actors: dict[str, Actor]
) -> None:
    client, path = client_of("depositor"), f"/cases/{quoted}"
    page = client.get(path).text
    assert re.search(r"Price: median of the sources \(feeds, index, market\), 0\.2 % apart, \d+ seconds old", page)
    observed(database, 2_000)
    fields = {"destination": "0x15d34AAf54267DB7D7c367839AAf71A00a2C6A65", "password": PASSWORD}
    with database.unit_of_work() as session:
        asked = destinations.to_ask(session, actors["depositor"], quoted, fields["destination"])
        assert asked is not None
        destinations.keep(session, asked, Received(yes(deployed=False)), purpose="typed")
    refused = client.post(f"{path}/accept", data=form(client, path, quote_digest=digest_on(page), **fields))
    assert refused.status_code == 409
    for words in ("The price has moved", "Nothing was accepted", "The quote before", "at the price of now"):
        assert words in refused.text
    page = client.get(path).text
    done = client.post(f"{path}/accept", data=form(client, path, quote_digest=digest_on(page), **fields))
    assert done.status_code == 303
    page = client.get(path).text
    assert "What was on the screen when the quote was accepted" in page
    with database.reading() as session:
        seen = session.scalars(select(Consent)).one().content["seen"]
    assert (seen["door"], seen["language"]) == ("page", "en")
    assert re.fullmatch(r"You receive: [\d.,]+ \S+", seen["lines"][-3])
    assert seen["lines"][-2].startswith("Price: median of the sources")
    assert all(len(seen[name]) in (16, 64) for name in ("texts", "session", "browser"))
    for line in seen["lines"]:
        assert line.split(" (")[0] in re.sub(r"\s+", " ", page)
    assert "What was on the screen" in client_of("auditor").get(path).text


def test_a_price_by_hand_on_its_page(client_of: Clients, quoted: str, database: Database) -> None:
    for name in ("depositor", "specialist"):
        assert client_of(name).get("/prices").status_code == 404
    lead, clearing = client_of("lead"), client_of("clearing")
    assert "median of the sources" in lead.get("/prices").text
    assert "Enter a price" not in client_of("auditor").get("/prices").text
    fields = {"network": "local", "contract": TOKEN, "decimals": "18", "price": "0.5", "reference": "USD"}
    wrong = lead.post("/prices", data=form(lead, "/prices", **fields, reason=" ", password=PASSWORD))
    assert wrong.status_code == 422
    assert "Say why the price is entered by hand" in wrong.text
    reason = "<script>no source tells it</script>"
    assert lead.post("/prices", data=form(lead, "/prices", **fields, reason=reason)).status_code == 303
    page = lead.get("/prices").text
    assert "<script>no source" not in page
    assert "somebody else confirms it" in page
    entry = re.search(r"/prices/([0-9a-f-]{36})/confirm", clearing.get("/prices").text)
    assert entry
    own = lead.post(f"/prices/{entry.group(1)}/confirm", data=form(lead, "/prices"))
    assert own.status_code == 403
    confirm = f"/prices/{entry.group(1)}/confirm"
    assert clearing.post(confirm, data=form(clearing, "/prices", password=PASSWORD)).status_code == 303
    assert "entered and confirmed by two people" in clearing.get("/prices").text


@contextmanager
def served(app: Flask) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.mark.parametrize(
    ("who", "path"), [("depositor", "/cases/{ref}"), ("lead", "/prices"), ("lead", "/cases/{ref}")]
)
def test_it_fits_and_is_accessible(
    app: Flask, page: Page, quoted: str, database: Database, actors: dict[str, Actor], who: str, path: str
) -> None:
    observed(database, 9_000)
    with database.unit_of_work() as session:
        case = find_case(session, actors["specialist"], quoted)
        lock(session, case)
        assert quotes.follow_market(session, case)
        prices.enter(
            session, actors["clearing"], network="local", contract=TOKEN, reference="USD", price="0." + "1" * 50, decimals=18,
            reason="because " * 60,
        )  # fmt: skip
    with served(app) as site:
        page.goto(f"{site}/sign-in")
        page.fill("input[name=email]", f"{who}@example.org")
        page.fill("input[name=password]", PASSWORD)
        page.click("main button[type=submit]")
        for width in (390, 1280):
            page.set_viewport_size({"width": width, "height": 900})
            page.goto(site + path.format(ref=quoted))
            for summary in page.locator("main details > summary").all():
                summary.click()
            assert page.evaluate("document.documentElement.scrollWidth") <= width
            assert Axe().run(page).response["violations"] == []


def test_a_fee_of_a_coin_in_dollars_does_not_say_that_it_needs_no_price(app: Flask) -> None:
    same = {"kind": "same", "age_seconds": 0, "names": [], "spread_bps": 0}
    dollars = {"kind": "median", "age_seconds": 60, "names": ["one", "two"], "spread_bps": 10}
    with app.test_request_context():
        assert "no price" in price_words({"price": same, "price_in_dollars": None})
        told = price_words({"price": same, "price_in_dollars": dollars})
    assert "no price" not in told
    assert "one, two" in told
