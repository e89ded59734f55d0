"""What the depositor came in with and went away with, as the API shows it."""

from __future__ import annotations

from marshmallow import Schema, fields

from recovery.schemas.shapes import Moment, TokenAmount


class Received(Schema):
    """The deposit that a statement is about."""

    hash = fields.String()
    amount = TokenAmount()
    network = fields.String()
    recipient = fields.String()


class Statement(Schema):
    """What came in, what was kept and what the depositor got in the end."""

    received = fields.Nested(Received, allow_none=True)
    gross = TokenAmount()
    fee = TokenAmount()
    network_cost = TokenAmount()
    net = TokenAmount()
    symbol = fields.String(allow_none=True)
    decimals = fields.Integer(allow_none=True)
    contract = fields.String(allow_none=True)
    destination = fields.String()
    lines = fields.List(fields.Raw())
    network = fields.String()
    hash = fields.String()
    at = Moment(allow_none=True)
