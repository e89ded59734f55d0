"""What an address held after one final block: see :class:`chains.holdings.Counting`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from chains.agreement import quorum
from chains.encoding import octets, quantity
from chains.errors import NodeMistaken, NodesDisagree, Refused
from chains.evm import trial
from chains.evm.asking import agreed, result_of, surveyed
from chains.holdings import FinalBlock
from chains.transport import Call, Outcome
from chains.types import Network, Node


def final_block(network: Network, nodes: Sequence[Node]) -> FinalBlock:
    """The newest height that as many nodes as must agree hold to be final."""
    by_tag = network.finality == "tag"
    call = Call("eth_getBlockByNumber", ["finalized" if by_tag else "latest", False])
    behind = 0 if by_tag else network.confirmations - 1
    heights = surveyed(network, nodes, [call], lambda told: _height(told[0]) - behind)
    needed = quorum(len(nodes))
    height = sorted(heights, reverse=True)[needed - 1] if len(heights) >= needed else -1
    if height < 0:
        raise NodesDisagree(f"the nodes of {network.slug} have no final block in common")
    hash = agreed(
        network, nodes, [Call("eth_getBlockByNumber", [hex(height), False])], lambda told: _hash(told[0], height)
    )
    return FinalBlock(height, hash)


def held_at(network: Network, nodes: Sequence[Node], address: str, contract: str | None, height: int) -> int:
    """The balance in the state after that block. Nodes keep the states of the last blocks only, which a final one is among."""
    at = hex(height)
    if contract is None:
        calls = [Call("eth_getBalance", [address, at])]
        return agreed(network, nodes, calls, lambda told: quantity(result_of(told[0])))
    calls = [Call("eth_call", [{"to": contract, "data": trial.holding(address)}, at])]
    return agreed(network, nodes, calls, lambda told: _token(told[0]))


def _token(outcome: Outcome) -> int:
    data = octets(result_of(outcome))
    if len(data) != 32:
        raise Refused("the contract does not answer as a token")
    return int.from_bytes(data, "big")


def _height(outcome: Outcome) -> int:
    return quantity(_block(outcome).get("number"), bits=63)


def _hash(outcome: Outcome, height: int) -> str:
    block = _block(outcome)
    if quantity(block.get("number"), bits=63) != height:
        raise NodeMistaken("another block than the one asked for")
    return "0x" + octets(block.get("hash"), length=32).hex()


def _block(outcome: Outcome) -> dict[str, Any]:
    block = result_of(outcome)
    if not isinstance(block, dict):
        raise NodeMistaken("not a block")
    return block
