"""The exchange's ledger over HTTP: an intent handed to it, and what it says about one when it is asked.

Handing over is ``POST`` of the same body each time, signed, with the intent's id as idempotency key; any status of 2xx means that
it has it, and nothing more. Only what it says when asked, or hands in itself, is an answer. Its address is the operator's word.
"""

from __future__ import annotations

import time
import uuid
from dataclasses import dataclass, field
from datetime import datetime

import httpx
import structlog

from chains.http_client import client, deadline_of_thread
from config.settings import Settings
from recovery.domain.credit_intents import LONGEST_ANSWER, Said, understood
from recovery.domain.webhooks import secret_bytes, signed_headers

OK = 200

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Ledger:
    """Where the ledger is. Without ``push_url`` it fetches intents itself, without ``status_url`` it hands its answers in."""

    push_url: str = field(repr=False)
    status_url: str = field(repr=False)
    secret: bytes = field(repr=False)
    token: str = field(repr=False)
    seconds: float


def ledger_of(settings: Settings) -> Ledger | None:
    """The exchange's ledger of this installation; ``None`` where its own book of credits answers."""
    if not settings.ledger:
        return None
    return Ledger(
        settings.ledger_push_url,
        settings.ledger_status_url,
        secret_bytes(settings.ledger_secret) if settings.ledger_secret else b"",
        settings.ledger_token,
        settings.ledger_seconds,
    )


def hand_over(ledger: Ledger, intent_id: uuid.UUID, payload: str, at: datetime) -> bool:
    """Whether the ledger took it. Raises nothing."""
    body = payload.encode()
    headers = {
        "Content-Type": "application/json",
        "Idempotency-Key": str(intent_id),
        **signed_headers(ledger.secret, str(intent_id), at, body),
    }
    status, _ = _exchange(ledger, "POST", ledger.push_url, headers, body)
    if not OK <= status < OK + 100:
        log.warning("ledger.not_taken", intent=str(intent_id), status=status)
    return OK <= status < OK + 100


def look_up(ledger: Ledger, intent_id: uuid.UUID) -> Said | None:
    """What the ledger says of an intent; ``None`` when it has not decided, does not answer, or is not understood."""
    url = f"{ledger.status_url.rstrip('/')}/{intent_id}"
    status, body = _exchange(ledger, "GET", url, {"Accept": "application/json"}, b"")
    return understood(body, intent_id) if status == OK else None


def _exchange(ledger: Ledger, method: str, url: str, headers: dict[str, str], body: bytes) -> tuple[int, bytes]:
    """Status and the beginning of the body; status 0 when nothing was heard. Redirects are not followed."""
    sent = {"Accept-Encoding": "identity", **headers}
    if ledger.token:
        sent["Authorization"] = f"Bearer {ledger.token}"
    try:
        with (
            deadline_of_thread(time.monotonic() + ledger.seconds),
            client().stream(method, url, content=body, headers=sent, timeout=ledger.seconds) as answer,
        ):
            told = bytearray()
            for piece in answer.iter_raw():
                told += piece
                if len(told) > LONGEST_ANSWER:
                    return 0, b""
            return answer.status_code, bytes(told)
    except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError, OverflowError) as error:
        log.warning("ledger.unreachable", error=type(error).__name__)
        return 0, b""
