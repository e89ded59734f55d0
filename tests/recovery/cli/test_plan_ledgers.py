"""``recovery plan`` as the shell sees it, for the families of ledgers and messages: XRP Ledger, Stellar, TON."""

from __future__ import annotations

import json
import os
from base64 import b64decode
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from stellar_sdk import Payment, TransactionEnvelope
from xrpl.core.binarycodec import decode

from chains.ton import wallets
from recovery.cli import main
from tests.chains.replay import replayed
from tests.chains.scene import Answers, Told
from tests.chains.stellar import book as stellar_book, test_sweep as stellar
from tests.chains.ton import test_sweep as ton
from tests.chains.ton.scenes import PAYER_WALLET
from tests.chains.xrpl import test_sweep as xrpl


@pytest.fixture(autouse=True)
def _no_nodes(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("RECOVERY_NODES_")]:
        monkeypatch.delenv(name)


@pytest.fixture
def plan(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Any:
    """Exit status, the JSON printed, and standard error of one call; the files written are those the JSON carries."""

    def call(slug: str, answers: Answers, order: Any) -> tuple[int, Any, str]:
        words = ["--source", order.source, "--destination", order.destination, "--amount", str(order.amount)]
        words += ["--contract", order.contract] if order.contract else []
        words += ["--memo", order.memo] if order.memo is not None else []
        folder = tmp_path / "files"
        with replayed(answers) as node:
            monkeypatch.setenv(f"RECOVERY_NODES_{slug.upper()}", node.url)
            status = main(["plan", slug, *words, "-o", str(folder), "--json"])
        told = capsys.readouterr()
        made = json.loads(told.out)
        written = {file.name: file.read_bytes() for file in folder.iterdir()} if folder.exists() else {}
        assert written == {one["name"]: b64decode(one["base64"]) for one in made.get("files", [])}
        return status, made, told.err

    return call


def test_xrpl(plan: Any) -> None:
    status, made, error = plan("xrpl", xrpl.node(), xrpl.NATIVE)
    assert (status, error, made["form"], made["cost"]) == (0, "", "xrpl_transaction", "12")
    signed = json.loads(b64decode(made["files"][0]["base64"]))
    assert decode(signed["tx_blob"]) == signed["tx_json"]
    assert (signed["tx_json"]["Amount"], signed["tx_json"]["DestinationTag"]) == ("2000000", 0)


def test_stellar(plan: Any) -> None:
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    start = stellar_book.root(history_latest_ledger_closed_at=now)
    answers = stellar.node(stellar.account(stellar.SOURCE), stellar.account(stellar.TO), start=start)
    status, made, error = plan("stellar", answers, stellar.NATIVE)
    assert (status, error, made["form"]) == (0, "", "stellar_xdr")
    envelope = TransactionEnvelope.from_xdr(b64decode(made["files"][0]["base64"]).decode(), stellar_book.PASSPHRASE)
    (paid,) = envelope.transaction.operations
    assert isinstance(paid, Payment) and paid.destination.account_id == stellar.TO
    assert envelope.hash_hex() == made["fields"]["hash_to_sign"]


def bare(answers: Answers) -> Answers:
    """A server that has the interface's paths without its version."""
    return lambda asked: Told(status=404, text="no") if asked.path.startswith("/api/v3") else answers(asked)


@pytest.mark.parametrize("served", [lambda answers: answers, bare])
def test_ton(plan: Any, monkeypatch: pytest.MonkeyPatch, served: Any) -> None:
    monkeypatch.setattr(wallets, "VERSIONS", {ton.CODE.hash.hex(): "v4r2"})
    status, made, error = plan("ton", served(ton.answers()), ton.JETTON)
    assert (status, error, made["form"]) == (0, "", "ton_message")
    unsigned = wallets.taken_apart(b64decode(made["files"][0]["base64"]))
    assert (unsigned.destination, unsigned.value, unsigned.seqno) == (PAYER_WALLET, 100_000_000, 17)


@pytest.mark.parametrize(
    ("slug", "answers", "order", "exit_status"),
    [
        ("xrpl", xrpl.node(accounts={xrpl.TOKEN.source: {}}), xrpl.TOKEN, 3),
        ("stellar", stellar.node(stellar.account(stellar.SOURCE)), stellar.TOKEN, 3),
        ("xrpl", lambda asked: Told(status=404, text="no"), xrpl.NATIVE, 6),
        ("stellar", lambda asked: Told(status=404, text="no"), stellar.NATIVE, 6),
        ("ton", lambda asked: Told(status=404, text="no"), ton.NATIVE, 6),
    ],
    ids=["xrpl-refused", "stellar-refused", "xrpl-silent", "stellar-silent", "ton-silent"],
)
def test_what_cannot_be_planned(plan: Any, slug: str, answers: Answers, order: Any, exit_status: int) -> None:
    status, told, error = plan(slug, answers, order)
    assert (status, "files" in told, len(error.splitlines())) == (exit_status, False, 1)


def test_a_network_without_a_node_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    order = xrpl.NATIVE
    words = ["--source", order.source, "--destination", order.destination, "--amount", "5"]
    assert main(["plan", "xrpl", *words, "--json"]) == 6
    told = capsys.readouterr()
    assert json.loads(told.out) == {"error": "no_node", "message": "xrpl: it has no node to ask"}
    assert told.err == "recovery: xrpl: it has no node to ask\n"
