"""Whether an EVM address can receive: on a living chain, from several nodes that do not agree, and before anybody is asked."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, strategies as st

from chains.catalogue import network
from chains.receivable import NEEDS, Receiving, ReceivingOrder, no, yes
from chains.receiving import (
    NO_NODE,
    NODES_DISAGREE,
    NODES_SILENT,
    NOT_ASKED,
    agree,
    receiving,
    receiving_again,
    without_asking,
)
from tests.chains.conftest import LiveNode
from tests.chains.replay import Played
from tests.chains.scene import RpcRefusal, json_rpc

LOCAL, MAIN = network("local"), network("ethereum")
HERE = "0x1d17CBcF0D6D143135aE902365D2E5e2A16538D4"
TOKEN = "0xdAC17F958D2ee523a2206206994597C13D831ec7"
STOP = "0x6001600081600b8239f300"
"""Deploys one byte of code: it stops, whatever is sent."""
REVERTS = "0x600580600b6000396000f360006000fd"
"""Deploys code that refuses everything."""


def order(address: str = HERE, contract: str | None = None, amount: int = 10**18) -> ReceivingOrder:
    return ReceivingOrder(address, contract, amount)


def live(node: LiveNode, address: str, contract: str | None = None) -> Receiving:
    from chains.address import check_address

    canonical = check_address(LOCAL, address).normalised or ""
    found = receiving(LOCAL, [node.node], order(canonical, contract))
    assert found.answers
    return found.receiving


def test_an_account_without_code_receives_everything(anvil_node: LiveNode) -> None:
    assert live(anvil_node, HERE) == yes(deployed=False)
    assert live(anvil_node, HERE, TOKEN) == yes(deployed=False)


def test_a_contract_that_takes_coins_is_said_to_be_one(anvil_node: LiveNode) -> None:
    contract = anvil_node.deploy(STOP)
    assert anvil_node.rpc("eth_getCode", contract, "latest") == "0x00"
    assert live(anvil_node, contract) == yes(kind="contract", deployed=True)


def test_a_contract_that_refuses_coins_still_holds_tokens(anvil_node: LiveNode) -> None:
    contract = anvil_node.deploy(REVERTS)
    assert live(anvil_node, contract) == no("other_address", kind="contract", deployed=True)
    assert live(anvil_node, contract, TOKEN) == yes(kind="contract", deployed=True)


def test_an_account_that_delegates_still_has_its_key(anvil_node: LiveNode) -> None:
    anvil_node.rpc("anvil_setCode", HERE, "0xef0100" + "11" * 20)
    assert live(anvil_node, HERE, TOKEN) == yes(deployed=True)


@pytest.mark.parametrize("number", [1, 9, 0x100, 0xDEAD, 0xFFFF])
def test_nobody_has_a_key_below_the_accounts(anvil_node: LiveNode, number: int) -> None:
    address = f"0x{number:040x}"
    from chains.encoding import checksummed

    canonical = checksummed(bytes.fromhex(address[2:]))
    assert receiving(LOCAL, [anvil_node.node], order(canonical)).receiving == no("other_address", kind="contract")


def test_nothing_is_asked_of_the_tokens_own_contract() -> None:
    assert without_asking(MAIN, order(TOKEN, TOKEN)) == no("other_address", kind="unknown")
    assert without_asking(MAIN, order("0x1d17cbcf0d6d143135ae902365d2e5e2a16538d4")) == no(
        "other_address", kind="unknown"
    )


def node(code: Any = "0x", call: Any = "0x", chain: str = "0x1") -> Played:
    def result(method: str, params: Any) -> Any:
        said = {"eth_chainId": chain, "eth_getCode": code, "eth_call": call}[method]
        if isinstance(said, RpcRefusal):
            raise said
        return said

    return Played(json_rpc(result))


SILENT, LYING = RpcRefusal(-32000, "header not found"), "not hexadecimal"


@pytest.mark.parametrize(
    ("nodes", "expected"),
    [
        ([node()], yes(deployed=False)),
        ([node(code="0x60")], yes(kind="contract", deployed=True)),
        (
            [node(code="0x60", call=RpcRefusal(3, "execution reverted"))],
            no("other_address", kind="contract", deployed=True),
        ),
        (
            [node(code="0x60", call=RpcRefusal(-32602, "too many arguments"))],
            Receiving(None, "contract", (), True, (NODES_SILENT,)),
        ),
        ([node(code=SILENT)], Receiving(notes=(NODES_SILENT,))),
        ([node(code=LYING)], Receiving(notes=(NODES_SILENT,))),
        ([node(chain="0x5")], Receiving(notes=(NODES_SILENT,))),
        ([node(), node(), node(code="0x60")], yes(deployed=False)),
        ([node(), node(code=SILENT)], Receiving(notes=(NODES_SILENT,))),
        (
            [node(), node(code="0x60", call=RpcRefusal(3, "execution reverted"))],
            Receiving(notes=(NODES_DISAGREE,)),
        ),
    ],
)
def test_what_several_nodes_say_together(nodes: list[Played], expected: Receiving) -> None:
    assert receiving_again(MAIN, order(), nodes) == expected


def test_without_a_node_and_without_a_way_nothing_is_known() -> None:
    assert receiving(MAIN, [], order()).receiving == Receiving(notes=(NO_NODE,))
    tezos = ReceivingOrder("tz1VSUr8wwNhLAzempoch5d6hLRiTh8Cjcjb", None, 1)
    assert receiving(network("tezos"), [], tezos).receiving == Receiving(notes=(NOT_ASKED,))


def test_where_the_form_is_enough_nobody_is_asked() -> None:
    bitcoin = ReceivingOrder("1BoatSLRHtKNngkdXEeobR76b53LETtpyT", None, 1)
    assert receiving(network("bitcoin"), [], bitcoin).receiving == yes()


SAID = st.none() | st.builds(
    Receiving,
    able=st.sampled_from([True, False, None]),
    kind=st.sampled_from(["account", "contract", "unknown"]),
    needs=st.lists(st.sampled_from(NEEDS), max_size=2, unique=True).map(tuple),
    deployed=st.sampled_from([True, False, None]),
)


@given(st.lists(SAID, min_size=1, max_size=5))
def test_yes_needs_more_than_half_of_all_that_were_asked(said: list[Receiving | None]) -> None:
    found = agree(said)
    ayes = sum(one is not None and one.able is True for one in said)
    noes = sum(one is not None and one.able is False for one in said)
    assert (found.able is True) == (ayes * 2 > len(said))
    assert (found.able is False) == (noes * 2 > len(said))
    assert found.able is False or not found.needs
    assert (found.able is None) == bool({NODES_SILENT, NODES_DISAGREE} & set(found.notes))


@given(st.lists(SAID, min_size=1, max_size=4), st.randoms())
def test_the_order_of_the_nodes_does_not_matter(said: list[Receiving | None], random: Any) -> None:
    turned = list(said)
    random.shuffle(turned)
    one, other = agree(said), agree(turned)
    assert (one.able, one.kind, set(one.needs), one.deployed) == (
        other.able,
        other.kind,
        set(other.needs),
        other.deployed,
    )
