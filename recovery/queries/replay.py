"""Stored verdicts for a replay, case by case: what was decided, from which snapshot, and the answers it rested on.

Read in pages by the key of the diagnosis, so that no transaction stays open for long and memory stays bounded.
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import Select, select, tuple_
from sqlalchemy.orm import Session

from chains.types import Answer
from recovery.domain.cause_policy import BUILT_IN
from recovery.domain.cause_rows import UNKNOWN
from recovery.domain.replay import Verdict, verdict_of
from recovery.models import Diagnosis, Evidence, RecoveryCase

Key = tuple[uuid.UUID, int]
"""Case and number of a diagnosis."""

PURPOSE = "transaction"
"""Evidence of this purpose is what a transaction was read from."""


@dataclass(frozen=True)
class Scope:
    """Which verdicts: decided from ``since`` until before ``until``, on a network, of a cause. All of them when empty."""

    since: datetime | None = None
    until: datetime | None = None
    network: str | None = None
    cause: str | None = None
    limit: int | None = None

    @property
    def whole(self) -> bool:
        """Whether nothing of the history is left out."""
        return self == Scope()


@dataclass(frozen=True)
class Stored:
    """One verdict as it was kept. ``books`` and ``survey`` are empty where the verdict kept no snapshot."""

    case: str
    number: int
    look: int
    verdict: Verdict
    transaction: dict[str, Any] | None
    books: dict[str, Any] | None
    survey: dict[str, Any] | None
    policy_version: int


@dataclass
class Told:
    """The verbatim answers a case keeps of one transaction, in order, each with the look it was first heard in."""

    rows: list[tuple[int, Answer]] = field(default_factory=list)

    def of_look(self, look: int, sources: Sequence[Mapping[str, Any]]) -> list[Answer] | None:
        """Exactly the answers a verdict was read from, proven by the digest it keeps of each node's; ``None`` if none fit.

        The same words are stored once a case: a later look, or another node, may have used an earlier row.
        """
        found: list[Answer] = []
        for source in sources:
            answers = self._of_node(source["node"], look, source["sha256"])
            if answers is None:
                return None
            found += answers
        return found

    def _of_node(self, node: str, look: int, sha256: str) -> list[Answer] | None:
        for tried in self._readings(node, look):
            digest = hashlib.sha256()
            for answer in tried:
                digest.update(answer.body)
            if digest.hexdigest() == sha256:
                return [replace(answer, node=node) for answer in tried]
        return None

    def _readings(self, node: str, look: int) -> Iterator[list[Answer]]:
        """What the node may have said, the likeliest first: one look's words, silence, the newest words of every question."""
        rows = [(when, answer) for when, answer in self.rows if when <= look]
        for of in sorted({when for when, _ in rows}, reverse=True):
            yield [answer for when, answer in rows if when == of and answer.node == node]
        yield []
        yield list({answer.request: answer for _, answer in rows if answer.node == node}.values())
        newest = {answer.request: answer for _, answer in rows}
        own = {answer.request: answer for _, answer in rows if answer.node == node}
        yield [own.get(request, answer) for request, answer in newest.items()]
        asked = {answer.request for when, answer in rows if when == look}
        yield [own.get(request, answer) for request, answer in newest.items() if request in asked]


def verdict_keys(session: Session, scope: Scope, *, after: Key | None, limit: int) -> list[Key]:
    """The next keys of the scope, ordered; the unique key of the table is the index of it."""
    query = select(Diagnosis.case_id, Diagnosis.number).order_by(Diagnosis.case_id, Diagnosis.number).limit(limit)
    if after is not None:
        query = query.where(tuple_(Diagnosis.case_id, Diagnosis.number) > after)
    return [(case_id, number) for case_id, number in session.execute(_within(query, scope))]


def _within(query: Select[uuid.UUID, int], scope: Scope) -> Select[uuid.UUID, int]:
    if scope.since is not None:
        query = query.where(Diagnosis.at >= scope.since)
    if scope.until is not None:
        query = query.where(Diagnosis.at < scope.until)
    if scope.network is not None:
        query = query.where(Diagnosis.transaction["network"].as_string() == scope.network)
    if scope.cause is not None:
        query = query.where(Diagnosis.cause.is_(None) if scope.cause == UNKNOWN else Diagnosis.cause == scope.cause)
    return query


def stored_verdicts(session: Session, keys: Collection[Key]) -> Iterator[tuple[uuid.UUID, list[Stored]]]:
    """The verdicts of these keys, case by case."""
    rows = session.execute(
        select(Diagnosis, RecoveryCase.ref)
        .join(RecoveryCase, RecoveryCase.id == Diagnosis.case_id)
        .where(tuple_(Diagnosis.case_id, Diagnosis.number).in_(keys))
        .order_by(Diagnosis.case_id, Diagnosis.number)
    )
    for case_id, group in groupby(rows, key=lambda row: row[0].case_id):
        yield case_id, [_stored(row, ref) for row, ref in group]


def _stored(row: Diagnosis, ref: str) -> Stored:
    return Stored(
        case=ref,
        number=row.number,
        look=row.look,
        verdict=verdict_of(
            row.cause,
            row.outcome,
            row.findings,
            row.conditions,
            row.legs,
            ((one["name"], one["answer"]) for one in row.checks),
        ),
        transaction=row.transaction,
        books=row.books,
        survey=row.survey,
        policy_version=row.policy_version or BUILT_IN.version,
    )


def told(session: Session, case_ids: Sequence[uuid.UUID]) -> Iterator[tuple[uuid.UUID, dict[tuple[str, str], Told]]]:
    """What nodes said, case by case in the order of ids: by network and hash. A server-side cursor: bodies may be large."""
    rows = session.scalars(
        select(Evidence)
        .where(Evidence.case_id.in_(case_ids), Evidence.purpose == PURPOSE)
        .order_by(Evidence.case_id, Evidence.look, Evidence.asked_at, Evidence.id)
        .execution_options(yield_per=100)
    )
    for case_id, group in groupby(rows, key=lambda row: row.case_id):
        found: dict[tuple[str, str], Told] = {}
        for row in group:
            answer = Answer(
                row.node, row.request, row.body, row.sha256, row.asked_at, row.http_status or 200, row.interface
            )
            found.setdefault((row.network, row.hash), Told()).rows.append((row.look, answer))
        yield case_id, found
