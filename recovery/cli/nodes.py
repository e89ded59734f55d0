"""``recovery nodes``: how each configured node is doing, asked now. Needs no database.

Exit status: 0 when every node is well, 6 when one is not, 2 when none is configured.
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict
from typing import Any

import click

from chains.catalogue import networks
from config.nodes import PREFIX, nodes_from_env
from recovery.cli import WRONG_INPUT, complain
from recovery.cli.chains import UNKNOWN, configured_nodes

WELL = ("agrees", "alone")


@click.command("nodes")
@click.option("--network", "slug", help="Look only at the nodes of this network.")
@click.option("--timeout", default=10.0, show_default=True, type=click.FloatRange(0.1, 600), help="Seconds in all.")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object.")
def nodes_command(slug: str | None, timeout: float, as_json: bool) -> int:
    """Ask every configured node about a well-known transaction: height, lag, latency, agreement, errors."""
    from chains.looking import look

    nodes = {name: members for name, members in configured_nodes(os.environ).items() if slug in (None, name)}
    for name in sorted(nodes_from_env(os.environ).keys() - networks().keys()):
        click.echo(f"recovery: {PREFIX}{name.upper().replace('-', '_')} names no network", err=True)
    if not nodes:
        return complain("no_node", "no node is configured (RECOVERY_NODES_<SLUG>)", as_json=as_json) or WRONG_INPUT
    looks = look({networks()[name]: members for name, members in nodes.items()}, timeout=timeout)
    if as_json:
        click.echo(json.dumps({"nodes": [_row(asdict(one)) for one in looks]}, ensure_ascii=False, indent=2))
    else:
        wide = max(32, *(len(one.node) for one in looks))
        click.echo(f"{'network':<18} {'node':<{wide}} {'state':<12} {'height':>12} {'lag':>6} {'latency':>9}  trouble")
        for one in looks:
            height, lag = ("-" if value is None else str(value) for value in (one.height, one.lag))
            latency = "-" if one.latency is None else f"{one.latency * 1000:.0f} ms"
            said = one.last_trouble or ", ".join(one.warnings)
            click.echo(
                f"{one.network:<18} {one.node:<{wide}} {one.state:<12} {height:>12} {lag:>6} {latency:>9}  {said}"
            )
    return 0 if all(one.state in WELL for one in looks) else UNKNOWN


def _row(look: dict[str, Any]) -> dict[str, Any]:
    """``latency`` in whole milliseconds: no fraction leaves this program."""
    latency = look.pop("latency")
    return look | {"latency_ms": None if latency is None else round(latency * 1000)}
