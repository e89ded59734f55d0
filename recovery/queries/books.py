"""Our own side of a transaction, as frozen facts for the diagnosis: whose addresses, which assets, what the books show."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import BindParameter, ColumnElement, Text, func, literal, literal_column, select, true, union
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session
from sqlalchemy.sql.selectable import LateralFromClause

from chains.address import check_address
from chains.catalogue import networks
from chains.twins import twins
from chains.types import Network, Transaction, Transfer
from recovery.domain.books import Books, KnownAsset, Label, Owner, Sighting
from recovery.domain.memos import candidates, digit_keys
from recovery.models import Account, ListedAsset, OwnedAddress, PlatformLabel, Sighting as SightingRow
from recovery.queries.batches import membership
from recovery.queries.book_history import read_credits, read_legs, read_withdrawals
from recovery.queries.clock import database_now
from recovery.queries.ownership import proofs_of
from recovery.queries.prices import prices_for
from recovery.queries.screening import screened

MOST_TWINS = 64
"""Recipients whose twins on other networks are computed; more receive in a batch only, where nobody pays a wrong network."""

MOST_OWNERS_OF_A_MEMO = 200
"""Rows of one memo of one address, over all time and spellings with leading zeros."""

MOST_OWN_ADDRESSES = 200
"""The claimant's own addresses that others are compared with."""


@dataclass(frozen=True)
class Asking:
    """Who asks: the account (if any), the case whose own claim is not somebody else's, and what was named or claimed.

    ``holders`` are the owners of token accounts that were paid as if they were wallets.
    """

    claimant: str | None = None
    case_id: uuid.UUID | None = None
    named_network: str | None = None
    claimed_amount: int | None = None
    shown_on: tuple[str, ...] = ()
    replaced: bool | None = None
    replaced_by: str | None = None
    other_hashes: tuple[str, ...] = ()
    holders: Mapping[str, str] = field(default_factory=dict)


def read_books(session: Session, tx: Transaction, asking: Asking, *, sandbox: bool) -> Books:
    """The snapshot for one transaction: rows of every time, since only the diagnosis knows which time counts."""
    now = database_now(session)
    network = networks()[tx.network]
    owners = _owners(session, network, tx, asking.holders)
    account = session.get(Account, asking.claimant) if asking.claimant is not None else None
    known = {row.address for row in owners if not row.network} | {row.here for row in owners if row.network}
    legs = tuple(leg for leg in tx.transfers if asking.holders.get(leg.recipient or "", leg.recipient) in known)
    parties = {one for leg in tx.transfers for one in (leg.sender, leg.recipient, leg.contract) if one}
    if tx.fee is not None and tx.fee.payer is not None:
        parties.add(tx.fee.payer)
    labels = _labels(session, tx.network, parties)
    assets = _assets(session, tx.network)
    withdrawals = read_withdrawals(session, tx, legs, owners, labels, asking.claimant)
    labels |= _labels(session, tx.network, {one.destination for one in withdrawals} - parties)
    return Books(
        owners=owners,
        assets=assets,
        legs=read_legs(session, tx, asking.claimant, asking.case_id),
        labels=labels,
        withdrawals=withdrawals,
        credits=read_credits(session, tx, asking.claimant),
        screened=screened(session, asking.case_id, tx.network, legs),
        proofs=proofs_of(session, asking.case_id, tx.network, tx.hash) if asking.case_id else (),
        sightings=_sightings(session, tx),
        claimant=asking.claimant,
        claimant_state=account.state if account else "active",
        claimant_addresses=_own_addresses(session, tx.network, asking.claimant),
        claimed_amount=asking.claimed_amount,
        security_changed_at=account.security_changed_at if account else None,
        now=now,
        named_network=asking.named_network,
        shown_on=asking.shown_on,
        network_run=bool(assets) or any(not row.network for row in owners) or _has_addresses(session, tx.network),
        worth=_worth(session, tx.network, legs),
        replaced=asking.replaced,
        replaced_by=asking.replaced_by,
        other_hashes=asking.other_hashes,
        states={} if asking.claimant is not None else _states(session, owners),
        sandbox=sandbox,
        batched=asking.case_id is not None and membership(session, asking.case_id) is not None,
    )


def _states(session: Session, owners: Sequence[Owner]) -> dict[str, str]:
    """Accounts of ``owners`` that are not active."""
    names = {row.account for row in owners if row.account}
    rows = session.execute(select(Account.account, Account.state).where(Account.account.in_(names))).all()
    return {account: state for account, state in rows if state != "active"}


def _owners(session: Session, network: Network, tx: Transaction, holders: Mapping[str, str]) -> tuple[Owner, ...]:
    sides = {side for leg in tx.transfers for side in (leg.sender, leg.recipient) if side} | set(holders.values())
    if not sides:
        return ()
    texts = {text for leg in tx.transfers if leg.memo for text, _ in candidates(leg.memo)}
    digits = {key for leg in tx.transfers if leg.memo for key in digit_keys(leg.memo)}
    here = _rows(session, [(tx.network, side) for side in sorted(sides)], texts, digits)
    known = {row.address for row in here}
    lost = list(dict.fromkeys(leg.recipient for leg in tx.transfers if leg.recipient and leg.recipient not in known))
    others = _twin_rows(session, network, lost[:MOST_TWINS], texts, digits)
    return (*(_owner(row) for row in here), *others)


def _rows(
    session: Session, places: Sequence[tuple[str, str]], texts: set[str], digits: set[str]
) -> Sequence[OwnedAddress]:
    """Rows of the book for addresses (each a network and an address); of a shared one only those whose memo may be meant, and
    one more to know it by.

    Each way to a row is a question of its own with an index for it: a shared address may have as many rows as an exchange has
    customers.
    """
    where = func.unnest(_texts(name for name, _ in places), _texts(address for _, address in places))
    place = where.table_valued("network", "address").render_derived(name="place")
    there = (OwnedAddress.network == place.c.network) & (OwnedAddress.address == place.c.address)
    shared = OwnedAddress.kind == literal_column("'shared'")
    keys = [key if key != "0" else "" for key in digits]
    number = func.ltrim(OwnedAddress.memo, literal_column("'0'"))  # written out: a plan for any parameter uses no index
    named = func.unnest(_texts(texts)).table_valued("text").render_derived(name="named")
    numbered = func.unnest(_texts(keys)).table_valued("text").render_derived(name="numbered")
    first = (
        select(OwnedAddress.id)
        .where(there, shared)
        .order_by(OwnedAddress.memo, OwnedAddress.account, OwnedAddress.valid_from)
        .limit(1)
        .lateral()
    )
    by_memo = _few(there, OwnedAddress.memo == named.c.text)
    by_number = _few(there, shared, number == numbered.c.text)
    ways = union(
        select(OwnedAddress.id).join(place, there).where(OwnedAddress.kind != literal_column("'shared'")),
        # whatever its kind: named, the index of all shared rows of the address would seem as good as that of this memo
        select(by_memo.c.id).select_from(place).join(named, true()).join(by_memo, true()),
        select(by_number.c.id).select_from(place).join(numbered, true()).join(by_number, true()),
        select(first.c.id).select_from(place).join(first, true()),
    )
    rows = session.scalars(
        select(OwnedAddress)
        .where(OwnedAddress.id.in_(ways))
        .order_by(OwnedAddress.network, OwnedAddress.address, OwnedAddress.valid_from, OwnedAddress.account)
    )
    return rows.all()


def _few(*where: ColumnElement[bool]) -> LateralFromClause:
    """Rows for one memo of one address. The limit keeps it a question of its own, answered by an index: asked for many at
    once, the database would read all memos of the address instead."""
    return select(OwnedAddress.id).where(*where).limit(MOST_OWNERS_OF_A_MEMO).lateral()


def _texts(some: Iterable[str]) -> BindParameter[Sequence[str]]:
    """Many texts as one parameter."""
    return literal(list(some), ARRAY(Text))


def _twin_rows(
    session: Session, network: Network, lost: Sequence[str], texts: set[str], digits: set[str]
) -> tuple[Owner, ...]:
    """Rows of other networks whose key or script is that of a recipient nobody knows here."""
    here = {(twin.network, twin.address): address for address in lost for twin in twins(network, address)}
    if not here:
        return ()
    rows = _rows(session, list(here), texts, digits)
    return tuple(_twin(network, row, here[row.network, row.address]) for row in rows)


def _owner(row: OwnedAddress) -> Owner:
    return Owner(
        address=row.address,
        account=row.account,
        kind=row.kind,
        custody=row.custody,
        memo=row.memo,
        valid_from=row.valid_from,
        valid_until=row.valid_until,
        label=row.label or "",
    )


def _twin(network: Network, row: OwnedAddress, here: str) -> Owner:
    return Owner(
        address=row.address,
        account=row.account,
        kind=row.kind,
        custody=row.custody,
        memo=row.memo,
        network=row.network,
        here=here,
        family=networks()[row.network].family,
        script=_may_be_witness(network, row.network, here),
        valid_from=row.valid_from,
        valid_until=row.valid_until,
        label=row.label or "",
    )


def _may_be_witness(network: Network, book: str, here: str) -> bool:
    """Whether the row is of a network with witnesses and its script, so written here, may be a witness wallet's."""
    return "hrp" in networks()[book].params and check_address(network, here).kind in ("p2sh", "p2wsh", "script")


def _assets(session: Session, network: str) -> tuple[KnownAsset, ...]:
    rows = session.scalars(select(ListedAsset).where(ListedAsset.network == network).order_by(ListedAsset.contract))
    return tuple(
        KnownAsset(row.contract or None, row.symbol, row.state, row.deposits_from, row.minimum) for row in rows
    )


def _has_addresses(session: Session, network: str) -> bool:
    found = select(OwnedAddress.id).where(OwnedAddress.network == network).limit(1)
    return session.scalar(found) is not None


def _labels(session: Session, network: str, named: set[str]) -> dict[str, Label]:
    rows = session.scalars(
        select(PlatformLabel)
        .where(PlatformLabel.network == network, PlatformLabel.address.in_(named))
        .order_by(PlatformLabel.address)
    )
    return {row.address: Label(row.platform, row.kind) for row in rows} if named else {}


def _sightings(session: Session, tx: Transaction) -> tuple[Sighting, ...]:
    rows = session.scalars(
        select(SightingRow)
        .where(SightingRow.network == tx.network, SightingRow.hash == tx.hash)
        .order_by(SightingRow.seen_at, SightingRow.id)
    )
    return tuple(Sighting(row.in_block, row.block_hash or None, row.seen_at) for row in rows)


def _own_addresses(session: Session, network: str, claimant: str | None) -> tuple[str, ...]:
    if claimant is None:
        return ()
    rows = session.scalars(
        select(OwnedAddress.address)
        .where(OwnedAddress.account == claimant, OwnedAddress.network == network, OwnedAddress.kind == "deposit")
        .order_by(OwnedAddress.valid_from.desc(), OwnedAddress.address)
        .limit(MOST_OWN_ADDRESSES)
    )
    return tuple(rows)


def _worth(session: Session, network: str, legs: Sequence[Transfer]) -> dict[str, int]:
    """What legs to us are worth in base units of the network's coin, where a price of the very contract is known."""
    prices = prices_for(session, {(network, leg.contract) for leg in legs if leg.contract})
    return {
        leg.position: leg.amount * price.ratio.numerator // price.ratio.denominator
        for leg in legs
        if leg.contract and (price := prices.get((network, leg.contract)))
    }
