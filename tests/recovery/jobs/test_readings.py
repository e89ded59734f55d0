"""Readings that are kept: final ones for ever, "not found" for a moment, and only for the nodes that gave them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from chains.catalogue import network
from chains.types import Node, Reading, Status
from chains.verify import verify
from recovery.db import Database
from recovery.models import ChainAnswer, ChainReading
from recovery.services.readings import keep_reading, kept_reading, kept_readings
from tests.chains.faulty_node import HASH, World, faulty_node

LOCAL = network("local")
GONE = "0x" + "ff" * 32


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    opened = Database(database_url, pool_size=2)
    yield opened
    opened.close()


def read(hash: str = HASH, world: World | None = None) -> tuple[Reading, Node]:
    with faulty_node(world) as node:
        return verify(LOCAL, hash, [node.node]), node.node


def kept(database: Database, hash: str, *labels: str) -> Reading | None:
    with database.reading() as session:
        return kept_reading(session, LOCAL, hash, labels)


def keep(database: Database, reading: Reading) -> None:
    with database.unit_of_work() as session:
        keep_reading(session, reading)


def test_what_is_final_is_kept_word_for_word_and_read_again(database: Database) -> None:
    reading, node = read()
    keep(database, reading)
    again = kept(database, HASH, node.label)
    assert again is not None
    assert again.transaction == reading.transaction
    assert [(a.body, a.sha256, a.request, a.at) for a in again.answers] == [
        (a.body, a.sha256, a.request, a.at) for a in reading.answers
    ]
    with database.reading() as session:
        assert kept_readings(session, HASH, {LOCAL: [node]}).keys() == {"local"}


def test_keeping_twice_keeps_one(database: Database) -> None:
    reading, _ = read()
    keep(database, reading)
    keep(database, reading)
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(ChainReading)) == 1
        assert session.scalar(select(func.count()).select_from(ChainAnswer)) == len(reading.answers)


def test_a_node_that_was_not_asked_then_is_asked_now(database: Database) -> None:
    reading, node = read()
    keep(database, reading)
    assert kept(database, HASH, node.label, "new-node:8545") is None
    assert kept(database, HASH) is None


def test_not_found_is_kept_for_seconds(database: Database) -> None:
    reading, node = read(GONE)
    assert reading.transaction.status is Status.NOT_FOUND
    keep(database, reading)
    again = kept(database, GONE, node.label)
    assert again is not None
    assert again.transaction.status is Status.NOT_FOUND
    with database.unit_of_work() as session:
        session.execute(update(ChainReading).values(expires_at=func.now() - timedelta(seconds=1)))
    assert kept(database, GONE, node.label) is None


@pytest.mark.parametrize(
    "world",
    [
        World(tip=101),  # not deep enough
        World(transaction=None, receipt=None, syncing={"currentBlock": "0x1"}),  # nobody can tell
        World(receipt=None, transaction=None, chain_id=1),
    ],
)
def test_what_may_change_is_not_kept(database: Database, world: World) -> None:
    reading, node = read(world=world)
    keep(database, reading)
    assert kept(database, HASH, node.label) is None


def test_what_a_node_could_not_show_is_asked_again(database: Database) -> None:
    world = World()
    assert world.transaction is not None
    world.transaction["input"] = "0x01"  # code ran, and this node offers no trace
    reading, node = read(world=world)
    assert reading.transaction.final
    assert "internal_transfers_not_visible" in reading.transaction.warnings
    keep(database, reading)
    assert kept(database, HASH, node.label) is None
