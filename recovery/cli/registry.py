"""``recovery import`` and ``recovery registry export``: the exchange's registries as CSV."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from recovery.cli._database import opened_database
from recovery.domain.actor import SYSTEM
from recovery.domain.registries import REGISTRIES
from recovery.domain.token_lists import STATES
from recovery.errors import InvalidInput
from recovery.queries.registry import csv_lines, export_token_list
from recovery.services.registry import load_file
from recovery.services.registry_files import (
    LARGEST_TOKEN_LIST,
    CsvFile,
    RegistryFile,
    TokenListFile,
    looks_like_json,
)

KIND = click.Choice(sorted(REGISTRIES))


@click.command("import")
@click.argument("kind", type=KIND)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--partial", is_flag=True, help="take the good rows even when others are refused")
@click.option("--replace", is_flag=True, help="make the file the whole registry: rows it lacks are removed")
@click.option("--state", type=click.Choice(STATES), help="of all tokens of a token list (default: listed)")
@click.option("--json", "as_json", is_flag=True)
@click.pass_context
def import_file(
    context: click.Context, kind: str, file: Path, partial: bool, replace: bool, state: str | None, as_json: bool
) -> None:
    """Load a registry from a CSV file, or assets from a token list (JSON, as tokenlist.schema.json has it).

    All or nothing unless --partial. Ends with 1 when rows were refused.
    """
    with opened_database() as database, _opened(file, state) as rows, database.unit_of_work() as session:
        result = load_file(session, SYSTEM, kind, rows, partial=partial, replace=replace)
    answer = result.as_json()
    click.echo(json.dumps(answer, ensure_ascii=False) if as_json else _told(answer))
    if result.refused and not partial:
        click.echo(f"nothing was changed: {len(result.refused)} of {result.rows} rows refused", err=True)
        context.exit(1)


@contextmanager
def _opened(file: Path, state: str | None) -> Iterator[RegistryFile]:
    """A CSV or a token list, by how the file begins. Only a token list is told its state."""
    with file.open("rb") as start:
        beginning = start.read(1024)
    if looks_like_json(beginning):
        if file.stat().st_size > LARGEST_TOKEN_LIST:
            raise InvalidInput("file_too_large", {"file": ["file_too_large"]})
        yield TokenListFile(file.read_bytes(), state or "listed")
        return
    if state is not None:
        raise InvalidInput("state_is_for_token_lists", {"state": ["state_is_for_token_lists"]})
    with file.open(encoding="utf-8-sig", newline="") as rows:
        yield CsvFile(rows)


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
@click.option("--format", "form", type=click.Choice(("csv", "token-list")), default="csv", show_default=True)
def export(kind: str, path: Path, form: str) -> None:
    """Write a registry as the CSV that import takes, or listed tokens as a token list; the file appears whole or not at all."""
    if form == "token-list" and kind != "assets":
        raise click.UsageError("only assets are written as a token list")
    with opened_database() as database, database.reading() as session:
        handle, name = tempfile.mkstemp(dir=path.resolve().parent, prefix=f".{path.name}.")
        try:
            with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
                if form == "csv":
                    file.writelines(csv_lines(session, SYSTEM, kind))
                else:
                    json.dump(export_token_list(session, SYSTEM), file, ensure_ascii=False, indent=2)
            Path(name).replace(path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
