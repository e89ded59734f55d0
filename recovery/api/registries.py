"""The exchange's registries: read as pages or CSV, loaded as CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Any

from flask import Response, request
from sqlalchemy.orm import Session

from recovery.api._limits import spend
from recovery.api._problems import UnsupportedMediaType
from recovery.api._reading import ApiBlueprint
from recovery.api._wall import current_actor, database, needs
from recovery.api._writing import json_response, write
from recovery.db import Database
from recovery.domain.actor import Actor
from recovery.domain.registries import REGISTRIES
from recovery.errors import InvalidInput
from recovery.limits import IMPORT, READ
from recovery.queries.registry import export_rows, registry_of, registry_page
from recovery.schemas.registries import ImportOutput, ImportQuery, RegistryPage
from recovery.schemas.shapes import PageQuery
from recovery.services.registry import import_registry

bp = ApiBlueprint("api-registries", __name__, url_prefix="/api/v1", description=f"Registries: {', '.join(REGISTRIES)}")

CSV = "text/csv"


@bp.get("/registries/<kind>")
@needs("registries:read")
@bp.arguments(PageQuery, location="query")
@bp.response(200, RegistryPage)
@bp.alt_response(200, schema={"type": "string"}, content_type=CSV, description="with `Accept: text/csv`, all of it")
def read(given: dict[str, Any], kind: str) -> Response:
    """A page of rows in the order of their keys, or with `Accept: text/csv` the whole registry."""
    actor = current_actor()
    spend(READ, actor.id)
    registry_of(kind)
    if request.accept_mimetypes.best_match(["application/json", CSV]) == CSV:
        response = Response(_csv(database(), actor, kind), mimetype=CSV)
        response.headers["Content-Disposition"] = f'attachment; filename="{kind}.csv"'
        response.headers["Cache-Control"] = "no-store"
        return response
    with database().reading() as session:
        items, following = registry_page(session, actor, kind, after=given.get("cursor"), limit=given["limit"])
    return json_response({"kind": kind, "items": items, "next": following})


@bp.post("/registries/<kind>")
@needs("registries:write")
@bp.arguments(ImportQuery, location="query")
@bp.response(200, ImportOutput)
def load(given: dict[str, Any], kind: str) -> Response:
    """Load rows from CSV (the body, at most 1 MB; send more in several requests). All or nothing unless `partial`:
    with a refused row the answer is a problem 422 whose `result` names the rows."""
    if request.mimetype != CSV:
        raise UnsupportedMediaType
    spend(IMPORT, current_actor().id)
    body = request.get_data(cache=True)

    def act(session: Session, actor: Actor, _key: str) -> Any:
        rows = io.TextIOWrapper(io.BytesIO(body), encoding="utf-8-sig", newline="")
        result = import_registry(session, actor, kind, rows, **given)
        if result.refused and not given["partial"]:
            raise InvalidInput("rows_refused", result=result.as_json())
        return result.as_json()

    return write(act)


def _csv(rows_of: Database, actor: Actor, kind: str) -> Iterator[str]:
    """The whole registry, line by line, from one snapshot."""
    with rows_of.reading() as session:
        for row in export_rows(session, actor, kind):
            line = io.StringIO(newline="")
            csv.writer(line, lineterminator="\n").writerow(row)
            yield line.getvalue()
