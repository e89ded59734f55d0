"""``recovery diagnose``: one transaction against the current registries, without opening a case."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from typing import Any

import click

from chains.catalogue import network as find_network, networks
from chains.errors import NotAReference, UnknownNetwork
from chains.identify import identify
from chains.replacement import Replacement, find_replacement
from chains.survey import Surveyed, survey
from chains.surveyed import Survey
from chains.transaction_json import to_json
from chains.types import Identification, Network, Node, Reading, Status, Transaction
from chains.verify import probe, verify
from config.settings import Settings
from recovery.cli import complain
from recovery.cli._database import opened_database
from recovery.cli.chains import configured_nodes
from recovery.db import Database
from recovery.domain import chain_text, texts
from recovery.domain.cause_policy import BUILT_IN
from recovery.domain.causes.finding import Check, Finding, Says, leg_to_json
from recovery.domain.causes.transaction_checks import names_too_little
from recovery.domain.fraud import FraudFacts, signals
from recovery.queries.books import Asking, read_books
from recovery.queries.policies import policy_in_force
from recovery.services import verdicts
from recovery.services.sightings import note_sighting, what_remains
from recovery.services.verdicts import Verdict

KNOWN, UNKNOWN, NO_REFERENCE = 0, 6, 2
SHOWN = (Status.SUCCEEDED, Status.FAILED, Status.PENDING)
NO_HASH = {"test_network": "C10", "internal_transfer_id": "A03"}
"""What a text is that leads to no hash but says what happened; anything else is A01."""

Nodes = Mapping[str, Sequence[Node]]


@dataclass(frozen=True)
class Found:
    """The reading that decides, and every network that knows the hash."""

    reading: Reading
    shown_on: tuple[str, ...]


@click.command("diagnose")
@click.argument("hash")
@click.option("--network", "slug", required=True, help="The network it is said to be on.")
@click.option("--account", help="Who claims it; then no other account is named.")
@click.option("--amount", type=click.IntRange(min=0), help="The amount claimed, in base units.")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object.")
def diagnose_command(hash: str, slug: str, account: str | None, amount: int | None, as_json: bool) -> int:
    """Find the cause of the deposit HASH against the current registries; exit 0 with a cause, 6 when unknown."""
    try:
        row = find_network(slug)
    except UnknownNetwork as error:
        return complain(error.code, f"no network named {slug[:64]!r}", as_json=as_json)
    told = identify(hash)
    nodes = configured_nodes(os.environ)
    try:
        found = _look(row, hash, told, nodes)
    except NotAReference:
        return _not_a_reference(told, as_json)
    sandbox = Settings.from_env(services=False).sandbox or row.sandbox
    with opened_database() as database:
        verdict = _judge(database, found, nodes, Asking(account, None, slug, amount, found.shown_on), sandbox=sandbox)
    _show(verdict.finding, verdict.transaction, as_json)
    return _status(verdict.finding)


def _status(finding: Finding) -> int:
    """The exit status."""
    if finding.cause is None:
        return UNKNOWN
    return NO_REFERENCE if finding.cause == "A01" else KNOWN


def _look(row: Network, text: str, told: Identification, nodes: Nodes) -> Found:
    """The transaction on the network named, or on another one that has such hashes and shows it (A02)."""
    try:
        named = verify(row, told.hash or text, nodes.get(row.slug, ()))
    except NotAReference:
        named = None
    others = [networks()[slug] for slug in told.candidates if slug in nodes and slug != row.slug]
    if told.hash and others and (named is None or named.transaction.status not in SHOWN):
        readings = probe(told.hash, {other: nodes[other.slug] for other in others})
        shown = [reading for reading in readings if reading.transaction.status in SHOWN]
        if shown:
            return Found(shown[0], tuple(reading.transaction.network for reading in shown))
        named = readings[0] if named is None else _not_yet_absent(named, readings)
    if named is None:
        raise NotAReference(text[:80])
    return Found(named, (row.slug,) if named.transaction.status in SHOWN else ())


def _not_yet_absent(named: Reading, others: Sequence[Reading]) -> Reading:
    """``named``, whose "not found" counts only when every other network that could have the hash says so too (A03)."""
    silent = [
        one.transaction
        for one in others
        if one.transaction.status is Status.UNKNOWN and not names_too_little(one.transaction)
    ]
    if named.transaction.status is not Status.NOT_FOUND or not silent:
        return named
    warnings = (*named.transaction.warnings, *(code for one in silent for code in one.warnings))
    absent = replace(named.transaction, status=Status.UNKNOWN, warnings=tuple(dict.fromkeys(warnings)))
    return replace(named, transaction=absent)


def _judge(database: Database, found: Found, nodes: Nodes, asking: Asking, *, sandbox: bool) -> Verdict:
    """Read our books, ask the chain what else matters, decide; and keep what was seen of what is not final."""
    tx = found.reading.transaction
    network, asked = find_network(tx.network), nodes.get(tx.network, ())
    with database.reading() as session:
        order = verdicts.wanted(tx, read_books(session, tx, asking, sandbox=sandbox))
        remains = what_remains(session, tx) if tx.status not in SHOWN else None
    surveyed = survey(network, asked, order) if order else Surveyed(Survey())
    gone = find_replacement(network, asked, tx.hash, remains) if remains else Replacement(None)
    asking = replace(
        asking, replaced=gone.replaced, replaced_by=gone.hash, holders=verdicts.holders_of(surveyed.survey)
    )
    with database.unit_of_work() as session:
        note_sighting(session, found.reading)
        policy = policy_in_force(session)
        return verdicts.judge(session, tx, asking, surveyed.survey, policy, sandbox=sandbox)


def _not_a_reference(told: Identification, as_json: bool) -> int:
    cause = NO_HASH.get(told.reason, "A01")
    check = Check("reference_is_none", Says.YES, told.reason)
    finding = Finding(cause, BUILT_IN.outcome(cause), (), (), (), (check,), "certain", None)
    _show(finding, None, as_json)
    return _status(finding)


def _fraud(finding: Finding, tx: Transaction | None) -> list[str]:
    """Vectors of fraud that the transaction itself shows signs of, after the codes of causes."""
    codes = frozenset(one.cause for one in finding.legs if one.cause) | {finding.cause or "", *finding.findings}
    facts = FraudFacts(datetime.now(UTC), findings=codes, warnings=frozenset(tx.warnings if tx else ()))
    return list(dict.fromkeys(sign.code for sign in signals(facts)))


def _lines(finding: Finding, tx: Transaction | None) -> list[str]:
    """The finding for somebody at a terminal: the codes first, then what they mean and what decided or is missing."""
    title = texts.CAUSES.get(finding.cause or "", texts.UNKNOWN_CAUSE).title
    follows = " → ".join(texts.OUTCOMES[step] for step in finding.outcome)
    decided = [check for check in finding.checks if check.answer is Says.YES and check.name in texts.CHECKS][-1:]
    missing = [check for check in finding.checks if check.name in finding.unanswered]
    return [
        f"{finding.cause or 'unknown'}: {', '.join(finding.outcome)}",
        f"  {title}: {follows}",
        *(f"  on: {tx.network}, {tx.status}" for tx in (tx,) if tx is not None),
        *(f"  besides: {code} {texts.CAUSES[code].title}" for code in finding.findings if code in texts.CAUSES),
        *(f"  condition: {texts.CONDITIONS[name]}" for name in finding.conditions),
        *(f"  decided by: {_question(check)}" for check in decided if finding.cause),
        *(f"  not answered: {_question(check)}" for check in dict.fromkeys(missing)),
    ]


def _question(check: Check) -> str:
    """A check, what it was read from and what shows it."""
    shown = f", {chain_text.shown(check.evidence, 120)}" if check.evidence else ""
    return f"{texts.CHECKS.get(check.name, check.name)} ({texts.WHYS.get(check.why, check.why)}{shown})"


def _show(finding: Finding, tx: Transaction | None, as_json: bool) -> None:
    if not as_json:
        click.echo("\n".join(_lines(finding, tx)))
        return
    answer: dict[str, Any] = {
        "cause": finding.cause,
        "outcome": list(finding.outcome),
        "findings": [*finding.findings, *_fraud(finding, tx)],
        "conditions": list(finding.conditions),
        "legs": [leg_to_json(leg) for leg in finding.legs],
        "checks": [asdict(check) | {"answer": str(check.answer)} for check in finding.checks],
        "confidence": finding.confidence,
        "unanswered": list(finding.unanswered),
        "transaction": to_json(tx) if tx else None,
    }
    click.echo(json.dumps(answer, ensure_ascii=False))
