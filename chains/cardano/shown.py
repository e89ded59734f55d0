"""What either interface shows of a transaction, in one form, and the strict reading of single fields.

Every function raises :class:`NodeMistaken` for a value that cannot be what it should be.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from chains.encoding import plain
from chains.errors import NodeMistaken
from chains.types import Network

MOST = 2**63 - 1
"""The largest quantity one output may hold; more than all lovelace there will ever be."""

_HEX64 = re.compile(r"[0-9a-f]{64}")
_POLICY = re.compile(r"[0-9a-f]{56}")
_NAME = re.compile(r"(?:[0-9a-f]{2}){0,32}")
_DIGITS = re.compile(r"[0-9]{1,20}")


@dataclass(frozen=True)
class Piece:
    """One input or output. ``assets`` maps ``policy.name_hex`` to a quantity, in the order of their bytes.

    ``index`` is the output's place in the transaction that made it.
    """

    address: str
    index: int
    lovelace: int
    assets: Mapping[str, int]
    datum: bool = False


@dataclass(frozen=True)
class Shown:
    """A transaction in a block.

    ``time`` and ``valid`` are ``None`` when the node does not tell. ``inputs`` are those really spent by a valid one;
    ``collateral`` what a failing one loses. ``outputs`` are what a valid transaction makes, the collateral's return not
    among them. ``fee`` is as the node states it. ``withdrawals`` is how many reward accounts it draws from, ``None`` when
    the node does not tell.
    ``message`` is what metadata label 674 holds; ``metadata_shown`` is false where the node did not say.
    """

    hash: str
    block_hash: str
    height: int
    time: datetime | None
    valid: bool | None
    fee: int
    inputs: tuple[Piece, ...]
    collateral: tuple[Piece, ...]
    outputs: tuple[Piece, ...]
    collateral_return: Piece | None
    withdrawals: int | None
    message: Any = None
    metadata_shown: bool = True


@dataclass(frozen=True)
class Tip:
    """The newest block a node has."""

    height: int
    time: datetime


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


def digest(value: Any) -> str:
    """Thirty-two bytes in lower-case hexadecimal."""
    if not isinstance(value, str) or not _HEX64.fullmatch(value):
        raise NodeMistaken("not a hash")
    return value


def whole(value: Any, most: int = MOST) -> int:
    """A non-negative whole number, written as a number or as decimal digits."""
    if isinstance(value, str) and _DIGITS.fullmatch(value):
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= most:
        raise NodeMistaken("not a quantity")
    return value


def moment(value: Any) -> datetime:
    """A Unix time in seconds."""
    return datetime.fromtimestamp(whole(value, 2**34), UTC)


def truth(value: Any) -> bool:
    """True or false, nothing else."""
    if not isinstance(value, bool):
        raise NodeMistaken("neither true nor false")
    return value


def asset(policy: Any, name: Any) -> str:
    """``policy.name_hex``, the name perhaps empty (as Koios may write ``null``)."""
    name = "" if name is None else name
    if not isinstance(policy, str) or not isinstance(name, str) or not _POLICY.fullmatch(policy):
        raise NodeMistaken("not a policy")
    if not _NAME.fullmatch(name):
        raise NodeMistaken("not an asset name")
    return f"{policy}.{name}"


def ordered(pairs: Sequence[tuple[str, int]]) -> Mapping[str, int]:
    """Assets in the order of policy, then name, each named once."""
    held = dict(pairs)
    if len(held) != len(pairs):
        raise NodeMistaken("an asset named twice")
    return dict(sorted(held.items()))


def written_address(value: Any) -> str:
    """An address as the node writes it. Whether it can be read is the decoder's question: Byron allowed long nonsense."""
    if not isinstance(value, str) or not value or plain(value, len(value)) != value:
        raise NodeMistaken("not an address")
    return value


def of_test_network(network: Network, pieces: Sequence[Piece]) -> bool:
    """Whether any address names a test network, which a node of the main network can never show."""
    return any(piece.address.startswith(f"{hrp}1") for piece in pieces for hrp in network.params["test_hrps"])


def numbered(outputs: Sequence[Piece]) -> tuple[Piece, ...]:
    """Outputs in their own order, 0 to n-1 without a gap: a missing one would be a payment not told of."""
    told = sorted(outputs, key=lambda piece: piece.index)
    if [piece.index for piece in told] != list(range(len(told))):
        raise NodeMistaken("outputs are missing or double")
    return tuple(told)
