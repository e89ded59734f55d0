"""P8: jobs a second through the product's own runner, against the shortest way to take and finish a row."""

from __future__ import annotations

import logging

import psycopg
import structlog
from sqlalchemy import text

from bench.measure import Row, alternating
from bench.services import Services
from recovery.db import Database
from recovery.jobs.runner import AT_ONCE, run_due
from recovery.jobs.topics import ASK_NO_NODE, TOPICS
from recovery.jobs.work import Work

JOBS = 250
TOPIC = "bench.nothing"
ROUNDS, WARM = 5, 1
FILL = text(
    "INSERT INTO job (id, topic, data, state, attempts)"
    " SELECT gen_random_uuid(), :topic, '{}', 'due', 0 FROM generate_series(1, :count)"
)
TAKE = "SELECT id FROM job WHERE state = 'due' AND due_at <= now() ORDER BY due_at, id LIMIT 1 FOR UPDATE SKIP LOCKED"


def measure(services: Services) -> Row:
    """Jobs that do nothing but finish: leased as the worker leases jobs that ask no node, each finished on its own."""
    settings = services.settings()
    database = Database(settings.database_url, pool_size=1)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    TOPICS[TOPIC] = _nothing
    ASK_NO_NODE.add(TOPIC)

    with database.unit_of_work() as session:
        session.execute(FILL, {"topic": TOPIC, "count": 2 * JOBS * (ROUNDS + WARM)})

    def ours() -> None:
        left = JOBS
        while left:
            left -= run_due(database, settings, limit=min(AT_ONCE, left))

    try:
        with psycopg.connect(settings.database_url.replace("+psycopg", "")) as connection:
            connection.autocommit = True
            connection.execute("VACUUM ANALYZE job")
            connection.autocommit = False

            def shortest() -> None:
                for _ in range(JOBS):
                    _one(connection)

            turns = alternating(shortest, ours, rounds=ROUNDS, warm=WARM)
    finally:
        del TOPICS[TOPIC]
        ASK_NO_NODE.remove(TOPIC)
        database.close()
    return Row(
        "P8",
        "jobs through the worker's runner",
        "SKIP LOCKED, take and finish in one transaction",
        1 / turns.ratio,
        0.5,
        at_least=True,
        figures={"per_second": JOBS / turns.operation, "floor_per_second": JOBS / turns.floor},
    )


def _nothing(work: Work) -> None:
    with work.finishing():
        pass


def _one(connection: psycopg.Connection) -> None:
    with connection.transaction():
        found = connection.execute(TAKE).fetchone()
        assert found is not None
        connection.execute("UPDATE job SET state = 'done', done_at = now() WHERE id = %s", found)
