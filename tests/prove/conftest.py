"""What the proofs share: a desk whose database ends a mutual wait quickly."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest

from recovery.embedded.postgres import Server
from tests.recovery.desk import Desk, make_desk


@pytest.fixture(scope="module")
def watch(database_server: Server, module_database_url: str) -> Iterator[psycopg.Connection]:
    """A connection of the director's own into the module's database, which sees who waits for whom."""
    name = module_database_url.rsplit("/", 1)[1].split("?", maxsplit=1)[0]
    with database_server.connect(name) as connection:
        connection.execute(f"ALTER DATABASE \"{name}\" SET deadlock_timeout = '30ms'")
        yield connection


@pytest.fixture(scope="module")
def desk(module_database_url: str, watch: psycopg.Connection) -> Iterator[Desk]:
    """People, registries, a fee policy; every test brings cases of its own."""
    made = make_desk(module_database_url, pool_size=10)
    made.person("brother", "depositor", account="acct-1")
    made.person("third", "depositor", account="acct-3")
    made.person("wallet2", "wallet")
    yield made
    made.database.close()
