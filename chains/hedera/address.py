"""Hedera accounts: ``0.0.n``, with a checksum of five letters where HIP-15 is followed, or their 20 bytes ``0x…``.

Twenty bytes that begin with twelve zeros are the number itself (the long-zero form). Others are an alias, which only the
network can resolve; it can receive, so it stays as it is, in EIP-55 form.
"""

from __future__ import annotations

import re

from chains.encoding import checksummed
from chains.types import AddressCheck, Network

MAINNET = bytes([0])
"""The ledger id that goes into a checksum."""

_ACCOUNT = re.compile(r"(0|[1-9][0-9]{0,18})\.(0|[1-9][0-9]{0,18})\.(0|[1-9][0-9]{0,18})(?:-([a-zA-Z]{5}))?")
_EVM = re.compile(r"(?:0[xX])([0-9a-fA-F]{40})")


def check(text: str) -> AddressCheck:
    """Whether ``text`` is an account that can receive on the main network; the canonical form has no checksum.

    Kinds: ``account_or_contract``, ``evm_alias``. Reasons: ``empty``, ``not_an_account``, ``wrong_network`` (another shard or
    realm: there is but one), ``bad_checksum`` (also that of a test network), ``zero_address``.
    """
    text = text.strip() if len(text) < 1000 else text
    if match := _EVM.fullmatch(text):
        return _of_evm(match[1])
    match = _ACCOUNT.fullmatch(text)
    if not match:
        return _refused("not_an_account" if text else "empty")
    if (match[1], match[2]) != ("0", "0"):
        return _refused("wrong_network")
    account = f"0.0.{match[3]}"
    if match[4] is not None and match[4].lower() != checksum(account):
        return _refused("bad_checksum")
    return _of_number(int(match[3]))


def _of_number(number: int) -> AddressCheck:
    if not 0 < number < 1 << 63:
        return _refused("not_an_account" if number else "zero_address")
    return AddressCheck(True, f"0.0.{number}", "account_or_contract", None, None)


def _of_evm(digits: str) -> AddressCheck:
    data = bytes.fromhex(digits)
    mixed = digits not in (digits.lower(), digits.upper())
    if mixed and digits != checksummed(data)[2:]:
        return _refused("bad_checksum")
    if not any(data[:12]):
        return _of_number(int.from_bytes(data, "big"))
    return AddressCheck(True, checksummed(data), "evm_alias", None, None)


def _refused(reason: str) -> AddressCheck:
    return AddressCheck(False, None, None, None, reason)


def of_evm(data: bytes) -> str | None:
    """20 bytes as a log tells them, as an account: its number, or its alias; ``None`` for nobody."""
    if len(data) != 20:
        raise ValueError("an address has 20 bytes")
    if any(data[:12]):
        return checksummed(data)
    number = int.from_bytes(data, "big")
    return f"0.0.{number}" if number else None


def checksum(account: str, ledger: bytes = MAINNET) -> str:
    """The five letters of HIP-15 for ``account`` (``0.0.n``) on ``ledger``."""
    digits = [10 if letter == "." else int(letter) for letter in account]
    third, fifth = 26**3, 26**5
    weighed = hashed = 0
    for digit in digits:
        weighed = (weighed * 31 + digit) % third
    for byte in ledger + bytes(6):
        hashed = (hashed * 31 + byte) % fifth
    even, odd = sum(digits[::2]) % 11, sum(digits[1::2]) % 11
    code = ((((len(digits) % 5) * 11 + even) * 11 + odd) * third + weighed + hashed) % fifth
    code = code * 1_000_003 % fifth
    letters = ""
    for _ in range(5):
        code, letter = divmod(code, 26)
        letters = chr(ord("a") + letter) + letters
    return letters


def asset_identity(network: Network, text: str) -> str | None:
    """The number of a token or a contract (``0.0.n``, its twenty bytes with twelve zeros too); an alias is not resolved here."""
    known = check(text)
    return None if known.kind == "evm_alias" else known.normalised


def twin_key(network: Network, address: str) -> str | None:
    """``account:`` and the 20 bytes of an alias; a numbered account does not show its key."""
    return f"account:{address[2:].lower()}" if address.startswith("0x") else None


def twin_addresses(network: Network, key: str) -> tuple[str, ...]:
    """The alias, which need not be anybody's account yet; 20 bytes that are a number here are no alias."""
    kind, _, digits = key.partition(":")
    data = bytes.fromhex(digits) if kind == "account" else b""
    return (checksummed(data),) if any(data[:12]) else ()
