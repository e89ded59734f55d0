"""Reconciliations in words: what was compared, how it came out, and why."""

from __future__ import annotations

from recovery.domain.marking import mark

STATUSES: dict[str, str] = {
    "equal": mark("equal"),
    "explained": mark("explained"),
    "unexplained": mark("not explained"),
    "unknown": mark("unknown"),
}

PLACES: dict[str, str] = {
    "wallet": mark("Recovery wallets"),
    "tank": mark("Gas tanks"),
    "deposit": mark("Deposit address"),
    "case": mark("Case"),
    "account": mark("Account"),
}

REASONS: dict[str, str] = {
    "as_booked": mark("as booked"),
    "opening_signed_off": mark("as booked, with what was signed off"),
    "opening_not_signed": mark("nobody has signed what it held at the beginning"),
    "moved_not_booked": mark("plans under way moved it; it is booked once they are final"),
    "not_of_our_cases": mark("more lies there than our open cases claim"),
    "chain_holds_more": mark("The chain holds more."),
    "chain_holds_less": mark("The chain holds less."),
    "closed_and_not_settled": mark("The case is closed and not settled."),
    "sweep_is_not_the_plans": mark("The sweep under way is not what the plans say."),
    "payout_is_not_the_plans": mark("The payout under way is not what the plans say."),
    "owed_is_not_the_credit": mark("What is owed is not the credit that is wanted."),
    "owed_is_not_the_quote": mark("What is owed is not the accepted quote."),
    "owed_less_than_nothing": mark("More was paid than was owed."),
    "cases_do_not_add_up": mark("The cases do not add up to the account."),
    "not_asked": mark("nobody was asked"),
    "not_watched": mark("what is sent on this family of networks is not counted here"),
    "holdings_not_offered": mark("balances of this family are not asked for"),
    "asset_is_unknown": mark("the contract of the asset is not known"),
    "step_not_visible": mark("no node could tell of a step under way"),
    "no_node": mark("the network has no node"),
    "no_time_left": mark("the nodes took too long"),
    "node_unavailable": mark("no node answered"),
    "node_mistaken": mark("a node answered what cannot be trusted"),
    "nodes_disagree": mark("the nodes disagree"),
    "refused_by_node": mark("a node refused the question"),
}

REFUSALS: dict[str, str] = {
    "opening_incomplete": mark("Something about this amount is missing or wrong."),
    "opening_is_signed": mark("This amount is signed already."),
}
HOLDS: dict[str, str] = {
    "restored": mark("The database was restored or moved."),
    "by_hand": mark("Held by hand."),
}
