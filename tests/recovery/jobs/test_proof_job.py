"""The job of a proof on a real chain: a test transfer is read as any transaction, a contract is asked at a named block."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select, update

from config.settings import Settings
from recovery.embedded.anvil import Anvil
from recovery.jobs.runner import run_due
from recovery.models import ChainReading, Evidence, Job
from sandbox.rpc import Rpc
from tests.recovery.desk import Desk, find, new_hash
from tests.recovery.proving import Proving, asked, list_native

ACCEPTS_ALL = "0x631626ba7e60e01b5f5260205ff3"
"""Code that returns the word of EIP-1271 to whoever asks: PUSH4, shifted left by 224 bits, stored, returned."""
ACCEPTS_NONE = "0x60205ff3"


@pytest.fixture
def rpc(anvil: Anvil) -> Iterator[Rpc]:
    opened = Rpc(anvil.url)
    yield opened
    opened.close()


@pytest.fixture
def settings(anvil: Anvil, tmp_path: Path) -> Settings:
    """An installation with one node."""
    return Settings(
        database_url="unused",
        redis_url="unused",
        home=tmp_path,
        secret_key="a secret of the tests only",
        sandbox=True,
        nodes={"local": (anvil.url,)},
    )


def work(case: Proving, settings: Settings) -> None:
    """Run the case's check as if its time had come."""
    with case.desk.database.unit_of_work() as session:
        row = find(session, case.ref)
        due = select(Job.id).where(Job.case_id == row.id, Job.topic == "proof.check", Job.state == "due")
        job_id = session.scalars(due).first()
        assert job_id is not None
        session.execute(update(Job).where(Job.id == job_id).values(due_at=func.now()))
    assert run_due(case.desk.database, settings, job_id) == 1
    with case.desk.database.reading() as session:
        assert session.get_one(Job, job_id).last_error is None


def send(rpc: Rpc, key: Any, to: str, amount: int) -> str:
    """A payment by this key; its hash."""
    rpc.call("anvil_setBalance", key.address, hex(10**20))
    body = {
        "type": 2,
        "chainId": 31337,
        "nonce": int(rpc.call("eth_getTransactionCount", key.address, "latest"), 16),
        "to": to,
        "value": amount,
        "gas": 21_000,
        "maxFeePerGas": 10**11,
        "maxPriorityFeePerGas": 10**9,
    }
    raw = key.sign_transaction(body).raw_transaction.hex().removeprefix("0x")
    return str(rpc.call("eth_sendRawTransaction", f"0x{raw}"))


def test_a_test_transfer_is_read_waited_for_and_accepted(desk: Desk, rpc: Rpc, settings: Settings) -> None:
    list_native(desk)
    case = asked(desk)
    case.ask("test_transfer")
    order = case.transfer()
    hash = send(rpc, case.key, order.recipient, order.amount)
    case.answer(order.id, hash=hash)
    work(case, settings)
    assert (case.state(), case.proofs()) == ("proof_asked", [])  # not final yet
    rpc.call("anvil_mine", "0x60")
    work(case, settings)
    assert case.last().why == "test_fits"
    assert case.state() == "submitted"
    with desk.database.reading() as session:
        kept = select(Evidence.purpose).where(Evidence.case_id == find(session, case.ref).id, Evidence.hash == hash)
        assert set(session.scalars(kept)) == {"test_transfer"}
        assert session.scalar(select(ChainReading.id).where(ChainReading.hash == hash))


def test_a_payment_by_somebody_else_is_refused(desk: Desk, rpc: Rpc, settings: Settings) -> None:
    list_native(desk)
    case, other = asked(desk), asked(desk)
    case.ask("test_transfer")
    order = case.transfer()
    hash = send(rpc, other.key, order.recipient, order.amount)
    rpc.call("anvil_mine", "0x60")
    case.answer(order.id, hash=hash)
    work(case, settings)
    assert case.last().why == "test_from_another_sender"


def test_an_unknown_hash_is_looked_for_again(desk: Desk, settings: Settings) -> None:
    list_native(desk)
    case = asked(desk)
    case.ask("test_transfer")
    case.answer(case.transfer().id, hash="0x" + "fe" * 32)
    for _ in range(2):
        work(case, settings)
    assert case.proofs() == []
    with desk.database.reading() as session:
        row = find(session, case.ref)
        (job,) = session.scalars(select(Job).where(Job.case_id == row.id, Job.topic == "proof.check"))
        assert (job.state, job.data["looks"]) == ("due", 2)


@pytest.mark.parametrize(("code", "verdict"), [(ACCEPTS_ALL, True), (ACCEPTS_NONE, False), ("0x", None)])
def test_a_contract_is_asked_at_a_block(
    desk: Desk, rpc: Rpc, settings: Settings, code: str, verdict: bool | None
) -> None:
    case = asked(desk)
    rpc.call("anvil_setCode", case.key.address, code)
    case.ask("eip1271")
    case.answer(case.challenge().id, signature="0x" + "ab" * 65)
    work(case, settings)
    assert case.last().verdict is verdict
    assert (case.last().checked_at or 0) > 0
    assert case.state() == ("submitted" if verdict else "proof_asked")
    assert case.view()["waiting"] is False


def test_without_a_node_it_waits_and_other_ways_stay_open(desk: Desk, settings: Settings, tmp_path: Path) -> None:
    case = asked(desk)
    case.ask("eip1271")
    case.answer(case.challenge().id, signature="0x" + "ab" * 65)
    work(case, Settings("unused", "unused", home=tmp_path, secret_key="a secret of the tests only"))
    assert case.view()["waiting"] is True
    assert case.view()["ways"][0] == "eip191"
    case.ask("eip191")
    case.answer(case.challenge().id, signature=case.sign(case.challenge()))
    assert case.state() == "submitted"
    assert new_hash()
