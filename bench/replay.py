"""P13: every verdict of a history recomputed from its verbatim evidence, against reading and hashing the same bytes."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import uuid
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import psycopg

from bench.diagnosis import DEAD, token_transfers
from bench.measure import Row, seconds
from bench.services import Services
from bench.stored import multiply
from chains.catalogue import network
from chains.nodes import nodes_from_urls
from chains.survey import survey
from chains.verify import verify
from config.settings import Settings
from recovery.db import Database
from recovery.domain.actor import Actor
from recovery.domain.ids import new_id
from recovery.models import ListedAsset, OwnedAddress, RecoveryCase
from recovery.services import evidence, people
from recovery.services.cases import open_case
from recovery.services.evidence import Look

CASES = 10_000
DISTINCT = 20
"""Cases that are really read from a chain; the others are copies of them."""


def measure(services: Services) -> Row:
    """The command as an operator calls it, its start included."""
    settings = services.settings()
    fill(settings, services.chain().url, token_transfers(services.chain(), DISTINCT))
    count = multiply(settings.database_url, CASES // DISTINCT - 1)
    floor = seconds(lambda: _read_and_hash(settings.database_url))
    told = {source: _command(settings, "--from", source) for source in ("stored", "evidence")}
    whole = told["evidence"]
    assert (whole["cases"], whole["failed"]) == (count, 0), whole
    return Row(
        "P13",
        f"replay of {count:,} stored cases from verbatim evidence, one command",
        "reading the same rows once and hashing the bytes",
        whole["wall"] / floor,
        30.0,
        figures={
            "seconds": whole["wall"],
            "floor_seconds": floor,
            "verdicts_per_second": whole["verdicts_per_second"],
            "verdicts_per_second_from_stored": told["stored"]["verdicts_per_second"],
        },
        limits={"no_differences": whole["differences"] == 0, "all_evidence_proven": whole["unproven_evidence"] == 0},
    )


def fill(settings: Settings, url: str, hashes: list[str]) -> None:
    """Open a case for each hash and let the machine look at it once, as the evidence job does."""
    database = Database(settings.database_url, pool_size=1)
    local, nodes = network("local"), nodes_from_urls([url])
    with database.unit_of_work() as session:
        person = people.add_person(
            session, email="bench@example.com", display_name="B", roles=["depositor"], account="acct", password=None
        )
        actor = Actor(id=person.id, roles=frozenset({"depositor"}), account="acct")
        session.add(
            OwnedAddress(
                id=new_id(), network=local.slug, address=DEAD, account="acct", kind="deposit", custody="key",
                valid_from=datetime(2020, 1, 1, tzinfo=UTC),
            )
        )  # fmt: skip
        session.add_all(
            ListedAsset(
                id=new_id(), network=local.slug, contract=f"0x{n:040x}", symbol=f"L{n}", decimals=18, state="listed"
            )
            for n in range(1, 60)
        )
    for hash in hashes:
        reading = verify(local, hash, nodes)
        with database.unit_of_work() as session:
            case_id = open_case(session, actor, reference=hash, network=local.slug, request_id=uuid.uuid4().hex).id
        look = Look([reading], sandbox=True)
        with database.reading() as session:
            wanted = evidence.still_wanted(session, session.get_one(RecoveryCase, case_id), [reading], sandbox=True)
        if wanted is not None and wanted.order is not None:
            look = replace(look, surveyed=survey(local, nodes, wanted.order))
        with database.unit_of_work() as session:
            evidence.conclude_look(session, session.get_one(RecoveryCase, case_id), look)
    database.close()


def _read_and_hash(database_url: str) -> None:
    with psycopg.connect(database_url.replace("+psycopg", "")) as connection:
        with connection.cursor(name="evidence") as cursor:
            cursor.execute("SELECT body, sha256 FROM evidence")
            for body, sha256 in cursor:
                assert hashlib.sha256(body).hexdigest() == sha256
        with connection.cursor(name="verdicts") as cursor:
            cursor.execute("SELECT transaction, books, survey FROM diagnosis")
            for _ in cursor:
                pass


def _command(settings: Settings, *arguments: str) -> dict[str, Any]:
    told: dict[str, Any] = {}

    def run() -> None:
        done = subprocess.run(
            [sys.executable, "-m", "recovery.cli", "replay", "--json", *arguments],
            env=os.environ | {"RECOVERY_DATABASE_URL": settings.database_url},
            capture_output=True,
            check=False,
        )
        told.update(json.loads(done.stdout))

    wall = seconds(run)
    return told | {"wall": wall}
