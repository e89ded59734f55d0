"""Tokens and the fresh sign-in, as the API takes and shows them."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from recovery.schemas.shapes import Input, Moment, Whole


class TokenInput(Input):
    """Who wants a token and what for. Scopes a person's roles cannot use are refused."""

    email = fields.String(required=True, validate=validate.Length(max=254))
    password = fields.String(required=True, load_only=True, validate=validate.Length(max=256))
    scopes = fields.List(fields.String(), required=True, validate=validate.Length(min=1, max=20))
    label = fields.String(load_default="API", validate=validate.Length(min=1, max=100))
    days = Whole(load_default=30, strict=True, validate=validate.Range(min=1, max=365))


class TokenOutput(Schema):
    """A token, shown this once."""

    token = fields.String(required=True)
    scopes = fields.List(fields.String(), required=True)
    label = fields.String(required=True)
    expires_at = Moment(required=True)


class StepUpInput(Input):
    """The password of the token's owner."""

    password = fields.String(required=True, load_only=True, validate=validate.Length(max=256))


class StepUpOutput(Schema):
    """How long the token may make moves that ask for a fresh sign-in."""

    valid_for_seconds = fields.Integer(required=True)
