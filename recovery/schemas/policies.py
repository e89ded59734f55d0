"""Policies as the API takes and shows them."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from recovery.schemas.shapes import Input, Moment


class PolicyInput(Input):
    """A whole version: the document of causes, or the list of fee rules."""

    content = fields.Raw(required=True)
    note = fields.String(load_default="", validate=validate.Length(max=1000))


class AgainstQuery(Input):
    """Beside which version."""

    against = fields.Integer(required=True, validate=validate.Range(min=1, max=2**31))


class PolicyVersion(Schema):
    """One version. What is built in was drafted by nobody."""

    version = fields.Integer(required=True)
    effective_from = Moment(required=True, allow_none=True)
    state = fields.String(required=True, validate=validate.OneOf(("drafted", "scheduled", "in_force", "replaced")))
    note = fields.String(required=True)
    drafted_by = fields.UUID(required=True, allow_none=True)
    drafted_at = Moment(required=True, allow_none=True)
    activated_by = fields.UUID(required=True, allow_none=True)
    activated_at = Moment(required=True, allow_none=True)


class PolicyVersions(Schema):
    """Every version, the newest first."""

    kind = fields.String(required=True)
    items = fields.List(fields.Nested(PolicyVersion), required=True)


class OutcomePair(Schema):
    """So many verdicts `from` would be `to`."""

    from_ = fields.String(required=True, data_key="from", attribute="from")
    to = fields.String(required=True)
    count = fields.Integer(required=True)


class ReplayOutput(Schema):
    """A kept replay of a version; activation asks for one over all history."""

    at = Moment(required=True)
    rules_version = fields.String(required=True)
    source = fields.String(required=True)
    whole = fields.Boolean(required=True)
    verdicts = fields.Integer(required=True)
    differences = fields.Integer(required=True)
    money_differences = fields.Integer(required=True)
    failed = fields.Integer(required=True)
    summary = fields.List(fields.Nested(OutcomePair), required=True)


class TrialQuery(Input):
    """From which instant on; without it over all history, as activation asks."""

    since = fields.AwareDateTime(load_default=None, allow_none=True)


class TrialOutput(Schema):
    """A kept trial of a version of fees. `summary` holds totals by asset, and the first of the cases that differ."""

    at = Moment(required=True)
    since = Moment(required=True, allow_none=True)
    quotes = fields.Integer(required=True)
    changed = fields.Integer(required=True)
    refused = fields.Integer(required=True)
    possible = fields.Integer(required=True)
    failed = fields.Integer(required=True)
    summary = fields.Raw(required=True)


class PolicyContent(Schema):
    """One version in full."""

    kind = fields.String(required=True)
    version = fields.Integer(required=True)
    content = fields.Raw(required=True)
    replays = fields.List(fields.Nested(ReplayOutput), required=True)
    trials = fields.List(fields.Nested(TrialOutput), required=True)


class PolicyChange(Schema):
    """One entry that differs; null where it is missing."""

    field = fields.String(required=True)
    before = fields.String(required=True, allow_none=True)
    after = fields.String(required=True, allow_none=True)


class PolicyChanges(Schema):
    """Every entry in which a version differs from another."""

    kind = fields.String(required=True)
    version = fields.Integer(required=True)
    against = fields.Integer(required=True)
    items = fields.List(fields.Nested(PolicyChange), required=True)


class PolicyMade(Schema):
    """What became of a draft or an activation."""

    kind = fields.String(required=True)
    version = fields.Integer(required=True)
    active = fields.Boolean(required=True)
