"""Every route against every role. A route without an entry here fails, so nothing is ever open by forgetting."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

import pytest
from flask import Flask
from werkzeug.routing import Rule

from recovery.domain.cause_rows import built_in_document
from recovery.domain.scopes import SCOPES
from recovery.services import people
from tests.recovery.api.conftest import HASH, PASSWORD, ROLES, Client

NOBODY = "nobody"
EVERYBODY = (*ROLES, "foreigner")
STAFF = ("specialist", "wallet", "clearing", "auditor", "lead", "admin")
PLAN_READERS = ("specialist", "wallet", "clearing", "auditor", "lead", "signer")


def allow(status: int, *who: str, otherwise: int = 403, **others: int) -> dict[str, int]:
    """``status`` for these people, ``otherwise`` for the rest, 401 for nobody; ``others`` by name."""
    return {name: others.get(name, status if name in who else otherwise) for name in EVERYBODY} | {NOBODY: 401}


def of_case(status: int, *who: str, otherwise: int = 403, **others: int) -> dict[str, int]:
    """The same for one case of ``depositor``: for a foreign depositor it does not exist."""
    return allow(status, *who, otherwise=otherwise, **({"foreigner": 404} | others))


INTENT_READERS = ("ledger", "clearing", "auditor", "lead")
CREDITED = {"body": {"external_id": "x", "amount": "1", "account": "a", "asset": "b"}}
NOT_CREDITED = {"body": {"external_id": "x", "reason": "closed"}}
POLICY_READERS = ("auditor", "lead", "admin")
CASE_READERS = (*STAFF, "depositor")
APPEAL = {"reference": HASH.replace("ab", "cd")}
CSV = {"data": b"account,state,locale,security_changed_at\n", "content_type": "text/csv"}
STEP_UP = {"body": {"password": PASSWORD}}
TOKEN = {"body": {"email": "auditor@example.com", "password": PASSWORD, "scopes": ["cases:read"]}}
PROOF_ASK = {"body": {"method": "eip191"}}
PRICE = {
    "body": {"network": "local", "reference": "USD", "price": "1.5", "decimals": 18, "reason": "no source tells it"}
}
SIGNED = {"body": {"transactions": ["0x02"]}}

APPROVALS = ("wallet", "clearing", "auditor", "lead", "admin")
NO_ID = str(uuid.UUID(int=1))
LIMIT = {"person": NO_ID, "scope": "network", "network": "local", "per_case": "1", "reason": "x"}
DEPUTY = {
    "to": NO_ID, "stage": "wallet", "starts_at": "2025-01-01T00:00:00Z", "ends_at": "2025-01-02T00:00:00Z", "reason": "x",
}  # fmt: skip

EXPECTED: dict[tuple[str, str], tuple[Mapping[str, Any], dict[str, int]]] = {
    ("GET", "/api/openapi.json"): ({}, dict.fromkeys((*EVERYBODY, NOBODY), 200)),
    ("POST", "/api/v1/appeals"): (
        {"body": APPEAL},
        allow(201, "depositor", "foreigner", specialist=422, lead=422),  # staff must say for which account
    ),
    ("GET", "/api/v1/cases"): ({}, allow(200, *CASE_READERS, "foreigner")),
    ("GET", "/api/v1/cases/<ref>"): ({}, of_case(200, *CASE_READERS)),
    ("GET", "/api/v1/cases/<ref>/events"): ({}, of_case(200, *CASE_READERS)),
    ("POST", "/api/v1/cases/<ref>/<transition>"): ({"body": {}}, of_case(200, "depositor")),  # withdraw
    ("GET", "/api/v1/cases/<ref>/proofs"): ({}, of_case(200, *CASE_READERS)),
    ("POST", "/api/v1/cases/<ref>/proofs"): (PROOF_ASK, of_case(403, *STAFF, depositor=409)),  # nothing is asked yet
    ("POST", "/api/v1/cases/<ref>/proofs/<uuid:asked_id>"): ({"body": {}}, of_case(403, *STAFF, depositor=409)),
    ("GET", "/api/v1/networks"): ({}, allow(200, *EVERYBODY)),
    ("POST", "/api/v1/verify"): ({"body": {"hash": HASH}}, allow(200, *EVERYBODY)),
    ("GET", "/api/v1/plans"): ({}, allow(200, *PLAN_READERS)),
    ("GET", "/api/v1/plans/<uuid:plan_id>"): ({}, allow(404, *PLAN_READERS)),
    ("GET", "/api/v1/plans/<uuid:plan_id>/files"): ({}, allow(404, *PLAN_READERS)),
    ("GET", "/api/v1/plans/<uuid:plan_id>/files/<name>"): ({}, allow(404, *PLAN_READERS)),
    ("POST", "/api/v1/plans/<uuid:plan_id>/signed"): (SIGNED, allow(404, "signer", "wallet")),
    ("POST", "/api/v1/plans/<uuid:plan_id>/replacements/<int:number>/signed"): (
        {"body": {"transaction": "0x02"}},
        allow(404, "signer", "wallet"),
    ),
    ("POST", "/api/v1/tokens"): (TOKEN, dict.fromkeys((*EVERYBODY, NOBODY), 201)),
    ("POST", "/api/v1/step-up"): (STEP_UP, allow(200, *EVERYBODY)),
    ("GET", "/api/v1/intents"): ({}, allow(200, *INTENT_READERS)),
    ("GET", "/api/v1/intents/<uuid:intent_id>"): ({}, allow(404, *INTENT_READERS)),
    ("POST", "/api/v1/intents/<uuid:intent_id>/confirmation"): (CREDITED, allow(404, "ledger")),
    ("POST", "/api/v1/intents/<uuid:intent_id>/refusal"): (NOT_CREDITED, allow(404, "ledger")),
    ("POST", "/api/v1/ledger/notices"): ({"body": {}}, dict.fromkeys((*EVERYBODY, NOBODY), 401)),  # not signed
    ("GET", "/api/v1/policies/<kind>"): ({}, allow(200, *POLICY_READERS)),
    ("GET", "/api/v1/policies/<kind>/<int:version>"): ({}, allow(200, *POLICY_READERS)),
    ("GET", "/api/v1/policies/<kind>/<int:version>/changes"): (
        {"query_string": {"against": "1"}},
        allow(200, *POLICY_READERS),
    ),
    ("POST", "/api/v1/policies/<kind>"): ({"body": {"content": built_in_document()}}, allow(201, "lead", "admin")),
    ("POST", "/api/v1/policies/fee/<int:version>/trial"): (
        {"body": {}},
        allow(404, "lead", "admin"),
    ),  # there is no such version
    ("POST", "/api/v1/policies/<kind>/<int:version>/activate"): ({}, allow(409, "lead", "admin")),  # built in
    ("GET", "/api/v1/approvals"): ({}, allow(200, *APPROVALS)),
    ("POST", "/api/v1/approvals/limits"): ({"body": LIMIT}, allow(404, "admin")),  # of nobody
    ("POST", "/api/v1/approvals/limits/<uuid:limit_id>/confirm"): ({}, allow(404, *APPROVALS)),
    ("POST", "/api/v1/approvals/delegations"): ({"body": DEPUTY}, allow(404, "wallet")),
    ("POST", "/api/v1/approvals/delegations/<uuid:delegation_id>/confirm"): ({}, allow(404, *APPROVALS)),
    ("POST", "/api/v1/approvals/delegations/<uuid:delegation_id>/end"): ({}, allow(404, *APPROVALS)),
    ("POST", "/api/v1/approvals/glass/<uuid:plan_id>/review"): (
        {"body": {"note": "x"}},
        allow(404, "auditor", "lead", "admin"),
    ),
    ("GET", "/api/v1/registries/<kind>"): ({}, allow(200, *STAFF)),
    ("POST", "/api/v1/registries/<kind>"): (CSV, allow(200, "lead", "admin")),
    ("GET", "/api/v1/registries"): ({}, allow(200, *STAFF)),
    ("GET", "/api/v1/prices"): ({}, allow(200, *STAFF)),
    ("POST", "/api/v1/prices"): (PRICE, allow(403)),  # nobody has stepped up
    ("POST", "/api/v1/prices/<uuid:entry>/confirm"): ({}, allow(404, "lead", "clearing")),
    ("PUT", "/api/v1/registries/<kind>/row"): (
        {"body": {"account": "a", "state": "active"}},
        allow(200, "lead", "admin"),
    ),
}


def api_rules(app: Flask) -> list[Rule]:
    rules = [rule for rule in app.url_map.iter_rules() if rule.rule.startswith("/api")]
    return [rule for rule in rules if not rule.endpoint.startswith("api-unknown.")]


def methods(rule: Rule) -> set[str]:
    return set(rule.methods or ()) - {"HEAD", "OPTIONS"}


def test_every_route_has_an_entry(app: Flask) -> None:
    assert {(method, rule.rule) for rule in api_rules(app) for method in methods(rule)} == set(EXPECTED)


def test_every_view_names_its_scope(app: Flask) -> None:
    for rule in api_rules(app):
        scope = getattr(app.view_functions[rule.endpoint], "scope", None)
        assert scope in {*SCOPES, "anybody", "any token"}, rule


def address(rule: str, case_ref: str) -> str:
    return (
        rule.replace("<ref>", case_ref)
        .replace("<transition>", "withdraw")
        .replace("<uuid:plan_id>", str(uuid.uuid4()))
        .replace("<uuid:intent_id>", str(uuid.uuid4()))
        .replace("<uuid:limit_id>", str(uuid.uuid4()))
        .replace("<uuid:delegation_id>", str(uuid.uuid4()))
        .replace("<uuid:asked_id>", str(uuid.uuid4()))
        .replace("<uuid:entry>", str(uuid.uuid4()))
        .replace("/policies/<kind>", "/policies/cause")
        .replace("<kind>", "accounts")
        .replace("<int:version>", "1")
        .replace("<int:number>", "1")
    )


@pytest.mark.parametrize(("method", "rule"), sorted(EXPECTED))
def test_each_role_gets_what_it_may(api: Client, case_ref: str, method: str, rule: str) -> None:
    request, expected = EXPECTED[method, rule]
    who = sorted(expected, key=lambda name: (name == "depositor", name))  # the owner last: some moves end the case
    got = {
        name: api.ask(method, address(rule, case_ref), who=None if name == NOBODY else name, **request).status_code
        for name in who
    }
    assert got == expected


@pytest.mark.parametrize(("method", "rule"), sorted(EXPECTED))
def test_a_token_without_the_scope_is_not_enough(
    api: Client, app: Flask, case_ref: str, method: str, rule: str
) -> None:
    """The same person, the right role, a token made for something else."""
    with app.extensions["database"].unit_of_work() as session:
        for name in (*ROLES, "foreigner"):
            api.tokens[name] = people.create_token(
                session, email=f"{name}@example.com", label="narrow", scopes=["exports:read"]
            )
    request, expected = EXPECTED[method, rule]
    endpoint = next(one.endpoint for one in api_rules(app) if one.rule == rule and method in methods(one))
    if getattr(app.view_functions[endpoint], "scope", None) not in SCOPES:
        return
    for name in expected:
        answer = api.ask(method, address(rule, case_ref), who=None if name == NOBODY else name, **request)
        assert answer.status_code == (401 if name == NOBODY else 403), name


@pytest.mark.parametrize(("method", "rule"), sorted(one for one in EXPECTED if one[0] != "GET"))
def test_every_write_wants_an_idempotency_key(api: Client, case_ref: str, method: str, rule: str) -> None:
    if rule in ("/api/v1/verify", "/api/v1/ledger/notices"):
        return  # a question, and what has an id of its own
    request, expected = EXPECTED[method, rule]
    able = (
        name
        for name, status in expected.items()
        if status in (200, 201, 409) or (status == 404 and name != "foreigner")
    )
    who = next(able, "lead")  # where everybody has to step up first
    for key in (None, " ", "x" * 129, "a b", "\xe9"):
        answer = api.ask(method, address(rule, case_ref), who=who, key=key, **request)
        assert (answer.status_code, answer.get_json()["reason"]) == (400, "idempotency_key_missing")


def test_an_unknown_and_a_foreign_case_are_the_same_bytes(api: Client, case_ref: str) -> None:
    unknown = "RC-0000-0000-0000-0000-0"
    for path in ("", "/events"):
        answers = [api.get(f"/api/v1/cases/{ref}{path}", "foreigner") for ref in (case_ref, unknown, "nonsense")]
        assert {answer.status_code for answer in answers} == {404}
        assert len({answer.data for answer in answers}) == 1
    for move in ("withdraw", "take", "record_sweep"):
        answers = [api.post(f"/api/v1/cases/{ref}/{move}", "foreigner", {}) for ref in (case_ref, unknown)]
        assert {answer.status_code for answer in answers} in ({404}, {409})
        assert len({answer.data for answer in answers}) == 1


def test_a_depositor_lists_only_their_own(api: Client, case_ref: str) -> None:
    assert [row["ref"] for row in api.get("/api/v1/cases", "depositor").get_json()["items"]] == [case_ref]
    assert api.get("/api/v1/cases", "foreigner").get_json()["items"] == []
    assert api.get(f"/api/v1/cases?search={case_ref}", "foreigner").get_json()["items"] == []


@pytest.mark.parametrize("field", ["state", "fee", "version", "depositor_id", "assignee", "ref", "cause"])
def test_a_depositor_sets_nothing_that_is_not_theirs(api: Client, case_ref: str, field: str) -> None:
    answer = api.post("/api/v1/appeals", "depositor", {**APPEAL, field: "x"})
    assert answer.status_code == 422
    assert answer.get_json()["errors"][0] | {"message": ""} == {
        "field": field,
        "code": "field_is_unknown",
        "message": "",
    }
    if field != "version":
        assert api.post(f"/api/v1/cases/{case_ref}/withdraw", "depositor", {field: "x"}).status_code == 422


def test_a_depositor_reports_for_their_own_account_only(api: Client) -> None:
    assert api.post("/api/v1/appeals", "depositor", {**APPEAL, "account": "acct-foreigner"}).status_code == 403
    own = api.post("/api/v1/appeals", "depositor", {**APPEAL, "account": "acct-depositor"})
    assert own.status_code == 201 and own.get_json()["account"] == "acct-depositor"


def test_staff_report_for_an_account_they_name(api: Client) -> None:
    answer = api.post("/api/v1/appeals", "specialist", {**APPEAL, "account": "acct-depositor"})
    assert answer.status_code == 201 and answer.get_json()["account"] == "acct-depositor"
