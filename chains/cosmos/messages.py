"""The body of a transaction: its messages, memo and fee, in the forms nodes have written them. Pure.

Protobuf JSON (``{"body", "auth_info"}``, messages with ``@type``), the amino JSON of earlier releases (``{"type":
"…/StdTx", "value": {"msg", "fee", "memo"}}``), and an interface that wraps each message once more under its type.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from chains.cosmos.events import Move
from chains.encoding import as_written, plain
from chains.errors import NodeMistaken

LONGEST_MEMO = 512
"""Characters of a memo that are kept; chains allow 256 to 512."""

_MOST_MESSAGES = 10_000
_DEEPEST_EXEC = 8
_SIGNERS = (
    "from_address", "sender", "signer", "delegator_address", "grantee", "granter", "voter", "depositor", "creator",
    "orchestrator", "proposer", "address", "validator_address", "authority",
)  # fmt: skip
_MOVES_NOTHING = frozenset({
    "MsgVote", "MsgVoteWeighted", "MsgGrant", "MsgRevoke", "MsgGrantAllowance", "MsgRevokeAllowance", "MsgUpdateClient",
    "MsgSetWithdrawAddress", "MsgModifyWithdrawAddress",
})  # fmt: skip


@dataclass(frozen=True)
class Message:
    """One message: the last part of its type (``MsgSend``), its full type, its fields, and what it executes for others."""

    name: str
    kind: str
    fields: Mapping[str, Any]
    inner: tuple[Message, ...] = ()

    def all(self) -> Iterator[Message]:
        """Itself and everything inside."""
        yield self
        for message in self.inner:
            yield from message.all()


@dataclass(frozen=True)
class Packet:
    """What an arriving IBC transfer says: for whom, and the memo its sender gave."""

    receiver: str
    memo: str | None


@dataclass(frozen=True)
class Body:
    """A transaction as it was signed. ``fee`` is in coins; ``granter`` pays it instead of ``payer`` or the first signer."""

    messages: tuple[Message, ...]
    memo: str | None
    fee: tuple[tuple[str, int], ...]
    payer: str | None
    granter: str | None


def body(value: Any) -> Body:
    """The transaction of an answer. Raises :class:`NodeMistaken`."""
    row = _unwrapped(_object(value))
    if isinstance(row.get("value"), dict) and "body" not in row:
        return _amino(row["value"])
    inner, auth = _object(row.get("body")), row.get("auth_info")
    fee = auth.get("fee") if isinstance(auth, dict) else None
    fee = fee if isinstance(fee, dict) else {}
    return Body(
        messages=_messages(inner.get("messages")),
        memo=_memo(inner.get("memo")),
        fee=coin_list(fee.get("amount") or []),
        payer=fee.get("payer") or None,
        granter=fee.get("granter") or None,
    )


def _amino(row: Mapping[str, Any]) -> Body:
    fee = _object(row.get("fee"))
    return Body(
        _messages(row.get("msg")), _memo(row.get("memo")), coin_list(fee.get("amount") or []), fee.get("payer") or None,
        fee.get("granter") or None,
    )  # fmt: skip


def _messages(value: Any, depth: int = 0) -> tuple[Message, ...]:
    if not isinstance(value, list) or len(value) > _MOST_MESSAGES or depth > _DEEPEST_EXEC:
        raise NodeMistaken("a transaction has messages")
    return tuple(_message(row, depth) for row in value)


def _message(value: Any, depth: int) -> Message:
    row = _object(value)
    kind = row.get("@type", row.get("type"))
    if not isinstance(kind, str) or not kind:
        raise NodeMistaken("a message has a type")
    fields = _unwrapped(row) if "@type" in row else _object(row.get("value"))
    name = kind.replace("/", ".").rpartition(".")[2]
    inner = _messages(fields.get("msgs"), depth + 1) if name == "MsgExec" else ()
    return Message(name, kind, fields, inner)


def _unwrapped(row: dict[str, Any]) -> dict[str, Any]:
    """Without the layer named after the type, where an interface puts one."""
    others = [key for key in row if key != "@type"]
    if "@type" in row and len(others) == 1 and others[0].startswith("/") and isinstance(row[others[0]], dict):
        return dict(row[others[0]])
    return row


def _object(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise NodeMistaken("an object belongs here")
    return value


def _memo(value: Any) -> str | None:
    return as_written(value, LONGEST_MEMO) if isinstance(value, str) else None


def coin_list(value: Any) -> tuple[tuple[str, int], ...]:
    """``[{"denom", "amount"}]`` with zeros left out. Raises :class:`NodeMistaken`."""
    found = []
    for row in value if isinstance(value, list) else [value]:
        coin = _object(row)
        denom, amount = coin.get("denom"), coin.get("amount")
        if not isinstance(denom, str) or not denom or plain(denom, 200) != denom:
            raise NodeMistaken("a coin has a denom")
        if not isinstance(amount, str) or not re.fullmatch(r"[0-9]{1,78}", amount):
            raise NodeMistaken("a coin has an amount in digits")
        if number := int(amount):
            found.append((denom, number))
    return tuple(found)


def first_signer(told: Body) -> str | None:
    """Who signs the first message, hence pays the fee unless another does."""
    fields = told.messages[0].fields if told.messages else {}
    inputs = fields.get("inputs")
    if isinstance(inputs, list) and inputs and isinstance(inputs[0], dict):
        fields = inputs[0]
    names = ("grantee",) if told.messages and told.messages[0].inner else (*_SIGNERS,)
    return next((fields[name] for name in names if isinstance(fields.get(name), str) and fields[name]), None)


def relays(message: Message) -> bool:
    """Whether a relayer sends it: the memo of the transaction is then the relayer's, not the depositor's."""
    return any(part.kind.startswith("/ibc.core.") for part in message.all())


def packets(message: Message) -> list[Packet]:
    """Arriving IBC transfers inside a message."""
    found = []
    for part in message.all():
        packet = part.fields.get("packet")
        if part.name != "MsgRecvPacket" or not isinstance(packet, dict):
            continue
        try:
            data = json.loads(base64.b64decode(str(packet.get("data")), validate=True), parse_float=str)
        except (binascii.Error, ValueError, RecursionError):
            continue  # another application's packet
        if isinstance(data, dict) and isinstance(data.get("receiver"), str):
            found.append(Packet(data["receiver"], _memo(data.get("memo"))))
    return found


def certain_moves(message: Message) -> list[Move] | None:
    """What a message that succeeded moves for certain, without its events; ``None`` when only they would tell."""
    if message.inner:
        parts = [certain_moves(part) for part in message.inner]
        return None if None in parts else [move for part in parts if part for move in part]
    if message.name in _MOVES_NOTHING:
        return []
    fields = message.fields
    if message.name == "MsgSend" and {"from_address", "to_address", "amount"} <= fields.keys():
        return _paid(fields["from_address"], fields["to_address"], coin_list(fields["amount"] or []))
    if message.name == "MsgMultiSend":
        inputs, outputs = fields.get("inputs"), fields.get("outputs")
        if isinstance(inputs, list) and isinstance(outputs, list) and len(inputs) == 1:
            giver = _object(inputs[0]).get("address")
            return [
                move
                for row in map(_object, outputs)
                for move in _paid(giver, row.get("address"), coin_list(row.get("coins") or []))
            ]
    return None


def _paid(sender: Any, recipient: Any, coins: Sequence[tuple[str, int]]) -> list[Move]:
    if not isinstance(sender, str) or not isinstance(recipient, str):
        raise NodeMistaken("a payment has two sides")
    return [Move(sender, recipient, denom, amount) for denom, amount in coins]


def only_giver(message: Message) -> str | None:
    """The one account that gives in a payment to many, where the events do not name it."""
    inputs = message.fields.get("inputs")
    if message.name in ("MsgMultiSend", "MsgSend"):
        if isinstance(inputs, list) and len(inputs) == 1 and isinstance(inputs[0], dict):
            giver = inputs[0].get("address")
        else:
            giver = message.fields.get("from_address")
        return giver if isinstance(giver, str) else None
    return None
