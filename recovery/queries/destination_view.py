"""What pages and the API show of a refund's address: the bound one, the one typed last, where it may go, and notices."""

from __future__ import annotations

import uuid
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from chains.address import check_address
from chains.catalogue import network as find_network
from recovery.domain.destination import differing, source_problems
from recovery.errors import NotFound
from recovery.models import Claim, Notice, RecoveryCase
from recovery.queries.destinations import (
    Bound,
    bound,
    judgement,
    last_typed,
    latest_check,
    newest,
    proven_addresses,
    receiving_of,
    rest_until,
    rules_of,
    source_facts,
)

Shown = dict[str, Any]


def destination_shown(session: Session, case: RecoveryCase) -> Shown | None:
    """Where the refund goes, what was changed and until when nothing is paid; ``None`` before anything was agreed to.

    The address is the one the history says the owner agreed to, whatever somebody wrote into the table.
    """
    row = newest(session, case.id)
    if row is None:
        return None
    until = rest_until(session, case, Bound(row.address, row.seq, row.cooling_until, False, ()))
    over = until is None or until <= session.execute(select(func.now())).scalar_one()
    told = session.scalars(select(Notice).where(Notice.case_id == case.id).order_by(Notice.at, Notice.id))
    return {
        "address": bound(session, case).address or row.address,
        "since": row.at,
        "rests_until": None if over or case.closed_at is not None else until,
        "notices": [_notice(one) for one in told],
    }


def _notice(row: Notice) -> Shown:
    return {
        "kind": row.kind,
        "case": row.data["case"],
        "address": row.data["address"],
        "at": row.at,
        "denied_at": row.denied_at,
    }


def notice_shown(session: Session, notice_id: uuid.UUID) -> Shown:
    """One notice as its link shows it. Raises NotFound."""
    row = session.get(Notice, notice_id)
    if row is None:
        raise NotFound("not_found")
    return _notice(row)


def typed_destination(
    session: Session, case: RecoveryCase, claim: Claim | None, typed: str | None = None
) -> Shown | None:
    """What is known of the address ``typed``, however it is written; without one, of what the owner had looked at last.

    Judged by the books of now; ``None`` where the network was not asked.
    """
    if claim is None or case.closed_at is not None:
        return None
    if typed is None:
        row = last_typed(session, case.id)
    else:
        found = check_address(find_network(claim.network), typed).normalised
        row = latest_check(session, case.id, claim, found) if found is not None else None
    if row is None:
        return None
    judged = judgement(session, case, claim, row.address, receiving_of(row))
    return {
        "address": row.address,
        "verdict": judged.verdict.value,
        "seen": judged.seen,
        "at": row.at,
        "remarks": [
            {
                "code": remark.code,
                "like": remark.like,
                "pieces": differing(row.address, remark.like) if remark.like else (),
            }
            for remark in judged.remarks
        ],
    }


def refund_targets(session: Session, case: RecoveryCase, claim: Claim | None) -> Shown:
    """Where the policy lets the refund go, and the source where it is safe (V8, V9); what is not known is not offered."""
    if claim is None:
        return {"permitted": "none", "source": None, "proven": []}
    source = source_facts(session, case, claim)
    permitted = rules_of(session, case).row.refund_to
    offered = permitted in ("account", "source") and not source_problems(source)
    return {
        "permitted": permitted,
        "source": source.address if offered else None,
        "proven": sorted(proven_addresses(session, case, claim)),
    }
