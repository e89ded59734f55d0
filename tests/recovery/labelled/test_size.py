"""A diagnosis reads a handful of rows however large the registries are: a shared address of many memos, many customers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from chains.surveyed import Survey
from chains.types import Transaction
from recovery.db import Database
from recovery.domain.cause_policy import BUILT_IN
from recovery.domain.ids import new_id
from recovery.models import OwnedAddress
from recovery.queries.books import Asking
from recovery.services import verdicts
from tests.recovery.labelled.payments import Payment, payments

MEMOS, CUSTOMERS = 100_000, 300_000
MOST_ROWS = 300
"""Rows of the address book that all of a verdict's questions together may touch; of a leg with a memo some dozens are enough."""

SINCE = datetime(2009, 1, 3, tzinfo=UTC)


def payment(slug: str, scene: str) -> Payment:
    return next(one for one in payments() if (one.network.slug, one.scene) == (slug, scene))


SHARED, TYPED, KEYED = payment("xrpl", "tagged"), payment("tron", "final"), payment("ethereum", "final")


@pytest.fixture(scope="module")
def database(module_database_url: str) -> Iterator[Database]:
    """Registries of a large exchange, loaded the way an import loads them."""
    opened = Database(module_database_url)
    with opened.unit_of_work() as session:
        _fill(session)
    with opened.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE owned_address"))
    yield opened
    opened.close()


def _fill(session: Session) -> None:
    connection = session.connection().connection.driver_connection
    assert isinstance(connection, psycopg.Connection)
    table = OwnedAddress.__tablename__
    columns = "id, network, address, memo, account, kind, valid_from, custody"
    with connection.cursor() as cursor, cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
        for number in range(MEMOS):
            for p in (SHARED, TYPED):
                row = (p.network.slug, p.leg.recipient, str(number), f"acct-{number}", "shared")
                copy.write_row((new_id(), *row, SINCE, "key"))
        for number in range(CUSTOMERS):
            row = ("ethereum", f"0x{number:040x}", "", f"acct-{number}", "deposit")
            copy.write_row((new_id(), *row, SINCE, "key"))
        own = ("ethereum", KEYED.leg.recipient, "", "acct-1022", "deposit")
        copy.write_row((new_id(), *own, SINCE, "key"))
        hot = ("ethereum", KEYED.leg.sender, "", "acct-1022", "deposit")
        copy.write_row((new_id(), *hot, SINCE, "key"))


def read(database: Database, tx: Transaction, asking: Asking) -> tuple[int, int, str | None]:
    """Rows of the address book that a verdict read one after the other, rows it fetched by an index, and its cause."""
    with database.reading() as session:
        before = _touched(session)
        cause = verdicts.judge(session, tx, asking, Survey(), BUILT_IN, sandbox=False).finding.cause
        after = _touched(session)
    return after[0] - before[0], after[1] - before[1], cause


def _touched(session: Session) -> tuple[int, int]:
    """What this connection did with the address book so far, as the database counts it."""
    told = "SELECT seq_tup_read, idx_tup_fetch FROM pg_stat_xact_user_tables WHERE relname = :table"
    scanned, fetched = session.execute(text(told), {"table": OwnedAddress.__tablename__}).one()
    return scanned, fetched


TYPED_MEMOS = (
    "1022",
    "001022",
    " １０２２ ",
    "order 1022 please",
    "no such",
    "7 or 8",
    "0",
    None,
    "x" * 500,
    "1 2 3 4 5 6 7 8 9",
)


@pytest.mark.parametrize("memo", TYPED_MEMOS)
@pytest.mark.parametrize("p", [SHARED, TYPED], ids=lambda p: p.network.slug)
def test_a_shared_address_of_many_memos(p: Payment, memo: str | None, database: Database) -> None:
    legs = tuple(replace(leg, memo=memo) if leg == p.leg else leg for leg in p.tx.transfers)
    scanned, fetched, _ = read(database, replace(p.tx, transfers=legs), Asking("acct-1022"))
    assert scanned < 5  # whether there is any row at all
    assert fetched < MOST_ROWS


@pytest.mark.parametrize("claimant", ["acct-1022", "acct-1", None, "nobody"])
def test_an_address_book_of_many_customers(claimant: str | None, database: Database) -> None:
    scanned, fetched, _ = read(database, KEYED.tx, Asking(claimant))
    assert scanned < 5  # whether there is any row at all
    assert fetched < MOST_ROWS


def test_an_address_that_only_other_networks_know(database: Database) -> None:
    """Twins are looked up on every network whose keys are alike."""
    elsewhere = replace(KEYED.tx, network="polygon", network_id="eip155:137", fee=None)
    scanned, fetched, cause = read(database, elsewhere, Asking("acct-1022"))
    assert scanned < 5  # whether there is any row at all
    assert fetched < MOST_ROWS
    assert cause in ("C01", "C02")


def test_many_legs_of_one_transaction(database: Database) -> None:
    leg = SHARED.leg
    legs = tuple(replace(leg, position=f"op:{n}", memo=f"order {n}") for n in range(100))
    scanned, fetched, _ = read(database, replace(SHARED.tx, transfers=legs), Asking("acct-1022"))
    assert scanned < 5  # whether there is any row at all
    assert fetched < 8 * MOST_ROWS
