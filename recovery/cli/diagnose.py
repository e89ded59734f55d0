"""``recovery diagnose``: one transaction against the current registries, without opening a case."""

from __future__ import annotations

import json
import os
from dataclasses import asdict
from typing import Any

import click

from chains.catalogue import network as network_of
from chains.errors import NotAReference, UnknownNetwork
from chains.identify import identify
from chains.transaction_json import to_json
from chains.types import Transaction
from chains.verify import verify
from config.settings import Settings
from recovery.cli import complain
from recovery.cli._database import opened_database
from recovery.cli.chains import configured_nodes
from recovery.domain.diagnosis import Finding, diagnose
from recovery.queries.custody import read_books
from workflows.playbooks import PLAYBOOKS

KNOWN, UNKNOWN, NO_REFERENCE = 0, 6, 2


@click.command("diagnose")
@click.argument("hash")
@click.option("--network", "slug", required=True, help="The network it is on.")
@click.option("--account", help="Who claims it; then no other account is named.")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object.")
def diagnose_command(hash: str, slug: str, account: str | None, as_json: bool) -> int:
    """Find the cause of the deposit HASH against the current registries; exit 0 with a cause, 6 when unknown."""
    try:
        row = network_of(slug)
    except UnknownNetwork as error:
        return complain(error.code, f"no network named {slug[:64]!r}", as_json=as_json)
    try:
        reading = verify(row, identify(hash).hash or hash, configured_nodes(os.environ).get(slug, ()))
    except NotAReference:
        return _not_a_reference(as_json)
    sandbox = Settings.from_env(services=False).sandbox or row.sandbox
    with opened_database() as database, database.reading() as session:
        books = read_books(session, reading.transaction, claimant=account, case_id=None, sandbox=sandbox)
    finding = diagnose(reading.transaction, row, books)
    _show(finding, reading.transaction, as_json)
    return KNOWN if finding.cause else UNKNOWN


def _not_a_reference(as_json: bool) -> int:
    playbook = PLAYBOOKS["A01"]
    empty = Finding("A01", playbook.outcome, (), (), (), (), "certain", None)
    _show(empty, None, as_json)
    return NO_REFERENCE


def _show(finding: Finding, tx: Transaction | None, as_json: bool) -> None:
    if not as_json:
        click.echo(f"{finding.cause or 'unknown'}: {', '.join(finding.outcome)}")
        return
    answer: dict[str, Any] = {
        "cause": finding.cause,
        "outcome": list(finding.outcome),
        "findings": list(finding.findings),
        "conditions": list(finding.conditions),
        "legs": [asdict(leg) | {"outcome": list(leg.outcome)} for leg in finding.legs],
        "checks": [asdict(check) | {"answer": str(check.answer)} for check in finding.checks],
        "confidence": finding.confidence,
        "transaction": to_json(tx) if tx else None,
    }
    click.echo(json.dumps(answer, ensure_ascii=False))
