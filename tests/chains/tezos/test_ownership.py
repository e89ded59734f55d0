"""Signed texts of Tezos wallets against the vectors of a wallet's library (Trust Wallet Core)."""

from __future__ import annotations

import hashlib

from nacl.signing import SigningKey

from chains.ownership import SignedStatement
from chains.tezos.ownership import packed
from tests.chains.wallets import WALLETS, judge, tezos_text

TEXT = "Tezos Signed Message: testUrl 2023-02-08T10:36:18.454Z Hello World"
PACKED = (
    "05010000004254657a6f73205369676e6564204d6573736167653a207465737455726c20"
    "323032332d30322d30385431303a33363a31382e3435345a2048656c6c6f20576f726c64"
)
KEY = bytes(SigningKey(bytes.fromhex("91b4fb8d7348db2e7de2693f58ce1cceb966fa960739adac1d9dba2cbaa0940a")).verify_key)
ADDRESS = tezos_text("06a19f", hashlib.blake2b(KEY, digest_size=20).digest())
SIGNED = SignedStatement(
    "tezos",
    "edsigu3se2fcEJUCm1aqxjzbHdf7Wsugr4mLaA9YM2UVZ9Yy5meGv87VqHN3mmDeRwApTj1JKDaYjqmLZifSFdWCqBoghqaowwJ",
    tezos_text("0d0f25d9", KEY),
)


def test_a_packed_text() -> None:
    assert packed(TEXT.encode()).hex() == PACKED
    assert ADDRESS.startswith("tz1") and str(SIGNED.public_key).startswith("edpk")
    assert judge("tezos", TEXT, ADDRESS, SIGNED).ok is True
    assert judge("tezos", TEXT + " ", ADDRESS, SIGNED).ok is False


def test_how_signatures_begin() -> None:
    """What base58 makes of the bytes in front: the names people know."""
    fronts = {"09f5cd8612": "edsig", "0d7365133f": "spsig1", "36f02c34": "p2sig", "04822b": "sig"}
    for front, name in fronts.items():
        for content in (bytes(64), b"\xff" * 64):
            assert tezos_text(front, content).startswith(name)
    for front, size, name in (("0d0f25d9", 32, "edpk"), ("03fee256", 33, "sppk"), ("03b28b7f", 33, "p2pk")):
        assert tezos_text(front, bytes(size)).startswith(name)


def test_a_signature_may_be_written_without_its_curve() -> None:
    wallet = next(each for each in WALLETS if each.name == "tezos-tezos-p256")
    from chains.catalogue import network
    from chains.encoding import base58check_decode
    from chains.ownership import check

    statement = wallet.statement()
    signed = wallet.sign(statement)
    plain = tezos_text("04822b", base58check_decode(signed.signature)[4:])
    assert plain.startswith("sig")
    assert check(network("tezos"), "tezos", statement, SignedStatement("tezos", plain, signed.public_key)).ok is True


def test_what_has_no_key_or_one_of_another_kind() -> None:
    for address, why in (
        ("KT1PWx2mnDueood7fEmfbBDKx1D9BAnnXitn", "contract"),
        (tezos_text("06a1a6", bytes(20)), "unknown_key_kind"),
    ):
        found = judge("tezos", TEXT, address, SIGNED)
        assert (found.ok, found.why) == (None, why)


def test_a_key_of_another_address_or_curve() -> None:
    other = tezos_text("0d0f25d9", bytes(SigningKey(bytes(32)).verify_key))
    for key, why in (
        (other, "other_key"),
        (tezos_text("03fee256", bytes(33)), "other_key"),
        (None, "public_key_missing"),
        ("edpk", "other_key"),
    ):
        assert judge("tezos", TEXT, ADDRESS, SignedStatement("tezos", SIGNED.signature, key)).why == why
