"""Tokens for apps of people who have a password, and the fresh sign-in before a move that asks for one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from flask import Response

from recovery.api._limits import caller_address, spend
from recovery.api._reading import ApiBlueprint
from recovery.api._wall import ANY_TOKEN, ANYBODY, bearer_secret, current_actor, database, needs, settings
from recovery.api._writing import asked, json_response, request_key
from recovery.domain.actor import Actor
from recovery.domain.scopes import usable_scopes
from recovery.errors import Conflict, InvalidInput, NotAllowed, NotSignedIn
from recovery.limits import SIGN_IN_ADDRESS, SIGN_IN_PERSON
from recovery.queries.people import plain_email, roles_of
from recovery.schemas.people import StepUpInput, StepUpOutput, TokenInput, TokenOutput
from recovery.services import people
from recovery.services.answers import answer_given, keep_answer

bp = ApiBlueprint("api-people", __name__, url_prefix="/api/v1", description="Tokens and fresh sign-in")


@bp.post("/tokens")
@needs(ANYBODY)
@bp.arguments(TokenInput)
@bp.response(201, TokenOutput)
def make_token(given: dict[str, Any]) -> Response:
    """A token for oneself, by e-mail and password, shown once: a repeated request is answered 409 `shown_once`."""
    key = request_key()
    spend(SIGN_IN_ADDRESS, caller_address())
    spend(SIGN_IN_PERSON, plain_email(given["email"]))
    expires_at = datetime.now(UTC) + timedelta(days=given["days"])
    with database().unit_of_work() as session:  # ends well also for a wrong password, which it counts
        person = people.check_password(session, given["email"], given["password"])
        roles = roles_of(session, person.id) if person else frozenset()
    if person is None:
        raise NotSignedIn("wrong_sign_in")
    foreign = sorted(set(given["scopes"]) - usable_scopes(given["scopes"], roles))
    if foreign:
        raise InvalidInput("scope_not_for_you", fields={"scopes": ["scope_not_for_you"]}, scopes=", ".join(foreign))
    actor = Actor(id=person.id, roles=roles)
    with database().unit_of_work() as session:
        if answer_given(session, actor, key, asked()) is not None:
            raise Conflict("shown_once")
        keep_answer(session, actor, key, asked(), {})
        token = people.create_token(
            session, email=person.email, label=given["label"], scopes=given["scopes"], expires_at=expires_at
        )
    body = {"token": token, "scopes": sorted(set(given["scopes"])), "label": given["label"], "expires_at": expires_at}
    return json_response(TokenOutput().dump(body), 201)


@bp.post("/step-up")
@needs(ANY_TOKEN)
@bp.arguments(StepUpInput)
@bp.response(200, StepUpOutput)
def step_up(given: dict[str, Any]) -> Response:
    """Confirm the token with its owner's password; needed before moves marked `step_up`. Wrong ones are counted."""
    request_key()
    spend(SIGN_IN_PERSON, current_actor().id)
    with database().unit_of_work() as session:  # ends well also for a wrong password, which it counts
        confirmed = people.step_up_token(session, bearer_secret() or "", given["password"])
    if not confirmed:
        raise NotAllowed("wrong_password")
    return json_response({"valid_for_seconds": settings().step_up_minutes * 60})
