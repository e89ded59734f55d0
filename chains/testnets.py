"""Links to explorers of test networks, where coins are worth nothing. Pure.

A site is recognised by its domain, which it shares with an explorer of a network we know (``sepolia.etherscan.io`` with
``etherscan.io``); that the page is of a test network stands in the host, in the path or in what the page is asked for.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from urllib.parse import SplitResult, parse_qsl

from chains.catalogue import networks

NAMES = {
    "test", "testnet", "testnet2", "testnet3", "testnet4", "signet", "regtest", "devnet", "betanet", "sepolia", "holesky",
    "hoodi", "goerli", "ropsten", "rinkeby", "kovan", "amoy", "mumbai", "fuji", "chiado", "alfajores", "baklava", "mordor",
    "shasta", "nile", "preprod", "preview", "ghostnet", "shadownet", "previewnet", "futurenet", "westend", "rococo", "paseo",
    "btctest", "ltctest", "dogetest", "dashtest", "zectest", "tbtc", "tltc",
}  # fmt: skip
"""What test networks are called in links; longer words are taken apart at their hyphens."""

_WORDS = re.compile(r"[^a-z0-9]+")

_KEYS = {"cluster", "network", "net", "chain"}
"""What pages are asked with for a network."""

_LONGEST = 40
"""Characters of a part that may name a network; hashes are longer."""


def leads_to_one(host: str, parts: SplitResult) -> bool:
    """Whether a link to ``host`` is of a test network at a site of explorers that we know."""
    return _domain(host) in _sites() and any(
        word in NAMES for part in _named(host, parts) if len(part) <= _LONGEST for word in _WORDS.split(part.lower())
    )


def _named(host: str, parts: SplitResult) -> Iterator[str]:
    """Where a link names its network. Some pages have their path, or what they are asked, behind ``#``."""
    route, _, asked = parts.fragment.partition("?")
    yield from host.split(".")[:-2]
    yield from parts.path.split("/")
    yield from route.split("/")
    for key, value in parse_qsl(f"{parts.query}&{asked}", keep_blank_values=True):
        if key.lower() in _KEYS:
            yield value
        elif value.lower() not in ("false", "0", "no"):
            yield key


def _domain(host: str) -> str:
    return ".".join(host.split(".")[-2:])


@lru_cache(maxsize=1)
def _sites() -> frozenset[str]:
    """The domains of all explorers of the catalogue."""
    return frozenset(
        _domain(explorer.partition("/")[0]) for network in networks().values() for explorer in network.explorers
    )
