"""Fees paid in a token: which logs are the fee, and what it came to. Pure.

A transaction may name a token its fee is taken in. Before it runs the token books the most it may cost away from the
payer; afterwards it gives back the rest and credits who earns the fee. These bookings are logged among the user's own
transfers and look like them, but they stand at fixed places: the first booking is the token's first log, the others are the
very last logs of the receipt. Tokens differ in what they log: all of it; all credited to the payer first and paid on from
there; or only what was earned.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from chains.encoding import checksummed
from chains.evm.address import ZERO
from chains.evm.fields import Receipt, Sent
from chains.evm.tokens import TRANSFER, Log
from chains.types import Network

_EARNERS = 4
"""Most credits that follow one another: to who built the block, who relayed it, a common fund; and one to spare."""

_ROUNDING = 4
"""Units by which a fee in coarse units may differ from the same in fine ones: each credit is rounded."""


@dataclass(frozen=True)
class TokenFee:
    """A fee of ``amount`` in units of ``token``; ``legs`` are the indexes of the logs that are its bookings.

    ``recognised`` is whether those logs were found.
    """

    token: str
    amount: int | None
    legs: frozenset[int] = frozenset()
    recognised: bool = False


@dataclass(frozen=True)
class _Booking:
    index: int
    sender: str
    recipient: str
    amount: int


def token_fee(network: Network, sent: Sent, receipt: Receipt, expected: int | None) -> TokenFee | None:
    """The fee when the transaction names a token for it. ``expected`` is gas times price in the units the chain reckons in,
    ``None`` where they are not the token's."""
    adapters = network.params.get("fee_adapters")
    if adapters is None or sent.fee_currency is None:
        return None
    adapter = next((row for name, row in adapters.items() if name.lower() == sent.fee_currency.lower()), None)
    token = sent.fee_currency if adapter is None else str(adapter["token"])
    finer = 1 if adapter is None else int(adapter["finer"])
    bookings = _bookings(receipt.logs, token)
    last = max((log.index for log in receipt.logs), default=-1)
    found = _credits(bookings, last, sent.sender, expected, finer)
    if found is None:
        return TokenFee(token, expected if finer == 1 else None)
    back, earned = found
    amount = sum(booking.amount for booking in earned)
    legs = {booking.index for booking in (*back, *earned)}
    first = bookings[0]
    if first.index == min(log.index for log in receipt.logs) and _set_aside(first, sent.sender, back, amount, finer):
        legs.add(first.index)
    return TokenFee(token, amount, frozenset(legs), True)


def _credits(
    bookings: Sequence[_Booking], last: int, payer: str, expected: int | None, finer: int
) -> tuple[list[_Booking], list[_Booking]] | None:
    """What was given back to the payer and what was earned, among the bookings that end the receipt."""
    earned: list[_Booking] = []
    for place in range(len(bookings) - 1, -1, -1):
        booking = bookings[place]
        if booking.index != last - (len(bookings) - 1 - place) or len(earned) > _EARNERS:
            return None
        if booking.sender == ZERO and booking.recipient == payer:
            right = expected is None or _about(sum(one.amount for one in earned), expected, finer)
            return ([booking], earned) if right else None
        if booking.sender not in (ZERO, payer):
            return None
        earned.append(booking)
        if expected and _about(sum(one.amount for one in earned), expected, finer):
            return _nothing_more(bookings[:place], payer, earned)
    return None


def _nothing_more(
    before: Sequence[_Booking], payer: str, earned: list[_Booking]
) -> tuple[list[_Booking], list[_Booking]]:
    """The fee is complete; what stands right before it may still be credits of nothing and what was given back."""
    back: list[_Booking] = []
    for booking in reversed(before):
        if booking.index != min(one.index for one in (*earned, *back)) - 1:
            break
        if booking.sender == ZERO and booking.recipient == payer:
            back.append(booking)
            break
        if booking.amount or booking.sender not in (ZERO, payer):
            break
        earned.append(booking)
    return back, earned


def _set_aside(booking: _Booking, payer: str, back: Sequence[_Booking], amount: int, finer: int) -> bool:
    """Whether ``booking`` took from the payer what was then given back and earned. Tokens that log the one log the other."""
    given = sum(one.amount for one in back)
    if not back or (booking.sender, booking.recipient) != (payer, ZERO):
        return False
    slack = 0 if finer == 1 else _ROUNDING
    return min(abs(booking.amount - given), abs(booking.amount - given - amount)) <= slack


def _about(amount: int, expected: int, finer: int) -> bool:
    if finer == 1:
        return amount == expected
    return abs(amount - expected // finer) <= _ROUNDING


def _bookings(logs: Sequence[Log], token: str) -> list[_Booking]:
    return [
        _Booking(
            log.index,
            checksummed(log.topics[1][12:]),
            checksummed(log.topics[2][12:]),
            int.from_bytes(log.data, "big"),
        )
        for log in logs
        if log.contract == token and len(log.topics) == 3 and log.topics[0] == TRANSFER and len(log.data) == 32
    ]
