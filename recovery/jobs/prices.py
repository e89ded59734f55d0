"""Looking at prices again and again: what open cases need, and open quotes that the market has left behind."""

from __future__ import annotations

import uuid

import structlog
from sqlalchemy import select

from recovery.db import Database
from recovery.errors import Conflict, Unavailable
from recovery.jobs.crash import crash_point
from recovery.jobs.standing import plan_standing
from recovery.jobs.work import Work
from recovery.models import RecoveryCase
from recovery.queries.prices import wanted_assets
from recovery.services import price_sources, prices, quotes
from recovery.services.transitions import lock
from workflows.states import State

JOB_ID = uuid.UUID("70726963-6573-7000-8000-000000000001")
MOST_QUOTES = 500
"""How many open quotes one look sees to; the next one goes on after them."""

log = structlog.get_logger()


def plan_look(database: Database) -> None:
    """See to it that the job exists and is due."""
    plan_standing(database, JOB_ID, "prices.look")


def look(work: Work) -> None:
    """Ask the sources, keep what they said, then see which quotes no longer fit. Without a source prices change all the
    same, by imports and by hand."""
    crash_point("prices:before_ask")
    heard, first = refresh(work.database, work) if work.settings.price_sources else (0, 0)
    crash_point("prices:after_ask")
    replaced, last = follow(work.database, work.data.get("after"))
    with work.finishing() as session:
        work.again(session, work.settings.price_seconds, data={"after": last, "first": first})
    log.info("prices.looked", observed=heard, quotes_replaced=replaced)


def refresh(database: Database, work: Work) -> tuple[int, int]:
    """Ask every source about what open cases need; how many observations that made, and where the next look begins. No unit
    of work is open meanwhile."""
    with database.reading() as session:
        assets = wanted_assets(session)
    looked = price_sources.ask_all(work.settings.price_sources, assets, work.nodes, int(work.data.get("first", 0)))
    for source, asset, why in looked.troubles:
        log.warning("prices.not_heard", source=source, asset=asset, why=why)
    with database.unit_of_work() as session:
        return prices.observe(session, looked.observed), looked.next


def follow(database: Database, after: str | None = None) -> tuple[int, str | None]:
    """Put another quote in the place of each open one whose price has moved away, of the cases ``after`` one; how
    many those were, and the last case looked at, ``None`` when there is no other behind it."""
    query = select(RecoveryCase.id).where(RecoveryCase.state == State.QUOTED)
    if after is not None:
        query = query.where(RecoveryCase.id > uuid.UUID(after))
    with database.reading() as session:
        ids = session.scalars(query.order_by(RecoveryCase.id).limit(MOST_QUOTES)).all()
    replaced = 0
    for case_id in ids:
        try:
            with database.unit_of_work() as session:
                case = session.get_one(RecoveryCase, case_id)
                lock(session, case)
                replaced += quotes.follow_market(session, case)
        except (Conflict, Unavailable) as error:
            log.info("prices.quote_left", case=str(case_id), code=error.code)
    return replaced, str(ids[-1]) if len(ids) == MOST_QUOTES else None
