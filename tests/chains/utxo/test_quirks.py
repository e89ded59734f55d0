"""What is peculiar to chains of outputs, each with a node that shows it; small invented records."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from chains.catalogue import network, networks
from chains.errors import NodeMistaken
from chains.families import family
from chains.types import Network, Status, Transaction
from chains.verify import verify
from tests.chains.replay import Played, replayed
from tests.chains.scene import Told
from tests.chains.utxo.scenes import plain, scripts
from tests.chains.utxo.worlds import BLOCK, HEIGHT, INTERFACES, OTHER, World, daemon
from tests.chains.utxo.written import (
    coinbase,
    id_of,
    sized,
    transaction,
    written,
)

ROWS = [row for row in networks().values() if row.family == "utxo" and not row.sandbox]
KEY = b"\x02" + bytes(range(32))
MULTISIG = b"\x51" + sized(KEY) + sized(b"\x03" + KEY[1:]) + b"\x52\xae"


def seen(world: World, interface: str | None = None) -> Transaction:
    talk = Played(INTERFACES[interface](world), interface=interface)
    return family("utxo").read(world.network, talk, world.reference).transaction


def world_of(row: Network, data: bytes, *earlier: bytes, **more: Any) -> World:
    return World(row, id_of(data), {id_of(one): one for one in (*earlier, data)}, **more)


@pytest.mark.parametrize("interface", INTERFACES)
def test_outputs_to_one_address_stay_apart(interface: str | None) -> None:
    row = network("dogecoin")
    owner, other = scripts(row)
    before = written(row, [("aa" * 32, 0)], [(1000, owner)])
    data = written(row, [(id_of(before), 0)], [(300, other), (300, other), (0, b"\x6a\x04memo"), (100, owner)])
    read = seen(world_of(row, data, before), interface)
    assert [(leg.position, leg.amount) for leg in read.transfers] == [
        ("vout:0", 300),
        ("vout:1", 300),
        ("vout:2", 0),
        ("vout:3", 100),
    ]
    assert read.transfers[2].recipient is None
    assert read.fee is not None
    assert read.fee.amount == 300
    assert {leg.sender for leg in read.transfers} == {row.params["sample_address"]}


@pytest.mark.parametrize("interface", INTERFACES)
def test_two_owners_are_no_sender(interface: str | None) -> None:
    row = network("bitcoin")
    owner, other = scripts(row)
    before = written(row, [("aa" * 32, 0)], [(1000, owner), (1000, other)])
    data = written(row, [(id_of(before), 0), (id_of(before), 1)], [(1900, other)])
    read = seen(world_of(row, data, before), interface)
    assert read.transfers[0].sender is None
    assert read.fee is not None
    assert (read.fee.amount, read.fee.payer) == (100, None)


@pytest.mark.parametrize("interface", INTERFACES)
@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.slug)
def test_new_coins_have_no_sender_and_must_mature(row: Network, interface: str | None) -> None:
    data = coinbase([(625_000_000, scripts(row)[0])])
    maturity = row.params["maturity"]
    young = seen(world_of(row, data, depth=maturity - 1), interface)
    assert young.status is Status.SUCCEEDED
    assert not young.final
    assert "coinbase_immature" in young.warnings
    assert young.confirmations_required == maturity
    ripe = seen(world_of(row, data, depth=maturity), interface)
    assert ripe.final
    assert ripe.fee is None
    assert ripe.transfers[0].sender is None


@pytest.mark.parametrize("interface", INTERFACES)
def test_scripts_without_one_address(interface: str | None) -> None:
    row = network("bitcoin")
    owner, _ = scripts(row)
    before = written(row, [("aa" * 32, 0)], [(1000, owner)])
    bare = sized(KEY) + b"\xac"
    data = written(row, [(id_of(before), 0)], [(1, bare), (2, MULTISIG), (3, b"\x51\x52")])
    read = seen(world_of(row, data, before), interface)
    assert [leg.recipient for leg in read.transfers] == [None, None, None]
    assert {"pay_to_public_key", "bare_multisig", "script_without_address"} <= set(read.warnings)


def test_a_daemons_list_of_several_addresses_is_nobody() -> None:
    world = plain(network("dash"))
    owner, _ = scripts(world.network)
    before = written(world.network, [("aa" * 32, 0)], [(1000, owner)])
    data = written(world.network, [(id_of(before), 0)], [(900, MULTISIG)])
    shown = {"scriptPubKey": {"hex": MULTISIG.hex(), "addresses": ["one", "two"]}, "n": 0, "value": 0.000009}
    read = seen(world_of(world.network, data, before, more={"vout": [shown]}))
    assert read.transfers[0].recipient is None
    assert "bare_multisig" in read.warnings
    shown["scriptPubKey"] = {"addresses": ["one", "two"]}
    read = seen(world_of(world.network, data, before, bytes_shown=False, more={"vout": [shown]}))
    assert read.transfers[0].recipient is None  # the list is all there is, and it names no one owner


@pytest.mark.parametrize("interface", INTERFACES)
def test_a_block_that_was_replaced(interface: str | None) -> None:
    read = seen(replace(plain(network("dash")), canonical=OTHER, more={"chainlock": True}), interface)
    assert (read.status, read.final, read.confirmations, read.block) == (Status.PENDING, False, 0, None)
    assert read.warnings == ("reorganised",)


def test_a_gateway_that_lets_few_methods_through() -> None:
    """Everything but the transaction is refused with an answer that is no JSON-RPC, batches too."""
    world = plain(network("bitcoin"))

    def gateway(asked: Any) -> Any:
        if isinstance(asked.body, list) or asked.body["method"] != "getrawtransaction":
            return Told(status=404, text="no such method")
        return daemon(world)(asked)

    with replayed(gateway) as node:
        read = verify(world.network, world.reference, [node], timeout=5).transaction
    assert (read.status, read.confirmations, read.final) == (Status.SUCCEEDED, 1000, True)
    assert {"chain_identity_not_visible", "block_not_visible"} <= set(read.warnings)
    assert [leg.amount for leg in read.transfers] == [leg.amount for leg in seen(world).transfers]


@pytest.mark.parametrize("interface", ["blockbook", "esplora"])
def test_an_index_that_breaks_on_what_it_does_not_know(interface: str) -> None:
    world = plain(network("litecoin"))

    def answers(asked: Any) -> Any:
        known = asked.path in (f"/api/v2/tx/{world.reference}", f"/tx/{world.reference}")
        return INTERFACES[interface](world)(asked) if known else Told(status=500, text="broken")

    with replayed(answers, interface=interface) as node:
        read = verify(world.network, world.reference, [node], timeout=20).transaction
    assert read.status is Status.SUCCEEDED
    assert [leg.amount for leg in read.transfers] == [leg.amount for leg in seen(world).transfers]


@pytest.mark.parametrize(
    ("more", "warning"),
    [({}, None), ({"confirmations": 0}, None), ({"confirmations": -3}, "conflicted")],
    ids=["absent", "nought", "negative"],
)
def test_confirmations_absent_nought_and_negative(more: dict[str, Any], warning: str | None) -> None:
    read = seen(replace(plain(network("litecoin")), depth=0, more=more))
    assert (read.status, read.final, read.confirmations, read.block) == (Status.PENDING, False, 0, None)
    assert list(read.warnings) == ([warning] if warning else [])


def test_a_pending_payment_that_can_be_replaced() -> None:
    row = network("bitcoin")
    owner, other = scripts(row)
    before = written(row, [("aa" * 32, 0)], [(1000, owner)])
    for sequence, warnings in ((0xFFFFFFFD, ("replaceable",)), (0xFFFFFFFE, ())):
        data = transaction([(id_of(before), 0)], [(900, other)], sequence=sequence)
        read = seen(world_of(row, data, before, depth=0))
        assert read.status is Status.PENDING
        assert read.warnings == warnings
        assert seen(world_of(row, data, before)).warnings == ()  # in a block nothing replaces it


def test_a_child_that_pays_for_its_waiting_parent() -> None:
    row = network("bitcoin")
    owner, other = scripts(row)
    parent = transaction([("aa" * 32, 0)], [(1000, owner)])
    child = transaction([(id_of(parent), 0)], [(600, other)])
    read = seen(world_of(row, child, parent, depth=0))
    assert read.status is Status.PENDING
    assert read.fee is not None
    assert read.fee.amount == 400


def test_the_smaller_count_is_believed() -> None:
    """A count that does not fit the heights: the node behind it lags or boasts."""
    world = plain(network("bitcoin"))
    read = seen(replace(world, depth=2, more={"confirmations": 900}))
    assert (read.confirmations, read.final) == (2, False)
    read = seen(replace(world, depth=900, more={"confirmations": 2}))
    assert (read.confirmations, read.final) == (2, False)


def test_fractions_are_never_floats() -> None:
    """Values that a binary fraction cannot hold, without bytes to check them by."""
    row = network("dogecoin")
    owner, other = scripts(row)
    amounts = [9_007_199_254_740_993, 1, 14_962_000_010_000, 29]
    data = coinbase([(amount, owner if place else other) for place, amount in enumerate(amounts)])
    world = world_of(row, data, bytes_shown=False)
    texts = ["90071992.54740993", "0.00000001", "149620.00010000", "2.9e-7"]

    def answers(asked: Any) -> Any:
        told = daemon(world)(asked)
        from json import dumps

        text = dumps(told.value)
        for amount, written_out in zip(amounts, texts, strict=True):
            text = text.replace(f'"value": {dumps(amount / 10**8)},', f'"value": {written_out},')
        return replace(told, text=text)

    read = family("utxo").read(row, Played(answers), world.reference).transaction
    assert [leg.amount for leg in read.transfers] == amounts
    assert "hash_not_recomputed" in read.warnings


@pytest.mark.parametrize("interface", INTERFACES)
@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.slug)
def test_only_the_transaction_itself_is_essential(row: Network, interface: str | None) -> None:
    """All else refused: the reading stays, with what is missing named; nothing is said not to exist."""
    silent = ("getblockchaininfo", "getblockhash", "/api/v2", "/api/v2/block-index/.*", "/block.*", "/tx/.*/hex")
    world = replace(plain(row), silent=silent)
    read = seen(world, interface)
    full = seen(plain(row), interface)
    assert {"chain_identity_not_visible", "tip_not_visible"} <= set(read.warnings)
    assert read.block == full.block
    if "hash_not_recomputed" in read.warnings and row.params.get("raw") == "zip225":
        assert read.fee is None  # without its bytes nobody knows what a hidden part holds
    else:
        assert (read.fee, read.transfers) == (full.fee, full.transfers)
    assert (read.confirmations, read.final) == ((1, False) if interface == "esplora" else (1000, True))
    assert seen(replace(world, known={}), interface).status is Status.UNKNOWN


def test_a_header_that_is_refused() -> None:
    world = replace(plain(network("bitcoin")), silent=("getblockheader",))
    read = seen(world)
    assert read.block is not None
    assert (read.block.height, read.block.hash, read.final) == (HEIGHT, BLOCK, True)
    alone = seen(replace(world, silent=("getblockheader", "getblockchaininfo", "getblockhash")))
    assert (alone.block, alone.status, alone.confirmations) == (None, Status.SUCCEEDED, 1000)
    assert "block_not_visible" in alone.warnings


@pytest.mark.parametrize(("count", "warning"), [(0, "reorganised"), (-3, "conflicted")])
def test_a_block_that_is_named_but_does_not_count(count: int, warning: str) -> None:
    """Without the block's header only the count tells that its block was replaced."""
    world = replace(plain(network("bitcoin")), silent=("getblockheader",), more={"confirmations": count})
    read = seen(world)
    assert (read.status, read.final, read.confirmations, read.block) == (Status.PENDING, False, 0, None)
    assert warning in read.warnings


def test_bytes_of_another_transaction() -> None:
    world = plain(network("bitcoin"))
    owner, _ = scripts(world.network)
    other = written(world.network, [("aa" * 32, 5)], [(1, owner)])
    with pytest.raises(NodeMistaken):
        seen(replace(world, known={**world.known, world.reference: other}))
