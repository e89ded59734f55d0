"""SS58 addresses: a network's number, a public key and a checksum, in base58. Pure.

The same key is another text on every network, and a chain knows only keys. The row's ``params``: ``ss58``, the network's own
number; ``ss58_generic``, the number of no network in particular, whose texts mean the same key here and are rewritten. Any
other number is refused although its key could receive: it shows that another network was meant. :func:`public_key` finds
the twins.
"""

from __future__ import annotations

import hashlib

from chains.encoding import BadText, base58_decode, base58_encode
from chains.types import AddressCheck, Network


def check(network: Network, text: str) -> AddressCheck:
    """Whether ``text`` can receive, as the network writes it. Kind ``account``.

    Reasons: ``empty``, ``public_key`` (a bare key has no checksum), ``bad_characters``, ``wrong_length``, ``bad_checksum``,
    ``wrong_network``.
    """
    text = text.strip()
    try:
        number, key = decode(text)
    except BadText as problem:
        return AddressCheck(False, None, None, None, problem.code)
    if number not in (network.params["ss58"], network.params.get("ss58_generic")):
        return AddressCheck(False, None, None, None, "wrong_network")
    return AddressCheck(True, encode(int(network.params["ss58"]), key), "account", None, None)


def public_key(network: Network, text: str) -> bytes | None:
    """The key behind an address of any SS58 network, ``None`` when it is none: equal keys are twins.

    ``network`` is any row of this family; its number plays no part.
    """
    try:
        return decode(text.strip())[1]
    except BadText:
        return None


def encode(number: int, key: bytes) -> str:
    """A 32-byte key as the network of this number writes it."""
    if number < 64:
        prefix = bytes([number])
    else:
        prefix = bytes([(number & 0xFC) >> 2 | 0x40, number >> 8 | (number & 3) << 6])
    content = prefix + key
    return base58_encode(content + _checksum(content))


def decode(text: str) -> tuple[int, bytes]:
    """Network number and key. Raises :class:`BadText`."""
    if not text:
        raise BadText("empty")
    if len(text) in (64, 66) and text.lower().removeprefix("0x").strip("0123456789abcdef") == "":
        raise BadText("public_key")
    if not 40 <= len(text) <= 60:
        raise BadText("wrong_length")
    content = base58_decode(text)
    width = 1 if content[0] < 64 else 2
    if content[0] >= 128 or len(content) != width + 34:
        raise BadText("wrong_length")
    if _checksum(content[:-2]) != content[-2:]:
        raise BadText("bad_checksum")
    first, second = content[0], content[1]
    number = first if width == 1 else (first & 0x3F) << 2 | second >> 6 | (second & 0x3F) << 8
    if width == 2 and number < 64:
        raise BadText("wrong_length")  # the long form of a short number would be a second spelling
    return number, content[width:-2]


def _checksum(content: bytes) -> bytes:
    return hashlib.blake2b(b"SS58PRE" + content, digest_size=64).digest()[:2]


def twin_key(network: Network, address: str) -> str | None:
    """``substrate:`` and the public key, which is the account on every chain of the kind."""
    key = public_key(network, address)
    return None if key is None else f"substrate:{key.hex()}"


def twin_addresses(network: Network, key: str) -> tuple[str, ...]:
    """The key as the network writes it."""
    kind, _, digits = key.partition(":")
    return (encode(int(network.params["ss58"]), bytes.fromhex(digits)),) if kind == "substrate" else ()
