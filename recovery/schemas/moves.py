"""What each move carries, by the name of the transition. Unknown fields are refused."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marshmallow import Schema, ValidationError, fields, pre_load, validate

from recovery.errors import InvalidInput
from recovery.services.transitions import FORMS


class Text(fields.String):
    """Text a person wrote: trimmed, never empty, without NUL, of bounded length."""

    def __init__(self, longest: int, **kwargs: Any) -> None:
        super().__init__(required=True, validate=validate.Length(min=1, max=longest), **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        text: str = super()._deserialize(value, attr, data, **kwargs)
        if "\x00" in text:
            raise ValidationError("Null character.")
        return text.strip()


UUID = r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\Z"


class Nothing(Schema):
    """A move that carries nothing."""


class Reason(Schema):
    """Why; shown to whom it concerns."""

    reason = Text(4000)


class Question(Schema):
    """A question to the depositor."""

    question = Text(4000)


class Answer(Schema):
    """The depositor's answer."""

    answer = Text(4000)


class Destination(Schema):
    """Acceptance of exactly the quote that was seen, and where the refund shall go."""

    destination = Text(200)
    quote_digest = fields.String(required=True, validate=validate.Length(equal=64))
    confirmed = fields.String(load_default=None, allow_none=True, validate=validate.Length(max=64))


class AnotherDestination(Schema):
    """Where the refund shall go instead. ``confirmed`` names the remarks that were read, where there are any."""

    destination = Text(200)
    confirmed = fields.String(load_default=None, allow_none=True, validate=validate.Length(max=64))


class Offer(Schema):
    """What a person adds to a quote: a fee where the rule leaves it to them, and that the mistake was the platform's."""

    named_fee = fields.String(load_default="", validate=validate.Regexp(r"\A[0-9]{0,78}\Z"))
    own_error = fields.Boolean(load_default=False)


class InWhosePlace(Schema):
    """Whose limits are used, where somebody lent theirs."""

    on_behalf_of = fields.String(load_default=None, allow_none=True, validate=validate.Regexp(UUID))

    @pre_load
    def _nobody(self, data: Mapping[str, Any], **_: Any) -> dict[str, Any]:
        """A form that leaves the choice empty names nobody."""
        return {key: value for key, value in data.items() if (key, value) != ("on_behalf_of", "")}


class Digest(InWhosePlace):
    """The digest of the plan that was on the screen, and that of the summary beside it where a page showed one."""

    digest = fields.String(required=True, validate=validate.Length(equal=64))
    shown = fields.String(load_default=None, allow_none=True, validate=validate.Length(equal=64))


class BreakGlass(Reason):
    """Why a plan has to go although somebody is missing or a rule blocks, and which."""

    digest = fields.String(required=True, validate=validate.Length(equal=64))


class ContestAnswer(Schema):
    """What a second look at a contested quote found, and the answer its depositor reads."""

    finding = fields.String(required=True, validate=validate.OneOf(("upheld", "changed")))
    answer = Text(4000)


class Reference(Schema):
    """Another transaction hash or link."""

    reference = Text(10_000)
    network = fields.String(load_default=None, allow_none=True, validate=validate.Length(max=40))


SCHEMAS: dict[str, type[Schema]] = {
    "none": Nothing,
    "reason": Reason,
    "question": Question,
    "answer": Answer,
    "destination": Destination,
    "offer": Offer,
    "another_destination": AnotherDestination,
    "contest": ContestAnswer,
    "digest": Digest,
    "break_glass": BreakGlass,
    "in_whose_place": InWhosePlace,
    "reference": Reference,
}
"""Schema by the name of the form."""


def load_move(name: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """The clean fields of a move. Raises InvalidInput with message codes by field."""
    try:
        loaded: dict[str, Any] = SCHEMAS[FORMS.get(name, "none")]().load(given)
    except ValidationError as error:
        raise InvalidInput("invalid_input", fields=error_codes(error)) from None
    return loaded


def error_codes(error: ValidationError) -> dict[str, list[str]]:
    """Marshmallow's messages as stable codes, so that no library's wording reaches a user."""
    codes: dict[str, list[str]] = {}
    said_by_field = error.messages if isinstance(error.messages, dict) else {"_schema": error.messages}
    for field, said in said_by_field.items():
        words = str(said)
        if "Missing data" in words or "may not be null" in words:
            codes[field] = ["field_is_missing"]
        elif "Unknown field" in words:
            codes[field] = ["field_is_unknown"]
        elif "Length" in words or "hort" in words or "ong" in words:
            codes[field] = ["field_has_wrong_length"]
        else:
            codes[field] = ["field_is_invalid"]
    return codes
