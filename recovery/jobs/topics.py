"""Which function does which job; a test compares this table with everything the workflows emit."""

from __future__ import annotations

from collections.abc import Callable

from recovery.jobs import (
    credits,
    evidence,
    nodes,
    outflows,
    parked,
    planning,
    plans,
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
    "outflow.look": outflows.look,
    "reconcile.run": reconciliation.run,
    "plan.replace": replacing.replace,
}

OF_NO_CASE = {"nodes.look", "parked.look", "chain.scan", "screening.look", "outflow.look", "reconcile.run"}
"""Topics that no move of a case asks for: the scheduler plans them when it starts."""

BY_SERVICES = {"dispute.end", "screening.ask"}
"""Topics that a service asks for, only where there is something to do: no row of a table emits them."""

ASK_NO_NODE = {"quote.expire", "dispute.end"}
"""Topics whose jobs only use the database and so are over at once: a worker may hold several of them together. A node can
take longer to answer than a lease lasts, so a job that asks one is held alone."""
