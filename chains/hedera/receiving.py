"""Whether a Hedera account can receive: whether it is there, is not deleted, signs for what it receives, holds the token."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chains.errors import NodeMistaken, NodeUnavailable
from chains.hedera.mirror import doubt_of_chain
from chains.receivable import Receiving, ReceivingOrder, no, yes
from chains.transport import Talk
from chains.types import Network

OPENED = "account_is_opened"


def can_receive(network: Network, talk: Talk, order: ReceivingOrder) -> Receiving:
    """See :meth:`chains.families.Receiver.can_receive`."""
    doubt = doubt_of_chain(network, talk)
    if doubt is not None:
        wrong = NodeMistaken if doubt == "wrong_chain" else NodeUnavailable
        raise wrong(f"{talk.node.label}: {doubt}")
    found = _row(talk, f"/api/v1/accounts/{order.address}?transactions=false")
    if found is None:  # coins sent to an alias open its account; a number that is not there has none
        alias = order.address.startswith("0x")
        return yes(OPENED) if alias and order.contract is None else no("account")
    if found.get("deleted") is not False:
        return no("account") if found.get("deleted") is True else Receiving()
    if found.get("receiver_sig_required") is True:
        return no("deposit_authorization")
    return yes() if order.contract is None else _of_token(talk, found, order)


def _of_token(talk: Talk, account: Mapping[str, Any], order: ReceivingOrder) -> Receiving:
    """Associated already, or by itself; where only some free places are left nobody tells how many."""
    held = _row(talk, f"/api/v1/accounts/{order.address}/tokens?token.id={order.contract}")
    rows = held.get("tokens") if held is not None else None
    if not isinstance(rows, list):
        return Receiving()
    row = next((one for one in rows if isinstance(one, dict) and one.get("token_id") == order.contract), None)
    if row is None:
        free = account.get("max_automatic_token_associations")
        return yes(OPENED) if free == -1 else no("association") if free == 0 else Receiving()
    if row.get("freeze_status") == "FROZEN":
        return no("unfrozen_tokens")
    return no("authorization") if row.get("kyc_status") == "REVOKED" else yes()


def _row(talk: Talk, path: str) -> Mapping[str, Any] | None:
    """One object; ``None`` when the node says in its own words that there is none."""
    answer = talk.get(path)
    if answer.status == 404 and isinstance(answer.value, dict) and "_status" in answer.value:
        return None
    if answer.status >= 400 or not isinstance(answer.value, dict):
        raise NodeUnavailable(f"{talk.node.label}: HTTP {answer.status}")
    return answer.value
