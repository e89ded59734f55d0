"""The fields of TzKT's answers, read strictly: operations and token transfers. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from chains.encoding import plain
from chains.errors import NodeMistaken
from chains.tezos.address import kind_of

_MOST_OPERATIONS = 5_000
_TIME = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)Z")


@dataclass(frozen=True)
class Operation:
    """One content of an operation, or what a contract did inside it (``internal``).

    ``moves`` is its movement of the native coin when it was applied. ``calls`` says that a contract's code ran, so that tokens
    may have moved; ``token_transfers`` how many, ``None`` when the index does not tell. ``burnt`` is paid beside ``baker_fee``.
    """

    identity: int
    kind: str
    internal: bool
    counter: int | None
    level: int
    block: str
    time: datetime | None
    sender: str | None
    status: str
    baker_fee: int
    burnt: int
    giver: str | None
    taker: str | None
    amount: int
    calls: bool
    token_transfers: int | None
    error: str | None


@dataclass(frozen=True)
class TokenTransfer:
    """One movement of a token as the index tells it; ``giver`` is ``None`` for a mint, ``taker`` for a burn."""

    identity: int
    contract: str
    token_id: str | None
    collectible: bool
    giver: str | None
    taker: str | None
    amount: int
    symbol: str | None
    decimals: int | None


def mapping(value: Any) -> dict[str, Any]:
    """``value`` as an object. Raises :class:`NodeMistaken`."""
    if not isinstance(value, dict):
        raise NodeMistaken("an object belongs here")
    return value


def number(row: Mapping[str, Any], name: str, *, bits: int = 63) -> int:
    """A whole number, 0 where it is left out. Raises :class:`NodeMistaken`."""
    value = row.get(name)
    if value is None:
        return 0
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 1 << bits:
        raise NodeMistaken(f"{name} is no amount")
    return value


def moment(value: Any) -> datetime | None:
    """A block's time."""
    match = _TIME.fullmatch(value) if isinstance(value, str) else None
    try:
        return datetime.fromisoformat(match[1]).replace(tzinfo=UTC) if match else None
    except ValueError:
        return None


def _party(row: Mapping[str, Any], name: str) -> str | None:
    """The address of an account, which stands in an object beside its name."""
    value = row.get(name)
    if value is None:
        return None
    address = value.get("address") if isinstance(value, dict) else value
    if not isinstance(address, str) or kind_of(address) is None:
        raise NodeMistaken(f"{name} is no address")
    return address


def operations(value: Any, reference: str) -> list[Operation]:
    """The answer of ``/v1/operations/{hash}``, in the order the chain has. Raises :class:`NodeMistaken`."""
    if not isinstance(value, list) or len(value) > _MOST_OPERATIONS:
        raise NodeMistaken("operations are a list")
    found = []
    for row in map(mapping, value):
        if row.get("hash") != reference:
            raise NodeMistaken("another operation than asked for")
        found.append(_operation(row))
    if len({(one.level, one.block) for one in found}) > 1:
        raise NodeMistaken("one operation in two blocks")
    if len({one.identity for one in found}) != len(found):
        raise NodeMistaken("two contents with one number")
    return sorted(found, key=lambda one: (one.counter or 0, one.internal, one.identity))


def _operation(row: dict[str, Any]) -> Operation:
    kind, block, status = row.get("type"), row.get("block"), row.get("status", "applied")
    if not isinstance(kind, str) or not isinstance(status, str) or (block is not None and not isinstance(block, str)):
        raise NodeMistaken("an operation has a type and a status")
    sender = _party(row, "sender")
    giver, taker, amount = _moves(row, kind, sender)
    count = row.get("tokenTransfersCount")
    return Operation(
        identity=number(row, "id"),
        kind=kind,
        internal=row.get("nonce") is not None or row.get("initiator") is not None,
        counter=number(row, "counter") if row.get("counter") is not None else None,
        level=number(row, "level", bits=31),
        block=plain(block or "", 64),
        time=moment(row.get("timestamp")),
        sender=sender,
        status=status,
        baker_fee=number(row, "bakerFee"),
        burnt=number(row, "storageFee") + number(row, "allocationFee"),
        giver=giver,
        taker=taker,
        amount=amount,
        calls=kind == "origination" or (kind == "transaction" and taker is not None and taker.startswith("KT1")),
        token_transfers=None if count is None else number(row, "tokenTransfersCount"),
        error=_error(row.get("errors")),
    )


def _moves(row: dict[str, Any], kind: str, sender: str | None) -> tuple[str | None, str | None, int]:
    """Who gives how much of the native coin to whom, when it is applied."""
    match kind:
        case "transaction":
            return sender, _party(row, "target"), number(row, "amount")
        case "origination":
            return sender, _party(row, "originatedContract"), number(row, "contractBalance")
        case "activation":
            return None, _party(row, "account"), number(row, "balance")
        case "drain_delegate":
            return _party(row, "delegate"), _party(row, "target"), number(row, "amount")
    return None, None, 0


def _error(value: Any) -> str | None:
    """The last error, which names the cause; the ones before it name where."""
    rows = [row for row in value if isinstance(row, dict)] if isinstance(value, list) else []
    kind = rows[-1].get("type") if rows else None
    return plain(kind, 100) if isinstance(kind, str) else None


def token_transfers(value: Any, transaction: int) -> list[TokenTransfer]:
    """The answer of ``/v1/tokens/transfers``. Raises :class:`NodeMistaken`."""
    if not isinstance(value, list) or len(value) > 10_000:
        raise NodeMistaken("transfers are a list")
    found = []
    for row in map(mapping, value):
        if row.get("transactionId", row.get("originationId")) != transaction:
            raise NodeMistaken("a transfer of another operation")
        found.append(_token_transfer(row))
    return sorted(found, key=lambda one: one.identity)


def _token_transfer(row: dict[str, Any]) -> TokenTransfer:
    token = mapping(row.get("token"))
    contract, amount, token_id = _party(token, "contract"), row.get("amount"), token.get("tokenId")
    if contract is None or not isinstance(amount, str) or not re.fullmatch(r"[0-9]{1,100}", amount):
        raise NodeMistaken("a transfer has a token and an amount")
    if not isinstance(token_id, str) or not re.fullmatch(r"[0-9]{1,100}", token_id):
        raise NodeMistaken("a token has a number")
    about = token.get("metadata")
    about = about if isinstance(about, dict) else {}
    symbol, decimals = about.get("symbol"), str(about.get("decimals"))
    places = int(decimals) if re.fullmatch(r"[0-9]{1,2}", decimals) else None
    shows_a_thing = about.get("artifactUri") is not None or about.get("isBooleanAmount") in (True, "true")
    return TokenTransfer(
        identity=number(row, "id"),
        contract=contract,
        token_id=token_id if token.get("standard") != "fa1.2" else None,
        collectible=token.get("standard") == "fa2" and places in (None, 0) and shows_a_thing,
        giver=_party(row, "from"),
        taker=_party(row, "to"),
        amount=int(amount),
        symbol=plain(symbol, 32) or None if isinstance(symbol, str) else None,
        decimals=places,
    )
