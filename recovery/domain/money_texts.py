"""Quotes, plans and books in words."""

from __future__ import annotations

from recovery.domain import posting_texts
from recovery.domain.marking import mark

QUOTE_LINES: dict[str, str] = {
    "gross": mark("Found on the network"),
    "token_keeps": mark("Kept by the token when it is moved"),
    "fee": mark("Recovery fee"),
    "fee_in_advance": mark("Recovery fee, paid in advance"),
    "network_cost": mark("Network cost"),
    "net": mark("You receive"),
}

COSTS: dict[str, str] = {
    "nothing": mark("Nothing."),
    "quote_follows": mark(
        "A recovery fee and the cost of the network are taken from the coins. "
        "You see the exact amount you would receive before you decide."
    ),
    "quote_stands": mark("What stands in the quote, and nothing more."),
}

QUOTE_STATES: dict[str, str] = {
    "offered": mark("offered"),
    "accepted": mark("accepted"),
    "expired": mark("expired"),
    "superseded": mark("replaced"),
}

PURPOSES: dict[str, str] = {
    "gas_top_up": mark("Bring gas to the address"),
    "sweep": mark("Collect the coins"),
    "refund": mark("Refund the depositor"),
}

PLAN_STATES: dict[str, str] = {
    "drafted": mark("to be approved"),
    "released": mark("at the signer"),
    "recorded": mark("signed"),
    "confirmed": mark("final on the network"),
    "dead": mark("failed for good"),
    "void": mark("void"),
}

STEP_STATES: dict[str, str] = {
    "waiting": mark("to be signed"),
    "signed": mark("signed"),
    "final": mark("final"),
    "failed": mark("failed"),
    "abandoned": mark("abandoned"),
}

POSTINGS: dict[str, str] = {
    **posting_texts.POSTINGS,
    "found": mark("Found at our address"),
    "identified": mark("Identified as the depositor’s"),
    "let_go": mark("Let go"),
    "fee_back": mark("Recovery fee undone"),
    "cost_back": mark("Network cost undone"),
    "credited": mark("Credited to the account"),
    "sweep_sent": mark("Sweep sent"),
    "swept": mark("Sweep arrived"),
    "fee": mark("Recovery fee"),
    "cost_passed_on": mark("Network cost passed on"),
    "gas_top_up": mark("Gas brought to the address"),
    "gas_from_tank": mark("Gas spent from the tank"),
    "gas_from_address": mark("Gas spent at the address"),
    "gas_from_wallet": mark("Gas spent from the wallet"),
    "refund_sent": mark("Refund sent"),
    "refund_back": mark("Refund came back"),
    "sweep_back": mark("Sweep came back"),
    "refunded": mark("Refund arrived"),
}
