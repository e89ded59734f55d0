"""Credits wanted of the exchange's ledger, as it reads and answers them."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from recovery.schemas.shapes import Input, Moment, PageQuery, TokenAmount

TEXT = validate.And(validate.Length(min=1, max=200), validate.Predicate("isprintable"))


class IntentListQuery(PageQuery):
    """Which intents."""

    state = fields.String(validate=validate.Length(max=40), metadata={"description": "open, confirmed or refused"})


class ConfirmationInput(Input):
    """What the ledger credited. It must be equal to the intent in everything; `external_id` is the ledger's own."""

    external_id = fields.String(required=True, validate=TEXT)
    amount = TokenAmount(required=True)
    account = fields.String(required=True, validate=TEXT)
    asset = fields.String(required=True, validate=TEXT, metadata={"description": "CAIP-19, as in the intent"})


class RefusalInput(Input):
    """The ledger did not credit and will not under this id."""

    external_id = fields.String(required=True, validate=TEXT)
    reason = fields.String(required=True, validate=TEXT)


class IntentOutput(Schema):
    """A credit that is wanted. All but `state`, `external_id` and `answered_at` never changes."""

    id = fields.UUID(required=True)
    case = fields.String(required=True)
    network = fields.String(required=True)
    network_id = fields.String(required=True)
    asset = fields.String(required=True)
    contract = fields.String(required=True, allow_none=True)
    hash = fields.String(required=True)
    position = fields.String(required=True)
    account = fields.String(required=True)
    amount = TokenAmount(required=True)
    state = fields.String(required=True)
    external_id = fields.String(required=True, allow_none=True)
    created_at = Moment(required=True)
    answered_at = Moment(required=True, allow_none=True)


class IntentPage(Schema):
    """A page of intents, oldest first. `held`: payouts are held back, and open intents are not shown to the ledger."""

    items = fields.List(fields.Nested(IntentOutput), required=True)
    next = fields.String(required=True, allow_none=True)
    held = fields.Boolean(required=True)


class NoticeOutput(Schema):
    """Whether the notice was new."""

    new = fields.Boolean(required=True)
