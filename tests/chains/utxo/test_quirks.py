"""What is peculiar to chains of outputs, each with a node that shows it; small invented records."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from chains.catalogue import network, networks
from chains.errors import NodeMistaken
from chains.families import family
from chains.identify import identify
from chains.types import Network, Status, Transaction
from chains.verify import probe
from tests.chains.replay import Played, replayed
from tests.chains.utxo.scenes import plain, scripts
from tests.chains.utxo.worlds import BLOCK, HEIGHT, INTERFACES, World, daemon
from tests.chains.utxo.written import (
    coinbase,
    compact,
    id_of,
    saplings_form,
    sized,
    transaction,
    written,
)

ROWS = [row for row in networks().values() if row.family == "utxo"]
TWICE = "e3bf3d07d4b0375638d5f1db5255fe07ba2c4cb067cd81b84ee974b6585fb468"
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


@pytest.mark.parametrize("slug", ["bitcoin", "bitcoin-cash"])
def test_a_coinbase_whose_id_came_twice(slug: str) -> None:
    """The real bytes of the coinbase of blocks 91722 and 91880."""
    script = sized(bytes.fromhex(
        "04124b212f5416598a92ccec88819105179dcb2550d571842601492718273fe0f2179a9695096bff94cd99dcccdea7cd9bd943bfca8fea649cac963411979a33e9"
    )) + b"\xac"  # fmt: skip
    mark = bytes.fromhex("0456720e1b00")
    data = transaction([("00" * 32, 0xFFFFFFFF)], [(5_000_000_000, script)], version=1, unlocking=mark)
    assert id_of(data) == TWICE
    read = seen(world_of(network(slug), data))
    assert "hash_used_twice" in read.warnings
    assert "pay_to_public_key" in read.warnings
    assert [(leg.recipient, leg.amount) for leg in read.transfers] == [(None, 5_000_000_000)]


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


def test_bytes_of_another_transaction() -> None:
    world = plain(network("bitcoin"))
    owner, _ = scripts(world.network)
    other = written(world.network, [("aa" * 32, 5)], [(1, owner)])
    with pytest.raises(NodeMistaken):
        seen(replace(world, known={**world.known, world.reference: other}))


def test_the_same_hash_on_both_sides_of_a_split() -> None:
    """A payment from before block 478,559 is on Bitcoin and on Bitcoin Cash: two findings, each in its own words."""
    old = plain(network("bitcoin"))
    assert {"bitcoin", "bitcoin-cash"} <= set(identify(old.reference).candidates)
    both = [replace(old, network=network(slug)) for slug in ("bitcoin", "bitcoin-cash")]
    with replayed(daemon(both[0])) as one, replayed(daemon(both[1])) as other:
        readings = probe(old.reference, {both[0].network: [one], both[1].network: [other]}, timeout=5)
        crossed = probe(old.reference, {both[0].network: [other], both[1].network: [one]}, timeout=5)
    first, second = (reading.transaction for reading in readings)
    assert first.status is second.status is Status.SUCCEEDED
    assert first.transfers[1].recipient == "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4"
    assert (second.transfers[0].recipient or "").startswith("bitcoincash:p")
    assert [reading.transaction.status for reading in crossed] == [Status.UNKNOWN] * 2
    assert all("wrong_chain" in reading.transaction.warnings for reading in crossed)


def test_dash_is_final_when_masternodes_locked_its_block() -> None:
    world = replace(plain(network("dash")), depth=1)
    assert not seen(world).final
    assert not seen(replace(world, more={"instantlock": True, "chainlock": False})).final
    assert seen(replace(world, more={"chainlock": True})).final
    waiting = seen(replace(world, depth=0, more={"instantlock": True, "chainlock": False}))
    assert (waiting.status, waiting.final) == (Status.PENDING, False)
    foreign = replace(plain(network("litecoin")), depth=1, more={"chainlock": True})
    assert not seen(foreign).final  # only a row that has locks believes one


@pytest.mark.parametrize("interface", INTERFACES)
def test_dash_payloads_belong_to_the_hash(interface: str | None) -> None:
    row = network("dash")
    owner, other = scripts(row)
    before = written(row, [("aa" * 32, 0)], [(1000, owner)])
    payload = sized(bytes(range(60)))
    data = transaction([(id_of(before), 0)], [(700, other)], version=3 | 8 << 16, tail=payload)
    read = seen(world_of(row, data, before), interface)
    assert read.warnings == ()
    assert read.fee is not None
    assert read.fee.amount == 300
    cut = world_of(row, data, before)
    cut.known = {**cut.known, cut.reference: data[:-1]}
    with pytest.raises((NodeMistaken, AssertionError)):
        seen(cut)


def test_dash_withdrawals_from_the_pool_have_no_inputs() -> None:
    row = network("dash")
    payload = b"\x01" + (7).to_bytes(8, "little") + (190).to_bytes(4, "little") + bytes(4 + 32 + 96)
    data = transaction([], [(5000, scripts(row)[1])], version=3 | 9 << 16, tail=sized(payload))
    read = seen(world_of(row, data))
    assert [(leg.sender, leg.amount) for leg in read.transfers] == [(None, 5000)]
    assert read.fee is not None
    assert (read.fee.amount, read.fee.payer) == (190, None)
    empty = transaction([], [], version=3 | 6 << 16, tail=sized(bytes(40)))  # a commitment: moves nothing
    read = seen(world_of(row, empty))
    assert (read.transfers, read.warnings, read.status) == ((), (), Status.SUCCEEDED)


@pytest.mark.parametrize("interface", INTERFACES)
def test_zcash_value_out_of_the_hidden_part(interface: str | None) -> None:
    row = network("zcash")
    owner, other = scripts(row)
    before = written(row, [("aa" * 32, 0)], [(1000, owner)])
    data = saplings_form([(id_of(before), 0)], [(1500, other)], balance=600, spends=1)
    world = world_of(row, data, before)
    read = seen(world, interface)
    assert "shielded_part_not_visible" in read.warnings
    assert [(leg.sender, leg.amount) for leg in read.transfers] == [(None, 1500)]  # not all of it is the owner's
    assert read.fee is not None
    assert (read.fee.amount, read.fee.payer) == (100, None)


def test_zcash_value_into_the_hidden_part_by_the_daemons_lists() -> None:
    row = network("zcash")
    owner, other = scripts(row)
    before = written(row, [("aa" * 32, 0)], [(1000, owner)])
    data = written(row, [(id_of(before), 0)], [(200, other)])
    lists = {"vjoinsplit": [{"vpub_old": 0.000003, "vpub_new": 0}], "valueBalance": -0.000004, "vShieldedOutput": [{}]}
    read = seen(world_of(row, data, before, bytes_shown=False, more=lists))
    assert {"shielded_part_not_visible", "hash_not_recomputed"} <= set(read.warnings)
    assert read.fee is not None
    assert (read.fee.amount, read.fee.payer) == (100, row.params["sample_address"])
    hidden = seen(world_of(row, data, before, bytes_shown=False))
    assert hidden.fee is None  # the lists are not shown: what the hidden part took is not known
    assert hidden.transfers[0].sender is None


def test_cashtokens_are_legs_of_their_own() -> None:
    row = network("bitcoin-cash")
    owner, other = scripts(row)
    category = "c1" * 32
    named = b"\xef" + bytes.fromhex(category)[::-1]
    both = named + b"\x71" + sized(b"\xbe\xef") + compact(250)
    before = transaction([("aa" * 32, 3)], [(2000, owner), (900, both + owner)])
    data = transaction([(id_of(before), 1)], [(800, both + other)])
    read = seen(world_of(row, data, before))
    assert [(leg.position, leg.kind.value, leg.contract, leg.token_id, leg.amount) for leg in read.transfers] == [
        ("vout:0", "native", None, None, 800),
        ("vout:0/token", "token", category, None, 250),
        ("vout:0/nft", "nft", category, "beef", 1),
    ]
    assert len({leg.recipient for leg in read.transfers}) == 1
    assert read.transfers[1].recipient is not None
    assert {leg.sender for leg in read.transfers} == {row.params["sample_address"]}
    other_tokens = {"n": 0, "value": 0.000008, "scriptPubKey": {"hex": other.hex()},
                    "tokenData": {"category": category, "amount": "251"}}  # fmt: skip
    with pytest.raises(NodeMistaken):
        seen(world_of(row, data, before, more={"vout": [other_tokens]}))


def test_tokens_that_are_made_have_no_sender() -> None:
    row = network("bitcoin-cash")
    owner, other = scripts(row)
    before = transaction([("aa" * 32, 3)], [(2000, owner)])
    named = b"\xef" + bytes.fromhex(id_of(before))[::-1] + b"\x10\x09"
    data = transaction([(id_of(before), 0)], [(1000, named + other)])
    coin, token = seen(world_of(row, data, before)).transfers
    assert coin.sender == row.params["sample_address"]
    assert (token.sender, token.amount) == (None, 9)


def test_bytes_that_only_look_like_tokens() -> None:
    row = network("bitcoin-cash")
    owner, _ = scripts(row)
    before = transaction([("aa" * 32, 3)], [(2000, owner)])
    for prefix in (
        b"\xef\x01",
        b"\xef" + bytes(32) + b"\x00",
        b"\xef" + bytes(32) + b"\x10\x00",
        b"\xef" + bytes(32) + b"\x13\x05",
    ):
        data = transaction([(id_of(before), 0)], [(1000, prefix + owner)])
        read = seen(world_of(row, data, before))
        assert [leg.position for leg in read.transfers] == ["vout:0"]
        assert read.transfers[0].recipient is None
        assert "script_without_address" in read.warnings
