"""``recovery plan``: an unsigned transfer for a wallet team, as data and as files a signer takes. Needs no database.

``recovery plan export`` writes the files of a plan that was approved; see :mod:`recovery.cli.plan_export`.
Exit status: 0 a plan, 3 refused (it cannot be done, and why), 6 no node could help, 2 wrong input.
"""

from __future__ import annotations

import base64
import json
import os
from pathlib import Path
from typing import Any

import click

from chains.catalogue import network as network_of
from chains.errors import ChainError, NoNode, NotAnAddress, Refused, UnknownNetwork
from chains.sweep import SweepOrder, SweepPlan
from recovery.cli import WRONG_INPUT, complain
from recovery.cli.chains import FAILED, UNKNOWN, configured_nodes


class _PlanGroup(click.Group):
    """Whatever is not the name of a command is the network of a transfer."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Arguments with the command in front, where none was named."""
        if args and args[0] not in {*self.commands, "export", *ctx.help_option_names}:
            args = ["transfer", *args]
        return super().parse_args(ctx, args)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command; the one that needs the database is imported when it is called."""
        if cmd_name == "export":
            from recovery.cli.plan_export import export_command

            return export_command
        return super().get_command(ctx, cmd_name)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Both."""
        return [*super().list_commands(ctx), "export"]


@click.group("plan", cls=_PlanGroup)
def plan_command() -> None:
    """Write an unsigned transfer (SLUG …), or the files of an approved plan (export)."""


@plan_command.command("transfer")
@click.argument("slug")
@click.option("--source", required=True, help="Address the coins are at.")
@click.option("--destination", required=True, help="Address they go to.")
@click.option("--amount", required=True, help="What must arrive, in base units.")
@click.option("--contract", help="The asset's identity; without it the network's own coin.")
@click.option("--memo", help="The destination's memo or tag.")
@click.option("--outpoint", "outpoints", multiple=True, help="TXID:N to spend, for the UTXO family; may be repeated.")
@click.option("--payer", help="Who pays the network, where that may be another.")
@click.option(
    "-o", "--output", type=click.Path(file_okay=False, path_type=Path), help="Write the files into this folder."
)
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object.")
def transfer_command(
    slug: str,
    source: str,
    destination: str,
    amount: str,
    contract: str | None,
    memo: str | None,
    outpoints: tuple[str, ...],
    payer: str | None,
    output: Path | None,
    as_json: bool,
) -> int:
    """Write an unsigned transfer on the network SLUG; nothing is signed or sent."""
    from chains.planning import plan

    if not (amount.isascii() and amount.isdigit() and len(amount) <= 78):
        return complain("amount_is_wrong", "--amount is a whole number of base units", as_json=as_json)
    order = SweepOrder(contract, int(amount), source, destination, memo, outpoints, payer)
    try:
        row = network_of(slug)
        made = plan(row, configured_nodes(os.environ).get(slug, ()), order)
    except (UnknownNetwork, NotAnAddress) as error:
        return complain(error.code, f"{error.code}: {error}", as_json=as_json, status=WRONG_INPUT)
    except Refused as error:
        return complain(error.code, f"{slug}: {error}", as_json=as_json, status=FAILED)
    except NoNode:
        return complain(NoNode.code, f"{slug}: it has no node to ask", as_json=as_json, status=UNKNOWN)
    except ChainError as error:
        return complain(error.code, f"{slug}: {error}", as_json=as_json, status=UNKNOWN)
    if output is not None:
        output.mkdir(parents=True, exist_ok=True)
        for file in made.files:
            (output / file.name).write_bytes(file.body)
    if as_json:
        click.echo(json.dumps(as_data(made), ensure_ascii=False, indent=2))
    else:
        _describe(made, output)
    return 0


def as_data(made: SweepPlan) -> dict[str, Any]:
    """A plan as JSON; files in base64."""
    return {
        "network": made.network,
        "form": made.form,
        "fields": dict(made.fields),
        "cost": None if made.cost is None else str(made.cost),
        "expires": None if made.expires is None else made.expires.isoformat().replace("+00:00", "Z"),
        "warnings": list(made.warnings),
        "steps": list(made.steps),
        "files": [
            {"name": file.name, "format": file.format, "base64": base64.b64encode(file.body).decode()}
            for file in made.files
        ],
    }


def _describe(made: SweepPlan, output: Path | None) -> None:
    click.echo(f"{made.network}: {made.form}")
    for name, value in made.fields.items():
        click.echo(
            f"  {name:<14} {json.dumps(value, ensure_ascii=False) if isinstance(value, (dict, list)) else value}"
        )
    if made.cost is not None:
        click.echo(f"  {'cost at most':<14} {made.cost} base units")
    for step in made.steps:
        click.echo(f"  - {step.replace('_', ' ')}")
    for warning in made.warnings:
        click.echo(f"  warning: {warning}")
    for file in made.files:
        click.echo(f"  {file.format}: {output / file.name if output else file.name} ({len(file.body)} bytes)")
