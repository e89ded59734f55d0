"""Unsigned sweeps of the EVM family: transactions for a signer, and the same call for a Safe; see :mod:`chains.sweep`."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from chains.errors import GasIsShort, NodeMistaken, Refused
from chains.evm import address as addresses, moves, safe, trial, unsigned
from chains.strict_json import parse
from chains.sweep import SweepFile, SweepOrder, SweepPlan
from chains.transport import Talk
from chains.types import Network, UnsignedStep

FORM = "evm_transactions"
SAFE = "safe_transaction_builder"


def plan_sweep(network: Network, talk: Talk, order: SweepOrder) -> SweepPlan:
    """See :meth:`chains.families.Planner.plan_sweep`.

    Where ``source`` lacks gas and ``order.payer`` is given, the first transaction is a top-up from there.
    """
    if order.memo is not None or order.outpoints:
        raise Refused("neither memos nor outputs are known here")
    steps = _steps(network, talk, order)
    nonces: dict[str, int] = {}
    released: list[UnsignedStep] = []
    for step in steps:
        if step.sender not in nonces:
            nonces[step.sender] = moves.next_nonce(network, [talk], step.sender)
        released.append(_with_nonce(step, nonces[step.sender]))
        nonces[step.sender] += 1
    plan = _plan(network, talk, order, released)
    if wrong := check_plan(network, order, plan):
        raise NodeMistaken(f"the plan differs from the order: {', '.join(wrong)}")
    return plan


def _steps(network: Network, talk: Talk, order: SweepOrder) -> tuple[UnsignedStep, ...]:
    if order.payer is not None and order.payer.lower() != order.source.lower():
        return moves.plan_sweep(
            network,
            [talk],
            contract=order.contract,
            amount=order.amount,
            source=order.source,
            gas_tank=order.payer,
            destination=order.destination,
        )
    step, short = moves.transfer(
        network, [talk], "sweep", order.contract, order.amount, order.source, order.destination
    )
    if short:
        raise GasIsShort("the source holds too little for amount and gas")
    return (step,)


def _with_nonce(step: UnsignedStep, nonce: int) -> UnsignedStep:
    return UnsignedStep(**{**step.__dict__, "nonce": nonce})


def _plan(network: Network, talk: Talk, order: SweepOrder, steps: Sequence[UnsignedStep]) -> SweepPlan:
    legacy = bool(network.params.get("legacy_fees"))
    rows = [unsigned.row(step, legacy=legacy) for step in steps]
    gas = sum(step.gas * step.max_fee_per_gas for step in steps)
    below = moves.prices_now(network, [talk]).l1 * len(steps) if network.params.get("l1_fee") else 0
    name = f"{network.slug}-{order.source[:10]}"
    return SweepPlan(
        network=network.slug,
        form=FORM,
        fields={"transactions": rows},
        files=(
            SweepFile(f"{name}.json", FORM, _text({"transactions": rows})),
            SweepFile(f"{name}-safe.json", SAFE, _text(_safe(network, talk, steps[-1]))),
        ),
        cost=gas + below,
    )


def _safe(network: Network, talk: Talk, step: UnsignedStep) -> dict[str, Any]:
    """The call in the form the transaction builder of Safe imports: the Safe itself is the source."""
    call = (step.to, step.value, step.data)
    return safe.batch(int(network.params["chain_id"]), step.sender, talk.now(), "sweep", [call])


def _text(value: Any) -> bytes:
    return json.dumps(value, indent=2).encode()


def check_plan(network: Network, order: SweepOrder, plan: SweepPlan) -> list[str]:
    """See :meth:`chains.families.Planner.check_plan`."""
    if plan.network != network.slug or plan.form != FORM or [file.format for file in plan.files] != [FORM, SAFE]:
        return ["files"]
    try:
        rows = parse(plan.files[0].body)
        batch = parse(plan.files[1].body)
        wrong = _wrong_transactions(network, order, rows, plan.cost) + _wrong_safe(network, order, batch)
    except (NodeMistaken, Refused, LookupError, TypeError, ValueError):
        return ["files"]
    if plan.fields != rows:
        wrong.append("fields")
    return wrong


def _wrong_transactions(network: Network, order: SweepOrder, value: Any, cost: int | None) -> list[str]:
    rows = value["transactions"]
    source, payer = _canonical(order.source), None if order.payer is None else _canonical(order.payer)
    if not isinstance(rows, list) or value.keys() != {"transactions"} or not 1 <= len(rows) <= 2:
        return ["transactions"]
    wrong: list[str] = []
    most = 0
    for place, row in enumerate(rows):
        said = unsigned.take_apart(row["unsigned"])
        most += said.gas * said.max_fee_per_gas
        last = place == len(rows) - 1
        wrong += _wrong_words(row, said, purpose="sweep" if last else "gas_top_up", sender=source if last else payer)
        if said.chain_id != network.params["chain_id"]:
            wrong.append("chain_id")
        if (said.kind == 0) != bool(network.params.get("legacy_fees")):
            wrong.append("type")
        expected = _call(order) if last else (source, said.value, "0x")
        wrong += _differences(expected, (said.to, said.value, said.data))
    if len(rows) == 2 and payer in (None, source):
        wrong.append("payer")
    if cost is None or cost < most:
        wrong.append("cost")
    return list(dict.fromkeys(wrong))


def _wrong_words(row: Mapping[str, Any], said: unsigned.Unsigned, *, purpose: str, sender: str | None) -> list[str]:
    """Whether what stands beside the bytes is what they say."""
    raw = bytes.fromhex(row["unsigned"][2:])
    words = {"purpose": purpose, "from": sender, **unsigned.parts(said), "signingHash": unsigned.signing_hash(raw)}
    return [key for key in words.keys() | (row.keys() - {"unsigned"}) if row.get(key) != words.get(key)]


def _wrong_safe(network: Network, order: SweepOrder, value: Any) -> list[str]:
    wrong = safe.wrong(value, int(network.params["chain_id"]), _canonical(order.source), [_call(order)])
    return ["safe"] if wrong else []


def _call(order: SweepOrder) -> tuple[str, int, str]:
    """Address called, value and data of the transaction the order asks for."""
    destination = _canonical(order.destination)
    if order.contract is None:
        return destination, order.amount, "0x"
    return _canonical(order.contract), 0, trial.transfer(destination, order.amount)


def _differences(expected: tuple[str, int, str], said: tuple[str, int, str]) -> list[str]:
    return [name for name, one, other in zip(("to", "value", "data"), expected, said, strict=True) if one != other]


def _canonical(text: str) -> str:
    found = addresses.check(text).normalised
    if found is None:
        raise Refused("not an address")
    return found
