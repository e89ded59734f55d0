"""Signatures of EVM wallets: public vectors, another encoder of typed data, and contracts asked on a live node."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import pytest
from eth_abi.abi import encode
from eth_account.messages import encode_typed_data

from chains.catalogue import network, networks
from chains.encoding import keccak
from chains.evm.ownership import WRAPPED, typed_data, typed_digest
from chains.ownership import SignedStatement, Verdict, asker, challenge_text, check, methods
from chains.proving import Question
from chains.signatures import personal_digest
from chains.transport import Call, Outcome, Session
from chains.types import Node
from tests.chains.conftest import LiveNode
from tests.chains.wallets import WALLETS, judge

ROW = network("ethereum")
PERSONAL, TYPED = (each for each in WALLETS if each.slug == "ethereum")


@pytest.mark.parametrize(
    ("text", "address", "signature"),
    [
        (  # web3.js, its documentation of eth.accounts.sign
            "Some data",
            "0x2c7536E3605D9C16a7a3D7b1898e529396a65c23",
            (
                "0xb91467e570a6466aa9e9876cbcd013baba02900b8979d43fe208a4a4f339f5fd"
                "6007e74cd82e037b800186422fc2da167c747ef045e5d18a5f5d4300f8e1a0291c"
            ),
        ),
        (  # Endpass, a wallet's tests
            "message",
            "0x31ea8795EE32D782C8ff41a5C68Dcbf0F5B27f6d",
            (
                "0x0c3c4d7e3f0966028cbe45bc09288c4738286f335583cab472a1cc3017d6bf41"
                "22df4c555edc94ca323f5d9a5601cc7e5d7d68f781770453f1a0079f9644dbb81c"
            ),
        ),
    ],
)
def test_eip191(text: str, address: str, signature: str) -> None:
    assert judge("ethereum", text, address, SignedStatement("eip191", signature)).ok is True
    assert judge("ethereum", text + ".", address, SignedStatement("eip191", signature)).ok is False
    data = bytes.fromhex(signature[2:])
    low = data[:64] + bytes([data[64] - 27])
    folded = data[:32] + bytes([data[32] | (data[64] - 27) << 7]) + data[33:64]  # EIP-2098
    for spelling in (low, folded):
        assert judge("ethereum", text, address, SignedStatement("eip191", spelling.hex())).ok is True


def test_eip191_hash() -> None:
    """Of the same page of web3.js."""
    expected = "1da44b586eb0729ff70a73c326926f6ed5a25f5b056e7f47fbc6e58d86871655"
    assert personal_digest(b"Ethereum", b"Some data").hex() == expected


@pytest.mark.parametrize("slug", [row.slug for row in networks().values() if row.family == "evm"])
def test_typed_data_is_what_another_encoder_makes_of_it(slug: str) -> None:
    row = network(slug)
    data = typed_data(row, TYPED.statement(network=row.id))
    other = encode_typed_data(full_message=data)
    assert typed_digest(data) == keccak(b"\x19" + other.version + other.header + other.body)
    assert data["domain"]["chainId"] == row.params["chain_id"] and "verifyingContract" not in data["domain"]


def test_every_network_takes_only_its_own_chain() -> None:
    """The same statement signed for another chain id, as a careless page might have asked for it."""
    from eth_account import Account

    from tests.chains.wallets import SECP

    statement = TYPED.statement()
    data = typed_data(ROW, statement)
    data["domain"] = {**data["domain"], "chainId": 10}
    signature = Account.sign_typed_data(SECP.secret, full_message=data).signature.hex()
    assert check(ROW, "eip712", statement, SignedStatement("eip712", signature)).ok is False


def test_one_form_is_not_the_other() -> None:
    statement = PERSONAL.statement()
    for wallet, method in ((PERSONAL, "eip712"), (TYPED, "eip191")):
        signed = replace(wallet.sign(statement), method=method)
        assert check(ROW, method, statement, signed).ok is False


def test_a_contract_needs_a_node() -> None:
    statement = PERSONAL.statement()
    assert methods(ROW) == ("eip191", "eip712", "eip1271")
    assert check(ROW, "eip1271", statement, SignedStatement("eip1271", "0x")) == Verdict(None, "needs_node")
    assert asker(ROW, []) is None and asker(network("bitcoin"), [Node("a", "http://127.0.0.1:1")]) is None
    other_form = SignedStatement("eip1271", "0x", extra={"form": "eip4361"})
    assert check(ROW, "eip1271", statement, other_form).why == "not_readable"


def questions(signed: SignedStatement) -> list[Question]:
    """What is asked of the chain for this answer."""
    asked: list[Question] = []

    def ask(question: Question) -> Verdict:
        asked.append(question)
        return Verdict(True, "proven", 1)

    check(ROW, "eip1271", PERSONAL.statement(), signed, ask)
    return asked


def test_what_is_asked_of_a_contract() -> None:
    statement = PERSONAL.statement()
    personal = personal_digest(b"Ethereum", challenge_text(statement).encode())
    typed = typed_digest(typed_data(ROW, statement))
    for form, digest in (("eip191", personal), ("eip712", typed)):
        signed = SignedStatement("eip1271", "0x" + "ab" * 130, extra={"form": form})
        assert questions(signed) == [Question(PERSONAL.address, digest=digest, signature=b"\xab" * 130)]
    assert questions(SignedStatement("eip1271", "")) == [Question(PERSONAL.address, digest=personal)]


def test_a_signature_wrapped_for_a_contract_not_yet_there_is_unwrapped() -> None:
    """EIP-6492: the contract is asked as it stands; nothing is deployed to find out."""
    wrapped = encode(["address", "bytes", "bytes"], ["0x" + "11" * 20, b"deploy", b"inner"]) + WRAPPED
    assert questions(SignedStatement("eip1271", wrapped.hex()))[0].signature == b"inner"
    for broken in (WRAPPED, b"\xff" * 96 + WRAPPED, encode(["uint256"], [5]) + WRAPPED):
        assert questions(SignedStatement("eip1271", broken.hex())) == []
        found = check(ROW, "eip1271", PERSONAL.statement(), SignedStatement("eip1271", broken.hex()))
        assert found.why == "not_readable"


# What nodes say, without a network.

GOOD = "0x1626ba7e" + "00" * 28
ADDRESS = PERSONAL.address


class Told:
    """A node that says this of its height, the code and the call."""

    def __init__(self, height: int, code: str, answer: Outcome, *, chain: int = 1) -> None:
        self.node = Node("told", "http://127.0.0.1:1")
        self.height, self.code, self.answer, self.chain = height, code, answer, chain
        self.asked: list[Call] = []

    def rpc(self, calls: Sequence[Call], **_: Any) -> list[Outcome]:
        self.asked += calls
        say: dict[str, Callable[[], Outcome]] = {
            "eth_chainId": lambda: Outcome(hex(self.chain)),
            "eth_blockNumber": lambda: Outcome(hex(self.height)),
            "eth_getCode": lambda: Outcome(self.code),
            "eth_call": lambda: self.answer,
        }
        return [say[call.method]() for call in calls]


def said(*nodes: Told) -> Verdict:
    ask = asker(ROW, nodes)  # type: ignore[arg-type]
    assert ask is not None
    return ask(Question(ADDRESS, digest=bytes(32), signature=b"x"))


REVERTED = Outcome(failed=True, code=3, message="execution reverted")
REFUSED = Outcome(failed=True, code=-32601, message="the method does not exist")


@pytest.mark.parametrize(
    ("nodes", "expected"),
    [
        ([(9, "0x60", Outcome(GOOD))], Verdict(True, "proven", 9)),
        ([(9, "0x60", Outcome("0x" + "00" * 32))], Verdict(False, "other_signature", 9)),
        ([(9, "0x60", Outcome("0x"))], Verdict(False, "other_signature", 9)),
        ([(9, "0x60", Outcome("0x1626ba7e"))], Verdict(False, "other_signature", 9)),
        ([(9, "0x60", REVERTED)], Verdict(False, "other_signature", 9)),
        ([(9, "0x60", REFUSED)], Verdict(None, "node_unavailable", 9)),
        ([(9, "0x60", Outcome(7))], Verdict(None, "node_unavailable", 9)),
        ([(9, "0x", Outcome("0x"))], Verdict(None, "not_deployed", 9)),
        ([(9, "0x60", Outcome(GOOD)), (8, "0x60", Outcome(GOOD))], Verdict(True, "proven", 8)),
        ([(9, "0x60", Outcome(GOOD)), (8, "0x60", REVERTED)], Verdict(None, "node_unavailable", 8)),
        (
            [(9, "0x60", REVERTED), (2, "0x60", Outcome(GOOD)), (8, "0x60", REVERTED)],
            Verdict(False, "other_signature", 8),
        ),
        ([(9, "0x60", REFUSED), (7, "0x60", Outcome(GOOD)), (8, "0x60", Outcome(GOOD))], Verdict(True, "proven", 8)),
    ],
)
def test_what_nodes_say_together(nodes: list[tuple[int, str, Outcome]], expected: Verdict) -> None:
    """One node decides alone, two must agree, of three two; the block is one that most of them have."""
    asked = [Told(*each) for each in nodes]
    assert said(*asked) == expected
    blocks = {call.params[1] for node in asked for call in node.asked if call.method in ("eth_call", "eth_getCode")}
    assert blocks == {hex(expected.block or 0)}


def test_a_node_of_another_chain_says_nothing() -> None:
    assert said(Told(9, "0x60", Outcome(GOOD), chain=10)) == Verdict(None, "node_unavailable")


# A contract on a live node: it takes one digest, and no other.


def accepts(digest: bytes) -> str:
    """Creation bytecode of a contract that answers as EIP-1271 asks when the call's first word is ``digest``, else reverts."""
    right = bytes.fromhex("7f1626ba7e") + bytes(28) + bytes.fromhex("60005260206000f3")
    runtime = bytes.fromhex("6004357f") + digest + bytes.fromhex("14602d5760006000fd5b") + right
    assert runtime[0x2D] == 0x5B
    return "0x60" + f"{len(runtime):02x}" + "600c60003960" + f"{len(runtime):02x}" + "6000f3" + runtime.hex()


@pytest.fixture
def live_row(anvil_node: LiveNode) -> Any:
    """The network of the sandbox, or Ethereum's row with the node's own chain id."""
    chain = int(anvil_node.rpc("eth_chainId"), 16)
    return replace(ROW, params={**ROW.params, "chain_id": chain})


def test_a_contract_is_asked_at_a_block(anvil_node: LiveNode, live_row: Any) -> None:
    row = live_row
    ask = asker(row, [Session(anvil_node.node)])
    assert ask is not None
    absent = PERSONAL.statement(address="0x1111111111111111111111111111111111111111")
    signed = SignedStatement("eip1271", "0x" + "ab" * 65)
    found = check(row, "eip1271", absent, signed, ask)
    assert (found.ok, found.why) == (None, "not_deployed")

    draft = PERSONAL.statement(address=next_address(anvil_node))
    digest = personal_digest(b"Ethereum", challenge_text(draft).encode())
    from chains.encoding import checksummed

    address = checksummed(bytes.fromhex(anvil_node.deploy(accepts(digest))[2:]))
    assert address == draft.address
    height = int(anvil_node.rpc("eth_blockNumber"), 16)
    assert check(row, "eip1271", draft, signed, ask) == Verdict(True, "proven", height)
    wrapped = encode(["address", "bytes", "bytes"], [address, b"", b"\xab" * 65]) + WRAPPED
    assert check(row, "eip1271", draft, SignedStatement("eip1271", wrapped.hex()), ask).ok is True
    other = replace(draft, nonce="another")
    assert check(row, "eip1271", other, signed, ask) == Verdict(False, "other_signature", height)


def next_address(node: LiveNode) -> str:
    """Where the first unlocked account's next contract will stand."""
    import rlp

    from chains.encoding import checksummed

    nonce = int(node.rpc("eth_getTransactionCount", node.accounts[0], "latest"), 16)
    number = nonce.to_bytes((nonce.bit_length() + 7) // 8)
    return checksummed(keccak(rlp.encode([bytes.fromhex(node.accounts[0][2:]), number]))[-20:])
