"""Events of a transaction, sorted to the messages that caused them, and the movements they tell of. Pure.

Nodes have shown the same events in several forms, and a leg's position must be the same in all of them:

- ``logs[N].events`` (until SDK 0.50), in older versions with all events of one type flattened into one and the types
  sorted, so that the order between types is lost;
- ``events`` of the whole transaction in order, since SDK 0.50 each with an attribute ``msg_index``; before that without,
  and until Tendermint 0.37 with keys and values in base64.

What belongs to no message (the fee, above all) is kept apart. Therefore movements are numbered by type first: ``transfer``
events in their order, then tokens of contracts, then what only shows as coins spent and received (staking), mints, burns.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections import Counter, deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from chains.encoding import plain
from chains.errors import NodeMistaken

Pairs = list[tuple[str, str]]
Entry = tuple[str | None, str]
_COIN = re.compile(r"([0-9]{1,78})([a-zA-Z][a-zA-Z0-9/:._-]{1,127})")
_MOST_EVENTS = 50_000
_BASE64_KEYS = {
    base64.b64encode(word.encode()).decode()
    for word in (
        "sender",
        "recipient",
        "amount",
        "spender",
        "receiver",
        "fee",
        "acc_seq",
        "signature",
        "action",
        "module",
    )
}


@dataclass(frozen=True)
class Event:
    """One event: its type and its attributes in order."""

    kind: str
    pairs: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Sorted:
    """``of_message[N]`` are the events of message N, ``None`` where no node form showed them; ``outside`` those of none.

    ``outside_visible`` is false where only the events of messages were shown.
    """

    of_message: tuple[tuple[Event, ...] | None, ...]
    outside: tuple[Event, ...]
    outside_visible: bool


@dataclass(frozen=True)
class Move:
    """One movement of one asset: of a denom, or of the contract ``token`` (then ``denom`` is empty). ``None`` as in
    :class:`~chains.types.Transfer`; ``sender_shown`` is false where the event did not name a sender at all."""

    sender: str | None
    recipient: str | None
    denom: str
    amount: int
    token: str | None = None
    token_id: str | None = None
    sender_shown: bool = True


def sort(response: Mapping[str, Any], count: int) -> Sorted:
    """The events of a ``tx_response`` with ``count`` messages."""
    events = _events(response.get("events"))
    if any(_index(event) is not None for event in events):
        inside: list[list[Event]] = [[] for _ in range(count)]
        outside: list[Event] = []
        for event in events:
            number = _index(event)
            if number is not None and number >= count:
                raise NodeMistaken("an event of a message that is not there")
            (outside if number is None else inside[number]).append(event)
        return Sorted(tuple(map(tuple, inside)), tuple(outside), True)
    by_action = _by_action(events, count)
    logs = _logs(response, count)
    if logs is None:
        return by_action
    return (
        logs
        if logs.outside_visible
        else replace(logs, outside=by_action.outside, outside_visible=by_action.outside_visible)
    )


def _by_action(events: Sequence[Event], count: int) -> Sorted:
    """Without any index: every message begins with a ``message`` event that names its ``action``."""
    starts = [place for place, event in enumerate(events) if event.kind == "message" and _has(event, "action")]
    if not starts:  # nothing ran: what there is happened before the messages
        return Sorted((None,) * count, tuple(events), bool(events))
    if len(starts) != count:
        return Sorted((None,) * count, (), False)
    ends = [*starts[1:], len(events)]
    parts = tuple(tuple(events[start:end]) for start, end in zip(starts, ends, strict=True))
    return Sorted(parts, tuple(events[: starts[0]]), True)


def _logs(response: Mapping[str, Any], count: int) -> Sorted | None:
    """The events by ``logs``, or by the same list inside ``raw_log``; ``None`` where these hold no events."""
    logs = response.get("logs")
    raw = response.get("raw_log")
    if not logs and isinstance(raw, str) and raw.startswith("["):
        try:
            logs = json.loads(raw, parse_float=str)
        except (ValueError, RecursionError):
            logs = None
    if not isinstance(logs, list) or not any(isinstance(entry, dict) and entry.get("events") for entry in logs):
        return None
    inside: list[tuple[Event, ...] | None] = [None] * count
    outside: tuple[Event, ...] = ()
    visible = False
    for entry in logs:
        if not isinstance(entry, dict):
            raise NodeMistaken("a log is an object")
        number = _number(entry.get("msg_index"))
        if number is None and len(logs) == 1 and count == 1:
            number = 0
        events = tuple(_events(entry.get("events")))
        if number is None:
            if len(logs) > count:  # some interfaces add the events outside of messages as one more log
                outside, visible = events, True
        elif number >= count:
            raise NodeMistaken("a log of a message that is not there")
        else:
            inside[number] = events
    if len(logs) < count and all(events is None for events in inside):
        return None
    return Sorted(tuple(inside), outside, visible)


def _events(value: Any) -> list[Event]:
    if value is None:
        return []
    if not isinstance(value, list) or len(value) > _MOST_EVENTS:
        raise NodeMistaken("events are a list")
    rows = [_pairs(row) for row in value]
    coded = any(key in _BASE64_KEYS for _, pairs in rows for key, _ in pairs)
    return [Event(kind, tuple(_decoded(pairs) if coded else pairs)) for kind, pairs in rows]


def _pairs(row: Any) -> tuple[str, Pairs]:
    if not isinstance(row, dict) or not isinstance(row.get("type"), str):
        raise NodeMistaken("an event has a type")
    pairs: Pairs = []
    attributes = row.get("attributes")
    for attribute in attributes if isinstance(attributes, list) else []:
        if not isinstance(attribute, dict):
            raise NodeMistaken("an attribute is an object")
        key, value = attribute.get("key"), attribute.get("value")
        if isinstance(key, str):
            pairs.append((key, value if isinstance(value, str) else ""))
    return row["type"], pairs


def _decoded(pairs: Pairs) -> Pairs:
    return [(_text(key), _text(value)) for key, value in pairs]


def _text(coded: str) -> str:
    try:
        return base64.b64decode(coded, validate=True).decode("utf-8", "replace")
    except (binascii.Error, ValueError):
        raise NodeMistaken("an attribute is not base64 as its neighbours are") from None


def _index(event: Event) -> int | None:
    return next((_number(value) for key, value in event.pairs if key == "msg_index"), None)


def _number(value: Any) -> int | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 6:
        return int(value)
    return value if isinstance(value, int) and 0 <= value < 100_000 else None


def _has(event: Event, name: str) -> bool:
    return any(key == name for key, _ in event.pairs)


def value_of(event: Event, name: str) -> str | None:
    """The first attribute of that name."""
    return next((value for key, value in event.pairs if key == name), None)


def coins(text: str) -> list[tuple[str, int]] | None:
    """``5uatom,3ibc/…`` as denoms and amounts, zeros left out; ``None`` when it is not that."""
    found: list[tuple[str, int]] = []
    for part in filter(None, text.split(",")):
        match = _COIN.fullmatch(part.strip())
        if match is None:
            return None
        if amount := int(match[1]):
            found.append((match[2], amount))
    return found


def _groups(events: Iterable[Event], kind: str, names: tuple[str, ...]) -> Iterator[dict[str, str]]:
    """Attributes of the events of one type, taken apart again where several stand flattened in one."""
    for event in events:
        if event.kind != kind:
            continue
        group: dict[str, str] = {}
        for key, value in event.pairs:
            if key not in names:
                continue
            if key in group:
                yield group
                group = {}
            group[key] = value
        if group:
            yield group


def moves(events: Sequence[Event]) -> tuple[list[Move | None], list[str]]:
    """Movements of one message in their numbered order, ``None`` for one that cannot be read, and warnings."""
    told: list[Move | None] = []
    spent = _Side(events, "coin_spent", "spender")
    received = _Side(events, "coin_received", "receiver")
    nameless = False
    for group in _groups(events, "transfer", ("recipient", "sender", "amount")):
        sender, recipient, text = group.get("sender"), group.get("recipient"), group.get("amount", "")
        nameless |= sender is None
        spent.take((sender, text))
        received.take((recipient, text))
        told += _of_coins(sender, recipient, text, sender is not None)
    told += _of_contracts(events)
    unpaired = _rest(events, spent, received, told)
    warnings = ["unreadable_transfer_event"] if None in told else []
    if unpaired and not nameless:
        warnings.append("unpaired_coin_event")
    return told, warnings


class _Side:
    """Who spent, or who received, how much: one entry an event, each taken once. Linear, for the events are a stranger's."""

    def __init__(self, events: Sequence[Event], kind: str, name: str) -> None:
        self._entries = [(g.get(name), g.get("amount", "")) for g in _groups(events, kind, (name, "amount"))]
        self._open = Counter(self._entries)

    def take(self, entry: Entry) -> bool:
        """Whether the entry was still there."""
        if self._open[entry] < 1:
            return False
        self._open[entry] -= 1
        return True

    def left(self) -> list[Entry]:
        """What was not taken, in order; entries of nothing left out."""
        rest = Counter(self._open)
        kept = []
        for entry in reversed(self._entries):
            if rest[entry] > 0:
                rest[entry] -= 1
                kept.append(entry)
        return [entry for entry in reversed(kept) if coins(entry[1]) != []]


def _of_coins(sender: str | None, recipient: str | None, text: str, shown: bool = True) -> list[Move | None]:
    found = coins(text)
    if found is None or (sender is None and recipient is None):
        return [None]
    return [Move(sender, recipient, denom, amount, sender_shown=shown) for denom, amount in found]


def _rest(events: Sequence[Event], spent: _Side, received: _Side, told: list[Move | None]) -> bool:
    """Coins moved without a ``transfer`` event: into and out of stakes, out of nothing, into nothing, added to ``told``.

    Says whether something remains that no other side answers to.
    """
    minted = [(g.get("minter"), g.get("amount", "")) for g in _groups(events, "coinbase", ("minter", "amount"))]
    burnt = [(g.get("burner"), g.get("amount", "")) for g in _groups(events, "burn", ("burner", "amount"))]
    mints = [entry for entry in minted if received.take(entry)]
    burns = [entry for entry in burnt if spent.take(entry)]
    takers: dict[str, deque[str | None]] = {}
    for taker, text in received.left():
        takers.setdefault(text, deque()).append(taker)
    alone = 0
    for giver, text in spent.left():
        if takers.get(text):
            told += _of_coins(giver, takers[text].popleft(), text)
        else:
            alone += 1
    for minter, text in mints:
        told += _of_coins(None, minter, text)
    for burner, text in burns:
        told += _of_coins(burner, None, text)
    return bool(alone) or any(takers.values())


_TOKEN_MOVES = {
    "transfer": ("from", "to"),
    "transfer_from": ("from", "to"),
    "send": ("from", "to"),
    "send_from": ("from", "to"),
    "mint": (None, "to"),
    "burn": ("from", None),
    "burn_from": ("from", None),
}
"""Actions of the CW-20 standard and the attributes that name who gives and who gets."""


def _of_contracts(events: Sequence[Event]) -> Iterator[Move | None]:
    """Tokens that contracts keep themselves (CW-20, CW-721), as their events tell; like any log, it is the contract's word."""
    for event in events:
        if event.kind != "wasm":
            continue
        parts: list[Pairs] = []
        for key, value in event.pairs:
            if key in ("_contract_address", "contract_address"):
                parts.append([("contract", value)])
            elif parts:
                parts[-1].append((key, value))
        for pairs in parts:
            yield from _of_contract(pairs)


def _of_contract(pairs: Pairs) -> Iterator[Move | None]:
    said = dict(pairs)
    action = said.get("action", "")
    if action in ("transfer_nft", "send_nft") and {"sender", "recipient", "token_id"} <= said.keys():
        yield Move(said["sender"], said["recipient"], "", 1, said["contract"], plain(said["token_id"], 100))
        return
    sides = _TOKEN_MOVES.get(action)
    if sides is None or "amount" not in said or not all(side is None or side in said for side in sides):
        return
    asked = ("action", "amount", *(side for side in sides if side))
    amount = said["amount"]
    if any(sum(key == name for key, _ in pairs) != 1 for name in asked) or not re.fullmatch(r"[0-9]{1,39}", amount):
        yield None
    elif int(amount):
        sender, recipient = (None if side is None else said[side] for side in sides)
        yield Move(sender, recipient, "", int(amount), said["contract"])
