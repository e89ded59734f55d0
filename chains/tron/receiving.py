"""Whether a TRON address can receive: activated or not, a contract or not. Tokens are held without an account of the chain."""

from __future__ import annotations

from chains.errors import NodeMistaken, NodeUnavailable
from chains.receivable import ACCOUNT, CONTRACT, Receiving, ReceivingOrder, no, yes
from chains.transport import Talk
from chains.tron.address import ZERO, to_bytes
from chains.tron.survey import code_at
from chains.tron.trongrid import ask, doubt_of_chain
from chains.types import Network

OPENED = "account_is_opened"


def can_receive(network: Network, talk: Talk, order: ReceivingOrder) -> Receiving:
    """See :meth:`chains.families.Receiver.can_receive`.

    Coins and TRC-10 tokens open an account (the sender pays for that); a contract takes coins only if its code does, which no
    node is asked to try, so that is not known.
    """
    doubt = doubt_of_chain(network, talk)
    if doubt == "wrong_chain":
        raise NodeMistaken(f"{talk.node.label}: another chain")
    if doubt is not None:
        raise NodeUnavailable(f"{talk.node.label}: {doubt}")
    if to_bytes(order.address) == ZERO:
        return no("other_address", kind=CONTRACT)
    code = code_at(talk, order.address)
    if code is None:
        return Receiving()
    if code:
        by_code = order.contract is None or order.contract.startswith("trc10:")
        return Receiving(None if by_code else True, CONTRACT, deployed=True)
    active = bool(ask(talk, "/wallet/getaccount", {"address": to_bytes(order.address).hex()}))
    return yes(*(() if active else (OPENED,)), kind=ACCOUNT, deployed=False)
