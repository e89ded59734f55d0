"""The pages of the books: who sees them, a correction and a month from one person's form to another's, safe files."""

from __future__ import annotations

import os
import re
import threading
from collections.abc import Callable, Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Page
from sqlalchemy import insert, select
from werkzeug.serving import make_server

from recovery.domain.ids import new_id
from recovery.domain.months import month_of
from recovery.models import Correction, LedgerPeriod, Posting
from recovery.queries.ledger import postings_of
from recovery.schemas.ledger import STATEMENT, written
from recovery.services import ledger, people
from tests.recovery.desk import Desk, find, make_desk, transfer
from tests.recovery.web.conftest import PASSWORD, token_in

Enter = Callable[[str], FlaskClient]
OVER = "2024-05"


@pytest.fixture
def house(database_url: str, app: Flask) -> Iterator[Desk]:
    """A desk on the database of the application."""
    made = make_desk(database_url)
    with made.database.unit_of_work() as session:
        for name, role in (
            ("one", "clearing"),
            ("two", "clearing"),
            ("boss", "lead"),
            ("looker", "auditor"),
            ("w", "wallet"),
        ):
            email = f"{name}@books.example.org"
            people.add_person(session, email=email, display_name=name, roles=[role], account=None, password=PASSWORD)
    yield made
    made.database.close()


@pytest.fixture
def enter(app: Flask, house: Desk) -> Enter:
    """A signed-in browser."""

    def sign_in(name: str) -> FlaskClient:
        client = app.test_client()
        token = token_in(client.get("/sign-in").text)
        form = {"csrf_token": token, "email": f"{name}@books.example.org", "password": PASSWORD}
        assert client.post("/sign-in", data=form).status_code == 303
        return client

    return sign_in


@pytest.fixture
def completed(house: Desk) -> str:
    """A case that was paid out."""
    ref, plan = house.refund_released()
    house.record(plan)
    house.confirm(ref, "refund")
    return ref


def form_of(client: FlaskClient, page: str, **fields: str) -> dict[str, str]:
    """Fields with the page's own token."""
    return {"csrf_token": token_in(client.get(page).text), "request_id": "a" * 32, **fields}


def test_the_books_are_for_clearing_auditor_and_lead(enter: Enter, completed: str) -> None:
    paths = ("/ledger", "/ledger.csv", f"/ledger/cases/{completed}", f"/ledger/cases/{completed}.csv",
             "/ledger/account/1100?network=local&asset=x")  # fmt: skip
    for name in ("one", "boss", "looker"):
        client = enter(name)
        assert [client.get(path).status_code for path in paths] == [200] * len(paths)
    client = enter("w")
    assert [client.get(path).status_code for path in paths] == [404] * len(paths)
    assert enter("one").get("/ledger/account/7777").status_code == 404


def test_the_trial_balance_leads_to_an_account_and_to_the_case(enter: Enter, house: Desk, completed: str) -> None:
    client = enter("looker")
    page = client.get("/ledger").text
    assert "Recovery fees" in page
    link = re.search(r'href="(/ledger/account/4100[^"]+)"', page)
    assert link
    found = client.get(link[1].replace("&amp;", "&")).text
    assert completed in found
    assert "corrections" not in client.get(f"/ledger/cases/{completed}").text.split("<main")[1]


def test_a_correction_goes_from_one_to_another(enter: Enter, house: Desk, completed: str) -> None:
    with house.database.reading() as session:
        wrong = next(row for row in postings_of(session, find(session, completed).id) if row.kind == "gas_from_wallet")
    page = f"/ledger/cases/{completed}"
    one, two = enter("one"), enter("two")
    said = {"posting": str(wrong.id), "reason": "<b>the tank</b> paid", "debit": "5100", "credit": "1190"}
    answer = one.post(f"{page}/corrections", data=form_of(one, page, **said, amount="-5"))
    assert answer.status_code == 422
    assert "above zero" in answer.text
    assert one.post(f"{page}/corrections", data=form_of(one, page, **said, amount="7")).status_code == 303
    with house.database.reading() as session:
        correction = session.scalars(select(Correction)).one().id
    shown = two.get(page).text
    assert "&lt;b&gt;the tank&lt;/b&gt; paid" in shown
    decide = f"{page}/corrections/{correction}"
    assert one.post(decide, data=form_of(one, page, verdict="approve", password=PASSWORD)).status_code == 403
    assert two.post(decide, data=form_of(two, page, verdict="approve", password=PASSWORD)).status_code == 303
    assert "Reversed by a correction" in two.get(page).text


def test_a_month_goes_from_one_to_another(enter: Enter, house: Desk) -> None:
    one, two, looker = enter("one"), enter("two"), enter("looker")
    assert looker.post("/ledger/months", data=form_of(looker, "/ledger", month=OVER)).status_code == 403
    assert one.post("/ledger/months", data=form_of(one, "/ledger", month="May")).status_code == 422
    early = one.post("/ledger/months", data=form_of(one, "/ledger", month="2999-01"))
    assert early.status_code == 409
    assert "This month is not over yet." in early.text
    assert "Somebody was faster" not in early.text  # nobody was
    assert one.post("/ledger/months", data=form_of(one, "/ledger", month=OVER)).status_code == 303
    with house.database.reading() as session:
        period = session.scalars(select(LedgerPeriod)).one()
    path = f"/ledger/months/{period.id}/close"
    assert f"Close {OVER}" not in one.get("/ledger").text
    form = form_of(two, "/ledger", digest=period.digest, password=PASSWORD)
    assert f"Close {OVER}" in two.get("/ledger").text
    assert two.post(path, data={**form, "digest": "0" * 64}).status_code == 409
    assert two.post(path, data=form).status_code == 303
    with house.database.reading() as session:
        assert session.scalars(select(LedgerPeriod)).one().closed_at is not None


def test_files_hold_no_formulas(enter: Enter, completed: str) -> None:
    client = enter("looker")
    answer = client.get(f"/ledger/cases/{completed}.csv")
    assert answer.headers["Content-Type"].startswith("text/csv")
    assert transfer().asset in answer.text
    row = dict.fromkeys(STATEMENT, "x") | {"asset": "=HYPERLINK(1)", "network": "@evil", "amount": "5"}
    assert written(STATEMENT, [row]).splitlines()[1].count("'") == 2
    assert client.get("/ledger.csv").text.startswith("network,asset,account,name,debit,credit")


@pytest.mark.parametrize("text", ["2026-13", "2026-00", "26-1", "2026-1", "٢٠٢٦-01", "2026-01-01", "0000-01", ""])
def test_what_is_no_month_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"month|year"):
        month_of(text)


@pytest.mark.parametrize("width", [390, 1280])
def test_the_pages_fit_and_are_accessible(app: Flask, page: Page, house: Desk, completed: str, width: int) -> None:
    with house.database.unit_of_work() as session:
        case = find(session, completed)
        wrong = next(row for row in postings_of(session, case.id) if row.kind == "gas_from_wallet")
        ledger.propose_correction(session, house["clearing"], case, wrong.id, "because" * 40, ("5100", "1190", 10**70))
        ledger.propose_close(session, house["clearing"], OVER)
        row = {"id": new_id(), "case_id": case.id, "seq": case.version, "kind": "raw", "leg": "", "amount": 2**256 - 1}
        sides = {"debit": "1190", "credit": "5100", "network": "local", "asset": "x" * 200}
        session.execute(insert(Posting).values(**row, **sides))
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        page.set_viewport_size({"width": width, "height": 900})
        page.goto(f"http://127.0.0.1:{server.server_port}/sign-in")
        page.fill("input[name=email]", "one@books.example.org")
        page.fill("input[name=password]", PASSWORD)
        page.click("main button[type=submit]")
        for path in ("/ledger", f"/ledger/cases/{completed}", "/ledger/account/1190?network=local&asset=" + "x" * 200):
            page.goto(f"http://127.0.0.1:{server.server_port}{path}")
            if folder := os.environ.get("RECOVERY_LOOKS"):
                page.screenshot(path=f"{folder}/ledger-{path.count('/')}-{width}.png", full_page=True)
            assert page.evaluate("document.documentElement.scrollWidth") <= width, path
            assert Axe().run(page).response["violations"] == [], path
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
