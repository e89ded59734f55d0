"""A desk without a chain: people, registries and a fee policy in a database, and made-up answers of nodes.

What a node would say is handed to the services directly (``evidence.conclude_look``), what a planner would make is made
up here (``plans.draft``); signatures are real, by throw-away keys. So a test can reach every state in milliseconds.
"""

from __future__ import annotations

import itertools
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from eth_account import Account
from sqlalchemy import select
from sqlalchemy.orm import Session

from chains.catalogue import network as find_network
from chains.receivable import Receiving, yes
from chains.receiving import Received
from chains.sending import Move, Served, Step
from chains.survey import Surveyed
from chains.surveyed import Survey
from chains.types import Block, Fee, Reading, Status, Transaction, Transfer, TransferKind
from recovery.db import Database
from recovery.domain.accounting import unsettled
from recovery.domain.actor import Actor
from recovery.domain.history import GENESIS, event_hash
from recovery.domain.ids import new_id
from recovery.domain.screening import Gate
from recovery.domain.settlement import stored_step
from recovery.errors import MoveNotOpen
from recovery.models import AssetPrice, CaseEvent, ListedAsset, OwnedAddress, Plan, Posting, Quote, RecoveryCase
from recovery.queries.clock import database_now
from recovery.queries.destinations import newest
from recovery.queries.facts import current_plan, latest_quote
from recovery.queries.people import actor_by_email
from recovery.queries.plan_members import members
from recovery.services import (
    cases,
    credits,
    destinations,
    evidence,
    fee_trials,
    people,
    plans,
    policies,
    quotes,
    screening,
    settling,
)
from recovery.services.evidence import Look
from recovery.services.settling import Ended
from recovery.services.transitions import lock

NETWORK = find_network("local")
ETHER = 10**18
GROSS = 1_000 * ETHER
LONG_AGO = datetime(2024, 1, 1, tzinfo=UTC)
KEYS = {name: Account.from_key(bytes([number]) * 32) for number, name in enumerate(("deposit", "tank", "wallet"), 1)}
DEPOSIT, TANK, WALLET = (KEYS[name].address for name in ("deposit", "tank", "wallet"))
SIGNERS = {key.address: key for key in KEYS.values()}
OUTSIDE = "0x00000000000000000000000000000000000A11cE"
SENDER = "0x000000000000000000000000000000000000dEaD"
TOKEN = "0x5FbDB2315678afecb367f032d93F642f64180aa3"  # listed nowhere
LISTED = "0xe7f1725E7734CE288F8367e1Bb143E90bb3F0512"
POLICY = {
    "rules": [
        {
            "name": "standard",
            "fee": {"kind": "percent", "bps": 500, "cap_bps": 2500},
            "network_cost": {"borne_by": "depositor"},
            "without_price": "waive",
        }
    ]
}
COST = 21_000 * 10**9
ONE_OLD_SOURCE = {
    "least_sources": 1, "most_spread_bps": 500, "most_age_seconds": 10**9, "least_depth_usd": "0", "most_move_bps": 500,
    "manual_seconds": 3600,
}  # fmt: skip
"""Limits of prices under which the one observation of :func:`make_desk` is a price."""

_hashes = itertools.count(1)


def new_hash() -> str:
    """A transaction hash nobody used before in this process."""
    return f"0x{next(_hashes):064x}"


def transfer(contract: str | None = TOKEN, amount: int = GROSS, **changes: Any) -> Transfer:
    """A leg to the deposit address: an unlisted token unless told otherwise."""
    leg = Transfer(
        position="log:0",
        kind=TransferKind.TOKEN if contract else TransferKind.NATIVE,
        asset=f"eip155:31337/erc20:{contract.lower()}" if contract else NETWORK.native.asset,
        contract=contract,
        sender=SENDER,
        recipient=DEPOSIT,
        amount=amount,
        symbol="ODD",
        decimals=18,
    )
    return replace(leg, **changes)


def seen(hash: str, *legs: Transfer, **changes: Any) -> Transaction:
    """A final, successful transaction with these legs."""
    tx = Transaction(
        network=NETWORK.slug,
        network_id=NETWORK.id,
        hash=hash,
        status=Status.SUCCEEDED,
        final=True,
        confirmations=10,
        confirmations_required=3,
        block=Block(100, "0x" + "b" * 64, datetime(2025, 1, 1, tzinfo=UTC)),
        fee=Fee(NETWORK.native.asset, "ETH", 1000, SENDER),
        transfers=legs,
    )
    return replace(tx, **changes)


def arrived(*transactions: Transaction) -> Survey:
    """A survey in which balances rose by what every leg says."""
    return Survey(moved={leg.position: leg.amount for tx in transactions for leg in tx.transfers})


def sweep_steps(amount: int = GROSS, contract: str | None = TOKEN) -> tuple[Step, ...]:
    """Gas for the deposit address, then its coins to the recovery wallet."""
    top_up = _step("gas_top_up", TANK, DEPOSIT, COST, "0x", None, DEPOSIT, COST)
    return top_up, _step("sweep", DEPOSIT, contract or WALLET, 0, _call(WALLET, amount), contract, WALLET, amount)


def refund_steps(amount: int, destination: str, contract: str | None = TOKEN) -> tuple[Step, ...]:
    """The net amount from the recovery wallet to the depositor."""
    to = contract or destination
    return (_step("refund", WALLET, to, 0, _call(destination, amount), contract, destination, amount),)


def _call(recipient: str, amount: int) -> str:
    return "0xa9059cbb" + recipient.removeprefix("0x").lower().rjust(64, "0") + f"{amount:064x}"


def _step(
    purpose: str, sender: str, to: str, value: int, data: str, contract: str | None, recipient: str, amount: int
) -> Step:
    body = {
        "chain_id": "31337",
        "to": to,
        "value": str(value),
        "data": data,
        "gas": "60000",
        "max_fee_per_gas": str(2 * 10**9),
        "max_priority_fee_per_gas": str(10**9),
    }
    return Step(
        purpose=purpose,
        form="evm",
        sender=sender,
        moves=(Move(contract, sender, recipient, amount, amount),),
        body=body,
        highest_cost=60_000 * 2 * 10**9,
        serves=(Served(0, 0 if purpose == "gas_top_up" else amount),),
    )


def sign(step: Step, *, by: str | None = None, **changes: Any) -> str:
    """Signed bytes of a released step; ``changes`` and ``by`` make a signer that cheats."""
    body = {
        "type": 2,
        "chainId": int(step.body["chain_id"]),
        "nonce": step.nonce,
        "to": step.body["to"],
        "value": int(step.body["value"]),
        "data": step.body["data"],
        "gas": int(step.body["gas"]),
        "maxFeePerGas": int(step.body["max_fee_per_gas"]),
        "maxPriorityFeePerGas": int(step.body["max_priority_fee_per_gas"]),
    } | changes
    return "0x" + SIGNERS[by or step.sender].sign_transaction(body).raw_transaction.hex().removeprefix("0x")


@dataclass
class Desk:
    """The database, the people, and every way a case can be moved in a test."""

    database: Database
    actors: dict[str, Actor] = field(default_factory=dict)

    # people and registries

    def person(self, name: str, *roles: str, account: str | None = None) -> Actor:
        """A person, made at the first mention, freshly stepped up."""
        if name not in self.actors:
            email = f"{name}@example.org"
            with self.database.unit_of_work() as session:
                people.add_person(session, email=email, display_name=name, roles=roles, account=account)
            with self.database.reading() as session:
                self.actors[name] = actor_by_email(session, email)
        return self.actors[name]

    def __getitem__(self, name: str) -> Actor:
        return self.actors[name]

    def add(self, *rows: Any) -> None:
        """Put rows into the database as they are."""
        with self.database.unit_of_work() as session:
            session.add_all(rows)

    # a case

    def open(self, hash: str, *, by: str = "owner", key: str | None = None, **more: Any) -> str:
        """Open a case; gives its number."""
        with self.database.unit_of_work() as session:
            request_id = key or str(uuid.uuid4())
            return cases.open_case(session, self[by], reference=hash, request_id=request_id, **more).ref

    def move(
        self, by: str, ref: str, name: str, *, key: str | None = None, version: int | None = None, **data: Any
    ) -> None:
        """One move by one person."""
        with self.database.unit_of_work() as session:
            cases.move(session, self[by], ref, name, data, version=version, request_id=key or str(uuid.uuid4()))

    def look(self, ref: str, *transactions: Transaction, survey: Survey | None = None) -> float | None:
        """What the evidence job does once nodes answered; every token arrived unless ``survey`` says otherwise."""
        told = survey if survey is not None else arrived(*transactions)
        readings = [Reading(tx, ()) for tx in transactions]
        with self.database.unit_of_work() as session:
            case = find(session, ref)
            asked = screening.ask(None, evidence.to_screen(session, case, readings))
            look = Look(readings, sandbox=True, surveyed=Surveyed(told), screened=asked)
            return evidence.conclude_look(session, case, look)

    def probe(self, ref: str, problem: str | None = None, keeps: int | None = None) -> None:
        """What the probe job does once the token answered; ``keeps`` is what it keeps of a transfer."""
        with self.database.unit_of_work() as session:
            evidence.write_probe(
                session,
                find(session, ref),
                problem=problem,
                symbol="ODD",
                decimals=18,
                balance=GROSS,
                network_cost=COST,
                token_keeps=keeps,
            )

    def case(self, ref: str) -> RecoveryCase:
        """The case as stored."""
        with self.database.reading() as session:
            return find(session, ref)

    def state(self, ref: str) -> str:
        """Where the case stands."""
        return self.case(ref).state

    def quote_digest(self, ref: str) -> str:
        """The digest of the last quote."""
        with self.database.reading() as session:
            quote = latest_quote(session, find(session, ref).id)
            return quote.digest if quote else ""

    def plan(self, ref: str, kind: str) -> Plan | None:
        """The current plan of a kind."""
        with self.database.reading() as session:
            return current_plan(session, find(session, ref).id, kind)

    def draft(self, ref: str, kind: str, by: str = "maker") -> Plan:
        """What the planning jobs do once the nodes answered."""
        with self.database.unit_of_work() as session:
            case = find(session, ref)
            lock(session, case)
            self._screen(session, case, Gate.SWEEP if kind == "sweep" else Gate.PAY)
            quote = latest_quote(session, case.id)
            assert quote is not None
            sweep = kind == "sweep"
            amount, destination = (quote.gross, WALLET) if sweep else (quote.net, str(newest(session, case.id).address))
            steps = sweep_steps(amount) if sweep else refund_steps(amount, destination)
            return plans.draft(session, [case], kind, NETWORK, steps, prepared_by=self[by].id, destination=destination)

    @staticmethod
    def _screen(session: Session, case: RecoveryCase, gate: Gate) -> None:
        """What the jobs before a gate do where no tool is configured: the imported lists are asked."""
        unclear = screening.not_clear(session, case, screening.questions(session, case))
        screening.keep(session, case, gate, screening.ask(None, unclear))

    def sign_off(self, ref: str, kind: str, *teams: str) -> None:
        """Approvals of the current plan's digest."""
        plan = self.plan(ref, kind)
        for team in teams or ("wallet", "clearing"):
            self.move(team, ref, f"approve_{kind}_{team}", digest=plan.digest if plan else "0" * 64)

    def release(self, ref: str, kind: str, nonces: dict[str, int] | None = None) -> Plan:
        """What the release job does once the chain told its nonces."""
        with self.database.unit_of_work() as session:
            case = find(session, ref)
            plan = current_plan(session, case.id, kind)
            _must_be(plan, "drafted")
            assert plan is not None
            self._screen(session, case, Gate.SWEEP if kind == "sweep" else Gate.PAY)
            senders = (TANK, DEPOSIT) if kind == "sweep" else (WALLET,)
            plans.release(session, plan, {sender: (nonces or {}).get(sender, 0) for sender in senders})
            return plan

    def steps(self, plan: Plan) -> list[Step]:
        """The released steps as the signer sees them."""
        with self.database.reading() as session:
            return [stored_step(row.unsigned) for row in plans.plan_steps(session, plan)]

    def record(
        self, plan: Plan, signed: Iterable[str] | None = None, *, by: str = "signer", key: str | None = None
    ) -> Plan:
        """Hand in signed bytes: the right ones unless told otherwise."""
        given = list(signed) if signed is not None else [sign(step) for step in self.steps(plan)]
        with self.database.unit_of_work() as session:
            return plans.record_signed(session, self[by], plan.id, given, request_id=key or str(uuid.uuid4()))

    def confirm(self, ref: str, kind: str) -> None:
        """The chain shows every step final and exact."""
        with self.database.unit_of_work() as session:
            case = find(session, ref)
            lock(session, case)
            plan = current_plan(session, case.id, kind)
            _must_be(plan, "recorded")
            assert plan is not None
            ended = Ended({step.index: 1000 + step.index for step in plans.plan_steps(session, plan)})
            settling.mark(session, plan, ended)
            for one in members(session, plan):
                settling.confirm(session, plan, one, ended, NETWORK)

    def bury(self, ref: str, kind: str, failed: int) -> None:
        """The chain shows a step failed for good; what stands before it went well."""
        with self.database.unit_of_work() as session:
            case = find(session, ref)
            lock(session, case)
            plan = current_plan(session, case.id, kind)
            _must_be(plan, "recorded")
            assert plan is not None
            ended = Ended(dict.fromkeys(range(failed + 1), 1000), frozenset({failed}))
            settling.mark(session, plan, ended)
            for one in members(session, plan):
                settling.bury(session, plan, one, ended, NETWORK)

    def freeze(self, ref: str, kind: str) -> None:
        """The chain shows something else than the plan."""
        with self.database.unit_of_work() as session:
            case = find(session, ref)
            lock(session, case)
            settling.freeze(session, [case], kind, {"0": ["extra_movement"]})

    def credit(self, ref: str) -> None:
        """What the credit job does."""
        with self.database.unit_of_work() as session:
            credits.deliver(session, find(session, ref))

    def shorten(self, ref: str, seconds: float) -> None:
        """Replace the offered quote by one that ends this soon (or ended): terms never change, so it is another one."""
        with self.database.unit_of_work() as session:
            old = latest_quote(session, find(session, ref).id)
            assert old is not None
            assert old.state == "offered"
            old.state = "superseded"
            session.flush()
            values = {column.name: getattr(old, column.name) for column in Quote.__table__.columns}
            ends = database_now(session) + timedelta(seconds=seconds)
            changed = {"id": new_id(), "number": old.number + 1, "state": "offered", "expires_at": ends}
            session.add(Quote(**values | changed))

    def expire(self, ref: str) -> float | None:
        """What the clock of the quote does."""
        with self.database.unit_of_work() as session:
            case = find(session, ref)
            lock(session, case)
            return quotes.expire(session, case)

    # whole stretches

    def reviewed(self, by: str = "owner", hash: str | None = None) -> str:
        """A case of an unlisted token, just before the specialist."""
        hash = hash or new_hash()
        ref = self.open(hash, by=by)
        self.look(ref, seen(hash, transfer()))
        self.probe(ref)
        return ref

    def quoted(self) -> str:
        """A case with a quote on the table."""
        ref = self.reviewed()
        self.move("maker", ref, "conclude")
        self.move("maker", ref, "quote")
        return ref

    def accepted(self) -> str:
        """A case whose quote is accepted."""
        ref = self.quoted()
        self.accept(ref)
        return ref

    def accept(self, ref: str, destination: str = OUTSIDE) -> None:
        """The depositor has the address checked and accepts the last quote."""
        self.check_destination(ref, destination)
        self.move("owner", ref, "accept", destination=destination, quote_digest=self.quote_digest(ref))

    def check_destination(self, ref: str, destination: str = OUTSIDE, told: Receiving | None = None) -> str:
        """What the edge does before an address is agreed to, with a made-up answer of the network; gives the verdict."""
        with self.database.unit_of_work() as session:
            asked = destinations.to_ask(session, self["owner"], ref, destination)
            return (
                destinations.keep(session, asked, Received(told or yes(deployed=False)), purpose="typed").verdict
                if asked
                else ""
            )

    def change_destination(self, ref: str, destination: str, **more: Any) -> None:
        """The depositor has another address checked and names it."""
        self.check_destination(ref, destination)
        self.move("owner", ref, "change_destination", destination=destination, **more)

    def drafted(self, ref: str | None = None) -> str:
        """A case with a sweep plan to be signed off."""
        ref = ref or self.accepted()
        self.move("maker", ref, "prepare_sweep")
        self.draft(ref, "sweep")
        return ref

    def released(self, nonce: int | None = None) -> tuple[str, Plan]:
        """A case whose sweep is at the signer. Nonces of the shared sample wallets are free from the number given on."""
        ref = self.drafted()
        self.sign_off(ref, "sweep")
        plan = self.release(ref, "sweep", {TANK: nonce or 0, DEPOSIT: nonce or 0})
        return ref, plan

    def swept(self) -> str:
        """A case whose coins are in the recovery wallet."""
        ref, plan = self.released(self.fresh_nonce())
        self.record(plan)
        self.confirm(ref, "sweep")
        return ref

    def refund_released(self) -> tuple[str, Plan]:
        """A case whose refund is at the signer."""
        ref = self.swept()
        self.draft(ref, "refund")
        self.sign_off(ref, "refund")
        return ref, self.release(ref, "refund", {WALLET: self.fresh_nonce()})

    def fresh_nonce(self) -> int:
        """A nonce no earlier case of this process used, as if the chain had moved on."""
        return next(_hashes) * 10

    # what must always be true

    def entries(self, ref: str) -> list[tuple[str, str, str, int]]:
        """The postings of a case as (debit, credit, asset, amount)."""
        with self.database.reading() as session:
            rows = session.execute(
                select(Posting.debit, Posting.credit, Posting.asset, Posting.amount)
                .where(Posting.case_id == find(session, ref).id)
                .order_by(Posting.seq)
            )
            return [(debit, credit, asset, amount) for debit, credit, asset, amount in rows]

    def unsettled(self, ref: str) -> dict[tuple[str, str], int]:
        """Balances of the case that a closed case may not have."""
        return unsettled(self.entries(ref))

    def events(self, ref: str) -> list[CaseEvent]:
        """The history in order."""
        with self.database.reading() as session:
            case_id = find(session, ref).id
            return list(session.scalars(select(CaseEvent).where(CaseEvent.case_id == case_id).order_by(CaseEvent.seq)))

    def check_history(self, ref: str) -> None:
        """Dense numbers, every hash right, the case at the head."""
        case, events, head = self.case(ref), self.events(ref), GENESIS
        assert [event.seq for event in events] == list(range(1, case.version + 1))
        for event in events:
            assert event.prev_hash == head
            assert event.hash == event_hash(case.id, event.seq, head, event.body)
            head = event.hash
        assert case.head_hash == head


def _must_be(plan: Plan | None, state: str) -> None:
    """As the jobs do: only a plan in this state is gone on with."""
    if plan is None or plan.state != state:
        raise MoveNotOpen(f"no plan is {state}")


def find(session: Session, ref: str) -> RecoveryCase:
    """The row of a case."""
    return session.execute(select(RecoveryCase).where(RecoveryCase.ref == ref)).scalar_one()


def make_desk(url: str, *, pool_size: int = 5) -> Desk:
    """A desk in a fresh database."""
    desk = Desk(Database(url, pool_size=pool_size))
    desk.person("owner", "depositor", account="acct-1")
    desk.person("stranger", "depositor", account="acct-2")
    for name, roles in STAFF.items():
        desk.person(name, *roles)
    desk.add(
        _owned(DEPOSIT, "deposit", "acct-1"),
        _owned(TANK, "gas_tank"),
        labelled(_owned(WALLET, "hot"), "recovery wallet"),
        ListedAsset(id=new_id(), network=NETWORK.slug, contract=LISTED, symbol="USDX", decimals=18, state="listed"),
        AssetPrice(
            id=new_id(), network=NETWORK.slug, contract=TOKEN, quote_contract=None, numerator=1, denominator=2,
            source="test", observed_at=LONG_AGO,
        ),
    )  # fmt: skip
    with desk.database.unit_of_work() as session:
        policy = policies.draft_policy(session, desk["lead"], POLICY, "test")
        fee_trials.keep_trial(session, desk["lead"], policy.version, fee_trials.try_version(session, policy.version))
        policies.activate_policy(session, desk["admin"], policy.version)
        limits = policies.draft_policy(session, desk["lead"], ONE_OLD_SOURCE, "test", kind="price")
        policies.activate_policy(session, desk["admin"], limits.version, kind="price")
    return desk


STAFF: dict[str, tuple[str, ...]] = {
    "maker": ("specialist",),
    "wallet": ("wallet",),
    "clearing": ("clearing",),
    "both": ("wallet", "clearing"),
    "maker_and_wallet": ("specialist", "wallet"),
    "auditor": ("auditor",),
    "lead": ("lead",),
    "admin": ("admin",),
    "signer": ("signer",),
}


def labelled(row: OwnedAddress, label: str) -> OwnedAddress:
    """The same address with a label."""
    row.label = label
    return row


def _owned(address: str, kind: str, account: str = "", **more: Any) -> OwnedAddress:
    return OwnedAddress(
        id=new_id(), network=NETWORK.slug, address=address, account=account, kind=kind, custody="key",
        valid_from=LONG_AGO, valid_until=None, **more,
    )  # fmt: skip
