"""What a file really is, from its content alone: its name and the browser's word count for nothing. Pure.

Taken are PDF, PNG and JPEG that begin and end as such a file must, so that a page or a program cannot ride along before or
behind. What is inside is not examined: every document stays in quarantine and is only ever downloaded.
"""

from __future__ import annotations

import re
import unicodedata

LARGEST = 5_000_000
MOST_FILES = 10
LONGEST_NAME = 120
ENDINGS = {"application/pdf": ".pdf", "image/png": ".png", "image/jpeg": ".jpg"}

_PNG, _PNG_HEAD, _PNG_END = b"\x89PNG\r\n\x1a\n", b"\x00\x00\x00\rIHDR", b"\x00\x00\x00\x00IEND\xaeB`\x82"
_PDF = re.compile(rb"%PDF-[12]\.\d[\r\n ]")
_JPEG, _JPEG_END = b"\xff\xd8\xff", b"\xff\xd9"


class NoDocument(ValueError):
    """The file is not taken; the argument is a message code."""


def sniffed(body: bytes) -> str:
    """The media type of a file. Raises NoDocument when it is empty, too large, or none of the three kinds."""
    if not body:
        raise NoDocument("document_is_empty")
    if len(body) > LARGEST:
        raise NoDocument("document_is_too_large")
    if body.startswith(_PNG + _PNG_HEAD) and body.endswith(_PNG_END):
        return "image/png"
    if body.startswith(_JPEG) and body.rstrip(b"\x00").endswith(_JPEG_END):
        return "image/jpeg"
    if _PDF.match(body) and body.rstrip(b"\r\n \x00").endswith(b"%%EOF"):
        return "application/pdf"
    raise NoDocument("document_kind_not_taken")


def shown_name(given: str) -> str:
    """The name a file came with, as it may be shown: its last part, without what is invisible or steers text."""
    last = re.split(r"[/\\]", given)[-1]
    plain = "".join(letter for letter in last if unicodedata.category(letter)[0] != "C").strip(" .")
    return plain[:LONGEST_NAME] or "document"


def download_name(media_type: str, sha256: str) -> str:
    """The name under which a document is handed out: ours, with the ending of what it really is."""
    return f"proof-{sha256[:12]}{ENDINGS[media_type]}"
