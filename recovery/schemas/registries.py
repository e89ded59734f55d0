"""Registries as the API shows them: rows of cells, in the columns of their CSV."""

from __future__ import annotations

from datetime import UTC

from marshmallow import INCLUDE, Schema, fields, validate

from recovery.domain.token_lists import STATES
from recovery.schemas.shapes import Input, Moment, PageQuery


class ImportQuery(Input):
    """How a file is taken."""

    partial_ = fields.Boolean(
        data_key="partial",
        attribute="partial",
        load_default=False,
        metadata={"description": "take the good rows of a file with bad ones"},
    )
    replace = fields.Boolean(load_default=False, metadata={"description": "rows the file lacks are removed"})
    state = fields.String(
        load_default="listed",
        validate=validate.OneOf(STATES),
        metadata={"description": "of all tokens of a token list, which itself says none"},
    )


class RegistryQuery(PageQuery):
    """Which rows of a registry, and which page of them."""

    network = fields.String(validate=validate.Length(min=1, max=100), metadata={"description": "slug"})
    q = fields.String(
        validate=validate.Length(min=1, max=1000),
        metadata={"description": "a whole address, account, contract, hash, symbol or platform, in any spelling"},
    )
    as_of = fields.AwareDateTime(
        format="iso",
        default_timezone=UTC,
        metadata={"description": "addresses valid at this moment; UTC without an offset"},
    )


class RowInput(Schema):
    """One row: the columns of the registry as their CSV cells; a column left out or null is empty."""

    class Meta:
        """The columns differ by registry; the service refuses unknown ones."""

        unknown = INCLUDE


class RowOutput(Schema):
    """What became of a row, and how it is kept now."""

    kind = fields.String(required=True)
    outcome = fields.String(required=True, validate=validate.OneOf(("added", "changed", "unchanged")))
    row = fields.Dict(keys=fields.String(), values=fields.String(allow_none=True), required=True)


class LoadOutput(Schema):
    """One import that took effect."""

    at = Moment(required=True)
    by = fields.String(required=True, metadata={"description": "name of the person"})
    sha256 = fields.String(required=True, metadata={"description": "of the file"})
    added = fields.Integer(required=True)
    changed = fields.Integer(required=True)
    removed = fields.Integer(required=True)


class RegistryOutput(Schema):
    """One registry."""

    kind = fields.String(required=True)
    columns = fields.List(fields.String(), required=True)
    key = fields.List(fields.String(), required=True)
    rows = fields.Integer(required=True)
    last_load = fields.Nested(LoadOutput, required=True, allow_none=True)


class RegistryList(Schema):
    """All registries."""

    items = fields.List(fields.Nested(RegistryOutput), required=True)


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
