"""The page of fees: who sees it, rules in plain words, and the way of a version from draft over its trial to force."""

from __future__ import annotations

import io
import json
import os
import re
import threading
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Page
from werkzeug.serving import make_server
from werkzeug.test import TestResponse

from config.starting_points import fee_policies, fee_policy
from recovery.db import Database
from recovery.domain.actor import Actor
from recovery.domain.fees.trial import Change, Sum, Trial
from recovery.queries.people import actor_by_email
from recovery.services import people
from recovery.services.fee_trials import keep_trial
from recovery.services.policies import draft_policy
from recovery.services.quotes import active_policy
from recovery.web._fee_words import explain
from tests.recovery.web.conftest import PASSWORD, token_in

SignIn = Callable[[str], FlaskClient]
ASSET = "eip155:1/erc20:0x1111111111111111111111111111111111111111"


@pytest.fixture
def keepers(database: Database, actors: dict[str, Actor]) -> dict[str, Actor]:
    """A lead and an administrator."""
    with database.unit_of_work() as session:
        people.add_person(session, email="admin@example.org", display_name="Admin", roles=["admin"], password=PASSWORD)
    with database.reading() as session:
        return {name: actor_by_email(session, f"{name}@example.org") for name in ("lead", "admin")}


def send(client: FlaskClient, path: str, **fields: Any) -> TestResponse:
    data = {"csrf_token": token_in(client.get("/policy").text), "request_id": "a" * 32} | fields
    return client.post(path, data=data)


def words(answer: TestResponse) -> str:
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", answer.text)))


def drafted(database: Database, actor: Actor, name: str, **changes: Any) -> int:
    with database.unit_of_work() as session:
        return draft_policy(session, actor, json.loads(fee_policy(name)) | changes, "for the test").version


def shown_trial() -> Trial:
    """A trial with one difference of every kind."""
    trial = Trial(quotes=9, changed=1, refused=1, possible=1, failed=["RC-9/1"])
    trial.changes = [
        Change("RC-1", 1, ASSET, "changed", 90, 80, "standard"),
        Change("RC-2", 1, ASSET, "refused", 90, None, "", "value_below_cost"),
        Change("RC-3", 0, ASSET, "possible", None, 10**30, "standard"),
    ]
    trial.sums = {ASSET: Sum(2, 10, 20, 180, 80)}
    return trial


def test_who_sees_it(keepers: dict[str, Actor], client_of: SignIn, database: Database) -> None:
    version = drafted(database, keepers["lead"], "coinbase")
    for name in ("depositor", "specialist", "wallet"):
        assert client_of(name).get("/policy/fees").status_code == 404
    auditor = client_of("auditor")
    page = auditor.get("/policy/fees")
    assert page.status_code == 200
    assert "Draft a new version" not in page.text
    assert "Try it on all" not in page.text
    data = {"csrf_token": token_in(auditor.get("/export").text), "request_id": "a" * 32}
    assert auditor.post(f"/policy/fees/{version}/try", data=data).status_code == 403
    assert auditor.post("/policy/fees", data=data | {"content": fee_policy("zke"), "note": "x"}).status_code == 403
    assert client_of("lead").get("/policy/fee").headers["Location"] == "/policy/fees"
    assert client_of("lead").get("/policy/fees?version=77").status_code == 404
    assert client_of("lead").get("/policy/fees?start=nobody").status_code == 404
    assert send(client_of("lead"), "/policy/fee", content="{}", note="x").status_code == 404


@pytest.mark.parametrize(
    ("name", "sentences"),
    [
        ("coinbase", ["of class higher recovery fee, recovery fee: 5 % of what exceeds 100 USD", "bears 100 %"]),
        ("korbit", ["10 %, at least 30,000 KRW , at most 100,000 KRW", "Given back when the recovery fails."]),
        ("bybit", ["of XRP, of class memo fee", "5 times the withdrawal fee", "Nothing below 500 USD is recovered."]),
        ("kucoin", ["named by a person, from 200 USD to 500 USD"]),
        (
            "gate",
            ["with cause B01, B02, B11: Free of charge", "What of it is not used is returned.", "Paid in advance."],
        ),
        ("bittrex_global", ["BTC sent to an address of Bitcoin Cash: 1,000 USD"]),
        (
            "coinexchange",
            ["by asset – ETH sent to an address of Ethereum Classic", "ETH: 10 %, at least 0.1 ETH"],
        ),
        ("btse", ["Not given back when the recovery fails.", "Without a price nothing is quoted."]),
    ],
)
def test_rules_are_readable(
    keepers: dict[str, Actor], client_of: SignIn, database: Database, name: str, sentences: list[str]
) -> None:
    version = drafted(database, keepers["lead"], name)
    page = words(client_of("lead").get(f"/policy/fees?version={version}"))
    for sentence in sentences:
        assert sentence in page, page


def test_every_switch_has_words(keepers: dict[str, Actor], client_of: SignIn, database: Database) -> None:
    slices = [{"below": {"asset": "5"}, "fee": {"kind": "free"}}, {"fee": {"kind": "percent", "bps": 125}}]
    waivers = [
        {"name": "ours", "own_error": True, "network_cost": True},
        {"name": "little", "value": {"from": {"reference": "1"}, "below": {"reference": "900"}}},
    ]
    rules = [
        {
            "name": "one <b>",
            "match": {"networks": ["ethereum"], "assets": [{"network": "ethereum", "contract": ASSET[-42:]}]},
            "fee": {"kind": "sum", "parts": [{"kind": "tiers", "progressive": True, "brackets": slices},
                                             {"kind": "tiers", "brackets": slices, "cap_bps": 10}]},
            "network_cost": {"borne_by": "depositor", "factor_bps": 12_000, "cap": {"native": "7"}},
            "minimum_net": {"reference": "250"},
            "waivers": waivers,
            "without_price": "waive",
        },
        {"name": "two", "fee": {"kind": "free"}, "network_cost": {"borne_by": "platform"}, "without_price": "next"},
    ]  # fmt: skip
    version = drafted(database, keepers["lead"], "zke", rules=rules)
    answer = client_of("lead").get(f"/policy/fees?version={version}")
    page = words(answer)
    for sentence in (
        "on Ethereum", "each slice by its bracket – below 5 base units of the asset: Free of charge; above: 1.25 %",
        "plus by bracket", "at most 0.1 % of the deposit", "bears 120 % of the estimated", "at most 0.000000000000000007 ETH",
        "At least 2.5 USD has to be left.", "Waived with the network cost ( ours ): the mistake was ours.",
        "Waived ( little ): worth 0.01 USD or more, worth less than 9 USD .", "What has no price is waived.",
        "Without a price the next rule decides.", "Every case",
    ):  # fmt: skip
        assert sentence in page, page
    assert "<b>" not in answer.text.split('id="rules"')[1].split("</section>")[0]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("{", "This is not JSON: line 1"),
        ("[]", "An object is expected here: document"),
        (fee_policy("korbit").replace('"bps": 1000', '"bps": 10001'), "rules[wrong deposit].fee.bps"),
        (fee_policy("korbit").replace('"cap"', '"top"'), "rules[wrong deposit].fee.top"),
        (fee_policy("kcex").replace('"memo"', '"memos"'), "rules[wrong deposit].match.fee_classes"),
        (
            fee_policy("bittrex_global").replace('"bitcoin-cash"', '"nowhere"', 1),
            "rules[crosschain deposit].fee.rows[0]",
        ),
    ],
)
def test_what_is_wrong_is_said_with_its_rule_and_what_was_typed_stays(
    keepers: dict[str, Actor], client_of: SignIn, content: str, sentence: str
) -> None:
    answer = send(client_of("lead"), "/policy/fees", content=content, note="because <b>")
    assert answer.status_code == 422
    assert sentence in words(answer)
    found = re.search(r"<textarea[^>]*>(.*?)</textarea>", answer.text, re.DOTALL)
    assert found is not None and unescape(found[1]).strip() == content.strip()


def test_from_draft_over_the_trial_to_force(keepers: dict[str, Actor], client_of: SignIn, database: Database) -> None:
    lead, admin = client_of("lead"), client_of("admin")
    start = lead.get("/policy/fees?start=kucoin")
    assert all(f"start={name}" in start.text for name in fee_policies())
    assert "missing or wrong memo" in start.text
    file = (io.BytesIO(fee_policy("kucoin").encode()), "policy.json")
    answer = send(lead, "/policy/fees", content="", note="as others do", file=file)
    assert answer.status_code == 303, words(answer)
    place = answer.headers["Location"]
    version = int(place.rpartition("=")[2])
    page = words(admin.get(place))
    assert "has to be tried on every quote so far" in page
    assert "Not yet." in page
    refused = send(admin, f"/policy/fees/{version}/activate", password=PASSWORD)
    assert refused.status_code == 409
    assert "has to be tried" in words(refused)
    assert send(lead, f"/policy/fees/{version}/try").status_code == 303
    assert "0 quotes worked out again" in words(admin.get(place))
    assert "You drafted it" in words(lead.get(place))
    fresh = client_of("admin")
    assert send(fresh, f"/policy/fees/{version}/activate").status_code == 403
    assert send(fresh, f"/policy/fees/{version}/activate", password=PASSWORD).status_code == 303
    with database.reading() as session:
        assert active_policy(session).version == version
    assert "in force" in words(admin.get("/policy/fees"))


def test_a_line_of_a_quote_explains_itself(app: Flask) -> None:
    step = {"code": "floor", "unit": "reference", "amount": "5000", "gives": "1", "name": "USD", "decimals": "2"}
    hostile = {"code": "waived", "waiver": "<script>"}
    line = {"label": "fee", "amount": 5, "explain": {"rule": "r", "steps": [step, hostile], "refundable": False}}
    terms = {"decimals": 6, "symbol": "USDT"}
    with app.test_request_context():
        said = explain(line, "local", terms)
        assert "at least" in said and "50" in said and "USD" in said
        assert "<script>" not in said
        assert "also owed when the recovery fails" in said
        cost = {"code": "passed_on", "native": "10", "factor_bps": "12000", "price": "1/2"}
        assert "0.000000000000000012" in explain({"amount": 1, "explain": {"steps": [cost]}}, "local", terms)
        assert explain({"amount": 1, "explain": {"percent_bps": "500"}}, "local", terms) == ""


@pytest.mark.parametrize("width", [390, 1280])
def test_it_fits_and_is_accessible(
    app: Flask, page: Page, keepers: dict[str, Actor], database: Database, width: int
) -> None:
    version = drafted(database, keepers["lead"], "coinexchange", effective_from="2031-01-01T00:00:00Z")
    with database.unit_of_work() as session:
        keep_trial(session, keepers["lead"], version, shown_trial())
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        page.set_viewport_size({"width": width, "height": 900})
        page.goto(f"http://127.0.0.1:{server.server_port}/sign-in")
        page.fill("input[name=email]", "admin@example.org")
        page.fill("input[name=password]", PASSWORD)
        page.click("main button[type=submit]")
        page.goto(f"http://127.0.0.1:{server.server_port}/policy/fees?version={version}")
        if folder := os.environ.get("RECOVERY_LOOKS"):
            page.screenshot(path=f"{folder}/fees-{width}.png", full_page=True)
        page.click("summary:has-text('Draft a new version')")
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert Axe().run(page).response["violations"] == []
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
