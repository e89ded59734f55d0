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

PAYLOAD_VERSION = 2
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
    approved, steps = payload["steps"], plan["steps"]
    if not approved or len(approved) != len(steps):
        _refuse("steps_differ", f"{len(steps)} steps for {len(approved)} approved ones")
    _check_moves(payload, approved, holders, limits)
    signed = []
    for index, (meant, step) in enumerate(zip(approved, steps, strict=True)):
        _check_step(index, step, meant, chain_id, holders, limits)
        signed.append((_address(step["sender"]), _transaction(step)))
    return Approved(plan_id_of(plan), digest, tuple(signed))


def examine_dearer(
    plan: Mapping[str, Any],
    index: int,
    dearer: Mapping[str, Any],
    signed_nonce: int,
    chain_id: int,
    holders: Collection[str],
    limits: Limits,
) -> tuple[str, dict[str, Any]]:
    """A replacement of a signed step: the same transaction with the nonce that was signed, and a higher fee within the limits.

    Gives who signs it, and what. Raises :class:`PlanRefused`.
    """
    try:
        if plan["state"] != "recorded":
            _refuse("not_recorded", f"the plan is {plan['state']}"[:60])
        _approved_digest(plan, plan["payload"])
        _check_header(plan, plan["payload"], chain_id)
        meant = plan["payload"]["steps"][index]
        fees = ("max_fee_per_gas", "max_priority_fee_per_gas")
        before = {**dearer, "index": index, "body": {**dearer["body"], **{name: meant["body"][name] for name in fees}}}
        lower = {holder.lower() for holder in holders}
        _check_step(index, before, meant, chain_id, lower, limits)
        made = _transaction(dearer)
        if made["nonce"] != signed_nonce:
            _refuse("nonce_differs", f"step {index}: a replacement keeps the nonce {signed_nonce}")
        if made["maxFeePerGas"] <= _number(meant["body"]["max_fee_per_gas"]):
            _refuse("fee_not_higher", f"step {index}")
        if made["gas"] * made["maxFeePerGas"] > limits.fee or made["maxPriorityFeePerGas"] > made["maxFeePerGas"]:
            _refuse("fee_too_high", f"step {index}: up to {made['gas'] * made['maxFeePerGas']} wei")
        return _address(dearer["sender"]), made
    except (KeyError, IndexError, TypeError, ValueError, AttributeError, OverflowError) as error:
        raise PlanRefused("malformed", f"{type(error).__name__}: {error}"[:200]) from error


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
    if payload["network_id"] != f"eip155:{chain_id}":
        _refuse("wrong_chain", f"approved for {payload['network_id']}, the node serves chain {chain_id}"[:120])


def _check_moves(
    payload: Mapping[str, Any], approved: list[Mapping[str, Any]], holders: Collection[str], limits: Limits
) -> None:
    """The steps are what the payload's headline says: payments of its asset to its destination that add up to its amount,
    and before each only gas for its source.

    A sweep stays in the custody's own hands, whatever was approved; a refund leaves them, in one payment.
    """
    headline = (_asset(payload["asset"]["contract"]), _address(payload["destination"]))
    paid, fuelled = 0, set()
    for index, step in enumerate(approved):
        move = _only_move(index, step)
        if step["purpose"] == "gas_top_up":
            if move["contract"] is not None:
                _refuse("moves_differ", f"step {index} tops up with another asset than gas")
            if _number(move["amount"]) > limits.top_up:
                _refuse("top_up_too_large", f"{move['amount']} wei")
            fuelled.add(_address(move["recipient"]))
            continue
        if step["purpose"] != payload["kind"] or (_asset(move["contract"]), _address(move["recipient"])) != headline:
            _refuse("moves_differ", f"step {index} is not the approved payment")
        paid += _number(move["amount"])
        fuelled.discard(_address(step["sender"]))
    if fuelled:
        _refuse("moves_differ", "gas goes to an address that pays nothing after it")
    if paid != _number(payload["amount"]):
        _refuse("moves_differ", "the payments add up to another amount than approved")
    kept = headline[1] in holders
    if payload["kind"] == "sweep" and not kept:
        _refuse("destination_unknown", "a sweep to an address the custody has no key for")
    if payload["kind"] == "refund" and (kept or len(approved) != 1):
        _refuse("moves_differ", "a refund is one payment to somebody else")


def _only_move(index: int, step: Mapping[str, Any]) -> Mapping[str, Any]:
    """The one movement of an EVM step."""
    if step["form"] != "evm" or len(step["moves"]) != 1:
        _refuse("form_unknown", f"step {index}")
    found: Mapping[str, Any] = step["moves"][0]
    return found


def _check_step(
    index: int,
    step: Mapping[str, Any],
    meant: Mapping[str, Any],
    chain_id: int,
    holders: Collection[str],
    limits: Limits,
) -> None:
    """One step does its approved move and nothing else, for a fee within the limits."""
    body = step["body"]
    if _number(step["index"]) != index:
        _refuse("steps_differ", f"step {index} is out of order")
    if _number(body["chain_id"]) != chain_id:
        _refuse("wrong_chain", f"step {index} is for chain {body['chain_id']}")
    if _address(step["sender"]) not in holders:
        _refuse("sender_unknown", f"step {index}: no key for {step['sender']}")
    for name in _differences(step, meant, _only_move(index, meant)):
        _refuse("step_differs", f"step {index}: {name}")
    gas, fee, tip = (_number(body[name]) for name in ("gas", "max_fee_per_gas", "max_priority_fee_per_gas"))
    if gas * fee > limits.fee:
        _refuse("fee_too_high", f"step {index}: up to {gas * fee} wei")
    if tip > fee or gas == 0:
        _refuse("malformed", f"step {index}: gas")


def _differences(step: Mapping[str, Any], meant: Mapping[str, Any], move: Mapping[str, Any]) -> list[str]:
    """The fields in which the step's transaction departs from the approved step, or that from its own movement."""
    contract, recipient, amount = move["contract"], _address(move["recipient"]), _number(move["amount"])
    if contract is None:
        to, value, data = recipient, amount, b""
    else:
        to, value, data = _address(contract), 0, _TRANSFER + encode(["address", "uint256"], [recipient, amount])
    body = step["body"]
    compared = {
        "purpose": step["purpose"] == meant["purpose"],
        "sender": _address(step["sender"]) == _address(meant["sender"]) == _address(move["sender"]),
        "to": _address(body["to"]) == to,
        "value": _number(body["value"]) == value,
        "data": _data(body["data"]) == data,
        "body": dict(body) == dict(meant["body"]),
    }
    return [name for name, same in compared.items() if not same]


def _transaction(step: Mapping[str, Any]) -> dict[str, Any]:
    """The step as a type-2 transaction."""
    body = step["body"]
    return {
        "type": 2,
        "chainId": _number(body["chain_id"]),
        "nonce": _number(step["nonce"]),
        "to": to_checksum_address(body["to"]),
        "value": _number(body["value"]),
        "data": "0x" + _data(body["data"]).hex(),
        "gas": _number(body["gas"]),
        "maxFeePerGas": _number(body["max_fee_per_gas"]),
        "maxPriorityFeePerGas": _number(body["max_priority_fee_per_gas"]),
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
