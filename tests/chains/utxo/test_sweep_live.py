"""A plan against a real daemon: signed by its wallet, broadcast, and read back as exactly the order."""

from __future__ import annotations

from base64 import b64encode
from decimal import Decimal
from typing import Any

import pytest

from chains.errors import Refused
from chains.families import family
from chains.sweep import SweepOrder, SweepPlan
from chains.transport import Session
from chains.types import Network
from chains.verify import verify
from tests.chains.utxo.conftest import Daemon

COIN = 10**8


def planned(daemon: Daemon, network: Network, order: SweepOrder) -> SweepPlan:
    return family("utxo").plan_sweep(network, Session(daemon.node), order)  # type: ignore[attr-defined, no-any-return]


def deposits(daemon: Daemon, kind: str, *amounts: str) -> tuple[str, tuple[str, ...]]:
    """An address of the wallet that was paid these amounts, final, and the outpoints."""
    source = daemon("getnewaddress", "", kind)
    for amount in amounts:
        daemon("sendtoaddress", source, amount)
    daemon.mine(12)
    coins: list[dict[str, Any]] = daemon("listunspent", 1, 9999, [source])
    return source, tuple(f"{coin['txid']}:{coin['vout']}" for coin in coins)


@pytest.mark.parametrize("kind", ["legacy", "p2sh-segwit", "bech32"])
def test_what_is_planned_happens(litecoind_node: Daemon, litecoin: Network, kind: str) -> None:
    source, outpoints = deposits(litecoind_node, kind, "1.5", "0.25")
    destination = litecoind_node("getnewaddress")
    order = SweepOrder(None, 120_000_000, source, destination, outpoints=outpoints)
    plan = planned(litecoind_node, litecoin, order)
    assert plan.form == "psbt"
    assert plan.cost is not None
    text = b64encode(plan.files[0].body).decode()

    shown = litecoind_node("decodepsbt", text)
    assert [f"{each['txid']}:{each['vout']}" for each in shown["tx"]["vin"]] == list(outpoints)
    assert shown["fee"] * COIN == plan.cost

    signed = litecoind_node("walletprocesspsbt", text)
    done = litecoind_node("finalizepsbt", signed["psbt"])
    assert done["complete"]
    taken = litecoind_node("testmempoolaccept", [done["hex"]])[0]
    assert taken["allowed"], taken
    assert taken["vsize"] <= int(plan.fields["size"])
    txid = litecoind_node("sendrawtransaction", done["hex"])
    litecoind_node.mine(litecoin.confirmations)

    read = verify(litecoin, txid, [litecoind_node.node]).transaction
    assert read.final
    assert read.fee is not None
    assert (read.fee.amount, read.fee.payer) == (plan.cost, source)
    assert [(leg.sender, leg.recipient, leg.amount) for leg in read.transfers] == [
        (source, destination, 120_000_000),
        (source, source, 175_000_000 - 120_000_000 - plan.cost),
    ]
    with pytest.raises(Refused):
        planned(litecoind_node, litecoin, order)  # the coins are gone


def test_change_too_small_goes_to_the_network(litecoind_node: Daemon, litecoin: Network) -> None:
    source, outpoints = deposits(litecoind_node, "bech32", "0.5")
    destination = litecoind_node("getnewaddress")
    order = SweepOrder(None, 50_000_000 - 3_000, source, destination, outpoints=outpoints)
    plan = planned(litecoind_node, litecoin, order)
    assert plan.cost == 3_000
    assert len(plan.fields["outputs"]) == 1
    with pytest.raises(Refused):
        planned(litecoind_node, litecoin, SweepOrder(None, 50_000_000, source, destination, outpoints=outpoints))


def test_coins_that_cannot_move(litecoind_node: Daemon, litecoin: Network) -> None:
    owner = litecoind_node("getnewaddress")
    block = litecoind_node.mine(1, owner)[0]
    new = litecoind_node("getblock", block)["tx"][0]
    to = litecoind_node("getnewaddress")
    with pytest.raises(Refused, match="new coins"):
        planned(litecoind_node, litecoin, SweepOrder(None, COIN, owner, to, outpoints=(f"{new}:0",)))
    source, outpoints = deposits(litecoind_node, "bech32", "0.5")
    with pytest.raises(Refused, match="does not belong"):
        planned(litecoind_node, litecoin, SweepOrder(None, COIN // 4, to, source, outpoints=outpoints))
    waiting = litecoind_node("sendtoaddress", source, "0.1")
    with pytest.raises(Refused, match="in no block"):
        planned(litecoind_node, litecoin, SweepOrder(None, COIN // 20, source, to, outpoints=(f"{waiting}:0",)))
    assert Decimal(litecoind_node("gettransaction", waiting, wallet="tests")["amount"]) is not None
