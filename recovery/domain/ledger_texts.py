"""Credits wanted of the exchange's ledger, and payouts held back, in words."""

from __future__ import annotations

from recovery.domain.marking import mark

STATES: dict[str, str] = {"credit_on_hold": mark("Credit differs, on hold")}

TRANSITIONS: dict[str, str] = {
    "freeze_crediting": mark("Stop the credit under way"),
    "refuse_credit": mark("Take the ledger's refusal"),
    "resume_credit": mark("Ask the ledger again"),
}

EVENTS: dict[str, str] = {
    "freeze_crediting": mark("The ledger credited something else; stopped"),
    "refuse_credit": mark("Credit refused by the ledger"),
    "resume_credit": mark("The ledger is asked again"),
}

WHY_NOT: dict[str, str] = {
    "credit_is_out": mark("The ledger was not asked for this credit."),
    "ledger_has_confirmed": mark("The ledger has not confirmed this credit."),
}

ROLES: dict[str, str] = {"ledger": mark("Ledger of the exchange")}

REFUSALS: dict[str, str] = {
    "credit_differs": mark("This is not what was asked for. The case is stopped until somebody has found out why."),
    "credit_answered_otherwise": mark("This intent was answered before, and otherwise. The first answer stands."),
    "credit_is_on_hold": mark("The case is stopped; answer again once a lead has resumed it."),
    "notice_is_not_signed": mark("The signature is missing or wrong, or the time is more than five minutes away."),
    "hold_needs_reason": mark("Say why payouts may go on."),
    "you_began_it": mark("You held payouts back, so two others let them go on."),
    "wallets_not_looked_at": mark("Not every wallet was compared with its plans since the hold began."),
    "outflow_unexplained": mark("A wallet sent what no plan knows. Acknowledge that alarm first."),
}
