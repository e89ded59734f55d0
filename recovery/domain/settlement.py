"""What a plan says must move, and whether the chain shows exactly that: pure, over frozen values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from chains.types import Network, Status, Transaction, UnsignedStep


def plan_payload(
    *,
    case_ref: str,
    kind: str,
    network: Network,
    round_: int,
    asset: Mapping[str, Any],
    amount: int,
    source: str,
    destination: str,
    quote: str | None,
    steps: Sequence[UnsignedStep],
) -> dict[str, Any]:
    """The exact payload two teams approve, amounts as decimal strings. Everything but the nonces is in it."""
    return {
        "version": 1,
        "case": case_ref,
        "kind": kind,
        "network": network.slug,
        "chain_id": steps[0].chain_id,
        "round": round_,
        "asset": dict(asset),
        "amount": str(amount),
        "source": source,
        "destination": destination,
        "quote": quote,
        "moves": [
            {
                "purpose": step.purpose,
                "contract": step.moves_contract,
                "sender": step.sender,
                "recipient": step.moves_recipient,
                "amount": str(step.moves_amount),
                "to": step.to,
                "value": str(step.value),
                "data": step.data,
                "gas": str(step.gas),
                "max_fee_per_gas": str(step.max_fee_per_gas),
                "max_priority_fee_per_gas": str(step.max_priority_fee_per_gas),
            }
            for step in steps
        ],
    }


def steps_of(payload: Mapping[str, Any]) -> tuple[UnsignedStep, ...]:
    """The steps an approved payload holds, nonces still open."""
    return tuple(
        UnsignedStep(
            purpose=one["purpose"],
            chain_id=int(payload["chain_id"]),
            sender=one["sender"],
            to=one["to"],
            value=int(one["value"]),
            data=one["data"],
            gas=int(one["gas"]),
            max_fee_per_gas=int(one["max_fee_per_gas"]),
            max_priority_fee_per_gas=int(one["max_priority_fee_per_gas"]),
            nonce=None,
            moves_contract=one["contract"],
            moves_recipient=one["recipient"],
            moves_amount=int(one["amount"]),
        )
        for one in payload["moves"]
    )


def step_to_json(step: UnsignedStep) -> dict[str, Any]:
    """A released step as stored and as handed to the signer: every number a decimal string."""
    return {key: str(value) if isinstance(value, int) else value for key, value in asdict(step).items()}


def step_from_json(stored: Mapping[str, Any]) -> UnsignedStep:
    """The inverse of :func:`step_to_json`."""
    numbers = {
        "chain_id", "value", "gas", "max_fee_per_gas", "max_priority_fee_per_gas", "nonce", "moves_amount",
    }  # fmt: skip
    values: dict[str, Any] = {key: int(value) if key in numbers else value for key, value in stored.items()}
    return UnsignedStep(**values)


def highest_cost(steps: Sequence[UnsignedStep]) -> int:
    """The most the steps can cost in native coin: gas limits at the highest price."""
    return sum(step.gas * step.max_fee_per_gas for step in steps)


def deviations(step: UnsignedStep, tx: Transaction) -> list[str]:
    """How a final transaction differs from its step, as message codes. Empty means: exactly what was approved.

    The one transfer the step promises must be there, once, and nothing of the sender's may have moved besides.
    """
    if tx.status is not Status.SUCCEEDED:
        return ["transaction_failed"]
    promised = [
        leg
        for leg in tx.transfers
        if leg.contract == step.moves_contract
        and leg.sender == step.sender
        and leg.recipient == step.moves_recipient
        and leg.amount == step.moves_amount
    ]
    problems = []
    if len(promised) != 1:
        problems.append("promised_transfer_missing")
    if any(leg not in promised for leg in tx.transfers if leg.sender == step.sender and leg.amount > 0):
        problems.append("extra_movement")
    return problems
