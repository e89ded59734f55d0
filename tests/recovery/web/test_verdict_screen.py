"""What desk and depositor read of a verdict: what decided it first, the whole trace folded, at the size of a phone too."""

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
from werkzeug.serving import make_server

from chains.types import Status
from recovery.domain import texts
from recovery.domain.cause_texts import UNKNOWN_CAUSE
from tests.recovery.web.conftest import DEPOSIT, PASSWORD, SENDER, TOKEN, transfer

PICTURES = os.environ.get("RECOVERY_LOOKS")
SIZES = ((1280, 900), (390, 844))
Clients = Callable[[str], FlaskClient]
Looking = Callable[..., str]


def words(page: str) -> str:
    """The text of a page as somebody reads it."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


@pytest.fixture
def site(app: Flask) -> Iterator[str]:
    """The application behind a real socket."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def sign_in(page: Page, site: str, name: str) -> None:
    """Sign in by the form."""
    page.context.clear_cookies()
    page.goto(f"{site}/sign-in")
    page.fill("input[name=email]", f"{name}@example.org")
    page.fill("input[name=password]", PASSWORD)
    page.click("main button[type=submit]")


def verdicts(look_at: Looking) -> dict[str, str]:
    """Cases of different kinds: a plain one, one of several legs, one that nobody could decide, a refusal, a question."""
    other = "0x" + "4" * 40
    return {
        "plain": look_at(transfer(), warnings=("several_senders", "node_slow:node-2")),
        "legs": look_at(
            transfer(),
            transfer(position="log:3", amount=7),
            transfer(position="log:12", contract=None, amount=0, symbol="ETH"),
        ),
        "open": look_at(
            transfer(recipient=other, sender=DEPOSIT[:-1] + "9"), warnings=("internal_transfers_not_visible",)
        ),
        "refused": look_at(transfer(recipient=TOKEN, sender=SENDER)),
        "failed": look_at(status=Status.FAILED),
        "asked": look_at(),
    }


def test_it_fits_every_screen_and_reader(page: Page, site: str, look_at: Looking) -> None:
    cases = verdicts(look_at)
    for reader in ("specialist", "depositor"):
        sign_in(page, site, reader)
        for name, ref in cases.items():
            page.goto(f"{site}/cases/{ref}")
            for width, height in SIZES:
                page.set_viewport_size({"width": width, "height": height})
                for opened in (False, True):
                    page.evaluate("on => document.querySelectorAll('details').forEach(one => one.open = on)", opened)
                    if PICTURES:
                        page.screenshot(path=f"{PICTURES}/{reader}-{name}-{width}-{opened}.png", full_page=True)
                    assert page.evaluate("document.documentElement.scrollWidth") <= width, (reader, name, width)
                found = Axe().run(page)
                assert found.violations_count == 0, f"{reader} {name} {width}\n{found.generate_report()}"


def test_what_decided_comes_first_and_the_trace_is_folded(client_of: Clients, look_at: Looking) -> None:
    page = client_of("specialist").get(f"/cases/{look_at(transfer())}").text
    start = page.index('data-testid="verdict"')
    verdict = page[start : page.index("</section>", start)]
    shown, folded = verdict.split("<details", 1)
    assert texts.CAUSES["D01"].title in shown
    assert texts.CHECKS["not_listed"] in shown
    assert texts.CHECKS["below_minimum"] not in shown
    assert texts.CHECKS["already_credited"] not in shown
    assert folded.count("<tr>") > 40
    assert all(texts.CHECKS[name] in folded for name in ("already_credited", "not_listed", "symbol_of_a_listed_asset"))
    assert "sweep first → refund" in words(shown)
    assert "policy version" in words(shown)


def test_open_questions_are_shown_where_nothing_decided(client_of: Clients, look_at: Looking) -> None:
    ref = verdicts(look_at)["open"]
    page = words(client_of("specialist").get(f"/cases/{ref}").text)
    assert "Open questions" in page
    assert texts.CHECKS["leg_to_us"] in page
    assert texts.CONFIDENCES["unknown"] in page
    mine = words(client_of("depositor").get(f"/cases/{ref}").text)
    assert UNKNOWN_CAUSE.happened in mine
    assert texts.CHECKS["leg_to_us"] not in mine


def test_the_depositor_reads_what_would_change_it(client_of: Clients, look_at: Looking) -> None:
    page = words(client_of("depositor").get(f"/cases/{look_at(transfer())}").text)
    assert "What would change this" in page
    assert texts.CAUSES["D01"].changes in page
    assert texts.CAUSES["D01"].title not in page


def test_who_is_asked_for_a_reference_reads_where_to_find_it(client_of: Clients, look_at: Looking) -> None:
    page = words(client_of("depositor").get(f"/cases/{verdicts(look_at)['asked']}").text)
    assert texts.CAUSES["A11"].next in page
