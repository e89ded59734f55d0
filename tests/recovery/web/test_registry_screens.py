"""The registries' pages in a browser: on a phone and on a desk, without sideways scrolling, readable for everybody."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import Page, expect
from werkzeug.serving import make_server

from recovery.db import Database
from recovery.domain.actor import Actor
from tests.recovery.services.test_registry import SAMPLES, a_file
from tests.recovery.web.conftest import PASSWORD
from tests.recovery.web.test_registry_pages import load

PICTURES = os.environ.get("RECOVERY_PICTURES")
SIZES = ((1280, 900), (390, 844))


@pytest.fixture
def site(app: Flask, actors: dict[str, Actor], database: Database) -> Iterator[str]:
    """The application behind a real socket, every registry filled."""
    for kind, row in SAMPLES.items():
        load(database, kind, row)
    load(
        database,
        "addresses",
        *(f"xrpl,r9cZA1mLK5R5Am25ArfXFmqgNwjZgnfk59,{n},acct-{n},shared,,,key,,," for n in range(60)),
    )
    load(database, "addresses", SAMPLES["addresses"].replace("a label", "another and a longer label"))
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def check(page: Page, name: str) -> None:
    """The present page at both sizes."""
    for width, height in SIZES:
        page.set_viewport_size({"width": width, "height": height})
        if PICTURES:
            page.screenshot(path=f"{PICTURES}/registry-{name}-{width}.png", full_page=True, animations="disabled")
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, f"{name} at {width}"
    found = Axe().run(page)
    assert found.violations_count == 0, f"{name}\n{found.generate_report()}"


def test_the_way_of_a_row_and_of_a_file(page: Page, site: str, tmp_path: Path) -> None:
    page.goto(f"{site}/sign-in?next=/registries")
    page.get_by_label("E-mail").fill("lead@example.org")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    check(page, "overview")
    page.get_by_role("link", name="Address book", exact=True).click()
    check(page, "list")
    page.get_by_role("link", name="Add a row").click()
    page.get_by_label("Network").select_option("ethereum")
    page.get_by_label("Address", exact=True).fill("0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed")
    page.get_by_label("Account").fill("somebody")
    page.get_by_label("Kind").select_option("deposit")
    page.get_by_label("Custody").select_option("key")
    page.get_by_label("Valid from").fill("2024-06-01")
    page.get_by_label("Your password").fill(PASSWORD)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("belong to another account").first).to_be_visible()
    check(page, "refused")
    page.get_by_label("Valid from").fill("2025-06-01")
    page.get_by_role("button", name="Save").click()
    check(page, "found")
    page.locator("[data-row]").filter(has_text="0x5aAeb").first.click()
    check(page, "row")
    page.goto(f"{site}/registries/accounts/upload")
    check(page, "upload")
    file = tmp_path / "accounts.csv"
    file.write_text(a_file("accounts", "acct-1,frozen,en,", "b,asleep,,", "c,active,,"))
    page.get_by_label("File", exact=True).set_input_files(file)
    page.get_by_role("button", name="Look at it").click()
    check(page, "preview")
    page.get_by_label("Take the good rows").check()
    page.get_by_role("button", name="Take it").click()
    expect(page.get_by_role("status").filter(has_text="1 added, 1 changed")).to_be_visible()
    for path in ("assets", "credits", "prices/new"):
        page.goto(f"{site}/registries/{path}")
        check(page, path.replace("/", "-"))
