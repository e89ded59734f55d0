"""Quotes as the API shows them: terms, the price behind them, consent and disagreement."""

from __future__ import annotations

from marshmallow import Schema, fields

from recovery.schemas.shapes import Moment, TokenAmount


class QuotePrice(Schema):
    """The price a quote was made at: so many base units of the reference per base unit of the asset."""

    kind = fields.String()
    reference = fields.String()
    numerator = TokenAmount()
    denominator = TokenAmount()
    sources = fields.Integer()
    names = fields.List(fields.String())
    spread_bps = fields.Integer()
    age_seconds = fields.Integer(metadata={"description": "when the quote was made"})
    digest = fields.String()


class Quote(Schema):
    """What the recovery costs: gross = token_keeps + fee + network_cost + net."""

    id = fields.UUID()
    number = fields.Integer()
    state = fields.String()
    asset = fields.String()
    contract = fields.String(allow_none=True)
    symbol = fields.String(allow_none=True)
    decimals = fields.Integer(allow_none=True)
    gross = TokenAmount()
    token_keeps = TokenAmount(metadata={"description": "what the token itself keeps when it is collected"})
    fee = TokenAmount()
    network_cost = TokenAmount()
    net = TokenAmount()
    lines = fields.List(fields.Raw())
    policy_version = fields.Integer()
    digest = fields.String(metadata={"description": "`quote_digest` of the accepting move"})
    offered_at = Moment()
    expires_at = Moment()
    accepted_at = Moment(allow_none=True)
    destination = fields.String(allow_none=True)
    why = fields.String(
        metadata={"description": "`offered`, or `market_moved` for one that the machine put in the place of `replaces`"}
    )
    replaces = fields.UUID(allow_none=True)
    price = fields.Nested(QuotePrice, allow_none=True)
    price_in_dollars = fields.Nested(
        QuotePrice, allow_none=True, metadata={"description": "where something of it is counted in dollars"}
    )


class Consent(Schema):
    """What was seen when the quote was accepted. `sha256` stands in the accepting event."""

    at = Moment()
    sha256 = fields.String()
    quote = fields.String(metadata={"description": "digest of the quote"})
    door = fields.String()
    language = fields.String()
    lines = fields.List(fields.String())


class Contested(Schema):
    """Disagreement with a quote, and what a second look by somebody else found."""

    at = Moment()
    answered_at = Moment(allow_none=True)
    finding = fields.String(allow_none=True)
    answered_by = fields.UUID(allow_none=True)
    quoted_by = fields.UUID(allow_none=True)
