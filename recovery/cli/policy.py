"""``recovery policy``: fee rules as versioned data, drafted by one person and activated by another."""

from __future__ import annotations

import json
from pathlib import Path

import click

from recovery.cli._database import opened_database
from recovery.queries.people import actor_by_email
from recovery.services.policies import activate_policy, draft_policy


@click.group(name="policy")
def policy_command() -> None:
    """Draft and activate fee policy, two people at least."""


@policy_command.command(name="draft")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--by", "email", required=True, help="The e-mail address of who drafts it.")
@click.option("--note", default="", help="Why there is a new version.")
@click.option("--json", "as_json", is_flag=True)
def draft(file: Path, email: str, note: str, as_json: bool) -> None:
    """Store the rules of FILE (JSON) as a new version that does nothing yet."""
    try:
        rules = json.loads(file.read_text())
    except (ValueError, UnicodeDecodeError):
        raise click.ClickException(f"{file} is not JSON") from None
    with opened_database() as database, database.unit_of_work() as session:
        version = draft_policy(session, actor_by_email(session, email), rules, note).version
    click.echo(json.dumps({"version": version, "active": False}) if as_json else f"version {version} drafted")


@policy_command.command(name="activate")
@click.argument("version", type=int)
@click.option("--by", "email", required=True, help="The e-mail address of who activates it.")
@click.option("--json", "as_json", is_flag=True)
def activate(version: int, email: str, as_json: bool) -> None:
    """Put VERSION in force; whoever drafted it may not."""
    with opened_database() as database, database.unit_of_work() as session:
        activate_policy(session, actor_by_email(session, email), version)
    click.echo(json.dumps({"version": version, "active": True}) if as_json else f"version {version} is active")
