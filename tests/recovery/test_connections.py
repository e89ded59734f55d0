"""Pooled connections that ended meanwhile: nobody who comes next notices."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import text

from recovery import db
from recovery.db import Database


@pytest.fixture
def database(module_database_url: str) -> Iterator[Database]:
    """One connection in its pool."""
    made = Database(module_database_url, pool_size=1)
    yield made
    made.close()


def backend(database: Database) -> int:
    """The server's process behind the pooled connection."""
    with database.reading() as session:
        return int(session.execute(text("SELECT pg_backend_pid()")).scalar_one())


def end(url: str, pid: int) -> None:
    """Have the server throw a connection out, and wait until it is gone."""
    other = Database(url, pool_size=1)
    with other.unit_of_work() as session:
        assert session.execute(text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": pid}).scalar_one()
    other.close()


def test_a_connection_is_used_again(database: Database) -> None:
    assert backend(database) == backend(database)


@pytest.mark.parametrize("trusted", [0.0, 3600.0], ids=["asked", "seen"])
def test_a_connection_that_was_ended_is_replaced(
    database: Database, module_database_url: str, monkeypatch: pytest.MonkeyPatch, trusted: float
) -> None:
    monkeypatch.setattr(db, "TRUSTED_SECONDS", trusted)
    before = backend(database)
    end(module_database_url, before)
    assert backend(database) != before
