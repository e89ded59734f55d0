"""People who use the product by its API, and what they look at."""

from __future__ import annotations

import time
import uuid
from typing import Any

import httpx

from tests.journeys.product import Product

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
