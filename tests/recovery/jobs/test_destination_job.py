"""Jobs around a refund's address on a real chain: asked, waited for, told of by e-mail, stopped when it is not the owner's."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select, text, update

from chains.receivable import Receiving
from chains.receiving import NODES_SILENT
from config.settings import Settings, SettingsError
from recovery.embedded.anvil import Anvil
from recovery.jobs.runner import run_due
from recovery.models import Evidence, Job, Notice, RefundDestination
from recovery.queries.alarms import list_alarms
from recovery.queries.destinations import last_typed
from recovery.services import destinations
from recovery.services.notices import token_of
from tests.recovery.desk import OUTSIDE, Desk, find

ELSEWHERE = "0x1d17CBcF0D6D143135aE902365D2E5e2A16538D4"


@pytest.fixture
def settings(anvil: Anvil, tmp_path: Path) -> Settings:
    """An installation with one node."""
    return Settings(
        database_url="unused",
        redis_url="unused",
        home=tmp_path,
        secret_key="a secret of the tests only",
        sandbox=True,
        nodes={"local": (anvil.url,)},
    )


def run(desk: Desk, ref: str, topic: str, settings: Settings) -> Job:
    """Run a job of the case as if its time had come; the job as it is then."""
    with desk.database.unit_of_work() as session:
        wanted = select(Job.id).where(Job.case_id == find(session, ref).id, Job.topic == topic, Job.state == "due")
        job_id = session.scalars(wanted.order_by(Job.due_at.desc(), Job.id.desc())).first()
        assert job_id is not None
        session.execute(update(Job).where(Job.id == job_id).values(due_at=func.now()))
    assert run_due(desk.database, settings, job_id) == 1
    with desk.database.reading() as session:
        return session.get_one(Job, job_id)


def test_a_silent_network_is_asked_again_until_it_says_something(desk: Desk, settings: Settings) -> None:
    ref = desk.quoted()
    desk.check_destination(ref, ELSEWHERE, Receiving(notes=(NODES_SILENT,)))
    silent = replace(settings, nodes={"local": ("http://127.0.0.1:9",)})
    waiting = run(desk, ref, "destination.check", silent)
    assert (waiting.state, waiting.last_error) == ("due", None)
    done = run(desk, ref, "destination.check", settings)
    assert (done.state, done.last_error) == ("done", None)
    with desk.database.reading() as session:
        case = find(session, ref)
        told = last_typed(session, case.id)
        assert told is not None and (told.verdict, told.address, told.purpose) == ("allow", ELSEWHERE, "again")
        kept = session.scalars(select(Evidence).where(Evidence.case_id == case.id, Evidence.purpose == "destination"))
        assert any(b"eth_getCode" in one.request.encode() for one in kept)
    desk.move("owner", ref, "accept", destination=ELSEWHERE, quote_digest=desk.quote_digest(ref))


def test_a_refund_waits_until_the_change_has_rested(desk: Desk, settings: Settings) -> None:
    ref = desk.swept()
    desk.change_destination(ref, ELSEWHERE)
    job = run(desk, ref, "refund.plan", settings)
    assert (desk.state(ref), job.state) == ("swept", "due")
    with desk.database.reading() as session:
        assert job.due_at > session.execute(select(func.now())).scalar_one() + timedelta(hours=23)


def test_an_address_an_insider_put_there_is_stopped_by_the_release(desk: Desk, settings: Settings) -> None:
    """The teams signed off; then somebody with the database's keys names a friend's address."""
    ref = desk.swept()
    desk.draft(ref, "refund")
    desk.sign_off(ref, "refund")
    case = desk.case(ref)
    desk.add(RefundDestination(case_id=case.id, seq=case.version, network="local", address=ELSEWHERE))
    job = run(desk, ref, "plan.release", settings)
    assert job.last_error is None
    assert (desk.state(ref), desk.plan(ref, "refund")) == ("refund_on_hold", None)
    frozen = desk.events(ref)[-1]
    assert (frozen.name, "destination_differs" in frozen.body) == ("freeze_refund", True)


def test_a_plan_whose_address_was_rewritten_is_stopped_by_the_release(desk: Desk, settings: Settings) -> None:
    ref = desk.swept()
    desk.draft(ref, "refund")
    desk.sign_off(ref, "refund")
    with desk.database.unit_of_work() as session:
        session.execute(text("SET LOCAL session_replication_role = replica"))
        change = text("UPDATE refund_destination SET address = :to WHERE case_id = :case")
        session.execute(change, {"to": ELSEWHERE, "case": desk.case(ref).id})
    run(desk, ref, "plan.release", settings)
    assert desk.state(ref) == "refund_on_hold"
    with desk.database.reading() as session:
        assert destinations.still_safe(session, find(session, ref)) == ("destination_differs",)
        (alarm,) = [one for one in list_alarms(session, still_open=True) if one.subject == ref]
        assert (alarm.kind, alarm.facts) == ("destination_tampered", {"address": ELSEWHERE})


class Mailbox(socketserver.StreamRequestHandler):
    """As much of SMTP as one message takes."""

    letters: list[str] = []

    def handle(self) -> None:
        """One conversation."""
        self.wfile.write(b"220 here\r\n")
        for line in self.rfile:
            word = line.strip().upper().partition(b" ")[0]
            if word == b"DATA":
                self.wfile.write(b"354 go on\r\n")
                letter = b""
                while not (row := self.rfile.readline()).startswith(b".\r\n"):
                    letter += row
                self.letters.append(letter.decode())
            self.wfile.write(b"221 bye\r\n" if word == b"QUIT" else b"250 fine\r\n")
            if word == b"QUIT":
                return


@pytest.fixture
def mail() -> Iterator[int]:
    """The port of a mail server on loopback."""
    Mailbox.letters.clear()
    server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Mailbox)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield server.server_address[1]
    server.shutdown()
    server.server_close()


def test_the_contact_on_record_gets_a_letter_with_the_link(desk: Desk, settings: Settings, mail: int) -> None:
    ref = desk.accepted()
    desk.change_destination(ref, ELSEWHERE)
    posting = replace(settings, smtp_url=f"smtp://127.0.0.1:{mail}", base_url="https://recovery.example.org")
    assert run(desk, ref, "notice.send", posting).state == "done"
    with desk.database.reading() as session:
        notice = session.scalars(select(Notice).where(Notice.case_id == find(session, ref).id)).one()
        assert notice.sent_at is not None
    (letter,) = Mailbox.letters
    plain = letter.replace("=\r\n", "").replace("=3D", "=").replace("\r\n", "")
    assert "To: owner@example.org" in letter
    assert ELSEWHERE in plain and OUTSIDE not in plain
    assert f"https://recovery.example.org/notices/{token_of(settings.secret_key, notice.id)}" in plain


def test_without_a_mail_server_the_notice_stands_on_the_page_only(desk: Desk, settings: Settings) -> None:
    ref = desk.accepted()
    desk.change_destination(ref, ELSEWHERE)
    assert run(desk, ref, "notice.send", settings).state == "done"
    with desk.database.reading() as session:
        notice = session.scalars(select(Notice).where(Notice.case_id == find(session, ref).id)).one()
        assert notice.sent_at is None


def test_a_mail_server_that_is_down_is_tried_again(desk: Desk, settings: Settings) -> None:
    ref = desk.accepted()
    desk.change_destination(ref, ELSEWHERE)
    job = run(desk, ref, "notice.send", replace(settings, smtp_url="smtp://127.0.0.1:9"))
    assert job.state == "due"
    assert job.last_error is not None


def test_a_mail_server_is_named_by_smtp() -> None:
    with pytest.raises(SettingsError, match="RECOVERY_SMTP_URL"):
        Settings.from_env({"RECOVERY_SMTP_URL": "http://mail.example.org"}, services=False)
