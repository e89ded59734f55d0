"""The one job that belongs to no case: looking at the nodes, again and again."""

from __future__ import annotations

import uuid

import structlog

from chains.catalogue import networks
from chains.looking import look as look_at
from recovery.db import Database
from recovery.jobs.crash import crash_point
from recovery.jobs.standing import plan_standing
from recovery.jobs.work import Work
from recovery.services.nodes import write_reports

EVERY_SECONDS = 60.0
JOB_ID = uuid.UUID("6e6f6465-7300-7000-8000-000000000001")

log = structlog.get_logger()


def plan_look(database: Database) -> None:
    """See to it that the job exists and is due."""
    plan_standing(database, JOB_ID, "nodes.look")


def look(work: Work) -> None:
    """Ask every configured node how it is doing, say what is wrong, and come back in a minute."""
    crash_point("nodes:before_ask")
    looks = look_at({networks()[slug]: members for slug, members in work.all_nodes().items()})
    for one in looks:
        if one.state not in ("agrees", "alone"):
            log.warning("node.trouble", network=one.network, node=one.node, state=one.state, trouble=one.last_trouble)
    crash_point("nodes:after_ask")
    with work.finishing() as session:
        write_reports(session, looks)
        work.again(session, EVERY_SECONDS)
