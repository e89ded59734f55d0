"""What is said of disputes, merged appeals and parked cases: to the desk, and to the depositor.

What a depositor reads of a dispute is what everybody in review reads: it must not tell that there is another claimant.
"""

from __future__ import annotations

from recovery.domain.marking import mark

STATES: dict[str, str] = {
    "disputed": mark("Disputed"),
    "parked": mark("Parked"),
    "merged": mark("Merged into another case"),
}

TRANSITIONS: dict[str, str] = {
    "dispute": mark("Freeze for a dispute"),
    "settle_dispute": mark("Decide the dispute for this case"),
    "settle_for_accepted": mark("Decide for this case and go on from its accepted quote"),
    "settle_for_swept": mark("Decide for this case and go on from the collected coins"),
    "lose_dispute": mark("Turn this claimant down"),
    "free_dispute": mark("Let it go on alone"),
    "free_for_accepted": mark("Let it go on alone from its accepted quote"),
    "free_for_swept": mark("Let it go on alone from the collected coins"),
    "merge": mark("Merge into the other case"),
    "park": mark("Park until something changes"),
    "reopen_parked": mark("Look again, something changed"),
}

EVENTS: dict[str, str] = {
    "dispute": mark("Frozen, the transfer is claimed twice"),
    "settle_dispute": mark("Dispute decided for this case"),
    "settle_for_accepted": mark("Dispute decided for this case, on from its accepted quote"),
    "settle_for_swept": mark("Dispute decided for this case, on from the collected coins"),
    "lose_dispute": mark("Dispute decided against this case"),
    "free_dispute": mark("No other claimant is left"),
    "free_for_accepted": mark("No other claimant is left, on from the accepted quote"),
    "free_for_swept": mark("No other claimant is left, on from the collected coins"),
    "merge": mark("Merged into another case of the same claimant"),
    "park": mark("Parked until something changes"),
    "reopen_parked": mark("Re-opened, something changed"),
}

PUBLIC_EVENTS: dict[str, str] = {
    "merge": mark("Joined with your other case"),
    "park": mark("Nothing can be done at present; we keep watching"),
    "reopen_parked": mark("Something changed, so we look at it again"),
}

TOLD_AS = {"lose_dispute": "decline", "refuse": "decline"}
"""How the depositor's history names a move whose own name would tell of a hold or of another claimant."""

WHY_NOT: dict[str, str] = {
    "no_dispute_is_open": mark("Somebody else claims this transfer too; that must be decided first."),
    "quote_is_not_accepted": mark("A quote is accepted already; decide for this case from there."),
    "sweep_is_done": mark("The coins of this case have not been collected."),
    "sweep_is_not_done": mark("The coins of this case are collected already; decide for it from there."),
}

QUEUES: dict[str, str] = {"disputes": mark("Disputed"), "parked": mark("Parked")}

REFUSALS: dict[str, str] = {
    "handled_a_party": mark("You handled a case of this dispute; somebody else must decide it."),
    "claimant_in_motion": mark("Value of another claimant's case is on its way. Wait until that has ended."),
    "no_dispute": mark("This case is in no open dispute."),
}
"""Details of refused moves; only the desk meets them."""

PARKED: dict[str, tuple[str, str]] = {
    "network_not_supported": (
        mark("Your deposit is on a network that we cannot read at present. Your coins stay where they are."),
        mark("Once we can read this network, we look again by ourselves."),
    ),
    "asset_not_recoverable": (
        mark("This coin cannot be moved at present. It stays where it is, and nobody else gets it."),
        mark("Once this coin or its network allows it, we look again by ourselves."),
    ),
    "value_below_cost": (
        mark("Bringing this deposit back would cost more than it is worth today. Nothing is charged for waiting."),
        mark(
            "Once its price has risen enough, or enough small deposits of this coin can be brought back together, we look at "
            "it again by ourselves."
        ),
    ),
    "below_minimum": (
        mark("The deposit is smaller than the minimum for this coin. It is kept for you."),
        mark("Once the minimum for this coin is lowered, we look again by ourselves."),
    ),
    "contract_not_deployed": (
        mark("The address works on another network, but not yet on this one. Your coins stay where they are."),
        mark("Once the address can be used here, we look again by ourselves. We try from time to time."),
    ),
    "deposits_suspended": (
        mark("Deposits of this coin are not open at present. Your deposit has arrived and is kept for you."),
        mark("Once deposits are open, we look again by ourselves."),
    ),
}
"""Why a case is parked → what that means for the depositor, and what would change it."""

LINKS: dict[str, str] = {
    "leg": mark("the same transfer"),
    "sender": mark("the same sender"),
    "account": mark("the same account"),
    "token": mark("the same token"),
}
"""What two cases have in common, for the desk."""
