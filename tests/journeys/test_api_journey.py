"""The same journey without a browser: every actor a program with a token, the coins on the same real chain."""

from __future__ import annotations

from collections.abc import Callable

from tests.journeys.people import Person, books_of, until_open
from tests.journeys.product import Product


def test_an_unlisted_token_from_hash_to_refund(product: Product, person: Callable[..., Person]) -> None:
    deposit = product.deposits("unlisted_token", "acct-1002")[0]
    depositor, specialist = person("depositor", 1), person("specialist", 1)
    wallet, clearing = person("wallet", 1), person("clearing", 1)
    ref = depositor.post("appeals", {"reference": deposit["hash"]}, expect=201)["ref"]
    depositor.wait(ref, "in_review")
    specialist.wait(ref, "under_review")
    specialist.move(ref, "take")
    until_open(specialist, ref, "conclude")
    specialist.move(ref, "conclude")
    specialist.move(ref, "quote")
    quote = depositor.wait(ref, "your_decision_needed")["quote"]
    assert int(quote["gross"]) == int(deposit["amount"])
    assert int(quote["gross"]) == int(quote["fee"]) + int(quote["network_cost"]) + int(quote["net"])
    destination = product.world["outside_wallets"]["acct-1002"]
    before = product.token_balance(deposit["contract"], destination)
    refused = depositor.move(ref, "accept", expect=403, destination=destination, quote_digest=quote["digest"])
    assert refused["code"] == "step_up_needed"
    depositor.move(ref, "accept", destination=destination, quote_digest=quote["digest"])
    specialist.move(ref, "prepare_sweep")
    for kind in ("sweep", "refund"):
        case = wallet.wait(ref, f"{kind}_sign_off")
        plan = next(plan for plan in case["plans"] if plan["kind"] == kind and plan["state"] == "drafted")
        specialist.move(ref, f"approve_{kind}_wallet", expect=403, digest=plan["digest"])
        wallet.move(ref, f"approve_{kind}_wallet", digest=plan["digest"])
        clearing.move(ref, f"approve_{kind}_clearing", digest=plan["digest"])
    case = clearing.wait(ref, "completed")
    assert product.token_balance(deposit["contract"], destination) - before == int(quote["net"])
    assert books_of(case) == {}
    statement = depositor.get(f"cases/{ref}")["statement"]
    assert (statement["net"], statement["destination"]) == (quote["net"], destination)
    assert [event["name"] for event in person("auditor").get(f"cases/{ref}/events")["items"]][-1] == ("confirm_refund")
