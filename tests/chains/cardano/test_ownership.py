"""COSE signatures of Cardano wallets (CIP-8, CIP-30) against those other verifiers are tested with."""

from __future__ import annotations

import cbor2
import pytest

from chains import bech32
from chains.catalogue import network
from chains.ownership import SignedStatement, check
from tests.chains.wallets import ED, ED_KEY, OTHER_ED, OTHER_ED_KEY, WALLETS, cardano_address, cose, judge, said

# Of cardano-client-lib and CardanoSharp: a base address and the bare key in the header.
HELLO = (
    "845869a30127045820674d11e432450118d70ea78673d5e31d5cc1aec63de0ff6284784876544be3406761646472657373583901d2eb831c6cad4aba"
    "700eb35f86966fbeff19d077954430e32ce65e8da79a3abe84f4ce817fad066acc1435be2ffc6bd7dce2ec1cc6cca6cba166686173686564f4456865"
    "6c6c6f5840a3b5acd99df5f3b5e4449c5a116078e9c0fcfc126a4d4e2f6a9565f40b0c77474cafd89845e768fae3f6eec0df4575fcfe7094672c8c02"
    "169d744b415c617609"
)
HELLO_ADDRESS = (
    "01d2eb831c6cad4aba700eb35f86966fbeff19d077954430e32ce65e8da79a3abe84f4ce817fad066acc1435be2ffc6bd7dce2ec1cc6cca6cb"
)
# Of the Cardano Foundation's verifier: by a key that stakes.
STAKED = (
    "84582aa201276761646472657373581de1b83abf370a14870fdfd6ccb35f8b3e62a68e465ed1e096c5a6f5b9d6a166686173686564f4565468697320"
    "697320612074657374206d657373616765584042e2bfc4e1929769a0501b884f66794ae3485860f42c01b70fac37f75e40af074c6b2a61b04c6cf8a4"
    "93c0dced1455b4f1129dbf653ad9801c52ce49ff6d5a0e"
)
STAKED_KEY = "a40101032720062158202f1867873147cf53c442435723c17e83beeb8e2153851cd73ccfb1b5e68994a4"
STAKE_PART = bytes.fromhex("b83abf370a14870fdfd6ccb35f8b3e62a68e465ed1e096c5a6f5b9d6")


def text_of(address: bytes) -> str:
    return bech32.encode("addr", address)


def test_a_wallets_signature_with_the_key_in_its_header() -> None:
    address = text_of(bytes.fromhex(HELLO_ADDRESS))
    found = judge("cardano", "hello", address, SignedStatement("cip8", HELLO))
    assert found.ok is True
    assert judge("cardano", "hallo", address, SignedStatement("cip8", HELLO)).why == "other_text"


def test_the_stake_key_of_an_address_does_not_spend() -> None:
    address = text_of(bytes([0x01]) + bytes(28) + STAKE_PART)
    found = judge("cardano", "This is a test message", address, SignedStatement("cip8", STAKED, STAKED_KEY))
    assert (found.ok, found.why) == (None, "stake_key_only")
    elsewhere = text_of(bytes([0x01]) + bytes(28) + bytes(28))
    assert (
        judge("cardano", "This is a test message", elsewhere, SignedStatement("cip8", STAKED, STAKED_KEY)).ok is False
    )


WALLET = next(each for each in WALLETS if each.name == "cardano-cip8-base")


def whose(address: bytes, signed: SignedStatement) -> tuple[bool | None, str]:
    found = judge("cardano", "text", text_of(address), signed)
    return found.ok, found.why


def test_which_part_of_an_address_a_key_is() -> None:
    base = cardano_address(OTHER_ED_KEY, ED_KEY)
    assert whose(base, cose(base, b"text", key=OTHER_ED)) == (True, "proven")
    assert whose(base, cose(base, b"text", key=ED)) == (None, "stake_key_only")
    script = cardano_address(OTHER_ED_KEY, ED_KEY, form=1)
    assert whose(script, cose(script, b"text", key=OTHER_ED)) == (None, "script")
    assert whose(script, cose(script, b"text", key=ED)) == (None, "stake_key_only")
    bare = cardano_address(OTHER_ED_KEY)
    assert whose(bare, cose(bare, b"text", key=ED)) == (False, "other_key")
    assert whose(bare, cose(base, b"text", key=OTHER_ED)) == (False, "other_key")
    pointer = cardano_address(OTHER_ED_KEY, form=4) + bytes([1, 2, 3])
    assert whose(pointer, cose(pointer, b"text", key=OTHER_ED)) == (True, "proven")


def test_old_addresses_are_left_undecided() -> None:
    old = "Ae2tdPwUPEZ4YjgvykNpoFeYUxoyhNj2kg8KfKWN2FizsSpLUPv68MpTVDo"
    found = judge("cardano", "text", old, cose(b"", b"text"))
    assert (found.ok, found.why) == (None, "old_address")


def rewritten(signed: SignedStatement, place: int, value: object) -> SignedStatement:
    parts = list(cbor2.loads(bytes.fromhex(signed.signature)))
    parts[place] = value
    return SignedStatement("cip8", cbor2.dumps(parts).hex(), signed.public_key)


@pytest.mark.parametrize(
    ("place", "value"),
    [
        (0, cbor2.dumps({1: -7, "address": cardano_address(ED_KEY, OTHER_ED_KEY)})),
        (0, cbor2.dumps([1])),
        (0, b""),
        (0, "text"),
        (1, {"hashed": True}),
        (1, {"hashed": 1}),
        (1, {"other": False}),
        (1, []),
        (2, None),
        (3, b""),
        (3, 7),
    ],
)
def test_other_structures_are_refused(place: int, value: object) -> None:
    statement = WALLET.statement()
    found = check(network("cardano"), "cip8", statement, rewritten(WALLET.sign(statement), place, value))
    assert found.ok is False


@pytest.mark.parametrize(
    "key",
    [
        cbor2.dumps({1: 2, 3: -8, -1: 6, -2: ED_KEY}),
        cbor2.dumps({1: 1, 3: -8, -1: 6, -2: ED_KEY[:31]}),
        cbor2.dumps({1: 1, 3: -8, -1: 6}),
        cbor2.dumps([ED_KEY]),
        b"\x81" * 500 + b"\x00",
        cbor2.dumps({1: 1, 3: -8, -1: 6, -2: ED_KEY}) + b"\x00",
    ],
)
def test_other_keys_are_refused(key: bytes) -> None:
    statement = WALLET.statement()
    signed = WALLET.sign(statement)
    found = check(network("cardano"), "cip8", statement, SignedStatement("cip8", signed.signature, key.hex()))
    assert found.ok is False


def test_a_tag_around_the_structure_is_taken() -> None:
    statement = WALLET.statement()
    address = bech32.decode(WALLET.address, longest=300)[1]
    signed = cose(address, said(statement))
    tagged = SignedStatement("cip8", "d2" + signed.signature, signed.public_key)
    assert check(network("cardano"), "cip8", statement, tagged).ok is True
