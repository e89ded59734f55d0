"""NEAR accounts: names, and three forms that stand for themselves.

An account is 2 to 64 characters: parts of lower-case letters and digits joined by ``-`` or ``_``, the parts' names joined by
``.`` (the protocol's account rules). 64 hexadecimal digits are an implicit account (a public key), ``0x`` and 40 digits one that
an Ethereum key controls, ``0s`` and 40 digits one that its first code defines. Only the registrar makes names without a dot,
so a short one is mostly a forgotten ending; those that exist are in the network's parameter ``top_level``.
"""

from __future__ import annotations

import re

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
    ``not_an_address``, ``test_network``, ``top_level_name``, ``program_address`` (the system).
    """
    text = text.strip() if len(text) < 1000 else text
    if not text:
        return _refused("empty")
    if not 2 <= len(text) <= 64:
        return _refused("wrong_length")
    lower = text.lower()
    if _IMPLICIT.fullmatch(lower):
        return AddressCheck(True, lower, "implicit", None, None)
    if _FORTY.fullmatch(lower):
        kind = "ethereum_implicit" if lower[1] == "x" else "deterministic"
        return AddressCheck(True, lower, kind, None, None)
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
