"""TON addresses: workchain and 256-bit account, raw ``0:hex`` or 36 bytes in base64 with a CRC-16 (TEP-2). Pure.

The canonical text is the bounceable form in base64url (``EQ…``), whichever form was given: it identifies the account and is
how token masters are commonly written. That an account was given as non-bounceable (``UQ…``) is kept as its kind.
"""

from __future__ import annotations

import base64
import binascii
import re

from chains.types import AddressCheck, Network

BOUNCEABLE = 0x11
NON_BOUNCEABLE = 0x51
TEST_ONLY = 0x80

_FRIENDLY = re.compile(r"[A-Za-z0-9+/]{48}|[A-Za-z0-9_-]{48}")
_RAW = re.compile(r"(-?\d{1,10}):([0-9a-fA-F]{64})")
_WORKCHAINS = (0, -1)


def check_address(network: Network, text: str) -> AddressCheck:
    """Whether ``text`` can receive on TON. Kinds: ``raw``, ``bounceable``, ``non_bounceable``.

    Reasons: ``empty``, ``not_base64_address``, ``wrong_length``, ``bad_checksum``, ``wrong_network`` (test-only),
    ``unknown_flags``, ``unknown_workchain``, ``zero_address``.
    """
    text = text.strip()
    if not text:
        return _refused("empty")
    raw = _RAW.fullmatch(text)
    if raw:
        return _account(int(raw[1]), raw[2].lower(), "raw")
    if not _FRIENDLY.fullmatch(text):
        return _refused(
            "wrong_length" if re.fullmatch(r"[EUk0][Qf][A-Za-z0-9_+/-]{20,80}", text) else "not_base64_address"
        )
    data = base64.b64decode(text.replace("-", "+").replace("_", "/"))
    if binascii.crc_hqx(data[:34], 0) != int.from_bytes(data[34:]):
        return _refused("bad_checksum")
    if data[0] & TEST_ONLY:
        return _refused("wrong_network")
    if data[0] not in (BOUNCEABLE, NON_BOUNCEABLE):
        return _refused("unknown_flags")
    kind = "bounceable" if data[0] == BOUNCEABLE else "non_bounceable"
    return _account(int.from_bytes(data[1:2], signed=True), data[2:34].hex(), kind)


def _account(workchain: int, account: str, kind: str) -> AddressCheck:
    if workchain not in _WORKCHAINS:
        return _refused("unknown_workchain")
    if not int(account, 16):
        return _refused("zero_address")
    return AddressCheck(True, friendly(f"{workchain}:{account}"), kind, None, None)


def _refused(reason: str) -> AddressCheck:
    return AddressCheck(False, None, None, None, reason)


def friendly(raw: str, *, bounceable: bool = True) -> str:
    """``workchain:hex`` as the 48 characters people see. Raises ``ValueError`` for what is no such address."""
    workchain, _, account = raw.partition(":")
    tag = BOUNCEABLE if bounceable else NON_BOUNCEABLE
    data = bytes([tag]) + int(workchain).to_bytes(1, signed=True) + bytes.fromhex(account).rjust(32, b"\0")
    return base64.urlsafe_b64encode(data + binascii.crc_hqx(data, 0).to_bytes(2)).decode()


def raw_form(text: str) -> str | None:
    """``workchain:hex`` in lower case of an address in any form, ``None`` for what is no address of the main network.

    Unlike :func:`check_address` this takes the zero account, which messages may name.
    """
    match = _RAW.fullmatch(text)
    if match:
        workchain = int(match[1])
        return f"{workchain}:{match[2].lower()}" if -128 <= workchain < 128 else None
    if not _FRIENDLY.fullmatch(text):
        return None
    data = base64.b64decode(text.replace("-", "+").replace("_", "/"))
    if binascii.crc_hqx(data[:34], 0) != int.from_bytes(data[34:]) or data[0] not in (BOUNCEABLE, NON_BOUNCEABLE):
        return None
    return f"{int.from_bytes(data[1:2], signed=True)}:{data[2:34].hex()}"


def asset_identity(network: Network, text: str) -> str | None:
    """A jetton's master (or a collectible), bounceable, whichever form it was given in; ``None`` for what is no address."""
    return check_address(network, text).normalised
