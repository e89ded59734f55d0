"""Messages signed between two machines, in the manner of Standard Webhooks: an id, a time, and an HMAC over both and the body.

https://www.standardwebhooks.com/ : ``webhook-id``, ``webhook-timestamp`` (seconds since 1970), ``webhook-signature`` (one or
more ``v1,<base64>`` with a space between), signed over ``id.timestamp.body`` with HMAC-SHA256.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Mapping
from datetime import datetime, timedelta

ID, TIMESTAMP, SIGNATURE = "webhook-id", "webhook-timestamp", "webhook-signature"
WINDOW = timedelta(minutes=5)
"""How far the time of a message may lie from ours, to either side."""

MOST_SIGNATURES = 10
_IDENTITY = re.compile(r"[A-Za-z0-9._\-]{1,128}")
_SECONDS = re.compile(r"[0-9]{1,12}")


def secret_bytes(text: str) -> bytes:
    """The key in a secret as people pass it on: ``whsec_`` and base64, else the text itself. Raises ValueError."""
    if text.startswith("whsec_"):
        try:
            key = base64.b64decode(text.removeprefix("whsec_"), validate=True)
        except binascii.Error:
            raise ValueError("not base64 after whsec_") from None
    else:
        key = text.encode()
    if len(key) < 24:
        raise ValueError("shorter than 24 bytes")
    return key


def signed_headers(secret: bytes, message_id: str, at: datetime, body: bytes) -> dict[str, str]:
    """The three headers of a message sent at ``at``."""
    seconds = str(int(at.timestamp()))
    return {ID: message_id, TIMESTAMP: seconds, SIGNATURE: f"v1,{_mac(secret, message_id, seconds, body)}"}


def checked_id(secret: bytes, headers: Mapping[str, str], body: bytes, now: datetime) -> str | None:
    """The id of a message that was signed with ``secret`` within the window around ``now``; ``None`` for any other."""
    message_id, seconds = headers.get(ID, ""), headers.get(TIMESTAMP, "")
    if not _IDENTITY.fullmatch(message_id) or not _SECONDS.fullmatch(seconds):
        return None
    if abs(int(now.timestamp()) - int(seconds)) > WINDOW.total_seconds():
        return None
    wanted = f"v1,{_mac(secret, message_id, seconds, body)}".encode()
    given = headers.get(SIGNATURE, "").split(" ")[:MOST_SIGNATURES]
    fits = [hmac.compare_digest(wanted, one.encode("utf-8", "replace")) for one in given]
    return message_id if any(fits) else None


def _mac(secret: bytes, message_id: str, seconds: str, body: bytes) -> str:
    signed = f"{message_id}.{seconds}.".encode() + body
    return base64.b64encode(hmac.new(secret, signed, hashlib.sha256).digest()).decode()
