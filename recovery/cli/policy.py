"""``recovery policy``: fees and causes as versioned data, drafted by one person and activated by another."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from recovery.cli._database import opened_database
from recovery.domain.document_check import parse_json
from recovery.domain.policy_changes import changes_between
from recovery.queries.people import actor_by_email
from recovery.queries.policies import KINDS, content_of, replays_of, version_in_force, versions
from recovery.services.policies import activate_policy, draft_policy

kind_option = click.option(
    "--kind",
    type=click.Choice(list(KINDS)),
    default="fee",
    show_default=True,
    help="Fees, or what follows from causes.",
)


@click.group(name="policy")
def policy_command() -> None:
    """Draft, compare and activate policies of fees and causes, two people at least."""


@policy_command.command(name="draft")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--by", "email", required=True, help="The e-mail address of who drafts it.")
@click.option("--note", default="", help="Why there is a new version.")
@kind_option
@click.option("--json", "as_json", is_flag=True)
def draft(file: Path, email: str, note: str, kind: str, as_json: bool) -> None:
    """Store FILE (JSON) as a new version that does nothing yet."""
    try:
        text = file.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise click.ClickException(f"{file} is not JSON") from None
    with opened_database() as database, database.unit_of_work() as session:
        actor = actor_by_email(session, email)
        version = draft_policy(session, actor, parse_json(text), note, kind=kind).version
    click.echo(json.dumps({"version": version, "active": False}) if as_json else f"version {version} drafted")


@policy_command.command(name="activate")
@click.argument("version", type=int)
@click.option("--by", "email", required=True, help="The e-mail address of who activates it.")
@kind_option
@click.option("--json", "as_json", is_flag=True)
def activate(version: int, email: str, kind: str, as_json: bool) -> None:
    """Put VERSION in force; whoever drafted it may not. One of causes is replayed first (recovery replay), one of fees tried."""
    with opened_database() as database, database.unit_of_work() as session:
        activate_policy(session, actor_by_email(session, email), version, kind=kind)
        runs = replays_of(session, version, limit=1) if kind == "cause" else ()
        told = [(run.verdicts, run.differences, run.money_differences) for run in runs]
    if as_json:
        click.echo(json.dumps({"version": version, "active": True}))
        return
    click.echo(f"version {version} is active")
    for verdicts, differences, money in told:
        click.echo(f"its replay: {verdicts} verdicts, {differences} differ, {money} of them about money")


@policy_command.command(name="list")
@kind_option
@click.option("--json", "as_json", is_flag=True)
def list_versions(kind: str, as_json: bool) -> None:
    """Every version, the newest first."""
    with opened_database() as database, database.reading() as session:
        rows = versions(session, KINDS[kind])
    if as_json:
        shown = [{"version": row.version, "state": row.state, "note": row.note} for row in rows]
        click.echo(json.dumps({"kind": kind, "versions": shown}, ensure_ascii=False))
        return
    for row in rows:
        click.echo(f"{row.version:>5}  {row.state:<9}  {row.note or ('' if row.drafted_by else 'built in')}")


@policy_command.command(name="show")
@click.argument("version", type=int, required=False)
@kind_option
def show(version: int | None, kind: str) -> None:
    """Print VERSION as JSON, or the one in force: what a new version is written from."""
    click.echo(json.dumps(_content(kind, [version])[0], ensure_ascii=False, indent=2))


@policy_command.command(name="diff")
@click.argument("before", type=int)
@click.argument("after", type=int)
@kind_option
@click.option("--json", "as_json", is_flag=True)
def diff(before: int, after: int, kind: str, as_json: bool) -> None:
    """Show every entry in which version AFTER differs from version BEFORE."""
    changes = changes_between(*_content(kind, [before, after]))
    if as_json:
        rows = [{"field": one.field, "before": one.before, "after": one.after} for one in changes]
        click.echo(json.dumps({"kind": kind, "changes": rows}, ensure_ascii=False))
        return
    for one in changes:
        click.echo(f"{one.field}: {one.before or '–'} → {one.after or '–'}")


def _content(kind: str, wanted: list[int | None]) -> list[Any]:
    with opened_database() as database, database.reading() as session:
        of = KINDS[kind]
        return [content_of(session, of, version_in_force(session, of) if one is None else one) for one in wanted]
