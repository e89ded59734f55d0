"""Many stored cases out of a few: each copy has all of a case's verdicts and evidence, under ids of its own.

A depositor has one open case a hash, so the copies of the case are about other hashes; their verdicts are not.
"""

from __future__ import annotations

import psycopg

from recovery.db import table_of
from recovery.models import Diagnosis, Evidence, RecoveryCase

NEW_CASES = """
CREATE TEMP TABLE copied AS
SELECT id AS old, gen_random_uuid() AS new, 'RC-COPY-' || row_number() OVER (ORDER BY number, id) AS ref
FROM recovery_case, generate_series(1, %(times)s) AS number
"""


def multiply(database_url: str, times: int) -> int:
    """So many copies of every case there is; how many cases there are then."""
    with psycopg.connect(database_url.replace("+psycopg", ""), autocommit=True) as connection:
        psycopg.ClientCursor(connection).execute(NEW_CASES, {"times": times})
        for model, changed in (
            (RecoveryCase, {"id": "copied.new", "ref": "copied.ref", "hash": "copied.ref"}),
            (Diagnosis, {"id": "gen_random_uuid()", "case_id": "copied.new"}),
            (Evidence, {"id": "gen_random_uuid()", "case_id": "copied.new"}),
        ):
            table = table_of(model)
            names = [column.name for column in table.columns]
            columns = psycopg.sql.SQL(", ").join(map(psycopg.sql.Identifier, names))
            connection.execute(
                psycopg.sql.SQL(
                    "INSERT INTO {} ({}) SELECT {} FROM copied JOIN {} AS source ON source.{} = copied.old"
                ).format(
                    psycopg.sql.Identifier(table.name),
                    columns,
                    psycopg.sql.SQL(", ").join(
                        psycopg.sql.SQL(changed[name]) if name in changed else psycopg.sql.Identifier("source", name)
                        for name in names
                    ),
                    psycopg.sql.Identifier(table.name),
                    psycopg.sql.Identifier("id" if model is RecoveryCase else "case_id"),
                )
            )
        connection.execute("VACUUM ANALYZE")
        counted = connection.execute("SELECT count(*) FROM recovery_case").fetchone()
    return int(counted[0]) if counted else 0
