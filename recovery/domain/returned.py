"""Returned withdrawals (cause B16): a payment into a hot wallet, matched with a withdrawal another platform sent back.

The score is the sum of three whole numbers, at most 100:

- the link, 40 for the very address the withdrawal went to, 30 for another address of the same platform;
- the amount, 40 for all of it, falling to 10 at the greatest loss that is allowed;
- the time, 20 for the same day, falling to 0 at the end of the allowed days.

A score compares; it does not decide. Withdrawals of two accounts within :data:`CLEAR_LEAD` points are equally good, and then
nobody is named: it is somebody's money, and the machine credits it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

CLEAR_LEAD = 10
"""Points by which one account's withdrawal must be better than every other account's."""

_SAME_ADDRESS, _SAME_PLATFORM = 40, 30
_AMOUNT, _AMOUNT_AT_LIMIT = 40, 10
_TIME = 20


@dataclass(frozen=True)
class ReturnPolicy:
    """How much less may come back, in hundredths of a percent of what went out, and within how many days."""

    loss_bps: int = 500
    days: int = 30


@dataclass(frozen=True)
class SentWithdrawal:
    """A withdrawal we sent. ``contract`` is ``None`` for the native coin; ``amount`` in base units; ``sent_at`` aware UTC."""

    account: str
    contract: str | None
    amount: int
    destination: str
    memo: str | None
    sent_at: datetime
    hash: str


@dataclass(frozen=True)
class Incoming:
    """A leg into a hot wallet of ours, on the network of the withdrawals it is compared with.

    ``sender`` is ``None`` where the chain shows no one sender: then nothing can be matched.
    """

    hash: str
    sender: str | None
    contract: str | None
    amount: int
    at: datetime


@dataclass(frozen=True)
class ReturnMatch:
    """One withdrawal this payment may be. ``reasons`` are codes: ``same_address`` or ``same_platform``; ``whole_amount`` or
    ``less_by_bps:N`` (rounded up); ``after_days:N`` (begun days are not counted)."""

    withdrawal: SentWithdrawal
    score: int
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class Returned:
    """All matches, best first, and whose the payment is: ``account`` is set only when one account alone is a clear best.

    ``ambiguous`` says that withdrawals of several accounts are equally good.
    """

    matches: tuple[ReturnMatch, ...] = ()
    account: str | None = None
    ambiguous: bool = False


def match_returned(
    leg: Incoming,
    withdrawals: Sequence[SentWithdrawal],
    platforms: Mapping[str, str],
    policy: ReturnPolicy,
    *,
    settled: Collection[tuple[str, str]] = (),
) -> Returned:
    """Which of ``withdrawals`` came back as ``leg``.

    ``platforms`` maps addresses to the platform whose they are (never bridges or contracts, which are everybody's).
    ``settled`` are withdrawals, as (hash, account), that other payments were already recognised as.
    """
    found = []
    for one in withdrawals:
        if one.hash == leg.hash or (one.hash, one.account) in settled:
            continue
        match = _match(leg, one, platforms, policy)
        if match is not None:
            found.append(match)
    found.sort(key=lambda match: (-match.score, match.withdrawal.hash, match.withdrawal.account))
    if not found:
        return Returned()
    best = found[0]
    rivals = [m for m in found if m.withdrawal.account != best.withdrawal.account]
    tied = bool(rivals) and best.score - rivals[0].score < CLEAR_LEAD
    return Returned(tuple(found), None if tied else best.withdrawal.account, tied)


def _match(
    leg: Incoming, sent: SentWithdrawal, platforms: Mapping[str, str], policy: ReturnPolicy
) -> ReturnMatch | None:
    """The score of one withdrawal, ``None`` when it cannot be what came back."""
    elapsed = leg.at - sent.sent_at
    lost = sent.amount - leg.amount
    if leg.contract != sent.contract or leg.amount <= 0 or lost < 0:
        return None
    if lost * 10_000 > sent.amount * policy.loss_bps or not timedelta() <= elapsed <= timedelta(days=policy.days):
        return None
    link = _link(leg.sender, sent.destination, platforms)
    if link is None:
        return None
    allowed = sent.amount * policy.loss_bps
    amount = _AMOUNT - (_AMOUNT - _AMOUNT_AT_LIMIT) * lost * 10_000 // allowed if lost else _AMOUNT
    time = _TIME - _TIME * elapsed.days // policy.days if elapsed.days else _TIME
    reasons = (
        link,
        f"less_by_bps:{-(-lost * 10_000 // sent.amount)}" if lost else "whole_amount",
        f"after_days:{elapsed.days}",
    )
    return ReturnMatch(sent, (_SAME_ADDRESS if link == "same_address" else _SAME_PLATFORM) + amount + time, reasons)


def _link(sender: str | None, destination: str, platforms: Mapping[str, str]) -> str | None:
    """How the sender and the earlier destination belong together."""
    if sender is None:
        return None
    if sender == destination:
        return "same_address"
    platform = platforms.get(sender)
    return "same_platform" if platform and platform == platforms.get(destination) else None
