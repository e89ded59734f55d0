"""Outputs to spend, proved from what one node shows: the bytes of their transactions, that they stand, that nobody spent them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from chains.errors import CoinsAreGone, CoinsWait, NodeUnavailable, Refused
from chains.transport import Call, Talk
from chains.types import Network, Status
from chains.utxo import fees, load
from chains.utxo.address import forms, script_address, script_kind
from chains.utxo.decode import decode, parse_raw
from chains.utxo.interfaces import look
from chains.utxo.raw import RawOutput, RawTransaction
from chains.utxo.seen import Absent, Seen
from chains.utxo.unsigned import Before

MOST_INPUTS = 500
"""More would not be relayed as one transaction."""

_WITNESS_KINDS = ("p2wpkh", "p2wsh", "p2tr")

Point = tuple[str, int]
"""Transaction and number of an output."""


@dataclass(frozen=True)
class Held:
    """An output to spend, proved by the bytes of its transaction (``whole``, which nodes show with or without witnesses).

    ``regtest``: it lies on the local test chain, which writes other addresses. ``tip`` is the node's best height at that look.
    """

    txid: str
    vout: int
    output: RawOutput
    kind: str
    address: str | None
    regtest: bool
    whole: bytes = field(compare=False, repr=False)
    tip: int = field(default=0, compare=False)

    @property
    def outpoint(self) -> str:
        """``txid:vout``."""
        return f"{self.txid}:{self.vout}"

    @property
    def before(self) -> Before:
        """What an input that spends it says of it."""
        return Before(self.whole, self.output if self.kind in _WITNESS_KINDS else None)


def points_of(outpoints: Sequence[str]) -> list[Point]:
    """Outpoints (``txid:vout``) taken apart. Raises :class:`Refused` unless each is one, and there once."""
    points: list[Point] = []
    for text in outpoints:
        txid, _, place = text.partition(":")
        if len(txid) != 64 or set(txid) - set("0123456789abcdef") or not (place.isascii() and place.isdigit()):
            raise Refused("an outpoint is not written as txid:vout")
        points.append((txid, int(place[:10])))
    if not points or len(points) > MOST_INPUTS or len(set(points)) != len(points):
        raise Refused("an order needs outpoints, each once, and not too many")
    return points


def held(network: Network, talk: Talk, points: Sequence[Point]) -> tuple[list[Held], list[str]]:
    """The outputs to spend, and warnings. Raises :class:`Refused` for what cannot be spent, or not without losing more."""
    known: dict[str, tuple[Seen, RawTransaction]] = {}
    warnings: list[str] = []
    for txid in dict.fromkeys(txid for txid, _ in points):
        seen, raw, more = _transaction(network, talk, txid)
        known[txid] = seen, raw
        warnings += more
    coins = [_held(network, *known[txid], vout) for txid, vout in points]
    warnings += _unspent(talk, points)
    return coins, warnings


def _held(network: Network, seen: Seen, raw: RawTransaction, vout: int) -> Held:
    if vout >= len(raw.outputs):
        raise Refused("an outpoint does not exist")
    output = raw.outputs[vout]
    assert seen.raw is not None  # _transaction has parsed it
    load.demand_bare(network, raw, seen.raw, output)
    shape = forms(network.params, regtest=seen.regtest)
    kind = script_kind(shape, output.script)
    if not fees.spendable(kind):
        raise Refused("an outpoint has a script that cannot be planned for")
    address = script_address(shape, output.script)
    return Held(raw.txid, vout, output, kind, address, seen.regtest, seen.raw, seen.tip or 0)


def _transaction(network: Network, talk: Talk, txid: str) -> tuple[Seen, RawTransaction, list[str]]:
    """An earlier transaction, its id recomputed, that stands in a block."""
    seen = look(network, talk, txid)
    told = decode(network, txid, seen)
    if isinstance(seen, Absent) or told.status is not Status.SUCCEEDED:
        if told.status is Status.UNKNOWN:
            raise NodeUnavailable(f"{talk.node.label}: {', '.join(told.warnings)}")
        raise CoinsWait("an outpoint is in no block")
    if "coinbase_immature" in told.warnings:
        raise CoinsWait("an outpoint is of new coins that cannot move yet")
    raw = parse_raw(network, seen.raw) if seen.raw is not None else None
    if raw is None or raw.txid != txid:
        raise NodeUnavailable(f"{talk.node.label}: does not show the bytes of an earlier transaction")
    kept = {"test_chain", "chain_identity_not_visible", "tip_not_visible"}.intersection(told.warnings)
    return seen, raw, [*sorted(kept), *([] if told.final else ["input_not_final"])]


def _unspent(talk: Talk, points: Sequence[Point]) -> list[str]:
    """Raises :class:`CoinsAreGone` when a node shows that an outpoint is spent; a warning when it does not show it."""
    states = spent(talk, points)
    if any(state is True for state in states):
        raise CoinsAreGone("an outpoint has been spent")
    return ["spent_not_visible"] if any(state is None for state in states) else []


def spent(talk: Talk, points: Sequence[Point]) -> list[bool | None]:
    """Whether each is spent, by what waits too; ``None`` where the node does not show it."""
    if talk.node.interface in ("blockbook", "esplora"):
        return [_state(talk, txid, vout) for txid, vout in points]
    return _states(talk, points)


def _states(talk: Talk, points: Sequence[Point]) -> list[bool | None]:
    """Whether each is spent, by the daemon's set of unspent outputs, the memory pool included."""
    told = talk.rpc([Call("gettxout", [txid, vout, True]) for txid, vout in points])
    return [None if one.failed else one.result is None for one in told]


def _state(talk: Talk, txid: str, vout: int) -> bool | None:
    if talk.node.interface == "esplora":
        told = talk.get(f"/tx/{txid}/outspend/{vout}")
        shown: Any = told.value if told.status < 400 else None
    else:
        told = talk.get(f"/api/v2/tx/{txid}")
        shown = told.value["vout"][vout] if told.status < 400 and isinstance(told.value, dict) else None
    spent = shown.get("spent", False) if isinstance(shown, dict) else None
    return spent if isinstance(spent, bool) else None
