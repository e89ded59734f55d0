"""One node of substrate-api-sidecar's interface: ``GET /blocks/{id}`` shows a whole block with the events of each extrinsic."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from chains.encoding import plain
from chains.errors import NodeMistaken, NodeUnavailable
from chains.families import NodeReading
from chains.polkadot.decode import HOOKS, decode
from chains.polkadot.shown import Event, OtherNetwork, Shown, account, digest, items, member, moment, whole, word
from chains.transport import LARGE_BODY_CAP, Fetched, Talk
from chains.types import Network, Status, Transaction, Transfer
from chains.unsettled import unsettled

MOST_ASSETS_ASKED = 4
"""Assets asked for symbol and decimals, each a round trip."""

_HEX = re.compile(r"0x(?:[0-9a-f]{2}){1,64}")


@dataclass(frozen=True)
class _Head:
    """The node's finalized head; ``time`` only where the whole block was shown."""

    height: int
    time: datetime | None = None


def read(network: Network, talk: Talk, reference: str) -> NodeReading:
    """See :meth:`chains.families.Family.read`."""
    block_id, _, index = reference.partition("-")
    if not index:
        return NodeReading(unsettled(network, reference, Status.UNKNOWN, "extrinsic_index_needed"), None)
    answer = talk.get(f"/blocks/{block_id}", cap=LARGE_BODY_CAP)
    if answer.status not in (200, 400, 404):
        raise NodeUnavailable(f"{talk.node.label}: HTTP {answer.status}")
    right = _right_chain(network, talk)
    head = _head(talk)
    height = head.height if head else None
    if right is False:
        return NodeReading(unsettled(network, reference, Status.UNKNOWN, "wrong_chain"), height)
    if answer.status != 200:
        return NodeReading(_no_block(network, talk, reference, known=right is True), height)
    try:
        return NodeReading(_present(network, talk, reference, answer.value, right, height), height)
    except OtherNetwork:
        return NodeReading(unsettled(network, reference, Status.UNKNOWN, "wrong_chain"), height)


def _present(
    network: Network, talk: Talk, reference: str, value: Any, right: bool | None, height: int | None
) -> Transaction:
    """What a block that was shown tells of the extrinsic. Raises :class:`NodeMistaken`."""
    block_id, _, index = reference.partition("-")
    seen = extrinsic(network, _checked(value, block_id), index)
    if seen is None:
        return _no_extrinsic(network, reference, value, known=right is True)
    if block_id.startswith("0x") and seen.final is False and height is not None and height >= seen.height:
        # Sealed is another block of this height.
        return unsettled(network, reference, Status.PENDING, "reorganised")
    if seen.final is None and not block_id.startswith("0x") and height is not None and height >= seen.height:
        seen = replace(seen, final=True)  # a height below the sealed head has one block, and this is it
    transaction = _named(talk, decode(network, seen, height))
    if right is None:
        transaction = replace(transaction, warnings=(*transaction.warnings, "chain_identity_not_visible"))
    return transaction


def _checked(value: Any, block_id: str) -> Mapping[str, Any]:
    """A block, which must be the one asked for."""
    block = member(value)
    named = digest(block.get("hash")) if block_id.startswith("0x") else str(whole(block.get("number"), 32))
    if named != block_id:
        raise NodeMistaken("another block than the one asked for")
    return block


def extrinsic(network: Network, block: Mapping[str, Any], index: str) -> Shown | None:
    """The extrinsic at ``index`` of a block as ``/blocks/{id}`` shows it, ``None`` when the block is shorter.

    Raises :class:`NodeMistaken`.
    """
    extrinsics = items(block.get("extrinsics"))
    final = block.get("finalized")
    bare = Shown(
        height=whole(block.get("number"), 32),
        block_hash=digest(block.get("hash")),
        time=_time(extrinsics),
        final=final if isinstance(final, bool) else None,
        index=index,
        events=(),
        signer=None,
        author=None if block.get("authorId") is None else account(network, block["authorId"]),
    )
    if index in HOOKS:
        hook = member(block.get(f"on{index.capitalize()}"))
        return replace(bare, events=_events(hook.get("events")))
    place = int(index)
    if place >= len(extrinsics):
        return None
    told = member(extrinsics[place])
    signature = told.get("signature")
    said = told.get("success")
    return replace(
        bare,
        events=_events(told.get("events")),
        signer=None if signature is None else account(network, member(signature).get("signer")),
        stated_fee=_stated_fee(told),
        charged=told.get("paysFee") is not False,
        said=said if isinstance(said, bool) else None,
    )


def _events(value: Any) -> tuple[Event, ...]:
    """Events in their order; a text stands in their place where the node has forgotten the block's state."""
    if isinstance(value, str):
        return ()
    found = []
    for place, entry in enumerate(items(value)):
        method = member(member(entry).get("method"))
        found.append(
            Event(place, word(method.get("pallet")).lower(), word(method.get("method")), items(entry.get("data")))
        )
    return tuple(found)


def _stated_fee(told: Mapping[str, Any]) -> int | None:
    """``partialFee`` and the tip, where the node reckoned after the fact; before it the fee is a guess at the weight."""
    info = told.get("info")
    if not isinstance(info, dict) or "partialFee" not in info or info.get("kind") not in ("postDispatch", "fromEvent"):
        return None
    return whole(info["partialFee"]) + (0 if told.get("tip") is None else whole(told["tip"]))


def _time(extrinsics: Any) -> datetime | None:
    """What the timestamp pallet was told in this block, which is one of its first extrinsics."""
    for told in extrinsics[:8]:
        method = member(member(told).get("method"))
        if (method.get("pallet"), method.get("method")) == ("timestamp", "set"):
            return moment(member(told.get("args")).get("now"))
    return None


def _right_chain(network: Network, talk: Talk) -> bool | None:
    """Whether the node follows this network: by its genesis block, else by its runtime's name; ``None`` if it shows neither."""
    genesis = _auxiliary(lambda: talk.get("/blocks/0/header"), _genesis)
    if genesis is not None:
        return bool(genesis == network.params["genesis"])
    spec = _auxiliary(lambda: talk.get("/runtime/spec"), lambda value: member(value).get("specName"))
    return spec in network.params["spec_names"] if isinstance(spec, str) else None


def _genesis(value: Any) -> str | None:
    header = member(value)
    return digest(header.get("hash")) if whole(header.get("number"), 32) == 0 else None


def _head(talk: Talk) -> _Head | None:
    """The finalized head, which is what this interface means by head."""
    for path in ("/blocks/head/header", "/blocks/head"):
        head = _auxiliary(lambda path=path: talk.get(path, cap=LARGE_BODY_CAP), _sealed)  # type: ignore[misc]
        if isinstance(head, _Head):
            return head
    return None


def _sealed(value: Any) -> _Head:
    block = member(value)
    return _Head(whole(block.get("number"), 32), _time(items(block["extrinsics"])) if "extrinsics" in block else None)


def _no_block(network: Network, talk: Talk, reference: str, *, known: bool) -> Transaction:
    """``not_found`` from a node of this chain whose finalized head is of now; else ``unknown`` and why."""
    if not known:
        return unsettled(network, reference, Status.UNKNOWN, "chain_identity_not_visible")
    head = _auxiliary(lambda: talk.get("/blocks/head", cap=LARGE_BODY_CAP), _sealed)
    if not isinstance(head, _Head) or head.time is None:
        return unsettled(network, reference, Status.UNKNOWN, "tip_not_visible")
    if (talk.now() - head.time).total_seconds() > network.params["max_head_age"]:
        return unsettled(network, reference, Status.UNKNOWN, "node_behind")
    block_id = reference.partition("-")[0]
    if block_id.startswith("0x") or int(block_id) <= head.height:
        return unsettled(network, reference, Status.UNKNOWN, "history_not_visible")
    return unsettled(network, reference, Status.NOT_FOUND)


def _no_extrinsic(network: Network, reference: str, block: Mapping[str, Any], *, known: bool) -> Transaction:
    """A sealed block shorter than that will never be longer; one that is not sealed may be replaced."""
    if not known:
        return unsettled(network, reference, Status.UNKNOWN, "chain_identity_not_visible")
    if block.get("finalized") is not True:
        return unsettled(network, reference, Status.UNKNOWN, "finalized_block_not_visible")
    return unsettled(network, reference, Status.NOT_FOUND)


def _named(talk: Talk, transaction: Transaction) -> Transaction:
    """With symbols and decimals of assets of the chain's own, where the node shows them."""
    own = dict.fromkeys(leg.contract for leg in transaction.transfers if leg.contract and leg.contract.isdigit())
    names: dict[str, tuple[str | None, int | None]] = {}
    for contract in list(own)[:MOST_ASSETS_ASKED]:
        path = f"/pallets/assets/{contract}/asset-info"
        found = _auxiliary(lambda path=path: talk.get(path), _metadata)  # type: ignore[misc]
        if found is not None:
            names[contract] = found

    def known(leg: Transfer) -> Transfer:
        symbol, decimals = names.get(leg.contract or "", (None, None))
        return leg if leg.contract is None else replace(leg, symbol=symbol, decimals=decimals)

    return replace(transaction, transfers=tuple(known(leg) for leg in transaction.transfers))


def _metadata(value: Any) -> tuple[str | None, int | None]:
    told = member(member(value).get("assetMetadata"))
    symbol, decimals = told.get("symbol"), told.get("decimals")
    if isinstance(symbol, str) and _HEX.fullmatch(symbol):
        symbol = bytes.fromhex(symbol[2:]).decode("utf-8", "replace")
    readable = plain(symbol, 20) if isinstance(symbol, str) else ""
    return readable or None, None if decimals is None else whole(decimals, 8)


def _auxiliary(ask: Callable[[], Fetched], read_it: Callable[[Any], Any]) -> Any:
    """What ``read_it`` makes of the answer, ``None`` when there is none worth having: it must not cost the reading."""
    try:
        answer = ask()
        return read_it(answer.value) if answer.status == 200 else None
    except (NodeUnavailable, NodeMistaken):
        return None
