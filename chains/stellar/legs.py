"""From the operations of a transaction that succeeded to the movements that happened. Pure.

``op:N`` (N from 0) is the operation's own movement. What makers of offers or pools got along the way is ``op:N/trade:K``; what
somebody who placed an offer got is ``op:N/fill:K``; an operation with several movements of its own goes on with ``op:N/1``, ….
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from chains.errors import NodeMistaken
from chains.stellar.address import ACCOUNT, CLAIMABLE, POOL, strkey
from chains.stellar.envelope import Envelope, account_text, asset, muxed
from chains.stellar.money import LUMENS, Asset
from chains.types import Network, Transfer, TransferKind


@dataclass(frozen=True)
class Move:
    """One movement. ``number`` is of a muxed recipient; ``place`` what stands behind ``op:N``; ``paid`` takes the memo."""

    operation: int
    asset: Asset
    sender: str | None
    recipient: str | None
    amount: int
    number: str | None = None
    place: str = ""
    paid: bool = True


@dataclass
class Moves:
    """Movements and warnings, gathered."""

    found: list[Move] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


def kinds(envelope: Envelope) -> tuple[str, ...]:
    """The kind of each operation, in Horizon's words."""
    return tuple(operation.body.type.name.lower() for operation in envelope.operations)


def from_envelope(envelope: Envelope, results: Sequence[Any]) -> Moves:
    """What the signed operations did, by their results. Raises :class:`NodeMistaken` where the two do not fit."""
    if len(results) != len(envelope.operations):
        raise NodeMistaken("not a result for every operation")
    moves = Moves()
    for index, (operation, ended) in enumerate(zip(envelope.operations, results, strict=True)):
        if ended.tr is None or ended.tr.type != operation.body.type:
            raise NodeMistaken("the result of another operation")
        source = envelope.source if operation.source_account is None else muxed(operation.source_account)[0]
        maker = _MAKERS.get(operation.body.type.name)
        if maker is not None:
            maker(moves, index, source, operation.body, ended.tr)
    return moves


def _payment(moves: Moves, index: int, source: str, body: Any, ended: Any) -> None:
    to, number = muxed(body.payment_op.destination)
    moves.found.append(Move(index, asset(body.payment_op.asset), source, to, _int(body.payment_op.amount), number))


def _create(moves: Moves, index: int, source: str, body: Any, ended: Any) -> None:
    made = body.create_account_op
    moves.found.append(Move(index, LUMENS, source, account_text(made.destination), _int(made.starting_balance)))


def _strict_receive(moves: Moves, index: int, source: str, body: Any, ended: Any) -> None:
    done, sent = _success(ended.path_payment_strict_receive_result), body.path_payment_strict_receive_op
    to, number = muxed(sent.destination)
    moves.found.append(Move(index, asset(sent.dest_asset), source, to, _int(sent.dest_amount), number))
    _trades(moves, index, source, done.offers)


def _strict_send(moves: Moves, index: int, source: str, body: Any, ended: Any) -> None:
    done, sent = _success(ended.path_payment_strict_send_result), body.path_payment_strict_send_op
    to, number = muxed(sent.destination)
    if asset(done.last.asset) != asset(sent.dest_asset) or _int(done.last.amount) < _int(sent.dest_min):
        raise NodeMistaken("a path that ends elsewhere")
    moves.found.append(Move(index, asset(sent.dest_asset), source, to, _int(done.last.amount), number))
    _trades(moves, index, source, done.offers)


def _merge(moves: Moves, index: int, source: str, body: Any, ended: Any) -> None:
    to, number = muxed(body.destination)
    left = ended.account_merge_result.source_account_balance
    if left is None:
        raise NodeMistaken("a merge without its balance")
    moves.found.append(Move(index, LUMENS, source, to, _int(left), number))


def _offer(moves: Moves, index: int, source: str, body: Any, ended: Any) -> None:
    done = next(
        part
        for part in (ended.manage_sell_offer_result, ended.manage_buy_offer_result, ended.create_passive_sell_offer_result)
        if part is not None
    )  # fmt: skip
    claimed = _success(done).offers_claimed
    _trades(moves, index, source, claimed)
    for place, atom in enumerate(claimed):
        part, seller = _atom(atom)
        moves.found.append(Move(index, asset(part.asset_sold), seller, source, _int(part.amount_sold),
                                place=f"/fill:{place}", paid=False))  # fmt: skip


def _clawback(moves: Moves, index: int, source: str, body: Any, ended: Any) -> None:
    taken = body.clawback_op
    moves.found.append(Move(index, asset(taken.asset), muxed(taken.from_)[0], source, _int(taken.amount), paid=False))


def _inflation(moves: Moves, index: int, source: str, body: Any, ended: Any) -> None:
    for place, payout in enumerate(ended.inflation_result.payouts or ()):
        moves.found.append(Move(index, LUMENS, None, account_text(payout.destination), _int(payout.amount),
                                place=_place(place), paid=False))  # fmt: skip


def _set_aside(moves: Moves, index: int, source: str, body: Any, ended: Any) -> None:
    """Into a claimable balance, which has an address of its own and is nobody's until it is claimed."""
    made, name = body.create_claimable_balance_op, ended.create_claimable_balance_result.balance_id
    if name is None:
        raise NodeMistaken("a balance without a name")
    to = strkey(CLAIMABLE, b"\x00" + name.v0.hash)
    moves.found.append(Move(index, asset(made.asset), source, to, _int(made.amount), paid=False))
    moves.warnings.append("claimable_balance_created")


_MAKERS = {
    "PAYMENT": _payment,
    "CREATE_ACCOUNT": _create,
    "PATH_PAYMENT_STRICT_RECEIVE": _strict_receive,
    "PATH_PAYMENT_STRICT_SEND": _strict_send,
    "ACCOUNT_MERGE": _merge,
    "MANAGE_SELL_OFFER": _offer,
    "MANAGE_BUY_OFFER": _offer,
    "CREATE_PASSIVE_SELL_OFFER": _offer,
    "CLAWBACK": _clawback,
    "INFLATION": _inflation,
    "CREATE_CLAIMABLE_BALANCE": _set_aside,
}


def _trades(moves: Moves, index: int, source: str, atoms: Sequence[Any]) -> None:
    """What each maker of an offer (or pool) got."""
    for place, atom in enumerate(atoms):
        part, seller = _atom(atom)
        moves.found.append(Move(index, asset(part.asset_bought), source, seller, _int(part.amount_bought),
                                place=f"/trade:{place}", paid=False))  # fmt: skip


def _atom(atom: Any) -> tuple[Any, str]:
    """A trade and who was on its other side."""
    if atom.order_book is not None:
        return atom.order_book, account_text(atom.order_book.seller_id)
    if atom.v0 is not None:
        return atom.v0, strkey(ACCOUNT, atom.v0.seller_ed25519.uint256)
    return atom.liquidity_pool, strkey(POOL, atom.liquidity_pool.liquidity_pool_id.pool_id.hash)


def _success(part: Any) -> Any:
    if part is None or part.success is None:
        raise NodeMistaken("a success without its result")
    return part.success


def _int(value: Any) -> int:
    number = int(value.int64)
    if number < 0:
        raise NodeMistaken("an amount below zero")
    return number


def _place(number: int) -> str:
    return f"/{number}" if number else ""


def transfers(network: Network, moves: Moves, memo: str | None) -> tuple[Transfer, ...]:
    """The movements in chain order. A muxed recipient's number is the memo where the transaction has none of its own."""
    order = sorted(moves.found, key=lambda move: move.operation)
    legs = []
    for move in order:
        if not move.amount:
            continue
        number = move.number if move.paid else None
        said = memo if move.paid else None
        if said is not None and number is not None and said != number:
            moves.warnings.append("memo_conflict")
        if said is None and number is not None:
            moves.warnings.append("memo_in_address")
        legs.append(
            Transfer(
                position=f"op:{move.operation}{move.place}",
                kind=TransferKind.NATIVE if move.asset == LUMENS else TransferKind.TOKEN,
                asset=move.asset.caip(network),
                contract=move.asset.contract,
                sender=move.sender,
                recipient=move.recipient,
                amount=move.amount,
                symbol=network.native.symbol if move.asset == LUMENS else move.asset.symbol,
                decimals=move.asset.decimals,
                memo=number if said is None else said,
            )
        )
    return tuple(legs)
