"""Full messages of Aptos wallets: one that a wallet signed, and what may stand in one."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import pytest
from nacl.signing import SigningKey

from chains.catalogue import network
from chains.ownership import SignedStatement, Verdict, challenge_text, check
from tests.chains.wallets import ED, ED_KEY, WALLETS, judge

WALLET = next(each for each in WALLETS if each.name == "aptos-aptos")


def test_what_a_wallet_signed() -> None:
    """Of Dialect's adapter, which took it from another wallet."""
    key = SigningKey(bytes.fromhex("8939e0a348c54d6bda2781eaa7e03081c1fed15060f531b88d642fea0ea698e6")).verify_key
    address = "0x" + hashlib.sha3_256(bytes(key) + b"\x00").hexdigest()
    signature = (
        "0x98ec3ab75bb1a180bc9bd396f30705196b020846cb675c2f6ae1f5d9312bb96f"
        "7820064d0b48f30aba9a802a064849cc2fb7cfddcbfeb66de24085eea2221a03"
    )
    signed = SignedStatement("aptos", signature, "0x" + bytes(key).hex())
    assert judge("aptos", "test", address, signed, nonce="encoded_in_message").ok is True
    assert judge("aptos", "test", address, signed, nonce="encoded_in_message2").ok is False


def test_the_address_of_a_known_key() -> None:
    """Of the standard's reference (Aptos SDK): the older scheme and that of single keys differ."""
    from chains.aptos.ownership import addresses

    older, single = addresses(ED_KEY)
    assert older != single and WALLET.address == older


def judged(full: str) -> Verdict:
    statement = WALLET.statement()
    signed = SignedStatement("aptos", ED.sign(full.encode()).signature.hex(), ED_KEY.hex(), {"full_message": full})
    return check(network("aptos"), "aptos", statement, signed)


@pytest.mark.parametrize(
    ("head", "why"),
    [
        ("APTOS\n", "proven"),
        ("APTOS\naddress: {address}\nchainId: 1\n", "proven"),
        ("APTOS\napplication: desk.example.org\n", "proven"),
        ("APTOS\napplication: https://desk.example.org/\nchainId: 1\n", "proven"),
        ("APTOS\nchainId: 2\n", "other_network"),
        ("APTOS\naddress: 0x1\n", "other_key"),
        ("APTOS\napplication: https://evil.example\n", "other_domain"),
        ("APTOS\nchainId: 1\naddress: {address}\n", "other_text"),
        ("APTOS\nchainId: 1\nchainId: 1\n", "other_text"),
        ("APTOS\nnote: x\n", "other_text"),
        ("SUI\n", "other_text"),
        ("APTOS", "other_text"),
        ("", "other_text"),
    ],
)
def test_what_may_stand_before_the_text(head: str, why: str) -> None:
    statement = WALLET.statement()
    full = f"{head.format(address=WALLET.address)}message: {challenge_text(statement)}\nnonce: {statement.nonce}"
    assert judged(full).why == why


@pytest.mark.parametrize("end", ["", "\nnonce: 1", "\nnonce: b7c1f0e29d5a4c33\n", "\nnonce: b7c1f0e29d5a4c33\nmore"])
def test_what_may_stand_behind_it(end: str) -> None:
    assert judged(f"APTOS\nmessage: {challenge_text(WALLET.statement())}{end}").ok is False


def test_a_later_key_and_other_kinds_are_left_to_a_node() -> None:
    statement = WALLET.statement(address=WALLET.other)
    assert check(network("aptos"), "aptos", statement, WALLET.sign(statement)) == Verdict(None, "needs_node")
    signed = replace(WALLET.sign(WALLET.statement()), public_key="0x" + "00" * 65)
    assert check(network("aptos"), "aptos", WALLET.statement(), signed) == Verdict(None, "unknown_key_kind")
