"""From what a node showed of a transaction to what happened. Pure; every statement rests on a field that was shown."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from chains.agreement import INTERNAL_INVISIBLE
from chains.evm import fees, ledger, marks, tokens, traces
from chains.evm.fields import Head, Receipt, Sent
from chains.evm.tokens import TokenFacts
from chains.evm.traces import CallNode
from chains.types import Block, Network, Status, Transaction, Transfer, TransferKind

PLAIN_TRANSFER_GAS = 21_000
IDENTITY_INVISIBLE = "chain_identity_not_visible"


@dataclass(frozen=True)
class Shown:
    """All that a node showed. ``canonical`` is its block at the receipt's height, ``None`` when it has none there.

    ``finalized`` is the height of its finalized block, ``None`` when it does not tell. ``trace`` is ``None`` when it offers
    none (or none that fits). ``block_refused`` is whether it would not answer for that block at all, ``identified``
    whether it told which chain it is of, ``settled`` whether the layer below has carried out the transaction's batch.
    """

    sent: Sent | None
    receipt: Receipt | None
    tip: Head | None
    canonical: Head | None = None
    finalized: int | None = None
    trace: CallNode | None = None
    facts: Mapping[str, TokenFacts] = field(default_factory=dict)
    block_refused: bool = False
    identified: bool = True
    settled: bool = False


def decode(network: Network, reference: str, shown: Shown) -> Transaction:
    """The transaction as ``shown`` tells it; ``sources`` are for the caller to add.

    Absence is not judged here: without a transaction the status is ``unknown``, whoever asked decides if it is not found.
    """
    if shown.sent is None:
        return _outside(network, reference, Status.UNKNOWN, ["node_inconsistent"] if shown.receipt else [])
    if shown.receipt is None:
        if shown.sent.block_hash is None:
            return _outside(network, reference, Status.PENDING, [] if shown.identified else [IDENTITY_INVISIBLE])
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
    outside = _not_on_the_chain(network, reference, shown, sent, receipt)
    if outside is not None:
        return _outside(network, reference, *outside)
    moment = shown.canonical.time if shown.canonical else None
    status, warnings = _status(receipt, shown.trace)
    told = ledger.booked(network, sent, receipt.logs)
    cost = fees.charged(network, sent, receipt, moment, told.payer, shown.facts)
    legs: list[Transfer] = []
    if status is Status.SUCCEEDED:
        legs, more = _transfers(network, shown, sent, receipt, told, cost.legs)
        warnings += more
        if marks.inner_failure(receipt):
            warnings.append("inner_execution_failed")
    elif status is Status.FAILED and sent.mint:
        warnings.append("mint_kept_after_failure")
    if (aliased := marks.alias(network, sent)) is not None:
        warnings.append(aliased)
    depth, final, more = _depth(network, shown, receipt)
    return Transaction(
        network=network.slug,
        network_id=network.id,
        hash=reference,
        status=status,
        final=final and status is not Status.UNKNOWN,
        confirmations=depth,
        confirmations_required=network.confirmations,
        block=Block(receipt.block_height, receipt.block_hash, moment),
        fee=cost.fee,
        transfers=tuple(legs),
        failure=_failure(shown.trace) if status is Status.FAILED else None,
        warnings=tuple(dict.fromkeys((*warnings, *cost.warnings, *more))),
    )


def _not_on_the_chain(
    network: Network, reference: str, shown: Shown, sent: Sent, receipt: Receipt
) -> tuple[Status, list[str]] | None:
    """What there is to say instead when the receipt's block is not the chain's; ``None`` when it is, as far as shown.

    A node that will not answer for the block has still put both transaction and receipt into the same one.
    """
    canonical = shown.canonical
    if receipt.removed or (canonical is not None and canonical.hash != receipt.block_hash):
        return Status.PENDING, ["reorganised"]
    if canonical is None and not shown.block_refused:
        return Status.UNKNOWN, ["block_not_visible"]
    if canonical is None:
        return None if sent.block_hash == receipt.block_hash else (Status.UNKNOWN, ["node_inconsistent"])
    if canonical.height != receipt.block_height or not _listed(network, reference, sent, canonical):
        return Status.UNKNOWN, ["node_inconsistent"]
    return None


def _listed(network: Network, reference: str, sent: Sent, block: Head) -> bool:
    """Whether the block itself lists the transaction. Those a chain makes for itself may stand outside the list."""
    if block.hashes is None or reference in block.hashes:
        return True
    return fees.by_system(network, sent)


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


def _transfers(
    network: Network, shown: Shown, sent: Sent, receipt: Receipt, booked: ledger.Booked, of_fee: Collection[int]
) -> tuple[list[Transfer], list[str]]:
    """Movements of a transaction that succeeded: of the call itself, of inner calls, then of logs.

    ``booked`` is what a ledger of the native coin tells, ``of_fee`` are indexes of logs that only book the fee.
    """
    warnings: list[str] = []
    if booked.complete:
        legs = [] if booked.own is None else [booked.own]
    else:
        legs = _native(network, sent, receipt)
        if shown.trace is not None:
            legs += traces.transfers(network, shown.trace)
            warnings += [f"contract_ended:{position}" for position in traces.ended(shown.trace)]
        elif needs_trace(network, sent, receipt):
            warnings.append(INTERNAL_INVISIBLE)
    logs = [log for log in receipt.logs if log.index not in of_fee]
    told = tokens.transfers(network, logs, shown.facts, booked.others)
    return legs + told.transfers, warnings + told.warnings


def needs_trace(network: Network, sent: Sent, receipt: Receipt) -> bool:
    """Whether inner calls are possible: not where the gas used is exactly that of a transfer that ran no code, nor where
    logs tell of every movement anyway."""
    if receipt.status is not None and ledger.keeps(network, receipt.logs):
        return False
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


def _depth(network: Network, shown: Shown, receipt: Receipt) -> tuple[int, bool, list[str]]:
    """Confirmations, whether they are final, and what was missing to know. A finalized block is at least a tip."""
    warnings = [] if shown.identified else [IDENTITY_INVISIBLE]
    heights = [shown.tip.height] if shown.tip else [shown.finalized] if shown.finalized is not None else []
    depth = max(*heights, receipt.block_height, receipt.block_height) - receipt.block_height + 1
    if network.finality == "tag":
        final = shown.settled or (shown.finalized is not None and receipt.block_height <= shown.finalized)
    else:
        final = depth >= network.confirmations
    if shown.canonical is None:
        return depth, False, [*warnings, "block_not_visible"]
    if network.finality == "tag" and shown.finalized is None and not final:
        warnings.append("finalized_block_not_visible")
    if shown.tip is None and not final:
        warnings.append("tip_not_visible")
    return depth, final, warnings
