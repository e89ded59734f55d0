"""Whether an account of the XRP Ledger can receive: its flags, its trust line, and the reserve where there is no account yet."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chains.errors import NodeMistaken, NodeUnavailable, Refused
from chains.receivable import Receiving, ReceivingOrder, no, yes
from chains.transport import Talk
from chains.types import Network
from chains.xrpl import money
from chains.xrpl.address import account
from chains.xrpl.money import SHOWN_DECIMALS, Asset
from chains.xrpl.rippled import Server, look
from chains.xrpl.sweep import (
    DEPOSIT_AUTH,
    GLOBAL_FREEZE,
    NO_XRP,
    TAG_NEEDED,
    entry_of,
    flags_of,
    reserves,
    told,
    trust_line,
)

OPENED = "account_is_opened"


def can_receive(network: Network, talk: Talk, order: ReceivingOrder) -> Receiving:
    """See :meth:`chains.families.Receiver.can_receive`."""
    server = look(network, talk)
    if server.ours is False:
        raise NodeMistaken(f"{talk.node.label}: of another network")
    if server.ours is None or server.tip is None or not server.awake:
        raise NodeUnavailable(f"{talk.node.label}: not in step")
    asset = _asset(order.contract)
    if order.contract is not None and asset is None:
        return Receiving(kind="account")  # multi-purpose tokens are held in another way
    entry = entry_of(talk, order.address)
    if entry is None:
        return _opening(server, order)
    needs = _of_the_account(talk, entry, order)
    if asset is not None and asset.issuer != order.address:
        needs += _of_the_line(talk, asset, order)
    return no(*needs) if needs else yes()


def _asset(contract: str | None) -> Asset | None:
    code, _, issuer = (contract or "").partition(":")
    return Asset(money.currency(code), account(issuer)) if issuer else None


def _opening(server: Server, order: ReceivingOrder) -> Receiving:
    """Enough of the coin opens an account; a token never does."""
    if order.contract is not None:
        return no("account")
    return yes(OPENED) if order.amount >= reserves(server)[0] else no("more_coins")


def _of_the_account(talk: Talk, entry: Mapping[str, Any], order: ReceivingOrder) -> list[str]:
    flags, needs = flags_of(entry), []
    if flags & TAG_NEEDED and order.memo is None:
        needs.append("tag")
    if flags & NO_XRP and order.contract is None:
        needs.append("other_address")
    if flags & DEPOSIT_AUTH and not _lets_in(talk, order):
        needs.append("deposit_authorization")
    return needs


def _lets_in(talk: Talk, order: ReceivingOrder) -> bool:
    """Whether the account takes payments of the payer; of nobody while it is not known who pays."""
    if not order.payer:
        return False
    asked = {"source_account": order.payer, "destination_account": order.address, "ledger_index": "validated"}
    return told(talk, "deposit_authorized", **asked).get("deposit_authorized") is True


def _of_the_line(talk: Talk, asset: Asset, order: ReceivingOrder) -> list[str]:
    issuer = entry_of(talk, str(asset.issuer))
    if issuer is None or flags_of(issuer) & GLOBAL_FREEZE:
        return ["unfrozen_tokens"]
    try:
        line = trust_line(talk, order.address, asset)
    except Refused:
        return ["unfrozen_tokens"]
    if line is None:
        return ["trust_line"]
    held, limit = line
    return [] if limit - held >= order.amount * 10 ** (96 - SHOWN_DECIMALS) else ["room"]
