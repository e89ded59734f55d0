"""Transactions that lost their place to another, on real nodes: speed-up and cancel, and a replaced fee."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from chains.catalogue import network
from chains.redecode import Recorded
from chains.replacement import Remains, find_replacement, remains_of, replacement_again
from chains.types import Node, Status
from chains.verify import verify
from tests.chains.conftest import LiveNode
from tests.chains.utxo.conftest import Daemon, start, stop

LOCAL = network("local")
LITECOIN = network("litecoin")
PAYEE = "0x00000000000000000000000000000000000000AA"


def _send(node: LiveNode, nonce: int, to: str, price: int, value: int = 10**15) -> str:
    fields = {"from": node.accounts[2], "to": to, "value": hex(value), "nonce": hex(nonce), "gasPrice": hex(price)}
    return str(node.rpc("eth_sendTransaction", fields))


def _nonce(node: LiveNode) -> int:
    return int(node.rpc("eth_getTransactionCount", node.accounts[2], "latest"), 16)


@pytest.mark.parametrize("to_self", [False, True], ids=["speed-up", "cancel"])
def test_a_nonce_used_by_another_transaction(anvil_node: LiveNode, to_self: bool) -> None:
    nonce = _nonce(anvil_node)
    lost = _send(anvil_node, nonce, PAYEE, 3 * 10**9)
    early = verify(LOCAL, lost, [anvil_node.node])
    assert early.transaction.status is Status.PENDING
    remains = remains_of(LOCAL, lost, early.answers)
    assert remains is not None and (remains.sender, remains.nonce) == (_checksummed(anvil_node), nonce)

    taker = _send(anvil_node, nonce, anvil_node.accounts[2] if to_self else PAYEE, 30 * 10**9)
    anvil_node.mine(40)
    assert verify(LOCAL, lost, [anvil_node.node]).transaction.status is Status.NOT_FOUND
    found = find_replacement(LOCAL, [anvil_node.node], lost, remains)
    assert (found.replaced, found.hash) == (True, taker)
    assert verify(LOCAL, taker, [anvil_node.node]).transaction.status is Status.SUCCEEDED
    again = replacement_again(LOCAL, lost, remains, [Recorded("anvil", found.answers)])
    assert (again.replaced, again.hash) == (True, taker)
    for height in (None, 10**9):  # without the height of the earlier look, and with one that cannot be
        assert find_replacement(LOCAL, [anvil_node.node], lost, replace(remains, height=height)).hash == taker


def _checksummed(node: LiveNode) -> str:
    from chains.encoding import checksummed

    return checksummed(bytes.fromhex(node.accounts[2][2:]))


def test_a_nonce_still_free_is_not_replaced(anvil_node: LiveNode) -> None:
    lost = _send(anvil_node, _nonce(anvil_node), PAYEE, 3 * 10**9)
    remains = remains_of(LOCAL, lost, verify(LOCAL, lost, [anvil_node.node]).answers)
    assert remains is not None
    assert find_replacement(LOCAL, [anvil_node.node], lost, remains).replaced is False  # still waiting
    anvil_node.rpc("anvil_dropTransaction", lost)
    anvil_node.mine()
    assert find_replacement(LOCAL, [anvil_node.node], lost, remains).replaced is False


def test_a_mined_transaction_is_not_its_own_replacement(anvil_node: LiveNode) -> None:
    reference = _send(anvil_node, _nonce(anvil_node), PAYEE, 3 * 10**9)
    anvil_node.mine(3)
    remains = remains_of(LOCAL, reference, verify(LOCAL, reference, [anvil_node.node]).answers)
    assert remains is not None
    assert find_replacement(LOCAL, [anvil_node.node], reference, remains).replaced is False


def test_a_silent_node_leaves_it_unknown(anvil_node: LiveNode) -> None:
    nonce = _nonce(anvil_node)
    lost = _send(anvil_node, nonce, PAYEE, 3 * 10**9)
    remains = remains_of(LOCAL, lost, verify(LOCAL, lost, [anvil_node.node]).answers)
    assert remains is not None
    _send(anvil_node, nonce, PAYEE, 30 * 10**9)
    anvil_node.mine()
    dead = Node("dead", "http://127.0.0.1:1")
    assert find_replacement(LOCAL, [anvil_node.node, dead], lost, remains, timeout=3).replaced is None
    assert find_replacement(LOCAL, [], lost, remains).replaced is None


def test_nothing_is_claimed_of_other_families() -> None:
    assert remains_of(network("tron"), "ab" * 32, []) is None
    assert find_replacement(network("tron"), [], "ab" * 32, Remains()).replaced is None


def _pay(daemon: Daemon, coin: dict[str, Any], to: str, amount: str) -> str:
    raw = daemon("createrawtransaction", [{"txid": coin["txid"], "vout": coin["vout"], "sequence": 1}], [{to: amount}])
    txid: str = daemon("sendrawtransaction", daemon("signrawtransactionwithwallet", raw)["hex"], 0)
    return txid


@pytest.fixture(scope="module")
def daemon(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Daemon]:
    """A daemon that lets a dearer transaction replace one, which this coin's does not by itself."""
    process, running = start(tmp_path_factory.mktemp("rbf"), mine=103, options=("-mempoolreplacement=1",))
    yield running
    stop(process)


def test_a_replaced_fee(daemon: Daemon) -> None:
    owner, to = daemon("getnewaddress", "", "legacy"), daemon("getnewaddress")
    daemon("sendtoaddress", owner, 3)
    daemon.mine(1)
    coin = daemon("listunspent", 1, 999, [owner])[0]
    lost = _pay(daemon, coin, to, "2.999")
    early = verify(LITECOIN, lost, [daemon.node])
    remains = remains_of(LITECOIN, lost, early.answers)
    assert remains is not None
    assert [(one.txid, one.vout, one.address) for one in remains.spent] == [(coin["txid"], coin["vout"], owner)]
    assert find_replacement(LITECOIN, [daemon.node], lost, remains).replaced is False

    taker = _pay(daemon, coin, to, "2.99")
    waiting = find_replacement(LITECOIN, [daemon.node], lost, remains)
    assert (waiting.replaced, waiting.hash) == (True, taker)
    daemon.mine(3)
    assert verify(LITECOIN, lost, [daemon.node]).transaction.status is Status.NOT_FOUND
    mined = find_replacement(LITECOIN, [daemon.node], lost, remains)
    assert (mined.replaced, mined.hash) == (True, taker)
    again = replacement_again(LITECOIN, lost, remains, [Recorded(daemon.node.label, mined.answers)])
    assert again.hash == taker
