"""``recovery reconcile``: chain, ledger and cases held against each other, now.

Exit status: 0 when every base unit has a reason, 3 when something is not explained, 6 when something could not be asked.
"""

from __future__ import annotations

import json
import os

import click

from chains.catalogue import networks
from recovery.cli import complain
from recovery.cli._database import opened_database
from recovery.cli.chains import UNKNOWN, configured_nodes
from recovery.domain.actor import SYSTEM
from recovery.domain.reconciliation import UNEXPLAINED
from recovery.queries.reconciliation import at_one_moment, read_books
from recovery.services.reconciliation import NOTHING, ask_chain, keep

NOT_EXPLAINED = 3


@click.command("reconcile")
@click.option("--network", "slug", help="Only this network, by its slug.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object with every line.")
def reconcile_command(slug: str | None, as_json: bool) -> int:
    """Compare, write down what was found, and print it."""
    if slug is not None and slug not in networks():
        return complain("unknown_network", f"no network is called {slug}", as_json=as_json)
    with opened_database() as database:
        compared = NOTHING
        while compared.after is not None:
            with database.reading() as session:
                at_one_moment(session)
                books = read_books(session, slug)
            compared = ask_chain(books, configured_nodes(os.environ), compared)
        with database.unit_of_work() as session:
            run = keep(session, SYSTEM, compared, slug)
            head = {"id": str(run.id), "sha256": run.sha256, "unexplained": run.unexplained, "unknown": run.unknown}
    lines = [line.as_json() for line in compared.lines]
    if as_json:
        click.echo(json.dumps(head | {"blocks": compared.blocks, "lines": lines}, ensure_ascii=False))
    else:
        for line in lines:
            if line["status"] != "equal":
                click.echo(f"{line['status']:<12} {line['network']} {line['place']} {line['subject']} {line['asset']}")
                click.echo(f"{'':<12} {line['reason']}: {line['difference']} of {line['expected']} expected")
        click.echo(f"{len(lines)} lines, {head['unexplained']} not explained, {head['unknown']} unknown", err=True)
    if any(line["status"] == UNEXPLAINED for line in lines):
        return NOT_EXPLAINED
    return UNKNOWN if head["unknown"] else 0
