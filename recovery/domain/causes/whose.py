"""Whose a destination is, at the time of the payment: the address book read with its validity, memos and twins."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from chains.types import Transaction, Transfer
from recovery.domain.books import LONG_AGO, Books, Owner
from recovery.domain.memos import owners_of_memo

OWN_WALLETS = ("hot", "cold", "gas_tank", "contract")
"""Kinds of addresses that are ours by role, not a customer's."""


@dataclass(frozen=True)
class Whose:
    """The answer. ``standing`` says how the book knows the destination:

    ``owned`` (valid then), ``retired`` (ended before, given to nobody since), ``not_yet`` (only later anybody's), ``nobody``
    (a deposit address without an account), ``role`` (a wallet of our own), ``memo_missing``, ``memo_unknown``,
    ``memo_ambiguous``, ``memo_normalised``, ``shared`` (an address many share on a network without memos).
    ``owner`` is the row that counts, ``next`` a later owner of the same address, ``twin`` whether the row is of another network.
    """

    standing: str
    owner: Owner
    next: Owner | None = None
    twin: bool = False

    @property
    def account(self) -> str:
        """The account it belonged to then; empty when nobody's."""
        return self.owner.account if self.standing in ("owned", "retired", "memo_normalised") else ""


def paid_at(tx: Transaction, books: Books) -> datetime:
    """When the payment counts: its block's time, else now."""
    return (tx.block.time if tx.block else None) or books.now or LONG_AGO


def whose(tx: Transaction, leg: Transfer, books: Books, paid: str | None, *, memos: bool) -> Whose | None:
    """Whose ``paid``, the recipient of a leg, was; ``None`` when no row of the book knows it.

    ``memos``: the network carries them.
    """
    at = paid_at(tx, books)
    here = [row for row in books.owners if not row.network and row.address == paid]
    if here:
        return _of(leg, here, at, memos=memos, twin=False)
    twins = [row for row in books.owners if row.network and row.here == paid]
    personal = [row for row in twins if row.kind != "shared"] or twins
    return _of(leg, personal, at, memos=memos, twin=True) if personal else None


def _of(leg: Transfer, rows: list[Owner], at: datetime, *, memos: bool, twin: bool) -> Whose:
    shared = [row for row in rows if row.kind == "shared"]
    if shared:
        return _shared(leg, shared, at, memos=memos, twin=twin)
    return _by_time(rows, at, twin=twin)


def _by_time(rows: list[Owner], at: datetime, *, twin: bool) -> Whose:
    """The owner at that time; else the last one before, else the first one after."""
    held = [row for row in rows if row.held_at(at)]
    before = sorted((row for row in rows if row.valid_until is not None and row.valid_until <= at), key=_end)
    after = sorted((row for row in rows if row.valid_from > at), key=lambda row: row.valid_from)
    if held:
        owner = held[-1]
        later = next((row for row in after if row.account != owner.account), None)
        if _by_role(owner):
            return Whose("role", owner, later, twin)
        return Whose("owned" if owner.account else "nobody", owner, later, twin)
    if before and (before[-1].account or _by_role(before[-1])):
        return Whose("role" if _by_role(before[-1]) else "retired", before[-1], after[0] if after else None, twin)
    return Whose("not_yet", after[0], None, twin) if after else Whose("nobody", rows[0], None, twin)


def _by_role(row: Owner) -> bool:
    """Whether it is a wallet of our own; a contract that an account was given is that account's deposit address."""
    return row.kind in OWN_WALLETS and not (row.kind == "contract" and row.account)


def _end(row: Owner) -> datetime:
    return row.valid_until or LONG_AGO


def _shared(leg: Transfer, rows: list[Owner], at: datetime, *, memos: bool, twin: bool) -> Whose:
    if not memos:
        return Whose("shared", rows[0], None, twin)
    exact = [row for row in rows if row.memo and row.memo == leg.memo]
    if exact:
        return _by_time(exact, at, twin=twin)
    if not leg.memo:
        return Whose("memo_missing", rows[0], None, twin)
    match = owners_of_memo(leg.memo, {row.memo for row in rows if row.memo})
    if match.ambiguous:
        return Whose("memo_ambiguous", rows[0], None, twin)
    if match.normalised is None:
        return Whose("memo_unknown", rows[0], None, twin)
    found = _by_time([row for row in rows if row.memo == match.normalised], at, twin=twin)
    return Whose("memo_normalised", found.owner, found.next, twin) if found.standing == "owned" else found
