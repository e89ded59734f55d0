"""``recovery screening``: lists of sanctioned addresses, loaded from files, and which are in force."""

from __future__ import annotations

import json
from pathlib import Path

import click

from recovery.cli._database import opened_database
from recovery.domain.actor import SYSTEM
from recovery.domain.screening_lists import LARGEST_LIST
from recovery.errors import InvalidInput
from recovery.queries.screening import lists_shown
from recovery.services.screening import Imported, import_list


@click.group()
def screening_command() -> None:
    """Lists of sanctioned addresses."""


@screening_command.command("import")
@click.argument("name")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--version", help="as its publisher calls it (default: the beginning of its SHA-256)")
@click.option("--partial", is_flag=True, help="take the list although some addresses cannot be read")
@click.option("--json", "as_json", is_flag=True)
@click.pass_context
def import_command(
    context: click.Context, name: str, file: Path, version: str | None, partial: bool, as_json: bool
) -> None:
    """Make FILE the list NAME: one address a line, CSV, JSON, or a CSV file of OFAC's SDN list.

    All or nothing unless --partial. Ends with 1 when rows were refused.
    """
    if file.stat().st_size > LARGEST_LIST:
        raise InvalidInput("file_too_large", {"file": ["file_too_large"]})
    with opened_database() as database, database.unit_of_work() as session:
        made = import_list(session, SYSTEM, name, file.read_bytes(), version=version, partial=partial)
    click.echo(json.dumps(_as_json(made), ensure_ascii=False) if as_json else _told(made))
    if not made.taken:
        click.echo(f"nothing was changed: {len(made.refused)} addresses cannot be read", err=True)
        context.exit(1)


def _as_json(made: Imported) -> dict[str, object]:
    return {
        "name": made.name,
        "version": made.version,
        "sha256": made.sha256,
        "entries": made.entries,
        "taken": made.taken,
        "elsewhere": len(made.elsewhere),
        "refused": [{"row": one.row, "address": one.address[:100], "network": one.network} for one in made.refused],
    }


def _told(made: Imported) -> str:
    refused = [f"  row {one.row}: {one.address[:100]!r} on {one.network or 'any network'}" for one in made.refused[:20]]
    head = f"{made.name} {made.version}: {made.entries} entries, {len(made.refused)} refused"
    if made.elsewhere:
        head += f", {len(made.elsewhere)} of currencies that live on no network known here"
    return "\n".join([head, *refused])


@screening_command.command("lists")
@click.option("--json", "as_json", is_flag=True)
def lists_command(as_json: bool) -> None:
    """Show which lists are in force."""
    with opened_database() as database, database.reading() as session:
        rows = lists_shown(session)
    if as_json:
        click.echo(json.dumps({"lists": rows}, ensure_ascii=False))
        return
    for row in rows:
        click.echo(f"{row['name']} {row['version']}: {row['entries']} entries, loaded {row['loaded_at']}")
    if not rows:
        click.echo("no list is in force: screening finds nobody but those the labels of the registry name")
