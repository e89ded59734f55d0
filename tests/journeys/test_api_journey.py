"""The same journey without a browser: every actor a program with a token, the coins on the same real chain."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import httpx
import pytest

from tests.journeys.conftest import Product

PATIENCE = 90.0  # seconds
SCOPES = {
    "depositor": ["appeals:write", "cases:read", "cases:write"],
    "auditor": ["cases:read", "plans:read"],
}
STAFF = ["cases:read", "cases:write", "plans:read"]


class Person:
    """Somebody with an API token of their own."""

    def __init__(self, product: Product, role: str, number: int = 0) -> None:
        sign_in = product.sign_in(role, number)
        self._password = sign_in["password"]
        self._http = httpx.Client(base_url=f"{product.url}/api/v1/", timeout=30)
        asked = {"email": sign_in["email"], "password": self._password, "scopes": SCOPES.get(role, STAFF)}
        token = self.post("tokens", asked)["token"]
        self._http.headers["Authorization"] = f"Bearer {token}"

    def close(self) -> None:
        """Give the connection back."""
        self._http.close()

    def post(self, path: str, body: dict[str, Any], *, expect: int | None = None) -> dict[str, Any]:
        """A write, with a key of its own."""
        answer = self._http.post(path, json=body, headers={"Idempotency-Key": str(uuid.uuid4())})
        assert answer.status_code == expect if expect else answer.is_success, answer.text
        return dict(answer.json())

    def get(self, path: str) -> dict[str, Any]:
        """A reading."""
        answer = self._http.get(path)
        assert answer.is_success, answer.text
        return dict(answer.json())

    def step_up(self) -> None:
        """Confirm the token with the password."""
        self.post("step-up", {"password": self._password})

    def wait(self, ref: str, *states: str) -> dict[str, Any]:
        """Look at the case until it is in one of the states."""
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            case = self.get(f"cases/{ref}")
            if case["state"] in states:
                return case
            time.sleep(0.3)
        raise AssertionError(f"{case['state']}, not {states}: {case['actions']}")

    def move(self, ref: str, name: str, *, expect: int | None = None, **fields: Any) -> dict[str, Any]:
        """Make a move that the case's own list of actions offers."""
        if expect is None:
            actions = {action["name"]: action for action in self.get(f"cases/{ref}")["actions"]}
            assert actions[name]["open"], actions[name]
            if actions[name]["step_up"]:
                self.step_up()
        return self.post(f"cases/{ref}/{name}", fields, expect=expect)


@pytest.fixture
def person(product: Product) -> Iterator[Callable[..., Person]]:
    """Makes people with tokens."""
    with ExitStack() as stack:

        def make(role: str, number: int = 0) -> Person:
            made = Person(product, role, number)
            stack.callback(made.close)
            return made

        yield make


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


def until_open(person: Person, ref: str, name: str) -> None:
    """Wait until an action of the case opens."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        if any(action["name"] == name and action["open"] for action in person.get(f"cases/{ref}")["actions"]):
            return
        time.sleep(0.3)
    raise AssertionError(f"{name} never opened")


def books_of(case: dict[str, Any]) -> dict[tuple[str, str], int]:
    """What is left in suspense, payable and in transit, by account and asset: nothing, once a case is closed."""
    totals: dict[tuple[str, str], int] = {}
    for posting in case["postings"]:
        for side, sign in (("debit", 1), ("credit", -1)):
            key = (posting[side], posting["asset"])
            totals[key] = totals.get(key, 0) + sign * int(posting["amount"])
    return {key: total for key, total in totals.items() if total and key[0] in ("1110", "1115", "2100", "2110")}
