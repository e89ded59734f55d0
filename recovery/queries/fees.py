"""What the fee policy looks at in a case, and the quotes it is tried on."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from recovery.domain.fees.trial import PastQuote
from recovery.models import AssetProbe, Claim, OwnedAddress, Quote, RecoveryCase

MOST_WAITING = 10_000
AT_ONCE = 500


def intended_network(session: Session, claim: Claim) -> str | None:
    """The one other network the address was made for, by the address book; ``None`` where it is right here, or unclear."""
    networks = set(
        session.scalars(
            select(OwnedAddress.network).where(
                OwnedAddress.address == claim.recipient, OwnedAddress.kind.in_(("deposit", "shared"))
            )
        )
    )
    return networks.pop() if len(networks) == 1 and claim.network not in networks else None


def past_quotes(session: Session, since: datetime | None) -> Iterator[PastQuote]:
    """Every quote ever offered, case by case, a few at a time."""
    last = func.max(Quote.number).over(partition_by=Quote.case_id)
    arrives = Quote.gross - Quote.token_keeps
    query = (
        select(
            *(RecoveryCase.ref, Quote.number, Quote.asset, Quote.policy_version, arrives, Quote.fee),
            *(Quote.network_cost, Quote.net, (Quote.number == last).label("last"), Quote.inputs),
        )
        .join(RecoveryCase, RecoveryCase.id == Quote.case_id)
        .order_by(RecoveryCase.opened_at, RecoveryCase.id, Quote.number)
        .execution_options(yield_per=AT_ONCE)
    )
    if since is not None:
        query = query.where(Quote.offered_at >= since)
    for row in session.execute(query):
        yield PastQuote(*row)


def count_quotes(session: Session) -> int:
    """How many quotes there are."""
    return session.scalar(select(func.count()).select_from(Quote)) or 0


def waiting_for_a_quote(session: Session) -> Iterator[tuple[RecoveryCase, Claim, AssetProbe]]:
    """Open cases with coins that can be moved and no quote yet, and the last look at them; the oldest first."""
    newest = func.row_number().over(
        partition_by=AssetProbe.case_id, order_by=(AssetProbe.at.desc(), AssetProbe.id.desc())
    )
    probes = select(AssetProbe.id, newest.label("nth")).subquery()
    query = (
        select(RecoveryCase, Claim, AssetProbe)
        .join(Claim, and_(Claim.case_id == RecoveryCase.id, Claim.released_at.is_(None)))
        .join(AssetProbe, AssetProbe.case_id == RecoveryCase.id)
        .join(probes, and_(probes.c.id == AssetProbe.id, probes.c.nth == 1))
        .where(
            RecoveryCase.closed_at.is_(None),
            AssetProbe.network_cost.is_not(None),
            ~select(Quote.id).where(Quote.case_id == RecoveryCase.id).exists(),
        )
        .order_by(RecoveryCase.opened_at, RecoveryCase.id)
        .limit(MOST_WAITING)
    )
    yield from session.execute(query)
