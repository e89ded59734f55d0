"""Signed bytes of Algorand wallets, and signed data for a domain (ARC-60)."""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import replace

from chains.catalogue import network
from chains.ownership import SignedStatement, Verdict, challenge_text, check, payload
from tests.chains.wallets import WALLETS, Wallet, ed, said

PLAIN, FOR_DOMAIN = (each for each in WALLETS if each.slug == "algorand")


def judged(wallet: Wallet, signed: SignedStatement) -> Verdict:
    return check(network("algorand"), "algorand", wallet.statement(), signed)


def test_the_prefix_is_part_of_what_is_signed() -> None:
    bare = base64.b64encode(ed(said(PLAIN.statement()))).decode()
    assert judged(PLAIN, SignedStatement("algorand", bare)).ok is False


def test_the_data_is_a_document_of_the_challenge() -> None:
    statement = FOR_DOMAIN.statement()
    data = base64.b64decode(payload(network("algorand"), "algorand", statement)["data"])
    document = json.loads(data)
    assert document["statement"] == challenge_text(statement) and document["account_address"] == statement.address
    assert data == json.dumps(document, sort_keys=True, separators=(",", ":")).encode()


def test_the_domain_is_the_desks() -> None:
    signed = FOR_DOMAIN.sign(FOR_DOMAIN.statement())
    elsewhere = base64.b64encode(hashlib.sha256(b"evil.example").digest()).decode()
    assert judged(FOR_DOMAIN, replace(signed, extra={"authenticator_data": elsewhere})).why == "other_domain"
    assert judged(FOR_DOMAIN, replace(signed, extra={})).ok is False
    shown = base64.b64decode(signed.extra["authenticator_data"])
    longer = base64.b64encode(shown + b"\x00").decode()
    assert judged(FOR_DOMAIN, replace(signed, extra={"authenticator_data": longer})).why == "other_signature"
