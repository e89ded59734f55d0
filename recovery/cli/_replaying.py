"""A replay spread over processes: this one hands out pages of keys, the others read, recompute and answer.

Each process has a database connection of its own, which the database itself keeps from changing anything. Only a few pages
are under way at a time, whatever the length of the history.
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from dataclasses import dataclass

from recovery.db import Database
from recovery.queries.replay import Key, Scope, verdict_keys
from recovery.services.replay import Batch, replay_batch

PAGE = 200
"""Verdicts of one piece of work: large enough to hide the handing over, small enough for memory."""
AHEAD = 2
"""Pages a process may have waiting."""

_own: list[Database] = []
"""The database of this process, once it works."""


@dataclass(frozen=True)
class Order:
    """What to replay: which verdicts, under which version of the policy (``None``: that of the day), read from what."""

    scope: Scope
    candidate: int | None
    source: str
    processes: int


def replay(database: Database, order: Order) -> Iterator[Batch]:
    """Batches as they are done, in no order. A history of one page is replayed here, without other processes."""
    pages = _pages(database, order.scope)
    first = next(pages, None)
    if first is None:
        return
    second = next(pages, None)
    if second is None or order.processes < 2:
        for keys in _again(first, second, pages):
            with database.reading() as session:
                yield replay_batch(session, keys, candidate=order.candidate, source=order.source)
        return
    url = database.engine.url.render_as_string(hide_password=False)
    context = multiprocessing.get_context("spawn")  # a fork would share this connection and its locks
    pool = ProcessPoolExecutor(order.processes, mp_context=context, initializer=_open, initargs=(url,))
    try:
        yield from _spread(pool, _again(first, second, pages), order)
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _again(first: list[Key], second: list[Key] | None, rest: Iterator[list[Key]]) -> Iterator[list[Key]]:
    yield first
    if second is not None:
        yield second
        yield from rest


def _spread(pool: ProcessPoolExecutor, pages: Iterator[list[Key]], order: Order) -> Iterator[Batch]:
    under_way: set[Future[Batch]] = set()
    for keys in pages:
        under_way.add(pool.submit(_work, keys, order.candidate, order.source))
        if len(under_way) >= order.processes * AHEAD:
            done, under_way = wait(under_way, return_when=FIRST_COMPLETED)
            yield from (future.result() for future in done)
    while under_way:
        done, under_way = wait(under_way, return_when=FIRST_COMPLETED)
        yield from (future.result() for future in done)


def _pages(database: Database, scope: Scope) -> Iterator[list[Key]]:
    """Keys page by page, a case never torn over two of them; each page is read in a unit of its own."""
    after: Key | None = None
    left = scope.limit
    while left is None or left > 0:
        wanted = PAGE if left is None else min(PAGE, left)
        with database.reading() as session:
            keys = verdict_keys(session, scope, after=after, limit=wanted)
        if not keys:
            return
        whole = [key for key in keys if key[0] != keys[-1][0]]
        if len(keys) == wanted and whole and wanted != left:
            keys = whole
        yield keys
        after = keys[-1]
        left = None if left is None else left - len(keys)


def _open(url: str) -> None:
    """A database for this process."""
    _own.append(Database(url, pool_size=1))


def _work(keys: list[Key], candidate: int | None, source: str) -> Batch:
    with _own[0].reading() as session:
        return replay_batch(session, keys, candidate=candidate, source=source)
