"""How the nodes are doing, as last seen."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import delete
from sqlalchemy.orm import Session

from chains.looking import NodeLook
from recovery.models import NodeReport


def write_reports(session: Session, looks: Sequence[NodeLook]) -> None:
    """Replace what was known of all nodes; those no longer configured are forgotten."""
    session.execute(delete(NodeReport))
    session.add_all(
        NodeReport(
            network=look.network,
            node=look.node,
            state=look.state,
            height=look.height,
            lag=look.lag,
            latency_ms=None if look.latency is None else round(look.latency * 1000),
            asked=look.asked,
            troubles=look.troubles,
            last_trouble=look.last_trouble,
            warnings=list(look.warnings),
        )
        for look in looks
    )
