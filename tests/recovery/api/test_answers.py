"""What the API says: cases and their actions, the same answer to the same request, problems, the description."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select, text

import recovery
from recovery.db import Database
from recovery.domain import texts
from recovery.domain.api_texts import DETAILS
from recovery.models import ApiToken, HandledRequest, RecoveryCase
from recovery.web._language import catalogue as translations
from tests.recovery.api.conftest import HASH, PASSWORD, Client, CountingLimits

APPEAL = {"reference": f"https://etherscan.io/tx/{HASH}", "message": "Where is it?"}


def test_an_appeal_is_answered_with_the_case(api: Client) -> None:
    answer = api.post("/api/v1/appeals", "depositor", APPEAL)
    body = answer.get_json()
    assert answer.status_code == 201
    assert answer.headers["Location"] == body["links"]["self"] == f"/api/v1/cases/{body['ref']}"
    assert (body["state"], body["status_label"], body["version"]) == ("checking", "Checking", 1)
    assert body["network"] == "ethereum" and body["account"] == "acct-depositor"
    assert [message["body"] for message in body["messages"]] == ["Where is it?"]
    assert api.get(body["links"]["self"], "depositor").get_json() == body
    assert api.get(body["links"]["events"], "depositor").get_json()["items"][0]["name"] == "open"


def test_actions_say_what_is_open_and_why_not(api: Client, case_ref: str) -> None:
    actions = api.get(f"/api/v1/cases/{case_ref}", "depositor").get_json()["actions"]
    assert [(one["name"], one["open"], one["why_not"]) for one in actions] == [("withdraw", True, None)]
    assert actions[0]["label"] and actions[0]["fields"] == [] and actions[0]["step_up"] is False
    for_staff = api.get(f"/api/v1/cases/{case_ref}", "specialist").get_json()["actions"]
    assert {(one["name"], one["open"], one["why_not"]) for one in for_staff} >= {
        ("start_check", False, "not_your_role"),
        ("withdraw", False, "not_your_role"),
    }


def test_a_depositor_sees_nothing_of_the_desk(api: Client, case_ref: str) -> None:
    body = api.get(f"/api/v1/cases/{case_ref}", "depositor").get_json()
    assert body["evidence"] == body["postings"] == body["plans"] == [] and body["assignee"] is None
    event = api.get(f"/api/v1/cases/{case_ref}/events", "depositor").get_json()["items"][0]
    assert event.keys() == {"seq", "name", "label", "by", "at"}


def test_a_move_is_made_once_and_a_stale_one_refused(api: Client, case_ref: str) -> None:
    path = f"/api/v1/cases/{case_ref}/withdraw"
    stale = api.post(path, "depositor", {"version": 7})
    assert (stale.status_code, stale.get_json()["code"]) == (409, "stale_version")
    done = api.post(path, "depositor", {"version": 1})
    assert (done.status_code, done.get_json()["closed"], done.get_json()["version"]) == (200, True, 2)
    again = api.post(path, "depositor", {})
    assert (again.status_code, again.get_json()["code"]) == (409, "move_not_open")


def test_the_same_request_gets_the_same_answer(api: Client, database: Database) -> None:
    first = api.post("/api/v1/appeals", "depositor", APPEAL, key="k-1")
    ref = first.get_json()["ref"]
    moved = api.post(f"/api/v1/cases/{ref}/withdraw", "depositor", {}, key="k-2")
    again = api.post("/api/v1/appeals", "depositor", APPEAL, key="k-1")
    assert (again.status_code, again.data) == (201, first.data)
    assert again.headers["Idempotency-Replayed"] == "true" and "Idempotency-Replayed" not in first.headers
    respelt = api.ask(
        "POST",
        f"/api/v1/cases/{ref}/withdraw",
        who="depositor",
        key="k-2",
        data=b" { } ",
        content_type="application/json",
    )
    assert (respelt.status_code, respelt.data) == (200, moved.data)
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(RecoveryCase)) == 1


def test_a_key_is_of_one_request_and_of_one_person(api: Client, case_ref: str) -> None:
    assert api.post("/api/v1/appeals", "depositor", APPEAL, key="k").status_code == 201
    other = api.post("/api/v1/appeals", "depositor", {**APPEAL, "message": "Other"}, key="k")
    assert (other.status_code, other.get_json()["code"]) == (409, "key_reused")
    elsewhere = api.post(f"/api/v1/cases/{case_ref}/withdraw", "depositor", {}, key="k")
    assert (elsewhere.status_code, elsewhere.get_json()["code"]) == (409, "key_reused")
    assert api.post("/api/v1/appeals", "foreigner", APPEAL, key="k").status_code == 201


def test_a_refused_request_leaves_its_key_free(api: Client, case_ref: str) -> None:
    path = f"/api/v1/cases/{case_ref}/withdraw"
    assert api.post(path, "depositor", {"version": 9}, key="k").status_code == 409
    assert api.post(path, "depositor", {}, key="k").status_code == 200


def test_twins_at_one_moment_become_one_case(api: Client) -> None:
    answers: list[Any] = []

    def report() -> None:
        answers.append(api.post("/api/v1/appeals", "depositor", APPEAL, key="twin"))

    threads = [threading.Thread(target=report) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.data for answer in answers}) == 1


def test_cases_come_in_pages(api: Client) -> None:
    refs = [
        api.post("/api/v1/appeals", "depositor", {"reference": f"0x{n:064x}"}).get_json()["ref"] for n in range(1, 6)
    ]
    seen, cursor = [], ""
    for _ in range(3):
        page = api.get(f"/api/v1/cases?limit=2{cursor}", "depositor").get_json()
        seen += [row["ref"] for row in page["items"]]
        cursor = f"&cursor={page['next']}"
    assert seen == refs[::-1] and page["next"] is None
    for wrong in ("cursor=x", "cursor=%00", "limit=0", "limit=101", "limit=x", "size=3", "queue=nope", "state=nope"):
        answer = api.get(f"/api/v1/cases?{wrong}", "specialist")
        assert answer.status_code in (400, 422) and answer.mimetype == "application/problem+json", wrong


def test_events_come_in_pages(api: Client, case_ref: str) -> None:
    api.post(f"/api/v1/cases/{case_ref}/withdraw", "depositor", {})
    first = api.get(f"/api/v1/cases/{case_ref}/events?limit=1", "specialist").get_json()
    second = api.get(f"/api/v1/cases/{case_ref}/events?limit=1&cursor={first['next']}", "specialist").get_json()
    assert [first["items"][0]["name"], second["items"][0]["name"]] == ["open", "withdraw"] and second["next"] is None
    assert second["items"][0]["prev_hash"] == first["items"][0]["hash"]
    assert api.get(f"/api/v1/cases/{case_ref}/events?cursor=-1", "specialist").status_code == 422


BAD_BODIES: list[tuple[bytes, str, int, str]] = [
    (b"", "application/json", 400, "bad_request"),
    (b"{", "application/json", 400, "bad_request"),
    (b'{"reference": "a", "reference": "b"}', "application/json", 400, "bad_request"),
    (b'{"reference": NaN}', "application/json", 400, "bad_request"),
    (b'{"reference": 1.5}', "application/json", 400, "bad_request"),
    (b'{"reference": "\\u0000"}', "application/json", 400, "bad_request"),
    (b'{"reference": "\\ud800"}', "application/json", 400, "bad_request"),
    (b"\xff\xfe", "application/json", 400, "bad_request"),
    (b"[" * 100_000, "application/json", 400, "bad_request"),
    (b"[]", "application/json", 422, "invalid_input"),
    (b"null", "application/json", 422, "invalid_input"),
    (b"{}", "application/json", 422, "invalid_input"),
    (b'{"reference": 7}', "application/json", 422, "invalid_input"),
    (b'{"reference": ["a"]}', "application/json", 422, "invalid_input"),
    (b'{"reference": ""}', "application/json", 422, "invalid_input"),
    (b'{"reference": "hello"}', "application/json", 422, "invalid_input"),
    (b'{"reference": "0x12"}', "application/json", 422, "invalid_input"),
    (b'{"reference": "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"}', "application/json", 422, "invalid_input"),
    (b'{"reference": "' + HASH.encode() + b'", "network": "atlantis"}', "application/json", 422, "invalid_input"),
    (b'{"reference": "' + b"x" * 1_000_000 + b'"}', "application/json", 422, "invalid_input"),
    (b'{"reference": "' + b"x" * 1_048_576 + b'"}', "application/json", 413, "too_large"),
    (b"reference=a", "application/x-www-form-urlencoded", 415, "unsupported_media_type"),
    (b"{}", "text/plain", 415, "unsupported_media_type"),
]


@pytest.mark.parametrize(("body", "kind", "status", "code"), BAD_BODIES)
def test_bad_bodies_are_problems(
    api: Client, database: Database, body: bytes, kind: str, status: int, code: str
) -> None:
    answer = api.ask("POST", "/api/v1/appeals", who="depositor", data=body, content_type=kind)
    shown = answer.get_json(force=True)
    assert (answer.status_code, answer.mimetype) == (status, "application/problem+json"), answer.text
    assert (shown["status"], shown["code"], shown["type"]) == (status, code, "about:blank")
    assert shown["title"] and shown["detail"]
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(RecoveryCase)) == 0
        assert session.scalar(select(func.count()).select_from(HandledRequest)) == 0


def test_a_compressed_body_is_refused(api: Client) -> None:
    answer = api.ask("POST", "/api/v1/appeals", who="depositor", body=APPEAL, headers={"Content-Encoding": "gzip"})
    assert answer.status_code == 415


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer x", "Basic eDp5", "Bearer rcv_" + "a" * 43, "bearer \xe9"])
def test_no_good_token_is_401_and_says_what_is_wanted(api: Client, header: str) -> None:
    answer = api.get("/api/v1/cases", headers={"Authorization": header})
    assert (answer.status_code, answer.get_json()["code"]) == (401, "not_signed_in")
    assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_a_browser_session_is_no_token(api: Client, database: Database) -> None:
    from recovery.services import people

    with database.unit_of_work() as session:
        secret = people.sign_in(session, "depositor@example.com", PASSWORD)
    client = api.app.test_client()
    client.set_cookie("session", secret or "")
    assert client.get("/api/v1/cases").status_code == 401


def test_addresses_and_methods_there_are_not(api: Client, case_ref: str) -> None:
    for path in ("/api/", "/api/v1", "/api/v2/cases", "/api/v1/cases/", "/api/v1/registries/secrets"):
        answer = api.get(path, "admin")
        assert answer.status_code == 404, path
        assert answer.get_json()["code"] == "not_found"
    for method, path, allowed in (
        ("DELETE", "/api/v1/cases", "GET, HEAD, OPTIONS"),
        ("PUT", f"/api/v1/cases/{case_ref}", "GET, HEAD, OPTIONS"),
        ("GET", "/api/v1/appeals", "OPTIONS, POST"),
        ("PATCH", "/api/v1/registries/assets", "GET, HEAD, OPTIONS, POST"),
    ):
        answer = api.ask(method, path, who="admin")
        assert (answer.status_code, answer.get_json()["code"]) == (405, "method_not_allowed")
        assert answer.headers["Allow"] == allowed
    assert api.post(f"/api/v1/cases/{case_ref}/explode", "depositor", {}).get_json()["reason"] == "unknown_move"


def test_too_many_is_429_with_retry_after(api: Client, limits: CountingLimits) -> None:
    limits.refuse.add("appeal")
    answer = api.post("/api/v1/appeals", "depositor", APPEAL)
    assert (answer.status_code, answer.get_json()["code"]) == (429, "too_many")
    assert int(answer.headers["Retry-After"]) > 0


def test_a_fault_of_ours_is_500_and_tells_nothing(api: Client, database: Database) -> None:
    with database.unit_of_work() as session:
        session.execute(text("ALTER TABLE recovery_case RENAME TO elsewhere"))
    answer = api.get("/api/v1/cases", "specialist")
    assert (answer.status_code, answer.get_json()["code"]) == (500, "error")
    assert answer.mimetype == "application/problem+json" and "elsewhere" not in answer.text


def test_a_token_for_oneself(api: Client, limits: CountingLimits, database: Database) -> None:
    wish = {"email": "Depositor@example.com", "password": PASSWORD, "scopes": ["cases:read"], "days": 1}
    answer = api.post("/api/v1/tokens", body=wish, key="t")
    assert answer.status_code == 201 and answer.headers["Cache-Control"] == "no-store"
    assert {"sign-in-address", "sign-in-person"} <= set(limits.spent)
    assert api.get("/api/v1/cases", answer.get_json()["token"]).status_code == 200
    assert api.post("/api/v1/appeals", answer.get_json()["token"], APPEAL).status_code == 403
    assert api.post("/api/v1/tokens", body=wish, key="t").get_json()["reason"] == "shown_once"
    with database.reading() as session:
        kept = json.dumps([row.result for row in session.scalars(select(HandledRequest))])
        assert answer.get_json()["token"] not in kept
        assert session.scalar(select(func.count()).select_from(ApiToken).where(ApiToken.label == "API")) == 1


@pytest.mark.parametrize(
    ("change", "status", "reason"),
    [
        ({"password": "wrong"}, 401, "wrong_sign_in"),
        ({"email": "nobody@example.com"}, 401, "wrong_sign_in"),
        ({"scopes": ["registries:write"]}, 422, "scope_not_for_you"),
        ({"scopes": ["everything"]}, 422, "scope_not_for_you"),
        ({"scopes": []}, 422, None),
        ({"roles": ["admin"]}, 422, None),
        ({"days": 0}, 422, None),
        ({"days": "7"}, 422, None),
    ],
)
def test_a_token_is_refused(api: Client, change: dict[str, Any], status: int, reason: str | None) -> None:
    wish = {"email": "depositor@example.com", "password": PASSWORD, "scopes": ["cases:read"]}
    answer = api.post("/api/v1/tokens", body=wish | change)
    assert (answer.status_code, answer.get_json().get("reason")) == (status, reason)


def test_wrong_passwords_are_counted_and_unknown_and_wrong_are_the_same_bytes(api: Client, database: Database) -> None:
    wish = {"email": "depositor@example.com", "password": "wrong", "scopes": ["cases:read"]}
    wrong = api.post("/api/v1/tokens", body=wish)
    assert wrong.data == api.post("/api/v1/tokens", body={**wish, "email": "nobody@example.com"}).data
    for _ in range(9):
        api.post("/api/v1/step-up", "depositor", {"password": "wrong"})
    assert api.post("/api/v1/step-up", "depositor", {"password": PASSWORD}).status_code == 403


def test_registries_by_api(api: Client) -> None:
    path = "/api/v1/registries/accounts"
    content = "account,state,locale,security_changed_at\na,active,en,\nb,frozen,,2024-01-01T00:00:00Z\n"
    options: dict[str, Any] = {"data": content.encode(), "content_type": "text/csv"}
    loaded = api.ask("POST", path, who="lead", key="r", **options)
    assert loaded.get_json() == {
        "kind": "accounts",
        "rows": 2,
        "added": 2,
        "changed": 0,
        "unchanged": 0,
        "refused": [],
    }
    assert api.ask("POST", path, who="lead", key="r", **options).data == loaded.data
    page = api.get(f"{path}?limit=1", "auditor").get_json()
    assert page["items"] == [{"account": "a", "state": "active", "locale": "en", "security_changed_at": None}]
    assert api.get(f"{path}?limit=1&cursor={page['next']}", "auditor").get_json()["next"] is None
    exported = api.get(path, "auditor", headers={"Accept": "text/csv"})
    assert exported.mimetype == "text/csv" and exported.text == content


def test_registries_in_sight_by_api(api: Client) -> None:
    path = "/api/v1/registries/addresses"
    address = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"
    row = {"network": "ethereum", "address": address.lower(), "account": "a", "kind": "deposit", "custody": "key"}
    put = api.ask("PUT", f"{path}/row", who="lead", body={**row, "valid_until": "2024-01-01", "memo": None}, key="p")
    assert put.status_code == 200, put.text
    assert put.get_json()["outcome"] == "added" and put.get_json()["row"]["address"] == address
    again = api.ask("PUT", f"{path}/row", who="lead", body={**row, "valid_until": "2024-01-01", "memo": None}, key="p")
    assert again.data == put.data and again.headers["Idempotency-Replayed"] == "true"
    other = api.ask("PUT", f"{path}/row", who="lead", body={**row, "account": "b", "valid_from": "2023-01-01"})
    assert (other.status_code, other.get_json()["reason"]) == (422, "row_refused")
    assert [one["code"] for one in other.get_json()["errors"]] == ["overlaps_row_of_another_account"]
    for wrong in ({**row, "colour": "red"}, {**row, "kind": 1}, {**row, "kind": None}, {}):
        assert api.ask("PUT", f"{path}/row", who="lead", body=wrong).status_code == 422
    for query, count in (
        ("", 1), (f"?q={address.upper().replace('0X', '0x')}", 1), ("?q=a", 1), ("?q=b", 0), ("?network=polygon", 0),
        ("?as_of=2023-12-31T23:59:59Z", 1), ("?as_of=2024-01-01T00:00:00", 0),
    ):  # fmt: skip
        assert len(api.get(path + query, "auditor").get_json()["items"]) == count, query
    for query in ("?as_of=yesterday", "?colour=red", "?q="):
        assert api.get(path + query, "auditor").status_code == 422, query
    assert api.get("/api/v1/registries/accounts?network=ethereum", "auditor").status_code == 422
    items = {item["kind"]: item for item in api.get("/api/v1/registries", "auditor").get_json()["items"]}
    assert items["addresses"]["rows"] == 1 and items["addresses"]["last_load"]["by"] == "Lead"
    assert items["addresses"]["key"] == ["network", "address", "memo", "account", "valid_from"]
    assert items["prices"] | {"columns": [], "key": []} == {
        "kind": "prices", "columns": [], "key": [], "rows": 0, "last_load": None,
    }  # fmt: skip


def test_token_lists_by_api(api: Client) -> None:
    path = "/api/v1/registries/assets"
    token = {"chainId": 1, "address": "0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48", "decimals": 6, "symbol": "USDC"}
    body = {"name": "L", "timestamp": "2024-01-01T00:00:00Z", "version": {}, "tokens": [{**token, "name": "USD Coin"}]}
    answer = api.post(f"{path}?state=suspended", "lead", body, key="t")
    assert answer.status_code == 200 and answer.get_json()["added"] == 1
    assert api.post(f"{path}?state=suspended", "lead", body, key="t").data == answer.data
    assert api.get(path, "lead").get_json()["items"][0]["state"] == "suspended"
    for wrong in (b"{", b'{"tokens": 1}', b'{"tokens": [], "tokens": []}', b"[]", b""):
        refused = api.ask("POST", path, who="lead", data=wrong, content_type="application/json")
        assert (refused.status_code, refused.get_json()["reason"]) == (422, "not_a_token_list"), wrong
    assert api.post(f"{path}?state=superseded", "lead", body).status_code == 422
    assert api.post(f"{path}?replace=1", "lead", body).get_json()["reason"] == "replace_needs_csv"
    assert api.post("/api/v1/registries/accounts", "lead", body).status_code == 415
    assert api.post(path, "lead", body).get_json()["changed"] == 1
    written = api.get(path, "auditor", headers={"Accept": "application/vnd.uniswap.token-list+json"}).get_json()
    assert written["tokens"] == [{**token, "name": "USDC"}]
    assert set(written) == {"name", "timestamp", "version", "tokens"}


def test_refused_rows_refuse_the_file_by_api(api: Client) -> None:
    path = "/api/v1/registries/accounts"
    options: dict[str, Any] = {
        "data": b"account,state,locale,security_changed_at\na,asleep,,\nb,active,,\n",
        "content_type": "text/csv",
    }
    answer = api.ask("POST", path, who="admin", **options)
    assert (answer.status_code, answer.get_json()["reason"]) == (422, "rows_refused")
    assert [row["row"] for row in answer.get_json()["result"]["refused"]] == [1]
    assert api.get(path, "admin").get_json()["items"] == []
    assert api.ask("POST", f"{path}?partial=true", who="admin", **options).get_json()["added"] == 1
    assert api.ask("POST", path, who="admin", data=b"{}", content_type="application/json").status_code == 415
    assert api.ask("POST", path, who="admin", data=b"\xff", content_type="text/csv").status_code == 422
    assert api.ask("POST", f"{path}?replace=1&partial=1", who="admin", **options).status_code == 422


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"hash": "hello"}, 422, "invalid_input"),
        ({"hash": HASH, "network": "atlantis"}, 422, "invalid_input"),
        ({"hash": HASH, "network": "local"}, 422, "invalid_input"),  # no sandbox here
        ({"hash": HASH, "node": "http://169.254.169.254/"}, 422, "invalid_input"),
    ],
)
def test_what_cannot_be_verified_is_a_problem(api: Client, body: dict[str, str], status: int, code: str) -> None:
    answer = api.post("/api/v1/verify", "depositor", body, key=None)
    assert (answer.status_code, answer.get_json()["code"]) == (status, code)


def test_verify_without_nodes_says_so(api: Client) -> None:
    everywhere = api.post("/api/v1/verify", "depositor", {"hash": HASH}).get_json()
    assert everywhere["found"] == everywhere["asked"] == [] and "ethereum" in everywhere["without_node"]
    one = api.post("/api/v1/verify", "depositor", {"hash": HASH, "network": "ethereum"}).get_json()
    assert (one["status"], one["warnings"]) == ("unknown", ["no_node"])


def references(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if isinstance(value.get("$ref"), str):
            yield value["$ref"]
        value = list(value.values())
    if isinstance(value, list):
        for item in value:
            yield from references(item)


def test_the_description_is_whole(api: Client, app: Flask) -> None:
    document = api.get("/api/openapi.json").get_json()
    assert document["openapi"] == "3.1.0"
    assert {"title", "version"} <= document["info"].keys()
    described = {
        (method.upper(), path) for path, item in document["paths"].items() for method in item if method != "parameters"
    }
    served = {
        (method, re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule))
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/api/v1") and not rule.endpoint.startswith("api-unknown.")
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    assert described == served
    for reference in references(document):
        target = document
        for step in reference.removeprefix("#/").split("/"):
            target = target[step]
    ids = [
        operation["operationId"]
        for item in document["paths"].values()
        for method, operation in item.items()
        if method != "parameters"
    ]
    assert len(set(ids)) == len(ids)
    for path, item in document["paths"].items():
        names = {parameter["name"] for parameter in item.get("parameters", [])}
        assert names == set(re.findall(r"{(\w+)}", path))
        for method, operation in item.items():
            if method != "parameters":
                assert operation["responses"] and operation["summary"]
    amounts = document["components"]["schemas"]["Quote"]["properties"]["gross"]
    assert amounts["type"] == "string" and amounts["pattern"] == r"^\d{1,78}$"
    errors = document["components"]["responses"]["DEFAULT_ERROR"]["content"]
    assert list(errors) == ["application/problem+json"]
    appeal = document["paths"]["/api/v1/appeals"]["post"]
    assert appeal["security"] == [{"token": ["appeals:write"]}]
    assert {"$ref": "#/components/parameters/IdempotencyKey"} in appeal["parameters"]


OWN_SOURCES = ("api/*.py", "services/people.py", "services/registry.py", "queries/registry.py")


def test_every_refusal_has_a_sentence() -> None:
    root = Path(recovery.__file__).parent
    raised = re.compile(
        r"(?:InvalidInput|NotSignedIn|NotAllowed|NotFound|Conflict|BadRequest)\(\s*\"(\w+)\"|\[\"(\w+)\"\]\}|= \[\"(\w+)\"\]$",
        re.MULTILINE,
    )
    codes = {
        next(filter(None, match))
        for pattern in OWN_SOURCES
        for file in root.glob(pattern)
        for match in raised.findall(file.read_text())
    }
    assert len(codes) > 20
    silent = {code for code in codes if code not in DETAILS | texts.DETAILS | texts.WHY_NOT | texts.ERRORS}
    assert silent == set()


def test_texts_come_in_the_language_asked_for(api: Client) -> None:
    """The words change, the code stays."""
    titles = {
        "en": "There is nothing at this address",
        "de": translations("de").gettext("There is nothing at this address"),
    }
    assert titles["en"] != titles["de"]
    for language in ("en", "de", "xx", "*", "de;q=x"):
        answer = api.get("/api/v1/cases/nope", "depositor", headers={"Accept-Language": language})
        assert (answer.status_code, answer.get_json()["code"]) == (404, "not_found")
        assert answer.get_json()["title"] == titles["de" if language == "de" else "en"]
