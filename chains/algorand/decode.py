"""From what a node showed of a transaction to the transaction itself. Pure.

Parameters of a row: ``genesis_id`` and ``genesis_hash`` (base64, as every transaction carries it), ``max_head_age`` (seconds
a synced node's tip may be old).

Positions: ``txn`` is the transfer itself, ``close`` what is left and goes elsewhere when a holding is closed; ``inner:0/1`` is
the second inner transaction of the first, ``inner:0/1/close`` its closing. Inner transactions have no id of their own: they
are found under the outer one. A transaction that fails is never stored.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from chains.algorand.address import ZERO
from chains.algorand.fields import SIGNED, Txn, computed_id, mapping, number, txn
from chains.errors import NodeMistaken
from chains.types import Block, Fee, Network, Status, Transaction, Transfer, TransferKind

_KINDS = {"pay", "axfer", "acfg", "afrz", "appl", "keyreg", "stpf", "hb"}


@dataclass(frozen=True)
class Shown:
    """What one node showed: the transaction in the indexer's form (``None``: it knows none), its tip, the block's hash."""

    row: Mapping[str, Any] | None
    tip: int | None
    block_hash: str | None = None


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
        warnings=tuple(dict.fromkeys(warnings)),
    )


def decode(network: Network, reference: str, shown: Shown, warnings: Sequence[str]) -> Transaction:
    """The transaction as it was shown. Raises :class:`NodeMistaken` when it is another one."""
    row = mapping(shown.row)
    told = txn(row)
    warnings = [*warnings, *_check_id(row, reference)]
    height = number(row, "confirmed-round")
    if height == 0 and _moment(row.get("round-time")):  # it is in a round, and the node does not say in which
        return bare(network, reference, Status.UNKNOWN, [*warnings, "block_not_visible"])
    if height == 0:
        return bare(network, reference, Status.PENDING, warnings)
    warned = [*warnings, *_warnings(told)]
    depth = max(shown.tip - height + 1, 1) if shown.tip is not None else 1
    native = network.native
    return Transaction(
        network=network.slug,
        network_id=network.id,
        hash=reference,
        status=Status.SUCCEEDED,
        final=depth >= network.confirmations,
        confirmations=depth,
        confirmations_required=network.confirmations,
        block=Block(height, shown.block_hash or "", _moment(row.get("round-time"))),
        fee=Fee(native.asset, native.symbol, told.fee, told.sender),
        transfers=tuple(_legs(network, told)),
        warnings=tuple(dict.fromkeys(warned)),
    )


def _check_id(row: Mapping[str, Any], reference: str) -> list[str]:
    """The id shown, and for transfers the one computed anew from what was signed, must be the one asked for."""
    said = row.get("id")
    if said is not None and said != reference:
        raise NodeMistaken("another transaction than asked for")
    computed = computed_id(row)
    if computed is not None and computed != reference:
        raise NodeMistaken("what is shown has another id than asked for")
    if said is None and computed is None:
        raise NodeMistaken("nothing shows that this is the transaction asked for")
    return ["hash_not_recomputed"] if computed is None and row.get("tx-type") in SIGNED.values() else []


def _moment(value: Any) -> datetime | None:
    """Seconds since 1970; a node's pool does not tell."""
    if not isinstance(value, int) or isinstance(value, bool) or not 0 < value < 2**34:
        return None
    return datetime.fromtimestamp(value, UTC)


def _all(told: Txn) -> Iterator[Txn]:
    yield told
    for member in told.inner:
        yield from _all(member)


def _warnings(told: Txn) -> Iterator[str]:
    for one in _all(told):
        if one.rekey_to is not None and one.rekey_to != one.sender:
            yield "account_rekeyed"
        if one.rewards:
            yield "rewards_not_listed"
        if one.kind not in _KINDS:
            yield "unknown_operation"


def _legs(network: Network, told: Txn, path: str = "") -> Iterator[Transfer]:
    """Movements in the order they took effect: the transfer, the closing, then what an application did."""
    if told.amount:
        yield _leg(network, path or "txn", told, told.mover, told.receiver, told.amount)
    if told.close_to is not None and told.close_amount:
        yield _leg(network, f"{path}/close" if path else "close", told, told.mover, told.close_to, told.close_amount)
    if told.created is not None and told.created_total:
        yield _leg(network, path or "txn", told, None, told.sender, told.created_total)
    for place, member in enumerate(told.inner):
        yield from _legs(network, member, f"{path}/{place}" if path else f"inner:{place}")


def _leg(
    network: Network, position: str, told: Txn, sender: str | None, recipient: str | None, amount: int
) -> Transfer:
    asset = told.created if told.created is not None else told.asset
    native = network.native if asset is None else None
    return Transfer(
        position=position,
        kind=TransferKind.TOKEN if native is None else TransferKind.NATIVE,
        asset=f"{network.id}/asa:{asset}" if native is None else native.asset,
        contract=None if asset is None else str(asset),
        sender=sender,
        recipient=None if recipient == ZERO else recipient,
        amount=amount,
        symbol=native.symbol if native else None,
        decimals=native.decimals if native else None,
        memo=told.memo,
    )
