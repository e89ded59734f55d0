"""``recovery payouts``: hold everything back that pays, and see what would have to be looked at before it goes on.

Letting it go on is no command: two people do it on the page of reconciliation, with their passwords.
"""

from __future__ import annotations

import json
from typing import Any

import click
from sqlalchemy.orm import Session

from recovery.cli._database import opened_database
from recovery.domain.actor import SYSTEM
from recovery.queries.holds import open_holds, outflows_unexplained, payouts_are_held, was_restored
from recovery.queries.outflows import watched_wallets
from recovery.services.holds import hold_by_hand

HELD = 3


@click.group()
def payouts_command() -> None:
    """Payouts held back, after a restore above all."""


@payouts_command.command("quarantine")
@click.option("--reason", default="", help="Why; kept with the hold.")
@click.option("--json", "as_json", is_flag=True)
def quarantine(reason: str, as_json: bool) -> None:
    """Give nothing to the signer, send nothing, and tell the exchange's ledger nothing, until two people say otherwise."""
    with opened_database() as database:
        with database.unit_of_work() as session:
            hold_by_hand(session, SYSTEM, reason)
        with database.reading() as session:
            told = _status(session)
    _tell(told, as_json=as_json)


@payouts_command.command("status")
@click.option("--json", "as_json", is_flag=True)
@click.pass_context
def status(context: click.Context, as_json: bool) -> None:
    """Whether payouts are held, since when and why, and how far each wallet was compared. Ends with 3 when they are."""
    with opened_database() as database, database.reading() as session:
        told = _status(session)
    _tell(told, as_json=as_json)
    context.exit(HELD if told["held"] else 0)


def _status(session: Session) -> dict[str, Any]:
    return {
        "held": payouts_are_held(session),
        "restored_unnoticed": was_restored(session),
        "holds": [
            {"why": row.why, "note": row.note, "since": row.held_at.isoformat(), "released_by": list(row.released_by)}
            for row in open_holds(session)
        ],
        "outflows_unexplained": outflows_unexplained(session),
        "wallets": [
            {
                "network": row.network,
                "address": row.address,
                "counted": row.counted,
                "looked_at": row.looked_at.isoformat() if row.looked_at else None,
                "trouble": row.trouble or None,
            }
            for row in watched_wallets(session)
        ],
    }


def _tell(told: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(told, ensure_ascii=False))
        return
    click.echo("payouts are held" if told["held"] else "payouts are not held")
    for row in told["holds"]:
        click.echo(f"  since {row['since']}: {row['why']} {row['note']}".rstrip())
    if told["outflows_unexplained"]:
        click.echo(f"  {told['outflows_unexplained']} alarms of outflows nobody explained")
    for row in told["wallets"]:
        click.echo(f"  {row['network']:<16} {row['address']} {row['trouble'] or row['looked_at']}")
