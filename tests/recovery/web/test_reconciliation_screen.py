"""The pages of alarms and reconciliation on a phone and on a desk, for every reader."""

from __future__ import annotations

import os
import threading

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import Page
from werkzeug.serving import make_server

from recovery.db import Database
from recovery.domain.actor import SYSTEM, Actor
from recovery.domain.reconciliation import Line
from recovery.models import WatchedWallet
from recovery.services.alarms import acknowledge, ring
from recovery.services.holds import hold_by_hand
from recovery.services.reconciliation import Compared, draft_opening, keep
from tests.recovery.web.conftest import DEPOSIT, PASSWORD

NATIVE = "eip155:31337/slip44:60"


@pytest.mark.parametrize("width", [390, 1280])
def test_it_fits_and_is_accessible(
    app: Flask, page: Page, actors: dict[str, Actor], database: Database, width: int
) -> None:
    most = int("9" * 78)
    lines = (
        Line("local", NATIVE, "wallet", "wallet", "unexplained", "chain_holds_less", most, most, most - 1, -1, {}),
        Line("local", NATIVE, "deposit", DEPOSIT, "unknown", "nodes_disagree", 5, 5, None, None, {}),
        Line(
            "local",
            NATIVE,
            "case:2110",
            "RC-AAAA-BBBB-CCCC-DDDD-E",
            "unexplained",
            "owed_is_not_the_quote",
            5,
            4,
            5,
            1,
            {},
        ),
        Line("local", NATIVE, "tank", "tank", "equal", "as_booked", 5, 5, 5, 0, {}),
    )
    facts = {"network": "local", "address": DEPOSIT, "nonce": 7, "said": {"amount": "9" * 78}}
    with database.unit_of_work() as session:
        keep(session, SYSTEM, Compared(lines, {}))
        done = ring(session, "outflow_without_plan", f"local:{DEPOSIT}:6", facts).id
        acknowledge(session, actors["lead"], done, "because " * 40)
        ring(session, "outflow_without_plan", f"local:{DEPOSIT}:7", facts)
        ring(session, "credit_differs", "x" * 300, facts)
        hold_by_hand(session, actors["wallet"], "because " * 40)
        for person in ("lead", "auditor"):
            actor = Actor(id=actors[person].id, roles=frozenset({"lead"}))
            draft_opening(
                session, actor, network="local", asset=NATIVE, place="tank", amount=-most, reason="because " * 40
            )
        session.add(WatchedWallet(network="local", address=DEPOSIT, counted=None, looked_at=None, trouble="no_node"))
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        base = f"http://127.0.0.1:{server.server_port}"
        page.set_viewport_size({"width": width, "height": 900})
        page.goto(f"{base}/sign-in")
        page.fill("input[name=email]", "lead@example.org")
        page.fill("input[name=password]", PASSWORD)
        page.click("main button[type=submit]")
        for name in ("desk", "alarms", "reconciliation"):
            page.goto(f"{base}/{name}")
            if folder := os.environ.get("RECOVERY_LOOKS"):
                page.screenshot(path=f"{folder}/{name}-{width}.png", full_page=True)
            assert page.evaluate("document.documentElement.scrollWidth") <= width, name
            assert Axe().run(page).response["violations"] == [], name
    finally:
        server.shutdown()
        server.server_close()
