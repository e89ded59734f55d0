"""What nodes said, kept word for word; what follows from it; and the move the case makes because of it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from chains.catalogue import network as find_network
from chains.neighbours import Near, Suggestions
from chains.replacement import Remains, Replacement
from chains.survey import Surveyed, SurveyOrder
from chains.survey_json import survey_to_json
from chains.surveyed import Survey
from chains.transaction_json import to_json
from chains.types import Answer, Reading, Status, Transaction
from recovery.domain.accounting import Entry
from recovery.domain.actor import SYSTEM
from recovery.domain.books import LegHistory
from recovery.domain.books_json import books_to_json
from recovery.domain.causes.claim_checks import credited_to_another
from recovery.domain.causes.finding import Check, Finding, Says, leg_to_json
from recovery.domain.causes.transaction_checks import names_too_little
from recovery.domain.diagnosis import RULES_VERSION
from recovery.domain.ids import new_id
from recovery.domain.parking import WHY_OF_CAUSE
from recovery.domain.screening import Gate, Question
from recovery.models import AssetProbe, Diagnosis, Evidence, RecoveryCase
from recovery.queries.book_history import still_open
from recovery.queries.books import Asking, read_books
from recovery.queries.clock import database_now
from recovery.queries.custody import paying_us
from recovery.queries.facts import holder_of
from recovery.queries.ownership import asked_before
from recovery.queries.policies import policy_in_force
from recovery.queries.screening import questions_about
from recovery.services import claims, disputes, fraud, merging, parking, screening, verdicts
from recovery.services.screening import Asked
from recovery.services.sightings import note_sighting, what_remains
from recovery.services.transitions import advance, lock
from recovery.services.verdicts import Verdict
from workflows.playbooks import move_for
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


@dataclass(frozen=True)
class Look:
    """What the nodes were asked and said in one look at a case.

    ``unasked`` are networks the hash could be on that have no node; who reads "not found" is told. ``surveyed`` is what was
    asked beside the decisive transaction, ``replacement`` what became of one that had waited and is gone, ``suggestions``
    what may have been meant, ``screened`` what a screening tool was asked of the senders.
    """

    readings: Sequence[Reading]
    sandbox: bool
    unasked: Sequence[str] = ()
    surveyed: Surveyed = field(default_factory=lambda: Surveyed(Survey()))
    replacement: Replacement | None = None
    suggestions: Suggestions = field(default_factory=Suggestions)
    screened: Asked = field(default_factory=Asked)


@dataclass(frozen=True)
class Wanted:
    """What must still be asked before a look can be concluded: beside a transaction, or after one that is gone."""

    network: str
    hash: str
    order: SurveyOrder | None = None
    remains: Remains | None = None
    near: Near | None = None


def still_wanted(session: Session, case: RecoveryCase, readings: Sequence[Reading], *, sandbox: bool) -> Wanted | None:
    """What the nodes of the decisive network must be asked beside the transaction; ``None`` when nothing."""
    seen = [reading.transaction for reading in readings]
    tx = decisive(seen, ours=paying_us(session, seen))
    if tx is None:
        return None
    books = read_books(session, tx, _asking(case, seen), sandbox=sandbox)
    order = verdicts.wanted(tx, books)
    remains = what_remains(session, tx) if tx.status not in SHOWN else None
    near = None if order else verdicts.near(tx, books)
    return Wanted(tx.network, tx.hash, order, remains, near) if order or remains or near else None


def to_screen(session: Session, case: RecoveryCase, readings: Sequence[Reading]) -> tuple[Question, ...]:
    """Who sent what reached us in the decisive transaction, once it is final; not who was clear a short while ago."""
    seen = [reading.transaction for reading in readings]
    tx = decisive(seen, ours=paying_us(session, seen))
    if tx is None or not tx.final or tx.status is not Status.SUCCEEDED:
        return ()
    return screening.not_clear(session, case, questions_about(session, case, tx.network, tx.transfers))


def conclude_look(session: Session, case: RecoveryCase, look: Look) -> float | None:
    """Take what the nodes said: keep it, diagnose, move the case. Returns seconds until the next look, if one is due.

    Safe to run twice: a case that is no longer being looked at is left alone.
    """
    lock(session, case)
    if case.state not in LOOKING:
        return None
    if case.state == State.SUBMITTED:
        advance(session, SYSTEM, case, "start_check")
    case.looks += 1
    for reading in look.readings:
        tx = reading.transaction
        keep_answers(session, case, tx.network, tx.hash, reading.answers, purpose="transaction")
        note_sighting(session, reading)
    seen = [reading.transaction for reading in look.readings]
    tx_seen = decisive(seen, ours=paying_us(session, seen))
    if tx_seen is None:
        diagnosis = _write(session, case, None, _nothing_to_ask())
        advance(session, SYSTEM, case, "hold", data={"diagnosis": diagnosis.number})
        return None  # nothing would come of looking again: a person has to know of it
    keep_answers(session, case, tx_seen.network, tx_seen.hash, look.surveyed.answers, purpose="survey")
    if look.replacement is not None:
        keep_answers(session, case, tx_seen.network, tx_seen.hash, look.replacement.answers, purpose="replacement")
    keep_answers(session, case, tx_seen.network, tx_seen.hash, look.suggestions.answers, purpose="neighbours")
    screening.keep(session, case, Gate.INTAKE, look.screened)
    return _decide(session, case, tx_seen, seen, look)


def decisive(seen: Sequence[Transaction], *, ours: Collection[str] = ()) -> Transaction | None:
    """The transaction of the network that shows it; of several (a chain split, a replay) the one in ``ours``, which pays us.

    Not found counts only when every network asked said so, but for those that want more than the hash.
    """
    order = (*SHOWN, Status.UNKNOWN, Status.NOT_FOUND)

    def rank(tx: Transaction) -> tuple[bool, bool, int]:
        return tx.network not in ours, names_too_little(tx), order.index(tx.status)

    return min(seen, key=rank, default=None)


def _asking(case: RecoveryCase, seen: Sequence[Transaction], look: Look | None = None) -> Asking:
    gone = look.replacement if look else None
    return Asking(
        claimant=case.account,
        case_id=case.id,
        named_network=case.named_network,
        shown_on=tuple(tx.network for tx in seen if tx.status in SHOWN),
        replaced=gone.replaced if gone else None,
        replaced_by=gone.hash if gone else None,
        holders=verdicts.holders_of(look.surveyed.survey) if look else {},
    )


def _decide(
    session: Session, case: RecoveryCase, tx: Transaction, seen: Sequence[Transaction], look: Look
) -> float | None:
    survey = look.surveyed.survey
    suggested = still_open(session, case, tx.network, look.suggestions.hashes)
    asking = replace(_asking(case, seen, look), other_hashes=suggested)
    verdict = verdicts.judge(session, tx, asking, survey, policy_in_force(session), sandbox=look.sandbox)
    finding = verdict.finding
    if finding.cause == "A03" and look.unasked:
        others = Check("node_configured", Says.UNKNOWN, "no_node_for_some_candidates", ", ".join(look.unasked))
        finding = replace(finding, checks=(*finding.checks, others))
    if len(asking.shown_on) > 1:
        several = Check("found_on_one_network", Says.NO, "found_on_several", ", ".join(asking.shown_on))
        finding = replace(finding, checks=(*finding.checks, several))
    diagnosis = _write(session, case, replace(verdict, finding=finding), finding)
    case.cause = finding.cause
    if tx.status in SHOWN:
        case.network = tx.network
    return _move(session, case, diagnosis, replace(verdict, finding=finding))


def _move(session: Session, case: RecoveryCase, diagnosis: Diagnosis, verdict: Verdict) -> float | None:
    """The move that follows from the finding; seconds until the next look where it is to wait."""
    finding, tx = verdict.finding, verdict.transaction
    name = move_for(finding.cause, finding.outcome, linked=_is_linked(verdict))
    if finding.cause == "A03" and case.looks < LOOKS_BEFORE_NOT_FOUND:
        name = "wait_for_chain"
    if name == "wait_for_chain":
        return _wait(session, case)
    if name == "ask_proof" and asked_before(session, case):
        name = "hold"  # what was owed was shown, and it still cannot be decided by rule: a person does
    if name == "dispute" and _credited_to_another(verdict):
        name = "hold"  # nobody's case holds the leg, so there is nobody to dispute it with
    case.next_look_at = None
    if fraud.asks_for_a_person(session, case) and name == "propose_credit":
        name = "hold"
    data = {"diagnosis": diagnosis.number, "cause": finding.cause, "network": tx.network, "leg": finding.leg}
    leg = next((leg for leg in tx.transfers if leg.position == finding.leg), None)
    if name == "dispute" and leg is not None:
        disputed = disputes.open_dispute(session, case, tx, leg)
        return _wait(session, case) if disputed is None and case.state in LOOKING else None
    if name == "merge" and leg is not None:
        merging.merge(session, case, holder_of(session, tx, leg))
        return None
    if name == "park":
        parking.park(session, case, WHY_OF_CAUSE[finding.cause or ""], tx.network, leg, cost=_cost(tx), data=data)
        return None
    entries = _claim(session, case, tx, finding, name)
    advance(session, SYSTEM, case, name, data=data, entries=entries)
    return None


def _credited_to_another(verdict: Verdict) -> bool:
    """Whether the leg that decides was credited to somebody else."""
    past = verdict.books.legs.get(verdict.finding.leg or "", LegHistory())
    return not past.claimed_elsewhere and credited_to_another(past, verdict.books.claimant)


def _is_linked(verdict: Verdict) -> bool:
    """Whether an address of the transaction is one of the claimant's today."""
    own = set(verdict.books.claimant_addresses)
    return any(leg.recipient in own for leg in verdict.transaction.transfers)


def _cost(tx: Transaction) -> int | None:
    """What a transfer there costs, as the depositor's own did, in base units of the network's coin."""
    native = tx.fee is not None and tx.fee.asset == find_network(tx.network).native.asset
    return tx.fee.amount if native and tx.fee else None


def _claim(session: Session, case: RecoveryCase, tx: Transaction, finding: Finding, name: str) -> tuple[Entry, ...]:
    """A case that goes on because of a leg claims it first; the unique key decides between two at once."""
    if name not in ("find_unlisted", "propose_credit"):
        return ()
    leg = next(leg for leg in tx.transfers if leg.position == finding.leg)
    counted = next((one.amount for one in finding.legs if one.position == finding.leg), None)
    claim = claims.take_leg(session, case, tx, leg if counted is None else replace(leg, amount=counted))
    session.flush()
    return claims.found_entries(claim, case)


def _wait(session: Session, case: RecoveryCase) -> float:
    """Wait for the chain; an event only when the waiting begins."""
    seconds = seconds_until_next_look(case.looks)
    if case.state == State.CHECKING:
        advance(session, SYSTEM, case, "wait_for_chain", data={"cause": case.cause})
    case.next_look_at = database_now(session) + timedelta(seconds=seconds)
    return seconds


def _write(session: Session, case: RecoveryCase, verdict: Verdict | None, finding: Finding) -> Diagnosis:
    """A new diagnosis, or the last one again when nothing but the count of looks is new."""
    last = session.scalars(
        select(Diagnosis).where(Diagnosis.case_id == case.id).order_by(Diagnosis.number.desc()).limit(1)
    ).first()
    shown = to_json(verdict.transaction) if verdict else None
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
        legs=[leg_to_json(leg) for leg in finding.legs],
        checks=[asdict(check) | {"answer": str(check.answer)} for check in finding.checks],
        confidence=finding.confidence,
        unanswered=list(finding.unanswered),
        transaction=shown,
        books=books_to_json(verdict.books) if verdict else None,
        survey=survey_to_json(verdict.survey) if verdict else None,
        policy_version=verdict.policy.version if verdict else None,
    )
    session.add(diagnosis)
    session.flush()
    return diagnosis


def _nothing_to_ask() -> Finding:
    checks = (Check("node_configured", Says.UNKNOWN, "no_node_for_any_candidate"),)
    return Finding(None, ("WT",), (), (), (), checks, "unknown", None, ("node_configured",))


def write_probe(
    session: Session,
    case: RecoveryCase,
    *,
    problem: str | None,
    symbol: str | None,
    decimals: int | None,
    balance: int | None,
    network_cost: int | None,
    token_keeps: int | None = None,
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
            token_keeps=token_keeps,
        )
    )
