"""``recovery ledger``: the trial balance, the postings of a case, and closing a month, two people at least."""

from __future__ import annotations

import json
from datetime import datetime

import click

from recovery.cli._database import opened_database
from recovery.cli._moments import Moment
from recovery.cli.audit import OPERATOR
from recovery.domain.months import month_name
from recovery.queries.cases import find_case
from recovery.queries.ledger import balances, postings_of, statement_rows, trial_balances, unbalanced
from recovery.queries.people import actor_by_email
from recovery.schemas.ledger import STATEMENT, TRIAL, trial_rows, written
from recovery.services import advances, ledger

csv_option = click.option("--csv", "as_csv", is_flag=True, help="Comma-separated values, safe for spreadsheets.")
json_option = click.option("--json", "as_json", is_flag=True, help="One JSON object.")


@click.group("ledger")
def ledger_command() -> None:
    """Show what the books hold, and close months."""


@ledger_command.command("trial-balance")
@click.option("--at", type=Moment(), help="What was posted before this moment; everything without it.")
@csv_option
@json_option
@click.pass_context
def trial_balance(context: click.Context, at: datetime | None, as_csv: bool, as_json: bool) -> None:
    """Every account of every asset; exit 1 when debits and credits of one differ."""
    with opened_database() as database, database.reading() as session:
        held = balances(session, at)
    trials, wrong = trial_balances(held), unbalanced(held)
    if as_csv:
        click.echo(written(TRIAL, trial_rows(trials)), nl=False)
    elif as_json:
        click.echo(json.dumps({"balanced": not wrong, "accounts": trial_rows(trials)}))
    else:
        for one in trials:
            click.echo(f"{one.network} {one.asset}")
            for line in one.lines:
                click.echo(f"  {line.account} {line.name:<28} {line.debit or '':>32} {line.credit or '':>32}")
            click.echo(f"  {'':<33} {one.debit:>32} {one.credit:>32}")
    context.exit(1 if wrong else 0)


@ledger_command.command("statement")
@click.argument("ref")
@csv_option
@json_option
def statement(ref: str, as_csv: bool, as_json: bool) -> None:
    """Every posting of the case REF."""
    with opened_database() as database, database.reading() as session:
        rows = statement_rows(postings_of(session, find_case(session, OPERATOR, ref).id))
    if as_csv:
        click.echo(written(STATEMENT, rows), nl=False)
    elif as_json:
        click.echo(json.dumps({"case": ref, "postings": rows}))
    else:
        for row in rows:
            click.echo(
                f"{row['at']}  {row['kind']:<18} {row['debit_name']} ← {row['credit_name']}  "
                f"{row['amount']} {row['asset']}"
            )


@ledger_command.command("close")
@click.argument("month")
@click.option("--by", "email", required=True, help="The e-mail address of who proposes or closes.")
@click.option("--digest", help="Close with the balances of this digest, which somebody else proposed.")
@json_option
def close(month: str, email: str, digest: str | None, as_json: bool) -> None:
    """Propose to close MONTH (like 2026-10), or with --digest close it; nothing is posted into it afterwards."""
    with opened_database() as database, database.unit_of_work() as session:
        actor = actor_by_email(session, email)
        if digest is None:
            period = ledger.propose_close(session, actor, month)
        else:
            period = ledger.close(session, actor, ledger.proposal_of(session, month, digest).id, digest)
        told = {
            "month": month_name(period.starts_at),
            "digest": period.digest,
            "accounts": len(period.trial),
            "reconciled": period.reconciled,
            "closed": period.closed_at is not None,
        }
    if as_json:
        click.echo(json.dumps(told))
    elif told["closed"]:
        click.echo(f"{told['month']} is closed")
    else:
        click.echo(
            f"{told['month']}: {told['accounts']} balances; somebody else closes it with --digest {told['digest']}"
        )


@ledger_command.command("advance-limit")
@click.argument("network")
@click.argument("asset")
@click.option("--by", "email", required=True, help="The e-mail address of who proposes or approves.")
@click.option("--per-case", type=int, help="Base units that may be advanced for one case.")
@click.option("--in-total", type=int, help="Base units of all advances that are open together.")
@click.option("--approve", "number", type=int, help="Put this version in force, which somebody else proposed.")
@json_option
def advance_limit(
    network: str,
    asset: str,
    email: str,
    per_case: int | None,
    in_total: int | None,
    number: int | None,
    as_json: bool,
) -> None:
    """Propose how much own funds may advance in ASSET of NETWORK, or with --approve put a version in force."""
    with opened_database() as database, database.unit_of_work() as session:
        actor = actor_by_email(session, email)
        if number is not None:
            limit = advances.approve_limit(session, actor, network, asset, number)
        elif per_case is not None and in_total is not None:
            limit = advances.propose_limit(session, actor, network, asset, per_case=per_case, in_total=in_total)
        else:
            raise click.UsageError("give --per-case and --in-total, or --approve")
        told = {"version": limit.number, "per_case": str(limit.per_case), "in_total": str(limit.in_total)}
        in_force = limit.approved_at is not None
    if as_json:
        click.echo(json.dumps(told | {"in_force": in_force}))
    else:
        click.echo(f"version {told['version']} {'is in force' if in_force else 'waits for somebody else'}")
