"""The page of policies: who sees it, what it shows, and the way of a version from draft to force."""

from __future__ import annotations

import copy
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

from recovery.db import Database
from recovery.domain.actor import Actor
from recovery.domain.cause_rows import CODES, built_in_document
from recovery.domain.replay import Difference, Tally
from recovery.queries.people import actor_by_email
from recovery.queries.policies import policy_in_force
from recovery.services import people
from recovery.services.policies import draft_policy
from recovery.services.replay import keep_run
from tests.recovery.web.conftest import PASSWORD, token_in

SignIn = Callable[[str], FlaskClient]


@pytest.fixture
def keepers(database: Database, actors: dict[str, Actor]) -> dict[str, Actor]:
    """A lead and an administrator."""
    with database.unit_of_work() as session:
        people.add_person(session, email="admin@example.org", display_name="Admin", roles=["admin"], password=PASSWORD)
    with database.reading() as session:
        return {name: actor_by_email(session, f"{name}@example.org") for name in ("lead", "admin")}


def changed() -> dict[str, Any]:
    document = copy.deepcopy(built_in_document())
    document["causes"]["E02"]["outcome"] = ["RJ"]
    return document


def send(client: FlaskClient, path: str, **fields: Any) -> TestResponse:
    data = {"csrf_token": token_in(client.get("/policy").text), "request_id": "a" * 32} | fields
    return client.post(path, data=data)


def words(answer: TestResponse) -> str:
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", answer.text)))


def test_who_sees_it(keepers: dict[str, Actor], client_of: SignIn) -> None:
    for name in ("depositor", "specialist", "wallet"):
        client = client_of(name)
        assert client.get("/policy").status_code == 404
        assert b"/policy" not in client.get("/").data
    for name in ("auditor", "lead", "admin"):
        assert client_of(name).get("/policy").status_code == 200
    auditor = client_of("auditor")
    assert "Draft a new version" not in auditor.get("/policy").text
    assert send_as_auditor(auditor) == 403


def send_as_auditor(client: FlaskClient) -> int:
    page = client.get("/export").text
    data = {"csrf_token": token_in(page), "request_id": "a" * 32, "content": json.dumps(changed()), "note": "x"}
    return client.post("/policy/cause", data=data).status_code


def test_every_cause_is_readable(keepers: dict[str, Actor], client_of: SignIn) -> None:
    page = words(client_of("lead").get("/policy"))
    for code in CODES:
        assert f" {code} " in page
    assert "sweep first, refund" in page
    assert "3 days" in page
    assert "neutral words" in page
    assert "Version 1" not in page  # nothing to compare yet
    assert client_of("lead").get("/policy/fee").headers["Location"] == "/policy/fees"
    assert client_of("lead").get("/policy/weather").status_code == 404
    assert client_of("lead").get("/policy?version=77").status_code == 404


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("{", "This is not JSON: line 1"),
        ("[]", "An object is expected here: document"),
        ('{"causes": {}, "parameters": {}, "x": 1}', "No policy has such an entry: document.x"),
        (json.dumps(changed() | {"parameters": {}}), "An entry is missing: parameters."),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_stays(
    keepers: dict[str, Actor], client_of: SignIn, content: str, sentence: str
) -> None:
    answer = send(client_of("lead"), "/policy/cause", content=content, note="because <b>")
    assert answer.status_code == 422
    assert sentence in words(answer)
    found = re.search(r"<textarea[^>]*>(.*?)</textarea>", answer.text, re.DOTALL)
    assert found is not None and unescape(found[1]) == content
    assert 'value="because &lt;b&gt;"' in answer.text


def test_from_draft_to_force(keepers: dict[str, Actor], client_of: SignIn, database: Database) -> None:
    lead, admin = client_of("lead"), client_of("admin")
    file = (io.BytesIO(json.dumps(changed()).encode()), "policy.json")
    answer = send(lead, "/policy/cause", content="", note="parked cases are declined", file=file)
    assert answer.status_code == 303, words(answer)
    page = words(lead.get(answer.headers["Location"]))
    assert "causes.E02.outcome WT RJ" in page
    assert "You drafted it" in page
    page = words(admin.get("/policy/cause?version=2"))
    assert "recovery replay --rules 2" in page
    refused = send(admin, "/policy/cause/2/activate", password=PASSWORD)
    assert refused.status_code == 409
    assert "has to be replayed" in words(refused)
    with database.unit_of_work() as session:
        tally = Tally(verdicts=12)
        tally.note(Difference("RC-1", 1, "E02 WT", "E02 RJ", ("outcome",), None, "policy", money=False))
        keep_run(session, keepers["lead"], 2, tally, source="evidence", whole=True)
    page = words(admin.get("/policy/cause?version=2"))
    assert "12 verdicts replayed, 1 would differ, 0 of them about money" in page
    assert "1 E02 WT E02 RJ" in page
    assert send(lead, "/policy/cause/2/activate", password=PASSWORD).status_code == 403
    fresh = client_of("admin")  # the other session gave its password a moment ago
    assert send(fresh, "/policy/cause/2/activate").status_code == 403
    assert send(fresh, "/policy/cause/2/activate", password="wrong").status_code == 422
    with database.reading() as session:
        assert policy_in_force(session).version == 1
    assert send(fresh, "/policy/cause/2/activate", password=PASSWORD).status_code == 303
    with database.reading() as session:
        assert policy_in_force(session).outcome("E02") == ("RJ",)
    assert "replaced" in words(admin.get("/policy"))


def test_a_file_that_is_no_text_is_refused(keepers: dict[str, Actor], client_of: SignIn) -> None:
    answer = send(client_of("lead"), "/policy/cause", note="x", file=(io.BytesIO(b"\xff\xfe\x00"), "policy.json"))
    assert answer.status_code == 422


def test_a_hostile_note_is_only_text(keepers: dict[str, Actor], client_of: SignIn) -> None:
    lead = client_of("lead")
    assert (
        send(lead, "/policy/cause", content=json.dumps(changed()), note="<script>alert(1)</script>").status_code == 303
    )
    assert "<script>alert" not in lead.get("/policy").text


@pytest.mark.parametrize("width", [390, 1280])
def test_it_fits_and_is_accessible(
    app: Flask, page: Page, keepers: dict[str, Actor], database: Database, width: int
) -> None:
    with database.unit_of_work() as session:
        document = changed()
        document["parameters"]["limits"] = [{"network": "local", "contract": None, "amount": "9" * 78}]
        draft_policy(session, keepers["lead"], document, "because " * 30, kind="cause")
        tally = Tally(verdicts=12)
        tally.note(Difference("RC-1", 1, "E02 WT", "E02 RJ", ("outcome",), None, "policy", money=False))
        keep_run(session, keepers["lead"], 2, tally, source="evidence", whole=True)
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        page.set_viewport_size({"width": width, "height": 900})
        page.goto(f"http://127.0.0.1:{server.server_port}/sign-in")
        page.fill("input[name=email]", "admin@example.org")
        page.fill("input[name=password]", PASSWORD)
        page.click("main button[type=submit]")
        page.goto(f"http://127.0.0.1:{server.server_port}/policy/cause?version=2")
        if folder := os.environ.get("RECOVERY_LOOKS"):
            page.screenshot(path=f"{folder}/policy-{width}.png")
        page.click("summary:has-text('Draft a new version')")
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert Axe().run(page).response["violations"] == []
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
