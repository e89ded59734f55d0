"""Registries as the API shows them: rows of cells, in the columns of their CSV."""

from __future__ import annotations

from marshmallow import Schema, fields

from recovery.schemas.shapes import Input


class ImportQuery(Input):
    """How a file is taken."""

    partial_ = fields.Boolean(
        data_key="partial",
        attribute="partial",
        load_default=False,
        metadata={"description": "take the good rows of a file with bad ones"},
    )
    replace = fields.Boolean(load_default=False, metadata={"description": "rows the file lacks are removed"})


class RegistryPage(Schema):
    """A page of rows; a cell is a string, or null when it is empty."""

    kind = fields.String(required=True)
    items = fields.List(fields.Dict(keys=fields.String(), values=fields.String(allow_none=True)), required=True)
    next = fields.String(required=True, allow_none=True)


class RefusedRow(Schema):
    """A row that was not taken; the first row under the header is 1."""

    row = fields.Integer(required=True)
    why = fields.String(required=True, metadata={"description": "`column: code`"})


class ImportOutput(Schema):
    """What became of a file. With refused rows nothing was changed, unless `partial` was asked for."""

    kind = fields.String(required=True)
    rows = fields.Integer(required=True)
    added = fields.Integer(required=True)
    changed = fields.Integer(required=True)
    unchanged = fields.Integer(required=True)
    refused = fields.List(fields.Nested(RefusedRow), required=True)
