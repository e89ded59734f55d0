"""The fields of a node's answers, read strictly: transaction, receipt, logs, block. Pure.

Everything raises :class:`~chains.errors.NodeMistaken` for what a sound node never says, above all for answers that belong
to another transaction or contradict each other.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from chains.encoding import checksummed, octets, quantity
from chains.errors import NodeMistaken
from chains.evm.address import ZERO
from chains.evm.tokens import Log

_MOST_LOGS = 100_000


@dataclass(frozen=True)
class Sent:
    """The transaction as it was sent. ``price`` is ``gasPrice``, for mined ones what was really paid by unit of gas.

    ``chain_id`` is what it was signed for, ``None`` when it says none. ``fee_currency`` is the contract its fee is paid
    in on chains that allow it, ``None`` for the native coin.
    """

    hash: str
    kind: int
    sender: str
    to: str | None
    value: int
    gas: int
    price: int | None
    data: bytes
    mint: int
    block_hash: str | None
    block_height: int | None
    chain_id: int | None = None
    fee_currency: str | None = None


@dataclass(frozen=True)
class Receipt:
    """What execution left. ``status`` is ``None`` in the blocks before receipts had one; ``removed`` if any log was.

    Some nodes leave the parties out of receipts: then ``sender`` is ``None`` and ``to`` says nothing. The operator's part
    of a layer's fee is told as a scalar and a constant; ``footprint_shown`` is whether the receipt has the field that came
    with the newer of the two formulas for it.
    """

    status: bool | None
    block_hash: str
    block_height: int
    sender: str | None
    to: str | None
    created: str | None
    gas_used: int
    price: int | None
    logs: tuple[Log, ...]
    removed: bool
    l1_fee: int | None
    operator_scalar: int
    operator_constant: int
    footprint_shown: bool
    blob_gas: int
    blob_price: int | None


@dataclass(frozen=True)
class Head:
    """A block of the chain as the node tells it. ``hashes`` are of its transactions, lower case, when it lists any: some
    gateways and archives leave the list empty."""

    height: int
    hash: str
    time: datetime
    hashes: frozenset[str] | None


def sent(value: Any, reference: str) -> Sent:
    """The answer of ``eth_getTransactionByHash``."""
    row = _object(value)
    if _hash(row.get("hash")) != reference:
        raise NodeMistaken("another transaction than asked for")
    return Sent(
        hash=reference,
        kind=quantity(row.get("type", "0x0"), bits=8),
        sender=_address(row.get("from")),
        to=_optional_address(row.get("to")),
        value=quantity(row.get("value")),
        gas=_optional(row, "gas") or 0,
        price=_optional(row, "gasPrice"),
        data=octets(row["input"] if "input" in row else row.get("data")),
        mint=_optional(row, "mint") or 0,
        block_hash=None if row.get("blockHash") is None else _hash(row["blockHash"]),
        block_height=_optional(row, "blockNumber", bits=63),
        chain_id=_optional(row, "chainId") or None,
        fee_currency=_not_zero(_optional_address(row.get("feeCurrency"))),
    )


def receipt(value: Any, reference: str) -> Receipt:
    """The answer of ``eth_getTransactionReceipt``, its logs in the order of their indexes."""
    row = _object(value)
    if _hash(row.get("transactionHash")) != reference:
        raise NodeMistaken("receipt of another transaction")
    block_hash = _hash(row.get("blockHash"))
    status = _optional(row, "status")
    if status not in (None, 0, 1):
        raise NodeMistaken("a status is 0 or 1")
    if status == 0 and _has_state_root(row, block_hash):
        status = None
    rows = row.get("logs")
    if not isinstance(rows, list) or len(rows) > _MOST_LOGS:
        raise NodeMistaken("a receipt has logs")
    return Receipt(
        status=None if status is None else status == 1,
        block_hash=block_hash,
        block_height=quantity(row.get("blockNumber"), bits=63),
        sender=_optional_address(row.get("from")),
        to=_optional_address(row.get("to")),
        created=_optional_address(row.get("contractAddress")),
        gas_used=quantity(row.get("gasUsed"), bits=64),
        price=_optional(row, "effectiveGasPrice"),
        logs=_logs(rows, reference, block_hash),
        removed=any(isinstance(log, dict) and log.get("removed") is True for log in rows),
        l1_fee=_optional(row, "l1Fee"),
        operator_scalar=_optional(row, "operatorFeeScalar") or 0,
        operator_constant=_optional(row, "operatorFeeConstant") or 0,
        footprint_shown=row.get("daFootprintGasScalar") is not None,
        blob_gas=_optional(row, "blobGasUsed") or 0,
        blob_price=_optional(row, "blobGasPrice"),
    )


def _has_state_root(row: dict[str, Any], block_hash: str) -> bool:
    """Whether it is of the time when receipts held the state's root instead of a status: some programs write a zero beside it,
    which says nothing. Networks that put the block's hash there mean nothing by it."""
    root = row.get("root")
    return isinstance(root, str) and len(root) == 66 and root.strip("0x") != "" and root.lower() != block_hash


def head(value: Any) -> Head:
    """The answer of ``eth_getBlockByNumber``."""
    row = _object(value)
    listed = row.get("transactions")
    hashes: frozenset[str] | None = None
    if isinstance(listed, list) and listed:
        hashes = frozenset(_hash(entry.get("hash") if isinstance(entry, dict) else entry) for entry in listed)
    try:
        moment = datetime.fromtimestamp(quantity(row.get("timestamp"), bits=64), UTC)
    except (ValueError, OverflowError, OSError):
        raise NodeMistaken("a block of no known time") from None
    return Head(quantity(row.get("number"), bits=63), _hash(row.get("hash")), moment, hashes)


def settled(value: Any) -> bool:
    """Whether the answer of ``zks_getTransactionDetails`` says that the layer below has carried out its batch."""
    return (
        isinstance(value, dict) and value.get("status") == "verified" and isinstance(value.get("ethExecuteTxHash"), str)
    )


def block_logs(value: Any, block_hash: str | None) -> list[tuple[str, Log]]:
    """The answer of ``eth_getLogs`` for one block, each log with its transaction's hash; ``block_hash`` where it is known."""
    if not isinstance(value, list) or len(value) > _MOST_LOGS:
        raise NodeMistaken("logs are a list")
    found = []
    for row in map(_object, value):
        if row.get("removed") is True or (block_hash and _hash(row.get("blockHash")) != block_hash):
            raise NodeMistaken("log of another block")
        found.append((_hash(row.get("transactionHash")), _log(row)))
    if len({log.index for _, log in found}) != len(found):
        raise NodeMistaken("two logs with one index")
    return found


def _logs(rows: list[Any], reference: str, block_hash: str) -> tuple[Log, ...]:
    logs: list[Log] = []
    for row in map(_object, rows):
        if _hash(row.get("transactionHash") or reference) != reference:
            raise NodeMistaken("log of another transaction")
        if _hash(row.get("blockHash") or block_hash) != block_hash:
            raise NodeMistaken("log of another block")
        logs.append(_log(row))
    logs.sort(key=lambda log: log.index)
    if len({log.index for log in logs}) != len(logs):
        raise NodeMistaken("two logs with one index")
    return tuple(logs)


def _log(row: dict[str, Any]) -> Log:
    topics = row.get("topics")
    if not isinstance(topics, list) or len(topics) > 4:
        raise NodeMistaken("a log has up to four topics")
    return Log(
        index=quantity(row.get("logIndex"), bits=32),
        contract=_address(row.get("address")),
        topics=tuple(octets(topic, length=32) for topic in topics),
        data=octets(row.get("data")),
    )


def _object(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise NodeMistaken("an object belongs here")
    return value


def _hash(value: Any) -> str:
    return "0x" + octets(value, length=32).hex()


def _address(value: Any) -> str:
    return checksummed(octets(value, length=20))


def _optional_address(value: Any) -> str | None:
    return None if value is None else _address(value)


def _not_zero(address: str | None) -> str | None:
    return None if address == ZERO else address


def _optional(row: dict[str, Any], key: str, *, bits: int = 256) -> int | None:
    return None if row.get(key) is None else quantity(row[key], bits=bits)
