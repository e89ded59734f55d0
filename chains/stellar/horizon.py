"""Questions to Horizon: the transaction, its operations, the root (network, newest and oldest ledger) and the ledger's hash.

Effects are asked for where only they tell an amount: claimed balances, pools, merges without a result.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from chains.errors import NodeMistaken, NodeUnavailable
from chains.families import NodeReading
from chains.stellar import records
from chains.stellar.decode import Shown, decode, outside, successful
from chains.stellar.envelope import Envelope, Result, envelope, result
from chains.stellar.legs import kinds
from chains.transport import LARGE_BODY_CAP, Fetched, Talk
from chains.types import Network, Status, Transaction

_HEX64 = re.compile(r"[0-9a-f]{64}")
_FORGOTTEN = 410


@dataclass(frozen=True)
class Root:
    """What a node says of itself. ``ours`` is ``None`` when it does not show which network it serves."""

    ours: bool | None = None
    tip: int | None = None
    oldest: int | None = None
    closed: datetime | None = None

    @property
    def doubts(self) -> tuple[str, ...]:
        """Warnings about the node itself."""
        if self.ours is False:
            return ("wrong_chain",)
        return () if self.ours else ("chain_identity_not_visible",)


def read(network: Network, talk: Talk, reference: str) -> NodeReading:
    """See :meth:`chains.families.Family.read`."""
    answer = talk.get(f"/transactions/{reference}", cap=LARGE_BODY_CAP)
    root = look(network, talk)
    if answer.status in (404, _FORGOTTEN):
        return NodeReading(_absent(network, talk, reference, root, answer), root.tip)
    row = _object(talk, answer)
    if _named(row.get("hash")) != reference:
        raise NodeMistaken(f"{talk.node.label}: another transaction than asked for")
    signed, ended = _xdr(network, row)
    doubts = root.doubts
    if signed is not None and reference in signed.hashes and root.ours is None:
        doubts = ()  # the hash is over the network's name too
    operations = effects = None
    if successful(row, ended):
        operations = _operations(talk, reference, signed.hashes if signed else (reference,))
        if _effects_matter(signed, ended, operations):
            effects = _effects(talk, reference)
    shown = Shown(row, signed, ended, operations, effects, _ledger_hash(talk, row.get("ledger")), root.tip, doubts)
    return NodeReading(decode(network, reference, shown), root.tip)


def _object(talk: Talk, answer: Fetched) -> Mapping[str, Any]:
    if answer.status >= 400:
        raise NodeUnavailable(f"{talk.node.label}: HTTP {answer.status}")
    if not isinstance(answer.value, dict):
        raise NodeMistaken(f"{talk.node.label}: not an object")
    return answer.value


def _xdr(network: Network, row: Mapping[str, Any]) -> tuple[Envelope | None, Result | None]:
    """What was signed and how it ended; each ``None`` where it was left out."""
    signed, ended = row.get("envelope_xdr"), row.get("result_xdr")
    return (
        envelope(signed, network.params["passphrase"]) if signed else None,
        result(ended) if ended else None,
    )


def look(network: Network, talk: Talk) -> Root:
    """What the node says of itself; whatever it does not show stays unknown and costs nothing else."""
    try:
        value = _object(talk, talk.get("/"))
    except (NodeMistaken, NodeUnavailable):
        return Root()
    passphrase = value.get("network_passphrase")
    return Root(
        ours=passphrase == network.params["passphrase"] if isinstance(passphrase, str) else None,
        tip=_number(value.get("history_latest_ledger")),
        oldest=_number(value.get("history_elder_ledger")),
        closed=_moment(value.get("history_latest_ledger_closed_at")),
    )


def _operations(talk: Talk, reference: str, hashes: tuple[str, ...]) -> records.Records | None:
    """The operations as Horizon tells them, ``None`` where it does not answer."""
    page = _page(talk, f"/transactions/{reference}/operations?limit=200")
    return None if page is None else records.operations(page, hashes)


def _effects(talk: Talk, reference: str) -> records.Effects | None:
    """The effects, ``None`` where Horizon does not answer or has more than one page of them."""
    page = _page(talk, f"/transactions/{reference}/effects?limit=200")
    return None if page is None or len(page) >= 200 else records.effects(page)


def _page(talk: Talk, path: str) -> list[Mapping[str, Any]] | None:
    try:
        answer = talk.get(path, cap=LARGE_BODY_CAP)
    except NodeUnavailable:
        return None
    return None if answer.status >= 400 else records.rows(answer.value)


def _effects_matter(signed: Envelope | None, ended: Result | None, operations: records.Records | None) -> bool:
    if signed is not None and ended is not None:
        return any(word in records.FROM_EFFECTS and word != "account_merge" for word in kinds(signed))
    return any(row.get("type") in records.FROM_EFFECTS for row in (operations or {}).values())


def _ledger_hash(talk: Talk, number: Any) -> str | None:
    """The hash of the ledger, ``None`` where the node does not show it."""
    if _number(number) is None:
        return None
    try:
        value = _object(talk, talk.get(f"/ledgers/{number}"))
    except (NodeMistaken, NodeUnavailable):
        return None
    named = value.get("hash")
    same = value.get("sequence") == number and isinstance(named, str) and _HEX64.fullmatch(named)
    return str(named) if same else None


def _absent(network: Network, talk: Talk, reference: str, root: Root, answer: Fetched) -> Transaction:
    """``not_found`` from a node of this network, in step with it, that has all its ledgers; else ``unknown`` and why."""
    doubts = list(root.doubts)
    if not doubts:
        age = None if root.closed is None else (talk.now() - root.closed).total_seconds()
        if age is None or root.tip is None or not -60 <= age <= network.params["max_tip_age"]:
            doubts.append("node_behind")
        elif answer.status == _FORGOTTEN or root.oldest is None or root.oldest > network.params["first_ledger"]:
            doubts.append("history_not_visible")
    return outside(network, reference, Status.UNKNOWN if doubts else Status.NOT_FOUND, tuple(doubts))


def _named(value: Any) -> str:
    return value.lower() if isinstance(value, str) else ""


def _number(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 < value < 2**31 else None


def _moment(text: Any) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except (TypeError, ValueError):
        return None
    return None if moment.tzinfo is None else moment.astimezone(UTC)
