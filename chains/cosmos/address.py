"""Addresses of the Cosmos family: Bech32 with the row's prefix (``params.hrp``) around 20 or 32 bytes. Pure.

20 bytes are the hash of a key (or a module), 32 bytes a contract or another derived account (ADR-028). The same bytes
under another prefix are the twin of the same key on another network; it is refused there, because nobody can know
whether coins sent to it were meant for this one.
"""

from __future__ import annotations

import re
from functools import lru_cache

from chains import bech32
from chains.encoding import BadText
from chains.types import AddressCheck, Network

_DENOM = re.compile(r"[a-zA-Z][a-zA-Z0-9/:._-]{1,127}")
_IBC = re.compile(r"[iI][bB][cC]/([0-9a-fA-F]{64})")
_KINDS = {20: "account", 32: "contract"}
_NOT_ACCOUNTS = ("valoper", "valcons", "valoperpub", "valconspub", "pub")


def check(network: Network, text: str) -> AddressCheck:
    """Whether ``text`` can receive on ``network``.

    Reasons: those of :mod:`chains.bech32`, ``empty``, ``wrong_network``, ``not_an_account`` (of a validator or a public key).
    """
    text, hrp = text.strip(), network.params["hrp"]
    try:
        content = _content(hrp, text)
    except BadText as problem:
        return AddressCheck(False, None, None, None, problem.code)
    return AddressCheck(True, bech32.encode(hrp, content), _KINDS[len(content)], None, None)


def _content(hrp: str, text: str) -> bytes:
    """The bytes of an account. Raises :class:`~chains.encoding.BadText` with the reason."""
    if not text:
        raise BadText("empty")
    prefix, content = bech32.decode(text)
    if prefix != hrp:
        raise BadText("not_an_account" if prefix.removeprefix(hrp) in _NOT_ACCOUNTS else "wrong_network")
    if len(content) not in _KINDS:
        raise BadText("wrong_length")
    return content


def canonical(network: Network, text: object) -> str | None:
    """The address in lower case, or ``None`` when ``text`` is none of this network."""
    return _canonical(network.params["hrp"], text) if isinstance(text, str) and len(text) <= bech32.LONGEST else None


@lru_cache(maxsize=16_384)
def _canonical(hrp: str, text: str) -> str | None:
    try:
        return bech32.encode(hrp, _content(hrp, text.strip()))
    except BadText:
        return None


def asset_identity(network: Network, text: str) -> str | None:
    """A denom, ``ibc/HASH`` in upper case, or the address of a token's contract; ``None`` for the coin itself and others."""
    if (hashed := _IBC.fullmatch(text)) is not None:
        return f"ibc/{hashed[1].upper()}"
    known = check(network, text)
    if known.valid:
        return known.normalised if known.kind == _KINDS[32] else None
    if known.reason in ("wrong_network", "not_an_account") or text.lower().startswith(f"{network.params['hrp']}1"):
        return None  # an address, or one mistyped, though not of a contract here
    if not _DENOM.fullmatch(text) or text == network.params["denom"] or text.lower().startswith("ibc/"):
        return None
    return text


def twin_key(network: Network, address: str) -> str | None:
    """``tendermint:`` and the 20 bytes of a key's hash; contracts have no twins."""
    content = bech32.decode(address)[1]
    return f"tendermint:{content.hex()}" if len(content) == 20 else None


def twin_addresses(network: Network, key: str) -> tuple[str, ...]:
    """The account under the network's prefix."""
    kind, _, digits = key.partition(":")
    return (bech32.encode(network.params["hrp"], bytes.fromhex(digits)),) if kind == "tendermint" else ()
