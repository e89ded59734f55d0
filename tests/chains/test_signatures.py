"""Judges of signatures: what is none is refused without an error, whatever its length; keys that sign anything are no keys."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

import cbor2
import pytest
from hypothesis import given, settings, strategies as st
from nacl.bindings import crypto_scalarmult_ed25519_base_noclamp

from chains.cardano.ownership import _loaded
from chains.proving import LONGEST, NotProven
from chains.signatures import (
    account20,
    der,
    ed25519,
    ethereum_signer,
    from_der,
    hash160,
    p256,
    pasted,
    recovered,
    schnorr,
    secp256k1,
    secp256k1_der,
    sr25519,
)
from tests.chains.wallets import ED, ED_KEY, SECP

ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
JUDGES = (ed25519, sr25519, secp256k1, secp256k1_der, schnorr, p256)
near_sizes = st.one_of(
    st.binary(max_size=80),
    *(st.binary(min_size=size, max_size=size) for size in (31, 32, 33, 64, 65)),
    st.binary(min_size=32, max_size=32).map(lambda data: b"\x02" + data),
)


@settings(max_examples=300, deadline=None)
@given(judge=st.sampled_from(JUDGES), key=near_sizes, signature=near_sizes, digest=st.binary(min_size=32, max_size=32))
def test_anything_else_is_refused(
    judge: Callable[[bytes, bytes, bytes], bool], key: bytes, signature: bytes, digest: bytes
) -> None:
    assert judge(key, digest, signature) is False


@given(signature=near_sizes, digest=st.binary(min_size=32, max_size=32), place=st.integers(-1, 5))
def test_recovery_gives_a_key_or_nothing(signature: bytes, digest: bytes, place: int) -> None:
    key = recovered(digest, signature, place)
    assert key is None or (len(key) == 65 and secp256k1(key, digest, signature))
    signer = ethereum_signer(digest, signature)
    assert signer is None or len(signer) == 20


def test_a_high_s_is_the_same_signature_except_where_rules_forbid_it() -> None:
    digest, key = hashlib.sha256(b"x").digest(), SECP.public_key.format()
    low = SECP.sign_recoverable(digest, hasher=None)
    r, s = int.from_bytes(low[:32]), int.from_bytes(low[32:64])
    high = low[:32] + (ORDER - s).to_bytes(32)
    assert secp256k1(key, digest, low[:64]) and secp256k1(key, digest, high)
    assert secp256k1_der(key, digest, der(r, s)) and not secp256k1_der(key, digest, der(r, ORDER - s))
    assert recovered(digest, low[:64], low[64]) == recovered(digest, high, low[64] ^ 1)
    assert from_der(der(r, s)) == low[:64]


@pytest.mark.parametrize("change", [lambda d: d + b"\0", lambda d: d[:-1], lambda d: b"\x31" + d[1:], lambda d: d[:3]])
def test_der_has_one_spelling(change: Callable[[bytes], bytes]) -> None:
    good = der(5, 7)
    assert from_der(good) is not None
    assert from_der(change(good)) is None
    assert from_der(bytes.fromhex("30080202000502020007")) is None
    assert from_der(der(ORDER, 1)) is None


SMALL = [
    "0100000000000000000000000000000000000000000000000000000000000000",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "0000000000000000000000000000000000000000000000000000000000000080",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "0000000000000000000000000000000000000000000000000000000000000000",
]


@pytest.mark.parametrize("key", SMALL)
def test_keys_of_small_order_sign_nothing(key: str) -> None:
    """With such a key R = sB is a signature of many a message, for anybody."""
    for number in range(1, 17):
        scalar = number.to_bytes(32, "little")
        signature = crypto_scalarmult_ed25519_base_noclamp(scalar) + scalar
        for message in (b"a", b"b", b"c", b"d"):
            assert not ed25519(bytes.fromhex(key), message, signature)


def test_the_empty_key_of_ristretto_signs_nothing() -> None:
    from nacl import bindings

    if not hasattr(bindings, "crypto_scalarmult_ristretto255_base"):
        assert not sr25519(bytes(32), b"a", bytes(63) + b"\x80")
        return
    scalar = (5).to_bytes(32, "little")
    signature = bytearray(bindings.crypto_scalarmult_ristretto255_base(scalar) + scalar)
    signature[63] |= 0x80
    assert not sr25519(bytes(32), b"a", bytes(signature))


def test_a_signature_with_an_added_order_is_none() -> None:
    """RFC 8032 wants the lesser number; the greater one would be a second spelling."""
    signature = ED.sign(b"text").signature
    order = 2**252 + 27742317777372353535851937790883648493
    other = signature[:32] + (int.from_bytes(signature[32:], "little") + order).to_bytes(32, "little")
    assert ed25519(ED_KEY, b"text", signature) and not ed25519(ED_KEY, b"text", other)


def test_hashes() -> None:
    """RIPEMD-160 of SHA-256 of nothing, and the account of the key one, as everybody knows them."""
    assert hash160(b"").hex() == "b472a266d0bd89c13706a4132ccfb16f7c3b9fcb"
    from coincurve import PrivateKey

    one = PrivateKey((1).to_bytes(32)).public_key.format(compressed=False)
    assert account20(one).hex() == "7e5f4552091a69125d5dfcb7b8c2659029395bdf"


@pytest.mark.parametrize(
    ("text", "forms", "length"),
    [
        ("0xAbcd", ("hex",), 2),
        (" abCD ", ("hex",), 2),
        ("q80=", ("base64",), 2),
        ("q80", ("base64",), 2),
        ("_-8", ("base64",), 2),
        ("2g", ("base58",), 1),
    ],
)
def test_usual_spellings(text: str, forms: tuple[str, ...], length: int) -> None:
    assert len(pasted(text, forms, (length,))) == length


@pytest.mark.parametrize(
    "text", [None, "", "0x", "0xabc", "z!", "q8=", "q80==", "q81=", "+_8", "q8 0=", "ab cd", "l0", "ä"]
)
def test_unusual_spellings(text: str | None) -> None:
    with pytest.raises(NotProven, match="not_readable"):
        pasted(text, ("hex", "base64", "base58"), (2,))


def test_more_than_anybody_sends() -> None:
    with pytest.raises(NotProven, match="too_large"):
        pasted("a" * (LONGEST + 1), ("hex",), (2,))


@settings(max_examples=300, deadline=None)
@given(
    st.one_of(
        st.binary(max_size=60),
        st.builds(
            lambda tag, value: cbor2.dumps(cbor2.CBORTag(tag, value)),
            st.sampled_from(
                [0, 1, 2, 4, 5, 18, 25, 28, 29, 30, 35, 36, 37, 100, 256, 258, 260, 261, 1004, 43000, 55799]
            ),
            st.one_of(
                st.integers(),
                st.floats(),
                st.text(max_size=9),
                st.binary(max_size=9),
                st.lists(st.integers(), max_size=3),
            ),
        ),
    )
)
def test_hostile_cbor(data: bytes) -> None:
    try:
        _loaded(data)
    except NotProven as problem:
        assert problem.code == "not_readable"
