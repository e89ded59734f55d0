"""Stuck steps replaced on real chains: the dearer one or the first one is mined, never both, and the books say which."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from chains.catalogue import network as find_network, networks
from chains.nodes import node_table
from chains.sending import Attempt, sending
from chains.types import Network, Node
from chains.verify import verify
from recovery.domain.accounting import NETWORK_COST, balances, unsettled
from recovery.domain.ids import new_id
from recovery.embedded.anvil import RpcError
from recovery.models import CaseEvent, OwnedAddress, Plan, PlanCase, PlanStep, Posting
from recovery.queries.attempts import attempts_of, mined_hash, mined_step
from recovery.queries.plans import list_plans
from recovery.services.replacements import record_replacement
from sandbox.custody import Limits, examine_dearer
from sandbox.signer import held_keys
from tests.chains.utxo.conftest import Daemon, start, stop
from tests.recovery.sample_world import SampleWorld, make_world
from tests.recovery.test_journey_services import sign_off, token_balance, view

pytestmark = pytest.mark.promise

Shown = dict[str, Any]


@pytest.fixture
def world(database_url: str, start_anvil: Any, tmp_path: Path) -> Iterator[SampleWorld]:
    """A chain and a database of their own."""
    made = make_world(database_url, start_anvil(), tmp_path)
    yield made
    made.database.close()


@dataclass
class Road:
    """The way of one case, and whoever signs on it."""

    world: SampleWorld
    sign: Callable[[Shown], list[str]]
    sign_dearer: Callable[[Shown, int, Shown], str]
    mine: Callable[[], object]
    ref: str = ""
    quote: Shown = field(default_factory=dict)

    def until(self, state: str) -> None:
        for _ in range(40):
            if self.world.case(self.ref).state == state:
                return
            self.mine()
            self.look()
        raise AssertionError(f"{self.world.case(self.ref).state}, not {state}")

    def look(self) -> None:
        self.world.hasten()
        self.world.work()

    def to_sweep(self, hash: str, destination: str) -> None:
        world = self.world
        self.ref = world.open(hash)
        self.until("under_review")
        world.work()
        specialist = world.actor("specialist")
        world.move(specialist, self.ref, "conclude")
        world.move(specialist, self.ref, "quote")
        self.quote = view(world, "depositor", self.ref).quote or {}
        digest = self.quote["digest"]
        world.move(world.actor("depositor"), self.ref, "accept", destination=destination, quote_digest=digest)
        world.move(specialist, self.ref, "prepare_sweep")
        self.until("sweep_sign_off")

    def release(self, kind: str) -> None:
        self.until(f"{kind}_sign_off")
        sign_off(self.world, self.ref, kind)

    def plans(self, state: str) -> list[Shown]:
        with self.world.database.reading() as session:
            return list_plans(session, self.world.actor("signer"), state=state)

    def hand_in(self) -> Shown:
        (plan,) = self.plans("released")
        self.world.record(plan, self.sign(plan))
        return plan

    def raise_fee(self, kind: str) -> str:
        """What the job answered."""
        self.world.move(self.world.actor("wallet"), self.ref, f"raise_fee_{kind}")
        self.look()
        with self.world.database.reading() as session:
            names = session.scalars(
                select(CaseEvent.name)
                .where(CaseEvent.case_id == self.world.case(self.ref).id)
                .order_by(CaseEvent.seq.desc())
            )
            return str(next(name for name in names if name.split("_")[0] in ("offer", "keep")))

    def problems(self) -> Shown:
        """Why the last time nothing was replaced."""
        with self.world.database.reading() as session:
            body = session.scalars(
                select(CaseEvent.body)
                .where(CaseEvent.case_id == self.world.case(self.ref).id, CaseEvent.name.startswith("keep_fee"))
                .order_by(CaseEvent.seq.desc())
                .limit(1)
            ).one()
        return dict(json.loads(body)["data"]["problems"])

    def hand_in_dearer(self) -> None:
        (plan,) = self.plans("recorded")
        for index, step in enumerate(plan["steps"]):
            for one in (one for one in step["replacements"] if one["hash"] is None):
                raw = self.sign_dearer(plan, index, one)
                with self.world.database.unit_of_work() as session:
                    record_replacement(
                        session, self.world.actor("signer"), uuid.UUID(plan["id"]), one["number"], raw,
                        request_id=str(uuid.uuid4()),
                    )  # fmt: skip

    @staticmethod
    def _nothing_is_overtaken(
        network: Network, node: tuple[Node, ...], attempts: tuple[Attempt, ...], mined: str
    ) -> None:
        """By itself the one that lost is overtaken; with the one that won beside it, or with unknown bytes, it is not."""
        module = sending(network.family)
        assert module is not None
        for one in attempts:
            hash, besides = str(one.hash), [other for other in attempts if other != one]
            assert module.is_overtaken(network, node, one.step, hash) is (hash != mined)
            assert not module.is_overtaken(network, node, one.step, hash, besides=besides)
            unknown = [replace(other, hash=None, raw=None) for other in besides]
            assert not module.is_overtaken(network, node, one.step, hash, besides=unknown)

    def check(self) -> dict[str, list[bool]]:
        """Plan equal to chain, attempt by attempt; one of each step's is mined. Says by kind which steps were replaced."""
        with self.world.database.reading() as session:
            case = self.world.case(self.ref)
            rows = session.execute(
                select(Plan, PlanStep)
                .join(PlanCase, PlanCase.plan_id == Plan.id)
                .join(PlanStep, PlanStep.plan_id == Plan.id)
                .where(PlanCase.case_id == case.id)
                .order_by(Plan.at, PlanStep.index)
            ).all()
            found: dict[str, list[bool]] = {}
            costs = 0
            for plan, row in rows:
                network = find_network(plan.network)
                node = node_table(self.world.settings.nodes, public=False)[plan.network]
                module = sending(network.family)
                assert module is not None
                final = [
                    one for one in attempts_of(session, row) if verify(network, str(one.hash), node).transaction.final
                ]
                assert [one.hash for one in final] == [mined_hash(row)]
                tx = verify(network, mined_hash(row), node).transaction
                assert module.deviations(mined_step(session, row), tx) == []
                assert tx.fee is not None
                assert row.cost == tx.fee.amount
                costs += tx.fee.amount
                self._nothing_is_overtaken(network, node, attempts_of(session, row), mined_hash(row))
                found.setdefault(plan.kind, []).append(row.mined_hash != row.hash)
            postings = session.execute(
                select(Posting.debit, Posting.credit, Posting.asset, Posting.amount).where(Posting.case_id == case.id)
            ).all()
        entries = [(debit, credit, asset, amount) for debit, credit, asset, amount in postings]
        assert unsettled(entries) == {}
        native = find_network(rows[0][0].network).native.asset
        assert balances(entries)[NETWORK_COST, native] == costs
        return found


def evm_road(world: SampleWorld) -> Road:
    keys = held_keys(world.folder / "signer")

    def sign_dearer(plan: Shown, index: int, one: Shown) -> str:
        nonce, chain_id = int(plan["steps"][index]["nonce"]), world.world["chain_id"]
        sender, body = examine_dearer(plan, index, one, nonce, chain_id, keys, Limits())
        return "0x" + keys[sender].sign_transaction(body).raw_transaction.hex().removeprefix("0x")

    return Road(world, world.sign, sign_dearer, lambda: world.anvil.rpc("anvil_mine", "0x1"))


def base_fee(world: SampleWorld, wei: int) -> None:
    """From the next block on."""
    world.anvil.rpc("anvil_setNextBlockBaseFeePerGas", hex(wei))
    world.anvil.rpc("anvil_mine", "0x1")


def highest_bid(plan: Shown) -> int:
    return max(int(step["body"]["max_fee_per_gas"]) for step in plan["steps"])


def test_a_refund_and_a_top_up_stuck_by_their_price_are_replaced(world: SampleWorld) -> None:
    road, deposit = evm_road(world), world.deposit("unlisted_token")
    destination = world.world["outside_wallets"]["acct-1001"]
    before = token_balance(world, deposit["contract"], destination)
    road.to_sweep(deposit["hash"], destination)
    road.release("sweep")
    bid = highest_bid(road.plans("released")[0])
    base_fee(world, 3 * bid)
    road.hand_in()
    road.look()
    assert road.raise_fee("sweep") == "offer_fee_sweep"
    assert road.raise_fee("sweep") == "keep_fee_sweep"  # the signer has one
    road.hand_in_dearer()
    for _ in range(3):
        road.look()
        world.anvil.rpc("anvil_mine", "0x1")
    base_fee(world, bid // 4)  # the sweep itself has no more gas than was brought
    road.release("refund")
    base_fee(world, 3 * highest_bid(road.plans("released")[0]))
    road.hand_in()
    road.look()
    assert road.raise_fee("refund") == "offer_fee_refund"
    road.hand_in_dearer()
    road.until("completed")
    assert road.check() == {"sweep": [True, False], "refund": [True]}
    assert token_balance(world, deposit["contract"], destination) - before == road.quote["net"]


def test_the_first_one_may_win_the_race(world: SampleWorld) -> None:
    road, deposit = evm_road(world), world.deposit("unlisted_token")
    destination = world.world["outside_wallets"]["acct-1001"]
    before = token_balance(world, deposit["contract"], destination)
    road.to_sweep(deposit["hash"], destination)
    road.release("sweep")
    road.hand_in()
    road.release("refund")
    plan = road.plans("released")[0]
    bid = highest_bid(plan)
    base_fee(world, 3 * bid)
    (first,) = world.sign(plan)
    road.hand_in()
    assert road.raise_fee("refund") == "offer_fee_refund"
    road.hand_in_dearer()
    base_fee(world, bid // 4)
    with suppress(RpcError):  # the node may have it already
        world.anvil.rpc("eth_sendRawTransaction", first)
    road.until("completed")
    assert road.check()["refund"] == [False]
    assert token_balance(world, deposit["contract"], destination) - before == road.quote["net"]


def test_what_is_in_a_block_is_not_replaced_and_gas_that_is_not_there_is_said(world: SampleWorld) -> None:
    road, deposit = evm_road(world), world.deposit("unlisted_token")
    road.to_sweep(deposit["hash"], world.world["outside_wallets"]["acct-1001"])
    road.release("sweep")
    plan = road.hand_in()
    road.look()  # gas is sent, and mined at once
    assert road.raise_fee("sweep") == "keep_fee_sweep"
    assert road.problems() == {"0": "step_not_stuck"}
    base_fee(world, 3 * highest_bid(plan))
    world.anvil.mine(3)
    assert road.raise_fee("sweep") == "keep_fee_sweep"
    assert road.problems() == {"1": "cost_not_held"}
    (recorded,) = road.plans("recorded")
    assert [step["replacements"] for step in recorded["steps"]] == [[], []]
    base_fee(world, 1)
    road.until("refund_sign_off")


@pytest.fixture
def replacing(tmp_path: Path) -> Iterator[Daemon]:
    """A daemon that takes dearer transactions in place of waiting ones, which the row of its network then says as well."""
    row = networks()["local-litecoin"]
    kept = row.params
    object.__setattr__(row, "params", {**kept, "replaces": True})
    folder = tmp_path / "litecoind"
    folder.mkdir()
    process, daemon = start(folder, mine=110, options=("-mempoolreplacement=1",))
    yield daemon
    stop(process)
    object.__setattr__(row, "params", kept)


def utxo_road(world: SampleWorld, daemon: Daemon) -> tuple[Road, str, str]:
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

    def sign(body: Shown) -> str:
        return str(daemon("finalizepsbt", daemon("walletprocesspsbt", body["psbt"])["psbt"])["hex"])

    road = Road(
        world,
        lambda plan: [sign(step["body"]) for step in plan["steps"]],
        lambda plan, index, one: sign(one["body"]),
        lambda: daemon.mine(2),
    )
    return road, hash, destination


@pytest.mark.parametrize("wins", ["dearer", "first"])
def test_outputs_are_spent_once_whichever_is_mined(world: SampleWorld, replacing: Daemon, wins: str) -> None:
    daemon = replacing
    road, hash, destination = utxo_road(world, daemon)
    road.to_sweep(hash, destination)
    for kind, after in (("sweep", "refund_sign_off"), ("refund", "completed")):
        road.release(kind)
        plan = road.hand_in()
        road.look()  # it waits now
        assert road.raise_fee(kind) == f"offer_fee_{kind}"
        if wins == "dearer":
            road.hand_in_dearer()
            road.look()
            (recorded,) = road.plans("recorded")
            (step,) = recorded["steps"]
            assert daemon("getrawmempool") == [step["replacements"][0]["hash"]]
        else:
            road.mine()
            road.hand_in_dearer()
            assert plan["id"] == road.plans("recorded")[0]["id"]
        road.until(after)
    assert road.check() == {"sweep": [wins == "dearer"], "refund": [wins == "dearer"]}
    (received,) = daemon("listunspent", 1, 9999, [destination])
    assert int(received["amount"] * 10**8) == road.quote["net"]
