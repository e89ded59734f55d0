"""Signed texts of Substrate wallets against the vectors of polkadot-js, for the three curves."""

from __future__ import annotations

import pytest

from chains.ownership import SignedStatement
from chains.polkadot.address import decode, encode
from tests.chains.wallets import judge

TEXT = "hello world"
SR25519 = (
    "EK1bFgKm2FsghcttHT7TB7rNyXApFgs9fCbijMGQNyFGBQm",
    (
        "ca01419b5a17219f7b78335658cab3b126db523a5df7be4bfc2bef76c2eb3b1d"
        "cf4ca86eb877d0a6cf6df12db5995c51d13b00e005d053b892bd09c594434288"
    ),
)
WRAPPED = (
    "J9nD3s7zssCX7bion1xctAF6xcVexcpy2uwy4jTm9JL8yuK",
    (
        "84b6afb1c8e54bbcb3f4872baf172580e21310e9387a53742627d6652d121447"
        "fa406b82805ed3184fb7bd519175cc9f99f283f97954d95cf966ee164df85489"
    ),
)
ED25519 = (
    "DxN4uvzwPzJLtn17yew6jEffPhXQfdKHTp2brufb98vGbPN",
    (
        "299d3bf4c8bb51af732f8067b3a3015c0862a5ff34721749d8ed6577ea270836"
        "5d1c5f76bd519009971e41156f12c70abc2533837ceb3bad9a05a99ab923de06"
    ),
)
ECDSA = (
    "XyFVXiGaHxoBhXZkSh6NS2rjFyVaVNUo5UiZDqZbuSfUdji",
    (
        "994638ee586d2c5dbd9bacacbc35d9b7e9018de8f7892f00c900db63bc57b128"
        "3e2ee7bc51a9b1c1dae121ac4f4b9e2a41cd1d6bf4bb3e24d7fed6faf6d85e0501"
    ),
)


@pytest.mark.parametrize(("kind", "vector"), [(1, SR25519), (1, WRAPPED), (0, ED25519), (2, ECDSA)])
def test_polkadot_js(kind: int, vector: tuple[str, str]) -> None:
    address = encode(0, decode(vector[0])[1])
    for signature in (vector[1], "0x" + vector[1], f"{kind:02x}{vector[1]}"):
        signed = SignedStatement("polkadot", signature)
        assert judge("polkadot", TEXT, address, signed).ok is True
        assert judge("polkadot", TEXT + ".", address, signed).ok is False
    for other in {0, 1, 2} - {kind}:
        assert judge("polkadot", TEXT, address, SignedStatement("polkadot", f"{other:02x}{vector[1]}")).ok is False


def test_another_key() -> None:
    address = encode(0, decode(ED25519[0])[1])
    assert judge("polkadot", TEXT, address, SignedStatement("polkadot", SR25519[1])).ok is False
