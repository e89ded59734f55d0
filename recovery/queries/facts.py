"""The snapshot of a case its guards look at, and who made which move before."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from chains.types import Transaction, Transfer
from recovery.domain.destination import FRESH_FOR, Verdict
from recovery.domain.settlement import steps_of, stored_step
from recovery.domain.sign_off_rules import STAGES
from recovery.domain.standing import Standing
from recovery.models import (
    Account,
    Advance,
    AssetProbe,
    CaseEvent,
    Claim,
    Contest,
    Correction,
    Credit,
    CreditIntent,
    Dispute,
    DisputeParty,
    ListedAsset,
    OwnedAddress,
    Plan,
    PlanCase,
    PlanStep,
    Posting,
    Quote,
    RecoveryCase,
)
from recovery.queries import destinations
from recovery.queries.batches import membership
from recovery.queries.clock import database_now
from recovery.queries.custody import LABELS, is_seen_by_two
from recovery.queries.ledger import reversed_legs
from recovery.queries.ownership import suffices
from recovery.queries.plan_members import part_of
from recovery.queries.screening import is_clear, questions_of
from recovery.queries.sign_offs import credit_standing, credit_teams_left, standing_of
from workflows.corrections import AT_REST
from workflows.facts import Facts
from workflows.machine import Workflow
from workflows.states import State
from workflows.unlisted_token import UNLISTED_TOKEN

KIND_OF_STATE = {
    State.PLANNING_ADVANCE: "refund",
    State.PLANNING_SWEEP: "sweep",
    State.SWEEP_SIGN_OFF: "sweep",
    State.SWEEPING: "sweep",
    State.SWEEP_ON_HOLD: "sweep",
    State.SWEPT: "refund",
    State.REFUND_SIGN_OFF: "refund",
    State.PAYING: "refund",
    State.REFUND_ON_HOLD: "refund",
}
"""Which plan a state is about."""


def open_claim(session: Session, case_id: uuid.UUID) -> Claim | None:
    """The transfer leg the case holds, if it holds one."""
    return session.scalars(select(Claim).where(Claim.case_id == case_id, Claim.released_at.is_(None))).first()


def holder_of(session: Session, tx: Transaction, leg: Transfer) -> RecoveryCase:
    """The case that holds the leg now. Raises NoResultFound when none does."""
    held = select(RecoveryCase).join(Claim, Claim.case_id == RecoveryCase.id)
    return session.scalars(
        held.where(
            Claim.network == tx.network,
            Claim.hash == tx.claim_hash(leg),
            Claim.position == leg.position,
            Claim.released_at.is_(None),
        )
    ).one()


def latest_probe(session: Session, case_id: uuid.UUID) -> AssetProbe | None:
    """The last look at the token by the database's clock, if there was one; row ids carry the clocks of hosts."""
    return session.scalars(
        select(AssetProbe)
        .where(AssetProbe.case_id == case_id)
        .order_by(AssetProbe.at.desc(), AssetProbe.id.desc())
        .limit(1)
    ).first()


def latest_quote(session: Session, case_id: uuid.UUID) -> Quote | None:
    """The last quote of the case, whatever became of it."""
    return session.scalars(select(Quote).where(Quote.case_id == case_id).order_by(Quote.number.desc()).limit(1)).first()


def current_plan(session: Session, case_id: uuid.UUID, kind: str) -> Plan | None:
    """The one plan of that kind that serves the case or has served it."""
    part = part_of(session, case_id, kind)
    return None if part is None else session.get_one(Plan, part.plan_id, populate_existing=True)


def listed_asset(session: Session, network: str, contract: str | None) -> ListedAsset | None:
    """The registry's row for an asset, whatever its state."""
    return session.scalars(
        select(ListedAsset).where(ListedAsset.network == network, ListedAsset.contract == (contract or ""))
    ).first()


def leg_credits(session: Session, network: str, hash: str, position: str) -> list[Credit]:
    """The credits the books show for a leg or for its whole transaction; more than one is one too many."""
    query = select(Credit).where(Credit.network == network, Credit.hash == hash, Credit.position.in_(("", position)))
    return list(session.scalars(query.order_by(Credit.position)))


def read_facts(session: Session, case: RecoveryCase) -> Facts:
    """What is true of the case now. Call it under the case's row lock when a move depends on it."""
    claim = open_claim(session, case.id)
    if claim is None:
        return Facts(proof_suffices=suffices(session, case), **_books(session, case), **_advance(session, case))
    probe = latest_probe(session, case.id)
    quote = latest_quote(session, case.id)
    expired = quote is not None and quote.expires_at <= database_now(session)
    kind = KIND_OF_STATE.get(State(case.state))
    plan = current_plan(session, case.id, kind) if kind else None
    signed = standing_of(session, plan) if plan is not None and plan.state == "drafted" else None
    asset = listed_asset(session, claim.network, claim.contract)
    credits = leg_credits(session, claim.network, claim.hash, claim.position)
    intents = set(
        session.scalars(
            select(CreditIntent.state).where(
                CreditIntent.case_id == case.id,
                CreditIntent.network == claim.network,
                CreditIntent.hash == claim.hash,
                CreditIntent.position == claim.position,
            )
        )
    )
    account = session.get(Account, case.account, populate_existing=True)
    contest = session.scalars(
        select(Contest).where(Contest.case_id == case.id).execution_options(populate_existing=True)
    ).first()
    return Facts(
        leg_claimed=True,
        probe_ok=probe is not None and probe.ok,
        quote_open=quote is not None and quote.state == "offered" and not expired,
        quote_expired=quote is not None and quote.state == "offered" and expired,
        quote_accepted=quote is not None and quote.state == "accepted",
        plan_current=plan is not None and plan.state == "drafted",
        **_sign_offs(signed),
        plan_released=plan is not None and plan.state in ("released", "recorded"),
        plan_recorded=plan is not None and plan.state in ("recorded", "confirmed"),
        plan_verified=plan is not None and kind is not None and _is_verified(session, case.id, kind, plan),
        credit_confirmed=bool(credits),
        intent_open="open" in intents,
        intent_confirmed="confirmed" in intents,
        asset_listed=asset is not None and asset.state == "listed",
        account_blocked=account is not None and account.state != "active",
        plan_addresses_hold=plan is not None and _addresses_hold(session, plan),
        proof_suffices=suffices(session, case),
        dispute_open=open_dispute_of(session, case.id) is not None,
        sweep_done=_is_swept(session, case.id),
        screening_clear=_is_screened(session, case, claim),
        **_books(session, case),
        **_advance(session, case),
        **_destination(session, case, claim, plan),
        credit_endorsed=case.state == State.CREDIT_SIGN_OFF
        and not credit_teams_left(credit_standing(session, case, claim)),
        contested=contest is not None,
        contest_open=contest is not None and contest.answered_at is None,
        batched=membership(session, case.id) is not None,
    )


def accepted_quote(session: Session, case_id: uuid.UUID) -> Quote | None:
    """The quote the depositor accepted."""
    return session.scalars(select(Quote).where(Quote.case_id == case_id, Quote.state == "accepted")).first()


def live_advance(session: Session, case_id: uuid.UUID) -> Advance | None:
    """The advance of a case that was approved and neither dropped nor paid back nor written off."""
    query = select(Advance).where(Advance.case_id == case_id, Advance.state.in_(("approved", "paid")))
    return session.scalars(query.execution_options(populate_existing=True)).first()


def _advance(session: Session, case: RecoveryCase) -> dict[str, bool]:
    """Whether own funds pay or paid this case, whatever became of its leg."""
    live = live_advance(session, case.id) if case.workflow == UNLISTED_TOKEN.name else None
    if live is None:
        return {}
    return {
        "advance_approved": live.state == "approved",
        "advance_paid": live.state == "paid",
        "write_off_proposed": live.write_off_by is not None,
    }


def _books(session: Session, case: RecoveryCase) -> dict[str, bool]:
    """What a correction of the books depends on, where one is possible."""
    if case.state not in AT_REST:
        return {}
    booked = select(Posting.id).where(Posting.case_id == case.id).limit(1)
    proposed = select(Correction.id).where(Correction.case_id == case.id, Correction.state == "proposed").limit(1)
    return {
        "booked": session.scalar(booked) is not None,
        "correction_proposed": session.scalar(proposed) is not None,
        "sending_corrected": any(
            str(case.round) in reversed_legs(session, case.id, kind) for kind in ("sweep_sent", "refund_sent")
        ),
    }


def _sign_offs(signed: Standing | None) -> dict[str, bool]:
    """Who has approved a draft, and whose turn it is."""
    if signed is None:
        return {}
    return {
        **{f"{team}_signed": team in signed.done for team in STAGES},
        **{f"{team}_due": team in signed.due for team in STAGES},
        "glass_open": signed.requirement.break_glass and not signed.complete,
        "glass_broken": signed.broken,
    }


SCREENED_IN = frozenset(
    {
        State.CREDIT_SIGN_OFF,
        State.PLANNING_SWEEP,
        State.SWEEP_SIGN_OFF,
        State.SWEPT,
        State.REFUND_SIGN_OFF,
        State.PLANNING_ADVANCE,
    }
)
"""Where a gate comes next; elsewhere nobody asks."""


def _is_screened(session: Session, case: RecoveryCase, claim: Claim) -> bool:
    """Whether everybody to whom or from whom value of the case goes is clear by now."""
    if case.state not in SCREENED_IN:
        return False
    now = database_now(session)
    return all(is_clear(session, case.id, one.subject, now) for one in questions_of(session, case, claim))


BOUND_IN = frozenset({*KIND_OF_STATE, State.ACCEPTED})
"""Where a destination binds and value has not arrived there yet."""

PAID_FROM = frozenset({State.SWEPT, State.REFUND_SIGN_OFF})
"""Where a refund is planned and released."""


def _destination(session: Session, case: RecoveryCase, claim: Claim, plan: Plan | None) -> dict[str, bool]:
    """Whether the refund may be paid to where it is bound, as far as the state asks."""
    if case.state not in BOUND_IN:
        return {}
    found, now = destinations.bound(session, case), database_now(session)
    if case.state not in PAID_FROM:
        return {"denial_open": found.denied}
    last = destinations.latest_check(session, case.id, claim, found.address or "")
    told = destinations.receiving_of(last)
    judged = destinations.judgement(session, case, claim, found.address or "", told)
    rest = destinations.rest_until(session, case, found)
    elsewhere = plan is not None and json.loads(plan.payload)["destination"] != found.address
    return {
        "denial_open": found.denied,
        "destination_safe": not found.problems and not elsewhere and judged.verdict is not Verdict.REFUSE,
        "destination_checked": judged.verdict in (Verdict.ALLOW, Verdict.CONFIRM)
        and last is not None
        and last.at > now - FRESH_FOR,
        "cooling_over": rest is None or rest <= now,
    }


def _addresses_hold(session: Session, plan: Plan) -> bool:
    """Whether the address book of now would still send value where the plan sends it.

    A sweep goes to a recovery wallet in use that two people know of, its gas comes from a tank in use; a refund leaves to an
    address not ours.
    """
    payload = json.loads(plan.payload)
    steps = steps_of(payload)
    named = {payload["destination"], *(step.sender for step in steps)}
    book = session.scalars(
        select(OwnedAddress)
        .where(OwnedAddress.network == plan.network, OwnedAddress.address.in_(named))
        .execution_options(populate_existing=True)
    ).all()
    if plan.kind == "refund":
        return all(row.address != payload["destination"] for row in book)
    own = [row for row in book if row.account == "" and row.valid_until is None]
    wallets = {row.address for row in own if row.kind == "hot" and row.label == LABELS["recovery"]}
    tanks = {row.address for row in own if row.kind == "gas_tank"}
    to = payload["destination"]
    if to not in wallets or not is_seen_by_two(session, plan.network, to):
        return False
    return all(step.sender in tanks for step in steps if step.purpose == "gas_top_up")


def open_dispute_of(session: Session, case_id: uuid.UUID) -> Dispute | None:
    """The open dispute the case is a party of, if there is one."""
    return session.scalars(
        select(Dispute)
        .join(DisputeParty, DisputeParty.dispute_id == Dispute.id)
        .where(DisputeParty.case_id == case_id, DisputeParty.left_at.is_(None), Dispute.settled_at.is_(None))
        .execution_options(populate_existing=True)
    ).first()


def _is_swept(session: Session, case_id: uuid.UUID) -> bool:
    """Whether the coins were collected for this case."""
    query = select(PlanCase.plan_id).where(
        PlanCase.case_id == case_id, PlanCase.kind == "sweep", PlanCase.state == "confirmed"
    )
    return session.scalar(query.limit(1)) is not None


def _is_verified(session: Session, case_id: uuid.UUID, kind: str, plan: Plan) -> bool:
    """Whether the case's part of the plan is confirmed and every step that served it is final."""
    part = part_of(session, case_id, kind)
    if part is None or part.state != "confirmed":
        return False
    rows = session.scalars(
        select(PlanStep).where(PlanStep.plan_id == plan.id).execution_options(populate_existing=True)
    ).all()
    serving = [row for row in rows if any(one.place == part.place for one in stored_step(row.unsigned).serves)]
    return bool(serving) and all(row.state == "final" for row in serving)


def read_makers(session: Session, case: RecoveryCase, table: Workflow) -> dict[str, set[uuid.UUID]]:
    """Who made which moves of this case, as far as separation of duties asks; the log itself is the source.

    Moves that count per round are forgotten when a new round starts.
    """
    wanted = {name for row in table.transitions for name in row.unlike}
    rounds = {row.name for row in table.transitions if row.starts_round}
    per_round = {row.name for row in table.transitions if row.in_round}
    events = session.execute(
        select(CaseEvent.seq, CaseEvent.name, CaseEvent.actor_id)
        .where(CaseEvent.case_id == case.id, CaseEvent.name.in_(wanted | rounds))
        .order_by(CaseEvent.seq)
    ).all()
    return makers_of(((seq, name, actor) for seq, name, actor in events), rounds, per_round)


def makers_of(
    events: Iterable[tuple[int, str, uuid.UUID]], rounds: set[str], per_round: set[str]
) -> dict[str, set[uuid.UUID]]:
    """Fold events into who made what; pure, so that the offline verifier and the tests can use it."""
    makers: dict[str, set[uuid.UUID]] = {}
    for _, name, actor in events:
        if name in rounds:
            for forgotten in per_round:
                makers.pop(forgotten, None)
        makers.setdefault(name, set()).add(actor)
    return makers
