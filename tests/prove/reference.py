"""A second set of books, in sixty lines: what a case must have booked, from its moves and from what the chain took.

It shares nothing with the product's accounting but the numbers of the chart. Amounts are base units; a balance is what was
debited less what was credited.
"""

from __future__ import annotations

from collections import Counter

from chains.catalogue import network as find_network
from tests.prove.facts import CaseFact, PlanFact

Balances = Counter[tuple[str, str]]
LETS_GO = (
    *("give_up", "withdraw", "turn_down", "refuse", "lose_dispute", "merge", "check_again"),
    *("settle_dispute", "free_dispute"),
)
"""After these the case holds no coins and owes nobody, as far as anything was booked."""


def expected(case: CaseFact) -> Balances:  # noqa: PLR0912 - as many branches as there are kinds of moves
    """The balances of the leg's asset and of the network's coin that follow from the history of one case."""
    books: Balances = Counter()
    plans = {str(plan.id): plan for plan in case.plans}
    place, owed = "", ""  # where the coins are, and under what name they are owed

    def move(debit: str, credit: str, amount: int) -> None:
        books[debit, asset] += amount
        books[credit, asset] -= amount

    for event in case.events:
        claim = next((one for one in reversed(case.claims) if one.claimed_at <= event.at), None)
        if claim is None:
            continue
        asset, gross = claim.asset, int(claim.amount)
        quote, plan = case.accepted, plans.get(str(event.data.get("plan", "")))
        if event.name in ("find_unlisted", "propose_credit") and not owed:
            move("1100", "2100", gross)
            place, owed = "1100", "2100"
        elif event.name in ("conclude", "approve_credit") and owed == "2100":
            move("2100", "2110", gross)
            owed = "2110"
        elif event.name == "confirm_credit":
            move("2110", "2200", gross)
        elif event.name in LETS_GO:
            for account in {key for key, held in books.items() if held and key[1] == asset}:
                books[account] = 0
            place, owed = "", ""
        elif quote is not None and plan is not None:
            net, fee, cost = int(quote.net), int(quote.fee), int(quote.network_cost)
            if event.name == "record_sweep":
                move("1110", place, gross)
            elif event.name == "confirm_sweep":
                for pair in (("1120", "1110", gross), ("2110", "4100", fee), ("2110", "4110", cost)):
                    move(*pair)
                place = "1120"
            elif event.name == "freeze_sweep" and plan.state == "dead":
                move(place, "1110", gross)
            elif event.name == "record_refund":
                move("2110", "1115", net)
            elif event.name == "confirm_refund":
                move("1115", "1120", net)
            elif event.name == "freeze_refund" and plan.state == "dead":
                move("1115", "2110", net)
    for plan in case.plans:
        _gas(books, plan)
    return Counter({key: held for key, held in books.items() if held})


def _gas(books: Balances, plan: PlanFact) -> None:
    """What the chain took for mined steps: native coin, from whoever sent them."""
    native = find_network(plan.network).native.asset
    for step in plan.steps:
        payer = "1120" if plan.kind == "refund" else "1190" if step.purpose == "gas_top_up" else "1100"
        if step.state in ("final", "failed"):
            books["5100", native] += step.cost or 0
            books[payer, native] -= step.cost or 0
        if step.state == "final" and step.purpose == "gas_top_up":
            books["1100", native] += step.value
            books["1190", native] -= step.value


def booked(case: CaseFact) -> Balances:
    """The balances that the postings of the case add up to."""
    books: Balances = Counter()
    for row in case.postings:
        books[row.debit, row.asset] += int(row.amount)
        books[row.credit, row.asset] -= int(row.amount)
    return Counter({key: held for key, held in books.items() if held})
