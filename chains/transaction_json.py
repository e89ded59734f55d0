"""A transaction as JSON (the form other programs read) and back again.

Amounts and block-independent integers that may exceed 2^53 are decimal strings; times end in ``Z``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from chains.types import Block, Fee, Source, Status, Transaction, Transfer, TransferKind


def to_json(transaction: Transaction) -> dict[str, Any]:
    """The mapping ``json.dumps`` can write; keys in their documented order."""
    block, fee = transaction.block, transaction.fee
    return {
        "network": transaction.network,
        "network_id": transaction.network_id,
        "hash": transaction.hash,
        "status": transaction.status.value,
        "final": transaction.final,
        "confirmations": transaction.confirmations,
        "confirmations_required": transaction.confirmations_required,
        "block": block
        and {"height": block.height, "hash": block.hash or None, "time": block.time and write_time(block.time)},
        "fee": fee and {"asset": fee.asset, "symbol": fee.symbol, "amount": str(fee.amount), "payer": fee.payer},
        "transfers": [_transfer(transfer) for transfer in transaction.transfers],
        "failure": transaction.failure,
        "warnings": list(transaction.warnings),
        "sources": [{"node": s.node, "height": s.height, "sha256": s.sha256} for s in transaction.sources],
        "root": transaction.root,
    }


def search_to_json(told: Sequence[Transaction], without_node: Sequence[str]) -> dict[str, Any]:
    """What several networks said of one hash: where it was found, who was asked, who could not tell, who has no node."""
    unclear = [one for one in told if one.status is Status.UNKNOWN]
    return {
        "found": [to_json(one) for one in told if one.status not in (Status.UNKNOWN, Status.NOT_FOUND)],
        "asked": [one.network for one in told],
        "silent": [one.network for one in unclear],
        "without_node": list(without_node),
        "unclear": [to_json(one) for one in unclear],
    }


def from_json(value: Mapping[str, Any]) -> Transaction:
    """The transaction that :func:`to_json` wrote. Raises ``KeyError``, ``TypeError`` or ``ValueError`` for anything else."""
    block, fee = value["block"], value["fee"]
    return Transaction(
        network=value["network"],
        network_id=value["network_id"],
        hash=value["hash"],
        status=Status(value["status"]),
        final=value["final"],
        confirmations=value["confirmations"],
        confirmations_required=value["confirmations_required"],
        block=block and Block(block["height"], block["hash"] or "", block["time"] and read_time(block["time"])),
        fee=fee and Fee(fee["asset"], fee["symbol"], int(fee["amount"]), fee["payer"]),
        transfers=tuple(
            Transfer(**{**leg, "kind": TransferKind(leg["kind"]), "amount": int(leg["amount"])})
            for leg in value["transfers"]
        ),
        failure=value["failure"],
        warnings=tuple(value["warnings"]),
        sources=tuple(Source(s["node"], s["height"], s["sha256"]) for s in value["sources"]),
        root=value.get("root"),
    )


def _transfer(transfer: Transfer) -> dict[str, Any]:
    return {
        "position": transfer.position,
        "kind": transfer.kind.value,
        "asset": transfer.asset,
        "contract": transfer.contract,
        "symbol": transfer.symbol,
        "decimals": transfer.decimals,
        "token_id": transfer.token_id,
        "sender": transfer.sender,
        "recipient": transfer.recipient,
        "amount": str(transfer.amount),
        "memo": transfer.memo,
    }


def write_time(moment: datetime) -> str:
    """An aware time as ``2024-01-13T12:34:56Z``."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def read_time(text: str) -> datetime:
    """The aware UTC time of such a text."""
    return datetime.fromisoformat(text).astimezone(UTC)
