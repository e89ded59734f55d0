"""Signatures of TRON wallets: of a text by its length (TIP-191, ``signMessageV2``), and as older wallets did it.

The older prefix names a length of 32 whatever the text's is. Permissions of an account may give it to other keys than the one
its address is made of; a signature of that key says nothing of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chains.encoding import keccak
from chains.proving import Ask, SignedStatement, Statement, Verdict, judged
from chains.signatures import ethereum_signer, pasted, personal_digest
from chains.tron.address import to_bytes
from chains.types import Network

_OLD = b"\x19TRON Signed Message:\n32"


def methods(network: Network) -> tuple[str, ...]:
    """One code for both ways: wallets do not tell which they take."""
    return ("tron",)


def payload(network: Network, method: str, statement: Statement, text: str) -> Mapping[str, Any]:
    """``hex`` for the older way, which signs bytes; the newer takes the text."""
    return {"hex": "0x" + text.encode().hex()}


def check_signature(
    network: Network, method: str, statement: Statement, text: str, signed: SignedStatement, ask: Ask | None
) -> Verdict:
    """See :class:`chains.families.Proving`."""
    signature = pasted(signed.signature, ("hex",), (65,))
    said = text.encode()
    digests = (personal_digest(b"TRON", said), keccak(_OLD + said))
    account = to_bytes(statement.address)[1:]
    return judged(any(ethereum_signer(digest, signature) == account for digest in digests))
