"""``recovery export`` and ``recovery audit``: case histories that prove themselves, and the check of them."""

from __future__ import annotations

import hashlib
import json
import os
import sys
from datetime import datetime
from pathlib import Path

import click

from config.logging import configure as configure_logging
from config.settings import home_folder
from recovery.cli._database import opened_database
from recovery.cli._moments import Moment
from recovery.domain import proofs, verifier
from recovery.domain.actor import SYSTEM_ID, Actor
from recovery.domain.exports import FORMATS, rules
from recovery.services import export as exports, export_signing

OPERATOR = Actor(id=SYSTEM_ID, roles=frozenset({"auditor"}), display_name="Operator")
"""Whoever may run commands on the server may read its database; the export says that it was made there."""


@click.command("export")
@click.option("--from", "start", required=True, type=Moment(), help="First day of the period, or an instant.")
@click.option(
    "--to", "end", required=True, type=Moment(end=True), help="Last day, or the instant before which it ends."
)
@click.option("--format", "form", required=True, type=click.Choice(FORMATS))
@click.option("-o", "--output", required=True, type=click.Path(dir_okay=False, path_type=Path), help="A file, or -.")
@click.option("--json", "as_json", is_flag=True, help="The manifest's summary as one JSON object.")
def export_command(start: datetime, end: datetime, form: str, output: Path, as_json: bool) -> None:
    """Export the histories of all cases with an event in the period."""
    piped = str(output) == "-"
    if piped and as_json:
        raise click.UsageError("--json needs a file to write the export to")
    if not piped and not output.absolute().parent.is_dir():
        raise click.UsageError(f"there is no folder {output.absolute().parent}")
    home = home_folder(os.environ)
    configure_logging()
    with opened_database() as database, database.reading() as session:
        if piped:
            exports.export_to(session, OPERATOR, start=start, end=end, form=form, out=sys.stdout.buffer, home=home)
            return
        manifest = exports.export_file(session, OPERATOR, start=start, end=end, form=form, path=output, home=home)
    summary = {
        "path": str(output),
        "format": form,
        "period": manifest["period"],
        **manifest["population"],
        "root": manifest["merkle"]["root"],
        "seal": manifest["seal"],
        "signed_by": manifest["signature"]["public_key"],
    }
    if as_json:
        click.echo(json.dumps(summary))
    else:
        click.echo(f"{output}: {summary['cases']} cases, {summary['events']} events, seal {summary['seal']}")


@click.group("audit")
def audit_command() -> None:
    """Check exports, without database and network."""


@audit_command.command("verify")
@click.argument("path", type=click.Path(exists=True, path_type=Path))
@click.option("--key", help="The public key (hex) the manifest must be signed with.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
@click.pass_context
def verify_command(context: click.Context, path: Path, key: str | None, as_json: bool) -> None:
    """Check an export: exit 0 when nothing is wrong, 1 when something is."""
    report = verifier.verify(path, key=key)
    ours = report.rules_sha256 == hashlib.sha256(proofs.manifest_text(rules()).encode()).hexdigest()
    if as_json:
        click.echo(json.dumps({**report.as_json(), "rules_are_ours": ours}))
    else:
        click.echo(verifier.printed(report))
        if report.rules_sha256 and not ours:
            click.echo("the workflow rules in this export are not those of this version of the product", err=True)
    context.exit(0 if report.ok else 1)


@audit_command.command("key")
def key_command() -> None:
    """Print the public key this installation signs its exports with."""
    click.echo(export_signing.public_key(home_folder(os.environ)))
