"""Signs of fraud, written down when they are first seen."""

from __future__ import annotations

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from recovery.domain.fraud import Signal, signals
from recovery.models import FraudSignal, RecoveryCase
from recovery.queries.fraud import fraud_facts, unseen


def note(session: Session, case: RecoveryCase) -> tuple[Signal, ...]:
    """Look for signs on the case and keep each with the time it was first seen. Decides nothing."""
    session.flush()
    found = signals(fraud_facts(session, case))
    for signal in found:
        row = insert(FraudSignal).values(
            case_id=case.id,
            code=signal.code,
            reason=signal.reason,
            strength=signal.strength,
            evidence=dict(signal.evidence),
        )
        session.execute(row.on_conflict_do_nothing())
    return found


def asks_for_a_person(session: Session, case: RecoveryCase) -> bool:
    """Look for signs, and whether one of them is to be seen by a lead before the machine goes on by itself."""
    return unseen(session, case, note(session, case))
