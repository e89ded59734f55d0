"""Signed texts of Cosmos wallets (ADR-036): the document in its one spelling, and whose key it is."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import replace

from chains import bech32
from chains.catalogue import network
from chains.cosmos.ownership import sign_bytes, sign_doc
from chains.ownership import SignedStatement, check, payload
from tests.chains.wallets import OTHER_SECP, SECP, WALLETS, compact, judge

WALLET = next(each for each in WALLETS if each.slug == "cosmoshub")


def test_the_document() -> None:
    """The members the standard fixes, sorted, with no spaces (as Keplr's serializeSignDoc writes them)."""
    assert sign_bytes(sign_doc("osmo1ymk637a7wljvt4w7q9lnrw95mg9sr37yatxd9h", bytes([1, 2, 3]))) == (
        b'{"account_number":"0","chain_id":"","fee":{"amount":[],"gas":"0"},"memo":"","msgs":[{"type":"sign/MsgSignData",'
        b'"value":{"data":"AQID","signer":"osmo1ymk637a7wljvt4w7q9lnrw95mg9sr37yatxd9h"}}],"sequence":"0"}'
    )


def test_a_signature_of_keplr() -> None:
    """Of a program that shows how Keplr's own library checks one."""
    address = "cosmos1m9l358xunhhwds0568za49mzhvuxx9uxre5tud"
    signature = "vb78/y129cOiWyQkeFF8wCKZsOyzjpILnpEVZ72o5YUhEOmQZzVPcbUqWPLR7aZQ20j6vnYhIuCQN0HEG3igFg=="
    signed = SignedStatement("adr36", signature, "A/MdHVpitzHNSdD1Zw3kY+L5PEIPyd9l6sD5i4aIfXp9")
    assert judge("cosmoshub", address, address, signed).ok is True
    assert judge("cosmoshub", address + " ", address, signed).ok is False


def test_brackets_and_ampersands_are_escaped_as_the_chain_does() -> None:
    assert sign_bytes({"b": "<&>", "a": "ä"}) == '{"a":"ä","b":"\\u003c\\u0026\\u003e"}'.encode()


def test_pages_get_the_document() -> None:
    given = payload(network("cosmoshub"), "adr36", WALLET.statement())
    text = base64.b64decode(given["sign_doc"]["msgs"][0]["value"]["data"])
    assert text.decode() == given["text"] and given["signer"] == WALLET.address


def test_the_key_is_needed_and_makes_the_address() -> None:
    statement = WALLET.statement()
    signed = WALLET.sign(statement)
    other = OTHER_SECP.public_key.format()
    for key, why in ((None, "public_key_missing"), (other.hex(), "other_key"), ("AA", "not_readable")):
        assert check(network("cosmoshub"), "adr36", statement, replace(signed, public_key=key)).why == why


def test_a_contract_signs_nothing() -> None:
    contract = bech32.encode("osmo", bytes(32))
    found = judge("osmosis", "a", contract, SignedStatement("adr36", "00" * 64, SECP.public_key.format().hex()))
    assert (found.ok, found.why) == (None, "contract")


def test_a_document_with_a_chain_id_is_another_document() -> None:
    """What the first draft of the standard asked for; wallets leave it empty."""
    statement = WALLET.statement()
    text = sign_bytes(sign_doc(WALLET.address, payload(network("cosmoshub"), "adr36", statement)["text"].encode()))
    drafted = text.replace(b'"chain_id":""', b'"chain_id":"signature"')
    signature = compact(hashlib.sha256(drafted).digest()).hex()
    signed = SignedStatement("adr36", signature, SECP.public_key.format().hex())
    assert check(network("cosmoshub"), "adr36", statement, signed).ok is False
