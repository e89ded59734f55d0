"""Sentences of the API, the registries and the commands, by code; beside those of ``texts``, which pages use as well."""

from __future__ import annotations

from recovery.domain.marking import mark

TITLES: dict[str, str] = {
    "unsupported_media_type": mark("This kind of content is not taken here"),
}
"""Titles of codes only the API has."""

DETAILS: dict[str, str] = {
    "unsupported_media_type": mark("Send application/json in UTF-8 (registries: text/csv), not compressed."),
    "idempotency_key_missing": mark(
        "Every write needs a header Idempotency-Key of 1 to 128 printable ASCII characters without spaces."
    ),
    "not_json": mark("The body is not strict JSON: check duplicate keys, nesting, NaN and the encoding."),
    "text_not_storable": mark("A text holds characters that cannot be stored."),
    "token_is_unknown": mark("The bearer token is missing, unknown, expired or revoked."),
    "scope_is_missing": mark("The token does not have the scope this needs, or its owner's roles do not carry it."),
    "scope_not_for_you": mark("Your roles cannot make use of one of these scopes."),
    "rows_refused": mark("Some rows were refused, so nothing was changed."),
    "shown_once": mark("The token was made and shown once. Make another one under another key."),
    "too_large": mark("The body is larger than is taken here."),
    "method_not_allowed": mark("This address does not take that method; the header Allow says which."),
    "wrong_header": mark("The header row must name exactly these columns: %(expected)s"),
    "not_utf8": mark("The file is not UTF-8 (near line %(line)s)."),
    "not_csv": mark("The file is not CSV: quotes do not match or a cell is too long (near line %(line)s)."),
    "line_too_long": mark("A line of the file is longer than %(limit)s characters."),
    "replace_needs_a_whole_file": mark("Rows can be removed only by a file that is taken whole: not with partial."),
    "only_grows": mark("Rows of this registry are observations; they are only ever added."),
    "unknown_registry": mark("There is no registry of this name."),
    "unknown_move": mark("There is no such move in any workflow."),
    "unknown_person": mark("There is no person with this e-mail address."),
    "unknown_scope": mark("There is no scope of this name."),
    "unknown_role": mark("There is no role of this name."),
    "no_scope": mark("A token needs at least one scope."),
    "person_incomplete": mark("Something about this person is missing or wrong."),
    "not_an_email": mark("This is not an e-mail address."),
    "wrong_length": mark("This is too short or too long."),
    "required": mark("This must be given."),
    "not_a_cursor": mark("This is not a cursor of this list."),
    "cursor_is_invalid": mark("This is not a cursor of this list."),
}
"""Sentences for reasons and field codes that programs meet rather than readers of pages."""
