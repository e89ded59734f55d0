"""An indexer's REST interface, and for what it does not have yet a node's own: its pool and its recent rounds."""

from __future__ import annotations

import base64
import binascii
from typing import Any

from chains.algorand.decode import Shown, bare, decode
from chains.algorand.fields import from_pool
from chains.errors import NodeMistaken, NodeUnavailable
from chains.families import NodeReading
from chains.transport import LARGE_BODY_CAP, Talk
from chains.types import Network, Status


def read(network: Network, talk: Talk, reference: str) -> NodeReading:
    """What one node tells of one transaction. Raises :class:`NodeUnavailable` or :class:`NodeMistaken`."""
    answer = talk.get(f"/v2/transactions/{reference}", cap=LARGE_BODY_CAP)
    if answer.status >= 400 and answer.status != 404:
        raise NodeUnavailable(f"HTTP {answer.status}")
    value: Any = answer.value if answer.status < 400 else None
    tip = _round(value, "current-round")
    row = _row(value)
    if answer.status == 404:
        pool = asked(talk, f"/v2/transactions/pending/{reference}")
        row = from_pool(pool) if isinstance(pool, dict) and "txn" in pool else None
        if row is not None and pool.get("pool-error"):
            return NodeReading(bare(network, reference, Status.UNKNOWN, ["pool_error"]), None)
    elif row is None:
        raise NodeMistaken("an answer without its transaction")
    tip = tip or _round(asked(talk, "/health"), "round") or _round(asked(talk, "/v2/status"), "last-round")
    if row is None:
        knows = answer.status == 404 and "no transaction found" in answer.text.lower()
        return _absent(network, talk, reference, tip, knows=knows)
    return _present(network, talk, reference, row, tip)


def _present(network: Network, talk: Talk, reference: str, row: dict[str, Any], tip: int | None) -> NodeReading:
    height = row.get("confirmed-round")
    header = _header(talk, height + 1) if isinstance(height, int) and 0 < height < (tip or 0) else None
    warnings = []
    chain = _chain(network, row)
    if chain is None:
        chain = _chain(network, header)
    if chain is False or _chain(network, header) is False:
        return NodeReading(bare(network, reference, Status.UNKNOWN, ["wrong_chain"]), tip)
    if chain is None:
        warnings.append("chain_identity_not_visible")
    if tip is None:
        warnings.append("tip_not_visible")
    block_hash = _hash(header.get("previous-block-hash")) if header else None
    if height and block_hash is None:
        warnings.append("block_not_visible")
    return NodeReading(decode(network, reference, Shown(row, tip, block_hash), warnings), tip)


def _absent(network: Network, talk: Talk, reference: str, tip: int | None, *, knows: bool) -> NodeReading:
    """Not found, when the indexer says so itself, is of the right chain, in step, and has the first round."""
    doubts = [] if knows else ["history_not_visible"]
    head = _header(talk, tip) if tip else None
    chain = _chain(network, head)
    if chain is False:
        return NodeReading(bare(network, reference, Status.UNKNOWN, ["wrong_chain"]), tip)
    if chain is None:
        doubts.append("chain_identity_not_visible")
    stamp = head.get("timestamp") if head else None
    if not isinstance(stamp, int) or talk.now().timestamp() - stamp > network.params["max_head_age"]:
        doubts.append("tip_not_visible" if head is None else "node_behind")
    if not doubts and _header(talk, 1) is None:
        doubts.append("history_not_visible")
    status = Status.UNKNOWN if doubts else Status.NOT_FOUND
    return NodeReading(bare(network, reference, status, doubts), tip)


def _row(value: Any) -> dict[str, Any] | None:
    """The transaction of an answer, in whichever of the forms it stands."""
    if not isinstance(value, dict):
        return None
    if isinstance(value.get("txn"), dict):
        return from_pool(value)
    row = value.get("transaction", value)
    return row if isinstance(row, dict) and "tx-type" in row else None


def asked(talk: Talk, path: str) -> Any:
    """The answer to a question that is not essential; ``None`` when the node does not take it."""
    try:
        answer = talk.get(path, cap=LARGE_BODY_CAP)
    except NodeUnavailable:
        return None
    return answer.value if answer.status < 400 else None


def _header(talk: Talk, height: int) -> dict[str, Any] | None:
    """The header of a round; ``None`` when the node does not show it."""
    value = asked(talk, f"/v2/blocks/{height}?header-only=true")
    if not isinstance(value, dict) or value.get("round") != height:
        return None
    return value


def chain_of(network: Network, talk: Talk, height: int) -> bool | None:
    """Whether the node is of this chain, by the header at ``height``; ``None`` when it does not tell."""
    return _chain(network, _header(talk, height))


def _round(value: Any, name: str) -> int | None:
    height = value.get(name) if isinstance(value, dict) else None
    return height if isinstance(height, int) and not isinstance(height, bool) and 0 < height < 2**63 else None


def _chain(network: Network, shown: dict[str, Any] | None) -> bool | None:
    """Whether what is shown is of this chain; ``None`` when it does not tell."""
    hash_, name = (shown or {}).get("genesis-hash"), (shown or {}).get("genesis-id")
    told = [(hash_, network.params["genesis_hash"]), (name, network.params["genesis_id"])]
    seen = [said == right for said, right in told if isinstance(said, str) and said]
    return all(seen) if seen else None


def _hash(value: Any) -> str | None:
    """A block's hash in base32, as explorers write it."""
    try:
        data = base64.b64decode(value, validate=True) if isinstance(value, str) else b""
    except (binascii.Error, ValueError):
        return None
    return base64.b32encode(data).decode().rstrip("=") if len(data) == 32 else None
