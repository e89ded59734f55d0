"""P1: from an appeal to durable rows, against the same rows written by hand in one transaction."""

from __future__ import annotations

import json
import os
import uuid

import psycopg

from bench.measure import Row, alternating
from bench.services import Services
from recovery.db import Database
from recovery.domain.actor import Actor
from recovery.services import people
from recovery.services.cases import open_case

TIMES = 60


def measure(services: Services) -> Row:
    """One depositor after another on one connection, both ways with fsync."""
    settings = services.settings()
    database = Database(settings.database_url, pool_size=1)
    with database.unit_of_work() as session:
        person = people.add_person(
            session, email="bench@example.com", display_name="B", roles=["depositor"], account="acct", password=None
        )
        actor = Actor(id=person.id, roles=frozenset({"depositor"}), account="acct")

    def appeal() -> None:
        with database.unit_of_work() as session:
            open_case(
                session, actor, reference="0x" + os.urandom(32).hex(), message="Help", request_id=uuid.uuid4().hex
            )

    with psycopg.connect(settings.database_url.replace("+psycopg", "")) as connection:
        turns = alternating(lambda: _by_hand(connection, actor), appeal, rounds=7, times=TIMES, warm=20)
    database.close()
    rate = 1 / turns.operation
    return Row(
        "P1",
        "appeal to durable case",
        "the same rows in raw SQL, one transaction",
        turns.ratio,
        3.0,
        figures={"ms": turns.operation * 1000, "floor_ms": turns.floor * 1000, "per_second": rate},
        limits={"at_least_300_per_second": rate >= 300},
    )


def _by_hand(connection: psycopg.Connection, actor: Actor) -> None:
    """The rows a new case is made of: key, case, message, event, job."""
    case, ref, hash = uuid.uuid4(), f"B-{uuid.uuid4().hex}", "0x" + os.urandom(32).hex()
    body, digest = json.dumps({"case": ref, "hash": hash, "seq": 1, "name": "open"}), os.urandom(32).hex()
    with connection.transaction():
        connection.execute(
            "INSERT INTO handled_request (actor_id, key, fingerprint, result) VALUES (%s, %s, %s, %s)",
            (actor.id, uuid.uuid4().hex, digest, json.dumps({"case": str(case)})),
        )
        connection.execute(
            "INSERT INTO recovery_case (id, ref, workflow, state, version, head_hash, depositor_id, account, reference,"
            " hash, round, looks) VALUES (%s, %s, 'uncredited_deposit', 'submitted', 1, %s, %s, 'acct', %s, %s, 0, 0)",
            (case, ref, digest, actor.id, hash, hash),
        )
        connection.execute(
            "INSERT INTO message (id, case_id, author_id, kind, body, salt, commitment)"
            " VALUES (%s, %s, %s, 'appeal', 'Help', %s, %s)",
            (uuid.uuid4(), case, actor.id, digest, digest),
        )
        connection.execute(
            "INSERT INTO case_event (case_id, seq, id, name, actor_id, body, prev_hash, hash, at)"
            " VALUES (%s, 1, %s, 'open', %s, %s, %s, %s, now())",
            (case, uuid.uuid4(), actor.id, body, "00" * 32, digest),
        )
        connection.execute(
            "INSERT INTO job (id, topic, case_id, data, state, attempts)"
            " VALUES (%s, 'evidence.collect', %s, '{}', 'due', 0)",
            (uuid.uuid4(), case),
        )
