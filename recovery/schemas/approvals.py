"""Limits, delegations, alarms and statistics of approvals, as the API takes and shows them."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from recovery.domain.sign_off_rules import STAGES
from recovery.schemas.shapes import Input, Moment, TokenAmount


class LimitInput(Input):
    """A limit to be confirmed by somebody else: of one asset in its base units, or by value of a whole network."""

    person = fields.UUID(required=True)
    scope = fields.String(required=True, validate=validate.OneOf(("asset", "network")))
    network = fields.String(required=True, validate=validate.Length(min=1, max=40))
    contract = fields.String(load_default=None, allow_none=True, validate=validate.Length(min=1, max=200))
    per_case = TokenAmount(load_default=None, allow_none=True)
    per_day = TokenAmount(load_default=None, allow_none=True)
    reason = fields.String(required=True, validate=validate.Length(min=1, max=1000))


class LimitOutput(Schema):
    """A limit in force, or waiting for somebody to confirm it. Null amounts are unlimited."""

    id = fields.UUID(required=True)
    person_id = fields.UUID(required=True)
    person = fields.String(required=True)
    scope = fields.String(required=True)
    network = fields.String(required=True)
    contract = fields.String(required=True, allow_none=True)
    per_case = TokenAmount(required=True, allow_none=True)
    per_day = TokenAmount(required=True, allow_none=True)
    reason = fields.String(required=True)
    set_by = fields.String(required=True)
    set_at = Moment(required=True)
    confirmed_by = fields.String(required=True, allow_none=True)
    confirmed_at = Moment(required=True, allow_none=True)


class DelegationInput(Input):
    """Who stands in for the caller, for which team, from when to when."""

    to = fields.UUID(required=True)
    stage = fields.String(required=True, validate=validate.OneOf(STAGES))
    starts_at = fields.AwareDateTime(required=True)
    ends_at = fields.AwareDateTime(required=True)
    reason = fields.String(required=True, validate=validate.Length(min=1, max=1000))


class DelegationOutput(Schema):
    """A delegation that is not over."""

    id = fields.UUID(required=True)
    from_id = fields.UUID(required=True)
    to_id = fields.UUID(required=True)
    stage = fields.String(required=True)
    starts_at = Moment(required=True)
    ends_at = Moment(required=True)
    reason = fields.String(required=True)
    confirmed_at = Moment(required=True, allow_none=True)


class Vote(Schema):
    """One of the people who broke a glass."""

    name = fields.String(required=True)
    stage = fields.String(required=True)
    reason = fields.String(required=True)


class AlarmOutput(Schema):
    """A plan that went without its approvals."""

    plan = fields.UUID(required=True)
    case = fields.String(required=True)
    kind = fields.String(required=True)
    at = Moment(required=True)
    review_due = Moment(required=True)
    reviewed_at = Moment(required=True, allow_none=True)
    reviewed_by = fields.String(required=True, allow_none=True)
    note = fields.String(required=True, allow_none=True)
    votes = fields.List(fields.Nested(Vote), required=True)


class PairOutput(Schema):
    """Of the approvals of `first`, how many `second` had to do with; times in seconds."""

    first = fields.String(required=True)
    second = fields.String(required=True)
    count = fields.Integer(required=True)
    of = fields.Integer(required=True)
    quickest = fields.Integer(required=True)
    mean = fields.Integer(required=True)
    fast = fields.Integer(required=True)


class ApprovalsOutput(Schema):
    """Limits and delegations the caller may see; alarms and statistics for whoever answers for approvals, else null."""

    limits = fields.List(fields.Nested(LimitOutput), required=True)
    delegations = fields.List(fields.Nested(DelegationOutput), required=True)
    alarms = fields.List(fields.Nested(AlarmOutput), required=True, allow_none=True)
    by_preparer = fields.List(fields.Nested(PairOutput), required=True, allow_none=True)
    by_team = fields.List(fields.Nested(PairOutput), required=True, allow_none=True)


class ReviewInput(Input):
    """What the review of a broken glass found."""

    note = fields.String(required=True, validate=validate.Length(min=1, max=4000))


class Done(Schema):
    """The row that was written."""

    id = fields.UUID(required=True)
