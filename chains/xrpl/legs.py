"""From a payment's delivery and the balances it changed to the movements that happened. Pure.

``delivered`` is what a payment, a cashed check or a deleted account brought its destination; every other credit is read from
the balances: ``balance:<account>`` in XRP, ``balance:<account>/<asset>`` else, ``nft:<id>`` for a token's change of owner.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from chains.errors import NodeMistaken
from chains.types import Network, Transfer, TransferKind
from chains.xrpl import ledger, money
from chains.xrpl.address import account, classic
from chains.xrpl.fields import Seen, tag
from chains.xrpl.ledger import Balances, Entry
from chains.xrpl.money import XRP, Asset, Money

PARTIAL = 0x00020000
"""The flag of a payment that may deliver less than its amount."""

_STILL = {"TrustSet", "AccountSet", "SetRegularKey", "SignerListSet", "OfferCancel", "TicketCreate", "DepositPreauth"}
"""Kinds that move nothing, whatever a node writes into their metadata."""

_HELD = ("Escrow", "PayChannel", "Check")
"""Entries that keep, or promise, one account's money for another."""


@dataclass(frozen=True)
class Legs:
    """The transfers; ``warnings`` beside them. ``sound`` is false where the answer contradicts itself or hides the amount."""

    transfers: tuple[Transfer, ...]
    warnings: tuple[str, ...] = ()
    sound: bool = True


class _Doubt(Exception):
    """The delivered amount cannot be told; the argument is the warning that says why."""


def legs(network: Network, seen: Seen) -> Legs:
    """All movements of a transaction that succeeded. Raises :class:`NodeMistaken`."""
    if seen.kind in _STILL:
        return Legs(())
    meta = seen.meta or {}
    changed = ledger.entries(meta.get("AffectedNodes", []))
    left = ledger.balances(changed)
    _give_back_fee(seen, left)
    found: list[Transfer] = []
    warnings: list[str] = []
    if seen.kind in ("Payment", "CheckCash", "AccountDelete"):
        try:
            found += _delivered(network, seen, changed, left, warnings)
        except _Doubt as doubt:
            return Legs((), (str(doubt),), sound=False)
    paid = frozenset(leg.contract for leg in found)
    found += _credits(network, changed, left, paid, seen.account, warnings)
    found += _nfts(network, changed)
    return Legs(tuple(found), tuple(dict.fromkeys(warnings)))


def payer(seen: Seen) -> str:
    """Who paid the network: the sender, or whom it delegated to."""
    return account(seen.body["Delegate"]) if "Delegate" in seen.body else seen.account


def _give_back_fee(seen: Seen, left: Balances) -> None:
    key = payer(seen), XRP
    if key in left:
        left[key] += money.drops(seen.body.get("Fee"))
        if not left[key]:
            del left[key]


def _delivered(
    network: Network, seen: Seen, changed: Sequence[Entry], left: Balances, warnings: list[str]
) -> list[Transfer]:
    """The delivery; what it explains is taken out of ``left``."""
    sender, recipient, memo = _parties(seen, changed)
    amount = _delivery(seen, recipient, changed, left)
    if _fell_short(seen, amount):
        warnings.append("partial_payment")
    parts = _by_issuer(amount, sender, recipient, left)
    for party in {sender, recipient}:
        for key in [key for key in left if key[0] == party and _same(key[1], amount.asset)]:
            del left[key]
    code = amount.asset.code
    if code:  # whatever its issuers' own side of it
        for key in [key for key in left if key[1].code == code and key[1].issuer in (sender, recipient)]:
            del left[key]
    return [
        _leg(network, "delivered" if place == 0 else f"delivered/{part.asset.contract}",
             part.asset, part.units, (sender, recipient, memo), warnings)
        for place, part in enumerate(parts)
    ]  # fmt: skip


def _parties(seen: Seen, changed: Sequence[Entry]) -> tuple[str, str, str | None]:
    if seen.kind != "CheckCash":
        return seen.account, account(seen.body.get("Destination")), seen.tag
    for entry in changed:
        if entry.kind == "Check" and entry.deleted:
            return account(entry.after.get("Account")), seen.account, tag(entry.after.get("DestinationTag"))
    raise NodeMistaken("no check was cashed")


def _delivery(seen: Seen, recipient: str, changed: Sequence[Entry], left: Balances) -> Money:
    """What arrived: ``delivered_amount``, never more than was sent; where a node has none, what can be shown instead."""
    meta = seen.meta or {}
    sent = money.money(seen.body["Amount"]) if seen.kind != "AccountDelete" and "Amount" in seen.body else None
    for name in ("delivered_amount", "DeliveredAmount"):
        value = meta.get(name)
        if value is not None and value != "unavailable":
            told = money.money(value)
            _hold_against(seen, told, sent, changed, left, recipient)
            return told
    if sent is not None and not _flags(seen) & PARTIAL:
        _hold_against(seen, sent, sent, changed, left, recipient)
        return sent
    return _from_balances(seen, sent, recipient, left)


def _fell_short(seen: Seen, delivered: Money) -> bool:
    """Whether a payment used its permission to deliver less than the amount that wallets show people first."""
    if seen.kind != "Payment" or "Amount" not in seen.body or not _flags(seen) & PARTIAL:
        return False
    return delivered.units < money.money(seen.body["Amount"]).units


def _flags(seen: Seen) -> int:
    flags = seen.body.get("Flags", 0)
    if not isinstance(flags, int) or isinstance(flags, bool):
        raise NodeMistaken("flags are a number")
    return flags


def _hold_against(
    seen: Seen, told: Money, sent: Money | None, changed: Sequence[Entry], left: Balances, recipient: str
) -> None:
    """Raises :class:`_Doubt` where a delivery contradicts what was sent or what the balances say."""
    if sent is not None:
        comparable = told.asset == sent.asset or (told.asset.code is not None and told.asset.code == sent.asset.code)
        exact = told.asset.code is None and not _flags(seen) & PARTIAL
        if not comparable or told.units > sent.units or (exact and told.units != sent.units):
            raise _Doubt("node_inconsistent")
    direct = "SendMax" not in seen.body and "Paths" not in seen.body and recipient != seen.account
    if changed and direct and told.asset == XRP and left.get((recipient, XRP), 0) != told.units:
        raise _Doubt("node_inconsistent")


def _from_balances(seen: Seen, sent: Money | None, recipient: str, left: Balances) -> Money:
    """A partial payment of the days before ledgers recorded deliveries: what its destination has more."""
    asset = XRP if sent is None else sent.asset
    gains = [
        (key[1], change) for key, change in left.items() if key[0] == recipient and _same(key[1], asset) and change > 0
    ]
    lent = [key for key in left if key[1].code and key[1].code == asset.code and key[1].issuer == recipient]
    if recipient == seen.account or len(gains) != 1 or lent or (sent is not None and gains[0][1] > sent.units):
        raise _Doubt("delivered_amount_not_visible")
    return Money(*gains[0])


def _same(held: Asset, asset: Asset) -> bool:
    """One asset, or one currency of whichever issuer."""
    return held == asset or (asset.code is not None and held.code == asset.code)


def _by_issuer(amount: Money, sender: str, recipient: str, left: Balances) -> list[Money]:
    """The delivery by who really issued it.

    An amount that names its own destination as issuer means any issuer the destination trusts; then the balances tell.
    Redemption, where the destination is the issuer, lessens what others hold of it.
    """
    asset = amount.asset
    if not asset.code or asset.issuer != recipient:
        return [amount]
    if any(key[1] == asset for key in left):
        return [amount]
    gains = sorted(
        ((key[1], change) for key, change in left.items()
         if key[0] == recipient and key[1].code == asset.code and change > 0),
        key=lambda gain: str(gain[0].contract),
    )  # fmt: skip
    if len(gains) == 1:
        return [Money(gains[0][0], amount.units)]
    return [Money(held, change) for held, change in gains] or [amount]


def _credits(
    network: Network,
    changed: Sequence[Entry],
    left: Balances,
    paid: frozenset[str | None],
    sent_by: str,
    warnings: list[str],
) -> list[Transfer]:
    """Every gain that is left, asset by asset, from whoever lost it when that is one account.

    What others lost of an asset in ``paid`` is what they gave for the delivery, not something its issuer got back.
    """
    found: list[Transfer] = []
    for asset in sorted({key[1] for key in left}, key=lambda asset: asset.contract or ""):
        changes = {key[0]: change for key, change in left.items() if key[1] == asset}
        gains = {holder: change for holder, change in changes.items() if change > 0}
        losers = [holder for holder, change in changes.items() if change < 0]
        issuer = money.issuer_of(asset)
        if asset.contract in paid:
            losers, issuer = [sent_by], None
        if not gains and issuer:  # redeemed or clawed back
            gains = {issuer: -sum(changes.values())}
        if not losers and issuer:  # issued
            losers = [issuer]
        for holder, change in sorted(gains.items()):
            sender = losers[0] if len(losers) == 1 else None
            memo: str | None = None
            kept = _kept_for(holder, changed)
            if kept is not None:
                sender, memo = (kept[0] if not losers else sender), kept[1]
            place = f"balance:{holder}" + (f"/{asset.contract}" if asset.contract else "")
            found.append(_leg(network, place, asset, change, (sender, holder, memo), warnings))
    return found


def _kept_for(holder: str, changed: Sequence[Entry]) -> tuple[str, str | None] | None:
    """Whose money an escrow, channel or check gave to ``holder``, and the tag it was given under."""
    for entry in changed:
        if entry.kind in _HELD and not entry.created and "Account" in entry.after:
            if entry.after.get("Destination") == holder:
                return account(entry.after["Account"]), tag(entry.after.get("DestinationTag"))
            if entry.after["Account"] == holder:
                return holder, None
    return None


def _leg(
    network: Network,
    position: str,
    asset: Asset,
    units: int,
    parties: tuple[str | None, str | None, str | None],
    warnings: list[str],
) -> Transfer:
    amount, lost = money.shown(asset, units)
    if lost:
        warnings.append("amount_rounded_down")
    sender, recipient, memo = parties
    return Transfer(
        position=position,
        kind=TransferKind.NATIVE if asset == XRP else TransferKind.TOKEN,
        asset=asset.caip(network),
        contract=asset.contract,
        sender=sender,
        recipient=recipient,
        amount=amount,
        symbol=network.native.symbol if asset == XRP else asset.symbol,
        decimals=network.native.decimals if asset == XRP else asset.decimals,
        memo=memo,
    )


def _nfts(network: Network, changed: Sequence[Entry]) -> list[Transfer]:
    """Non-fungible tokens by id; ``contract`` is the issuer, which the id names in its bytes 4 to 24."""
    return [
        Transfer(
            position=f"nft:{name}",
            kind=TransferKind.NFT,
            asset=f"{network.id}/xls20:{name}",
            contract=classic(bytes.fromhex(name)[4:24]),
            sender=owners[0],
            recipient=owners[1],
            amount=1,
            decimals=0,
            token_id=name,
        )
        for name, owners in ledger.tokens(changed).items()
    ]
