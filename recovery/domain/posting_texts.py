"""What is said of the books: accounts, postings, corrections, closed months."""

from __future__ import annotations

from recovery.domain.marking import mark

ACCOUNTS: dict[str, str] = {
    "1100": mark("At deposit addresses"),
    "1110": mark("Sweeps under way"),
    "1115": mark("Refunds under way"),
    "1120": mark("In the recovery wallet"),
    "1190": mark("Gas tank"),
    "1300": mark("Advances to be paid back"),
    "1310": mark("Own funds"),
    "2100": mark("Unidentified"),
    "2110": mark("Owed to depositors"),
    "2120": mark("Fees not yet earned"),
    "2190": mark("Unclaimed"),
    "2200": mark("Customer balances"),
    "2300": mark("Owed to own funds"),
    "4100": mark("Recovery fees"),
    "4110": mark("Network cost passed on"),
    "5100": mark("Network cost"),
    "5110": mark("Cost of bridges and swaps"),
    "5190": mark("Losses and write-offs"),
    "9000": mark("Rounding"),
    "9010": mark("Assets exchanged"),
}
"""Account number → what it is called on pages."""

POSTINGS: dict[str, str] = {
    "let_go_unidentified": mark("Let go, unidentified"),
    "kept_by_token": mark("Kept by the token"),
    "short_passed_on": mark("What the token kept, passed on"),
    "cost_from_coins": mark("Network cost paid out of the coins"),
    "gas_from_own_funds": mark("Gas spent by the advance wallet"),
    "gas_back": mark("Network cost not spent after all"),
    "refund_not_final": mark("Refund no longer on the chain"),
    "bounced": mark("Refund bounced"),
    "bounce_cost": mark("Lost in the bounce"),
    "unclaimed": mark("Set aside as unclaimed"),
    "reclaimed": mark("Claimed after all"),
    "written_off": mark("Written off"),
    "loss_on_the_way": mark("Lost on the way"),
    "advance_sent": mark("Advance sent"),
    "advance_paid": mark("Advance paid"),
    "advance_back": mark("Advance came back"),
    "advance_repaid": mark("Advance paid back"),
    "advance_lost": mark("Advance lost"),
    "advance_uncovered": mark("Coins of the advance given up"),
    "corrected": mark("Reversed by a correction"),
    "correction": mark("Correction"),
}

STATES: dict[str, str] = {
    "advance_sign_off": mark("Advance to be approved"),
    "planning_advance": mark("Advance being planned"),
}

TRANSITIONS: dict[str, str] = {
    "propose_advance": mark("Propose an advance from own funds"),
    "approve_advance": mark("Approve the advance"),
    "reject_advance": mark("Reject the advance"),
    "plan_advance_again": mark("Plan the advance again"),
    "drop_advance": mark("Drop the advance and collect first"),
    "confirm_advance": mark("Confirm the advance"),
    "repay_advance": mark("Pay the advance back"),
    "propose_write_off": mark("Propose to write the advance off"),
    "approve_write_off": mark("Write the advance off"),
    "propose_correction": mark("Propose a correction of the books"),
    "approve_correction": mark("Approve the correction"),
    "reject_correction": mark("Reject the correction"),
}

EVENTS: dict[str, str] = {
    "propose_advance": mark("Advance from own funds proposed"),
    "approve_advance": mark("Advance approved"),
    "reject_advance": mark("Advance rejected"),
    "plan_advance_again": mark("Advance planned again"),
    "drop_advance": mark("Advance dropped"),
    "confirm_advance": mark("Advance paid"),
    "repay_advance": mark("Advance paid back from the collected coins"),
    "propose_write_off": mark("Writing off the advance proposed"),
    "approve_write_off": mark("Advance written off"),
    "propose_correction": mark("Correction of the books proposed"),
    "approve_correction": mark("Books corrected"),
    "reject_correction": mark("Correction of the books rejected"),
}

PUBLIC_EVENTS: dict[str, str] = {
    "confirm_advance": mark("Your refund arrived"),
}

WHY_NOT: dict[str, str] = {
    "advance_is_approved": mark("No approved advance waits to be paid."),
    "no_advance_is_approved": mark("This refund is an advance; plan the advance again or drop it."),
    "advance_is_paid": mark("No advance was paid for this case."),
    "nothing_was_advanced": mark("The refund of this case was paid already."),
    "write_off_is_proposed": mark("Nobody has proposed to write the advance off."),
    "something_is_booked": mark("Nothing is booked for this case."),
    "correction_is_proposed": mark("No correction waits to be decided."),
    "sending_stands": mark(
        "What this plan booked when it was sent was corrected by two people. It is not gone on with."
    ),
}

CORRECTION_STATES: dict[str, str] = {
    "proposed": mark("Waiting for somebody else"),
    "approved": mark("Posted"),
    "rejected": mark("Rejected"),
}

RECONCILED: dict[str, str] = {
    "agrees": mark("Chain, books and cases agree"),
    "differs": mark("They differ"),
    "not_asked": mark("Not compared"),
}

REFUSALS: dict[str, str] = {
    "no_advance_limit": mark("There is no limit for advances in this asset, so none can be paid."),
    "advance_over_limit": mark("The advance is above the limit for one case."),
    "advances_over_total": mark("Together with the advances still open this one is above the limit of the asset."),
    "limit_is_in_force": mark("This limit was approved already."),
    "limit_is_wrong": mark("Amounts are whole numbers of base units, and one case is never above the total."),
    "made_in_the_books": mark("This step is made where the books of the case are shown."),
    "replacement_is_wrong": mark("Two different accounts of the chart and an amount above zero are needed."),
    "already_corrected": mark("This posting is corrected already, or a correction waits to be decided."),
    "correction_is_decided": mark("This correction was decided meanwhile."),
    "month_is_wrong": mark("Please give a month like 2026-10."),
    "month_is_closed": mark("This month is closed already."),
    "month_is_not_over": mark("This month is not over yet."),
    "month_before_is_open": mark(
        "An earlier month with postings is still open. Months are closed one after the other."
    ),
    "balances_changed": mark("The balances are no longer those that were shown. Please propose the closing anew."),
    "books_do_not_balance": mark("Debits and credits of an asset differ. The month cannot be closed."),
}
