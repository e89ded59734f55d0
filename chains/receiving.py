"""Whether an address can receive an asset on its network now, before anybody pays: asked of every node, or told by its form.

A family whose nodes can tell has a module ``receiving`` with ``can_receive`` (:class:`chains.families.Receiver`). On others the
form of an address may be all there is to know (:data:`BY_FORM`). Everywhere else the answer is *unknown*, which is never a yes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from chains.address import check_address
from chains.agreement import quorum
from chains.families import receiver
from chains.inquiry import heard, inquire
from chains.receivable import ACCOUNT, NEEDS, UNKNOWN, Receiving, ReceivingOrder, no, yes
from chains.transport import Talk
from chains.types import Answer, Network, Node

_T = TypeVar("_T", bound=Hashable)

SECONDS = 10.0

NOT_ASKED = "network_cannot_be_asked"
NO_NODE = "no_node"
NODES_SILENT = "nodes_silent"
NODES_DISAGREE = "nodes_disagree"
NOTES = (NOT_ASKED, NO_NODE, NODES_SILENT, NODES_DISAGREE)

BY_FORM = frozenset({"utxo"})
"""Families whose every valid address takes the native coin: no account is opened and nothing is asked first."""


@dataclass(frozen=True)
class Received:
    """What the nodes agree on, and every verbatim answer it was read from."""

    receiving: Receiving
    answers: tuple[Answer, ...] = ()


def receiving(network: Network, nodes: Sequence[Node], order: ReceivingOrder, *, timeout: float = SECONDS) -> Received:
    """What enough of ``nodes`` say alike, all asked side by side within ``timeout`` seconds. Never raises for what they say."""
    told = without_asking(network, order)
    if told is not None:
        return Received(told)
    module = receiver(network.family)
    assert module is not None
    if not nodes:
        return Received(Receiving(notes=(NO_NODE,)))
    said, answers = inquire(network, nodes, lambda talk: module.can_receive(network, talk, order), timeout=timeout)
    return Received(agree(said), answers)


def receiving_again(network: Network, order: ReceivingOrder, talks: Sequence[Talk]) -> Receiving:
    """The same from conversations on record, as today's code reads them."""
    told = without_asking(network, order)
    if told is not None:
        return told
    module = receiver(network.family)
    assert module is not None
    return agree([heard(network, talk, lambda one: module.can_receive(network, one, order)) for talk in talks])


def without_asking(network: Network, order: ReceivingOrder) -> Receiving | None:
    """What is known before any node is asked; ``None`` where one must be."""
    shape = check_address(network, order.address)
    if shape.normalised != order.address:
        return no("other_address", kind=UNKNOWN)
    if order.address == order.contract:
        return no("other_address", kind=UNKNOWN)
    if network.family in BY_FORM:
        return yes(kind=ACCOUNT) if order.contract is None else Receiving(notes=(NOT_ASKED,))
    return None if receiver(network.family) is not None else Receiving(notes=(NOT_ASKED,))


def agree(said: Sequence[Receiving | None]) -> Receiving:
    """One answer of what each node said, ``None`` of one that said nothing. Pure.

    Yes needs a majority of all that were asked. No needs one too; then what most of them miss is named.
    """
    needed = quorum(len(said)) if said else 1
    told = [one for one in said if one is not None]
    able = _common((one.able for one in told), needed)
    kinds = (None if one.kind == UNKNOWN else one.kind for one in told)
    missing = Counter(need for one in told if one.able is False for need in one.needs)
    notes = Counter(note for one in told for note in one.notes)
    kept = [note for note, times in notes.items() if times >= needed]
    if able is None:
        kept.append(NODES_SILENT if len(told) < needed else NODES_DISAGREE if _differ(told) else NODES_SILENT)
    return Receiving(
        able=able,
        kind=_common(kinds, needed) or UNKNOWN,
        needs=tuple(need for need in NEEDS if missing[need] >= needed) if able is False else (),
        deployed=_common((one.deployed for one in told), needed),
        notes=tuple(dict.fromkeys(kept)),
    )


def _common(values: Iterable[_T | None], needed: int) -> _T | None:
    said = Counter(value for value in values if value is not None)
    return next((value for value, times in said.items() if times >= needed), None)


def _differ(told: Sequence[Receiving]) -> bool:
    return len({one.able for one in told} - {None}) > 1
