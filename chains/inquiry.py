"""One question to every node of a network, side by side within a time limit, their words kept apart for the asker to weigh."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from typing import TypeVar

from chains.errors import NodeMistaken, NodeUnavailable
from chains.families import speaks
from chains.transport import Session, Talk
from chains.types import Answer, Network, Node

_T = TypeVar("_T")


def inquire(
    network: Network, nodes: Sequence[Node], question: Callable[[Talk], _T | None], *, timeout: float
) -> tuple[list[_T | None], tuple[Answer, ...]]:
    """What each of ``nodes`` says to ``question``, in their order, and every verbatim answer; ``None`` of one that said nothing.

    All of it ends by ``timeout`` seconds. Never raises for what nodes say.
    """
    deadline = time.monotonic() + timeout
    sessions = [Session(node, deadline=deadline) for node in nodes]
    told: list[_T | None] = [None] * len(nodes)

    def ask(place: int) -> None:
        told[place] = heard(network, sessions[place], question)

    if len(nodes) == 1:
        ask(0)
    elif nodes:
        pool = ThreadPoolExecutor(max_workers=len(nodes), thread_name_prefix="inquiry")
        try:
            wait([pool.submit(ask, place) for place in range(len(nodes))], timeout=timeout + 1)
        finally:
            pool.shutdown(wait=False, cancel_futures=True)
    said = list(told)  # whoever answers from now on is not heard
    return said, tuple(answer for session in sessions for answer in tuple(session.answers))


def heard(network: Network, talk: Talk, question: Callable[[Talk], _T | None]) -> _T | None:
    """One node's word, ``None`` when it gave none that can be trusted."""
    if not speaks(network, talk.node):
        return None
    try:
        return question(talk)
    except (NodeUnavailable, NodeMistaken):
        return None
    except (ArithmeticError, LookupError, TypeError, ValueError, RecursionError):
        return None  # one strange answer must not cost the other nodes' word
