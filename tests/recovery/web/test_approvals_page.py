"""The page of approvals and the panel beside a plan: who sees what, and that every form does what it says."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Page
from sqlalchemy import select
from werkzeug.serving import make_server
from werkzeug.test import TestResponse

from recovery.db import Database
from recovery.domain.actor import Actor
from recovery.models import ApproverLimit, BrokenGlass, Delegation, Person
from recovery.queries.people import actor_by_email
from recovery.queries.plans import find_plan
from recovery.services import people
from tests.recovery.desk import Desk, make_desk
from tests.recovery.web.conftest import PASSWORD, token_in

SignIn = Callable[[str], FlaskClient]
SAID = "<b>nobody is there</b>"


@pytest.fixture
def crew(database: Database, actors: dict[str, Actor]) -> dict[str, Actor]:
    """Two administrators and a second person of the wallet team."""
    more = {"admin": "admin", "admin2": "admin", "wallet2": "wallet"}
    with database.unit_of_work() as session:
        for name, role in more.items():
            people.add_person(
                session, email=f"{name}@example.org", display_name=name.capitalize(), roles=[role], password=PASSWORD
            )
    with database.reading() as session:
        return actors | {name: actor_by_email(session, f"{name}@example.org") for name in more}


def send(client: FlaskClient, path: str, **fields: Any) -> TestResponse:
    page = client.get("/approvals").text
    return client.post(path, data={"csrf_token": token_in(page), "request_id": "a" * 32, "password": PASSWORD} | fields)


def words(answer: TestResponse) -> str:
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", answer.text)))


def limit_of(actor: Actor, **changes: Any) -> dict[str, Any]:
    given = {"person": str(actor.id), "scope": "asset", "network": "local", "contract": "", "per_case": "5"}
    return given | {"per_day": "", "reason": "test"} | changes


def test_who_sees_it(crew: dict[str, Actor], client_of: SignIn) -> None:
    for name in ("depositor", "specialist"):
        assert client_of(name).get("/approvals").status_code == 404
        assert b"/approvals" not in client_of(name).get("/").data
    for name in ("wallet", "auditor", "lead", "admin"):
        assert client_of(name).get("/approvals").status_code == 200
    assert "Who approves whose cases" not in words(client_of("wallet").get("/approvals"))
    assert "Who approves whose cases" in words(client_of("auditor").get("/approvals"))


def test_two_people_set_a_limit(crew: dict[str, Actor], client_of: SignIn, database: Database) -> None:
    admin = client_of("admin")
    assert send(admin, "/approvals/limits", **limit_of(crew["wallet"], per_case="five")).status_code == 422
    assert send(admin, "/approvals/limits", **limit_of(crew["auditor"])).status_code == 422
    assert send(admin, "/approvals/limits", **limit_of(crew["wallet"])).status_code == 303
    with database.reading() as session:
        made = session.scalars(select(ApproverLimit.id)).one()
    path = f"/approvals/limits/{made}/confirm"
    assert send(admin, path).status_code == 403
    assert "to be confirmed" in words(client_of("wallet").get("/approvals"))
    assert send(client_of("admin2"), path).status_code == 303
    assert "in force since" in words(client_of("wallet").get("/approvals"))
    assert "No limit is set." in words(client_of("wallet2").get("/approvals"))


def test_a_deputy_is_asked_agrees_and_ends_it(crew: dict[str, Actor], client_of: SignIn, database: Database) -> None:
    today = datetime.now(UTC).date()
    asked = {
        "to": str(crew["wallet2"].id), "stage": "wallet", "starts_on": today.isoformat(), "reason": "away",
        "ends_on": (today + timedelta(days=3)).isoformat(),
    }  # fmt: skip
    wallet, deputy = client_of("wallet"), client_of("wallet2")
    assert send(wallet, "/approvals/delegations", **asked | {"ends_on": "soon"}).status_code == 422
    assert send(wallet, "/approvals/delegations", **asked | {"to": str(crew["lead"].id)}).status_code == 422
    refused = send(wallet, "/approvals/delegations", **asked | {"reason": ""})
    assert refused.status_code == 422
    assert f'value="{crew["wallet2"].id}" selected' in refused.text  # what was chosen stays chosen
    assert str(crew["lead"].id) not in refused.text  # who cannot stand in is not offered
    assert send(wallet, "/approvals/delegations", **asked).status_code == 303
    with database.reading() as session:
        made = session.scalars(select(Delegation.id)).one()
    assert send(wallet, f"/approvals/delegations/{made}/confirm").status_code == 404
    assert send(deputy, f"/approvals/delegations/{made}/confirm").status_code == 303
    assert "in the place of Wallet" in words(deputy.get("/approvals"))
    assert send(deputy, f"/approvals/delegations/{made}/end").status_code == 303
    assert "Nobody stands in for anybody." in words(deputy.get("/approvals"))


@pytest.fixture
def worked(database: Database, database_url: str, crew: dict[str, Actor]) -> Iterator[tuple[Desk, str, str]]:
    """A case approved by wallet alone, and one whose glass is broken."""
    desk = make_desk_of(database, database_url)
    waiting, broken = desk.drafted(), desk.drafted()
    desk.sign_off(waiting, "sweep", "wallet")
    plan = desk.plan(broken, "sweep")
    for name in ("wallet", "clearing", "lead"):
        desk.move(name, broken, "break_glass_sweep", digest=plan.digest if plan else "", reason=SAID)
    yield desk, waiting, broken
    desk.database.close()


def make_desk_of(database: Database, url: str) -> Desk:
    """The people of the desk beside those of the pages; both use addresses of their own."""
    with database.unit_of_work() as session:
        for person in session.scalars(select(Person)):
            person.email = f"page-{person.email}"
    return make_desk(url)


def test_the_panel_and_the_alarm(
    worked: tuple[Desk, str, str], app: Flask, client_of: SignIn, database: Database
) -> None:
    _, waiting, broken = worked
    auditor = page_client(app, "auditor")
    page = words(auditor.get(f"/cases/{waiting}"))
    assert "Who approves policy version 1, payouts , 1 round" in page
    assert "Wallet team 1 0 done Clearing team 1 1 due now" in page
    assert "counts until" in page
    assert "The glass is broken" in words(auditor.get(f"/cases/{broken}"))
    desk_page = auditor.get("/desk")
    assert "1 plan went without its approvals" in words(desk_page)
    listed = auditor.get("/approvals")
    assert SAID not in listed.text
    assert "recovery_broken_glass_unreviewed 1.0" in auditor.get("/metrics").text
    with database.reading() as session:
        plan_id = session.scalars(select(BrokenGlass.plan_id)).one()
    assert send(auditor, f"/approvals/glass/{plan_id}/review", note="").status_code == 422
    assert send(auditor, f"/approvals/glass/{plan_id}/review", note="it had to be").status_code == 303
    assert "went without" not in words(auditor.get("/desk"))
    assert "recovery_broken_glass_unreviewed 0.0" in auditor.get("/metrics").text


def test_three_people_break_the_glass_by_the_form_of_the_page(
    worked: tuple[Desk, str, str], app: Flask, database: Database, crew: dict[str, Actor]
) -> None:
    """Each sends just what stands in the form: the digest, and why."""
    path = f"/cases/{worked[1]}"
    for name in ("wallet", "wallet2", "lead"):
        client = page_client(app, name)
        form = re.search(r'<form[^>]*action="[^"]*/break_glass_sweep".*?</form>', client.get(path).text, re.DOTALL)
        assert form is not None
        given = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', form[0]))
        sent = client.post(f"{path}/break_glass_sweep", data=given | {"reason": SAID, "password": PASSWORD})
        assert sent.status_code == 303, words(sent)
    with database.reading() as session:
        broken = session.scalars(select(BrokenGlass.plan_id)).all()
        assert len(broken) == 2
        for plan_id in broken:  # what a signer asks for: different people who stand for this very digest
            plan = find_plan(session, crew["lead"], plan_id)
            approvers = {one["approver"] for one in plan["approvals"] if one["digest"] == plan["digest"]}
            assert len(approvers) >= 3


def page_client(app: Flask, name: str) -> FlaskClient:
    """A signed-in browser of one of the people of the pages, renamed for the desk."""
    client = app.test_client()
    page = client.get("/sign-in").text
    given = {"csrf_token": token_in(page), "email": f"page-{name}@example.org", "password": PASSWORD}
    assert client.post("/sign-in", data=given).status_code == 303
    return client


@pytest.mark.parametrize("width", [390, 1280])
def test_it_fits_the_screen_and_everybody(worked: tuple[Desk, str, str], app: Flask, page: Page, width: int) -> None:
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        page.set_viewport_size({"width": width, "height": 900})
        page.goto(f"http://127.0.0.1:{server.port}/sign-in")
        page.fill("input[name=email]", "page-admin@example.org")
        page.fill("input[name=password]", PASSWORD)
        page.click("main button[type=submit]")
        for path in ("/approvals", "/policy/sign_off", f"/cases/{worked[1]}"):
            page.goto(f"http://127.0.0.1:{server.port}{path}")
            for closed in page.query_selector_all("details:not([open]) > summary"):
                closed.click()
            overflow = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            assert overflow <= 0, path
            found = Axe().run(page).response["violations"]
            assert [(one["id"], [node["html"] for node in one["nodes"]]) for one in found] == [], path
    finally:
        server.shutdown()
        thread.join(5)
        server.server_close()
