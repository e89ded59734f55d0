"""Snapshots of the balances, so that a fold never begins at the first posting."""

from __future__ import annotations

import uuid

from recovery.db import Database
from recovery.jobs.standing import plan_standing
from recovery.jobs.work import Work
from recovery.services.ledger import horizon, worth_a_snapshot, write_snapshot

EVERY_SECONDS = 600.0
JOB_ID = uuid.UUID("6c656467-6572-7000-8000-000000000001")


def plan_snapshot(database: Database) -> None:
    """See to it that the job exists and is due."""
    plan_standing(database, JOB_ID, "ledger.snapshot")


def snapshot(work: Work) -> None:
    """Hold the gate for a moment to learn the horizon; sum up without it."""
    with work.database.unit_of_work() as session:
        upto = horizon(session)
    with work.finishing() as session:
        if worth_a_snapshot(session, upto):
            write_snapshot(session, upto)
        work.again(session, EVERY_SECONDS)
