"""Numbers for whoever runs the installation: aggregates only, nothing about anybody."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from recovery.models import Job, NodeReport, RecoveryCase
from recovery.queries.alarms import open_by_kind
from recovery.queries.approvals import alarms_ringing
from recovery.queries.nodes import node_reports


@dataclass(frozen=True)
class Load:
    """Open cases by (workflow, state), jobs waiting by state, how late the latest due job is in seconds, every node, open
    alarms by kind, and how many broken glasses nobody has reviewed."""

    cases: dict[tuple[str, str], int]
    jobs: dict[str, int]
    latest_seconds: float
    nodes: Sequence[NodeReport]
    alarms: dict[str, int]
    broken_glass: int


def read_load(session: Session) -> Load:
    """What waits at this moment. Closed cases and finished jobs are not counted: they only grow."""
    open_cases = session.execute(
        select(RecoveryCase.workflow, RecoveryCase.state, func.count())
        .where(RecoveryCase.closed_at.is_(None))
        .group_by(RecoveryCase.workflow, RecoveryCase.state)
    )
    jobs = {"due": 0, "stuck": 0}
    for state in jobs:
        jobs[state] = session.scalar(select(func.count()).select_from(Job).where(Job.state == state)) or 0
    late = session.scalar(
        select(func.extract("epoch", func.now() - func.min(Job.due_at))).where(
            Job.state == "due", Job.due_at <= func.now()
        )
    )
    return Load(
        {(flow, state): count for flow, state, count in open_cases},
        jobs,
        float(late or 0),
        node_reports(session),
        open_by_kind(session),
        alarms_ringing(session),
    )


def schema_version(session: Session) -> str | None:
    """The migration the database stands at."""
    version: str | None = session.scalar(text("SELECT version_num FROM alembic_version"))
    return version
