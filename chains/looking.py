"""How each node is doing: asked about a transaction everybody knows, and compared with the others of its network."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass

from chains import standing
from chains.agreement import Testimony, story_of
from chains.families import family
from chains.transport import Session
from chains.types import Network, Node, Status
from chains.verify import normalise, testimony

AT_ONCE = 16
SECONDS = 10.0
NOWHERE = "0" * 64
"""A hash of no transaction, for the chains a trial installation makes for itself: they have no sample."""


@dataclass(frozen=True)
class NodeLook:
    """One node as it is now.

    ``state``: ``agrees`` with most of its network's nodes, ``alone`` (nobody to compare with), ``differs``, ``unsure``
    (cannot tell: behind, syncing, without history), ``wrong_chain``, ``mistaken`` or ``silent``. ``lag`` is blocks behind
    the highest of the network, ``latency`` seconds of one exchange; ``asked`` and ``troubles`` count since the process began.
    """

    network: str
    node: str
    state: str
    height: int | None
    lag: int | None
    latency: float | None
    asked: int
    troubles: int
    last_trouble: str
    warnings: tuple[str, ...] = ()


def look(
    nodes: Mapping[Network, Sequence[Node]], *, timeout: float = SECONDS, at_once: int = AT_ONCE
) -> list[NodeLook]:
    """Every node of ``nodes``, in that order, all within ``timeout`` seconds and at most ``at_once`` at a time."""
    deadline = time.monotonic() + timeout
    asked = [(network, node) for network, members in nodes.items() for node in members]
    told: dict[int, Testimony] = {}

    def ask(place: int) -> None:
        network, node = asked[place]
        reference = normalise(network, network.params.get("sample_tx", NOWHERE))
        told[place] = testimony(family(network.family), network, Session(node, deadline=deadline), reference)

    pool = ThreadPoolExecutor(max_workers=max(1, min(at_once, len(asked))), thread_name_prefix="look")
    try:
        wait([pool.submit(ask, place) for place in range(len(asked))], timeout=timeout + 1)
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
    heard = dict(told)
    return [
        _look(network, node, heard.get(place), [heard.get(other) for other in _peers(asked, network)])
        for place, (network, node) in enumerate(asked)
    ]


def _peers(asked: Sequence[tuple[Network, Node]], network: Network) -> list[int]:
    return [place for place, (other, _) in enumerate(asked) if other.slug == network.slug]


def _look(network: Network, node: Node, own: Testimony | None, peers: Sequence[Testimony | None]) -> NodeLook:
    conduct = standing.of(node)
    height = own.source.height if own else None
    heights = [peer.source.height for peer in peers if peer and peer.source.height is not None]
    return NodeLook(
        network=network.slug,
        node=node.label,
        state=_state(own, [peer for peer in peers if peer]),
        height=height,
        lag=None if height is None else max(heights) - height,
        latency=conduct.latency(),
        asked=conduct.asked,
        troubles=conduct.troubles,
        last_trouble=conduct.last_trouble,
        warnings=own.transaction.warnings if own and own.transaction else (),
    )


def _state(own: Testimony | None, peers: Sequence[Testimony]) -> str:
    if own is None or own.trouble == "node_unavailable":
        return "silent"
    if own.transaction is None:
        return "mistaken"
    if "wrong_chain" in own.transaction.warnings:
        return "wrong_chain"
    if own.transaction.status is Status.UNKNOWN:
        return "unsure"
    stories = Counter(
        story_of(peer.transaction)
        for peer in peers
        if peer.transaction and peer.transaction.status is not Status.UNKNOWN
    )
    if stories.total() == 1:
        return "alone"
    mine = stories[story_of(own.transaction)]
    return "agrees" if mine * 2 > stories.total() else "differs"
