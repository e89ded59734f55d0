"""From lists of net changes to movements: what the fee and staking rewards put into the same list is taken out again. Pure.

A record lists by how much each account's balance changed, whatever for. Fees go to the node, to 0.0.98 and to the reward
accounts 0.0.800 to 0.0.802; together they gain ``charged_tx_fee``. What the other accounts gained beyond rewards is what was
moved to them; who lost it is the sender, if there is but one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from chains.hedera.shown import Change, Record, TokenChange

COLLECTORS = ("0.0.98", "0.0.800", "0.0.801", "0.0.802")
"""Accounts of the network that take fees, besides the node's own."""

POOL = "0.0.802"
"""The account all fees go to since they are pooled and shared out once a day."""

REWARDS = "0.0.800"
"""The account staking rewards are paid from."""

_SYSTEM = 1000
"""Accounts up to this number belong to the network and its nodes."""


@dataclass(frozen=True)
class Move:
    """One movement; ``place`` is its place in the list it was read from."""

    place: int
    sender: str | None
    recipient: str | None
    amount: int


@dataclass
class Moves:
    """Movements of the native coin, who paid the fee (``None``: several, or unknown), and warnings."""

    moves: list[Move] = field(default_factory=list)
    payer: str | None = None
    warnings: list[str] = field(default_factory=list)


def native(record: Record) -> Moves:
    """The movements of HBAR in one record that succeeded."""
    found = Moves()
    amounts = [change.amount for change in record.changes]
    if sum(amounts):
        found.warnings.append("node_inconsistent")
    _take_out_rewards(record, amounts, found)
    taken = _take_out_fee_credits(record, amounts, found)
    _take_out_fee_debits(record, amounts, found, taken)
    senders = {record.changes[place].account for place, amount in enumerate(amounts) if amount < 0}
    sender = next(iter(senders)) if len(senders) == 1 else None
    found.moves = [
        Move(place, sender, record.changes[place].account, amount) for place, amount in enumerate(amounts) if amount > 0
    ]
    if (found.moves and len(senders) > 1) or _pooled_tokens(record.tokens):
        found.warnings.append("several_senders")
    return found


def _pooled_tokens(changes: Sequence[TokenChange]) -> bool:
    """Whether several accounts gave of one token that somebody got."""
    got = {change.token for change in changes if change.amount > 0}
    givers = {(change.token, change.account) for change in changes if change.amount < 0 and change.token in got}
    return len(givers) > len({token for token, _ in givers})


def _take_out_rewards(record: Record, amounts: list[int], found: Moves) -> None:
    for reward in record.rewards or ():
        found.warnings.append("rewards_not_listed")
        for account, change in ((reward.account, -reward.amount), (REWARDS, reward.amount)):
            places = _places(record.changes, account)
            if not places:
                found.warnings.append("node_inconsistent")
                continue
            amounts[places[0]] += change
    _take_out_unlisted_rewards(record, amounts, found)


def _take_out_unlisted_rewards(record: Record, amounts: list[int], found: Moves) -> None:
    """What still left the reward account was a reward too: nothing else is ever paid from there."""
    for place in _places(record.changes, REWARDS):
        if amounts[place] >= 0:
            continue
        found.warnings.append("rewards_not_listed")
        same = [other for other, amount in enumerate(amounts) if amount == -amounts[place]]
        if len(same) == 1:
            amounts[same[0]] = amounts[place] = 0


def _take_out_fee_credits(record: Record, amounts: list[int], found: Moves) -> int:
    """What the network and its node gained is fee, as far as the fee goes. Returns how much of the fee the list shows."""
    taking = {record.node, *COLLECTORS}
    places = [place for place, change in enumerate(record.changes) if change.account in taking and amounts[place] > 0]
    places = [place for place in places if amounts[place] == record.charged == _pooled(record, place)] or places
    missing = record.charged - sum(amounts[place] for place in places)
    if missing > 0:
        places += [place for place in _of_the_system(record.changes) if amounts[place] == missing][:1]
        missing = record.charged - sum(amounts[place] for place in places)
    if missing < 0 and len(places) == 1:
        amounts[places[0]] = -missing  # the rest was sent to that account on purpose
        return record.charged
    if missing:
        found.warnings.append("fee_unclear")
    for place in places:
        amounts[place] = 0
    return record.charged - max(missing, 0)


def _pooled(record: Record, place: int) -> int | None:
    """What the account gained that takes all fees where they are pooled for a day (HIP-1259)."""
    change = record.changes[place]
    return change.amount if change.account == POOL else None


def _of_the_system(changes: Sequence[Change]) -> list[int]:
    return [place for place, change in enumerate(changes) if int(change.account.rpartition(".")[2]) <= _SYSTEM]


def _take_out_fee_debits(record: Record, amounts: list[int], found: Moves, taken: int) -> None:
    """Give back to whoever paid it what the fee took, so that only movements remain.

    No more than the list shows of it: the rest would look like money the payer received.
    """
    if not taken:
        found.payer = record.payer if record.charged else None
        return
    places = _places(record.changes, record.payer)
    first = min(places, key=lambda place: amounts[place], default=None)
    if first is not None and not record.scheduled and record.name != "ETHEREUMTRANSACTION":
        amounts[first] += taken
        found.payer = record.payer
        return
    paid = min(taken, max(0, -amounts[first])) if first is not None else 0
    if first is not None and paid:
        amounts[first] += paid
    rest = taken - paid
    if not rest:
        found.payer = record.payer
        return
    others = [place for place, amount in enumerate(amounts) if amount <= -rest]
    if len(others) == 1:  # a relay pays a part and the sender the rest, or another pays for what was scheduled
        amounts[others[0]] += rest
        found.payer = None if paid else record.changes[others[0]].account
        return
    found.warnings.append("fee_unclear")


def _places(changes: Sequence[Change], account: str) -> list[int]:
    return [place for place, change in enumerate(changes) if change.account == account]


def of_tokens(changes: Sequence[TokenChange]) -> list[tuple[str, Move]]:
    """The movements of tokens, with their token. What nobody lost was minted, what nobody gained is gone."""
    found = []
    for place, change in enumerate(changes):
        same = [other for other in changes if other.token == change.token]
        losers = {other.account for other in same if other.amount < 0}
        if change.amount > 0:
            sender = next(iter(losers)) if len(losers) == 1 else None
            found.append((change.token, Move(place, sender, change.account, change.amount)))
        elif change.amount < 0 and not any(other.amount > 0 for other in same):
            found.append((change.token, Move(place, change.account, None, -change.amount)))
    return found
