"""Who spent an output: each is spent once, so a transaction whose input another one spent can never confirm any more.

Indexes tell it at once. A daemon without an index of spenders is asked for the transactions waiting and, from the tip at the
look that saw the transaction on, for a bounded number of blocks; beyond them it is only known that the output is spent.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from chains.errors import NodeMistaken, NodeUnavailable
from chains.replacement import Outpoint, Remains, Word
from chains.transport import LARGE_BODY_CAP, Call, Talk
from chains.types import Network, Status
from chains.utxo import interfaces
from chains.utxo.address import forms
from chains.utxo.decode import address_of
from chains.utxo.seen import Seen
from chains.utxo.shown import hash_text, integer, mapping, sequence

MOST_INPUTS = 8
"""Inputs followed: one that somebody else spent is enough."""
MOST_BLOCKS = 72
MOST_WAITING = 1_000
_AT_ONCE = 50

_Spender = tuple[bool | None, str | None]
"""Whether an output is spent, and by which transaction where the node shows it."""


def remains(network: Network, talk: Talk, reference: str) -> Remains | None:
    """The outputs that a recorded look shows as spent by the transaction, and its tip."""
    seen = interfaces.look(network, talk, reference)
    if not isinstance(seen, Seen) or not seen.inputs:
        return None
    shape = forms(network.params, regtest=seen.regtest)
    points = tuple(
        Outpoint(one.txid, one.vout, None if one.coin is None else address_of(shape, one.coin))
        for one in seen.inputs[:MOST_INPUTS]
    )
    height = seen.tip
    if seen.block is not None:
        height = seen.block.height - 1
    return Remains(height=height, spent=points)


def replacement(network: Network, talk: Talk, reference: str, remains: Remains) -> Word:
    """See :meth:`chains.replacement.Replaceable.replacement`."""
    seen = interfaces.look(network, talk, reference)
    if isinstance(seen, Seen) and (seen.block is None or seen.canonical):
        return Word(False)
    if (not isinstance(seen, Seen) and seen.status is not Status.NOT_FOUND) or not remains.spent:
        return Word(None)
    ask = {"blockbook": by_blockbook, "esplora": by_esplora}.get(talk.node.interface or "", by_daemon)
    spenders = list(ask(talk, remains, seen.tip))
    taker = next((who for spent, who in spenders if spent and who not in (None, reference)), None)
    if taker is not None:
        return Word(True, taker)
    if any(who == reference for _, who in spenders):
        return Word(False)
    if any(spent for spent, _ in spenders):
        return Word(True)
    return Word(None if any(spent is None for spent, _ in spenders) else False)


def by_esplora(talk: Talk, remains: Remains, tip: int | None) -> Iterator[_Spender]:
    for point in remains.spent:
        answer = talk.get(f"/tx/{point.txid}/outspend/{point.vout}")
        if answer.status >= 400:
            yield None, None
            continue
        shown = mapping(answer.value, "outspend")
        spent = shown.get("spent") is True
        yield spent, hash_text(shown.get("txid"), "txid") if spent and shown.get("txid") else None


def by_blockbook(talk: Talk, remains: Remains, tip: int | None) -> Iterator[_Spender]:
    """An index that keeps spenders names them beside the output; else the history of the address that had it does."""
    for point in remains.spent:
        answer = talk.get(f"/api/v2/tx/{point.txid}", cap=LARGE_BODY_CAP)
        if answer.status >= 400:
            yield None, None
            continue
        made = [mapping(each, "output") for each in sequence(mapping(answer.value, "tx").get("vout"), "vout")]
        if point.vout >= len(made):
            raise NodeMistaken("an input spends an output that does not exist")
        output = made[point.vout]
        if output.get("spentTxId"):
            yield True, hash_text(output["spentTxId"], "spentTxId")
            continue
        spender = _in_history(talk, point) if point.address else None
        yield output.get("spent") is True or spender is not None, spender


def _in_history(talk: Talk, point: Outpoint) -> str | None:
    answer = talk.get(f"/api/v2/address/{point.address}?details=txs&pageSize=200", cap=LARGE_BODY_CAP)
    shown = mapping(answer.value, "address") if answer.status < 400 else {}
    return _spender([point], sequence(shown.get("transactions", []), "transactions"))


def by_daemon(talk: Talk, remains: Remains, tip: int | None) -> Iterator[_Spender]:
    outpoints = [{"txid": point.txid, "vout": point.vout} for point in remains.spent]
    asked = [Call("gettxout", [point.txid, point.vout, True]) for point in remains.spent]
    waiting, *kept = talk.rpc([Call("gettxspendingprevout", [outpoints]), *asked])
    named: list[str | None] = [None] * len(outpoints)
    if not waiting.failed:
        rows = [mapping(each, "spender") for each in sequence(waiting.result, "spenders")]
        if len(rows) != len(outpoints):
            raise NodeMistaken("not a spender for each output")
        named = [hash_text(r["spendingtxid"], "spendingtxid") if r.get("spendingtxid") else None for r in rows]
    missing = []
    for point, outcome, name in zip(remains.spent, kept, named, strict=True):
        gone = None if outcome.failed else outcome.result is None
        if name is None and gone:
            missing.append(point)
            continue
        yield name is not None or gone, name
    if missing:
        yield (
            True,
            (_spent_waiting(talk, missing) if waiting.failed else None)
            or _spent_in_blocks(talk, missing, remains.height, tip),
        )


def _spent_waiting(talk: Talk, points: Sequence[Outpoint]) -> str | None:
    """Among the transactions waiting, for daemons that cannot be asked for spenders."""
    (pool,) = talk.rpc([Call("getrawmempool")], cap=LARGE_BODY_CAP)
    waiting = [] if pool.failed else [hash_text(each, "txid") for each in sequence(pool.result, "mempool")]
    if len(waiting) > MOST_WAITING:
        return None
    for start in range(0, len(waiting), _AT_ONCE):
        told = talk.rpc(
            [Call("getrawtransaction", [txid, 1]) for txid in waiting[start : start + _AT_ONCE]], cap=LARGE_BODY_CAP
        )
        if found := _spender(points, [outcome.result for outcome in told if not outcome.failed]):
            return found
    return None


def _spent_in_blocks(talk: Talk, points: Sequence[Outpoint], since: int | None, tip: int | None) -> str | None:
    """In the blocks after ``since``, or the last ones when that is not known, as far as time and :data:`MOST_BLOCKS` reach."""
    if tip is None:
        return None
    first = max(tip - MOST_BLOCKS + 1, 0) if since is None else since + 1
    heights = range(first, min(tip, first + MOST_BLOCKS - 1) + 1)
    if not heights:
        return None
    for outcome in talk.rpc([Call("getblockhash", [height]) for height in heights]):
        if outcome.failed:
            return None
        try:
            (block,) = talk.rpc([Call("getblock", [hash_text(outcome.result, "hash"), 2])], cap=LARGE_BODY_CAP)
        except (NodeUnavailable, NodeMistaken):
            return None  # too large or too slow: that it is spent is known
        if block.failed:
            return None
        if found := _spender(points, sequence(mapping(block.result, "block").get("tx"), "tx")):
            return found
    return None


def _spender(points: Sequence[Outpoint], shown: Sequence[Any]) -> str | None:
    """The transaction among ``shown`` that spends one of ``points``."""
    wanted = {(point.txid, point.vout) for point in points}
    for each in shown:
        row: Mapping[str, Any] = mapping(each, "transaction")
        inputs = [mapping(one, "input") for one in sequence(row.get("vin"), "vin")]
        if any("txid" in one and (one["txid"], integer(one.get("vout", 0), "vout")) in wanted for one in inputs):
            return hash_text(row.get("txid"), "txid")
    return None
