"""Looking at nodes: what each is said to be, the job that does it every minute, the page and the figures that show it."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select, update

from chains.catalogue import network
from chains.looking import look
from chains.types import Network
from config.settings import Settings
from recovery.cli import main
from recovery.db import Database
from recovery.jobs.nodes import JOB_ID, plan_look
from recovery.jobs.runner import run_due
from recovery.models import Job, NodeReport
from recovery.queries.operations import read_load
from recovery.web.health import _LoadCollector
from tests.chains.faulty_node import HASH, FaultyNode, World, faulty_node, write

LOCAL = network("local")
KNOWN = dataclasses.replace(LOCAL, params={**LOCAL.params, "sample_tx": HASH})


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    opened = Database(database_url, pool_size=2)
    yield opened
    opened.close()


def lying() -> World:
    world = World()
    assert world.transaction is not None
    world.transaction["value"] = "0x500"
    return world


def silent(node: FaultyNode) -> None:
    node.fault = lambda handler, batch, reply: write(handler, b"", status=503, headers={"Retry-After": "0"})


def looked(row: Network, *worlds: World | None) -> list[Any]:
    with ExitStack() as stack:
        running = [stack.enter_context(faulty_node(world or World())) for world in worlds]
        for world, node in zip(worlds, running, strict=True):
            if world is None:
                silent(node)
        return look({row: [node.node for node in running]}, timeout=5)


@pytest.mark.parametrize(
    ("worlds", "states"),
    [
        ([World()], ["alone"]),
        ([World(), World()], ["agrees", "agrees"]),
        ([World(), World(), lying()], ["agrees", "agrees", "differs"]),
        ([World(), lying()], ["differs", "differs"]),
        ([World(), None], ["alone", "silent"]),
        ([World(), World(chain_id=1)], ["alone", "wrong_chain"]),
    ],
)
def test_a_node_is_called_what_it_is(worlds: list[World | None], states: list[str]) -> None:
    assert [one.state for one in looked(KNOWN, *worlds)] == states


def test_lag_latency_and_errors_are_told() -> None:
    ahead, behind, gone = looked(KNOWN, World(tip=120), World(tip=110), None)
    assert (ahead.height, ahead.lag, behind.height, behind.lag) == (120, 0, 110, 10)
    assert ahead.latency > 0
    assert ahead.troubles == 0
    assert gone.height is None
    assert gone.troubles >= 2
    assert gone.last_trouble == "HTTP 503"


def test_a_chain_without_a_sample_is_asked_about_nothing_and_still_tells_its_height() -> None:
    (one,) = looked(LOCAL, World(tip=77))
    assert (one.state, one.height) == ("alone", 77)


def test_the_job_writes_what_it_saw_forgets_old_nodes_and_comes_back(database: Database, tmp_path: Path) -> None:
    plan_look(database)
    plan_look(database)
    with faulty_node(World(tip=42)) as node:
        settings = Settings("", "", tmp_path, "k" * 40, nodes={"local": (node.url,)})
        with database.unit_of_work() as session:
            session.add(NodeReport(network="local", node="old", state="agrees", asked=1, troubles=0, warnings=[]))
        assert run_due(database, settings) == 1
    with database.reading() as session:
        (report,) = session.scalars(select(NodeReport)).all()
        job = session.scalars(select(Job).where(Job.topic == "nodes.look")).one()
        assert (report.node, report.state, report.height, report.lag) == (node.node.label, "alone", 42, 0)
        assert (job.id, job.state) == (JOB_ID, "due")
        assert session.scalar(select(func.count()).select_from(Job).where(Job.due_at <= func.now())) == 0
        shown = {metric.name: metric for metric in _LoadCollector(read_load(session)).collect()}
    assert shown["recovery_node_height"].samples[0].value == 42
    assert shown["recovery_node_well"].samples[0].labels == {"network": "local", "node": node.node.label}


def test_a_start_brings_the_job_back_whatever_became_of_it(database: Database) -> None:
    plan_look(database)
    with database.unit_of_work() as session:
        session.execute(update(Job).values(state="stuck", attempts=25))
    plan_look(database)
    with database.reading() as session:
        assert session.scalars(select(Job.state)).all() == ["due"]


def test_the_command_shows_nodes_without_a_database(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with faulty_node(World(tip=42)) as node, faulty_node() as gone:
        silent(gone)
        monkeypatch.setenv("RECOVERY_NODES_LOCAL", node.url)
        assert main(["nodes", "--json"]) == 0
        (row,) = json.loads(capsys.readouterr().out)["nodes"]
        assert row["height"] == 42
        assert isinstance(row["latency_ms"], int)
        monkeypatch.setenv("RECOVERY_NODES_LOCAL", f"{node.url},{gone.url}")
        assert main(["nodes"]) == 6
        assert "silent" in capsys.readouterr().out
        assert main(["nodes", "--network", "bitcoin"]) == 2
