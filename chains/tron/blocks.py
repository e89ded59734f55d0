"""Whole blocks, and what one sender paid to given addresses nearby (the latter only where the node is TronGrid's)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from chains.errors import NodeMistaken, NodeUnavailable
from chains.neighbours import BLOCKS_AROUND, Near
from chains.scanning import PaidBlock
from chains.transport import LARGE_BODY_CAP, Talk
from chains.tron import shown
from chains.tron.address import PREFIX, to_bytes, to_text
from chains.tron.trongrid import ask
from chains.types import Network

_HASH = re.compile(r"[0-9a-f]{64}")
_PARTY = re.compile(r"41[0-9a-fA-F]{40}|T[1-9A-HJ-NP-Za-km-z]{33}")
_BLOCK_MS = 3_000


def paid(network: Network, talk: Talk, height: int) -> PaidBlock | None:
    """See :meth:`chains.scanning.Scannable.paid`: everyone a contract or an event of the block names."""
    if shown.block_id(ask(talk, "/wallet/getblockbynum", {"num": 0})) != network.params["genesis"]:
        raise NodeMistaken(f"{talk.node.label}: another chain")
    tip = shown.head(ask(talk, "/wallet/getnowblock", {}, cap=LARGE_BODY_CAP)).height
    block = ask(talk, "/wallet/getblockbynum", {"num": height}, cap=LARGE_BODY_CAP) if height <= tip else {}
    if not block:
        return None
    head = shown.head(block, height)
    found = {_id(row.get("txID")): set(_named(row)) for row in _rows(block.get("transactions"))}
    told = talk.post("/wallet/gettransactioninfobyblocknum", {"num": height}, cap=LARGE_BODY_CAP)
    outcomes = told.status < 400 and isinstance(told.value, list)
    for row in _rows(told.value) if outcomes else ():
        found.setdefault(_id(row.get("id")), set()).update(_moved(row))
    parent = block["block_header"]["raw_data"].get("parentHash", "")
    return PaidBlock(
        height,
        head.hash,
        str(parent).lower(),
        tip,
        {key: frozenset(value) for key, value in found.items()},
        () if outcomes else ("token_transfers_not_visible",),
    )


def _named(row: Mapping[str, Any]) -> Iterator[str]:
    """The parties that the contracts of a transaction name, of whatever kind they are."""
    written = row.get("raw_data")
    for contract in _rows(written.get("contract") if isinstance(written, dict) else None):
        parameter = contract.get("parameter")
        values = parameter.get("value") if isinstance(parameter, dict) else None
        for value in values.values() if isinstance(values, dict) else ():
            if isinstance(value, str) and _PARTY.fullmatch(value):
                yield from _readable(value)


def _moved(row: Mapping[str, Any]) -> Iterator[str]:
    """Who the events and inner transactions of an outcome name."""
    for log in _rows(row.get("log")):
        topics = log.get("topics")
        for topic in topics[1:] if isinstance(topics, list) else ():
            if isinstance(topic, str) and len(topic) == 64 and topic.startswith("0" * 24):
                yield from _readable(f"{PREFIX:02x}" + topic[24:])
    for inner in _rows(row.get("internal_transactions")):
        yield from _readable(inner.get("transferTo_address"))


def neighbours(network: Network, talk: Talk, near: Near) -> list[tuple[int, str]] | None:
    """See :meth:`chains.neighbours.Neighbourly.neighbours`; a plain node keeps no histories of accounts."""
    at = shown.head(ask(talk, "/wallet/getblockbynum", {"num": near.height}, cap=LARGE_BODY_CAP), near.height)
    middle = int(at.time.timestamp() * 1000)
    span = BLOCKS_AROUND * _BLOCK_MS
    window = f"only_to=true&limit=200&min_timestamp={middle - span}&max_timestamp={middle + span}"
    found: list[tuple[int, str]] = []
    for address in near.recipients:
        for path in (f"/v1/accounts/{address}/transactions/trc20", f"/v1/accounts/{address}/transactions"):
            answer = talk.get(f"{path}?{window}", cap=LARGE_BODY_CAP)
            if answer.status in (400, 404, 405) and not found:
                return None
            if answer.status >= 400 or not isinstance(answer.value, dict):
                raise NodeUnavailable(f"{talk.node.label}: HTTP {answer.status}")
            for row in _rows(answer.value.get("data")):
                if near.senders & set(_senders(row)):
                    later = (int(row.get("block_timestamp", middle)) - middle) // _BLOCK_MS
                    found.append((near.height + later, _id(row.get("transaction_id") or row.get("txID"))))
    return found


def _senders(row: Mapping[str, Any]) -> Iterator[str]:
    yield from _readable(row.get("from"))
    written = row.get("raw_data")
    for contract in _rows(written.get("contract") if isinstance(written, dict) else None):
        parameter = contract.get("parameter")
        value = parameter.get("value") if isinstance(parameter, dict) else None
        yield from _readable(value.get("owner_address") if isinstance(value, dict) else None)


def _readable(value: object) -> Iterator[str]:
    try:
        yield to_text(to_bytes(value))
    except ValueError:
        return


def _rows(value: object) -> Sequence[dict[str, Any]]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def _id(value: object) -> str:
    if not isinstance(value, str) or not _HASH.fullmatch(value.lower()):
        raise NodeMistaken("no hash of a transaction")
    return value.lower()
