"""From what Horizon showed of a transaction to what happened. Pure; every statement rests on a field that was shown."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from chains.encoding import as_written
from chains.errors import NodeMistaken
from chains.stellar import legs, records, soroban
from chains.stellar.address import holder
from chains.stellar.envelope import Envelope, Memo, Result, first_failure
from chains.stellar.legs import Moves
from chains.stellar.records import Effects, Records
from chains.types import Block, Fee, Network, Status, Transaction
from chains.unsettled import unsettled

_DIGITS = re.compile(r"[0-9]{1,18}")
_MEMO = {"hash": 32, "return": 32}


@dataclass(frozen=True)
class Shown:
    """All that a node showed. ``envelope`` and ``result`` are ``None`` where it left the XDR out.

    ``operations`` and ``effects`` are ``None`` where it did not answer that question; ``doubts`` are warnings about it.
    """

    row: Mapping[str, Any]
    envelope: Envelope | None
    result: Result | None
    operations: Records | None
    effects: Effects | None
    ledger_hash: str | None
    tip: int | None
    doubts: tuple[str, ...] = ()


class _Doubt(Exception):
    """What was moved cannot be told; the argument is the warning that says why."""


def decode(network: Network, reference: str, shown: Shown) -> Transaction:
    """The transaction as ``shown`` tells it; ``sources`` are for the caller to add. Raises :class:`NodeMistaken`."""
    warnings = [*shown.doubts]
    if "wrong_chain" in warnings or _contradictory(shown, reference):
        if "wrong_chain" not in warnings:
            warnings.append("node_inconsistent")
        return outside(network, reference, Status.UNKNOWN, tuple(warnings))
    succeeded = successful(shown.row, shown.result)
    ledger = _ledger(shown.row.get("ledger"))
    moves = Moves()
    if succeeded:
        try:
            moves = _moves(network, shown)
        except _Doubt as doubt:
            return outside(network, reference, Status.UNKNOWN, (*warnings, str(doubt)))
    transfers = legs.transfers(network, moves, memo(shown).text)
    warnings += moves.warnings
    if shown.envelope is None:
        warnings.append("hash_not_recomputed")
    if shown.tip is None:
        warnings.append("tip_not_visible")
    if shown.ledger_hash is None:
        warnings.append("block_hash_not_visible")
    fee = _fee(network, shown)
    if fee is None:
        warnings.append("fee_not_visible")
    return Transaction(
        network=network.slug,
        network_id=network.id,
        hash=reference,
        status=Status.SUCCEEDED if succeeded else Status.FAILED,
        final=True,
        confirmations=max(shown.tip or 0, ledger) - ledger + 1,
        confirmations_required=network.confirmations,
        block=Block(ledger, shown.ledger_hash or "", _time(shown.row.get("created_at"))),
        fee=fee,
        transfers=transfers,
        failure=None if succeeded else _failure(shown.result),
        warnings=tuple(dict.fromkeys(warnings)),
        root=_root(shown.row, reference),
    )


def _root(row: Mapping[str, Any], reference: str) -> str | None:
    """The outer hash of a fee bump that was asked for by its inner one."""
    bump = row.get("fee_bump_transaction")
    outer = bump.get("hash") if isinstance(bump, Mapping) else None
    return outer.lower() if isinstance(outer, str) and outer.lower() != reference else None


def outside(network: Network, reference: str, status: Status, warnings: tuple[str, ...]) -> Transaction:
    """A transaction of which this node cannot tell more."""
    return unsettled(network, reference, status, *warnings)


def successful(row: Mapping[str, Any], result: Result | None) -> bool:
    """Whether it succeeded; the oldest answers left the word out. Raises :class:`NodeMistaken` where nothing says so."""
    word = row.get("successful", None if result is None else result.succeeded)
    if not isinstance(word, bool):
        raise NodeMistaken("neither success nor failure")
    return word


def _contradictory(shown: Shown, reference: str) -> bool:
    """Whether the answer's parts cannot all be true: hash, result, sender, number of operations, memo."""
    envelope, row = shown.envelope, shown.row
    if envelope is None:
        return shown.result is not None and shown.result.succeeded is not successful(row, shown.result)
    count = row.get("operation_count", len(envelope.operations))
    source = row.get("source_account", envelope.source)
    return (
        reference not in envelope.hashes
        or count != len(envelope.operations)
        or source != envelope.source
        or row.get("fee_account", envelope.payer) != envelope.payer
        or (shown.result is not None and shown.result.succeeded is not successful(row, shown.result))
        or row.get("memo_type", envelope.memo.kind) != envelope.memo.kind
    )


def _moves(network: Network, shown: Shown) -> Moves:
    """All movements: signed and proven where the envelope is there, Horizon's telling of them where it is not."""
    if shown.envelope is not None and shown.result is not None:
        words = legs.kinds(shown.envelope)
        moves = legs.from_envelope(shown.envelope, shown.result.operations)
        if shown.operations is not None and records.contradict(moves, shown.operations, words):
            raise _Doubt("node_inconsistent")
        if shown.operations is not None and len(shown.operations) != len(words):
            raise _Doubt("node_inconsistent")
        sources = [_source(shown.envelope, index) for index in range(len(words))]
    else:
        rows = shown.operations
        if rows is None or sorted(rows) != list(range(len(rows))) or not rows or not records.readable(rows):
            raise _Doubt("operations_not_visible")
        if shown.row.get("operation_count", len(rows)) != len(rows):
            raise _Doubt("operations_not_visible")
        words = tuple(str(rows[index].get("type")) for index in range(len(rows)))
        moves = Moves(found=records.told(rows))
        sources = [holder(rows[index].get("source_account"))[0] if "source_account" in rows[index] else ""
                   for index in range(len(rows))]  # fmt: skip
    known = {move.operation for move in moves.found}
    for index, word in enumerate(words):
        if word in records.FROM_EFFECTS and index not in known:
            if shown.effects is None:
                raise _Doubt("effects_not_visible")
            moves.found += records.from_effects(word, index, sources[index], shown.effects.get(index, ()))
        elif word == records.CONTRACT_CALL:
            _contract_call(network, shown, index, moves)
    return moves


def _contract_call(network: Network, shown: Shown, index: int, moves: Moves) -> None:
    """Classic assets from Horizon's list or the events; tokens of contracts only from the events."""
    from_events = soroban.moves(shown.row.get("result_meta_xdr"), index, network.params["passphrase"])
    row = (shown.operations or {}).get(index)
    if from_events is not None:
        moves.found += from_events
    elif row is not None:
        moves.found += records.changes(index, row)
        moves.warnings.append("internal_transfers_not_visible")
    else:
        raise _Doubt("operations_not_visible")


def _source(envelope: Envelope, index: int) -> str:
    from chains.stellar.envelope import muxed

    own = envelope.operations[index].source_account
    return envelope.source if own is None else muxed(own)[0]


def memo(shown: Shown) -> Memo:
    """The memo as signed, or as Horizon writes it: hashes in base64, text as text."""
    if shown.envelope is not None:
        return shown.envelope.memo
    kind, text = shown.row.get("memo_type"), shown.row.get("memo")
    if kind in (None, "none"):
        return Memo("none", None)
    if not isinstance(kind, str) or not isinstance(text, str):
        return Memo("text", None) if kind == "text" else _no_memo()
    if kind in _MEMO:
        try:
            raw = base64.b64decode(text, validate=True)
        except (binascii.Error, ValueError):
            return _no_memo()
        return Memo(kind, raw.hex()) if len(raw) == _MEMO[kind] else _no_memo()
    if kind == "id":
        return Memo(kind, text) if _DIGITS.fullmatch(text[-18:]) and text.isdigit() and len(text) <= 20 else _no_memo()
    return Memo(kind, as_written(text, 64)) if kind == "text" else _no_memo()


def _no_memo() -> Memo:
    raise NodeMistaken("not a memo")


def _fee(network: Network, shown: Shown) -> Fee | None:
    """What was charged, by Horizon's word (which is after refunds) or the result's."""
    told = shown.row.get("fee_charged", None if shown.result is None else shown.result.fee)
    if isinstance(told, str) and _DIGITS.fullmatch(told):
        told = int(told)
    if not isinstance(told, int) or isinstance(told, bool) or not 0 <= told < 2**63:
        return None
    payer = shown.envelope.payer if shown.envelope else shown.row.get("fee_account")
    return Fee(network.native.asset, network.native.symbol, told, None if payer is None else holder(payer)[0])


def _failure(result: Result | None) -> str:
    """The network's words for why: ``tx_failed: payment_underfunded (operation 0)``."""
    if result is None:
        return "tx_failed"
    failed = first_failure(result.operations)
    return result.code if failed is None else f"{result.code}: {failed[1]} (operation {failed[0]})"


def _ledger(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 < value < 2**31:
        raise NodeMistaken("not a ledger")
    return value


def _time(text: Any) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except (TypeError, ValueError):
        return None
    return None if moment.tzinfo is None else moment.astimezone(UTC)
