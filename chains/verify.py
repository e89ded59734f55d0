"""Ask nodes what became of a transaction, side by side and within a time limit, and take from them one verdict."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from dataclasses import replace

from chains.agreement import Testimony, agree, settled, unknown
from chains.errors import NodeMistaken, NodeUnavailable, NotAReference
from chains.families import Family, family, speaks
from chains.transport import TOTAL_SECONDS, Session
from chains.types import Answer, Network, Node, Reading, Source

AT_ONCE = 64
"""Conversations held side by side by one :func:`probe`."""

LEAST_GRACE = 0.3
"""Seconds that nodes still silent are given once the others agree."""


def normalise(network: Network, text: str) -> str:
    """``text`` as ``network`` writes hashes. Raises :class:`NotAReference`."""
    reference = family(network.family).hash_candidate(network, text.strip()[:1000])
    if reference is None:
        raise NotAReference(f"not a transaction of {network.slug}")
    return reference


def verify(network: Network, hash: str, nodes: Sequence[Node], *, timeout: float = TOTAL_SECONDS) -> Reading:
    """What ``nodes`` together show of ``hash``; trouble with them gives status ``unknown`` with warnings.

    ``timeout`` is seconds for the whole. Raises :class:`NotAReference` when ``hash`` is no transaction of the network.
    """
    return probe(hash, {network: nodes}, timeout=timeout)[0]


def probe(
    hash: str, candidates: Mapping[Network, Sequence[Node]], *, timeout: float = TOTAL_SECONDS, at_once: int = AT_ONCE
) -> list[Reading]:
    """:func:`verify` for all candidate networks side by side, readings in the order of ``candidates``.

    At most ``at_once`` nodes are talked to at one time and all of it ends by ``timeout`` seconds.
    """
    references = {network.slug: normalise(network, hash) for network in candidates}
    deadline = time.monotonic() + timeout
    asked = [(network, node) for network, nodes in candidates.items() for node in nodes]
    sessions = [Session(node, deadline=deadline) for _, node in asked]
    told: list[Testimony] = [_silent(node, "node_unavailable") for _, node in asked]

    def ask(place: int) -> None:
        network, _ = asked[place]
        told[place] = testimony(family(network.family), network, sessions[place], references[network.slug])

    if len(asked) == 1:
        ask(0)
    elif asked:
        places = {row.slug: [n for n, (one, _) in enumerate(asked) if one.slug == row.slug] for row in candidates}
        _ask_all(ask, told, list(places.values()), at_once, deadline)
    told = list(told)  # whoever answers from now on writes into a list nobody reads
    return [_reading(network, references[network.slug], asked, told, sessions) for network in candidates]


def _ask_all(
    ask: Callable[[int], None], told: list[Testimony], groups: Sequence[Sequence[int]], at_once: int, deadline: float
) -> None:
    """Ask every place side by side, until all have answered or the slow ones of each group cannot change its verdict.

    ``groups`` are the places of one network each. Once enough nodes of every group agree, the others get a little longer, in
    proportion to what the quick ones took, and are then left behind as ``node_slow``.
    """
    began = time.monotonic()
    pool = ThreadPoolExecutor(max_workers=min(at_once, len(told)), thread_name_prefix="probe")
    try:
        waiting = {pool.submit(ask, place): place for place in range(len(told))}
        until, agreed_on = deadline + 1, False
        while waiting and (left := until - time.monotonic()) > 0:
            done, _ = wait(waiting, timeout=left, return_when=FIRST_COMPLETED)
            for future in done:
                del waiting[future]
            pending = set(waiting.values())
            if not agreed_on and all(pending.isdisjoint(g) or settled([told[n] for n in g]) for g in groups):
                agreed_on = True
                now = time.monotonic()
                until = min(until, now + max(LEAST_GRACE, now - began))
        if agreed_on:
            for place in waiting.values():
                told[place] = replace(told[place], trouble="node_slow")
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def testimony(module: Family, network: Network, session: Session, reference: str) -> Testimony:
    """One node's word on ``reference``, trouble told as a code."""
    if not speaks(network, session.node):
        session.note_mistake("no such interface in this family")
        return _silent(session.node, "unknown_interface")
    try:
        reading = module.read(network, session, reference)
    except NodeUnavailable:
        return Testimony(source_of(session.node.label, session.answers, None), None, "node_unavailable")
    except NodeMistaken as mistake:
        session.note_mistake(str(mistake))
        return Testimony(source_of(session.node.label, session.answers, None), None, "node_mistaken")
    except (ArithmeticError, LookupError, TypeError, ValueError, RecursionError):
        # A decoder met what it was not written for. One strange answer must not cost the other nodes' verdict.
        session.note_mistake("answer not understood")
        return Testimony(source_of(session.node.label, session.answers, None), None, "answer_not_understood")
    return Testimony(source_of(session.node.label, session.answers, reading.height), reading.transaction)


def source_of(label: str, answers: Sequence[Answer], height: int | None) -> Source:
    """The node as a source; its SHA-256 is of all its answers, one after the other."""
    digest = hashlib.sha256()
    for answer in answers:
        digest.update(answer.body)
    return Source(label, height, digest.hexdigest())


def _silent(node: Node, trouble: str) -> Testimony:
    return Testimony(source_of(node.label, (), None), None, trouble)


def _reading(
    network: Network,
    reference: str,
    asked: Sequence[tuple[Network, Node]],
    told: Sequence[Testimony],
    sessions: Sequence[Session],
) -> Reading:
    places = [place for place, (asked_network, _) in enumerate(asked) if asked_network.slug == network.slug]
    if not places:
        return Reading(unknown(network, reference, ["no_node"]), ())
    transaction = agree(network, reference, [told[place] for place in places])
    return Reading(transaction, tuple(answer for place in places for answer in tuple(sessions[place].answers)))
