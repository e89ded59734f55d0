"""The registries' pages: who sees and changes what, what is typed and uploaded, and what strangers wrote."""

from __future__ import annotations

import csv
import io
import json
import re
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select, update

from recovery.db import Database
from recovery.domain.actor import SYSTEM
from recovery.domain.registries import REGISTRIES
from recovery.domain.registry_texts import COLUMNS, REGISTRIES as NAMED, WORDS
from recovery.models import ListedAsset, OwnedAddress, RegistryChange, RegistryUpload, UserSession
from recovery.services.registry import import_registry
from recovery.web._registry_words import LISTED, sentence
from tests.recovery.services.test_registry import SAMPLES, a_file
from tests.recovery.web.conftest import DEPOSIT, PASSWORD, token_in

Clients = Callable[[str], FlaskClient]
ADDRESS = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"
USDC = "0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48"
ROW = {"network": "ethereum", "address": ADDRESS.lower(), "account": "a", "kind": "deposit", "custody": "key"}
HOSTILE = "<img src=x onerror=alert(1)>\u202e\u200b"


def load(database: Database, kind: str, *rows: str) -> None:
    with database.unit_of_work() as session:
        result = import_registry(session, SYSTEM, kind, io.StringIO(a_file(kind, *rows)))
    assert not result.refused, result.refused


def form(client: FlaskClient, path: str, **fields: Any) -> dict[str, Any]:
    """The hidden fields of a page's last form, with these filled in."""
    page = client.get(path).text
    mark = re.search(r'name="mark" value="([0-9a-f]*)"', page)
    hidden = {"csrf_token": token_in(page), "request_id": uuid.uuid4().hex}
    return hidden | ({"mark": mark.group(1)} if mark else {}) | fields


def row_link(client: FlaskClient, kind: str = "addresses", q: str = "") -> str:
    found = re.search(rf'href="(/registries/{kind}/rows/[^"]+)"', client.get(f"/registries/{kind}?q={q}").text)
    assert found
    return found.group(1)


def upload(client: FlaskClient, kind: str, content: str, **fields: Any) -> Any:
    path = f"/registries/{kind}/upload"
    data = form(client, path, file=(io.BytesIO(content.encode()), "rows.csv"), **fields)
    return client.post(path, data=data, content_type="multipart/form-data")


def test_every_kind_column_and_word_has_a_name() -> None:
    assert set(NAMED) == set(LISTED) == set(REGISTRIES)
    columns = [column for registry in REGISTRIES.values() for column in registry.columns]
    assert {column.name for column in columns} == set(COLUMNS)
    assert {word for column in columns for word in column.words} == set(WORDS)
    assert all(set(names) <= set(REGISTRIES[kind].header) for kind, names in LISTED.items())


def test_depositors_find_no_such_page(client_of: Clients, database: Database) -> None:
    load(database, "addresses", SAMPLES["addresses"])
    link = row_link(client_of("lead"))
    client = client_of("depositor")
    assert "Registries" not in client.get("/").text
    for path in ("", "/addresses", "/addresses/new", "/addresses/upload", "/addresses/download"):
        assert client.get(f"/registries{path}").status_code == 404, path
    assert client.get(link).status_code == client.get(f"{link}/edit").status_code == 404


@pytest.mark.parametrize("name", ["specialist", "wallet", "auditor"])
def test_the_desk_reads_and_changes_nothing(client_of: Clients, database: Database, name: str) -> None:
    load(database, "accounts", "a,active,,")
    client = client_of(name)
    assert "Registries" in client.get("/desk").text
    for path in ("", "/accounts", "/accounts/download"):
        assert client.get(f"/registries{path}").status_code == 200
    link = row_link(client, "accounts")
    page = client.get(link).text
    assert "/edit" not in page and "/new" not in client.get("/registries/accounts").text
    data = form(client, link, account="b", state="active")
    for path in ("/registries/accounts/new", f"{link}/edit", f"{link}/end", "/registries/accounts/upload"):
        assert client.post(path, data=data).status_code == 404
    assert client.get("/registries/accounts/upload").status_code == 404
    assert client.get("/registries/secrets").status_code == 404


@pytest.mark.parametrize("kind", SAMPLES)
def test_every_kind_is_listed_searched_and_shown(client_of: Clients, database: Database, kind: str) -> None:
    load(database, kind, SAMPLES[kind])
    client = client_of("lead")
    overview = client.get("/registries").text
    assert "Last loaded" in overview and f"/registries/{kind}" in overview
    values = dict(zip(REGISTRIES[kind].header, next(csv.reader([SAMPLES[kind]])), strict=True))
    for column in REGISTRIES[kind].searched:
        if values[column]:
            assert "data-row" in client.get(f"/registries/{kind}", query_string={"q": values[column]}).text, column
    assert "No row fits" in client.get(f"/registries/{kind}?q=nothing").text
    page = client.get(row_link(client, kind))
    assert page.status_code == 200 and "Added" in page.text and "System" in page.text
    assert client.get(f"{row_link(client, kind)}/edit").status_code == (404 if REGISTRIES[kind].appends else 200)
    assert client.get(f"/registries/{kind}/new").status_code == 200


def test_pages_of_fifty_follow_each_other(client_of: Clients, database: Database) -> None:
    load(database, "accounts", *(f"acct-{n:03},active,," for n in range(120)))
    client, path, seen = client_of("auditor"), "/registries/accounts", list[str]()
    for count in (50, 50, 20):
        page = client.get(path).text
        rows = re.findall(r"data-row[^>]*><bdi dir=\"ltr\">(acct-\d+)", page)
        assert len(rows) == count
        seen += rows
        following = re.search(r'href="([^"]+after=[^"]+)"', page)
        path = following.group(1).replace("&amp;", "&") if following else ""
    assert path == "" and seen == sorted(set(seen)) and len(seen) == 120
    assert client.get("/registries/accounts?after=nonsense").status_code == 422


def test_validity_is_said_and_asked_for(client_of: Clients, database: Database) -> None:
    start = (datetime.now(UTC) + timedelta(days=9)).date().isoformat()
    rows = [
        f"ethereum,{ADDRESS},,past,deposit,2020-01-01,2021-01-01,key,,,",
        f"ethereum,{ADDRESS},,now,deposit,2021-01-01,{start},key,,,",
        f"ethereum,{ADDRESS},,future,deposit,{start},,key,,,",
    ]
    load(database, "addresses", *rows)
    client = client_of("specialist")
    page = client.get(f"/registries/addresses?q={ADDRESS}").text
    assert all(words in page for words in ("valid now", "was valid", "not yet valid"))
    page = client.get(f"/registries/addresses?q={ADDRESS}&as_of=2020-06-01").text
    assert "past" in page and "future" not in page
    assert client.get("/registries/addresses?as_of=2020-13-01").status_code == 422
    assert client.get("/registries/accounts?as_of=2020-01-01").status_code == 422


def test_adding_and_changing_an_address_wants_the_password(client_of: Clients, database: Database) -> None:
    client, path = client_of("lead"), "/registries/addresses/new"
    refused = client.post(path, data=form(client, path, **ROW, label="kept words"))
    assert refused.status_code == 403 and "kept words" in refused.text
    wrong = client.post(path, data=form(client, path, **ROW, password="wrong"))
    assert wrong.status_code == 422 and "password is not right" in wrong.text
    assert client.post(path, data=form(client, path, **ROW, password=PASSWORD)).status_code == 303
    link = row_link(client, q=ADDRESS)
    assert 'name="password"' not in client.get(f"{link}/edit").text
    data = form(client, f"{link}/edit", **{**ROW, "account": "somebody else", "label": "mine"})
    assert client.post(f"{link}/edit", data=data).status_code == 303
    with database.reading() as session:
        row = session.scalars(select(OwnedAddress).where(OwnedAddress.address == ADDRESS)).one()
    assert (row.account, row.label) == ("a", "mine")  # its key stays
    page = client.get(link).text
    assert "Changed" in page and "mine" in page and "Lead" in page
    assert client.post(f"{link}/edit", data=data | {"request_id": uuid.uuid4().hex}).status_code == 409
    with database.unit_of_work() as session:
        session.execute(update(UserSession).values(stepped_up_at=datetime.now(UTC) - timedelta(hours=1)))
    assert client.post(f"{link}/edit", data=form(client, f"{link}/edit", **ROW)).status_code == 403


def test_a_refused_row_says_why_beside_its_field(client_of: Clients, database: Database) -> None:
    client, path = client_of("lead"), "/registries/addresses/new"
    for different, words in (
        ({"address": "0x12"}, "part of this address is missing"),
        ({"salt": "pepper"}, "up to 64 hex digits"),
        ({"valid_from": "2024-01-02", "valid_until": "2024-01-01"}, "later than"),
        ({"network": "local", "address": DEPOSIT}, "belong to another account"),
        ({"kind": "nonsense"}, "choose one of"),
    ):
        answer = client.post(path, data=form(client, path, **(ROW | different), password=PASSWORD))
        assert answer.status_code == 422 and words in answer.text, different
        assert 'aria-invalid="true"' in answer.text
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(RegistryChange)) == 0


def test_the_end_of_an_address(client_of: Clients, database: Database) -> None:
    load(database, "addresses", f"ethereum,{ADDRESS},,a,deposit,2024-01-01,,key,,,")
    client = client_of("lead")
    link = row_link(client, q=ADDRESS)
    early = client.post(f"{link}/end", data=form(client, link, valid_until="2023-01-01", password=PASSWORD))
    assert early.status_code == 422 and "later than" in early.text
    assert client.post(f"{link}/end", data=form(client, link, valid_until="")).status_code == 303
    page = client.get(link).text
    assert "was valid" in page and "End its validity" not in page


def test_an_upload_is_seen_before_it_is_taken(client_of: Clients, database: Database) -> None:
    client = client_of("lead")
    answer = upload(client, "accounts", a_file("accounts", "a,active,,", "b,asleep,,"))
    assert answer.status_code == 303
    look = answer.headers["Location"]
    page = client.get(look).text
    assert "Refused rows" in page and "choose one of: active, frozen, closed" in page
    data = form(client, look, password=PASSWORD)
    assert client.post(f"{look}/confirm", data=data).status_code == 422
    taken = client.post(f"{look}/confirm", data=data | {"partial": "yes"})
    assert taken.status_code == 303 and "1 added" in client.get(taken.headers["Location"]).text
    assert client.post(f"{look}/confirm", data=data | {"partial": "yes"}).status_code == 409
    assert client.get(look).status_code == 404
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(RegistryUpload)) == 0


def test_a_whole_file_says_what_it_removes(client_of: Clients, database: Database) -> None:
    load(database, "accounts", "a,active,,", "b,active,,")
    client = client_of("lead")
    look = upload(client, "accounts", a_file("accounts", "b,active,,"), replaces="yes").headers["Location"]
    assert re.search(r"<dt>Removed</dt><dd><strong[^>]*>1<", client.get(look).text)
    assert client.post(f"{look}/confirm", data=form(client, look, password=PASSWORD)).status_code == 303
    again = upload(client, "accounts", a_file("accounts", "b,active,,"))
    assert "would change nothing" in client.get(again.headers["Location"]).text


def test_a_token_list_by_upload(client_of: Clients, database: Database) -> None:
    client = client_of("lead")
    token = {"chainId": 1, "address": USDC, "symbol": "<b>USDC", "decimals": 6, "name": "x"}
    content = json.dumps({"tokens": [token, token | {"chainId": 2**40}]})
    look = upload(client, "assets", content, state="suspended").headers["Location"]
    assert "do not know this network" in client.get(look).text
    assert client.post(f"{look}/confirm", data=form(client, look, partial="yes")).status_code == 403
    data = form(client, look, partial="yes", password=PASSWORD)
    assert client.post(f"{look}/confirm", data=data).status_code == 303
    with database.reading() as session:
        assert session.scalars(select(ListedAsset.state)).all() == ["suspended"]
    page = client.get("/registries/assets").text
    assert "&lt;b&gt;USDC" in page and "<b>USDC" not in page
    written = client.get("/registries/assets/download?format=token-list")
    assert written.headers["Content-Disposition"].startswith("attachment") and written.get_json()["tokens"] == []
    assert client.get("/registries/accounts/download?format=token-list").status_code == 404


@pytest.mark.parametrize("content", ["", "x", "a,b\n1,2\n", "{", '{"tokens": {}}', "\x00"])
def test_what_is_no_such_file_is_told(client_of: Clients, content: str) -> None:
    answer = upload(client_of("lead"), "assets", content)
    assert answer.status_code == 422 and 'role="alert"' in answer.text


def test_nobody_takes_what_another_sent(client_of: Clients, database: Database) -> None:
    look = upload(client_of("lead"), "accounts", a_file("accounts", "a,active,,")).headers["Location"]
    with database.unit_of_work() as session:
        session.execute(update(RegistryUpload).values(by=uuid.uuid4()))
    client = client_of("lead")
    assert client.get(look).status_code == 404
    data = form(client, "/registries/accounts/upload")
    assert client.post(f"{look}/confirm", data=data).status_code == 409


def test_a_download_is_what_an_upload_takes(client_of: Clients, database: Database) -> None:
    row = f'ethereum,{ADDRESS},,=1+1,deposit,2024-01-01T00:00:00Z,,key,,,"@SUM(A1), ""x"""'
    load(database, "addresses", row)
    client = client_of("auditor")
    answer = client.get("/registries/addresses/download")
    assert answer.mimetype == "text/csv" and row in answer.text
    assert answer.headers["Content-Disposition"] == 'attachment; filename="addresses.csv"'
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    lead = client_of("lead")
    assert "would change nothing" in lead.get(upload(lead, "addresses", answer.text).headers["Location"]).text


def test_what_strangers_wrote_is_shown_harmlessly(client_of: Clients, database: Database) -> None:
    load(database, "assets", f'ethereum,{USDC},"{HOSTILE}",6,listed,,,')
    load(database, "assets", f'ethereum,{USDC},"{HOSTILE}2",6,listed,,,')
    client = client_of("lead")
    link = row_link(client, "assets")
    for path in ("/registries/assets", link, f"{link}/edit"):
        page = client.get(path).text
        assert "<img src=x" not in page and "&lt;img src=x" in page
        assert path.endswith("/edit") or ("\u202e" not in page and "\u200b" not in page)


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("not_one_of:a|b", "Please choose one of: a, b"),
        ("same_key_as_row: 7", "This names the same thing as row 7."),
        ("bad_prefix", "This is not an address of this network. Please copy it again from your wallet."),
        ("never_heard_of", "never_heard_of"),
    ],
)
def test_a_cells_refusal_is_a_sentence(client_of: Clients, app: Any, code: str, words: str) -> None:
    with app.test_request_context():
        assert sentence(code) == words
