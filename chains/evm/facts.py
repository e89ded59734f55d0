"""What token contracts say of themselves: the calls that ask, and their hostile answers made harmless. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from chains.encoding import octets, plain
from chains.errors import NodeMistaken
from chains.evm.tokens import TokenFacts
from chains.transport import Call, Outcome

SYMBOL = "0x95d89b41"
DECIMALS = "0x313ce567"
GAS = hex(1_000_000)
"""Gas a question may burn: ample for a getter behind a proxy, too little to keep a node busy."""

MOST_DECIMALS = 77
"""10^77 is the largest power of ten in 256 bits."""


def question(contract: str, data: str) -> Call:
    """``eth_call`` of ``contract`` at the node's tip."""
    return Call("eth_call", [{"to": contract, "data": data, "gas": GAS}, "latest"])


def questions(contracts: Sequence[str]) -> list[Call]:
    """Two calls a contract, to be answered to :func:`facts` in the same order."""
    return [question(contract, data) for contract in contracts for data in (SYMBOL, DECIMALS)]


def facts(contracts: Sequence[str], outcomes: Sequence[Outcome]) -> Mapping[str, TokenFacts]:
    """Facts by contract from the outcomes of :func:`questions`."""
    return {
        contract: TokenFacts(symbol(outcomes[2 * place]), decimals(outcomes[2 * place + 1]))
        for place, contract in enumerate(contracts)
    }


def symbol(outcome: Outcome) -> str | None:
    """A ``string`` or ``bytes32`` symbol as plain text of at most 64 characters, ``None`` when there is none."""
    data = _returned(outcome)
    if data is None:
        return None
    if len(data) == 32:
        raw = data.rstrip(b"\0")
    else:
        offset = int.from_bytes(data[:32], "big")
        if len(data) < 64 or offset > len(data) - 32:
            return None
        length = int.from_bytes(data[offset : offset + 32], "big")
        if length > len(data) - offset - 32:
            return None
        raw = data[offset + 32 : offset + 32 + length]
    try:
        return plain(raw.decode("utf-8")) or None
    except UnicodeDecodeError:
        return None


def decimals(outcome: Outcome) -> int | None:
    """Decimals between 0 and :data:`MOST_DECIMALS`, else ``None``."""
    data = _returned(outcome)
    if data is None or len(data) != 32:
        return None
    number = int.from_bytes(data, "big")
    return number if number <= MOST_DECIMALS else None


def _returned(outcome: Outcome) -> bytes | None:
    if outcome.failed:
        return None
    try:
        return octets(outcome.result) or None
    except NodeMistaken:
        return None
