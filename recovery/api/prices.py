"""Prices: what open cases need, and prices that two people enter and confirm."""

from __future__ import annotations

import uuid
from typing import Any

from flask import Response
from sqlalchemy.orm import Session

from recovery.api._limits import spend
from recovery.api._reading import ApiBlueprint
from recovery.api._wall import current_actor, database, needs
from recovery.api._writing import json_response, write
from recovery.domain.actor import Actor
from recovery.limits import READ
from recovery.queries.prices import entries_shown, prices_shown
from recovery.schemas.prices import PriceEntry, PriceInput, Prices
from recovery.services.prices import confirm, enter

bp = ApiBlueprint("api-prices", __name__, url_prefix="/api/v1", description="Prices")


@bp.get("/prices")
@needs("prices:read")
@bp.response(200, Prices)
def prices_listed() -> Response:
    """Every price open cases need, with its sources and its age, or why it is not known; and prices by hand."""
    actor = current_actor()
    spend(READ, actor.id)
    with database().reading() as session:
        body = {"items": prices_shown(session, actor), "entries": entries_shown(session, actor)}
        return json_response(Prices().dump(body))


@bp.post("/prices")
@needs("prices:write")
@bp.arguments(PriceInput)
@bp.response(201, PriceEntry)
def entered(given: dict[str, Any]) -> Response:
    """Enter a price, after `POST /api/v1/step-up`; it counts once somebody else confirms it."""

    def act(session: Session, actor: Actor, _key: str) -> Any:
        return PriceEntry().dump(enter(session, actor, **given))

    return write(act, status=201)


@bp.post("/prices/<uuid:entry>/confirm")
@needs("prices:write")
@bp.response(200, PriceEntry)
def confirmed(entry: uuid.UUID) -> Response:
    """Put a price in force that somebody else entered, after `POST /api/v1/step-up`."""

    def act(session: Session, actor: Actor, _key: str) -> Any:
        return PriceEntry().dump(confirm(session, actor, entry))

    return write(act)
