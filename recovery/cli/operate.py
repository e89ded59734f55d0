"""Commands that run the product: everything at once (``run``) or one part of it."""

from __future__ import annotations

import dataclasses
import importlib
import os
import sys
import time
import urllib.error
import urllib.request

import click

from config.settings import Settings, SettingsError


def read_settings(*, services: bool = True) -> Settings:
    """The settings of the environment; a missing one ends the command with its name."""
    try:
        return Settings.from_env(services=services)
    except SettingsError as problem:
        raise click.ClickException(str(problem)) from problem


def _settings_with_logs() -> Settings:
    """The settings, for a program that runs on and writes logs."""
    from config.logging import configure

    settings = read_settings()
    configure(settings.log_level)
    return settings


@click.command()
@click.option("--stop-with-parent", is_flag=True, help="Stop when the process that started this one ends.")
def run(stop_with_parent: bool) -> None:
    """Bring up everything and print one address; Ctrl-C stops it."""
    from recovery.embedded import supervisor

    sys.exit(supervisor.main(os.environ, stop_with_parent=stop_with_parent))


@click.command()
def migrate() -> None:
    """Bring the database's schema up to date."""
    from recovery.embedded import ensure_database, schema

    settings = read_settings(services=False)
    schema.upgrade(settings.database_url or ensure_database(settings))


@click.command()
def worker() -> None:
    """Do the jobs of the queue until told to stop."""
    importlib.import_module("recovery.jobs.worker").main(_settings_with_logs())


@click.command()
def scheduler() -> None:
    """Ring for jobs that are due or were forgotten, until told to stop."""
    importlib.import_module("recovery.jobs.scheduler").main(_settings_with_logs())


@click.command()
@click.argument("url", default="")
@click.option("--seconds", default=60, show_default=True, help="How long to wait.")
def wait(url: str, seconds: int) -> None:
    """Wait until the server answers that it is ready (its /readyz, or URL)."""
    address = url or f"{read_settings(services=False).base_url}/readyz"
    if not address.startswith(("http://", "https://")):
        raise click.UsageError("URL must begin with http:// or https://")
    deadline = time.monotonic() + seconds
    while True:
        try:
            with urllib.request.urlopen(address, timeout=5) as answer:  # noqa: S310 - the scheme is checked above
                if answer.status == 200:
                    return
        except (urllib.error.URLError, OSError) as problem:
            if time.monotonic() > deadline:
                raise click.ClickException(f"{address} is not ready: {problem}") from problem
        time.sleep(0.2)


def with_database(settings: Settings) -> Settings:
    """The same settings with a database that answers, the embedded one if none is configured."""
    from recovery.embedded import EmbeddedError, ensure_database

    try:
        return dataclasses.replace(settings, database_url=ensure_database(settings))
    except EmbeddedError as problem:
        raise click.ClickException(str(problem)) from problem
