"""The job that brings an intent to the exchange's ledger: same bytes each time, asked before told, held when payouts are."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select, update

from config.settings import Settings
from recovery.domain.webhooks import SIGNATURE, checked_id
from recovery.jobs.runner import run_due
from recovery.models import CreditIntent, Job, PayoutHold
from recovery.queries.clock import database_now
from recovery.services.holds import hold_by_hand
from tests.recovery.desk import Desk, make_desk
from tests.recovery.services.test_credit_intents import approved

SECRET = "s" * 40


class FakeLedger:
    """A ledger on a loopback port: what it was told, and what it answers."""

    def __init__(self) -> None:
        self.told: list[tuple[dict[str, str], bytes]] = []
        self.take, self.answers, self.refused = True, {}, 0  # type: ignore[var-annotated]

    def answer_to(self, intent: CreditIntent, **changes: Any) -> None:
        shown = {"id": str(intent.id), "state": "confirmed", "external_id": f"x-{intent.id}"}
        self.answers[str(intent.id)] = (
            shown | {"amount": str(intent.amount), "account": intent.account, "asset": intent.asset} | changes
        )


@pytest.fixture
def fake() -> Iterator[tuple[FakeLedger, str]]:
    ledger = FakeLedger()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            ledger.told.append(({name.lower(): value for name, value in self.headers.items()}, body))
            self._reply(202 if ledger.take else 503, b"")

        def do_GET(self) -> None:
            shown = ledger.answers.get(self.path.rpartition("/")[2])
            self._reply(200 if shown else 404, json.dumps(shown or {}).encode())

        def _reply(self, status: int, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Silent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield ledger, f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture
def desk(database_url: str) -> Iterator[Desk]:
    made = make_desk(database_url)
    yield made
    made.database.close()


def settings_of(url: str, **more: Any) -> Settings:
    given = {"ledger": True, "ledger_push_url": f"{url}/credits", "ledger_secret": SECRET} | more
    return Settings(database_url="", redis_url="", home=Path("/nonexistent"), secret_key="k" * 40, **given)


def run(desk: Desk, settings: Settings) -> None:
    """Let the credit job run once, as if its pause were over."""
    with desk.database.unit_of_work() as session:
        session.execute(update(Job).where(Job.topic != "credit.deliver").values(state="done", done_at=func.now()))
        session.execute(update(Job).where(Job.state == "due").values(due_at=func.now()))
    run_due(desk.database, settings, limit=1)


def waiting(desk: Desk) -> int:
    with desk.database.reading() as session:
        query = select(func.count()).where(Job.topic == "credit.deliver", Job.state == "due")
        return session.scalar(query) or 0


def test_the_same_bytes_until_they_are_taken(desk: Desk, fake: tuple[FakeLedger, str]) -> None:
    ledger, url = fake
    _, intent = approved(desk)
    ledger.take = False
    for _ in range(2):
        run(desk, settings_of(url))
    ledger.take = True
    run(desk, settings_of(url))
    assert waiting(desk) == 0
    assert [body for _, body in ledger.told] == [intent.payload.encode()] * 3
    with desk.database.reading() as session:
        now = database_now(session)
    for headers, body in ledger.told:
        assert headers["idempotency-key"] == str(intent.id)
        assert checked_id(SECRET.encode(), headers, body, now) == str(intent.id)
        assert headers[SIGNATURE].startswith("v1,")


def test_it_asks_before_it_tells_and_takes_the_answer(desk: Desk, fake: tuple[FakeLedger, str]) -> None:
    ledger, url = fake
    settings = settings_of(url, ledger_status_url=f"{url}/credits")
    ref, intent = approved(desk)
    run(desk, settings)
    assert (desk.state(ref), len(ledger.told), waiting(desk)) == ("crediting", 1, 1)
    ledger.answer_to(intent)
    run(desk, settings)
    assert (desk.state(ref), len(ledger.told), waiting(desk)) == ("completed", 1, 0)
    ref, intent = approved(desk)
    ledger.answer_to(intent)  # it did it already: a restored database asks again
    run(desk, settings)
    assert (desk.state(ref), len(ledger.told)) == ("completed", 1)


def test_what_the_ledger_shows_otherwise_stops_the_case(desk: Desk, fake: tuple[FakeLedger, str]) -> None:
    ledger, url = fake
    ref, intent = approved(desk)
    ledger.answer_to(intent, amount="1")
    run(desk, settings_of(url, ledger_status_url=f"{url}/credits"))
    assert desk.state(ref) == "credit_on_hold"


def test_a_ledger_that_fetches_is_told_nothing(desk: Desk) -> None:
    ref, _ = approved(desk)
    run(desk, settings_of("", ledger_push_url="", ledger_secret=""))
    assert (desk.state(ref), waiting(desk)) == ("crediting", 0)


def test_without_a_ledger_the_own_book_answers(desk: Desk) -> None:
    ref, _ = approved(desk)
    run(desk, settings_of("", ledger=False, ledger_push_url=""))
    assert desk.state(ref) == "completed"


def test_nothing_leaves_while_payouts_are_held(desk: Desk, fake: tuple[FakeLedger, str]) -> None:
    ledger, url = fake
    ref, _ = approved(desk)
    with desk.database.unit_of_work() as session:
        hold_by_hand(session, desk["lead"], "a drill")
    for settings in (settings_of(url), settings_of("", ledger=False, ledger_push_url="")):
        run(desk, settings)
        assert (desk.state(ref), ledger.told, waiting(desk)) == ("crediting", [], 1)
    with desk.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(PayoutHold)) == 1
