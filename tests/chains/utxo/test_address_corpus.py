"""Recorded address vectors of the UTXO networks: valid ones accepted, invalid ones refused; ``RECOVERY_CORPUS`` names them."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from chains.address import check_address
from chains.catalogue import network
from chains.encoding import BadText, base58_decode, base58_encode
from chains.utxo.address import output_script, payload

CORPUS = os.environ.get("RECOVERY_CORPUS")
pytestmark = pytest.mark.skipif(not CORPUS, reason="RECOVERY_CORPUS names no folder")

SLUGS = ("bitcoin", "litecoin", "dogecoin", "bitcoin-cash", "dash", "zcash")
TEST = "test_network"
EXCEPTIONS = {
    # Listed as invalid by lists that ask for something else.
    "1A1zP1ePQGefi2DMPTifTL5SLmv7DivfNa": "sound, its list asked for Bitcoin's test network",
    "3FLj1iFqS359KvBXeaStPgqX7hgyifVKbN": "Litecoin's old form: pays the same script as its M form",
    "bc1pyacup9uskxpar8z2sjpg9gmukx9k4tm7mkrr56yhzw78y48vu2msq4xugp": "a sound Taproot address, no key hash",
    "bc1zyacup9uskxpar8z2sjpg9gmukx9k4tm7mkrr56yhzw78y48vu2msgglnx2": "witness version 2, no Taproot; sound by BIP-350",
    "BC1SW50QGDZ25J": "witness version 16, sound; its list asked for another network",
}
"""Vectors called invalid that are accepted, and why."""


def load(name: str) -> Any:
    return json.loads((Path(str(CORPUS)) / "_address_vectors" / name).read_text())


def accepting(text: str) -> list[str]:
    return [slug for slug in SLUGS if check_address(network(slug), text).valid]


def reasons(text: str) -> set[str | None]:
    return {check_address(network(slug), text).reason for slug in SLUGS}


def test_cashaddr() -> None:
    row = network("bitcoin-cash")
    for text in load("cashaddr.json")["strings"]:
        checked = check_address(row, text)
        assert checked == check_address(row, text.upper()) == check_address(row, f" {text} ")
        prefix, _, body = text.partition(":")
        if prefix == "bchtest":
            assert checked.reason == TEST
            assert check_address(row, body).reason == TEST
            continue
        assert checked.normalised == text.replace(":z", ":q")[:13] + (checked.normalised or "")[13:]
        assert check_address(row, body) == checked
        assert check_address(row, checked.normalised or "").normalised == checked.normalised


def test_bitcoinjs() -> None:
    value = load("bitcoinjs_address.json")
    for case in value["standard"]:
        text = case.get("base58check") or case["bech32"]
        slug = {"bitcoin": "bitcoin", "litecoin": "litecoin"}.get(case["network"])
        if slug is None:
            assert TEST in reasons(text) or accepting(text) == ["bitcoin"], text
            continue
        assert check_address(network(slug), text).valid, text
        wanted = case.get("hash") or case.get("data")
        assert wanted in (payload(network(slug), text) or output_script(network(slug), text).hex()), text  # type: ignore[union-attr]
    for case in value["bech32"]:
        assert bool(accepting(case["address"])) == case["address"].lower().startswith("bc1"), case
    for group in ("bech32", "fromBase58Check", "toOutputScript"):
        for case in value["invalid"][group]:
            assert not accepting(case["address"]) or case["address"] in EXCEPTIONS, case
    for entry in load("bitcoinjs_base58_keys_valid.json"):
        text, content, about = entry
        if about["isPrivkey"]:
            assert not accepting(text)
        elif about["isTestnet"]:
            assert check_address(network("bitcoin"), text).reason == TEST
        else:
            assert check_address(network("bitcoin"), text).valid
            assert (payload(network("bitcoin"), text) or "").endswith(content)
    for (text,) in load("bitcoinjs_base58_keys_invalid.json"):
        assert not accepting(text)
    for content, text in load("bitcoinjs_base58_encode_decode.json"):
        assert base58_encode(bytes.fromhex(content)) == text
        assert base58_decode(text) == bytes.fromhex(content)
    with pytest.raises(BadText):
        base58_decode("0")


def test_bech32() -> None:
    for script, text in load("pybtclib_bech32_encode_decode.json"):
        checked = check_address(network("bitcoin"), text)
        if text.lower().startswith("tb1"):
            assert checked.reason == TEST
        elif script.startswith("00"):
            assert checked.valid
            assert output_script(network("bitcoin"), text) == bytes.fromhex(script)
        else:  # version 1 and above in the checksum of version 0, which BIP-350 replaced
            assert checked.reason == "wrong_encoding"
    for text, _why in load("pybtclib_bech32_invalid.json"):
        assert not accepting(text)


def test_unified_addresses_of_zcash() -> None:
    row = network("zcash")
    seen = Counter[bool]()
    for name in ("zcash_unified_address.json", "zcash_unified_address_r2.json"):
        for key, script, *_, text, _seed, _account, _place in load(name)[2:]:
            checked = check_address(row, text)
            if key is None and script is None:
                assert checked.reason == "shielded_not_supported"
            else:
                assert checked.kind == "unified"
                assert checked.normalised is not None
                wanted = f"key_hash:{key}" if key else f"script_hash:{script}"
                assert payload(row, text) == payload(row, checked.normalised) == wanted
            assert not check_address(row, text[:-1] + ("q" if text[-1] != "q" else "p")).valid
            seen[checked.valid] += 1
    assert seen[True] >= 50
    assert seen[False] >= 50


OTHERS: dict[str, Callable[[str], bool]] = {
    "P2PKH": lambda text: text[0] in "mny" or text.startswith("tm"),
    "P2SH": lambda text: text[0] in "2Q89" or text.startswith("t2"),
    "P2WPKH": lambda text: text.startswith(("tb", "tltc")),
    "P2TR": lambda text: text.startswith("tb"),
    "bch_P2PKH": lambda text: text.startswith(("bchtest", "ectest", "ecash")),
    "bch_P2SH": lambda text: text.startswith(("bchtest", "ectest", "ecash")),
}
"""Valid vectors of other networks than the rows: test networks, eCash."""


def test_bip_utils() -> None:
    value = load("bip_utils.json")
    for group, other in OTHERS.items():
        for text in value[group]["valid"]:
            if not accepting(text):
                assert other(text), (group, text, reasons(text))
        for text in value[group]["invalid"]:
            assert not accepting(text) or text in EXCEPTIONS, (group, text)
    assert all(accepting(text) for text in value["bch_addr_converter"]["valid"] if text.startswith("bitcoincash:"))


CURRENCIES = {
    "btc": "bitcoin", "bitcoin": "bitcoin", "ltc": "litecoin", "litecoin": "litecoin", "doge": "dogecoin",
    "dogecoin": "dogecoin", "bch": "bitcoin-cash", "bitcoincash": "bitcoin-cash", "dash": "dash", "zec": "zcash",
    "zcash": "zcash",
}  # fmt: skip


def test_multicoin() -> None:
    seen = Counter[bool]()
    for case in load("multicoin.json"):
        slug = CURRENCIES.get(case["currency"].lower())
        text = case["address"]
        if slug is None:
            continue
        checked = check_address(network(slug), text)
        seen[case["valid"]] += 1
        if text in EXCEPTIONS and not case["valid"]:
            continue
        if not case["valid"]:
            assert not checked.valid, case
        elif not checked.valid:
            assert checked.reason == TEST or (case["network"] == "testnet" and text[0] in "GQ"), (case, checked)
    assert seen[True] >= 70
    assert seen[False] >= 20
