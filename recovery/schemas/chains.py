"""Networks and transactions, as the API takes and shows them."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from recovery.schemas.shapes import Input, TokenAmount


class NetworkOutput(Schema):
    """One network this installation can read."""

    slug = fields.String(required=True)
    id = fields.String(required=True, metadata={"description": "CAIP-2"})
    name = fields.String(required=True)
    family = fields.String(required=True)
    recoverability = fields.String(required=True)
    conditions = fields.List(fields.String(), required=True)
    confirmations = fields.Integer(required=True)
    memo = fields.String(required=True)
    symbol = fields.String(required=True)
    decimals = fields.Integer(required=True)
    retired = fields.Date(required=True, allow_none=True, metadata={"description": "the day it was shut down"})
    claimed_on = fields.String(required=True, allow_none=True)
    claim_page = fields.String(
        required=True, allow_none=True, metadata={"description": "page of a retired network's claims"}
    )
    nodes = fields.Integer(required=True, metadata={"description": "how many nodes are configured"})


class VerifyInput(Input):
    """A hash or explorer link, and the network if it is known."""

    hash = fields.String(required=True)
    network = fields.String(load_default=None, allow_none=True, validate=validate.Length(max=40))


class Block(Schema):
    """The block that holds a transaction."""

    height = fields.Integer()
    hash = fields.String()
    time = fields.String(allow_none=True)


class Fee(Schema):
    """What the transaction cost."""

    asset = fields.String()
    symbol = fields.String(allow_none=True)
    amount = TokenAmount()
    payer = fields.String(allow_none=True)


class TransferOutput(Schema):
    """One movement that really happened."""

    position = fields.String()
    kind = fields.String(validate=validate.OneOf(["native", "internal", "token", "nft"]))
    asset = fields.String()
    contract = fields.String(allow_none=True)
    symbol = fields.String(allow_none=True)
    decimals = fields.Integer(allow_none=True)
    token_id = fields.String(allow_none=True)
    sender = fields.String(allow_none=True)
    recipient = fields.String(allow_none=True)
    amount = TokenAmount()
    memo = fields.String(allow_none=True)


class SourceOutput(Schema):
    """Which node said it."""

    node = fields.String()
    height = fields.Integer(allow_none=True)
    sha256 = fields.String()


class TransactionOutput(Schema):
    """A transaction as the configured nodes agree on it."""

    network = fields.String()
    network_id = fields.String()
    hash = fields.String()
    status = fields.String(validate=validate.OneOf(["succeeded", "failed", "pending", "not_found", "unknown"]))
    final = fields.Boolean()
    confirmations = fields.Integer()
    confirmations_required = fields.Integer()
    block = fields.Nested(Block, allow_none=True)
    fee = fields.Nested(Fee, allow_none=True)
    transfers = fields.List(fields.Nested(TransferOutput))
    failure = fields.String(allow_none=True)
    warnings = fields.List(fields.String())
    sources = fields.List(fields.Nested(SourceOutput))
    root = fields.String(allow_none=True)


class FoundOutput(Schema):
    """The answer when no network was named: all candidates that have a node were asked."""

    found = fields.List(fields.Nested(TransactionOutput), required=True)
    asked = fields.List(fields.String(), required=True)
    silent = fields.List(fields.String(), required=True)
    without_node = fields.List(fields.String(), required=True)
    unclear = fields.List(fields.Nested(TransactionOutput))
