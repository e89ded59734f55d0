"""What our own side knows about one transaction, frozen: whose addresses, which assets, what was booked before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from recovery.domain.returned import SentWithdrawal

LONG_AGO = datetime.fromisoformat("1970-01-01T00:00:00+00:00")


@dataclass(frozen=True)
class Owner:
    """One row of the address book, of whatever time. ``account`` is empty for our own wallets.

    A ``shared`` address belongs to whoever its ``memo`` names. ``network`` is empty for the transaction's own; on another
    network ``here`` is how the same key or script is written on the transaction's, and ``script`` whether it may be a script of
    a witness wallet.
    """

    address: str
    account: str
    kind: str
    custody: str
    memo: str = ""
    network: str = ""
    here: str = ""
    family: str = ""
    script: bool = False
    valid_from: datetime = LONG_AGO
    valid_until: datetime | None = None
    label: str = ""

    def held_at(self, at: datetime) -> bool:
        """Whether the row counts at that moment."""
        return self.valid_from <= at and (self.valid_until is None or at < self.valid_until)


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
    """What the books already show for one leg: credited to whom and how much, claimed by which other case.

    ``claimed_elsewhere`` is another account's case, ``claimed_before`` another one of the claimant's own. A credit of the
    whole transaction, ``whole``, may be meant for one of its legs only.
    """

    credited_to: str | None = None
    credited_amount: int | None = None
    credited_contract: str | None = None
    whole: bool = False
    claimed_elsewhere: bool = False
    claimed_before: bool = False
    refunded: bool = False


@dataclass(frozen=True)
class Label:
    """Whose an address of somebody else is: ``platform``, ``bridge``, ``contract`` or ``sanctioned``."""

    platform: str
    kind: str


@dataclass(frozen=True)
class Proof:
    """An accepted proof of ownership: of the ``source``, the ``destination`` or the ``memo``; ``weak`` or ``strong``."""

    kind: str
    address: str
    memo: str
    method: str
    strength: str


@dataclass(frozen=True)
class Screened:
    """What screening said of an address or account: ``clear``, ``hold``, ``sanctioned`` or ``unknown`` (the tool is down)."""

    subject: str
    verdict: str
    source: str


@dataclass(frozen=True)
class Sighting:
    """What an earlier look saw of the transaction: waiting, or in a block (its hash may be unknown)."""

    in_block: bool
    block_hash: str | None
    at: datetime


@dataclass(frozen=True)
class Books:
    """Everything our own side knows about the addresses, assets and legs of one transaction.

    ``credits`` are those of the hash by position (empty: the whole transaction), known without any node. ``now`` is the
    database's clock when the snapshot was taken. ``claimant_addresses`` are the claimant's own deposit addresses on this
    network. ``worth`` is what legs are worth in base units of the network's coin, by position, where a price is known by
    contract. ``replaced`` and ``replaced_by`` tell of a transaction that waited and was overtaken. ``shown_on`` are the
    networks that know the hash, ``other_hashes`` payments of the same sender near by to the claimant's own addresses.
    ``states`` are those of the owners that are not active, by account, while nobody claims. ``batched``: the case is to be swept
    together with others, which share the cost.
    """

    owners: tuple[Owner, ...] = ()
    assets: tuple[KnownAsset, ...] = ()
    legs: Mapping[str, LegHistory] = field(default_factory=dict)
    labels: Mapping[str, Label] = field(default_factory=dict)
    withdrawals: tuple[SentWithdrawal, ...] = ()
    credits: Mapping[str, LegHistory] = field(default_factory=dict)
    proofs: tuple[Proof, ...] = ()
    screened: tuple[Screened, ...] = ()
    sightings: tuple[Sighting, ...] = ()
    claimant: str | None = None
    claimant_state: str = "active"
    claimant_addresses: tuple[str, ...] = ()
    claimed_amount: int | None = None
    security_changed_at: datetime | None = None
    now: datetime | None = None
    named_network: str | None = None
    shown_on: tuple[str, ...] = ()
    network_run: bool = True
    worth: Mapping[str, int] = field(default_factory=dict)
    replaced: bool | None = None
    replaced_by: str | None = None
    other_hashes: tuple[str, ...] = ()
    states: Mapping[str, str] = field(default_factory=dict)
    sandbox: bool = False
    batched: bool = False
