"""Signatures of Solana wallets: of the text itself (``signMessage``), or of the text in the envelope for messages off chain.

The envelope has an older form (as the command line wrote it) and one that names the signers (Anza's
proposal "Off-chain message signing"). Its format byte is taken as any of the three that are defined.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from chains.encoding import base58_decode
from chains.proving import Ask, NotProven, SignedStatement, Statement, Verdict, judged
from chains.signatures import ed25519, pasted
from chains.solana.address import on_curve
from chains.types import Network

_ENVELOPE = b"\xffsolana offchain\x00"
_FORMATS = (0, 1, 2)  # printable ASCII, UTF-8 for hardware, UTF-8 of any length


def methods(network: Network) -> tuple[str, ...]:
    """One code: wallets do not tell whether they put an envelope around the text."""
    return ("solana",)


def payload(network: Network, method: str, statement: Statement, text: str) -> Mapping[str, Any]:
    """The text alone."""
    return {}


def check_signature(
    network: Network, method: str, statement: Statement, text: str, signed: SignedStatement, ask: Ask | None
) -> Verdict:
    """See :class:`chains.families.Proving`."""
    key = base58_decode(statement.address)
    if not on_curve(key):
        raise NotProven("contract")
    signature = pasted(signed.signature, ("base58", "hex", "base64"), (64,))
    return judged(any(ed25519(key, said, signature) for said in _spellings(key, text.encode())))


def _spellings(key: bytes, said: bytes) -> Iterator[bytes]:
    yield said
    size = len(said).to_bytes(2, "little")
    for form in _FORMATS:
        yield _ENVELOPE + bytes([form]) + size + said
        yield _ENVELOPE + bytes(32) + bytes([form, 1]) + key + size + said
