"""Where a refund goes, as the API shows it."""

from __future__ import annotations

from marshmallow import Schema, fields

from recovery.schemas.shapes import Moment


class NoticeShown(Schema):
    """A change the owner was told of; ``denied_at`` when they said that it was not theirs."""

    kind = fields.String(required=True)
    address = fields.String(required=True)
    at = Moment(required=True)
    denied_at = Moment(required=True, allow_none=True)


class BoundDestination(Schema):
    """The address that binds, since when, and until when nothing is paid."""

    address = fields.String(required=True)
    since = Moment(required=True)
    rests_until = Moment(required=True, allow_none=True)
    notices = fields.List(fields.Nested(NoticeShown), required=True)


class Remark(Schema):
    """What is to be said of an address; ``like`` is the known address it can be taken for."""

    code = fields.String(required=True, metadata={"description": "a stable code"})
    like = fields.String(required=True, allow_none=True)


class TypedDestination(Schema):
    """An address the depositor had looked at. ``seen`` is what ``confirmed`` must repeat where the verdict is ``confirm``."""

    address = fields.String(required=True)
    verdict = fields.String(required=True, metadata={"enum": ["allow", "confirm", "unknown", "refuse"]})
    remarks = fields.List(fields.Nested(Remark), required=True)
    seen = fields.String(required=True)
    at = Moment(required=True)


class RefundTargets(Schema):
    """Where the refund may go. ``source`` is named only where it is safe to send the coins back."""

    permitted = fields.String(required=True, metadata={"enum": ["source", "proven", "account", "none"]})
    source = fields.String(required=True, allow_none=True)
    proven = fields.List(fields.String(), required=True)
