"""What ``EXPERIMENTAL_tx_status`` or ``tx`` answers, checked and brought into one form.

The first also lists the receipts; the second only their outcomes. The receipt a transaction turns into is known in both: its
id stands in the transaction's outcome, its actions are the transaction's.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from chains.encoding import base58_decode, plain
from chains.errors import NodeMistaken
from chains.near.address import is_account

MOST_RECEIPTS = 10_000
LEVELS = ("NONE", "INCLUDED", "EXECUTED_OPTIMISTIC", "INCLUDED_FINAL", "EXECUTED", "FINAL")

_DIGITS = re.compile(r"[0-9]{1,39}")


@dataclass(frozen=True)
class Action:
    """One action of a receipt: ``kind`` as the protocol names it, its members, and its place in the receipt."""

    place: int
    kind: str
    members: Mapping[str, Any]


@dataclass(frozen=True)
class Receipt:
    """Who acts upon whom. ``alone`` says that it holds one action only."""

    id: str
    sender: str
    receiver: str
    actions: tuple[Action, ...]

    @property
    def alone(self) -> bool:
        return len(self.actions) == 1


@dataclass(frozen=True)
class Outcome:
    """What execution left of a receipt (or of the transaction itself).

    ``value`` is what it returned, in base64; ``failure`` why it failed; both ``None`` for one that goes on in another
    receipt. ``done`` is false while it has not run.
    """

    id: str
    executor: str
    block: str
    burnt: int
    logs: tuple[str, ...]
    children: tuple[str, ...]
    done: bool
    failure: str | None
    value: str | None


@dataclass(frozen=True)
class Shown:
    """One transaction as a node showed it. ``level`` is its finality (``None`` on nodes that do not tell); ``receipts``
    by id, ``complete`` whether the node listed them."""

    signer: str
    level: str | None
    done: bool
    failure: str | None
    own: Outcome | None
    outcomes: tuple[Outcome, ...]
    receipts: Mapping[str, Receipt]
    complete: bool


def shown(value: Any, reference: str) -> Shown:
    """The result of either method. Raises :class:`NodeMistaken`, also when it is of another hash."""
    row = _object(value)
    transaction = row.get("transaction")
    level = row.get("final_execution_status")
    if level is not None and level not in LEVELS:
        raise NodeMistaken("no known level of finality")
    if transaction is None and level in ("NONE", "INCLUDED"):
        return Shown("", level, False, None, None, (), {}, False)
    sent = _object(transaction)
    if sent.get("hash") != reference:
        raise NodeMistaken("another transaction than asked for")
    signer, receiver = account(sent.get("signer_id")), account(sent.get("receiver_id"))
    done, failure, _ = _status(row.get("status"))
    own = _outcome(row["transaction_outcome"]) if isinstance(row.get("transaction_outcome"), dict) else None
    if own is not None and own.id != reference:
        raise NodeMistaken("the outcome of another transaction")
    rows = _list(row.get("receipts_outcome") or [])
    listed = row.get("receipts")
    if len(rows) + len(listed or []) > MOST_RECEIPTS:
        raise NodeMistaken("more receipts than a transaction can have")
    outcomes = tuple(map(_outcome, rows))
    if len({one.id for one in outcomes}) != len(outcomes):
        raise NodeMistaken("one receipt told of twice")
    receipts = {one.id: one for one in map(_receipt, _list(listed or [])) if one is not None}
    if own is not None and len(own.children) == 1 and own.children[0] not in receipts:
        first = own.children[0]
        receipts[first] = Receipt(first, signer, receiver, _actions(sent.get("actions")))
    return Shown(signer, level, done, failure, own, outcomes, receipts, isinstance(listed, list))


def account(value: Any) -> str:
    """An account as a node writes it. Raises :class:`NodeMistaken` for anything else."""
    if not isinstance(value, str) or not is_account(value):
        raise NodeMistaken("not an account")
    return value


def amount(value: Any) -> int:
    """A decimal string of at most 128 bits. Raises :class:`NodeMistaken` for anything else."""
    if not isinstance(value, str) or not _DIGITS.fullmatch(value) or int(value) >> 128:
        raise NodeMistaken("not an amount")
    return int(value)


def block_hash(value: Any) -> str:
    """The base58 of 32 bytes. Raises :class:`NodeMistaken` for anything else."""
    try:
        if isinstance(value, str) and len(base58_decode(value, longest=44)) == 32:
            return value
    except ValueError:
        pass
    raise NodeMistaken("not a hash")


def failure_words(error: Any) -> str:
    """Why something failed: the names down to the innermost, and what a contract said."""
    names: list[str] = []
    while isinstance(error, dict) and error and len(names) < 6:
        if "kind" in error:
            error = error["kind"]
            continue
        name, error = next(iter(error.items()))
        if not str(name)[:1].isupper():  # a member: the kinds of errors end here
            error = error if name == "panic_msg" else None
            break
        names.append(plain(str(name), 60))
    if isinstance(error, str):
        names.append(plain(error, 200))
    wanted = [name for name in names if name not in ("ActionError", "TxExecutionError")]
    return ": ".join(wanted[-2:]) or "failed"


def _status(value: Any) -> tuple[bool, str | None, str | None]:
    """Whether it is done, why it failed, what it returned."""
    if isinstance(value, str) and value in ("NotStarted", "Started", "Unknown"):
        return False, None, None
    row = _object(value)
    if "Failure" in row:
        return True, failure_words(row["Failure"]), None
    if isinstance(row.get("SuccessValue"), str):
        return True, None, row["SuccessValue"]
    if isinstance(row.get("SuccessReceiptId"), str):
        return True, None, None
    raise NodeMistaken("neither success nor failure")


def _outcome(value: Any) -> Outcome:
    row = _object(value)
    inside = _object(row.get("outcome"))
    done, failure, returned = _status(inside.get("status"))
    logs = _list(inside.get("logs") or [])
    return Outcome(
        id=block_hash(row.get("id")),
        executor=account(inside.get("executor_id")),
        block=block_hash(row.get("block_hash")),
        burnt=amount(inside.get("tokens_burnt")),
        logs=tuple(log for log in logs if isinstance(log, str)),
        children=tuple(map(block_hash, _list(inside.get("receipt_ids") or []))),
        done=done,
        failure=failure,
        value=returned,
    )


def _receipt(value: Any) -> Receipt | None:
    """A receipt that acts; ``None`` for one that only carries data."""
    row = _object(value)
    inside = _object(row.get("receipt"))
    action = inside.get("Action")
    if not isinstance(action, dict):
        return None
    return Receipt(
        block_hash(row.get("receipt_id")),
        account(row.get("predecessor_id")),
        account(row.get("receiver_id")),
        _actions(action.get("actions")),
    )


def _actions(value: Any) -> tuple[Action, ...]:
    actions: list[Action] = []
    for place, one in enumerate(_list(value)):
        if isinstance(one, str):
            actions.append(Action(place, one, {}))
            continue
        if not isinstance(one, dict) or len(one) != 1:
            raise NodeMistaken("not an action")
        kind, members = next(iter(one.items()))
        actions.append(Action(place, str(kind), members if isinstance(members, dict) else {}))
    return tuple(actions)


def _object(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise NodeMistaken("an object belongs here")
    return value


def _list(value: Any) -> Sequence[Any]:
    if not isinstance(value, list):
        raise NodeMistaken("a list belongs here")
    return value
