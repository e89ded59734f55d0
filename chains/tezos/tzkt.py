"""TzKT's REST interface: the contents of an operation, the tip, and which tokens the contracts in it moved.

TzKT indexes a chain from its first block or not at all, so an index in step with the chain would know every operation.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from chains.errors import NodeUnavailable
from chains.families import NodeReading
from chains.tezos.decode import APPLIED, bare, decode
from chains.tezos.fields import Operation, TokenTransfer, moment, operations, token_transfers
from chains.transport import LARGE_BODY_CAP, Talk
from chains.types import Network, Status

_PAGE = 100
_MOST_PAGES = 10
_MOST_CALLS = 25
"""Contract calls asked about one by one."""


@dataclass(frozen=True)
class _Head:
    level: int
    chain_id: str | None
    chain: str | None
    synced: bool
    stamp: float | None


def read(network: Network, talk: Talk, reference: str) -> NodeReading:
    """What one index tells of one operation. Raises :class:`NodeUnavailable` or :class:`NodeMistaken`."""
    answer = talk.get(f"/v1/operations/{reference}", cap=LARGE_BODY_CAP)
    if answer.status >= 400 and answer.status != 404:
        raise NodeUnavailable(f"HTTP {answer.status}")
    contents = operations(answer.value, reference) if answer.status < 400 else []
    head = _head(_asked(talk, "/v1/head"))
    tip = head.level if head else None
    right = _right_chain(network, head)
    if right is False:
        return NodeReading(bare(network, reference, Status.UNKNOWN, ["wrong_chain"]), tip)
    warnings = [] if right else ["chain_identity_not_visible"]
    if not contents:
        doubts = [*warnings, *_doubts(network, talk, head)]
        status = Status.UNKNOWN if doubts else Status.NOT_FOUND
        return NodeReading(bare(network, reference, status, doubts), tip)
    if not contents[0].block or not contents[0].level:
        return NodeReading(bare(network, reference, Status.PENDING, warnings), tip)
    if head is None:
        warnings.append("tip_not_visible")
    tokens = _tokens(talk, contents, warnings)
    return NodeReading(decode(network, reference, contents, tip, tokens, warnings), tip)


def _asked(talk: Talk, path: str) -> Any:
    """The answer to a question that is not essential; ``None`` when the node does not take it."""
    try:
        answer = talk.get(path, cap=LARGE_BODY_CAP)
    except NodeUnavailable:
        return None
    return answer.value if answer.status < 400 else None


def _head(value: Any) -> _Head | None:
    level = value.get("level") if isinstance(value, dict) else None
    if not isinstance(level, int) or isinstance(level, bool) or not 0 < level < 2**31:
        return None
    chain_id, chain, when = value.get("chainId"), value.get("chain"), moment(value.get("timestamp"))
    return _Head(
        level=level,
        chain_id=chain_id if isinstance(chain_id, str) else None,
        chain=chain if isinstance(chain, str) else None,
        synced=value.get("synced") is not False,
        stamp=when.timestamp() if when else None,
    )


def _right_chain(network: Network, head: _Head | None) -> bool | None:
    """Whether the index is of the row's chain; ``None`` when it does not tell."""
    if head is None or (head.chain_id is None and head.chain is None):
        return None
    if head.chain_id is not None:
        return bool(head.chain_id == network.params["chain_id"])
    return bool(head.chain == network.params["chain"])


def _doubts(network: Network, talk: Talk, head: _Head | None) -> list[str]:
    """Why an index that does not find an operation may be wrong."""
    if head is None:
        return ["tip_not_visible"]
    if not head.synced:
        return ["node_syncing"]
    late = head.stamp is None or talk.now().timestamp() - head.stamp > network.params["max_head_age"]
    return ["node_behind"] if late else []


def _tokens(talk: Talk, contents: Sequence[Operation], warnings: list[str]) -> dict[int, list[TokenTransfer]]:
    """Token transfers of every contract call that was applied, unless the index says that there are none."""
    told: dict[int, list[TokenTransfer]] = {}
    if any(not one.internal and one.status != APPLIED for one in contents):
        return told
    counted = any(one.token_transfers is not None for one in contents)  # the index leaves out what is nothing
    calls = [one for one in contents if one.calls and one.status == APPLIED]
    asked = [one for one in calls if (one.token_transfers if counted else True)]
    if len(asked) > _MOST_CALLS:
        warnings.append("token_transfers_not_visible")
        return told
    for one in asked:
        found = _of_call(talk, one)
        if found is None or len(found) < (one.token_transfers or 0):
            warnings.append("token_transfers_not_visible")
        else:
            told[one.identity] = found
    return told


def _of_call(talk: Talk, call: Operation) -> list[TokenTransfer] | None:
    """All token transfers of one call, page by page; ``None`` when the index does not show them."""
    name = "originationId" if call.kind == "origination" else "transactionId"
    found: list[TokenTransfer] = []
    for page in range(_MOST_PAGES):
        more = f"&offset={page * _PAGE}" if page else ""
        value = _asked(talk, f"/v1/tokens/transfers?{name}={call.identity}{more}")
        if value is None:
            return None
        rows = token_transfers(value, call.identity)
        found += rows
        if len(rows) < _PAGE:
            return found
    return None
