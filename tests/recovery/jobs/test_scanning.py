"""The scan: what it writes down, where it goes on, what it lists, and which cases it opens. It never credits."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select, update

from chains.catalogue import network
from chains.errors import NodeUnavailable
from chains.scanning import PaidBlock
from chains.types import Block, Network, Reading, Status, Transaction, Transfer, TransferKind
from config.settings import Settings
from recovery.cli import main
from recovery.db import Database
from recovery.domain.actor import SYSTEM, Actor
from recovery.domain.ids import new_id
from recovery.errors import InvalidInput, NotFound
from recovery.jobs import scanning as job
from recovery.jobs.runner import run_due
from recovery.models import Claim, Credit, Job, OwnedAddress, PoolLook, Posting, RecoveryCase, ScanCursor, SeenTransfer
from recovery.queries.people import actor_by_email
from recovery.queries.scanning import uncredited
from recovery.services import people, scanning

LOCAL = network("local")
OURS, SHARED, HOT = (f"0x{n:040x}" for n in (0xA1, 0xA2, 0xA3))
PAYER = f"0x{0xB1:040x}"
PAID_AT = datetime(2025, 5, 1, tzinfo=UTC)


def hash_of(number: int) -> str:
    return f"0x{number:064x}"


def leg(recipient: str = OURS, **changes: Any) -> Transfer:
    made = Transfer("native", TransferKind.NATIVE, LOCAL.native.asset, None, PAYER, recipient, 10**18)
    return replace(made, **changes)


class Chain:
    """Blocks as a node would give them; each is named after its height and its branch."""

    def __init__(self) -> None:
        self.blocks: dict[int, dict[str, tuple[Transfer, ...]]] = {}
        self.branch = "a"
        self.tip = 100
        self.unreadable: set[str] = set()
        self.silent = False

    def name(self, height: int) -> str:
        return f"{height}{self.branch if height >= 50 else 'a'}"

    def paid_in(self, row: Network, nodes: Any, height: int, *, timeout: float) -> PaidBlock | None:
        if self.silent:
            raise NodeUnavailable("silent")
        if height > self.tip:
            return None
        paid = {
            hash: frozenset(one.recipient for one in legs if one.recipient)
            for hash, legs in self.blocks.get(height, {}).items()
        }
        return PaidBlock(height, self.name(height), self.name(height - 1), self.tip, paid)

    def probe(self, hash: str, candidates: Any, *, timeout: float) -> list[Reading]:
        height, legs = next((h, b[hash]) for h, b in self.blocks.items() if hash in b)
        status = Status.UNKNOWN if hash in self.unreadable else Status.SUCCEEDED
        block = Block(height, self.name(height), PAID_AT)
        made = Transaction("local", LOCAL.id, hash, status, True, 9, 3, block, transfers=legs)
        return [Reading(made, ())]


@pytest.fixture
def chain(monkeypatch: pytest.MonkeyPatch) -> Chain:
    made = Chain()
    monkeypatch.setattr(job, "paid_in", made.paid_in)
    monkeypatch.setattr(job, "probe", made.probe)
    return made


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    opened = Database(database_url, pool_size=2)
    with opened.unit_of_work() as session:
        for name, role, account in (("owner", "depositor", "acct-1"), ("lead", "lead", None), ("aud", "auditor", None)):
            people.add_person(session, email=f"{name}@example.org", display_name=name, roles=[role], account=account)
        for address, kind, account, memo in (
            (OURS, "deposit", "acct-1", ""), (SHARED, "shared", "acct-1", "1022"), (HOT, "hot", "", ""),
        ):  # fmt: skip
            session.add(
                OwnedAddress(
                    id=new_id(), network="local", address=address, account=account, kind=kind, memo=memo,
                    valid_from=datetime(2024, 1, 1, tzinfo=UTC), custody="key",
                )
            )  # fmt: skip
    yield opened
    opened.close()


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    return Settings(
        database_url=database_url, redis_url="redis://127.0.0.1:1/0", home=tmp_path, secret_key="k" * 40, sandbox=True,
        nodes={"local": ("http://127.0.0.1:1",)},
    )  # fmt: skip


def actor(database: Database, name: str) -> Actor:
    with database.reading() as session:
        return actor_by_email(session, f"{name}@example.org")


def follow(database: Database, height: int, hours: int | None = None) -> None:
    with database.unit_of_work() as session:
        scanning.start_scan(session, "local", height, hours)


def run(database: Database, settings: Settings) -> tuple[int, str, str]:
    """One round of the job; where the cursor stands then."""
    job.plan_scan(database)
    assert run_due(database, settings) >= 1
    with database.reading() as session:
        row = session.scalars(select(ScanCursor)).one()
        return row.next_height, row.last_hash, row.trouble


def seen(database: Database) -> list[tuple[str, str, str, int]]:
    with database.reading() as session:
        rows = session.scalars(select(SeenTransfer).order_by(SeenTransfer.height, SeenTransfer.position))
        return [(row.hash, row.position, row.recipient, row.height) for row in rows]


def test_every_leg_to_an_address_of_ours_and_no_other(database: Database, settings: Settings, chain: Chain) -> None:
    chain.blocks[95] = {
        hash_of(1): (leg(), leg(PAYER, position="trace:0"), leg(SHARED, position="log:3", memo="1022", contract="0xT")),
        hash_of(2): (leg(PAYER),),
    }
    chain.blocks[99] = {hash_of(3): (leg(),)}
    follow(database, 90)
    assert run(database, settings) == (99, "98a", "")  # 99 is not deep enough to stay
    found = [(hash_of(1), "log:3", SHARED, 95), (hash_of(1), "native", OURS, 95)]
    assert seen(database) == found
    assert run(database, settings)[0] == 99 and seen(database) == found
    chain.tip = 101
    assert run(database, settings)[0] == 100
    assert seen(database) == [*found, (hash_of(3), "native", OURS, 99)]


def test_a_network_is_scanned_only_when_told(database: Database, settings: Settings, chain: Chain) -> None:
    job.plan_scan(database)
    run_due(database, settings)
    follow(database, 95)
    with database.unit_of_work() as session:
        scanning.stop_scan(session, "local")
    assert run(database, settings)[0] == 95
    with database.unit_of_work() as session, pytest.raises(NotFound):
        scanning.stop_scan(session, "bitcoin")
    for name in ("no-such", "stellar"):
        with database.unit_of_work() as session, pytest.raises(InvalidInput):
            scanning.start_scan(session, name, 0, None)


def test_another_parent_steps_back_and_forgets(database: Database, settings: Settings, chain: Chain) -> None:
    chain.tip = 62
    chain.blocks[58] = {hash_of(1): (leg(),)}
    chain.blocks[59] = {hash_of(2): (leg(),)}
    follow(database, 50)
    assert run(database, settings) == (61, "60a", "")
    chain.branch, chain.tip = "b", 63
    del chain.blocks[59]
    assert run(database, settings) == (58, "", "reorganised")
    assert seen(database) == []
    assert run(database, settings) == (62, "61b", "")
    assert seen(database) == [(hash_of(1), "native", OURS, 58)]


@pytest.mark.parametrize("trouble", ["silent", "unreadable"])
def test_the_cursor_never_passes_what_it_could_not_read(
    database: Database, settings: Settings, chain: Chain, trouble: str
) -> None:
    chain.blocks[95] = {hash_of(1): (leg(),)}
    follow(database, 94)
    chain.silent, chain.unreadable = trouble == "silent", {hash_of(1)} if trouble == "unreadable" else set()
    expected = (94, "", "node_unavailable") if chain.silent else (95, "94a", "transaction_not_readable")
    assert run(database, settings) == expected
    assert seen(database) == []
    chain.silent, chain.unreadable = False, set()
    assert run(database, settings) == (99, "98a", "")
    assert len(seen(database)) == 1


def test_what_is_listed_as_not_credited(database: Database, settings: Settings, chain: Chain) -> None:
    chain.blocks[91] = {
        hash_of(1): (leg(),),
        hash_of(2): (leg(), leg(position="log:1", contract="0xT")),
        hash_of(3): (leg(sender=HOT),),  # our own sweep
        hash_of(4): (leg(HOT, sender=None), leg(HOT, position="log:1")),  # change, and a payment into a hot wallet
        hash_of(5): (leg(amount=0),),
        hash_of(6): (leg(),),
    }
    follow(database, 91)
    run(database, settings)
    with database.unit_of_work() as session:
        for hash, position in ((hash_of(2), "log:1"), (hash_of(6), "")):
            session.add(
                Credit(
                    id=new_id(), network="local", hash=hash, position=position, account="acct-1", contract="", amount=1,
                    credited_at=PAID_AT,
                )
            )  # fmt: skip
    with database.reading() as session:
        listed = {(one.hash, one.position) for one in uncredited(session)}
        assert uncredited(session, "bitcoin") == []
    assert listed == {(hash_of(1), "native"), (hash_of(2), "native"), (hash_of(4), "log:1")}


def test_a_case_before_anybody_asks_and_no_credit(database: Database, settings: Settings, chain: Chain) -> None:
    chain.blocks[91] = {
        hash_of(1): (leg(), leg(position="log:1")),
        hash_of(2): (leg(SHARED, memo="1022"),),
        hash_of(3): (leg(SHARED, memo="9"),),  # nobody's memo
        hash_of(4): (leg(HOT),),
    }
    follow(database, 91, hours=24)
    run(database, settings)
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(RecoveryCase)) == 0
    with database.unit_of_work() as session:
        session.execute(update(SeenTransfer).values(seen_at=func.now() - timedelta(hours=25)))
    run(database, settings)
    with database.reading() as session:
        cases = session.scalars(select(RecoveryCase).order_by(RecoveryCase.hash)).all()
        assert [(case.hash, case.account, case.named_network) for case in cases] == [
            (hash_of(1), "acct-1", "local"),
            (hash_of(2), "acct-1", "local"),
        ]
        assert {one.case_id for one in session.scalars(select(SeenTransfer)) if one.hash == hash_of(1)} == {cases[0].id}
        assert {one.hash for one in uncredited(session)} == {hash_of(3), hash_of(4)}
        for table in (Claim, Credit, Posting):
            assert session.scalar(select(func.count()).select_from(table)) == 0


def test_legs_of_nobody_do_not_stand_in_the_way(
    database: Database, settings: Settings, chain: Chain, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scanning, "MOST_OPENED", 1)
    chain.blocks[91] = {hash_of(n): (leg(SHARED, memo="9"),) for n in range(1, 5)}
    chain.blocks[92] = {hash_of(9): (leg(),)}
    follow(database, 91, hours=0)
    run(database, settings)
    with database.reading() as session:
        assert session.scalars(select(RecoveryCase.hash)).all() == [hash_of(9)]


def test_nobody_s_leg_opens_no_case(database: Database, settings: Settings, chain: Chain) -> None:
    chain.blocks[91] = {hash_of(1): (leg(),)}
    follow(database, 91)
    run(database, settings)
    with database.unit_of_work() as session:
        session.execute(update(OwnedAddress).where(OwnedAddress.address == OURS).values(account="nobody-signs-in"))
        row = session.scalars(select(SeenTransfer)).one()
        assert scanning.open_found(session, SYSTEM, row) is None
    with database.unit_of_work() as session:  # owned by somebody, but not when it was paid
        session.execute(
            update(OwnedAddress)
            .where(OwnedAddress.address == OURS)
            .values(account="acct-1", valid_from=PAID_AT + timedelta(days=1))
        )
        assert scanning.open_found(session, SYSTEM, session.scalars(select(SeenTransfer)).one()) is None
    with database.unit_of_work() as session, pytest.raises(InvalidInput, match="leg_has_no_customer"):
        scanning.open_by_hand(session, actor(database, "lead"), row.id)
    with database.unit_of_work() as session, pytest.raises(NotFound):
        scanning.open_by_hand(session, actor(database, "aud"), row.id)


def test_a_look_at_the_pool_is_for_two_roles_and_written_down(database: Database) -> None:
    for name in ("lead", "aud"):
        with database.unit_of_work() as session:
            scanning.look_at_pool(session, actor(database, name), None)
    for other in (actor(database, "owner"), replace(actor(database, "lead"), roles=frozenset({"specialist"}))):
        with database.unit_of_work() as session, pytest.raises(NotFound):
            scanning.look_at_pool(session, other, None)
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(PoolLook)) == 2


def test_a_start_brings_the_job_back(database: Database) -> None:
    job.plan_scan(database)
    with database.unit_of_work() as session:
        session.execute(update(Job).values(state="stuck", attempts=25))
    job.plan_scan(database)
    with database.reading() as session:
        assert session.scalars(select(Job.state)).all() == ["due"]


def test_the_command(
    database: Database, database_url: str, chain: Chain,
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    chain.blocks[91] = {hash_of(1): (leg(),)}
    monkeypatch.setenv("RECOVERY_DATABASE_URL", database_url)
    monkeypatch.setenv("RECOVERY_NODES_LOCAL", "http://127.0.0.1:1")

    def asked(*arguments: str) -> tuple[int, dict[str, Any]]:
        status = main(["scan", *arguments, "--json"])
        return status, json.loads(capsys.readouterr().out)

    status, told = asked("--network", "local", "--from", "90", "--to", "95")
    assert (status, told["blocks"], told["transfers"], told["next"]) == (0, 6, 1, None)
    status, told = asked("--network", "local", "--from", "96", "--to", "105")
    assert (status, told["blocks"], told["next"]) == (6, 3, 99)
    status, told = asked("--uncredited")
    assert status == 0 and [row["hash"] for row in told["uncredited"]] == [hash_of(1)]
    assert asked("--network", "local", "--follow", "--from", "90", "--open-after", "24")[1]["running"] is True
    assert asked("--network", "local", "--stop")[1]["running"] is False
    assert asked("--network", "stellar", "--from", "1", "--to", "2")[0] == 2
    assert asked("--network", "no-such", "--uncredited")[0] == 2
    assert asked("--network", "local")[0] == 2
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(PoolLook)) == 1
