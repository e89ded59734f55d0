"""The sample world inside a test: a chain with misdirected deposits, its registries and people in a database."""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import select, update

from chains.nodes import node_table
from config.settings import Settings
from recovery.db import Database
from recovery.domain.actor import SYSTEM, Actor
from recovery.embedded.anvil import Anvil
from recovery.jobs.runner import run_due
from recovery.models import Job, RecoveryCase
from recovery.queries.people import actor_by_email
from recovery.services import cases, destinations, people, registry
from recovery.services.destinations import TYPED_IN
from recovery.services.fee_trials import keep_trial, try_version
from recovery.services.plans import record_signed
from recovery.services.policies import activate_policy, draft_policy
from sandbox.custody import Limits, examine
from sandbox.load import POLICIES
from sandbox.registries import write_registries
from sandbox.rpc import Rpc
from sandbox.signer import held_keys
from sandbox.world import prepare

SIGNER = "signer@example.org"


@dataclass
class SampleWorld:
    """A prepared world and the ways a test moves through it, without web or queue in between."""

    database: Database
    settings: Settings
    anvil: Anvil
    folder: Path
    world: dict[str, Any]
    actors: dict[str, Actor] = field(default_factory=dict)

    def actor(self, role: str, number: int = 0) -> Actor:
        """The ``number``-th sample person of a role, freshly stepped up."""
        emails = [one["email"] for one in self.world["sign_ins"] if one["role"] == role] or [SIGNER]
        email = emails[number]
        if email not in self.actors:
            with self.database.reading() as session:
                self.actors[email] = actor_by_email(session, email)
        return self.actors[email]

    def deposit(self, kind: str, account: str = "acct-1001", number: int = 0) -> dict[str, Any]:
        """The ``number``-th sample deposit of a kind made for an account."""
        found = [one for one in self.world["deposits"] if one["kind"] == kind]
        return dict(([one for one in found if one["account"] == account] or found)[number])

    def open(self, hash: str, *, by: Actor | None = None, key: str | None = None) -> str:
        """Open a case as a depositor; gives its number."""
        with self.database.unit_of_work() as session:
            actor = by or self.actor("depositor")
            return cases.open_case(session, actor, reference=hash, request_id=key or str(uuid.uuid4())).ref

    def move(self, actor: Actor, ref: str, name: str, **data: Any) -> None:
        """Make a move; a named destination is asked about first, as the pages do."""
        if name in TYPED_IN:
            self._ask_beforehand(actor, ref, data["destination"])
        with self.database.unit_of_work() as session:
            cases.move(session, actor, ref, name, data, request_id=str(uuid.uuid4()))

    def _ask_beforehand(self, actor: Actor, ref: str, address: str) -> None:
        with self.database.reading() as session:
            asked = destinations.to_ask(session, actor, ref, address)
        if asked is not None:
            told = destinations.ask(asked, node_table(self.settings.nodes, public=False).get(asked.network, ()))
            with self.database.unit_of_work() as session:
                destinations.keep(session, asked, told, purpose="typed")

    def case(self, ref: str) -> RecoveryCase:
        """The case as stored."""
        with self.database.reading() as session:
            return session.execute(select(RecoveryCase).where(RecoveryCase.ref == ref)).scalar_one()

    def work(self, *, most: int = 60) -> int:
        """Do every job as if its time had come, until the quick ones are done; says how many ran."""
        for ran in range(most):
            if not run_due(self.database, self.settings):
                return ran
        raise AssertionError("the jobs do not come to rest")

    def hasten(self) -> None:
        """Make every waiting job due now."""
        with self.database.unit_of_work() as session:
            session.execute(update(Job).where(Job.state == "due").values(due_at=Job.created_at))

    def work_until(self, ref: str, state: str, *, rounds: int = 30, mine: bool = True) -> None:
        """Mine and work until the case is in a state."""
        for _ in range(rounds):
            if self.case(ref).state == state:
                return
            if mine:
                self.anvil.rpc("anvil_mine", "0x1")
            self.hasten()
            self.work()
        raise AssertionError(f"{ref} is {self.case(ref).state}, not {state}")

    def sign(self, plan: dict[str, Any]) -> list[str]:
        """The signed bytes the sandbox's custody makes of a released plan."""
        keys = held_keys(self.folder / "signer")
        approved = examine(plan, self.world["chain_id"], keys, Limits())
        return [
            "0x" + keys[sender].sign_transaction(body).raw_transaction.hex().removeprefix("0x")
            for sender, body in approved.transactions
        ]

    def record(self, plan: dict[str, Any], signed: list[str]) -> None:
        """Hand in signed bytes as the signer."""
        with self.database.unit_of_work() as session:
            record_signed(session, self.actor("signer"), uuid.UUID(plan["id"]), signed, request_id=str(uuid.uuid4()))


def make_world(database_url: str, anvil: Anvil, folder: Path, redis_url: str = "unix:///nowhere") -> SampleWorld:
    """Prepare the chain and load everything into a fresh database."""
    rpc = Rpc(anvil.url)
    world, _ = prepare(rpc, folder / "world", folder / "signer")
    rpc.close()
    settings = Settings(
        database_url=database_url,
        redis_url=redis_url,
        home=folder,
        secret_key="a secret of the tests only",
        sandbox=True,
        nodes={"local": (anvil.url,)},
    )
    made = SampleWorld(Database(database_url, pool_size=5), settings, anvil, folder, world)
    _load(made, write_registries(folder / "world", world))
    return made


def _load(made: SampleWorld, registries: dict[str, Path]) -> None:
    with made.database.unit_of_work() as session:
        for one in made.world["sign_ins"]:
            people.add_person(
                session,
                email=one["email"],
                display_name=one["display_name"],
                roles=[one["role"]],
                account=one["account"],
                password=None,
            )
        people.add_person(session, email=SIGNER, display_name="Signer", roles=["signer"])
    with made.database.unit_of_work() as session:
        for kind, path in registries.items():
            with path.open(newline="", encoding="utf-8-sig") as file:
                result = registry.import_registry(session, SYSTEM, kind, file)
            assert not result.refused, (kind, result.refused)
        for kind, path in POLICIES.items():
            content = json.loads(path.read_text())
            policy = draft_policy(session, made.actor("admin"), content, "for the tests", kind=kind)
            if kind == "fee":
                keep_trial(session, made.actor("lead"), policy.version, try_version(session, policy.version))
            activate_policy(session, made.actor("lead"), policy.version, kind=kind)
