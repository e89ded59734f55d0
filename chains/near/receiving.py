"""Whether a NEAR account can receive: whether it is there (or opens by itself), a contract or not, registered with the token."""

from __future__ import annotations

import json
from base64 import b64encode
from typing import Any

from chains import strict_json
from chains.errors import NodeMistaken, NodeUnavailable
from chains.near.address import check
from chains.near.jsonrpc import doubt_of_chain, words_of
from chains.receivable import ACCOUNT, CONTRACT, Receiving, ReceivingOrder, no, yes
from chains.transport import Call, Outcome, Talk
from chains.types import Network

OPENED = "account_is_opened"

_NO_CODE = "11111111111111111111111111111111"
"""What an account without a contract has in place of its code's hash."""


def can_receive(network: Network, talk: Talk, order: ReceivingOrder) -> Receiving:
    """See :meth:`chains.families.Receiver.can_receive`."""
    look = {"request_type": "view_account", "finality": "final", "account_id": order.address}
    calls = [Call("status", []), Call("query", look), *([_registered(order)] if order.contract else [])]
    status, found, *asked = talk.rpc(calls)
    doubt = doubt_of_chain(network, status)
    if doubt is not None:
        wrong = NodeMistaken if doubt == "wrong_chain" else NodeUnavailable
        raise wrong(f"{talk.node.label}: {doubt}")
    there = _exists(found)
    if there is None:
        return Receiving()
    if not there and check(network, order.address).kind == "named":
        return no("account")
    code = found.result.get("code_hash") if there else _NO_CODE
    kind = ACCOUNT if code == _NO_CODE else CONTRACT
    if order.contract is None:
        return yes(*(() if there else (OPENED,)), kind=kind, deployed=kind == CONTRACT)
    registered = _storage(asked[0])
    if registered is None:
        return Receiving(kind=kind)
    return yes(kind=kind, deployed=kind == CONTRACT) if registered else no("storage_deposit", kind=kind)


def _registered(order: ReceivingOrder) -> Call:
    """``storage_balance_of`` of the token (NEP-145): null for who is not registered."""
    arguments = b64encode(json.dumps({"account_id": order.address}).encode()).decode()
    return Call(
        "query",
        {
            "request_type": "call_function",
            "finality": "final",
            "account_id": order.contract,
            "method_name": "storage_balance_of",
            "args_base64": arguments,
        },
    )


def _exists(outcome: Outcome) -> bool | None:
    if outcome.failed:
        words = words_of(outcome)
        return False if "unknown_account" in words or "does not exist while viewing" in words else None
    return True if isinstance(outcome.result, dict) and isinstance(outcome.result.get("code_hash"), str) else None


def _storage(outcome: Outcome) -> bool | None:
    """Whether something is deposited; ``None`` where the token has no such question or does not say."""
    raw: Any = outcome.result.get("result") if not outcome.failed and isinstance(outcome.result, dict) else None
    if not isinstance(raw, list) or len(raw) > 4096 or not all(isinstance(one, int) and 0 <= one < 256 for one in raw):
        return None
    try:
        value = strict_json.parse(bytes(raw))
    except (NodeMistaken, ValueError):
        return None
    return False if value is None else True if isinstance(value, dict) and "total" in value else None
