"""Plans as the signer takes them and hands them back."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from chains.exports import FORMATS
from recovery.schemas.shapes import Input, PageQuery, TokenAmount


class PlanListQuery(PageQuery):
    """Which plans."""

    state = fields.String(validate=validate.Length(max=40))


class SignedInput(Input):
    """The signed transactions, one per step and in the order of the steps."""

    transactions = fields.List(
        fields.String(validate=validate.Regexp(r"^(0x)?[0-9a-fA-F]{2,400000}$|^[A-Za-z0-9+/=]{8,400000}$")),
        required=True,
        validate=validate.Length(min=1, max=200),
    )


class Approval(Schema):
    """Who approved which digest, for which team."""

    stage = fields.String()
    approver = fields.UUID()
    on_behalf_of = fields.UUID(allow_none=True)
    digest = fields.String()


class Moves(Schema):
    """One movement the step must show on the chain: `amount` leaves its sender, `arrives` reaches the recipient."""

    contract = fields.String(allow_none=True)
    recipient = fields.String()
    amount = TokenAmount()
    arrives = TokenAmount()


class ReplacementInput(Input):
    """The signed transaction of one replacement."""

    transaction = fields.String(
        validate=validate.Regexp(r"^(0x)?[0-9a-fA-F]{2,400000}$|^[A-Za-z0-9+/=]{8,400000}$"), required=True
    )


class Replacement(Schema):
    """The same movement with the step's nonce or inputs at a higher fee; to be signed while `hash` is null."""

    number = fields.Integer(metadata={"description": "counts within the plan"})
    purpose = fields.String()
    form = fields.String()
    sender = fields.String()
    body = fields.Dict(keys=fields.String(), values=fields.Raw())
    inputs = fields.List(fields.String())
    nonce = TokenAmount(allow_none=True)
    moves = fields.List(fields.Nested(Moves))
    highest_cost = TokenAmount()
    hash = fields.String(allow_none=True)
    at = fields.DateTime()


class Step(Schema):
    """One unsigned transaction; numbers are decimal strings. `form` says how `body` is read."""

    index = fields.Integer()
    purpose = fields.String()
    form = fields.String(
        metadata={"description": "`evm` (fields of a type-2 transaction) or `utxo` (hexadecimal, PSBT)"}
    )
    sender = fields.String()
    body = fields.Dict(keys=fields.String(), values=fields.Raw())
    inputs = fields.List(fields.String(), metadata={"description": "outputs it spends, `txid:vout`"})
    nonce = TokenAmount(allow_none=True)
    moves = fields.List(fields.Nested(Moves))
    highest_cost = TokenAmount()
    hash = fields.String(allow_none=True)
    mined_hash = fields.String(
        allow_none=True, metadata={"description": "what the chain took: the step, or one of its replacements"}
    )
    state = fields.String()
    cost = TokenAmount(allow_none=True)
    replacements = fields.List(fields.Nested(Replacement))


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


class PlanCaseOutput(Schema):
    """A case the plan serves."""

    case = fields.String(required=True)
    round = fields.Integer(required=True)
    state = fields.String(required=True)


class PlanOutput(Schema):
    """A plan. `digest` is the SHA-256 of `payload` as canonical JSON; it is what was approved."""

    id = fields.UUID(required=True)
    cases = fields.List(fields.Nested(PlanCaseOutput), required=True)
    kind = fields.String(required=True)
    network = fields.String(required=True)
    state = fields.String(required=True)
    digest = fields.String(required=True)
    payload = fields.Raw(required=True)
    approvals = fields.List(fields.Nested(Approval), required=True)
    requirement = fields.Nested(PlanRequirement, required=True)
    steps = fields.List(fields.Nested(Step), required=True)


class PlanFile(Schema):
    """A file a signer takes, made of the released steps and compared with them."""

    name = fields.String(required=True)
    format = fields.String(
        required=True, validate=validate.OneOf(FORMATS), metadata={"description": "which kind of signer takes it"}
    )
    size = fields.Integer(required=True, metadata={"description": "bytes"})
    sha256 = fields.String(required=True)


class PlanFileList(Schema):
    """The files of a plan."""

    items = fields.List(fields.Nested(PlanFile), required=True)


class PlanPage(Schema):
    """A page of plans, oldest first."""

    items = fields.List(fields.Nested(PlanOutput), required=True)
    next = fields.String(required=True, allow_none=True)
