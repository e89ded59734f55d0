"""The fields of an indexer's transactions (toncenter v3), read strictly. Pure.

Everything raises :class:`~chains.errors.NodeMistaken` for what a sound indexer never says. Hashes become lower-case
hexadecimal, addresses their raw form.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from chains.errors import NodeMistaken
from chains.ton.address import raw_form

_DIGITS = re.compile(r"-?\d{1,40}")
_HEX = re.compile(r"[0-9a-fA-F]{64}")
_MOST_MESSAGES = 300


@dataclass(frozen=True)
class Message:
    """A message between accounts; ``source`` is ``None`` for one from outside, ``destination`` for one that leaves.

    ``body`` is the bag of cells in base64. ``normal_hash`` is what explorers call a message from outside by, when shown.
    ``plain``: nothing rides along that is not shown here (an initial state, other coins). ``ihr_fee`` is what was charged.
    """

    hash: str
    source: str | None
    destination: str | None
    value: int
    fwd_fee: int
    ihr_fee: int
    lt: int
    op: int | None
    bounce: bool
    bounced: bool
    body: str | None
    body_hash: str | None
    normal_hash: str | None
    plain: bool = True
    created: int = 0
    ihr_disabled: bool = True
    ihr_fee_written: int = 0


@dataclass(frozen=True)
class Seen:
    """A transaction of one account. ``seqno`` is the masterchain block that refers to it, ``None`` while none does.

    ``returned``: the bounce phase sent the value back. ``credit`` is what the credit phase added to the account. ``why`` are
    the codes of a phase that failed, in words.
    """

    hash: str
    account: str
    lt: int
    time: datetime
    seqno: int | None
    emulated: bool
    total_fees: int
    aborted: bool
    returned: bool
    credit: int | None
    skipped_actions: int
    made: int | None
    why: str | None
    block_name: str
    came: Message | None
    sent: tuple[Message, ...]


def transaction(value: Any) -> Seen:
    """One member of ``transactions``."""
    row = _object(value)
    description = _object(row.get("description"))
    account = _address(row.get("account"))
    came = None if row.get("in_msg") is None else message(row["in_msg"])
    sent = tuple(message(one) for one in _list(row.get("out_msgs"), _MOST_MESSAGES))
    lt = whole(row.get("lt"))
    if came is not None and came.destination != account:
        raise NodeMistaken("a message received by another account than it was sent to")
    if any(one.source != account for one in sent):
        raise NodeMistaken("a message sent by another account than its transaction's")
    action = description.get("action") or {}
    seqno = row.get("mc_block_seqno")
    return Seen(
        hash=digest(row.get("hash")),
        account=account,
        lt=lt,
        time=moment(row.get("now")),
        seqno=None if seqno is None else whole(seqno),
        emulated=row.get("emulated") is True,
        total_fees=whole(row.get("total_fees")),
        aborted=_flag(description.get("aborted")),
        returned=_returned(description) or any(one.bounced for one in sent),
        credit=_credit(description),
        skipped_actions=_small(_object(action).get("skipped_actions")),
        made=None if not action else _small(_object(action).get("msgs_created")),
        why=_why(description),
        block_name=_block_name(row.get("block_ref")),
        came=came,
        sent=sent,
    )


def message(value: Any) -> Message:
    """An ``in_msg`` or a member of ``out_msgs``."""
    row = _object(value)
    content = _object(row.get("message_content") or {})
    body = content.get("body")
    if body is not None and not isinstance(body, str):
        raise NodeMistaken("a body is text")
    return Message(
        hash=digest(row.get("hash")),
        source=_optional_address(row.get("source")),
        destination=_optional_address(row.get("destination")),
        value=_amount(row.get("value")),
        fwd_fee=_amount(row.get("fwd_fee")),
        ihr_fee=0 if row.get("ihr_disabled") is True else _amount(row.get("ihr_fee")),
        lt=_amount(row.get("created_lt")),
        op=_op(row.get("opcode")),
        bounce=_flag(row.get("bounce")),
        bounced=_flag(row.get("bounced")),
        body=body,
        body_hash=None if content.get("hash") is None else digest(content["hash"]),
        normal_hash=None if row.get("hash_norm") is None else digest(row["hash_norm"]),
        plain=not any(row.get(key) for key in ("init_state", "value_extra_currencies")),
        created=_amount(row.get("created_at")),
        ihr_disabled=_flag(row.get("ihr_disabled")),
        ihr_fee_written=_amount(row.get("extra_flags")) or _amount(row.get("ihr_fee")),
    )


def digest(value: Any) -> str:
    """A 256-bit hash in base64 (either alphabet) or hexadecimal, as lower-case hexadecimal."""
    if not isinstance(value, str) or len(value) > 64:
        raise NodeMistaken("a hash belongs here")
    if _HEX.fullmatch(value):
        return value.lower()
    try:
        data = base64.b64decode(value.replace("-", "+").replace("_", "/"), validate=True)
    except binascii.Error:
        data = b""
    if len(data) != 32:
        raise NodeMistaken("a hash belongs here")
    return data.hex()


def whole(value: Any) -> int:
    """A non-negative whole number, in digits or as a number."""
    number = _integer(value)
    if number < 0 or number >> 127:
        raise NodeMistaken("a number out of range")
    return number


def moment(value: Any) -> datetime:
    """Seconds since 1970."""
    try:
        return datetime.fromtimestamp(whole(value), UTC)
    except (ValueError, OverflowError, OSError):
        raise NodeMistaken("no known time") from None


def _returned(description: Mapping[str, Any]) -> bool:
    """Whether the bounce phase sent the value back; ``negfunds`` and ``nofunds`` leave it where it is."""
    phase = description.get("bounce")
    return isinstance(phase, dict) and phase.get("type") == "ok"


def _credit(description: Mapping[str, Any]) -> int | None:
    phase = description.get("credit_ph")
    return whole(phase["credit"]) if isinstance(phase, dict) and phase.get("credit") is not None else None


def _why(description: Mapping[str, Any]) -> str | None:
    """Why a transaction was aborted. A phase that says nothing of itself is no reason."""
    compute, action = description.get("compute_ph"), description.get("action")
    if isinstance(compute, dict) and (compute.get("skipped") is True or compute.get("type") == "skipped"):
        reason = compute.get("reason", compute.get("skip_reason"))
        words = str(reason)[:20] if reason in ("no_state", "bad_state", "no_gas", "suspended") else "skipped"
        return f"not executed: {words.replace('_', ' ')}"
    if isinstance(compute, dict) and compute.get("success") is False:
        return f"exit code {_integer(compute.get('exit_code', 0))}"
    if isinstance(action, dict) and action.get("success") is False:
        code = _integer(action.get("result_code", 0))
        words = "not enough funds" if action.get("no_funds") is True or code == 37 else "actions failed"
        return f"{words}: result code {code}"
    return None


def _block_name(value: Any) -> str:
    """``(0,8000000000000000,56176878)``: how TON names a shard's block. Its hash is in no transaction's answer."""
    row = _object(value)
    shard = row.get("shard")
    if not isinstance(shard, str) or not re.fullmatch(r"[0-9a-fA-F]{1,16}", shard):
        raise NodeMistaken("a block has a shard")
    return f"({_integer(row.get('workchain'))},{shard.lower()},{whole(row.get('seqno'))})"


def _object(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise NodeMistaken("an object belongs here")
    return value


def _list(value: Any, most: int) -> list[Any]:
    if not isinstance(value, list) or len(value) > most:
        raise NodeMistaken("a list belongs here")
    return value


def _integer(value: Any) -> int:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, str) and _DIGITS.fullmatch(value):
        return int(value)
    raise NodeMistaken("a whole number belongs here")


def _amount(value: Any) -> int:
    return 0 if value is None else whole(value)


def _small(value: Any) -> int:
    return 0 if value is None else whole(value)


def _flag(value: Any) -> bool:
    if value is not None and not isinstance(value, bool):
        raise NodeMistaken("yes or no belongs here")
    return value is True


def _op(value: Any) -> int | None:
    if value is None:
        return None
    if not isinstance(value, str) or not re.fullmatch(r"0x[0-9a-fA-F]{1,8}|-?\d{1,10}", value):
        raise NodeMistaken("an operation has 32 bits")
    return int(value, 16 if value.startswith("0x") else 10) & 0xFFFFFFFF


def _address(value: Any) -> str:
    raw = raw_form(value) if isinstance(value, str) else None
    if raw is None:
        raise NodeMistaken("an address belongs here")
    return raw


def _optional_address(value: Any) -> str | None:
    return None if value in (None, "", "addr_none") else _address(value)
