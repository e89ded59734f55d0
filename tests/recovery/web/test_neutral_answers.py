"""Nobody learns from a refusal whose an address is, nor whether it is ours: all that a depositor can read, side by side.

The address book is the only difference between the rows. What differs by nature (numbers, hashes, times, tokens of forms)
is blanked; everything else must be the same to the letter, on the page, in the API, in headers and in what is offered next.
"""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import delete, select

from chains.surveyed import Survey
from recovery.db import Database
from recovery.domain import diagnosis, texts
from recovery.domain.actor import Actor
from recovery.domain.books import Books
from recovery.domain.cause_policy import BUILT_IN
from recovery.domain.causes.finding import Finding
from recovery.domain.ids import new_id
from recovery.domain.scopes import SCOPES
from recovery.models import OwnedAddress, RecoveryCase
from recovery.services import cases, evidence, people, verdicts
from recovery.services.evidence import Look
from tests.recovery.rivals import claim_or_dispute
from tests.recovery.web.conftest import reading, transfer
from workflows.playbooks import ALIKE_FOR_STRANGERS, PUBLIC_CAUSE, REFUSED_AS, move_for
from workflows.states import PUBLIC_LABELS, State

Clients = Callable[[str], FlaskClient]
ELSEWHERE = "0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC"

BOOKS: dict[str, tuple[str, str, str | None]] = {
    "another customer's address": ("B08", "100777", None),
    "another customer's memo": ("B03", "100777", "B03"),
    "an address of ours that nobody owned": ("H12", "", None),
    "no address of ours": ("B12", "none", None),
}
"""What the address book says → the cause, the account in the book, and the cause to put in its place where this network has
no such addresses."""

BLANKED = (
    (re.compile(r"RC-[0-9A-Z-]{10,}"), "REF"),
    (re.compile(r"0x[0-9a-f]{64}"), "HASH"),
    (re.compile(r"[0-9a-f]{4}…[0-9a-f]{4}|HASH…"), "SHORT"),
    (re.compile(r"\d{4}-\d\d-\d\dT[0-9:.]+(Z|\+00:00)"), "TIME"),
    (re.compile(r"\d{1,2} [A-Z][a-z]{2} \d{4}, \d\d:\d\d"), "TIME"),
    (re.compile(r'name="(csrf_token|request_id)" value="[^"]*"'), "TOKEN"),
    (re.compile(r"mark=[0-9a-f]{16}"), "MARK"),
    (re.compile(r"(?<='X-Request-Id': ')[0-9a-f]{16}"), "REQUEST"),
)


def blank(text: str) -> str:
    """Without what differs from case to case by nature."""
    for pattern, word in BLANKED:
        text = pattern.sub(word, text)
    return text


@pytest.fixture
def answers(
    app: Flask,
    database: Database,
    actors: dict[str, Actor],
    client_of: Clients,
    monkeypatch: pytest.MonkeyPatch,
) -> Callable[[str], dict[str, str]]:
    """Everything the depositor can read of a case under one state of the address book."""
    client = client_of("depositor")
    with database.unit_of_work() as session:
        token = people.create_token(session, email="depositor@example.org", label="test", scopes=list(SCOPES))

    def read(book: str) -> dict[str, str]:
        cause, account, without_rule = BOOKS[book]
        with database.unit_of_work() as session:
            session.execute(delete(OwnedAddress).where(OwnedAddress.address == ELSEWHERE))
            if account != "none":
                session.add(owned(account))
        if without_rule is not None:
            monkeypatch.setattr(verdicts, "diagnose", lambda *args: as_cause(diagnosis.diagnose(*args), without_rule))
        ref = looked_at(database, actors["depositor"])
        monkeypatch.setattr(verdicts, "diagnose", diagnosis.diagnose)
        with database.reading() as session:
            assert session.scalar(select(RecoveryCase.cause).where(RecoveryCase.ref == ref)) == cause
        return seen_by(app, client, token, ref)

    return read


def owned(account: str) -> OwnedAddress:
    return OwnedAddress(
        id=new_id(), network="local", address=ELSEWHERE, account=account, kind="deposit", custody="key",
        valid_from=datetime.now(UTC) - timedelta(days=100),
    )  # fmt: skip


def as_cause(finding: Finding, cause: str) -> Finding:
    """The same finding under another code."""
    legs = tuple(replace(leg, cause=cause) for leg in finding.legs)
    return replace(finding, cause=cause, outcome=BUILT_IN.outcome(cause), legs=legs)


def looked_at(database: Database, actor: Actor) -> str:
    """A case of a payment to the address, right after its first look."""
    hash_ = "0x" + uuid.uuid4().hex * 2
    with database.unit_of_work() as session:
        case = cases.open_case(session, actor, reference=hash_, network="local", request_id=uuid.uuid4().hex)
        ref, case_id = case.ref, case.id
    with database.unit_of_work() as session:
        shown = reading(hash_, (transfer(recipient=ELSEWHERE),), evidence.Status.SUCCEEDED, True)
        evidence.conclude_look(session, session.get_one(RecoveryCase, case_id), Look([shown], sandbox=True))
    return ref


def seen_by(app: Flask, client: FlaskClient, token: str, ref: str) -> dict[str, str]:
    """By where it was asked: status, headers and body, blanked."""
    told = {}
    for path in (f"/cases/{ref}", f"/cases/{ref}/progress"):
        answer = client.get(path)
        headers = {
            name: value for name, value in answer.headers if name not in ("Set-Cookie", "Date", "Content-Length")
        }
        told[path] = f"{answer.status_code} {headers} {answer.text}"
    api = {"Authorization": f"Bearer {token}"}
    listed = app.test_client().get("/api/v1/cases", headers=api).get_json()["items"]
    told["list"] = json.dumps(next(one for one in listed if one["ref"] == ref), indent=1)
    for path in (f"/api/v1/cases/{ref}", f"/api/v1/cases/{ref}/events"):
        answer = app.test_client().get(path, headers=api)
        told[path] = f"{answer.status_code} {json.dumps(answer.get_json(), indent=1)}"
    for move in ("withdraw", "give_reference", "refuse"):
        sent = api | {"Idempotency-Key": uuid.uuid4().hex}
        body = {"give_reference": {"reference": "0x" + "12" * 32}, "refuse": {"reason": "x"}}.get(move, {})
        answer = app.test_client().post(f"/api/v1/cases/{ref}/{move}", headers=sent, json=body)
        told[move] = f"{answer.status_code} {answer.text}"
    return {blank(path): blank(body) for path, body in told.items()}


@pytest.mark.parametrize("book", [book for book in BOOKS if book != "no address of ours"])
def test_every_answer_is_the_one_for_an_address_that_is_not_ours(
    answers: Callable[[str], dict[str, str]], book: str
) -> None:
    plain, told = answers("no address of ours"), answers(book)
    assert told.keys() == plain.keys()
    for path, text in plain.items():
        assert told[path] == text, path
    assert "B12" in told["list"]
    assert "100777" not in str(told)


def test_a_claimant_who_lost_reads_what_everybody_refused_reads(
    app: Flask,
    database: Database,
    actors: dict[str, Actor],
    client_of: Clients,
    answers: Callable[[str], dict[str, str]],
) -> None:
    """While it is disputed the case is in review like any other; refused, it says no more than the others do."""
    plain = answers("no address of ours")
    ref, token = disputed(database, actors)
    during = seen_by(app, client_of("depositor"), token, ref)
    page = during["/cases/REF"]
    assert "In review" in page
    assert not re.search(
        "claim|dispute|another|somebody else|frozen", re.sub(r"(?s)<head.*?</head>", "", page), re.IGNORECASE
    )
    shown = json.loads(during["/api/v1/cases/REF"].removeprefix("200 "))
    assert (shown["state"], shown["cause"], shown["dispute"], shown["linked"]) == ("in_review", None, None, None)
    ref, token = disputed(database, actors)
    with database.unit_of_work() as session:
        cases.move(session, actors["lead"], ref, "lose_dispute", {"reason": "x"}, request_id=uuid.uuid4().hex)
    after = seen_by(app, client_of("depositor"), token, ref)
    different = {"version", "seq"}
    for path in ("list", "/api/v1/cases/REF", "/api/v1/cases/REF/events"):
        assert without(after[path], different) == without(plain[path], different), path
    assert after["/cases/REF"] == plain["/cases/REF"]


def without(text: str, names: set[str]) -> list[str]:
    """The lines of a JSON text that do not begin with one of these names."""
    return [line for line in text.splitlines() if not any(f'"{name}":' in line for name in names)]


def disputed(database: Database, actors: dict[str, Actor]) -> tuple[str, str]:
    """Depositor's case, disputed with Neighbour's for the same transfer to an address that is in no book."""
    from tests.recovery.desk import Desk

    desk = Desk(database, dict(actors))
    lead = desk.person(f"lead-{uuid.uuid4().hex[:8]}", "lead")
    actors["lead"] = lead
    hash_ = "0x" + uuid.uuid4().hex * 2
    shown = reading(hash_, (transfer(recipient=ELSEWHERE),), evidence.Status.SUCCEEDED, True).transaction
    first, second = desk.open(hash_, by="neighbour", network="local"), desk.open(hash_, by="depositor", network="local")
    claim_or_dispute(desk, first, shown)
    with database.unit_of_work() as session:
        case = session.scalars(select(RecoveryCase).where(RecoveryCase.ref == second)).one()
        evidence.keep_answers(session, case, "local", hash_, (), purpose="transaction")
        case.cause, case.network = "H04", "local"
        found = Finding("H04", ("HD",), (), (), (), (), "certain", None)
        verdict = verdicts.Verdict(found, shown, Books(), Survey(), BUILT_IN)
        evidence._write(session, case, verdict, found)
    claim_or_dispute(desk, second, shown)
    with database.unit_of_work() as session:
        token = people.create_token(session, email="depositor@example.org", label="test", scopes=list(SCOPES))
    return second, token


def test_the_table_of_causes() -> None:
    """What strangers are told alike is alike in outcome, move and words."""
    assert {cause for _, (cause, _, _) in BOOKS.items()} == ALIKE_FOR_STRANGERS
    assert {move_for(cause, BUILT_IN.outcome(cause), linked=False) for cause in ALIKE_FOR_STRANGERS} == {"decline"}
    for cause in ALIKE_FOR_STRANGERS:
        assert REFUSED_AS.get(cause, PUBLIC_CAUSE.get(cause, cause)) == "B12"
    assert PUBLIC_LABELS[State.DISPUTED] == PUBLIC_LABELS[State.UNDER_REVIEW] == PUBLIC_LABELS[State.ON_HOLD]
    assert not {"dispute", "lose_dispute", "settle_dispute", "free_dispute"} & set(texts.PUBLIC_EVENTS)


def test_who_owns_the_address_today_is_asked_for_a_proof() -> None:
    assert move_for("H12", BUILT_IN.outcome("H12"), linked=True) == "ask_proof"
