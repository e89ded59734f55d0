"""Replay: every verdict recomputed from its stored evidence, the snapshot of its day, and a policy; nothing is changed.

A difference is traced to what made it: today's decoder reads the same bytes otherwise, the rules are others, or the policy
is. The result of a candidate is kept (:func:`keep_run`), and the candidate comes into force only after that.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy.orm import Session

from chains.catalogue import network as find_network
from chains.redecode import read_again
from chains.survey_json import survey_from_json
from chains.transaction_json import from_json
from chains.types import Transaction
from recovery.domain.actor import Actor
from recovery.domain.books_json import books_from_json
from recovery.domain.cause_policy import Policy
from recovery.domain.causes.finding import leg_to_json
from recovery.domain.diagnosis import RULES_VERSION, diagnose
from recovery.domain.ids import new_id
from recovery.domain.replay import Difference, Tally, Verdict, changes, concerns_money, first_check, verdict_of
from recovery.errors import NotAllowed
from recovery.models import ReplayRun
from recovery.queries.policies import policy_of
from recovery.queries.replay import Key, Stored, Told, stored_verdicts, told
from recovery.services.policies import may_keep


@dataclass
class Batch:
    """What became of some verdicts."""

    tally: Tally = field(default_factory=Tally)
    differences: list[Difference] = field(default_factory=list)


def replay_batch(session: Session, keys: Sequence[Key], *, candidate: int | None, source: str) -> Batch:
    """Recompute these verdicts under ``candidate``, a version of the policy, or each under that of its day."""
    batch = Batch()
    answers: Mapping[Any, Any] = {}
    evidence = iter(told(session, sorted({case_id for case_id, _ in keys})) if source == "evidence" else ())
    following = next(evidence, None)
    for case_id, verdicts in stored_verdicts(session, keys):
        answers = {}
        while following is not None and following[0] <= case_id:
            answers = following[1] if following[0] == case_id else {}
            following = next(evidence, None)
        batch.tally.cases += 1
        for stored in verdicts:
            batch.tally.verdicts += 1
            _replay(session, stored, answers, candidate, source, batch)
    return batch


def _replay(
    session: Session,
    stored: Stored,
    answers: Mapping[tuple[str, str], Told],
    candidate: int | None,
    source: str,
    batch: Batch,
) -> None:
    if stored.transaction is None or stored.books is None or stored.survey is None:
        batch.tally.lacking += 1
        return
    own = policy_of(session, stored.policy_version)
    policy = own if candidate is None else policy_of(session, candidate)
    try:
        then = from_json(stored.transaction)
        tx = _read(stored, then, answers, batch.tally) if source == "evidence" else then
        now = recompute(stored, tx, policy)
        changed = changes(stored.verdict, now)
        if not changed:
            return
        because = _because(stored, then, tx, own, policy)
    except Exception as problem:  # noqa: BLE001 - a rule that breaks over one verdict is what a replay is to show
        batch.tally.failed.append(f"{stored.case}/{stored.number}: {type(problem).__name__}")
        return
    difference = Difference(
        case=stored.case,
        number=stored.number,
        was=stored.verdict.short,
        now=now.short,
        changed=changed,
        check=first_check(stored.verdict, now),
        because=because,
        money=concerns_money(stored.verdict, now),
    )
    batch.tally.note(difference)
    batch.differences.append(difference)


def recompute(stored: Stored, tx: Transaction, policy: Policy) -> Verdict:
    """The verdict of today's rules over the snapshot of that day: the one place that asks the diagnosis."""
    books, survey = books_from_json(stored.books or {}), survey_from_json(stored.survey or {})
    finding = diagnose(tx, find_network(tx.network), books, survey, policy)
    legs = [leg_to_json(leg) for leg in finding.legs]
    checks = ((check.name, check.answer) for check in finding.checks)
    return verdict_of(finding.cause, finding.outcome, finding.findings, finding.conditions, legs, checks)


def _read(stored: Stored, then: Transaction, answers: Mapping[tuple[str, str], Told], tally: Tally) -> Transaction:
    """The transaction as today's decoder reads it, or as it was read where the answers cannot be told apart."""
    kept = answers.get((then.network, then.hash))
    sources = (stored.transaction or {})["sources"]
    exact = kept.of_look(stored.look, sources) if kept is not None and sources else None
    if exact is None:
        tally.unproven += 1
        return then
    tx = read_again(find_network(then.network), then.hash, exact, asked=[source["node"] for source in sources])
    if replace(tx, sources=()) != replace(then, sources=()):
        tally.decoded_otherwise += 1
    return tx


def _because(stored: Stored, then: Transaction, tx: Transaction, own: Policy, policy: Policy) -> str:
    """What alone brings the verdict of that day back: the transaction as read then, or else the policy of its day."""
    if tx != then and not changes(stored.verdict, recompute(stored, then, policy)):
        return "decoder"
    if policy.version != own.version and not changes(stored.verdict, recompute(stored, tx, own)):
        return "policy"
    return "rules"


def keep_run(session: Session, actor: Actor, candidate: int, tally: Tally, *, source: str, whole: bool) -> ReplayRun:
    """Keep what a replay of a candidate showed, for whoever activates it. Raises NotAllowed."""
    if not may_keep(actor):
        raise NotAllowed("not_your_role")
    run = ReplayRun(
        id=new_id(),
        candidate=candidate,
        rules_version=RULES_VERSION,
        source=source,
        whole=whole,
        cases=tally.cases,
        verdicts=tally.verdicts,
        differences=tally.differences,
        money_differences=tally.money,
        failed=len(tally.failed),
        summary=tally.summary(),
        by=actor.id,
    )
    session.add(run)
    session.flush()
    return run
