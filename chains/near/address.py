"""NEAR accounts: names, and three forms that stand for themselves.

An account is 2 to 64 characters: parts of lower-case letters and digits joined by ``-`` or ``_``, the parts' names joined by
``.`` (the protocol's account rules). 64 hexadecimal digits are an implicit account (a public key), ``0x`` and 40 digits one that
an Ethereum key controls, ``0s`` and 40 digits one that its first code defines. Only the registrar makes names without a dot,
so a short one is mostly a forgotten ending; those that exist are in the network's parameter ``top_level``.
"""

from __future__ import annotations

import re

from chains.encoding import checksummed, on_ed25519
from chains.types import AddressCheck, Network

_ACCOUNT = re.compile(r"(?:(?:[a-z0-9]+[-_])*[a-z0-9]+\.)*(?:[a-z0-9]+[-_])*[a-z0-9]+")
_IMPLICIT = re.compile(r"[0-9a-f]{64}")
_FORTY = re.compile(r"0[xs][0-9a-f]{40}")
_TEST_NAMES = ("testnet", "betanet", "guildnet", "localnet")
SYSTEM = "system"
"""The sender of refunds; nobody's account."""


def is_account(text: str) -> bool:
    """Whether ``text`` follows the protocol's rules for accounts."""
    return 2 <= len(text) <= 64 and _ACCOUNT.fullmatch(text) is not None


def check(network: Network, text: str) -> AddressCheck:
    """Whether ``text`` is an account that can receive, in lower case.

    Kinds: ``named``, ``implicit``, ``ethereum_implicit``, ``deterministic``. Reasons: ``empty``, ``wrong_length``,
    ``not_an_address``, ``test_network``, ``top_level_name``, ``program_address`` (the system), ``bad_checksum`` (capitals
    among the digits of an Ethereum key's account are its checksum, as in the form they were copied from), ``not_on_curve``
    (an implicit account whose key nobody can have).
    """
    text = text.strip() if len(text) < 1000 else text
    if not text:
        return _refused("empty")
    if not 2 <= len(text) <= 64:
        return _refused("wrong_length")
    lower = text.lower()
    if _IMPLICIT.fullmatch(lower) or _FORTY.fullmatch(lower):
        return _of_digits(text, lower)
    return _of_name(network, text, lower)


def _of_digits(text: str, lower: str) -> AddressCheck:
    if len(lower) == 64:
        known = on_ed25519(bytes.fromhex(lower))
        return AddressCheck(True, lower, "implicit", None, None) if known else _refused("not_on_curve")
    if lower[1] == "s":
        return AddressCheck(True, lower, "deterministic", None, None)
    digits = text[2:]
    mixed = digits not in (digits.lower(), digits.upper())
    if mixed and digits != checksummed(bytes.fromhex(digits))[2:]:
        return _refused("bad_checksum")
    return AddressCheck(True, lower, "ethereum_implicit", None, None)


def _of_name(network: Network, text: str, lower: str) -> AddressCheck:
    if not is_account(lower):
        return _refused("not_an_address")
    if lower == SYSTEM:
        return _refused("program_address")
    if lower.rpartition(".")[2] in _TEST_NAMES:
        return _refused("test_network")
    if "." not in lower:
        if text != lower:
            return _refused("not_an_address")  # looks like a key or a hash in base58, not like a name
        if lower not in network.params.get("top_level", ()):
            return _refused("top_level_name")
    return AddressCheck(True, lower, "named", None, None)


def _refused(reason: str) -> AddressCheck:
    return AddressCheck(False, None, None, None, reason)


def asset_identity(network: Network, text: str) -> str | None:
    """The account of the contract that keeps a token; ``None`` for what is no account that can."""
    lower = text.lower()
    if not is_account(lower) or lower == SYSTEM or lower.rpartition(".")[2] in _TEST_NAMES:
        return None
    return lower if text == lower or "." in lower else None  # a key in base58 mixes cases
