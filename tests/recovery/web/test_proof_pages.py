"""The proof on the page of the case: the wizard without a script, uploads by content, downloads no browser shows."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from recovery.db import Database
from recovery.domain.actor import Actor
from tests.recovery.desk import Desk
from tests.recovery.proving import JPEG, PDF, PNG, Proving, asked, list_native
from tests.recovery.web.conftest import CountingLimits, token_in

Clients = Callable[[str], FlaskClient]


@pytest.fixture
def case(database: Database, actors: dict[str, Actor]) -> Proving:
    """A case of Depositor's that asks for a proof."""
    desk = Desk(database, dict(actors))
    list_native(desk)
    return asked(desk, by="depositor", level="signature")


def post(client: FlaskClient, case: Proving, path: str = "proofs", **fields: Any) -> TestResponse:
    """Send a form of the case's page."""
    page = client.get(f"/cases/{case.ref}").text
    hidden = {"csrf_token": token_in(page), "request_id": uuid.uuid4().hex}
    answer: TestResponse = client.post(f"/cases/{case.ref}/{path}", data=hidden | fields)
    return answer


def page_of(client: FlaskClient, case: Proving) -> str:
    return client.get(f"/cases/{case.ref}").text


def test_from_choosing_to_accepted_without_a_script(client_of: Clients, case: Proving) -> None:
    client = client_of("depositor")
    page = page_of(client, case)
    assert "We never ask for your seed phrase" in page
    assert "You sent from an exchange" in page
    assert 'value="eip191"' in page
    assert post(client, case, method="eip191").status_code == 303
    case.desk.actors["owner"] = case.desk["depositor"]
    challenge = case.challenge()
    page = page_of(client, case)
    assert challenge.nonce in page
    action = re.search(rf'action="/cases/{case.ref}/proofs/([0-9a-f-]+)"', page)
    assert action and action[1] == str(challenge.id)
    assert post(client, case, f"proofs/{challenge.id}", signature=case.sign(challenge)).status_code == 303
    page = page_of(client, case)
    assert "The signature fits." in page
    assert case.state() == "submitted"


def test_a_wrong_signature_is_told_and_counted(client_of: Clients, case: Proving, limits: CountingLimits) -> None:
    client = client_of("depositor")
    post(client, case, method="eip191")
    challenge = case.challenge()
    assert post(client, case, f"proofs/{challenge.id}", signature="0x12").status_code == 303
    page = page_of(client, case)
    assert "This is not a signature" in page
    assert challenge.nonce in page  # the same text may be signed again
    assert limits.spent.count(("proof", case.ref)) == 2
    limits.full.add("proof")
    answer = post(client, case, f"proofs/{challenge.id}", signature=case.sign(challenge))
    assert answer.status_code == 429
    assert "ten times" in answer.text
    assert case.state() == "proof_asked"


def test_nobody_uses_up_the_tries_of_a_strangers_case(
    client_of: Clients, case: Proving, limits: CountingLimits
) -> None:
    client = client_of("neighbour")
    page = client.get("/").text
    fields = {"csrf_token": token_in(page), "request_id": uuid.uuid4().hex, "method": "eip191"}
    for path in ("proofs", f"proofs/{uuid.uuid4()}", "documents"):
        assert client.post(f"/cases/{case.ref}/{path}", data=fields).status_code == 404
    assert not [spent for spent in limits.spent if spent[0] == "proof"]


def test_staff_prove_nothing(client_of: Clients, case: Proving) -> None:
    client = client_of("specialist")
    page = page_of(client, case)
    assert "Proof of ownership" in page
    fields = {"csrf_token": token_in(page), "request_id": uuid.uuid4().hex, "method": "eip191"}
    assert client.post(f"/cases/{case.ref}/proofs", data=fields).status_code == 403


def test_a_test_transfer_is_asked_for_exactly(client_of: Clients, case: Proving) -> None:
    client = client_of("depositor")
    post(client, case, method="test_transfer")
    order = case.transfer()
    page = page_of(client, case)
    assert order.recipient in page
    amount = re.search(r'data-testid="test-amount">.*?class="amount">([\d.,]+)', page)
    assert amount
    assert int(amount[1].replace(".", "").lstrip("0") or 0) == int(str(order.amount).rstrip("0"))
    refused = post(client, case, f"proofs/{order.id}", hash="nonsense")
    assert refused.status_code == 422
    assert "no transaction hash of this network" in refused.text
    assert "nonsense" in refused.text
    assert post(client, case, f"proofs/{order.id}", hash="0x" + "ab" * 32).status_code == 303
    assert "We ask the network" in page_of(client, case)


def upload(client: FlaskClient, case: Proving, *files: tuple[str, bytes, str]) -> TestResponse:
    """The form with files, written by hand: as a browser sends it, and without temporary files of the test's own."""
    page = client.get(f"/cases/{case.ref}").text
    fields = {"csrf_token": token_in(page), "request_id": uuid.uuid4().hex, "note": "see page 2"}
    parts = [(f'name="{name}"', "text/plain", value.encode()) for name, value in fields.items()]
    parts += [(f'name="documents"; filename="{name}"', kind, body) for name, body, kind in files]
    body = b"".join(
        b"--limit\r\nContent-Disposition: form-data; %s\r\nContent-Type: %s\r\n\r\n%s\r\n"
        % (about.encode(), kind.encode() or b"text/plain", content)
        for about, kind, content in parts
    )
    answer: TestResponse = client.post(
        f"/cases/{case.ref}/documents", data=body + b"--limit--\r\n", content_type="multipart/form-data; boundary=limit"
    )
    return answer


def test_documents_travel_from_depositor_to_specialist(client_of: Clients, case: Proving) -> None:
    client, desk = client_of("depositor"), client_of("specialist")
    answer = upload(client, case, ("a.pdf", PDF, "text/html"), ("<script>.png", PNG, "image/png"))
    assert answer.status_code == 303
    page = page_of(client, case)
    assert "&lt;script&gt;.png" in page
    assert "/documents/" not in page  # what was handed in is not handed out again
    page = page_of(desk, case)
    links = re.findall(r'href="(/cases/[^"]+/documents/[^"]+)"', page)
    assert len(links) == 2
    bodies = set()
    for link in links:
        got = desk.get(link)
        assert got.headers["Content-Type"] == "application/octet-stream"
        assert re.fullmatch(r'attachment; filename="proof-[0-9a-f]{12}\.(pdf|png)"', got.headers["Content-Disposition"])
        assert got.headers["X-Content-Type-Options"] == "nosniff"
        assert got.headers["Content-Security-Policy"] == "default-src 'none'; frame-ancestors 'none'; sandbox"
        assert client.get(link).status_code == 404
        assert client_of("wallet").get(link).status_code == 404
        bodies.add(got.data)
    assert bodies == {PDF, PNG}
    judge = post(desk, case, "judge_proof", reason="fits")
    assert judge.status_code == 303
    assert case.state() == "proof_asked"  # weak alone; a strong one is asked
    assert "We accepted your documents" in page_of(client, case)
    assert "fits" not in re.sub(r"(?s).*<main", "", page_of(client, case)).split("Messages")[-1][:400]


@pytest.mark.parametrize(
    ("name", "body", "words"),
    [
        ("proof.pdf", b"<script>alert(1)</script>", "none of them"),
        ("proof.png", JPEG[:-2], "none of them"),
        ("proof.pdf", b"", "empty"),
        ("proof.pdf", b"%PDF-1.4\n" + b"x" * 5_000_001 + b"%%EOF", "larger than 5 MB"),
    ],
)
def test_hostile_uploads_are_refused_with_a_sentence(
    client_of: Clients, case: Proving, name: str, body: bytes, words: str
) -> None:
    answer = upload(client_of("depositor"), case, (name, body, "application/pdf"))
    assert answer.status_code == 422
    assert words in answer.text
    assert "see page 2" in answer.text  # what was typed stays
    assert case.state() == "proof_asked"


def test_an_upload_beyond_all_measure_is_not_read(client_of: Clients, case: Proving) -> None:
    answer = upload(
        client_of("depositor"), case, *[(f"{n}.pdf", b"x" * 6_000_000, "application/pdf") for n in range(3)]
    )
    assert answer.status_code == 413


def test_a_large_upload_is_for_this_page_alone(client_of: Clients, case: Proving) -> None:
    client = client_of("depositor")
    assert upload(client, case, ("large.pdf", b"%PDF-1.4\n" + b"x" * 4_000_000 + b"\n%%EOF", "a/b")).status_code == 303
    page = page_of(client, case)
    fields = {"csrf_token": token_in(page), "request_id": uuid.uuid4().hex, "reference": "x" * 2_000_000}
    assert client.post("/appeals", data=fields).status_code == 413


def test_the_desk_finds_documents_in_a_queue_of_their_own(client_of: Clients, case: Proving) -> None:
    upload(client_of("depositor"), case, ("a.pdf", PDF, ""))
    page = client_of("specialist").get("/desk?queue=proofs").text
    assert case.ref in page
    assert "Documents to judge" in page


def test_what_the_depositor_reads_tells_nothing_of_others(client_of: Clients, case: Proving) -> None:
    page = page_of(client_of("depositor"), case)
    for word in ("100777", "neighbour", "specialist", "strong\n"):
        assert word not in page


@pytest.mark.parametrize("method", ["eip191", "eip712", "eip1271", "test_transfer"])
def test_every_step_has_nothing_a_strict_policy_forbids(
    client_of: Clients, case: Proving, method: str, tmp_path: Path
) -> None:
    client = client_of("depositor")
    post(client, case, method=method)
    page = page_of(client, case)
    assert " style=" not in page
    assert "<script>" not in page
    assert " onclick" not in page
