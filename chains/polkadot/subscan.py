"""One server of Subscan's interface (``POST /api/scan/extrinsic``), which also finds an extrinsic by its hash.

It names no chain in its answers, so who it speaks for is the operator's word, and it is never believed about an absence.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from chains import strict_json
from chains.errors import NodeMistaken, NodeUnavailable
from chains.families import NodeReading
from chains.polkadot.decode import HOOKS, decode
from chains.polkadot.shown import Event, Shown, account, digest, items, member, whole, word
from chains.transport import LARGE_BODY_CAP, Talk
from chains.types import Network, Status
from chains.unsettled import unsettled

PATH = "/api/scan/extrinsic"


def read(network: Network, talk: Talk, reference: str) -> NodeReading:
    """See :meth:`chains.families.Family.read`."""
    block_id, _, index = reference.partition("-")
    if index in HOOKS or (index and block_id.startswith("0x")):
        return NodeReading(unsettled(network, reference, Status.UNKNOWN, "extrinsic_index_needed"), None)
    question = {"extrinsic_index": reference} if index else {"hash": reference}
    answer = talk.post(PATH, question, cap=LARGE_BODY_CAP)
    if answer.status != 200:
        raise NodeUnavailable(f"{talk.node.label}: HTTP {answer.status}")
    told = member(answer.value)
    if whole(told.get("code"), 32) != 0 or "data" not in told:
        raise NodeUnavailable(f"{talk.node.label}: refused")
    if told["data"] is None:
        return NodeReading(unsettled(network, reference, Status.UNKNOWN, "chain_identity_not_visible"), None)
    seen = extrinsic(network, member(told["data"]), reference)
    if seen is None:
        return NodeReading(unsettled(network, reference, Status.PENDING, "chain_identity_not_visible"), None)
    transaction = decode(network, seen, None)
    warnings = [*transaction.warnings, "chain_identity_not_visible"]
    if not index:
        warnings.append("extrinsic_hash_not_unique")
    return NodeReading(replace(transaction, warnings=tuple(warnings)), None)


def extrinsic(network: Network, data: Mapping[str, Any], reference: str) -> Shown | None:
    """The extrinsic told of, ``None`` while it is in no block. Raises :class:`NodeMistaken` when it is not ``reference``."""
    if data.get("pending") is True:
        return None
    place = data.get("extrinsic_index")
    height = whole(data.get("block_num"), 32)
    if not isinstance(place, str) or place.partition("-")[0] != str(height) or not place.partition("-")[2].isdigit():
        raise NodeMistaken("not a place in a block")
    if reference not in (place, digest(data.get("extrinsic_hash"))):
        raise NodeMistaken("another extrinsic than the one asked for")
    final, said, signer = data.get("finalized"), data.get("success"), data.get("account_id")
    return Shown(
        height=height,
        block_hash=digest(data.get("block_hash")),
        time=datetime.fromtimestamp(whole(data.get("block_timestamp"), 33), UTC),
        final=final if isinstance(final, bool) else None,
        index=place.partition("-")[2],
        events=_events(data),
        signer=account(network, signer) if signer and data.get("signature") else None,
        stated_fee=None if data.get("fee_used") in (None, "") else whole(data["fee_used"]),
        said=said if isinstance(said, bool) else None,
    )


def _events(data: Mapping[str, Any]) -> tuple[Event, ...]:
    """Events in the order of the block. One missing would shift the positions of those behind it."""
    told = [member(each) for each in items(data.get("event") or [])]
    numbers = [whole(each.get("event_idx"), 32) for each in told]
    if numbers != list(range(numbers[0], numbers[0] + len(numbers)) if numbers else []):
        raise NodeMistaken("events are missing")
    if whole(data.get("event_count", len(told)), 32) != len(told):
        raise NodeMistaken("events are missing")
    return tuple(
        Event(place, word(each.get("module_id")).lower(), word(each.get("event_id")), _values(each.get("params")))
        for place, each in enumerate(told)
    )


def _values(params: Any) -> list[Any]:
    """The values of an event, which stand in a text of JSON inside the JSON, or plainly."""
    if isinstance(params, str):
        params = strict_json.parse(params.encode()) if params else []
    return [member(each).get("value") for each in items(params)]
