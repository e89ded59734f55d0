"""Signed texts of Stellar wallets against the vectors of SEP-53."""

from __future__ import annotations

import pytest

from chains.ownership import SignedStatement
from chains.stellar.address import CONTRACT, strkey
from tests.chains.wallets import judge

ADDRESS = "GBXFXNDLV4LSWA4VB7YIL5GBD7BVNR22SGBTDKMO2SBZZHDXSKZYCP7L"


@pytest.mark.parametrize(
    ("text", "signature"),
    [
        (
            "Hello, World!",
            "fO5dbYhXUhBMhe6kId/cuVq/AfEnHRHEvsP8vXh03M1uLpi5e46yO2Q8rEBzu3feXQewcQE5GArp88u6ePK6BA==",
        ),
        (
            "Hello, World!",
            (
                "7cee5d6d885752104c85eea421dfdcb95abf01f1271d11c4bec3fcbd7874dccd"
                "6e2e98b97b8eb23b643cac4073bb77de5d07b0710139180ae9f3cbba78f2ba04"
            ),
        ),
        (
            "こんにちは、世界！",
            "CDU265Xs8y3OWbB/56H9jPgUss5G9A0qFuTqH2zs2YDgTm+++dIfmAEceFqB7bhfN3am59lCtDXrCtwH2k1GBA==",
        ),
    ],
)
def test_sep53(text: str, signature: str) -> None:
    assert judge("stellar", text, ADDRESS, SignedStatement("sep53", signature)).ok is True
    assert judge("stellar", text + " ", ADDRESS, SignedStatement("sep53", signature)).ok is False


def test_a_contract_has_no_key() -> None:
    found = judge("stellar", "a", strkey(CONTRACT, bytes(32)), SignedStatement("sep53", "00" * 64))
    assert (found.ok, found.why) == (None, "contract")
