"""The application over a real database, people to sign in as, and a case of every hostile kind."""

from __future__ import annotations

import hashlib
import re
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from chains import catalogue
from chains.survey import Surveyed
from chains.surveyed import Survey
from chains.types import Answer, Block, Fee, Reading, Source, Status, Transaction, Transfer, TransferKind
from config.settings import Settings
from recovery.app import create_app
from recovery.db import Database
from recovery.domain.actor import Actor
from recovery.domain.ids import new_id
from recovery.errors import TooMany
from recovery.limits import Limit
from recovery.models import OwnedAddress, RecoveryCase
from recovery.services import cases, evidence, people
from recovery.services.evidence import Look

PASSWORD = "correct horse battery"
DEPOSIT = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8"
SENDER = "0x15d34AAf54267DB7D7c367839AAf71A00a2C6A65"
TOKEN = "0x5FbDB2315678afecb367f032d93F642f64180aa3"
PEOPLE = {
    "depositor": ("depositor", "100231"),
    "neighbour": ("depositor", "100777"),
    "specialist": ("specialist", None),
    "wallet": ("wallet", None),
    "auditor": ("auditor", None),
    "lead": ("lead", None),
}


class CountingLimits:
    """Limits that remember what was spent, and refuse what ``full`` names."""

    def __init__(self) -> None:
        self.spent: list[tuple[str, str]] = []
        self.full: set[str] = set()

    def spend(self, limit: Limit, who: str) -> None:
        """Remember, or refuse."""
        if limit.name in self.full:
            raise TooMany(limit.name.replace("-", "_"))
        self.spent.append((limit.name, who))

    def ping(self) -> bool:
        """Always there."""
        return True


@pytest.fixture
def limits() -> CountingLimits:
    return CountingLimits()


@pytest.fixture
def app(database_url: str, limits: CountingLimits, tmp_path: Path) -> Iterator[Flask]:
    settings = Settings(
        database_url=database_url, redis_url="redis://127.0.0.1:1/0", home=tmp_path, secret_key="k" * 40, sandbox=True
    )
    made = create_app(settings, limits=limits)
    yield made
    made.extensions["database"].close()


@pytest.fixture
def database(app: Flask) -> Database:
    opened: Database = app.extensions["database"]
    return opened


@pytest.fixture
def actors(database: Database) -> dict[str, Actor]:
    """Everybody of the sample house, and the address book that knows Depositor's deposit address."""
    found = {}
    with database.unit_of_work() as session:
        for name, (role, account) in PEOPLE.items():
            person = people.add_person(
                session,
                email=f"{name}@example.org",
                display_name=name.capitalize(),
                roles=[role],
                account=account,
                password=PASSWORD,
            )
            found[name] = Actor(id=person.id, roles=frozenset({role}), account=account, display_name=name.capitalize())
        session.add(
            OwnedAddress(
                id=new_id(),
                network="local",
                address=DEPOSIT,
                account="100231",
                kind="deposit",
                valid_from=datetime.now(UTC) - timedelta(days=100),
                custody="key",
            )
        )
    return found


@pytest.fixture
def client_of(app: Flask, actors: dict[str, Actor]) -> Callable[[str], FlaskClient]:
    """A signed-in browser of somebody."""

    def sign_in(name: str) -> FlaskClient:
        client = app.test_client()
        page = client.get("/sign-in").text
        answer = client.post(
            "/sign-in", data={"csrf_token": token_in(page), "email": f"{name}@example.org", "password": PASSWORD}
        )
        assert answer.status_code == 303
        return client

    return sign_in


def token_in(page: str) -> str:
    """The forged-request token of a page's forms."""
    found = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert found
    return found.group(1)


def transfer(**different: Any) -> Transfer:
    """1,250 of an unlisted token with 18 decimals, to Depositor's address."""
    network = catalogue.network("local")
    usual: dict[str, Any] = {
        "position": "log:0",
        "kind": TransferKind.TOKEN,
        "asset": f"{network.id}/erc20:{TOKEN}",
        "contract": TOKEN,
        "sender": SENDER,
        "recipient": DEPOSIT,
        "amount": 1250 * 10**18,
        "symbol": "WOBL",
        "decimals": 18,
    }
    return Transfer(**(usual | different))


@pytest.fixture
def look_at(database: Database, actors: dict[str, Actor]) -> Callable[..., str]:
    """Open Depositor's case and let the machine look at a transaction with these transfers; returns the case number."""

    def look(*transfers: Transfer, status: Status = Status.SUCCEEDED, final: bool = True, **about: Any) -> str:
        hash_ = "0x" + hashlib.sha256(uuid.uuid4().bytes).hexdigest()
        with database.unit_of_work() as session:
            case = cases.open_case(
                session,
                actors["depositor"],
                reference=hash_,
                network="local",
                message=about.pop("message", None),
                request_id=uuid.uuid4().hex,
            )
            ref, case_id = case.ref, case.id
        with database.unit_of_work() as session:
            case = session.get_one(RecoveryCase, case_id)
            told = reading(hash_, transfers, status, final, **about)
            survey = Survey(moved={leg.position: leg.amount for leg in transfers})
            evidence.conclude_look(session, case, Look([told], sandbox=True, surveyed=Surveyed(survey)))
        return ref

    return look


def reading(hash_: str, transfers: tuple[Transfer, ...], status: Status, final: bool, **about: Any) -> Reading:
    """What a node said about a transaction."""
    network = catalogue.network("local")
    transaction = Transaction(
        network="local",
        network_id=network.id,
        hash=hash_,
        status=status,
        final=final,
        confirmations=12 if final else 1,
        confirmations_required=3,
        block=Block(1204, "0x" + "b" * 64, datetime.now(UTC)),
        fee=Fee(network.native.asset, "ETH", 21_000, SENDER),
        transfers=transfers,
        sources=(Source("node-1", 1216, "c" * 64),),
        **about,
    )
    body = b'{"result": "<script>alert(1)</script>"}'
    answer = Answer("node-1", "eth_getTransactionByHash", body, hashlib.sha256(body).hexdigest(), datetime.now(UTC))
    return Reading(transaction, (answer,))
