"""From frozen facts to one cause: ordered tables of small pure checks, each answering yes, no or unknown.

The transaction is judged first (there? final? did it happen?), then each leg to an address of ours: what became of it
before, whose it is, which asset, how much, how delivered, in which state we are ourselves. The first yes names the cause. A
check that would decide but cannot know ends the search with no cause: *unknown waits*. What would move money is then held
against screening and holds. The codes are those of the cause catalogue; the policy of the day says what follows from them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from chains.surveyed import Survey
from chains.types import Network, Transaction, Transfer
from recovery.domain.books import Books
from recovery.domain.capability import proven, unmet_conditions
from recovery.domain.cause_policy import Policy
from recovery.domain.causes import amount_checks, beside, claim_checks, platform_checks
from recovery.domain.causes.elsewhere_checks import ELSEWHERE_RULES
from recovery.domain.causes.finding import Check, Finding, LegFinding, Says
from recovery.domain.causes.leg_rules import HOLD_RULES, LEG_RULES, obstacle
from recovery.domain.causes.situation import LegSituation, Situation
from recovery.domain.causes.transaction_checks import TRANSACTION_RULES
from recovery.domain.causes.whose import whose

RULES_VERSION = "2026-12"
MOVES_MONEY = frozenset({"CR", "RF", "SW"})


@dataclass(frozen=True)
class _Decided:
    """One leg with its cause, what follows, and the questions asked."""

    now: LegSituation
    cause: str | None
    outcome: tuple[str, ...]
    also: tuple[str, ...]
    checks: tuple[Check, ...]


def diagnose(tx: Transaction, network: Network, books: Books, survey: Survey, policy: Policy) -> Finding:
    """The finding for a transaction as seen from our books. Pure: the same facts give the same finding for ever."""
    now = Situation(tx, network, books, survey, policy)
    settled = _settled_without_a_node(now)
    if settled is not None:
        return settled
    trace: list[Check] = []
    for code, rule in TRANSACTION_RULES:
        check = rule(now)
        trace.append(check)
        if check.answer is Says.UNKNOWN:
            return _of_transaction(now, None, trace)
        if check.answer is Says.YES:
            return _of_transaction(now, code, trace)
    legs = legs_to_us(now)
    if not legs:
        return _elsewhere(now, trace)
    return _of_legs(now, [_decide(leg) for leg in legs], trace)


def legs_to_us(now: Situation) -> list[LegSituation]:
    """The legs whose destination some row of the address book knows, of whatever time or network."""
    memos = now.network.memo != "none"
    found = ((leg, whose(now.tx, leg, now.books, _paid(now, leg), memos=memos)) for leg in now.tx.transfers)
    return [LegSituation(now, leg, owner) for leg, owner in found if owner is not None]


def _paid(now: Situation, leg: Transfer) -> str | None:
    """The address that was paid; of a token account that was taken for a wallet, its owner."""
    return now.survey.holders.get(leg.recipient or "") or leg.recipient


def _settled_without_a_node(now: Situation) -> Finding | None:
    """H01 and H02 from our own books while no node can show the transaction, and A06 while it is confirming."""
    if now.tx.final:
        return None
    rows = now.books.credits.values()
    mine = any(claim_checks.is_mine(past, now.books.claimant) for past in rows)
    paid = any(past.refunded for past in rows)
    if not mine and not paid:
        return None
    code = "A06" if mine and now.tx.block is not None else "H01" if mine else "H02"
    name = "refund_in_the_books" if code == "H02" else "credit_in_the_books"
    check = Check("already_settled", Says.YES, name, now.tx.hash)
    return _of_transaction(now, code, [check])


def _of_transaction(now: Situation, code: str | None, trace: Sequence[Check]) -> Finding:
    return Finding(
        cause=code,
        outcome=now.policy.outcome(code),
        findings=beside.of_transaction(now, code),
        conditions=("privacy_coin_proof",) if code == "D16" else (),
        legs=(),
        checks=tuple(trace),
        confidence="unknown" if code is None else "certain",
        leg=None,
        unanswered=_unanswered(trace),
    )


def _elsewhere(now: Situation, trace: list[Check]) -> Finding:
    for code, rule in ELSEWHERE_RULES:
        check = rule(now)
        trace.append(check)
        if check.answer is not Says.NO:
            return _of_transaction(now, code if check.answer is Says.YES else None, trace)
    raise AssertionError("the last rule always answers yes")


def _decide(leg: LegSituation) -> _Decided:
    checks: list[Check] = []
    for code, rule in LEG_RULES:
        check = rule(leg)
        checks.append(check)
        if check.answer is Says.UNKNOWN:
            return _Decided(leg, None, leg.all.policy.outcome(None), (), tuple(checks))
        if check.answer is Says.YES:
            outcome, also = _steps(code, leg)
            return _held(_Decided(leg, code, outcome, also, tuple(checks)))
    raise AssertionError("the last rule always answers yes")


NEEDS_PROOF = frozenset({"B01", "B02", "B11", "H05", "H12"})
"""Causes that end in a question until somebody proved that the payment was theirs."""

BY_ASSET = frozenset({"C01", "C07", "B09", "H09", "D12", "D18", "B06", "E04"})
"""Causes whose outcome is a credit only where the asset may be credited."""


def _steps(code: str, leg: LegSituation) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What follows from the cause here, and the codes that stood in the way of a credit."""
    policy = leg.all.policy
    steps = policy.outcome(code)
    if code == "H09" and leg.books.claimant not in (None, leg.whose.account):
        return ("RJ",), ()
    if code == "E01":
        return {"accumulate": ("WT",), "credit": ("CR",), "refuse": ("RJ",)}[policy.parameters.below_minimum], ()
    if code == "D06" and leg.listed:
        steps = ("CR",)
    if code in ("E04", "B06") and not leg.whose.account and not proven(code, leg):
        return ("AM",), ()
    if code in NEEDS_PROOF:
        if not proven(code, leg):
            return steps, ()
        steps = ("CR",) if leg.whose.owner.kind == "shared" else ("RF",)
    if code in BY_ASSET and code != "B06":
        steps = ("CR",)
    if "CR" not in steps:
        return steps, ()
    hindered = obstacle(leg, beside_=code)
    if hindered is None:
        return steps, ()
    return _instead(hindered, leg), (hindered,)


def _instead(code: str, leg: LegSituation) -> tuple[str, ...]:
    """The outcome of what stands in the way of a credit."""
    if code == "E01":
        return _steps(code, leg)[0]
    return ("SW", "RF") if code in BY_ASSET else leg.all.policy.outcome(code)


def _held(decided: _Decided) -> _Decided:
    """What would move money waits for screening and stops at holds; a refusal, a wait or a closure is let through."""
    decided = _worth_it(decided)
    if not MOVES_MONEY.intersection(decided.outcome):
        return decided
    checks = list(decided.checks)
    for code, rule in HOLD_RULES:
        if code == "H11" and "RF" not in decided.outcome:
            continue
        check = rule(decided.now)
        checks.append(check)
        if check.answer is Says.UNKNOWN:
            return replace(decided, cause=None, outcome=decided.now.all.policy.outcome(None), checks=tuple(checks))
        if check.answer is Says.YES:
            return _turned(replace(decided, checks=tuple(checks[:-1])), code, check)
    decided = replace(decided, checks=tuple(checks))
    closed = platform_checks.closed_account(decided.now)
    return _turned(decided, "B10", closed) if "CR" in decided.outcome and closed.answer is Says.YES else decided


def _worth_it(decided: _Decided) -> _Decided:
    """E02 where the coins would have to be swept and a price by contract shows that they are worth less than that."""
    if "SW" not in decided.outcome:
        return decided
    check = amount_checks.below_cost(decided.now)
    if check.answer is Says.YES:
        return _turned(decided, "E02", check)
    return replace(decided, checks=(*decided.checks, check))


def _turned(decided: _Decided, code: str, check: Check) -> _Decided:
    """Another cause takes the place of the one found, which stays true beside it."""
    return replace(
        decided,
        cause=code,
        outcome=decided.now.all.policy.outcome(code),
        also=(*((decided.cause,) if decided.cause else ()), *decided.also),
        checks=(*decided.checks, check),
    )


CLOSED = frozenset({"H01", "H02", "H03", "A11", "B17", "G08", "H07"})
"""Causes of a leg on which nothing more is to be done."""


def _rank(one: _Decided) -> tuple[bool, bool]:
    """The claimant's own open leg decides; without a claimant the first open one."""
    claimant = one.now.books.claimant
    mine = claimant is None or claimant == one.now.whose.account or not one.now.whose.account
    return not mine, one.cause in CLOSED


def _of_legs(now: Situation, decided: Sequence[_Decided], trace: Sequence[Check]) -> Finding:
    first = min(decided, key=_rank)
    others = [one.cause for one in decided if one.cause not in (None, first.cause)]
    findings = (*others, *first.also, *beside.of_leg(first.now, first.cause))
    checks = (*trace, *first.checks)
    conditions = unmet_conditions(first.cause, first.outcome, first.now) if first.cause else ()
    return Finding(
        cause=first.cause,
        outcome=first.outcome,
        findings=tuple(dict.fromkeys(code for code in findings if code and code != first.cause)),
        conditions=conditions,
        legs=tuple(_leg(one) for one in decided),
        checks=checks,
        confidence="unknown" if first.cause is None else beside.confidence(first.now, first.cause),
        leg=first.now.leg.position,
        unanswered=_unanswered(checks),
    )


def _leg(one: _Decided) -> LegFinding:
    arrived = one.now.arrived
    return LegFinding(one.now.leg.position, one.cause, one.outcome, arrived if arrived != one.now.leg.amount else None)


def _unanswered(checks: Sequence[Check]) -> tuple[str, ...]:
    return tuple(check.name for check in checks if check.answer is Says.UNKNOWN)
