"""``recovery fees``: look at a document of the fee policy, and try a version on past quotes. Nothing is moved."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

import click

from recovery.cli._database import RefusedInput, opened_database
from recovery.cli._moments import Moment
from recovery.domain.document_check import parse_json
from recovery.domain.fees.reading import schedule_from
from recovery.domain.fees.trial import Change, Trial
from recovery.errors import InvalidInput
from recovery.queries.people import actor_by_email
from recovery.services.fee_documents import check_fee_document
from recovery.services.fee_trials import keep_trial, try_version

SAME, DIFFERENT = 0, 3


@click.group(name="fees")
def fees_command() -> None:
    """Check fee rules, and try a version on past quotes."""


@fees_command.command(name="check")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True)
def check(file: Path, as_json: bool) -> None:
    """Say whether FILE may become a version; needs no database. The first thing wrong is named with its rule."""
    try:
        document = check_fee_document(parse_json(file.read_text(encoding="utf-8-sig")))
    except UnicodeDecodeError:
        raise click.ClickException(f"{file} is not JSON") from None
    except InvalidInput as refused:
        raise RefusedInput(refused) from refused
    names = [rule.name for rule in schedule_from(document).rules]
    click.echo(json.dumps({"valid": True, "rules": names}, ensure_ascii=False) if as_json else "\n".join(names))


@fees_command.command(name="try")
@click.argument("version", type=int)
@click.option("--since", type=Moment(), help="Only quotes from this day or instant on; does not count for activation.")
@click.option("--by", "email", help="Keep the result under this e-mail address: activation asks for it.")
@click.option("--json", "as_json", is_flag=True)
def try_(version: int, since: datetime | None, email: str | None, as_json: bool) -> int:
    """Work every past quote out again under VERSION and show what would have been another one.

    Exit status: 0 without differences, 3 with differences.
    """
    with opened_database() as database:
        with database.reading() as session:
            if email is not None:
                actor_by_email(session, email)  # known before the work, not after it
            trial = try_version(session, version, since)
        if email is not None:
            with database.unit_of_work() as session:
                keep_trial(session, actor_by_email(session, email), version, trial, since)
    if as_json:
        body = {"version": version, "whole": since is None, "kept": email is not None, **trial.as_json()}
        click.echo(json.dumps(body, ensure_ascii=False))
    else:
        _tell(trial)
        if email is None:
            click.echo("not kept: give --by E-MAIL to keep it for the activation", err=True)
    return DIFFERENT if trial.changed or trial.refused or trial.possible else SAME


def _tell(trial: Trial) -> None:
    for one in trial.changes:
        click.echo(_line(one))
    for asset, total in sorted(trial.sums.items()):
        click.echo(
            f"{asset}: {total.cases} cases, kept {total.kept_was} → {total.kept_now}, paid {total.net_was} → {total.net_now}"
        )
    if trial.failed:
        click.echo(f"not as they were: {', '.join(trial.failed[:20])}", err=True)
    click.echo(
        f"{trial.quotes} quotes: {trial.changed} would be others, {trial.refused} refused, {trial.possible} cases would "
        f"become possible, {len(trial.failed)} could not be worked out again"
    )


def _line(one: Change) -> str:
    was, now = ("–" if value is None else str(value) for value in (one.was, one.now))
    why = f"  ({one.rule or one.why})"
    return f"{one.ref}/{one.number}  {one.what}  {was} → {now}{why}"
