"""From what a node showed of an extrinsic to what happened. Pure; every statement rests on a field shown.

``event:N`` counts the extrinsic's own events from 0, as every interface lists them; an explorer's number counts the whole
block's, from which the extrinsic's first is to be taken away. The transaction's ``hash`` is always ``HEIGHT-INDEX``, by
whatever reference it was asked for, so that one extrinsic has one name.
"""

from __future__ import annotations

from typing import Any

from chains.encoding import plain
from chains.errors import NodeMistaken
from chains.polkadot.assets import of_fee
from chains.polkadot.moves import transfers
from chains.polkadot.shown import Event, Shown, account, whole
from chains.types import Block, Fee, Network, Status, Transaction
from chains.unsettled import unsettled

HOOKS = ("initialize", "finalize")


def decode(network: Network, shown: Shown, sealed: int | None) -> Transaction:
    """The extrinsic as ``shown`` tells it. ``sealed`` is the height of the node's finalized head, ``None`` unless shown."""
    outcome = _outcome(shown)
    if outcome is None:
        return unsettled(network, shown.reference, Status.UNKNOWN, "events_not_visible")
    told_fee = _told_fee(network, shown)
    # What is signed by other means than a signature of its own (an Ethereum transaction carried along) pays a fee all the same.
    paid = shown.signer is not None or told_fee is not None
    legs, warnings = transfers(network, shown.events, signed=paid) if outcome else ((), [])
    fee, unsure = (told_fee, []) if told_fee else _reckoned_fee(network, shown)
    warnings += unsure
    if sealed is None:
        warnings.append("tip_not_visible")
    if shown.final is None:
        warnings.append("finalized_block_not_visible")
    return Transaction(
        network=network.slug,
        network_id=network.id,
        hash=shown.reference,
        status=Status.SUCCEEDED if outcome else Status.FAILED,
        final=shown.final is True,
        confirmations=1 if sealed is None else max(sealed - shown.height, 0) + 1,
        confirmations_required=network.confirmations,
        block=Block(shown.height, shown.block_hash, shown.time),
        fee=fee,
        transfers=legs,
        failure=None if outcome else _failure(shown.events),
        warnings=tuple(dict.fromkeys(warnings)),
    )


def _outcome(shown: Shown) -> bool | None:
    """Whether it succeeded, by its last word; ``None`` when no event says so. What a block does of itself cannot fail."""
    if shown.index in HOOKS:
        return True
    words = [event.name for event in shown.events if event.pallet == "system"]
    ends = [name for name in words if name in ("ExtrinsicSuccess", "ExtrinsicFailed")]
    if len(ends) > 1:
        raise NodeMistaken("an extrinsic that ended twice")
    outcome = ends == ["ExtrinsicSuccess"] if ends else None
    if outcome is not None and shown.said is not None and shown.said is not outcome:
        raise NodeMistaken("the node contradicts its own events")
    return outcome


def _reckoned_fee(network: Network, shown: Shown) -> tuple[Fee | None, list[str]]:
    """Where no event tells the fee: what treasury and author got, else what the node reckons."""
    if shown.signer is None:
        return None, []
    got = _handed_out(network, shown)
    amount = got or (shown.stated_fee if shown.charged else 0)
    if amount is None:
        return None, ["fee_not_visible"]
    return Fee(network.native.asset, network.native.symbol, amount, shown.signer), []


def _told_fee(network: Network, shown: Shown) -> Fee | None:
    """``actual_fee``, of which the tip is a part. Paid in another asset it is told by that pallet, which goes before."""
    for pallet, name in (("assettxpayment", "AssetTxFeePaid"), ("transactionpayment", "TransactionFeePaid")):
        for event in shown.events:
            if (event.pallet, event.name) != (pallet, name):
                continue
            if len(event.data) < 3:
                raise NodeMistaken("an event lacks a part")
            in_asset = event.data[3] if pallet == "assettxpayment" and len(event.data) > 3 else None
            asset = of_fee(network, in_asset)
            return Fee(asset.asset, asset.symbol, whole(event.data[1]), account(network, event.data[0]))
    return None


def _handed_out(network: Network, shown: Shown) -> int:
    """What treasury and block author were given at the end of this extrinsic: before 2022 the only trace of the fee.

    Of each the last word counts: a call may bring them other money before, and one runtime told of the author's share twice.
    """
    treasury = author = 0
    for event in shown.events:
        if (event.pallet, event.name) == ("treasury", "Deposit") and event.data:
            treasury = whole(event.data[0])
        if (event.pallet, event.name) == ("balances", "Deposit") and len(event.data) > 1 and shown.author:
            author = whole(event.data[1]) if account(network, event.data[0]) == shown.author else author
    return treasury + author


def _failure(events: tuple[Event, ...]) -> str:
    """The dispatch error in plain words; a module's error is two numbers that only its metadata names."""
    for event in events:
        if (event.pallet, event.name) == ("system", "ExtrinsicFailed") and event.data:
            return _words(event.data[0])
    return "failed"


def _words(error: Any) -> str:
    if isinstance(error, str):
        return plain(error)
    if isinstance(error, dict) and len(error) == 1:
        ((kind, detail),) = error.items()
        if isinstance(detail, dict):
            parts = [f"{plain(str(name), 20)} {plain(str(part), 20)}" for name, part in list(detail.items())[:2]]
            return plain(f"{kind} {', '.join(parts)}", 100)
        return plain(f"{kind} {detail}" if isinstance(detail, str) else str(kind), 100) or "failed"
    return "failed"
