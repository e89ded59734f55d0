"""Signs of fraud of the vectors V1 to V20, from frozen facts of one case. Pure.

A sign is a reason for people to look, never a decision: the score orders a queue and does nothing else. Only the codes of
:data:`HOLDS` take the automatic step out of a case's way, so that a person goes on with it. V11 (pressure on the staff) and V12
(impostors outside) leave no trace in our data.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

WEAK, FAIR, STRONG = 1, 2, 3

HOLDS = frozenset({"V1", "V3", "V5", "V13", "V15", "V17"})
"""Codes of which a strong sign puts the case to a person before anything is credited."""


@dataclass(frozen=True)
class Signal:
    """One sign: the vector, how strong (1 to 3), why, and what it was seen by."""

    code: str
    strength: int
    reason: str
    evidence: Mapping[str, str]

    @property
    def holds(self) -> bool:
        """Whether a person must look before anything is credited."""
        return self.code in HOLDS and self.strength == STRONG


@dataclass(frozen=True)
class Limits:
    """From where on something is unusual."""

    filed_within: timedelta = timedelta(minutes=10)
    cases_in_day: int = 10
    cases_in_hour: int = 20
    cases_in_month: int = 30
    declined_in_week: int = 5
    security_rest: timedelta = timedelta(hours=72)
    failed_proofs: int = 3
    seconds_to_approve: int = 20
    approvals_in_hour: int = 30
    pair_of: int = 20
    pair_percent: int = 90
    day_begins: int = 5
    day_ends: int = 22


LIMITS = Limits()


@dataclass(frozen=True)
class Approval:
    """One approval of a plan of this case: who, for which team, when, and how long the plan had been there."""

    approver: str
    stage: str
    at: datetime
    after: timedelta


@dataclass(frozen=True)
class FraudFacts:
    """What is known around one case. Counts are of the claimant's account unless said otherwise; amounts are base units.

    ``linked``: the account owns the destination or proved source or destination. ``paid_at`` is the block's time.
    ``others_paid_there``: how many other accounts accepted a refund to the destination of this case. ``settled_before`` names
    other transactions credited or refunded to the account with the same asset and amount. ``without_effect``: legs that were
    written down while no balance moved. ``source_code``: whether the sender is a contract on this network, ``None`` not known;
    ``source_asked`` whether anybody looked. ``small_claims`` are the amounts of the account's other claims of the same asset
    within 30 days, ``threshold`` what one claim of it must stay below to need less.
    """

    opened_at: datetime
    paid_at: datetime | None = None
    linked: bool = True
    second_claimant: bool = False
    others_paid_there: int = 0
    security_changed_at: datetime | None = None
    settled_before: tuple[str, ...] = ()
    findings: frozenset[str] = frozenset()
    warnings: frozenset[str] = frozenset()
    without_effect: tuple[str, ...] = ()
    unlisted_token: str | None = None
    priced: bool = True
    look_alike_addresses: tuple[str, ...] = ()
    zero_value_legs: tuple[str, ...] = ()
    source: str | None = None
    source_asked: bool = False
    source_code: bool | None = None
    source_platform: str | None = None
    cases_in_month: int = 0
    unlisted_in_month: int = 0
    cases_in_day: int = 0
    cases_in_hour: int = 0
    declined_in_week: int = 0
    staff_with_account: tuple[str, ...] = ()
    approvals: tuple[Approval, ...] = ()
    pair_share: tuple[int, int] = (0, 0)
    most_in_an_hour: int = 0
    failed_proofs: int = 0
    reused_proofs: int = 0
    foreign_transfers: int = 0
    uploads: tuple[tuple[str, str], ...] = ()
    claimed_amount: int | None = None
    small_claims: tuple[int, ...] = ()
    threshold: int | None = None
    limits: Limits = LIMITS


def signals(facts: FraudFacts) -> tuple[Signal, ...]:
    """Every sign, in the order of the vectors."""
    return tuple(signal for rule in RULES for signal in rule(facts))


def score(found: tuple[Signal, ...]) -> int:
    """For ordering a list and nothing else."""
    return sum(signal.strength**2 for signal in found)


def somebody_elses_transaction(facts: FraudFacts) -> Iterator[Signal]:
    """V1: hashes are public. Quick filing tells only about somebody without any link to source or destination."""
    if facts.paid_at is not None and not facts.linked:
        waited = facts.opened_at - facts.paid_at
        if timedelta(0) <= waited <= facts.limits.filed_within:
            seconds = str(int(waited.total_seconds()))
            yield Signal("V1", STRONG, "filed_within_minutes", {"seconds": seconds})
    if facts.cases_in_day >= facts.limits.cases_in_day:
        yield Signal("V1", FAIR, "many_claims_a_day", {"cases": str(facts.cases_in_day)})
    if facts.second_claimant:
        yield Signal("V1", FAIR if facts.linked else STRONG, "second_claimant", {})


def refund_redirected(facts: FraudFacts) -> Iterator[Signal]:
    """V2: an accepted quote keeps its destination, so a thief's shows by how many accounts are paid to it."""
    if facts.others_paid_there:
        yield Signal("V2", FAIR, "destination_shared", {"accounts": str(facts.others_paid_there)})


def taken_over_account(facts: FraudFacts) -> Iterator[Signal]:
    """V3: whoever took an account over changes its locks first."""
    changed = facts.security_changed_at
    if changed is not None and abs(facts.opened_at - changed) <= facts.limits.security_rest:
        yield Signal("V3", STRONG, "security_changed", {"at": changed.isoformat()})


def paid_twice(facts: FraudFacts) -> Iterator[Signal]:
    """V4: the same asset and amount went to the account before, under another hash."""
    if facts.settled_before:
        yield Signal("V4", FAIR, "same_amount_settled", {"transactions": ", ".join(facts.settled_before[:5])})


PARTIAL = frozenset({"partial_payment"})
UNBOUND = frozenset({"false_jetton_wallet", "jetton_wallets_not_visible"})


def fake_deposit(facts: FraudFacts) -> Iterator[Signal]:
    """V5: the effect counts, not what a contract writes down."""
    if facts.without_effect or "A10" in facts.findings:
        legs = ", ".join(facts.without_effect[:5])
        yield Signal("V5", STRONG, "log_without_effect", {"legs": legs} if legs else {})
    if facts.warnings & PARTIAL or "E04" in facts.findings:
        yield Signal("V5", FAIR, "partial_payment", {})
    for warning in sorted(facts.warnings & UNBOUND):
        strength = STRONG if warning == "false_jetton_wallet" else WEAK
        yield Signal("V5", strength, "unbound_token", {"warning": warning})
        break


def worthless_token(facts: FraudFacts) -> Iterator[Signal]:
    """V6: a made-up price is of a made-up token."""
    if "D04" in facts.findings:
        yield Signal("V6", STRONG, "look_alike_token", {"contract": facts.unlisted_token or ""})
    elif facts.unlisted_token is not None and not facts.priced:
        yield Signal("V6", WEAK, "no_price_by_contract", {"contract": facts.unlisted_token})


def poisoned_address(facts: FraudFacts) -> Iterator[Signal]:
    """V7: dust from an address that looks like one's own, so that the wrong one is copied."""
    if facts.look_alike_addresses:
        yield Signal("V7", FAIR, "look_alike_address", {"address": facts.look_alike_addresses[0]})
    if facts.zero_value_legs:
        yield Signal("V7", WEAK, "zero_value", {"legs": ", ".join(facts.zero_value_legs[:5])})


def hijacked_source(facts: FraudFacts) -> Iterator[Signal]:
    """V8: a contract's address on another network can belong to whoever deploys there first."""
    if not facts.source_asked or facts.source is None:
        return
    if facts.source_code is None:
        yield Signal("V8", WEAK, "source_code_unknown", {"source": facts.source})
    elif facts.source_code:
        yield Signal("V8", FAIR, "source_is_a_contract", {"source": facts.source})


def pool_of_a_platform(facts: FraudFacts) -> Iterator[Signal]:
    """V9: back to the sender is into another platform's pool."""
    if facts.source_platform is not None:
        yield Signal("V9", FAIR, "refund_to_a_pool", {"platform": facts.source_platform})


def laundering_by_mistakes(facts: FraudFacts) -> Iterator[Signal]:
    """V10: mistakes that happen too often, with tokens nobody lists."""
    if facts.cases_in_month >= facts.limits.cases_in_month and facts.unlisted_in_month:
        evidence = {"cases": str(facts.cases_in_month), "unlisted": str(facts.unlisted_in_month)}
        yield Signal("V10", FAIR, "many_appeals", evidence)


def insider(facts: FraudFacts) -> Iterator[Signal]:
    """V13: staff who have the claimant's account, two who approve everything, approvals when nobody looks."""
    if facts.staff_with_account:
        yield Signal("V13", STRONG, "self_link", {"people": ", ".join(facts.staff_with_account[:5])})
    together, of_all = facts.pair_share
    if of_all >= facts.limits.pair_of and together * 100 >= of_all * facts.limits.pair_percent:
        yield Signal("V13", FAIR, "pair_of_approvers", {"together": str(together), "of": str(of_all)})
    late = [one for one in facts.approvals if _is_off_hours(one.at, facts.limits)]
    if late:
        yield Signal("V13", WEAK, "off_hours", {"approver": late[0].approver, "at": late[0].at.isoformat()})


def _is_off_hours(at: datetime, limits: Limits) -> bool:
    return at.weekday() >= 5 or not limits.day_begins <= at.hour < limits.day_ends


def tired_approvers(facts: FraudFacts) -> Iterator[Signal]:
    """V14: approvals faster than anybody reads."""
    fast = [one for one in facts.approvals if one.after < timedelta(seconds=facts.limits.seconds_to_approve)]
    if fast:
        evidence = {"approver": fast[0].approver, "seconds": str(int(fast[0].after.total_seconds()))}
        yield Signal("V14", FAIR, "approved_in_seconds", evidence)
    if facts.most_in_an_hour >= facts.limits.approvals_in_hour:
        yield Signal("V14", FAIR, "approved_in_bulk", {"approvals": str(facts.most_in_an_hour)})


def forged_proof(facts: FraudFacts) -> Iterator[Signal]:
    """V15: old signatures, wrong signatures, again and again."""
    if facts.reused_proofs:
        yield Signal("V15", STRONG, "proof_used_again", {"times": str(facts.reused_proofs)})
    if facts.failed_proofs >= facts.limits.failed_proofs:
        yield Signal("V15", FAIR, "proofs_failed", {"times": str(facts.failed_proofs)})


def borrowed_test_transfer(facts: FraudFacts) -> Iterator[Signal]:
    """V16: somebody else paid what was asked of the sender."""
    if facts.foreign_transfers:
        yield Signal("V16", STRONG, "test_transfer_by_another", {"times": str(facts.foreign_transfers)})


RUNS = (
    *(".app", ".bat", ".cmd", ".com", ".docm", ".exe", ".hta", ".htm", ".html", ".iso", ".jar", ".js", ".lnk", ".msi"),
    *(".pptm", ".ps1", ".scr", ".sh", ".svg", ".vbs", ".wsf", ".xlsm", ".xhtml"),
)
"""Endings of files that can run something where they are opened."""

RUNS_AS = ("application/x-", "text/html", "text/javascript", "application/javascript", "image/svg", "application/hta")
FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""How a cell begins that a spreadsheet takes for a formula."""


def hostile_upload(facts: FraudFacts) -> Iterator[Signal]:
    """V17: a file that runs, or a name that hides or computes something."""
    for name, kind in facts.uploads:
        hidden = not name.isprintable() or name.startswith(FORMULA) or "/" in name or "\\" in name
        if hidden or name.casefold().rstrip(" .").endswith(RUNS) or kind.casefold().startswith(RUNS_AS):
            shown = "".join(letter if letter.isprintable() else "?" for letter in name)[:80]
            yield Signal("V17", STRONG, "hostile_upload", {"name": shown, "kind": kind[:80]})
            return


def split_claims(facts: FraudFacts) -> Iterator[Signal]:
    """V18: what counts is the sum of 30 days."""
    least, own = facts.threshold, facts.claimed_amount
    if least is None or own is None or own >= least:
        return
    small = [amount for amount in facts.small_claims if amount < least]
    if small and own + sum(small) >= least:
        yield Signal(
            "V18", FAIR, "split_below_threshold", {"claims": str(len(small) + 1), "sum": str(own + sum(small))}
        )


def asked_as_an_oracle(facts: FraudFacts) -> Iterator[Signal]:
    """V19: many questions whose answer is no."""
    if facts.declined_in_week >= facts.limits.declined_in_week:
        yield Signal("V19", FAIR, "many_negative_answers", {"cases": str(facts.declined_in_week)})


def spam_of_hashes(facts: FraudFacts) -> Iterator[Signal]:
    """V20: every hash costs calls to nodes."""
    if facts.cases_in_hour >= facts.limits.cases_in_hour:
        yield Signal("V20", FAIR, "many_hashes_an_hour", {"cases": str(facts.cases_in_hour)})


RULES: tuple[Callable[[FraudFacts], Iterator[Signal]], ...] = (
    somebody_elses_transaction,
    refund_redirected,
    taken_over_account,
    paid_twice,
    fake_deposit,
    worthless_token,
    poisoned_address,
    hijacked_source,
    pool_of_a_platform,
    laundering_by_mistakes,
    insider,
    tired_approvers,
    forged_proof,
    borrowed_test_transfer,
    hostile_upload,
    split_claims,
    asked_as_an_oracle,
    spam_of_hashes,
)
