"""Plans for value that leaves, signed by a stranger's hand, and what comes back taken apart again."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
import rlp
from eth_abi.abi import encode
from eth_account import Account
from hypothesis import given, settings, strategies as st

from chains.catalogue import network
from chains.errors import NodesDisagree, NodeUnavailable, NoNode, Refused
from chains.evm import moves, sending, trial
from chains.evm.asking import middle
from chains.evm.sending import unsigned_step
from chains.evm.signed import NotSigned, decode_signed, matches
from chains.sending import Move, SignedDiffers, Step
from chains.types import Network, Node, Status, UnsignedStep
from chains.verify import verify
from tests.chains.conftest import LiveNode
from tests.chains.faulty_node import NoResult, World, faulty_node

LOCAL = network("local")
KEY = "0x" + "5e" * 32
TANK_KEY = "0x" + "7a" * 32
SOURCE: str = Account.from_key(KEY).address
TANK: str = Account.from_key(TANK_KEY).address
DESTINATION = "0x00000000000000000000000000000000000000AA"
ETHER = 10**18


def sign(step: UnsignedStep, key: str, **changes: Any) -> str:
    fields: dict[str, Any] = {
        "type": 2, "chainId": step.chain_id, "nonce": step.nonce, "to": step.to, "value": step.value, "data": step.data,
        "gas": step.gas, "maxFeePerGas": step.max_fee_per_gas, "maxPriorityFeePerGas": step.max_priority_fee_per_gas,
    }  # fmt: skip
    return "0x" + bytes(Account.sign_transaction(fields | changes, key).raw_transaction).hex()


STEP = UnsignedStep(
    purpose="refund", chain_id=31337, sender=SOURCE, to=DESTINATION, value=5, data="0x", gas=21_000, max_fee_per_gas=9,
    max_priority_fee_per_gas=1, nonce=3, moves_contract=None, moves_recipient=DESTINATION, moves_amount=5,
)  # fmt: skip


def test_a_signature_is_taken_apart() -> None:
    raw = sign(STEP, KEY)
    signed = decode_signed(raw)
    assert signed.sender == SOURCE
    assert signed.hash == "0x" + bytes(Account.sign_transaction({
        "type": 2, "chainId": 31337, "nonce": 3, "to": DESTINATION, "value": 5, "data": "0x", "gas": 21_000,
        "maxFeePerGas": 9, "maxPriorityFeePerGas": 1}, KEY).hash).hex()  # fmt: skip
    assert matches(STEP, signed) == []


@pytest.mark.parametrize(
    ("changes", "names"),
    [
        ({"value": 6}, ["value"]),
        ({"to": TANK}, ["to"]),
        ({"nonce": 4}, ["nonce"]),
        ({"chainId": 1}, ["chain_id"]),
        ({"data": "0x00"}, ["data"]),
        ({"gas": 21_001}, ["gas"]),
        ({"maxFeePerGas": 10}, ["max_fee_per_gas"]),
        ({"maxPriorityFeePerGas": 2}, ["max_priority_fee_per_gas"]),
        ({"value": 0, "data": "0x01"}, ["value", "data"]),
    ],
)
def test_every_difference_is_named(changes: dict[str, Any], names: list[str]) -> None:
    assert matches(STEP, decode_signed(sign(STEP, KEY, **changes))) == names


def test_another_signer_and_a_step_not_released() -> None:
    assert matches(STEP, decode_signed(sign(STEP, TANK_KEY))) == ["sender"]
    assert matches(replace(STEP, nonce=None), decode_signed(sign(STEP, KEY))) == ["nonce"]


def test_creation_and_access_lists_are_not_ours() -> None:
    created = decode_signed(sign(STEP, KEY, to=b""))
    assert (created.to, matches(STEP, created)) == (None, ["to"])
    listed = [{"address": DESTINATION, "storageKeys": []}]
    with pytest.raises(NotSigned):
        decode_signed(sign(STEP, KEY, accessList=listed))


@pytest.mark.parametrize(
    "raw", ["", "0x", "0x02", "02c0", "0x02c0", "0x02" + "ff" * 40, "0xf86c", "0x01c0", "0x" + "02" * 200_000]
)
def test_other_bytes_are_refused(raw: str) -> None:
    with pytest.raises(NotSigned):
        decode_signed(raw)


@settings(max_examples=200)
@given(st.integers(0, 110), st.integers(1, 255))
def test_a_changed_byte_never_passes(place: int, flip: int) -> None:
    """Every byte is under the signature: whatever still decodes is another sender's."""
    raw = bytearray.fromhex(sign(STEP, KEY)[2:])
    raw[place % len(raw)] ^= flip
    try:
        signed = decode_signed("0x" + raw.hex())
    except NotSigned:
        return
    assert matches(STEP, signed) != []


ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141


def test_one_transaction_has_one_encoding() -> None:
    """The mirrored signature and padded numbers would give the same payment a second hash."""
    fields = rlp.decode(bytes.fromhex(sign(STEP, KEY)[4:]))
    parity, s = fields[9], int.from_bytes(fields[11], "big")
    mirrored = [*fields[:9], b"" if parity else b"\1", fields[10], (ORDER - s).to_bytes(32, "big")]
    padded = [fields[0], b"\0" + fields[1], *fields[2:]]
    for other in (mirrored, padded):
        with pytest.raises(NotSigned):
            decode_signed("0x02" + rlp.encode(other).hex())


@pytest.mark.promise
def test_where_nodes_take_the_older_form_alone_that_form_is_read() -> None:
    """Bytes of the newer form would be recorded, refused by every node, and keep their nonce for ever."""
    row = network("ethereum-classic")
    body = {
        "chain_id": "61", "to": DESTINATION, "value": "5", "data": "0x", "gas": "21000", "max_fee_per_gas": "9",
        "max_priority_fee_per_gas": "0",
    }  # fmt: skip
    step = Step("refund", "evm", SOURCE, (Move(None, SOURCE, DESTINATION, 5, 5),), body, 1, nonce=3)
    fields = {"chainId": 61, "nonce": 3, "to": DESTINATION, "value": 5, "data": "0x", "gas": 21_000, "gasPrice": 9}

    def older(**changes: Any) -> str:
        return "0x" + bytes(Account.sign_transaction(fields | changes, KEY).raw_transaction).hex()

    read = sending.read_signed(row, step, older())
    assert read.hash == "0x" + bytes(Account.sign_transaction(fields, KEY).hash).hex()
    for field, named in {
        "chainId": "chain_id",
        "gasPrice": "max_fee_per_gas",
        "nonce": "nonce",
        "value": "value",
    }.items():
        with pytest.raises(SignedDiffers) as refused:
            sending.read_signed(row, step, older(**{field: 7}))
        assert refused.value.differing == (named,)
    newer = sign(replace(STEP, chain_id=61, max_priority_fee_per_gas=0), KEY)
    *inside, v, r, s = rlp.decode(bytes.fromhex(older()[2:]))
    mirrored = (ORDER - int.from_bytes(s, "big")).to_bytes(32, "big")
    unprotected = [*inside, bytes([27]), r, s]
    others = ([*inside, bytes([v[0] ^ 3]), r, mirrored], unprotected, [*inside, b"", r, s], [*inside, v, r])
    for raw in (newer, older() + "00", "0xc0", "0x", *("0x" + rlp.encode(other).hex() for other in others)):
        with pytest.raises(SignedDiffers):
            sending.read_signed(row, step, raw)
    with pytest.raises(SignedDiffers):
        sending.read_signed(LOCAL, step, older())


def send(node: LiveNode, step: UnsignedStep, key: str) -> str:
    """Release, sign, check and broadcast one step; mine it."""
    released = replace(step, nonce=moves.next_nonce(LOCAL, [node.node], step.sender))
    raw = sign(released, key)
    assert matches(released, decode_signed(raw)) == []
    reference = moves.broadcast(LOCAL, [node.node], raw)
    assert moves.broadcast(LOCAL, [node.node], raw) == reference
    node.mine(3)
    assert moves.broadcast(LOCAL, [node.node], raw) == reference
    assert reference == decode_signed(raw).hash
    return reference


def fund(node: LiveNode, address: str, amount: int) -> None:
    node.rpc("anvil_setBalance", address, hex(amount))


@pytest.fixture
def token(anvil_node: LiveNode, bytecode: dict[str, str]) -> str:
    """A token of which SOURCE holds 1000."""
    token = anvil_node.deploy(bytecode["Token"], encode(["string", "uint8", "uint256"], ["USDT", 6, 10**12]).hex())
    anvil_node.send(token, data=trial.transfer(SOURCE, 1000))
    anvil_node.mine()
    return token


def test_facts_and_balances(anvil_node: LiveNode, token: str) -> None:
    nodes = [anvil_node.node]
    assert moves.asset_facts(LOCAL, nodes, token) == moves.AssetFacts("USDT", 6, True)
    assert moves.asset_facts(LOCAL, nodes, DESTINATION) == moves.AssetFacts(None, None, False)
    assert moves.balances(LOCAL, nodes, SOURCE, token) == 1000
    assert moves.balances(LOCAL, nodes, SOURCE, None) == 0
    with pytest.raises(Refused):
        moves.balances(LOCAL, nodes, SOURCE, DESTINATION)


def test_a_token_sweep_with_a_top_up(anvil_node: LiveNode, token: str) -> None:
    fund(anvil_node, TANK, ETHER)
    top_up, sweep = moves.plan_sweep(
        LOCAL, [anvil_node.node], contract=token, amount=1000, source=SOURCE, gas_tank=TANK, destination=DESTINATION
    )
    assert (top_up.purpose, top_up.sender, top_up.to, top_up.nonce) == ("gas_top_up", TANK, SOURCE, None)
    assert top_up.value == sweep.gas * sweep.max_fee_per_gas
    send(anvil_node, top_up, TANK_KEY)
    transaction = verify(LOCAL, send(anvil_node, sweep, KEY), [anvil_node.node]).transaction
    assert (transaction.status, transaction.final) == (Status.SUCCEEDED, True)
    (leg,) = transaction.transfers
    assert (leg.contract, leg.recipient, leg.amount) == (sweep.moves_contract, DESTINATION, 1000)
    assert moves.balances(LOCAL, [anvil_node.node], DESTINATION, token) == 1000


def test_a_native_sweep_of_everything(anvil_node: LiveNode) -> None:
    fund(anvil_node, TANK, ETHER)
    fund(anvil_node, SOURCE, ETHER)
    top_up, sweep = moves.plan_sweep(
        LOCAL, [anvil_node.node], contract=None, amount=ETHER, source=SOURCE, gas_tank=TANK, destination=DESTINATION
    )
    send(anvil_node, top_up, TANK_KEY)
    send(anvil_node, sweep, KEY)
    assert moves.balances(LOCAL, [anvil_node.node], DESTINATION, None) == ETHER


def test_no_top_up_where_there_is_gas(anvil_node: LiveNode, token: str) -> None:
    fund(anvil_node, SOURCE, ETHER)
    steps = moves.plan_sweep(
        LOCAL, [anvil_node.node], contract=token, amount=1, source=SOURCE, gas_tank=TANK, destination=DESTINATION
    )
    assert [step.purpose for step in steps] == ["sweep"]


def plan_refund(network: Network, nodes: list[Node], **order: Any) -> tuple[UnsignedStep, ...]:
    """A refund as the family's own steps."""
    return tuple(unsigned_step(step) for step in sending.plan_refund(network, nodes, outpoints=(), **order))


def test_a_refund(anvil_node: LiveNode) -> None:
    fund(anvil_node, SOURCE, ETHER)
    (refund,) = plan_refund(LOCAL, [anvil_node.node], contract=None, amount=7, source=SOURCE, destination=DESTINATION)
    assert refund.gas == 21_000
    send(anvil_node, refund, KEY)
    assert moves.balances(LOCAL, [anvil_node.node], DESTINATION, None) == 7


@pytest.mark.parametrize("mood", [1, 2])
def test_a_token_that_will_not_is_refused(anvil_node: LiveNode, token: str, mood: int) -> None:
    fund(anvil_node, SOURCE, ETHER)
    anvil_node.send(token, data=set_mood(mood))
    anvil_node.mine()
    with pytest.raises(Refused, match=r"says false|paused"):
        plan_refund(LOCAL, [anvil_node.node], contract=token, amount=1, source=SOURCE, destination=DESTINATION)


def set_mood(mood: int) -> str:
    from eth_utils.crypto import keccak

    return "0x" + keccak(text="setMood(uint8)")[:4].hex() + f"{mood:064x}"


@pytest.mark.parametrize(
    "changes",
    [
        {"amount": 0},
        {"amount": -1},
        {"amount": 2 * ETHER},
        {"amount": ETHER},
        {"destination": SOURCE},
        {"destination": "0x" + "0" * 40},
        {"destination": "nowhere"},
        {"contract": DESTINATION},
    ],
)
def test_plans_that_cannot_work(anvil_node: LiveNode, changes: dict[str, Any]) -> None:
    fund(anvil_node, SOURCE, ETHER)
    wish: dict[str, Any] = {"contract": None, "amount": 1, "source": SOURCE, "destination": DESTINATION}
    with pytest.raises(Refused):
        plan_refund(LOCAL, [anvil_node.node], **(wish | changes))


def test_whose_gas_is_missing_is_said(anvil_node: LiveNode, token: str) -> None:
    """No node refused anything: a wallet of ours has to be filled."""
    with pytest.raises(Refused, match="gas tank") as refused:
        moves.plan_sweep(
            LOCAL, [anvil_node.node], contract=token, amount=1, source=SOURCE, gas_tank=TANK, destination=DESTINATION
        )
    assert refused.value.code == "gas_is_short"
    with pytest.raises(Refused) as refused:
        plan_refund(LOCAL, [anvil_node.node], contract=token, amount=1, source=SOURCE, destination=DESTINATION)
    assert refused.value.code == "gas_is_short"


def test_who_answers_decides(anvil_node: LiveNode) -> None:
    fund(anvil_node, SOURCE, ETHER)
    live, dead = anvil_node.node, Node("dead", "http://127.0.0.1:9")
    with pytest.raises(NoNode):
        moves.balances(LOCAL, [], SOURCE, None)
    with pytest.raises(NodeUnavailable):
        moves.balances(LOCAL, [live, dead], SOURCE, None)
    assert moves.balances(LOCAL, [live, dead, live], SOURCE, None) == ETHER

    class Rich(World):
        def result(self, method: str, params: list[Any]) -> Any:
            return "0x1" if method == "eth_getBalance" else super().result(method, params)

    with faulty_node(Rich()) as other, pytest.raises(NodesDisagree):
        moves.balances(LOCAL, [live, other.node], SOURCE, None)


def test_a_refused_broadcast(anvil_node: LiveNode) -> None:
    with pytest.raises(Refused):
        moves.broadcast(LOCAL, [anvil_node.node], sign(STEP, KEY))


class Dear(World):
    """A node that would have us pay a thousandfold."""

    def result(self, method: str, params: list[Any]) -> Any:
        match method:
            case "eth_getBalance":
                return hex(ETHER)
            case "eth_estimateGas":
                return hex(21_000_000)
            case "eth_maxPriorityFeePerGas":
                return hex(10**15)
            case "eth_getBlockByNumber":
                return {"baseFeePerGas": hex(10**15)}
        return super().result(method, params)


def test_no_single_node_sets_the_price(anvil_node: LiveNode) -> None:
    """Asked first, and believed, it would drain the gas tank into a fee."""
    fund(anvil_node, SOURCE, ETHER)
    honest = anvil_node.node
    fair = plan_refund(LOCAL, [honest], contract=None, amount=1, source=SOURCE, destination=DESTINATION)
    with faulty_node(Dear()) as liar:
        asked = [liar.node, honest, honest]
        heard = plan_refund(LOCAL, asked, contract=None, amount=1, source=SOURCE, destination=DESTINATION)
        with pytest.raises(NodesDisagree):
            plan_refund(LOCAL, asked[:2], contract=None, amount=1, source=SOURCE, destination=DESTINATION)
    assert heard == fair


def test_a_node_that_refuses_alone_stops_nothing(anvil_node: LiveNode) -> None:
    class Unwilling(Dear):
        def result(self, method: str, params: list[Any]) -> Any:
            if method == "eth_estimateGas":
                raise NoResult(3, "execution reverted")
            return super().result(method, params)

    fund(anvil_node, SOURCE, ETHER)
    with faulty_node(Unwilling()) as liar:
        nodes = [liar.node, anvil_node.node, anvil_node.node]
        assert plan_refund(LOCAL, nodes, contract=None, amount=1, source=SOURCE, destination=DESTINATION)


@pytest.mark.parametrize(
    ("said", "heard"), [([7], 7), ([7, 7], 7), ([10, 15], 15), ([1, 10, 11], 10), ([9, 10, 10**9], 10), ([0, 0], 0)]
)
def test_the_middle_of_what_was_said(said: list[int], heard: int) -> None:
    assert middle(said) == heard


@pytest.mark.parametrize("said", [[10, 21], [0, 1], [1, 2, 5, 900]])
def test_there_is_no_middle_between_strangers(said: list[int]) -> None:
    with pytest.raises(NodesDisagree):
        middle(said)
