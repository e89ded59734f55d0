"""Proof by documents: files taken in quarantine, judged by a specialist who then approves nothing of the case."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from recovery.domain.actor import Actor
from recovery.domain.documents import MOST_FILES, NoDocument, shown_name, sniffed
from recovery.domain.ids import new_id
from recovery.domain.ownership import DOCUMENTS
from recovery.errors import InvalidInput, MoveNotOpen
from recovery.models import OwnershipProof, ProofDocument, RecoveryCase
from recovery.queries.ownership import proof_order
from recovery.services.messages import write_message
from recovery.services.ownership import order_of, settle
from recovery.services.requests import handled_before
from recovery.services.transitions import advance, lock


def hand_in(
    session: Session,
    actor: Actor,
    case: RecoveryCase,
    files: Sequence[tuple[str, bytes]],
    *,
    note: str | None,
    version: int | None = None,
    request_id: str,
) -> None:
    """Store files (name and content) and pass the case to a specialist.

    What a file is, its content decides. Raises InvalidInput when one is not taken, when none is new, or when there are too many.
    """
    digests = [hashlib.sha256(body).hexdigest() for _, body in files]
    asked = {"documents": digests, "case": case.ref, "note": note}
    if handled_before(session, actor, request_id, asked, {"case": case.ref}) is not None:
        return
    lock(session, case)
    order_of(session, actor, case)
    if not files:
        raise _refused("document_is_missing")
    kept = session.scalar(select(func.count()).select_from(ProofDocument).where(ProofDocument.case_id == case.id)) or 0
    if kept + len(files) > MOST_FILES:
        raise _refused("documents_are_too_many")
    new = [
        digest
        for (name, body), digest in zip(files, digests, strict=True)
        if _store(session, actor, case, name, body, digest)
    ]
    if not new:
        raise _refused("document_was_handed_in")
    data: dict[str, Any] = {"documents": new}
    if note and note.strip():
        data["answer"] = write_message(session, actor, case, "answer", note)
    advance(session, actor, case, "hand_in_documents", data=data, version=version)


def _refused(code: str) -> InvalidInput:
    return InvalidInput(code, fields={"documents": [code]})


def _store(session: Session, actor: Actor, case: RecoveryCase, name: str, body: bytes, digest: str) -> bool:
    """Store one file; ``False`` when the case has the very same."""
    try:
        media_type = sniffed(body)
    except NoDocument as problem:
        raise _refused(str(problem)) from None
    row = insert(ProofDocument).values(
        id=new_id(),
        case_id=case.id,
        name=shown_name(name),
        media_type=media_type,
        size=len(body),
        sha256=digest,
        body=body,
        quarantined=True,
        uploaded_by=actor.id,
    )
    return session.scalar(row.on_conflict_do_nothing().returning(ProofDocument.id)) is not None


def accept(session: Session, actor: Actor, case: RecoveryCase, data: Mapping[str, Any], version: int | None) -> None:
    """The specialist's word that the documents tie the claimant to the payment, with the reason as an internal note."""
    reason = write_message(session, actor, case, "note", data["reason"])
    _judge(session, actor, case, "judge_proof", True, {"note": reason}, version)
    settle(session, case)


def refuse(session: Session, actor: Actor, case: RecoveryCase, data: Mapping[str, Any], version: int | None) -> None:
    """The documents are not enough; the depositor is told why and can prove it in another way."""
    reason = write_message(session, actor, case, "decision", data["reason"])
    _judge(session, actor, case, "refuse_proof", False, {"reason": reason}, version)


def _judge(
    session: Session,
    actor: Actor,
    case: RecoveryCase,
    name: str,
    verdict: bool,
    data: dict[str, Any],
    version: int | None,
) -> None:
    order = proof_order(session, case)
    if order is None:
        raise MoveNotOpen("no_proof_is_asked")
    files = select(ProofDocument.sha256).where(ProofDocument.case_id == case.id).order_by(ProofDocument.at)
    advance(session, actor, case, name, data=data | {"documents": list(session.scalars(files))}, version=version)
    session.add(
        OwnershipProof(
            id=new_id(),
            case_id=case.id,
            subject="source" if order.source else "destination",
            network=order.network,
            hash=order.hash,
            address=order.source or order.recipient or "",
            method=DOCUMENTS,
            strength="weak",
            verdict=verdict,
            why="documents_accepted" if verdict else "documents_refused",
            judged_by=actor.id,
        )
    )
    session.flush()
