"""``recovery replay``: every stored verdict recomputed, and shown where it would be another one. Nothing is changed.

Exit status: 0 without differences, 3 with differences, 6 when there are none but some verdict could not be read.
"""

from __future__ import annotations

import json
import time
from datetime import datetime

import click

from recovery.cli._database import opened_database
from recovery.cli._moments import Moment
from recovery.cli._replaying import Order, replay
from recovery.db import Database
from recovery.domain.cause_rows import CODES, UNKNOWN
from recovery.domain.diagnosis import RULES_VERSION
from recovery.domain.replay import SOURCES, Difference, Tally
from recovery.queries.people import actor_by_email
from recovery.queries.policies import KINDS, newest_draft, policy_of
from recovery.queries.replay import Scope
from recovery.services.replay import keep_run

SAME, DIFFERENT, UNREADABLE = 0, 3, 6
OF_ITS_DAY, CANDIDATE = "own", "candidate"


class Rules(click.ParamType[str]):
    """``own``, ``candidate``, or the number of a version."""

    name = "VERSION"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The word, or the digits."""
        number = value.isascii() and value.isdigit() and len(value) < 10 and int(value) > 0
        if value not in (OF_ITS_DAY, CANDIDATE) and not number:
            self.fail(f"{value!r} is neither 'own' nor 'candidate' nor the number of a version", param, ctx)
        return value


@click.command("replay")
@click.option("--rules", type=Rules(), default=OF_ITS_DAY, show_default=True,
              help="own: the policy of each verdict's day; candidate: the newest draft; or a version.")  # fmt: skip
@click.option("--from", "source", type=click.Choice(SOURCES), default="evidence", show_default=True,
              help="evidence: decode the verbatim answers anew; stored: the transaction as it was read that day.")  # fmt: skip
@click.option("--since", type=Moment(), help="Only verdicts from this day or instant on.")
@click.option("--until", type=Moment(end=True), help="Only verdicts up to this day, or before this instant.")
@click.option("--network", help="Only verdicts about this network.")
@click.option("--cause", type=click.Choice([*CODES, UNKNOWN]), help="Only verdicts of this cause.")
@click.option("--limit", type=click.IntRange(min=1), help="At most so many verdicts.")
@click.option("--processes", type=click.IntRange(1, 64), default=2, show_default=True)
@click.option("--show", type=click.IntRange(min=0), default=1000, show_default=True, help="Name so many differences.")
@click.option("--diff-only", is_flag=True, help="Print nothing where nothing differs, and no progress.")
@click.option("--by", "email", help="Keep the result of a version under this e-mail address: activation asks for it.")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object.")
def replay_command(
    rules: str,
    source: str,
    since: datetime | None,
    until: datetime | None,
    network: str | None,
    cause: str | None,
    limit: int | None,
    processes: int,
    show: int,
    diff_only: bool,
    email: str | None,
    as_json: bool,
) -> int:
    """Recompute stored verdicts with today's decoder and rules, and a version of the policy."""
    if email is not None and rules == OF_ITS_DAY:
        raise click.UsageError("--by keeps the result of a version: name one with --rules")
    scope = Scope(since, until, network, cause, limit)
    with opened_database() as database:
        candidate = _candidate(database, rules, email)
        order = Order(scope, candidate, source, processes)
        began = time.monotonic()
        tally, differences = _run(database, order, show, talk=not as_json, quiet=diff_only)
        seconds = time.monotonic() - began
        if candidate is not None and email is not None:
            with database.unit_of_work() as session:
                actor = actor_by_email(session, email)
                keep_run(session, actor, candidate, tally, source=source, whole=scope.whole)
    _conclude(tally, differences, order, seconds, as_json=as_json, quiet=diff_only, kept=email is not None)
    if tally.differences:
        return DIFFERENT
    return UNREADABLE if tally.failed else SAME


def _candidate(database: Database, rules: str, email: str | None) -> int | None:
    """The version to replay with; whoever keeps the result is known before the work, not after it."""
    with database.reading() as session:
        if email is not None:
            actor_by_email(session, email)
        if rules == OF_ITS_DAY:
            return None
        version = newest_draft(session, KINDS["cause"]) if rules == CANDIDATE else int(rules)
        return policy_of(session, version).version


def _run(database: Database, order: Order, show: int, *, talk: bool, quiet: bool) -> tuple[Tally, list[Difference]]:
    """All batches added up. As text each difference is told when it is found; at most ``show`` are named."""
    tally, named = Tally(), list[Difference]()
    shown = 0
    for batch in replay(database, order):
        tally.add(batch.tally)
        for difference in batch.differences[: max(0, show - shown)]:
            shown += 1
            if talk:
                click.echo(_line(difference))
            else:
                named.append(difference)
        if talk and not quiet:
            click.echo(f"\r{tally.verdicts} verdicts", nl=False, err=True)
    if talk and not quiet:
        click.echo("", err=True)
    return tally, named


def _line(one: Difference) -> str:
    money = "  MONEY" if one.money else ""
    check = f"  [{one.check}]" if one.check else ""
    return f"{one.case}/{one.number}  {one.was} → {one.now}  ({', '.join(one.changed)}; {one.because}){check}{money}"


def _conclude(
    tally: Tally,
    differences: list[Difference],
    order: Order,
    seconds: float,
    *,
    as_json: bool,
    quiet: bool,
    kept: bool,
) -> None:
    rate = round(tally.verdicts / seconds) if seconds > 0 else 0
    if as_json:
        body = {
            "rules_version": RULES_VERSION,
            "policy": order.candidate,
            "from": order.source,
            "whole": order.scope.whole,
            **tally.as_json(),
            "seconds": round(seconds, 3),
            "verdicts_per_second": rate,
            "kept": kept,
            "diff": [one.as_json() for one in differences],
        }
        click.echo(json.dumps(body, ensure_ascii=False))
        return
    if quiet and not tally.differences and not tally.failed:
        return
    for pair in tally.summary():
        click.echo(f"{pair['count']:>8}  {pair['from']} → {pair['to']}")
    if len(tally.failed):
        click.echo(f"could not be read: {', '.join(tally.failed[:20])}", err=True)
    click.echo(
        f"{tally.verdicts} verdicts of {tally.cases} cases, {tally.differences} differ ({tally.money} about money), "
        f"{tally.lacking} without a snapshot, {tally.unproven} from the stored transaction, {len(tally.failed)} unreadable; "
        f"{seconds:.1f} s, {rate} a second"
    )
    if order.candidate is not None and not kept:
        click.echo("not kept: give --by E-MAIL to keep it for the activation", err=True)
