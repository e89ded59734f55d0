"""Three-way reconciliation: ledger and cases at one moment, the chain at a final block of that moment; kept with its evidence.

The caller reads the books, asks the nodes with no unit of work open (:func:`ask_chain`), does both again until every place was
compared, and writes what was found.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.orm import Session

from chains.attempts import look_at
from chains.catalogue import networks
from chains.errors import ChainError, Refused
from chains.holdings import FinalBlock, counting
from chains.sending import Step
from chains.types import Network, Node, Status
from recovery.domain.actor import Actor
from recovery.domain.canonical import digest
from recovery.domain.ids import new_id
from recovery.domain.reconciliation import (
    UNEXPLAINED,
    UNKNOWN,
    Line,
    Moved,
    Position,
    case_lines,
    place_line,
    sub_ledger_lines,
)
from recovery.errors import Conflict, InvalidInput, NotAllowed, NotFound, StepUpNeeded
from recovery.models import Reconciliation, ReconciliationLine, WalletOpening
from recovery.queries.clock import database_now
from recovery.queries.reconciliation import SIGNERS, Books, Place, UnderWay
from recovery.services.alarms import ring

ASK_SECONDS = 10.0
"""How long a look asks on: with the questions it may be in then it ends before the queue or the lease end it."""
NO_TIME = "no_time_left"
LARGEST = 10**78
LONGEST_REASON = 2_000


@dataclass(frozen=True)
class Mined:
    """The attempt at a step that is in a block: whether it succeeded, and its cost."""

    succeeded: bool
    cost: int
    step: Step


@dataclass
class Chain:
    """What the nodes of one network said: the block, and whether each step under way was in it (and what it cost)."""

    block: FinalBlock | None = None
    trouble: str = ""
    mined: dict[str, Mined | None] = field(default_factory=dict)
    """By step that was looked up; ``None`` when it is in no block up to that one."""
    invisible: set[str] = field(default_factory=set)
    """Steps of which nobody could tell."""

    def as_json(self) -> dict[str, Any]:
        """As it is kept."""
        if self.block is None:
            return {"trouble": self.trouble}
        return {"height": self.block.height, "hash": self.block.hash}


@dataclass(frozen=True)
class Compared:
    """The lines so far, and by network what was asked last. ``after`` is the place that was compared last while others are
    left, ``None`` when all were."""

    lines: tuple[Line, ...] = ()
    blocks: Mapping[str, Any] = field(default_factory=dict)
    after: tuple[str, ...] | None = ()

    def as_json(self) -> dict[str, Any]:
        """As the job keeps it from one look to the next."""
        return {
            "lines": [line.as_json() for line in self.lines],
            "blocks": dict(self.blocks),
            "after": None if self.after is None else list(self.after),
        }

    @classmethod
    def from_json(cls, told: Mapping[str, Any]) -> Compared:
        """The same again."""
        return cls(tuple(Line.from_json(one) for one in told["lines"]), told["blocks"], tuple(told["after"]))


NOTHING = Compared()
"""Where a reconciliation begins."""


def ask_chain(books: Books, nodes: Mapping[str, Sequence[Node]], before: Compared = NOTHING) -> Compared:
    """Compare the places after those compared ``before``, as many as there is time for, each with the books of now and a
    final block asked for now; with the last of them the cases. Raises nothing that nodes cause: it is ``unknown`` then.

    A look takes :data:`ASK_SECONDS` and a few questions more, so a worker outlasts it however many places there are. What one
    place alone takes longer for is ``unknown``.
    """
    look, lines, after = _Look(books, nodes), list[Line](), before.after or ()
    for place in sorted(books.places, key=_name):
        if _name(place) <= after:
            continue
        position = look.position(place)
        if position.trouble == NO_TIME and lines:
            return Compared((*before.lines, *lines), {**before.blocks, **look.blocks()}, after)
        lines.append(place_line(position))
        after = _name(place)
    lines += sub_ledger_lines(books.ledger, books.sums)
    lines += case_lines(books.cases)
    return Compared((*before.lines, *lines), {**before.blocks, **look.blocks()}, None)


def _name(place: Place) -> tuple[str, ...]:
    return place.network, place.place, place.asset, *place.addresses


class _TimeIsOver(Exception):
    """This look has asked long enough."""


class _Look:
    """One look at the chains: what their nodes said so far, and until when they may be asked more."""

    def __init__(self, books: Books, nodes: Mapping[str, Sequence[Node]]) -> None:
        self._books, self._nodes = books, nodes
        self._chains: dict[str, Chain] = {}
        self._until: float | None = None

    def blocks(self) -> dict[str, Any]:
        """By network what was asked about."""
        return {slug: chain.as_json() for slug, chain in self._chains.items()}

    def position(self, place: Place) -> Position:
        """The place with what the chain shows of it, and what our own steps under way did to it by that block."""
        network, nodes = networks().get(place.network), tuple(self._nodes.get(place.network, ()))
        here = [one for one in self._books.under_way if one.network == place.network and _touches(one, place)]
        held: int | None = None
        moved: tuple[Moved, ...] = ()
        chain = Chain()
        try:
            chain = self._chain(place.network, network, nodes)
            trouble = chain.trouble or self._steps(network, nodes, chain, here)
            if not trouble:
                moved = tuple(_moved(place, here, chain))
                held = self._held(network, nodes, chain, place)
        except ChainError as error:
            trouble = _code(error)
        except _TimeIsOver:
            trouble = NO_TIME
        return Position(
            place.network,
            place.asset,
            place.place,
            place.addresses,
            place.ledger,
            place.opening,
            place.opened,
            moved,
            held,
            trouble,
            chain.as_json() if chain.block is not None else {},
        )

    def _in_time(self) -> None:
        """The time begins with the first block, so that each look gets on with something."""
        if self._until is not None and time.monotonic() > self._until:
            raise _TimeIsOver

    def _chain(self, slug: str, network: Network | None, nodes: Sequence[Node]) -> Chain:
        if slug not in self._chains:
            self._in_time()
            self._chains[slug] = _final(network, nodes) if network else Chain(trouble="not_asked")
            if self._until is None:
                self._until = time.monotonic() + ASK_SECONDS
        return self._chains[slug]

    def _steps(self, network: Network | None, nodes: tuple[Node, ...], chain: Chain, here: Sequence[UnderWay]) -> str:
        """Look steps up in the chain; the code of what is wrong when nobody could tell of one."""
        assert network is not None, "a chain without trouble is of a network"
        for one in here:
            if one.of not in chain.mined and one.of not in chain.invisible:
                self._in_time()
                _look_up(network, nodes, chain, one)
        return "step_not_visible" if any(one.of in chain.invisible for one in here) else ""

    def _held(self, network: Network | None, nodes: Sequence[Node], chain: Chain, place: Place) -> int:
        assert network is not None, "a chain without trouble is of a network"
        assert chain.block is not None, "and has a block"
        if place.contract == "":
            raise Refused("asset_is_unknown")
        held = 0
        for address in place.addresses:
            self._in_time()
            held += counting(network).held_at(network, nodes, address, place.contract, chain.block.height)
        return held


def _final(network: Network, nodes: Sequence[Node]) -> Chain:
    try:
        return Chain(counting(network).final_block(network, nodes))
    except ChainError as error:
        return Chain(trouble=_code(error))


def _look_up(network: Network, nodes: tuple[Node, ...], chain: Chain, one: UnderWay) -> None:
    """Whether a step is in a block up to the chain's, by the word of enough nodes."""
    assert chain.block is not None, "a chain without trouble has a block"
    shown = look_at(network, nodes, one.attempts)
    tx = shown.tx
    later = tx.block is not None and tx.block.height > chain.block.height
    if tx.status in (Status.NOT_FOUND, Status.PENDING) or later:
        chain.mined[one.of] = None
    elif tx.block is not None and tx.fee is not None and tx.status in (Status.SUCCEEDED, Status.FAILED):
        chain.mined[one.of] = Mined(tx.status is Status.SUCCEEDED, tx.fee.amount, shown.attempt.step)
    else:
        chain.invisible.add(one.of)


def _touches(one: UnderWay, place: Place) -> bool:
    """Whether the step can change what lies at the place: it pays from there, brings something, or takes it away. A
    replacement moves what the step does."""
    step = one.attempts[0].step
    named = {step.sender, *(move.sender for move in step.moves), *(move.recipient for move in step.moves)}
    return not named.isdisjoint(place.addresses)


def _code(error: ChainError) -> str:
    return str(error) if str(error) in ("holdings_not_offered", "asset_is_unknown") else error.code


def _moved(place: Place, here: Sequence[UnderWay], chain: Chain) -> list[Moved]:
    """What the ledger does not know yet of steps in blocks, and what it believes gone that still lies there."""
    found = []
    for one in here:
        mined = chain.mined[one.of]
        amount = 0
        step = one.attempts[0].step if mined is None else mined.step
        done = mined is not None and mined.succeeded
        for move in step.moves:
            if (move.contract or None) != place.contract:
                continue
            booked_out = step.purpose == "sweep" and place.place == "deposit"
            if move.sender in place.addresses:
                amount += (0 if done else move.amount) if booked_out else (-move.amount if done else 0)
            if move.recipient in place.addresses and done:
                amount += move.arrives
        if mined is not None and place.contract is None and step.sender in place.addresses:
            amount -= mined.cost
        if amount:
            found.append(Moved(one.of, amount))
    return found


def keep(session: Session, actor: Actor, compared: Compared, network: str | None = None) -> Reconciliation:
    """Write down what was found; ring for what nobody explains."""
    bodies = [line.as_json() for line in compared.lines]
    left = [line for line in compared.lines if line.status == UNEXPLAINED]
    run = Reconciliation(
        id=new_id(),
        network=network or "",
        blocks=dict(compared.blocks),
        lines=len(bodies),
        unexplained=len(left),
        unknown=sum(line.status == UNKNOWN for line in compared.lines),
        sha256=digest({"blocks": dict(compared.blocks), "lines": bodies}),
        by=actor.id,
    )
    session.add(run)
    session.flush()
    session.add_all(
        ReconciliationLine(run_id=run.id, number=number, status=body["status"], body=body)
        for number, body in enumerate(bodies)
    )
    session.flush()
    for line in left:
        facts = {"network": line.network, "asset": line.asset, "reason": line.reason, "amount": str(line.difference)}
        ring(session, "not_reconciled", f"{line.network} {line.asset} {line.place} {line.subject}", facts)
    return run


def draft_opening(
    session: Session, actor: Actor, *, network: str, asset: str, place: str, amount: int, reason: str
) -> WalletOpening:
    """Write down what a place holds beside the ledger; it counts once somebody else signed. Raises NotAllowed, InvalidInput."""
    if not actor.roles & SIGNERS:
        raise NotAllowed("not_your_role")
    why = reason.strip()[:LONGEST_REASON]
    wrong = {
        "network": network not in networks(),
        "asset": not asset.startswith(f"{networks()[network].id}/") if network in networks() else False,
        "place": place not in ("wallet", "tank"),
        "amount": not 0 < abs(amount) < LARGEST,
        "reason": not why,
    }
    if any(wrong.values()):
        raise InvalidInput(
            "opening_incomplete", fields={name: ["opening_incomplete"] for name, bad in wrong.items() if bad}
        )
    opening = WalletOpening(
        id=new_id(), network=network, asset=asset, place=place, amount=amount, reason=why, drafted_by=actor.id
    )
    session.add(opening)
    session.flush()
    return opening


def sign_opening(session: Session, actor: Actor, opening_id: uuid.UUID) -> WalletOpening:
    """Have an opening count from now on. Raises NotFound, NotAllowed, StepUpNeeded, Conflict."""
    if not actor.roles & SIGNERS:
        raise NotAllowed("not_your_role")
    opening = session.get(WalletOpening, opening_id, with_for_update=True, populate_existing=True)
    if opening is None:
        raise NotFound("not_found")
    if opening.drafted_by == actor.id:
        raise NotAllowed("you_prepared_it")
    if opening.signed_at is not None:
        raise Conflict("opening_is_signed")
    if not actor.stepped_up:
        raise StepUpNeeded("needs_step_up")
    now = database_now(session)
    opening.signed_by, opening.signed_at = actor.id, now
    return opening
