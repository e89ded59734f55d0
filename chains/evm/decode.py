"""From what a node showed of a transaction to what happened. Pure; every statement rests on a field that was shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from chains.agreement import INTERNAL_INVISIBLE
from chains.evm import tokens, traces
from chains.evm.fields import Head, Receipt, Sent
from chains.evm.tokens import TokenFacts
from chains.evm.traces import CallNode
from chains.types import Block, Fee, Network, Status, Transaction, Transfer, TransferKind

PLAIN_TRANSFER_GAS = 21_000


@dataclass(frozen=True)
class Shown:
    """All that a node showed. ``canonical`` is its block at the receipt's height, ``None`` when it has none there.

    ``finalized`` is the height of its finalized block, ``None`` when it does not tell. ``trace`` is ``None`` when it offers
    none (or none that fits).
    """

    sent: Sent | None
    receipt: Receipt | None
    tip: Head | None
    canonical: Head | None = None
    finalized: int | None = None
    trace: CallNode | None = None
    facts: Mapping[str, TokenFacts] = field(default_factory=dict)


def decode(network: Network, reference: str, shown: Shown) -> Transaction:
    """The transaction as ``shown`` tells it; ``sources`` are for the caller to add.

    Absence is not judged here: without a transaction the status is ``unknown``, whoever asked decides if it is not found.
    """
    if shown.sent is None:
        return _outside(network, reference, Status.UNKNOWN, ["node_inconsistent"] if shown.receipt else [])
    if shown.receipt is None:
        if shown.sent.block_hash is None:
            return _outside(network, reference, Status.PENDING, [])
        return _outside(network, reference, Status.UNKNOWN, ["receipt_not_visible"])
    return _included(network, reference, shown, shown.sent, shown.receipt)


def _outside(network: Network, reference: str, status: Status, warnings: list[str]) -> Transaction:
    """A transaction that is in no block we can stand on."""
    return Transaction(
        network=network.slug,
        network_id=network.id,
        hash=reference,
        status=status,
        final=False,
        confirmations=0,
        confirmations_required=network.confirmations,
        warnings=tuple(warnings),
    )


def _included(network: Network, reference: str, shown: Shown, sent: Sent, receipt: Receipt) -> Transaction:
    if receipt.sender is not None and (receipt.sender, receipt.to) != (sent.sender, sent.to):
        return _outside(network, reference, Status.UNKNOWN, ["node_inconsistent"])
    canonical = shown.canonical
    if canonical is None or shown.tip is None:
        return _outside(network, reference, Status.UNKNOWN, ["block_not_visible"])
    if canonical.hash != receipt.block_hash or receipt.removed:
        return _outside(network, reference, Status.PENDING, ["reorganised"])
    if canonical.height != receipt.block_height or not _listed(network, reference, sent, canonical):
        return _outside(network, reference, Status.UNKNOWN, ["node_inconsistent"])
    status, warnings = _status(receipt, shown.trace)
    legs: list[Transfer] = []
    if status is Status.SUCCEEDED:
        legs, more = _transfers(network, shown, sent, receipt)
        warnings += more
    elif status is Status.FAILED and sent.mint:
        warnings.append("mint_kept_after_failure")
    fee, more = _fee(network, sent, receipt)
    depth = max(shown.tip.height, receipt.block_height) - receipt.block_height + 1
    final, more_still = _final(network, shown, receipt, depth)
    return Transaction(
        network=network.slug,
        network_id=network.id,
        hash=reference,
        status=status,
        final=final and status is not Status.UNKNOWN,
        confirmations=depth,
        confirmations_required=network.confirmations,
        block=Block(receipt.block_height, receipt.block_hash, canonical.time),
        fee=fee,
        transfers=tuple(legs),
        failure=_failure(shown.trace) if status is Status.FAILED else None,
        warnings=tuple(dict.fromkeys(warnings + more + more_still)),
    )


def _listed(network: Network, reference: str, sent: Sent, block: Head) -> bool:
    """Whether the block itself lists the transaction. Those a chain makes for itself may stand outside the list."""
    if block.hashes is None or reference in block.hashes:
        return True
    return _by_system(network, sent)


def _by_system(network: Network, sent: Sent) -> bool:
    return sent.sender.lower() == str(network.params.get("system_sender", "")).lower()


def _status(receipt: Receipt, trace: CallNode | None) -> tuple[Status, list[str]]:
    """The receipt decides; receipts without status say nothing, there only a trace can."""
    if receipt.status is False:
        return Status.FAILED, []
    if receipt.status is None:
        if trace is None:
            return Status.UNKNOWN, ["status_not_recorded"]
        return (Status.SUCCEEDED if trace.error is None else Status.FAILED), []
    if trace is not None and trace.error is not None:
        return Status.UNKNOWN, ["trace_contradicts_receipt"]
    return Status.SUCCEEDED, []


def _failure(trace: CallNode | None) -> str:
    """Why it failed, as far as a trace shows: ``reverted``, ``reverted: words of the contract``, ``out of gas`` …"""
    if trace is None or trace.error is None:
        return "failed"
    error = "reverted" if "revert" in trace.error.lower() else trace.error
    return f"{error}: {trace.reason}" if trace.reason else error


def _transfers(network: Network, shown: Shown, sent: Sent, receipt: Receipt) -> tuple[list[Transfer], list[str]]:
    """Movements of a transaction that succeeded: of the call itself, of inner calls, then of token logs."""
    legs = _native(network, sent, receipt)
    warnings: list[str] = []
    if shown.trace is not None:
        legs += traces.transfers(network, shown.trace)
    elif needs_trace(network, sent, receipt):
        warnings.append(INTERNAL_INVISIBLE)
    told = tokens.transfers(network, receipt.logs, shown.facts)
    return legs + told.transfers, warnings + told.warnings


def needs_trace(network: Network, sent: Sent, receipt: Receipt) -> bool:
    """Whether inner calls are possible: not where the gas used is exactly that of a transfer that ran no code."""
    ran_nothing = sent.to is not None and not sent.data and receipt.gas_used == PLAIN_TRANSFER_GAS
    return receipt.status is not True or not (ran_nothing and not receipt.logs)


def _native(network: Network, sent: Sent, receipt: Receipt) -> list[Transfer]:
    """The value of the call itself, and what a deposit from the layer below minted for it.

    A deposit to oneself is one movement, out of nothing. A deposit to another is two: the mint to the sender, who then
    pays the recipient.
    """
    recipient = sent.to if sent.to is not None else receipt.created
    legs = []
    if sent.mint and sent.sender == recipient:
        return [_coin(network, "native", None, recipient, sent.mint)]
    if sent.mint:
        legs.append(_coin(network, "mint", None, sent.sender, sent.mint))
    if sent.value and recipient is not None:
        legs.append(_coin(network, "native", sent.sender, recipient, sent.value))
    return legs


def _coin(network: Network, position: str, sender: str | None, recipient: str | None, amount: int) -> Transfer:
    return Transfer(
        position=position,
        kind=TransferKind.NATIVE,
        asset=network.native.asset,
        contract=None,
        sender=sender,
        recipient=recipient,
        amount=amount,
        symbol=network.native.symbol,
        decimals=network.native.decimals,
    )


def _fee(network: Network, sent: Sent, receipt: Receipt) -> tuple[Fee | None, list[str]]:
    """All parts of the fee, or none of it: a sum with a part missing would be a false statement."""
    if sent.kind in network.params.get("feeless_types", ()) or _by_system(network, sent):
        return None, []
    price = receipt.price
    if price is None and (sent.kind < 2 or sent.block_hash is not None):
        price = sent.price  # of a mined transaction it is what was paid; of a waiting one only the most it would pay
    if price is None or sent.kind in network.params.get("fee_unclear_types", ()):
        return None, ["fee_not_visible"]
    if receipt.operator_fee or (receipt.blob_gas and receipt.blob_price is None):
        return None, ["fee_not_visible"]
    if network.params.get("l1_fee") and receipt.l1_fee is None:
        return None, ["l1_fee_not_visible"]
    amount = receipt.gas_used * price + receipt.blob_gas * (receipt.blob_price or 0)
    if network.params.get("l1_fee"):
        amount += receipt.l1_fee or 0
    return Fee(network.native.asset, network.native.symbol, amount, sent.sender), []


def _final(network: Network, shown: Shown, receipt: Receipt, depth: int) -> tuple[bool, list[str]]:
    if network.finality == "depth":
        return depth >= network.confirmations, []
    if shown.finalized is None:
        return False, ["finalized_block_not_visible"]
    return receipt.block_height <= shown.finalized, []
