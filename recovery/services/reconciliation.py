"""Three-way reconciliation: chain, ledger and cases at one moment and one final block a network; kept with its evidence.

The caller reads the books, asks the nodes with no unit of work open (:func:`ask_chain`), and writes what was found.
"""

from __future__ import annotations

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
    """By step; ``None`` when it is in no block up to that one. Absent: nobody could tell."""

    def as_json(self) -> dict[str, Any]:
        """As it is kept."""
        if self.block is None:
            return {"trouble": self.trouble}
        return {"height": self.block.height, "hash": self.block.hash}


@dataclass(frozen=True)
class Compared:
    """All lines, and by network what was asked."""

    lines: tuple[Line, ...]
    blocks: Mapping[str, Any]


def ask_chain(books: Books, nodes: Mapping[str, Sequence[Node]]) -> Compared:
    """Ask every network the books speak of, and compare. Raises nothing that nodes cause: it is ``unknown`` then."""
    chains: dict[str, Chain] = {}
    lines: list[Line] = []
    for slug in dict.fromkeys(place.network for place in books.places):
        network = networks().get(slug)
        chain = chains[slug] = _chain(network, nodes.get(slug, ()), books) if network else Chain(trouble="not_asked")
        places = [place for place in books.places if place.network == slug]
        lines += [place_line(_position(place, network, nodes.get(slug, ()), chain, books)) for place in places]
    lines += sub_ledger_lines(books.ledger, books.sums)
    lines += case_lines(books.cases)
    return Compared(tuple(lines), {slug: chain.as_json() for slug, chain in chains.items()})


def _chain(network: Network, nodes: Sequence[Node], books: Books) -> Chain:
    try:
        chain = Chain(counting(network).final_block(network, nodes))
    except ChainError as error:
        return Chain(trouble=_code(error))
    assert chain.block is not None
    for one in (one for one in books.under_way if one.network == network.slug):
        shown = look_at(network, tuple(nodes), one.attempts)
        tx = shown.tx
        later = tx.block is not None and tx.block.height > chain.block.height
        if tx.status in (Status.NOT_FOUND, Status.PENDING) or later:
            chain.mined[one.of] = None
        elif tx.block is not None and tx.fee is not None and tx.status in (Status.SUCCEEDED, Status.FAILED):
            chain.mined[one.of] = Mined(tx.status is Status.SUCCEEDED, tx.fee.amount, shown.attempt.step)
    return chain


def _position(place: Place, network: Network | None, nodes: Sequence[Node], chain: Chain, books: Books) -> Position:
    """The place with what the chain shows of it, and what our own steps under way did to it by that block."""
    here = [one for one in books.under_way if one.network == place.network]
    trouble = chain.trouble or ("" if all(one.of in chain.mined for one in here) else "step_not_visible")
    moved = () if trouble else tuple(_moved(place, network, here, chain))
    held: int | None = None
    if not trouble and network is not None and chain.block is not None:
        try:
            if place.contract == "":
                raise Refused("asset_is_unknown")
            held = sum(
                counting(network).held_at(network, nodes, address, place.contract, chain.block.height)
                for address in place.addresses
            )
        except ChainError as error:
            held, trouble = None, _code(error)
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
    )


def _code(error: ChainError) -> str:
    return str(error) if str(error) in ("holdings_not_offered", "asset_is_unknown") else error.code


def _moved(place: Place, network: Network | None, here: Sequence[UnderWay], chain: Chain) -> list[Moved]:
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
