"""What a survey found, as frozen values: what really arrived, which addresses are contracts, what tokens are like."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Traits:
    """What a token is like, as probing shows; ``None`` where that is not known.

    ``paused`` and ``holder_blocked`` (the recipient of its first leg is on a list of the token's) are the token's own words, or
    follow from a transfer that works; ``transfer_works`` is a trial of moving the amount on from there, ``returns`` what it
    answers: ``true``, ``nothing`` or ``false``. ``takes_fee``: less arrives than is sent. ``rebasing``: balances change without
    movements. ``receipt_for`` names the kind of a token that stands for a share of something (``erc4626``, ``pair``, …).
    ``bridged``: it says itself that it stands for a token of another chain. ``wrapped_native``: for the native coin.
    """

    exists: bool | None = None
    fungible: bool | None = None
    paused: bool | None = None
    holder_blocked: bool | None = None
    transfer_works: bool | None = None
    returns: str | None = None
    takes_fee: bool | None = None
    rebasing: bool | None = None
    receipt_for: str | None = None
    bridged: bool | None = None
    wrapped_native: bool | None = None


@dataclass(frozen=True)
class Survey:
    """What was found beyond the transaction; empty where nothing was asked.

    ``moved``: by position of a leg, by how much the recipient's holding really rose through it; a leg that is not named needs
    no look (the ledger itself moves it, no contract's log claims it). ``code``: by address, whether a contract stands there now.
    ``traits``: by contract. ``holders``: by token account that was used as if it were an owner, who owns it. ``notes`` are codes
    of what could not be seen and why, the label of a node behind a colon where they are about one.
    """

    moved: Mapping[str, int | None] = field(default_factory=dict)
    code: Mapping[str, bool | None] = field(default_factory=dict)
    traits: Mapping[str, Traits] = field(default_factory=dict)
    holders: Mapping[str, str | None] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
