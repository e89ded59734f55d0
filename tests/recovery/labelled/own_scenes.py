"""Scenes that the labels need beside those of the conformance suite: ways of delivery, memos, collectibles."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from chains.ton import fields
from chains.types import Network
from tests.chains.evm import scenes as evm
from tests.chains.scene import Scene
from tests.chains.ton import scenes as ton
from tests.chains.ton.making import Chain, comment, internal_transfer, jetton_transfer
from tests.chains.xrpl import book

ROUTER, OTHER = "0x" + "44" * 20, "0x" + "55" * 20


def scenes(network: Network) -> list[Scene]:
    """Those of one network; none for most families."""
    made = _MADE.get(network.family)
    return made(network) if made else []


def _evm(network: Network) -> list[Scene]:
    sound = evm.chain(network)
    assert sound.transaction is not None
    assert sound.receipt is not None

    def logged(name: str, *logs: dict[str, Any], to: str = evm.TOKEN) -> Scene:
        shown = replace(
            sound,
            transaction={**(sound.transaction or {}), "to": to.lower(), "value": "0x0", "input": "0xa9059cbb"},
            receipt={**(sound.receipt or {}), "to": to.lower(), "logs": [*evm.ledger_logs(network, 0), *logs]},
            results={"debug_traceTransaction": _call(evm.SENDER, to, 0)},
        )
        return Scene(name, evm.HASH, shown.answers())

    token = evm.log(7, evm.TOKEN, evm.SENDER, evm.RECIPIENT, 9)
    single = token | {"topics": [*token["topics"], f"0x{5:064x}"], "data": "0x"}
    found = [
        logged("shown_token", token),
        logged("router", evm.log(7, evm.TOKEN, ROUTER, evm.RECIPIENT, 9), to=ROUTER),
        logged("two_legs", token, evm.log(8, evm.TOKEN, evm.SENDER, evm.RECIPIENT, 4)),
        logged("collectible", single),
        logged("nothing", evm.log(7, evm.TOKEN, evm.SENDER, evm.RECIPIENT, 0)),
        logged("minted", evm.log(7, evm.TOKEN, "0x" + "00" * 20, evm.RECIPIENT, 9)),
    ]
    if "native_ledger" not in network.params:
        found.append(_inner(sound))
    return found


def _call(sender: str, to: str, value: int, *calls: Mapping[str, Any]) -> dict[str, Any]:
    """One call as geth's tracer shows it."""
    party = {"from": sender.lower(), "to": to.lower(), "value": hex(value)}
    return {"type": "CALL", **party, "calls": list(calls)}


def _inner(sound: evm.Chain) -> Scene:
    """A contract pays the coin out."""
    trace = _call(evm.SENDER, ROUTER, 0, _call(ROUTER, evm.RECIPIENT, 6))
    shown = replace(
        sound,
        transaction={**(sound.transaction or {}), "to": ROUTER, "value": "0x0", "input": "0x12345678"},
        receipt={**(sound.receipt or {}), "to": ROUTER, "gasUsed": "0x9999"},
        results={"debug_traceTransaction": trace},
    )
    return Scene("inner", evm.HASH, shown.answers())


def _xrpl(network: Network) -> list[Scene]:
    body = book.sent("Payment", book.ANNA, Destination=book.BERT, Amount="5000000", DestinationTag=1022)
    nodes = book.root(book.ANNA, 50_000_000, 44_999_988), book.root(book.BERT, None, 5_000_000)
    answer = book.second(body, book.meta(*nodes, delivered_amount="5000000"))
    node = book.node(answer, server=book.info(network_id=network.params["network_id"]))
    return [Scene("tagged", body["hash"], node)]


def _ton(network: Network) -> list[Scene]:
    """A jetton that was sent without coins to tell its receiver with."""
    chain = Chain(chain=network.params["global_id"])
    chain.tip_time = None
    chain.jetton_wallets = {ton.PAYER_WALLET: (ton.PAYER, ton.MASTER), ton.SHOP_WALLET: (ton.SHOP, ton.MASTER)}
    words = comment("order 18")
    ask = chain.message(ton.PAYER, ton.PAYER_WALLET, 100_000_000, jetton_transfer(25_000_000, ton.SHOP, words))
    top = chain.transaction(chain.outside(ton.PAYER), [ask])
    moved = internal_transfer(25_000_000, ton.PAYER, words, forward=0)
    inner = chain.message(ton.PAYER_WALLET, ton.SHOP_WALLET, 90_000_000, moved)
    chain.transaction(ask, [inner])
    chain.transaction(inner, [])
    return [Scene("silent_jetton", fields.digest(top["hash"]), chain.answers())]


_MADE: dict[str, Callable[[Network], list[Scene]]] = {"evm": _evm, "ton": _ton, "xrpl": _xrpl}
