"""EVM addresses: 20 bytes in hexadecimal, mixed case being a checksum (EIP-55)."""

from __future__ import annotations

import re

from chains.encoding import checksummed
from chains.types import AddressCheck, Network

ZERO = "0x" + "0" * 40
"""Nobody's address: the counterparty of mints and burns in token logs."""

NATIVE_CONTRACTS = ("native_contract", "native_ledger", "native_token")
"""Parameters that name a contract whose logs tell of the native coin and of no token."""

_ADDRESS = re.compile(r"(0[xX])?([0-9a-fA-F]{40})")


def check(text: str) -> AddressCheck:
    """Whether ``text`` is an address. All-lower and all-upper spellings carry no checksum and are taken; mixed case must
    be right. Reasons: ``empty``, ``not_hex_address``, ``wrong_length``, ``bad_checksum``, ``zero_address``.
    """
    text = text.strip() if len(text) < 1000 else text
    match = _ADDRESS.fullmatch(text)
    if not match:
        return AddressCheck(False, None, None, None, _why_not(text))
    digits = match[2]
    normalised = checksummed(bytes.fromhex(digits))
    if digits not in (digits.lower(), digits.upper()) and digits != normalised[2:]:
        return AddressCheck(False, None, None, None, "bad_checksum")
    if normalised == ZERO:
        return AddressCheck(False, None, None, None, "zero_address")
    return AddressCheck(True, normalised, "account_or_contract", None, None)


def _why_not(text: str) -> str:
    if not text:
        return "empty"
    return "wrong_length" if re.fullmatch(r"(0[xX])?[0-9a-fA-F]+", text[:1000]) else "not_hex_address"


def asset_identity(network: Network, text: str) -> str | None:
    """A token's contract in EIP-55 form; ``None`` for what is no address, and for contracts that are the native coin's own."""
    contract = check(text).normalised
    own = {str(network.params.get(name, "")).lower() for name in NATIVE_CONTRACTS}
    return None if contract is None or contract.lower() in own else contract


def twin_key(network: Network, address: str) -> str | None:
    """``account:`` and the 20 bytes."""
    return f"account:{address[2:].lower()}"


def twin_addresses(network: Network, key: str) -> tuple[str, ...]:
    """The account in EIP-55 form."""
    kind, _, digits = key.partition(":")
    return (checksummed(bytes.fromhex(digits)),) if kind == "account" else ()
