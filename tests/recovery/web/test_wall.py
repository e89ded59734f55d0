"""The login wall, forged requests, headers, cookies: for every route there is."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule

from recovery.web._headers import HEADERS
from recovery.web._wall import PUBLIC
from tests.recovery.web.conftest import PASSWORD, CountingLimits, token_in

NO_ID = "00000000-0000-0000-0000-000000000000"
FILL = {
    "ref": "RC-0000-0000-0000-0000-0",
    "move": "take",
    "evidence_id": NO_ID,
    "asked_id": NO_ID,
    "plan_id": NO_ID,
    "document_id": NO_ID,
    "kind": "addresses",
    "name": "WyJhIl0",
    "upload_id": NO_ID,
    "version": "1",
    "leg": NO_ID,
    "code": "1100",
    "correction": NO_ID,
    "period": NO_ID,
    "token": "0" * 96,
    "limit_id": NO_ID,
    "delegation_id": NO_ID,
    "entry": NO_ID,
    "batch_id": NO_ID,
    "alarm_id": NO_ID,
    "opening_id": NO_ID,
    "hold_id": NO_ID,
}


def pages_of(app: Flask) -> list[Rule]:
    """Every rule of the pages; the API has a wall of its own."""
    return [rule for rule in app.url_map.iter_rules() if not rule.rule.startswith("/api/")]


def address(rule: Rule) -> str:
    """A rule with its gaps filled."""
    text = rule.rule
    for name in rule.arguments:
        value = "theme.css" if name == "filename" else FILL[name]
        text = (
            text.replace(f"<uuid:{name}>", value)
            .replace(f"<path:{name}>", value)
            .replace(f"<int:{name}>", value)
            .replace(f"<{name}>", value)
        )
    return text


def test_exactly_the_public_pages_answer_a_stranger(app: Flask) -> None:
    client = app.test_client()
    open_to_all = set()
    for rule in pages_of(app):
        assert rule.methods is not None
        if "GET" in rule.methods:
            answer = client.get(address(rule), buffered=True)
            to_sign_in = answer.status_code == 302 and answer.headers["Location"].startswith("/sign-in")
            if not to_sign_in:
                open_to_all.add(rule.endpoint)
    assert open_to_all == PUBLIC - {"auth.preferences", "notices.deny"}  # which only take POST


def test_every_write_needs_the_token_of_the_session(app: Flask, client_of: Callable[[str], FlaskClient]) -> None:
    for client in (app.test_client(), client_of("depositor"), client_of("specialist")):
        for rule in pages_of(app):
            if rule.methods and "POST" in rule.methods:
                assert client.post(address(rule), data={"csrf_token": "forged"}).status_code in {400, 401}, rule.rule


def test_no_page_changes_anything_on_get(app: Flask) -> None:
    assert {rule.endpoint for rule in pages_of(app) if rule.methods and "POST" in rule.methods} == {
        "auth.sign_in",
        "auth.sign_out",
        "auth.preferences",
        "appeals.report",
        "cases.make_move",
        "cases.check_destination",
        "notices.deny",
        "proofs.ask",
        "proofs.answer",
        "proofs.hand_in",
        "policies.activate",
        "fees.draft",
        "fees.try_out",
        "fees.activate",
        "policies.draft",
        "export.download",
        "registries.new",
        "registries.edit",
        "registries.end",
        "registry_files.upload",
        "registry_files.confirm",
        "finds.open_case",
        "batches.form",
        "batches.quote",
        "batches.prepare",
        "ledger.propose",
        "ledger.decide",
        "ledger.propose_close",
        "ledger.close",
        "prices.enter",
        "prices.confirm",
        "alarms.answer",
        "reconciliation.draft",
        "reconciliation.sign",
        "reconciliation.hold",
        "reconciliation.release",
        "approvals.set_limit",
        "approvals.confirm_limit",
        "approvals.delegate",
        "approvals.confirm_delegation",
        "approvals.end_delegation",
        "approvals.review",
    }


def test_every_answer_has_the_headers(app: Flask, client_of: Callable[[str], FlaskClient]) -> None:
    for client in (app.test_client(), client_of("specialist")):
        for path in [*(address(rule) for rule in pages_of(app)), "/no-such-page"]:
            answer = client.get(path, buffered=True)
            for name, value in HEADERS.items():
                if "/evidence/" in path and name == "Content-Security-Policy":
                    assert "default-src 'none'" in answer.headers[name]
                else:
                    assert answer.headers[name] == value, path
            assert answer.headers["X-Request-Id"]


def test_static_files_are_kept_and_pages_are_not(app: Flask) -> None:
    client = app.test_client()
    page = client.get("/sign-in")
    assert page.headers["Cache-Control"] == "no-store"
    assert "immutable" in client.get("/static/theme.css?v=1", buffered=True).headers["Cache-Control"]


def test_pages_have_nothing_a_strict_policy_forbids(app: Flask, client_of: Callable[[str], FlaskClient]) -> None:
    client = client_of("depositor")
    for page in (app.test_client().get("/sign-in").text, client.get("/").text, client.get("/networks").text):
        assert " style=" not in page
        assert " onclick" not in page
        assert "<script>" not in page
        assert "http://" not in page.replace("http://www.w3.org", "")


def test_the_cookie_is_for_this_host_alone(app: Flask, client_of: Callable[[str], FlaskClient]) -> None:
    client = app.test_client()
    page = client.get("/sign-in").text
    client_of("depositor")
    answer = client.post(
        "/sign-in", data={"csrf_token": token_in(page), "email": "depositor@example.org", "password": PASSWORD}
    )
    cookie = next(value for name, value in answer.headers if name == "Set-Cookie" and value.startswith("session="))
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Domain" not in cookie


def test_signing_in_changes_the_session_and_signing_out_ends_it(client_of: Callable[[str], FlaskClient]) -> None:
    client = client_of("depositor")
    first = client.get_cookie("session")
    assert first is not None
    again = client_of("depositor").get_cookie("session")
    assert again is not None and again.value != first.value
    client.post("/sign-out", data={"csrf_token": token_in(client.get("/").text)})
    client.set_cookie("session", first.value)
    assert client.get("/").status_code == 302


def test_a_wrong_password_and_an_unknown_address_look_alike(
    app: Flask, client_of: Callable[[str], FlaskClient]
) -> None:
    client_of("depositor")
    client = app.test_client()
    answers = []
    for email in ("depositor@example.org", "nobody@example.org"):
        token = token_in(client.get("/sign-in").text)
        answer = client.post("/sign-in", data={"csrf_token": token, "email": email, "password": "wrong"})
        assert answer.status_code == 401
        answers.append(re.sub(r'(name="csrf_token") value="[^"]+"', r"\1", answer.text.replace(email, "")))
    assert "do not fit together" in answers[0]
    assert answers[0] == answers[1]


@pytest.mark.parametrize("goal", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"])
def test_signing_in_never_leads_to_another_host(app: Flask, goal: str, client_of: Callable[[str], FlaskClient]) -> None:
    client_of("depositor")
    client = app.test_client()
    data = {"csrf_token": token_in(client.get("/sign-in").text), "email": "depositor@example.org", "password": PASSWORD}
    assert client.post("/sign-in", data=data | {"next": goal}).headers["Location"] == "/"


def test_sign_in_is_limited_by_address_and_by_person(app: Flask, limits: CountingLimits) -> None:
    client = app.test_client()
    data = {"csrf_token": token_in(client.get("/sign-in").text), "email": "Depositor@example.org ", "password": "x"}
    client.post("/sign-in", data=data, headers={"X-Forwarded-For": "203.0.113.9"})
    assert ("sign-in-address", "127.0.0.1") in limits.spent  # a header nobody vouches for counts for nothing
    assert ("sign-in-person", "depositor@example.org") in limits.spent
    limits.full = {"sign-in-address"}
    answer = client.post("/sign-in", data=data)
    assert answer.status_code == 429
    assert "A little slower" in answer.text


def test_health_answers_without_a_sign_in(app: Flask) -> None:
    client = app.test_client()
    assert client.get("/healthz").json == {"alive": True}
    assert client.get("/readyz").json == {
        "ready": True,
        "checks": {"database": True, "schema": True, "queue": True},
    }
    numbers = client.get("/metrics").text
    assert "recovery_requests_total" in numbers
    assert 'recovery_jobs{state="stuck"} 0.0' in numbers
