"""Signed messages of Hedera wallets (HIP-820): the map wallets give, accounts by number, and both curves."""

from __future__ import annotations

import base64

import pytest

from chains.catalogue import network
from chains.encoding import keccak
from chains.ownership import SignedStatement, Statement, Verdict, check
from chains.proving import Question
from tests.chains.wallets import ED_KEY, SECP, WALLETS, compact, ed, said

WALLET = next(each for each in WALLETS if each.slug == "hedera")


def prefixed(statement: Statement) -> bytes:
    text = said(statement)
    return b"\x19Hedera Signed Message:\n" + str(len(text)).encode() + text


def pair(field: int, signature: bytes, prefix: bytes = b"") -> str:
    """A map with one pair, as the network's protocol writes it."""
    body = (b"\x0a" + bytes([len(prefix)]) + prefix if prefix else b"") + bytes([field << 3 | 2, 64]) + signature
    return base64.b64encode(b"\x0a" + bytes([len(body)]) + body).decode()


def test_the_map_that_wallets_give() -> None:
    statement = WALLET.statement()
    signature = compact(keccak(prefixed(statement)))
    for text in (pair(6, signature), pair(6, signature, SECP.public_key.format())):
        assert check(network("hedera"), "hip820", statement, SignedStatement("hip820", text)).ok is True
    for text in (pair(2, signature), pair(6, signature)[:-4], base64.b64encode(b"\x0a\x50" + bytes(80)).decode()):
        found = check(network("hedera"), "hip820", statement, SignedStatement("hip820", text))
        assert found.why == "not_readable"


@pytest.mark.parametrize("curve", ["ed25519", "secp256k1"])
def test_an_account_by_number_is_left_to_a_node(curve: str) -> None:
    statement = WALLET.statement(address="0.0.1234")
    if curve == "ed25519":
        signature, key, front = pair(3, ed(prefixed(statement))), ED_KEY, "302a300506032b6570032100"
    else:
        signature, key = pair(6, compact(keccak(prefixed(statement)))), SECP.public_key.format()
        front = "302d300706052b8104000a032200"
    asked: list[Question] = []

    def ask(question: Question) -> Verdict:
        asked.append(question)
        return Verdict(True, "proven", 3)

    for text in (key.hex(), front + key.hex()):
        signed = SignedStatement("hip820", signature, text)
        assert check(network("hedera"), "hip820", statement, signed) == Verdict(None, "needs_node")
        assert check(network("hedera"), "hip820", statement, signed, ask) == Verdict(True, "proven", 3)
        other = WALLET.statement(address="0.0.1235")
        assert check(network("hedera"), "hip820", other, signed).ok is False
    assert {question.key for question in asked} == {key.hex()}
    assert (
        check(network("hedera"), "hip820", statement, SignedStatement("hip820", signature)).why == "public_key_missing"
    )
    short = SignedStatement("hip820", signature, "00" * 44)
    assert check(network("hedera"), "hip820", statement, short).why == "not_readable"
