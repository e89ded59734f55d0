"""The table from events to postings: what is debited, what is credited, which amount, and which move carries it.

A rule is read as: when one of ``moves`` is made and this happened, these lines are posted. ``amount`` names a field of
:class:`recovery.domain.accounting.Amounts`, ``of`` whether it is in the claimed asset or in native coin. ``docs/ledger.md`` is
written from this table.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from recovery.domain.chart import (
    ADVANCES_RECEIVABLE,
    CUSTODY_DEPOSIT,
    CUSTOMER_BALANCES,
    FEE_INCOME,
    GAS_TANK,
    LOSS,
    NETWORK_COST,
    NETWORK_COST_INCOME,
    OWED_TO_OWN_FUNDS,
    OWN_FUNDS,
    PAYOUT_IN_TRANSIT,
    RECOVERY_WALLET,
    SUSPENSE,
    SWEEP_IN_TRANSIT,
    UNCLAIMED,
    USER_PAYABLE,
)


@dataclass(frozen=True)
class Line:
    """One posting. ``reverses``: the kind of the posting, of the same leg, whose exact mirror it is."""

    kind: str
    debit: str
    credit: str
    amount: str
    of: str = "asset"
    reverses: str | None = None


@dataclass(frozen=True)
class Rule:
    """What one event posts. ``says`` is for the documentation."""

    says: str
    moves: tuple[str, ...]
    lines: tuple[Line, ...]


LETTING_GO = (
    *("withdraw", "give_up", "turn_down", "refuse", "check_again", "merge", "lose_dispute"),
    *("settle_dispute", "free_dispute"),
)
"""Moves after which a case has nothing booked any more."""

CORRECTIONS = ("approve_correction",)
"""Moves that reverse what two people found wrong: they mirror postings of any kind."""

SWEEP: Mapping[str, Rule] = {
    "sweep_sent": Rule(
        "The signed bytes of a sweep are stored: the coins may leave at any moment.",
        ("record_sweep",),
        (Line("sweep_sent", SWEEP_IN_TRANSIT, CUSTODY_DEPOSIT, "gross"),),
    ),
    "swept": Rule(
        "A sweep is final: what arrived is in the recovery wallet, what the token or the network took out of the coins is "
        "gone, and only now fee and cost are earned.",
        ("confirm_sweep",),
        (
            Line("swept", RECOVERY_WALLET, SWEEP_IN_TRANSIT, "arrived"),
            Line("kept_by_token", LOSS, SWEEP_IN_TRANSIT, "kept_by_token"),
            Line("short_passed_on", USER_PAYABLE, LOSS, "short_passed_on"),
            Line("cost_from_coins", NETWORK_COST, SWEEP_IN_TRANSIT, "cost_from_coins"),
            Line("fee", USER_PAYABLE, FEE_INCOME, "fee"),
            Line("cost_passed_on", USER_PAYABLE, NETWORK_COST_INCOME, "cost"),
        ),
    ),
    "sweep_gas": Rule(
        "What the chain took for a step of a sweep, from whoever paid; of a batch, this case's share.",
        ("confirm_sweep", "freeze_sweep", "bury_sweep"),
        (
            Line("gas_top_up", CUSTODY_DEPOSIT, GAS_TANK, "topped_up", "native"),
            Line("gas_from_tank", NETWORK_COST, GAS_TANK, "from_tank", "native"),
            Line("gas_from_address", NETWORK_COST, CUSTODY_DEPOSIT, "from_address", "native"),
            Line("gas_from_wallet", NETWORK_COST, RECOVERY_WALLET, "from_wallet", "native"),
        ),
    ),
    "sweep_dead": Rule(
        "A sweep failed for good, or another transaction took its nonce or inputs: the exact reverse of its sending.",
        ("freeze_sweep", "bury_sweep"),
        (Line("sweep_back", CUSTODY_DEPOSIT, SWEEP_IN_TRANSIT, "gross", reverses="sweep_sent"),),
    ),
}

REFUND: Mapping[str, Rule] = {
    "refund_sent": Rule(
        "The signed bytes of a refund are stored: nothing is owed any more, a payout is under way.",
        ("record_refund",),
        (Line("refund_sent", USER_PAYABLE, PAYOUT_IN_TRANSIT, "net"),),
    ),
    "refunded": Rule(
        "A refund is final: the recovery wallet holds that much less.",
        ("confirm_refund",),
        (Line("refunded", PAYOUT_IN_TRANSIT, RECOVERY_WALLET, "net"),),
    ),
    "refund_gas": Rule(
        "What the chain took for a refund or for what replaced it, from whoever paid; of a batch, this case's share.",
        ("confirm_refund", "freeze_refund", "bury_refund", "confirm_advance"),
        (
            Line("gas_from_wallet", NETWORK_COST, RECOVERY_WALLET, "from_wallet", "native"),
            Line("gas_from_tank", NETWORK_COST, GAS_TANK, "from_tank", "native"),
            Line("gas_from_own_funds", NETWORK_COST, OWN_FUNDS, "from_own_funds", "native"),
        ),
    ),
    "refund_dead": Rule(
        "A refund failed for good, or another transaction took its nonce or inputs: the exact reverse of its sending.",
        ("freeze_refund", "bury_refund"),
        (Line("refund_back", PAYOUT_IN_TRANSIT, USER_PAYABLE, "net", reverses="refund_sent"),),
    ),
    "refund_not_final": Rule(
        "A refund that had been final no longer stands on the chain: the exact reverse of its arrival. The payout is "
        "under way again; if it is dead, refund_dead follows.",
        ("reopen_payment",),
        (Line("refund_not_final", RECOVERY_WALLET, PAYOUT_IN_TRANSIT, "net", reverses="refunded"),),
    ),
    "refund_gas_back": Rule(
        "What the chain took for that refund, it did not take after all.",
        ("reopen_payment",),
        (Line("gas_back", RECOVERY_WALLET, NETWORK_COST, "from_wallet", "native", reverses="gas_from_wallet"),),
    ),
    "bounced": Rule(
        "A refund came back: it is in the recovery wallet and owed again. What is missing of it we lost, not the depositor.",
        ("reopen_refund",),
        (
            Line("bounced", RECOVERY_WALLET, USER_PAYABLE, "returned"),
            Line("bounce_cost", LOSS, USER_PAYABLE, "lost"),
        ),
    ),
}

OTHERS: Mapping[str, Rule] = {
    "found": Rule(
        "A final deposit on an address of ours: we hold it, and do not know yet for whom.",
        ("find_unlisted", "propose_credit"),
        (Line("found", CUSTODY_DEPOSIT, SUSPENSE, "gross"),),
    ),
    "identified": Rule(
        "The owner is known: it is owed to the depositor of this case.",
        ("conclude", "approve_credit"),
        (Line("identified", SUSPENSE, USER_PAYABLE, "gross"),),
    ),
    "credited": Rule(
        "The exchange's ledger confirmed a credit: its customer balances owe the coins now.",
        ("confirm_credit",),
        (Line("credited", USER_PAYABLE, CUSTOMER_BALANCES, "gross"),),
    ),
    "let_go": Rule(
        "A case ends or is looked at anew: all it booked about its leg is taken back; the coins stay where they are.",
        LETTING_GO,
        (
            Line("fee_back", FEE_INCOME, USER_PAYABLE, "fee"),
            Line("cost_back", NETWORK_COST_INCOME, USER_PAYABLE, "cost"),
            Line("let_go_unidentified", SUSPENSE, CUSTODY_DEPOSIT, "unidentified"),
            Line("let_go", USER_PAYABLE, CUSTODY_DEPOSIT, "owed_at_address"),
            Line("let_go", USER_PAYABLE, RECOVERY_WALLET, "owed_in_wallet"),
        ),
    ),
    "unclaimed": Rule(
        "The depositor cannot be reached: what is owed waits beside the case.",
        (),
        (Line("unclaimed", USER_PAYABLE, UNCLAIMED, "unreachable"),),
    ),
    "reclaimed": Rule(
        "The depositor came after all: what waited is owed to the case again.",
        (),
        (Line("reclaimed", UNCLAIMED, USER_PAYABLE, "unreachable"),),
    ),
    "written_off_at_address": Rule(
        "Coins at a deposit address are lost and the depositor bears it as agreed: nothing is owed for them.",
        (),
        (Line("written_off", USER_PAYABLE, CUSTODY_DEPOSIT, "lost"),),
    ),
    "written_off_on_the_way": Rule(
        "Coins that left and never arrived are our loss; what is owed stays owed.",
        (),
        (Line("loss_on_the_way", LOSS, SWEEP_IN_TRANSIT, "lost"),),
    ),
}

ADVANCE: Mapping[str, Rule] = {
    "advance_sent": Rule(
        "An advance is signed: beside the payout itself, own funds are owed it by the coins not yet collected.",
        ("record_refund",),
        (Line("advance_sent", ADVANCES_RECEIVABLE, OWED_TO_OWN_FUNDS, "advanced"),),
    ),
    "advance_paid": Rule(
        "An advance is final: the advance wallet holds that much less.",
        ("confirm_advance",),
        (Line("advance_paid", PAYOUT_IN_TRANSIT, OWN_FUNDS, "net"),),
    ),
    "advance_dead": Rule(
        "An advance failed for good: the exact reverse of what own funds were owed.",
        ("freeze_refund", "bury_refund"),
        (Line("advance_back", OWED_TO_OWN_FUNDS, ADVANCES_RECEIVABLE, "advanced", reverses="advance_sent"),),
    ),
    "advance_repaid": Rule(
        "The coins were collected after all: they are own funds' from here on, and nothing is owed to them.",
        ("repay_advance",),
        (Line("advance_repaid", OWED_TO_OWN_FUNDS, ADVANCES_RECEIVABLE, "advanced"),),
    ),
    "advance_written_off": Rule(
        "The coins cannot be collected: own funds bear what they paid, and the case owes nothing for coins it cannot reach.",
        ("approve_write_off",),
        (
            Line("advance_lost", LOSS, ADVANCES_RECEIVABLE, "advanced"),
            Line("advance_uncovered", OWED_TO_OWN_FUNDS, CUSTODY_DEPOSIT, "advanced"),
            Line("written_off", USER_PAYABLE, CUSTODY_DEPOSIT, "owed_at_address"),
        ),
    ),
}

RULES: Mapping[str, Rule] = {**OTHERS, **SWEEP, **REFUND, **ADVANCE}
"""Event → what it posts."""
