"""The sample ledger keeps the network's rules where it has any, and readers of Horizon find nothing missing in it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from stellar_sdk import Account, Asset, Keypair, TransactionBuilder

from chains.catalogue import network
from chains.nodes import nodes_from_urls
from chains.types import Status
from chains.verify import verify
from sandbox.cast import DEPOSITORS, MEMO_NETWORK, MEMOS
from sandbox.ledger import FEE, PASSPHRASE, STROOPS, Ledger, Refused, root_keys
from sandbox.ledger_server import Server
from sandbox.mistyped import EXCHANGE, LedgerNode, ledger_keys, make_mistyped
from sandbox.rpc import NodeRefused

ROW = network(MEMO_NETWORK)


@pytest.fixture
def node(tmp_path: Path) -> Iterator[LedgerNode]:
    """The ledger, served."""
    server = Server(("127.0.0.1", 0), Ledger(tmp_path / "ledger.json"))
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    client = LedgerNode(f"http://127.0.0.1:{server.server_address[1]}")
    yield client
    client.close()
    server.shutdown()
    thread.join()
    server.server_close()


def signed(payer: Keypair, sequence: int, to: str, lumens: str, *, by: Keypair | None = None) -> str:
    """An envelope with one payment."""
    builder = TransactionBuilder(Account(payer.public_key, sequence), PASSPHRASE, base_fee=FEE)
    envelope = builder.append_payment_op(to, Asset.native(), lumens).set_timeout(0).build()
    envelope.sign(by or payer)
    return envelope.to_xdr()


def test_a_reader_of_the_network_reads_the_mistyped_deposits(node: LedgerNode, tmp_path: Path) -> None:
    assert ROW.params["passphrase"] == PASSPHRASE
    wallets = ledger_keys(tmp_path / "wallets.json", DEPOSITORS)
    exchange = ledger_keys(tmp_path / "exchange.json", [EXCHANGE])[EXCHANGE]
    made = make_mistyped(node, exchange, wallets)
    nodes = nodes_from_urls([node.url], usual="horizon")
    assert [deposit["account"] for deposit in made] == list(DEPOSITORS)
    for deposit in made:
        seen = verify(ROW, deposit["hash"], nodes).transaction
        (leg,) = seen.transfers
        assert (seen.status, seen.final, seen.warnings) == (Status.SUCCEEDED, True, ())
        assert (leg.position, str(leg.amount), leg.recipient) == ("op:0", deposit["amount"], exchange.public_key)
        assert leg.sender == wallets[deposit["account"]].public_key
        assert leg.memo not in (None, *MEMOS.values())
    nobody = verify(ROW, "ab" * 32, nodes).transaction
    assert nobody.status is Status.NOT_FOUND


def test_what_was_paid_is_kept(tmp_path: Path) -> None:
    ledger, somebody = Ledger(tmp_path / "ledger.json"), Keypair.random()
    builder = TransactionBuilder(Account(root_keys().public_key, 0), PASSPHRASE, base_fee=FEE)
    envelope = builder.append_create_account_op(somebody.public_key, "50").set_timeout(0).build()
    envelope.sign(root_keys())
    row = ledger.submit(envelope.to_xdr())
    again = Ledger(tmp_path / "ledger.json")
    assert again.transaction(row["hash"]) == ledger.transaction(row["hash"])
    assert again.account(somebody.public_key) == {"stroops": 50 * STROOPS, "sequence": 0}
    paid = again.submit(signed(somebody, 0, root_keys().public_key, "49.99999"))
    assert again.account(somebody.public_key) == {"stroops": 0, "sequence": 1}
    assert (again.operations(paid["hash"]) or [{}])[0]["amount"] == "49.9999900"


def test_it_refuses_what_the_network_refuses(tmp_path: Path) -> None:
    ledger, stranger = Ledger(tmp_path / "ledger.json"), Keypair.random()
    root, to = root_keys(), root_keys().public_key
    for envelope, code in (
        ("nonsense", "tx_malformed"),
        (signed(stranger, 0, to, "1"), "tx_no_source_account"),
        (signed(root, 7, to, "1"), "tx_bad_seq"),
        (signed(root, 0, to, "1", by=stranger), "tx_bad_auth"),
        (signed(root, 0, stranger.public_key, "1"), "op_no_destination"),
        (signed(root, 0, to, "100000000000"), "op_underfunded"),
    ):
        with pytest.raises(Refused) as refused:
            ledger.submit(envelope)
        assert refused.value.code == code
    assert ledger.account(to) == Ledger(tmp_path / "other.json").account(to)


def test_a_refusal_is_told(node: LedgerNode) -> None:
    with pytest.raises(NodeRefused, match="op_no_destination"):
        node.send(root_keys(), "pay", Keypair.random().public_key, STROOPS)
