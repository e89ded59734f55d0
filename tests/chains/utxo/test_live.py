"""Against a real daemon: what happens to a payment from the moment it is sent, and to one whose block is dropped."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from chains.redecode import read_again
from chains.types import Network, Node, Status, Transaction
from chains.utxo.address import check_address, forms, script_address
from chains.verify import verify
from tests.chains.utxo.conftest import Daemon

COIN = 10**8


def seen(network: Network, txid: str, *nodes: Node) -> Transaction:
    return verify(network, txid, nodes).transaction


def test_from_pending_to_final(litecoind_node: Daemon, litecoin: Network) -> None:
    to = litecoind_node("getnewaddress")
    txid = litecoind_node("sendtoaddress", to, "1.23456789")
    fee = -litecoind_node("gettransaction", txid, wallet="tests")["fee"] * COIN

    pending = seen(litecoin, txid, litecoind_node.node)
    assert (pending.status, pending.final, pending.confirmations, pending.block) == (Status.PENDING, False, 0, None)
    assert "test_chain" in pending.warnings
    assert {leg.amount for leg in pending.transfers if leg.recipient == to} == {123456789}

    block = litecoind_node.mine(1)[0]
    confirmed = seen(litecoin, txid, litecoind_node.node)
    assert (confirmed.status, confirmed.final, confirmed.confirmations) == (Status.SUCCEEDED, False, 1)
    assert confirmed.block is not None and confirmed.block.hash == block and confirmed.block.time is not None
    assert confirmed.block.height == litecoind_node("getblockcount")
    assert confirmed.fee is not None and confirmed.fee.amount == fee
    assert [leg.position for leg in confirmed.transfers] == [f"vout:{n}" for n in range(len(confirmed.transfers))]

    litecoind_node.mine(litecoin.confirmations - 2)
    assert not seen(litecoin, txid, litecoind_node.node).final
    litecoind_node.mine(1)
    final = verify(litecoin, txid, [litecoind_node.node])
    assert final.transaction.final and final.transaction.confirmations == litecoin.confirmations
    # The evidence alone gives the same reading again.
    assert read_again(litecoin, txid, final.answers) == final.transaction


def test_upper_case_is_the_same_hash(litecoind_node: Daemon, litecoin: Network) -> None:
    txid = litecoind_node("sendtoaddress", litecoind_node("getnewaddress"), 1)
    read = seen(litecoin, txid.upper(), litecoind_node.node)
    assert read.hash == txid and read.transfers == seen(litecoin, txid, litecoind_node.node).transfers != ()


def test_one_sender_is_named_and_pays_the_fee(litecoind_node: Daemon, litecoin: Network) -> None:
    owner = litecoind_node("getnewaddress", "", "legacy")
    litecoind_node("sendtoaddress", owner, 3)
    litecoind_node.mine(1)
    coin = litecoind_node("listunspent", 1, 999, [owner])[0]
    to = litecoind_node("getnewaddress")
    txid = _spend(litecoind_node, [coin], [{to: "2.5"}, {owner: "0.4999"}])
    litecoind_node.mine(1)
    read = seen(litecoin, txid, litecoind_node.node)
    assert [(leg.sender, leg.recipient, leg.amount) for leg in read.transfers] == [
        (owner, to, 250000000),
        (owner, owner, 49990000),
    ]
    assert read.fee is not None and (read.fee.amount, read.fee.payer) == (10000, owner)


def _spend(
    daemon: Daemon, coins: list[dict[str, Any]], outputs: list[dict[str, Any]], swap: tuple[str, str] = ("", "")
) -> str:
    """A transaction of exactly these inputs and outputs; one script may be swapped for another before signing."""
    raw = daemon("createrawtransaction", [{"txid": c["txid"], "vout": c["vout"]} for c in coins], outputs)
    signed = daemon("signrawtransactionwithwallet", raw.replace(*swap) if swap[0] else raw)
    assert signed["complete"]
    txid: str = daemon("sendrawtransaction", signed["hex"], 0)
    return txid


def test_several_outputs_and_data(litecoind_node: Daemon, litecoin: Network) -> None:
    coins = [c for c in litecoind_node("listunspent") if c["amount"] > 3][:2]
    total = sum((c["amount"] for c in coins), Decimal(0))
    to, other = litecoind_node("getnewaddress"), litecoind_node("getnewaddress", "", "p2sh-segwit")
    old = litecoind_node("getnewaddress", "", "legacy")
    change = total - Decimal("1.6")
    twin = litecoind_node("getnewaddress", "", "p2sh-segwit")
    outputs = [{to: "0.1"}, {other: "0.2"}, {old: "0.3"}, {"data": "00ff" * 8}, {twin: str(change)}]
    # The daemon refuses to write one address twice, though nothing in the chain forbids it.
    scripts = [litecoind_node("getaddressinfo", address)["scriptPubKey"] for address in (twin, other)]
    txid = _spend(litecoind_node, coins, outputs, (scripts[0], scripts[1]))
    litecoind_node.mine(1)
    read = seen(litecoin, txid, litecoind_node.node)
    assert [(leg.position, leg.recipient, leg.amount) for leg in read.transfers] == [
        ("vout:0", to, 10000000),
        ("vout:1", other, 20000000),
        ("vout:2", old, 30000000),
        ("vout:3", None, 0),
        ("vout:4", other, int(change * COIN)),
    ]


def test_new_coins_wait_for_maturity(litecoind_node: Daemon, litecoin: Network) -> None:
    block = litecoind_node.mine(1)[0]
    txid = litecoind_node("getblock", block)["tx"][0]
    litecoind_node.mine(litecoin.confirmations)
    young = seen(litecoin, txid, litecoind_node.node)
    assert young.status is Status.SUCCEEDED and not young.final and "coinbase_immature" in young.warnings
    assert young.confirmations_required == 100 and young.fee is None
    assert {leg.sender for leg in young.transfers} == {None}
    litecoind_node.mine(100 - litecoin.confirmations - 1)
    ripe = seen(litecoin, txid, litecoind_node.node)
    assert ripe.final and ripe.confirmations == 100 and "coinbase_immature" not in ripe.warnings


def test_dropped_block(litecoind_node: Daemon, litecoin: Network) -> None:
    txid = litecoind_node("sendtoaddress", litecoind_node("getnewaddress"), 1)
    block = litecoind_node.mine(1)[0]
    coinbase = litecoind_node("getblock", block)["tx"][0]
    assert seen(litecoin, txid, litecoind_node.node).status is Status.SUCCEEDED
    litecoind_node("invalidateblock", block)
    try:
        for lost in (txid, coinbase):
            read = seen(litecoin, lost, litecoind_node.node)
            assert (read.status, read.final, read.confirmations, read.block) == (Status.PENDING, False, 0, None)
        assert "reorganised" in seen(litecoin, coinbase, litecoind_node.node).warnings
        again = litecoind_node.mine(1)[0]
        back = seen(litecoin, txid, litecoind_node.node)
        assert back.status is Status.SUCCEEDED and back.block is not None and back.block.hash == again
        assert "reorganised" in seen(litecoin, coinbase, litecoind_node.node).warnings
    finally:
        litecoind_node("reconsiderblock", block)


def test_not_found(litecoind_node: Daemon, litecoin: Network) -> None:
    read = seen(litecoin, "ab" * 32, litecoind_node.node)
    assert (read.status, read.transfers, read.warnings) == (Status.NOT_FOUND, (), ("test_chain",))


def test_two_nodes_that_disagree(litecoind_node: Daemon, other_litecoind_node: Daemon, litecoin: Network) -> None:
    txid = litecoind_node("sendtoaddress", litecoind_node("getnewaddress"), 1)
    litecoind_node.mine(1)
    both = seen(litecoin, txid, litecoind_node.node, other_litecoind_node.node)
    assert both.status is Status.UNKNOWN and "nodes_disagree" in both.warnings
    twice = [litecoind_node.node, replace(litecoind_node.node, label="again")]
    assert seen(litecoin, txid, *twice).status is Status.SUCCEEDED


def test_another_network_is_not_believed(litecoind_node: Daemon, bitcoin: Network) -> None:
    assert seen(bitcoin, "ab" * 32, litecoind_node.node).status is Status.UNKNOWN


def test_interface_that_is_not_there(litecoind_node: Daemon, litecoin: Network) -> None:
    for interface in ("blockbook", "esplora", "jsonrpc"):
        node = replace(litecoind_node.node, interface=interface)
        assert seen(litecoin, "ab" * 32, node).status is Status.UNKNOWN


@pytest.mark.parametrize("kind", ["legacy", "p2sh-segwit", "bech32"])
def test_addresses_as_the_daemon_prints_them(litecoind_node: Daemon, litecoin: Network, kind: str) -> None:
    address = litecoind_node("getnewaddress", "", kind)
    script = bytes.fromhex(litecoind_node("getaddressinfo", address)["scriptPubKey"])
    assert script_address(forms(litecoin.params, regtest=True), script) == address
    assert check_address(litecoin, address).reason == "test_network"


def test_confidential_address_is_refused(litecoind_node: Daemon, litecoin: Network) -> None:
    address = litecoind_node("getnewaddress", "", "mweb")
    assert check_address(litecoin, address).reason == "mweb_not_supported"


def test_extension_block(litecoind_node: Daemon, litecoin: Network) -> None:
    """Coins that go into the confidential extension block, and the block's own transaction that takes them there."""
    short = 431 - litecoind_node("getblockcount")
    if short > 0:
        litecoind_node.mine(short)
    hidden = litecoind_node("getnewaddress", "", "mweb")
    txid = litecoind_node("sendtoaddress", hidden, 2)
    pending = seen(litecoin, txid, litecoind_node.node)
    assert pending.status is Status.PENDING and "mweb_part_not_visible" in pending.warnings
    block = litecoind_node.mine(1)[0]
    into = seen(litecoin, txid, litecoind_node.node)
    assert into.status is Status.SUCCEEDED and "mweb_output" in into.warnings
    assert None in {leg.recipient for leg in into.transfers}
    own = seen(litecoin, litecoind_node("getblock", block)["tx"][-1], litecoind_node.node)
    assert "mweb_hogex" in own.warnings and own.fee is None and {leg.sender for leg in own.transfers} == {None}
    # Wholly confidential, and out again.
    inside = litecoind_node("sendtoaddress", litecoind_node("getnewaddress", "", "mweb"), 1)
    assert seen(litecoin, inside, litecoind_node.node).status in (Status.PENDING, Status.UNKNOWN)
    litecoind_node.mine(1)


def test_bare_keys_have_no_address(litecoind_node: Daemon, litecoin: Network) -> None:
    key = litecoind_node("getaddressinfo", litecoind_node("getnewaddress"))["pubkey"]
    checked = litecoind_node("getdescriptorinfo", f"pk({key})")["descriptor"]
    block = litecoind_node("generatetodescriptor", 1, checked)[0]
    read = seen(litecoin, litecoind_node("getblock", block)["tx"][0], litecoind_node.node)
    assert read.transfers[0].recipient is None and "pay_to_public_key" in read.warnings
    checked = litecoind_node("getdescriptorinfo", f"multi(1,{key},{key})")["descriptor"]
    block = litecoind_node("generatetodescriptor", 1, checked)[0]
    read = seen(litecoin, litecoind_node("getblock", block)["tx"][0], litecoind_node.node)
    assert read.transfers[0].recipient is None and "bare_multisig" in read.warnings
