"""Signed texts of TRON wallets (TIP-191) against the vectors of a wallet's library (Trust Wallet Core)."""

from __future__ import annotations

import pytest
from coincurve import PrivateKey

from chains.encoding import keccak
from chains.ownership import SignedStatement
from chains.tron.address import to_text
from tests.chains.wallets import judge

KEY = PrivateKey.from_hex("75065f100e38d3f3b4c5c4235834ba8216de62272a4f03532c44b31a5734360a")
ADDRESS = to_text(b"\x41" + keccak(KEY.public_key.format(compressed=False)[1:])[-20:])


@pytest.mark.parametrize(
    ("text", "signature"),
    [
        (
            "Hello World",
            (
                "bc0753c070cc55693097df11bc11e1a7c4bd5e1a40b9dc94c75568e59bcc9d6b"
                "50a7873ef25b469e494490a54de37327b4bc7fc825c81a377b555e34fb7261ba1c"
            ),
        ),
        (
            "A much longer message to test the signing and verification process",
            (
                "93aee5f753cf889e0749c74dd0c5996cce889883ae079e09ede462e16d65d06a"
                "4f43d1ed2745e9f3c1690695628269bd58f057a4a93953cc50e66b4a05bc0f451b"
            ),
        ),
    ],
)
def test_tip191(text: str, signature: str) -> None:
    assert judge("tron", text, ADDRESS, SignedStatement("tron", signature)).ok is True
    assert judge("tron", text + "!", ADDRESS, SignedStatement("tron", signature)).ok is False


def test_the_prefix_of_ethereum_is_not_trons() -> None:
    """A text signed for EVM networks by the same key says nothing here."""
    from eth_account import Account
    from eth_account.messages import encode_defunct

    signature = Account.sign_message(encode_defunct(b"Hello World"), KEY.secret).signature.hex()
    assert judge("tron", "Hello World", ADDRESS, SignedStatement("tron", signature)).ok is False
