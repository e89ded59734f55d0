"""Alarms in words: what rang, and what to do about it. Every kind that is rung stands here."""

from __future__ import annotations

from recovery.domain.marking import mark

ALARMS: dict[str, tuple[str, str]] = {
    "outflow_without_plan": (
        mark("Coins left one of our wallets without a plan"),
        mark("Find out who sent it. Until then treat the key of this wallet as lost."),
    ),
    "outflow_not_recorded": (
        mark("A step was sent before its signed bytes were handed in"),
        mark("Ask the signer for the bytes, and why they were sent first."),
    ),
    "in_transit_too_long": (
        mark("A payment is under way for too long"),
        mark("Look at the case: the fee may be too low, or the nodes may not see the network."),
    ),
    "suspense_too_old": (
        mark("Coins are unidentified for too long"),
        mark("Look at the case and find their owner, or close it."),
    ),
    "payable_too_old": (
        mark("Somebody is owed for too long"),
        mark("Look at the case and see what keeps it from being paid."),
    ),
    "not_reconciled": (
        mark("Chain, ledger and cases differ, and nobody knows why"),
        mark("Open the reconciliation and explain every base unit of the line."),
    ),
    "credit_differs": (
        mark("The exchange's ledger answered otherwise than it was asked"),
        mark("Find out what it credited to whom, and have it corrected there before the case goes on."),
    ),
    "refund_reorganised": (
        mark("The network took a refund back that was final"),
        mark(
            "The same payment is sent and watched again. Look at the nodes of the network; nothing else may pay meanwhile."
        ),
    ),
    "refund_bounced": (
        mark("A refund came back"),
        mark("The case is open again and owes its refund. Ask the depositor for another address."),
    ),
    "advance_not_settled": (
        mark("A payment from own funds did not stay paid"),
        mark(
            "The case stays closed, nothing is booked and nothing is paid by itself. Find out where the coins are, and let "
            "two people correct the books."
        ),
    ),
    "destination_tampered": (
        mark("Where a refund goes was changed past this program"),
        mark(
            "Nothing is paid. Compare the address with the history of the case and have the table put right; treat whoever "
            "can write to the database as suspect."
        ),
    ),
    "wallet_changed": (
        mark("One person changed where collected coins go"),
        mark(
            "No sweep to this wallet leaves before somebody else says here that it is ours. Ask the wallet team, not a message."
        ),
    ),
    "credits_rewritten": (
        mark("One person changed or took out credits that were made before"),
        mark(
            "What is missing there can be credited or refunded again. Compare the rows with your own ledger, in the history of "
            "the registry, before you approve anything about them."
        ),
    ),
    "database_restored": (
        mark("The database was restored or moved; payouts are held back"),
        mark("Compare every wallet with its plans. Two people then let payouts go on."),
    ),
}
"""By kind: its title, and what the reader does next."""

FACTS: dict[str, str] = {
    "network": mark("Network"),
    "address": mark("Address"),
    "hash": mark("Hash"),
    "nonce": mark("Nonce"),
    "asset": mark("Asset"),
    "amount": mark("Amount"),
    "case": mark("Case"),
    "plan": mark("Plan"),
    "state": mark("State"),
    "since": mark("Since"),
    "reason": mark("Reason"),
    "said": mark("What was answered"),
    "system": mark("Database server"),
    "timeline": mark("Timeline"),
    "was": mark("Before"),
    "rows": mark("Rows"),
    "load": mark("Change of the registry"),
}
"""What an alarm tells besides, by name."""

REFUSALS: dict[str, str] = {
    "alarm_needs_reason": mark("Say why this alarm may rest."),
    "alarm_is_answered": mark("Somebody has acknowledged this alarm already."),
    "you_caused_it": mark("Your own deed rang this alarm, so somebody else acknowledges it."),
}
