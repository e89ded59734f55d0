"""``recovery plan export``: the files of a released plan, for a signer without access to the API."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from chains.errors import NodeMistaken
from chains.exports import FORMATS, Names
from chains.strict_json import parse
from recovery.cli._database import opened_database
from recovery.queries.plan_files import operators_files


@click.command("export")
@click.argument("plan_id", type=click.UUID)
@click.option("--format", "formats", multiple=True, type=click.Choice(FORMATS), help="Only this; may be repeated.")
@click.option(
    "-o",
    "--output",
    required=True,
    type=click.Path(file_okay=False, path_type=Path),
    help="Write the files into this folder.",
)
@click.option(
    "--names",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="JSON with what the custodian calls things: assets by CAIP-19 id, vaults by address.",
)
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object.")
def export_command(
    plan_id: uuid.UUID, formats: tuple[str, ...], output: Path, names: Path | None, as_json: bool
) -> None:
    """Write the files of the released plan PLAN_ID; each is compared with the approved steps first."""
    known = Names() if names is None else _names(names)
    with opened_database() as database, database.reading() as session:
        found = operators_files(session, plan_id, formats or FORMATS, known)
    output.mkdir(parents=True, exist_ok=True)
    for file in found:
        (output / file.name).write_bytes(file.body)
    if as_json:
        click.echo(json.dumps({"files": [{"name": file.name, "format": file.format} for file in found]}))
        return
    for file in found:
        click.echo(f"{file.format}: {output / file.name} ({len(file.body)} bytes)")
    click.echo(f"{len(found)} files", err=True)


def _names(path: Path) -> Names:
    try:
        value = parse(path.read_bytes())
    except NodeMistaken as error:
        raise click.UsageError(f"--names: {error}") from error
    if not isinstance(value, dict) or value.keys() - {"assets", "vaults"}:
        raise click.UsageError("--names is an object with assets and vaults")
    return Names(_texts(value.get("assets", {})), _texts(value.get("vaults", {})))


def _texts(value: Any) -> Mapping[str, str]:
    if not isinstance(value, dict) or not all(isinstance(one, str) for one in value.values()):
        raise click.UsageError("--names maps texts to texts")
    return value
