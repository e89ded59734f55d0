"""Whether a Stellar account can receive: whether it is there, its trust line and its room, and the word that asks for a memo."""

from __future__ import annotations

from chains.errors import NodeMistaken, NodeUnavailable
from chains.receivable import Receiving, ReceivingOrder, no, yes
from chains.stellar.address import check
from chains.stellar.horizon import look
from chains.stellar.money import amount, issued
from chains.stellar.sweep import ENTRY, MEMO_NEEDED, account_of, line_of
from chains.transport import Talk
from chains.types import Network

OPENED = "account_is_opened"


def can_receive(network: Network, talk: Talk, order: ReceivingOrder) -> Receiving:
    """See :meth:`chains.families.Receiver.can_receive`."""
    ours = look(network, talk).ours
    if ours is False:
        raise NodeMistaken(f"{talk.node.label}: of another network")
    if ours is None:
        raise NodeUnavailable(f"{talk.node.label}: of a network it does not name")
    if check(order.address).kind != "account":
        return Receiving(kind="contract" if check(order.address).kind == "contract" else "unknown")
    code, _, issuer = (order.contract or "").partition(":")
    if order.contract is not None and not issuer:
        return Receiving(kind="account")  # a contract's tokens are held in another way
    found = account_of(talk, order.address, ours=True)
    if found is None:
        if order.contract is not None:
            return no("account")
        return yes(OPENED) if order.amount >= 2 * ENTRY else no("more_coins")
    data, needs = found.get("data"), []
    if isinstance(data, dict) and data.get(MEMO_NEEDED) == "MQ==" and order.memo is None:
        needs.append("tag")
    if issuer and issuer != order.address:
        line = line_of(found, issued(code, issuer))
        if line is None:
            needs.append("trust_line")
        elif line.get("is_authorized") is not True:
            needs.append("authorization")
        else:
            held = amount(line.get("balance")) + amount(line.get("buying_liabilities", "0.0000000"))
            needs += [] if amount(line.get("limit")) - held >= order.amount else ["room"]
    return no(*needs) if needs else yes()
