"""Which language a page speaks: what the visitor chose here, else their profile, else what the browser asks for."""

from __future__ import annotations

from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import Any

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations
from flask import Flask, g, has_request_context, request
from flask_babel import Babel, Domain, get_locale
from markupsafe import Markup

FOLDER = Path(__file__).resolve().parent.parent / "locale"
COOKIE = "locale"


class Catalogue(Domain):  # type: ignore[misc]
    """Translations read straight from the ``.po`` files: there is nothing to compile and nothing to forget."""

    def get_translations(self) -> NullTranslations:
        """The translations of the request at hand."""
        locale = get_locale()
        return catalogue(str(locale)) if locale else NullTranslations()


@lru_cache(maxsize=32)
def catalogue(locale: str) -> NullTranslations:
    """One language's texts; English is the language the texts are written in and needs none."""
    file = FOLDER / locale / "LC_MESSAGES" / "messages.po"
    if not file.is_file():
        return NullTranslations()
    with file.open("rb") as source:
        messages = read_po(source, locale=locale)
    compiled = BytesIO()
    write_mo(compiled, messages)
    compiled.seek(0)
    return Translations(compiled)


def language() -> str:
    """The language of the request at hand, found once."""
    if not has_request_context():
        return "en"
    if "language" not in g:
        g.language = str(get_locale() or "en")
    return str(g.language)


@lru_cache(maxsize=16384)
def spoken(locale: str, text: str) -> str:
    """A text of the catalogue in a language. A page says the same few hundred texts again and again."""
    return str(catalogue(locale).ugettext(text))


@lru_cache(maxsize=16384)
def _plain(locale: str, text: str) -> Markup:
    return Markup(spoken(locale, text)) % {}  # noqa: S704 - the catalogue's own text


def in_template(text: str, **values: object) -> Markup:
    """``_()`` of templates: always a format string, so that translators need one rule; values are escaped."""
    return Markup(spoken(language(), text)) % values if values else _plain(language(), text)  # noqa: S704


@lru_cache(maxsize=1)
def languages() -> tuple[str, ...]:
    """Every language there is a catalogue for, English first."""
    found = sorted(entry.name for entry in FOLDER.iterdir() if (entry / "LC_MESSAGES" / "messages.po").is_file())
    return ("en", *(name for name in found if name != "en"))


def install(app: Flask) -> None:
    """Let flask-babel choose per request."""
    babel = Babel(app, locale_selector=chosen_language)
    babel.domain_instance = Catalogue()
    app.jinja_env.globals.update(_=in_template, gettext=in_template)


def chosen_language() -> str:
    """The language of this request, always one there is a catalogue for."""
    if not has_request_context():
        return "en"
    actor: Any = g.get("actor")
    for wish in (request.cookies.get(COOKIE), actor.locale if actor else None):
        if wish in languages():
            return str(wish)
    return request.accept_languages.best_match(languages(), default="en")
