"""What nodes said, kept word for word; what follows from it; and the move the case makes because of it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import asdict, replace
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from chains.catalogue import network as find_network
from chains.transaction_json import to_json
from chains.types import Answer, Reading, Status, Transaction
from recovery.domain.accounting import Entry
from recovery.domain.actor import SYSTEM
from recovery.domain.diagnosis import RULES_VERSION, Check, Finding, Says, diagnose, names_too_little
from recovery.domain.ids import new_id
from recovery.models import AssetProbe, Diagnosis, Evidence, RecoveryCase
from recovery.queries.custody import pays_us, read_books
from recovery.queries.facts import database_now
from recovery.services import claims
from recovery.services.transitions import advance, lock
from workflows.playbooks import PLAYBOOKS
from workflows.states import State

FIRST_WAIT = 2.0
LONGEST_WAIT = 600.0
LOOKS_BEFORE_NOT_FOUND = 4
"""A hash can be younger than what a node has heard of; only after this many looks is "not found" told."""

SHOWN = (Status.SUCCEEDED, Status.FAILED, Status.PENDING)
"""What a network says that knows the transaction."""

LOOKING = (State.SUBMITTED, State.CHECKING, State.WAITING_FOR_CHAIN)


def seconds_until_next_look(looks: int) -> float:
    """Quick at first, then ever slower, never more than ten minutes."""
    return min(LONGEST_WAIT, FIRST_WAIT * 1.5 ** min(looks, 20))


def keep_answers(
    session: Session, case: RecoveryCase, network: str, hash: str, answers: Sequence[Answer], *, purpose: str
) -> None:
    """Store verbatim answers; the very same words of the same question are kept once a case."""
    known = set(session.execute(select(Evidence.request, Evidence.sha256).where(Evidence.case_id == case.id)).all())
    for answer in answers:
        if (answer.request, answer.sha256) in known:
            continue
        session.add(
            Evidence(
                id=new_id(),
                case_id=case.id,
                look=case.looks,
                purpose=purpose,
                network=network,
                hash=hash,
                node=answer.node,
                interface=answer.interface,
                http_status=answer.status,
                request=answer.request,
                body=answer.body,
                sha256=answer.sha256,
                asked_at=answer.at,
            )
        )


def conclude_look(
    session: Session, case: RecoveryCase, readings: Sequence[Reading], *, sandbox: bool, unasked: Sequence[str] = ()
) -> float | None:
    """Take what the nodes said: keep it, diagnose, move the case. Returns seconds until the next look, if one is due.

    ``unasked`` are networks the hash could be on that have no node; who reads "not found" is told. Safe to run twice: a
    case that is no longer being looked at is left alone.
    """
    lock(session, case)
    if case.state not in LOOKING:
        return None
    if case.state == State.SUBMITTED:
        advance(session, SYSTEM, case, "start_check")
    case.looks += 1
    for reading in readings:
        tx = reading.transaction
        keep_answers(session, case, tx.network, tx.hash, reading.answers, purpose="transaction")
    seen = [reading.transaction for reading in readings]
    tx_seen = decisive(seen, ours={tx.network for tx in seen if pays_us(session, tx)})
    if tx_seen is None:
        diagnosis = _write(session, case, None, _nothing_to_ask())
        advance(session, SYSTEM, case, "hold", data={"diagnosis": diagnosis.number})
        return None  # nothing would come of looking again: a person has to know of it
    shown = [tx.network for tx in seen if tx.status in SHOWN]
    return _decide(session, case, tx_seen, sandbox=sandbox, unasked=unasked, shown=shown)


def decisive(seen: Sequence[Transaction], *, ours: Collection[str] = ()) -> Transaction | None:
    """The transaction of the network that shows it; of several (a chain split, a replay) the one in ``ours``, which pays us.

    Not found counts only when every network asked said so, but for those that want more than the hash.
    """
    order = (*SHOWN, Status.UNKNOWN, Status.NOT_FOUND)

    def rank(tx: Transaction) -> tuple[bool, bool, int]:
        return tx.network not in ours, names_too_little(tx), order.index(tx.status)

    return min(seen, key=rank, default=None)


def _decide(
    session: Session,
    case: RecoveryCase,
    tx: Transaction,
    *,
    sandbox: bool,
    unasked: Sequence[str],
    shown: Sequence[str],
) -> float | None:
    there = tx.status in SHOWN
    books = read_books(session, tx, claimant=case.account, case_id=case.id, sandbox=sandbox)
    finding = diagnose(tx, find_network(tx.network), books)
    if finding.cause == "A03" and unasked:
        others = Check("node_configured", Says.UNKNOWN, "no_node_for_some_candidates", ", ".join(unasked))
        finding = replace(finding, checks=(*finding.checks, others))
    if len(shown) > 1:
        several = Check("found_on_one_network", Says.NO, "found_on_several", ", ".join(shown))
        finding = replace(finding, checks=(*finding.checks, several))
    diagnosis = _write(session, case, tx, finding)
    case.cause = finding.cause
    if there:
        case.network = tx.network
    name = PLAYBOOKS[finding.cause].move
    if finding.cause == "A03" and case.looks < LOOKS_BEFORE_NOT_FOUND:
        name = "wait_for_chain"
    if name == "wait_for_chain":
        return _wait(session, case)
    case.next_look_at = None
    entries = _claim(session, case, tx, finding, name)
    data = {"diagnosis": diagnosis.number, "cause": finding.cause, "network": tx.network, "leg": finding.leg}
    advance(session, SYSTEM, case, name, data=data, entries=entries)
    return None


def _claim(session: Session, case: RecoveryCase, tx: Transaction, finding: Finding, name: str) -> tuple[Entry, ...]:
    """A case that goes on because of a leg claims it first; the unique key decides between two at once."""
    if name not in ("find_unlisted", "propose_credit"):
        return ()
    leg = next(leg for leg in tx.transfers if leg.position == finding.leg)
    claim = claims.take_leg(session, case, tx, leg)
    session.flush()
    return claims.found_entries(claim, case)


def _wait(session: Session, case: RecoveryCase) -> float:
    """Wait for the chain; an event only when the waiting begins."""
    seconds = seconds_until_next_look(case.looks)
    if case.state == State.CHECKING:
        advance(session, SYSTEM, case, "wait_for_chain", data={"cause": case.cause})
    case.next_look_at = database_now(session) + timedelta(seconds=seconds)
    return seconds


def _write(session: Session, case: RecoveryCase, tx: Transaction | None, finding: Finding) -> Diagnosis:
    """A new diagnosis, or the last one again when nothing but the count of looks is new."""
    last = session.scalars(
        select(Diagnosis).where(Diagnosis.case_id == case.id).order_by(Diagnosis.number.desc()).limit(1)
    ).first()
    shown = to_json(tx) if tx else None
    if last is not None and last.cause == finding.cause and last.transaction == shown:
        return last
    diagnosis = Diagnosis(
        id=new_id(),
        case_id=case.id,
        number=(last.number if last else 0) + 1,
        look=case.looks,
        rules_version=RULES_VERSION,
        cause=finding.cause,
        outcome=list(finding.outcome),
        findings=list(finding.findings),
        conditions=list(finding.conditions),
        legs=[asdict(leg) | {"outcome": list(leg.outcome)} for leg in finding.legs],
        checks=[asdict(check) | {"answer": str(check.answer)} for check in finding.checks],
        transaction=shown,
    )
    session.add(diagnosis)
    session.flush()
    return diagnosis


def _nothing_to_ask() -> Finding:
    checks = (Check("node_configured", Says.UNKNOWN, "no_node_for_any_candidate"),)
    return Finding(None, PLAYBOOKS[None].outcome, (), (), (), checks, "unknown", None)


def write_probe(
    session: Session,
    case: RecoveryCase,
    *,
    problem: str | None,
    symbol: str | None,
    decimals: int | None,
    balance: int | None,
    network_cost: int | None,
) -> None:
    """Keep what a look at the token and a trial of the sweep showed."""
    session.add(
        AssetProbe(
            id=new_id(),
            case_id=case.id,
            ok=problem is None,
            problem=problem,
            symbol=symbol,
            decimals=decimals,
            balance=balance,
            network_cost=network_cost,
        )
    )
