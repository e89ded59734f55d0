"""The pages of what the machine found: who may see them, what they show, and a case opened from them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from recovery.db import Database
from recovery.domain.actor import Actor
from recovery.domain.ids import new_id
from recovery.models import PoolLook, RecoveryCase, ScanCursor, SeenTransfer
from tests.recovery.web.conftest import DEPOSIT, SENDER, TOKEN, token_in

HASH = f"0x{0xFEED:064x}"


@pytest.fixture
def seen_leg(database: Database, actors: dict[str, Actor]) -> str:
    leg_id = new_id()
    with database.unit_of_work() as session:
        session.add(
            SeenTransfer(
                id=leg_id, network="local", hash=HASH, position="log:0", sender=SENDER, recipient=DEPOSIT,
                memo="<b>\u202e1022", contract=TOKEN, amount=5, height=77, block_hash="0xb", block_at=datetime.now(UTC),
            )
        )  # fmt: skip
        session.add(ScanCursor(network="local", next_height=78, running=True, trouble="node_unavailable"))
    return str(leg_id)


def test_who_may_look_and_that_it_is_written_down(
    seen_leg: str, database: Database, client_of: Callable[[str], FlaskClient]
) -> None:
    for name in ("depositor", "specialist", "wallet"):
        assert client_of(name).get("/desk/uncredited").status_code == 404
    page = client_of("auditor").get("/desk/uncredited")
    assert page.status_code == 200
    assert HASH in page.text and "No node answers." in page.text
    assert "<b>" not in page.text and "\u202e" not in page.text
    assert "/open" not in page.text  # an auditor reads
    assert HASH not in client_of("lead").get("/desk/uncredited?network=bitcoin").text
    with database.reading() as session:
        looks = [(row.network, row.rows) for row in session.scalars(select(PoolLook).order_by(PoolLook.at))]
    assert looks == [("", 1), ("bitcoin", 0)]


def test_a_lead_opens_a_case_for_the_customer(
    seen_leg: str, database: Database, client_of: Callable[[str], FlaskClient]
) -> None:
    client = client_of("lead")
    page = client.get("/desk/uncredited").text
    form = {"csrf_token": token_in(page)}
    for _ in range(2):  # a second click leads to the same case
        answer = client.post(f"/desk/uncredited/{seen_leg}/open", data=form)
        assert answer.status_code == 303
    with database.reading() as session:
        case = session.scalars(select(RecoveryCase)).one()
    assert answer.headers["Location"].endswith(case.ref)
    assert (case.account, case.hash) == ("100231", HASH)
    assert HASH not in client.get("/desk/uncredited").text
    assert client.post(f"/desk/uncredited/{new_id()}/open", data=form).status_code == 404
    other = client_of("auditor")
    form = {"csrf_token": token_in(other.get("/desk/uncredited").text)}
    assert other.post(f"/desk/uncredited/{seen_leg}/open", data=form).status_code == 404
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(RecoveryCase)) == 1


def test_batches_are_for_specialists(seen_leg: str, client_of: Callable[[str], FlaskClient]) -> None:
    for name in ("depositor", "auditor", "wallet"):
        assert client_of(name).get("/desk/batches").status_code == 404
    for name in ("specialist", "lead"):
        page = client_of(name).get("/desk/batches")
        assert page.status_code == 200 and "No small deposits" in page.text
