"""Questions to several nodes about the present: taken as agreed, or as the middle of what enough of them say."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from chains.agreement import quorum
from chains.encoding import quantity
from chains.errors import ChainError, NodeMistaken, NodesDisagree, NodeUnavailable, NoNode, Refused
from chains.transport import BODY_CAP, Call, Outcome, Session, Talk
from chains.types import Network, Node

_T = TypeVar("_T")
_R = TypeVar("_R")


def agreed(
    network: Network, nodes: Sequence[Node | Talk], calls: Sequence[Call], read: Callable[[Sequence[Outcome]], _T]
) -> _T:
    """What enough of the nodes say, a refusal counting as a saying."""

    def enough(said: list[_T], needed: int, _: bool) -> _T | None:
        return next((value for value in said if said.count(value) >= needed), None)

    return _heard(network, nodes, calls, read, enough)


def surveyed(
    network: Network, nodes: Sequence[Node | Talk], calls: Sequence[Call], read: Callable[[Sequence[Outcome]], _T]
) -> list[_T]:
    """What each node says of something on which honest nodes differ a little, from enough of them to outvote a liar.

    Raises as :func:`agreed`; :class:`Refused` when enough of them refuse.
    """

    def enough(said: list[_T], needed: int, all_asked: bool) -> list[_T] | None:
        return said if all_asked and len(said) >= needed else None

    return _heard(network, nodes, calls, read, enough)


def _heard(
    network: Network,
    nodes: Sequence[Node | Talk],
    calls: Sequence[Call],
    read: Callable[[Sequence[Outcome]], _T],
    enough: Callable[[list[_T], int, bool], _R | None],
) -> _R:
    """Ask one node after the other until what they said is ``enough``, or until enough of them refused."""
    if not nodes:
        raise NoNode(network.slug)
    needed = quorum(len(nodes))
    said: list[_T] = []
    refused: list[Refused] = []
    trouble: ChainError | None = None
    for asked, node in enumerate(nodes, start=1):
        try:
            said.append(read(rpc_results(conversation(node), network, calls)))
        except Refused as refusal:
            refused.append(refusal)
        except (NodeUnavailable, NodeMistaken) as error:
            trouble = error
        if (found := enough(said, needed, asked == len(nodes))) is not None:
            return found
        if len(refused) >= needed:
            raise refused[0]
    raise trouble or NodesDisagree(f"the nodes of {network.slug} disagree")


def conversation(node: Node | Talk) -> Talk:
    """A conversation with ``node``, which may be one already."""
    return Session(node) if isinstance(node, Node) else node


def middle(said: Sequence[int], *, apart: int = 2) -> int:
    """The middle of what was said: whoever lies alone among three is not heard.

    Of two in the middle the higher one, which is still enough when prices rise; raises :class:`NodesDisagree` when it
    is more than ``apart`` times the lower one, for then nobody knows which of them is honest.
    """
    ordered = sorted(said)
    low, high = ordered[(len(ordered) - 1) // 2], ordered[len(ordered) // 2]
    if high > apart * low:
        raise NodesDisagree(f"prices between {low} and {high}")
    return high


def result_of(outcome: Outcome) -> Any:
    """The result of a call that must not fail. Raises :class:`NodeUnavailable`."""
    if outcome.failed:
        raise NodeUnavailable(f"error {outcome.code}")
    return outcome.result


def rpc_results(talk: Talk, network: Network, calls: Sequence[Call], *, cap: int = BODY_CAP) -> list[Outcome]:
    """Outcomes of ``calls`` from a node proven to be of the right chain. Raises :class:`NodeMistaken` when it is not."""
    chain_id, *outcomes = talk.rpc([Call("eth_chainId"), *calls], cap=cap)
    if chain_id.failed:
        raise NodeUnavailable(f"{talk.node.label}: error {chain_id.code}")
    if quantity(chain_id.result, bits=63) != network.params["chain_id"]:
        raise NodeMistaken(f"{talk.node.label}: of another chain")
    return outcomes
