"""Plans as the product exports them, made for the sample world."""

from __future__ import annotations

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
    moves = [
        _move("gas_top_up", None, wallets["gas_tank"], source, TOP_UP),
        _move("sweep", deposit["contract"], source, wallets["recovery_wallet"], int(deposit["amount"])),
    ]
    payload = _payload("sweep", deposit, source, wallets["recovery_wallet"], moves)
    return released(payload, [_step(rpc, index, move) for index, move in enumerate(moves)])


def refund_plan(rpc: Rpc, world: Mapping[str, Any], deposit: Mapping[str, Any], amount: int) -> dict[str, Any]:
    """A released refund of the native coin from the recovery wallet to the depositor's outside wallet."""
    source, destination = world["wallets"]["recovery_wallet"], world["outside_wallets"][deposit["account"]]
    moves = [_move("refund", None, source, destination, amount)]
    native = {**deposit, "contract": None, "amount": str(amount)}
    payload = _payload("refund", native, source, destination, moves)
    return released(payload, [_step(rpc, 0, moves[0])])


def released(payload: dict[str, Any], steps: list[dict[str, Any]]) -> dict[str, Any]:
    """A plan around a payload, approved by two people under its digest."""
    digest = digest_of(payload)
    return {
        "id": str(uuid.uuid4()),
        "case": payload["case"],
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


def _payload(
    kind: str, deposit: Mapping[str, Any], source: str, destination: str, moves: list[dict[str, Any]]
) -> dict[str, Any]:
    return {
        "version": 1,
        "case": "R-0001",
        "kind": kind,
        "network": "local",
        "chain_id": 31337,
        "round": 1,
        "asset": {"contract": deposit["contract"], "symbol": "MDW", "decimals": 18},
        "amount": deposit["amount"],
        "source": source,
        "destination": destination,
        "quote": None,
        "moves": moves,
    }


def _move(purpose: str, contract: str | None, sender: str, recipient: str, amount: int) -> dict[str, Any]:
    return {
        "purpose": purpose,
        "contract": contract,
        "sender": sender,
        "recipient": recipient,
        "amount": str(amount),
    }


def _step(rpc: Rpc, index: int, move: Mapping[str, Any]) -> dict[str, Any]:
    contract, amount = move["contract"], int(move["amount"])
    data = artifacts()["SampleToken"].call("transfer", move["recipient"], amount) if contract else b""
    return {
        "index": index,
        "purpose": move["purpose"],
        "chain_id": 31337,
        "sender": move["sender"],
        "to": contract or move["recipient"],
        "value": "0" if contract else str(amount),
        "data": "0x" + data.hex(),
        "gas": "90000" if contract else "21000",
        "max_fee_per_gas": str(3 * GWEI),
        "max_priority_fee_per_gas": str(GWEI),
        "nonce": str(rpc.nonce(move["sender"])),
        "moves": {"contract": contract, "recipient": move["recipient"], "amount": str(amount)},
        "hash": None,
    }
