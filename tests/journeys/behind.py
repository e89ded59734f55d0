"""The running product from behind its pages: the same services, in the database it works with.

For what many people would do at the same time, and for what only an insider could.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from typing import Any, cast

from sqlalchemy import select, text

from config.settings import Settings
from recovery.db import Database
from recovery.embedded import postgres
from recovery.embedded.anvil import Anvil
from recovery.models import AssetProbe, Job
from recovery.queries.case_view import CaseView, case_view
from recovery.queries.cases import find_case
from tests.journeys.people import PATIENCE
from tests.journeys.product import Product
from tests.recovery.sample_world import SampleWorld


class Behind(SampleWorld):
    """The sample world with the product's own workers and signer at work in it: a test waits instead of working."""

    @classmethod
    def of(cls, product: Product) -> Behind:
        """Where the product keeps its state."""
        server = postgres.running(product.home)
        assert server is not None
        settings = Settings(
            database_url=server.url(),
            redis_url="unix:///nowhere",
            home=product.home,
            secret_key="a secret of the tests only",
            sandbox=True,
            nodes={"local": (product.world["node"],)},
        )
        nobody = cast("Anvil", None)  # blocks come by themselves
        return cls(Database(server.url(), pool_size=2), settings, nobody, product.home, product.world)

    def view(self, role: str, ref: str, number: int = 0) -> CaseView:
        """The case as the ``number``-th person of a role sees it."""
        actor = self.actor(role, number)
        with self.database.reading() as session:
            return case_view(session, actor, find_case(session, actor, ref))

    def wait(self, refs: Iterable[str], state: str, *, patience: float = PATIENCE) -> None:
        """Wait until each of the cases is in a state."""
        refs = list(refs)
        try:
            until(lambda: {self.case(ref).state for ref in refs} == {state}, patience)
        except AssertionError as error:
            raise AssertionError({ref: (self.case(ref).state, self.complaints(ref)) for ref in refs}) from error

    def complaints(self, ref: str) -> list[str]:
        """What went wrong last in the jobs of a case."""
        query = select(Job.topic, Job.state, Job.last_error).where(
            Job.case_id == self.case(ref).id, Job.state != "done"
        )
        with self.database.reading() as session:
            return [f"{topic} {state}: {said}" for topic, state, said in session.execute(query)]

    def approve(self, ref: str, kind: str) -> None:
        """Both teams approve what they see; their first sign-ins."""
        for team in ("wallet", "clearing"):
            digest = self.view(team, ref).plans[-1]["digest"]
            self.move(self.actor(team), ref, f"approve_{kind}_{team}", digest=digest)

    def meddle(self, statement: str, **values: Any) -> int:
        """What somebody with the database's own keys can do, its guards put out; how many rows it touched."""
        with self.database.unit_of_work() as session:
            session.execute(text("SET LOCAL session_replication_role = replica"))
            return int(cast("Any", session.execute(text(statement), values)).rowcount)

    def probed(self, refs: Iterable[str]) -> None:
        """Wait until the token of each of the cases was tried out."""
        ids = {self.case(ref).id for ref in refs}

        def are_probed() -> bool:
            with self.database.reading() as session:
                query = select(AssetProbe.case_id).where(AssetProbe.case_id.in_(ids), AssetProbe.ok)
                return set(session.scalars(query)) == ids

        until(are_probed)


def until(holds: Callable[[], bool], patience: float = PATIENCE) -> None:
    """Wait until something holds."""
    last = time.monotonic() + patience
    while time.monotonic() < last:
        if holds():
            return
        time.sleep(0.3)
    raise AssertionError("it never came to that")
