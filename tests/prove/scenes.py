"""Where cases stand when two commands meet, and which commands can meet there.

A scene is built once; every order of every pair of its commands begins from the same rows. What a form or a job would hold
(digests, quotes, signed bytes) was read before the two begin, as in two browser windows.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from sqlalchemy import update

from recovery.domain.actor import SYSTEM
from recovery.domain.credit_intents import Said
from recovery.domain.ids import new_id
from recovery.models import Account, Credit, OwnedAddress
from recovery.queries.facts import database_now, open_claim
from recovery.queries.intents import current_intent
from recovery.services import credits, parking
from recovery.services.transitions import advance, lock
from tests.prove.stepping import Act
from tests.recovery.desk import (
    DEPOSIT,
    LISTED,
    OUTSIDE,
    TANK,
    WALLET,
    Desk,
    find,
    new_hash,
    seen,
    sign,
    transfer,
)
from tests.recovery.rivals import claim_or_dispute

ELSEWHERE = "0x00000000000000000000000000000000000b0b0b"


@dataclass
class Ground:
    """The cases of a scene, and the commands that can meet on them."""

    desk: Desk
    refs: list[str] = field(default_factory=list)
    commands: dict[str, Act] = field(default_factory=dict)

    @property
    def ref(self) -> str:
        """The case it is about."""
        return self.refs[0]

    def move(self, label: str, who: str, name: str, ref: str | None = None, **data: str) -> None:
        """A person's move."""
        self.commands[label] = lambda: self.desk.move(who, ref or self.ref, name, **data)

    def add(self, label: str, act: Act) -> None:
        """A job, or something around the case."""
        self.commands[label] = act

    def rival(self) -> None:
        """Somebody else's case about the same leg is being looked at."""
        hash = self.desk.case(self.ref).hash
        self.refs.append(self.desk.open(hash, by="stranger"))
        other = self.refs[-1]
        self.add("a stranger claims the leg", lambda: claim_or_dispute(self.desk, other, seen(hash, transfer())))

    def surroundings(self) -> None:
        """What can change around a case while a plan waits."""
        self.add("the account is frozen", lambda: self._account("frozen"))
        self.add("the exchange credits it itself", self._credited)
        self.add("the recovery wallet is retired", self._wallet_retired)

    def _account(self, state: str) -> None:
        with self.desk.database.unit_of_work() as session:
            session.merge(Account(account="acct-1", state=state))

    def _credited(self) -> None:
        with self.desk.database.unit_of_work() as session:
            case = find(session, self.ref)
            claim = open_claim(session, case.id)
            if claim is not None:
                session.add(
                    Credit(
                        id=new_id(), network=claim.network, hash=claim.hash, position=claim.position,
                        account=case.account, contract=claim.contract or "", amount=claim.amount,
                        credited_at=database_now(session),
                    )
                )  # fmt: skip

    def _wallet_retired(self) -> None:
        with self.desk.database.unit_of_work() as session:
            session.execute(
                update(OwnedAddress).where(OwnedAddress.address == WALLET).values(valid_until=database_now(session))
            )

    def system(self, label: str, name: str) -> None:
        """A move of the machine."""

        def act() -> None:
            with self.desk.database.unit_of_work() as session:
                case = find(session, self.ref)
                lock(session, case)
                advance(session, SYSTEM, case, name)

        self.add(label, act)


def reports(ground: Ground) -> None:
    """The same deposit reported by several people, just before anybody looks."""
    desk, hash = ground.desk, new_hash()
    ground.refs = [desk.open(hash), desk.open(hash, by="brother"), desk.open(hash, by="stranger")]
    tx = seen(hash, transfer())
    ground.add("look", lambda: desk.look(ground.ref, tx))
    ground.add("look at the brother's", lambda: desk.look(ground.refs[1], tx))
    ground.add("look at the stranger's", lambda: claim_or_dispute(desk, ground.refs[2], tx))
    ground.add("nothing is found", lambda: desk.look(ground.ref, seen(hash)))
    ground.add("report again", lambda: desk.open(hash))
    ground.add("report another", lambda: desk.open(f"0x{int(hash, 16) + 2**200:064x}"))
    ground.move("withdraw", "owner", "withdraw")
    ground.add("park", lambda: _park(desk, ground.ref))


def _park(desk: Desk, ref: str) -> None:
    with desk.database.unit_of_work() as session:
        case = find(session, ref)
        lock(session, case)
        if case.state in ("checking", "waiting_for_chain"):
            parking.park(session, case, "asset_not_recoverable", "local", transfer())


def review(ground: Ground) -> None:
    """The specialist's desk."""
    ground.refs = [ground.desk.reviewed()]
    ground.move("conclude", "maker", "conclude")
    ground.move("turn down", "maker", "turn_down", reason="no")
    ground.move("give up", "owner", "give_up")
    ground.move("ask", "maker", "ask_depositor", question="Which?")
    ground.add("probe", lambda: ground.desk.probe(ground.ref, "coins_are_gone"))
    ground.rival()


def investigated(ground: Ground) -> None:
    """Before a quote."""
    ground.refs = [ground.desk.reviewed()]
    ground.desk.move("maker", ground.ref, "conclude")
    ground.move("quote", "maker", "quote")
    ground.move("quote by another", "maker_and_wallet", "quote")
    ground.move("reconsider", "maker", "reconsider")
    ground.move("turn down", "maker", "turn_down", reason="no")
    ground.move("give up", "owner", "give_up")
    ground.rival()


def quoted(ground: Ground) -> None:
    """A quote on the table."""
    desk = ground.desk
    ground.refs = [desk.quoted()]
    digest = desk.quote_digest(ground.ref)
    ground.move("accept", "owner", "accept", destination=OUTSIDE, quote_digest=digest)
    ground.move("accept to elsewhere", "owner", "accept", destination=ELSEWHERE, quote_digest=digest)
    ground.move("contest", "owner", "contest", reason="too much")
    ground.move("withdraw the quote", "maker", "withdraw_quote")
    ground.move("give up", "owner", "give_up")
    ground.add("expire", lambda: desk.expire(ground.ref))
    ground.rival()


def expired(ground: Ground) -> None:
    """A quote whose time is over, before the clock's job came."""
    desk = ground.desk
    ground.refs = [desk.quoted()]
    desk.shorten(ground.ref, -1)
    digest = desk.quote_digest(ground.ref)
    ground.move("accept", "owner", "accept", destination=OUTSIDE, quote_digest=digest)
    ground.add("expire", lambda: desk.expire(ground.ref))
    ground.move("contest", "owner", "contest", reason="too late")
    ground.move("withdraw the quote", "maker", "withdraw_quote")
    ground.move("give up", "owner", "give_up")


def accepted(ground: Ground) -> None:
    """Before a sweep."""
    ground.refs = [ground.desk.accepted()]
    ground.move("prepare", "maker", "prepare_sweep")
    ground.move("prepare by another", "maker_and_wallet", "prepare_sweep")
    ground.move("give up", "owner", "give_up")
    ground.surroundings()
    ground.rival()


def planning(ground: Ground) -> None:
    """The machine makes the sweep's plan."""
    desk = ground.desk
    ground.refs = [desk.accepted()]
    desk.move("maker", ground.ref, "prepare_sweep")
    ground.add("draft", lambda: desk.draft(ground.ref, "sweep"))
    ground.system("no plan can be made", "plan_failed")
    ground.add("freeze", lambda: desk.freeze(ground.ref, "sweep"))
    ground.surroundings()
    ground.rival()


def _sign_offs(ground: Ground, kind: str) -> None:
    plan = ground.desk.plan(ground.ref, kind)
    assert plan is not None
    for label, who, team in (
        ("wallet approves", "wallet", "wallet"),
        ("another of wallet approves", "wallet2", "wallet"),
        ("clearing approves", "clearing", "clearing"),
        ("both approves for wallet", "both", "wallet"),
        ("both approves for clearing", "both", "clearing"),
        ("the maker approves", "maker_and_wallet", "wallet"),
    ):
        ground.move(label, who, f"approve_{kind}_{team}", digest=plan.digest)
    ground.move("wallet rejects", "wallet", f"reject_{kind}", reason="no")
    ground.move("clearing rejects", "clearing", f"reject_{kind}", reason="no")


def _release(ground: Ground, kind: str) -> None:
    nonce = ground.desk.fresh_nonce()
    nonces = dict.fromkeys((TANK, DEPOSIT, WALLET), nonce)
    ground.add("release", lambda: ground.desk.release(ground.ref, kind, nonces))


def sweep_sign_off(ground: Ground) -> None:
    """A sweep nobody has approved."""
    ground.refs = [ground.desk.drafted()]
    _sign_offs(ground, "sweep")
    _release(ground, "sweep")
    ground.surroundings()
    ground.rival()


def sweep_half_signed(ground: Ground) -> None:
    """A sweep one team has approved."""
    ground.refs = [ground.desk.drafted()]
    ground.desk.sign_off(ground.ref, "sweep", "wallet")
    _sign_offs(ground, "sweep")
    _release(ground, "sweep")
    ground.add("freeze", lambda: ground.desk.freeze(ground.ref, "sweep"))
    ground.rival()


def sweep_signed(ground: Ground) -> None:
    """A sweep both teams have approved, and another case whose plan wants the same nonces."""
    desk = ground.desk
    ground.refs = [desk.drafted(), desk.drafted()]
    for ref in ground.refs:
        desk.sign_off(ref, "sweep")
    _release(ground, "sweep")
    nonces = dict.fromkeys((TANK, DEPOSIT), desk.fresh_nonce() - 10)
    ground.add("release the other", lambda: desk.release(ground.refs[1], "sweep", nonces))
    ground.move("wallet rejects", "wallet", "reject_sweep", reason="no")
    ground.add("freeze", lambda: desk.freeze(ground.ref, "sweep"))
    ground.surroundings()
    ground.rival()


def _recording(ground: Ground, kind: str) -> None:
    desk = ground.desk
    plan = desk.plan(ground.ref, kind)
    assert plan is not None
    steps = desk.steps(plan)
    signed = [sign(step) for step in steps]
    other = [*signed[:-1], sign(steps[-1], gas=60_001)]
    ground.add("record", lambda: desk.record(plan, signed))
    ground.add("record by wallet", lambda: desk.record(plan, signed, by="wallet"))
    ground.add("record other bytes", lambda: desk.record(plan, other))
    ground.add("freeze", lambda: desk.freeze(ground.ref, kind))


def _watching(ground: Ground, kind: str) -> None:
    desk = ground.desk
    ground.add("confirm", lambda: desk.confirm(ground.ref, kind))
    ground.add("bury", lambda: desk.bury(ground.ref, kind, failed=0))


def sweep_released(ground: Ground) -> None:
    """A sweep at the signer."""
    ground.refs = [ground.desk.released(ground.desk.fresh_nonce())[0]]
    _recording(ground, "sweep")
    _watching(ground, "sweep")
    ground.surroundings()
    ground.rival()


def sweep_recorded(ground: Ground) -> None:
    """A sweep on its way through the chain."""
    ref, plan = ground.desk.released(ground.desk.fresh_nonce())
    ground.refs = [ref]
    ground.desk.record(plan)
    _recording(ground, "sweep")
    _watching(ground, "sweep")
    ground.rival()


def sweep_on_hold(ground: Ground) -> None:
    """A sweep that was stopped while its bytes may still be mined."""
    desk = ground.desk
    ref, plan = desk.released(desk.fresh_nonce())
    ground.refs = [ref]
    desk.record(plan)
    desk.freeze(ref, "sweep")
    ground.move("resume", "lead", "resume_sweep")
    ground.move("plan again", "lead", "plan_sweep_again")
    _watching(ground, "sweep")
    ground.rival()


def sweep_buried(ground: Ground) -> None:
    """A sweep that failed for good."""
    desk = ground.desk
    ref, plan = desk.released(desk.fresh_nonce())
    ground.refs = [ref]
    desk.record(plan)
    desk.bury(ref, "sweep", failed=0)
    ground.move("plan again", "lead", "plan_sweep_again")
    ground.move("resume", "lead", "resume_sweep")
    ground.add("draft", lambda: desk.draft(ref, "sweep"))
    ground.rival()


def swept(ground: Ground) -> None:
    """The machine makes the refund's plan."""
    desk = ground.desk
    ground.refs = [desk.swept()]
    ground.add("draft", lambda: desk.draft(ground.ref, "refund"))
    ground.add("freeze", lambda: desk.freeze(ground.ref, "refund"))
    ground.surroundings()
    ground.rival()


def refund_sign_off(ground: Ground) -> None:
    """A refund one team has approved."""
    desk = ground.desk
    ground.refs = [desk.swept()]
    desk.draft(ground.ref, "refund")
    desk.sign_off(ground.ref, "refund", "clearing")
    _sign_offs(ground, "refund")
    _release(ground, "refund")
    ground.surroundings()
    ground.rival()


def refund_signed(ground: Ground) -> None:
    """Two refunds both teams have approved, which want the same nonce."""
    desk = ground.desk
    ground.refs = [desk.swept(), desk.swept()]
    for ref in ground.refs:
        desk.draft(ref, "refund")
        desk.sign_off(ref, "refund")
    _release(ground, "refund")
    nonces = {WALLET: desk.fresh_nonce() - 10}
    ground.add("release the other", lambda: desk.release(ground.refs[1], "refund", nonces))
    ground.move("clearing rejects", "clearing", "reject_refund", reason="no")
    ground.add("freeze", lambda: desk.freeze(ground.ref, "refund"))
    ground.surroundings()
    ground.rival()


def paying(ground: Ground) -> None:
    """A refund at the signer."""
    ground.refs = [ground.desk.refund_released()[0]]
    _recording(ground, "refund")
    _watching(ground, "refund")
    ground.surroundings()
    ground.rival()


def paid(ground: Ground) -> None:
    """A refund on its way through the chain."""
    ref, plan = ground.desk.refund_released()
    ground.refs = [ref]
    ground.desk.record(plan)
    _recording(ground, "refund")
    _watching(ground, "refund")
    ground.rival()


def refund_buried(ground: Ground) -> None:
    """A refund that failed for good, to be paid once more."""
    desk = ground.desk
    ref, plan = desk.refund_released()
    ground.refs = [ref]
    desk.record(plan)
    desk.bury(ref, "refund", failed=0)
    ground.move("plan again", "lead", "plan_refund_again")
    ground.move("resume", "lead", "resume_refund")
    ground.add("draft", lambda: desk.draft(ref, "refund"))
    ground.rival()


def credit_sign_off(ground: Ground) -> None:
    """A credit before clearing."""
    desk, hash = ground.desk, new_hash()
    ground.refs = [desk.open(hash)]
    desk.look(ground.ref, seen(hash, transfer(LISTED, symbol="USDX")))
    ground.move("approve", "clearing", "approve_credit")
    ground.move("approve by both", "both", "approve_credit")
    ground.move("reject", "clearing", "reject_credit", reason="no")
    ground.add("deliver", lambda: desk.credit(ground.ref))
    ground.surroundings()
    ground.rival()


def crediting(ground: Ground) -> None:
    """A credit on its way to the exchange's ledger."""
    desk, hash = ground.desk, new_hash()
    ground.refs = [desk.open(hash)]
    desk.look(ground.ref, seen(hash, transfer(LISTED, symbol="USDX")))
    desk.move("clearing", ground.ref, "approve_credit")
    ground.add("deliver", lambda: desk.credit(ground.ref))
    with desk.database.reading() as session:
        intent = current_intent(session, find(session, ground.ref).id)
    assert intent is not None
    confirms = Said("entry-1", intent.amount, intent.account, intent.asset)
    ground.add("the ledger confirms", lambda: _hear(desk, intent.id, confirms))
    ground.add("the ledger confirms otherwise", lambda: _hear(desk, intent.id, replace(confirms, amount=1)))
    ground.add("the ledger refuses", lambda: _hear(desk, intent.id, Said("entry-2", reason="no")))
    ground.surroundings()
    ground.rival()


def _hear(desk: Desk, intent_id: uuid.UUID, said: Said) -> None:
    with desk.database.unit_of_work() as session:
        credits.hear(session, SYSTEM, intent_id, said)


def disputed(ground: Ground) -> None:
    """Two claimants of one leg, frozen."""
    desk = ground.desk
    ground.refs = [desk.accepted()]
    hash = desk.case(ground.ref).hash
    ground.refs.append(desk.open(hash, by="stranger"))
    claim_or_dispute(desk, ground.refs[1], seen(hash, transfer()))
    third = desk.open(hash, by="third")
    ground.refs.append(third)
    for number, way in enumerate(("settle_for_accepted", "settle_dispute")):
        ground.move(f"settle for {number}", "lead", way, ref=ground.refs[number], reason="because")
        ground.move(f"lose {number}", "lead", "lose_dispute", ref=ground.refs[number], reason="because")
    ground.move("withdraw", "owner", "withdraw")
    ground.move("the stranger withdraws", "stranger", "withdraw", ref=ground.refs[1])
    ground.add("a third claims the leg", lambda: claim_or_dispute(desk, third, seen(hash, transfer())))


SCENES: tuple[Callable[[Ground], None], ...] = (
    *(reports, review, investigated, quoted, expired, accepted, planning),
    *(sweep_sign_off, sweep_half_signed, sweep_signed, sweep_released, sweep_recorded, sweep_on_hold, sweep_buried),
    *(swept, refund_sign_off, refund_signed, paying, paid, refund_buried),
    *(credit_sign_off, crediting, disputed),
)
