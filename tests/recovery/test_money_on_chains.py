"""Sweep and refund on real chains, plan equal to chain: a native coin, a token, a token that keeps a part, and a UTXO coin.

The wallet of the daemon and the sandbox's custody are the signers; the product only ever sees what they signed.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from chains.catalogue import network as find_network
from chains.nodes import node_table
from chains.sending import sending
from chains.types import Transaction
from chains.verify import verify
from recovery.domain.accounting import NETWORK_COST, RECOVERY_WALLET, balances, unsettled
from recovery.domain.ids import new_id
from recovery.domain.settlement import steps_of, stored_step
from recovery.models import ListedAsset, OwnedAddress, Plan, PlanCase, PlanStep, Posting
from recovery.queries.plans import list_plans
from tests.chains.utxo.conftest import Daemon, litecoind_node
from tests.recovery.sample_world import SampleWorld, make_world
from tests.recovery.test_journey_services import settle, sign_off, token_balance, view

__all__ = ["litecoind_node"]

COIN = 10**8
Signer = Callable[[], None]


@pytest.fixture
def world(database_url: str, start_anvil: Any, tmp_path: Path) -> Iterator[SampleWorld]:
    """A chain and a database of their own."""
    made = make_world(database_url, start_anvil(), tmp_path)
    yield made
    made.database.close()


def recovered(
    world: SampleWorld, hash: str, destination: str, sign: Signer, mine: Callable[[], None] = lambda: None
) -> tuple[str, dict[str, Any]]:
    """A case from its hash to its end; its number and the quote that was accepted."""

    def until(state: str) -> None:
        for _ in range(30):
            if world.case(ref).state == state:
                return
            mine()
            world.anvil.rpc("anvil_mine", "0x1")
            world.hasten()
            world.work()
        raise AssertionError(f"{world.case(ref).state}, not {state}")

    ref = world.open(hash)
    until("under_review")
    world.work()
    specialist = world.actor("specialist")
    world.move(specialist, ref, "conclude")
    world.move(specialist, ref, "quote")
    quote = view(world, "depositor", ref).quote
    assert quote is not None
    world.move(world.actor("depositor"), ref, "accept", destination=destination, quote_digest=quote["digest"])
    world.move(specialist, ref, "prepare_sweep")
    until("sweep_sign_off")
    sign_off(world, ref, "sweep")
    sign()
    until("refund_sign_off")
    sign_off(world, ref, "refund")
    sign()
    until("completed")
    return ref, quote


def chain_of(world: SampleWorld, ref: str) -> list[tuple[Plan, PlanCase, PlanStep, Transaction]]:
    """Every step of the case's plans, with what the chain itself shows of it."""
    with world.database.reading() as session:
        rows = session.execute(
            select(Plan, PlanCase, PlanStep)
            .join(PlanCase, PlanCase.plan_id == Plan.id)
            .join(PlanStep, PlanStep.plan_id == Plan.id)
            .where(PlanCase.case_id == world.case(ref).id)
            .order_by(Plan.at, PlanStep.index)
        ).all()
    found = []
    for plan, part, step in rows:
        network = find_network(plan.network)
        node = node_table(world.settings.nodes, public=False)[plan.network]
        found.append((plan, part, step, verify(network, str(step.hash), node).transaction))
    return found


def check_against_the_chain(world: SampleWorld, ref: str) -> None:
    """What was approved is what stands on the chain, to the unit; and the books say the same."""
    seen = chain_of(world, ref)
    assert {plan.kind for plan, *_ in seen} == {"sweep", "refund"}
    for plan, part, step, tx in seen:
        module = sending(find_network(plan.network).family)
        assert module is not None
        assert tx.final
        assert module.deviations(stored_step(step.unsigned), tx) == []
        assert tx.fee is not None
        assert step.cost == tx.fee.amount
        approved = steps_of(json.loads(plan.payload))[step.index]
        assert replace(stored_step(step.unsigned), nonce=None) == approved
        assert part.state == "confirmed"
    with world.database.reading() as session:
        rows = session.execute(
            select(Posting.debit, Posting.credit, Posting.asset, Posting.amount).where(
                Posting.case_id == world.case(ref).id
            )
        ).all()
    entries: Sequence[tuple[str, str, str, int]] = [
        (debit, credit, asset, amount) for debit, credit, asset, amount in rows
    ]
    assert unsettled(entries) == {}
    native = find_network(seen[0][0].network).native.asset
    assert balances(entries)[NETWORK_COST, native] == sum(tx.fee.amount for *_, tx in seen if tx.fee is not None)


def held_after(world: SampleWorld, ref: str, asset: str) -> int:
    """What the books say the recovery wallet keeps of the case."""
    with world.database.reading() as session:
        rows = session.execute(
            select(Posting.debit, Posting.credit, Posting.asset, Posting.amount).where(
                Posting.case_id == world.case(ref).id
            )
        ).all()
    return balances((debit, credit, one, amount) for debit, credit, one, amount in rows)[RECOVERY_WALLET, asset]


@pytest.mark.parametrize("kind", ["unlisted_token", "fee_on_transfer"])
def test_a_token(world: SampleWorld, kind: str) -> None:
    deposit = world.deposit(kind)
    destination = world.world["outside_wallets"]["acct-1001"]
    wallet, contract = world.world["wallets"]["recovery_wallet"], deposit["contract"]
    before, in_wallet = (token_balance(world, contract, one) for one in (destination, wallet))
    ref, quote = recovered(world, deposit["hash"], destination, lambda: settle(world))
    check_against_the_chain(world, ref)
    refund = view(world, "auditor", ref).plans[-1]
    assert token_balance(world, contract, destination) - before == int(refund["arrives"])
    gained = token_balance(world, contract, wallet) - in_wallet
    asset = view(world, "auditor", ref).quote["asset"]  # type: ignore[index]
    assert gained == held_after(world, ref, asset) == quote["fee"] + quote["network_cost"]
    kept = kind == "fee_on_transfer"
    assert (quote["token_keeps"] > 0) is kept
    assert quote["gross"] == quote["token_keeps"] + quote["fee"] + quote["network_cost"] + quote["net"]
    assert (int(refund["arrives"]) < quote["net"]) is kept


def test_the_coin_of_an_evm_network(world: SampleWorld) -> None:
    with world.database.unit_of_work() as session:
        session.execute(
            update(ListedAsset)
            .where(ListedAsset.network == "local", ListedAsset.contract == "")
            .values(state="delisted")
        )
    deposit = world.deposit("internal_native")
    destination = world.world["outside_wallets"]["acct-1001"]
    before = int(world.anvil.rpc("eth_getBalance", destination, "latest"), 16)
    ref, quote = recovered(world, deposit["hash"], destination, lambda: settle(world))
    check_against_the_chain(world, ref)
    assert int(world.anvil.rpc("eth_getBalance", destination, "latest"), 16) - before == quote["net"]


def test_a_utxo_coin(world: SampleWorld, litecoind_node: Daemon) -> None:
    daemon = litecoind_node
    deposit, wallet, destination = (daemon("getnewaddress", "", kind) for kind in ("bech32", "bech32", "legacy"))
    node = f"http://{daemon.node.url.removeprefix('http://')}"
    world.settings = replace(world.settings, nodes={**world.settings.nodes, "local-litecoin": (node,)})
    with world.database.unit_of_work() as session:
        for address, kind, account, label in (
            (deposit, "deposit", "acct-1001", ""),
            (wallet, "hot", "", "recovery wallet"),
        ):
            session.add(
                OwnedAddress(
                    id=new_id(), network="local-litecoin", address=address, account=account, kind=kind, custody="key",
                    valid_from=datetime(2020, 1, 1, tzinfo=UTC), valid_until=None, label=label,
                )
            )  # fmt: skip
    hash = str(daemon("sendtoaddress", deposit, "0.75"))
    daemon.mine(12)

    def sign() -> None:
        with world.database.reading() as session:
            plans = list_plans(session, world.actor("signer"), state="released")
        for plan in plans:
            signed = [
                daemon("finalizepsbt", daemon("walletprocesspsbt", step["body"]["psbt"])["psbt"])["hex"]
                for step in plan["steps"]
            ]
            world.record(plan, signed)

    ref, quote = recovered(world, hash, destination, sign, mine=lambda: daemon.mine(2) and None)
    check_against_the_chain(world, ref)
    assert quote["gross"] == 75_000_000
    (received,) = daemon("listunspent", 1, 9999, [destination])
    assert int(received["amount"] * COIN) == quote["net"]
    native = find_network("local-litecoin").native.asset
    (change,) = daemon("listunspent", 1, 9999, [wallet])
    assert int(change["amount"] * COIN) == held_after(world, ref, native)
