"""Brings a database's schema up to date."""

from __future__ import annotations

from alembic import command
from alembic.config import Config

from recovery.embedded.process import ROOT


def configuration(database_url: str) -> Config:
    """Alembic's configuration (``[tool.alembic]``); ``migrations/env.py`` reads ``attributes["database_url"]``."""
    config = Config(toml_file=str(ROOT / "pyproject.toml"))
    config.set_main_option("script_location", str(ROOT / "migrations"))
    config.attributes["database_url"] = database_url
    return config


def upgrade(database_url: str, revision: str = "head") -> None:
    """Run the migrations that are missing."""
    command.upgrade(configuration(database_url), revision)
