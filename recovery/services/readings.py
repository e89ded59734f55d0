"""Readings kept so that no node is asked twice: final ones for ever, "not found" for seconds.

What is kept are the verbatim answers; each use reads them again with today's decoder. A kept reading counts only when every
node configured now was asked then, so that adding a node means asking it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta

from sqlalchemy import delete, func, or_, select, tuple_
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from chains.redecode import read_again
from chains.types import Answer, Network, Node, Reading, Status
from chains.verify import normalise
from recovery.domain.ids import new_id
from recovery.models import ChainAnswer, ChainReading

NOT_FOUND_FOR = timedelta(seconds=5)
"""How long nobody is asked again about a hash that no node knows."""


def kept_reading(session: Session, network: Network, hash: str, labels: Collection[str]) -> Reading | None:
    """What ``labels``, the nodes configured now, told of ``hash`` before, if it still holds."""
    row = _rows(session, [(network.slug, hash)]).get(network.slug)
    return _reading(session, network, hash, row, labels) if row is not None else None


def _rows(session: Session, wanted: Sequence[tuple[str, str]]) -> dict[str, ChainReading]:
    """Rows that still hold among ``wanted`` (network and hash), by network."""
    rows = session.scalars(
        select(ChainReading).where(
            tuple_(ChainReading.network, ChainReading.hash).in_(wanted),
            or_(ChainReading.expires_at.is_(None), ChainReading.expires_at > func.now()),
        )
    )
    return {row.network: row for row in rows}


def _reading(
    session: Session, network: Network, hash: str, row: ChainReading, labels: Collection[str]
) -> Reading | None:
    if not labels or not set(labels) <= set(row.nodes):
        return None
    answers = tuple(
        Answer(one.node, one.request, one.body, one.sha256, one.asked_at, one.http_status, one.interface)
        for one in session.scalars(
            select(ChainAnswer).where(ChainAnswer.reading_id == row.id).order_by(ChainAnswer.place)
        )
    )
    transaction = read_again(network, hash, answers, asked=row.nodes)
    wanted = (Status.NOT_FOUND,) if row.expires_at else (Status.SUCCEEDED, Status.FAILED)
    if transaction.status not in wanted:
        return None  # today's decoder is of another mind: the nodes are asked again
    return Reading(transaction, answers)


def kept_readings(session: Session, hash: str, candidates: Mapping[Network, Sequence[Node]]) -> dict[str, Reading]:
    """The kept readings among ``candidates`` (networks with the nodes configured now), by slug.

    Raises :class:`~chains.errors.NotAReference` when ``hash`` is none of one of them.
    """
    forms = {network.slug: normalise(network, hash) for network in candidates}
    rows = _rows(session, list(forms.items())) if forms else {}
    found = {}
    for network, nodes in candidates.items():
        labels = [node.label for node in nodes]
        row = rows.get(network.slug)
        reading = _reading(session, network, forms[network.slug], row, labels) if row is not None else None
        if reading is not None:
            found[network.slug] = reading
    return found


def keep_reading(session: Session, reading: Reading) -> None:
    """Keep ``reading`` if it is final and whole, or says not found; others are asked again each time."""
    transaction = reading.transaction
    gone = transaction.status is Status.NOT_FOUND
    whole = not any(warning.partition(":")[0].endswith("_not_visible") for warning in transaction.warnings)
    if not (gone or (transaction.final and whole)):
        return
    session.execute(
        delete(ChainReading).where(ChainReading.network == transaction.network, ChainReading.hash == transaction.hash)
    )
    row_id = session.scalar(
        insert(ChainReading)
        .values(
            id=new_id(),
            network=transaction.network,
            hash=transaction.hash,
            nodes=[source.node for source in transaction.sources],
            expires_at=func.now() + NOT_FOUND_FOR if gone else None,
        )
        .on_conflict_do_nothing()
        .returning(ChainReading.id)
    )
    if row_id is None:
        return  # somebody else read the same at the same time
    session.add_all(
        ChainAnswer(
            reading_id=row_id,
            place=place,
            node=answer.node,
            interface=answer.interface,
            http_status=answer.status,
            request=answer.request,
            body=answer.body,
            sha256=answer.sha256,
            asked_at=answer.at,
        )
        for place, answer in enumerate(reading.answers)
    )
