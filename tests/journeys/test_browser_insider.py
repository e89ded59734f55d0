"""Somebody with the keys of the database wants a refund for a friend: it is stopped, seen, and paid to its owner in the end."""

from __future__ import annotations

import time

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from recovery.errors import MoveNotOpen
from tests.journeys.behind import Behind
from tests.journeys.browsing import Desk, is_for_everybody, picture, press, report, shows
from tests.journeys.product import Product

FRIEND = "0x1d17CBcF0D6D143135aE902365D2E5e2A16538D4"
ACCOUNT = "acct-1001"

CASE = "(SELECT id FROM recovery_case WHERE ref = :ref)"
DESTINATION = f"UPDATE refund_destination SET address = :to WHERE case_id = {CASE}"
PLAN = (
    "(SELECT plan.id FROM plan JOIN plan_case ON plan_case.plan_id = plan.id "
    f"WHERE plan_case.case_id = {CASE} AND plan.kind = 'refund' AND plan.state = 'drafted')"
)
PAYLOAD = f"UPDATE plan SET payload = replace(payload, :before, :to) WHERE id = {PLAN}"
FORGED = (
    "INSERT INTO sign_off (plan_id, stage, digest, preparer_id, approver_id, at) "
    "SELECT id, 'wallet', digest, prepared_by, :who, now() FROM plan WHERE id = "
    f"{PLAN}"
)


def test_an_insider_is_not_paid(product: Product, desk: Desk, behind: Behind) -> None:
    deposit = product.deposits("unlisted_token", ACCOUNT)[2]
    owner = product.world["outside_wallets"][ACCOUNT]
    before = product.token_balance(deposit["contract"], owner)
    depositor = desk("depositor", phone=True)
    ref = accepted(product, depositor, behind, deposit["hash"], owner)

    behind.move(behind.actor("specialist"), ref, "prepare_sweep")
    assert behind.meddle(DESTINATION, ref=ref, to=FRIEND) == 1
    behind.wait([ref], "sweep_sign_off")
    behind.approve(ref, "sweep")
    behind.wait([ref], "refund_on_hold")
    seen_at_the_desk(desk, ref)
    nothing_shows(depositor, owner)

    lead = desk("lead")
    lead.goto(f"/cases/{ref}")
    press(lead, "Plan the refund again")  # as long as the table says the friend, nothing comes of it
    time.sleep(2)
    behind.wait([ref], "refund_on_hold")
    assert behind.meddle(DESTINATION, ref=ref, to=owner) == 1
    lead.goto(f"/cases/{ref}")
    press(lead, "Plan the refund again")
    behind.wait([ref], "refund_sign_off")

    the_other_ways_are_shut(behind, ref, owner)
    behind.wait([ref], "completed")
    net = int((behind.view("depositor", ref).statement or {})["net"])
    assert product.token_balance(deposit["contract"], owner) - before == net
    assert product.token_balance(deposit["contract"], FRIEND) == 0
    depositor.goto(f"/cases/{ref}")
    shows(depositor, "Completed")
    expect(depositor.get_by_test_id("statement")).to_contain_text(owner[-6:])


def accepted(product: Product, depositor: Page, behind: Behind, hash: str, owner: str) -> str:
    """From the hash to an accepted quote, the owner's part in the browser."""
    ref = report(depositor, hash).rpartition("/")[2]
    behind.wait([ref], "under_review")
    specialist = behind.actor("specialist")
    behind.move(specialist, ref, "take")
    behind.probed([ref])
    behind.move(specialist, ref, "conclude")
    behind.move(specialist, ref, "quote")
    shows(depositor, "Your decision is needed")
    quote = depositor.get_by_test_id("quote")
    quote.get_by_label("Refund address").fill(owner)
    if quote.get_by_label("password").count():
        quote.get_by_label("password").fill(product.sign_in("depositor")["password"])
    quote.get_by_role("button", name="Accept and start the recovery").click()
    shows(depositor, "On its way")
    return ref


def seen_at_the_desk(desk: Desk, ref: str) -> None:
    """The case stands still and an alarm rings: for who leads, and for who only reads."""
    for role in ("lead", "auditor"):
        page = desk(role)
        page.goto(f"/cases/{ref}")
        expect(page.locator("main")).to_contain_text("Refund on hold")
        is_for_everybody(page)
        page.goto("/alarms")
        alarm = page.get_by_test_id("alarm").filter(has_text=ref)
        expect(alarm).to_contain_text("Where a refund goes was changed past this program")
        expect(alarm).to_contain_text(FRIEND)
        is_for_everybody(page)
        picture(page, f"insider-{role}")


def nothing_shows(depositor: Page, owner: str) -> None:
    """The owner waits, and reads of no suspicion, no hold and no address but their own."""
    depositor.reload()
    shows(depositor, "In review")
    page = depositor.locator("main")
    expect(page).to_contain_text(owner)
    for word in (FRIEND, "on hold", "alarm", "fraud", "changed past", "tamper"):
        expect(page).not_to_contain_text(word, ignore_case=True)
    is_for_everybody(depositor)
    picture(depositor, "insider-depositor")


def the_other_ways_are_shut(behind: Behind, ref: str, owner: str) -> None:
    """The database takes no forged approval and no other payload; with its guards put out, nobody can approve such a plan."""
    friend_of_theirs = str(behind.actor("wallet", 1).id)
    for statement, values in (
        (FORGED, {"who": friend_of_theirs}),
        (PAYLOAD, {"before": owner, "to": FRIEND}),
    ):
        with pytest.raises(DBAPIError), behind.database.unit_of_work() as session:
            session.execute(text(statement), {"ref": ref, **values})
    assert behind.meddle(PAYLOAD, ref=ref, before=owner, to=FRIEND) == 1
    with pytest.raises(MoveNotOpen, match="destination_is_safe"):
        behind.approve(ref, "refund")
    assert behind.meddle(PAYLOAD, ref=ref, before=FRIEND, to=owner) == 1
    behind.approve(ref, "refund")
