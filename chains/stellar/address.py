"""Stellar's addresses (StrKey, SEP-23): accounts ``G…``, muxed accounts ``M…``, contracts ``C…``. Pure.

A StrKey is base32 of a version byte, a payload and the CRC-16 (XModem) of both, little-endian. A muxed account is an account
and a number of 64 bits that stands for a memo: its canonical form is the account, the number stands beside it.
"""

from __future__ import annotations

import base64
import binascii
import re

from chains.encoding import on_ed25519
from chains.errors import NodeMistaken
from chains.types import AddressCheck

ACCOUNT, MUXED, CONTRACT, POOL, CLAIMABLE = 6 << 3, 12 << 3, 2 << 3, 11 << 3, 1 << 3
_SECRET = 18 << 3
_LENGTHS = {ACCOUNT: 32, MUXED: 40, CONTRACT: 32, POOL: 32, CLAIMABLE: 33, _SECRET: 32, 19 << 3: 32, 23 << 3: 32}
_TEXT = re.compile(r"[A-Z2-7]{56,165}")
_FEDERATION = re.compile(r"[^*\s]{1,100}\*[A-Za-z0-9.-]{1,100}")


def check(text: str) -> AddressCheck:
    """The canonical form of ``text``, or why it cannot receive: a key, a pool, a name that somebody would have to look up."""
    if _FEDERATION.fullmatch(text):
        return _refused("federation_address")
    if not _TEXT.fullmatch(text):
        return _refused("wrong_format")
    try:
        version, payload = _parts(text)
    except ValueError as problem:
        return _refused(str(problem))
    if version in (ACCOUNT, MUXED) and not on_ed25519(payload[:32]):
        return _refused("not_on_curve")
    if version == ACCOUNT:
        return AddressCheck(True, text, "account", None, None)
    if version == MUXED:
        number = int.from_bytes(payload[32:], "big")
        return AddressCheck(True, strkey(ACCOUNT, payload[:32]), "muxed", str(number), None)
    if version == CONTRACT:
        return AddressCheck(True, text, "contract", None, None)
    return _refused("is_a_key" if version == _SECRET else "wrong_prefix")


def strkey(version: int, payload: bytes) -> str:
    """The text of ``payload`` under a version."""
    body = bytes([version]) + payload
    return base64.b32encode(body + binascii.crc_hqx(body, 0).to_bytes(2, "little")).decode().rstrip("=")


def account(text: object) -> str:
    """``text`` itself when it is an account. Raises :class:`NodeMistaken`."""
    named, number = holder(text)
    if number is not None or not named.startswith("G"):
        raise NodeMistaken("not an account")
    return named


def holder(text: object) -> tuple[str, str | None]:
    """Whoever a node says holds something (account, contract, pool, claimable balance), and the number of a muxed account.

    Whether anybody has its key is not asked: the ledger takes any 32 bytes. Raises :class:`NodeMistaken`.
    """
    if not isinstance(text, str) or not _TEXT.fullmatch(text):
        raise NodeMistaken("not a holder")
    try:
        version, payload = _parts(text)
    except ValueError:
        raise NodeMistaken("not a holder") from None
    if version == MUXED:
        return strkey(ACCOUNT, payload[:32]), str(int.from_bytes(payload[32:], "big"))
    if version not in (ACCOUNT, CONTRACT, POOL, CLAIMABLE):
        raise NodeMistaken("not a holder")
    return text, None


def _refused(reason: str) -> AddressCheck:
    return AddressCheck(False, None, None, None, reason)


def _parts(text: str) -> tuple[int, bytes]:
    """Version and payload. Raises ``ValueError`` with the reason."""
    try:
        raw = base64.b32decode(text + "=" * (-len(text) % 8))
    except binascii.Error:
        raise ValueError("wrong_length") from None
    body, checksum = raw[:-2], raw[-2:]
    if binascii.crc_hqx(body, 0).to_bytes(2, "little") != checksum:
        raise ValueError("bad_checksum")
    length = _LENGTHS.get(body[0])
    if length is not None and len(body) != 1 + length:
        raise ValueError("wrong_length")
    if base64.b32encode(raw).decode().rstrip("=") != text:
        raise ValueError("wrong_format")  # bits beyond the last byte
    return body[0], body[1:]
