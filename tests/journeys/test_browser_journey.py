"""The journey of one case in a real browser: every actor at their own page, the coins on a real chain."""

from __future__ import annotations

import csv
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.journeys.browsing import (
    Cookies,
    Desk,
    approve,
    confirm,
    is_for_everybody,
    nothing_sticks_out,
    picture,
    press,
    report,
    shows,
)
from tests.journeys.product import Product


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
    confirm(clearing, "Approve the credit", product.sign_in("clearing", 1)["password"])
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


@pytest.mark.parametrize("phone", [True, False], ids=["phone", "desktop"])
@pytest.mark.parametrize("locale", ["en-GB", "de-DE"])
@pytest.mark.parametrize(
    ("role", "path"),
    [("depositor", "/"), ("depositor", "/networks"), ("specialist", "/networks"), ("specialist", "/nodes")],
)
def test_a_page_is_for_everybody(
    product: Product,
    browser: Browser,
    cookies: Cookies,
    role: str,
    path: str,
    locale: str,
    *,
    phone: bool,
) -> None:
    size = {"width": 390, "height": 844} if phone else {"width": 1280, "height": 900}
    context = browser.new_context(viewport=size, locale=locale, base_url=product.url, storage_state=cookies.of(role))
    try:
        page = context.new_page()
        page.goto(path)
        expect(page.locator("html")).to_have_attribute("lang", locale[:2])
        is_for_everybody(page)
    finally:
        context.close()
