"""Texts in the language the client asks for with Accept-Language."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import gettext


def said(text: str, values: Mapping[str, object] | None = None) -> str:
    """One text of the catalogue; a text that wants values it is not given stays as it is written."""
    spoken = str(gettext(text)) if text else ""
    if not values or "%(" not in spoken:
        return spoken
    try:
        return spoken % values
    except (KeyError, ValueError, TypeError):
        return spoken
