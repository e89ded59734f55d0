"""Looking at prices again and again: what open cases need, and open quotes that the market has left behind."""

from __future__ import annotations

import uuid

import structlog
from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert

from recovery.db import Database
from recovery.errors import Conflict, Unavailable
from recovery.jobs.crash import crash_point
from recovery.jobs.work import Work
from recovery.models import Job, RecoveryCase
from recovery.queries.prices import wanted_assets
from recovery.services import price_sources, prices, quotes
from recovery.services.transitions import lock
from workflows.states import State

JOB_ID = uuid.UUID("70726963-6573-7000-8000-000000000001")
"""One row for ever, so that several schedulers plan one job."""
MOST_QUOTES = 500

log = structlog.get_logger()


def plan_look(database: Database) -> None:
    """See to it that the job exists and is due, whatever became of it before."""
    fresh = {"state": "due", "attempts": 0, "due_at": func.now(), "rung_at": None}
    row = insert(Job).values(id=JOB_ID, topic="prices.look", data={}, **fresh)
    with database.unit_of_work() as session:
        session.execute(row.on_conflict_do_update(index_elements=[Job.id], set_=fresh))


def look(work: Work) -> None:
    """Ask the sources, keep what they said, then see which quotes no longer fit. Without a source prices change all the
    same, by imports and by hand."""
    crash_point("prices:before_ask")
    heard = refresh(work.database, work) if work.settings.price_sources else 0
    crash_point("prices:after_ask")
    replaced = follow(work.database)
    with work.finishing() as session:
        work.again(session, work.settings.price_seconds)
    log.info("prices.looked", observed=heard, quotes_replaced=replaced)


def refresh(database: Database, work: Work) -> int:
    """Ask every source about what open cases need; how many observations that made. No unit of work is open meanwhile."""
    with database.reading() as session:
        assets = wanted_assets(session)
    looked = price_sources.ask_all(work.settings.price_sources, assets, work.nodes)
    for source, asset, why in looked.troubles:
        log.warning("prices.not_heard", source=source, asset=asset, why=why)
    with database.unit_of_work() as session:
        return prices.observe(session, looked.observed)


def follow(database: Database) -> int:
    """Put another quote in the place of each open one whose price has moved away; how many those were."""
    with database.reading() as session:
        refs = session.scalars(
            select(RecoveryCase.id)
            .where(RecoveryCase.state == State.QUOTED)
            .order_by(RecoveryCase.changed_at)
            .limit(MOST_QUOTES)
        ).all()
    replaced = 0
    for case_id in refs:
        try:
            with database.unit_of_work() as session:
                case = session.get_one(RecoveryCase, case_id)
                lock(session, case)
                replaced += quotes.follow_market(session, case)
        except (Conflict, Unavailable) as error:
            log.info("prices.quote_left", case=str(case_id), code=error.code)
    return replaced
