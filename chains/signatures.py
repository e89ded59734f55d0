"""Signatures of the curves that networks use, judged by well-kept libraries; bytes as people paste them. Pure, no keys held.

Every judge answers ``False`` for what is no signature or no key; none raises. Libraries are imported late: start-up stays light.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Container

from chains.encoding import BadText, base58_decode, keccak
from chains.proving import LONGEST, NotProven

_ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
_FIELD = (1 << 256) - (1 << 32) - 977
_HEX = re.compile(r"(?:0[xX])?((?:[0-9a-fA-F]{2})+)")
_BASE64 = re.compile(r"[A-Za-z0-9+/]+={0,2}|[A-Za-z0-9_-]+={0,2}")


def pasted(text: str | None, forms: tuple[str, ...], lengths: Container[int]) -> bytes:
    """The bytes in ``text`` in the first of ``forms`` (``hex``, ``base64``, ``base58``) that gives one of ``lengths``.

    Hexadecimal with or without ``0x``, base64 of either alphabet, padded or not. Raises :class:`NotProven`.
    """
    text = (text or "").strip()
    if len(text) > LONGEST:
        raise NotProven("too_large")
    for form in forms:
        data = _READERS[form](text)
        if data is not None and len(data) in lengths:
            return data
    raise NotProven("not_readable")


def _hex(text: str) -> bytes | None:
    match = _HEX.fullmatch(text)
    return bytes.fromhex(match[1]) if match else None


def _base64(text: str) -> bytes | None:
    if not _BASE64.fullmatch(text):
        return None
    bare = text.rstrip("=").replace("-", "+").replace("_", "/")
    padded = bare + "=" * (-len(bare) % 4)
    if "=" in text and len(text) % 4:
        return None
    try:
        data = base64.b64decode(padded, validate=True)
    except binascii.Error:
        return None
    return data if base64.b64encode(data).decode() == padded else None  # bits beyond the last byte


def _base58(text: str) -> bytes | None:
    try:
        return base58_decode(text, longest=512)
    except BadText:
        return None


_READERS = {"hex": _hex, "base64": _base64, "base58": _base58}


def ed25519(key: bytes, message: bytes, signature: bytes) -> bool:
    """Whether ``signature`` is of ``message`` by ``key`` (RFC 8032); keys of small order, which sign anything, are refused."""
    from nacl.exceptions import CryptoError
    from nacl.signing import VerifyKey

    try:
        VerifyKey(key).verify(message, signature)
    except (CryptoError, ValueError, TypeError):
        return False
    return True


def sr25519(key: bytes, message: bytes, signature: bytes) -> bool:
    """The same of Schnorr signatures on Ristretto, in the context of Substrate; anybody could sign for the key of all zeros."""
    from sr25519 import verify

    if len(key) != 32 or len(signature) != 64 or not any(key):
        return False
    try:
        return bool(verify(signature, message, key))
    except ValueError:
        return False


def secp256k1(key: bytes, digest: bytes, signature: bytes) -> bool:
    """Whether the 64 bytes of ``signature`` (r and s) are of ``digest`` by ``key`` (33 or 65 bytes); s may be high."""
    if len(signature) != 64:
        return False
    r, s = int.from_bytes(signature[:32]), int.from_bytes(signature[32:])
    return secp256k1_der(key, digest, der(r, min(s, _ORDER - s))) if 0 < s < _ORDER else False


def secp256k1_der(key: bytes, digest: bytes, signature: bytes) -> bool:
    """The same of a strict DER signature, s low."""
    from coincurve import PublicKey

    if not ((len(key) == 33 and key[0] in (2, 3)) or (len(key) == 65 and key[0] == 4)):
        return False
    try:
        return PublicKey(key).verify(signature, digest, hasher=None)
    except ValueError:
        return False


def der(r: int, s: int) -> bytes:
    """Two numbers as strict DER."""
    numbers = b"".join(
        bytes([2, len(octets)]) + octets for octets in (n.to_bytes(n.bit_length() // 8 + 1) for n in (r, s))
    )
    return bytes([0x30, len(numbers)]) + numbers


def from_der(signature: bytes) -> bytes | None:
    """r and s of a strict DER signature in 64 bytes, ``None`` for any other spelling."""
    if not 8 <= len(signature) <= 72 or signature[0] != 0x30:
        return None
    first = signature[3]
    r, rest = signature[4 : 4 + first], signature[4 + first :]
    if len(rest) < 2:
        return None
    s = rest[2:]
    numbers = int.from_bytes(r), int.from_bytes(s)
    if der(*numbers) != signature or max(numbers) >= _ORDER:
        return None
    return b"".join(number.to_bytes(32) for number in numbers)


def recovered(digest: bytes, signature: bytes, place: int) -> bytes | None:
    """The key (65 bytes) that made r and s in ``signature`` (64 bytes) of ``digest``, the one of four named by ``place``."""
    from coincurve import PublicKey

    if len(signature) != 64 or not 0 <= place <= 3:
        return None
    try:
        key = PublicKey.from_signature_and_message(signature + bytes([place]), digest, hasher=None)
    except ValueError:
        return None
    return key.format(compressed=False)


def compressed(key: bytes) -> bytes:
    """The 33 bytes of a key of 65."""
    return bytes([2 + key[64] % 2]) + key[1:33]


def schnorr(key: bytes, digest: bytes, signature: bytes) -> bool:
    """Whether ``signature`` is of ``digest`` by the x-only ``key`` (BIP-340)."""
    from coincurve import PublicKeyXOnly

    if len(key) != 32 or len(signature) != 64:
        return False
    try:
        return PublicKeyXOnly(key).verify(signature, digest)
    except ValueError:
        return False


def schnorr_of_cash(key: bytes, digest: bytes, signature: bytes) -> bool:
    """The same in the older form Bitcoin Cash has since 2019: a compressed key, and the point with a square second coordinate."""
    from coincurve import PublicKey

    r, s = int.from_bytes(signature[:32]), int.from_bytes(signature[32:])
    if len(signature) != 64 or len(key) != 33 or key[0] not in (2, 3) or r >= _FIELD or not 0 < s < _ORDER:
        return False
    challenge = int.from_bytes(hashlib.sha256(signature[:32] + key + digest).digest()) % _ORDER
    if not challenge:
        return False
    try:
        minus = PublicKey(key).multiply((_ORDER - challenge).to_bytes(32))
        x, y = PublicKey.combine_keys([PublicKey.from_secret(signature[32:]), minus]).point()
    except ValueError:
        return False
    return bool(x == r and pow(y, (_FIELD - 1) // 2, _FIELD) == 1)


def p256(key: bytes, digest: bytes, signature: bytes) -> bool:
    """Whether r and s in ``signature`` are of ``digest`` by ``key`` (33 bytes) on NIST P-256."""
    from ecdsa import NIST256p, VerifyingKey
    from ecdsa.errors import MalformedPointError
    from ecdsa.keys import BadDigestError, BadSignatureError

    if len(key) != 33 or len(signature) != 64:
        return False
    try:
        return bool(VerifyingKey.from_string(key, curve=NIST256p).verify_digest(signature, digest))
    except (BadSignatureError, BadDigestError, MalformedPointError, ValueError):
        return False


def hash160(data: bytes) -> bytes:
    """RIPEMD-160 of SHA-256, which newer libraries of the system leave out."""
    from Crypto.Hash import RIPEMD160

    return RIPEMD160.new(hashlib.sha256(data).digest()).digest()


def account20(key: bytes) -> bytes:
    """The 20 bytes that stand for a key of 65 on Ethereum and its kin."""
    return keccak(key[1:])[-20:]


def ethereum_signer(digest: bytes, signature: bytes) -> bytes | None:
    """The 20 bytes of who signed ``digest``: r, s and v (0, 1, 27, 28) in 65 bytes, or v in the highest bit of s (EIP-2098)."""
    if len(signature) == 64:
        place = signature[32] >> 7
        body = signature[:32] + bytes([signature[32] & 0x7F]) + signature[33:]
    elif len(signature) == 65 and signature[64] in (0, 1, 27, 28):
        place, body = signature[64] % 27, signature[:64]
    else:
        return None
    key = recovered(digest, body, place)
    return None if key is None else account20(key)


def personal_digest(chain: bytes, text: bytes) -> bytes:
    """Keccak of a text under the prefix of EIP-191, which other chains took over with their own name in it."""
    return keccak(b"\x19" + chain + b" Signed Message:\n" + str(len(text)).encode() + text)
