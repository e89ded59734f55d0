"""``recovery scan``: read blocks for whatever was paid to an address of ours, and see what nobody has credited.

Exit status: 0 when done, 6 when a node could not answer, 2 for what cannot be scanned.
"""

from __future__ import annotations

import json
import os
from typing import Any

import click

from chains.catalogue import networks
from chains.scanning import offered
from recovery.cli import WRONG_INPUT, complain
from recovery.cli._database import opened_database
from recovery.cli.chains import UNKNOWN, configured_nodes
from recovery.db import Database


@click.command("scan")
@click.option("--network", "slug", help="The network, by its slug.")
@click.option("--from", "first", type=click.IntRange(0), help="First block.")
@click.option("--to", "last", type=click.IntRange(0), help="Last block.")
@click.option("--follow", is_flag=True, help="Have the worker scan from the first block on, again and again.")
@click.option("--open-after", type=click.IntRange(0), help="With --follow: hours after which a leg opens a case.")
@click.option("--stop", is_flag=True, help="Have the worker scan this network no more.")
@click.option("--uncredited", is_flag=True, help="List what was seen and nobody credited.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def scan_command(
    slug: str | None,
    first: int | None,
    last: int | None,
    follow: bool,
    open_after: int | None,
    stop: bool,
    uncredited: bool,
    as_json: bool,
) -> int:
    """Record every transfer to an address of ours over a range of blocks. A scan never credits."""
    if slug is not None and slug not in networks():
        return complain("unknown_network", f"no network is called {slug}", as_json=as_json)
    if uncredited:
        return _list(slug, as_json=as_json)
    if slug is None:
        raise click.UsageError("--network is missing")
    if not stop and not offered(networks()[slug]):
        return complain("scan_not_offered", f"blocks of {slug} cannot be scanned", as_json=as_json)
    if stop or follow:
        return _keep(slug, first or 0, open_after, stop=stop, as_json=as_json)
    if first is None or last is None or last < first:
        raise click.UsageError("--from and --to name the blocks, the first one first")
    nodes = configured_nodes(os.environ).get(slug, ())
    if not nodes:
        return complain("no_node", f"{slug} has no node", as_json=as_json)
    with opened_database() as database:
        summary = _scan(database, slug, nodes, first, last)
    if as_json:
        click.echo(json.dumps(summary))
    else:
        click.echo(f"{slug}: {summary['blocks']} blocks, {summary['transfers']} transfers to addresses of ours")
    if summary["next"] is None:
        return 0
    why = summary["trouble"] or "not_deep_enough"
    click.echo(f"recovery: stopped before block {summary['next']}: {why}", err=True)
    return WRONG_INPUT if why == "scan_not_offered" else UNKNOWN


def _scan(database: Database, slug: str, nodes: Any, first: int, last: int) -> dict[str, Any]:
    """Every block of the range, written down stretch by stretch. ``next`` is where it stopped, null when it is through."""
    from recovery.jobs.scanning import stretch
    from recovery.services.scanning import record

    done = transfers = 0
    notes: set[str] = set()
    height, trouble = first, ""
    while height <= last:
        found = stretch(database, networks()[slug], nodes, height, last=last)
        with database.unit_of_work() as session:
            transfers += record(session, slug, found.blocks)
        done += len(found.blocks)
        height += len(found.blocks)
        notes.update(note for one in found.blocks for note in one.block.notes)
        if found.trouble or not (found.blocks or found.behind):
            trouble = found.trouble
            break
    return {
        "network": slug,
        "from": first,
        "to": last,
        "blocks": done,
        "transfers": transfers,
        "next": height if height <= last else None,
        "trouble": trouble,
        "notes": sorted(notes),
    }


def _keep(slug: str, first: int, open_after: int | None, *, stop: bool, as_json: bool) -> int:
    from recovery.services.scanning import start_scan, stop_scan

    with opened_database() as database, database.unit_of_work() as session:
        if stop:
            stop_scan(session, slug)
        else:
            start_scan(session, slug, first, open_after)
    summary = {"network": slug, "running": not stop, "from": None if stop else first, "open_after_hours": open_after}
    if as_json:
        click.echo(json.dumps(summary))
    else:
        click.echo(f"{slug}: " + ("scanned no more" if stop else f"scanned from block {first} on"))
    return 0


def _list(slug: str | None, *, as_json: bool) -> int:
    """Legs that nobody credited. Whoever may run commands on the server may read its database; the look is noted all the same."""
    from recovery.cli.audit import OPERATOR
    from recovery.services.scanning import look_at_pool

    with opened_database() as database, database.unit_of_work() as session:
        legs = look_at_pool(session, OPERATOR, slug)
    rows = [
        {
            "network": leg.network,
            "hash": leg.hash,
            "position": leg.position,
            "recipient": leg.recipient,
            "memo": leg.memo,
            "contract": leg.contract or None,
            "symbol": leg.symbol,
            "amount": str(leg.amount),
            "height": leg.height,
            "seen_at": leg.seen_at.isoformat(),
        }
        for leg in legs
    ]
    if as_json:
        click.echo(json.dumps({"uncredited": rows}, ensure_ascii=False))
    for row in () if as_json else rows:
        asset = row["symbol"] or row["contract"] or "native coin"
        click.echo(f"{row['network']:<18} {row['hash']} {row['position']:<10} {row['amount']} of {asset}")
    return 0
