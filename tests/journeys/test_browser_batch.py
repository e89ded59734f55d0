"""Twenty small losses, each worth less than its recovery, swept together by one plan and paid back each for itself."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page, expect
from sqlalchemy import select

from recovery.domain.accounting import NETWORK_COST, unsettled
from recovery.models import PlanStep, Posting, RecoveryCase
from recovery.queries.ledger import balances, trial_balances, unbalanced
from tests.journeys.behind import Behind
from tests.journeys.browsing import Desk, approve, is_for_everybody, picture, report, shows
from tests.journeys.product import Product

DEPOSITOR = 1
ACCOUNT = "acct-1002"
PATIENT = 240.0  # seconds: twenty refunds leave one wallet, one after the other


def test_twenty_small_cases_are_one_sweep(product: Product, desk: Desk, behind: Behind) -> None:
    deposits = product.deposits("small_token", ACCOUNT)
    assert len(deposits) == 20
    assert len({deposit["recipient"] for deposit in deposits}) == 1
    depositor, specialist = desk("depositor", DEPOSITOR, phone=True), desk("specialist")
    refs = reported(depositor, behind, deposits)
    formed(specialist, behind, refs)
    quoted(depositor, specialist, behind, product, refs)

    press_batch(specialist, "Prepare one sweep for all that accepted")
    behind.wait(refs, "sweep_sign_off")
    for team in ("wallet", "clearing"):
        approve(product, desk, f"/cases/{refs[7]}", "sweep", team)
    behind.wait(refs, "refund_sign_off")
    assert network_cost(behind, refs) == paid_on_chain(product, behind, refs, "sweep") > 0
    plans = {str(behind.view("auditor", ref).plans[-1]["id"]) for ref in refs}
    assert len(plans) == 20  # each its own refund

    destination = product.world["outside_wallets"][ACCOUNT]
    before = product.token_balance(deposits[0]["contract"], destination)
    for team in ("clearing", "wallet"):
        approve(product, desk, f"/cases/{refs[0]}", "refund", team)
    for ref in refs[1:]:
        behind.approve(ref, "refund")
    depositor.goto(f"/cases/{refs[0]}")
    shows(depositor, "Completed")
    is_for_everybody(depositor)
    behind.wait(refs, "completed", patience=PATIENT)
    nets = [int((behind.view("depositor", ref, DEPOSITOR).statement or {})["net"]) for ref in refs]
    assert product.token_balance(deposits[0]["contract"], destination) - before == sum(nets)
    books_are_settled(behind, refs)
    specialist.goto("/desk/batches")
    expect(specialist.get_by_test_id("batch").first).to_contain_text("Completed")
    looks_well(specialist, "batches-completed")


def reported(depositor: Page, behind: Behind, deposits: list[dict[str, Any]]) -> list[str]:
    """Twenty appeals, two of them in the browser; each is set aside, because alone it is worth too little."""
    refs = [report(depositor, one["hash"]).rpartition("/")[2] for one in deposits[:2]]
    refs += [behind.open(one["hash"], by=behind.actor("depositor", DEPOSITOR)) for one in deposits[2:]]
    behind.wait(refs, "parked")
    depositor.goto(f"/cases/{refs[0]}")
    is_for_everybody(depositor)
    picture(depositor, "batch-too-little-alone")
    return refs


def formed(specialist: Page, behind: Behind, refs: list[str]) -> None:
    """The desk shows that they belong together, and a specialist brings them together."""
    specialist.goto("/desk/batches")
    row = specialist.get_by_role("row").filter(has_text=refs[0])
    expect(row).to_contain_text(refs[-1])
    looks_well(specialist, "batches-suggested")
    row.get_by_role("button", name="Form this batch").click()
    expect(specialist.get_by_test_id("batch").first).to_contain_text("20 cases")
    behind.probed(refs)
    behind.wait(refs, "under_review")


def quoted(depositor: Page, specialist: Page, behind: Behind, product: Product, refs: list[str]) -> None:
    """Everybody is offered a quote with their share of the one sweep; one accepts in the browser."""
    press_batch(specialist, "Offer quotes to all that are ready")
    expect(specialist.get_by_test_id("batch").first).to_contain_text("Share of the cost")
    looks_well(specialist, "batches-quoted")
    assert {behind.case(ref).state for ref in refs} == {"quoted"}
    destination = product.world["outside_wallets"][ACCOUNT]
    depositor.goto(f"/cases/{refs[0]}")
    shows(depositor, "Your decision is needed")
    quote = depositor.get_by_test_id("quote")
    quote.get_by_label("Refund address").fill(destination)
    if quote.get_by_label("password").count():
        quote.get_by_label("password").fill(product.sign_in("depositor", DEPOSITOR)["password"])
    is_for_everybody(depositor)
    quote.get_by_role("button", name="Accept and start the recovery").click()
    shows(depositor, "On its way")
    for ref in refs[1:]:
        offered = behind.view("depositor", ref, DEPOSITOR).quote
        assert offered is not None and offered["net"] > 0
        actor = behind.actor("depositor", DEPOSITOR)
        behind.move(actor, ref, "accept", destination=destination, quote_digest=offered["digest"])


def press_batch(page: Page, button: str) -> None:
    """Press a button of the newest batch."""
    page.goto("/desk/batches")
    page.get_by_test_id("batch").first.get_by_role("button", name=button).click()
    expect(page.get_by_role("alert")).to_have_count(0)


def looks_well(page: Page, name: str) -> None:
    """On a phone and on a desk."""
    for width, height in ((390, 844), (1280, 900)):
        page.set_viewport_size({"width": width, "height": height})
        is_for_everybody(page)
        picture(page, f"{name}-{width}")


def network_cost(behind: Behind, refs: list[str]) -> int:
    """What the sweep cost all the cases together, by the books."""
    ids = [behind.case(ref).id for ref in refs]
    with behind.database.reading() as session:
        rows = session.scalars(select(Posting).where(Posting.case_id.in_(ids))).all()
    spent = [one.amount for one in rows if one.debit == NETWORK_COST]
    return sum(spent) - sum(one.amount for one in rows if one.credit == NETWORK_COST)


def paid_on_chain(product: Product, behind: Behind, refs: list[str], kind: str) -> int:
    """What the chain says the one plan of a kind cost."""
    (plan_id,) = {str(one["id"]) for ref in refs for one in behind.view("auditor", ref).plans if one["kind"] == kind}
    with behind.database.reading() as session:
        hashes = session.scalars(select(PlanStep.hash).where(PlanStep.plan_id == plan_id)).all()
    assert len(hashes) == 2  # gas for the one address, and one transfer of everything on it
    receipts = [product.rpc("eth_getTransactionReceipt", hash) for hash in hashes]
    return sum(int(one["gasUsed"], 16) * int(one["effectiveGasPrice"], 16) for one in receipts)


def books_are_settled(behind: Behind, refs: list[str]) -> None:
    """Nothing is left in suspense, owed or on its way for any of the cases, and all accounts together are nothing."""
    with behind.database.reading() as session:
        for ref in refs:
            wanted = select(Posting.debit, Posting.credit, Posting.asset, Posting.amount).join(
                RecoveryCase, RecoveryCase.id == Posting.case_id
            )
            rows = session.execute(wanted.where(RecoveryCase.ref == ref)).all()
            assert rows and not unsettled(rows), ref
        held = balances(session)
    assert unbalanced(held) == []
    assert all(one.debit == one.credit for one in trial_balances(held))
