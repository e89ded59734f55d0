"""Files of EVM steps for signers; see :mod:`chains.exports`.

A Safe signs calls, so its batch needs neither nonce nor gas. Raw transactions and the hash that is signed of them are there once
the plan is released and every step has its place. For Fireblocks a step is a transfer or a contract call, which it sends by
itself, and, once released, the raw signing of exactly these bytes.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chains.evm import safe, unsigned
from chains.evm.sending import unsigned_step
from chains.exports import Export, base_units, raw_messages, request, text, units
from chains.strict_json import parse
from chains.sweep import SweepFile
from chains.types import UnsignedStep

_WEI_A_GWEI_DIGITS = 9
_ALGORITHM = "MPC_ECDSA_SECP256K1"


def write(export: Export, format: str) -> list[SweepFile]:
    """See :meth:`chains.exports.Exporting.write`."""
    if format == "safe":
        return [] if export.exact else _batches(export)
    released = all(step.nonce is not None for step in export.steps)
    if format == "raw":
        return _raw(export) if released else []
    if format == "fireblocks":
        own = [] if export.exact else _requests(export)
        return own + (_raw_requests(export) if released else [])
    return []


def differing(export: Export, file: SweepFile) -> list[str]:
    """See :meth:`chains.exports.Exporting.differing`."""
    value = parse(file.body)
    place = _place(export, file.name)
    if file.format == "safe":
        return _wrong_batch(export, file.name, value)
    if file.format == "raw":
        return _wrong_raw(export, place, value)
    if file.format == "fireblocks":
        return _wrong_request(export, place, value)
    return ["format"]


def steps_of(export: Export) -> list[UnsignedStep]:
    """The steps as the family's own values."""
    return [unsigned_step(step) for step in export.steps]


def _legacy(export: Export) -> bool:
    return bool(export.network.params.get("legacy_fees"))


def _place(export: Export, name: str) -> int:
    """The step a file is of, by the number its name begins with; of a batch -1."""
    number = name.partition("-")[0]
    return int(number) - 1 if number.isascii() and number.isdigit() else -1


def _batch_name(sender: str) -> str:
    return f"safe-{sender}.json"


def _calls(export: Export, sender: str) -> list[safe.Call]:
    return [(step.to, step.value, step.data) for step in steps_of(export) if step.sender == sender]


def _batches(export: Export) -> list[SweepFile]:
    """One for each Safe: the calls a Safe makes together happen together or not at all."""
    chain_id = int(export.network.params["chain_id"])
    return [
        SweepFile(
            _batch_name(sender),
            "safe",
            text(safe.batch(chain_id, sender, export.at, str(export.plan), _calls(export, sender))),
        )
        for sender in dict.fromkeys(step.sender for step in steps_of(export))
    ]


def _wrong_batch(export: Export, name: str, value: Mapping[str, Any]) -> list[str]:
    sender = value["meta"]["createdFromSafeAddress"]
    wrong = safe.wrong(value, int(export.network.params["chain_id"]), sender, _calls(export, sender))
    named = name == _batch_name(sender) and bool(_calls(export, sender))
    return wrong if named else [*wrong, "safe"]


def _raw(export: Export) -> list[SweepFile]:
    return [
        SweepFile(f"{place}-{step.purpose}.json", "raw", text(unsigned.row(step, legacy=_legacy(export))))
        for place, step in enumerate(steps_of(export), start=1)
    ]


def _wrong_raw(export: Export, place: int, value: Mapping[str, Any]) -> list[str]:
    step = steps_of(export)[place]
    said = unsigned.take_apart(value["unsigned"])
    words = {"purpose": step.purpose, "from": step.sender, **unsigned.parts(said)}
    words["signingHash"] = unsigned.signing_hash(bytes.fromhex(value["unsigned"][2:]))
    wrong = [key for key in words.keys() | (value.keys() - {"unsigned"}) if value.get(key) != words.get(key)]
    fields = ("chain_id", "nonce", "max_fee_per_gas", "gas", "to", "value", "data")
    wrong += [name for name in fields if getattr(said, name) != getattr(step, name)]
    if (said.kind == 0) != _legacy(export):
        wrong.append("type")
    if said.kind and said.max_priority_fee_per_gas != step.max_priority_fee_per_gas:
        wrong.append("max_priority_fee_per_gas")
    return wrong


def _requests(export: Export) -> list[SweepFile]:
    """A step as a custodian carries it out by itself: a transfer of the native coin, or a call of the contract."""
    found = []
    for place, step in enumerate(steps_of(export)):
        called = step.data != "0x"
        more: dict[str, Any] = {
            "destination": {"type": "ONE_TIME_ADDRESS", "oneTimeAddress": {"address": step.to}},
            "amount": units(step.value, export.network.native.decimals),
            "gasLimit": str(step.gas),
            **_prices(export, step),
        }
        if called:
            more["extraParameters"] = {"contractCallData": step.data}
        value = request(export, place, step.sender, "CONTRACT_CALL" if called else "TRANSFER", **more)
        found.append(SweepFile(f"{place + 1}-{step.purpose}-fireblocks.json", "fireblocks", text(value)))
    return found


def _prices(export: Export, step: UnsignedStep) -> dict[str, str]:
    """Prices of gas, in a thousand-millionth of the coin."""
    fee = units(step.max_fee_per_gas, _WEI_A_GWEI_DIGITS)
    if _legacy(export):
        return {"gasPrice": fee}
    return {"maxFee": fee, "priorityFee": units(step.max_priority_fee_per_gas, _WEI_A_GWEI_DIGITS)}


def _raw_requests(export: Export) -> list[SweepFile]:
    found = []
    for place, step in enumerate(steps_of(export)):
        hash = unsigned.signing_hash(unsigned.payload(step, legacy=_legacy(export)))
        value = request(export, place, step.sender, "RAW", part=1, extraParameters=raw_messages([hash]))
        found.append(SweepFile(f"{place + 1}-{step.purpose}-fireblocks-raw.json", "fireblocks", text(value)))
    return found


def _wrong_request(export: Export, place: int, value: Mapping[str, Any]) -> list[str]:
    """The request read as the custodian reads it, beside the step."""
    step = steps_of(export)[place]
    wrong = [] if value["externalTxId"] == export.reference(place, int(value["operation"] == "RAW")) else ["reference"]
    if value["source"] != {"type": "VAULT_ACCOUNT", "id": export.names.vaults.get(step.sender)}:
        wrong.append("source")
    if value["assetId"] != export.names.assets.get(export.network.native.asset):
        wrong.append("asset")
    if value["operation"] == "RAW":
        raw = unsigned.payload(step, legacy=_legacy(export))
        asked = value["extraParameters"]["rawMessageData"]
        exact = asked == {"messages": [{"content": unsigned.signing_hash(raw)[2:]}], "algorithm": _ALGORITHM}
        return wrong if exact and not value.keys() & {"amount", "destination"} else [*wrong, "content"]
    data = value["extraParameters"]["contractCallData"] if value["operation"] == "CONTRACT_CALL" else "0x"
    if value["operation"] not in ("CONTRACT_CALL", "TRANSFER") or ("extraParameters" in value) != (data != "0x"):
        wrong.append("operation")
    checks = {
        "destination": value["destination"] == {"type": "ONE_TIME_ADDRESS", "oneTimeAddress": {"address": step.to}},
        "amount": base_units(value["amount"], export.network.native.decimals) == step.value,
        "data": data == step.data,
        "gas": int(value["gasLimit"]) == step.gas,
        "fee": {key: value.get(key) for key in ("gasPrice", "maxFee", "priorityFee") if key in value}
        == _prices(export, step),
    }
    return wrong + [name for name, good in checks.items() if not good]
