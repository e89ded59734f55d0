"""The REST interface the chain's accelerated nodes had, as archives of it still serve it."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from chains.beacon.decode import Shown, bare, decode, shown
from chains.errors import NodeMistaken, NodeUnavailable
from chains.families import NodeReading
from chains.transport import LARGE_BODY_CAP, Talk
from chains.types import Network, Status


def read(network: Network, talk: Talk, reference: str) -> NodeReading:
    """What one archive tells of one transaction. Raises :class:`NodeUnavailable` or :class:`NodeMistaken`."""
    value = _transaction(talk, reference)
    info = _asked(talk, "/api/v1/node-info")
    chain_id, tip = _identity(info)
    if chain_id not in (None, network.params["chain_id"]):
        return NodeReading(bare(network, reference, Status.UNKNOWN, ["wrong_chain"]), tip)
    warnings = [] if chain_id else ["chain_identity_not_visible"]
    if value is None:
        doubts = [*warnings, *_doubts(network, talk, reference, tip)]
        status = Status.UNKNOWN if doubts else Status.NOT_FOUND
        return NodeReading(bare(network, reference, status, doubts), tip)
    if tip is None:
        warnings.append("tip_not_visible")
    told = shown(network, value, reference)
    if told.fee is None:
        told = _with_listing(network, talk, told, reference)
    return NodeReading(decode(network, reference, told, _hash(value), tip, warnings), tip)


def _transaction(talk: Talk, reference: str) -> dict[str, Any] | None:
    """The transaction in whichever form the archive keeps; ``None`` when it says that it has none."""
    answer = talk.get(f"/api/v1/tx/{reference}?format=json", cap=LARGE_BODY_CAP)
    if answer.status in (400, 404):
        return None
    if answer.status >= 400:
        raise NodeUnavailable(f"HTTP {answer.status}")
    found = _picked(answer.value, reference)
    if found is None:
        raise NodeMistaken("an answer without its transaction")
    return found


def _picked(value: Any, reference: str) -> dict[str, Any] | None:
    """The row of the transaction: the answer itself, or the one of a listing that has its hash."""
    if not isinstance(value, dict):
        return None
    if "hash" in value or "txHash" in value:
        return value
    rows = value.get("tx")
    mine = (
        [row for row in rows if isinstance(row, dict) and row.get("txHash") == reference]
        if isinstance(rows, list)
        else []
    )
    return mine[0] if len(mine) == 1 else None


def _with_listing(network: Network, talk: Talk, told: Shown, reference: str) -> Shown:
    """With the fee and the time, which only the listing of the block shows."""
    listing = _asked(talk, f"/api/v1/transactions-in-block/{told.height}")
    row = _picked(listing, reference)
    if row is None or "txHash" not in row:
        return told
    other = shown(network, row, reference)
    if other.height != told.height or other.code != told.code:
        raise NodeMistaken("the listing of the block tells another story")
    return replace(told, fee=other.fee, time=other.time, payer=other.payer or told.payer)


def _asked(talk: Talk, path: str) -> Any:
    """The answer to a question that is not essential; ``None`` when the node does not take it."""
    try:
        answer = talk.get(path, cap=LARGE_BODY_CAP)
    except NodeUnavailable:
        return None
    return answer.value if answer.status < 400 else None


def _identity(info: Any) -> tuple[str | None, int | None]:
    """Chain id and tip."""
    about = info.get("node_info") if isinstance(info, dict) else None
    state = info.get("sync_info") if isinstance(info, dict) else None
    name = about.get("network") if isinstance(about, dict) else None
    height = state.get("latest_block_height") if isinstance(state, dict) else None
    sound = isinstance(height, int | str) and re.fullmatch(r"[1-9][0-9]{0,17}", str(height))
    return (name if isinstance(name, str) else None), (int(str(height)) if sound else None)


def _doubts(network: Network, talk: Talk, reference: str, tip: int | None) -> list[str]:
    """Why an archive that does not find a transaction may be wrong: it ends early, or has lost what is old."""
    if tip is None:
        return ["tip_not_visible"]
    if tip < network.params["last_block"]:
        return ["node_behind"]
    early = network.params["sample_tx"]
    found = None if early == reference else _picked(_asked(talk, f"/api/v1/tx/{early}?format=json"), early)
    return [] if found is not None else ["history_not_visible"]


def _hash(value: dict[str, Any]) -> str | None:
    """The block's hash, where an archive adds it."""
    said = value.get("blockHash")
    return said.upper() if isinstance(said, str) and re.fullmatch(r"[0-9A-Fa-f]{64}", said) else None
