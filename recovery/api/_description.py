"""The OpenAPI 3.1 document: made by flask-smorest from the views, completed here from what the wall and the writes ask."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Flask, Response, current_app
from flask_smorest import Api

from recovery.api._problems import MEDIA_TYPE
from recovery.api._wall import ANY_TOKEN, ANYBODY, needs
from recovery.api._writing import HEADER, json_response
from recovery.domain.scopes import SCOPES
from recovery.schemas.shapes import Problem

bp = Blueprint("api-description", __name__, url_prefix="/api")

CHANGES_NOTHING = frozenset({"api-chains.ask_nodes", "api-intents.notice"})
"""POSTs that take no idempotency key: questions, and a notice that has an id of its own."""


class ProblemApi(Api):  # type: ignore[misc]
    """Flask-smorest for the document only: it would answer errors of the pages as well, and forget ``Allow`` on 405."""

    ERROR_SCHEMA = Problem

    def _register_error_handlers(self) -> None:
        """Leave errors to ``_problems``."""


def make_api(app: Flask) -> ProblemApi:
    """The extension, configured."""
    app.config.update(API_TITLE="Recovery", API_VERSION="v1", OPENAPI_VERSION="3.1.0", OPENAPI_URL_PREFIX=None)
    return ProblemApi(
        app,
        spec_kwargs={
            "info": {
                "description": "Cases of misdirected deposits, from report to refund. "
                "Amounts are decimal strings in base units; times are UTC. See docs/integrator.md."
            },
            "servers": [{"url": "/"}],
        },
    )


@bp.get("/openapi.json")
@needs(ANYBODY)
def openapi() -> Response:
    """This document."""
    return json_response(document())


def document() -> dict[str, Any]:
    """The whole document."""
    described: dict[str, Any] = current_app.extensions["openapi"].spec.to_dict()
    components = described.setdefault("components", {})
    for response in components.get("responses", {}).values():
        if "application/json" in response.get("content", {}):
            response["content"] = {MEDIA_TYPE: response["content"]["application/json"]}
    scopes = "; ".join(f"`{scope}`: {', '.join(sorted(roles))}" for scope, roles in SCOPES.items())
    components["securitySchemes"] = {
        "token": {
            "type": "http",
            "scheme": "bearer",
            "description": f"A token is worth its scopes as far as its owner's roles carry them. Scope: roles. {scopes}",
        }
    }
    components.setdefault("parameters", {})["IdempotencyKey"] = {
        "name": HEADER,
        "in": "header",
        "required": True,
        "description": "The same key with the same request gives the same answer and changes nothing twice; with "
        "another request it is refused with 409 `key_reused`.",
        "schema": {"type": "string", "pattern": r"^[\x21-\x7e]{1,128}$"},
    }
    for path, method, operation, endpoint in _operations(described):
        _complete(path, method, operation, endpoint)
    return described


def _operations(described: dict[str, Any]) -> list[tuple[str, str, dict[str, Any], str]]:
    """Every operation with its endpoint; the id says which it is."""
    found = []
    endpoints = {
        (_openapi_path(rule.rule), method.lower()): rule.endpoint
        for rule in current_app.url_map.iter_rules()
        for method in rule.methods or ()
    }
    for path, item in described["paths"].items():
        for method, operation in item.items():
            if method in {"get", "post", "put", "patch", "delete"}:
                found.append((path, method, operation, endpoints[path, method]))
    return found


def _openapi_path(rule: str) -> str:
    """``/plans/<uuid:plan_id>`` as ``/plans/{plan_id}``."""
    pieces = rule.replace(">", "}").split("<")
    return pieces[0] + "".join("{" + piece.rpartition(":")[2] for piece in pieces[1:])


def _complete(path: str, method: str, operation: dict[str, Any], endpoint: str) -> None:
    scope = getattr(current_app.view_functions[endpoint], "scope", None)
    operation["operationId"] = endpoint.rpartition(".")[2]
    operation["security"] = [] if scope == ANYBODY else [{"token": [] if scope == ANY_TOKEN else [scope]}]
    if method in {"post", "put"} and endpoint not in CHANGES_NOTHING:
        operation.setdefault("parameters", []).append({"$ref": "#/components/parameters/IdempotencyKey"})
    if path.startswith("/api/v1/registries/") and method == "post":
        content: dict[str, Any] = {"text/csv": {"schema": {"type": "string"}}}
        content["application/json"] = {"schema": {"type": "object", "description": "a token list; assets only"}}
        operation["requestBody"] = {"required": True, "content": content}
