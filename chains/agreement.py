"""From what several nodes said to one verdict. Pure.

One node decides alone, of two both must agree, of more the majority of those configured. What fewer say is not passed on
as fact: without agreement the status is ``unknown`` and the warnings name who said what.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from chains.types import Network, Source, Status, Transaction, Transfer, TransferKind
from chains.unsettled import unsettled

_T = TypeVar("_T")

INTERNAL_INVISIBLE = "internal_transfers_not_visible"

DECIDING = {"inner_execution_failed", "no_transfer_notification", "partial_payment"}
"""Warnings that say what a transaction is and not what a node lacks: they count when enough nodes say them. Those that only
call for care count when any node does."""


@dataclass(frozen=True)
class Testimony:
    """What one node told: its reading, or ``trouble`` (a stable code) when it told nothing that can be trusted."""

    source: Source
    transaction: Transaction | None
    trouble: str | None = None


def quorum(configured: int) -> int:
    """How many of ``configured`` nodes must tell the same story."""
    return configured // 2 + 1


def unknown(network: Network, reference: str, warnings: Sequence[str], sources: Sequence[Source] = ()) -> Transaction:
    """A transaction of which nothing can honestly be said. That its network is no more explains most of it."""
    retired = "network_retired" if network.retired else None
    return replace(unsettled(network, reference, Status.UNKNOWN, retired, *warnings), sources=tuple(sources))


def agree(network: Network, reference: str, told: Sequence[Testimony]) -> Transaction:
    """The one transaction that enough of all configured nodes (one testimony each) tell of."""
    sources = [testimony.source for testimony in told]
    if not told:
        return unknown(network, reference, ["no_node"])
    groups: dict[Hashable, list[Testimony]] = {}
    by_hash = _all_show_the_block(told)
    for testimony in told:
        if testimony.transaction is not None:
            groups.setdefault(story_of(testimony.transaction, by_hash=by_hash), []).append(testimony)
    needed = quorum(len(told))
    for members in groups.values():
        if len(members) >= needed:
            rest = [testimony for testimony in told if testimony not in members]
            return _verdict([t for m in members if (t := m.transaction)], needed, rest, sources)
    warnings = [_why_no_verdict(groups.values())]
    warnings += [w for testimony in told if testimony.transaction for w in testimony.transaction.warnings]
    warnings += [w for testimony in told for w in _what_it_said(testimony)]
    return unknown(network, reference, warnings, sources)


def settled(told: Sequence[Testimony]) -> bool:
    """Whether enough of all nodes already tell one story, so that those still silent cannot change it."""
    stories: dict[Hashable, int] = {}
    by_hash = _all_show_the_block(told)
    for testimony in told:
        if testimony.transaction is not None:
            story = story_of(testimony.transaction, by_hash=by_hash)
            stories[story] = stories.get(story, 0) + 1
    return max(stories.values(), default=0) >= quorum(len(told))


def _why_no_verdict(groups: Collection[Sequence[Testimony]]) -> str:
    """``no_node_answers``, ``too_few_nodes_agree`` (the others are silent or unsure) or ``nodes_disagree``."""
    firm = [group for group in groups if (t := group[0].transaction) and t.status is not Status.UNKNOWN]
    if len(firm) > 1:
        return "nodes_disagree"
    return "too_few_nodes_agree" if groups else "no_node_answers"


def _what_it_said(testimony: Testimony) -> list[str]:
    if testimony.transaction is None:
        return [f"{testimony.trouble}:{testimony.source.node}"]
    return [f"said_{testimony.transaction.status.value}:{testimony.source.node}"]


def _all_show_the_block(told: Sequence[Testimony]) -> bool:
    """Whether blocks can be told apart by hash; where one interface does not show it, by height alone."""
    return all(t.block is None or t.block.hash for testimony in told if (t := testimony.transaction))


def story_of(transaction: Transaction, *, by_hash: bool = True) -> Hashable:
    """What nodes must agree on. Depth differs honestly between nodes; inner transfers only some can see; names of tokens
    are only for display."""
    block = transaction.block
    return (
        transaction.status,
        transaction.root,
        block and (block.height, block.hash if by_hash else None),
        transaction.fee and (transaction.fee.asset, transaction.fee.amount, transaction.fee.payer),
        tuple(_leg(leg) for leg in transaction.transfers if leg.kind is not TransferKind.INTERNAL),
    )


def _leg(leg: Transfer) -> Hashable:
    return replace(leg, symbol=None, decimals=None)


def _verdict(
    stories: Sequence[Transaction], needed: int, rest: Sequence[Testimony], sources: Sequence[Source]
) -> Transaction:
    """The common story of ``stories``, with what only some of them could see kept only if enough of them saw it."""
    transfers, inner_warnings = _transfers(stories, needed)
    warnings = [w for story in stories for w in story.warnings if w != INTERNAL_INVISIBLE]
    alone = {w for w in DECIDING if sum(w in story.warnings for story in stories) < needed}
    warnings = [w for w in warnings if w not in alone]
    warnings += inner_warnings
    for testimony in rest:
        warnings.append(
            f"{testimony.trouble}:{testimony.source.node}"
            if testimony.trouble
            else f"node_differs:{testimony.source.node}"
        )
    final = sum(story.final for story in stories) >= needed
    depths = sorted((story.confirmations for story in stories), reverse=True)
    failures = {story.failure for story in stories}
    return replace(
        stories[0],
        block=next((story.block for story in stories if story.block and story.block.hash), stories[0].block),
        final=final,
        confirmations=depths[needed - 1],
        transfers=transfers,
        failure=stories[0].failure if len(failures) == 1 else _plainest(failures),
        warnings=tuple(dict.fromkeys(warnings)),
        sources=tuple(sources),
    )


def _plainest(failures: set[str | None]) -> str | None:
    """Nodes that trace tell why, others only that: the shortest wording is what all of them say."""
    return min((failure for failure in failures if failure), key=lambda text: (len(text), text), default=None)


def _transfers(stories: Sequence[Transaction], needed: int) -> tuple[tuple[Transfer, ...], list[str]]:
    seeing = [story for story in stories if INTERNAL_INVISIBLE not in story.warnings]
    views: dict[Hashable, list[Transaction]] = {}
    for story in seeing:
        views.setdefault(tuple(_leg(leg) for leg in story.transfers), []).append(story)
    for same in views.values():
        if len(same) >= needed:
            return _named(same[0].transfers, stories), []
    warnings = [INTERNAL_INVISIBLE]
    if len(views) > 1:
        warnings.append("internal_transfers_disputed")
    outer = tuple(leg for leg in stories[0].transfers if leg.kind is not TransferKind.INTERNAL)
    return _named(outer, stories), warnings


def _named(transfers: Sequence[Transfer], stories: Sequence[Transaction]) -> tuple[Transfer, ...]:
    """Symbols and decimals stay only where no node that knows them says otherwise."""
    symbols: dict[str, set[str]] = {}
    decimals: dict[str, set[int]] = {}
    for leg in (leg for story in stories for leg in story.transfers):
        if leg.symbol is not None:
            symbols.setdefault(leg.position, set()).add(leg.symbol)
        if leg.decimals is not None:
            decimals.setdefault(leg.position, set()).add(leg.decimals)
    return tuple(
        replace(leg, symbol=_only(symbols.get(leg.position)), decimals=_only(decimals.get(leg.position)))
        for leg in transfers
    )


def _only(values: set[_T] | None) -> _T | None:
    return next(iter(values)) if values is not None and len(values) == 1 else None
