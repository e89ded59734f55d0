"""Native coin moved by inner calls, as call traces tell it. Pure.

Two trace forms are read into one tree: geth's ``callTracer`` and the flat ``trace_transaction``. A position is the path of
child indexes. Calls to precompiled contracts and calls that never began (for want of funds or depth) are not counted in
it, because some nodes leave them out: so the same movement has the same position whichever form a node offers.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from chains.encoding import checksummed, octets, plain, quantity
from chains.errors import NodeMistaken
from chains.types import Network, Transfer, TransferKind

_MOVING = {"CALL", "CREATE", "CREATE2", "SELFDESTRUCT"}
_KNOWN = _MOVING | {"CALLCODE", "DELEGATECALL", "STATICCALL"}
_PRECOMPILES_END = 0x100
_NEVER_BEGAN = ("insufficient balance", "out of funds", "outoffund", "call depth", "calltoodeep")
_REVERT_STRING = bytes.fromhex("08c379a0")
_PANIC = bytes.fromhex("4e487b71")


@dataclass(frozen=True)
class CallNode:
    """One call of a trace. ``error`` is ``None`` when it succeeded; ``reason`` is what its revert said, made plain."""

    kind: str
    sender: str
    to: str | None
    value: int
    error: str | None
    reason: str | None
    children: tuple[CallNode, ...]


def transfers(network: Network, root: CallNode) -> list[Transfer]:
    """Native movements below ``root`` that really happened: none inside any call that failed."""
    return [
        Transfer(
            position="trace:" + "/".join(map(str, path)),
            kind=TransferKind.INTERNAL,
            asset=network.native.asset,
            contract=None,
            sender=call.sender,
            recipient=call.to,
            amount=call.value,
            symbol=network.native.symbol,
            decimals=network.native.decimals,
        )
        for path, call in _succeeded(root)
        if path and _moves(call)
    ]


def ended(root: CallNode) -> list[str]:
    """Positions of the movements that are what a contract left when it was destroyed: no call, so nobody's code ran."""
    return [
        "trace:" + "/".join(map(str, path))
        for path, call in _succeeded(root)
        if path and call.kind == "SELFDESTRUCT" and _moves(call)
    ]


def _moves(call: CallNode) -> bool:
    """Delegated and static calls show a value they do not move, and a contract destroyed in its own favour moves none."""
    if call.kind not in _MOVING or not call.value or call.to is None:
        return False
    return call.kind != "SELFDESTRUCT" or call.to != call.sender


def _succeeded(root: CallNode) -> Iterator[tuple[tuple[int, ...], CallNode]]:
    """Every call with its path, parents first, in the order they ran; nothing at or below one that failed."""
    stack: list[tuple[tuple[int, ...], CallNode]] = [((), root)]  # no recursion: calls nest up to a thousand deep
    while stack:
        path, call = stack.pop()
        if call.error is not None:
            continue
        yield path, call
        counted = [child for child in call.children if not _uncounted(child)]
        stack += [((*path, place), child) for place, child in reversed(list(enumerate(counted)))]


def _uncounted(call: CallNode) -> bool:
    """Calls that one of the trace forms leaves out: of precompiled contracts, and those that never began."""
    if call.children:
        return False
    if call.error is not None and any(words in call.error.lower() for words in _NEVER_BEGAN):
        return True
    return call.to is not None and call.value == 0 and 0 < int(call.to, 16) < _PRECOMPILES_END


def from_call_tracer(value: Any) -> CallNode:
    """The tree of geth's ``callTracer``. Raises :class:`NodeMistaken`."""
    if not isinstance(value, dict):
        raise NodeMistaken("a trace is an object")
    kind = value.get("type")
    if not isinstance(kind, str) or kind not in _KNOWN:
        raise NodeMistaken("unknown call type")
    children = value.get("calls") or []
    if not isinstance(children, list):
        raise NodeMistaken("calls are a list")
    error = value.get("error")
    return CallNode(
        kind=kind,
        sender=checksummed(octets(value.get("from"), length=20)),
        to=_address(value.get("to")),
        value=quantity(value["value"]) if value.get("value") is not None else 0,
        error=plain(str(error), 100) or "failed" if error else None,
        reason=_reason(value) if error else None,
        children=tuple(from_call_tracer(child) for child in children),
    )


def from_flat(value: Any, transaction_hash: str, block_hash: str | None = None) -> CallNode:
    """The tree of ``trace_transaction``'s list. Raises :class:`NodeMistaken`, also for one of another transaction or block,
    or when a parent is missing.
    """
    if not isinstance(value, list) or not value:
        raise NodeMistaken("a flat trace is a list")
    below: dict[tuple[int, ...], list[tuple[int, ...]]] = {}
    calls: dict[tuple[int, ...], Any] = {}
    for entry in value:
        if not isinstance(entry, dict) or not isinstance(entry.get("action"), dict):
            raise NodeMistaken("a flat trace has actions")
        if str(entry.get("transactionHash", transaction_hash)).lower() != transaction_hash:
            raise NodeMistaken("trace of another transaction")
        if block_hash is not None and str(entry.get("blockHash") or block_hash).lower() != block_hash:
            raise NodeMistaken("trace in another block")
        path = entry.get("traceAddress")
        if not isinstance(path, list) or not all(isinstance(n, int) and n >= 0 for n in path) or tuple(path) in calls:
            raise NodeMistaken("a flat trace has paths")
        calls[tuple(path)] = entry
        if path:
            below.setdefault(tuple(path[:-1]), []).append(tuple(path))
    if () not in calls or any(parent not in calls for parent in below):
        raise NodeMistaken("a flat trace with gaps")
    built: dict[tuple[int, ...], CallNode] = {}
    for path in sorted(calls, key=len, reverse=True):
        built[path] = _flat_call(calls[path], tuple(built[child] for child in sorted(below.get(path, ()))))
    return built[()]


def _flat_call(entry: dict[str, Any], children: tuple[CallNode, ...]) -> CallNode:
    action, result, kind = entry["action"], entry.get("result") or {}, entry.get("type")
    error = entry.get("error")
    shown = plain(str(error), 100) or "failed" if error else None
    if kind == "suicide":
        target = _address(action.get("refundAddress"))
        sender, value = octets(action.get("address"), length=20), quantity(action.get("balance"))
        return CallNode("SELFDESTRUCT", checksummed(sender), target, value, shown, None, children)
    sender, value = octets(action.get("from"), length=20), quantity(action.get("value", "0x0"))
    if kind == "create":
        made = _address(result.get("address")) if isinstance(result, dict) else None
        return CallNode("CREATE", checksummed(sender), made, value, shown, None, children)
    call_kind = str(action.get("callType", "")).upper()
    if kind != "call" or call_kind not in _KNOWN:
        raise NodeMistaken("unknown call type")
    reason = _reason({"output": result.get("output")}) if error and isinstance(result, dict) else None
    return CallNode(call_kind, checksummed(sender), _address(action.get("to")), value, shown, reason, children)


def _address(value: Any) -> str | None:
    return None if value is None else checksummed(octets(value, length=20))


def _reason(call: dict[str, Any]) -> str | None:
    """What a revert said of itself, as plain text: its output decoded, else the tracer's own ``revertReason``."""
    try:
        decoded = revert_reason(octets(call.get("output")))
    except NodeMistaken:
        decoded = None
    given = call.get("revertReason")
    if decoded is None and isinstance(given, str) and not given.startswith("0x"):
        return plain(given, 200) or None
    return decoded


def revert_reason(data: bytes) -> str | None:
    """The text of ``Error(string)``, ``panic 0x11`` of ``Panic(uint256)``, else ``None``. For revert output."""
    if data[:4] == _PANIC and len(data) == 36:
        return f"panic 0x{int.from_bytes(data[4:], 'big'):02x}"[:80]
    if data[:4] != _REVERT_STRING or len(data) < 68:
        return None
    offset = int.from_bytes(data[4:36], "big")
    if offset > len(data) - 36:
        return None
    start = 4 + offset + 32
    length = int.from_bytes(data[start - 32 : start], "big")
    if length > len(data) - start:
        return None
    return plain(data[start : start + length].decode("utf-8", "replace"), 200) or None


def root_fits(root: CallNode, sender: str, to: str | None, created: str | None, value: int) -> bool:
    """Whether a trace begins with the call the transaction made; else it is of something else."""
    target: Sequence[str | None] = (to,) if to is not None else (created, None)
    return root.sender == sender and root.value == value and root.to in target
