"""P5: the desk's queue page through the whole application, against a route that does one select."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

import structlog
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, select

from bench.measure import Row, alternating, percentile
from bench.queue import SMALL, fill
from bench.services import Services
from recovery.app import create_app
from recovery.db import Database
from recovery.limits import Limit
from recovery.models import RecoveryCase
from recovery.services import people

PASSWORD = "a password for this run"
PAGE = "/desk?queue=review"


class Unlimited:
    """No limits while measuring."""

    def spend(self, limit: Limit, who: str) -> None:
        """Let everybody through."""

    def ping(self) -> bool:
        """Always there."""
        return True


def measure(services: Services) -> Row:
    """A signed-in specialist opens a full page of the review queue among 40,000 cases."""
    settings = services.settings()
    fill(settings.database_url, SMALL)
    app = create_app(settings, limits=Unlimited())
    logging.getLogger().setLevel(logging.ERROR)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    database: Database = app.extensions["database"]
    client = _signed_in(app, database)
    floor = _one_select(database)

    def page() -> None:
        answer = client.get(PAGE)
        assert answer.status_code == 200, answer.status

    turns = alternating(lambda: floor.get("/one"), page, rounds=7, times=15, warm=10)
    statements = _statements(database, page)
    times = []
    for _ in range(200):
        begin = time.perf_counter()
        page()
        times.append(time.perf_counter() - begin)
    database.close()
    p99 = percentile(times, 0.99) * 1000
    return Row(
        "P5",
        f"queue page of 50 over HTTP, {SMALL:,} cases",
        "a route with one select",
        turns.ratio,
        3.0,
        figures={"ms": turns.operation * 1000, "floor_ms": turns.floor * 1000, "p99_ms": p99, "statements": statements},
        limits={"at_most_4_statements": statements <= 4, "p99_at_most_50_ms": p99 <= 50},
    )


def _signed_in(app: Flask, database: Database) -> FlaskClient:
    with database.unit_of_work() as session:
        people.add_person(
            session,
            email="desk@example.com",
            display_name="Desk",
            roles=["specialist"],
            account=None,
            password=PASSWORD,
        )
        secret = people.sign_in(session, "desk@example.com", PASSWORD)
    assert secret
    client = app.test_client()
    client.set_cookie("session", secret)
    return client


def _one_select(database: Database) -> FlaskClient:
    app = Flask(__name__)
    with database.reading() as session:
        key = session.scalars(select(RecoveryCase.id).limit(1)).one()

    @app.get("/one")
    def one() -> str:
        with database.reading() as session:
            return session.execute(select(RecoveryCase.ref).where(RecoveryCase.id == key)).scalar_one()

    return app.test_client()


def _statements(database: Database, page: Callable[[], None]) -> int:
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        seen.append(statement)

    event.listen(database.engine, "before_cursor_execute", note)
    try:
        page()
    finally:
        event.remove(database.engine, "before_cursor_execute", note)
    return len(seen)
