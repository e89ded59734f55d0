"""What contract calls moved, from the events in ``result_meta_xdr``. Pure.

A token's event (SEP-41) has the topics ``transfer``, from, to (or ``mint``, ``burn``, ``clawback``) and an amount of 128 bits,
alone or in a map beside a muxed number. That of a classic asset names it in a last topic; any contract could write such a
topic, so it counts only from the one contract that belongs to the asset.
"""

from __future__ import annotations

from typing import Any

from chains.errors import NodeMistaken
from chains.stellar.address import ACCOUNT, CLAIMABLE, CONTRACT, POOL, strkey
from chains.stellar.envelope import parsed
from chains.stellar.legs import Move
from chains.stellar.money import Asset, contract_text, named, own_contract

_PARTIES = {"transfer": ("from", "to"), "mint": (None, "to"), "burn": ("from", None), "clawback": ("from", None)}
MOST_EVENTS = 10_000


def moves(meta: Any, index: int, passphrase: str) -> list[Move] | None:
    """What the call at ``index`` moved; ``None`` where the metadata do not show it."""
    if not isinstance(meta, str):
        return None
    from stellar_sdk import xdr

    try:
        value = parsed(xdr.TransactionMeta, meta)
    except NodeMistaken:
        return None
    if value.v3 is not None and value.v3.soroban_meta is not None:
        events = value.v3.soroban_meta.events
    elif value.v4 is not None and index < len(value.v4.operations):
        events = value.v4.operations[index].events
    else:
        return None
    classic = 0
    own: dict[str, int] = {}
    found: list[Move] = []
    for event in events[:MOST_EVENTS]:
        move = _move(event, index, passphrase)
        if move is None:
            continue
        asset, sender, recipient, units, number = move
        if asset.contract_id is None:
            place, classic = f"/{classic}" if classic else "", classic + 1
        else:
            count = own.get(asset.contract_id, 0)
            place, own[asset.contract_id] = f"/{asset.contract_id}/{count}", count + 1
        found.append(Move(index, asset, sender, recipient, units, number, place))
    return found


def _move(event: Any, index: int, passphrase: str) -> tuple[Asset, str | None, str | None, int, str | None] | None:
    """One event as a movement; ``None`` when it is another one. Contracts may write whatever they like into events."""
    body = event.body.v0
    if event.contract_id is None or event.type.name != "CONTRACT" or body is None or not body.topics:
        return None
    word = body.topics[0].sym
    parties = _PARTIES.get(word.sc_symbol.decode("ascii", "replace")) if word is not None else None
    if parties is None:
        return None
    held = [address(topic) for topic in body.topics[1:] if topic.address is not None]
    units, number = _amount(body.data)
    needed = sum(party is not None for party in parties)
    if units is None or units < 0 or None in held or len(held) < needed:
        return None
    # Older events of one party name the administrator before it.
    held = held[:2] if needed == 2 else held[-1:]
    sender = held[0] if parties[0] else None
    recipient = held[-1] if parties[1] else None
    return _asset(event, body.topics[-1], passphrase), sender, recipient, units, number


def _asset(event: Any, last: Any, passphrase: str) -> Asset:
    contract = contract_text(event.contract_id.contract_id.hash)
    if last.str is not None:
        try:
            asset = named(last.str.sc_string.decode("ascii"))
            if own_contract(asset, passphrase) == contract:
                return asset
        except (NodeMistaken, ValueError):
            pass
    return Asset(contract_id=contract)


def _amount(data: Any) -> tuple[int | None, str | None]:
    if data.map is not None:
        members = {one.key.sym.sc_symbol: one.val for one in data.map.sc_map if one.key.sym is not None}
        number = members.get(b"to_muxed_id")
        units = _integer(members[b"amount"]) if b"amount" in members else None
        return units, str(number.u64.uint64) if number is not None and number.u64 is not None else None
    return _integer(data), None


def _integer(value: Any) -> int | None:
    if value.i128 is None:
        return None
    return int(value.i128.hi.int64 << 64 | value.i128.lo.uint64)


def address(value: Any) -> str | None:
    """An address of the contract world as text."""
    told = value.address
    if told.account_id is not None:
        return strkey(ACCOUNT, told.account_id.account_id.ed25519.uint256)
    if told.contract_id is not None:
        return strkey(CONTRACT, told.contract_id.contract_id.hash)
    if told.liquidity_pool_id is not None:
        return strkey(POOL, told.liquidity_pool_id.pool_id.hash)
    if told.claimable_balance_id is not None:
        return strkey(CLAIMABLE, b"\x00" + told.claimable_balance_id.v0.hash)
    return None
