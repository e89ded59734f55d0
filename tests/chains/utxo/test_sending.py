"""Steps on every network and interface, what nodes may lie about, and bytes that are not the step."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from chains.catalogue import network, networks
from chains.errors import (
    ChainError,
    CoinsAreGone,
    CoinsCarry,
    CoinsWait,
    NodeMistaken,
    NodesDisagree,
    NodeUnavailable,
    NoNode,
    Refused,
    SentByHand,
    TooSmall,
)
from chains.sending import Coins, SignedDiffers, Step, step_from_json, step_to_json
from chains.signatures import schnorr_of_cash
from chains.types import Network, Node
from chains.utxo import sending, signed, steps
from chains.utxo.authorised import pushes, unauthorised
from chains.utxo.made import apart
from chains.utxo.raw import RawOutput
from chains.utxo.spending import Held
from chains.utxo.unsigned import sized
from tests.chains.replay import replayed
from tests.chains.scene import Answers, Asked, Told
from tests.chains.utxo import keys
from tests.chains.utxo.scenes import scripts
from tests.chains.utxo.worlds import INTERFACES, World, esplora
from tests.chains.utxo.written import id_of, transaction, written

ROWS = [row for row in networks().values() if row.family == "utxo" and not row.sandbox]
SENT = [row for row in ROWS if sending.sends(row)]
HELD = 10 * 10**8


def ours(row: Network) -> bytes:
    return keys.P2WPKH if row.params.get("hrp") else keys.P2PKH


def world_of(row: Network, *amounts: int, fee_rate: int = 20) -> tuple[World, list[Coins], str]:
    """Coins at an address whose key the tests have, each from a transaction of its own, and where they go."""
    _, other = scripts(row)
    made = [
        written(row, [(f"{place + 16:02x}" * 32, 0)], [(5, other), (amount, ours(row))])
        for place, amount in enumerate(amounts or (HELD, 2 * HELD))
    ]
    rate = max(fee_rate, int(row.params.get("least_fee_rate", 0)))
    world = World(row, "00" * 32, {id_of(data): data for data in made}, fee_rate=rate)
    source, to = world.address(ours(row)), world.address(other)
    assert source is not None
    assert to is not None
    return world, [Coins(source, world.raw(id_of(data)).outputs[1].amount, f"{id_of(data)}:1") for data in made], to


@contextmanager
def nodes_of(*answers: Answers, interface: str | None = None) -> Iterator[list[Node]]:
    with ExitStack() as stack:
        yield [stack.enter_context(replayed(one, interface=interface)) for one in answers]


def swept(row: Network, nodes: Sequence[Node], coins: Sequence[Coins], to: str) -> Step:
    (step,) = sending.plan_sweep(row, nodes, contract=None, coins=coins, destination=to, gas_tank=None)
    return step


def planned(row: Network, *amounts: int) -> tuple[World, Step]:
    world, coins, to = world_of(row, *amounts)
    with nodes_of(INTERFACES[None](world)) as nodes:
        return world, swept(row, nodes, coins, to)


@pytest.mark.parametrize("interface", INTERFACES)
@pytest.mark.parametrize("row", SENT, ids=lambda row: row.slug)
def test_every_network_and_interface(row: Network, interface: str | None) -> None:
    world, coins, to = world_of(row)
    with nodes_of(INTERFACES[interface](world), interface=interface) as nodes:
        step = swept(row, nodes, coins, to)
        (back,) = sending.plan_refund(
            row, nodes, contract=None, amount=HELD // 2, source=coins[0].source, destination=to,
            outpoints=[str(coins[0].outpoint)],
        )  # fmt: skip
    assert [one.position for one in step.serves] == ["vout:0", "vout:1"]
    assert sum(move.arrives for move in step.moves) + step.highest_cost == 3 * HELD
    assert step_from_json(step_to_json(step)) == step
    assert ("psbt" in step.body) == (row.params.get("psbt", "only") != "no")
    assert [move.recipient for move in back.moves] == [to, coins[0].source]
    assert back.moves[0].arrives == HELD // 2
    assert back.moves[1].arrives == HELD - HELD // 2 - back.highest_cost
    text = keys.signed(row, step.body["hex"], steps.spent_by(step))
    read = sending.read_signed(row, step, text)
    assert read.raw == text
    assert read.hash == signed.read(row, text).txid


def test_zcash_is_sent_by_hand() -> None:
    row = network("zcash")
    world, coins, to = world_of(row)
    with nodes_of(INTERFACES[None](world)) as nodes:
        with pytest.raises(SentByHand):
            swept(row, nodes, coins, to)
        with pytest.raises(SentByHand):
            sending.broadcast(row, nodes, "00")
    with pytest.raises(SignedDiffers):
        sending.read_signed(row, Step("sweep", "utxo", "", (), {}, 0), "00")


def test_what_one_node_says_is_not_enough() -> None:
    row = network("bitcoin")
    world, coins, to = world_of(row)
    honest = INTERFACES[None](world)
    spent = INTERFACES[None](replace(world, spent=[str(coins[0].outpoint)]))
    shallow = INTERFACES[None](replace(world, known={}, indexed=True))
    with nodes_of(honest, spent, honest) as nodes:
        assert swept(row, nodes, coins, to).highest_cost > 0
        with pytest.raises(NodesDisagree):
            swept(row, nodes[:2], coins, to)
    with nodes_of(spent, spent, honest) as nodes, pytest.raises(CoinsAreGone):
        swept(row, nodes, coins, to)
    with nodes_of(shallow) as nodes, pytest.raises(CoinsWait):
        swept(row, nodes, coins, to)
    young = replace(world, reference=str(coins[0].outpoint)[:64], depth=row.confirmations - 1)
    with nodes_of(INTERFACES[None](young)) as nodes, pytest.raises(CoinsWait):
        swept(row, nodes, coins, to)
    with pytest.raises(NoNode):
        swept(row, [], coins, to)
    silent = replace(world, silent=("gettxout",))
    with nodes_of(INTERFACES[None](silent)) as nodes, pytest.raises(NodeUnavailable):
        swept(row, nodes, coins, to)
    foreign = replace(world, genesis="77" * 32)
    with nodes_of(INTERFACES[None](foreign)) as nodes, pytest.raises(NodeUnavailable):
        swept(row, nodes, coins, to)


def test_no_node_sets_the_fee_alone() -> None:
    row = network("bitcoin")
    world, coins, to = world_of(row)
    honest, dear = INTERFACES[None](world), INTERFACES[None](replace(world, fee_rate=999))
    with nodes_of(dear, honest, honest) as nodes:
        assert swept(row, nodes, coins, to).body["fee_rate"] == "20"
    with nodes_of(dear, honest) as nodes, pytest.raises(NodesDisagree):
        swept(row, nodes, coins, to)
    with nodes_of(INTERFACES[None](replace(world, fee_rate=10_000))) as nodes, pytest.raises(NodeMistaken):
        swept(row, nodes, coins, to)


def test_orders_that_cannot_be() -> None:
    row = network("bitcoin")
    world, coins, to = world_of(row)
    one, two = coins
    orders: list[tuple[type[ChainError], dict[str, Any]]] = [
        (SentByHand, {"contract": "rune"}),
        (Refused, {"coins": [one, one]}),
        (Refused, {"coins": [replace(one, outpoint=None)]}),
        (Refused, {"coins": []}),
        (Refused, {"coins": [replace(one, amount=one.amount + 1), two]}),
        (Refused, {"coins": [replace(one, source=to)]}),
        (Refused, {"coins": [replace(one, outpoint=f"{str(one.outpoint)[:-1]}7")]}),
        (Refused, {"destination": one.source}),
        (Refused, {"destination": "ltc1qw508d6qejxtdg4y5r3zarvary0c5xw7kgmn4n9"}),
    ]
    with nodes_of(INTERFACES[None](world)) as nodes:
        for kind, order in orders:
            with pytest.raises(kind):
                sending.plan_sweep(
                    row, nodes, **{"contract": None, "coins": coins, "destination": to, "gas_tank": None, **order}
                )
    small, coins, to = world_of(row, HELD, 21_000, fee_rate=900)
    with nodes_of(INTERFACES[None](small)) as nodes:
        # The big coin pays nearly all of the cost, so the small one lives; alone it does not.
        assert swept(row, nodes, coins, to).moves[1].arrives < 21_000
        with pytest.raises(TooSmall):
            swept(row, nodes, coins[1:], to)


def _carriers() -> dict[str, Callable[[], bytes]]:
    """Transactions whose second output is a coin of ours that may not be bare."""
    out = keys.P2WPKH
    rune = b"\x6a\x5d\x01\x00"
    envelope = b"\x00\x63\x03ord\x01\x01\x00\x01a\x68"
    witness = b"\x03\x01\x01" + bytes([len(envelope)]) + envelope + b"\x21" + b"\xc0" + bytes(32)
    plain = transaction([("aa" * 32, 0)], [(5, b"\x51"), (HELD, out)], unlocking=b"")
    revealing = plain[:4] + b"\0\x01" + plain[4:-4] + witness + plain[-4:]
    return {
        "runes": lambda: transaction([("aa" * 32, 0)], [(0, rune), (HELD, out)]),
        "inscription": lambda: revealing,
        "small": lambda: transaction([("aa" * 32, 0)], [(5, b"\x51"), (10_000, out)]),
        "stripped": lambda: plain,
    }


@pytest.mark.parametrize("name", _carriers())
def test_what_may_carry_something_else_is_not_spent(name: str) -> None:
    row = network("bitcoin")
    data = _carriers()[name]()
    world, _, to = world_of(row)
    parsed = signed.take_apart(row, data)
    world = replace(world, known={parsed.txid: data})
    source = world.address(keys.P2WPKH)
    assert source is not None
    point = f"{parsed.txid}:1"
    coin = Coins(source, parsed.outputs[1].amount, point)
    with nodes_of(INTERFACES[None](world)) as nodes:
        with pytest.raises(CoinsCarry):
            swept(row, nodes, [coin], to)
        with pytest.raises(CoinsCarry):
            sending.plan_refund(
                row, nodes, contract=None, amount=5_000, source=source, destination=to, outpoints=[point]
            )


def test_where_nothing_rides_small_coins_are_coins() -> None:
    row = network("dash")
    world, coins, to = world_of(row, 7_000, fee_rate=1)
    with nodes_of(INTERFACES[None](world)) as nodes:
        assert swept(row, nodes, coins, to).moves[0].arrives < 7_000


@settings(max_examples=200, deadline=None)
@given(st.lists(st.integers(20_000, 10**15), min_size=1, max_size=40), st.integers(1, 10**7))
def test_the_cost_is_shared_to_the_last_unit(amounts: list[int], fee: int) -> None:
    row = network("bitcoin")
    coins = [Held("aa" * 32, place, RawOutput(amount, b""), "p2wpkh", None, False, b"")
             for place, amount in enumerate(amounts)]  # fmt: skip
    try:
        outputs = apart(row, coins, b"\x51", fee)
    except TooSmall:
        return
    assert sum(amounts) - sum(output.amount for output in outputs) == fee
    for amount, output in zip(amounts, outputs, strict=True):
        assert 546 <= output.amount <= amount
        assert abs((amount - output.amount) - fee * amount / sum(amounts)) <= 1


@pytest.mark.parametrize("row", SENT, ids=lambda row: row.slug)
def test_no_changed_byte_is_taken(row: Network) -> None:
    _, step = planned(row)
    data = bytes.fromhex(keys.signed(row, step.body["hex"], steps.spent_by(step)))
    for place in range(len(data)):
        for bit in (1, 128):
            changed = data[:place] + bytes([data[place] ^ bit]) + data[place + 1 :]
            with pytest.raises(SignedDiffers):
                sending.read_signed(row, step, changed.hex())
    for other in (data[:-1], data + b"\0", b"\0" + data):
        with pytest.raises(SignedDiffers):
            sending.read_signed(row, step, other.hex())


@pytest.mark.parametrize("slug", ["bitcoin", "dogecoin"])
def test_a_step_that_contradicts_itself_signs_nothing(slug: str) -> None:
    row = network(slug)
    _, step = planned(row)
    text = keys.signed(row, step.body["hex"], steps.spent_by(step))
    inputs = step.body["inputs"]
    richer = [{**inputs[0], "amount": str(int(inputs[0]["amount"]) + 1)}, *inputs[1:]]
    first = step.moves[0]
    others = [
        replace(step, moves=(replace(first, arrives=first.arrives + 1), *step.moves[1:])),
        replace(step, moves=(replace(first, recipient=step.sender), *step.moves[1:])),
        replace(step, moves=step.moves[:1]),
        replace(step, highest_cost=step.highest_cost + 1),
        replace(step, inputs=step.inputs[::-1]),
        replace(step, body={**step.body, "fee": "1"}),
        replace(step, body={**step.body, "inputs": richer}),
        replace(step, body={**step.body, "inputs": inputs[:1]}),
        replace(step, body={**step.body, "hex": text}),
        replace(step, body={}),
    ]
    for other in others:
        with pytest.raises(SignedDiffers):
            sending.read_signed(row, other, text)
    assert sending.read_signed(row, step, text).raw == text


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=300) | st.binary(max_size=300).map(bytes.hex))
def test_hostile_text_is_no_signature(text: str) -> None:
    with pytest.raises(SignedDiffers):
        sending.read_signed(network("bitcoin"), STEP, text)


STEP = planned(network("bitcoin"))[1]

INDEPENDENT = (
    "0200000000010201010101010101010101010101010101010101010101010101010101010101010000000000fdffffff0202020202020202"
    "020202020202020202020202020202020202020202020202030000000 0fdffffff02905f010000000000160014531260aa2a199e228c537d"
    "fa42c82bea2c7c1f4d88130000000000002251202a64b1ee3375f3bb4b367b8cb8384a47f73cf231717f827c6c6fbbf5aecf0c360140fa11"
    "c188fabf03b9bb2c8d62a5273d567bee54dc7f3ffcec27a9137f99a5bb7130dfd116934806269588cb7c53f26480a5d0bf6cff61e1ebbbc1"
    "67799325367702473044022016175d8b882003b8a84035e6a199e6e1aef672b2ad110d73705c114774110c3a02207642cb5952fdd6f7c6b5"
    "07650a7700fc351f08d94d85f6c189241248e95ca4f4012102466d7fcae563e5cb09a0d1870bb580344804617879a14949cf22285f1bae3f"
    "2700000000"
).replace(" ", "")
"""Signed by another library: the first input by a taproot key, the second by the key of a witness hash."""


def test_signatures_of_another_library() -> None:
    row = network("bitcoin")
    data = bytes.fromhex(INDEPENDENT)
    spent = [
        RawOutput(60_000, bytes.fromhex("51202a64b1ee3375f3bb4b367b8cb8384a47f73cf231717f827c6c6fbbf5aecf0c36")),
        RawOutput(40_000, bytes.fromhex("0014531260aa2a199e228c537dfa42c82bea2c7c1f4d")),
    ]
    assert unauthorised(row, signed.take_apart(row, data), spent) == []
    dearer = [replace(spent[0], amount=60_001), spent[1]]
    assert unauthorised(row, signed.take_apart(row, data), dearer) == [0]
    assert unauthorised(row, signed.take_apart(row, data), spent[::-1]) == [0, 1]


def test_schnorr_of_bitcoin_cash() -> None:
    key = bytes.fromhex("0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798")
    signature = bytes.fromhex(
        "787a848e71043d280c50470e8e1532b2dd5d20ee912a45dbdd2bd1dfbf187ef6"
        "7031a98831859dc34dffeedda86831842ccd0079e1f92af177f7f22cc1dced05"
    )
    assert schnorr_of_cash(key, bytes(32), signature)
    assert not schnorr_of_cash(key, b"\x01" + bytes(31), signature)
    assert not schnorr_of_cash(b"\x03" + key[1:], bytes(32), signature)
    for place in range(64):
        changed = signature[:place] + bytes([signature[place] ^ 1]) + signature[place + 1 :]
        assert not schnorr_of_cash(key, bytes(32), changed)
    row = network("bitcoin-cash")
    _, step = planned(row)
    tx = signed.take_apart(row, bytes.fromhex(keys.signed(row, step.body["hex"], steps.spent_by(step))))
    made_up = sized(bytes(63) + b"\x05\x41") + sized(keys.PUBLIC)
    tx = replace(tx, inputs=(replace(tx.inputs[0], script=made_up), *tx.inputs[1:]))
    assert unauthorised(row, tx, steps.spent_by(step)) == [0]


def test_only_the_shortest_pushes_are_read() -> None:
    assert pushes(b"\x00\x02ab\x4c\x4c" + bytes(76)) == [b"", b"ab", bytes(76)]
    assert pushes(b"\x4c\x02ab") is None
    assert pushes(b"\x02a") is None
    assert pushes(b"\x76") is None


def _spender(world: World, step: Step, who: bytes, depth: int) -> Answers:
    """An index that shows who took the first output."""
    txid = signed.take_apart(world.network, who).txid
    taken = replace(world, known={**world.known, txid: who}, depth=depth, reference=txid)
    plain = esplora(taken)
    point = step.inputs[0].replace(":", "/outspend/")

    def answer(asked: Asked) -> Told:
        return Told({"spent": True, "txid": txid}) if asked.path == f"/tx/{point}" else plain(asked)

    return answer


def test_only_a_final_other_spender_overtakes() -> None:
    row = network("bitcoin")
    world, step = planned(row)
    text = keys.signed(row, step.body["hex"], steps.spent_by(step))
    hash = sending.read_signed(row, step, text).hash
    other = transaction([(step.inputs[0][:64], 1)], [(HELD - 500, scripts(row)[1])])
    again = signed.take_apart(row, bytes.fromhex(text))
    twin = replace(again, inputs=tuple(replace(one, script=b"\x51", witness=()) for one in again.inputs)).written()
    stranger = transaction([("cc" * 32, 1)], [(HELD - 500, scripts(row)[1])])
    shown = {
        "final": (_spender(world, step, other, 6), True),
        "not final": (_spender(world, step, other, 5), False),
        "waiting": (_spender(world, step, other, 0), False),
        "the same movement under another id": (_spender(world, step, twin, 100), False),
        "spends something else": (_spender(world, step, stranger, 100), False),
        "itself": (_spender(world, step, bytes.fromhex(text), 100), False),
        "nobody": (esplora(world), False),
    }
    for name, (answers, verdict) in shown.items():
        with nodes_of(answers, interface="esplora") as nodes:
            assert sending.is_overtaken(row, nodes, step, hash) is verdict, name
    final, nobody = shown["final"][0], shown["nobody"][0]
    with nodes_of(final, nobody, interface="esplora") as nodes:
        assert not sending.is_overtaken(row, nodes, step, hash)
    with nodes_of(final, nobody, final, interface="esplora") as nodes:
        assert sending.is_overtaken(row, nodes, step, hash)
    assert not sending.is_overtaken(row, [], step, hash)


def _taking(world: World, interface: str, reply: Told) -> tuple[Answers, list[str]]:
    """An index that answers what it is handed with ``reply``."""
    plain = INTERFACES[interface](world)
    handed: list[str] = []

    def answer(asked: Asked) -> Told:
        if asked.method == "POST" and asked.path == "/tx":
            handed.append(asked.body)
            return reply
        if asked.path.startswith("/api/v2/sendtx/"):
            handed.append(asked.path.rpartition("/")[2])
            return reply
        return plain(asked)

    return answer, handed


def test_indexes_are_handed_the_bytes() -> None:
    row = network("bitcoin")
    world, step = planned(row)
    text = keys.signed(row, step.body["hex"], steps.spent_by(step))
    hash = signed.read(row, text).txid
    known = Told(text='sendrawtransaction RPC error: {"code":-25,"message":"txn-already-known"}', status=400)
    for interface, reply, good in (
        ("esplora", Told(text=hash), True),
        ("esplora", known, True),
        ("esplora", Told(text="bad-txns-inputs-missingorspent", status=400), False),
        ("blockbook", Told({"result": hash}), True),
        ("blockbook", Told({"error": {"message": "-26: dust"}}, 400), False),
    ):
        answers, handed = _taking(world, interface, reply)
        with nodes_of(answers, interface=interface) as nodes:
            if good:
                assert sending.broadcast(row, nodes, text) == hash
            else:
                with pytest.raises(Refused):
                    sending.broadcast(row, nodes, text)
        assert handed == [text]
    answers, _ = _taking(world, "esplora", Told(text="00" * 32))
    with nodes_of(answers, interface="esplora") as nodes, pytest.raises(NodeMistaken):
        sending.broadcast(row, nodes, text)
    foreign, handed = _taking(replace(world, genesis="77" * 32), "esplora", Told(text=hash))
    with nodes_of(foreign, interface="esplora") as nodes, pytest.raises(NodeMistaken):
        sending.broadcast(row, nodes, text)
    assert handed == []
    with pytest.raises(Refused):
        sending.broadcast(row, [Node("x", "http://127.0.0.1:1")], "zz")
    with pytest.raises(NodeUnavailable):
        sending.broadcast(row, [Node("x", "http://127.0.0.1:1")], text)
