"""Horizon's own telling of operations and effects: held against the signed envelope, or read where there is none. Pure.

An operation's id is ``ledger << 32 | transaction << 12 | operation``, both counted from 1; an effect's begins with it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from chains.errors import NodeMistaken
from chains.stellar.address import CLAIMABLE, POOL, holder, strkey
from chains.stellar.legs import Move, Moves
from chains.stellar.money import LUMENS, amount, named, of_record

FROM_EFFECTS = (
    "claim_claimable_balance", "clawback_claimable_balance", "liquidity_pool_deposit", "liquidity_pool_withdraw",
    "account_merge",
)  # fmt: skip
"""Kinds whose amounts stand in their effects; a merge's also in the result."""

CONTRACT_CALL = "invoke_host_function"
_STILL = {
    "set_options", "change_trust", "allow_trust", "manage_data", "bump_sequence", "begin_sponsoring_future_reserves",
    "end_sponsoring_future_reserves", "revoke_sponsorship", "set_trust_line_flags", "extend_footprint_ttl",
    "restore_footprint",
}  # fmt: skip

Records = dict[int, Mapping[str, Any]]
Effects = dict[int, list[Mapping[str, Any]]]


def rows(value: Any) -> list[Mapping[str, Any]]:
    """The records of one of Horizon's pages. Raises :class:`NodeMistaken`."""
    embedded = value.get("_embedded") if isinstance(value, dict) else None
    found = embedded.get("records") if isinstance(embedded, dict) else None
    if not isinstance(found, list) or len(found) > 1_000 or not all(isinstance(row, dict) for row in found):
        raise NodeMistaken("not a page of records")
    return found


def operations(page: Sequence[Mapping[str, Any]], hashes: Sequence[str]) -> Records:
    """Records by the operation's index from 0. Raises :class:`NodeMistaken` for those of another transaction."""
    found: Records = {}
    for row in page:
        if row.get("transaction_hash") not in (None, *hashes):
            raise NodeMistaken("an operation of another transaction")
        found[_index(row.get("id"))] = row
    if len(found) != len(page):
        raise NodeMistaken("one operation twice")
    return found


def effects(page: Sequence[Mapping[str, Any]]) -> Effects:
    """Effects by the operation's index from 0, in their order."""
    found: Effects = {}
    for row in page:
        name = row.get("id")
        found.setdefault(_index(name.split("-")[0] if isinstance(name, str) else None), []).append(row)
    return found


def _index(name: Any) -> int:
    if not isinstance(name, str) or not name.isascii() or not name.isdigit() or len(name) > 20:
        raise NodeMistaken("not an operation's id")
    number = int(name) & 0xFFF
    if not number:
        raise NodeMistaken("not an operation's id")
    return number - 1


def told(records: Records) -> list[Move]:
    """What the records themselves say of movements between accounts, without those that only results or effects know."""
    found = []
    for index, row in sorted(records.items()):
        kind = row.get("type")
        if kind in ("payment", "path_payment", "path_payment_strict_receive", "path_payment_strict_send"):
            found.append(_paid(index, row, "from", "to"))
        elif kind == "create_account":
            sender, recipient = holder(row.get("funder"))[0], holder(row.get("account"))[0]
            found.append(Move(index, LUMENS, sender, recipient, amount(row.get("starting_balance"))))
        elif kind == "clawback":
            sender, recipient = holder(row.get("from"))[0], holder(row.get("source_account"))[0]
            found.append(Move(index, of_record(row), sender, recipient, amount(row.get("amount")), paid=False))
    return found


def _paid(index: int, row: Mapping[str, Any], payer: str, payee: str) -> Move:
    recipient, _ = holder(row.get(payee))
    number = _number(row.get(f"{payee}_muxed_id"))
    return Move(index, of_record(row), holder(row.get(payer))[0], recipient, amount(row.get("amount")), number)


def _number(value: Any) -> str | None:
    if value is None:
        return None
    text = str(value)
    if isinstance(value, bool) or not text.isascii() or not text.isdigit() or int(text) >= 2**64:
        raise NodeMistaken("not the number of a muxed account")
    return str(int(text))


def contradict(moves: Moves, records: Records, words: Sequence[str]) -> bool:
    """Whether the records tell another story than the signed operations and their results."""
    if set(records) - set(range(len(words))):
        return True
    for index, row in records.items():
        kind = row.get("type")
        if kind != words[index] and not (kind == "path_payment" and words[index].startswith("path_payment")):
            return True
    signed = {move.operation: move for move in moves.found if not move.place}
    for one in told(records):
        other = signed.get(one.operation)
        if other is None or (one.asset, one.recipient, one.amount) != (other.asset, other.recipient, other.amount):
            return True
    return False


def readable(records: Records) -> bool:
    """Whether records alone, with their effects, tell all that was moved."""
    known = {"payment", "create_account", "clawback", CONTRACT_CALL, *FROM_EFFECTS} | _STILL
    return all(row.get("type") in known for row in records.values())


def from_effects(kind: str, index: int, source: str, seen: Sequence[Mapping[str, Any]]) -> list[Move]:
    """What an operation moved, by its effects. Raises :class:`NodeMistaken` where they do not say it."""
    found: list[Move] = []
    for effect in seen:
        what = effect.get("type")
        if kind == "claim_claimable_balance" and what == "claimable_balance_claimed":
            sender = _balance(effect.get("balance_id"))
            to = holder(effect.get("account"))[0]
            found.append(Move(index, named(effect.get("asset")), sender, to, amount(effect.get("amount")), paid=False))
        elif kind == "clawback_claimable_balance" and what == "account_credited":
            taken = next((one for one in seen if one.get("type") == "claimable_balance_clawed_back"), {})
            sender = _balance(taken.get("balance_id"))
            found.append(Move(index, of_record(effect), sender, source, amount(effect.get("amount")), paid=False))
        elif kind == "account_merge" and what == "account_credited":
            to = holder(effect.get("account"))[0]
            found.append(Move(index, of_record(effect), source, to, amount(effect.get("amount"))))
        elif kind == "liquidity_pool_withdraw" and what == "liquidity_pool_withdrew":
            found += _reserves(index, effect, "reserves_received", source, into=False)
        elif kind == "liquidity_pool_deposit" and what == "liquidity_pool_deposited":
            found += _reserves(index, effect, "reserves_deposited", source, into=True)
    if not found:
        raise NodeMistaken("effects that do not say what was moved")
    return found


def _reserves(index: int, effect: Mapping[str, Any], field: str, source: str, *, into: bool) -> list[Move]:
    pool, kept = effect.get("liquidity_pool"), effect.get(field)
    name = pool.get("id") if isinstance(pool, dict) else None
    if not isinstance(name, str) or len(name) != 64 or not isinstance(kept, list) or len(kept) > 2:
        raise NodeMistaken("not a pool")
    address = strkey(POOL, bytes.fromhex(name))
    found = []
    for place, part in enumerate(kept):
        if not isinstance(part, dict):
            raise NodeMistaken("not a reserve")
        sender, recipient = (source, address) if into else (address, source)
        found.append(Move(index, named(part.get("asset")), sender, recipient, amount(part.get("amount")),
                          place=f"/{place}" if place else "", paid=False))  # fmt: skip
    return found


def _balance(name: Any) -> str:
    """A claimable balance as an address; Horizon names it by eight zeros and its hash, or by that address."""
    if isinstance(name, str) and len(name) == 72 and name.startswith("00000000"):
        return strkey(CLAIMABLE, b"\x00" + bytes.fromhex(name[8:]))
    return holder(name)[0]


def changes(index: int, row: Mapping[str, Any]) -> list[Move]:
    """What a contract call moved of classic assets: Horizon's ``asset_balance_changes``, which it has verified."""
    listed = row.get("asset_balance_changes") or []
    if not isinstance(listed, list) or len(listed) > 10_000:
        raise NodeMistaken("not a list of changes")
    found = []
    for place, one in enumerate(listed):
        if not isinstance(one, dict) or one.get("type") not in ("transfer", "mint", "burn", "clawback"):
            raise NodeMistaken("not a change")
        sender = None if one["type"] == "mint" else holder(one.get("from"))[0]
        recipient = None if one["type"] in ("burn", "clawback") else holder(one.get("to"))[0]
        number = _number(one.get("to_muxed_id", one.get("destination_muxed_id")))
        found.append(Move(index, of_record(one), sender, recipient, amount(one.get("amount")), number,
                          f"/{place}" if place else ""))  # fmt: skip
    return found
