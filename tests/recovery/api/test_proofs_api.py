"""Proof of ownership over the API: what is asked, a challenge, its answer, and what others learn (nothing)."""

from __future__ import annotations

import uuid

import pytest

from recovery.db import Database
from recovery.queries.people import actor_by_email
from tests.recovery.api.conftest import Client, CountingLimits
from tests.recovery.desk import Desk
from tests.recovery.proving import Proving, asked


@pytest.fixture
def case(api: Client, database: Database) -> Proving:
    """A case of ``depositor`` that asks for a proof."""
    with database.reading() as session:
        actors = {name: actor_by_email(session, f"{name}@example.com") for name in ("depositor", "specialist")}
    return asked(Desk(database, actors), by="depositor")


def test_from_question_to_proof(api: Client, case: Proving) -> None:
    path = f"/api/v1/cases/{case.ref}/proofs"
    shown = api.get(path, "depositor").get_json()["proofs"]
    assert (shown["asked"], shown["level"], shown["address"]) == (True, "signature", case.key.address)
    assert shown["ways"] == ["eip191", "eip712", "eip1271", "documents"]
    assert shown["challenge"] is None
    answer = api.post(path, "depositor", {"method": "eip191"})
    assert answer.status_code == 200, answer.text
    challenge = answer.get_json()["proofs"]["challenge"]
    assert challenge["fields"] == [{"name": "signature", "needed": True}]
    wrong = api.post(f"{path}/{challenge['id']}", "depositor", {"signature": "0x00"})
    assert wrong.status_code == 200
    assert wrong.get_json()["said"]["ok"] is False
    assert wrong.get_json()["said"]["text"].startswith("This is not a signature")
    signed = case.sign(case.challenge())
    right = api.post(f"{path}/{challenge['id']}", "depositor", {"signature": signed}, key="once")
    assert right.get_json()["said"] == {"ok": True, "why": "proven", "text": "The signature fits."}
    again = api.post(f"{path}/{challenge['id']}", "depositor", {"signature": signed}, key="once")
    assert again.data == right.data
    assert again.headers["Idempotency-Replayed"] == "true"
    later = api.post(f"{path}/{challenge['id']}", "depositor", {"signature": signed})
    assert (later.status_code, later.get_json()["reason"]) == (409, "no_proof_is_asked")
    assert api.get(f"/api/v1/cases/{case.ref}", "depositor").get_json()["proofs"]["accepted"] == ["eip191"]


def test_foreign_and_unknown_cases_are_the_same_bytes(api: Client, case: Proving, limits: CountingLimits) -> None:
    unknown = "RC-0000-0000-0000-0000-0"
    asked_id = uuid.uuid4()
    for method, path, body in (
        ("GET", "proofs", None),
        ("POST", "proofs", {"method": "eip191"}),
        ("POST", f"proofs/{asked_id}", {"signature": "0x00"}),
    ):
        answers = [
            api.ask(method, f"/api/v1/cases/{ref}/{path}", who="foreigner", body=body) for ref in (case.ref, unknown)
        ]
        assert {answer.status_code for answer in answers} == {404}
        assert len({answer.data for answer in answers}) == 1
    assert "proof" not in limits.spent


def test_staff_read_word_for_word_and_prove_nothing(api: Client, case: Proving) -> None:
    path = f"/api/v1/cases/{case.ref}/proofs"
    challenge = api.post(path, "depositor", {"method": "eip191"}).get_json()["proofs"]["challenge"]
    api.post(f"{path}/{challenge['id']}", "depositor", {"signature": "0x00"})
    given = api.get(path, "specialist").get_json()["proofs"]["given"][0]
    assert (given["signature"], given["text"]) == ("0x00", challenge["text"])
    assert "signature" not in api.get(path, "depositor").get_json()["proofs"]["given"][0]
    assert api.post(path, "specialist", {"method": "eip191"}).status_code == 403


def test_tries_are_limited_for_the_case(api: Client, case: Proving, limits: CountingLimits) -> None:
    limits.refuse.add("proof")
    answer = api.post(f"/api/v1/cases/{case.ref}/proofs", "depositor", {"method": "eip191"})
    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) == 360


@pytest.mark.parametrize(
    "body",
    [
        {"method": ""},
        {"method": 1},
        {"method": "x" * 41},
        {"method": "documents"},
        {},
        {"method": "eip191", "domain": "evil"},
    ],
)
def test_what_is_no_way_is_refused(api: Client, case: Proving, body: dict[str, object]) -> None:
    assert api.post(f"/api/v1/cases/{case.ref}/proofs", "depositor", body).status_code == 422


def test_an_answer_to_nothing_is_not_found(api: Client, case: Proving) -> None:
    path = f"/api/v1/cases/{case.ref}/proofs/{uuid.uuid4()}"
    assert api.post(path, "depositor", {"signature": "0x00"}).status_code == 404
    assert api.post(path, "depositor", {"seed_phrase": "twelve words"}).status_code == 422
