"""PostgreSQL, Valkey and a chain of this run's own, in a folder that is gone afterwards."""

from __future__ import annotations

import itertools
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from config.settings import Settings
from recovery.embedded import anvil, binaries, postgres, schema

_numbers = itertools.count(1)


@dataclass
class Services:
    """What the rows may use. A chain is started when the first row asks for it."""

    home: Path
    server: postgres.Postgres
    _chains: list[anvil.Anvil] = field(default_factory=list)

    def settings(self) -> Settings:
        """Settings over a fresh, migrated database."""
        url = self.server.create_database(f"bench_{next(_numbers)}", "bench_template")
        return Settings(database_url=url, redis_url="", home=self.home, secret_key="b" * 48, sandbox=True)

    def chain(self) -> anvil.Anvil:
        """A local EVM chain."""
        if not self._chains:
            binaries.ensure("anvil")
            self._chains.append(anvil.start(self.home))
        return self._chains[0]

    def stop(self) -> None:
        """End everything that was started."""
        for chain in self._chains:
            chain.stop()
        self.server.stop()


@contextmanager
def running() -> Iterator[Services]:
    """Start what every row needs, and leave neither process nor file behind."""
    home = Path(tempfile.mkdtemp(prefix="recovery-bench-"))
    try:
        server = postgres.start_server(home)  # with fsync: durable means durable
        try:
            schema.upgrade(server.create_database("bench_template"))
            services = Services(home, server)
        except BaseException:
            server.stop()
            raise
        try:
            yield services
        finally:
            services.stop()
    finally:
        shutil.rmtree(home, ignore_errors=True)
