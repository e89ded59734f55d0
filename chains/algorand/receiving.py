"""Whether an Algorand account can receive: opted in to the asset, not frozen, and the coins an account must hold."""

from __future__ import annotations

from typing import Any

from chains.algorand.indexer import asked, chain_of
from chains.errors import NodeMistaken, NodeUnavailable
from chains.receivable import Receiving, ReceivingOrder, no, yes
from chains.transport import Talk
from chains.types import Network

OPENED = "account_is_opened"

LEAST = 100_000
"""Microalgos every account must hold (the protocol's MinBalance)."""


def can_receive(network: Network, talk: Talk, order: ReceivingOrder) -> Receiving:
    """See :meth:`chains.families.Receiver.can_receive`."""
    _prove_chain(network, talk)
    held = _holding(talk, order.address)
    if held is None:
        return Receiving()
    if order.contract is None:
        return yes() if held >= LEAST else yes(OPENED) if held + order.amount >= LEAST else no("more_coins")
    answer = talk.get(f"/v2/accounts/{order.address}/assets?asset-id={order.contract}")
    if answer.status == 404:
        return no("opt_in")
    rows = answer.value.get("assets") if answer.status < 400 and isinstance(answer.value, dict) else None
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        return Receiving()
    row = next((row for row in rows if str(row.get("asset-id")) == order.contract), None)
    if row is None or row.get("deleted") is True:
        return no("opt_in")
    frozen = row.get("is-frozen")
    return Receiving() if not isinstance(frozen, bool) else no("unfrozen_tokens") if frozen else yes()


def _prove_chain(network: Network, talk: Talk) -> None:
    """Raises :class:`NodeMistaken` for a node of another chain, :class:`NodeUnavailable` where that is not shown."""
    status: Any = asked(talk, "/health")
    tip = status.get("round") if isinstance(status, dict) else None
    ours = chain_of(network, talk, tip) if isinstance(tip, int) and not isinstance(tip, bool) else None
    if ours is False:
        raise NodeMistaken(f"{talk.node.label}: another chain")
    if ours is None:
        raise NodeUnavailable(f"{talk.node.label}: does not show its chain")


def _holding(talk: Talk, address: str) -> int | None:
    """Microalgos at the address, 0 where nobody ever paid to it, ``None`` when it is not shown."""
    answer = talk.get(f"/v2/accounts/{address}?exclude=all")
    if answer.status == 404:
        return 0
    row = answer.value.get("account") if answer.status < 400 and isinstance(answer.value, dict) else None
    if not isinstance(row, dict) or row.get("address") != address:
        return None
    amount = row.get("amount")
    return amount if isinstance(amount, int) and not isinstance(amount, bool) and amount >= 0 else None
