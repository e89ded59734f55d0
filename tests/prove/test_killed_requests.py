"""T3, of the web process and of workers: SIGKILL before every statement, before and after every commit of a request or a job.

Nothing may be half done, and the same request sent again with the same key makes it true, once.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select, text, update

from recovery.domain.ids import new_id
from recovery.domain.scopes import SCOPES
from recovery.models import ApiToken, Job, Notice
from recovery.services import people
from tests.prove.facts import read_cases
from tests.prove.truths import wrong
from tests.recovery.desk import LISTED, OUTSIDE, Desk, find, new_hash, seen, sign, transfer

pytestmark = pytest.mark.promise

ROOT = Path(__file__).resolve().parents[2]
EVERY = 1 if os.environ.get("RECOVERY_PROVE") == "1" else 12
"""Every how manieth statement the short form kills at."""
MOST = 400


@dataclass
class Web:
    """A web process for each request, which can be told when to die."""

    desk: Desk
    nursery: subprocess.Popen[str]
    tokens: dict[str, str] = field(default_factory=dict)
    killed: int = 0

    def send(self, asked: dict[str, Any], after: int = -1) -> dict[str, Any]:
        """One request or job in a process of its own."""
        assert self.nursery.stdin is not None
        assert self.nursery.stdout is not None
        self.nursery.stdin.write(json.dumps(asked | {"after": after}) + "\n")
        self.nursery.stdin.flush()
        told: dict[str, Any] = json.loads(self.nursery.stdout.readline())
        self.killed += told["killed"]
        return told

    def token(self, who: str) -> str:
        """A freshly stepped-up token."""
        if who not in self.tokens:
            with self.desk.database.unit_of_work() as session:
                email = f"{who}@example.org"
                self.tokens[who] = people.create_token(session, email=email, label="test", scopes=list(SCOPES))
        with self.desk.database.unit_of_work() as session:
            session.execute(update(ApiToken).values(stepped_up_at=func.now()))
        return self.tokens[who]

    def request(self, who: str, path: str, **body: Any) -> dict[str, Any]:
        """What a program would send."""
        return {"path": path, "token": self.token(who), "key": str(uuid.uuid4()), "body": body}


@pytest.fixture(scope="module")
def web(desk: Desk, module_database_url: str) -> Iterator[Web]:
    script = Path(__file__).with_name("web_nursery.py")
    pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen([sys.executable, script], cwd=ROOT, env=environment, text=True, **pipes) as process:
        assert process.stdin is not None
        process.stdin.write(json.dumps({"database_url": module_database_url}) + "\n")
        yield Web(desk, process)
        process.stdin.close()
        process.wait(30)


def _told(desk: Desk, refs: list[str]) -> list[Any]:
    with desk.database.reading() as session:
        cases = read_cases(session, refs)
    assert wrong(cases) == []
    return [(case.row.state, [event.hash for event in case.events], len(case.postings)) for case in cases]


def kill_everywhere(web: Web, asked: dict[str, Any], refs: list[str]) -> dict[str, Any]:
    """Kill at each place in turn until the request outlives it; the answer to the same request sent once more."""
    before, after = _told(web.desk, refs), 0
    while (answer := web.send(asked, after))["killed"]:
        now = _told(web.desk, refs)
        if now != before:  # killed after the commit: nobody heard the answer
            break
        after += EVERY
        assert after < MOST
        _let_go(web.desk)
    _let_go(web.desk)
    done = _told(web.desk, refs)
    last = web.send(asked)
    assert not last["killed"]
    if answer["killed"] or "job" not in asked:
        assert refs == [] or _told(web.desk, refs) == done or not answer.get("status")
    return last


def _let_go(desk: Desk) -> None:
    """As if the lease of the dead were over."""
    with desk.database.unit_of_work() as session:
        session.execute(update(Job).where(Job.state == "due").values(lease_until=None, rung_at=None))


def count(desk: Desk, ref: str, name: str) -> int:
    return sum(event.name == name for event in desk.events(ref))


def test_a_report(web: Web, record_property: Callable[[str, Any], None]) -> None:
    asked = web.request("owner", "/api/v1/appeals", reference=new_hash())
    answer = kill_everywhere(web, asked, [])
    assert answer["status"] in (200, 201), answer
    ref = json.loads(answer["text"])["ref"]
    assert [event.name for event in web.desk.events(ref)] == ["open"]
    with web.desk.database.reading() as session:
        jobs = session.scalar(select(func.count()).select_from(Job).where(Job.case_id == find(session, ref).id))
    assert jobs == 1
    record_property("prove.kills of web processes", web.killed)
    web.killed = 0


def _to_accept(desk: Desk) -> str:
    """A quote on the table, and an address that was found fit to be paid."""
    ref = desk.quoted()
    desk.check_destination(ref)
    return ref


MOVES: dict[str, tuple[str, Callable[[Desk], str], Callable[[Desk, str], dict[str, Any]]]] = {
    "accept": (
        "owner",
        _to_accept,
        lambda desk, ref: {"destination": OUTSIDE, "quote_digest": desk.quote_digest(ref)},
    ),
    "contest": ("owner", Desk.quoted, lambda desk, ref: {"reason": "too much"}),
    "prepare_sweep": ("maker", Desk.accepted, lambda desk, ref: {}),
    "approve_sweep_wallet": ("wallet", Desk.drafted, lambda desk, ref: {"digest": _digest(desk, ref)}),
    "reject_sweep": ("clearing", Desk.drafted, lambda desk, ref: {"reason": "no"}),
}


def _digest(desk: Desk, ref: str) -> str:
    plan = desk.plan(ref, "sweep")
    assert plan is not None
    return plan.digest


@pytest.mark.parametrize("name", MOVES)
def test_a_move(web: Web, name: str, record_property: Callable[[str, Any], None]) -> None:
    who, reach, fields = MOVES[name]
    ref = reach(web.desk)
    asked = web.request(who, f"/api/v1/cases/{ref}/{name}", **fields(web.desk, ref))
    answer = kill_everywhere(web, asked, [ref])
    assert answer["status"] == 200, answer
    assert count(web.desk, ref, name) == 1
    record_property("prove.kills of web processes", web.killed)
    web.killed = 0


def test_signed_bytes(web: Web, record_property: Callable[[str, Any], None]) -> None:
    ref, plan = web.desk.released(web.desk.fresh_nonce())
    signed = [sign(step) for step in web.desk.steps(plan)]
    asked = web.request("signer", f"/api/v1/plans/{plan.id}/signed", transactions=signed)
    answer = kill_everywhere(web, asked, [ref])
    assert answer["status"] == 200, answer
    assert count(web.desk, ref, "record_sweep") == 1
    record_property("prove.kills of web processes", web.killed)
    web.killed = 0


@pytest.mark.parametrize("topic", ["credit.deliver", "quote.expire"])
def test_a_job(web: Web, topic: str, record_property: Callable[[str, Any], None]) -> None:
    desk = web.desk
    if topic == "credit.deliver":
        hash = new_hash()
        ref = desk.open(hash)
        desk.look(ref, seen(hash, transfer(LISTED, symbol="USDX")))
        desk.move("clearing", ref, "approve_credit")
    else:
        ref = desk.quoted()
        desk.shorten(ref, -1)
    with desk.database.reading() as session:
        job = session.scalars(select(Job.id).where(Job.case_id == find(session, ref).id, Job.topic == topic)).one()
    kill_everywhere(web, {"job": str(job)}, [ref])
    assert count(desk, ref, "confirm_credit" if topic == "credit.deliver" else "expire_quote") == 1
    with desk.database.reading() as session:
        assert session.scalar(text("SELECT state FROM job WHERE id = :id"), {"id": job}) == "done"
    record_property("prove.kills of workers between two statements", web.killed)
    web.killed = 0


POINTS = {
    "proof.check": ("proof:before_ask", "proof:after_ask", "proof:after_commit"),
    "chain.scan": ("scan:before_ask", "scan:after_ask"),
    "nodes.look": ("nodes:before_ask", "nodes:after_ask"),
    "screening.ask": ("screening:before_ask", "screening:after_ask"),
    "plan.bury": ("bury:before_ask", "bury:after_ask"),
    "refund.look_now": ("look:before_ask", "look:after_ask"),
    "destination.check": ("destination:before_ask", "destination:after_ask"),
    "prices.look": ("prices:before_ask", "prices:after_ask"),
    "notice.send": ("notice:before_send", "notice:after_send"),
}
"""Jobs that no journey of a case comes by; all others are crashed in ``tests/recovery/jobs/test_killed_workers.py``."""


def _stopped(desk: Desk) -> str:
    ref, plan = desk.released(desk.fresh_nonce())
    desk.record(plan)
    desk.freeze(ref, "sweep")
    return ref


def _paid(desk: Desk) -> str:
    ref, plan = desk.refund_released()
    desk.record(plan)
    desk.confirm(ref, "refund")
    return ref


REACHED: dict[str, Callable[[Desk], str]] = {
    "plan.bury": _stopped,
    "refund.look_now": _paid,
    "destination.check": Desk.quoted,
}


def _notice(desk: Desk, ref: str) -> dict[str, Any]:
    """A notice to the owner that waits to be sent."""
    case = desk.case(ref)
    notice = Notice(
        id=new_id(), case_id=case.id, person_id=case.depositor_id, seq=case.version, kind="destination_changed",
        email="owner@example.org", data={},
    )  # fmt: skip
    desk.add(notice)
    return {"notice": str(notice.id)}


DATA: dict[str, Callable[[Desk, str], dict[str, Any]]] = {"notice.send": _notice}


@pytest.mark.parametrize("topic", POINTS)
def test_a_job_that_asks_is_killed_at_its_points(
    web: Web, topic: str, record_property: Callable[[str, Any], None]
) -> None:
    ref = REACHED.get(topic, Desk.drafted)(web.desk)
    before = _told(web.desk, [ref])
    job = Job(
        id=new_id(),
        topic=topic,
        case_id=web.desk.case(ref).id,
        data=DATA[topic](web.desk, ref) if topic in DATA else {},
        state="due",
    )
    web.desk.add(job)
    asked = {"job": str(job.id)}
    for point in POINTS[topic]:
        assert web.send(asked | {"crash_at": point})["killed"], f"no worker came to {point}"
        assert _told(web.desk, [ref]) == before
        with web.desk.database.unit_of_work() as session:
            session.execute(
                update(Job).where(Job.id == job.id).values(state="due", lease_until=None, due_at=func.now())
            )
    assert web.send(asked)["status"] == 1
    assert _told(web.desk, [ref]) == before
    record_property("prove.kills of workers at named points", len(POINTS[topic]))
