"""Replay: the same evidence, snapshot and policy give the same verdict; what changed is shown, named and counted."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, fields, replace
from typing import Any

import pytest
from sqlalchemy import func, select

from bench.stored import multiply
from chains.redecode import read_again
from chains.types import Node, Reading, Status, Transaction
from chains.verify import verify
from recovery import cli
from recovery.cli._replaying import Order, replay
from recovery.domain.cause_policy import BUILT_IN
from recovery.domain.cause_rows import built_in_document
from recovery.domain.ids import new_id
from recovery.domain.replay import Tally, Verdict, changes, concerns_money, first_check
from recovery.models import Diagnosis, Evidence, ListedAsset, OwnedAddress, RecoveryCase, ReplayRun
from recovery.queries.policies import policy_in_force
from recovery.queries.replay import Scope, verdict_keys
from recovery.services import evidence, replay as replaying
from recovery.services.evidence import Look
from recovery.services.policies import activate_policy, draft_policy
from recovery.services.replay import Batch, replay_batch
from tests.chains.faulty_node import HASH, World, faulty_node
from tests.recovery.desk import LONG_AGO, NETWORK, Desk, find, make_desk, new_hash, seen, transfer


@pytest.fixture
def desk(database_url: str) -> Iterator[Desk]:
    """A desk of its own, since a replay reads all there is; the invented chain pays one of its addresses."""
    made = make_desk(database_url)
    made.add(
        OwnedAddress(
            id=new_id(), network=NETWORK.slug, address="0x" + "22" * 20, account="acct-1", kind="deposit", custody="key",
            valid_from=LONG_AGO,
        ),
        ListedAsset(id=new_id(), network=NETWORK.slug, contract="", symbol="ETH", decimals=18, state="listed"),
    )  # fmt: skip
    yield made
    made.database.close()


@dataclass
class Named(World):
    """The invented chain with its one transaction under another hash."""

    name: str = HASH

    def result(self, method: str, params: list[Any]) -> Any:
        plain = json.loads(json.dumps(params).replace(self.name, HASH))
        return json.loads(json.dumps(super().result(method, plain)).replace(HASH, self.name))


def read(*worlds: World, hash: str | None = None) -> Reading:
    """What nodes of these worlds say of the one transaction they may know."""
    name = hash or new_hash()
    named = [Named(**{one.name: getattr(world, one.name) for one in fields(world)}, name=name) for world in worlds]
    with ExitStack() as stack:
        nodes: list[Node] = [stack.enter_context(faulty_node(world)).node for world in named]
        return verify(NETWORK, name, nodes)


def waiting() -> World:
    world = World()
    assert world.transaction is not None
    world.transaction |= {"blockHash": None, "blockNumber": None}
    world.receipt = None
    return world


def judged(desk: Desk, *readings: Reading) -> str:
    """A case looked at so often, each time with what the nodes said."""
    ref = desk.open(readings[0].transaction.hash)
    for reading in readings:
        with desk.database.unit_of_work() as session:
            evidence.conclude_look(session, find(session, ref), Look([reading], sandbox=True))
    return ref


def replayed(
    desk: Desk, *, candidate: int | None = None, source: str = "evidence", scope: Scope | None = None
) -> Batch:
    with desk.database.reading() as session:
        keys = verdict_keys(session, scope or Scope(), after=None, limit=1000)
        return replay_batch(session, keys, candidate=candidate, source=source)


def drafted(desk: Desk, **rows: Sequence[str]) -> int:
    document = copy.deepcopy(built_in_document())
    for code, outcome in rows.items():
        document["causes"][code]["outcome"] = list(outcome)
    with desk.database.unit_of_work() as session:
        return draft_policy(session, desk["lead"], document, "why", kind="cause").version


def causes(desk: Desk) -> list[str | None]:
    with desk.database.reading() as session:
        return list(session.scalars(select(Diagnosis.cause).order_by(Diagnosis.case_id, Diagnosis.number)))


@pytest.mark.parametrize("source", ["evidence", "stored"])
def test_nothing_changed_nothing_differs(desk: Desk, source: str) -> None:
    judged(desk, read(World()))
    judged(desk, read(waiting(), hash=HASH), read(World(), hash=HASH))
    judged(desk, read(World(), World()))
    judged(desk, read(World(transaction=None, receipt=None)))
    assert {"A04", "G02"} <= set(causes(desk))
    batch = replayed(desk, source=source)
    assert (batch.tally.cases, batch.tally.verdicts) == (4, len(causes(desk)))
    assert batch.differences == []
    tally = batch.tally
    assert (tally.lacking, tally.unproven, tally.decoded_otherwise, tally.failed) == (0, 0, 0, [])


def test_a_silent_node_stays_silent(desk: Desk) -> None:
    """The second node spoke at the second look only: the first verdict must not hear what came later."""
    both = read(World(), World())
    labels = [source.node for source in both.transaction.sources]
    alone = tuple(answer for answer in both.answers if answer.node == labels[0])
    unsure = read_again(NETWORK, both.transaction.hash, alone, asked=labels)
    assert unsure.status is Status.UNKNOWN
    judged(desk, Reading(unsure, alone), both)
    assert causes(desk) == [None, "G02"]
    batch = replayed(desk)
    assert batch.tally.unproven == 0
    assert batch.differences == []


def test_words_that_were_heard_before_are_found_for_a_later_look(desk: Desk) -> None:
    """The same words are kept once a case, whoever says them; so a REST interface says them look after look."""
    reading = read(World())
    (source,) = reading.transaction.sources
    hash_ = reading.transaction.hash
    twin = tuple(replace(answer, node="twin:1") for answer in reading.answers)
    alone = read_again(NETWORK, hash_, reading.answers, asked=[source.node, "twin:1"])
    both = read_again(NETWORK, hash_, (*reading.answers, *twin))
    judged(desk, Reading(alone, reading.answers), Reading(both, (*reading.answers, *twin)))
    assert causes(desk) == [None, "G02"]
    with desk.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Evidence)) == len(reading.answers)
    batch = replayed(desk)
    assert (batch.tally.unproven, batch.tally.decoded_otherwise, batch.differences) == (0, 0, [])


def test_without_its_answers_the_stored_transaction_stands_in(desk: Desk) -> None:
    hash_ = new_hash()
    ref = desk.open(hash_)
    with desk.database.unit_of_work() as session:
        look = Look([Reading(seen(hash_, transfer()), ())], sandbox=True)
        evidence.conclude_look(session, find(session, ref), look)
    batch = replayed(desk)
    assert (batch.tally.unproven, batch.differences) == (1, [])


def test_a_candidate_shows_what_it_would_decide(desk: Desk) -> None:
    judged(desk, read(World()))
    version = drafted(desk, G02=["WT"])
    batch = replayed(desk, candidate=version)
    (difference,) = batch.differences
    assert (difference.was, difference.now, difference.because) == ("G02 CR", "G02 WT", "policy")
    assert difference.changed == ("outcome", "legs")
    assert difference.money
    assert batch.tally.summary() == [{"from": "G02 CR", "to": "G02 WT", "count": 1}]
    assert replayed(desk).differences == []  # under the policy of its day


def test_rules_of_today_are_told_from_the_policy(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    judged(desk, read(World()))
    real = replaying.diagnose

    def other(*facts: Any) -> Any:
        finding = real(*facts)
        checks = (*finding.checks[:-1], replace(finding.checks[-1], name="a_new_question"))
        return replace(finding, cause="D15", outcome=("RJ",), legs=(), checks=checks)

    monkeypatch.setattr(replaying, "diagnose", other)
    (difference,) = replayed(desk, candidate=drafted(desk, G02=["WT"])).differences
    assert (difference.because, difference.now) == ("rules", "D15 RJ")
    assert difference.check is not None and "a_new_question" in difference.check


def test_a_better_decoder_is_named_as_the_reason(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    judged(desk, read(World()))
    real = replaying.read_again

    def other(*asked: Any, **more: Any) -> Transaction:
        tx = real(*asked, **more)
        return replace(tx, transfers=tuple(replace(leg, amount=0) for leg in tx.transfers))

    monkeypatch.setattr(replaying, "read_again", other)
    batch = replayed(desk)
    (difference,) = batch.differences
    assert (difference.because, difference.now, batch.tally.decoded_otherwise) == ("decoder", "A11 AM", 1)
    assert replayed(desk, source="stored").differences == []


def test_one_verdict_that_breaks_the_rules_does_not_end_the_replay(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    judged(desk, read(World()))
    judged(desk, read(World()))
    real, calls = replaying.diagnose, []

    def breaks(*facts: Any) -> Any:
        calls.append(1)
        if len(calls) == 1:
            raise AttributeError("no such thing")
        return real(*facts)

    monkeypatch.setattr(replaying, "diagnose", breaks)
    batch = replayed(desk)
    assert len(batch.tally.failed) == 1 and batch.tally.failed[0].endswith("AttributeError")
    assert batch.tally.verdicts == 2


def test_an_older_verdict_without_a_snapshot_is_counted_apart(desk: Desk) -> None:
    ref = judged(desk, read(World()))
    with desk.database.unit_of_work() as session:
        row = session.scalars(select(Diagnosis)).one()
        values = {column.name: getattr(row, column.name) for column in Diagnosis.__table__.columns}
        case = find(session, ref)
        old = {"id": case.id, "number": 2, "books": None, "policy_version": None}
        session.add(Diagnosis(**values | old))
    batch = replayed(desk)
    assert (batch.tally.verdicts, batch.tally.lacking, batch.differences) == (2, 1, [])


def test_a_part_of_the_history(desk: Desk) -> None:
    judged(desk, read(World()))
    judged(desk, read(waiting()))

    def count(**scope: Any) -> int:
        return replayed(desk, scope=Scope(**scope)).tally.verdicts

    assert count() == 2
    assert (count(cause="G02"), count(cause="H01"), count(cause="unknown")) == (1, 0, 0)
    assert (count(network="local"), count(network="bitcoin")) == (2, 0)
    with desk.database.reading() as session:
        first, last = session.execute(select(func.min(Diagnosis.at), func.max(Diagnosis.at))).one()
    assert (count(since=last), count(until=last), count(until=first)) == (1, 1, 0)
    assert Scope().whole and not Scope(limit=5).whole


def total(desk: Desk, order: Order) -> tuple[Tally, int]:
    tally, named = Tally(), 0
    for batch in replay(desk.database, order):
        tally.add(batch.tally)
        named += len(batch.differences)
    return tally, named


def test_processes_share_the_work_and_change_nothing(desk: Desk, database_url: str) -> None:
    judged(desk, read(waiting(), hash=HASH), read(World(), hash=HASH))
    judged(desk, read(World()))
    assert multiply(database_url, 150) == 302
    version = drafted(desk, G02=["WT"])
    with desk.database.reading() as session:
        before = session.execute(
            select(func.count(), func.max(RecoveryCase.changed_at)).select_from(RecoveryCase)
        ).one()
    for source in ("evidence", "stored"):
        together, named = total(desk, Order(Scope(), version, source, processes=2))
        alone, _ = total(desk, Order(Scope(), version, source, processes=1))
        assert together.as_json() == alone.as_json()
        assert (together.cases, together.verdicts, together.differences, named) == (302, 453, 302, 302)
        assert (together.unproven, together.failed) == (0, [])
    limited, _ = total(desk, Order(Scope(limit=250), None, "stored", processes=2))
    assert limited.verdicts == 250
    with desk.database.reading() as session:
        after = session.execute(select(func.count(), func.max(RecoveryCase.changed_at)).select_from(RecoveryCase)).one()
        assert after == before
        assert session.scalar(select(func.count()).select_from(ReplayRun)) == 0


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, Any]:
    status = cli.main(["replay", "--json", *arguments])
    return status, json.loads(capsys.readouterr().out)


def test_the_command_and_the_way_to_activation(
    desk: Desk, database_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("RECOVERY_DATABASE_URL", database_url)
    judged(desk, read(World()))
    status, told = run(capsys)
    assert (status, told["verdicts"], told["differences"], told["policy"]) == (0, 1, 0, None)
    status, told = run(capsys, "--rules", "candidate")
    assert (status, told["error"]) == (1, "not_found")
    version = drafted(desk, G02=["WT"])
    status, told = run(capsys, "--rules", "candidate", "--by", "lead@example.org", "--limit", "1")
    assert (status, told["policy"], told["kept"], told["whole"]) == (3, version, True, False)
    status, told = run(capsys, "--rules", str(version), "--by", "admin@example.org")
    assert (status, told["differences"], told["money_differences"]) == (3, 1, 1)
    assert told["diff"][0]["because"] == "policy"
    assert cli.main(["replay", "--rules", str(version)]) == 3
    assert "G02 CR → G02 WT" in capsys.readouterr().out
    assert cli.main(["replay", "--diff-only"]) == 0
    assert capsys.readouterr().out == ""
    with desk.database.unit_of_work() as session:
        activate_policy(session, desk["admin"], version, kind="cause")
    with desk.database.reading() as session:
        assert policy_in_force(session).version == version
        assert session.scalar(select(func.count()).select_from(ReplayRun)) == 2
    judged(desk, read(World()))  # decided under the new version, and kept with it
    status, told = run(capsys)
    assert (status, told["verdicts"], told["differences"]) == (0, 2, 0)


@pytest.mark.parametrize(
    "arguments",
    [("--rules", "newest"), ("--rules", "-1"), ("--cause", "Z9"), ("--by", "lead@example.org"), ("--limit", "0")],
)
def test_what_the_command_does_not_take(
    database_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...]
) -> None:
    monkeypatch.setenv("RECOVERY_DATABASE_URL", database_url)
    assert run(capsys, *arguments)[0] == 2


def verdict(cause: str, *outcome: str, **legs: tuple[str | None, tuple[str, ...], str | None]) -> Verdict:
    return Verdict(cause, outcome, frozenset(), frozenset(), legs, (("a", "no"), ("b", "yes")))


def test_what_counts_as_a_difference() -> None:
    was = verdict("D01", "SW", "RF", one=("D01", ("SW", "RF"), None))
    assert changes(was, was) == ()
    assert changes(was, replace(was, checks=(("a", "no"),))) == ()
    assert not concerns_money(was, replace(was, cause="D05", findings=frozenset({"F02"})))
    assert concerns_money(was, replace(was, outcome=("RJ",)))
    assert concerns_money(was, replace(was, legs={"one": ("D01", ("SW", "RF"), "7")}))
    assert not concerns_money(verdict("A04", "WT"), verdict("A03", "AM"))
    assert first_check(was, was) is None
    assert first_check(was, replace(was, checks=(("a", "unknown"),))) == "a: no → unknown"
    assert first_check(was, replace(was, checks=was.checks[:1])) == "− b: yes"
    assert first_check(was, replace(was, checks=(*was.checks, ("c", "no")))) == "+ c: no"
    assert BUILT_IN.version == 1
