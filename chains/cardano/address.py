"""Cardano addresses as CIP-19 lays them out, and Byron's. Pure.

A Shelley address is one header byte (type and network), a payment credential and perhaps a delegation part. Odd types
have a script as payment credential. Types 14 and 15 are reward accounts (``stake1…``): no output can pay them. The row's
``params``: ``network_id`` (1 on the main network), ``hrp``, ``test_hrps``, ``reward_hrps``.
"""

from __future__ import annotations

import re

from chains import bech32
from chains.cardano.codec import LONGEST, byron_decode
from chains.encoding import BadText
from chains.types import AddressCheck, Network

_ASSET = re.compile(r"([0-9a-fA-F]{56})\.?([0-9a-fA-F]{0,64})")
"""A policy of 28 bytes and a name of at most 32."""

_LENGTHS = {0: 57, 1: 57, 2: 57, 3: 57, 6: 29, 7: 29}
"""Bytes by type: the header and one or two hashes of 28."""

_KINDS = {0: "base", 2: "base", 4: "pointer", 6: "enterprise"}


def check(network: Network, text: str) -> AddressCheck:
    """Whether ``text`` can receive: kinds ``base``, ``pointer``, ``enterprise``, ``script``, ``byron``, ``byron_redeem``.

    Reasons: ``empty``, ``wrong_network``, ``test_network``, ``reward_address``, ``unknown_type`` and those of the codec.
    """
    text = text.strip()
    try:
        kind, normalised = _read(network, text)
    except BadText as problem:
        return AddressCheck(False, None, None, None, problem.code)
    return AddressCheck(True, normalised, kind, None, None)


def _read(network: Network, text: str) -> tuple[str, str]:
    if not text:
        raise BadText("empty")
    params = network.params
    named = (params["hrp"], *params["test_hrps"], *params["reward_hrps"])
    if not any(text.lower().startswith(f"{prefix}1") for prefix in named):
        return _byron(text)
    prefix, content = bech32.decode(text, longest=LONGEST)
    if prefix in params["reward_hrps"]:
        raise BadText("reward_address")
    if prefix in params["test_hrps"]:
        raise BadText("test_network")
    if prefix != params["hrp"]:
        raise BadText("wrong_network")
    if not content:
        raise BadText("wrong_length")
    if content[0] & 15 != params["network_id"]:
        raise BadText("wrong_network")
    return _shelley(content), bech32.encode(prefix, content)


def _shelley(content: bytes) -> str:
    form = content[0] >> 4
    if form in (4, 5):
        _pointer(content[29:])
    elif form not in _LENGTHS:
        raise BadText("reward_address" if form in (14, 15) else "unknown_type")
    elif len(content) != _LENGTHS[form]:
        raise BadText("wrong_length")
    return "script" if form % 2 else _KINDS[form]


def _pointer(content: bytes) -> None:
    """Three numbers (slot, transaction, certificate) in groups of seven bits, high bit set on all but the last group."""
    ends = [place for place, octet in enumerate(content) if octet < 0x80]
    if len(ends) != 3 or ends[-1] != len(content) - 1 or len(content) > 30:
        raise BadText("wrong_length")


def _byron(text: str) -> tuple[str, str]:
    if len(text) > 36 and text == text.lower() and "1" in text:
        raise BadText("wrong_network")  # another network's Bech32, or its prefix mistyped; base58 mixes cases
    seen = byron_decode(text)
    if seen.magic is not None:
        raise BadText("test_network")
    return ("byron_redeem" if seen.redeem else "byron"), text


def asset_identity(network: Network, text: str) -> str | None:
    """``policy.name_hex`` in lower case, also of the two written as one; an asset without a name ends in the point."""
    match = _ASSET.fullmatch(text)
    return f"{match[1]}.{match[2]}".lower() if match and len(match[2]) % 2 == 0 else None
