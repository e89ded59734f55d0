"""What both interfaces share: questions that may go unanswered, and what may be said of a transaction that is not there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from chains.cardano.decode import decode
from chains.cardano.shown import Shown, Tip, of_test_network
from chains.errors import NodeMistaken, NodeUnavailable
from chains.families import NodeReading
from chains.transport import Fetched, Talk
from chains.types import Network, Status
from chains.unsettled import unsettled


def auxiliary(ask: Callable[[], Fetched], read: Callable[[Any], Any]) -> Any:
    """What ``read`` makes of the answer, ``None`` when there is none worth having: it must not cost the reading."""
    try:
        answer = ask()
        return read(answer.value) if answer.status == 200 else None
    except (NodeUnavailable, NodeMistaken):
        return None


def present(network: Network, shown: Shown, tip: Tip | None, magic: int | None) -> NodeReading:
    """The reading of a transaction the node showed; ``magic`` is the network it says it follows."""
    height = tip.height if tip else None
    pieces = (*shown.inputs, *shown.outputs, *shown.collateral)
    wrong = magic is not None and magic != network.params["network_magic"]
    if wrong or of_test_network(network, pieces):
        return NodeReading(unsettled(network, shown.hash, Status.UNKNOWN, "wrong_chain"), height)
    transaction = decode(network, shown, tip)
    if magic is None:
        warnings = (*transaction.warnings, "chain_identity_not_visible")
        transaction = replace(transaction, warnings=warnings)
    return NodeReading(transaction, height)


def absent(
    network: Network, talk: Talk, reference: str, tip: Tip | None, magic: int | None, remembers: Callable[[], bool]
) -> NodeReading:
    """``not_found`` from a node of the right chain, in step with it and with its history; else ``unknown`` and why."""

    def told(status: Status, *warnings: str) -> NodeReading:
        return NodeReading(unsettled(network, reference, status, *warnings), tip.height if tip else None)

    if magic is None:
        return told(Status.UNKNOWN, "chain_identity_not_visible")
    if magic != network.params["network_magic"]:
        return told(Status.UNKNOWN, "wrong_chain")
    if tip is None:
        return told(Status.UNKNOWN, "tip_not_visible")
    if (talk.now() - tip.time).total_seconds() > network.params["max_head_age"]:
        return told(Status.UNKNOWN, "node_behind")
    if not remembers():
        return told(Status.UNKNOWN, "history_not_visible")
    return told(Status.NOT_FOUND)
