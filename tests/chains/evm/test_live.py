"""Reading transactions of a real node, whatever became of them."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from eth_abi.abi import encode
from eth_utils.crypto import keccak

from chains.catalogue import network
from chains.redecode import read_again
from chains.transaction_json import from_json, to_json
from chains.types import Reading, Status, Transaction, TransferKind
from chains.verify import probe, verify
from tests.chains.conftest import LiveNode

LOCAL = network("local")
NOBODY = "0x00000000000000000000000000000000000000AA"
AMOUNT = 10**17


def call(signature: str, types: list[str], values: list[object]) -> str:
    return "0x" + (keccak(text=signature)[:4] + encode(types, values)).hex()


def read(node: LiveNode, reference: str) -> Transaction:
    """The verdict, after checking that its JSON form and its record both give the same again."""
    reading = verify(LOCAL, reference, [node.node])
    transaction = reading.transaction
    assert from_json(json.loads(json.dumps(to_json(transaction)))) == transaction
    assert read_again(LOCAL, reference, reading.answers) == transaction
    return transaction


def routed(node: LiveNode, router: str, function: str, *, recipient: str | None = NOBODY) -> Transaction:
    types, values = (["address"], [recipient]) if recipient else ([], [])
    reference = node.send(router, value=AMOUNT, data=call(f"{function}({','.join(types)})", types, list(values)))
    node.mine()
    return read(node, reference)


def inner(transaction: Transaction) -> list[tuple[str, int, str | None]]:
    return [
        (leg.position, leg.amount, leg.recipient) for leg in transaction.transfers if leg.kind is TransferKind.INTERNAL
    ]


@pytest.fixture
def router(anvil_node: LiveNode, bytecode: dict[str, str]) -> str:
    return anvil_node.deploy(bytecode["Router"])


def test_from_mempool_to_final(anvil_node: LiveNode) -> None:
    reference = anvil_node.send(NOBODY, value=AMOUNT)
    pending = read(anvil_node, reference)
    assert (pending.status, pending.final, pending.transfers, pending.block) == (Status.PENDING, False, (), None)
    anvil_node.mine()
    confirmed = read(anvil_node, reference)
    assert (confirmed.status, confirmed.final, confirmed.confirmations) == (Status.SUCCEEDED, False, 1)
    anvil_node.mine(2)
    final = read(anvil_node, reference)
    assert (final.status, final.final, final.confirmations) == (Status.SUCCEEDED, True, 3)
    (leg,) = final.transfers
    assert (leg.position, leg.kind, leg.amount, leg.recipient) == ("native", TransferKind.NATIVE, AMOUNT, NOBODY)
    receipt = anvil_node.rpc("eth_getTransactionReceipt", reference)
    assert final.fee is not None
    assert final.fee.amount == int(receipt["gasUsed"], 16) * int(receipt["effectiveGasPrice"], 16)


def test_never_seen(anvil_node: LiveNode) -> None:
    assert read(anvil_node, "0x" + "12" * 32).status is Status.NOT_FOUND


def test_reorganised_away(anvil_node: LiveNode) -> None:
    """A block is undone and another one without the transaction takes its height."""
    anvil_node.mine()
    reference = anvil_node.send(NOBODY, value=AMOUNT)
    anvil_node.mine()
    assert read(anvil_node, reference).status is Status.SUCCEEDED
    anvil_node.rpc("anvil_reorg", 1, [])
    gone = read(anvil_node, reference)
    assert gone.status in (Status.PENDING, Status.NOT_FOUND)
    assert not gone.final
    assert gone.transfers == ()


@pytest.mark.parametrize(
    ("function", "recipient", "position"),
    [
        ("forward", NOBODY, "trace:0"),
        ("forwardAfterPrecompile", NOBODY, "trace:0"),
        ("delegateForward", NOBODY, "trace:0/0"),
    ],
)
def test_inner_calls(anvil_node: LiveNode, router: str, function: str, recipient: str, position: str) -> None:
    transaction = routed(anvil_node, router, function)
    assert transaction.warnings == ()
    assert inner(transaction) == [(position, AMOUNT, recipient)]
    assert transaction.transfers[0].position == "native"


def test_a_swallowed_revert_moves_nothing(anvil_node: LiveNode, router: str) -> None:
    transaction = routed(anvil_node, router, "swallow")
    assert transaction.status is Status.SUCCEEDED
    assert inner(transaction) == []
    assert anvil_node.rpc("eth_getBalance", NOBODY, "latest") == "0x0"


def test_creation_and_destruction(anvil_node: LiveNode, router: str) -> None:
    transaction = routed(anvil_node, router, "makeAndClosePurse")
    (made, closed) = inner(transaction)
    assert made[:2] == ("trace:0", AMOUNT)
    assert closed == ("trace:1/0", AMOUNT, NOBODY)
    assert int(anvil_node.rpc("eth_getBalance", NOBODY, "latest"), 16) == AMOUNT


def test_value_of_a_creation_itself(anvil_node: LiveNode, bytecode: dict[str, str]) -> None:
    reference = anvil_node.send(None, data=bytecode["Purse"], value=AMOUNT)
    anvil_node.mine()
    (leg,) = read(anvil_node, reference).transfers
    created = anvil_node.rpc("eth_getTransactionReceipt", reference)["contractAddress"]
    assert leg.position == "native"
    assert (leg.recipient or "").lower() == created


@pytest.mark.parametrize(
    ("data", "failure"),
    [
        (call("refuse(string)", ["string"], ["closed on sundays"]), "reverted: closed on sundays"),
        (call("refuse(string)", ["string"], ["a\u202eb\x00\nc"]), "reverted: ab c"),
        (call("panic(uint256)", ["uint256"], [0]), "reverted: panic 0x12"),
    ],
)
def test_reverted(anvil_node: LiveNode, router: str, data: str, failure: str) -> None:
    reference = anvil_node.send(router, value=AMOUNT, data=data)
    anvil_node.mine(3)
    transaction = read(anvil_node, reference)
    assert (transaction.status, transaction.final, transaction.transfers) == (Status.FAILED, True, ())
    assert transaction.failure == failure
    assert transaction.fee is not None
    assert transaction.fee.amount > 0


def test_out_of_gas(anvil_node: LiveNode, router: str) -> None:
    reference = anvil_node.send(router, data=call("burnGas()", [], []), gas=100_000)
    anvil_node.mine()
    transaction = read(anvil_node, reference)
    assert transaction.status is Status.FAILED
    assert "gas" in (transaction.failure or "").lower()


def test_token_life(anvil_node: LiveNode, bytecode: dict[str, str]) -> None:
    symbol = "US\u202eDT\u200b"
    arguments = encode(["string", "uint8", "uint256"], [symbol, 6, 10**12]).hex()
    mint = anvil_node.send(None, data=bytecode["Token"] + arguments, gas=8_000_000)
    anvil_node.mine()
    token = str(anvil_node.rpc("eth_getTransactionReceipt", mint)["contractAddress"])
    (minted,) = read(anvil_node, mint).transfers
    assert (minted.sender, minted.amount, minted.symbol, minted.decimals) == (None, 10**12, "USDT", 6)
    moved = anvil_node.send(token, data=call("transfer(address,uint256)", ["address", "uint256"], [NOBODY, 0]))
    burnt = anvil_node.send(token, data=call("burn(uint256)", ["uint256"], [5]))
    anvil_node.mine()
    (nothing,) = read(anvil_node, moved).transfers
    assert (nothing.position, nothing.amount, nothing.recipient) == ("log:0", 0, NOBODY)
    (ashes,) = read(anvil_node, burnt).transfers
    assert (ashes.position, ashes.recipient, ashes.amount) == ("log:1", None, 5)
    assert ashes.asset == f"eip155:31337/erc20:{ashes.contract}"


def test_odd_logs(anvil_node: LiveNode, bytecode: dict[str, str]) -> None:
    oddity = anvil_node.deploy(bytecode["Oddity"])
    types = ["address", "address", "uint256"]
    old = anvil_node.send(oddity, data=call("emitUnindexed(address,address,uint256)", types, [NOBODY, oddity, 9]))
    nft = anvil_node.send(oddity, data=call("emitNft(address,address,uint256)", types, [NOBODY, oddity, 11]))
    anvil_node.mine()
    unindexed = read(anvil_node, old)
    (leg,) = unindexed.transfers
    assert (leg.amount, leg.symbol, leg.decimals) == (9, "MKR", None)
    assert unindexed.warnings == ("unindexed_transfer_log",)
    legs = [
        (t.position, t.asset.split("/")[1].split(":")[0], t.token_id, t.amount) for t in read(anvil_node, nft).transfers
    ]
    assert legs == [
        ("log:1", "erc721", "11", 1),
        ("log:2", "erc1155", "11", 7),
        ("log:3/0", "erc1155", "11", 3),
        ("log:3/1", "erc1155", "12", 4),
    ]


def test_two_candidates_at_once(anvil_node: LiveNode) -> None:
    """The wrong chain says so and does not get in the way of the right one."""
    reference = anvil_node.send(NOBODY, value=AMOUNT)
    anvil_node.mine(3)
    wrong, right = probe(reference, {network("ethereum"): [anvil_node.node], LOCAL: [anvil_node.node]})
    assert (wrong.transaction.status, right.transaction.status) == (Status.UNKNOWN, Status.SUCCEEDED)
    assert "wrong_chain" in wrong.transaction.warnings


def test_finality_by_the_finalized_block(anvil_node: LiveNode) -> None:
    """anvil's finalized block is 64 behind its tip."""
    tagged = replace(LOCAL, finality="tag")
    reference = anvil_node.send(NOBODY, value=AMOUNT)
    anvil_node.mine(64)
    almost: Reading = verify(tagged, reference, [anvil_node.node])
    assert not almost.transaction.final
    anvil_node.mine(1)
    assert verify(tagged, reference, [anvil_node.node]).transaction.final
