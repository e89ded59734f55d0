"""The RPC of Bitcoin Core and the daemons made from it, from 0.14 on; the node needs ``-txindex``.

Three exchanges at most: who are you and what is this transaction; where does its block stand; what did its inputs
hold. A transaction's height is not in the answer, so the third question is asked only where the node does not show
spent outputs itself.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from chains.errors import NodeMistaken, NodeUnavailable
from chains.transport import LARGE_BODY_CAP, Call, Outcome, Talk
from chains.types import Block, Network
from chains.utxo.decode import MOST_PREVIOUS, Absent, Coin, Seen, Spent, absent, parse_raw
from chains.utxo.shown import (
    base_units,
    hash_text,
    integer,
    is_behind,
    is_regtest,
    mapping,
    moment,
    octets,
    sequence,
)

_AT_ONCE = 25

_NOT_FOUND = -5
_TYPE_ERRORS = (-1, -3, -8)
# Core says "mempool or blockchain" only where its transaction index is there and complete.
_INDEXED = "no such mempool or blockchain transaction"


def look(network: Network, talk: Talk, txid: str) -> Seen | Absent:
    """What the node shows of a transaction. Raises :class:`NodeUnavailable` or :class:`NodeMistaken`."""
    # Verbosity 2 shows spent outputs from Core 25 on; older nodes take it for 1.
    about, first, found = talk.rpc(
        [Call("getblockchaininfo"), Call("getblockhash", [0]), Call("getrawtransaction", [txid, 2])],
        cap=LARGE_BODY_CAP,
    )
    info = mapping(_result(about), "getblockchaininfo")
    regtest = is_regtest(network, talk.node, hash_text(_result(first), "genesis"), str(info.get("chain")))
    if found.failed and found.code in _TYPE_ERRORS:
        (found,) = talk.rpc([Call("getrawtransaction", [txid, True])], cap=LARGE_BODY_CAP)
    if found.failed and found.code == _NOT_FOUND:
        return _absent(network, talk, info, found, regtest)
    shown = mapping(_result(found), "transaction")
    if hash_text(shown.get("txid"), "txid") != txid:
        raise NodeMistaken("the node answered with another transaction")
    return _seen(network, talk, info, shown, regtest)


def _result(outcome: Outcome) -> Any:
    if outcome.failed:
        raise NodeUnavailable(f"the node refused: {outcome.code} {outcome.message}".rstrip())
    return outcome.result


def _absent(network: Network, talk: Talk, info: Mapping[str, Any], found: Outcome, regtest: bool) -> Absent:
    """Not there: is that the word of a node that would know?"""
    tip = integer(info.get("blocks"), "blocks")
    best = hash_text(info.get("bestblockhash"), "bestblockhash")
    index, header = talk.rpc([Call("getindexinfo"), Call("getblockheader", [best])])
    doubts: list[str] = []
    indexed = found.message.lower().startswith(_INDEXED)
    if not index.failed:
        told = mapping(index.result, "getindexinfo").get("txindex")
        complete = isinstance(told, dict) and told.get("synced") is True
        # A full index may be named in one place only; a contradiction is a reason to doubt.
        indexed = complete and (indexed or not found.message)
    if not indexed:
        doubts.append("node_without_index")
    if not regtest:
        ready = info.get("initialblockdownload", False) is False and integer(info.get("headers"), "headers") <= tip
        if not ready:
            doubts.append("node_syncing")
        tip_time = moment(mapping(_result(header), "getblockheader").get("time"), "time of the best block")
        if is_behind(network, talk.now(), tip_time):
            doubts.append("node_behind")
    return absent(tip, doubts, regtest=regtest)


def _seen(network: Network, talk: Talk, info: Mapping[str, Any], shown: Mapping[str, Any], regtest: bool) -> Seen:
    tip = integer(info.get("blocks"), "blocks")
    raw = octets(shown["hex"], "hex") if "hex" in shown else None
    block, canonical, confirmations = _place(talk, shown, tip)
    inputs = [mapping(each, "input") for each in sequence(shown.get("vin"), "vin")]
    coinbase = len(inputs) == 1 and "coinbase" in inputs[0]
    hidden = not coinbase and (not inputs or any(each.get("ismweb") is True for each in inputs))
    spent = () if coinbase or hidden else _spent(network, talk, inputs)
    return Seen(
        raw=raw,
        inputs=spent,
        outputs=_outputs(network, shown),
        coinbase=coinbase,
        block=block,
        canonical=canonical,
        confirmations=confirmations,
        tip=max(tip, block.height) if block and canonical else tip,
        regtest=regtest,
        fee=base_units(shown["fee"], network.native.decimals) if "fee" in shown else None,
        hidden_inputs=hidden,
    )


def _place(talk: Talk, shown: Mapping[str, Any], tip: int) -> tuple[Block | None, bool, int]:
    """The block, whether the node's own best chain holds it, and the confirmations; no block while pending."""
    confirmations = integer(shown.get("confirmations", 0), "confirmations", lowest=-_MANY)
    if "blockhash" not in shown:
        return None, False, min(confirmations, 0)
    at = hash_text(shown["blockhash"], "blockhash")
    # The height follows from the count unless a block has just arrived; asking both at once saves an exchange.
    guess = min(max(tip - confirmations + 1, 0), tip)
    told, held = talk.rpc([Call("getblockheader", [at]), Call("getblockhash", [guess])])
    header = mapping(_result(told), "getblockheader")
    if hash_text(header.get("hash"), "hash of the block") != at:
        raise NodeMistaken("the node answered with another block")
    height = integer(header.get("height"), "height")
    counted = integer(header.get("confirmations"), "confirmations of the block", lowest=-_MANY)
    block = Block(height, at, moment(header.get("time"), "time of the block"))
    if counted < 1:
        return block, False, max(confirmations, 0)
    if height != guess:
        (held,) = talk.rpc([Call("getblockhash", [height])])
    canonical = not held.failed and hash_text(held.result, "hash at the height") == at
    return block, canonical, max(confirmations, 0)


_MANY = 1 << 40


def _outputs(network: Network, shown: Mapping[str, Any]) -> tuple[Coin, ...]:
    coins: list[Coin] = []
    for place, each in enumerate(sequence(shown.get("vout"), "vout")):
        output = mapping(each, "output")
        if output.get("ismweb") is True:
            continue  # Litecoin lists confidential outputs, behind the others, of a transaction still waiting
        if integer(output.get("n"), "n") != place:
            raise NodeMistaken("outputs are not in their order")
        coins.append(_coin(network, output))
    return tuple(coins)


def _coin(network: Network, output: Mapping[str, Any]) -> Coin:
    """Value, script and printed address; Core before 22 lists ``addresses``, also for scripts that have none."""
    script = mapping(output.get("scriptPubKey"), "scriptPubKey")
    address = script.get("address")
    listed = script.get("addresses")
    if address is None and isinstance(listed, list) and len(listed) == 1:
        address = listed[0]
    return Coin(
        amount=base_units(output.get("value"), network.native.decimals),
        script=octets(script["hex"], "script") if "hex" in script else None,
        address=address if isinstance(address, str) else None,
    )


def _spent(network: Network, talk: Talk, inputs: Sequence[Mapping[str, Any]]) -> tuple[Spent, ...]:
    """Every input with what it spent, asked for where the node does not show it by itself."""
    points = [(hash_text(each["txid"], "txid of an input"), integer(each.get("vout"), "vout")) for each in inputs]
    shown = [
        _coin(network, mapping(each["prevout"], "prevout")) if each.get("prevout") is not None else None
        for each in inputs
    ]
    missing = list(dict.fromkeys(point[0] for point, coin in zip(points, shown, strict=True) if coin is None))
    earlier = _earlier(network, talk, missing) if 0 < len(missing) <= MOST_PREVIOUS else {}
    spent: list[Spent] = []
    for (txid, vout), coin in zip(points, shown, strict=True):
        if coin is None and txid in earlier:
            if vout >= len(earlier[txid]):
                raise NodeMistaken("an input spends an output that does not exist")
            coin = earlier[txid][vout]
        spent.append(Spent(txid, vout, coin))
    return tuple(spent)


def _earlier(network: Network, talk: Talk, txids: Sequence[str]) -> dict[str, tuple[Coin, ...]]:
    """Outputs of earlier transactions by id; one the node cannot show is left out."""
    checked = network.params.get("raw", "bitcoin") == "bitcoin"
    found: dict[str, tuple[Coin, ...]] = {}
    for start in range(0, len(txids), _AT_ONCE):
        calls = [Call("getrawtransaction", [txid, 0 if checked else 1]) for txid in txids[start : start + _AT_ONCE]]
        try:
            answers = talk.rpc(calls, cap=LARGE_BODY_CAP)
        except (NodeUnavailable, NodeMistaken):
            break  # the sender stays open, and that is said; everything else is known without them
        for txid, answer in zip(txids[start:], answers, strict=False):
            if not answer.failed:
                found[txid] = _as_bytes(network, txid, answer.result) if checked else _as_listed(network, answer.result)
    return found


def _as_bytes(network: Network, txid: str, answer: Any) -> tuple[Coin, ...]:
    transaction = parse_raw(network, octets(answer, "earlier transaction"))
    if transaction.txid != txid:
        raise NodeMistaken("the node answered with another transaction")
    return tuple(Coin(output.amount, output.script) for output in transaction.outputs)


def _as_listed(network: Network, answer: Any) -> tuple[Coin, ...]:
    """Where an id does not commit to plain bytes: the node's own list."""
    return _outputs(network, mapping(answer, "earlier transaction"))
