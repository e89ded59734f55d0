"""What must be true of cases at every moment, whatever happened: the promises R1 to R13 as far as stored facts show them.

Each promise is a function over plain facts that gives a sentence for everything that is wrong. ``wrong`` asks all of them.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence

from recovery.domain.history import GENESIS, event_hash
from recovery.queries.cases import QUEUES
from tests.prove.facts import CaseFact, PlanFact
from tests.prove.reference import booked, expected
from workflows.states import State
from workflows.tables import WORKFLOWS
from workflows.unlisted_token import MAKERS

OUT = ("released", "recorded", "confirmed")
"""A plan that may move value, or did."""

LIVE = ("drafted", *OUT)
MUST_BE_NOTHING = ("1110", "1115", "2100", "2110")
"""Accounts of a closed case: in transit, unidentified, owed."""

BY_MACHINE: dict[str, tuple[str, ...]] = {
    "submitted": ("evidence.collect",),
    "planning_sweep": ("sweep.plan",),
    "swept": ("refund.plan",),
    "crediting": ("credit.deliver",),
    "quoted": ("quote.expire",),
}
"""States that a machine has to leave, and the job that does it (also a job that gave up: staff see it as stuck)."""


def pays_at_most_what_is_owed(cases: Sequence[CaseFact]) -> Iterator[str]:
    """R1: one payout a leg, of exactly the accepted net amount, to exactly the accepted destination."""
    for case in cases:
        quote, claim, ref = case.accepted, case.claim, case.row.ref
        refunds = [plan for plan in case.plans if plan.kind == "refund" and plan.state in OUT]
        if refunds and (quote is None or claim is None):
            yield f"{ref} pays out without an accepted quote or a leg"
        for plan in refunds:
            if quote is not None and (plan.amount, plan.destination) != (quote.net, quote.destination):
                yield f"{ref} pays {plan.amount} to {plan.destination}, not {quote.net} to {quote.destination}"
        by_us = any(event.name == "approve_credit" for event in case.events)  # not what the exchange does by itself
        paid = sum(plan.amount for plan in refunds) + sum(int(one.amount) for one in case.credits if by_us)
        if claim is not None and (refunds or case.row.state == "completed") and paid > claim.amount:
            yield f"{ref} over-pays: {paid} of {claim.amount}"
        for kind in ("sweep", "refund"):
            if len([plan for plan in case.plans if plan.kind == kind and plan.state in LIVE]) > 1:
                yield f"{ref} has two live plans of kind {kind}"
        booked_out = sum(int(row.amount) for row in case.postings if row.kind in ("refunded", "credited"))
        if booked_out > (0 if claim is None else quote.net if quote is not None else claim.amount):
            yield f"{ref} has booked {booked_out} as paid"


def one_holder_of_a_leg(cases: Sequence[CaseFact]) -> Iterator[str]:
    """R2: a transfer leg is held by one case, and paid out by one."""
    held = Counter(
        (one.network, one.hash, one.position) for case in cases for one in case.claims if not one.released_at
    )
    yield from (f"{leg} is held {times} times" for leg, times in held.items() if times > 1)
    for case in cases:
        if case.claim is None and any(plan.state in ("released", "recorded") for plan in case.plans):
            yield f"{case.row.ref} moves value of a leg it does not hold"


def every_step_once(cases: Sequence[CaseFact]) -> Iterator[str]:
    """R4: dense numbers, an unbroken chain of hashes, and no move that its table does not have."""
    for case in cases:
        ref, state, head = case.row.ref, None, GENESIS
        if [event.seq for event in case.events] != list(range(1, case.row.version + 1)):
            yield f"{ref} skips or repeats a number: {[event.seq for event in case.events]}"
        for event in case.events:
            if event.source != state:
                yield f"{ref}: {event.name} left {event.source}, but the case was {state}"
            if state is not None and not _in_table(event.name, state, event.target):
                yield f"{ref}: no table has {event.name} from {state} to {event.target}"
            if event.hash != event_hash(case.row.id, event.seq, head, event.body):
                yield f"{ref}: the history was rewritten at {event.name}"
            state, head = event.target, event.hash
        if head != case.row.head_hash:
            yield f"{ref}: the head is not that of its history"
        if case.events and state != case.row.state:
            yield f"{ref} is {case.row.state}, its history says {state}"


def _in_table(name: str, source: str, target: str) -> bool:
    rows = (table.row(State(source), name) for table in WORKFLOWS.values())
    return any(row is not None and row.target == target for row in rows)


def two_people_who_prepared_nothing(cases: Sequence[CaseFact]) -> Iterator[str]:
    """R7: what is released was approved by two people, of whom none prepared it, and who are not its depositor."""
    for case in cases:
        makers = {event.actor for event in case.events if event.name in MAKERS} | {case.row.depositor_id}
        for plan in case.plans:
            people = [person for _, person, _ in plan.approvals]
            if len(people) != len(set(people)):
                yield f"{case.row.ref}: somebody approved {plan.kind} twice"
            if set(people) & (makers | {plan.prepared_by}):
                yield f"{case.row.ref}: {plan.kind} was approved by somebody who prepared it"
            if plan.state in OUT and len(set(people)) < 2:
                yield f"{case.row.ref}: {plan.kind} is {plan.state} with {len(set(people))} approvals"
            said = Counter(
                event.actor
                for event in case.events
                if event.name.startswith(f"approve_{plan.kind}") and event.data.get("plan") == str(plan.id)
            )
            if said != Counter(people):
                yield f"{case.row.ref}: the history names other approvers of {plan.kind} than the sign-offs"


def approved_is_what_is_paid(cases: Sequence[CaseFact]) -> Iterator[str]:
    """R8: the digest is that of the payload, every approval is of that digest, and every step is one of the payload."""
    for case in cases:
        for plan in case.plans:
            if hashlib.sha256(plan.payload.encode()).hexdigest() != plan.digest:
                yield f"{case.row.ref}: the payload of {plan.kind} is not what its digest says"
            if any(digest != plan.digest for _, _, digest in plan.approvals):
                yield f"{case.row.ref}: an approval of {plan.kind} is of another payload"
            if (plan.state in OUT) != bool(plan.steps) and plan.state != "dead":
                yield f"{case.row.ref}: {plan.kind} is {plan.state} with {len(plan.steps)} steps"
            bad = [step.state for step in plan.steps if step.state not in _STEP_STATES[plan.state]]
            if bad:
                yield f"{case.row.ref}: {plan.kind} is {plan.state} with steps {bad}"


_STEP_STATES = {
    "drafted": (),
    "void": (),
    "released": ("waiting",),
    "recorded": ("signed", "final"),
    "confirmed": ("final",),
    "dead": ("final", "failed", "abandoned"),
}


def one_use_of_a_nonce(cases: Sequence[CaseFact]) -> Iterator[str]:
    """R1, on the chain's side: no two steps that could both be sent share a nonce."""
    live = Counter(
        (step.network, step.sender, step.nonce)
        for plan in _plans(cases)
        for step in plan.steps
        if step.state != "abandoned" and step.nonce is not None
    )
    yield from (f"nonce {nonce} is promised {times} times" for nonce, times in live.items() if times > 1)


def _plans(cases: Sequence[CaseFact]) -> list[PlanFact]:
    return list({plan.id: plan for case in cases for plan in case.plans}.values())


def books_are_right(cases: Sequence[CaseFact]) -> Iterator[str]:
    """R1 and R10, in the books: what the reference ledger says, and nothing left open in a closed case."""
    for case in cases:
        books = booked(case)
        if books != expected(case):
            more, less = books - expected(case), expected(case) - books
            yield f"{case.row.ref} ({case.row.state}): the books differ from the reference: {dict(more)}, {dict(less)}"
        if case.row.closed_at is not None:
            left = {key: held for key, held in books.items() if key[0] in MUST_BE_NOTHING}
            if left:
                yield f"{case.row.ref} is closed with {left}"


def one_quote_binds(cases: Sequence[CaseFact]) -> Iterator[str]:
    """One offer at a time, one acceptance for ever, before its end by the database's clock (R11)."""
    for case in cases:
        states = Counter(quote.state for quote in case.quotes)
        if states["accepted"] > 1 or states["offered"] > 1:
            yield f"{case.row.ref} has quotes {dict(states)}"
        if (states["offered"] == 1) != (case.row.state == "quoted"):
            yield f"{case.row.ref} is {case.row.state} with quotes {dict(states)}"
        for quote in case.quotes:
            if quote.accepted_at is not None and quote.accepted_at > quote.expires_at:
                yield f"{case.row.ref}: a quote was accepted after its end"
            if quote.gross != quote.fee + quote.network_cost + quote.net:
                yield f"{case.row.ref}: the lines of a quote do not add up"


def nobody_is_forgotten(cases: Sequence[CaseFact]) -> Iterator[str]:
    """R3, R5, R13: in exactly one queue or closed, and with a job in the database where a machine has to go on."""
    for case in cases:
        state, ref = case.row.state, case.row.ref
        queues = [queue for queue, states in QUEUES.items() if state in states]
        if len(queues) != (0 if case.row.closed_at is not None else 1):
            yield f"{ref} is {state} and in the queues {queues}"
        if (case.row.closed_at is not None) != (State(state) in WORKFLOWS[case.row.workflow].closed):
            yield f"{ref} is {state} and closed at {case.row.closed_at}"
        topics = BY_MACHINE.get(state, ())
        if state in ("sweeping", "paying") and any(plan.state == "recorded" for plan in case.plans):
            topics = ("plan.watch",)
        if topics and not any(job.topic in topics and job.state in ("due", "stuck") for job in case.jobs):
            yield f"{ref} is {state} and no job {topics} is left to do"


PROMISES: tuple[Callable[[Sequence[CaseFact]], Iterator[str]], ...] = (
    pays_at_most_what_is_owed,
    one_holder_of_a_leg,
    every_step_once,
    two_people_who_prepared_nothing,
    approved_is_what_is_paid,
    one_use_of_a_nonce,
    books_are_right,
    one_quote_binds,
    nobody_is_forgotten,
)


def wrong(cases: Sequence[CaseFact]) -> list[str]:
    """Everything that is not as it must be; empty when all is well."""
    return [sentence for promise in PROMISES for sentence in promise(cases)]


def overpaid(cases: Sequence[CaseFact]) -> list[str]:
    """Only what is about paying twice or too much."""
    return list(pays_at_most_what_is_owed(cases))
