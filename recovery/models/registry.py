"""What the exchange knows: its addresses, its assets, its credits, withdrawals, labels and accounts (CONTRACTS 5).

An empty text stands for "none" in keys, since a unique key does not hold over nulls.
"""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, Identity, Index, UniqueConstraint, func, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from recovery.db import Base, BaseUnits


class RegistryImport(Base):
    """Who last imported a registry, and when. The row is held while one import runs."""

    __tablename__ = "registry_import"

    kind: Mapped[str] = mapped_column(primary_key=True)
    by: Mapped[uuid.UUID]
    at: Mapped[datetime] = mapped_column(server_default=func.now())


class RegistryLoad(Base):
    """One import that took effect, kept for ever: who, when, the SHA-256 of the file (less a byte order mark), its effect."""

    __tablename__ = "registry_load"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    kind: Mapped[str]
    by: Mapped[uuid.UUID]
    at: Mapped[datetime] = mapped_column(server_default=func.now())
    sha256: Mapped[str]
    replaced: Mapped[bool]
    rows: Mapped[int]
    added: Mapped[int]
    changed: Mapped[int]
    removed: Mapped[int]

    __table_args__ = (
        CheckConstraint("length(sha256) = 64", name="sha256_is_whole"),
        Index("ix_registry_load_kind", "kind", "at"),
    )


class RegistryChange(Base):
    """What one load made of one row, kept for ever: ``before`` is null for a new row, ``after`` for a removed one.

    Both hold the columns that are no key; amounts are decimal strings. ``load_id`` names a ``registry_load`` of the same
    unit of work; a foreign key would look every one of a hundred thousand rows up again.
    """

    __tablename__ = "registry_change"

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    kind: Mapped[str]
    key: Mapped[dict[str, Any]]
    before: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    after: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    load_id: Mapped[uuid.UUID]
    by: Mapped[uuid.UUID]
    at: Mapped[datetime] = mapped_column(server_default=func.now())

    __table_args__ = (Index("ix_registry_change_key", "key", postgresql_using="hash"),)


class RegistryUpload(Base):
    """A file somebody sent in a page and has seen the effect of, but not yet confirmed. Taken or a day old, it is deleted.

    ``state`` is for a token list, which itself says none; ``preview`` is the effect as it was shown.
    """

    __tablename__ = "registry_upload"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    kind: Mapped[str]
    by: Mapped[uuid.UUID]
    at: Mapped[datetime] = mapped_column(server_default=func.now())
    content: Mapped[bytes]
    token_list: Mapped[bool]
    state: Mapped[str]
    replaces: Mapped[bool]
    preview: Mapped[dict[str, Any]]


class OwnedAddress(Base):
    """An address of ours, whose it was, and when."""

    __tablename__ = "owned_address"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    network: Mapped[str]
    address: Mapped[str]
    memo: Mapped[str] = mapped_column(default="")
    account: Mapped[str] = mapped_column(default="")
    kind: Mapped[str]
    valid_from: Mapped[datetime]
    valid_until: Mapped[datetime | None]
    custody: Mapped[str]
    factory: Mapped[str | None]
    salt: Mapped[str | None]
    label: Mapped[str | None]

    __table_args__ = (
        UniqueConstraint("network", "address", "memo", "account", "valid_from"),
        CheckConstraint("kind IN ('deposit', 'shared', 'hot', 'cold', 'gas_tank', 'contract')", name="kind_is_known"),
        CheckConstraint(
            "custody IN ('key', 'contract', 'multisig', 'third_party', 'archived')", name="custody_is_known"
        ),
        Index("ix_owned_address_address", "address"),
        Index(
            "ix_owned_address_digits",
            *("network", "address", text("ltrim(memo, '0')")),
            postgresql_where=text("kind = 'shared'"),
        ),
        Index(
            "ix_owned_address_personal", "network", "address", postgresql_where=text("kind <> 'shared'")
        ),  # of an address that many share the other index has a row a customer
        Index("ix_owned_address_account", "account"),
    )


class ListedAsset(Base):
    """An asset the exchange lists, listed once, or lists no more. ``contract`` is empty for the native coin."""

    __tablename__ = "listed_asset"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    network: Mapped[str]
    contract: Mapped[str] = mapped_column(default="")
    symbol: Mapped[str]
    decimals: Mapped[int]
    state: Mapped[str]
    deposits_from: Mapped[datetime | None]
    minimum: Mapped[int | None] = mapped_column(BaseUnits)
    superseded_by: Mapped[str | None]

    __table_args__ = (
        UniqueConstraint("network", "contract"),
        CheckConstraint("state IN ('listed', 'suspended', 'delisted', 'superseded')", name="state_is_known"),
        CheckConstraint("decimals BETWEEN 0 AND 77", name="decimals_in_range"),
        Index("ix_listed_asset_contract", "contract"),
        Index("ix_listed_asset_symbol", "symbol"),
    )


class Credit(Base):
    """A credit the exchange's ledger made for a transfer leg; an empty ``position`` means the whole transaction."""

    __tablename__ = "credit"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    network: Mapped[str]
    hash: Mapped[str]
    position: Mapped[str] = mapped_column(default="")
    account: Mapped[str]
    contract: Mapped[str] = mapped_column(default="")
    amount: Mapped[int] = mapped_column(BaseUnits)
    credited_at: Mapped[datetime]

    __table_args__ = (
        UniqueConstraint("network", "hash", "position"),
        Index("ix_credit_hash", "hash"),
        Index("ix_credit_account", "account"),
        Index("ix_credit_contract", "contract"),
    )


class SentWithdrawal(Base):
    """A withdrawal the exchange sent out."""

    __tablename__ = "sent_withdrawal"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    network: Mapped[str]
    hash: Mapped[str]
    account: Mapped[str]
    contract: Mapped[str] = mapped_column(default="")
    amount: Mapped[int] = mapped_column(BaseUnits)
    destination: Mapped[str]
    memo: Mapped[str | None]
    sent_at: Mapped[datetime]

    __table_args__ = (
        UniqueConstraint("network", "hash", "account"),
        Index("ix_sent_withdrawal_hash", "hash"),
        Index("ix_sent_withdrawal_account", "account"),
        Index("ix_sent_withdrawal_contract", "contract"),
        Index("ix_sent_withdrawal_destination", "destination"),
    )


class PlatformLabel(Base):
    """Whose an address of somebody else is: another platform, a bridge, a contract, a sanctioned party."""

    __tablename__ = "platform_label"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    network: Mapped[str]
    address: Mapped[str]
    platform: Mapped[str]
    kind: Mapped[str]

    __table_args__ = (
        UniqueConstraint("network", "address"),
        CheckConstraint("kind IN ('platform', 'bridge', 'contract', 'sanctioned')", name="kind_is_known"),
        Index("ix_platform_label_address", "address"),
        Index("ix_platform_label_platform", "platform"),
    )


class Account(Base):
    """A customer account of the exchange, as far as a case must know it."""

    __tablename__ = "account"

    account: Mapped[str] = mapped_column(primary_key=True)
    state: Mapped[str]
    locale: Mapped[str | None]
    security_changed_at: Mapped[datetime | None]

    __table_args__ = (CheckConstraint("state IN ('active', 'frozen', 'closed')", name="state_is_known"),)
