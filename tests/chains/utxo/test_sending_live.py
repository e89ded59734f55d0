"""Sweep, refund, replacement and double spend against a real daemon; the wallet of the daemon is the signer."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from chains.errors import CoinsAreGone, CoinsCarry, CostNotHeld, NoReplacement, Refused
from chains.sending import Coins, SignedDiffers, Step, arrivals, step_from_json, step_to_json
from chains.types import Network, Status
from chains.utxo import sending
from chains.verify import verify
from tests.chains.utxo.conftest import Daemon, start, stop

COIN = 10**8
KINDS = ("legacy", "p2sh-segwit", "bech32")


@pytest.fixture(scope="module")
def sender(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Daemon]:
    """A daemon of its own: the test chain cannot grow much beyond 430 blocks."""
    process, daemon = start(tmp_path_factory.mktemp("sender"), mine=110)
    yield daemon
    stop(process)


@pytest.fixture(scope="module")
def replacing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Daemon]:
    """A daemon that takes dearer transactions in place of waiting ones, which Litecoin Core does not by itself."""
    process, daemon = start(tmp_path_factory.mktemp("replacing"), mine=110, options=("-mempoolreplacement=1",))
    yield daemon
    stop(process)


def deposits(daemon: Daemon, *amounts: str, kinds: tuple[str, ...] = KINDS) -> list[Coins]:
    """Final coins, each at an address of its own, of different kinds."""
    sources = [daemon("getnewaddress", "", kinds[place % len(kinds)]) for place in range(len(amounts))]
    for source, amount in zip(sources, amounts, strict=True):
        daemon("sendtoaddress", source, amount)
    daemon.mine(12)
    coins = []
    for source in sources:
        (row,) = daemon("listunspent", 1, 9999, [source])
        coins.append(Coins(source, int(row["amount"] * COIN), f"{row['txid']}:{row['vout']}"))
    return coins


def signed(daemon: Daemon, step: Step) -> str:
    """The step as the wallet signs it, in hexadecimal."""
    done = daemon("finalizepsbt", daemon("walletprocesspsbt", step.body["psbt"])["psbt"])
    assert done["complete"]
    return str(done["hex"])


def sweep(daemon: Daemon, network: Network, coins: list[Coins], destination: str) -> Step:
    (step,) = sending.plan_sweep(
        network, [daemon.node], contract=None, coins=coins, destination=destination, gas_tank=None
    )
    assert step_from_json(step_to_json(step)) == step
    return step


def refund(daemon: Daemon, network: Network, source: str, outpoint: str, amount: int) -> Step:
    (step,) = sending.plan_refund(
        network, [daemon.node], contract=None, amount=amount, source=source,
        destination=daemon("getnewaddress", "", "legacy"), outpoints=[outpoint],
    )  # fmt: skip
    return step


def test_three_coins_go_and_one_comes_back(sender: Daemon, litecoin: Network) -> None:
    daemon, nodes = sender, [sender.node]
    coins = deposits(daemon, "0.4", "0.01", "2")
    custody = daemon("getnewaddress")
    step = sweep(daemon, litecoin, coins, custody)
    got = arrivals([step])
    assert sum(got.values()) + step.highest_cost == sum(one.amount for one in coins)
    assert [got[place] < coins[place].amount for place in range(3)] == [True] * 3

    text = signed(daemon, step)
    read = sending.read_signed(litecoin, step, text)
    assert sending.broadcast(litecoin, nodes, read.raw) == read.hash
    assert sending.broadcast(litecoin, nodes, read.raw) == read.hash  # it waits already
    daemon.mine(1)
    assert sending.broadcast(litecoin, nodes, read.raw) == read.hash  # and is mined already
    daemon.mine(litecoin.confirmations)
    tx = verify(litecoin, read.hash, nodes).transaction
    assert tx.final
    assert tx.fee is not None
    assert tx.fee.amount == step.highest_cost
    assert sending.deviations(step, tx) == []
    assert not sending.is_overtaken(litecoin, nodes, step, read.hash)
    with pytest.raises(CoinsAreGone):
        sweep(daemon, litecoin, coins, custody)

    served = step.serves[2]
    assert served.position == "vout:2"
    outpoint = f"{read.hash}:2"
    with pytest.raises(CostNotHeld):
        refund(daemon, litecoin, custody, outpoint, served.arrives)
    back = refund(daemon, litecoin, custody, outpoint, served.arrives - 50_000)
    paid = sending.read_signed(litecoin, back, signed(daemon, back))
    sending.broadcast(litecoin, nodes, paid.raw)
    daemon.mine(litecoin.confirmations)
    shown = verify(litecoin, paid.hash, nodes).transaction
    assert sending.deviations(back, shown) == []
    assert shown.transfers[0].amount == served.arrives - 50_000


def test_what_the_chain_shows_otherwise_is_named(sender: Daemon, litecoin: Network) -> None:
    daemon = sender
    coins = deposits(daemon, "0.4", "0.3")
    step = sweep(daemon, litecoin, coins, daemon("getnewaddress"))
    read = sending.read_signed(litecoin, step, signed(daemon, step))
    sending.broadcast(litecoin, [daemon.node], read.raw)
    daemon.mine(litecoin.confirmations)
    tx = verify(litecoin, read.hash, [daemon.node]).transaction
    one, *rest = tx.transfers
    less = replace(tx, transfers=(replace(one, amount=one.amount - 1), *rest))
    assert "promised_transfer_missing" in sending.deviations(step, less)
    more = replace(tx, transfers=(*tx.transfers, replace(one, position="vout:2")))
    assert sending.deviations(step, more) == ["extra_movement"]
    elsewhere = replace(tx, transfers=(replace(one, recipient=coins[0].source), *rest))
    assert "promised_transfer_missing" in sending.deviations(step, elsewhere)
    assert "promised_transfer_missing" in sending.deviations(step, replace(tx, transfers=(*rest, one)[:1]))
    assert sending.deviations(step, replace(tx, status=Status.FAILED)) == ["transaction_failed"]


@pytest.mark.parametrize("kind", KINDS)
def test_other_bytes_are_refused(sender: Daemon, litecoin: Network, kind: str) -> None:
    daemon = sender
    coins = deposits(daemon, "0.4", kinds=(kind,))
    step = sweep(daemon, litecoin, coins, daemon("getnewaddress"))
    other = sweep(daemon, litecoin, coins, daemon("getnewaddress"))
    text = signed(daemon, step)
    packet = daemon("walletprocesspsbt", step.body["psbt"])["psbt"]
    whole = daemon("finalizepsbt", packet, False)["psbt"]  # finalised, still in its packet
    assert sending.read_signed(litecoin, step, whole) == sending.read_signed(litecoin, step, text)
    with pytest.raises(SignedDiffers) as differs:
        sending.read_signed(litecoin, other, text)
    assert differs.value.differing == ("outputs",)
    with pytest.raises(SignedDiffers) as unsigned:
        sending.read_signed(litecoin, step, step.body["hex"])
    assert unsigned.value.differing == ("signature",)
    partly = daemon("signrawtransactionwithwallet", step.body["hex"], None, "NONE")["hex"]
    with pytest.raises(SignedDiffers):
        sending.read_signed(litecoin, step, partly)
    for text_of_nothing in ("", "00", "zz", step.body["psbt"]):
        with pytest.raises(SignedDiffers):
            sending.read_signed(litecoin, step, text_of_nothing)
    data = bytes.fromhex(text)
    for place in range(0, len(data), 3):
        changed = data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]
        with pytest.raises(SignedDiffers):
            sending.read_signed(litecoin, step, changed.hex())


def test_several_keys(sender: Daemon, litecoin: Network) -> None:
    daemon = sender
    keys = [daemon("getaddressinfo", daemon("getnewaddress"))["pubkey"] for _ in range(3)]
    for form in ("legacy", "p2sh-segwit", "bech32"):
        made = daemon("addmultisigaddress", 2, keys, "", form)["address"]
        daemon("sendtoaddress", made, "0.4")
        daemon.mine(12)
        (row,) = daemon("listunspent", 1, 9999, [made])
        coins = [Coins(made, 40_000_000, f"{row['txid']}:{row['vout']}")]
        step = sweep(daemon, litecoin, coins, daemon("getnewaddress"))
        text = signed(daemon, step)
        assert sending.read_signed(litecoin, step, text).raw == text
        data = bytes.fromhex(text)
        place = 150 if form == "legacy" else len(data) - 230  # somewhere in a signature
        with pytest.raises(SignedDiffers):
            sending.read_signed(litecoin, step, (data[:place] + b"\x55" + data[place + 1 :]).hex())


def test_a_dearer_one_takes_the_place(replacing: Daemon, litecoin: Network) -> None:
    daemon, nodes = replacing, [replacing.node]
    coins = deposits(daemon, "0.4", "0.3")
    first = sweep(daemon, litecoin, coins, daemon("getnewaddress"))
    one = sending.read_signed(litecoin, first, signed(daemon, first))
    sending.broadcast(litecoin, nodes, one.raw)
    with pytest.raises(NoReplacement, match="keep what waits"):
        sending.replacement(litecoin, nodes, first)
    litecoin = replace(litecoin, params={**litecoin.params, "replaces": True})
    dearer = sending.replacement(litecoin, nodes, first)
    assert dearer.inputs == first.inputs
    assert dearer.highest_cost > first.highest_cost
    assert sum(arrivals([dearer]).values()) + dearer.highest_cost == 70_000_000
    two = sending.read_signed(litecoin, dearer, signed(daemon, dearer))
    assert sending.broadcast(litecoin, nodes, two.raw) == two.hash
    assert not sending.is_overtaken(litecoin, nodes, first, one.hash)  # waiting is not final
    with pytest.raises(Refused):
        sending.broadcast(litecoin, nodes, one.raw)
    daemon.mine(litecoin.confirmations - 1)
    assert not sending.is_overtaken(litecoin, nodes, first, one.hash)
    daemon.mine(1)
    assert sending.is_overtaken(litecoin, nodes, first, one.hash)
    assert not sending.is_overtaken(litecoin, nodes, dearer, two.hash)
    assert sending.deviations(dearer, verify(litecoin, two.hash, nodes).transaction) == []


def test_a_refund_pays_more_out_of_its_change(sender: Daemon, litecoin: Network) -> None:
    daemon = sender
    (coin,) = deposits(daemon, "0.4", kinds=("bech32",))
    assert coin.outpoint is not None
    step = refund(daemon, litecoin, coin.source, coin.outpoint, 39_000_000)
    dearer = sending.replacement(litecoin, [daemon.node], step)
    assert dearer.moves[0] == step.moves[0]
    assert dearer.moves[1].amount == step.moves[1].amount - (dearer.highest_cost - step.highest_cost)
    bare = refund(daemon, litecoin, coin.source, coin.outpoint, 40_000_000 - 5_000)
    assert len(bare.moves) == 1
    with pytest.raises(NoReplacement):
        sending.replacement(litecoin, [daemon.node], bare)
    for _ in range(100):  # it ends at the bound of the row
        try:
            dearer = sending.replacement(litecoin, [daemon.node], dearer)
        except NoReplacement:
            break
    else:
        pytest.fail("the fee grows for ever")


def test_somebody_else_spends_the_coin(replacing: Daemon, litecoin: Network) -> None:
    daemon, nodes = replacing, [replacing.node]
    coins = deposits(daemon, "0.4", "0.3", kinds=("bech32",))
    step = sweep(daemon, litecoin, coins, daemon("getnewaddress"))
    read = sending.read_signed(litecoin, step, signed(daemon, step))
    txid, _, vout = str(coins[1].outpoint).partition(":")
    raw: Any = daemon(
        "createrawtransaction", [{"txid": txid, "vout": int(vout)}], [{daemon("getnewaddress"): "0.2999"}]
    )
    daemon("sendrawtransaction", daemon("signrawtransactionwithwallet", raw)["hex"])
    assert not sending.is_overtaken(litecoin, nodes, step, read.hash)
    daemon.mine(litecoin.confirmations - 1)
    assert not sending.is_overtaken(litecoin, nodes, step, read.hash)
    daemon.mine(1)
    assert sending.is_overtaken(litecoin, nodes, step, read.hash)
    with pytest.raises(Refused):
        sending.broadcast(litecoin, nodes, read.raw)
    daemon.mine(150)  # nobody looked for a long time: it is still found
    assert sending.is_overtaken(litecoin, nodes, step, read.hash)
    late = replace(step, body={**step.body, "height": str(daemon("getblockcount"))})
    assert not sending.is_overtaken(litecoin, nodes, late, read.hash)


def test_what_cannot_be_moved_alone(sender: Daemon, litecoin: Network) -> None:
    daemon = sender
    coins = deposits(daemon, "0.4", "0.00019")
    with pytest.raises(CoinsCarry):
        sweep(daemon, litecoin, coins, daemon("getnewaddress"))
    with pytest.raises(Refused, match="another amount"):
        sweep(daemon, litecoin, [replace(coins[0], amount=coins[0].amount - 1)], daemon("getnewaddress"))
    with pytest.raises(Refused, match="lies at the destination"):
        sweep(daemon, litecoin, coins[:1], coins[0].source)


def test_the_packet_is_what_the_daemon_reads(sender: Daemon, litecoin: Network) -> None:
    daemon = sender
    step = sweep(daemon, litecoin, deposits(daemon, "0.4", "0.3"), daemon("getnewaddress"))
    assert b64decode(step.body["psbt"])[:4] == b"psbt"
    shown = daemon("decodepsbt", step.body["psbt"])
    assert int(shown["fee"] * COIN) == step.highest_cost
    assert [f"{one['txid']}:{one['vout']}" for one in shown["tx"]["vin"]] == list(step.inputs)
