"""Proof of ownership: what is asked, a challenge or test transfer, and the answer to it."""

from __future__ import annotations

import uuid
from typing import Any

from flask import Response
from sqlalchemy.orm import Session

from recovery.api._language import said
from recovery.api._limits import spend
from recovery.api._problems import words
from recovery.api._reading import ApiBlueprint
from recovery.api._wall import current_actor, database, needs, settings
from recovery.api._writing import json_response, write
from recovery.domain import texts
from recovery.domain.actor import Actor
from recovery.domain.ownership import Judged
from recovery.limits import PROOF, READ
from recovery.queries.cases import find_case
from recovery.queries.proof_view import case_proofs
from recovery.schemas.proofs import ProofAnswer, ProofAsk, ProofsOutput
from recovery.services import ownership

bp = ApiBlueprint("api-proofs", __name__, url_prefix="/api/v1", description="Proof of ownership")


@bp.get("/cases/<ref>/proofs")
@needs("cases:read")
@bp.response(200, ProofsOutput)
def proofs(ref: str) -> Response:
    """What the case asks to be proven, in which ways that can be done, and what was handed in."""
    actor = current_actor()
    spend(READ, actor.id)
    with database().reading() as session:
        body = _shown(session, actor, ref)
    return json_response(body)


@bp.post("/cases/<ref>/proofs")
@needs("cases:write")
@bp.arguments(ProofAsk)
@bp.response(200, ProofsOutput)
def ask_for_challenge(given: dict[str, Any], ref: str) -> Response:
    """Ask for a text to sign or for a test transfer. A new one of its kind voids the older one."""
    ref = _counted(ref)
    domain = settings().host

    def act(session: Session, actor: Actor, key: str) -> Any:
        case = find_case(session, actor, ref)
        ownership.ask(session, actor, case, given["method"], domain=domain, request_id=key)
        return _shown(session, actor, ref)

    return write(act)


@bp.post("/cases/<ref>/proofs/<uuid:asked_id>")
@needs("cases:write")
@bp.arguments(ProofAnswer)
@bp.response(200, ProofsOutput)
def answer_challenge(given: dict[str, Any], ref: str, asked_id: uuid.UUID) -> Response:
    """Hand in the signature or the hash. A wrong signature is an answer too: ``said`` says why, and nothing is used up."""
    ref = _counted(ref)

    def act(session: Session, actor: Actor, key: str) -> Any:
        case = find_case(session, actor, ref)
        judged = ownership.answer(session, actor, case, asked_id, given, request_id=key)
        session.flush()
        return _shown(session, actor, ref, judged)

    return write(act)


def _counted(ref: str) -> str:
    """Count one try of a case the actor may see, and give its number as it is written."""
    with database().reading() as session:
        ref = find_case(session, current_actor(), ref).ref
    spend(PROOF, ref)
    return ref


def _shown(session: Session, actor: Actor, ref: str, judged: Judged | None = None) -> Any:
    told = judged and {
        "ok": judged.ok,
        "why": judged.why,
        "text": said(texts.PROOF_WHYS.get(judged.why, words(judged.why))),
    }
    return ProofsOutput().dump({"proofs": case_proofs(session, actor, find_case(session, actor, ref)), "said": told})
