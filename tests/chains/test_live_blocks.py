"""Blocks of real nodes, sieved for payments, and payments found beside a hash that was none."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from eth_abi.abi import encode
from eth_utils.address import to_checksum_address
from eth_utils.crypto import keccak

from chains.catalogue import network
from chains.errors import NodeUnavailable, NoNode, Refused
from chains.neighbours import Near, neighbours, neighbours_again
from chains.redecode import Recorded
from chains.scanning import offered, paid_in
from chains.types import Node
from tests.chains.conftest import LiveNode
from tests.chains.utxo.conftest import Daemon, start, stop

LOCAL = network("local")
LITECOIN = network("litecoin")
OURS = "0x00000000000000000000000000000000000000AA"
AMOUNT = 10**17


def call(signature: str, types: list[str], values: list[object]) -> str:
    return "0x" + (keccak(text=signature)[:4] + encode(types, values)).hex()


def tip(node: LiveNode) -> int:
    return int(node.rpc("eth_blockNumber"), 16)


@pytest.fixture
def token(anvil_node: LiveNode, bytecode: dict[str, str]) -> str:
    arguments = encode(["string", "uint8", "uint256"], ["USDT", 6, 10**12]).hex()
    return str(to_checksum_address(anvil_node.deploy(bytecode["Token"], arguments)))


def test_every_way_to_be_paid_in_a_block(anvil_node: LiveNode, bytecode: dict[str, str], token: str) -> None:
    router = anvil_node.deploy(bytecode["Router"])
    oddity = anvil_node.deploy(bytecode["Oddity"])
    types = ["address", "address", "uint256"]
    paying = {
        anvil_node.send(OURS, value=AMOUNT),
        anvil_node.send(token, data=call("transfer(address,uint256)", ["address", "uint256"], [OURS, 5])),
        anvil_node.send(router, value=AMOUNT, data=call("forward(address)", ["address"], [OURS])),
        anvil_node.send(oddity, data=call("emitUnindexed(address,address,uint256)", types, [OURS, oddity, 9])),
        anvil_node.send(oddity, data=call("emitNft(address,address,uint256)", types, [oddity, OURS, 11])),
    }
    other = anvil_node.send(anvil_node.accounts[5], value=1)
    anvil_node.mine()
    height = tip(anvil_node)
    block = paid_in(LOCAL, [anvil_node.node], height)
    assert block is not None and block.tip == height and block.notes == ()
    assert {hash for hash, recipients in block.paid.items() if OURS in recipients} == paying
    assert other in block.paid
    before = paid_in(LOCAL, [anvil_node.node], height - 1)
    assert before is not None and before.hash == block.parent
    assert paid_in(LOCAL, [anvil_node.node], height + 1) is None


def test_who_gives_no_blocks() -> None:
    assert not offered(network("stellar"))
    with pytest.raises(Refused, match="scan_not_offered"):
        paid_in(network("stellar"), [Node("x", "http://127.0.0.1:1")], 1)
    with pytest.raises(Refused, match="scan_not_offered"):
        paid_in(network("bitcoin"), [Node("x", "http://127.0.0.1:1", "esplora")], 1)
    with pytest.raises(NoNode):
        paid_in(LOCAL, [], 1)
    with pytest.raises(NodeUnavailable):
        paid_in(LOCAL, [Node("x", "http://127.0.0.1:1")], 1, timeout=2)


def test_the_payment_beside_an_approval(anvil_node: LiveNode, token: str) -> None:
    sender = str(to_checksum_address(anvil_node.accounts[0]))
    approval = anvil_node.send(token, data=call("transfer(address,uint256)", ["address", "uint256"], [token, 1]))
    anvil_node.mine()
    height = tip(anvil_node)
    anvil_node.mine(2)
    paid = anvil_node.send(token, data=call("transfer(address,uint256)", ["address", "uint256"], [OURS, 5]))
    anvil_node.mine()
    coin = anvil_node.send(OURS, value=AMOUNT)
    anvil_node.send(anvil_node.accounts[7], value=AMOUNT)  # to somebody else
    anvil_node.send(OURS, value=AMOUNT, sender=3)  # by somebody else
    anvil_node.mine(12)
    far = anvil_node.send(OURS, value=AMOUNT)
    anvil_node.mine()
    near = Near(approval, height, frozenset({sender}), (OURS,))
    found = neighbours(LOCAL, [anvil_node.node], near)
    assert found.asked and found.hashes == (paid, coin) and far not in found.hashes
    assert neighbours_again(LOCAL, near, [Recorded("anvil", found.answers)]).hashes == found.hashes
    assert neighbours(LOCAL, [anvil_node.node], Near(paid, height, frozenset({sender}), (OURS,))).hashes == (coin,)
    assert not neighbours(LOCAL, [anvil_node.node], Near(approval, height, frozenset(), (OURS,))).asked
    assert not neighbours(network("solana"), [anvil_node.node], near).asked


@pytest.fixture(scope="module")
def daemon(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Daemon]:
    process, running = start(tmp_path_factory.mktemp("blocks"), mine=103)
    yield running
    stop(process)


def test_every_output_of_a_block(daemon: Daemon) -> None:
    old, new = daemon("getnewaddress", "", "legacy"), daemon("getnewaddress", "", "bech32")
    first, second = daemon("sendtoaddress", old, 1), daemon("sendtoaddress", new, 1)
    hash = daemon.mine(1)[0]
    height = daemon("getblockcount")
    block = paid_in(LITECOIN, [daemon.node], height)
    assert block is not None and (block.hash, block.tip) == (hash, height)
    assert block.parent == daemon("getblockhash", height - 1)
    assert old in block.paid[first] and new in block.paid[second]
    assert paid_in(LITECOIN, [daemon.node], height + 1) is None
    start_of_all = paid_in(LITECOIN, [daemon.node], 0)
    assert start_of_all is not None and start_of_all.parent == ""
