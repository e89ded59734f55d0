"""Brings a database's schema up to date."""

from __future__ import annotations

from typing import TYPE_CHECKING

import psycopg

from recovery.embedded.process import ROOT

if TYPE_CHECKING:
    from alembic.config import Config


def configuration(database_url: str) -> Config:
    """Alembic's configuration (``[tool.alembic]``); ``migrations/env.py`` reads ``attributes["database_url"]``."""
    from alembic.config import Config

    config = Config(toml_file=str(ROOT / "pyproject.toml"))
    config.set_main_option("script_location", str(ROOT / "migrations"))
    config.attributes["database_url"] = database_url
    return config


def is_current(database_url: str) -> bool:
    """Whether no migration is missing; much quicker to find out than to run none."""
    from alembic.script import ScriptDirectory

    heads = set(ScriptDirectory.from_config(configuration(database_url)).get_heads())
    with psycopg.connect(database_url.replace("+psycopg", "", 1), connect_timeout=10) as connection:
        try:
            rows = connection.execute("SELECT version_num FROM alembic_version").fetchall()
        except psycopg.errors.UndefinedTable:
            return False
    return {row[0] for row in rows} == heads


def upgrade(database_url: str, revision: str = "head") -> None:
    """Run the migrations that are missing."""
    from alembic import command

    command.upgrade(configuration(database_url), revision)
