"""Credits wanted of the exchange's ledger: it fetches them, credits, and says what it did; or sends a notice to be asked."""

from __future__ import annotations

import json
import uuid
from typing import Any

from flask import Response, request

from recovery.api._limits import caller_address, spend
from recovery.api._reading import ApiBlueprint
from recovery.api._wall import ANYBODY, current_actor, database, needs, settings
from recovery.api._writing import asked, json_response, request_key
from recovery.domain.credit_intents import Said
from recovery.domain.webhooks import secret_bytes
from recovery.errors import Conflict
from recovery.limits import READ, VERIFY, WRITE
from recovery.queries.intents import find_intent, list_intents
from recovery.schemas.intents import (
    ConfirmationInput,
    IntentListQuery,
    IntentOutput,
    IntentPage,
    NoticeOutput,
    RefusalInput,
)
from recovery.services import credits
from recovery.services.answers import answer_given, keep_answer
from recovery.services.ledger_notices import take_notice

bp = ApiBlueprint("api-intents", __name__, url_prefix="/api/v1", description="Credits for the exchange's ledger")


@bp.get("/intents")
@needs("intents:read")
@bp.arguments(IntentListQuery, location="query")
@bp.response(200, IntentPage)
def intents(given: dict[str, Any]) -> Response:
    """Credits that are wanted, oldest first. Credit each `id` once, whatever happens, and answer with a confirmation."""
    actor = current_actor()
    spend(READ, actor.id)
    with database().reading() as session:
        page = list_intents(session, actor, state=given.get("state"), after=given.get("cursor"), limit=given["limit"])
    return json_response(IntentPage().dump({"items": page.items, "next": page.next, "held": page.held}))


@bp.get("/intents/<uuid:intent_id>")
@needs("intents:read")
@bp.response(200, IntentOutput)
def intent(intent_id: uuid.UUID) -> Response:
    """One of them."""
    actor = current_actor()
    spend(READ, actor.id)
    with database().reading() as session:
        return json_response(IntentOutput().dump(find_intent(session, actor, intent_id)))


@bp.post("/intents/<uuid:intent_id>/confirmation")
@needs("intents:confirm")
@bp.arguments(ConfirmationInput)
@bp.response(200, IntentOutput)
def confirm(given: dict[str, Any], intent_id: uuid.UUID) -> Response:
    """It was credited. The same confirmation again gets the same answer; one that differs from the intent stops the case and
    is answered 409 `credit_differs`, another one than before 409 `credit_answered_otherwise`."""
    said = Said(given["external_id"], int(given["amount"]), given["account"], given["asset"])
    return _hear(intent_id, said)


@bp.post("/intents/<uuid:intent_id>/refusal")
@needs("intents:confirm")
@bp.arguments(RefusalInput)
@bp.response(200, IntentOutput)
def refuse(given: dict[str, Any], intent_id: uuid.UUID) -> Response:
    """It was not credited and will not be: the case goes back to the desk. Another attempt has another id."""
    return _hear(intent_id, Said(given["external_id"], reason=given["reason"]))


def _hear(intent_id: uuid.UUID, said: Said) -> Response:
    """What cannot be taken is kept and rings; so the unit of work ends well, and the refusal follows."""
    key, actor, what = request_key(), current_actor(), asked()
    spend(WRITE, actor.id)
    with database().unit_of_work() as session:
        answer = answer_given(session, actor, key, what)
        if answer is None:
            problem = credits.hear(session, actor, intent_id, said).problem
            shown = IntentOutput().dump(find_intent(session, actor, intent_id))
            answer = {"problem": problem, "text": json.dumps(shown)}  # text keeps the order of its members
            keep_answer(session, actor, key, what, answer)
    if answer["problem"] is not None:
        raise Conflict(answer["problem"])
    return json_response(json.loads(answer["text"]))


@bp.post("/ledger/notices")
@needs(ANYBODY)
@bp.response(202, NoticeOutput)
def notice() -> Response:
    """A notice signed with `webhook-id`, `webhook-timestamp` and `webhook-signature` that names an intent: `{"intent": "<id>"}`.

    It is not believed: it only makes us ask the ledger. Its id is its idempotency key."""
    spend(VERIFY, caller_address())
    secret = settings().ledger_secret
    headers = {name.lower(): value for name, value in request.headers.items()}
    with database().unit_of_work() as session:
        new = take_notice(session, secret_bytes(secret) if secret else b"", headers, request.get_data(cache=True))
    return json_response({"new": new}, 202)
