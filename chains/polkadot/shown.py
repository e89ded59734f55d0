"""What either interface shows of an extrinsic, in one form, and the strict reading of single values.

Every function raises :class:`NodeMistaken` for a value that cannot be what it should be.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from chains.encoding import BadText, plain
from chains.errors import NodeMistaken
from chains.polkadot.address import decode, encode
from chains.types import Network

_DIGITS = re.compile(r"[0-9]{1,39}")
_KEY = re.compile(r"0x[0-9a-f]{64}")
_WORD = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,63}")
LONGEST_LOCATION = 400


@dataclass(frozen=True)
class Event:
    """What a pallet told, ``pallet`` in lower case. ``place`` counts the events of one extrinsic (or hook) from 0."""

    place: int
    pallet: str
    name: str
    data: Sequence[Any]


@dataclass(frozen=True)
class Shown:
    """An extrinsic in a block, or (``index`` ``initialize`` or ``finalize``) what the block did of itself.

    ``final`` is ``None`` when the node does not tell. ``signer`` is ``None`` for what nobody signed. ``author`` made the
    block. ``stated_fee`` is what the node itself reckons the fee to be, the tip included; ``charged`` whether there is one.
    """

    height: int
    block_hash: str
    time: datetime | None
    final: bool | None
    index: str
    events: tuple[Event, ...]
    signer: str | None
    author: str | None = None
    stated_fee: int | None = None
    charged: bool = True
    said: bool | None = None

    @property
    def reference(self) -> str:
        """The one name of it, whatever it was asked for by."""
        return f"{self.height}-{self.index}"


def member(value: Any) -> Mapping[str, Any]:
    """A JSON object."""
    if not isinstance(value, dict):
        raise NodeMistaken("not an object")
    return value


def items(value: Any) -> Sequence[Any]:
    """A JSON list."""
    if not isinstance(value, list):
        raise NodeMistaken("not a list")
    return value


def word(value: Any) -> str:
    """The name of a pallet, a call or an event."""
    if not isinstance(value, str) or not _WORD.fullmatch(value):
        raise NodeMistaken("not a name")
    return value


def whole(value: Any, bits: int = 128) -> int:
    """A non-negative whole number, written as a number, as digits, or as digits with thousands set off."""
    if isinstance(value, str) and _DIGITS.fullmatch(value.replace(",", "")):
        value = int(value.replace(",", ""))
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 1 << bits:
        raise NodeMistaken("not a quantity")
    return value


def digest(value: Any) -> str:
    """Thirty-two bytes, ``0x`` and lower case."""
    if not isinstance(value, str) or not _KEY.fullmatch(value):
        raise NodeMistaken("not a hash")
    return value


def moment(milliseconds: Any) -> datetime:
    """A time in milliseconds, as the timestamp pallet keeps it."""
    return datetime.fromtimestamp(whole(milliseconds, 43) / 1000, UTC).replace(microsecond=0)


class OtherNetwork(NodeMistaken):
    """The node writes its accounts as another network does, so that is the one it follows."""


def account(network: Network, value: Any) -> str:
    """An account as the network writes it: told as its address, as one of no network in particular, as a bare key, or as
    ``{"id": …}``. Raises :class:`NodeMistaken`, for another network's address :class:`OtherNetwork`.
    """
    if isinstance(value, dict) and len(value) == 1:
        ((name, value),) = value.items()
        if name.lower() != "id":
            raise NodeMistaken("not an account")
    if not isinstance(value, str):
        raise NodeMistaken("not an account")
    number = int(network.params["ss58"])
    if _KEY.fullmatch(value):
        return encode(number, bytes.fromhex(value[2:]))
    try:
        told, key = decode(value)
    except BadText as problem:
        raise NodeMistaken("not an account") from problem
    if told not in (number, network.params.get("ss58_generic")):
        raise OtherNetwork("an account of another network")
    return encode(number, key)


def location(value: Any) -> str:
    """A place in the consensus system (XCM) as canonical JSON: names in one case, numbers as digits, no spaces, sorted.

    Versions and interfaces write one place differently; ``interior`` becomes the plain list of its junctions.
    """
    written = member(value)
    parts = {_lower(str(name)): part for name, part in written.items()}
    if parts.keys() != {"parents", "interior"}:
        raise NodeMistaken("not a location")
    place = {"interior": _interior(parts["interior"]), "parents": str(whole(parts["parents"], 8))}
    text = json.dumps(place, separators=(",", ":"), sort_keys=True)
    if len(text) > LONGEST_LOCATION:
        raise NodeMistaken("not a location")
    return text


def _interior(value: Any) -> list[Any]:
    if isinstance(value, str) and value.lower() == "here":
        return []
    if isinstance(value, list):
        return [_junction(each) for each in value]  # canonical already
    inside = member(value)
    if len(inside) != 1:
        raise NodeMistaken("not an interior")
    ((name, junctions),) = inside.items()
    if name.lower() == "here":
        return []
    if name.lower() == "x1" and not isinstance(junctions, list):
        junctions = [junctions]
    told = items(junctions)
    if name.lower() != f"x{len(told)}":
        raise NodeMistaken("not an interior")
    return [_junction(each) for each in told]


def _junction(value: Any, depth: int = 0) -> Any:
    if depth > 6:
        raise NodeMistaken("not a junction")
    if isinstance(value, dict):
        return {
            _lower(plain(str(name))): _junction(part, depth + 1) for name, part in value.items() if part is not None
        }
    if isinstance(value, list):
        return [_junction(part, depth + 1) for part in value]
    if isinstance(value, str):
        return plain(value.lower() if value.startswith("0x") else value.replace(",", ""), 200)
    if isinstance(value, int):
        return str(value)
    raise NodeMistaken("not a junction")


def _lower(name: str) -> str:
    return name[:1].lower() + name[1:]
