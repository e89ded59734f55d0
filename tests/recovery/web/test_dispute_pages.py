"""What the pages show of disputes, merged and parked cases: everything to the desk, to a depositor only what is theirs."""

from __future__ import annotations

import uuid
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from recovery.db import Database
from recovery.domain import texts
from recovery.domain.actor import SYSTEM, Actor
from recovery.models import RecoveryCase
from recovery.services import merging, parking
from recovery.services.transitions import advance, lock
from tests.recovery.desk import Desk
from tests.recovery.rivals import claim_or_dispute
from tests.recovery.web.conftest import PASSWORD, reading, token_in, transfer

Clients = Callable[[str], FlaskClient]


@pytest.fixture
def desk(database: Database, actors: dict[str, Actor]) -> Desk:
    """The people of the sample house, and a lead."""
    return Desk(database, dict(actors))


def opened(desk: Desk, by: str, hash_: str | None = None) -> str:
    return desk.open(hash_ or "0x" + uuid.uuid4().hex * 2, by=by, network="local")


def disputed(desk: Desk) -> tuple[str, str]:
    """Depositor's case and Neighbour's, for one leg."""
    first = opened(desk, "depositor")
    tx = reading(desk.case(first).hash, (transfer(),), _succeeded(), True).transaction
    second = opened(desk, "neighbour", tx.hash)
    for ref in (first, second):
        assert claim_or_dispute(desk, ref, tx)
    return first, second


def _succeeded() -> object:
    from chains.types import Status

    return Status.SUCCEEDED


def test_the_desk_sees_all_claimants_and_a_depositor_none(client_of: Clients, desk: Desk) -> None:
    first, second = disputed(desk)
    staff = client_of("specialist").get(f"/cases/{first}").text
    assert 'data-testid="dispute"' in staff
    assert f'href="/cases/{second}"' in staff
    assert 'data-testid="linked"' in staff
    assert "the same transfer" in staff
    mine = client_of("depositor").get(f"/cases/{first}").text
    assert "In review" in mine
    assert second not in mine
    assert "dispute" not in mine.lower()
    assert "100777" not in mine
    assert client_of("specialist").get("/desk?queue=disputes").text.count(first) >= 1


def test_the_lead_decides_on_the_page_with_a_password(client_of: Clients, desk: Desk, database: Database) -> None:
    first, second = disputed(desk)
    client = client_of("lead")
    page = client.get(f"/cases/{first}").text
    assert "Decide the dispute for this case" in page
    assert "Turn this claimant down" in page
    fields = {
        "csrf_token": token_in(page),
        "request_id": uuid.uuid4().hex,
        "version": str(desk.case(first).version),
        "reason": "proof by signature",
    }
    assert client.post(f"/cases/{first}/settle_dispute", data=fields).status_code in (403, 303)
    if desk.state(first) == "disputed":
        fields |= {"request_id": uuid.uuid4().hex, "password": PASSWORD}
        assert client.post(f"/cases/{first}/settle_dispute", data=fields).status_code == 303
    assert (desk.state(first), desk.state(second)) == ("submitted", "declined")
    assert "won" in client.get(f"/cases/{first}").text


def test_a_merged_case_leads_to_the_other(client_of: Clients, desk: Desk) -> None:
    first, second = opened(desk, "depositor"), opened(desk, "depositor")
    with desk.database.unit_of_work() as session:
        case = session.scalars(select(RecoveryCase).where(RecoveryCase.ref == second)).one()
        lock(session, case)
        advance(session, SYSTEM, case, "start_check")
        case.cause = "H03"
        merging.merge(session, case, session.scalars(select(RecoveryCase).where(RecoveryCase.ref == first)).one())
    client = client_of("depositor")
    page = client.get(f"/cases/{second}").text
    assert f'href="/cases/{first}"' in page
    assert f'href="/cases/{second}"' in client.get(f"/cases/{first}").text
    assert "Merged into" in client_of("specialist").get(f"/cases/{second}").text
    assert client_of("neighbour").get(f"/cases/{second}").status_code == 404


@pytest.mark.parametrize("why", texts.PARKED)
def test_a_parked_case_says_what_would_change_it(client_of: Clients, desk: Desk, why: str) -> None:
    ref = opened(desk, "depositor")
    with desk.database.unit_of_work() as session:
        case = session.scalars(select(RecoveryCase).where(RecoveryCase.ref == ref)).one()
        lock(session, case)
        advance(session, SYSTEM, case, "start_check")
        parking.park(session, case, why, "local", transfer())
    page = client_of("depositor").get(f"/cases/{ref}").text
    kind, until = texts.PARKED[why]
    assert kind in page
    assert until in page
    assert "Withdraw this case" in page
    assert until in client_of("specialist").get(f"/cases/{ref}").text
