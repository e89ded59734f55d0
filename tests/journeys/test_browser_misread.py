"""Five causes that people get wrong, each in a real browser: the hash is pasted on a phone, and the case goes to its end."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from recovery.domain.explaining import explanation
from recovery.domain.texts import CAUSES
from tests.journeys.browsing import Desk, confirm, is_for_everybody, picture, report, shows
from tests.journeys.people import Person, books_of
from tests.journeys.product import Product

ACCOUNT = "acct-1002"
DEPOSITOR, CLEARING = 1, 1
"""The sign-ins used here: the second of each role."""

CREDITED = [
    ("internal_native", "F01", "1.5 ETH", "Local sandbox chain"),
    ("memo_typo", "B04", "215 XLM", "Local sandbox ledger"),
    ("wrong_network", "C01", "145 SUSD", "Second local sandbox chain"),
    ("returned_withdrawal", "B16", "946 SUSD", "Local sandbox chain"),
]
"""Kind of the sample deposit, cause, what arrived, and where."""


@pytest.mark.parametrize(("kind", "cause", "amount", "network"), CREDITED)
def test_what_others_call_lost_is_credited(
    product: Product, desk: Desk, person: Callable[..., Person], kind: str, cause: str, amount: str, network: str
) -> None:
    deposit = product.deposits(kind, ACCOUNT)[0]
    depositor = desk("depositor", DEPOSITOR, phone=True)
    address = report(depositor, deposit["hash"])
    shows(depositor, "In review")
    page = depositor.locator("main")
    told = explanation(
        cause, ("CR",), state="credit_sign_off", label="in_review", workflow="uncredited_deposit", parked=None
    )
    for words in (told.happened, told.next, "Nothing.", amount, network):
        expect(page).to_contain_text(str(words))
    if kind == "memo_typo":
        expect(page).to_contain_text("70011002bi")  # as it was written
    is_for_everybody(depositor)
    picture(depositor, f"misread-{kind}")

    clearing = desk("clearing", CLEARING)
    clearing.goto(address)
    expect(clearing.locator("main")).to_contain_text(amount)
    is_for_everybody(clearing)
    picture(clearing, f"misread-{kind}-review")
    confirm(clearing, "Approve the credit", product.sign_in("clearing", CLEARING)["password"])

    shows(depositor, "Completed")
    credited = depositor.get_by_test_id("credited")
    for words in (amount, ACCOUNT, "none"):
        expect(credited).to_contain_text(words)
    is_for_everybody(depositor)
    picture(depositor, f"misread-{kind}-completed")
    case = person("auditor").get(f"cases/{address.rpartition('/')[2]}")
    assert (case["cause"], case["state"], case["quote"]) == (cause, "completed", None)
    assert sum(int(one["amount"]) for one in case["postings"]) >= int(deposit["amount"])
    assert books_of(case) == {}


def test_a_look_alike_is_no_deposit_and_the_depositor_is_warned(product: Product, desk: Desk) -> None:
    deposit = product.deposits("look_alike", ACCOUNT)[0]
    depositor = desk("depositor", DEPOSITOR, phone=True)
    report(depositor, deposit["hash"])
    shows(depositor, "Closed")
    page = depositor.locator("main")
    for words in (CAUSES["D04"].happened, CAUSES["D04"].next, deposit["contract"], "calls itself"):
        expect(page).to_contain_text(str(words))
    expect(page).not_to_contain_text("25,000 S")  # what it calls itself is no unit of ours
    for way in ("quote", "credited", "proof"):
        expect(depositor.get_by_test_id(way)).to_have_count(0)
    is_for_everybody(depositor)
    picture(depositor, "misread-look_alike")
