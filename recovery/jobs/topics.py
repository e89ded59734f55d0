"""Which function does which job; a test compares this table with everything the workflows emit."""

from __future__ import annotations

from collections.abc import Callable

from recovery.jobs import credits, evidence, nodes, planning, plans, quotes, scanning
from recovery.jobs.work import Work

TOPICS: dict[str, Callable[[Work], None]] = {
    "evidence.collect": evidence.collect,
    "case.probe": evidence.probe,
    "quote.expire": quotes.expire,
    "sweep.plan": planning.plan_a_sweep,
    "refund.plan": planning.plan_a_refund,
    "plan.release": plans.release,
    "plan.watch": plans.watch,
    "credit.deliver": credits.deliver,
    "nodes.look": nodes.look,
    "chain.scan": scanning.scan,
}

OF_NO_CASE = {"nodes.look", "chain.scan"}
"""Topics that no move of a case asks for: the scheduler plans them when it starts."""

ASK_NO_NODE = {"quote.expire", "credit.deliver"}
"""Topics whose jobs only use the database and so are over at once: a worker may hold several of them together. A node can
take longer to answer than a lease lasts, so a job that asks one is held alone."""
