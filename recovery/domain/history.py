"""The history rule: how an event's text is made and how it is chained to the one before.

``hash = SHA-256(0x02 || case id || seq || previous hash || SHA-256(body))``; the first event follows 32 zero bytes. The
body is canonical JSON and is stored as it was hashed, so nothing is ever serialised again to verify it.
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from recovery.domain.canonical import canonical

GENESIS = "00" * 32


def event_body(
    *,
    case_ref: str,
    seq: int,
    name: str,
    workflow: str,
    source: str | None,
    target: str,
    actor_id: uuid.UUID,
    role: str,
    at: datetime,
    data: Mapping[str, Any],
) -> str:
    """The canonical text of an event: what was decided, by whom, in which role, when by the database's clock."""
    return canonical(
        {
            "actor": str(actor_id),
            "at": at.astimezone(UTC).isoformat(timespec="microseconds"),
            "case": case_ref,
            "data": dict(data),
            "from": source,
            "name": name,
            "role": role,
            "seq": seq,
            "to": target,
            "version": 1,
            "workflow": workflow,
        }
    )


def event_hash(case_id: uuid.UUID, seq: int, prev_hash: str, body: str) -> str:
    """The chained hash of one event, in hex."""
    inner = hashlib.sha256(body.encode()).digest()
    return hashlib.sha256(
        b"\x02" + case_id.bytes + seq.to_bytes(8, "big") + bytes.fromhex(prev_hash) + inner
    ).hexdigest()
