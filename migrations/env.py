"""Runs migrations on the address it is given, else on RECOVERY_DATABASE_URL. Locks are never waited for long."""

from __future__ import annotations

import os

from alembic import context
from sqlalchemy import NullPool, create_engine, text

import recovery.models  # noqa: F401  (registers every table)
from recovery.db import Base, normalised_url

address = context.config.attributes.get("database_url") or os.environ["RECOVERY_DATABASE_URL"]
with create_engine(normalised_url(address), poolclass=NullPool).begin() as connection:
    connection.execute(text("SET lock_timeout = '5s'"))
    context.configure(connection=connection, target_metadata=Base.metadata, compare_type=True)
    with context.begin_transaction():
        context.run_migrations()
