"""The worker process: an RQ worker that runs jobs in itself, carrying nothing but ids as JSON."""

from __future__ import annotations

import structlog
from redis import Redis
from rq import Queue, SimpleWorker
from rq.serializers import JSONSerializer

from config.settings import Settings

QUEUE = "recovery"
log = structlog.get_logger()


def main(settings: Settings, *, burst: bool = False) -> None:
    """Work until told to stop. Losing Redis ends the process; the supervisor starts another."""
    connection = Redis.from_url(settings.redis_url)
    queue = Queue(QUEUE, connection=connection, serializer=JSONSerializer)
    worker = SimpleWorker([queue], connection=connection, serializer=JSONSerializer)
    log.info("worker.started")
    worker.work(burst=burst, logging_level="WARNING", with_scheduler=False)
