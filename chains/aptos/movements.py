"""From events to movements: who took out what, who got what, and which belong together. Pure.

One asset may be a coin and a fungible asset at once; a movement of it can leave as the one and arrive as the other. One movement
may have an event of the account's handle and one of the module. Each movement is told once, at its deposit.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from chains.aptos.address import APT_COIN, APT_METADATA, long_form, primary_store
from chains.aptos.fields import Event, Sent, Written, coin_type, mapping, whole
from chains.errors import NodeMistaken

MOST_TRIED = 64
"""Addresses tried as owner, and as asset, of a store that is not shown."""

_COIN = {
    "0x1::coin::DepositEvent": (True, False),
    "0x1::coin::WithdrawEvent": (False, False),
    "0x1::coin::CoinDeposit": (True, True),
    "0x1::coin::CoinWithdraw": (False, True),
}
_ASSET = {
    "0x1::fungible_asset::DepositEvent": (True, False),
    "0x1::fungible_asset::WithdrawEvent": (False, False),
    "0x1::fungible_asset::Deposit": (True, True),
    "0x1::fungible_asset::Withdraw": (False, True),
}
_TOKEN = {
    "0x3::token::DepositEvent": (True, False),
    "0x3::token::WithdrawEvent": (False, False),
    "0x3::token::TokenDeposit": (True, True),
    "0x3::token::Deposit": (True, True),
    "0x3::token::TokenWithdraw": (False, True),
    "0x3::token::Withdraw": (False, True),
}
_OBJECT = {"0x1::object::TransferEvent", "0x1::object::Transfer"}
_CONVERTED = {"0x1::coin::CoinStoreDeletion", "0x1::coin::CoinEventHandleDeletion"}


@dataclass(frozen=True)
class Flow:
    """One side of a movement. ``asset`` is the same for both forms of one asset, ``contract`` the form it came in.

    ``owner`` is ``None`` while nobody showed whose store ``store`` is; ``item`` names a non-fungible token.
    """

    index: int
    inward: bool
    asset: str
    contract: str
    owner: str | None
    amount: int
    store: str | None = None
    item: str | None = None


@dataclass(frozen=True)
class Movement:
    """A whole one: ``sender`` is ``None`` when it came out of no account, ``recipient`` when it went into none.

    ``unsure``: several accounts could have been the sender.
    """

    index: int
    contract: str | None
    sender: str | None
    recipient: str | None
    amount: int
    item: str | None = None
    unsure: bool = False


class Unseen(Exception):
    """What a movement is of is not shown; the message is the code of a warning."""


def flows(sent: Sent, more_owners: Mapping[str, str]) -> list[Flow]:
    """Both sides of every movement, each once. ``more_owners`` were asked for besides. Raises :class:`Unseen`."""
    found: list[tuple[Flow, bool]] = []
    converted: tuple[str, str] | None = None
    for event in sent.events:
        flow, of_module = _flow(event, sent, more_owners)
        if event.type in _CONVERTED:
            converted = _of_deletion(event)
        elif flow is not None:
            if converted and flow.inward and flow.store and _same(sent.written, converted, flow):
                flow = None  # the account's own coins in their new form
            converted = None
            if flow is not None and flow.amount:
                found.append((flow, of_module))
    by_module = Counter(_key(flow) for flow, of_module in found if of_module)
    kept = []
    for flow, of_module in found:
        if not of_module and by_module[_key(flow)] > 0:
            by_module[_key(flow)] -= 1
        else:
            kept.append(flow)
    return kept


def _key(flow: Flow) -> tuple[object, ...]:
    return (flow.inward, flow.asset, flow.owner, flow.store, flow.amount, flow.item)


def _flow(event: Event, sent: Sent, more_owners: Mapping[str, str]) -> tuple[Flow | None, bool]:
    """The side of a movement that ``event`` tells of, and whether its module tells it (else the account's handle)."""
    written = sent.written
    if event.type in _COIN:
        inward, of_module = _COIN[event.type]
        amount = whole(event.data.get("amount"))
        kind = coin_type(event.data.get("coin_type")) if of_module else written.coins.get((event.account, event.number))
        if kind is None:
            raise Unseen("coin_type_not_visible")
        owner = long_form(event.data.get("account")) if of_module else event.account
        return Flow(event.index, inward, one_asset(written, kind), kind, owner, amount), of_module
    if event.type in _ASSET:
        inward, of_module = _ASSET[event.type]
        store = long_form(event.data.get("store")) if of_module else event.account
        metadata = written.stores.get(store, ("", 0))[0]
        if not metadata and store in written.gone:
            return None, of_module  # a store of passage, made and emptied by the transaction itself
        whose = written.owners.get(store) or more_owners.get(store)
        if not (metadata and whose):
            known = {metadata} if metadata else {APT_METADATA, *written.names, *sent.named}
            metadata, whose = _derived(sent, store, known) or (metadata, whose)
        if not metadata:
            raise Unseen("store_not_visible")
        amount = whole(event.data.get("amount"))
        return Flow(event.index, inward, one_asset(written, metadata), metadata, whose, amount, store), of_module
    if event.type in _TOKEN:
        inward, of_module = _TOKEN[event.type]
        holder = event.data.get("account")
        if of_module and holder is None:
            return None, True
        owner = long_form(holder) if of_module else event.account
        contract, item = _token_id(event.data.get("id"))
        return Flow(
            event.index, inward, contract, contract, owner, whole(event.data.get("amount")), None, item
        ), of_module
    return None, False


def one_asset(written: Written, form: str) -> str:
    """One name for both forms of an asset: its metadata where the pair is known."""
    if form in (APT_COIN, APT_METADATA):
        return APT_METADATA
    return written.pairs.get(form, form)


def _derived(sent: Sent, store: str, assets: Iterable[str]) -> tuple[str, str] | None:
    """Asset and owner of a primary store, both among the addresses the transaction itself names: the address proves them."""
    owners = sorted(sent.named | {one for one in (sent.sender, sent.payer) if one})[:MOST_TRIED]
    likely = sorted(one for one in assets if "::" not in one)[:MOST_TRIED]
    pairs = ((asset, owner) for asset in likely for owner in owners)
    return next(((asset, owner) for asset, owner in pairs if primary_store(owner, asset) == store), None)


def _token_id(value: object) -> tuple[str, str]:
    """Collection (by its maker) and token of the first token standard."""
    data = mapping(mapping(value).get("token_data_id"))
    collection, name = data.get("collection"), data.get("name")
    if not isinstance(collection, str) or not isinstance(name, str):
        raise NodeMistaken("a token has a name")
    version = whole(mapping(value).get("property_version", 0))
    return f"{long_form(data.get('creator'))}::{collection[:128]}", f"{name[:128]}/{version}"


def _of_deletion(event: Event) -> tuple[str, str] | None:
    """Account and coin of a store whose coins became a fungible asset."""
    holder, kind = event.data.get("event_handle_creation_address"), event.data.get("coin_type")
    return (long_form(holder), coin_type(kind)) if isinstance(holder, str) and isinstance(kind, str) else None


def _same(written: Written, converted: tuple[str, str], flow: Flow) -> bool:
    return flow.owner == converted[0] and one_asset(written, converted[1]) == flow.asset


def movements(flows: list[Flow]) -> list[Movement]:
    """``flows`` put together, in the order of their events.

    A deposit belongs to the withdrawal of its own amount, else to what a single account took out before; what nobody
    took out was made, what nobody got was destroyed or put into a contract's own keeping.
    """
    left: dict[tuple[str, str | None], list[Flow]] = {}
    found: list[Movement] = []
    for place, flow in enumerate(flows):
        pool = left.setdefault((flow.asset, flow.item), [])
        if not flow.inward:
            pool.append(flow)
            continue
        sender, unsure = _taken(pool, flow, flows[place + 1 :])
        found.append(Movement(flow.index, _contract(flow), sender, flow.owner, flow.amount, flow.item, unsure))
    for pool in left.values():
        found += [Movement(one.index, _contract(one), one.owner, None, one.amount, one.item) for one in pool]
    return sorted(found, key=lambda movement: movement.index)


def _contract(flow: Flow) -> str | None:
    return None if flow.asset == APT_METADATA else flow.contract


def _taken(pool: list[Flow], deposit: Flow, later: list[Flow]) -> tuple[str | None, bool]:
    """Who ``deposit`` came from; takes it out of ``pool``, what was withdrawn and has not arrived."""
    alike = [one for one in pool if one.amount == deposit.amount]
    if alike:
        pool.remove(alike[0])
        owners = {one.owner for one in alike}
        return (alike[0].owner, False) if len(owners) == 1 else (None, True)
    owners = {one.owner for one in pool}
    if not pool:
        return None, False
    need = deposit.amount
    if len(owners) != 1:
        _reduce(pool, need)
        return None, True
    owner = pool[0].owner
    enough = sum(one.amount for one in pool) >= need
    _reduce(pool, need)
    return (owner, False) if enough else (None, True)


def _reduce(pool: list[Flow], need: int) -> None:
    """Takes ``need`` out of ``pool``, the oldest first."""
    while pool and need:
        first = pool.pop(0)
        if first.amount > need:
            rest = first.amount - need
            pool.insert(
                0, Flow(first.index, False, first.asset, first.contract, first.owner, rest, first.store, first.item)
            )
        need -= min(first.amount, need)


def handed_over(sent: Sent, moved: list[Flow]) -> list[Movement]:
    """Objects that changed hands: tokens of the second standard, and stores with what is in them.

    Raises :class:`Unseen` for a store that also took part in another movement: its balance then is not what changed hands.
    """
    found: list[Movement] = []
    busy = {flow.store for flow in moved}
    told: set[tuple[str, str, str]] = set()
    for event in (one for one in sent.events if one.type in _OBJECT):
        thing, source, target = (long_form(event.data.get(key)) for key in ("object", "from", "to"))
        if (thing, source, target) in told:
            continue  # the handle's and the module's word on one transfer
        told.add((thing, source, target))
        collection, store = sent.written.tokens.get(thing), sent.written.stores.get(thing)
        if collection:
            found.append(Movement(event.index, collection, source, target, 1, thing))
        elif store and store[0] and store[1]:
            if thing in busy:
                raise Unseen("object_transfer_unclear")
            contract = None if one_asset(sent.written, store[0]) == APT_METADATA else store[0]
            found.append(Movement(event.index, contract, source, target, store[1]))
    return found
