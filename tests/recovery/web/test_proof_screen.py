"""The wizard in a real browser: readable on a phone, complete for a screen reader, whole without a script."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Browser, Page, expect
from werkzeug.serving import make_server

from recovery.db import Database
from recovery.domain.actor import Actor
from tests.recovery.desk import Desk
from tests.recovery.proving import PDF, PNG, Proving, asked, list_native

SIZES = {"phone": (390, 844), "desktop": (1280, 900)}


@pytest.fixture
def site(app: Flask) -> Iterator[str]:
    """The application at an address of this machine."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def case(database: Database, actors: dict[str, Actor]) -> Proving:
    """A case of Depositor's that asks for two proofs."""
    desk = Desk(database, dict(actors))
    desk.actors["owner"] = actors["depositor"]
    list_native(desk)
    return asked(desk, level="two")


@pytest.fixture
def open_case(
    site: str, browser: Browser, client_of: Callable[[str], FlaskClient], case: Proving
) -> Iterator[Callable[..., Page]]:
    """The page of the case as somebody sees it."""
    contexts = []

    def opened(who: str, size: str, *, script: bool = True) -> Page:
        cookie = client_of(who).get_cookie("session")
        assert cookie is not None
        width, height = SIZES[size]
        context = browser.new_context(
            viewport={"width": width, "height": height}, locale="en-GB", java_script_enabled=script, base_url=site
        )
        context.set_default_timeout(15_000)
        contexts.append(context)
        context.add_cookies([{"name": "session", "value": cookie.value, "url": site}])
        page = context.new_page()
        page.goto(f"/cases/{case.ref}")
        return page

    yield opened
    for context in contexts:
        context.close()


def check(page: Page) -> None:
    """Nothing for axe to complain about and nothing beyond the edge, also with everything unfolded."""
    for _ in range(2):
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()
        assert page.evaluate("() => document.documentElement.scrollWidth <= window.innerWidth")
        page.evaluate("() => document.querySelectorAll('details').forEach((one) => { one.open = true })")


@pytest.mark.parametrize("size", SIZES)
def test_every_step_is_for_everybody(open_case: Callable[..., Page], case: Proving, size: str) -> None:
    check(open_case("depositor", size))
    case.ask("eip712")
    case.ask("test_transfer")
    case.answer(case.challenge().id, signature="0x12")
    check(open_case("depositor", size))
    case.answer(case.challenge().id, signature=case.key.unsafe_sign_hash(bytes(32)).signature.hex())
    case.hand_in(("receipt " + "x" * 100 + ".pdf", PDF), ("screen.png", PNG))
    check(open_case("depositor", size))
    check(open_case("specialist", size))


def test_the_whole_way_without_a_script(open_case: Callable[..., Page], case: Proving, tmp_path: Path) -> None:
    page = open_case("depositor", "phone", script=False)
    page.get_by_role("button", name="Sign a text with your wallet").click()
    text = page.get_by_label("Text to sign").input_value()
    page.get_by_label("Signature", exact=True).fill(case.sign(case.challenge(), text=text))
    page.get_by_role("button", name="Send the signature").click()
    expect(page.get_by_text("The signature fits.")).to_be_visible()
    receipt = tmp_path / "receipt.pdf"
    receipt.write_bytes(PDF)
    page.get_by_text("Hand in documents").click()
    page.get_by_label("Files").set_input_files(receipt)
    page.get_by_role("button", name="Hand in", exact=True).click()
    expect(page.get_by_test_id("status")).to_have_text("In review")
    desk = open_case("specialist", "desktop", script=False)
    with desk.expect_download() as download:
        desk.get_by_role("link", name="receipt.pdf").click()
    assert download.value.suggested_filename.startswith("proof-")
    assert Path(download.value.path()).read_bytes() == PDF
    form = desk.locator("form", has=desk.get_by_role("button", name="Accept the documents"))
    form.get_by_label("Reason").fill("the hash and the amounts agree")
    desk.get_by_role("button", name="Accept the documents").click()
    assert case.state() == "submitted"
