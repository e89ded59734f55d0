"""What the signer insists on before it signs: the plan is the approved one, and each step does what was approved.

Pure: a plan as the product exports it goes in, unsigned transactions come out or :class:`PlanRefused` is raised. The
product is not trusted here. The approved payload is, but only under a digest that two different people approved.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

from eth_abi.abi import encode
from eth_utils.address import is_address, to_checksum_address
from eth_utils.crypto import keccak

PAYLOAD_VERSION = 1
APPROVERS = 2
_TRANSFER = keccak(text="transfer(address,uint256)")[:4]
_PLAN_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,63}")
_UINT256 = 2**256


class PlanRefused(Exception):
    """The signer will not sign this plan. ``code`` is stable, ``detail`` says which step or field."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(f"{code}: {detail}")
        self.code = code
        self.detail = detail


@dataclass(frozen=True)
class Limits:
    """What the custody never exceeds, in wei: the fee of one step, and the native coin a gas top-up carries."""

    fee: int = 2 * 10**16
    top_up: int = 10**17


@dataclass(frozen=True)
class Approved:
    """A plan that may be signed: the transactions in order, each with the address that must sign it."""

    plan_id: str
    digest: str
    transactions: tuple[tuple[str, dict[str, Any]], ...]


def digest_of(payload: Mapping[str, Any]) -> str:
    """SHA-256, hexadecimal, of the payload's canonical JSON."""
    text = json.dumps(payload, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def examine(plan: Mapping[str, Any], chain_id: int, holders: Collection[str], limits: Limits) -> Approved:
    """The transactions of a plan that is in order. ``holders`` are the addresses whose keys the signer has.

    Raises :class:`PlanRefused`.
    """
    try:
        return _examine(plan, chain_id, {holder.lower() for holder in holders}, limits)
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        raise PlanRefused("malformed", f"{type(error).__name__}: {error}"[:200]) from error


def plan_id_of(plan: Mapping[str, Any]) -> str:
    """The plan's id, safe as a file name. Raises :class:`PlanRefused`."""
    plan_id = plan.get("id")
    if not isinstance(plan_id, str) or not _PLAN_ID.fullmatch(plan_id):
        _refuse("malformed", "plan id")
    return plan_id


def _examine(plan: Mapping[str, Any], chain_id: int, holders: Collection[str], limits: Limits) -> Approved:
    if plan["state"] != "released":
        _refuse("not_released", f"the plan is {plan['state']}"[:60])
    payload = plan["payload"]
    digest = _approved_digest(plan, payload)
    _check_header(plan, payload, chain_id)
    moves, steps = payload["moves"], plan["steps"]
    if not moves or len(moves) != len(steps):
        _refuse("steps_differ", f"{len(steps)} steps for {len(moves)} approved moves")
    _check_moves(payload, moves, limits)
    _check_ways(payload, holders)
    signed = []
    for index, (move, step) in enumerate(zip(moves, steps, strict=True)):
        _check_step(index, step, move, chain_id, holders, limits)
        signed.append((_address(step["sender"]), _transaction(step)))
    return Approved(plan_id_of(plan), digest, tuple(signed))


def _approved_digest(plan: Mapping[str, Any], payload: Mapping[str, Any]) -> str:
    """The digest of the payload in hand, approved by two different people under exactly that digest."""
    digest = digest_of(payload)
    if digest != plan["digest"]:
        _refuse("digest_differs", "the payload is not the one the digest was made of")
    approvers = {approval["approver"] for approval in plan["approvals"] if approval["digest"] == digest}
    if len(approvers - {None, ""}) < APPROVERS:
        _refuse("approvers_missing", f"{len(approvers)} of {APPROVERS} different approvers")
    return digest


def _check_header(plan: Mapping[str, Any], payload: Mapping[str, Any], chain_id: int) -> None:
    if payload["version"] != PAYLOAD_VERSION:
        _refuse("version_unknown", f"payload version {payload['version']}")
    for name in ("kind", "network"):
        if payload[name] != plan[name]:
            _refuse("header_differs", name)
    if payload["kind"] not in ("sweep", "refund"):
        _refuse("kind_unknown", str(payload["kind"])[:40])
    if _number(payload["chain_id"]) != chain_id:
        _refuse("wrong_chain", f"approved for chain {payload['chain_id']}, the node serves {chain_id}")


def _check_moves(payload: Mapping[str, Any], moves: list[Mapping[str, Any]], limits: Limits) -> None:
    """The moves are what the payload's headline says: one payment, last, and before it only gas for its source."""
    *before, payment = moves
    contract = payload["asset"]["contract"]
    headline = (_asset(contract), _address(payload["source"]), _address(payload["destination"]))
    if (_asset(payment["contract"]), _address(payment["sender"]), _address(payment["recipient"])) != headline:
        _refuse("moves_differ", "the last move is not the approved payment")
    if _number(payment["amount"]) != _number(payload["amount"]):
        _refuse("moves_differ", "the last move has another amount than approved")
    for move in before:
        is_gas = move["contract"] is None and _address(move["recipient"]) == headline[1]
        if not is_gas or move["purpose"] != "gas_top_up":
            _refuse("moves_differ", "a move before the payment is no gas for its source")
        if _number(move["amount"]) > limits.top_up:
            _refuse("top_up_too_large", f"{move['amount']} wei")


def _check_ways(payload: Mapping[str, Any], holders: Collection[str]) -> None:
    """A sweep stays in the custody's own hands, whatever was approved; a refund leaves them, in one move."""
    kept = _address(payload["destination"]) in holders
    if payload["kind"] == "sweep" and not kept:
        _refuse("destination_unknown", "a sweep to an address the custody has no key for")
    if payload["kind"] == "refund" and (kept or len(payload["moves"]) != 1):
        _refuse("moves_differ", "a refund is one payment to somebody else")


def _check_step(
    index: int,
    step: Mapping[str, Any],
    move: Mapping[str, Any],
    chain_id: int,
    holders: Collection[str],
    limits: Limits,
) -> None:
    """One step does its approved move and nothing else, for a fee within the limits."""
    if _number(step["index"]) != index:
        _refuse("steps_differ", f"step {index} is out of order")
    if _number(step["chain_id"]) != chain_id:
        _refuse("wrong_chain", f"step {index} is for chain {step['chain_id']}")
    if _address(step["sender"]) not in holders:
        _refuse("sender_unknown", f"step {index}: no key for {step['sender']}")
    for name in _differences(step, move):
        _refuse("step_differs", f"step {index}: {name}")
    gas, fee, tip = (_number(step[name]) for name in ("gas", "max_fee_per_gas", "max_priority_fee_per_gas"))
    if gas * fee > limits.fee:
        _refuse("fee_too_high", f"step {index}: up to {gas * fee} wei")
    if tip > fee or gas == 0:
        _refuse("malformed", f"step {index}: gas")


def _differences(step: Mapping[str, Any], move: Mapping[str, Any]) -> list[str]:
    """The fields in which the step's transaction departs from the approved move."""
    contract, recipient, amount = move["contract"], _address(move["recipient"]), _number(move["amount"])
    if contract is None:
        to, value, data = recipient, amount, b""
    else:
        to, value, data = _address(contract), 0, _TRANSFER + encode(["address", "uint256"], [recipient, amount])
    told = step["moves"]
    compared = {
        "purpose": step["purpose"] == move["purpose"],
        "sender": _address(step["sender"]) == _address(move["sender"]),
        "to": _address(step["to"]) == to,
        "value": _number(step["value"]) == value,
        "data": _data(step["data"]) == data,
        "moves.contract": _asset(told["contract"]) == _asset(contract),
        "moves.recipient": _address(told["recipient"]) == recipient,
        "moves.amount": _number(told["amount"]) == amount,
    }
    return [name for name, same in compared.items() if not same]


def _transaction(step: Mapping[str, Any]) -> dict[str, Any]:
    """The step as a type-2 transaction."""
    return {
        "type": 2,
        "chainId": _number(step["chain_id"]),
        "nonce": _number(step["nonce"]),
        "to": to_checksum_address(step["to"]),
        "value": _number(step["value"]),
        "data": "0x" + _data(step["data"]).hex(),
        "gas": _number(step["gas"]),
        "maxFeePerGas": _number(step["max_fee_per_gas"]),
        "maxPriorityFeePerGas": _number(step["max_priority_fee_per_gas"]),
    }


def _number(value: Any) -> int:
    """A quantity given as a decimal string or a whole number. Raises :class:`ValueError` for anything else."""
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= 78:
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < _UINT256:
        raise ValueError(f"no quantity: {str(value)[:40]}")
    return value


def _address(value: Any) -> str:
    """An address in lower case. Raises :class:`ValueError` when it is none, or its checksum is wrong."""
    if not isinstance(value, str) or not value.startswith("0x") or not is_address(value):
        raise ValueError(f"no address: {str(value)[:60]}")
    return value.lower()


def _asset(contract: Any) -> str | None:
    return None if contract is None else _address(contract)


def _data(value: Any) -> bytes:
    if not isinstance(value, str) or not value.startswith("0x"):
        raise ValueError("no call data")
    return bytes.fromhex(value[2:])


def _refuse(code: str, detail: str) -> NoReturn:
    raise PlanRefused(code, detail)
