"""What our own side knows about one transaction, frozen: whose addresses, which assets, what was booked before."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True)
class Owner:
    """An address of ours as the book shows it at the time of the payment. ``account`` is empty for our own wallets.

    A ``shared`` address belongs to whoever its ``memo`` names.
    """

    address: str
    account: str
    kind: str
    custody: str
    memo: str = ""


@dataclass(frozen=True)
class KnownAsset:
    """A row of the asset registry; ``contract`` is ``None`` for the native coin."""

    contract: str | None
    symbol: str
    state: str
    deposits_from: datetime | None = None
    minimum: int | None = None


@dataclass(frozen=True)
class LegHistory:
    """What the books already show for one leg: credited to whom, claimed by which other case."""

    credited_to: str | None = None
    claimed_elsewhere: bool = False
    refunded: bool = False


@dataclass(frozen=True)
class Books:
    """Everything our own side knows about the addresses, assets and legs of one transaction."""

    owners: tuple[Owner, ...] = ()
    assets: tuple[KnownAsset, ...] = ()
    legs: dict[str, LegHistory] = field(default_factory=dict)
    claimant: str | None = None
    claimant_state: str = "active"
    node_for_network: bool = True
    sandbox: bool = False
