"""Proof of ownership as the API takes and shows it."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from recovery.domain.ownership import FIELDS
from recovery.schemas.shapes import Input, Moment, TokenAmount

LONGEST = 16_384


class ProofAsk(Input):
    """Which way is taken: one of the case's ``ways`` but ``documents``, which are handed in on the page of the case."""

    method = fields.String(required=True, validate=validate.Length(min=1, max=40))


ANSWER_FIELDS = ("hash", *sorted({one.name for parts in FIELDS.values() for one in parts}))

ProofAnswer = Input.from_dict(
    {
        name: fields.String(
            validate=validate.Length(max=LONGEST),
            metadata={"description": "of a test transfer" if name == "hash" else "as the challenge's `fields` say"},
        )
        for name in ANSWER_FIELDS
    },
    name="ProofAnswer",
)
"""The parts of an answer: those the challenge names, or the hash of the test transfer."""


class ChallengeField(Schema):
    """A part of the answer."""

    name = fields.String()
    needed = fields.Boolean()


class Challenge(Schema):
    """What is to be signed, once, until it expires."""

    id = fields.UUID()
    method = fields.String()
    address = fields.String()
    text = fields.String(metadata={"description": "to be signed exactly as it stands"})
    payload = fields.Raw(metadata={"description": "what wallets of this kind are given besides"})
    fields_ = fields.List(fields.Nested(ChallengeField), data_key="fields", attribute="fields")
    expires_at = Moment()


class AskedTransfer(Schema):
    """The exact amount to send from the sender of the first payment, to an address of the claimant's own."""

    id = fields.UUID()
    network = fields.String()
    contract = fields.String(metadata={"description": "empty for the native coin"})
    symbol = fields.String()
    decimals = fields.Integer()
    sender = fields.String()
    recipient = fields.String()
    memo = fields.String(metadata={"description": "empty where none is needed"})
    amount = TokenAmount()
    expires_at = Moment()
    hash = fields.String(allow_none=True)


class GivenProof(Schema):
    """One proof and what came of it. Staff also see it word for word."""

    method = fields.String()
    subject = fields.String()
    verdict = fields.Boolean(allow_none=True, metadata={"description": "null while it cannot be known"})
    why = fields.String(metadata={"description": "a stable code"})
    strength = fields.String()
    at = Moment()
    address = fields.String()
    memo = fields.String()
    about = fields.String()
    current = fields.Boolean()
    signature = fields.String(allow_none=True)
    public_key = fields.String(allow_none=True)
    extra = fields.Raw()
    checked_at = fields.Integer(allow_none=True, metadata={"description": "block at which a contract was asked"})
    judged_by = fields.String()
    text = fields.String(allow_none=True)


class Document(Schema):
    """A document somebody handed in; its content is for those who judge it, on the page of the case."""

    id = fields.UUID()
    name = fields.String()
    media_type = fields.String()
    size = fields.Integer()
    sha256 = fields.String()
    quarantined = fields.Boolean()
    at = Moment()


class Proofs(Schema):
    """What a case asks to be proven and what was; ``asked`` says whether something can be handed in now."""

    asked = fields.Boolean()
    network = fields.String()
    level = fields.String(validate=validate.OneOf(("none", "link", "signature", "two")))
    address = fields.String(allow_none=True)
    platform = fields.Boolean(metadata={"description": "the sender is a platform's shared wallet"})
    ways = fields.List(fields.String())
    accepted = fields.List(fields.String())
    waiting = fields.Boolean(metadata={"description": "the network is being asked"})
    challenge = fields.Nested(Challenge, allow_none=True)
    transfer = fields.Nested(AskedTransfer, allow_none=True)
    given = fields.List(fields.Nested(GivenProof))
    documents = fields.List(fields.Nested(Document))


class Said(Schema):
    """Whether the answer proves what was asked: yes, no, or not known (now, or in this way)."""

    ok = fields.Boolean(required=True, allow_none=True)
    why = fields.String(required=True, metadata={"description": "a stable code"})
    text = fields.String(required=True)


class ProofsOutput(Schema):
    """``proofs`` is null where nothing was ever asked; ``said`` is what became of the answer just given."""

    proofs = fields.Nested(Proofs, required=True, allow_none=True)
    said = fields.Nested(Said, allow_none=True)
