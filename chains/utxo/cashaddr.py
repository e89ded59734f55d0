"""CashAddr, the address form of Bitcoin Cash (its specification: "Address format for Bitcoin Cash"). Pure.

A prefix, a colon, and base 32 with a forty-bit checksum over both. The version byte says what the content is:
``q`` a key, ``p`` a script, ``z`` and ``r`` the same for wallets that understand tokens. Token awareness is a
promise of the wallet, not of the output: both forms pay one script, so the plain form is canonical.
"""

from __future__ import annotations

from collections.abc import Iterable

from chains.bech32 import ALPHABET, regroup
from chains.encoding import BadText

_INDEX = {character: index for index, character in enumerate(ALPHABET)}
_GENERATOR = (0x98F2BC8E61, 0x79B76D99E2, 0xF33E5FB3C4, 0xAE2EABE2A8, 0x1E4F43E470)
_SIZES = (20, 24, 28, 32, 40, 48, 56, 64)
_KINDS = {0: "p2pkh", 1: "p2sh", 2: "p2pkh", 3: "p2sh"}
_TYPES = {"p2pkh": 0, "p2sh": 1}


def _polymod(values: Iterable[int]) -> int:
    check = 1
    for value in values:
        top = check >> 35
        check = (check & 0x07FFFFFFFF) << 5 ^ value
        for bit in range(5):
            if top >> bit & 1:
                check ^= _GENERATOR[bit]
    return check ^ 1


def _expand(prefix: str) -> list[int]:
    return [ord(character) & 31 for character in prefix] + [0]


def encode(prefix: str, kind: str, content: bytes) -> str:
    """The address with its prefix, lower case; ``kind`` is ``p2pkh`` or ``p2sh``."""
    data = list(regroup([_TYPES[kind] << 3 | _SIZES.index(len(content)), *content], 8, 5, pad=True))
    check = _polymod([*_expand(prefix), *data, *[0] * 8])
    tail = [check >> 5 * (7 - place) & 31 for place in range(8)]
    return f"{prefix}:" + "".join(ALPHABET[value] for value in (*data, *tail))


def decode(text: str, prefix: str) -> tuple[str, str, bytes]:
    """Prefix, kind and content. ``prefix`` is meant where the text has none.

    Raises ``mixed_case``, ``bad_characters``, ``wrong_length``, ``bad_checksum``, ``bad_padding``,
    ``unknown_address_type``.
    """
    if text.lower() != text and text.upper() != text:
        raise BadText("mixed_case")
    named, colon, body = text.lower().rpartition(":")
    named = named if colon else prefix
    if not named or not named.isascii() or len(body) > 112:
        raise BadText("wrong_length")
    try:
        data = [_INDEX[character] for character in body]
    except KeyError:
        raise BadText("bad_characters") from None
    if len(data) < 9:
        raise BadText("wrong_length")
    if _polymod([*_expand(named), *data]) != 0:
        raise BadText("bad_checksum")
    content = regroup(data[:-8], 5, 8, pad=False)
    if not content:
        raise BadText("wrong_length")
    version, payload = content[0], content[1:]
    if len(payload) != _SIZES[version & 7]:
        raise BadText("wrong_length")
    kind = _KINDS.get(version >> 3)
    if kind is None or len(payload) not in ((20,) if kind == "p2pkh" else (20, 32)):
        raise BadText("unknown_address_type")
    return named, kind, payload
