"""What really arrived: a log is only a contract's word, so what the recipient held before the block and after it is asked too.

Other transactions of the block move the same balances; what their logs tell is taken out where the node shows them. Pure: the
questions, and what the answers mean.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from chains.encoding import checksummed
from chains.errors import NodeMistaken
from chains.evm import fields, tokens, trial
from chains.transport import Call, Outcome
from chains.types import Network, Transaction, Transfer, TransferKind

NOT_VISIBLE = "balances_not_visible"
LOGS_NOT_VISIBLE = "block_logs_not_visible"

_BALANCE_OF_ID = "00fdd58e"
_OWNER_OF = "6352211e"
_BEFORE, _AFTER = -1, 0


@dataclass(frozen=True)
class Holding:
    """One balance of one recipient: of a token, or of one id of a collection; ``single`` ids have one owner (ERC-721)."""

    contract: str
    recipient: str
    token_id: int | None = None
    single: bool = False

    def takes(self, leg: Transfer) -> int:
        """By how much ``leg`` is said to change it."""
        same_id = self.token_id is None or leg.token_id == str(self.token_id)
        if leg.contract != self.contract or not same_id:
            return 0
        return leg.amount * ((leg.recipient == self.recipient) - (leg.sender == self.recipient))


@dataclass(frozen=True)
class Question:
    """One call about ``holding`` at ``height``, before or after the block."""

    holding: Holding
    place: int
    height: int

    @property
    def call(self) -> Call:
        """``balanceOf`` or ``ownerOf``."""
        holding = self.holding
        data = trial.holding(holding.recipient)
        if holding.single:
            data = f"0x{_OWNER_OF}{holding.token_id:064x}"
        elif holding.token_id is not None:
            data = f"0x{_BALANCE_OF_ID}{holding.recipient[2:].lower():0>64}{holding.token_id:064x}"
        return Call("eth_call", [{"to": holding.contract, "data": data}, hex(self.height)])


@dataclass
class Effect:
    """``moved`` by position as in :class:`chains.survey.Survey`, and notes on what could not be seen."""

    moved: dict[str, int | None] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


def claimed(legs: Iterable[Transfer]) -> tuple[Transfer, ...]:
    """The legs that only a contract's log tells of and that arrive somewhere."""
    return tuple(leg for leg in legs if leg.contract is not None and leg.recipient is not None)


def holding_of(leg: Transfer) -> Holding:
    """The balance that ``leg`` is to raise."""
    token_id = None if leg.kind is not TransferKind.NFT or leg.token_id is None else int(leg.token_id)
    return Holding(str(leg.contract), str(leg.recipient), token_id, "/erc721:" in leg.asset)


def questions(transaction: Transaction, legs: Sequence[Transfer]) -> list[Question]:
    """What to ask of the balances that ``legs`` are to raise; nothing without a block."""
    if transaction.block is None:
        return []
    height = transaction.block.height
    found = []
    for holding in dict.fromkeys(holding_of(leg) for leg in legs):
        places = (_AFTER,) if holding.single or not height else (_BEFORE, _AFTER)
        found += [Question(holding, place, height + place) for place in places]
    return found


def logs_question(transaction: Transaction, legs: Sequence[Transfer]) -> list[Call]:
    """All movements of these tokens in the block, in one call; nothing without a block or without legs."""
    block = transaction.block
    if block is None or not legs:
        return []
    where = {"blockHash": block.hash} if block.hash else {"fromBlock": hex(block.height), "toBlock": hex(block.height)}
    signatures = [f"0x{one.hex()}" for one in (tokens.TRANSFER, tokens.TRANSFER_SINGLE, tokens.TRANSFER_BATCH)]
    contracts = list(dict.fromkeys(leg.contract for leg in legs))
    return [Call("eth_getLogs", [{**where, "address": contracts, "topics": [signatures]}])]


def effect(
    network: Network,
    transaction: Transaction,
    legs: Sequence[Transfer],
    told: Mapping[Question, Outcome],
    logs: Outcome | None,
    now: Collection[str],
) -> Effect:
    """What ``told`` (outcomes of :func:`questions`) and ``logs`` (of :func:`logs_question`) show of each of ``legs``.

    ``now`` are the contracts that tell balances at present: when such a one told none at the time, it is the node that does not.
    """
    found = Effect()
    others = _others(network, transaction, legs, logs)
    if legs and others is None:
        found.notes.append(LOGS_NOT_VISIBLE)
    for holding in dict.fromkeys(holding_of(leg) for leg in legs):
        raising = [leg for leg in transaction.transfers if holding.takes(leg) > 0]
        mine = [leg for leg in legs if holding_of(leg) == holding]
        states = {question.place: told[question] for question in told if question.holding == holding}
        if holding.single:
            moved = _owned(holding, transaction, states, others)
        else:
            tells = holding.contract in now or holding.token_id is not None
            moved = _raised(holding, transaction, raising, states, others, tells=tells)
        for leg in mine:
            found.moved[leg.position] = moved.get(leg.position)
    if None in found.moved.values():
        found.notes.append(NOT_VISIBLE)
    return found


def _others(
    network: Network, transaction: Transaction, legs: Sequence[Transfer], logs: Outcome | None
) -> list[Transfer] | None:
    """What other transactions of the block moved; ``None`` when the node does not show that, or not even the legs themselves."""
    block = transaction.block
    if logs is None or logs.failed or block is None:
        return None
    try:
        rows = fields.block_logs(logs.result, block.hash or None)
    except (NodeMistaken, ValueError):
        return None
    own = tokens.transfers(network, [log for hash_, log in rows if hash_ == transaction.hash], {}).transfers
    shown = {(leg.position, leg.contract, leg.recipient, leg.amount) for leg in own}
    if any((leg.position, leg.contract, leg.recipient, leg.amount) not in shown for leg in legs):
        return None
    return tokens.transfers(network, [log for hash_, log in rows if hash_ != transaction.hash], {}).transfers


def _raised(
    holding: Holding,
    transaction: Transaction,
    raising: Sequence[Transfer],
    states: Mapping[int, Outcome],
    others: Sequence[Transfer] | None,
    *,
    tells: bool,
) -> dict[str, int]:
    """How much each of ``raising`` brought, by position; nothing where that is not known.

    Never more than it says: what is beyond that came from elsewhere. One movement brought all that arrived. Of several each
    brought what it says when all of it arrived, nothing when nothing did, and an equal part when they are equal; else it cannot
    be told apart.
    """
    after = _balance(states.get(_AFTER), None if tells else 0)
    before = _balance(states[_BEFORE], 0) if _BEFORE in states else 0
    if before is None or after is None:
        return {}
    rise = after - before - sum(holding.takes(leg) for leg in others or ())
    expected = sum(holding.takes(leg) for leg in transaction.transfers)
    brought = sum(leg.amount for leg in raising)
    arrived = rise - expected + brought  # without what this transaction took away again
    if rise >= expected:
        return {leg.position: leg.amount for leg in raising}
    if arrived <= 0:
        return {leg.position: 0 for leg in raising}
    if len(raising) == 1:
        return {raising[0].position: arrived}
    if len({leg.amount for leg in raising}) == 1 and arrived % len(raising) == 0:
        return {leg.position: arrived // len(raising) for leg in raising}
    return {}


def _owned(
    holding: Holding, transaction: Transaction, states: Mapping[int, Outcome], others: Sequence[Transfer] | None
) -> dict[str, int]:
    """1 for the leg that gave the recipient what he has after the block, 0 when he never had it."""
    outcome = states.get(_AFTER)
    said = None if outcome is None else trial.reply(outcome)
    if said is None or (not said and outcome is not None and not outcome.failed):
        return {}
    legs = [leg for leg in transaction.transfers if holding.takes(leg) > 0]
    owner = checksummed(said[12:]) if len(said) == 32 and not any(said[:12]) else None
    if owner == holding.recipient:
        return {leg.position: 1 for leg in legs}
    moving = [*transaction.transfers, *(others or ())]
    if any(holding.takes(leg) < 0 for leg in moving):
        return {}  # he gave it away in the same block, if he had it
    return {leg.position: 0 for leg in legs}


def _balance(outcome: Outcome | None, untold: int | None) -> int | None:
    """The balance, ``untold`` where the contract tells none, ``None`` when the node does not say."""
    said = None if outcome is None else trial.reply(outcome)
    if said is None:
        return None
    return int.from_bytes(said, "big") if len(said) == 32 else untold
