"""What one instruction does to money, in words common to both forms in which nodes write instructions.

Account names here are those of the chain: a token account stands for itself, its owner is found later (``ledger.py``).
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class LamportMove:
    """Lamports from account to account; ``amount`` ``None`` means all that ``source`` holds at that moment."""

    source: str
    destination: str
    amount: int | None


@dataclass(frozen=True)
class TokenMove:
    """Tokens between token accounts. ``source`` is ``None`` for a mint, ``destination`` for a burn.

    ``withheld`` is the part of ``amount`` a fee keeps back from the destination, ``None`` where the instruction does not
    say. ``mint`` and ``decimals`` are ``None`` where the instruction does not name them.
    """

    source: str | None
    destination: str | None
    amount: int
    mint: str | None = None
    decimals: int | None = None
    withheld: int | None = 0


@dataclass(frozen=True)
class Opened:
    """A token account begins."""

    account: str
    mint: str
    owner: str


@dataclass(frozen=True)
class OwnerTold:
    """An instruction that names the owner of a token account which may have existed before."""

    account: str
    mint: str
    owner: str


@dataclass(frozen=True)
class OwnerChanged:
    """A token account is given to somebody else."""

    account: str
    owner: str


@dataclass(frozen=True)
class Filled:
    """Tokens appear in an account, how many the instruction does not say: SOL is wrapped, withheld fees are collected."""

    account: str


@dataclass(frozen=True)
class Memo:
    """Words."""

    text: str


@dataclass(frozen=True)
class Opaque:
    """Something that moves money and does not show how; ``warning`` is its code."""

    warning: str


Act = LamportMove | TokenMove | Opened | OwnerTold | OwnerChanged | Filled | Memo | Opaque


@dataclass(frozen=True)
class Instruction:
    """One instruction as a node shows it: raw (``data``), or taken apart by the node (``kind`` and ``info``, or ``words``).

    ``place`` is (N,) for instruction N of the transaction, (N, M) for the Mth one that ran inside it.
    """

    place: tuple[int, ...]
    program: str
    accounts: tuple[str, ...] = ()
    data: bytes | None = None
    kind: str | None = None
    info: dict[str, object] | None = None
    words: str | None = None

    @property
    def position(self) -> str:
        """``ix:N`` or ``ix:N/M``."""
        return "ix:" + "/".join(map(str, self.place))
