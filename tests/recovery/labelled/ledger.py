"""The exchange of a labelled case: registry rows as CSV texts, imported into a real database, and the verdict from them."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from chains.catalogue import network as find_network
from chains.surveyed import Survey
from recovery.db import Database
from recovery.domain.actor import SYSTEM
from recovery.domain.cause_policy import BUILT_IN, Policy
from recovery.domain.causes.finding import Finding
from recovery.domain.ids import new_id
from recovery.domain.registries import REGISTRIES
from recovery.models import Sighting
from recovery.queries.books import Asking, read_books
from recovery.queries.clock import database_now
from recovery.services import verdicts
from recovery.services.registry import import_registry
from tests.recovery.labelled.playing import Plays, look, read

Row = Mapping[str, str]
Registries = Mapping[str, Sequence[Row]]
KINDS = ("accounts", "addresses", "assets", "credits", "labels", "withdrawals")


def as_csv(kind: str, rows: Sequence[Row]) -> str:
    """A file of the kind; columns that a row leaves out are empty."""
    text = io.StringIO()
    writer = csv.DictWriter(text, REGISTRIES[kind].header, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


@contextmanager
def exchange(database: Database, registries: Registries) -> Iterator[Session]:
    """A session in which the registries stand; everything in it is undone."""
    with database.engine.connect() as connection, connection.begin() as undone:
        session = Session(connection, expire_on_commit=False)
        for kind in KINDS:
            if registries.get(kind):
                loaded = import_registry(session, SYSTEM, kind, io.StringIO(as_csv(kind, registries[kind])))
                assert not loaded.refused, (kind, loaded.refused, registries[kind])
        try:
            yield session
        finally:
            session.close()
            undone.rollback()


@dataclass(frozen=True)
class Question:
    """What is asked: the hash on its network, by whom, with what was seen of it before."""

    network: str
    reference: str
    claimant: str | None = None
    named_network: str | None = None
    claimed_amount: int | None = None
    replaced: bool | None = None
    seen_waiting: bool = False
    seen_in_block: str | None = None
    policy: Policy = field(default=BUILT_IN, compare=False)


def verdict(session: Session, question: Question, nodes: Sequence[Plays]) -> Finding:
    """The finding by the steps of ``recovery diagnose``: look, ask what else matters, judge."""
    network = find_network(question.network)
    tx = read(network, nodes, question.reference)
    asking = Asking(
        question.claimant,
        None,
        question.named_network or question.network,
        question.claimed_amount,
        replaced=question.replaced,
    )
    order = verdicts.wanted(tx, read_books(session, tx, asking, sandbox=False))
    survey = look(network, nodes, order) if order else Survey()
    holders = verdicts.holders_of(survey)
    asking = Asking(
        asking.claimant,
        None,
        asking.named_network,
        asking.claimed_amount,
        replaced=asking.replaced,
        holders=holders,
    )
    return verdicts.judge(session, tx, asking, survey, question.policy, sandbox=False).finding


def note_earlier_looks(session: Session, question: Question) -> None:
    """What an earlier look saw of the transaction."""
    now = database_now(session)
    for in_block, wanted in ((False, question.seen_waiting), (True, question.seen_in_block is not None)):
        if wanted:
            session.add(_sighting(question, in_block, now))
    session.flush()


def _sighting(question: Question, in_block: bool, at: datetime) -> Any:
    block_hash = question.seen_in_block or "" if in_block else ""
    return Sighting(
        id=new_id(),
        network=question.network,
        hash=question.reference,
        in_block=in_block,
        block_hash=block_hash,
        seen_at=at,
    )
