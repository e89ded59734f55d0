"""Names of what never went over a chain: transfers inside a platform, orders, requests. Pure."""

from __future__ import annotations

import re

_INSIDE = r"(?:internal|off[\s_-]?chain|in[\s_-]?platform|intra[\s_-]?(?:exchange|platform))"
_MOVE = r"(?:transfer|transaction|tx|txid|payment|withdrawal|deposit|send)s?"
_PHRASE = re.compile(rf"\b{_INSIDE}[\s_:-]+{_MOVE}(?![a-z])(?P<rest>.*)", re.IGNORECASE | re.DOTALL)
_NUMBER = re.compile(r"^[^\w]*(?:id|no|nr|number)?[^\w]*[0-9]{4,20}\b", re.IGNORECASE)
_UUID = re.compile(r"(?<![0-9A-Za-z-])[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?![0-9A-Za-z-])", re.IGNORECASE)
_LABELLED = re.compile(
    r"(?:(?:my|the|your|order|request|transfer|transaction|withdrawal|deposit|payment|reference|ref|txid|tx|hash|id|no|nr|number"
    r"|is|was)\b|[\s:=#№.,-])*[0-9]{8,20}[\s.,!]*",
    re.IGNORECASE,
)

LONGEST_PHRASE = 60
"""Characters of a text that is no more than the words of a platform for a transfer inside it."""


def names_one(text: str) -> bool:
    """Whether ``text``, in which there is no hash, is such a name: a number alone, a UUID, or a platform's own words."""
    if _UUID.search(text) or _LABELLED.fullmatch(text.strip()):
        return True
    said = _PHRASE.search(text)
    return said is not None and (len(text) <= LONGEST_PHRASE or _NUMBER.match(said["rest"]) is not None)
