"""Token movements: what contracts say in their logs (``EVENT_JSON``), or, of contracts that say nothing, what was called.

Standards: NEP-141 (``ft_*``), NEP-171 (``nft_*``), NEP-245 (``mt_*``), events after NEP-297. The contract is the account that
wrote the log; whatever else a log names, it is that contract's own tokens.
"""

from __future__ import annotations

import binascii
import json
import re
from base64 import b64decode
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from chains import strict_json
from chains.encoding import as_written, plain
from chains.errors import NodeMistaken
from chains.near.outcome import Action, Outcome, Receipt, account, amount
from chains.types import TransferKind

PREFIX = "EVENT_JSON:"
LONGEST_MEMO = 600
LONGEST_LOG = 20_000
"""Characters of a log; the protocol allows 16384 bytes for all logs of a call."""

_DEPOSIT = re.compile(r"Deposit ([0-9]{1,39}) NEAR to ([a-z0-9._-]{2,64})")
_WITHDRAW = re.compile(r"Withdraw ([0-9]{1,39}) NEAR from ([a-z0-9._-]{2,64})")
"""What the contract of wrapped NEAR writes, which is older than the events."""


@dataclass(frozen=True)
class Moved:
    """One token movement. ``place`` is where its receipt tells of it: ``log:0/1`` the log and the item in it, ``call:2`` the
    action that called."""

    standard: str
    kind: TransferKind
    sender: str | None
    recipient: str | None
    amount: int
    token_id: str | None = None
    memo: str | None = None
    place: str = ""


def moved(receipt: Receipt | None, outcome: Outcome) -> tuple[list[Moved], list[str]]:
    """The token movements of one receipt that succeeded, and warnings."""
    told: list[Moved] = []
    warnings: list[str] = []
    for number, log in enumerate(outcome.logs):
        if not log.startswith(PREFIX):
            continue
        try:
            told += [replace(one, place=f"log:{number}/{item}") for item, one in enumerate(_event(log))]
        except (NodeMistaken, RecursionError):
            if "nep141" in log or "nep171" in log or "nep245" in log:
                warnings.append("unreadable_transfer_log")
    calls = [action for action in receipt.actions if action.kind == "FunctionCall"] if receipt else []
    if receipt is not None and not any(one.standard == "nep141" for one in told):
        for call in calls:
            told += [replace(one, place=f"call:{call.place}") for one in _called(receipt, outcome, call)]
    return [_with_memo(one, calls) for one in told], warnings


def _event(log: str) -> Iterator[Moved]:
    """Movements of one event. Raises :class:`NodeMistaken` when it is not what its standard says."""
    if len(log) > LONGEST_LOG:
        raise NodeMistaken("a log that is too long")
    event = strict_json.parse(log[len(PREFIX) :].encode("utf-8", "replace"), depth=16)
    if not isinstance(event, dict):
        raise NodeMistaken("no event")
    standard, name = event.get("standard"), event.get("event")
    reader = _READERS.get((str(standard), str(name)))
    if reader is None:
        return
    rows = event.get("data")
    for row in rows if isinstance(rows, list) else [rows]:
        if not isinstance(row, dict):
            raise NodeMistaken("an event without data")
        yield from reader(row)


def _memo(row: Mapping[str, Any]) -> str | None:
    memo = row.get("memo")
    return as_written(memo, LONGEST_MEMO) if isinstance(memo, str) else None


def _ends(row: Mapping[str, Any], name: str) -> tuple[str | None, str | None]:
    """Old and new owner: of a mint only the new one, of a burn only the old one."""
    if name == "transfer":
        return account(row.get("old_owner_id")), account(row.get("new_owner_id"))
    owner = account(row.get("owner_id"))
    return (None, owner) if name == "mint" else (owner, None)


def _fungible(name: str) -> Any:
    def read(row: Mapping[str, Any]) -> Iterator[Moved]:
        yield Moved("nep141", TransferKind.TOKEN, *_ends(row, name), amount(row.get("amount")), None, _memo(row))

    return read


def _unique(name: str) -> Any:
    def read(row: Mapping[str, Any]) -> Iterator[Moved]:
        for token_id in _ids(row):
            yield Moved("nep171", TransferKind.NFT, *_ends(row, name), 1, token_id, _memo(row))

    return read


def _multiple(name: str) -> Any:
    def read(row: Mapping[str, Any]) -> Iterator[Moved]:
        amounts = row.get("amounts")
        ids = _ids(row)
        if not isinstance(amounts, list) or len(amounts) != len(ids):
            raise NodeMistaken("not an amount for each token")
        for token_id, quantity in zip(ids, amounts, strict=True):
            yield Moved("nep245", TransferKind.NFT, *_ends(row, name), amount(quantity), token_id, _memo(row))

    return read


def _ids(row: Mapping[str, Any]) -> list[str]:
    ids = row.get("token_ids")
    if not isinstance(ids, list) or not all(isinstance(one, str) and len(one) <= 1024 for one in ids):
        raise NodeMistaken("no token ids")
    return [plain(one, 1024) for one in ids]


_READERS = {
    **{("nep141", f"ft_{name}"): _fungible(name) for name in ("transfer", "mint", "burn")},
    **{("nep171", f"nft_{name}"): _unique(name) for name in ("transfer", "mint", "burn")},
    **{("nep245", f"mt_{name}"): _multiple(name) for name in ("transfer", "mint", "burn")},
}


def _called(receipt: Receipt, outcome: Outcome, action: Action) -> Iterator[Moved]:
    """What a call of NEP-141 did in a contract that writes no events, as older ones do.

    ``ft_resolve_transfer`` returns how much the receiver kept; the rest went back. ``near_deposit`` and ``near_withdraw`` wrap
    and unwrap the native coin.
    """
    method = action.members.get("method_name")
    arguments = _arguments(action)
    try:
        if method in ("ft_transfer", "ft_transfer_call"):
            quantity = amount(arguments.get("amount"))
            receiver = account(arguments.get("receiver_id"))
            yield Moved(
                "nep141", TransferKind.TOKEN, receipt.sender, receiver, quantity, memo=_said_to(action, arguments)
            )
        if method == "ft_resolve_transfer" and outcome.value is not None:
            kept = amount(json.loads(b64decode(outcome.value, validate=True)))
            back = amount(arguments.get("amount")) - kept
            if back > 0:
                sender, receiver = account(arguments.get("sender_id")), account(arguments.get("receiver_id"))
                yield Moved("nep141", TransferKind.TOKEN, receiver, sender, back)
        if method == "near_deposit" and (words := _said(_DEPOSIT, outcome)):
            yield Moved("nep141", TransferKind.TOKEN, None, account(words[2]), amount(words[1]))
        if method == "near_withdraw" and (words := _said(_WITHDRAW, outcome)):
            yield Moved("nep141", TransferKind.TOKEN, account(words[2]), None, amount(words[1]))
    except (NodeMistaken, ValueError, RecursionError):
        return  # a contract of its own making; what it did cannot be read from its call


def _said(form: re.Pattern[str], outcome: Outcome) -> re.Match[str] | None:
    """The one log of this form, ``None`` when there is none or more than one."""
    found = [match for log in outcome.logs if (match := form.fullmatch(log))]
    return found[0] if len(found) == 1 else None


def _arguments(action: Action) -> Mapping[str, Any]:
    """The JSON a function was called with; empty when it is none."""
    text = action.members.get("args")
    if not isinstance(text, str):
        return {}
    try:
        value = strict_json.parse(b64decode(text, validate=True), depth=32)
    except (binascii.Error, ValueError, NodeMistaken):
        return {}
    return value if isinstance(value, dict) else {}


def _with_memo(one: Moved, calls: list[Action]) -> Moved:
    """The memo of the call, where the event leaves it out and there is no doubt which call it was."""
    if one.memo is not None or len(calls) != 1 or one.standard != "nep141":
        return one
    arguments = _arguments(calls[0])
    if arguments.get("receiver_id") != one.recipient or arguments.get("amount") != str(one.amount):
        return one
    return replace(one, memo=_said_to(calls[0], arguments))


def _said_to(call: Action, arguments: Mapping[str, Any]) -> str | None:
    """The memo of a call; where ``ft_transfer_call`` has none, the message it gives the receiver (NEP-141)."""
    memo = _memo(arguments)
    if memo is None and call.members.get("method_name") == "ft_transfer_call":
        return _memo({"memo": arguments.get("msg")})
    return memo
