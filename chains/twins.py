"""The same key's address on other networks: where a deposit to one network's address may have gone on another. Pure.

Equal bytes are a twin: whoever holds the key of one can spend at the other. Of a contract's or a script's address that is not
certain, for the same code need not stand there; only the chain can tell. Networks whose keys lie on one curve but whose wallets
never share a key (Solana, NEAR, Stellar, Algorand, …) have no twins.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import cast

from chains.address import check_address
from chains.catalogue import networks
from chains.families import FAMILIES, Twinned
from chains.types import Network


@dataclass(frozen=True)
class Twin:
    """The address that the same key or script has on ``network`` (a slug)."""

    network: str
    address: str


def twins(network: Network, address: str) -> tuple[Twin, ...]:
    """The addresses on other networks of the catalogue that the key or script behind ``address`` has, by network.

    A key may have two on one network (Bitcoin's old and its witness form). Networks of the sample world have twins among
    themselves only. Empty when ``address`` is none of ``network``.
    """
    own = _twinned(network)
    checked = check_address(network, address)
    key = own.twin_key(network, checked.normalised) if own is not None and checked.normalised else None
    if key is None:
        return ()
    return tuple(
        Twin(row.slug, text)
        for row in networks().values()
        if row.slug != network.slug and row.sandbox == network.sandbox and (other := _twinned(row)) is not None
        for text in other.twin_addresses(row, key)
        if check_address(row, text).normalised == text
    )


def valid_on(address: str) -> tuple[str, ...]:
    """The slugs of the networks on which ``address`` can receive."""
    return tuple(row.slug for row in networks().values() if not row.sandbox and check_address(row, address).valid)


def _twinned(network: Network) -> Twinned | None:
    module = import_module(FAMILIES[network.family])
    return cast("Twinned", module) if hasattr(module, "twin_key") else None
