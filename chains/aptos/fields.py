"""The fields of a full node's answers, read strictly: transaction, events, what the transaction wrote. Pure.

Everything raises :class:`~chains.errors.NodeMistaken` for what a sound node never says.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from chains.aptos.address import long_form, short_form, type_name
from chains.encoding import plain
from chains.errors import NodeMistaken

_DIGITS = re.compile(r"\d{1,39}")
_HASH = re.compile(r"0x[0-9a-fA-F]{64}")
_MOST = 20_000
_COIN_STORE = re.compile(r"0x1::coin::CoinStore<(.+)>")
_COIN_INFO = re.compile(r"0x1::coin::CoinInfo<(.+)>")


@dataclass(frozen=True)
class Event:
    """One event: ``account`` and ``number`` are of its guid (zero for module events), ``data`` as the node gives it."""

    index: int
    type: str
    account: str
    number: int
    data: Mapping[str, Any]


@dataclass(frozen=True)
class Named:
    """What an asset says of itself."""

    symbol: str | None
    decimals: int | None


@dataclass(frozen=True)
class Written:
    """What the transaction left in the state, as far as movements need it.

    ``owners`` of objects; ``stores`` of fungible assets with their metadata and balance; ``coins`` by the guid of their
    event handles; ``pairs`` from coin type to the metadata of the same asset; ``tokens`` with their collection; ``gone`` are
    addresses where something was deleted.
    """

    owners: Mapping[str, str] = field(default_factory=dict)
    stores: Mapping[str, tuple[str, int]] = field(default_factory=dict)
    coins: Mapping[tuple[str, int], str] = field(default_factory=dict)
    pairs: Mapping[str, str] = field(default_factory=dict)
    tokens: Mapping[str, str] = field(default_factory=dict)
    names: Mapping[str, Named] = field(default_factory=dict)
    gone: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Sent:
    """A transaction. ``version`` is ``None`` while it waits; ``cost`` is gas used times its price, ``None`` if not its kind."""

    hash: str
    version: int | None
    success: bool
    words: str
    time: datetime | None
    sender: str | None
    payer: str | None
    cost: int | None
    events: tuple[Event, ...]
    written: Written
    named: frozenset[str]


@dataclass(frozen=True)
class Head:
    """A block."""

    height: int
    hash: str
    first: int
    last: int


def transaction(value: Any, reference: str) -> Sent:
    """The answer of ``/transactions/by_hash``."""
    row = mapping(value)
    if _hash(row.get("hash")) != reference:
        raise NodeMistaken("another transaction than asked for")
    pending = row.get("type") == "pending_transaction"
    success = row.get("success")
    if not pending and not isinstance(success, bool):
        raise NodeMistaken("a committed transaction succeeded or did not")
    sender = None if row.get("sender") is None else long_form(row["sender"])
    paid = not pending and row.get("gas_unit_price") is not None
    return Sent(
        hash=reference,
        version=None if pending else whole(row.get("version")),
        success=success is True,
        words=plain(row["vm_status"], 200) if isinstance(row.get("vm_status"), str) else "",
        time=None if row.get("timestamp") is None else moment(row["timestamp"]),
        sender=sender,
        payer=_payer(row.get("signature")) or sender,
        cost=whole(row.get("gas_used")) * whole(row["gas_unit_price"]) if paid else None,
        events=() if pending else tuple(_event(n, one) for n, one in enumerate(_list(row.get("events")))),
        written=Written() if pending else written(_list(row.get("changes"))),
        named=frozenset(
            _addresses([row.get("payload"), [one.get("data") for one in map(mapping, _list(row.get("events")))]])
        ),
    )


def block(value: Any) -> Head:
    """The answer of ``/blocks/by_version``."""
    row = mapping(value)
    first, last = whole(row.get("first_version")), whole(row.get("last_version"))
    return Head(whole(row.get("block_height")), _hash(row.get("block_hash")), first, last)


def written(changes: list[Any]) -> Written:
    """What ``changes`` leave: the resources that movements are told from."""
    gone = (one.get("address") for one in map(mapping, changes) if one.get("type") == "delete_resource")
    found = Written({}, {}, {}, {}, {}, {}, frozenset(map(long_form, gone)))
    for change in map(mapping, changes):
        if change.get("type") != "write_resource":
            continue
        resource = mapping(change.get("data"))
        kind, data = resource.get("type"), resource.get("data")
        if isinstance(kind, str) and isinstance(data, dict):
            _resource(found, long_form(change.get("address")), kind, data)
    return found


def _resource(found: Any, at: str, kind: str, data: Mapping[str, Any]) -> None:
    """One resource into the maps of ``found``, which are still being filled."""
    if kind == "0x1::object::ObjectCore":
        found.owners[at] = long_form(data.get("owner"))
    elif kind == "0x1::fungible_asset::FungibleStore":
        held = found.stores.get(at, ("", 0))[1]
        found.stores[at] = (_inner(data.get("metadata")), whole(data.get("balance")) or held)
    elif kind == "0x1::fungible_asset::ConcurrentFungibleBalance":
        balance = mapping(data.get("balance")).get("value")
        found.stores[at] = (found.stores.get(at, ("", 0))[0], whole(balance))
    elif kind == "0x1::fungible_asset::Metadata":
        found.names[at] = _named(data)
    elif kind == "0x1::coin::PairedCoinType":
        found.pairs[_type_info(data.get("type"))] = at
    elif kind == "0x4::token::Token":
        found.tokens[at] = _inner(data.get("collection"))
    elif match := _COIN_STORE.fullmatch(kind):
        for handle in ("deposit_events", "withdraw_events"):
            guid = mapping(mapping(mapping(data.get(handle)).get("guid")).get("id"))
            found.coins[long_form(guid.get("addr")), whole(guid.get("creation_num"))] = match[1]
    elif match := _COIN_INFO.fullmatch(kind):
        found.names[match[1]] = _named(data)


def _named(data: Mapping[str, Any]) -> Named:
    symbol, decimals = data.get("symbol"), data.get("decimals")
    sound = isinstance(decimals, int) and not isinstance(decimals, bool) and 0 <= decimals <= 77
    return Named(plain(symbol, 32) or None if isinstance(symbol, str) else None, decimals if sound else None)


def _type_info(value: Any) -> str:
    """``0x1::aptos_coin::AptosCoin`` of the parts a pairing is written in; names of modules are in hexadecimal."""
    row = mapping(value)
    try:
        module, name = (bytes.fromhex(str(row.get(key))[2:]).decode("ascii") for key in ("module_name", "struct_name"))
    except ValueError:
        raise NodeMistaken("a type belongs here") from None
    return f"{short_form(long_form(row.get('account_address')))}::{module}::{name}"


def coin_type(text: Any) -> str:
    """A coin's type in one spelling. Raises :class:`NodeMistaken`."""
    if not isinstance(text, str) or not text.isascii() or len(text) > 1000:
        raise NodeMistaken("a type belongs here")
    return type_name(text)


def _event(index: int, value: Any) -> Event:
    row = mapping(value)
    guid = mapping(row.get("guid"))
    kind = row.get("type")
    if not isinstance(kind, str):
        raise NodeMistaken("an event has a type")
    data = row.get("data")
    return Event(index, kind, long_form(guid.get("account_address")), whole(guid.get("creation_number")),
                 data if isinstance(data, dict) else {})  # fmt: skip


def _payer(signature: Any) -> str | None:
    """Who pays the gas for the sender, when another does."""
    if isinstance(signature, dict) and signature.get("type") == "fee_payer_signature":
        return long_form(signature.get("fee_payer_address"))
    return None


def _addresses(value: Any, depth: int = 0) -> list[str]:
    """Addresses named in a payload or event: likely owners and assets of stores that are not shown themselves."""
    if depth > 6:
        return []
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        return [one for member in value[:1000] for one in _addresses(member, depth + 1)]
    return [value.lower()] if isinstance(value, str) and _HASH.fullmatch(value) else []


def mapping(value: Any) -> dict[str, Any]:
    """``value`` as an object."""
    if not isinstance(value, dict):
        raise NodeMistaken("an object belongs here")
    return value


def whole(value: Any) -> int:
    """A whole number in digits, or a small one as a number."""
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**128:
        return value
    if isinstance(value, str) and _DIGITS.fullmatch(value):
        return int(value)
    raise NodeMistaken("a whole number belongs here")


def moment(value: Any) -> datetime:
    """Microseconds since 1970."""
    try:
        return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=whole(value))
    except OverflowError:
        raise NodeMistaken("no known time") from None


def _inner(value: Any) -> str:
    return long_form(mapping(value).get("inner"))


def _hash(value: Any) -> str:
    if not isinstance(value, str) or not _HASH.fullmatch(value):
        raise NodeMistaken("a hash belongs here")
    return value.lower()


def _list(value: Any) -> list[Any]:
    if value is None:
        return []
    if not isinstance(value, list) or len(value) > _MOST:
        raise NodeMistaken("a list belongs here")
    return value
