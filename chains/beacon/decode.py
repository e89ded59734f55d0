"""From what an archive showed of a transaction to the transaction itself. Pure.

Parameters of a row: ``chain_id``, ``hrp``, ``test_hrps``, ``other_hrps``, ``last_block`` (the last height the chain had).

Two forms are on record: the signed message (``inputs`` and ``outputs`` in base units) and the listing of explorers
(``fromAddr``, ``toAddr``, values with a decimal point; several payments as ``subTransactions``). Both give the same positions:
``msg:N/K``, N the message, K the coin of an output in its order. Every asset of this chain has eight decimals.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from chains.beacon.address import check
from chains.encoding import as_written, plain
from chains.errors import NodeMistaken
from chains.types import Block, Fee, Network, Status, Transaction, Transfer, TransferKind

RETIRED = "network_retired"
DECIMALS = 8
_TOKEN = re.compile(r"[A-Z0-9.]{2,12}(-[A-Z0-9]{3,4})?", re.IGNORECASE)
_VALUE = re.compile(r"([0-9]{1,20})(?:\.([0-9]{1,8}))?")
_TIME = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.\d{1,9})?(?:Z|\+00:00)")
_ORDERS = {"dex/NewOrder", "dex/CancelOrder", "NEW_ORDER", "CANCEL_ORDER"}
_MOST = 10_000


@dataclass(frozen=True)
class Move:
    """One payment: ``sender`` is ``None`` where several gave and nobody can say who gave what."""

    position: str
    sender: str | None
    recipient: str
    asset: str
    amount: int


@dataclass(frozen=True)
class Shown:
    """What was shown of a transaction; ``fee`` and ``time`` stand only in listings."""

    height: int
    code: int
    log: str
    memo: str | None
    moves: tuple[Move, ...]
    payer: str | None
    fee: int | None
    time: datetime | None
    warnings: tuple[str, ...]


def bare(network: Network, reference: str, status: Status, warnings: Sequence[str]) -> Transaction:
    """A transaction of which only the status is known."""
    return Transaction(
        network=network.slug,
        network_id=network.id,
        hash=reference,
        status=status,
        final=False,
        confirmations=0,
        confirmations_required=network.confirmations,
        warnings=tuple(dict.fromkeys((RETIRED, *warnings))),
    )


def decode(
    network: Network, reference: str, shown: Shown, block_hash: str | None, tip: int | None, warnings: Sequence[str]
) -> Transaction:
    """The transaction as it was shown."""
    if shown.height == 0:
        return bare(network, reference, Status.UNKNOWN, warnings)  # nothing can wait on a chain that has stopped
    depth = max(tip - shown.height + 1, 1) if tip is not None else 1
    warned = [RETIRED, *warnings, *shown.warnings, *(["fee_not_visible"] if shown.fee is None else [])]
    native = network.native
    return Transaction(
        network=network.slug,
        network_id=network.id,
        hash=reference,
        status=Status.FAILED if shown.code else Status.SUCCEEDED,
        final=depth >= network.confirmations,
        confirmations=depth,
        confirmations_required=network.confirmations,
        block=Block(shown.height, block_hash or "", shown.time),
        fee=None if shown.fee is None else Fee(native.asset, native.symbol, shown.fee, shown.payer),
        transfers=() if shown.code else tuple(_leg(network, move, shown.memo) for move in shown.moves),
        failure=(f"code {shown.code}: {shown.log}" if shown.log else f"code {shown.code}") if shown.code else None,
        warnings=tuple(dict.fromkeys(warned)),
    )


def _leg(network: Network, move: Move, memo: str | None) -> Transfer:
    native = move.asset == network.native.symbol
    return Transfer(
        position=move.position,
        kind=TransferKind.NATIVE if native else TransferKind.TOKEN,
        asset=network.native.asset if native else f"{network.id}/bep2:{move.asset}",
        contract=None if native else move.asset,
        sender=move.sender,
        recipient=move.recipient,
        amount=move.amount,
        symbol=network.native.symbol if native else move.asset.partition("-")[0],
        decimals=DECIMALS,
        memo=memo,
    )


def shown(network: Network, value: Any, reference: str) -> Shown:
    """An answer in either form. Raises :class:`NodeMistaken` when it is of another transaction."""
    row = _object(value)
    said = row.get("hash", row.get("txHash"))
    if not isinstance(said, str) or said.upper() != reference:
        raise NodeMistaken("another transaction than asked for")
    return _signed(network, row) if "hash" in row else _listed(network, row, reference)


def _signed(network: Network, row: Mapping[str, Any]) -> Shown:
    value = _object(_object(row.get("tx")).get("value"))
    messages = value.get("msg")
    if not isinstance(messages, list) or len(messages) > _MOST:
        raise NodeMistaken("a transaction has messages")
    moves: list[Move] = []
    warnings: list[str] = []
    for number, message in enumerate(map(_object, messages)):
        body = _object(message.get("value"))
        if isinstance(body.get("inputs"), list) and isinstance(body.get("outputs"), list):
            moves += _payments(network, number, body["inputs"], body["outputs"], warnings)
        elif message.get("type") not in _ORDERS:
            warnings.append("unknown_operation")
    log = row.get("log")
    return Shown(
        height=_whole(row.get("height")),
        code=_whole(row.get("code", 0)),
        log=plain(log, 160) if isinstance(log, str) else "",
        memo=_memo(value.get("memo")),
        moves=tuple(moves),
        payer=moves[0].sender if moves else None,
        fee=None,
        time=None,
        warnings=tuple(warnings),
    )


def _payments(network: Network, number: int, inputs: Any, outputs: Any, warnings: list[str]) -> Iterator[Move]:
    """Outputs with who gave for each: the only giver, or the one at the same place with the same coins."""
    givers = [(_account(network, one.get("address")), one.get("coins")) for one in map(_object, inputs)]
    place = 0
    for position, output in enumerate(map(_object, outputs)):
        recipient, coins = _account(network, output.get("address")), output.get("coins")
        sender = givers[0][0] if len({giver for giver, _ in givers}) == 1 else None
        if sender is None and len(givers) == len(outputs) and givers[position][1] == coins:
            sender = givers[position][0]
        if sender is None:
            warnings.append("sender_not_visible")
        for coin in coins if isinstance(coins, list) else []:
            asset, amount = _asset(_object(coin).get("denom")), _whole(_object(coin).get("amount"))
            if amount:
                yield Move(f"msg:{number}/{place}", sender, recipient, asset, amount)
            place += 1


def _listed(network: Network, row: Mapping[str, Any], reference: str) -> Shown:
    parts = row.get("subTransactions")
    parts = [_object(part) for part in parts] if isinstance(parts, list) and parts else [row]
    moves: list[Move] = []
    transfers = row.get("txType") == "TRANSFER"
    for place, part in enumerate(parts if transfers else []):
        if part.get("txHash", reference) != reference:
            raise NodeMistaken("a part of another transaction")
        amount = units(part.get("value"))
        if amount:
            parties = (_account(network, part.get("fromAddr")), _account(network, part.get("toAddr")))
            moves.append(Move(f"msg:0/{place}", *parties, _asset(part.get("txAsset")), amount))
    fees = [units(part["txFee"]) for part in parts if part.get("txFee") is not None]
    payer = row.get("fromAddr") or parts[0].get("fromAddr")
    stamp = row.get("timeStamp")
    log = row.get("log")
    return Shown(
        height=_whole(row.get("blockHeight")),
        code=_whole(row.get("code") or 0),
        log=plain(log, 160) if isinstance(log, str) else "",
        memo=_memo(row.get("memo")),
        moves=tuple(moves),
        payer=_account(network, payer) if payer else None,
        fee=sum(fees) if fees else None,
        time=moment(stamp),
        warnings=() if transfers or row.get("txType") in _ORDERS else ("unknown_operation",),
    )


def moment(value: Any) -> datetime | None:
    """A time of the chain, cut to seconds."""
    match = _TIME.fullmatch(value) if isinstance(value, str) else None
    try:
        return datetime.fromisoformat(match[1]).replace(tzinfo=UTC) if match else None
    except ValueError:
        return None


def units(value: Any) -> int:
    """A value with a decimal point in base units, exactly. Raises :class:`NodeMistaken`."""
    text = format(value, "f") if isinstance(value, Decimal) else str(value)
    match = _VALUE.fullmatch(text)
    if match is None or isinstance(value, bool):
        raise NodeMistaken("no amount")
    return int(match[1] + (match[2] or "").ljust(DECIMALS, "0"))


def _object(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise NodeMistaken("an object belongs here")
    return value


def _whole(value: Any) -> int:
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 20:
        return int(value)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 2**63:
        raise NodeMistaken("a whole number belongs here")
    return int(value)


def _asset(value: Any) -> str:
    if not isinstance(value, str) or not _TOKEN.fullmatch(value):
        raise NodeMistaken("no asset of this chain")
    return value


def _account(network: Network, value: Any) -> str:
    address = check(network, value).normalised if isinstance(value, str) else None
    if address is None:
        raise NodeMistaken("an account of this network belongs here")
    return address


def _memo(value: Any) -> str | None:
    return as_written(value, 128) if isinstance(value, str) else None
