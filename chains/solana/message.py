"""What ``getTransaction`` answers, checked and brought into one form, whichever encoding the node used.

Encodings: ``json`` (accounts by number), ``jsonParsed`` (accounts by address, known instructions taken apart) and the
transaction's own bytes in ``base64`` or ``base58``. Accounts come in this order: those of the message, then the writable and
the read-only ones that lookup tables add (``meta.loadedAddresses``).
"""

from __future__ import annotations

import binascii
from base64 import b64decode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from chains.encoding import base58_decode, base58_encode, plain
from chains.errors import NodeMistaken
from chains.solana.acts import Instruction
from chains.solana.address import address
from chains.solana.parsed import amount, whole
from chains.solana.raw import Reader

MOST_INSTRUCTIONS = 4096
"""Instructions an answer may list; the runtime allows 64 with all inner ones, earlier releases more."""

MOST_ACCOUNTS = 256
"""Accounts of one transaction: they are numbered by one byte."""


@dataclass(frozen=True)
class Held:
    """What a token account held, as the node tells it. Before 2021 nodes did not tell owners."""

    mint: str
    owner: str | None
    amount: int
    decimals: int


@dataclass(frozen=True)
class Shown:
    """One transaction as a node showed it. ``inner`` says whether it tells of inner instructions at all.

    ``lamports`` are balances before and after by account, ``tokens`` likewise; ``None`` where the node does not tell.
    """

    slot: int
    time: datetime | None
    payer: str
    fee: int
    failure: str | None
    instructions: tuple[Instruction, ...]
    inner: bool
    lamports: tuple[Mapping[str, int], Mapping[str, int]] | None
    tokens: tuple[Mapping[str, Held], Mapping[str, Held]] | None


def shown(value: Any, reference: str) -> Shown:
    """The result of ``getTransaction``. Raises :class:`NodeMistaken`, also when it is of another signature."""
    row = _object(value)
    meta = _object(row.get("meta"))
    transaction = row.get("transaction")
    if isinstance(transaction, dict):
        signatures, keys, rows = _from_json(transaction)
    else:
        signatures, keys, rows = _from_bytes(transaction)
    if not signatures or signatures[0] != reference:
        raise NodeMistaken("another transaction than asked for")
    keys = _with_loaded(keys, meta)
    inner = meta.get("innerInstructions")
    return Shown(
        slot=whole(row.get("slot"), bits=63),
        time=_moment(row.get("blockTime")),
        payer=keys[0],
        fee=whole(meta.get("fee")),
        failure=_failure(meta),
        instructions=_in_order(rows, inner, keys),
        inner=isinstance(inner, list),
        lamports=_lamports(meta, keys),
        tokens=_tokens(meta, keys),
    )


def failure_words(error: Any) -> str:
    """Why a transaction failed: ``instruction 3: custom error 6001``, ``InsufficientFundsForRent``."""
    if isinstance(error, str):
        return plain(error) or "failed"
    if not isinstance(error, dict) or len(error) != 1:
        return "failed"
    name, details = next(iter(error.items()))
    if name == "InstructionError" and isinstance(details, list) and len(details) == 2:
        place, why = details
        number = place if isinstance(place, int) and not isinstance(place, bool) and 0 <= place < 256 else "?"
        if isinstance(why, dict) and isinstance(custom := why.get("Custom"), int) and 0 <= custom < 2**32:
            return f"instruction {number}: custom error {int(custom)}"
        return f"instruction {number}: {failure_words(why)}"
    return plain(str(name)) or "failed"


def _failure(meta: Mapping[str, Any]) -> str | None:
    """``None`` for success. ``err`` decides; ``status`` says the same in an older form."""
    if "err" in meta:
        return None if meta["err"] is None else failure_words(meta["err"])
    status = meta.get("status")
    if isinstance(status, dict) and "Ok" in status:
        return None
    if isinstance(status, dict) and "Err" in status:
        return failure_words(status["Err"])
    raise NodeMistaken("neither success nor failure")


def _from_json(transaction: Mapping[str, Any]) -> tuple[list[Any], list[str], list[Any]]:
    message = _object(transaction.get("message"))
    keys = [address(row.get("pubkey") if isinstance(row, dict) else row) for row in _list(message.get("accountKeys"))]
    return _list(transaction.get("signatures")), keys, _list(message.get("instructions"))


def _from_bytes(transaction: Any) -> tuple[list[Any], list[str], list[Any]]:
    """The wire form: signatures, then a message with or without a version byte."""
    text, encoding = transaction if isinstance(transaction, list) and len(transaction) == 2 else (transaction, "base58")
    if not isinstance(text, str):
        raise NodeMistaken("no transaction")
    try:
        data = b64decode(text, validate=True) if encoding == "base64" else base58_decode(text)
    except (binascii.Error, ValueError):
        raise NodeMistaken("not the bytes of a transaction") from None
    reader = Reader(data)
    signatures = [base58_encode(reader.take(64)) for _ in range(reader.compact())]
    if data[reader.at : reader.at + 1] >= b"\x80" and reader.number(1) != 0x80:
        raise NodeMistaken("a transaction of an unknown version")
    reader.take(3)
    keys = [reader.key() for _ in range(reader.compact())]
    reader.take(32)
    rows = []
    for _ in range(reader.compact()):
        program = reader.number(1)
        accounts = list(reader.take(reader.compact()))
        rows.append({"programIdIndex": program, "accounts": accounts, "data": reader.take(reader.compact())})
    return signatures, keys, rows


def _with_loaded(keys: list[str], meta: Mapping[str, Any]) -> list[str]:
    """``keys`` and what lookup tables add. The parsed encoding has added them already."""
    loaded = meta.get("loadedAddresses")
    if isinstance(loaded, dict):
        more = [address(key) for kind in ("writable", "readonly") for key in _list(loaded.get(kind))]
        if more and keys[-len(more) :] != more:
            keys = keys + more
    if not keys or len(keys) > MOST_ACCOUNTS or len(set(keys)) != len(keys):
        raise NodeMistaken("not the accounts of a transaction")
    return keys


def _in_order(rows: Sequence[Any], inner: Any, keys: Sequence[str]) -> tuple[Instruction, ...]:
    """Every instruction as it ran: each of the message, then those that ran inside it."""
    inside: dict[int, list[Any]] = {}
    for group in _list(inner or []):
        number = whole(_object(group).get("index"), bits=8)
        if number >= len(rows) or number in inside:
            raise NodeMistaken("inner instructions of no instruction")
        inside[number] = _list(group.get("instructions"))
    if len(rows) + sum(map(len, inside.values())) > MOST_INSTRUCTIONS:
        raise NodeMistaken("more instructions than a transaction can have")
    told: list[Instruction] = []
    for number, row in enumerate(rows):
        told.append(_instruction((number,), row, keys))
        told += [_instruction((number, place), one, keys) for place, one in enumerate(inside.get(number, ()))]
    return tuple(told)


def _instruction(place: tuple[int, ...], value: Any, keys: Sequence[str]) -> Instruction:
    row = _object(value)
    program = address(row["programId"]) if "programId" in row else _key(row.get("programIdIndex"), keys)
    if "parsed" in row:
        parsed = row["parsed"]
        if isinstance(parsed, str):
            return Instruction(place, program, words=parsed)
        members = _object(parsed)
        kind, info = members.get("type"), members.get("info")
        return Instruction(
            place,
            program,
            kind=kind if isinstance(kind, str) else None,
            info=info if isinstance(info, dict) else None,
        )
    accounts = tuple(
        address(one) if isinstance(one, str) else _key(one, keys) for one in _list(row.get("accounts") or [])
    )
    return Instruction(place, program, accounts, data=_data(row.get("data")))


def _data(value: Any) -> bytes:
    if isinstance(value, bytes):
        return value
    if not isinstance(value, str):
        raise NodeMistaken("an instruction without data")
    try:
        return base58_decode(value, longest=16_384)
    except ValueError:
        raise NodeMistaken("an instruction's data are no base58") from None


def _key(number: Any, keys: Sequence[str]) -> str:
    place = whole(number, bits=8)
    if place >= len(keys):
        raise NodeMistaken("an account that is not listed")
    return keys[place]


def _lamports(meta: Mapping[str, Any], keys: Sequence[str]) -> tuple[Mapping[str, int], Mapping[str, int]] | None:
    sides = []
    for name in ("preBalances", "postBalances"):
        balances = meta.get(name)
        if not isinstance(balances, list) or len(balances) != len(keys):
            return None
        sides.append(dict(zip(keys, map(whole, balances), strict=True)))
    return sides[0], sides[1]


def _tokens(meta: Mapping[str, Any], keys: Sequence[str]) -> tuple[Mapping[str, Held], Mapping[str, Held]] | None:
    sides = []
    for name in ("preTokenBalances", "postTokenBalances"):
        rows = meta.get(name)
        if not isinstance(rows, list):
            return None
        held: dict[str, Held] = {}
        for row in map(_object, rows):
            account = _key(row.get("accountIndex"), keys)
            if account in held:
                raise NodeMistaken("one token account told of twice")
            parts = _object(row.get("uiTokenAmount"))
            owner = row.get("owner")
            held[account] = Held(
                address(row.get("mint")),
                address(owner) if owner else None,
                amount(parts.get("amount")),
                whole(parts.get("decimals"), bits=8),
            )
        sides.append(held)
    return sides[0], sides[1]


def _moment(value: Any) -> datetime | None:
    """The estimated time of the slot; nodes do not keep it for old ones."""
    if value is None:
        return None
    try:
        return datetime.fromtimestamp(whole(value, bits=40), UTC)
    except (ValueError, OverflowError, OSError):
        raise NodeMistaken("a block of no known time") from None


def _object(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise NodeMistaken("an object belongs here")
    return value


def _list(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise NodeMistaken("a list belongs here")
    return value
