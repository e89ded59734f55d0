"""``recovery import`` and ``recovery registry export``: the exchange's registries as CSV."""

from __future__ import annotations

import csv
import json
import os
import tempfile
from pathlib import Path
from typing import Any

import click

from recovery.cli._database import opened_database
from recovery.domain.actor import SYSTEM
from recovery.domain.registries import REGISTRIES
from recovery.queries.registry import export_rows
from recovery.services.registry import import_registry

KIND = click.Choice(sorted(REGISTRIES))


@click.command("import")
@click.argument("kind", type=KIND)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--partial", is_flag=True, help="take the good rows even when others are refused")
@click.option("--replace", is_flag=True, help="make the file the whole registry: rows it lacks are removed")
@click.option("--json", "as_json", is_flag=True)
@click.pass_context
def import_file(context: click.Context, kind: str, file: Path, partial: bool, replace: bool, as_json: bool) -> None:
    """Load a registry from a CSV file; all or nothing unless --partial. Ends with 1 when rows were refused."""
    with (
        file.open(encoding="utf-8-sig", newline="") as rows,
        opened_database() as database,
        database.unit_of_work() as session,
    ):
        result = import_registry(session, SYSTEM, kind, rows, partial=partial, replace=replace)
    answer = result.as_json()
    click.echo(json.dumps(answer, ensure_ascii=False) if as_json else _told(answer))
    if result.refused and not partial:
        click.echo(f"nothing was changed: {len(result.refused)} of {result.rows} rows refused", err=True)
        context.exit(1)


def _told(answer: dict[str, Any]) -> str:
    counts = ", ".join(f"{answer[name]} {name}" for name in ("added", "changed", "unchanged"))
    refused = [f"  row {row['row']}: {row['why']}" for row in answer["refused"][:20]]
    return "\n".join([f"{answer['kind']}: {answer['rows']} rows, {counts}, {len(answer['refused'])} refused", *refused])


@click.group()
def registry() -> None:
    """What the exchange told us."""


@registry.command("export")
@click.argument("kind", type=KIND)
@click.option("-o", "path", required=True, type=click.Path(dir_okay=False, path_type=Path))
def export(kind: str, path: Path) -> None:
    """Write a registry as the CSV that import takes; the file appears whole or not at all."""
    with opened_database() as database, database.reading() as session:
        handle, name = tempfile.mkstemp(dir=path.resolve().parent, prefix=f".{path.name}.")
        try:
            with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
                writer = csv.writer(file, lineterminator="\n")
                for row in export_rows(session, SYSTEM, kind):
                    writer.writerow(row)
            Path(name).replace(path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
