"""A node's JSON about a transaction, taken apart and checked: types, ranges, hashes. Pure.

Everything here raises :class:`NodeMistaken` for what no honest node says.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from chains.errors import NodeMistaken
from chains.tron import raw
from chains.tron.address import to_bytes

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

_LATEST_MS = 4_102_444_800_000
"""The year 2100; a node that tells of later times is mistaken."""

_UNSAID = ("", "DEFAULT")


@dataclass(frozen=True)
class Sent:
    """The transaction itself. ``raw`` is ``None`` when the node did not show the signed bytes; ``deed`` is then its word.

    ``said`` is the outcome that stands with the transaction (``contractRet``), ``None`` when nothing stands there.
    """

    deed: raw.Deed
    raw: raw.Raw | None
    memo: bytes
    expiration: int
    said: str | None


@dataclass(frozen=True)
class Log:
    """An event; ``contract`` has 21 bytes."""

    contract: bytes
    topics: tuple[bytes, ...]
    data: bytes


@dataclass(frozen=True)
class Inner:
    """An inner transaction. ``values`` are amounts with the number of the TRC-10 token, ``None`` for TRX."""

    sender: bytes
    to: bytes | None
    note: str
    rejected: bool
    values: tuple[tuple[int, str | None], ...]


@dataclass(frozen=True)
class Info:
    """What became of a transaction. Amounts in sun; ``fee`` is ``None`` when its parts contradict the whole.

    ``inner`` is ``None`` when no list of inner transactions is shown, which may mean that the node keeps none.
    """

    height: int
    time: datetime
    fee: int | None
    said: tuple[str, ...]
    result: bytes
    logs: tuple[Log, ...]
    inner: tuple[Inner, ...] | None
    reward: int


@dataclass(frozen=True)
class Head:
    """A block: the tip, the first one, or the one that holds the transaction."""

    height: int
    hash: str
    time: datetime


def sent(value: object, reference: str) -> Sent:
    """A transaction that must be the one asked for."""
    shown = _mapping(value, "transaction")
    if _text(shown.get("txID")).lower() != reference:
        raise NodeMistaken("another transaction than the one asked for")
    try:
        return _sent(shown, reference)
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        raise NodeMistaken(f"no readable transaction: {error}") from error


def _sent(shown: Mapping[str, Any], reference: str) -> Sent:
    said = _said_with(shown.get("ret"))
    written = shown.get("raw_data")
    spelt = raw.deed_in_json(_mapping(written, "raw_data")) if written is not None else None
    if shown.get("raw_data_hex"):
        data = bytes.fromhex(shown["raw_data_hex"])
        if hashlib.sha256(data).hexdigest() != reference:
            raise NodeMistaken("bytes of another transaction")
        read = raw.read(data)
        if spelt is not None and replace(spelt, token=b"") != replace(read.deed, token=b""):
            raise NodeMistaken("the transaction's bytes say something else")
        return Sent(read.deed, read, read.memo, read.expiration, said)
    if spelt is None:
        raise NodeMistaken("neither bytes nor words of the transaction")
    words = _mapping(written, "raw_data")
    return Sent(
        spelt, None, bytes.fromhex(words.get("data", "")), _count(words.get("expiration", 0), "expiration"), said
    )


def _said_with(value: object) -> str | None:
    """``contractRet`` of the first result; older nodes leave it out."""
    if value is None or value == []:
        return None
    first = _sequence(value, "ret")[0]
    word = _text(_mapping(first, "ret").get("contractRet", ""))
    return None if word in _UNSAID else word


def info(value: object, reference: str) -> Info:
    """The outcome, which must be of the transaction asked for."""
    shown = _mapping(value, "transaction info")
    if _text(shown.get("id")).lower() != reference:
        raise NodeMistaken("the outcome of another transaction than the one asked for")
    receipt = _mapping(shown.get("receipt", {}), "receipt")
    said = [_text(receipt.get("result", ""))]
    if _text(shown.get("result", "")) == "FAILED":
        said.append("FAILED")
    results = _sequence(shown.get("contractResult", []), "contractResult")
    inner = shown.get("internal_transactions")
    return Info(
        height=_count(shown.get("blockNumber", 0), "blockNumber"),
        time=_time(shown.get("blockTimeStamp", 0)),
        fee=_fee(shown, receipt),
        said=tuple(word for word in said if word not in _UNSAID),
        result=_octets(results[0]) if results else b"",
        logs=tuple(log(each) for each in _sequence(shown.get("log", []), "log")),
        inner=None if inner is None else tuple(_inner(each) for each in _sequence(inner, "internal_transactions")),
        reward=_count(shown.get("withdraw_amount", 0), "withdraw_amount"),
    )


def _fee(shown: Mapping[str, Any], receipt: Mapping[str, Any]) -> int | None:
    """The whole fee: nodes leave the key out when it is zero. It cannot be less than its parts."""
    fee = _count(shown.get("fee", 0), "fee")
    parts = _count(receipt.get("energy_fee", 0), "energy_fee") + _count(receipt.get("net_fee", 0), "net_fee")
    return fee if fee >= parts else None


def log(value: object) -> Log:
    """One event; nodes write its contract without the 41."""
    shown = _mapping(value, "log")
    address = _text(shown.get("address"))
    try:
        contract = b"\x41" + bytes.fromhex(address) if len(address) == 40 else to_bytes(address)
    except ValueError as error:
        raise NodeMistaken("no contract of a log") from error
    topics = tuple(_octets(topic) for topic in _sequence(shown.get("topics", []), "topics"))
    return Log(contract, topics, _octets(shown.get("data", "")))


def _inner(value: object) -> Inner:
    shown = _mapping(value, "inner transaction")
    target = shown.get("transferTo_address")
    rejected = shown.get("rejected", False)
    if not isinstance(rejected, bool):
        raise NodeMistaken("rejected is neither true nor false")
    try:
        sender, to = to_bytes(shown.get("caller_address")), to_bytes(target) if target else None
    except ValueError as error:
        raise NodeMistaken("no address of an inner transaction") from error
    values = [_mapping(each, "value") for each in _sequence(shown.get("callValueInfo", []), "callValueInfo")]
    return Inner(
        sender=sender,
        to=to,
        note=_note(shown.get("note", "")),
        rejected=rejected,
        values=tuple((_count(each.get("callValue", 0), "callValue"), _token(each.get("tokenId"))) for each in values),
    )


def _note(value: object) -> str:
    """What an inner transaction is; in hexadecimal digits, or in words where a node was asked for readable ones."""
    text = _text(value)
    try:
        return bytes.fromhex(text).decode("ascii")
    except ValueError:
        return text


def _token(value: object) -> str | None:
    if value is None or value == "":
        return None
    text = _text(value)
    if not text.isascii() or not text.isalnum():
        raise NodeMistaken("no number of a token")
    return text


def head(value: object, height: int | None = None) -> Head:
    """A block's height, hash and time; the hash begins with the height. ``height`` is the one asked for."""
    shown = _mapping(value, "block")
    words = _mapping(_mapping(shown.get("block_header"), "block header").get("raw_data"), "block header")
    number = _count(words.get("number", 0), "number")
    name = _text(shown.get("blockID")).lower()
    if len(_octets(name)) != 32 or int(name[:16], 16) != number:
        raise NodeMistaken("no hash of that block")
    if height is not None and number != height:
        raise NodeMistaken("another block than the one asked for")
    return Head(number, name, _time(words.get("timestamp", 0)))


def block_id(value: object) -> str:
    """The hash of a block of which nothing else matters."""
    name = _text(_mapping(value, "block").get("blockID")).lower()
    if len(_octets(name)) != 32:
        raise NodeMistaken("no hash of a block")
    return name


def _mapping(value: object, name: str) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise NodeMistaken(f"{name} is no object")
    return value


def _sequence(value: object, name: str) -> Sequence[Any]:
    if not isinstance(value, list):
        raise NodeMistaken(f"{name} is no list")
    return value


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise NodeMistaken("no text where one belongs")
    return value


def _octets(value: object) -> bytes:
    text = _text(value)
    try:
        if len(text) % 2 or not text.isascii() or text != text.strip():
            raise ValueError
        return bytes.fromhex(text)
    except ValueError as error:
        raise NodeMistaken("no bytes where some belong") from error


def _count(value: object, name: str) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 1 << 63:
        raise NodeMistaken(f"{name} is no amount")
    return value


def _time(value: object) -> datetime:
    milliseconds = _count(value, "time")
    if milliseconds > _LATEST_MS:
        raise NodeMistaken("a time beyond all calendars")
    return _EPOCH + timedelta(milliseconds=milliseconds)
