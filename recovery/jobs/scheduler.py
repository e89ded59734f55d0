"""The sweeper: rings for every job that is due and nobody holds, again and again until it is done.

The database is the truth; the queue is only a doorbell. Whatever Redis forgets is rung again after a few seconds.
"""

from __future__ import annotations

import signal
import threading
from datetime import timedelta

import structlog
from redis import Redis
from redis.exceptions import RedisError
from rq import Queue
from rq.serializers import JSONSerializer
from sqlalchemy import func, or_, select, update
from sqlalchemy.exc import OperationalError

from config.settings import Settings
from recovery.db import Database
from recovery.errors import Unavailable
from recovery.jobs import ledger, nodes, outflows, parked, prices, reconciliation, scanning, screening
from recovery.jobs.work import LONGEST
from recovery.jobs.worker import QUEUE
from recovery.models import Job

PAUSE_SECONDS = 0.2
RING_AGAIN = timedelta(seconds=8)
AT_ONCE = 500
log = structlog.get_logger()


def ring_due(database: Database, queue: Queue) -> int:
    """Ring for what is due. The rows are marked first and the ringing comes last: a lost ring is rung again."""
    due = (
        select(Job.id)
        .where(
            Job.state == "due",
            Job.due_at <= func.now(),
            or_(Job.rung_at.is_(None), Job.rung_at < func.now() - RING_AGAIN),
            or_(Job.lease_until.is_(None), Job.lease_until < func.now()),
        )
        .order_by(Job.due_at, Job.id)
        .limit(AT_ONCE)
        .with_for_update(skip_locked=True)
    )
    with database.unit_of_work() as session:
        ids = list(
            session.scalars(
                update(Job).where(Job.id.in_(due.scalar_subquery())).values(rung_at=func.now()).returning(Job.id)
            )
        )
    if ids:
        queue.enqueue_many(
            [
                Queue.prepare_data(
                    "recovery.jobs.runner.ring",
                    args=(str(job_id),),
                    result_ttl=0,
                    failure_ttl=600,
                    timeout=round(LONGEST.total_seconds()),
                )
                for job_id in ids
            ]
        )
    return len(ids)


def main(settings: Settings) -> None:
    """Ring until told to stop. Neither a lost database nor a lost Redis ends the loop."""
    database = Database(settings.database_url, pool_size=1)
    queue = Queue(QUEUE, connection=Redis.from_url(settings.redis_url), serializer=JSONSerializer)
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    log.info("scheduler.started")
    planned = False
    while not stopping.wait(PAUSE_SECONDS):
        try:
            if not planned:
                nodes.plan_look(database)
                parked.plan_look(database)
                scanning.plan_scan(database)
                screening.plan_look(database)
                ledger.plan_snapshot(database)
                prices.plan_look(database)
                outflows.plan_look(database)
                reconciliation.plan_run(database)
                planned = True
            ring_due(database, queue)
        except (RedisError, OperationalError, Unavailable) as error:
            log.warning("scheduler.waiting", error=type(error).__name__)
            stopping.wait(1.0)
