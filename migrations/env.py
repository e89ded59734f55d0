"""Runs migrations: on the connection or address it is given, else on RECOVERY_DATABASE_URL. Locks are never waited for long."""

from __future__ import annotations

import os

from alembic import context
from sqlalchemy import Connection, NullPool, create_engine, text

import recovery.models  # noqa: F401  (registers every table)
from recovery.db import Base, normalised_url


def run(connection: Connection) -> None:
    """Migrate inside one transaction, with time-outs, comparing types and defaults."""
    connection.execute(text("SET lock_timeout = '5s'"))
    context.configure(connection=connection, target_metadata=Base.metadata, compare_type=True)
    with context.begin_transaction():
        context.run_migrations()


given = context.config.attributes.get("connection")
if given is not None:
    run(given)
else:
    address = context.config.attributes.get("database_url") or os.environ["RECOVERY_DATABASE_URL"]
    engine = create_engine(normalised_url(address), poolclass=NullPool)
    with engine.begin() as fresh:
        run(fresh)
