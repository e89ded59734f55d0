"""What clients send, read strictly: JSON without duplicate keys, floats or deep nesting; unknown fields refused."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any, NoReturn, cast

from flask import Request, request
from flask_smorest import Blueprint
from marshmallow import Schema, ValidationError
from webargs.flaskparser import FlaskParser

from chains import strict_json
from chains.errors import NodeMistaken
from recovery.api._problems import BadRequest, UnsupportedMediaType
from recovery.errors import InvalidInput
from recovery.schemas.moves import error_codes

DEEPEST = 32

Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]


def read_json() -> Any:
    """The request's body. Raises UnsupportedMediaType, BadRequest, and Flask's own 413."""
    if request.mimetype != "application/json":
        raise UnsupportedMediaType
    body = request.get_data(cache=True)
    try:
        value = strict_json.parse(body, depth=DEEPEST)
    except NodeMistaken:
        raise BadRequest("not_json") from None
    _refuse_unstorable(value)
    return value


def _refuse_unstorable(value: Any) -> None:
    """No NUL, no half of a surrogate pair: the database holds neither. No fractions: there are none in this API."""
    if isinstance(value, str):
        if "\x00" in value or any("\ud800" <= letter <= "\udfff" for letter in value):
            raise BadRequest("text_not_storable")
    elif isinstance(value, Decimal):
        raise BadRequest("not_json")
    elif isinstance(value, dict):
        for key, item in value.items():
            _refuse_unstorable(key)
            _refuse_unstorable(item)
    elif isinstance(value, list):
        for item in value:
            _refuse_unstorable(item)


class StrictParser(FlaskParser):
    """Webargs with our reading and our errors."""

    DEFAULT_UNKNOWN_BY_LOCATION = {"json": None, "query": None}

    def load_json(self, req: Request, schema: Schema) -> Any:
        """The body, strictly."""
        return read_json()

    def handle_error(self, error: ValidationError, req: Request, schema: Schema, **_: Any) -> NoReturn:
        """Marshmallow's complaints as ours; the location around them is dropped."""
        inner = error.messages
        if isinstance(inner, dict) and set(inner) <= {"json", "query"}:
            inner = next(iter(inner.values()))
        raise InvalidInput("invalid_input", fields=error_codes(ValidationError(inner)))


class ApiBlueprint(Blueprint):  # type: ignore[misc]
    """A blueprint whose arguments are read strictly."""

    ARGUMENTS_PARSER = StrictParser()

    def get(self, rule: str, **options: Any) -> Decorator:
        """A view that reads."""
        return cast("Decorator", super().get(rule, **options))

    def post(self, rule: str, **options: Any) -> Decorator:
        """A view that writes."""
        return cast("Decorator", super().post(rule, **options))

    def put(self, rule: str, **options: Any) -> Decorator:
        """A view that writes one named thing."""
        return cast("Decorator", super().put(rule, **options))

    def arguments(self, schema: type[Schema], **options: Any) -> Decorator:
        """Read the body (or ``location="query"``) with the schema and hand it to the view first."""
        return cast("Decorator", super().arguments(schema, **options))

    def response(self, status: int, schema: type[Schema] | Schema, **options: Any) -> Decorator:
        """Describe what the view answers."""
        return cast("Decorator", super().response(status, schema, **options))

    def alt_response(self, status: int, **options: Any) -> Decorator:
        """Describe what it may answer besides."""
        return cast("Decorator", super().alt_response(status, **options))
