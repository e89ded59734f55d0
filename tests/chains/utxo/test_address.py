"""Addresses of the UTXO networks: canonical forms, twins across networks, and what cannot receive."""

from __future__ import annotations

import pytest

from chains.address import check_address
from chains.bech32 import BECH32M, encode_groups, regroup
from chains.catalogue import network, networks
from chains.encoding import base58check_encode
from chains.utxo import cashaddr, unified
from chains.utxo.address import forms, output_script, payload, script_address

HASH = bytes.fromhex("751e76e8199196d454941c45d1b3a323f1433bd6")
ROWS = [row for row in networks().values() if row.family == "utxo" and not row.sandbox]


def reason(slug: str, text: str) -> str | None:
    return check_address(network(slug), text).reason


def test_one_key_on_every_network() -> None:
    """The hash of one key, as each network writes it: the same owner everywhere."""
    written = {
        "bitcoin": "1BgGZ9tcN4rm9KBzDn7KprQz87SZ26SAMH",
        "bitcoin-cash": "bitcoincash:qp63uahgrxged4z5jswyt5dn5v3lzsem6cy4spdc2h",
        "litecoin": "LVuDpNCSSj6pQ7t9Pv6d6sUkLKoqDEVUnJ",
        "dogecoin": base58check_encode(b"\x1e" + HASH),
        "dash": base58check_encode(b"\x4c" + HASH),
        "zcash": base58check_encode(b"\x1c\xb8" + HASH),
    }
    assert {payload(network(slug), text) for slug, text in written.items()} == {f"key_hash:{HASH.hex()}"}
    assert payload(network("bitcoin"), "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4") == f"key_hash:{HASH.hex()}"
    assert payload(network("bitcoin"), "no address") is None
    for slug, text in written.items():
        row = network(slug)
        script = output_script(row, text)
        assert script is not None
        assert script_address(forms(row.params), script) == check_address(row, text).normalised == text


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.slug)
def test_scripts_and_addresses_are_two_forms_of_one_thing(row) -> None:  # type: ignore[no-untyped-def]
    shape = forms(row.params)
    scripts = [b"\x76\xa9\x14" + HASH + b"\x88\xac", b"\xa9\x14" + HASH + b"\x87"]
    scripts += [b"\x00\x14" + HASH, b"\x00\x20" + bytes(32)] if shape.hrp else []
    scripts += [b"\xaa\x20" + bytes(32) + b"\x87"] if shape.cashaddr else []
    for script in scripts:
        text = script_address(shape, script)
        assert text is not None
        assert output_script(row, text) == script
        assert check_address(row, text).normalised == text


def test_cash_addresses_in_every_spelling() -> None:
    plain = "bitcoincash:qp63uahgrxged4z5jswyt5dn5v3lzsem6cy4spdc2h"
    tokens = cashaddr.encode("bitcoincash", "p2pkh", HASH)
    assert tokens == plain
    spellings = [plain, plain.upper(), plain[12:], plain[12:].upper(), "1BgGZ9tcN4rm9KBzDn7KprQz87SZ26SAMH"]
    for text in spellings:
        checked = check_address(network("bitcoin-cash"), text)
        assert (checked.normalised, checked.kind) == (plain, "p2pkh")
    assert reason("bitcoin-cash", "Bitcoincash" + plain[11:]) == "mixed_case"
    assert reason("bitcoin-cash", plain[:-1] + "q") == "bad_checksum"
    assert reason("bitcoin-cash", cashaddr.encode("ecash", "p2pkh", HASH)) == "wrong_network"
    assert reason("bitcoin-cash", cashaddr.encode("bchtest", "p2sh", HASH)) == "test_network"
    assert reason("bitcoin-cash", "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4") is not None
    long = cashaddr.encode("bitcoincash", "p2sh", bytes(32))
    assert check_address(network("bitcoin-cash"), long).kind == "p2sh"
    assert payload(network("bitcoin-cash"), long) == f"script_hash:{'00' * 32}"
    assert reason("bitcoin-cash", cashaddr.encode("bitcoincash", "p2pkh", bytes(32))) == "unknown_address_type"


def test_litecoins_old_script_form() -> None:
    checked = check_address(network("litecoin"), base58check_encode(b"\x05" + HASH))
    assert checked.normalised == base58check_encode(b"\x32" + HASH)
    assert reason("dogecoin", base58check_encode(b"\x05" + HASH)) == "wrong_network"


def test_zcash_forms() -> None:
    t1 = base58check_encode(b"\x1c\xb8" + HASH)
    tex = encode_groups("tex", list(regroup(HASH, 8, 5, pad=True)), BECH32M)
    checked = check_address(network("zcash"), tex)
    assert (checked.kind, checked.normalised) == ("tex", t1)
    assert check_address(network("zcash"), tex.upper()).normalised == t1
    assert reason("zcash", base58check_encode(b"\x16\x9a" + bytes(64))) == "shielded_not_supported"
    assert reason("zcash", "zs1" + "q" * 75) == "shielded_not_supported"
    assert reason("zcash", base58check_encode(b"\x1d\x25" + HASH)) == "test_network"
    for prefix in ("utest", "tutest", "zutest", "uregtest", "turegtest", "zuregtest"):
        assert reason("zcash", f"{prefix}1" + "q" * 100) == "test_network"
    for prefix, kind, code in (
        (b"\0\x14", "p2pkh", None),
        (b"\x01\x14", "p2sh", None),
        (b"\x05\x14", None, "shielded_not_supported"),
    ):
        text = unify(prefix + HASH + b"\x07\x20" + bytes(32))
        checked = check_address(network("zcash"), text)
        assert checked.reason == code
        assert kind is None or checked.kind == "unified"
    for items in (
        b"\0\x13" + bytes(19),
        b"\0\x14" + HASH + b"\x01\x14" + HASH,
        b"\x07\x20" + bytes(32) + b"\0\x14" + HASH,
        b"\xfd\x00\x00\x14" + HASH,
    ):
        assert reason("zcash", unify(items + b"\xfc\x10" + bytes(16))) == "bad_unified_address"
    assert reason("zcash", unify(b"\0\x14" + HASH + b"\x07\x20" + bytes(32), padding=b"x")) == "bad_unified_address"


def unify(items: bytes, padding: bytes = b"u") -> str:
    """A unified address of these receivers: the scrambling done by undoing its undoing, round by round."""
    data = items + padding.ljust(16, b"\0")
    middle = min(64, len(data) // 2)
    left, right = data[:middle], data[middle:]
    for turn in (0, 1):
        right = unified._xor(right, unified._long(turn, left, len(right)))
        left = unified._xor(left, unified._short(turn, right, len(left)))
    assert unified.unscramble(left + right) == data
    return encode_groups("u", list(regroup(left + right, 8, 5, pad=True)), BECH32M)


def test_taproot_without_a_key_takes_no_coins() -> None:
    assert reason("bitcoin", "bc1pllllllllllllllllllllllllllllllllllllllllllllallllshsdfvw2y") == "not_a_key"
    assert reason("bitcoin", "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0") is None
    # One payload in three forms of another length: anyone could take the coins.
    assert (
        reason("bitcoin", "bc1pw508d6qejxtdg4y5r3zarvary0c5xw7kw508d6qejxtdg4y5r3zarvary0c5xw7kt5nd6y")
        == "bad_witness_length"
    )


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.slug)
def test_strange_texts_are_refused_quietly(row) -> None:  # type: ignore[no-untyped-def]
    for text in (
        "",
        " ",
        ":",
        "bitcoincash:",
        "u1",
        "u1q",
        "tex1",
        "zs1",
        "1",
        "ſ" * 40,
        "q" * 42,
        "Q" * 900,
        "t1" * 30,
        "u1" + "q" * 900,
    ):
        assert not check_address(row, text).valid
