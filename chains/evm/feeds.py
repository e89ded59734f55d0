"""A price feed on an EVM chain: a contract that answers ``latestRoundData()`` and ``decimals()``.

Chainlink's AggregatorV3Interface: ``(uint80 roundId, int256 answer, uint256 startedAt, uint256 updatedAt,
uint80 answeredInRound)``. A round without an answer or a time is none.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from chains.encoding import octets
from chains.errors import NodeMistaken, Refused
from chains.evm.asking import agreed, result_of
from chains.evm.facts import DECIMALS, question
from chains.transport import Outcome, Talk
from chains.types import Network, Node

LATEST_ROUND = "0xfeaf968c"
_WORD = 32
MOST_DECIMALS = 36


class NoRound(Refused):
    """What stands at the address tells no price."""

    code = "no_price_round"


@dataclass(frozen=True)
class Round:
    """``answer`` / 10 ** ``decimals`` is the price of one whole unit; ``updated_at`` is in seconds since 1970."""

    number: int
    answer: int
    decimals: int
    updated_at: int


def latest_round(network: Network, nodes: Sequence[Node | Talk], address: str) -> Round:
    """The round that enough of the nodes agree on. Raises :class:`NoRound`, and as :func:`chains.evm.asking.agreed`."""
    calls = [question(address, LATEST_ROUND), question(address, DECIMALS)]
    return agreed(network, nodes, calls, _read)


def _read(outcomes: Sequence[Outcome]) -> Round:
    number, answer, _, updated_at, answered_in = _words(result_of(outcomes[0]), 5)
    (decimals,) = _words(result_of(outcomes[1]), 1)
    if not 0 < answer < 2**255 or not updated_at or decimals > MOST_DECIMALS or answered_in < number:
        raise NoRound("the round holds no answer")
    return Round(number, answer, decimals, updated_at)


def _words(data: object, count: int) -> list[int]:
    """So many words of 32 bytes, no more and no less. Raises :class:`NoRound`."""
    try:
        text = octets(data)
    except NodeMistaken:
        text = b""
    if len(text) != count * _WORD:
        raise NoRound("the answer is no round")
    return [int.from_bytes(text[start : start + _WORD], "big") for start in range(0, len(text), _WORD)]
