"""Surveys of a real node: what arrived and what the token is like, whatever its logs say."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from eth_abi.abi import encode
from eth_utils.crypto import keccak

from chains.catalogue import network
from chains.encoding import checksummed
from chains.redecode import Recorded
from chains.survey import SurveyOrder, survey, survey_again
from chains.survey_json import survey_from_json, survey_to_json
from chains.surveyed import Survey, Traits
from chains.types import Node
from chains.verify import verify
from recovery.embedded import EmbeddedError, anvil
from tests.chains.conftest import LiveNode

LOCAL = network("local")
AMOUNT = 1_000
SUPPLY = encode(["uint256"], [10**12]).hex()
KEYED = "0x00000000000000000000000000000000000000AA"


def call(signature: str, types: list[str], values: list[object]) -> str:
    return "0x" + (keccak(text=signature)[:4] + encode(types, values)).hex()


def pay(recipient: str, amount: int = AMOUNT) -> str:
    return call("transfer(address,uint256)", ["address", "uint256"], [recipient, amount])


def manners(
    node: LiveNode, token: str, *, answer: int = 0, pretends: bool = False, fee: int = 0, paused: bool = False
) -> None:
    types: list[str] = ["uint8", "bool", "uint256", "bool"]
    node.send(token, data=call(f"set({','.join(types)})", types, [answer, pretends, fee, paused]))
    node.mine()


def look(node: LiveNode, reference: str, addresses: tuple[str, ...] = ()) -> Survey:
    """The survey, after checking that its JSON form and its record both give the same again."""
    transaction = verify(LOCAL, reference, [node.node]).transaction
    order = SurveyOrder(transaction, transaction.transfers, addresses)
    found = survey(LOCAL, [node.node], order)
    assert survey_from_json(json.loads(json.dumps(survey_to_json(found.survey)))) == found.survey
    assert survey_again(LOCAL, order, [Recorded("anvil", found.answers)]) == found.survey
    return found.survey


def only(found: Survey) -> Traits:
    (traits,) = found.traits.values()
    return traits


def paid(node: LiveNode, token: str, amount: int = AMOUNT, recipient: str = KEYED) -> str:
    reference = node.send(token, data=pay(recipient, amount))
    node.mine()
    return reference


@pytest.fixture
def token(anvil_node: LiveNode, bytecode: dict[str, str]) -> str:
    return anvil_node.deploy(bytecode["MannersToken"], SUPPLY)


def test_a_plain_token(anvil_node: LiveNode, token: str) -> None:
    reference = paid(anvil_node, token)
    anvil_node.mine()
    found = look(anvil_node, reference, (checksummed(bytes.fromhex(token[2:])),))
    assert list(found.moved.values()) == [AMOUNT]
    assert found.code == {**dict.fromkeys(found.traits, True), KEYED: False}
    assert only(found) == Traits(True, True, False, False, True, "true", False, False, None, False, None)
    assert found.notes == ()


def test_a_token_without_an_answer(anvil_node: LiveNode, token: str) -> None:
    manners(anvil_node, token, answer=1)
    found = look(anvil_node, paid(anvil_node, token))
    assert list(found.moved.values()) == [AMOUNT]
    assert (only(found).transfer_works, only(found).returns) == (True, "nothing")


def test_a_token_that_says_false_and_pays(anvil_node: LiveNode, token: str) -> None:
    manners(anvil_node, token, answer=2)
    found = look(anvil_node, paid(anvil_node, token))
    assert list(found.moved.values()) == [AMOUNT]
    assert (only(found).transfer_works, only(found).returns) == (True, "false")


def test_a_log_without_effect(anvil_node: LiveNode, token: str) -> None:
    """The fake deposit: it succeeded, the log is there, the token says false (or true), and nothing arrived."""
    for answer in (2, 0):
        manners(anvil_node, token, answer=answer, pretends=True)
        found = look(anvil_node, paid(anvil_node, token))
        assert list(found.moved.values()) == [0]
        assert only(found).transfer_works is None  # there is nothing to try with
        assert only(found).takes_fee is None


def test_a_token_that_takes_a_fee(anvil_node: LiveNode, token: str) -> None:
    manners(anvil_node, token, fee=3)
    found = look(anvil_node, paid(anvil_node, token))
    assert list(found.moved.values()) == [970]
    assert only(found).takes_fee is True
    assert only(found).transfer_works is True


def test_a_fee_that_began_later_is_seen_by_trial(anvil_node: LiveNode, token: str) -> None:
    reference = paid(anvil_node, token)
    manners(anvil_node, token, fee=3)
    found = look(anvil_node, reference)
    assert list(found.moved.values()) == [AMOUNT]
    assert only(found).takes_fee is True


def test_a_paused_token(anvil_node: LiveNode, token: str) -> None:
    reference = paid(anvil_node, token)
    manners(anvil_node, token, paused=True)
    traits = only(look(anvil_node, reference))
    assert (traits.paused, traits.holder_blocked, traits.transfer_works, traits.returns) == (True, False, False, None)


def test_a_blocked_holder(anvil_node: LiveNode, token: str) -> None:
    reference = paid(anvil_node, token)
    anvil_node.send(token, data=call("block_(address)", ["address"], [KEYED]))
    anvil_node.mine()
    traits = only(look(anvil_node, reference))
    assert (traits.paused, traits.holder_blocked, traits.transfer_works) == (False, True, False)


def test_the_same_behind_a_proxy(anvil_node: LiveNode, bytecode: dict[str, str]) -> None:
    """The proxy's own code has none of the functions; it is asked all the same."""
    target = anvil_node.deploy(bytecode["MannersToken"], SUPPLY)
    token = anvil_node.deploy(bytecode["HandingOn"], encode(["address"], [target]).hex())
    manners(anvil_node, token, pretends=True)
    anvil_node.send(token, data=call("block_(address)", ["address"], [KEYED]))
    found = look(anvil_node, paid(anvil_node, token))
    assert list(found.moved.values()) == [0]
    assert (only(found).fungible, only(found).holder_blocked, only(found).rebasing) == (True, True, False)


def test_others_in_the_same_block(anvil_node: LiveNode, token: str) -> None:
    """Two deposits and a pretended third in one block, and the first sum is moved on in it."""
    anvil_node.rpc("anvil_impersonateAccount", KEYED)
    anvil_node.rpc("anvil_setBalance", KEYED, hex(10**18))
    first, second = (anvil_node.send(token, data=pay(KEYED, amount)) for amount in (AMOUNT, 70))
    anvil_node.mine()
    for reference, amount in ((first, AMOUNT), (second, 70)):
        assert list(look(anvil_node, reference).moved.values()) == [amount]
    third = anvil_node.send(token, data=pay(KEYED, 5))
    anvil_node.rpc(
        "eth_sendTransaction",
        {"from": KEYED, "to": token, "gas": hex(200_000), "data": pay(anvil_node.accounts[0], 1_070)},
    )
    anvil_node.mine()
    assert list(look(anvil_node, third).moved.values()) == [5]


def test_who_says_yes_to_everything_is_believed_in_nothing(anvil_node: LiveNode, bytecode: dict[str, str]) -> None:
    token = anvil_node.deploy(bytecode["YesToken"])
    found = look(anvil_node, paid(anvil_node, token))
    assert list(found.moved.values()) == [0]
    traits = only(found)
    assert (traits.paused, traits.holder_blocked, traits.rebasing, traits.bridged, traits.receipt_for) == (None,) * 5
    assert traits.transfer_works is False  # it says true, and nothing arrives


def test_a_collectible(anvil_node: LiveNode, bytecode: dict[str, str]) -> None:
    contract = anvil_node.deploy(bytecode["Collectible"])
    owner = anvil_node.accounts[0]
    pretended = anvil_node.send(contract, data=call("pretend(address,uint256)", ["address", "uint256"], [KEYED, 7]))
    anvil_node.mine()
    assert list(look(anvil_node, pretended).moved.values()) == [0]
    given = anvil_node.send(
        contract, data=call("transferFrom(address,address,uint256)", ["address"] * 2 + ["uint256"], [owner, KEYED, 7])
    )
    anvil_node.mine()
    found = look(anvil_node, given)
    assert list(found.moved.values()) == [1]
    assert (only(found).fungible, only(found).transfer_works) == (False, True)


def test_native_coin_needs_no_look(anvil_node: LiveNode) -> None:
    reference = anvil_node.send(KEYED, value=AMOUNT)
    anvil_node.mine()
    assert look(anvil_node, reference) == Survey(code={KEYED: False})


@pytest.fixture
def forgetful(tmp_path: Path) -> Iterator[LiveNode]:
    """A node that keeps no old states."""
    try:
        running = anvil.start(tmp_path, options=("--no-mining", "--prune-history"))
    except EmbeddedError as missing:
        pytest.skip(str(missing))
    live = LiveNode(running.url)
    live.accounts = live.rpc("eth_accounts")
    yield live
    running.stop()


def test_a_node_without_history(forgetful: LiveNode, bytecode: dict[str, str]) -> None:
    token = forgetful.deploy(bytecode["MannersToken"], SUPPLY)
    reference = paid(forgetful, token)
    forgetful.mine(40)
    found = look(forgetful, reference)
    assert list(found.moved.values()) == [None]
    assert found.notes == ("balances_not_visible",)
    assert only(found).transfer_works is True


def test_two_nodes_must_agree(anvil_node: LiveNode, token: str) -> None:
    """A second one that does not answer leaves everything open."""
    reference = paid(anvil_node, token)
    transaction = verify(LOCAL, reference, [anvil_node.node]).transaction
    order = SurveyOrder(transaction, transaction.transfers)
    silent = Node("silent", "http://127.0.0.1:9", None)
    found = survey(LOCAL, [anvil_node.node, silent], order, timeout=10).survey
    assert list(found.moved.values()) == [None]
    assert only(found) == Traits()
    assert "node_unavailable:silent" in found.notes
