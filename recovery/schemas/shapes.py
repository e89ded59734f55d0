"""Fields and base classes the API's shapes are made of: amounts, times, strict inputs, problems."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from marshmallow import RAISE, Schema, fields, validate

AMOUNT_PATTERN = r"^\d{1,78}$"


class TokenAmount(fields.String):
    """An amount in base units, a decimal string in JSON: it may not fit a JSON number."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("validate", validate.Regexp(AMOUNT_PATTERN))
        super().__init__(**kwargs)


class Moment(fields.DateTime):
    """A time in UTC, ISO 8601 with ``Z``."""

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> str | None:
        if not isinstance(value, datetime):
            return None
        return value.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


class Whole(fields.Integer):
    """A whole number written as one; neither ``1.0`` nor ``"1"``."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int):
            raise self.make_error("invalid", input=value)
        number: int = super()._deserialize(value, attr, data, **kwargs)
        return number


class Input(Schema):
    """What a client sends: fields that are not named here are refused, so nobody sets what is not theirs to set."""

    class Meta:
        """Strict."""

        unknown = RAISE


class PageQuery(Input):
    """Which page of a list."""

    cursor = fields.String(
        validate=validate.Length(min=1, max=4000), metadata={"description": "`next` of the page before"}
    )
    limit = fields.Integer(load_default=50, validate=validate.Range(min=1, max=100))


class FieldProblem(Schema):
    """What is wrong with one field."""

    field = fields.String(required=True)
    code = fields.String(required=True, metadata={"description": "stable, for programs"})
    message = fields.String(required=True, metadata={"description": "for people, in the language asked for"})


class Problem(Schema):
    """An error as RFC 9457 has it. `code` is stable; `reason` says more where there is more to say."""

    type = fields.String(required=True)
    title = fields.String(required=True)
    status = fields.Integer(required=True)
    code = fields.String(required=True)
    reason = fields.String(metadata={"description": "a finer code, stable as well"})
    detail = fields.String()
    errors = fields.List(fields.Nested(FieldProblem))
