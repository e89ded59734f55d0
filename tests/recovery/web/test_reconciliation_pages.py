"""The page of reconciliation: who sees what, amounts that two people sign, and payouts that two let go on."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from recovery.db import Database
from recovery.domain.actor import SYSTEM, Actor
from recovery.domain.reconciliation import Line
from recovery.models import PayoutHold, WalletOpening, WatchedWallet
from recovery.queries.clock import database_now
from recovery.queries.outflows import wallets_to_watch
from recovery.services.reconciliation import Compared, keep
from tests.recovery.web.conftest import PASSWORD, token_in

Clients = Callable[[str], FlaskClient]
NATIVE = "eip155:31337/slip44:60"


@pytest.fixture
def found(database: Database, actors: dict[str, Actor]) -> None:
    line = Line("local", NATIVE, "wallet", "=<b>\u202e", "unexplained", "chain_holds_less", 5, 5, 4, -1, {})
    with database.unit_of_work() as session:
        keep(session, SYSTEM, Compared((line,), {"local": {"height": 1, "hash": "0x"}}))


def test_who_sees_what(found: None, client_of: Clients) -> None:
    for name in ("depositor", "specialist"):
        assert client_of(name).get("/reconciliation").status_code == 404
    for name in ("lead", "auditor"):
        page = client_of(name).get("/reconciliation").text
        assert "The chain holds less." in page and "1 not explained" in page
        assert "<b>" not in page and "\u202e" not in page
        assert ("Write down</button>" in page) == (name == "lead")
        rows = client_of(name).get("/reconciliation.csv").text
        assert ",-1" in rows and "'=<b>" in rows
    page = client_of("wallet").get("/reconciliation").text
    assert "The chain holds less." not in page and "Hold payouts back" in page
    assert client_of("wallet").get("/reconciliation.csv").status_code == 404


def test_an_amount_is_written_down_and_not_signed_by_the_same(
    found: None, client_of: Clients, database: Database
) -> None:
    lead = client_of("lead")
    form = {"csrf_token": token_in(lead.get("/reconciliation").text), "request_id": "x" * 16}
    given = {"network": "local", "place": "tank", "asset": NATIVE, "amount": "-5", "reason": "taken out"}
    assert lead.post("/reconciliation/openings", data=form | given | {"amount": "1.5"}).status_code == 422
    assert lead.post("/reconciliation/openings", data=form | given).status_code == 303
    with database.reading() as session:
        opening = session.scalars(select(WalletOpening)).one()
    assert int(opening.amount) == -5
    signed = lead.post(f"/reconciliation/openings/{opening.id}/sign", data=form | {"password": PASSWORD})
    assert signed.status_code == 403
    assert "waits for another person" in lead.get("/reconciliation").text


def test_payouts_are_held_and_let_go_on(client_of: Clients, actors: dict[str, Actor], database: Database) -> None:
    lead, wallet = client_of("lead"), client_of("wallet")
    form = {"csrf_token": token_in(lead.get("/reconciliation").text), "request_id": "x" * 16, "reason": "a drill"}
    assert lead.post("/payouts/hold", data=form).status_code == 303
    assert "Payouts are held back." in lead.get("/reconciliation").text
    with database.unit_of_work() as session:
        hold = session.scalars(select(PayoutHold)).one().id
        for one in wallets_to_watch(session):
            session.add(
                WatchedWallet(network=one.network, address=one.address, counted=0, looked_at=database_now(session))
            )
    form["csrf_token"] = token_in(wallet.get("/reconciliation").text)
    assert wallet.post(f"/payouts/holds/{hold}/release", data=form).status_code == 403
    answer = wallet.post(f"/payouts/holds/{hold}/release", data=form | {"password": PASSWORD})
    assert answer.status_code == 303
    assert "May go on, says Wallet" in wallet.get("/reconciliation").text
