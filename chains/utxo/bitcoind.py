"""The RPC of Bitcoin Core and the daemons made from it, from 0.14 on; the node needs ``-txindex``.

Two exchanges in the ordinary case: who are you and what is this transaction; where does its block stand and what did its
inputs hold. Only the transaction itself is essential: whatever else a node does not tell costs a warning.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from chains.errors import NodeMistaken, NodeUnavailable
from chains.transport import LARGE_BODY_CAP, Call, Outcome, Talk
from chains.types import Block, Network
from chains.utxo.daemon_values import coin, outputs, shielded
from chains.utxo.decode import parse_raw
from chains.utxo.seen import MOST_PREVIOUS, Absent, Coin, Seen, Spent, absent
from chains.utxo.shown import (
    Identity,
    base_units,
    hash_text,
    identity,
    integer,
    is_behind,
    mapping,
    moment,
    octets,
    sequence,
)

_AT_ONCE = 25
_MANY = 1 << 40
_REFUSED = Outcome(failed=True)

_NOT_FOUND = -5
_TYPE_ERRORS = (-1, -3, -8)
# Daemons say "… blockchain transaction" only where their transaction index is there and complete.
_INDEXED = ("no such mempool or blockchain transaction", "no such mempool or main chain transaction")


@dataclass(frozen=True)
class _About:
    """What a node tells of itself: which chain, and its tip where it shows one."""

    info: Mapping[str, Any]
    who: Identity
    tip: int | None


def look(network: Network, talk: Talk, txid: str) -> Seen | Absent:
    """What the node shows of a transaction. Raises :class:`NodeUnavailable` or :class:`NodeMistaken`."""
    fork = network.params.get("fork", {})
    wanted = Call("getrawtransaction", [txid, 1])
    itself = [Call("getblockchaininfo"), Call("getblockhash", [0]), Call("getblockhash", [fork.get("height", 0)])]
    try:
        about, first, split, found = talk.rpc([*itself, wanted], cap=LARGE_BODY_CAP)
    except (NodeUnavailable, NodeMistaken):
        # A gateway that lets only some methods through may refuse the whole batch.
        about = first = split = _REFUSED
        (found,) = talk.rpc([wanted], cap=LARGE_BODY_CAP)
    self_told = _about(network, talk, about, first, split if fork else None)
    if found.failed and found.code in _TYPE_ERRORS:
        (found,) = talk.rpc([Call("getrawtransaction", [txid, True])], cap=LARGE_BODY_CAP)
    if self_told.who.wrong:
        return absent(self_told.tip, self_told.who.warnings, regtest=False)
    if found.failed and found.code == _NOT_FOUND:
        return _absent(network, talk, self_told, found)
    shown = _completed(network, mapping(_result(found), "transaction"))
    if hash_text(shown.get("txid"), "txid") != txid:
        raise NodeMistaken("the node answered with another transaction")
    return _seen(network, talk, self_told, shown)


def _completed(network: Network, shown: Mapping[str, Any]) -> Mapping[str, Any]:
    """Zebra before 2.0 shows the bytes and little else: what is missing is read from them."""
    if "hex" not in shown or {"txid", "vin", "vout"} <= shown.keys():
        return shown
    raw = parse_raw(network, octets(shown["hex"], "hex"))
    if raw is None:
        return shown
    spent = [{"txid": one.txid, "vout": one.vout} for one in raw.inputs]
    decimals = network.native.decimals
    made = [
        {"n": n, "value": Decimal(one.amount).scaleb(-decimals), "scriptPubKey": {"hex": one.script.hex()}}
        for n, one in enumerate(raw.outputs)
    ]
    return {"txid": raw.txid, "vin": [{"coinbase": ""}] if raw.coinbase else spent, "vout": made} | dict(shown)


def _result(outcome: Outcome) -> Any:
    if outcome.failed:
        raise NodeUnavailable(f"the node refused: {outcome.code} {outcome.message}".rstrip())
    return outcome.result


def _about(network: Network, talk: Talk, about: Outcome, first: Outcome, split: Outcome | None) -> _About:
    info = {} if about.failed else mapping(about.result, "getblockchaininfo")
    chain = info.get("chain")
    who = identity(
        network,
        talk.node,
        genesis=None if first.failed else hash_text(first.result, "genesis"),
        chain=None if chain is None else str(chain),
        fork=None if split is None or split.failed else hash_text(split.result, "block at the split"),
    )
    return _About(info, who, integer(info["blocks"], "blocks") if "blocks" in info else None)


def _absent(network: Network, talk: Talk, about: _About, found: Outcome) -> Absent:
    """Not there: is that the word of a node that would know?"""
    doubts = list(about.who.warnings)
    if about.tip is None:
        return absent(None, [*doubts, "tip_not_visible"], regtest=about.who.regtest)
    info = about.info
    best = hash_text(info.get("bestblockhash"), "bestblockhash")
    index, header = talk.rpc([Call("getindexinfo"), Call("getblockheader", [best])])
    indexed = found.message.lower().startswith(_INDEXED)
    if not index.failed:
        told = mapping(index.result, "getindexinfo").get("txindex")
        complete = isinstance(told, dict) and told.get("synced") is True
        # A full index may be named in one place only; a contradiction is a reason to doubt.
        indexed = complete and (indexed or not found.message)
    if not indexed:
        doubts.append("node_without_index")
    if not about.who.regtest:
        headers = integer(info.get("headers", about.tip), "headers")
        complete = info.get("initial_block_download_complete", True) is True
        if info.get("initialblockdownload", False) is not False or headers > about.tip or not complete:
            doubts.append("node_syncing")
        if header.failed:
            doubts.append("tip_not_visible")
        elif is_behind(network, talk.now(), moment(mapping(header.result, "header").get("time"), "time of the tip")):
            doubts.append("node_behind")
    return absent(about.tip, doubts, regtest=about.who.regtest)


def _seen(network: Network, talk: Talk, about: _About, shown: Mapping[str, Any]) -> Seen:
    inputs = [mapping(each, "input") for each in sequence(shown.get("vin"), "vin")]
    coinbase = len(inputs) == 1 and "coinbase" in inputs[0]
    hidden = not coinbase and (not inputs or any(each.get("ismweb") is True for each in inputs))
    points = [] if coinbase or hidden else _points(network, inputs)
    missing = list(dict.fromkeys(point.txid for point in points if point.coin is None))
    wanted = missing if len(missing) <= MOST_PREVIOUS else []
    place, earlier = _second_round(network, talk, shown, about.tip, wanted)
    block, canonical, confirmations, warnings = place
    tip = about.tip
    if block is not None and canonical and tip is not None:
        tip = max(tip, block.height)
    return Seen(
        raw=octets(shown["hex"], "hex") if "hex" in shown else None,
        inputs=tuple(_filled(point, earlier) for point in points),
        outputs=outputs(network, shown),
        coinbase=coinbase,
        block=block,
        canonical=canonical,
        confirmations=confirmations,
        tip=tip,
        regtest=about.who.regtest,
        fee=base_units(shown["fee"], network.native.decimals) if "fee" in shown and not coinbase else None,
        hidden_inputs=hidden,
        locked=shown.get("chainlock") is True,
        shielded=shielded(network, shown),
        warnings=(*about.who.warnings, *warnings),
    )


_Place = tuple[Block | None, bool, int, tuple[str, ...]]


def _second_round(
    network: Network, talk: Talk, shown: Mapping[str, Any], tip: int | None, missing: Sequence[str]
) -> tuple[_Place, dict[str, tuple[Coin, ...]]]:
    """Where the transaction stands, and what its inputs held; both asked at once as far as they go together."""
    confirmations = integer(shown.get("confirmations", 0), "confirmations", lowest=-_MANY)
    questions: list[Call] = []
    guess = None if tip is None else min(max(tip - confirmations + 1, 0), tip)
    if "blockhash" not in shown and confirmations > 0 and shown.get("height") is not None:
        questions.append(Call("getblockhash", [integer(shown["height"], "height")]))
    elif "blockhash" in shown:
        questions.append(Call("getblockheader", [hash_text(shown["blockhash"], "blockhash")]))
        # The height follows from the count unless a block has just arrived.
        questions += [] if guess is None else [Call("getblockhash", [guess])]
    found: dict[str, tuple[Coin, ...]] = {}
    first = list(missing[:_AT_ONCE])
    told: list[Outcome] = []
    if questions or first:
        asked = [Call("getrawtransaction", [txid, 1]) for txid in first]
        try:
            told = talk.rpc([*questions, *asked], cap=LARGE_BODY_CAP)
        except (NodeUnavailable, NodeMistaken):
            first = []  # what the inputs held stays open, and that is said
            told = _alone(talk, questions)
    _note(network, found, first, told[len(questions) :])
    place = _place(talk, shown, tip, guess, confirmations, told[: len(questions)])
    for start in range(_AT_ONCE, len(missing) if first else 0, _AT_ONCE):
        some = missing[start : start + _AT_ONCE]
        try:
            answers = talk.rpc([Call("getrawtransaction", [txid, 1]) for txid in some], cap=LARGE_BODY_CAP)
        except (NodeUnavailable, NodeMistaken):
            break
        _note(network, found, some, answers)
    return place, found


def _alone(talk: Talk, questions: Sequence[Call]) -> list[Outcome]:
    """The answers to questions a reading can do without."""
    try:
        return talk.rpc(questions) if questions else []
    except (NodeUnavailable, NodeMistaken):
        return [_REFUSED] * len(questions)


def _place(
    talk: Talk,
    shown: Mapping[str, Any],
    tip: int | None,
    guess: int | None,
    confirmations: int,
    told: Sequence[Outcome],
) -> _Place:
    """The block, whether the node's own best chain holds it, the confirmations and warnings; no block while pending."""
    warnings = () if tip is not None else ("tip_not_visible",)
    if "blockhash" not in shown:
        if not told:
            return None, False, min(confirmations, 0), warnings
        if told[0].failed:
            return None, True, confirmations, (*warnings, "block_not_visible")
        by_height = Block(integer(shown["height"], "height"), hash_text(told[0].result, "hash at the height"), None)
        return by_height, True, confirmations, warnings
    at = hash_text(shown["blockhash"], "blockhash")
    count = max(confirmations, 0)
    header = told[0]
    held = told[1] if len(told) > 1 else _REFUSED
    at_guess = None if held.failed else hash_text(held.result, "hash at the height")
    if header.failed and count == 0:  # it names a block, and yet does not count itself as being in one
        return None, False, min(confirmations, 0), (*warnings, "reorganised")
    if header.failed:
        seconds = shown.get("blocktime", shown.get("time"))
        time = None if seconds is None else moment(seconds, "blocktime")
        if guess is not None and at_guess == at:
            return Block(guess, at, time), True, count, warnings
        if guess is not None and at_guess is not None:
            return Block(guess, at, time), False, count, warnings
        if shown.get("height") is not None:
            return Block(integer(shown["height"], "height"), at, time), True, count, (*warnings, "block_not_visible")
        return None, True, count, (*warnings, "block_not_visible")
    about = mapping(header.result, "getblockheader")
    if hash_text(about.get("hash"), "hash of the block") != at:
        raise NodeMistaken("the node answered with another block")
    height = integer(about.get("height"), "height")
    counted = integer(about.get("confirmations", confirmations), "confirmations of the block", lowest=-_MANY)
    block = Block(height, at, moment(about.get("time"), "time of the block"))
    if counted < 1:
        return block, False, count, warnings
    if tip is not None and height != guess:
        (held,) = talk.rpc([Call("getblockhash", [height])])
        at_guess = None if held.failed else hash_text(held.result, "hash at the height")
    # A node that does not tell its block of that height has still said that its best chain holds this one.
    return block, at_guess is None or at_guess == at, count, warnings


def _points(network: Network, inputs: Sequence[Mapping[str, Any]]) -> list[Spent]:
    """The inputs, each with what it spent where the node shows that by itself."""
    return [
        Spent(
            hash_text(each.get("txid"), "txid of an input"),
            integer(each.get("vout"), "vout"),
            coin(network, mapping(each["prevout"], "prevout")) if each.get("prevout") is not None else None,
        )
        for each in inputs
    ]


def _filled(point: Spent, earlier: Mapping[str, tuple[Coin, ...]]) -> Spent:
    if point.coin is not None or point.txid not in earlier:
        return point
    if point.vout >= len(earlier[point.txid]):
        raise NodeMistaken("an input spends an output that does not exist")
    return Spent(point.txid, point.vout, earlier[point.txid][point.vout])


def _note(
    network: Network, found: dict[str, tuple[Coin, ...]], txids: Sequence[str], answers: Sequence[Outcome]
) -> None:
    """Outputs of earlier transactions by id; one the node cannot show, or shows another for, is left out."""
    for txid, answer in zip(txids, answers, strict=False):
        coins = None if answer.failed else _earlier(network, txid, mapping(answer.result, "earlier transaction"))
        if coins is not None:
            found[txid] = coins


def _earlier(network: Network, txid: str, shown: Mapping[str, Any]) -> tuple[Coin, ...] | None:
    """From the bytes, whose id is recomputed, where there are any; else the node's own list."""
    raw = parse_raw(network, octets(shown["hex"], "earlier transaction")) if "hex" in shown else None
    if raw is None or (raw.mweb and not raw.outputs):
        return outputs(network, shown) if shown.get("txid") == txid else None
    if raw.txid != txid:
        return None
    return tuple(Coin(output.amount, output.script, token=output.token) for output in raw.outputs)
