"""A transaction's XDR taken apart: what was signed (which its hash proves) and how each operation ended. Pure.

The hash is SHA-256 over the network's id (SHA-256 of its passphrase), the envelope's type and the transaction. Of a fee bump
both the outer and the inner transaction have one, and both find it.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from chains.encoding import as_written
from chains.errors import NodeMistaken
from chains.stellar.address import ACCOUNT, strkey
from chains.stellar.money import LUMENS, Asset

MOST_BYTES = 1_000_000
_TX, _FEE_BUMP = (2).to_bytes(4, "big"), (5).to_bytes(4, "big")
_MUXED = 0x100


@dataclass(frozen=True)
class Memo:
    """A memo as text: text plain, a number in digits, hashes in lower-case hexadecimal. ``kind`` is Horizon's word."""

    kind: str
    text: str | None


@dataclass(frozen=True)
class Envelope:
    """What was signed. ``operations`` are XDR values; ``hashes`` the outer and, of a fee bump, the inner one."""

    hashes: tuple[str, ...]
    source: str
    payer: str
    memo: Memo
    operations: tuple[Any, ...]


@dataclass(frozen=True)
class Result:
    """How it ended. ``code`` is the network's word for the whole, ``operations`` one XDR value each."""

    succeeded: bool
    code: str
    fee: int
    operations: tuple[Any, ...]


def envelope(text: Any, passphrase: str) -> Envelope:
    """``envelope_xdr`` taken apart. Raises :class:`NodeMistaken` for what is no canonical envelope."""
    from stellar_sdk import xdr

    value = parsed(xdr.TransactionEnvelope, text)
    network = hashlib.sha256(passphrase.encode()).digest()
    hashes: tuple[str, ...]
    if value.fee_bump is not None:
        outer = value.fee_bump.tx
        inner = outer.inner_tx.v1.tx
        hashes = (_hash(network, _FEE_BUMP, outer.to_xdr_bytes()), _hash(network, _TX, inner.to_xdr_bytes()))
        payer = muxed(outer.fee_source)[0]
    elif value.v1 is not None:
        inner = value.v1.tx
        hashes, payer = (_hash(network, _TX, inner.to_xdr_bytes()),), muxed(inner.source_account)[0]
    else:
        inner = value.v0.tx  # the same bytes, but for the word that says what kind of account follows
        hashes = (_hash(network, _TX, bytes(4) + inner.to_xdr_bytes()),)
        payer = strkey(ACCOUNT, inner.source_account_ed25519.uint256)
    source = payer if value.v0 is not None else muxed(inner.source_account)[0]
    return Envelope(hashes, source, payer, _memo(inner.memo), tuple(inner.operations))


def result(text: Any) -> Result:
    """``result_xdr`` taken apart. Raises :class:`NodeMistaken`."""
    from stellar_sdk import xdr

    value = parsed(xdr.TransactionResult, text)
    whole = value.result
    if whole.inner_result_pair is not None:
        inner = whole.inner_result_pair.result.result
        word, operations = inner.code, inner.results
    else:
        word, operations = whole.code, whole.results
    code = "tx_" + word.name.removeprefix("tx").lower()
    return Result(whole.code.value in (0, 1), code, value.fee_charged.int64, tuple(operations or ()))


def parsed(kind: Any, text: Any) -> Any:
    """A value of ``kind`` from base64, refused unless writing it again gives the same bytes."""
    if not isinstance(text, str) or len(text) > MOST_BYTES:
        raise NodeMistaken("not XDR")
    try:
        raw = base64.b64decode(text, validate=True)
        value = kind.from_xdr_bytes(raw)
        same = value.to_xdr_bytes() == raw
    except (binascii.Error, ArithmeticError, AttributeError, LookupError, TypeError, ValueError, EOFError, OSError):
        raise NodeMistaken("not XDR") from None
    if not same:
        raise NodeMistaken("not canonical XDR")
    return value


def _hash(network: bytes, kind: bytes, body: bytes) -> str:
    return hashlib.sha256(network + kind + body).hexdigest()


def _memo(memo: Any) -> Memo:
    if memo.text is not None:
        return Memo("text", as_written(memo.text.decode("utf-8", "replace"), 64))
    if memo.id is not None:
        return Memo("id", str(memo.id.uint64))
    if memo.hash is not None:
        return Memo("hash", memo.hash.hash.hex())
    if memo.ret_hash is not None:
        return Memo("return", memo.ret_hash.hash.hex())
    return Memo("none", None)


def muxed(value: Any) -> tuple[str, str | None]:
    """An account and the number of a muxed one."""
    if value.type.value == _MUXED:
        return strkey(ACCOUNT, value.med25519.ed25519.uint256), str(value.med25519.id.uint64)
    return strkey(ACCOUNT, value.ed25519.uint256), None


def account_text(value: Any) -> str:
    """An ``AccountID`` as text."""
    return strkey(ACCOUNT, value.account_id.ed25519.uint256)


def asset(value: Any) -> Asset:
    """An ``Asset`` (or the code and issuer within one)."""
    body = value.alpha_num4 or value.alpha_num12
    if body is None:
        return LUMENS
    code = body.asset_code.asset_code4 if value.alpha_num4 else body.asset_code.asset_code12
    return Asset(code.rstrip(b"\x00").decode("ascii", "replace"), account_text(body.issuer))


def first_failure(operations: Sequence[Any]) -> tuple[int, str] | None:
    """Index and word of the first operation that failed: ``(0, "payment_underfunded")``."""
    for index, one in enumerate(operations):
        if one.tr is None:
            return index, one.code.name.lower()
        parts = [part for name, part in vars(one.tr).items() if name != "type" and part is not None]
        if parts and parts[0].code.value < 0:
            return index, parts[0].code.name.lower()
    return None
