"""Solana addresses and signatures: base58 without a checksum, told apart by their length in bytes.

An address is 32 bytes. When they are a point of the curve, somebody may hold its key (``account``); when not, a program
answers for it (``program_derived``): a vault of several signers, or a token account. Both can receive. Base58 has no
checksum, so a mistyped address may be another valid one; nothing here can tell.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from chains.encoding import base58_decode, base58_encode
from chains.errors import NodeMistaken
from chains.solana.programs import INCINERATOR, NATIVE_MINTS, NO_RECIPIENTS, SYSVARS, TOKEN_ACCOUNTS
from chains.types import AddressCheck, Network

if TYPE_CHECKING:
    from solders.pubkey import Pubkey

ADDRESS_BYTES = 32
SIGNATURE_BYTES = 64


def check(text: str) -> AddressCheck:
    """Whether ``text`` is an address that can receive.

    Reasons: ``empty``, ``bad_characters``, ``wrong_length``, ``is_signature`` (64 bytes: a transaction, not an address),
    ``zero_address`` (burns), ``program_address`` (a program of the chain), ``token_contract`` (the mint of wrapped SOL).
    """
    text = text.strip() if len(text) < 1000 else text
    if not text:
        return _refused("empty")
    try:
        data = base58_decode(text, longest=100)
    except ValueError:
        return _refused("wrong_length" if len(text) > 100 else "bad_characters")
    if len(data) != ADDRESS_BYTES:
        return _refused("is_signature" if len(data) == SIGNATURE_BYTES else "wrong_length")
    normalised = base58_encode(data)
    if normalised == INCINERATOR:
        return _refused("zero_address")
    if normalised in NO_RECIPIENTS or normalised.startswith(SYSVARS):
        return _refused("program_address")
    if normalised in NATIVE_MINTS:
        return _refused("token_contract")
    return AddressCheck(True, normalised, "account" if on_curve(data) else "program_derived", None, None)


def _refused(reason: str) -> AddressCheck:
    return AddressCheck(False, None, None, None, reason)


def signature(text: str) -> str | None:
    """``text`` when it is the base58 of 64 bytes, else ``None``."""
    if not 64 <= len(text) <= 88:
        return None
    try:
        data = base58_decode(text, longest=88)
    except ValueError:
        return None
    return text if len(data) == SIGNATURE_BYTES else None


def on_curve(data: bytes) -> bool:
    """Whether 32 bytes are a point of ed25519, that is whether a key for them can exist."""
    from solders.pubkey import Pubkey  # imported late: start-up paths must stay light

    return Pubkey.from_bytes(data).is_on_curve()


@lru_cache(maxsize=65_536)
def _is_address(text: str) -> bool:
    try:
        return len(base58_decode(text, longest=44)) == ADDRESS_BYTES
    except ValueError:
        return False


def address(value: object) -> str:
    """An address as a node writes it. Raises :class:`NodeMistaken` for anything else."""
    if not isinstance(value, str) or not _is_address(value):
        raise NodeMistaken("not an address")
    return value


def asset_identity(network: Network, text: str) -> str | None:
    """A token's mint, that of wrapped SOL too; ``None`` for what is no address or a program's."""
    if not _is_address(text):
        return None
    barred = text in NO_RECIPIENTS or text.startswith(SYSVARS) or text == INCINERATOR
    return None if barred and text not in NATIVE_MINTS else text


def associated(owner: str, mint: str, program: str) -> Pubkey:
    """The address of ``owner``'s associated account of ``mint``."""
    from solders.pubkey import Pubkey

    keys = [Pubkey.from_string(text) for text in (owner, program, mint)]
    accounts = Pubkey.from_string(TOKEN_ACCOUNTS)
    return Pubkey.find_program_address([bytes(key) for key in keys], accounts)[0]
