"""``recovery prices``: what is known of prices, looked at anew, and prices that two people enter and confirm."""

from __future__ import annotations

import json
import uuid
from typing import Any

import click

from chains.nodes import node_table
from config.settings import Settings, SettingsError
from recovery.cli._database import opened_database
from recovery.domain.actor import SYSTEM, Actor
from recovery.domain.prices import REFERENCES
from recovery.queries.people import actor_by_email
from recovery.queries.prices import entries_shown, prices_shown, wanted_assets
from recovery.schemas.prices import PriceEntry
from recovery.services import price_sources, prices

READER = Actor(id=SYSTEM.id, roles=frozenset({"auditor"}), display_name="System")
"""Whoever runs commands on the machine may read."""


@click.group(name="prices")
def prices_command() -> None:
    """What is known of prices."""


@prices_command.command("show")
@click.option("--json", "as_json", is_flag=True)
def show_command(as_json: bool) -> None:
    """Every price that open cases need, or why it is not known; and prices by hand."""
    with opened_database() as database, database.reading() as session:
        rows, entries = prices_shown(session, READER), [_entry(row) for row in entries_shown(session, READER)]
    if as_json:
        click.echo(json.dumps({"items": rows, "entries": entries}, ensure_ascii=False))
        return
    for row in rows:
        click.echo(f"{row['network']} {row['contract'] or 'native':<44} {row['reference']:<7} {_told(row)}")
    for entry in entries:
        state = f"until {entry['valid_until']}" if entry["valid_until"] else "waits for a second person"
        click.echo(f"{entry['id']}  {entry['network']} {entry['contract'] or 'native'} by hand, {state}")
    if not rows and not entries:
        click.echo("no open case needs a price")


def _told(row: dict[str, Any]) -> str:
    if row["why_not"]:
        return f"not known: {row['why_not']}"
    names = ", ".join(row["names"])
    return (
        f"{row['numerator']}/{row['denominator']} ({row['kind']} of {row['sources']}: {names}; "
        f"{row['spread_bps']} bps apart, {row['age_seconds']} s old)"
    )


def _entry(row: Any) -> dict[str, Any]:
    shown: dict[str, Any] = PriceEntry().dump(row)
    return shown


@prices_command.command("enter")
@click.argument("network")
@click.argument("price")
@click.option("--contract", default="", help="The asset's contract (default: the native coin).")
@click.option("--decimals", required=True, type=click.IntRange(0, 77), help="Decimals of the asset.")
@click.option("--reference", type=click.Choice(list(REFERENCES)), default="USD", show_default=True)
@click.option("--reason", required=True, help="Why, and where the price comes from.")
@click.option("--by", "email", required=True, help="The e-mail address of who enters it.")
@click.option("--json", "as_json", is_flag=True)
def enter_command(
    network: str, price: str, contract: str, decimals: int, reference: str, reason: str, email: str, as_json: bool
) -> None:
    """Enter PRICE, what one whole unit on NETWORK is worth. It counts once somebody else confirms it."""
    with opened_database() as database, database.unit_of_work() as session:
        actor = actor_by_email(session, email)
        row = prices.enter(
            session,
            actor,
            network=network,
            contract=contract,
            reference=reference,
            price=price,
            decimals=decimals,
            reason=reason,
        )
        shown = _entry(row)
    click.echo(
        json.dumps(shown, ensure_ascii=False) if as_json else f"{shown['id']} entered; somebody else confirms it"
    )


@prices_command.command("confirm")
@click.argument("entry", type=click.UUID)
@click.option("--by", "email", required=True, help="The e-mail address of who confirms it.")
@click.option("--json", "as_json", is_flag=True)
def confirm_command(entry: uuid.UUID, email: str, as_json: bool) -> None:
    """Put a price in force that somebody else entered."""
    with opened_database() as database, database.unit_of_work() as session:
        shown = _entry(prices.confirm(session, actor_by_email(session, email), entry))
    click.echo(json.dumps(shown, ensure_ascii=False) if as_json else f"in force until {shown['valid_until']}")


@prices_command.command("look")
@click.option("--json", "as_json", is_flag=True)
@click.pass_context
def look_command(context: click.Context, as_json: bool) -> None:
    """Ask every configured source (RECOVERY_PRICES) about what open cases need, now. Ends with 6 when one was not heard."""
    try:
        settings = Settings.from_env(services=False)
    except SettingsError as wrong:
        raise click.ClickException(str(wrong)) from None
    nodes = node_table(settings.nodes, public=settings.public_nodes)
    with opened_database() as database:
        with database.reading() as session:
            assets = wanted_assets(session)
        looked = price_sources.ask_all(settings.price_sources, assets, lambda network: nodes.get(network, ()))
        with database.unit_of_work() as session:
            heard = prices.observe(session, looked.observed)
    troubles = [{"source": source, "asset": asset, "why": why} for source, asset, why in looked.troubles]
    if as_json:
        click.echo(json.dumps({"assets": len(assets), "observed": heard, "troubles": troubles}, ensure_ascii=False))
    else:
        click.echo(f"{len(assets)} assets, {heard} observations")
        for one in troubles:
            click.echo(f"  {one['source']} on {one['asset']}: {one['why']}")
    if troubles:
        context.exit(6)
