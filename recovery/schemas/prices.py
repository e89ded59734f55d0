"""Prices as the API takes and shows them."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from recovery.domain.prices import REFERENCES
from recovery.schemas.shapes import Input, Moment, TokenAmount, Whole


class PriceInput(Input):
    """A price to be confirmed by somebody else: what one whole unit is worth in whole units of the reference."""

    network = fields.String(required=True, validate=validate.Length(min=1, max=40))
    contract = fields.String(load_default="", validate=validate.Length(max=2000))
    reference = fields.String(required=True, validate=validate.OneOf(REFERENCES))
    price = fields.String(required=True, validate=validate.Length(min=1, max=60))
    decimals = Whole(required=True, validate=validate.Range(min=0, max=77))
    reason = fields.String(required=True, validate=validate.Length(min=1, max=1000))


class PriceNow(Schema):
    """What one base unit is worth in base units of the reference (USD: in millionths), or in `why_not` why nobody can say."""

    network = fields.String(required=True)
    contract = fields.String(required=True, metadata={"description": "empty: the native coin"})
    symbol = fields.String(required=True, allow_none=True)
    decimals = fields.Integer(required=True, allow_none=True)
    reference = fields.String(required=True, validate=validate.OneOf(REFERENCES))
    kind = fields.String(required=True, allow_none=True)
    numerator = TokenAmount(required=True, allow_none=True)
    denominator = TokenAmount(required=True, allow_none=True)
    spread_bps = fields.Integer(required=True, allow_none=True)
    sources = fields.Integer(required=True)
    names = fields.List(fields.String(), required=True)
    age_seconds = fields.Integer(required=True, allow_none=True)
    why_not = fields.String(required=True, allow_none=True)


class PriceEntry(Schema):
    """A price by hand."""

    id = fields.UUID(required=True)
    network = fields.String(required=True)
    contract = fields.String(required=True)
    reference = fields.String(required=True)
    numerator = TokenAmount(required=True)
    denominator = TokenAmount(required=True)
    reason = fields.String(required=True)
    entered_by = fields.UUID(required=True)
    entered_at = Moment(required=True)
    confirmed_by = fields.UUID(required=True, allow_none=True)
    confirmed_at = Moment(required=True, allow_none=True)
    valid_until = Moment(required=True, allow_none=True)


class Prices(Schema):
    """Prices that open cases need, and those by hand."""

    items = fields.List(fields.Nested(PriceNow), required=True)
    entries = fields.List(fields.Nested(PriceEntry), required=True)
