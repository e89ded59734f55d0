"""Plans as the product exports them, made for the sample world."""

from __future__ import annotations

import copy
import uuid
from collections.abc import Mapping
from typing import Any

from sandbox.artifacts import artifacts
from sandbox.custody import digest_of
from sandbox.rpc import Rpc

GWEI = 10**9
TOP_UP = 2 * 10**15


def sweep_plan(rpc: Rpc, world: Mapping[str, Any], deposit: Mapping[str, Any]) -> dict[str, Any]:
    """A released sweep of a token deposit: gas from the tank, then the token to the recovery wallet."""
    wallets, source = world["wallets"], deposit["recipient"]
    steps = [
        _step("gas_top_up", None, wallets["gas_tank"], source, TOP_UP),
        _step("sweep", deposit["contract"], source, wallets["recovery_wallet"], int(deposit["amount"])),
    ]
    payload = _payload("sweep", deposit, wallets["recovery_wallet"], steps)
    return released(payload, [_placed(rpc, index, step) for index, step in enumerate(steps)])


def refund_plan(rpc: Rpc, world: Mapping[str, Any], deposit: Mapping[str, Any], amount: int) -> dict[str, Any]:
    """A released refund of the native coin from the recovery wallet to the depositor's outside wallet."""
    source, destination = world["wallets"]["recovery_wallet"], world["outside_wallets"][deposit["account"]]
    step = _step("refund", None, source, destination, amount)
    native = {**deposit, "contract": None, "amount": str(amount)}
    return released(_payload("refund", native, destination, [step]), [_placed(rpc, 0, step)])


def released(payload: dict[str, Any], steps: list[dict[str, Any]]) -> dict[str, Any]:
    """A plan around a payload, approved by two people under its digest."""
    digest = digest_of(payload)
    return {
        "id": str(uuid.uuid4()),
        "cases": [{"case": one["case"], "round": 1, "state": "open"} for one in payload["cases"]],
        "kind": payload["kind"],
        "network": "local",
        "state": "released",
        "digest": digest,
        "payload": payload,
        "approvals": [
            {"stage": stage, "approver": str(uuid.uuid4()), "digest": digest} for stage in ("wallet", "clearing")
        ],
        "steps": steps,
    }


def _payload(kind: str, deposit: Mapping[str, Any], destination: str, steps: list[dict[str, Any]]) -> dict[str, Any]:
    amount = deposit["amount"]
    return {
        "version": 2,
        "kind": kind,
        "network": "local",
        "network_id": "eip155:31337",
        "asset": {"contract": deposit["contract"], "symbol": "MDW", "decimals": 18},
        "amount": amount,
        "arrives": amount,
        "cases": [{"case": "R-0001", "round": 1, "amount": amount, "arrives": amount, "quote": "0" * 64}],
        "destination": destination,
        "steps": steps,
    }


def _step(purpose: str, contract: str | None, sender: str, recipient: str, amount: int) -> dict[str, Any]:
    data = artifacts()["SampleToken"].call("transfer", recipient, amount) if contract else b""
    return {
        "purpose": purpose,
        "form": "evm",
        "sender": sender,
        "moves": [
            {
                "contract": contract,
                "sender": sender,
                "recipient": recipient,
                "amount": str(amount),
                "arrives": str(amount),
            }
        ],
        "body": {
            "chain_id": "31337",
            "to": contract or recipient,
            "value": "0" if contract else str(amount),
            "data": "0x" + data.hex(),
            "gas": "90000" if contract else "21000",
            "max_fee_per_gas": str(3 * GWEI),
            "max_priority_fee_per_gas": str(GWEI),
        },
        "inputs": [],
        "nonce": None,
    }


def _placed(rpc: Rpc, index: int, step: dict[str, Any]) -> dict[str, Any]:
    """A step as released and exported."""
    return copy.deepcopy(step) | {"index": index, "nonce": str(rpc.nonce(step["sender"])), "hash": None}
