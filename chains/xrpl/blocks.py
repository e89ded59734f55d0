"""Whole ledgers, and what one sender paid to given addresses nearby."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from chains.errors import NodeMistaken, NodeUnavailable
from chains.neighbours import BLOCKS_AROUND, Near
from chains.scanning import PaidBlock
from chains.transport import Talk
from chains.types import Network
from chains.xrpl.address import account
from chains.xrpl.fields import hash_text, sequence
from chains.xrpl.rippled import Refusal, ask, look

_LONGEST_HISTORY = 200


def paid(network: Network, talk: Talk, height: int) -> PaidBlock | None:
    """See :meth:`chains.scanning.Scannable.paid`: every account whose balance or trust line a transaction touched."""
    server = look(network, talk)
    if server.ours is False:
        raise NodeMistaken(f"{talk.node.label}: another chain")
    if server.tip is None:
        raise NodeUnavailable(f"{talk.node.label}: no tip")
    if height > server.tip:
        return None
    try:
        answer = ask(talk, "ledger", {"ledger_index": height, "transactions": True, "expand": True})
    except Refusal as refusal:
        raise NodeUnavailable(f"{talk.node.label}: {refusal.word}") from None
    ledger = answer.get("ledger")
    ledger = ledger if isinstance(ledger, dict) else {}
    hash, parent = (_hash(ledger.get(name)) for name in ("ledger_hash", "parent_hash"))
    if answer.get("validated") is False or sequence(ledger.get("ledger_index", answer.get("ledger_index"))) != height:
        raise NodeMistaken(f"{talk.node.label}: another ledger")
    found = {}
    for row in _rows(ledger.get("transactions")):
        inner = row.get("tx_json")
        body = inner if isinstance(inner, dict) else row
        found[_hash(row.get("hash", body.get("hash")))] = frozenset(_touched(row, body))
    return PaidBlock(height, hash, parent, server.tip, found)


def _hash(value: object) -> str:
    hash = hash_text(value)
    if hash is None:
        raise NodeMistaken("no hash")
    return hash


def _touched(row: Mapping[str, Any], body: Mapping[str, Any]) -> Iterator[str]:
    yield from _accounts(body.get("Destination"))
    meta = row.get("metaData", row.get("meta"))
    for entry in _rows(meta.get("AffectedNodes") if isinstance(meta, dict) else None):
        for change in entry.values():
            fields = change.get("FinalFields", change.get("NewFields")) if isinstance(change, dict) else None
            if not isinstance(fields, dict):
                continue
            yield from _accounts(fields.get("Account"))
            for limit in (fields.get("HighLimit"), fields.get("LowLimit")):
                yield from _accounts(limit.get("issuer") if isinstance(limit, dict) else None)


def _accounts(value: object) -> Iterator[str]:
    try:
        yield account(value)
    except NodeMistaken:
        return


def neighbours(network: Network, talk: Talk, near: Near) -> list[tuple[int, str]]:
    """See :meth:`chains.neighbours.Neighbourly.neighbours`."""
    if look(network, talk).ours is False:
        raise NodeMistaken(f"{talk.node.label}: another chain")
    found = []
    for address in near.recipients:
        question = {
            "account": address,
            "ledger_index_min": max(near.height - BLOCKS_AROUND, 1),
            "ledger_index_max": near.height + BLOCKS_AROUND,
            "limit": _LONGEST_HISTORY,
        }
        try:
            answer = ask(talk, "account_tx", question)
        except Refusal as refusal:
            if refusal.word == "actNotFound":
                continue
            raise NodeUnavailable(f"{talk.node.label}: {refusal.word}") from None
        for row in _rows(answer.get("transactions")):
            body = row.get("tx_json", row.get("tx"))
            if isinstance(body, dict) and body.get("Destination") == address and body.get("Account") in near.senders:
                height = sequence(row.get("ledger_index", body.get("ledger_index")))
                found.append((height, _hash(row.get("hash", body.get("hash")))))
    return found


def _rows(value: object) -> Sequence[dict[str, Any]]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []
