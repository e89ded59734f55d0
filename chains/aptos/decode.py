"""From what a full node showed to what happened. Pure; every statement rests on a field that was shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from chains.aptos.address import APT_METADATA
from chains.aptos.fields import Head, Named, Sent, whole
from chains.aptos.movements import Flow, Movement, Unseen, flows, handed_over, movements
from chains.types import Block, Fee, Network, Status, Transaction, Transfer, TransferKind


@dataclass(frozen=True)
class Shown:
    """All that a node showed. ``owners`` of stores were asked for, because the transaction does not show them."""

    sent: Sent
    block: Head | None = None
    tip: int | None = None
    owners: Mapping[str, str] = field(default_factory=dict)


def ownerless(sent: Sent) -> list[str]:
    """Stores that took part in a movement and whose owner the transaction does not show, each once."""
    if not sent.success or sent.version is None:
        return []
    try:
        return list(dict.fromkeys(flow.store for flow in flows(sent, {}) if flow.owner is None and flow.store))
    except Unseen:
        return []


def decode(network: Network, shown: Shown) -> Transaction:
    """The transaction as ``shown`` tells it; ``sources`` are for the caller to add."""
    sent, warnings = shown.sent, list[str]()
    if sent.version is None:
        return _told(network, shown, Status.PENDING, (), warnings)
    if not sent.success:
        return _told(network, shown, Status.FAILED, (), warnings)
    try:
        legs = _transfers(network, sent, shown.owners, warnings)
    except Unseen as what:
        warnings.append(str(what))
        return _told(network, shown, Status.UNKNOWN, (), warnings)
    return _told(network, shown, Status.SUCCEEDED, legs, warnings)


def _told(
    network: Network, shown: Shown, status: Status, legs: tuple[Transfer, ...], warnings: list[str]
) -> Transaction:
    sent, head = shown.sent, shown.block
    committed = sent.version is not None
    if committed and head is None:
        warnings.append("block_not_visible")
    if committed and shown.tip is None:
        warnings.append("tip_not_visible")
    depth = 0
    if committed:
        depth = max(shown.tip - head.height, 0) + 1 if shown.tip is not None and head is not None else 1
    return Transaction(
        network=network.slug,
        network_id=network.id,
        hash=sent.hash,
        status=status,
        final=committed and status is not Status.UNKNOWN and depth >= network.confirmations,
        confirmations=depth,
        confirmations_required=network.confirmations,
        block=Block(head.height, head.hash, sent.time) if committed and head is not None else None,
        fee=_fee(network, sent),
        transfers=legs,
        failure=(sent.words or "failed") if status is Status.FAILED else None,
        warnings=tuple(dict.fromkeys(warnings)),
    )


def _fee(network: Network, sent: Sent) -> Fee | None:
    """Gas times its price, less what was given back for state that was freed; the payer may not be the sender."""
    if sent.cost is None:
        return None
    back = sum(
        whole(event.data.get("storage_fee_refund_octas", 0))
        for event in sent.events
        if event.type == "0x1::transaction_fee::FeeStatement"
    )
    return Fee(network.native.asset, network.native.symbol, max(sent.cost - back, 0), sent.payer)


def _transfers(network: Network, sent: Sent, owners: Mapping[str, str], warnings: list[str]) -> tuple[Transfer, ...]:
    """Raises :class:`Unseen` when whose or what a movement is cannot be told."""
    moved: list[Flow] = flows(sent, owners)
    if any(flow.owner is None for flow in moved):
        raise Unseen("store_owner_not_visible")
    found = [(one, one.item is not None) for one in movements(moved)]
    found += [(one, one.item is not None) for one in handed_over(sent, moved)]
    if any(one.unsure for one, _ in found):
        warnings.append("sender_not_unique")
    found.sort(key=lambda pair: pair[0].index)
    return tuple(_leg(network, one, sent.written.names, nft=nft) for one, nft in found)


def _leg(network: Network, moved: Movement, names: Mapping[str, Named], *, nft: bool) -> Transfer:
    native = moved.contract is None
    named = names.get(moved.contract or APT_METADATA, Named(None, None))
    kind = TransferKind.NFT if nft else TransferKind.NATIVE if native else TransferKind.TOKEN
    return Transfer(
        position=f"event:{moved.index}",
        kind=kind,
        asset=network.native.asset if native else _asset(network, moved.contract or "", nft=nft),
        contract=moved.contract,
        sender=moved.sender,
        recipient=moved.recipient,
        amount=moved.amount,
        symbol=network.native.symbol if native else named.symbol,
        decimals=network.native.decimals if native else 0 if nft else named.decimals,
        token_id=moved.item,
    )


def _asset(network: Network, contract: str, *, nft: bool) -> str:
    """A CAIP-19 id; characters that it does not know (the colons of a type) are percent-encoded."""
    from urllib.parse import quote

    namespace = "token" if nft else "coin" if "::" in contract else "fa"
    return f"{network.id}/{namespace}:{quote(contract, safe='').replace('_', '%5F')}"
