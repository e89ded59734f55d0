"""The Esplora REST API: values in base units, spent outputs shown, plain text for hashes and heights."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chains.errors import NodeMistaken, NodeUnavailable
from chains.transport import LARGE_BODY_CAP, Fetched, Talk
from chains.types import Block, Network
from chains.utxo.seen import Absent, Coin, Seen, Spent, absent
from chains.utxo.shown import Identity, hash_text, identity, integer, is_behind, mapping, moment, octets, sequence


def look(network: Network, talk: Talk, txid: str) -> Seen | Absent:
    """What the index shows of a transaction. Raises :class:`NodeUnavailable` or :class:`NodeMistaken`.

    Only the transaction itself is essential; what else the index does not tell costs a warning.
    """
    height = _text(talk.get("/blocks/tip/height", as_text=True))
    tip = integer(height, "tip height") if height is not None else None
    fork = network.params.get("fork", {}).get("height")
    who = identity(
        network,
        talk.node,
        genesis=_hash_at(talk, 0),
        chain=None,
        fork=_hash_at(talk, fork) if fork is not None and (tip is None or fork <= tip) else None,
    )
    if who.wrong:
        return absent(tip, who.warnings, regtest=False)
    answer = talk.get(f"/tx/{txid}", cap=LARGE_BODY_CAP)
    if answer.status == 404 and "not found" in answer.text.lower():
        return _absent(network, talk, tip, who)
    if answer.status >= 400:
        raise NodeUnavailable(f"HTTP {answer.status}")
    shown = mapping(answer.value, "transaction")
    if hash_text(shown.get("txid"), "txid") != txid:
        raise NodeMistaken("the node answered with another transaction")
    return _seen(talk, txid, shown, tip, who)


def _text(answer: Fetched) -> str | None:
    """The words of an answer, None when it was refused."""
    return None if answer.status >= 400 else answer.text.strip()


def _hash_at(talk: Talk, height: int) -> str | None:
    told = _text(talk.get(f"/block-height/{height}", as_text=True))
    return None if told is None else hash_text(told, "block hash")


def _absent(network: Network, talk: Talk, tip: int | None, who: Identity) -> Absent:
    """Esplora indexes everything it has; the only doubt is whether it has the newest blocks."""
    doubts = list(who.warnings)
    if not who.regtest:
        newest = talk.get("/blocks")
        if newest.status >= 400 or tip is None:
            doubts.append("tip_not_visible")
        else:
            blocks = sequence(newest.value, "blocks")
            first = mapping(blocks[0] if blocks else None, "newest block")
            if is_behind(network, talk.now(), moment(first.get("timestamp"), "timestamp")):
                doubts.append("node_behind")
    return absent(tip, doubts, regtest=who.regtest)


def _seen(talk: Talk, txid: str, shown: Mapping[str, Any], tip: int | None, who: Identity) -> Seen:
    raw = talk.get(f"/tx/{txid}/hex", cap=LARGE_BODY_CAP, as_text=True)
    inputs = [mapping(each, "input") for each in sequence(shown.get("vin"), "vin")]
    coinbase = len(inputs) == 1 and inputs[0].get("is_coinbase") is True
    hidden = not coinbase and (not inputs or any("txid" not in each for each in inputs))
    status = mapping(shown.get("status"), "status")
    block, canonical, confirmations = None, False, 0
    if status.get("confirmed") is True:
        height = integer(status.get("block_height"), "block_height")
        at = hash_text(status.get("block_hash"), "block_hash")
        block = Block(height, at, moment(status.get("block_time"), "block_time"))
        if tip is not None and height == tip + 1:
            tip = height  # the tip was asked first, and a block just found stands above it
        held = _hash_at(talk, height) if tip is None or height <= tip else ""
        # An index that does not tell its block of a height has still said that this transaction is confirmed.
        canonical = held is None or held == at
        confirmations = 1 if tip is None else max(tip - height + 1, 0)
    return Seen(
        raw=octets(raw.text.strip(), "hex") if raw.status < 400 else None,
        inputs=() if coinbase or hidden else tuple(_spent(each) for each in inputs),
        outputs=tuple(_coin(mapping(each, "output")) for each in sequence(shown.get("vout"), "vout")),
        coinbase=coinbase,
        block=block,
        canonical=canonical,
        confirmations=confirmations,
        tip=tip,
        regtest=who.regtest,
        fee=integer(shown["fee"], "fee") if "fee" in shown and not coinbase and not hidden else None,
        hidden_inputs=hidden,
        warnings=(*who.warnings, *(() if tip is not None else ("tip_not_visible",))),
    )


def _spent(shown: Mapping[str, Any]) -> Spent:
    before = shown.get("prevout")
    coin = _coin(mapping(before, "prevout")) if before is not None else None
    return Spent(hash_text(shown["txid"], "txid of an input"), integer(shown.get("vout"), "vout"), coin)


def _coin(shown: Mapping[str, Any]) -> Coin:
    script = octets(shown["scriptpubkey"], "script") if "scriptpubkey" in shown else None
    address = shown.get("scriptpubkey_address")
    return Coin(integer(shown.get("value"), "value"), script, address if isinstance(address, str) else None)
