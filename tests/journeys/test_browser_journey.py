"""The journey of one case in a real browser: every actor at their own page, the coins on a real chain."""

from __future__ import annotations

import csv
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, StorageState, expect

from tests.journeys.conftest import Product

SLOW = 45_000  # milliseconds: the sample chain makes a block every second or two, and three make it final

Desk = Callable[..., Page]

PICTURES = os.environ.get("RECOVERY_PICTURES")
"""A folder for the pictures of the README (``make pictures``)."""


def picture(page: Page, name: str, *, dark: bool = False) -> None:
    """Keep what the page looks like now, when pictures are wanted."""
    if PICTURES:
        page.emulate_media(color_scheme="dark" if dark else "light")
        page.screenshot(path=f"{PICTURES}/{name}.png", animations="disabled")
        page.emulate_media(color_scheme="light")


@pytest.fixture
def desk(product: Product, browser: Browser) -> Desk:
    """Opens a browser of their own for anybody, and signs them in."""
    opened: dict[tuple[str, int], Page] = {}

    def page_of(role: str, number: int = 0, *, phone: bool = False) -> Page:
        if (role, number) not in opened:
            size = {"width": 390, "height": 844} if phone else {"width": 1280, "height": 900}
            context = browser.new_context(viewport=size, locale="en-GB", base_url=product.url)
            context.set_default_timeout(15_000)
            page = context.new_page()
            page.on("request", lambda request: _only_ourselves(product, request.url))
            person = product.sign_in(role, number)
            page.goto("/")
            page.get_by_label("E-mail address").fill(person["email"])
            page.get_by_label("Password").fill(person["password"])
            page.get_by_role("button", name="Sign in").click()
            opened[role, number] = page
        return opened[role, number]

    return page_of


def _only_ourselves(product: Product, url: str) -> None:
    assert url.startswith(product.url), f"the page asked another host: {url}"


def report(page: Page, hash: str) -> str:
    """Paste a hash; gives the address of the case's page."""
    page.goto("/")
    page.get_by_label("Paste a transaction hash or explorer link").fill(hash)
    page.get_by_label("Paste a transaction hash or explorer link").press("Enter")
    expect(page.get_by_test_id("case-ref")).to_be_visible()
    return page.url


def shows(page: Page, label: str) -> None:
    """Wait until the depositor's page shows a status, without touching it: it renews itself."""
    expect(page.get_by_test_id("status")).to_have_text(label, timeout=SLOW)


def press(page: Page, button: str, **typed: str) -> None:
    """Fill the fields of a move and make it."""
    form = page.locator("form").filter(has=page.get_by_role("button", name=button, exact=True))
    for label, value in typed.items():
        form.get_by_label(label.replace("_", " ")).fill(value)
    form.get_by_role("button", name=button, exact=True).click()


def approve(product: Product, desk: Desk, address: str, what: str, role: str) -> None:
    """One team looks at the plan and approves exactly what is on the screen."""
    page = desk(role)
    page.goto(address)
    button = page.get_by_role("button", name=f"Approve the {what} for {role}", exact=True)
    expect(button).to_be_enabled(timeout=SLOW)
    picture(page, f"desk-sign-off-{role}", dark=role == "clearing")
    form = page.locator("form").filter(has=button)
    if form.get_by_label("password").count():
        form.get_by_label("password").fill(product.sign_in(role)["password"])
    button.click()
    expect(page.get_by_text("you prepared it")).to_have_count(0)


def nothing_sticks_out(page: Page) -> bool:
    """Whether everything stays inside its card, and the page inside the screen, however long the numbers are."""
    return bool(
        page.evaluate(
            """() => document.documentElement.scrollWidth <= window.innerWidth
                 && [...document.querySelectorAll('.card-soft')].every(card =>
                      [...card.querySelectorAll('td, dd')].every(cell =>
                        cell.getBoundingClientRect().right <= card.getBoundingClientRect().right))"""
        )
    )


def test_an_unlisted_token_from_hash_to_refund(product: Product, desk: Desk, tmp_path: Path) -> None:
    deposit = product.deposits("unlisted_token", "acct-1001")[0]
    depositor, specialist = desk("depositor", phone=True), desk("specialist")
    started = time.monotonic()
    picture(depositor, "portal-home")
    address = report(depositor, deposit["hash"])
    shows(depositor, "In review")
    assert time.monotonic() - started < 30
    expect(depositor.locator("main")).to_contain_text("MDW")

    specialist.goto("/desk")
    picture(specialist, "desk-queue")
    specialist.get_by_role("link", name=re.compile("RC-")).first.click()
    specialist.goto(address)
    press(specialist, "Take this case")
    press(specialist, "Ask the depositor", Your_question_to_the_depositor="Which wallet did you send it from?")
    shows(depositor, "Your answer is needed")
    press(depositor, "Send the answer", Your_answer="From my own wallet, this morning.")
    specialist.goto(address)
    expect(specialist.get_by_text("From my own wallet, this morning.")).to_be_visible()
    press(specialist, "Conclude the investigation")
    press(specialist, "Offer a quote")

    shows(depositor, "Your decision is needed")
    quote = depositor.get_by_test_id("quote")
    expect(quote).to_contain_text("MDW")
    picture(depositor, "portal-quote")
    destination = product.world["outside_wallets"]["acct-1001"]
    before = product.token_balance(deposit["contract"], destination)
    quote.get_by_label("Refund address").fill(product.world["wallets"]["hot"])
    password = product.sign_in("depositor")["password"]
    if quote.get_by_label("password").count():
        quote.get_by_label("password").fill(password)
    quote.get_by_role("button", name="Accept and start the recovery").click()
    expect(depositor.locator("#destination")).to_have_attribute("aria-invalid", "true")
    depositor.locator("#destination").fill(destination)
    if depositor.get_by_test_id("quote").get_by_label("password").count():
        depositor.get_by_test_id("quote").get_by_label("password").fill(password)
    depositor.get_by_role("button", name="Accept and start the recovery").click()
    shows(depositor, "On its way")

    specialist.goto(address)
    press(specialist, "Prepare the sweep")
    approve(product, desk, address, "sweep", "wallet")
    expect(desk("wallet").get_by_role("cell", name="Bring gas to the address")).to_be_visible()
    approve(product, desk, address, "sweep", "clearing")
    approve(product, desk, address, "refund", "clearing")
    approve(product, desk, address, "refund", "wallet")
    shows(depositor, "Completed")
    statement = depositor.get_by_test_id("statement")
    expect(statement).to_contain_text(destination[-6:])
    picture(depositor, "portal-statement", dark=True)
    assert nothing_sticks_out(depositor)
    arrived = product.token_balance(deposit["contract"], destination) - before
    assert 0 < arrived < int(deposit["amount"])

    auditor = desk("auditor")
    auditor.goto(address)
    expect(auditor.get_by_text("Refund", exact=False).first).to_be_visible()
    expect(auditor.get_by_role("button", name="Approve the refund for wallet")).to_have_count(0)
    export_and_verify(product, auditor, tmp_path)


def export_and_verify(product: Product, auditor: Page, folder: Path) -> None:
    """The auditor takes the history home; the verifier confirms it, and finds one changed byte."""
    for form in ("csv", "jsonl", "bundle"):
        auditor.goto("/export")
        auditor.get_by_label(re.compile("Form")).select_option(form)
        with auditor.expect_download() as begun:
            auditor.get_by_role("button", name=re.compile("Export|Download")).click()
        path = folder / begun.value.suggested_filename
        begun.value.save_as(path)
        assert verified(path) == 0, path
        if form == "csv":
            with path.open(newline="") as file:
                assert len(list(csv.reader(file))) > 10
        body = bytearray(path.read_bytes())
        place = body.index(b"declined") if b"declined" in body else len(body) // 2
        body[place] ^= 1
        path.write_bytes(bytes(body))
        assert verified(path) != 0, f"a changed byte in {path} went unnoticed"


def verified(path: Path) -> int:
    """The exit status of ``recovery audit verify``."""
    command = [sys.executable, "-m", "recovery.cli", "audit", "verify", str(path)]
    return subprocess.run(command, capture_output=True, check=False, timeout=60).returncode


@pytest.mark.parametrize(
    ("kind", "label", "words"),
    [
        ("reverted", "Closed", "failed"),
        ("credited", "Explained", "credited"),
        ("foreign_address", "Closed", "deposit address of your account"),
        ("internal_native", "In review", "contract"),
        ("confirming", "In review", "credit"),
    ],
)
def test_the_machine_answers_in_seconds(product: Product, desk: Desk, kind: str, label: str, words: str) -> None:
    deposit = next(one for one in product.world["deposits"] if one["kind"] == kind)
    number = 1 if deposit["account"] == "acct-1002" else 0
    depositor = desk("depositor", number)
    report(depositor, deposit["hash"])
    shows(depositor, label)
    expect(depositor.locator("main")).to_contain_text(words, ignore_case=True)


def test_a_credit_waits_for_clearing(product: Product, desk: Desk) -> None:
    deposit = product.deposits("internal_listed_token", "acct-1001")[0]
    depositor = desk("depositor")
    address = report(depositor, deposit["hash"])
    shows(depositor, "In review")
    clearing = desk("clearing", 1)
    clearing.goto(address)
    press(clearing, "Approve the credit", Password=product.sign_in("clearing", 1)["password"])
    shows(depositor, "Completed")
    expect(depositor.get_by_test_id("credited")).to_contain_text("acct-1001")


def test_nonsense_is_answered_kindly_and_keeps_what_was_typed(product: Product, desk: Desk) -> None:
    depositor = desk("depositor")
    for text in ("hello", "0x1234", "0x" + "a" * 40):
        depositor.goto("/")
        depositor.get_by_label("Paste a transaction hash or explorer link").fill(text)
        depositor.get_by_role("button", name="Find out what happened").click()
        field = depositor.get_by_label("Paste a transaction hash or explorer link")
        expect(field).to_have_value(text)
        expect(field).to_have_attribute("aria-invalid", "true")


def test_a_foreign_case_is_simply_not_there(product: Product, desk: Desk) -> None:
    mine = report(desk("depositor"), product.deposits("unlisted_token", "acct-1001")[1]["hash"])
    other = desk("depositor", 1)
    assert other.goto(mine).status == 404
    assert other.goto("/cases/RC-0000-0000-0000-0000-0").status == 404


@pytest.fixture(scope="module")
def cookies(product: Product, browser: Browser) -> Callable[[str], StorageState]:
    """The cookies of a sign-in as a role; each role signs in once, because the product counts how often one does."""
    known: dict[str, StorageState] = {}

    def of(role: str) -> StorageState:
        if role not in known:
            context = browser.new_context(base_url=product.url)
            page, person = context.new_page(), product.sign_in(role)
            page.goto("/sign-in")
            page.locator("input[name=email]").fill(person["email"])
            page.locator("input[name=password]").fill(person["password"])
            page.locator("main button[type=submit]").click()
            page.wait_for_url(re.compile(r"/(desk.*)?$"))
            known[role] = context.storage_state()
            context.close()
        return known[role]

    return of


@pytest.mark.parametrize("phone", [True, False], ids=["phone", "desktop"])
@pytest.mark.parametrize("locale", ["en-GB", "de-DE"])
@pytest.mark.parametrize(
    ("role", "path"),
    [("depositor", "/"), ("depositor", "/networks"), ("specialist", "/networks"), ("specialist", "/nodes")],
)
def test_a_page_is_for_everybody(
    product: Product,
    browser: Browser,
    cookies: Callable[[str], StorageState],
    role: str,
    path: str,
    locale: str,
    *,
    phone: bool,
) -> None:
    size = {"width": 390, "height": 844} if phone else {"width": 1280, "height": 900}
    context = browser.new_context(viewport=size, locale=locale, base_url=product.url, storage_state=cookies(role))
    try:
        page = context.new_page()
        page.goto(path)
        expect(page.locator("html")).to_have_attribute("lang", locale[:2])
        for _ in range(2):  # as it comes, then with everything unfolded
            found = Axe().run(page)
            assert found.violations_count == 0, found.generate_report()
            assert nothing_sticks_out(page)
            page.evaluate("() => document.querySelectorAll('details').forEach((one) => { one.open = true })")
    finally:
        context.close()
