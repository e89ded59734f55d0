"""The migrations make what the models say: nothing is left for a new migration to do."""

from __future__ import annotations

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine

import recovery.models  # noqa: F401 - registers the tables
from recovery.db import Base


def test_models_and_migrations_agree(module_database_url: str) -> None:
    engine = create_engine(module_database_url.replace("postgresql://", "postgresql+psycopg://"))
    try:
        with engine.connect() as connection:
            context = MigrationContext.configure(
                connection, opts={"compare_type": True, "compare_server_default": False}
            )
            assert compare_metadata(context, Base.metadata) == []
    finally:
        engine.dispose()
