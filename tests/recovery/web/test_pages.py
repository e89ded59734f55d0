"""What depositors and staff see, and what happens when somebody sends what no form sends."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from chains import catalogue
from chains.looking import NodeLook
from chains.receivable import yes
from chains.receiving import Received
from chains.types import Status
from recovery.db import Database
from recovery.domain.actor import Actor
from recovery.models import FeePolicy, RecoveryCase
from recovery.queries.cases import find_case
from recovery.services import cases, destinations, evidence
from recovery.services.nodes import write_reports
from tests.recovery.web.conftest import PASSWORD, token_in, transfer

Clients = Callable[[str], FlaskClient]
HASH = "0x" + "ab" * 32


def form(client: FlaskClient, path: str, **fields: str) -> dict[str, str]:
    """The hidden fields of a page's forms, with these filled in."""
    page = client.get(path).text
    hidden = {"csrf_token": token_in(page), "request_id": uuid.uuid4().hex}
    version = re.search(r'name="version" value="(\d+)"', page)
    return hidden | ({"version": version.group(1)} if version else {}) | fields


def test_a_pasted_hash_becomes_a_case_and_twice_the_same_click_one_case(client_of: Clients) -> None:
    client = client_of("depositor")
    data = form(client, "/", reference=f"https://etherscan.io/tx/{HASH}", message="please help")
    first, second = client.post("/appeals", data=data), client.post("/appeals", data=data)
    assert first.status_code == second.status_code == 303
    assert first.headers["Location"] == second.headers["Location"]
    page = client.get(first.headers["Location"]).text
    assert "Checking" in page
    assert "please help" in page
    assert 'hx-trigger="every 2s"' in page


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("hello", "no transaction hash"),
        ("0xabc123", "transaction"),
        ("0x70997970C51812dc3A010C7d01b50e0d17dc79C8", "looks like an address"),
        ("", "Please paste a transaction hash"),
        ("x" * 3000, "too long"),
    ],
)
def test_what_is_no_hash_gets_a_polite_answer_in_the_form(client_of: Clients, text: str, words: str) -> None:
    client = client_of("depositor")
    answer = client.post("/appeals", data=form(client, "/", reference=text, message="my note"))
    assert answer.status_code == 422
    assert words in answer.text
    assert 'aria-invalid="true"' in answer.text
    assert "my note" in answer.text


def test_five_megabytes_get_a_polite_answer(client_of: Clients) -> None:
    client = client_of("depositor")
    answer = client.post("/appeals", data=form(client, "/", reference="0x" + "a" * 5_000_000))
    assert answer.status_code == 413
    assert "more than we can read" in answer.text


def test_a_foreign_case_and_an_unknown_one_look_alike(client_of: Clients, look_at: Callable[..., str]) -> None:
    ref = look_at(transfer())
    client = client_of("neighbour")
    foreign, unknown = client.get(f"/cases/{ref}"), client.get("/cases/RC-0000-0000-0000-0000-0")
    assert foreign.status_code == unknown.status_code == 404
    assert foreign.text.replace(ref, "") == unknown.text.replace("RC-0000-0000-0000-0000-0", "").replace(
        token_in(unknown.text), token_in(foreign.text)
    )


def test_the_desk_is_no_page_for_depositors(client_of: Clients) -> None:
    client = client_of("depositor")
    assert client.get("/desk").status_code == 404
    assert client.get("/export").status_code == 404


HOSTILE = "<img src=x onerror=alert(1)>\u202eTDSU\u200b"


def test_hostile_chain_text_is_shown_harmlessly(client_of: Clients, look_at: Callable[..., str]) -> None:
    ref = look_at(transfer(symbol=HOSTILE, decimals=None, memo='"><svg/onload=alert(2)>\u202e', amount=10**30))
    for name in ("depositor", "specialist"):
        page = client_of(name).get(f"/cases/{ref}").text
        assert "&lt;img src=x" in page
        assert "<img src=x" not in page
        assert "<svg/" not in page
        assert "\u202e" not in page
        assert "\u200b" not in page
        assert "base units" in page
        assert "0x5FbDB2315678afecb367f032d93F642f64180aa3" in page
    assert "<img src=x" not in client_of("specialist").get("/desk?queue=all_open").text
    assert "<img src=x" not in client_of("depositor").get("/").text


def test_hostile_words_of_people_are_shown_harmlessly(client_of: Clients, look_at: Callable[..., str]) -> None:
    ref = look_at(transfer(), message="<script>alert(1)</script>")
    page = client_of("specialist").get(f"/cases/{ref}").text
    assert "&lt;script&gt;alert(1)" in page
    assert "<script>alert" not in page


def test_evidence_is_plain_text_for_staff_alone(client_of: Clients, look_at: Callable[..., str]) -> None:
    ref = look_at(transfer())
    client = client_of("specialist")
    link = re.search(r'href="(/cases/[^"]+/evidence/[^"]+)"', client.get(f"/cases/{ref}").text)
    assert link
    answer = client.get(link.group(1))
    assert answer.content_type == "text/plain; charset=utf-8"
    assert answer.text == '{"result": "<script>alert(1)</script>"}'
    assert client_of("depositor").get(link.group(1)).status_code == 404


def test_a_failed_transaction_is_explained_and_costs_nothing(client_of: Clients, look_at: Callable[..., str]) -> None:
    page = client_of("depositor").get(f"/cases/{look_at(status=Status.FAILED, failure='execution reverted')}").text
    assert "This transaction failed on the network." in page
    assert "Nothing." in page
    assert "hx-get" not in page  # at rest nothing is polled


def test_a_poll_says_nothing_until_something_changed(client_of: Clients, look_at: Callable[..., str]) -> None:
    ref = look_at(transfer(), final=False)
    client = client_of("depositor")
    page = client.get(f"/cases/{ref}").text
    poll = re.search(r'hx-get="([^"]+)"', page)
    assert poll
    path = poll.group(1).replace("&amp;", "&")
    assert client.get(path).status_code == 204
    answer = client.get(f"/cases/{ref}/progress?mark=older")
    assert answer.status_code == 200
    assert 'id="live"' in answer.text
    assert "<html" not in answer.text


def test_a_question_is_asked_and_answered(client_of: Clients, look_at: Callable[..., str]) -> None:
    ref = look_at(transfer())
    specialist, depositor = client_of("specialist"), client_of("depositor")
    sent = specialist.post(
        f"/cases/{ref}/ask_depositor", data=form(specialist, f"/cases/{ref}", question="Which wallet?")
    )
    assert sent.status_code == 303
    page = depositor.get(f"/cases/{ref}").text
    assert "Which wallet?" in page
    assert "Your answer is needed" in page
    assert "Specialist" not in page
    depositor.post(f"/cases/{ref}/answer", data=form(depositor, f"/cases/{ref}", answer="My own."))
    assert "My own." in specialist.get(f"/cases/{ref}").text


def test_a_stale_form_keeps_what_was_typed_and_shows_the_present(
    client_of: Clients, look_at: Callable[..., str]
) -> None:
    ref = look_at(transfer())
    client = client_of("specialist")
    old = form(client, f"/cases/{ref}", question="A long and careful question")
    client.post(f"/cases/{ref}/take", data=form(client, f"/cases/{ref}"))
    answer = client.post(f"/cases/{ref}/ask_depositor", data=old)
    assert answer.status_code == 409
    assert "Somebody was faster" in answer.text
    assert "A long and careful question" in answer.text
    assert "Under review" in answer.text


def test_a_form_without_its_session_keeps_what_was_typed(client_of: Clients) -> None:
    client = client_of("depositor")
    answer = client.post("/appeals", data={"csrf_token": "old", "reference": HASH, "message": "my long story"})
    assert answer.status_code == 400
    assert "my long story" in answer.text
    assert "open for too long" in answer.text


def test_a_closed_move_is_grey_with_its_reason(client_of: Clients, look_at: Callable[..., str]) -> None:
    ref = look_at(transfer())
    page = client_of("specialist").get(f"/cases/{ref}").text
    assert "The token has not been probed successfully yet." in page


def test_another_teams_move_is_refused_politely(client_of: Clients, look_at: Callable[..., str]) -> None:
    ref = look_at(transfer())
    client = client_of("wallet")
    data = form(client, "/networks")
    answer = client.post(f"/cases/{ref}/take", data=data)
    assert answer.status_code == 403
    assert "This is for another team." in answer.text


def test_the_auditor_exports_and_others_do_not(client_of: Clients, look_at: Callable[..., str]) -> None:
    look_at(transfer())
    client = client_of("auditor")
    data = form(client, "/export", **{"from": "2020-01-01", "to": "2099-12-31", "format": "jsonl"})
    answer = client.post("/export", data=data)
    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert len(answer.data) > 100
    answer.close()
    bad = client.post("/export", data=data | {"from": "yesterday"})
    assert bad.status_code == 422
    assert "year-month-day" in bad.text


def quoted(database: Database, actors: dict[str, Actor], ref: str) -> None:
    """Bring a case to an offered quote."""
    specialist = actors["specialist"]
    with database.unit_of_work() as session:
        session.add(
            FeePolicy(
                version=1001,
                document={
                    "rules": [
                        {
                            "name": "standard",
                            "fee": {"kind": "percent", "bps": 500},
                            "network_cost": {"borne_by": "depositor"},
                            "without_price": "waive",
                        }
                    ]
                },
                note="for this test",
                drafted_by=specialist.id,
                activated_by=actors["auditor"].id,
                activated_at=datetime.now(UTC),
            )
        )
        evidence.write_probe(
            session,
            find_case(session, specialist, ref),
            problem=None,
            symbol="WOBL",
            decimals=18,
            balance=1250 * 10**18,
            network_cost=10**14,
        )
    for name in ("conclude", "quote"):
        with database.unit_of_work() as session:
            cases.move(session, specialist, ref, name, {}, request_id=uuid.uuid4().hex)


def test_a_quote_is_accepted_with_address_and_password(
    client_of: Clients, look_at: Callable[..., str], database: Database, actors: dict[str, Actor]
) -> None:
    ref = look_at(transfer())
    quoted(database, actors, ref)
    client = client_of("depositor")
    path = f"/cases/{ref}"
    page = client.get(path).text
    assert "You receive" in page
    assert "&lt;bdi" not in page
    digest = re.search(r'name="quote_digest" value="([0-9a-f]{64})"', page)
    assert digest
    fields = {"quote_digest": digest.group(1), "destination": "0x15d34AAf54267DB7D7c367839AAf71A00a2C6A65"}

    wrong = client.post(f"{path}/accept", data=form(client, path, **fields, password="wrong"))
    assert wrong.status_code == 422
    assert "The password is not right" in wrong.text
    assert fields["destination"] in wrong.text
    assert 'value="wrong"' not in wrong.text

    before = client.get_cookie("session")
    typo = form(
        client, path, **fields | {"destination": "0x15d34aaf54267DB7D7c367839AAf71A00a2C6A65"}, password=PASSWORD
    )
    refused = client.post(f"{path}/accept", data=typo)
    assert refused.status_code == 422
    assert "check sum" in refused.text
    after = client.get_cookie("session")
    assert before is not None and after is not None and before.value != after.value

    silent = client.post(f"{path}/accept", data=form(client, path, **fields))
    assert silent.status_code == 409
    assert "The network has not yet told" in silent.text
    looked = client.post(f"{path}/destination", data=form(client, path, **fields))
    assert "We could not yet ask the network" in looked.text
    with database.unit_of_work() as session:
        asked = destinations.to_ask(session, actors["depositor"], ref, fields["destination"])
        assert asked is not None
        destinations.keep(session, asked, Received(yes(kind="contract", deployed=True)), purpose="typed")
    warned = client.post(f"{path}/accept", data=form(client, path, **fields))
    assert warned.status_code == 422
    assert "A contract stands at this address" in warned.text
    seen = re.search(r'name="confirmed" value="([0-9a-f]{16})"', warned.text)
    assert seen
    done = client.post(f"{path}/accept", data=form(client, path, **fields, confirmed=seen.group(1)))
    assert done.status_code == 303
    assert "What you accepted" in client.get(path).text


def test_a_depositor_reads_which_networks_are_not_connected(client_of: Clients) -> None:
    page = client_of("depositor").get("/networks").text
    assert "not connected here" in page
    assert all(f"{row.name}" in page for row in catalogue.networks().values() if not row.sandbox)
    assert page.index("Recovered directly") < page.index("Recovered under conditions") < page.index("Shut down")
    assert "Signing this needs a special approval." in page
    assert "claimed on BNB Smart Chain" in page


@pytest.mark.parametrize(
    ("asked", "there", "not_there"),
    [
        ("q=BITCOIN", ["Bitcoin", "Bitcoin Cash"], ["Litecoin", "Recovered directly"]),
        ("q=bitcoin+bch", ["Bitcoin Cash"], ["Litecoin"]),
        ("q=eip155:1", ["Ethereum"], ["Bitcoin"]),
        ("recovery=retired", ["BNB Beacon Chain", "1 network"], ["Solana", "Bitcoin"]),
        ("recovery=direct&q=sol", ["Solana"], ["Shut down", "Litecoin"]),
        ("q=nothing+like+that", ["report its transaction hash", "0 networks"], ["Bitcoin"]),
        ("recovery=nonsense", ["0 networks"], ["Bitcoin"]),
        ("q=%3Cscript%3E", ["&lt;script&gt;"], ["<script>"]),
    ],
)
def test_the_list_of_networks_is_searched_without_scripts(
    client_of: Clients, asked: str, there: list[str], not_there: list[str]
) -> None:
    page = client_of("depositor").get(f"/networks?{asked}").text
    shown = page[page.index("<main") :]
    assert all(words in shown for words in there)
    assert not any(words in shown for words in not_there)


def test_a_depositor_may_name_the_network(client_of: Clients, database: Database) -> None:
    client = client_of("depositor")
    home = client.get("/").text
    names = re.findall(r'<option value="[a-z0-9-]+">([^<]+)</option>', home)
    assert len(names) >= 36
    assert names == sorted(names, key=str.casefold)
    answer = client.post("/appeals", data=form(client, "/", reference=HASH, network="base"))
    assert answer.status_code == 303
    with database.reading() as session:
        assert session.scalars(select(RecoveryCase.named_network)).one() == "base"


@pytest.mark.parametrize(("network", "words"), [("bitcoin", "look different"), ("atlantis", "do not know a network")])
def test_a_network_that_cannot_be_is_answered_beside_its_field(client_of: Clients, network: str, words: str) -> None:
    client = client_of("depositor")
    answer = client.post("/appeals", data=form(client, "/", reference=HASH, network=network))
    assert answer.status_code == 422
    assert words in answer.text
    assert HASH in answer.text
    assert re.search(r'<select[^>]*id="network"[^>]*aria-invalid="true"', answer.text)


def test_nodes_in_trouble_come_first_and_only_staff_sees_them(client_of: Clients, database: Database) -> None:
    well = NodeLook("bitcoin", "btc.example", "agrees", 900_000, 0, 0.02, 10, 0, "")
    ill = NodeLook("xrpl", "xrp.example", "unsure", None, None, None, 3, 3, "HTTP 503 <b>", ("node_behind",))
    with database.unit_of_work() as session:
        write_reports(session, [well, ill])
    page = client_of("specialist").get("/nodes").text
    assert (
        page.index("Need attention") < page.index("xrp.example") < page.index("Doing well") < page.index("btc.example")
    )
    assert "A node is behind the network" in page
    assert "HTTP 503 &lt;b&gt;" in page
    assert client_of("depositor").get("/nodes").status_code == 404
