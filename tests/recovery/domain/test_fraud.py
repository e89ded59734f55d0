"""Signs of fraud: each vector is reached by what it is about, and not by what only comes near."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from recovery.domain import screening_texts
from recovery.domain.fraud import HOLDS, LIMITS, STRONG, Approval, FraudFacts, Signal, score, signals

NOON = datetime(2025, 6, 4, 12, tzinfo=UTC)  # a Wednesday
PLAIN = FraudFacts(opened_at=NOON)
SECONDS = timedelta(seconds=1)


def approval(at: datetime = NOON, after: timedelta = timedelta(minutes=9)) -> Approval:
    return Approval("Wanda", "wallet", at, after)


STRANGER = {"linked": False, "paid_at": NOON - timedelta(minutes=3)}
TABLE: list[tuple[str, str, dict[str, Any], dict[str, Any]]] = [
    ("V1", "filed_within_minutes", STRANGER, STRANGER | {"paid_at": NOON - LIMITS.filed_within - SECONDS}),
    ("V1", "filed_within_minutes", STRANGER, STRANGER | {"linked": True}),
    ("V1", "filed_within_minutes", STRANGER, STRANGER | {"paid_at": NOON + SECONDS}),
    ("V1", "many_claims_a_day", {"cases_in_day": 10}, {"cases_in_day": 9}),
    ("V1", "second_claimant", {"second_claimant": True}, {}),
    ("V2", "destination_shared", {"others_paid_there": 1}, {}),
    (
        "V3",
        "security_changed",
        {"security_changed_at": NOON - LIMITS.security_rest},
        {"security_changed_at": NOON - LIMITS.security_rest - SECONDS},
    ),
    ("V4", "same_amount_settled", {"settled_before": ("0xaa",)}, {}),
    ("V5", "log_without_effect", {"without_effect": ("log:1",)}, {}),
    ("V5", "log_without_effect", {"findings": frozenset({"A10"})}, {"findings": frozenset({"A11"})}),
    (
        "V5",
        "partial_payment",
        {"warnings": frozenset({"partial_payment"})},
        {"warnings": frozenset({"several_senders"})},
    ),
    ("V5", "unbound_token", {"warnings": frozenset({"false_jetton_wallet"})}, {"warnings": frozenset()}),
    ("V6", "look_alike_token", {"findings": frozenset({"D04"})}, {"findings": frozenset({"D05"})}),
    (
        "V6",
        "no_price_by_contract",
        {"unlisted_token": "0xcc", "priced": False},
        {"unlisted_token": "0xcc", "priced": True},
    ),
    ("V7", "look_alike_address", {"look_alike_addresses": ("0xab",)}, {}),
    ("V7", "zero_value", {"zero_value_legs": ("log:0",)}, {}),
    (
        "V8",
        "source_is_a_contract",
        {"source": "0xab", "source_asked": True, "source_code": True},
        {"source": "0xab", "source_asked": True, "source_code": False},
    ),
    ("V8", "source_code_unknown", {"source": "0xab", "source_asked": True}, {"source": "0xab"}),
    ("V9", "refund_to_a_pool", {"source_platform": "Exchange"}, {}),
    (
        "V10",
        "many_appeals",
        {"cases_in_month": 30, "unlisted_in_month": 1},
        {"cases_in_month": 30, "unlisted_in_month": 0},
    ),
    ("V13", "self_link", {"staff_with_account": ("Sam",)}, {}),
    ("V13", "pair_of_approvers", {"pair_share": (18, 20)}, {"pair_share": (17, 20)}),
    ("V13", "pair_of_approvers", {"pair_share": (20, 20)}, {"pair_share": (19, 19)}),
    (
        "V13",
        "off_hours",
        {"approvals": (approval(NOON.replace(hour=22)),)},
        {"approvals": (approval(NOON.replace(hour=21)),)},
    ),
    ("V13", "off_hours", {"approvals": (approval(NOON + timedelta(days=3)),)}, {"approvals": (approval(),)}),
    (
        "V14",
        "approved_in_seconds",
        {"approvals": (approval(after=19 * SECONDS),)},
        {"approvals": (approval(after=20 * SECONDS),)},
    ),
    ("V14", "approved_in_bulk", {"most_in_an_hour": 30}, {"most_in_an_hour": 29}),
    ("V15", "proofs_failed", {"failed_proofs": 3}, {"failed_proofs": 2}),
    ("V15", "proof_used_again", {"reused_proofs": 1}, {}),
    ("V16", "test_transfer_by_another", {"foreign_transfers": 1}, {}),
    (
        "V17",
        "hostile_upload",
        {"uploads": (("a.PDF.exe ", "application/pdf"),)},
        {"uploads": (("a.pdf", "application/pdf"),)},
    ),
    ("V17", "hostile_upload", {"uploads": (("=1+1.csv", "text/csv"),)}, {"uploads": (("1+1=2.csv", "text/csv"),)}),
    (
        "V17",
        "hostile_upload",
        {"uploads": (("a\u202egpj.txt", "text/plain"),)},
        {"uploads": (("ä.jpg", "image/jpeg"),)},
    ),
    ("V17", "hostile_upload", {"uploads": (("a", "image/svg+xml"),)}, {"uploads": (("a", "image/png"),)}),
    (
        "V18",
        "split_below_threshold",
        {"threshold": 100, "claimed_amount": 60, "small_claims": (40,)},
        {"threshold": 100, "claimed_amount": 60, "small_claims": (39,)},
    ),
    (
        "V18",
        "split_below_threshold",
        {"threshold": 100, "claimed_amount": 60, "small_claims": (40,)},
        {"threshold": 100, "claimed_amount": 60, "small_claims": (100,)},
    ),
    (
        "V18",
        "split_below_threshold",
        {"threshold": 100, "claimed_amount": 99, "small_claims": (1,)},
        {"threshold": 100, "claimed_amount": 100, "small_claims": (1,)},
    ),
    ("V19", "many_negative_answers", {"declined_in_week": 5}, {"declined_in_week": 4}),
    ("V20", "many_hashes_an_hour", {"cases_in_hour": 20}, {"cases_in_hour": 19}),
]


def found(**values: Any) -> set[tuple[str, str]]:
    return {(signal.code, signal.reason) for signal in signals(replace(PLAIN, **values))}


@pytest.mark.parametrize(("code", "reason", "reach", "near"), TABLE)
def test_each_vector_is_reached_and_nearly_missed(
    code: str, reason: str, reach: dict[str, Any], near: dict[str, Any]
) -> None:
    assert (code, reason) in found(**reach)
    assert (code, reason) not in found(**near)


def test_an_ordinary_case_shows_nothing() -> None:
    assert signals(PLAIN) == ()


def test_every_vector_but_those_outside_our_data_has_a_row_and_every_reason_a_sentence() -> None:
    assert {code for code, *_ in TABLE} == {f"V{number}" for number in range(1, 21)} - {"V11", "V12"}
    assert {reason for _, reason, *_ in TABLE} == set(screening_texts.SIGNALS)


def test_only_a_strong_sign_of_a_named_vector_asks_for_a_person() -> None:
    every = [Signal(f"V{number}", strength, "x", {}) for number in range(1, 21) for strength in (1, 2, 3)]
    assert {signal.code for signal in every if signal.holds} == HOLDS
    assert all(signal.strength == STRONG for signal in every if signal.holds)


def test_the_score_orders() -> None:
    weak = signals(replace(PLAIN, zero_value_legs=("log:0",)))
    strong = signals(replace(PLAIN, staff_with_account=("Sam",)))
    assert 0 == score(()) < score(weak) < score(strong)


def test_a_second_claimant_is_worse_without_a_link() -> None:
    with_link = signals(replace(PLAIN, second_claimant=True))
    without = signals(replace(PLAIN, second_claimant=True, linked=False))
    assert [signal.holds for signal in (*with_link, *without)] == [False, True]
