"""Which function does which job; a test compares this table with everything the workflows emit."""

from __future__ import annotations

from collections.abc import Callable

from recovery.jobs import (
    credits,
    destinations,
    evidence,
    ledger,
    nodes,
    notices,
    outflows,
    parked,
    planning,
    plans,
    prices,
    proofs,
    quotes,
    reconciliation,
    replacing,
    returns,
    scanning,
    screening,
)
from recovery.jobs.work import Work

TOPICS: dict[str, Callable[[Work], None]] = {
    "evidence.collect": evidence.collect,
    "case.probe": evidence.probe,
    "proof.check": proofs.check,
    "quote.expire": quotes.expire,
    "sweep.plan": planning.plan_a_sweep,
    "refund.plan": planning.plan_a_refund,
    "advance.plan": planning.plan_an_advance,
    "plan.release": plans.release,
    "plan.watch": plans.watch,
    "plan.bury": returns.bury,
    "refund.look": returns.look,
    "refund.look_now": returns.look_now,
    "credit.deliver": credits.deliver,
    "nodes.look": nodes.look,
    "parked.look": parked.look,
    "dispute.end": parked.end_dispute,
    "chain.scan": scanning.scan,
    "screening.look": screening.look,
    "screening.ask": screening.ask_again,
    "ledger.snapshot": ledger.snapshot,
    "prices.look": prices.look,
    "outflow.look": outflows.look,
    "reconcile.run": reconciliation.run,
    "plan.replace": replacing.replace,
    "destination.check": destinations.check,
    "notice.send": notices.send,
}

OF_NO_CASE = {
    "nodes.look",
    "parked.look",
    "chain.scan",
    "screening.look",
    "outflow.look",
    "reconcile.run",
    "ledger.snapshot",
    "prices.look",
}
"""Topics that no move of a case asks for: the scheduler plans them when it starts."""

BY_SERVICES = {"dispute.end", "screening.ask", "notice.send"}
"""Topics that a service asks for, only where there is something to do: no row of a table emits them."""

ASK_NO_NODE = {"quote.expire", "dispute.end", "ledger.snapshot"}
"""Topics whose jobs only use the database and so are over at once: a worker may hold several of them together. A node can
take longer to answer than a lease lasts, so a job that asks one is held alone."""
