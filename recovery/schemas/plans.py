"""Plans as the signer takes them and hands them back."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from recovery.schemas.shapes import Input, PageQuery, TokenAmount


class PlanListQuery(PageQuery):
    """Which plans."""

    state = fields.String(validate=validate.Length(max=40))


class SignedInput(Input):
    """The signed transactions, one per step and in the order of the steps."""

    transactions = fields.List(
        fields.String(validate=validate.Regexp(r"^0x[0-9a-fA-F]{2,20000}$")),
        required=True,
        validate=validate.Length(min=1, max=20),
    )


class Approval(Schema):
    """Who approved which digest, for which team."""

    stage = fields.String()
    approver = fields.UUID()
    on_behalf_of = fields.UUID(allow_none=True)
    digest = fields.String()


class Moves(Schema):
    """What the step must do on the chain."""

    contract = fields.String(allow_none=True)
    recipient = fields.String()
    amount = TokenAmount()


class Step(Schema):
    """One unsigned transaction; numbers are decimal strings."""

    index = fields.Integer()
    purpose = fields.String()
    chain_id = fields.Integer()
    sender = fields.String()
    to = fields.String()
    value = TokenAmount()
    data = fields.String()
    gas = TokenAmount()
    max_fee_per_gas = TokenAmount()
    max_priority_fee_per_gas = TokenAmount()
    nonce = TokenAmount()
    moves = fields.Nested(Moves)
    hash = fields.String(allow_none=True)
    state = fields.String()
    cost = TokenAmount(allow_none=True)


class RequiredStage(Schema):
    """So many different people of a team, and how many are missing."""

    team = fields.String(required=True)
    people = fields.Integer(required=True)
    missing = fields.Integer(required=True)


class PlanRequirement(Schema):
    """What the policy asks of the plan. `value` is in base units of the network's own coin, `expires_after` in seconds."""

    policy = fields.Integer(required=True)
    rule = fields.String(required=True)
    value = TokenAmount(required=True, allow_none=True)
    in_order = fields.Boolean(required=True)
    expires_after = fields.Integer(required=True)
    complete = fields.Boolean(required=True)
    broken_glass = fields.Boolean(required=True)
    stages = fields.List(fields.Nested(RequiredStage), required=True)


class PlanOutput(Schema):
    """A plan. `digest` is the SHA-256 of `payload` as canonical JSON; it is what was approved."""

    id = fields.UUID(required=True)
    case = fields.String(required=True)
    kind = fields.String(required=True)
    network = fields.String(required=True)
    round = fields.Integer()
    state = fields.String(required=True)
    digest = fields.String(required=True)
    payload = fields.Raw(required=True)
    approvals = fields.List(fields.Nested(Approval), required=True)
    requirement = fields.Nested(PlanRequirement, required=True)
    steps = fields.List(fields.Nested(Step), required=True)


class PlanPage(Schema):
    """A page of plans, oldest first."""

    items = fields.List(fields.Nested(PlanOutput), required=True)
    next = fields.String(required=True, allow_none=True)
