"""How the nodes were doing when they were last looked at."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from recovery.models import NodeReport


def node_reports(session: Session) -> Sequence[NodeReport]:
    """Every node, by network and label."""
    return session.scalars(select(NodeReport).order_by(NodeReport.network, NodeReport.node)).all()
