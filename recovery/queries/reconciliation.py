"""The ledger's and the cases' side of a reconciliation, read at one moment; and what earlier ones found."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Select, and_, func, or_, select, text, union_all
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from chains.catalogue import networks
from chains.sending import Attempt
from recovery.domain.accounting import CUSTODY_DEPOSIT, CUSTOMER_BALANCES, SWEEP_IN_TRANSIT, ZERO_AT_CLOSE
from recovery.domain.reconciliation import ACCOUNT_OF, CaseBook
from recovery.models import (
    Claim,
    CreditIntent,
    OwnedAddress,
    Plan,
    PlanCase,
    PlanStep,
    Posting,
    Quote,
    Reconciliation,
    ReconciliationLine,
    RecoveryCase,
    WalletOpening,
)
from recovery.queries.attempts import attempts_of

Key = tuple[str, str, str]
"""Network, asset, account (or place)."""

READERS = frozenset({"clearing", "auditor", "lead"})
SIGNERS = frozenset({"clearing", "lead"})


@dataclass(frozen=True)
class Place:
    """Addresses of ours in one asset, and what the ledger says lies there."""

    network: str
    asset: str
    contract: str | None
    place: str
    addresses: tuple[str, ...]
    ledger: int
    opening: int = 0
    opened: bool = True


@dataclass(frozen=True)
class UnderWay:
    """A step whose bytes are out and whose plan is not over, with its replacements."""

    of: str
    network: str
    attempts: tuple[Attempt, ...]


@dataclass(frozen=True)
class Books:
    """Everything but the chain."""

    ledger: Mapping[Key, int]
    sums: Mapping[Key, int]
    cases: tuple[CaseBook, ...]
    places: tuple[Place, ...]
    under_way: tuple[UnderWay, ...]


def at_one_moment(session: Session) -> None:
    """Have everything this session reads be of the same moment. The first thing it does."""
    session.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"))


def read_books(session: Session, network: str | None = None) -> Books:
    """Both sides of our own, for one network or all."""
    ledger = ledger_balances(session, network)
    cases = _case_books(session, network)
    return Books(
        ledger,
        _sums(session, network),
        tuple(cases),
        (*_own_places(session, network, ledger), *_deposits(session, network)),
        tuple(_under_way(session, network)),
    )


def ledger_balances(session: Session, network: str | None = None) -> dict[Key, int]:
    """The debit balance of every account in every asset it ever moved in, also where nothing is left."""
    both = _sides(network).subquery()
    query = select(both.c.network, both.c.asset, both.c.account, func.sum(both.c.amount)).group_by(
        both.c.network, both.c.asset, both.c.account
    )
    return {(slug, asset, account): int(total) for slug, asset, account, total in session.execute(query)}


def _sides(network: str | None) -> Select[*tuple[Any, ...]]:
    """Every posting twice: what it added to its debit account and took from its credit account."""
    rows: list[Select[*tuple[Any, ...]]] = [
        select(Posting.case_id, Posting.network, Posting.asset, side.label("account"), amount.label("amount"))
        for side, amount in ((Posting.debit, Posting.amount), (Posting.credit, -Posting.amount))
    ]
    if network is not None:
        rows = [row.where(Posting.network == network) for row in rows]
    both = union_all(*rows).subquery()
    return select(both)


def _by_case(network: str | None) -> Select[*tuple[Any, ...]]:
    both = _sides(network).subquery()
    total = func.sum(both.c.amount).label("total")
    return select(both.c.case_id, both.c.network, both.c.asset, both.c.account, total).group_by(
        both.c.case_id, both.c.network, both.c.asset, both.c.account
    )


def _sums(session: Session, network: str | None) -> dict[Key, int]:
    """The same over the balances of the cases."""
    parts = _by_case(network).subquery()
    query = (
        select(parts.c.network, parts.c.asset, parts.c.account, func.sum(parts.c.total))
        .join(RecoveryCase, RecoveryCase.id == parts.c.case_id)
        .group_by(parts.c.network, parts.c.asset, parts.c.account)
    )
    return {(slug, asset, account): int(total) for slug, asset, account, total in session.execute(query) if total}


def _case_books(session: Session, network: str | None) -> list[CaseBook]:
    """Open cases, and closed ones that hold what a closed one may not."""
    parts = _by_case(network).subquery()
    query = (
        select(RecoveryCase.id, RecoveryCase.ref, RecoveryCase.closed_at, parts)
        .join(parts, parts.c.case_id == RecoveryCase.id)
        .where(
            parts.c.total != 0,
            or_(RecoveryCase.closed_at.is_(None), parts.c.account.in_(ZERO_AT_CLOSE)),
        )
    )
    held: dict[tuple[uuid.UUID, str, str], dict[str, int]] = {}
    about: dict[uuid.UUID, tuple[str, bool]] = {}
    for row in session.execute(query):
        held.setdefault((row.id, row.network, row.asset), {})[row.account] = int(row.total)
        about[row.id] = (row.ref, row.closed_at is not None)
    for case_id, ref, slug, asset in session.execute(_open_claims(network)):
        held.setdefault((case_id, slug, asset), {})
        about.setdefault(case_id, (ref, False))
    plans, credits, nets = _amounts_under_way(session), _credits(session), _nets(session)
    books = []
    for (case_id, slug, asset), totals in held.items():
        ref, closed = about[case_id]
        claimed = (case_id, asset)
        books.append(
            CaseBook(
                ref,
                slug,
                asset,
                totals,
                closed,
                plans.get((*claimed, "sweep"), 0),
                plans.get((*claimed, "refund"), 0),
                credits.get(claimed),
                nets.get(claimed),
            )
        )
    return books


def _open_claims(network: str | None) -> Select[*tuple[Any, ...]]:
    """Legs in open cases: what is expected of them must be there, also when nothing is booked at all."""
    query: Select[*tuple[Any, ...]] = (
        select(RecoveryCase.id, RecoveryCase.ref, Claim.network, Claim.asset)
        .join(Claim, Claim.case_id == RecoveryCase.id)
        .where(RecoveryCase.closed_at.is_(None), Claim.released_at.is_(None))
    )
    return query if network is None else query.where(Claim.network == network)


def _amounts_under_way(session: Session) -> dict[tuple[uuid.UUID, str, str], int]:
    """By case, asset and kind: what plans with stored bytes that are not over have under way."""
    query = (
        select(PlanCase.case_id, Claim.asset, PlanCase.kind, PlanCase.amount)
        .join(Plan, Plan.id == PlanCase.plan_id)
        .join(Claim, and_(Claim.case_id == PlanCase.case_id, Claim.released_at.is_(None)))
        .where(Plan.state == "recorded", PlanCase.state == "open")
    )
    return {(case_id, asset, kind): amount for case_id, asset, kind, amount in session.execute(query)}


def _credits(session: Session) -> dict[tuple[uuid.UUID, str], int]:
    query = select(CreditIntent.case_id, CreditIntent.asset, CreditIntent.amount).where(CreditIntent.state == "open")
    return {(case_id, asset): amount for case_id, asset, amount in session.execute(query)}


def _nets(session: Session) -> dict[tuple[uuid.UUID, str], int]:
    """What accepted quotes of open cases pay out, where the coins are swept."""
    query = (
        select(Quote.case_id, Quote.asset, Quote.net)
        .join(PlanCase, PlanCase.case_id == Quote.case_id)
        .join(RecoveryCase, RecoveryCase.id == Quote.case_id)
        .where(
            Quote.state == "accepted",
            PlanCase.kind == "sweep",
            PlanCase.state == "confirmed",
            RecoveryCase.closed_at.is_(None),
        )
    )
    return {(case_id, asset): net for case_id, asset, net in session.execute(query)}


def _own_places(session: Session, network: str | None, ledger: Mapping[Key, int]) -> Iterable[Place]:
    """Recovery wallets and gas tanks of a network, in every asset the ledger or an opening speaks of."""
    openings = _openings(session)
    contracts = contracts_of(session)
    for (slug, place), addresses in sorted(_own_addresses(session, network).items()):
        account = ACCOUNT_OF[place]
        row = networks().get(slug)
        native = {row.native.asset} if row else set()
        passing = {account, SWEEP_IN_TRANSIT} if place == "wallet" else {account}
        assets = {asset for at, asset, code in ledger if at == slug and code in passing}
        assets |= {asset for at, asset, where in openings if at == slug and where == place} | native
        for asset in sorted(assets):
            contract = None if asset in native else contracts.get((slug, asset), "")
            held, opening = ledger.get((slug, asset, account), 0), openings.get((slug, asset, place))
            yield Place(
                *(slug, asset, contract, place, tuple(sorted(addresses)), held),
                opening=opening or 0,
                opened=opening is not None,
            )


def _own_addresses(session: Session, network: str | None) -> dict[tuple[str, str], set[str]]:
    """By network and place, whatever time they were in use: coins stay where they came to."""
    query = select(OwnedAddress.network, OwnedAddress.kind, OwnedAddress.address).where(
        OwnedAddress.account == "",
        or_(
            OwnedAddress.kind == "gas_tank",
            and_(OwnedAddress.kind == "hot", OwnedAddress.label == "recovery wallet"),
        ),
    )
    if network is not None:
        query = query.where(OwnedAddress.network == network)
    found: dict[tuple[str, str], set[str]] = {}
    for slug, kind, address in session.execute(query):
        found.setdefault((slug, "tank" if kind == "gas_tank" else "wallet"), set()).add(address)
    return found


def _openings(session: Session) -> dict[Key, int]:
    query = (
        select(WalletOpening.network, WalletOpening.asset, WalletOpening.place, func.sum(WalletOpening.amount))
        .where(WalletOpening.signed_at.is_not(None))
        .group_by(WalletOpening.network, WalletOpening.asset, WalletOpening.place)
    )
    return {(slug, asset, place): int(total) for slug, asset, place, total in session.execute(query)}


def contracts_of(session: Session) -> dict[tuple[str, str], str | None]:
    """The contract of each asset that a leg was ever claimed in."""
    query = select(Claim.network, Claim.asset, Claim.contract).distinct()
    return {(slug, asset): contract for slug, asset, contract in session.execute(query)}


def _deposits(session: Session, network: str | None) -> Iterable[Place]:
    """What open cases have at deposit addresses: their own legs and the gas sent there, unless the customer was credited."""
    parts = _by_case(network).subquery()
    credited = select(Posting.case_id).where(Posting.credit == CUSTOMER_BALANCES)
    query = (
        select(parts.c.network, parts.c.asset, Claim.recipient, func.sum(parts.c.total))
        .join(Claim, and_(Claim.case_id == parts.c.case_id, Claim.network == parts.c.network))
        .join(RecoveryCase, RecoveryCase.id == parts.c.case_id)
        .where(
            parts.c.account == CUSTODY_DEPOSIT,
            Claim.released_at.is_(None),
            RecoveryCase.closed_at.is_(None),
            parts.c.case_id.not_in(credited),
        )
        .group_by(parts.c.network, parts.c.asset, Claim.recipient)
        .order_by(parts.c.network, parts.c.asset, Claim.recipient)
    )
    contracts = contracts_of(session)
    for slug, asset, address, total in session.execute(query):
        row = networks().get(slug)
        contract = None if row and row.native.asset == asset else contracts.get((slug, asset), "")
        yield Place(slug, asset, contract, "deposit", (address,), int(total))


def _under_way(session: Session, network: str | None) -> Iterable[UnderWay]:
    query = (
        select(PlanStep)
        .join(Plan, Plan.id == PlanStep.plan_id)
        .where(Plan.state == "recorded", PlanStep.hash.is_not(None), PlanStep.state != "abandoned")
        .order_by(PlanStep.plan_id, PlanStep.index)
    )
    if network is not None:
        query = query.where(PlanStep.network == network)
    for row in session.scalars(query):
        yield UnderWay(f"{row.plan_id}/{row.index}", row.network, attempts_of(session, row))


def latest_run(session: Session, run_id: uuid.UUID | None = None) -> Reconciliation | None:
    """The last reconciliation, or the one of that id."""
    if run_id is not None:
        return session.get(Reconciliation, run_id)
    return session.scalars(select(Reconciliation).order_by(Reconciliation.at.desc(), Reconciliation.id.desc())).first()


def agreed_since(session: Session, since: datetime) -> dict[str, str]:
    """By asset (``network asset``) what the newest comparison since a moment says: ``agrees`` when every line of it is equal or
    explained, ``differs`` when one is not explained, ``not_asked`` when one is unknown."""
    newest = (
        select(Reconciliation)
        .where(Reconciliation.at >= since)
        .ext(distinct_on(Reconciliation.network))
        .order_by(Reconciliation.network, Reconciliation.at.desc(), Reconciliation.id.desc())
    )
    found: dict[tuple[str, str], str] = {}
    for run in sorted(session.scalars(newest), key=lambda one: one.at):
        found = {key: told for key, told in found.items() if run.network not in ("", key[0])}
        for line in lines_of(session, run):
            key, said = (line["network"], line["asset"]), _WORD[line["status"]]
            found[key] = max(found.get(key, said), said, key=_WORST.index)
    return {f"{network} {asset}": told for (network, asset), told in found.items()}


_WORD = {"equal": "agrees", "explained": "agrees", "unknown": "not_asked", "unexplained": "differs"}
_WORST = ("agrees", "not_asked", "differs")


def lines_of(session: Session, run: Reconciliation) -> list[dict[str, Any]]:
    """Its lines, in their order."""
    query = select(ReconciliationLine.body).where(ReconciliationLine.run_id == run.id)
    return list(session.scalars(query.order_by(ReconciliationLine.number)))


def openings_shown(session: Session) -> list[WalletOpening]:
    """What was ever drafted and signed, those to be signed first."""
    query = select(WalletOpening).order_by(WalletOpening.signed_at.is_not(None), WalletOpening.drafted_at.desc())
    return list(session.scalars(query.limit(200)))


def opening_amount(opening: WalletOpening) -> int:
    """Its amount as a whole number."""
    return int(Decimal(opening.amount))
