"""What else a chain tells of a transaction, for whoever has to say why it was not credited: what really arrived, which addresses
are contracts, what the tokens are like.

A family that can tell has ``survey_legs`` (:class:`chains.families.Surveyor`). Nothing is taken from a token's name, and nothing
is guessed: what no node shows, or too few of them show alike, is ``None``.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from dataclasses import dataclass, fields
from importlib import import_module
from typing import TYPE_CHECKING, TypeVar, cast

from chains.agreement import quorum
from chains.errors import NodeMistaken, NodeUnavailable
from chains.families import FAMILIES, speaks
from chains.surveyed import Survey, Traits
from chains.transport import TOTAL_SECONDS, Session, Talk
from chains.types import Answer, Network, Node, Transaction, Transfer
from chains.verify import LEAST_GRACE

if TYPE_CHECKING:
    from chains.families import Surveyor

_T = TypeVar("_T", bound=Hashable)

NOT_SURVEYED = "not_surveyed"
NO_NODE = "no_node"


@dataclass(frozen=True)
class SurveyOrder:
    """What to look into: ``legs`` of ``transaction``, and ``addresses`` of which it matters whether they are contracts."""

    transaction: Transaction
    legs: tuple[Transfer, ...]
    addresses: tuple[str, ...] = ()


@dataclass(frozen=True)
class Surveyed:
    """A survey, and every verbatim answer it was read from."""

    survey: Survey
    answers: tuple[Answer, ...] = ()


def survey(network: Network, nodes: Sequence[Node], order: SurveyOrder, *, timeout: float = TOTAL_SECONDS) -> Surveyed:
    """What enough of ``nodes`` tell alike, all asked side by side within ``timeout`` seconds. Never raises for what they say."""
    module = _surveyor(network)
    if module is None or not (order.legs or order.addresses):
        return Surveyed(Survey(notes=() if module else (NOT_SURVEYED,)))
    if not nodes:
        return Surveyed(Survey(notes=(NO_NODE,)))
    deadline = time.monotonic() + timeout
    sessions = [Session(node, deadline=deadline) for node in nodes]
    told: list[Survey | str] = ["node_unavailable"] * len(nodes)

    def ask(place: int) -> None:
        told[place] = _heard(module, network, sessions[place], order)

    if len(nodes) == 1:
        ask(0)
    else:
        _side_by_side(ask, told, deadline)
    heard = list(told)  # whoever answers from now on is not heard
    answers = tuple(answer for session in sessions for answer in tuple(session.answers))
    return Surveyed(agree([node.label for node in nodes], heard), answers)


def survey_again(network: Network, order: SurveyOrder, talks: Sequence[Talk], *, asked: Sequence[str] = ()) -> Survey:
    """The survey as today's code reads it from ``talks``, conversations on record (:class:`chains.redecode.Recorded`).

    ``asked`` are the labels of nodes that were asked and left no answer: they count.
    """
    module = _surveyor(network)
    if module is None:
        return Survey(notes=(NOT_SURVEYED,))
    told: list[Survey | str] = [_heard(module, network, talk, order) for talk in talks]
    silent = [label for label in asked if label not in {talk.node.label for talk in talks}]
    labels = [talk.node.label for talk in talks] + silent
    return agree(labels, [*told, *("node_unavailable" for _ in silent)]) if labels else Survey(notes=(NO_NODE,))


def _surveyor(network: Network) -> Surveyor | None:
    module = import_module(FAMILIES[network.family])
    return cast("Surveyor", module) if hasattr(module, "survey_legs") else None


def _heard(module: Surveyor, network: Network, talk: Talk, order: SurveyOrder) -> Survey | str:
    """One node's word, or a code of why it has none."""
    if not speaks(network, talk.node):
        return "unknown_interface"
    try:
        return module.survey_legs(network, talk, order)
    except NodeUnavailable:
        return "node_unavailable"
    except NodeMistaken as mistake:
        return _mistake(talk, str(mistake), "node_mistaken")
    except (ArithmeticError, LookupError, TypeError, ValueError, RecursionError):
        # One strange answer must not cost the other nodes' word.
        return _mistake(talk, "answer not understood", "answer_not_understood")


def _mistake(talk: Talk, trouble: str, code: str) -> str:
    if isinstance(talk, Session):
        talk.note_mistake(trouble)
    return code


def _side_by_side(ask: Callable[[int], None], told: list[Survey | str], deadline: float) -> None:
    """Ask every node, until all have answered; those still silent when enough tell the same get a little longer only."""
    began = time.monotonic()
    pool = ThreadPoolExecutor(max_workers=len(told), thread_name_prefix="survey")
    try:
        waiting = {pool.submit(ask, place) for place in range(len(told))}
        until, enough = deadline + 1, False
        while waiting and (left := until - time.monotonic()) > 0:
            _, waiting = wait(waiting, timeout=left, return_when=FIRST_COMPLETED)
            if not enough and _same(told) >= quorum(len(told)):
                enough = True
                now = time.monotonic()
                until = min(until, now + max(LEAST_GRACE, now - began))
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _same(told: Sequence[Survey | str]) -> int:
    surveys = [one for one in told if isinstance(one, Survey)]
    return max((surveys.count(one) for one in surveys), default=0)


def agree(labels: Sequence[str], told: Sequence[Survey | str]) -> Survey:
    """One survey of what the nodes named by ``labels`` told (or the code of why one told nothing). Pure.

    Every single fact counts by itself: a node that lacks old balances may still know what a contract is like.
    """
    surveys = [one for one in told if isinstance(one, Survey)]
    needed = quorum(len(told))
    notes = [f"{one}:{label}" for label, one in zip(labels, told, strict=True) if isinstance(one, str)]
    said = Counter(note for one in surveys for note in one.notes)
    notes += [note for note, times in said.items() if len(told) - times < needed]
    if len(told) > 1 and _differ(surveys):
        notes.append("nodes_disagree")
    contracts = dict.fromkeys(contract for one in surveys for contract in one.traits)
    return Survey(
        moved=_by_key([one.moved for one in surveys], needed),
        code=_by_key([one.code for one in surveys], needed),
        traits={
            contract: _traits([one.traits.get(contract, Traits()) for one in surveys], needed) for contract in contracts
        },
        holders=_holders(surveys, needed),
        notes=tuple(dict.fromkeys(notes)),
    )


def _by_key(said: Sequence[Mapping[str, _T | None]], needed: int) -> dict[str, _T | None]:
    keys = dict.fromkeys(key for one in said for key in one)
    return {key: _common((one.get(key) for one in said), needed) for key in keys}


def _holders(surveys: Sequence[Survey], needed: int) -> dict[str, str | None]:
    """Owners of token accounts; what most nodes do not take for a token account is none."""
    told = _by_key([one.holders for one in surveys], needed)
    return {key: owner for key, owner in told.items() if sum(key in one.holders for one in surveys) >= needed}


def _traits(said: Sequence[Traits], needed: int) -> Traits:
    return Traits(**{one.name: _common((getattr(t, one.name) for t in said), needed) for one in fields(Traits)})


def _common(values: Iterable[_T | None], needed: int) -> _T | None:
    """What at least ``needed`` of ``values`` say, not counting those that say nothing."""
    said = Counter(value for value in values if value is not None)
    return next((value for value, times in said.items() if times >= needed), None)


def _differ(surveys: Sequence[Survey]) -> bool:
    """Whether any two say different things of one matter, silence left aside."""
    facts: dict[Hashable, set[Hashable]] = {}
    for one in surveys:
        for kind, told in (("moved", one.moved), ("code", one.code), ("holders", one.holders)):
            for key, value in told.items():
                facts.setdefault((kind, key), set()).add(value)
        for contract, traits in one.traits.items():
            for trait in fields(Traits):
                facts.setdefault((contract, trait.name), set()).add(getattr(traits, trait.name))
    return any(len(values - {None}) > 1 for values in facts.values())
