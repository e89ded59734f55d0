"""What the tests of cases share: a desk without a chain, one database for a module."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.recovery.desk import Desk, make_desk


@pytest.fixture(scope="module")
def desk(module_database_url: str) -> Iterator[Desk]:
    """People, registries, a fee policy; every test brings cases of its own."""
    made = make_desk(module_database_url, pool_size=10)
    yield made
    made.database.close()
