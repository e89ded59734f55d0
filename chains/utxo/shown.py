"""Single values of a node's answer, read strictly, and what every interface asks of a node's identity. Pure.

Whatever does not fit raises :class:`NodeMistaken`: a node that garbles one value is not believed in the next.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from chains.errors import NodeMistaken
from chains.types import Network, Node

# Above every supply in base units: a larger number is a mistake of the node, not money.
_MOST = 1 << 63


def base_units(value: object, decimals: int) -> int:
    """A node's decimal amount in base units, exactly. Raises :class:`NodeMistaken` for anything but a plain number."""
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise NodeMistaken("an amount is no number")
    number = Decimal(value)
    if not number.is_finite() or number.adjusted() > 20 or number < 0:
        raise NodeMistaken("an amount is out of range")
    scaled = number.scaleb(decimals)
    whole = int(scaled)
    if whole != scaled or whole >= _MOST:
        raise NodeMistaken("an amount is finer than the coin or out of range")
    return whole


def signed_units(value: object, decimals: int) -> int:
    """As :func:`base_units`, of a number that may be negative."""
    if isinstance(value, int | Decimal) and not isinstance(value, bool) and value < 0:
        return -base_units(-value, decimals)
    return base_units(value, decimals)


def integer(value: object, what: str, *, lowest: int = 0) -> int:
    """A whole number from a node's answer, also when written as text. Raises :class:`NodeMistaken`."""
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= 20:
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or not lowest <= value < _MOST:
        raise NodeMistaken(f"{what} is no number in range")
    return value


def hash_text(value: object, what: str) -> str:
    """Sixty-four lower-case hexadecimal digits. Raises :class:`NodeMistaken`."""
    if isinstance(value, str) and len(value) == 64 and not set(value.lower()) - set("0123456789abcdef"):
        return value.lower()
    raise NodeMistaken(f"{what} is no hash")


def octets(value: object, what: str) -> bytes:
    """Bytes written in hexadecimal. Raises :class:`NodeMistaken`."""
    try:
        if isinstance(value, str):
            return bytes.fromhex(value)
    except ValueError:
        pass
    raise NodeMistaken(f"{what} is no hexadecimal text")


def mapping(value: object, what: str) -> Mapping[str, Any]:
    """A JSON object. Raises :class:`NodeMistaken`."""
    if isinstance(value, dict):
        return value
    raise NodeMistaken(f"{what} is no object")


def sequence(value: object, what: str) -> list[Any]:
    """A JSON list. Raises :class:`NodeMistaken`."""
    if isinstance(value, list):
        return value
    raise NodeMistaken(f"{what} is no list")


def moment(value: object, what: str) -> datetime:
    """A time given as seconds since 1970, aware UTC. Raises :class:`NodeMistaken`."""
    seconds = integer(value, what)
    if seconds >= 1 << 33:
        raise NodeMistaken(f"{what} is no time")
    return datetime.fromtimestamp(seconds, UTC)


def is_local(node: Node) -> bool:
    """Whether the node runs on this very machine, the only place where a test chain is believed.

    A recorded conversation has no URL any more; its label still names the host where labels do.
    """
    try:
        host = urlsplit(node.url or f"//{node.label}").hostname or ""
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


@dataclass(frozen=True)
class Identity:
    """Which chain a node follows: the network's, ``wrong``, or the local test chain; ``warnings`` when it does not show."""

    wrong: bool = False
    regtest: bool = False
    warnings: tuple[str, ...] = ()


def identity(
    network: Network, node: Node, *, genesis: str | None, chain: str | None, fork: str | None, named: bool | None = None
) -> Identity:
    """Which chain a node follows, by what it shows of itself; None stands for what it does not show.

    ``genesis`` is its first block, ``chain`` its own word (``main``, ``regtest``), ``fork`` its block at the height of the
    row's ``fork`` (what tells chains apart that share their beginning), ``named`` whether the name it gives its coin is the
    row's. A test chain is believed only on this machine, whether the row is of it or of the chain it stands for.
    """
    params = network.params
    test = params.get("regtest", {})
    if genesis is not None and genesis == test.get("genesis") and chain in (None, "regtest") and is_local(node):
        return Identity(regtest=True)
    expected = params.get("fork", {}).get("hash")
    wrong = (
        (genesis is not None and genesis != params["genesis"])
        or (chain is not None and chain != params.get("chain", "main"))
        or (network.sandbox and not is_local(node))
        or (fork is not None and expected is not None and fork != expected)
        or named is False
    )
    if wrong:
        return Identity(wrong=True, warnings=("wrong_chain",))
    certain = named or (genesis is not None and (expected is None or fork is not None))
    return Identity(warnings=() if certain else ("chain_identity_not_visible",))


def is_behind(network: Network, now: datetime, tip_time: datetime) -> bool:
    """Whether the newest block a node has is too old for it to know what happened since."""
    return (now - tip_time).total_seconds() > int(network.params.get("stale_after", 86400))
