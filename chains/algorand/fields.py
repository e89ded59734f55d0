"""The fields of a transaction, read strictly from the two forms nodes give them in. Pure.

An indexer spells names out (``payment-transaction.amount``); a node's pool uses the short names that are signed (``amt``)
and gives the effects beside them. :func:`from_pool` brings the second into the first, so that there is one reader.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from chains.algorand.address import ZERO, digest, key_of, problem
from chains.encoding import as_written
from chains.errors import NodeMistaken

LONGEST_NOTE = 1024
_DEEPEST = 12  # application calls nest up to eight deep
_MOST_INNER = 512
SIGNED = {"payment-transaction": "pay", "asset-transfer-transaction": "axfer"}


@dataclass(frozen=True)
class Txn:
    """One transaction, outer or inner. ``mover`` is whose holding a transfer takes from: another's in a clawback."""

    kind: str
    sender: str
    fee: int
    mover: str
    receiver: str | None = None
    amount: int = 0
    asset: int | None = None
    close_to: str | None = None
    close_amount: int = 0
    created: int | None = None
    created_total: int = 0
    rekey_to: str | None = None
    rewards: int = 0
    memo: str | None = None
    inner: tuple[Txn, ...] = ()


def mapping(value: Any) -> dict[str, Any]:
    """``value`` as an object. Raises :class:`NodeMistaken`."""
    if not isinstance(value, dict):
        raise NodeMistaken("an object belongs here")
    return value


def number(row: Mapping[str, Any], name: str) -> int:
    """A whole number of at most 64 bits; 0 where it is left out."""
    value = row.get(name, 0)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 2**64:
        raise NodeMistaken(f"{name} is no amount")
    return value


def _address(value: Any) -> str:
    if not isinstance(value, str) or problem(value):
        raise NodeMistaken("an address belongs here")
    return value


def _optional(row: Mapping[str, Any], name: str) -> str | None:
    return _address(row[name]) if row.get(name) else None


def txn(value: Any, depth: int = 0) -> Txn:
    """A transaction in the indexer's form. Raises :class:`NodeMistaken`."""
    row = mapping(value)
    kind, sender = row.get("tx-type"), _address(row.get("sender"))
    inner = row.get("inner-txns") or []
    if not isinstance(kind, str) or not isinstance(inner, list) or len(inner) > _MOST_INNER or depth > _DEEPEST:
        raise NodeMistaken("a transaction has a type and a list of inner ones")
    told = Txn(
        kind=kind,
        sender=sender,
        fee=number(row, "fee"),
        mover=sender,
        rekey_to=_optional(row, "rekey-to"),
        rewards=sum(number(row, name) for name in ("sender-rewards", "receiver-rewards", "close-rewards")),
        memo=note(row.get("note")),
        inner=tuple(txn(member, depth + 1) for member in inner),
    )
    if kind == "pay":
        part = mapping(row.get("payment-transaction"))
        return replace(
            told,
            receiver=_address(part.get("receiver")),
            amount=number(part, "amount"),
            close_to=_optional(part, "close-remainder-to"),
            close_amount=number(part, "close-amount") or number(row, "closing-amount"),
        )
    if kind == "axfer":
        part = mapping(row.get("asset-transfer-transaction"))
        return replace(
            told,
            mover=_optional(part, "sender") or sender,
            receiver=_address(part.get("receiver")),
            amount=number(part, "amount"),
            asset=number(part, "asset-id"),
            close_to=_optional(part, "close-to"),
            close_amount=number(part, "close-amount"),
        )
    if kind == "acfg" and number(row, "created-asset-index"):
        params = mapping(mapping(row.get("asset-config-transaction")).get("params"))
        return replace(told, created=number(row, "created-asset-index"), created_total=number(params, "total"))
    return told


def note(value: Any) -> str | None:
    """The note as text, where it is text; bytes that are none say nothing to a person."""
    data = _octets(value)
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return None
    controls = any(ord(character) < 32 and character not in "\t\r\n" for character in text)
    return None if controls else as_written(text, LONGEST_NOTE)


def _octets(value: Any) -> bytes:
    try:
        return base64.b64decode(value, validate=True) if isinstance(value, str) else b""
    except (binascii.Error, ValueError):
        raise NodeMistaken("not base64") from None


def from_pool(value: Any, depth: int = 0) -> dict[str, Any]:
    """The indexer's form of what a node's pool shows. Raises :class:`NodeMistaken`."""
    shown = mapping(value)
    signed = mapping(mapping(shown.get("txn")).get("txn"))
    inner = shown.get("inner-txns") or []
    if not isinstance(inner, list) or len(inner) > _MOST_INNER or depth > _DEEPEST:
        raise NodeMistaken("inner transactions are a list")
    row: dict[str, Any] = {
        "tx-type": signed.get("type"), "sender": signed.get("snd"), "fee": signed.get("fee", 0), "note": signed.get("note"),
        "rekey-to": signed.get("rekey"), "genesis-id": signed.get("gen"), "genesis-hash": signed.get("gh"),
        "first-valid": signed.get("fv", 0), "last-valid": signed.get("lv", 0), "group": signed.get("grp"),
        "lease": signed.get("lx"), "confirmed-round": shown.get("confirmed-round") or 0,
        "inner-txns": [from_pool(member, depth + 1) for member in inner],
        "created-asset-index": shown.get("asset-index") or 0,
        **{name: shown.get(name) or 0 for name in ("sender-rewards", "receiver-rewards", "close-rewards")},
    }  # fmt: skip
    if signed.get("type") == "pay":
        row["payment-transaction"] = {
            "amount": signed.get("amt", 0), "receiver": signed.get("rcv", ZERO),
            "close-remainder-to": signed.get("close"), "close-amount": shown.get("closing-amount") or 0,
        }  # fmt: skip
    if signed.get("type") == "axfer":
        row["asset-transfer-transaction"] = {
            "amount": signed.get("aamt", 0), "receiver": signed.get("arcv", ZERO), "asset-id": signed.get("xaid", 0),
            "close-to": signed.get("aclose"), "close-amount": shown.get("asset-closing-amount") or 0,
            "sender": signed.get("asnd"),
        }  # fmt: skip
    if signed.get("type") == "acfg":
        params = signed.get("apar")
        row["asset-config-transaction"] = {"params": {"total": mapping(params).get("t", 0) if params else 0}}
    return row


def computed_id(row: Mapping[str, Any]) -> str | None:
    """The id of a payment or asset transfer, from the fields that were signed; ``None`` for other kinds and for an excerpt.

    No transaction is without the rounds it is valid in; where they are left out, more may be.
    """
    part = next((name for name in SIGNED if isinstance(row.get(name), dict)), None)
    if part is None or SIGNED[part] != row.get("tx-type") or not (row.get("first-valid") or row.get("last-valid")):
        return None
    inner = row[part]
    signed: dict[str, int | str | bytes] = {
        "fee": number(row, "fee"), "fv": number(row, "first-valid"), "lv": number(row, "last-valid"),
        "gen": str(row.get("genesis-id") or ""), "gh": _octets(row.get("genesis-hash")), "grp": _octets(row.get("group")),
        "lx": _octets(row.get("lease")), "note": _octets(row.get("note")), "rekey": _key(row.get("rekey-to")),
        "snd": _key(row.get("sender")), "type": SIGNED[part],
    }  # fmt: skip
    if part == "payment-transaction":
        signed |= {
            "amt": number(inner, "amount"),
            "rcv": _key(inner.get("receiver")),
            "close": _key(inner.get("close-remainder-to")),
        }
    else:
        signed |= {
            "aamt": number(inner, "amount"), "arcv": _key(inner.get("receiver")), "xaid": number(inner, "asset-id"),
            "aclose": _key(inner.get("close-to")), "asnd": _key(inner.get("sender")),
        }  # fmt: skip
    kept = {
        name: value
        for name, value in signed.items()
        if value and (not isinstance(value, bytes) or any(value) or name == "note")
    }
    packed = bytes([0x80 | len(kept)] if len(kept) < 16 else [0xDE, 0, len(kept)])
    for name in sorted(kept):
        packed += _packed(name) + _packed(kept[name])
    return base64.b32encode(digest(b"TX" + packed)).decode().rstrip("=")


def _key(value: Any) -> bytes:
    return key_of(_address(value)) if value else b""


def _packed(value: int | str | bytes) -> bytes:
    """MessagePack in its shortest form, as this chain signs it."""
    if isinstance(value, int):
        if value < 128:
            return bytes([value])
        size = next(size for size in (1, 2, 4, 8) if value < 1 << 8 * size)
        return bytes([{1: 0xCC, 2: 0xCD, 4: 0xCE, 8: 0xCF}[size]]) + value.to_bytes(size, "big")
    data = value.encode() if isinstance(value, str) else value
    if isinstance(value, str) and len(data) < 32:
        return bytes([0xA0 | len(data)]) + data
    if len(data) < 256:
        return bytes([0xD9 if isinstance(value, str) else 0xC4, len(data)]) + data
    return bytes([0xDA if isinstance(value, str) else 0xC5]) + len(data).to_bytes(2, "big") + data
