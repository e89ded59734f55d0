"""The REST interface of a Cosmos node: the transaction, then the tip (which names the chain), then the block."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from chains.cosmos.decode import Shown, decode
from chains.errors import NodeMistaken, NodeUnavailable
from chains.families import NodeReading
from chains.transport import LARGE_BODY_CAP, Fetched, Talk
from chains.types import Network, Status

_BASE = "/cosmos/base/tendermint/v1beta1"
_TIME = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.\d{1,9})?(?:Z|\+00:00)")
_NOT_FOUND = 5  # the gRPC status code


@dataclass(frozen=True)
class Header:
    """A block as the node tells it: ``txs`` are the hashes of its transactions, upper case, ``None`` when not listed."""

    chain_id: str
    height: int
    hash: str | None
    time: datetime | None
    txs: frozenset[str] | None


def read(network: Network, talk: Talk, reference: str) -> NodeReading:
    """What one node tells of one transaction. Raises :class:`NodeUnavailable` or :class:`NodeMistaken`."""
    answer = talk.get(f"/cosmos/tx/v1beta1/txs/{reference}", cap=LARGE_BODY_CAP)
    response, signed = _transaction(answer)
    latest = _block(talk, "latest")
    chain_id = latest.chain_id if latest else _chain_id(talk)
    tip = latest.height if latest else None
    shown = Shown(response, signed, tip)
    warnings = [] if chain_id is not None else ["chain_identity_not_visible"]
    if (chain_id or network.params["chain_id"]) != network.params["chain_id"] or _other_chain(network, response):
        return NodeReading(decode(network, reference, shown, Status.UNKNOWN, ["wrong_chain"]), tip)
    if response is None:
        doubts = _doubts(network, talk, latest)
        status = Status.UNKNOWN if doubts or warnings else Status.NOT_FOUND
        return NodeReading(decode(network, reference, shown, status, [*warnings, *doubts]), tip)
    if latest is None:
        warnings.append("tip_not_visible")
    height = response.get("height")
    block = _block_of(talk, height, latest)
    if block is None:
        warnings.append("block_not_visible")
    elif block.chain_id != network.params["chain_id"]:
        return NodeReading(decode(network, reference, shown, Status.UNKNOWN, ["wrong_chain"]), tip)
    elif block.txs and reference not in block.txs:
        return NodeReading(decode(network, reference, shown, Status.UNKNOWN, ["node_inconsistent"]), tip)
    time = moment(response.get("timestamp")) or (block.time if block else None)
    shown = Shown(response, signed, tip, block.hash if block else None, time)
    return NodeReading(decode(network, reference, shown, Status.SUCCEEDED, warnings), tip)


def _transaction(answer: Fetched) -> tuple[dict[str, Any] | None, Any]:
    """``tx_response`` and the signed transaction; ``None`` when the node says it has no such transaction."""
    value = answer.value
    if answer.status in (400, 404):
        code = value.get("code") if isinstance(value, dict) else None
        if code == _NOT_FOUND or "not found" in answer.text.lower():
            return None, None
    if answer.status >= 400:
        raise NodeUnavailable(f"HTTP {answer.status}")
    if isinstance(value, list) and len(value) == 1:
        value = value[0]  # an interface that answers with a list of the one transaction
    if not isinstance(value, dict):
        raise NodeMistaken("a transaction is an object")
    response = value.get("tx_response", value)
    if not isinstance(response, dict) or "txhash" not in response:
        raise NodeMistaken("an answer without its transaction")
    return response, response.get("tx") or value.get("tx")


def _other_chain(network: Network, response: dict[str, Any] | None) -> bool:
    """Some interfaces name the chain in the answer itself."""
    said = response.get("chain_id") if response else None
    return isinstance(said, str) and said != network.params["chain_id"]


def _asked(talk: Talk, path: str) -> Any:
    """The answer to a question that is not essential; ``None`` when the node does not take it."""
    try:
        answer = talk.get(path, cap=LARGE_BODY_CAP)
    except NodeUnavailable:
        return None
    return answer.value if answer.status < 400 else None


def _chain_id(talk: Talk) -> str | None:
    """The chain by the node's own name for it."""
    value = _asked(talk, f"{_BASE}/node_info")
    for name in ("default_node_info", "node_info"):
        info = value.get(name) if isinstance(value, dict) else None
        if isinstance(info, dict) and isinstance(info.get("network"), str):
            return str(info["network"])
    return None


def _block(talk: Talk, which: str) -> Header | None:
    return header(_asked(talk, f"{_BASE}/blocks/{which}"))


def _block_of(talk: Talk, height: Any, latest: Header | None) -> Header | None:
    """The block the transaction says it is in; ``None`` when the node does not show it."""
    if not isinstance(height, str | int) or not re.fullmatch(r"[1-9][0-9]{0,17}", str(height)):
        return None
    if latest is not None and latest.height == int(height):
        return latest
    found = _block(talk, str(height))
    if found is not None and found.height != int(height):
        raise NodeMistaken("another block than asked for")
    return found


def header(value: Any) -> Header | None:
    """The answer of ``blocks/…``; ``None`` where it is no block."""
    block = value.get("block") if isinstance(value, dict) else None
    head = block.get("header") if isinstance(block, dict) else None
    if not isinstance(head, dict):
        return None
    chain_id, height = head.get("chain_id"), str(head.get("height"))
    if not isinstance(chain_id, str) or not re.fullmatch(r"[1-9][0-9]{0,17}", height):
        return None
    name = value.get("block_id")
    return Header(
        chain_id=chain_id,
        height=int(height),
        hash=_hash(name.get("hash") if isinstance(name, dict) else None),
        time=moment(head.get("time")),
        txs=_hashes(block.get("data") if isinstance(block, dict) else None),
    )


def _hash(value: Any) -> str | None:
    """A block's hash in upper-case digits, as explorers write it; REST answers have it in base64."""
    if not isinstance(value, str):
        return None
    if re.fullmatch(r"[0-9A-Fa-f]{64}", value):
        return value.upper()
    try:
        content = base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        return None
    return content.hex().upper() if len(content) == 32 else None


def _hashes(data: Any) -> frozenset[str] | None:
    """Hashes of the transactions in a block: SHA-256 of their bytes."""
    rows = data.get("txs") if isinstance(data, dict) else None
    if not isinstance(rows, list):
        return None
    try:
        return frozenset(hashlib.sha256(base64.b64decode(str(row), validate=True)).hexdigest().upper() for row in rows)
    except (binascii.Error, ValueError):
        return None


def moment(value: Any) -> datetime | None:
    """A time of the chain, cut to seconds."""
    match = _TIME.fullmatch(value) if isinstance(value, str) else None
    try:
        return datetime.fromisoformat(match[1]).replace(tzinfo=UTC) if match else None
    except ValueError:
        return None


def _doubts(network: Network, talk: Talk, latest: Header | None) -> list[str]:
    """Why a node that does not find a transaction may be wrong: it is behind, or has forgotten its early blocks."""
    if latest is None:
        return ["tip_not_visible"]
    oldest = network.params.get("max_head_age")
    if latest.time is None or (oldest is not None and (talk.now() - latest.time).total_seconds() > oldest):
        return ["node_behind"]
    first = _block(talk, str(network.params["first_block"]))
    if first is None or first.height != network.params["first_block"] or first.chain_id != latest.chain_id:
        return ["history_not_visible"]
    return []
