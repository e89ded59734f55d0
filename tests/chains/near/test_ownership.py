"""Signed messages of NEAR wallets (NEP-413): the layout other programs state, implicit accounts, and named ones."""

from __future__ import annotations

from dataclasses import replace

from chains.catalogue import network
from chains.near.ownership import signed_bytes
from chains.ownership import SignedStatement, Verdict, check
from chains.proving import Question
from tests.chains.wallets import ED_KEY, WALLETS

WALLET = next(each for each in WALLETS if each.name == "near-nep413")


def test_the_layout() -> None:
    """Tag, message, nonce, recipient and the optional callback, as other implementations count them."""
    data = signed_bytes("hello", bytes(32), "intents.near", None)
    assert len(data) == 62
    assert int.from_bytes(data[:4], "little") == 2147484061 == 2**31 + 413
    assert data[4:13] == b"\x05\0\0\0hello" and data[45:49] == b"\x0c\0\0\0" and data[61] == 0
    longer = signed_bytes("m", bytes(32), "r", "https://example.test")
    assert longer[46:51] == b"\x01\x14\0\0\0" and longer[51:] == b"https://example.test"


def test_a_named_account_is_left_to_a_node() -> None:
    statement = WALLET.statement(address="alice.near")
    signed = WALLET.sign(statement)
    assert check(network("near"), "nep413", statement, signed) == Verdict(None, "needs_node")
    asked: list[Question] = []

    def ask(question: Question) -> Verdict:
        asked.append(question)
        return Verdict(True, "proven", 100)

    assert check(network("near"), "nep413", statement, signed, ask) == Verdict(True, "proven", 100)
    assert [(question.address, question.key) for question in asked] == [("alice.near", signed.public_key)]


def test_the_key_is_named_and_the_callback_bound() -> None:
    statement = WALLET.statement()
    signed = WALLET.sign(statement)
    assert check(network("near"), "nep413", statement, replace(signed, public_key=None)).why == "public_key_missing"
    other = replace(signed, extra={"callback_url": "https://evil.example"})
    assert check(network("near"), "nep413", statement, other).why == "other_signature"
    assert check(network("near"), "nep413", statement, replace(signed, public_key=ED_KEY.hex())).ok is True


def test_a_signature_may_be_written_like_a_key() -> None:
    import base64

    from chains.encoding import base58_encode

    statement = WALLET.statement()
    signed = WALLET.sign(statement)
    text = f"ed25519:{base58_encode(base64.b64decode(signed.signature))}"
    found = check(network("near"), "nep413", statement, SignedStatement("nep413", text, signed.public_key))
    assert found.ok is True
