"""Files of UTXO steps for signers; see :mod:`chains.exports`.

``psbt`` where signers of the network take it, else and beside it ``raw``: the unsigned transaction with value, script and earlier
transaction of every input. A custodian's own transfers choose inputs, fee and order of outputs themselves, so Fireblocks is asked
to sign what stands in this transaction (a raw signing for every source), where each input takes one plain signature.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

from chains.exports import Export, raw_messages, request, text
from chains.sending import Step
from chains.strict_json import parse
from chains.sweep import SweepFile
from chains.types import Network
from chains.utxo import steps, unsigned
from chains.utxo.authorised import digests


def write(export: Export, format: str) -> list[SweepFile]:
    """See :meth:`chains.exports.Exporting.write`."""
    found: list[SweepFile] = []
    for place, step in enumerate(export.steps):
        name = f"{place + 1}-{step.purpose}"
        if format == "psbt" and "psbt" in step.body:
            found.append(SweepFile(f"{name}.psbt", "psbt", base64.b64decode(step.body["psbt"])))
        if format == "raw":
            found.append(SweepFile(f"{name}.json", "raw", text(_raw(export.network, step))))
        if format == "fireblocks":
            for number, (source, contents) in enumerate(_contents(export.network, step).items(), start=1):
                value = request(export, place, source, "RAW", part=number, extraParameters=raw_messages(contents))
                found.append(SweepFile(f"{name}-fireblocks-{number}.json", "fireblocks", text(value)))
    return found


def differing(export: Export, file: SweepFile) -> list[str]:
    """See :meth:`chains.exports.Exporting.differing`."""
    number, _, rest = file.name.partition("-")
    place = int(number) - 1
    step = export.steps[place]
    wrong = steps.differing(export.network, step)
    if not rest.startswith(step.purpose) or place < 0:
        wrong.append("name")
    if file.format == "psbt":
        packet = unsigned.read(file.body)
        before = [coin.before for coin in steps.coins_of(export.network, step)]
        same = packet.data.hex() == step.body["hex"] and list(packet.before) == before
        return wrong if same else [*wrong, "transaction"]
    value = parse(file.body)
    if file.format == "raw":
        return wrong if value == _raw(export.network, step) else [*wrong, "transaction"]
    if file.format == "fireblocks":
        return wrong + _wrong_request(export, place, file.name, value)
    return ["format"]


def _raw(network: Network, step: Step) -> dict[str, Any]:
    """The unsigned transaction, with what a signer needs to know of each input."""
    coins = steps.coins_of(network, step)
    return {
        "network": network.id,
        "purpose": step.purpose,
        "hex": step.body["hex"],
        "fee": step.body["fee"],
        "inputs": [
            {
                "txid": coin.txid,
                "vout": coin.vout,
                "address": coin.address,
                "amount": str(coin.output.amount),
                "script": coin.output.script.hex(),
                "previous": coin.whole.hex(),
            }
            for coin in coins
        ],
        "outputs": [{"address": move.recipient, "amount": str(move.arrives)} for move in step.moves],
    }


def _contents(network: Network, step: Step) -> dict[str, list[str]]:
    """What is to be signed, by source; nothing where an input takes more than one plain signature."""
    asked = digests(network, steps.transaction_of(network, step), steps.spent_by(step))
    coins = steps.coins_of(network, step)
    if asked is None or any(coin.address is None for coin in coins):
        return {}
    found: dict[str, list[str]] = {}
    for coin, digest in zip(coins, asked, strict=True):
        found.setdefault(coin.address or "", []).append(digest.hex())
    return found


def _wrong_request(export: Export, place: int, name: str, value: Mapping[str, Any]) -> list[str]:
    number = int(name.removesuffix(".json").rpartition("-")[2])
    source, contents = list(_contents(export.network, export.steps[place]).items())[number - 1]
    checks = {
        "operation": value["operation"] == "RAW" and not value.keys() & {"amount", "destination"},
        "reference": value["externalTxId"] == export.reference(place, number),
        "asset": value["assetId"] == export.names.assets.get(export.network.native.asset),
        "source": value["source"] == {"type": "VAULT_ACCOUNT", "id": export.names.vaults.get(source)},
        "content": value["extraParameters"]
        == {
            "rawMessageData": {
                "messages": [{"content": content} for content in contents],
                "algorithm": "MPC_ECDSA_SECP256K1",
            }
        },
    }
    return [name for name, good in checks.items() if not good]
