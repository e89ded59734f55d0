"""Files for signers: what stands in them, that no changed byte passes, and the checksum of Safe's own builder."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
import rlp
from hypothesis import given, strategies as st

from chains import exports
from chains.catalogue import network
from chains.encoding import keccak
from chains.evm import safe
from chains.exports import Export, FileDiffers, Names, base_units, differing, files, units
from chains.sending import Move, Served, Step, placed
from chains.sweep import SweepFile
from chains.utxo import steps as utxo_steps
from chains.utxo.raw import RawOutput
from chains.utxo.signed import read
from tests.chains.utxo import keys
from tests.chains.utxo.test_sending import planned

PLAN = uuid.UUID("6f1f6c4e-6f0f-4a86-9d53-7d7c3a3a9f10")
AT = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)
TANK = "0x52908400098527886E0F7030069857D2E4169EE7"
OWNER = "0x8617E340B3D01FA5F11F306F4090FD50E238070D"
TOKEN = "0xde709f2102306220921060314715629080e2fb77"
THERE = "0x27b1fdb04752bbc536007a920d24acb045561c26"


def checksummed(text: str) -> str:
    from chains.evm.address import check

    return str(check(text.lower()).normalised)


def call(to: str, amount: int) -> str:
    return "0xa9059cbb" + to[2:].lower().rjust(64, "0") + f"{amount:064x}"


def evm_steps(*, released: bool) -> tuple[Step, ...]:
    tank, owner, token, there = map(checksummed, (TANK, OWNER, TOKEN, THERE))
    numbers = {
        "chain_id": "1",
        "gas": "65000",
        "max_fee_per_gas": "31500000001",
        "max_priority_fee_per_gas": "1500000000",
    }
    top_up = Step(
        "gas_top_up", "evm", tank, (Move(None, tank, owner, 10**15, 10**15),),
        {**numbers, "gas": "21000", "value": str(10**15), "to": owner, "data": "0x"}, 10**15, serves=(Served(0, 0),),
    )  # fmt: skip
    sweep = Step(
        "sweep", "evm", owner, (Move(token, owner, there, 12_345_678, 12_345_678),),
        {**numbers, "value": "0", "to": token, "data": call(there, 12_345_678)}, 10**15, serves=(Served(0, 12_345_678),),
    )  # fmt: skip
    found = (top_up, sweep)
    return tuple(placed(step, 7 + n) for n, step in enumerate(found)) if released else found


def evm(*, released: bool = True) -> Export:
    return Export(PLAN, AT, network("ethereum"), evm_steps(released=released))


def utxo(slug: str = "bitcoin") -> Export:
    world, step = planned(network(slug))
    return Export(PLAN, AT, world.network, (step,))


def test_the_checksum_of_the_builder() -> None:
    """Both were made by the builder itself: what its own test expects, and a file it saved."""
    address = "0x49d4450977E2c95362C13D3a31a09311E0Ea26A6"

    def method(kind: str, name: str, field: str) -> dict[str, Any]:
        return {"inputs": [{"internalType": kind, "name": field, "type": kind}], "name": name, "payable": False}

    first = {
        "version": "1.0",
        "chainId": "4",
        "createdAt": 1646321521061,
        "meta": {
            "name": "another name changes nothing",
            "txBuilderVersion": "1.4.0",
            "createdFromSafeAddress": "0xDF8a1Ce35c9a6ACE153B4e0767942f1E2291a1Aa",
            "createdFromOwnerAddress": address,
        },
        "transactions": [
            {
                "to": address,
                "value": "0",
                "contractMethod": method("address", "testAddress", "paramAddress"),
                "contractInputsValues": {"paramAddress": address},
            },
            {
                "to": address,
                "value": "0",
                "contractMethod": method("bool", "testBool", "paramBool"),
                "contractInputsValues": {"paramAddress": "", "paramBool": "false"},
            },
            {
                "to": address,
                "value": "2000000000000000000",
                "data": "0x42f4579000000000000000000000000049d4450977e2c95362c13d3a31a09311e0ea26a6",
            },
        ],
    }
    assert safe.checksum(first) == "0x86c81826dbf7e8a37612153294cc85fdf5c81998dd0a44b86d945502a7eace7c"
    approve = method("address", "approve", "spender")
    approve["inputs"].append({"internalType": "uint256", "name": "value", "type": "uint256"})
    second = {
        "version": "1.0",
        "chainId": "1",
        "createdAt": 1761326849944,
        "meta": {
            "name": "Transactions Batch",
            "description": "",
            "txBuilderVersion": "1.18.2",
            "createdFromSafeAddress": "0xA77DE01e157f9f57C7c4A326eeE9C4874D0598b6",
            "createdFromOwnerAddress": "",
        },
        "transactions": [
            {
                "to": "0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48",
                "value": "0",
                "data": None,
                "contractMethod": approve,
                "contractInputsValues": {
                    "spender": "0x474e5Ded6b5D078163BFB8F6dBa355C3aA5478C8",
                    "value": "100000000000",
                },
            }
        ],
    }
    assert safe.checksum(second) == "0x8b5032f716845c8b08bab3d63dbd9ba92e056f3557793cd041e59b84e16aa989"


def test_a_batch_for_every_safe() -> None:
    export = evm(released=False)
    made = files(export, ["safe"])
    assert [json.loads(file.body)["meta"]["createdFromSafeAddress"] for file in made] == [
        step.sender for step in export.steps
    ]
    value = json.loads(made[1].body)
    assert value["chainId"] == "1"
    assert value["version"] == "1.0"
    assert value["transactions"] == [
        {
            "to": checksummed(TOKEN),
            "value": "0",
            "data": export.steps[1].body["data"],
            "contractMethod": None,
            "contractInputsValues": None,
        }
    ]


def test_raw_transactions_only_of_a_released_plan() -> None:
    assert files(evm(released=False), ["raw"]) == ()
    export = evm()
    made = files(export, ["raw"])
    assert [file.name for file in made] == ["1-gas_top_up.json", "2-sweep.json"]
    value = json.loads(made[1].body)
    raw = bytes.fromhex(value["unsigned"][2:])
    assert value["signingHash"] == "0x" + keccak(raw).hex()
    assert raw[0] == 2
    fields = rlp.decode(raw[1:])
    assert int.from_bytes(fields[1], "big") == 8
    assert fields[5].hex() == TOKEN[2:]


def test_requests_of_fireblocks() -> None:
    native = network("ethereum").native.asset
    names = Names({native: "ETH"}, {checksummed(TANK): "3"})
    export = replace(evm(), names=names)
    made = {file.name: json.loads(file.body) for file in files(export, ["fireblocks"])}
    top_up, sweep = made["1-gas_top_up-fireblocks.json"], made["2-sweep-fireblocks.json"]
    assert top_up["operation"] == "TRANSFER"
    assert top_up["amount"] == "0.001"
    assert top_up["assetId"] == "ETH"
    assert top_up["source"] == {"type": "VAULT_ACCOUNT", "id": "3"}
    assert top_up["destination"] == {"type": "ONE_TIME_ADDRESS", "oneTimeAddress": {"address": checksummed(OWNER)}}
    assert top_up["maxFee"] == "31.500000001"
    assert sweep["operation"] == "CONTRACT_CALL"
    assert sweep["amount"] == "0"
    assert sweep["extraParameters"] == {"contractCallData": export.steps[1].body["data"]}
    assert sweep["source"]["id"] is None
    ids = [value["externalTxId"] for value in made.values()]
    assert len(set(ids)) == 4
    assert all(uuid.UUID(one).version == 5 for one in ids)
    assert export.reference(0) == top_up["externalTxId"]
    dearer = replace(export.steps[0], body={**export.steps[0].body, "max_fee_per_gas": "40000000000"})
    assert replace(export, steps=(dearer, export.steps[1])).reference(0) != top_up["externalTxId"]
    hash = json.loads(files(export, ["raw"])[1].body)["signingHash"]
    raw = made["2-sweep-fireblocks-raw.json"]["extraParameters"]["rawMessageData"]
    assert raw == {"messages": [{"content": hash[2:]}], "algorithm": "MPC_ECDSA_SECP256K1"}


@pytest.mark.parametrize("slug", ["bitcoin", "litecoin", "dogecoin", "bitcoin-cash", "dash"])
def test_utxo_files(slug: str) -> None:
    export = utxo(slug)
    (step,) = export.steps
    made = {file.format: file for file in files(export)}
    assert ("psbt" in made) == ("psbt" in step.body)
    raw = json.loads(made["raw"].body)
    assert raw["hex"] == step.body["hex"]
    assert [one["amount"] for one in raw["outputs"]] == [str(move.arrives) for move in step.moves]
    asked = json.loads(made["fireblocks"].body)["extraParameters"]["rawMessageData"]["messages"]
    signed = read(export.network, keys.signed(export.network, step.body["hex"], utxo_steps.spent_by(step)))
    for one, message in zip(signed.inputs, asked, strict=True):
        signature = one.witness[0] if one.witness else one.script[1 : 1 + one.script[0]]
        assert keys.KEY.public_key.verify(signature[:-1], bytes.fromhex(message["content"]), hasher=None)


def test_what_takes_more_than_a_signature_is_not_asked_for_as_one() -> None:
    from chains.utxo.authorised import digests

    export = utxo()
    tx = utxo_steps.transaction_of(export.network, export.steps[0])
    nested = RawOutput(5, b"\xa9\x14" + bytes(20) + b"\x87")
    plain = RawOutput(5, keys.P2PKH)
    assert digests(export.network, tx, [plain, nested]) is None
    assert digests(export.network, tx, [plain, plain]) is not None


EXPORTS: dict[str, Callable[[], Export]] = {"evm": evm, "bitcoin": utxo, "dogecoin": lambda: utxo("dogecoin")}


@pytest.mark.parametrize("name", EXPORTS)
def test_no_changed_byte_passes(name: str) -> None:
    export = EXPORTS[name]()
    for file in files(export):
        assert differing(export, file) == []
        for place in range(0, len(file.body), 1 if len(file.body) < 1500 else 3):
            changed = bytearray(file.body)
            changed[place] ^= 1
            assert differing(export, SweepFile(file.name, file.format, bytes(changed))), (file.name, place)
        assert differing(export, replace(file, name="9-sweep.json"))
        assert differing(export, replace(file, format="pdf"))


def _changed(export: Export) -> list[Export]:
    one = export.steps[-1]
    others = [
        replace(one, body={**one.body, "hex": "00", "to": checksummed(THERE)}),
        replace(one, body={**one.body, "fee": "1", "data": call(THERE, 5)}),
    ]
    return [replace(export, steps=(*export.steps[:-1], other)) for other in others]


@pytest.mark.parametrize("name", EXPORTS)
def test_a_file_of_another_plan_is_told_apart(name: str) -> None:
    export = EXPORTS[name]()
    for file in files(export):
        assert differing(replace(export, steps=()), file)
        if file.format == "fireblocks":
            assert differing(replace(export, plan=uuid.uuid4()), file)
    last = [
        file for file in files(export) if not file.name.startswith("1-gas") and export.steps[0].sender not in file.name
    ]
    for other in _changed(export):
        assert all(differing(other, file) for file in last)


def test_what_is_written_wrongly_does_not_leave(monkeypatch: pytest.MonkeyPatch) -> None:
    from chains.evm import exports as of_evm

    export = evm()
    with pytest.raises(ValueError, match="no such format"):
        files(export, ["pdf"])
    batch = files(export, ["safe"])[1]
    value = json.loads(batch.body)
    value["transactions"][0]["value"] = "1"
    value["meta"]["checksum"] = safe.checksum(
        {**value, "meta": {k: v for k, v in value["meta"].items() if k != "checksum"}}
    )
    bad = replace(batch, body=exports.text(value))
    assert "calls" in differing(export, bad)
    monkeypatch.setattr(of_evm, "write", lambda *_: [bad])
    with pytest.raises(FileDiffers):
        files(export, ["safe"])


def test_families_without_files_have_none() -> None:
    row = network("solana")
    assert files(Export(PLAN, AT, row, evm_steps(released=True))) == ()
    assert differing(Export(PLAN, AT, row, ()), SweepFile("x", "raw", b"")) == ["format"]


@given(st.integers(0, 2**256), st.integers(0, 40))
def test_amounts_are_exact(amount: int, decimals: int) -> None:
    text = units(amount, decimals)
    assert base_units(text, decimals) == amount
    assert not text.endswith(".")


@pytest.mark.parametrize("text", ["", ".5", "1e3", "-1", "1.0000000001", "١", "1,5"])
def test_other_amounts_are_none(text: str) -> None:
    with pytest.raises(ValueError, match="no amount"):
        base_units(text, 9)
