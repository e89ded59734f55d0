"""``recovery networks | identify | verify | address``: reading chains without a database.

Nodes come from ``RECOVERY_NODES_<SLUG>``. Exit status of ``verify``: 0 succeeded, 3 failed on chain, 4 pending or not yet
final, 5 not found, 6 unknown, 2 the input is not a transaction reference.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from typing import Any

import click

from chains.address import check_address
from chains.catalogue import as_json as as_row, network as network_of, networks, shown
from chains.errors import NotAReference, UnknownNetwork
from chains.identify import LONGEST, identify
from chains.nodes import node_table
from chains.twins import twins, valid_on
from chains.types import Identification, Network, Node, Reading, Status, Transaction
from config.nodes import PREFIX, nodes_from_env
from recovery.cli import complain

SUCCEEDED, FAILED, NOT_FINAL, NOT_FOUND, UNKNOWN = 0, 3, 4, 5, 6


def configured_nodes(environ: Mapping[str, str]) -> dict[str, tuple[Node, ...]]:
    """Nodes by slug, with ``RECOVERY_PUBLIC_NODES=1`` the public ones too.

    Raises :class:`click.ClickException` naming the variable, never its value.
    """
    try:
        return node_table(nodes_from_env(environ), public=environ.get("RECOVERY_PUBLIC_NODES") == "1")
    except ValueError as error:
        slug, _, problem = str(error).partition(": ")
        raise click.ClickException(f"{PREFIX}{slug.upper().replace('-', '_')}: {problem}") from None


def _print(value: Any) -> None:
    click.echo(json.dumps(value, ensure_ascii=False, indent=2))


@click.command("networks")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON list.")
def networks_command(as_json: bool) -> int:
    """List the networks this installation can read."""
    nodes = configured_nodes(os.environ)
    rows = shown(nodes)
    if as_json:
        _print([as_row(row, len(nodes.get(row.slug, ()))) for row in rows])
        return 0
    for row in rows:
        asked = f"{len(nodes[row.slug])} node(s)" if row.slug in nodes else "no node"
        claim = f"; claims: {row.claim_page}" if row.claim_page else ""
        click.echo(f"{row.slug:<18} {row.id:<42} {row.recoverability:<12} {asked:<10} {row.name}{claim}")
    return 0


@click.command("identify")
@click.argument("text")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object.")
def identify_command(text: str, as_json: bool) -> int:
    """Tell what TEXT (a hash, a link, a sentence with either; - reads standard input) may be. Asks no node."""
    seen = _identified(text, configured_nodes(os.environ))
    if as_json:
        _print({"hash": seen.hash, "candidates": list(seen.candidates), "reason": seen.reason})
    elif seen.hash is None:
        click.echo(f"not a transaction reference: {seen.reason}")
    else:
        click.echo(f"{seen.hash}\n{', '.join(seen.candidates)} ({seen.reason})")
    return 0


def _identified(text: str, nodes: Mapping[str, tuple[Node, ...]]) -> Identification:
    if text == "-":
        text = sys.stdin.read(LONGEST + 1)
    seen = identify(text)
    known = {row.slug for row in shown(nodes)}
    return Identification(seen.hash, tuple(slug for slug in seen.candidates if slug in known), seen.reason)


@click.command("address")
@click.argument("slug")
@click.argument("address")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object.")
def address_command(slug: str, address: str, as_json: bool) -> int:
    """Check ADDRESS on the network SLUG and write it in its canonical form, and in that of networks where its key has another."""
    try:
        row = network_of(slug)
    except UnknownNetwork as error:
        return complain(error.code, f"no network named {slug[:64]!r}", as_json=as_json)
    seen = check_address(row, address)
    same_key = twins(row, address)
    elsewhere = () if seen.valid else valid_on(address)
    if as_json:
        _print(
            {
                "valid": seen.valid,
                "normalised": seen.normalised,
                "kind": seen.kind,
                "memo": seen.memo,
                "reason": seen.reason,
                "twins": [{"network": twin.network, "address": twin.address} for twin in same_key],
                "valid_on": list(elsewhere),
            }
        )
        return 0
    click.echo(seen.normalised if seen.valid else f"not an address of {row.name}: {seen.reason}")
    if elsewhere:
        click.echo(f"an address of {', '.join(elsewhere)}")
    for twin in same_key:
        click.echo(f"  its twin on {twin.network}: {twin.address}")
    return 0


@click.command("verify")
@click.argument("hash")
@click.option("--network", "slug", help="Ask only this network.")
@click.option("--timeout", default=20.0, show_default=True, type=click.FloatRange(0.1, 600), help="Seconds in all.")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object.")
def verify_command(hash: str, slug: str | None, timeout: float, as_json: bool) -> int:
    """Ask the configured nodes what became of the transaction HASH (a hash or an explorer's link)."""
    from chains.verify import probe, verify

    nodes = configured_nodes(os.environ)
    seen = _identified(hash, nodes)
    if seen.hash is None:
        return complain("not_a_reference", f"not a transaction reference: {seen.reason}", as_json=as_json)
    if slug is not None:
        try:
            row = network_of(slug)
            reading = verify(row, seen.hash, nodes.get(slug, ()), timeout=timeout)
        except UnknownNetwork as error:
            return complain(error.code, f"no network named {slug[:64]!r}", as_json=as_json)
        except NotAReference as error:
            return complain(error.code, f"{seen.hash} is no transaction hash of {slug}", as_json=as_json)
        return _answer_one(reading.transaction, as_json)
    rows = {networks()[name]: nodes[name] for name in seen.candidates if name in nodes}
    readings = probe(seen.hash, rows, timeout=timeout)
    return _answer_all(seen, [row.slug for row in rows], readings, as_json)


def exit_status(transaction: Transaction) -> int:
    """The exit status one transaction deserves: what is not final is 4, also when it looks failed so far."""
    match transaction.status:
        case Status.UNKNOWN:
            return UNKNOWN
        case Status.NOT_FOUND:
            return NOT_FOUND
        case Status.PENDING:
            return NOT_FINAL
    if not transaction.final:
        return NOT_FINAL
    return SUCCEEDED if transaction.status is Status.SUCCEEDED else FAILED


def _answer_one(transaction: Transaction, as_json: bool) -> int:
    from chains.transaction_json import to_json

    if as_json:
        _print(to_json(transaction))
    else:
        _describe(transaction)
    if transaction.status is Status.UNKNOWN:
        reasons = ", ".join(transaction.warnings) or "no reason given"
        past = _past(network_of(transaction.network))
        click.echo(f"recovery: {transaction.network}: cannot tell: {reasons}{past}", err=True)
    return exit_status(transaction)


def _past(row: Network) -> str:
    """What there is to say of a network that is no more; nothing of the others."""
    claim = f", what lies on it can only be claimed: {row.claim_page}" if row.claim_page else ""
    return f"; shut down on {row.retired.isoformat()}{claim}" if row.retired else ""


def _answer_all(seen: Identification, asked: list[str], readings: list[Reading], as_json: bool) -> int:
    from chains.transaction_json import search_to_json

    told = [reading.transaction for reading in readings]
    found = [t for t in told if t.status not in (Status.UNKNOWN, Status.NOT_FOUND)]
    unclear = [t for t in told if t.status is Status.UNKNOWN]
    without_node = [name for name in seen.candidates if name not in asked]
    if as_json:
        _print(search_to_json(told, without_node))
    else:
        for transaction in found or told:
            _describe(transaction)
        click.echo(f"asked: {', '.join(asked) or 'nobody'}; without a node: {', '.join(without_node) or 'none'}")
    if not asked:
        past = _past(networks()[seen.candidates[0]]) if len(seen.candidates) == 1 else ""
        click.echo(f"recovery: no candidate network has a node (RECOVERY_NODES_<SLUG>){past}", err=True)
        return UNKNOWN
    if found:
        codes = {exit_status(transaction) for transaction in found}
        return codes.pop() if len(codes) == 1 else UNKNOWN
    if unclear:
        click.echo(f"recovery: cannot tell on {', '.join(t.network for t in unclear)}", err=True)
        return UNKNOWN
    return NOT_FOUND


def _describe(transaction: Transaction) -> None:
    """A short form for people; amounts in base units, because decimals may be unknown."""
    depth = f"{transaction.confirmations}/{transaction.confirmations_required} confirmations"
    final = "final" if transaction.final else "not final"
    click.echo(f"{transaction.network} {transaction.hash}: {transaction.status.value}, {final}, {depth}")
    if transaction.failure:
        click.echo(f"  failure: {transaction.failure}")
    for leg in transaction.transfers:
        what = leg.symbol or leg.asset
        number = f" #{leg.token_id}" if leg.token_id is not None else ""
        parties = f"{leg.sender or 'minted'} -> {leg.recipient or 'burnt'}"
        click.echo(f"  {leg.position:<12} {leg.kind.value:<8} {leg.amount} base units of {what}{number}  {parties}")
    for warning in transaction.warnings:
        click.echo(f"  warning: {warning}")
