"""A mirror node's JSON, taken apart and checked: types, ranges, and that it is about what was asked. Pure.

Everything here raises :class:`NodeMistaken` for what no honest node says.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from chains.encoding import plain
from chains.errors import NodeMistaken

_ACCOUNT = re.compile(r"0\.0\.(0|[1-9][0-9]{0,18})")
_MOMENT = re.compile(r"([0-9]{1,10})\.([0-9]{9})")
_WORD = re.compile(r"[A-Z][A-Z0-9_]{0,79}")
_ID = re.compile(r"0\.0\.[0-9]{1,19}-[0-9]{9,10}-[0-9]{9}")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Change:
    """One entry of a list of net changes: what an account gained (or lost, below zero)."""

    account: str
    amount: int


@dataclass(frozen=True)
class TokenChange:
    """The same of a token of the network's own service (HTS)."""

    token: str
    account: str
    amount: int


@dataclass(frozen=True)
class Collectible:
    """A non-fungible token that changed hands; nobody before a mint and after a burn."""

    token: str
    sender: str | None
    recipient: str | None
    serial: int


@dataclass(frozen=True)
class Record:
    """One record of a transaction: the transaction itself, a duplicate, what was scheduled, or a child (``nonce`` above zero)."""

    id: str
    hash: bytes
    name: str
    result: str
    nonce: int
    scheduled: bool
    consensus: str
    node: str | None
    charged: int
    memo: bytes
    changes: tuple[Change, ...]
    tokens: tuple[TokenChange, ...]
    collectibles: tuple[Collectible, ...]
    rewards: tuple[Change, ...] | None

    @property
    def payer(self) -> str:
        """The account in the transaction id."""
        return self.id.partition("-")[0]


@dataclass(frozen=True)
class Head:
    """A block; ``start`` and ``end`` are its first and last moment of consensus, ``s.n``."""

    height: int
    hash: str
    start: str
    end: str

    @property
    def time(self) -> datetime:
        """When the block begins."""
        return moment(self.start)


@dataclass(frozen=True)
class Log:
    """An event of a contract; ``contract`` is its number."""

    contract: str
    topics: tuple[bytes, ...]
    data: bytes


def records(value: object) -> list[Record]:
    """All records of an answer."""
    return [record(each) for each in _sequence(_mapping(value, "answer").get("transactions"), "transactions")]


def record(value: object) -> Record:
    """One record."""
    shown = _mapping(value, "transaction")
    id_, result, name = shown.get("transaction_id"), shown.get("result"), shown.get("name")
    if not isinstance(id_, str) or not _ID.fullmatch(id_):
        raise NodeMistaken("no id of a transaction")
    if not isinstance(result, str) or not _WORD.fullmatch(result):
        raise NodeMistaken("no result")
    rewards = shown.get("staking_reward_transfers")
    return Record(
        id=id_,
        hash=_from_base64(shown.get("transaction_hash")),
        name=plain(name, 40) if isinstance(name, str) else "",
        result=result,
        nonce=_count(shown.get("nonce", 0), "nonce"),
        scheduled=_truth(shown.get("scheduled", False)),
        consensus=_moment(shown.get("consensus_timestamp")),
        node=None if shown.get("node") is None else _account(shown["node"]),
        charged=_count(shown.get("charged_tx_fee"), "charged_tx_fee"),
        memo=_from_base64(shown.get("memo_base64") or ""),
        changes=tuple(_change(each) for each in _list(shown, "transfers")),
        tokens=tuple(_token_change(each) for each in _list(shown, "token_transfers")),
        collectibles=tuple(_collectible(each) for each in _list(shown, "nft_transfers")),
        rewards=None if rewards is None else tuple(_change(each) for each in _sequence(rewards, "rewards")),
    )


def _list(shown: Mapping[str, Any], key: str) -> Sequence[Any]:
    """A list that old answers leave out when it is empty."""
    value = shown.get(key)
    return [] if value is None else _sequence(value, key)


def _change(value: object) -> Change:
    shown = _mapping(value, "transfer")
    return Change(_account(shown.get("account")), _signed(shown.get("amount")))


def _token_change(value: object) -> TokenChange:
    shown = _mapping(value, "token transfer")
    return TokenChange(_account(shown.get("token_id")), _account(shown.get("account")), _signed(shown.get("amount")))


def _collectible(value: object) -> Collectible:
    shown = _mapping(value, "nft transfer")
    sender, recipient = shown.get("sender_account_id"), shown.get("receiver_account_id")
    return Collectible(
        token=_account(shown.get("token_id")),
        sender=None if sender is None else _account(sender),
        recipient=None if recipient is None else _account(recipient),
        serial=_signed(shown.get("serial_number")),
    )


def head(value: object) -> Head:
    """One block."""
    shown = _mapping(value, "block")
    times = _mapping(shown.get("timestamp"), "timestamp")
    name = shown.get("hash")
    if not isinstance(name, str) or not re.fullmatch(r"0x[0-9a-f]{96}", name):
        raise NodeMistaken("no hash of a block")
    start, end = _moment(times.get("from")), _moment(times.get("to"))
    return Head(_count(shown.get("number"), "number"), name, start, end)


def first_block(value: object) -> Head | None:
    """The one block of a list of blocks, ``None`` when it is empty."""
    listed = _sequence(_mapping(value, "answer").get("blocks"), "blocks")
    return head(listed[0]) if listed else None


def logs(value: object) -> tuple[Log, ...]:
    """The events of a contract's result."""
    return tuple(_log(each) for each in _list(_mapping(value, "result"), "logs"))


def _log(value: object) -> Log:
    shown = _mapping(value, "log")
    topics = tuple(_octets(topic) for topic in _list(shown, "topics"))
    return Log(_account(shown.get("contract_id")), topics, _octets(shown.get("data") or "0x"))


def moment(text: str) -> datetime:
    """``s.n`` as a time, cut to microseconds."""
    seconds, _, nanoseconds = text.partition(".")
    return _EPOCH + timedelta(seconds=int(seconds), microseconds=int(nanoseconds) // 1000)


def _mapping(value: object, name: str) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise NodeMistaken(f"{name} is no object")
    return value


def _sequence(value: object, name: str) -> Sequence[Any]:
    if not isinstance(value, list):
        raise NodeMistaken(f"{name} is no list")
    return value


def _account(value: object) -> str:
    if not isinstance(value, str) or not _ACCOUNT.fullmatch(value):
        raise NodeMistaken("no number of an account")
    return value


def _moment(value: object) -> str:
    if not isinstance(value, str) or not (match := _MOMENT.fullmatch(value)) or int(match[1]) > 4_102_444_800:
        raise NodeMistaken("no moment of consensus")
    return value


def _truth(value: object) -> bool:
    if not isinstance(value, bool):
        raise NodeMistaken("neither true nor false")
    return value


def _signed(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not -(1 << 63) < value < 1 << 63:
        raise NodeMistaken("no amount")
    return value


def _count(value: object, name: str) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 1 << 63:
        raise NodeMistaken(f"{name} is no number from zero")
    return value


def _from_base64(value: object) -> bytes:
    if not isinstance(value, str):
        raise NodeMistaken("no text where one belongs")
    try:
        return base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError) as error:
        raise NodeMistaken("not base64") from error


def _octets(value: object) -> bytes:
    if not isinstance(value, str) or not re.fullmatch(r"0x(?:[0-9a-fA-F]{2})*", value):
        raise NodeMistaken("no bytes where some belong")
    return bytes.fromhex(value[2:])
