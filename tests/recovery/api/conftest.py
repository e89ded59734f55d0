"""The API in the whole application on a real database; one person of each role with a token."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from config.settings import Settings
from recovery.app import create_app
from recovery.db import Database
from recovery.domain.scopes import SCOPES
from recovery.services import people

ROLES = ("depositor", "specialist", "wallet", "clearing", "auditor", "lead", "admin", "signer", "ledger")
PASSWORD = "a password to test with"
HASH = "0x" + "ab" * 32


@dataclass
class CountingLimits:
    """Counts, and refuses what a test wants refused."""

    refuse: set[str] = field(default_factory=set)
    spent: list[str] = field(default_factory=list)

    def spend(self, limit: Any, who: str) -> None:
        from recovery.errors import TooMany

        self.spent.append(limit.name)
        if limit.name in self.refuse:
            raise TooMany(limit.name)

    def ping(self) -> bool:
        return True


@dataclass
class Client:
    """Speaks to the API as one of the people, or as nobody."""

    app: Flask
    tokens: dict[str, str]

    def ask(
        self,
        method: str,
        path: str,
        *,
        who: str | None = None,
        body: Any = None,
        key: str | None = "",
        headers: dict[str, str] | None = None,
        **options: Any,
    ) -> TestResponse:
        """``key=""`` makes a new idempotency key for every write, ``None`` sends none."""
        sent = dict(headers or {})
        if who is not None:
            sent["Authorization"] = f"Bearer {self.tokens.get(who, who)}"
        if method != "GET" and key is not None:
            sent["Idempotency-Key"] = key or str(uuid.uuid4())
        if body is not None:
            options |= {"data": json.dumps(body), "content_type": "application/json"}
        return self.app.test_client().open(path, method=method, headers=sent, **options)

    def get(self, path: str, who: str | None = None, **options: Any) -> TestResponse:
        return self.ask("GET", path, who=who, **options)

    def post(self, path: str, who: str | None = None, body: Any = None, **options: Any) -> TestResponse:
        return self.ask("POST", path, who=who, body=body, **options)


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    opened = Database(database_url)
    yield opened
    opened.close()


@pytest.fixture
def settings(database_url: str) -> Settings:
    return Settings(database_url=database_url, redis_url="", home=Path("/nonexistent"), secret_key="k" * 40)


@pytest.fixture
def limits() -> CountingLimits:
    return CountingLimits()


@pytest.fixture
def app(settings: Settings, limits: CountingLimits) -> Iterator[Flask]:
    made = create_app(settings, limits=limits)
    yield made
    made.extensions["database"].close()


@pytest.fixture
def api(app: Flask, database: Database) -> Client:
    """``foreigner`` is a second depositor."""
    tokens = {}
    with database.unit_of_work() as session:
        for name in (*ROLES, "foreigner"):
            role = "depositor" if name == "foreigner" else name
            email = f"{name}@example.com"
            people.add_person(
                session,
                email=email,
                display_name=name.title(),
                roles=[role],
                account=f"acct-{name}" if role == "depositor" else None,
                password=PASSWORD,
            )
            tokens[name] = people.create_token(session, email=email, label="test", scopes=list(SCOPES))
    return Client(app, tokens)


@pytest.fixture
def case_ref(api: Client) -> str:
    """A case of ``depositor``, as it stands right after the report."""
    answer = api.post("/api/v1/appeals", "depositor", {"reference": HASH})
    assert answer.status_code == 201, answer.text
    ref: str = answer.get_json()["ref"]
    return ref
