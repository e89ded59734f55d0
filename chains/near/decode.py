"""From what a node showed of a transaction to what happened. Pure; every statement rests on a field that was shown.

A transaction on NEAR is a tree of receipts that succeed or fail one by one: what a receipt moved stays moved when another one
fails. So the legs are those of receipts that succeeded, whatever the transaction's own status says; a failed transaction
in which something moved all the same is told as succeeded with the warning ``part_failed``.

Positions: ``receipt:<id>`` for the one thing a receipt moves; ``receipt:<id>/N`` for its action N where it has several, and for
the deposit of a function call; ``receipt:<id>/log:N/M`` (item M of log N) or ``/call:N`` (action N, of contracts that write no
events) where it moves tokens more than once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from chains.near.address import SYSTEM
from chains.near.outcome import Action, Outcome, Receipt, Shown, amount
from chains.near.tokens import Moved, moved
from chains.types import Block, Fee, Network, Status, Transaction, Transfer, TransferKind
from chains.unsettled import unsettled

PROOF_DEPOSIT = 1
"""One yocto of the coin comes with calls that ask for a key of full access; it proves, it pays nothing."""

SETTLED = ("EXECUTED_OPTIMISTIC", "EXECUTED", "FINAL")


@dataclass(frozen=True)
class Seen:
    """What was learnt of blocks: height and time by hash, and the height of the final head."""

    blocks: Mapping[str, tuple[int, datetime | None]] = field(default_factory=dict)
    tip: int | None = None


def decode(network: Network, reference: str, shown: Shown, seen: Seen) -> Transaction:
    """The transaction as ``shown`` tells it; ``reference`` is as it was asked for, with or without the signer."""
    if not shown.done or (shown.level is not None and shown.level not in SETTLED):
        return unsettled(network, reference, Status.PENDING)
    if shown.own is None:
        return unsettled(network, reference, Status.UNKNOWN, "receipt_not_visible")
    legs, warnings = _transfers(network, shown)
    failed = [one for one in (shown.own, *shown.outcomes) if one.failure is not None]
    status = Status.FAILED if shown.failure is not None and not legs else Status.SUCCEEDED
    if status is Status.SUCCEEDED and (failed or shown.failure is not None):
        warnings.append("part_failed")
    known = seen.blocks.get(shown.own.block)
    if known is None:
        warnings.append("block_not_visible")
    if seen.tip is None:
        warnings.append("tip_not_visible")
    depth = max(seen.tip - known[0], 0) + 1 if known is not None and seen.tip is not None else 1
    return Transaction(
        network=network.slug,
        network_id=network.id,
        hash=reference,
        status=status,
        final=_final(shown, seen),
        confirmations=depth,
        confirmations_required=network.confirmations,
        block=Block(known[0], shown.own.block, known[1]) if known is not None else None,
        fee=_fee(network, shown, shown.own),
        transfers=tuple(legs) if status is Status.SUCCEEDED else (),
        failure=shown.failure if status is Status.FAILED else None,
        warnings=tuple(dict.fromkeys(warnings)),
        root=bare if (bare := reference.partition("@")[0]) != reference else None,
    )


def _final(shown: Shown, seen: Seen) -> bool:
    """By the node's own word; older nodes give none, there every block the transaction ran in must be final."""
    if shown.level is not None:
        return shown.level == "FINAL"
    blocks = {one.block for one in (shown.own, *shown.outcomes) if one is not None}
    tip = seen.tip
    return tip is not None and all(block in seen.blocks and seen.blocks[block][0] <= tip for block in blocks)


def _fee(network: Network, shown: Shown, own: Outcome) -> Fee:
    """All that was burnt on the way, which the signer paid."""
    burnt = own.burnt + sum(one.burnt for one in shown.outcomes)
    return Fee(network.native.asset, network.native.symbol, burnt, shown.signer)


def _transfers(network: Network, shown: Shown) -> tuple[list[Transfer], list[str]]:
    legs: list[Transfer] = []
    warnings: list[str] = []
    inherited = _inheritances(shown)
    for outcome in shown.outcomes:
        if not outcome.done:
            warnings.append("receipt_not_visible")
        if not outcome.done or outcome.failure is not None:
            continue
        receipt = shown.receipts.get(outcome.id)
        if receipt is None:
            if outcome.burnt:  # refunds burn nothing; this one did something that is not shown
                warnings.append("internal_transfers_not_visible")
        elif receipt.sender != SYSTEM:
            legs += _coins(network, shown, receipt)
        elif outcome.id in inherited:
            position = f"receipt:{outcome.id}"
            quantity = _deposit(receipt.actions[0])
            legs.append(_coin(network, shown, position, inherited[outcome.id], receipt.receiver, quantity))
        if receipt is not None and all(action.kind == "Transfer" for action in receipt.actions):
            continue  # no code ran
        told, more = moved(receipt, outcome)
        warnings += more
        legs += [_token(network, outcome, one, alone=len(told) == 1) for one in told]
    ran = {outcome.id for outcome in shown.outcomes}
    waiting = [one for one in shown.receipts.values() if one.id not in ran and one.sender != SYSTEM]
    if waiting:
        warnings.append("receipt_not_visible")
    return legs, warnings


def _inheritances(shown: Shown) -> dict[str, str]:
    """Receipts that pay out what a deleted account held, by id, and that account.

    They look like refunds (sent by the system); among the children of the deletion the first one to the beneficiary.
    """
    found: dict[str, str] = {}
    for outcome in shown.outcomes:
        receipt = shown.receipts.get(outcome.id)
        if receipt is None or outcome.failure is not None:
            continue
        heirs = [one.members.get("beneficiary_id") for one in receipt.actions if one.kind == "DeleteAccount"]
        for child in outcome.children:
            paid = shown.receipts.get(child)
            if heirs and paid and paid.sender == SYSTEM and paid.receiver == heirs[0] and paid.alone:
                found[child] = receipt.receiver
                break
    return found


def _coins(network: Network, shown: Shown, receipt: Receipt) -> list[Transfer]:
    """What a receipt moved of the native coin: transfers, and deposits that come with calls."""
    legs = []
    for action in receipt.actions:
        quantity = _deposit(action)
        position = f"receipt:{receipt.id}"
        if action.kind != "Transfer" or not receipt.alone:
            position += f"/{action.place}"
        if action.kind != "Transfer" and quantity <= PROOF_DEPOSIT:
            continue
        if quantity:
            legs.append(_coin(network, shown, position, receipt.sender, receipt.receiver, quantity))
    return legs


def _deposit(action: Action) -> int:
    return amount(action.members["deposit"]) if "deposit" in action.members else 0


def _coin(network: Network, shown: Shown, position: str, sender: str, recipient: str, quantity: int) -> Transfer:
    """A movement of the native coin: ``native`` in the transaction's own receipt, ``internal`` further down."""
    own = shown.own is not None and position.removeprefix("receipt:").partition("/")[0] in shown.own.children
    coin = network.native
    return Transfer(
        position,
        TransferKind.NATIVE if own else TransferKind.INTERNAL,
        coin.asset,
        None,
        sender,
        recipient,
        quantity,
        coin.symbol,
        coin.decimals,
    )


def _token(network: Network, outcome: Outcome, one: Moved, *, alone: bool) -> Transfer:
    position = f"receipt:{outcome.id}"
    if not alone:
        position += f"/{one.place}"
    return Transfer(
        position,
        one.kind,
        f"{network.id}/{one.standard}:{outcome.executor}",
        outcome.executor,
        one.sender,
        one.recipient,
        one.amount,
        token_id=one.token_id,
        memo=one.memo,
    )
