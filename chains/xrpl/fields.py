"""The answer of ``tx`` taken apart, as rippled and Clio give it in API version 1 and 2. Pure.

Version 1 has the transaction's fields beside those of the answer and its time in seconds since 2000; version 2 has them
under ``tx_json``, calls a payment's ``Amount`` ``DeliverMax`` and adds ``close_time_iso`` and ``ledger_hash``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from chains.errors import NodeMistaken
from chains.xrpl.address import LARGEST_TAG, account

_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
_HEX64 = re.compile(r"[0-9A-Fa-f]{64}")
_RESULT = re.compile(r"[a-z]{3}[A-Z][A-Z0-9_]{1,60}")


@dataclass(frozen=True)
class Seen:
    """A transaction a node knows. ``body`` are its own fields; ``meta`` what it did, ``None`` when that was not shown."""

    body: Mapping[str, Any]
    kind: str
    account: str
    meta: Mapping[str, Any] | None
    result: str | None
    validated: bool
    ledger: int | None
    ledger_hash: str | None
    time: datetime | None
    recomputed: bool | None

    @property
    def tag(self) -> str | None:
        """The destination tag as text; 0 is a tag."""
        return tag(self.body.get("DestinationTag"))


def seen(result: Mapping[str, Any], reference: str) -> Seen:
    """What ``tx`` answered about ``reference``. Raises :class:`NodeMistaken`."""
    inner = result.get("tx_json")
    body = inner if isinstance(inner, dict) else result
    named = result.get("hash", body.get("hash"))
    if not isinstance(named, str) or named.upper() != reference:
        raise NodeMistaken("another transaction than asked for")
    own = {name: value for name, value in body.items() if name[:1].isupper()}
    if "DeliverMax" in own:
        own.setdefault("Amount", own["DeliverMax"])
        if own.pop("DeliverMax") != own["Amount"]:
            raise NodeMistaken("two amounts in one payment")
    if not isinstance(own.get("TransactionType"), str):
        raise NodeMistaken("a transaction has a type")
    validated = _either(result, body, "validated")
    if validated not in (None, True, False):
        raise NodeMistaken("validated is yes or no")
    meta = result.get("meta", result.get("metaData"))
    meta = meta if isinstance(meta, dict) else None
    return Seen(
        body=own,
        kind=own["TransactionType"],
        account=account(own.get("Account")),
        meta=meta,
        result=None if meta is None else _result(meta.get("TransactionResult")),
        validated=validated is True,
        ledger=_ledger(_either(result, body, "ledger_index")),
        ledger_hash=hash_text(_either(result, body, "ledger_hash")),
        time=_time(result, body),
        recomputed=recomputed(own, reference),
    )


def recomputed(body: Mapping[str, Any], reference: str) -> bool | None:
    """Whether the fields really have this hash; ``None`` where some are left out or this program cannot write them.

    The hash is the first half of SHA-512 over ``TXN\\0`` and the transaction in the ledger's binary form.
    """
    import hashlib

    from xrpl.constants import XRPLException
    from xrpl.core.binarycodec import encode
    from xrpl.core.binarycodec.definitions.definitions import get_field_instance

    if not body.get("TxnSignature") and "Signers" not in body and body.get("SigningPubKey") != "":
        return None  # an excerpt: every transaction is signed, but those the network makes, whose key is empty
    try:
        for name in body:
            get_field_instance(name)
        raw = bytes.fromhex(encode(dict(body)))
    except (XRPLException, ArithmeticError, AssertionError, AttributeError, LookupError, TypeError, ValueError):
        return None  # the codec raises whatever its parts raise, and knows only the fields of its own day
    return hashlib.sha512(b"TXN\x00" + raw).digest()[:32].hex().upper() == reference


def tag(value: Any) -> str | None:
    """A destination tag as text. Raises :class:`NodeMistaken` when it is none."""
    if value is None:
        return None
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= LARGEST_TAG:
        raise NodeMistaken("not a tag")
    return str(value)


def hash_text(value: Any) -> str | None:
    """A hash in upper case, ``None`` when there is none. Raises :class:`NodeMistaken`."""
    if value is None:
        return None
    if not isinstance(value, str) or not _HEX64.fullmatch(value):
        raise NodeMistaken("not a hash")
    return value.upper()


def sequence(value: Any) -> int:
    """The number of a ledger, which some methods write as text. Raises :class:`NodeMistaken`."""
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 12:
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 < value < 2**32:
        raise NodeMistaken("not a ledger")
    return value


def _ledger(value: Any) -> int | None:
    return None if value is None else sequence(value)


def _either(result: Mapping[str, Any], body: Mapping[str, Any], name: str) -> Any:
    value = result.get(name)
    return body.get(name) if value is None else value


def _result(value: Any) -> str:
    if not isinstance(value, str) or not _RESULT.fullmatch(value):
        raise NodeMistaken("a transaction has a result")
    return value


def _time(result: Mapping[str, Any], body: Mapping[str, Any]) -> datetime | None:
    """When the ledger closed: seconds since 2000, or ISO 8601. What is neither is no time; nothing else rests on it."""
    seconds = _either(result, body, "date")
    if seconds is not None:
        known = isinstance(seconds, int) and not isinstance(seconds, bool) and 0 <= seconds < 2**32
        return _EPOCH + timedelta(seconds=seconds) if known else None
    try:
        moment = datetime.fromisoformat(result.get("close_time_iso", ""))
    except (TypeError, ValueError):
        return None
    return None if moment.tzinfo is None else moment.astimezone(UTC)
