"""A credit as the exchange's ledger is asked for it: its name for ever, what it says, and whether an answer is equal to it."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from recovery.domain.canonical import canonical, digest

NAMESPACE = uuid.UUID("b6c1a4de-51f3-5c0e-9a52-3f6a2f6a7d10")
"""Of the names of intents. It never changes: an intent made anew from a restored database has the id it had."""

LONGEST_ANSWER = 65_536
LONGEST_ID = 200
MOST_DIGITS = 78


@dataclass(frozen=True)
class Wanted:
    """What a ledger shall credit: ``amount`` base units of ``asset`` (CAIP-19) to ``account``, for one leg of one transaction."""

    case_id: uuid.UUID
    case_ref: str
    attempt: int
    network: str
    network_id: str
    asset: str
    contract: str | None
    hash: str
    position: str
    account: str
    amount: int

    @property
    def id(self) -> uuid.UUID:
        """Its id: the same for the same case, leg and attempt, wherever and whenever it is computed."""
        return uuid.uuid5(
            NAMESPACE, canonical([str(self.case_id), self.network, self.hash, self.position, self.attempt])
        )

    def payload(self) -> str:
        """What the ledger is told: the same bytes each time."""
        return canonical(
            {
                "type": "credit.wanted",
                "id": str(self.id),
                "case": self.case_ref,
                "network": self.network,
                "network_id": self.network_id,
                "asset": self.asset,
                "contract": self.contract,
                "hash": self.hash,
                "position": self.position,
                "account": self.account,
                "amount": str(self.amount),
            }
        )


@dataclass(frozen=True)
class Said:
    """An answer of the ledger: credited (``amount`` of ``asset`` to ``account``), or refused with a ``reason``."""

    external_id: str
    amount: int | None = None
    account: str | None = None
    asset: str | None = None
    reason: str | None = None

    @property
    def refuses(self) -> bool:
        """Whether the ledger says that it did not credit and will not."""
        return self.reason is not None

    def as_json(self) -> dict[str, str]:
        """As it is kept and compared."""
        told = {"external_id": self.external_id}
        for name in ("amount", "account", "asset", "reason"):
            if (value := getattr(self, name)) is not None:
                told[name] = str(value)
        return told

    @property
    def sha256(self) -> str:
        """The digest by which the same answer is known again."""
        return digest(self.as_json())


def differences(said: Said, *, amount: int, account: str, asset: str) -> tuple[str, ...]:
    """Names of what the ledger credited otherwise than it was asked; empty when it is equal in everything."""
    wanted = {"amount": amount, "account": account, "asset": asset}
    return tuple(name for name, value in wanted.items() if getattr(said, name) != value)


def understood(body: bytes, intent: uuid.UUID) -> Said | None:
    """What a ledger shows of an intent when it is asked: ``None`` while it has not decided, or for anything else than

    ``{"id": …, "state": "confirmed", "external_id": …, "amount": "…", "account": …, "asset": …}`` or
    ``{"id": …, "state": "refused", "external_id": …, "reason": …}`` about this very intent.
    """
    try:
        shown = json.loads(body[:LONGEST_ANSWER], parse_float=str, parse_constant=str)
    except (ValueError, RecursionError):
        return None
    if not isinstance(shown, Mapping) or shown.get("id") != str(intent):
        return None
    if shown.get("state") == "confirmed" and all(_is_text(shown.get(name)) for name in ("account", "asset")):
        amount = _amount(shown.get("amount"))
        if amount is None or not _is_text(shown.get("external_id")):
            return None
        return Said(shown["external_id"], amount, shown["account"], shown["asset"])
    if shown.get("state") == "refused" and _is_text(shown.get("reason")) and _is_text(shown.get("external_id")):
        return Said(shown["external_id"], reason=shown["reason"])
    return None


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and 0 < len(value) <= LONGEST_ID and value.isprintable()


def _amount(value: Any) -> int | None:
    fine = isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= MOST_DIGITS
    return int(value) if fine else None
