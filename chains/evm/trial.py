"""Transfers tried without sending them: what the token answers, and what would arrive. Pure."""

from __future__ import annotations

from chains.encoding import octets
from chains.errors import NodeMistaken
from chains.transport import Call, Outcome

BALANCE_OF = "70a08231"
TRANSFER = "a9059cbb"

_EXECUTION_FAILED = 3
_VM_ERROR = -32015
_OF_THE_MACHINE = (
    "revert",
    "invalid opcode",
    "bad instruction",
    "out of gas",
    "invalid jump",
    "bad jump",
    "stack underflow",
)


def holding(address: str) -> str:
    """``balanceOf(address)``."""
    return f"0x{BALANCE_OF}{address[2:].lower():0>64}"


def transfer(recipient: str, amount: int) -> str:
    """``transfer(address,uint256)`` of ERC-20."""
    return f"0x{TRANSFER}{recipient[2:].lower():0>64}{amount:064x}"


def simulation(request: dict[str, str], contract: str, destination: str) -> Call:
    """``request`` between two looks at what ``destination`` holds, one after the other as in a block."""
    look = {"to": contract, "data": holding(destination)}
    return Call("eth_simulateV1", [{"blockStateCalls": [{"calls": [look, request, look]}]}, "latest"])


def arrived(tried: Outcome) -> int | None:
    """What the simulation adds to the destination's balance; ``None`` when the node cannot try, or not in this form."""
    if tried.failed or not isinstance(tried.result, list) or len(tried.result) != 1:
        return None
    calls = tried.result[0].get("calls") if isinstance(tried.result[0], dict) else None
    if not isinstance(calls, list) or len(calls) != 3 or not all(isinstance(call, dict) for call in calls):
        return None
    before, after = (octets(calls[place].get("returnData", "0x")) for place in (0, 2))
    if len(before) != 32 or len(after) != 32:
        return None
    return int.from_bytes(after, "big") - int.from_bytes(before, "big")


def refused_by_contract(outcome: Outcome) -> bool:
    """Whether a failed call failed in the contract (an answer), and not because the node cannot or will not run it."""
    if not outcome.failed:
        return False
    words = outcome.message.lower()
    return outcome.code in (_EXECUTION_FAILED, _VM_ERROR) or any(phrase in words for phrase in _OF_THE_MACHINE)


def reply(outcome: Outcome) -> bytes | None:
    """What a contract replied, ``b""`` when the call failed in it, ``None`` when the node does not say."""
    if outcome.failed:
        return b"" if refused_by_contract(outcome) else None
    try:
        return octets(outcome.result)
    except NodeMistaken:
        return None
