"""Memos as people really type them (cause B04): whose known memo a typed one can only have meant.

A memo is normalised step by step, every step with a name, and each text reached is a *candidate*. The address book is asked
for the candidates only (:func:`candidates`, :func:`digit_keys`), never read as a whole. One owner among them, and it was a typing
mistake; two, and nobody may say who was meant (B02).

Numbers inside words are read with care, because the machine credits what comes out: identifiers made of letters and digits
(hashes, addresses, UUIDs) and the digits of an e-mail address that merely has some are not numbers that somebody typed.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
import unicodedata
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import unquote_plus

MOST_CANDIDATES = 64
LONGEST_MEMO = 1024
"""Characters of a memo that are looked at; no chain's memo is longer than this in text."""

_MOST_WORDS = 12
_LONGEST_WORD_WITH_NUMBERS = 25
_LEAST_DIGITS_IN_EMAIL = 6
_LEAST_BARE_HEX = 12
_DEEPEST = 8
_INVISIBLE = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)
"""Characters that show nothing although Unicode does not class them as format characters."""
_QUOTES = "\"'`´‘’‚‛“”„‟«»‹›「」『』<>()[]{}"
_COUNTING = str.maketrans("〇零一二三四五六七八九", "00123456789")
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_EMAIL = re.compile(r"([\w.+%-]+)@[\w-]+(?:\.[\w-]+)+")
_WORD = re.compile(r"[^\W_]+")
_HEX = re.compile(r"0[xX]([0-9a-fA-F]+)|\\x([0-9a-fA-F]+)|([0-9a-fA-F]+)")
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{3,}={0,2}")

Step = Callable[[str], Iterator[str]]


@dataclass(frozen=True)
class MemoMatch:
    """Which known memo a typed one means.

    ``exact`` is set when it stands in the book as typed, and nothing else is looked for. ``normalised`` is the one known memo it
    yields, and ``how`` the steps that lead there. ``ambiguous`` says that it yields several, ``possible`` which.
    """

    exact: str | None = None
    normalised: str | None = None
    how: tuple[str, ...] = ()
    ambiguous: bool = False
    possible: tuple[str, ...] = ()


def owners_of_memo(memo: str, known: Collection[str]) -> MemoMatch:
    """What ``memo`` means among ``known`` memos of one address; a known one that is empty means nothing.

    ``known`` may be the whole book or what was found under :func:`candidates` and :func:`digit_keys`: the answer is the same.
    """
    if memo and memo in known:
        return MemoMatch(exact=memo, possible=(memo,))
    hows: dict[str, tuple[str, ...]] = {}
    texts = dict(candidates(memo))
    keys: dict[str, tuple[str, ...]] = {}
    for text, how in texts.items():
        if (key := canonical_digits(text)) is not None:
            keys.setdefault(key, how)
    for entry in known:
        key = canonical_digits(entry)
        if entry and entry in texts:
            hows[entry] = texts[entry]
        elif key is not None and key in keys:
            hows[entry] = (*keys[key], "leading_zeros")
    possible = tuple(sorted(hows))
    if len(possible) == 1:
        return MemoMatch(normalised=possible[0], how=hows[possible[0]], possible=possible)
    return MemoMatch(ambiguous=len(possible) > 1, possible=possible)


@lru_cache(maxsize=256)  # asked for three times in a verdict: to ask the book, its numbers, and to judge what came
def candidates(memo: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Texts that ``memo`` may have been meant to be, at most 64, each with the steps that lead there; nearest first.

    The first is the memo itself. A memo of so many words that its candidates would not fit yields only its whole forms: leaving
    out some of them would hide that there are two.
    """
    found = _reached(memo[:LONGEST_MEMO], words=True)
    if len(found) > MOST_CANDIDATES:
        found = _reached(memo[:LONGEST_MEMO], words=False)
    return tuple(found.items())[:MOST_CANDIDATES]


def digit_keys(memo: str) -> tuple[str, ...]:
    """The numbers among the candidates without their leading zeros, to be compared with a book's memos without theirs."""
    keys = (canonical_digits(text) for text, _ in candidates(memo))
    return tuple(dict.fromkeys(key for key in keys if key is not None))


def canonical_digits(memo: str) -> str | None:
    """``memo`` without leading zeros when it is a number in ASCII digits (``"000"`` is ``"0"``), else none."""
    return (memo.lstrip("0") or "0") if memo.isascii() and memo.isdigit() else None


def _reached(memo: str, *, words: bool) -> dict[str, tuple[str, ...]]:
    """Every text within reach, by the shortest way there, breadth first."""
    found: dict[str, tuple[str, ...]] = {memo: ()} if memo else {}
    edge = list(found)
    for _ in range(_DEEPEST):
        following: list[str] = []
        for text in edge:
            for name, step, last in _STEPS if words else _WHOLE:
                for reached in step(text):
                    if not reached or reached in found:
                        continue
                    found[reached] = (*found[text], name)
                    if not last:
                        following.append(reached)
                    if len(found) > MOST_CANDIDATES:
                        return found
        edge = following
    return found


def _trimmed(text: str) -> Iterator[str]:
    yield text.strip()


def _visible(text: str) -> Iterator[str]:
    """Without control, format (bidi, zero-width), private-use and empty-looking characters."""
    spaced = "".join(" " if c.isspace() else c for c in text)
    yield _INVISIBLE.sub("", "".join(c for c in spaced if unicodedata.category(c)[0] != "C"))


def _compatible(text: str) -> Iterator[str]:
    """NFKC (Unicode Standard Annex 15): full-width and styled letters and digits as plain ones."""
    yield unicodedata.normalize("NFKC", text)


def _ascii_digits(text: str) -> Iterator[str]:
    """Decimal digits of any script as 0 to 9, also the Chinese figures where nothing else is written."""
    plain = "".join(str(unicodedata.decimal(c)) if c.isdecimal() else c for c in text)
    counted = plain.translate(_COUNTING)
    yield counted if counted.isascii() and counted.isdigit() else plain


def _unquoted(text: str) -> Iterator[str]:
    yield text.strip(_QUOTES + " ")


def _percent_decoded(text: str) -> Iterator[str]:
    if re.search(r"%[0-9a-fA-F]{2}", text):
        yield unquote_plus(text, errors="replace")


def _json_values(text: str) -> Iterator[str]:
    """Texts and whole numbers inside a JSON text, wherever they stand."""
    if text[:1] not in ("{", "[", '"'):
        return
    try:
        value = json.loads(text, parse_int=str, parse_float=str)  # never through a binary fraction
    except (ValueError, RecursionError):
        return
    waiting, seen = [value], 0
    while waiting and seen < _MOST_WORDS:
        one = waiting.pop(0)
        seen += 1
        if isinstance(one, dict):
            waiting.extend(one.values())
        elif isinstance(one, list):
            waiting.extend(one)
        elif isinstance(one, str):
            yield one


def _hex_decoded(text: str) -> Iterator[str]:
    """Text written in hexadecimal, and a number that fills the 32 bytes of a hash memo.

    Digits alone could be a number as well, so without ``0x`` only what decodes to six characters or more is taken for text.
    """
    match = _HEX.fullmatch(text)
    digits = match and (match[1] or match[2] or match[3])
    if not match or not digits or len(digits) % 2 or (match[3] and len(digits) < _LEAST_BARE_HEX):
        return
    raw = bytes.fromhex(digits)
    yield from _readable(raw)
    if len(raw) == 32 and not any(raw[:24]) and any(raw):
        yield str(int.from_bytes(raw, "big"))


def _base64_decoded(text: str) -> Iterator[str]:
    if not _BASE64.fullmatch(text) or len(text.rstrip("=")) % 4 == 1:
        return
    body = text.rstrip("=").translate(str.maketrans("-_", "+/"))
    try:
        yield from _readable(base64.b64decode(body + "=" * (-len(body) % 4), validate=True))
    except (binascii.Error, ValueError):
        return


def _readable(raw: bytes) -> Iterator[str]:
    """``raw`` as text where all of it, less padding with zeros, is printable UTF-8."""
    try:
        text = raw.strip(b"\0").decode("utf-8")
    except UnicodeDecodeError:
        return
    if all(c.isspace() or unicodedata.category(c)[0] != "C" for c in text):
        yield text


def _joined(text: str) -> Iterator[str]:
    """Without the spaces and marks that group a number: ``1 022 568``, ``1,022,568``, ``10-22-56``."""
    joined = re.sub(r"[\s.,'’_\-/·#+]", "", text)
    if joined.isascii() and joined.isalnum():
        yield joined


def _words(text: str) -> Iterator[str]:
    """Single words; none of a text that has too many to mean one of them, none of an e-mail address or a UUID."""
    rest = _EMAIL.sub(" ", _UUID.sub(" ", text))
    found = dict.fromkeys(_WORD.findall(rest))
    if len(found) <= _MOST_WORDS:
        yield from found


def _email_numbers(text: str) -> Iterator[str]:
    """A number pasted together with an e-mail address: all of its local part, what follows ``+``, or six digits and more."""
    for local in _EMAIL.findall(text)[:_MOST_WORDS]:
        for part in (local, local.rpartition("+")[2]):
            if part.isascii() and part.isdigit():
                yield part
        yield from (run for run in re.findall(r"[0-9]+", local) if len(run) >= _LEAST_DIGITS_IN_EMAIL)


def _digit_runs(text: str) -> Iterator[str]:
    """The numbers inside one word (``1022568865bi``), unless it is long enough to be an identifier of something."""
    if _WORD.fullmatch(text) and len(text) <= _LONGEST_WORD_WITH_NUMBERS and not text.isdigit():
        yield from re.findall(r"[0-9]+", text)


def _digits_only(text: str) -> Iterator[str]:
    """All digits of one word (``10o22``), run together; those of several words would be a number nobody wrote."""
    if _WORD.fullmatch(text) and len(text) <= _LONGEST_WORD_WITH_NUMBERS:
        yield "".join(re.findall(r"[0-9]", text))


def _cased(text: str) -> Iterator[str]:
    if text.isascii() and not text.isdigit():
        yield text.lower()
        yield text.upper()


_WHOLE: tuple[tuple[str, Step, bool], ...] = (
    ("spaces", _trimmed, False),
    ("invisible", _visible, False),
    ("compatibility", _compatible, False),
    ("digits_of_a_script", _ascii_digits, False),
    ("quotes", _unquoted, False),
    ("json", _json_values, False),
    ("percent", _percent_decoded, False),
    ("hex", _hex_decoded, False),
    ("base64", _base64_decoded, False),
    ("joined", _joined, True),
    ("case", _cased, True),
)
"""Steps that keep the whole of the memo: name, function, whether nothing may follow it."""
_STEPS = (
    *_WHOLE,
    ("email", _email_numbers, True),
    ("words", _words, False),
    ("digits", _digit_runs, True),
    ("digits_only", _digits_only, True),
)
