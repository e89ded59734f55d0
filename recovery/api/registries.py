"""The exchange's registries: read as pages or CSV, loaded as CSV or row by row; assets as token lists too."""

from __future__ import annotations

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
from recovery.queries.registry import Filter, csv_lines, export_token_list, registry_of, registry_page
from recovery.queries.registry_view import cards
from recovery.schemas.registries import (
    ImportOutput,
    ImportQuery,
    RegistryList,
    RegistryPage,
    RegistryQuery,
    RowInput,
    RowOutput,
)
from recovery.services.registry import load_file
from recovery.services.registry_edits import put_row
from recovery.services.registry_files import CsvFile, TokenListFile

bp = ApiBlueprint("api-registries", __name__, url_prefix="/api/v1", description=f"Registries: {', '.join(REGISTRIES)}")

CSV = "text/csv"


TOKEN_LIST = "application/vnd.uniswap.token-list+json"
JSON = "application/json"


@bp.get("/registries")
@needs("registries:read")
@bp.response(200, RegistryList)
def overview() -> Response:
    """Every registry: its columns, how many rows it has, what was loaded last."""
    actor = current_actor()
    spend(READ, actor.id)
    with database().reading() as session:
        items = [
            {
                "kind": card.kind,
                "columns": REGISTRIES[card.kind].header,
                "key": REGISTRIES[card.kind].key,
                "rows": card.rows,
                "last_load": card.last,
            }
            for card in cards(session, actor)
        ]
    return json_response(RegistryList().dump({"items": items}))


@bp.get("/registries/<kind>")
@needs("registries:read")
@bp.arguments(RegistryQuery, location="query")
@bp.response(200, RegistryPage)
@bp.alt_response(200, schema={"type": "string"}, content_type=CSV, description="with `Accept: text/csv`, all of it")
def read(given: dict[str, Any], kind: str) -> Response:
    """A page of rows in the order of their keys, or with `Accept: text/csv` the whole registry; assets also as a token
    list, with `Accept: application/vnd.uniswap.token-list+json`."""
    actor = current_actor()
    spend(READ, actor.id)
    registry_of(kind)
    forms = [JSON, CSV, *([TOKEN_LIST] if kind == "assets" else [])]
    form = request.accept_mimetypes.best_match(forms)
    if form == CSV:
        response = Response(_csv(database(), actor, kind), mimetype=CSV)
        response.headers["Content-Disposition"] = f'attachment; filename="{kind}.csv"'
        response.headers["Cache-Control"] = "no-store"
        return response
    with database().reading() as session:
        if form == TOKEN_LIST:
            return json_response(export_token_list(session, actor))
        wanted = Filter(given.get("network"), given.get("q"), given.get("as_of"))
        items, following = registry_page(session, actor, kind, wanted, after=given.get("cursor"), limit=given["limit"])
    return json_response({"kind": kind, "items": items, "next": following})


@bp.post("/registries/<kind>")
@needs("registries:write")
@bp.arguments(ImportQuery, location="query")
@bp.response(200, ImportOutput)
def load(given: dict[str, Any], kind: str) -> Response:
    """Load rows from CSV, or assets from a token list in JSON (the body, at most 1 MB; send more in several requests).
    All or nothing unless `partial`: with a refused row the answer is a problem 422 whose `result` names the rows."""
    if request.mimetype not in (CSV, JSON) or (request.mimetype == JSON and kind != "assets"):
        raise UnsupportedMediaType
    spend(IMPORT, current_actor().id)
    body = request.get_data(cache=True)
    state = given.pop("state")
    listed = TokenListFile(body, state) if request.mimetype == JSON else None

    def act(session: Session, actor: Actor, _key: str) -> Any:
        file = listed or CsvFile(io.TextIOWrapper(io.BytesIO(body), encoding="utf-8-sig", newline=""))
        result = load_file(session, actor, kind, file, **given)
        if result.refused and not given["partial"]:
            raise InvalidInput("rows_refused", result=result.as_json())
        return result.as_json()

    return write(act)


@bp.put("/registries/<kind>/row")
@needs("registries:write")
@bp.arguments(RowInput)
@bp.response(200, RowOutput)
def put(given: dict[str, Any], kind: str) -> Response:
    """Add one row, or change the one of the same key: the same rules as for a file of one row."""
    wrong = [name for name, value in given.items() if not (value is None or isinstance(value, str))]
    if wrong:
        raise InvalidInput("row_refused", {name: ["not_a_text"] for name in wrong})
    row = {name: value or "" for name, value in given.items()}
    return write(lambda session, actor, _key: put_row(session, actor, kind, row).as_json())


def _csv(rows_of: Database, actor: Actor, kind: str) -> Iterator[str]:
    """The whole registry, line by line, from one snapshot."""
    with rows_of.reading() as session:
        yield from csv_lines(session, actor, kind)
