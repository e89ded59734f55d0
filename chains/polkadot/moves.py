"""From the events of one extrinsic to its transfers. Pure.

Only events tell what moved: the arguments of a call that failed, or was wrapped in another, look just as good. An event that
should be a movement and cannot be read is :class:`NodeMistaken`; silence about it would hide a payment.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from chains.errors import NodeMistaken
from chains.polkadot.assets import COLLECTIONS, PALLETS, Asset, native, of_pallet
from chains.polkadot.shown import Event, account, whole
from chains.types import Network, Transfer, TransferKind

WARNINGS = {
    ("balances", "DustLost"): "dust_removed",
    ("balances", "TransferOnHold"): "holds_not_listed",
    ("balances", "TransferAndHold"): "holds_not_listed",
    ("staking", "Reward"): "rewards_not_listed",
    ("staking", "Rewarded"): "rewards_not_listed",
    ("utility", "BatchInterrupted"): "batch_interrupted",
    ("utility", "ItemFailed"): "inner_call_failed",
}
"""Events that tell of something beside the transfers."""

_OUTCOMES = {
    ("proxy", "ProxyExecuted"),
    ("multisig", "MultisigExecuted"),
    ("utility", "DispatchedAs"),
    ("sudo", "Sudid"),
    ("sudo", "SudoAsDone"),
}
"""Events with the outcome of a call inside the call: it may have failed while the extrinsic succeeded."""


def transfers(network: Network, events: Sequence[Event], *, signed: bool) -> tuple[tuple[Transfer, ...], list[str]]:
    """What moved, in the order told, and the warnings to it.

    In what somebody signed, ``balances.Deposit`` and ``Withdraw`` are the fee's way and no transfers; where nobody did
    there is no fee, and a deposit is value that came from another chain or from the protocol.
    """
    legs: list[Transfer] = []
    warnings: list[str] = []
    for event in events:
        legs += _legs(network, event, legs, signed=signed)
        if (event.pallet, event.name) in WARNINGS:
            warnings.append(WARNINGS[event.pallet, event.name])
        elif (event.pallet, event.name) in _OUTCOMES and any(_erred(part) for part in event.data):
            warnings.append("inner_call_failed")
        elif (event.pallet, event.name) == ("balances", "ReserveRepatriated") and not _is_free(event):
            warnings.append("holds_not_listed")
    names = {(event.pallet, event.name) for event in events}
    if names & {("multisig", "NewMultisig"), ("multisig", "MultisigApproval")} and not names & _OUTCOMES:
        warnings.append("multisig_incomplete")
    return tuple(legs), warnings


def _erred(part: Any) -> bool:
    """Whether a member of an event is a result that is an error; runtimes of 2019 told of it as a bare ``false``."""
    return part is False or (isinstance(part, dict) and any(str(name).lower() == "err" for name in part))


def _is_free(event: Event) -> bool:
    status = event.data[3] if len(event.data) > 3 else None
    if isinstance(status, dict) and len(status) == 1:
        status = next(iter(status))
    return isinstance(status, str) and status.lower() == "free"


def _legs(network: Network, event: Event, before: Sequence[Transfer], *, signed: bool) -> list[Transfer]:
    if event.pallet == "balances":
        leg = _of_coin(network, event, signed=signed)
    elif event.pallet in PALLETS:
        leg = _of_asset(network, event, before, signed=signed)
    elif event.pallet in COLLECTIONS:
        leg = _of_collection(network, event)
    else:
        leg = None
    return [leg] if leg else []


def _of_coin(network: Network, event: Event, *, signed: bool) -> Transfer | None:
    coin = native(network)
    match event.name:
        case "Transfer":  # runtimes before 2020 tell the fee behind the amount
            sender, recipient, amount = _parts(event, 3)
        case "ReserveRepatriated" if _is_free(event):
            sender, recipient, amount = _parts(event, 3)
        case "Minted":
            (recipient, amount), sender = _parts(event, 2), None
        case "Deposit" if not signed:
            (recipient, amount), sender = _parts(event, 2), None
        case "Burned":
            (sender, amount), recipient = _parts(event, 2), None
        case _:
            return None
    return _leg(network, event, coin, TransferKind.NATIVE, sender, recipient, amount)


def _of_asset(network: Network, event: Event, before: Sequence[Transfer], *, signed: bool) -> Transfer | None:
    def token(sender: Any, recipient: Any, amount: Any) -> Transfer:
        asset = of_pallet(network, event.pallet, event.data[0])
        return _leg(network, event, asset, TransferKind.TOKEN, sender, recipient, amount)

    match event.name:
        case "Transferred":
            _, sender, recipient, amount = _parts(event, 4)
            return token(sender, recipient, amount)
        case "TransferredApproved":  # told besides the transfer itself, or in its place, as the runtime has it
            _, sender, _, recipient, amount = _parts(event, 5)
            leg = token(sender, recipient, amount)
            return None if any(_same(leg, other) for other in before) else leg
        case "Issued":
            _, recipient, amount = _parts(event, 3)
            return token(None, recipient, amount)
        case "Deposited" if not signed:
            _, recipient, amount = _parts(event, 3)
            return token(None, recipient, amount)
        case "Burned":
            _, sender, amount = _parts(event, 3)
            return token(sender, None, amount)
    return None


def _of_collection(network: Network, event: Event) -> Transfer | None:
    """A collectible changes hands: collection, item, from, to."""
    if event.name != "Transferred":
        return None
    number, item, sender, recipient = _parts(event, 4)
    collection = str(whole(number))
    return Transfer(
        position=f"event:{event.place}",
        kind=TransferKind.NFT,
        asset=f"{network.id}/{event.pallet}:{collection}",
        contract=f"{event.pallet}:{collection}",
        sender=account(network, sender),
        recipient=account(network, recipient),
        amount=1,
        token_id=str(whole(item)),
    )


def _leg(
    network: Network, event: Event, asset: Asset, kind: TransferKind, sender: Any, recipient: Any, amount: Any
) -> Transfer:
    return Transfer(
        position=f"event:{event.place}",
        kind=kind,
        asset=asset.asset,
        contract=asset.contract,
        sender=None if sender is None else account(network, sender),
        recipient=None if recipient is None else account(network, recipient),
        amount=whole(amount),
        symbol=asset.symbol,
        decimals=asset.decimals,
    )


def _same(leg: Transfer, other: Transfer) -> bool:
    return replace(leg, position=other.position) == other


def _parts(event: Event, least: int) -> Sequence[Any]:
    """The first members of an event, none of them missing; later runtimes append, none removed."""
    if len(event.data) < least or any(part is None for part in event.data[:least]):
        raise NodeMistaken("an event lacks a part")
    return event.data[:least]
