"""Unsigned sweeps on TRON: a node writes ``raw_data``, and every byte of it is read again before anybody sees it.

The file is ``raw_data`` as it is hashed and signed; nothing but what the order says may stand in it. What the network may take
at most: bandwidth (or what is burned for it), energy up to ``fee_limit``, and the opening of an account that is new.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from chains.encoding import plain
from chains.errors import ArrivesShort, NodeMistaken, NodeUnavailable, Refused
from chains.sweep import SweepFile, SweepOrder, SweepPlan
from chains.transport import Talk
from chains.tron import raw, shown, tokens
from chains.tron.address import check, to_bytes, to_text
from chains.tron.trongrid import ask, constant
from chains.types import Network

FORM = "tron_raw_data"

LONGEST_VALIDITY = timedelta(hours=24)
"""No node takes a transaction that expires later."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TRANSFER = "transfer(address,uint256)"
_SELECTOR = bytes.fromhex("a9059cbb")
_SIGNATURE_BYTES = 134
"""What one signature and the room kept for the result add to the bytes that are paid for."""


@dataclass(frozen=True)
class _Prices:
    """Of the chain's own parameters, in sun: a byte, a unit of energy, what opening an account costs besides, a memo."""

    byte: int
    energy: int
    account: int
    memo: int
    highest_limit: int


def plan_sweep(network: Network, talk: Talk, order: SweepOrder) -> SweepPlan:
    """See :meth:`chains.families.Planner.plan_sweep`."""
    _refuse_unsound(order)
    if _chain_of(talk) != network.params["genesis"]:
        raise NodeMistaken(f"{talk.node.label}: another chain")
    prices = _prices(talk)
    limit = _fee_limit(talk, order, prices) if _is_contract(order.contract) else 0
    built = _built(talk, order, limit)
    data, read = _read(talk, built)
    plan = _plan(network, order, data, read, _cost(talk, order, prices, len(data), limit))
    differences = check_plan(network, order, plan)
    if read.fee_limit != limit:
        differences.append("fee_limit")
    if not talk.now() < _moment(read.expiration) <= talk.now() + LONGEST_VALIDITY:
        differences.append("expiration")
    if differences:
        raise NodeMistaken(
            f"{talk.node.label}: wrote something else than was ordered: {', '.join(dict.fromkeys(differences))}"
        )
    _refuse_uncovered(talk, order, plan.cost or 0)
    return plan


def check_plan(network: Network, order: SweepOrder, plan: SweepPlan) -> list[str]:
    """See :meth:`chains.families.Planner.check_plan`; the names are those of :class:`chains.tron.raw.Raw`, or ``file``."""
    if len(plan.files) != 1 or plan.files[0].format != FORM or plan.form != FORM or plan.network != network.slug:
        return ["file"]
    body = plan.files[0].body
    try:
        read = raw.read(body)
        wanted = _deed(order)
    except (ValueError, TypeError):
        return ["file"]
    deed = read.deed
    differences = [
        name
        for name in ("type", "owner", "to", "value", "token", "token_value")
        if getattr(deed, name) != getattr(wanted, name)
    ]
    said = {
        "data": deed.data == wanted.data,
        "memo": read.memo == (order.memo or "").encode(),
        "permission": read.permission == 0,
        "fee_limit": read.fee_limit > 0 if deed.type == raw.TRIGGER else read.fee_limit == 0,
        "ref_block": len(read.ref_block_bytes) == 2 and len(read.ref_block_hash) == 8,
        "expiration": 0
        < read.timestamp
        < read.expiration
        <= read.timestamp + LONGEST_VALIDITY / timedelta(milliseconds=1),
        "extra_fields": read.plain,
        "cost": plan.cost is not None and plan.cost >= read.fee_limit,
        "fields": dict(plan.fields) == _fields(body, read),
        "expires": plan.expires == _moment(read.expiration),
    }
    return differences + [name for name, right in said.items() if not right]


def _refuse_unsound(order: SweepOrder) -> None:
    if order.outpoints or order.payer not in (None, order.source):
        raise Refused("the sender itself pays on this network")
    for text in (order.source, order.destination):
        if check(text).normalised != text:
            raise Refused("not an address in its canonical form")
    if order.source == order.destination:
        raise Refused("source and destination are one")
    if not 0 < order.amount < (1 << 256 if _is_contract(order.contract) else 1 << 63):
        raise Refused("no amount that can be sent")
    if order.contract is not None and not _is_contract(order.contract) and not order.contract[6:].isdigit():
        raise Refused("no token of this network")


def _is_contract(contract: str | None) -> bool:
    return contract is not None and not contract.startswith("trc10:")


def _deed(order: SweepOrder) -> raw.Deed:
    """The order as the bytes must have it. Raises ``ValueError`` for what is no order of this network."""
    owner, to = to_bytes(order.source), to_bytes(order.destination)
    if order.contract is None:
        return raw.Deed(raw.TRANSFER, owner, to, value=order.amount)
    if not _is_contract(order.contract):
        token = order.contract.removeprefix("trc10:").encode()
        return raw.Deed(raw.TRANSFER_ASSET, owner, to, token=token, token_value=order.amount)
    data = _SELECTOR + bytes.fromhex(_arguments(order))
    return raw.Deed(raw.TRIGGER, owner, to_bytes(order.contract), data=data)


def _arguments(order: SweepOrder) -> str:
    return to_bytes(order.destination)[1:].hex().zfill(64) + f"{order.amount:064x}"


def _chain_of(talk: Talk) -> str:
    return shown.block_id(ask(talk, "/wallet/getblockbynum", {"num": 0}))


def _prices(talk: Talk) -> _Prices:
    """What the chain charges now. Raises :class:`NodeMistaken` when the node leaves one of the prices out."""
    listed = ask(talk, "/wallet/getchainparameters", {}).get("chainParameter")
    if not isinstance(listed, list):
        raise NodeMistaken(f"{talk.node.label}: no parameters of the chain")
    known = {each.get("key"): each.get("value", 0) for each in listed if isinstance(each, dict)}

    def price(*names: str) -> int:
        values = [known.get(name) for name in names]
        if not all(isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 1 << 50 for value in values):
            raise NodeMistaken(f"{talk.node.label}: no price {names[0]}")
        return sum(value for value in values if isinstance(value, int))

    return _Prices(
        byte=price("getTransactionFee"),
        energy=price("getEnergyFee"),
        account=price("getCreateAccountFee", "getCreateNewAccountFeeInSystemContract"),
        memo=price("getMemoFee") if "getMemoFee" in known else 0,
        highest_limit=price("getMaxFeeLimit") if "getMaxFeeLimit" in known else 1_000_000_000,
    )


def _fee_limit(talk: Talk, order: SweepOrder, prices: _Prices) -> int:
    """Half as much again as a trial took, in sun. Raises :class:`Refused` when the trial fails or less would arrive."""
    contract = order.contract or ""
    held = constant(talk, contract, "balanceOf(address)", to_bytes(order.source)[1:].hex().zfill(64))
    if held is not None and len(held) == 32 and int.from_bytes(held, "big") < order.amount:
        raise Refused("the source does not hold that much")
    trial = ask(talk, "/wallet/triggerconstantcontract", _call(order))
    result, energy = trial.get("result"), trial.get("energy_used")
    if not isinstance(result, dict) or result.get("result") is not True or "message" in result:
        raise Refused("a trial of the transfer failed")
    if not isinstance(energy, int) or isinstance(energy, bool) or not 0 < energy < 1 << 40:
        raise NodeMistaken(f"{talk.node.label}: no energy of a trial")
    arrived = tokens.arriving(trial.get("logs"), to_bytes(contract), to_bytes(order.destination))
    if arrived is not None and arrived < order.amount:
        raise ArrivesShort("less would arrive than was sent")
    return min(energy * prices.energy * 3 // 2, prices.highest_limit)


def _call(order: SweepOrder) -> dict[str, Any]:
    return {
        "owner_address": to_bytes(order.source).hex(),
        "contract_address": to_bytes(order.contract).hex(),
        "function_selector": _TRANSFER,
        "parameter": _arguments(order),
    }


def _built(talk: Talk, order: SweepOrder, fee_limit: int) -> dict[str, Any]:
    """The transaction as the node writes it. Raises :class:`Refused` in the node's words."""
    extra = {"extra_data": order.memo.encode().hex()} if order.memo else {}
    if _is_contract(order.contract):
        question = _call(order) | {"call_value": 0, "fee_limit": fee_limit} | extra
        answer = _asked_to_build(talk, "/wallet/triggersmartcontract", question)
        result = answer.get("result")
        if not isinstance(result, dict) or result.get("result") is not True:
            raise Refused("the node refused to write the transfer")
        inner = answer.get("transaction")
        return inner if isinstance(inner, dict) else {}
    parties = {
        "owner_address": to_bytes(order.source).hex(),
        "to_address": to_bytes(order.destination).hex(),
        "amount": order.amount,
    }
    if order.contract is None:
        return _asked_to_build(talk, "/wallet/createtransaction", parties | extra)
    token = order.contract.removeprefix("trc10:").encode().hex()
    return _asked_to_build(talk, "/wallet/transferasset", parties | {"asset_name": token} | extra)


def _asked_to_build(talk: Talk, path: str, question: dict[str, Any]) -> dict[str, Any]:
    """The node's answer. What is wrong with an order (nothing there, no such account) it says as ``Error``: :class:`Refused`."""
    answer = talk.post(path, question)
    if answer.status >= 400 or not isinstance(answer.value, dict):
        raise NodeUnavailable(f"{talk.node.label}: HTTP {answer.status}")
    if isinstance(words := answer.value.get("Error"), str):
        raise Refused(plain(words.rpartition(" : ")[2], 120) or "the node refused")
    return answer.value


def _read(talk: Talk, built: dict[str, Any]) -> tuple[bytes, raw.Raw]:
    text = built.get("raw_data_hex")
    try:
        data = bytes.fromhex(text) if isinstance(text, str) else b""
        read = raw.read(data)
    except (ValueError, TypeError) as error:
        raise NodeMistaken(f"{talk.node.label}: no transaction to sign") from error
    if built.get("txID") != hashlib.sha256(data).hexdigest():
        raise NodeMistaken(f"{talk.node.label}: a hash that is not of these bytes")
    return data, read


def _cost(talk: Talk, order: SweepOrder, prices: _Prices, size: int, fee_limit: int) -> int:
    """The most the network may take, in sun."""
    cost = (size + _SIGNATURE_BYTES) * prices.byte + fee_limit
    if order.memo:
        cost += prices.memo
    if not _is_contract(order.contract) and not ask(talk, "/wallet/getaccount", _account(order.destination)):
        cost += prices.account
    return cost


def _account(text: str) -> dict[str, str]:
    return {"address": to_bytes(text).hex()}


def _refuse_uncovered(talk: Talk, order: SweepOrder, cost: int) -> None:
    """Raises :class:`Refused` when the source cannot pay what leaves it."""
    held = ask(talk, "/wallet/getaccount", _account(order.source)).get("balance", 0)
    if not isinstance(held, int) or isinstance(held, bool):
        raise NodeMistaken(f"{talk.node.label}: no balance")
    if held < cost + (order.amount if order.contract is None else 0):
        raise Refused("the source cannot pay the network")


def _plan(network: Network, order: SweepOrder, data: bytes, read: raw.Raw, cost: int) -> SweepPlan:
    name = f"{network.slug}-{hashlib.sha256(data).hexdigest()[:16]}.raw"
    return SweepPlan(
        network=network.slug,
        form=FORM,
        fields=_fields(data, read),
        files=(SweepFile(name, FORM, data),),
        cost=cost,
        expires=_moment(read.expiration),
    )


def _fields(data: bytes, read: raw.Raw) -> dict[str, Any]:
    """What the file says, for people and programs."""
    deed = read.deed
    return {
        "hash": hashlib.sha256(data).hexdigest(),
        "raw_data_hex": data.hex(),
        "type": deed.type,
        "from": to_text(deed.owner),
        "to": to_text(deed.to) if deed.to else None,
        "value": str(deed.value),
        "token": deed.token.decode("ascii", "replace") or None,
        "token_value": str(deed.token_value),
        "data": deed.data.hex(),
        "memo": read.memo.hex(),
        "fee_limit": str(read.fee_limit),
        "expiration": str(read.expiration),
        "timestamp": str(read.timestamp),
        "ref_block": read.ref_block_bytes.hex() + read.ref_block_hash.hex(),
    }


def _moment(milliseconds: int) -> datetime:
    return _EPOCH + timedelta(milliseconds=min(max(milliseconds, 0), 4_102_444_800_000))
