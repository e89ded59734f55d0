"""P4 and P5: a page of a desk queue, in the database against one select by key, and over HTTP against one select."""

from __future__ import annotations

import uuid
from functools import partial
from typing import Any

import psycopg
from sqlalchemy import event, select

from bench.measure import Row, Turns, alternating, seconds
from bench.services import Services
from recovery.db import Database
from recovery.domain.actor import Actor
from recovery.models import RecoveryCase
from recovery.queries.cases import QUEUES, list_cases

STAFF = Actor(id=uuid.UUID(int=5), roles=frozenset({"specialist"}))
SMALL, LARGE = 40_000, 400_000

SEED = """
INSERT INTO person (id, email, display_name, active, failed_sign_ins)
SELECT gen_random_uuid(), 'p' || k || '@example.com', 'P' || k, true, 0 FROM generate_series(1, 200) AS k;
CREATE TEMP TABLE people AS SELECT id, row_number() OVER () AS n FROM person;
INSERT INTO recovery_case (id, ref, workflow, state, version, head_hash, depositor_id, account, reference, hash, network,
                           cause, round, looks, assignee_id, opened_at, changed_at, closed_at)
SELECT gen_random_uuid(), 'RC-' || k, 'unlisted_token',
       CASE WHEN k %% 10 > 0 THEN 'completed' ELSE (%(open)s::text[])[1 + (k / 10) %% %(kinds)s] END,
       5, repeat('0', 64), people.id, 'acct-' || k, '0x' || k, '0x' || md5(k::text) || md5((-k)::text), 'local', 'B01', 0, 1,
       CASE WHEN k %% 3 = 0 THEN people.id END,
       now() - k * interval '1 minute', now() - (k / 2) * interval '1 minute',
       CASE WHEN k %% 10 > 0 THEN now() END
FROM generate_series(1, %(count)s) AS k JOIN people ON people.n = 1 + k %% 200;
INSERT INTO claim (id, network, hash, position, case_id, contract, asset, symbol, decimals, amount, recipient, claimed_at)
SELECT gen_random_uuid(), 'local', hash, 'log:0', id, '0xaa', 'eip155:31337/erc20:0xaa', 'TOK', 18, 1000000, '0xbb', now()
FROM recovery_case;
"""


def fill(database_url: str, count: int) -> None:
    """So many cases with their claims, one in ten of them open and spread over all queues."""
    states = [str(state) for queue in QUEUES.values() for state in queue]
    values = {"open": states, "kinds": len(states), "count": count}
    with psycopg.connect(database_url.replace("+psycopg", ""), autocommit=True) as connection:
        client = psycopg.ClientCursor(connection)
        client.execute(SEED, values)
        connection.execute("VACUUM ANALYZE")


def captured(database: Database, queue: str) -> tuple[str, Any]:
    """The statement the page really sends, with its values."""
    seen: list[tuple[str, Any]] = []

    def note(_c: object, _k: object, statement: str, values: Any, *_: object) -> None:
        seen.append((statement, values))

    event.listen(database.engine, "before_cursor_execute", note)
    try:
        with database.reading() as session:
            list_cases(session, STAFF, queue=queue, limit=50)
    finally:
        event.remove(database.engine, "before_cursor_execute", note)
    return seen[0]


def measure(services: Services, *, large: bool = False) -> list[Row]:
    """The slowest of all queues decides."""
    rows = [_page(services, SMALL)]
    if large:
        rows.append(_page(services, LARGE))
    return rows


def _page(services: Services, count: int) -> Row:
    settings = services.settings()
    fill(settings.database_url, count)
    database = Database(settings.database_url, pool_size=1)
    with database.reading() as session:
        key = session.scalars(select(RecoveryCase.id).limit(1)).one()
    by_key = ("SELECT * FROM recovery_case WHERE id = %(id)s", {"id": key})
    turns: dict[str, Turns] = {}
    for queue in (*QUEUES, "mine", "all_open", "closed"):
        statement = captured(database, queue)
        turns[queue] = alternating(
            partial(_sent, database, by_key), partial(_sent, database, statement), rounds=7, times=15, warm=8
        )
    slowest = max(turns, key=lambda queue: turns[queue].ratio)
    found = turns[slowest]
    whole = seconds(lambda: _listed(database, slowest), 10)
    database.close()
    return Row(
        "P4" if count == SMALL else "P4-large",
        f"queue page of 50 in the database, {count:,} cases, slowest queue",
        "one select by primary key through the same session",
        found.ratio,
        1.5,
        figures={
            "slowest_queue": slowest,
            "ms": found.operation * 1000,
            "floor_ms": found.floor * 1000,
            "whole_query_function_ms": whole * 1000,
            "ratios": {queue: round(turn.ratio, 2) for queue, turn in turns.items()},
        },
    )


def _sent(database: Database, statement: tuple[str, Any]) -> None:
    """What the database and the road to it cost: the statement alone, no object made of its rows."""
    with database.reading() as session:
        session.connection().exec_driver_sql(*statement).fetchall()


def _listed(database: Database, queue: str) -> None:
    with database.reading() as session:
        list_cases(session, STAFF, queue=queue, limit=50)
