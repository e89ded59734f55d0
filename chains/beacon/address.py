"""Addresses of the Beacon Chain: Bech32 with the row's prefix (``params.hrp``) around 20 bytes. Pure."""

from __future__ import annotations

import re

from chains import bech32
from chains.encoding import BadText
from chains.types import AddressCheck, Network

_TOKEN = re.compile(r"[A-Z0-9.]{2,12}-[A-Z0-9]{3,4}")
_OF_THE_OTHER_CHAIN = re.compile(r"0[xX][0-9a-fA-F]{40}")  # BNB Smart Chain, which many people take for this one


def check(network: Network, text: str) -> AddressCheck:
    """Whether ``text`` is an account of the network.

    Reasons: those of :mod:`chains.bech32`, ``empty``, ``test_network`` (``params.test_hrps``), ``not_an_account`` (validators,
    ``params.other_hrps``), ``wrong_network``.
    """
    text = text.strip()
    try:
        if not text:
            raise BadText("empty")
        if _OF_THE_OTHER_CHAIN.fullmatch(text):
            raise BadText("wrong_network")
        prefix, content = bech32.decode(text)
        if prefix in network.params["test_hrps"]:
            raise BadText("test_network")
        if prefix in network.params["other_hrps"]:
            raise BadText("not_an_account")
        if prefix != network.params["hrp"]:
            raise BadText("wrong_network")
        if len(content) != 20:
            raise BadText("wrong_length")
    except BadText as problem:
        return AddressCheck(False, None, None, None, problem.code)
    return AddressCheck(True, bech32.encode(prefix, content), "account", None, None)


def asset_identity(network: Network, text: str) -> str | None:
    """A BEP-2 symbol in upper case, its suffix behind a hyphen; ``None`` for what is none and for the coin itself."""
    symbol = text.upper()
    return symbol if _TOKEN.fullmatch(symbol) and symbol != network.native.symbol else None


def twin_key(network: Network, address: str) -> str | None:
    """``tendermint:`` and the 20 bytes of a key's hash."""
    content = bech32.decode(address)[1]
    return f"tendermint:{content.hex()}" if len(content) == 20 else None


def twin_addresses(network: Network, key: str) -> tuple[str, ...]:
    """The account under the network's prefix."""
    kind, _, digits = key.partition(":")
    return (bech32.encode(network.params["hrp"], bytes.fromhex(digits)),) if kind == "tendermint" else ()
