"""``recovery jobs``: what waits for a person because it failed too often."""

from __future__ import annotations

import json
import uuid

import click

from recovery.cli._database import opened_database
from recovery.services.jobs import retry_jobs, stuck_jobs


@click.group(name="jobs")
def jobs_command() -> None:
    """Jobs that failed too often: list them, try them again."""


@jobs_command.command(name="stuck")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object.")
def stuck(as_json: bool) -> None:
    """List the jobs that wait for a person."""
    with opened_database() as database, database.reading() as session:
        found = stuck_jobs(session)
    if as_json:
        click.echo(json.dumps({"stuck": found}))
        return
    for job in found:
        click.echo(f"{job['id']}  {job['topic']:<18} {job['case'] or '-':<26} {job['last_error'] or ''}")
    click.echo(f"{len(found)} stuck", err=True)


@jobs_command.command(name="retry")
@click.argument("ids", nargs=-1, type=click.UUID)
@click.option("--all", "every", is_flag=True, help="All of them.")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object.")
def retry(ids: tuple[uuid.UUID, ...], every: bool, as_json: bool) -> None:
    """Make the jobs IDS due again, or --all. Safe at any time: a job that was done meanwhile does nothing."""
    if bool(ids) == every:
        raise click.UsageError("name the jobs, or say --all")
    with opened_database() as database, database.unit_of_work() as session:
        again = retry_jobs(session, None if every else ids)
    click.echo(json.dumps({"due_again": again}) if as_json else f"{again} due again")
