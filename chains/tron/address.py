"""TRON addresses: the byte 41 and the last 20 bytes of a public key's Keccak hash, in base58 with a checksum (``T…``).

The same 20 bytes are an address of the EVM networks too, written ``0x…``. That spelling names the twin there and is not taken
here: whoever writes it means another network, or should be asked.
"""

from __future__ import annotations

import re
from functools import lru_cache

from chains.encoding import BadText, base58_decode, base58check_decode, base58check_encode
from chains.types import AddressCheck, Network

PREFIX = 0x41
"""First byte of an address; the retired test network had a0."""

ZERO = bytes([PREFIX]) + bytes(20)
"""Nobody's address: the counterparty of mints and burns in token logs."""

_HEX = re.compile(r"(?:0[xX])?([0-9a-fA-F]{42})")
_TRC10 = re.compile(r"[0-9A-Za-z]{1,64}")
"""A number; before there were any, the name."""
_EVM = re.compile(r"0[xX][0-9a-fA-F]{40}")


def check(text: str) -> AddressCheck:
    """Whether ``text`` is an address, as ``T…`` or in hexadecimal with its 41 in front; the canonical form is ``T…``.

    Reasons: ``empty``, ``evm_form`` (the twin on EVM networks), ``not_base58``, ``wrong_length``, ``bad_checksum``,
    ``test_network``, ``wrong_network``, ``zero_address``.
    """
    text = text.strip() if len(text) < 1000 else text
    if match := _HEX.fullmatch(text):
        return _of_bytes(bytes.fromhex(match[1]))
    if _EVM.fullmatch(text):
        return _refused("evm_form")
    if not text or len(text) > 100:
        return _refused("not_base58" if text else "empty")
    try:
        data = base58check_decode(text)
        if len(data) != 21:
            raise BadText("wrong_length")
    except BadText as problem:
        return _refused(_why_not(text, problem.code))
    return _of_bytes(data)


def _why_not(text: str, code: str) -> str:
    """The reason of a text that base58 or its checksum refused: of a wrong length whatever its checksum, when it has one."""
    if code == "bad_characters":
        return "not_base58"
    return "bad_checksum" if len(base58_decode(text)) == 25 else "wrong_length"


def _of_bytes(data: bytes) -> AddressCheck:
    if data[0] == 0xA0:
        return _refused("test_network")
    if data[0] != PREFIX:
        return _refused("wrong_network")
    if data == ZERO:
        return _refused("zero_address")
    return AddressCheck(True, to_text(data), "account_or_contract", None, None)


def _refused(reason: str) -> AddressCheck:
    return AddressCheck(False, None, None, None, reason)


@lru_cache(maxsize=65_536)
def to_text(address: bytes) -> str:
    """21 bytes as ``T…``. Raises ``ValueError`` for anything that is no address."""
    if len(address) != 21 or address[0] != PREFIX:
        raise ValueError("an address has 21 bytes, the first of them 41")
    return base58check_encode(address)


def to_bytes(text: object) -> bytes:
    """The 21 bytes of an address as nodes write it: 42 hexadecimal digits, or ``T…``. Raises ``ValueError``."""
    if not isinstance(text, str) or not (checked := _spelt(text)):
        raise ValueError("not an address")
    return checked


def _spelt(text: str) -> bytes | None:
    if len(text) == 42:
        try:
            data = bytes.fromhex(text)
        except ValueError:
            return None
        return data if len(data) == 21 and data[0] == PREFIX else None
    try:
        data = base58check_decode(text, longest=34)
    except BadText:
        return None
    return data if len(data) == 21 and data[0] == PREFIX else None


def asset_identity(network: Network, text: str) -> str | None:
    """A token's contract ``T…``, or ``trc10:`` and the number of an older token; ``None`` for what is neither."""
    head, mark, name = text.partition(":")
    if not mark:
        return check(text).normalised
    return f"trc10:{name}" if head.lower() == "trc10" and _TRC10.fullmatch(name) else None


def twin_key(network: Network, address: str) -> str | None:
    """``account:`` and the 20 bytes behind the 41: those of the same key's address on EVM networks."""
    return f"account:{to_bytes(address)[1:].hex()}"


def twin_addresses(network: Network, key: str) -> tuple[str, ...]:
    """The account as ``T…``."""
    kind, _, digits = key.partition(":")
    return (to_text(bytes([PREFIX]) + bytes.fromhex(digits)),) if kind == "account" else ()
