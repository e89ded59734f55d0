"""What a transaction changed in the ledger, from the ``AffectedNodes`` of its metadata. Pure.

A trust line is one balance between two accounts, written from the side of the "low" one: above zero the low account holds
what the high one issued, below zero the other way. Here every balance is the holder's, so a balance that crosses zero is
two changes of two assets.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from chains.errors import NodeMistaken
from chains.xrpl.address import account, classic
from chains.xrpl.money import XRP, Asset, currency, drops, exact, issuance, whole

MOST_NODES = 20_000
_HEX64 = re.compile(r"[0-9A-Fa-f]{64}")
_KINDS = ("CreatedNode", "ModifiedNode", "DeletedNode")

Balances = dict[tuple[str, Asset], int]
"""Change by holder and asset, in the units of :class:`chains.xrpl.money.Money`."""


@dataclass(frozen=True)
class Entry:
    """One ledger entry that changed: ``after`` are its fields now, ``before`` those that were different."""

    kind: str
    index: str
    created: bool
    deleted: bool
    after: Mapping[str, Any]
    before: Mapping[str, Any]

    def pair(self, field: str) -> tuple[Any, Any]:
        """The field's value before and after; ``None`` where there was none."""
        now = self.after.get(field)
        if self.created:
            return None, now
        return self.before.get(field, now), now


def entries(nodes: Any) -> tuple[Entry, ...]:
    """``AffectedNodes`` taken apart. Raises :class:`NodeMistaken`."""
    if not isinstance(nodes, list) or len(nodes) > MOST_NODES:
        raise NodeMistaken("no affected nodes")
    return tuple(entry for node in nodes for entry in _entry(node))


def _entry(node: Any) -> Iterator[Entry]:
    if not isinstance(node, dict) or len(node) != 1 or next(iter(node)) not in _KINDS:
        raise NodeMistaken("not an affected node")
    word, body = next(iter(node.items()))
    if not isinstance(body, dict) or not isinstance(body.get("LedgerEntryType"), str):
        raise NodeMistaken("not an affected node")
    after = body.get("NewFields" if word == "CreatedNode" else "FinalFields", {})
    before = body.get("PreviousFields", {})
    index = body.get("LedgerIndex")
    if not isinstance(after, dict) or not isinstance(before, dict):
        raise NodeMistaken("not an affected node")
    if not isinstance(index, str) or not _HEX64.fullmatch(index):
        raise NodeMistaken("not a ledger entry")
    yield Entry(body["LedgerEntryType"], index.upper(), word == "CreatedNode", word == "DeletedNode", after, before)


def balances(changed: Sequence[Entry]) -> Balances:
    """What each holder has more (or less) than before, the network's fee included; holders with no change are left out."""
    found: Balances = {}
    for entry in changed:
        if entry.kind == "AccountRoot" and "Balance" in entry.after:
            before, after = entry.pair("Balance")
            _add(found, account(entry.after.get("Account")), XRP, _drops(after) - _drops(before))
        elif entry.kind == "RippleState" and "Balance" in entry.after:
            _trust_line(found, entry)
        elif entry.kind == "MPToken" and "Account" in entry.after:
            before, after = entry.pair("MPTAmount")
            asset = Asset(issuance=issuance(entry.after.get("MPTokenIssuanceID")))
            _add(found, account(entry.after["Account"]), asset, _whole(after) - _whole(before))
    return {key: change for key, change in found.items() if change}


def _trust_line(found: Balances, entry: Entry) -> None:
    low, high = (_issuer(entry.after.get(side)) for side in ("LowLimit", "HighLimit"))
    before, after = (None if value is None else _value(value) for value in entry.pair("Balance"))
    code = currency(entry.after["Balance"].get("currency"))
    was, now = before or 0, after or 0
    if abs(now - was) * 10**15 <= max(abs(now), abs(was)) * 2:
        return  # no more than the last digit of a balance: rounding, no movement
    _add(found, low, Asset(code, high), max(now, 0) - max(was, 0))
    _add(found, high, Asset(code, low), max(-now, 0) - max(-was, 0))


def _add(found: Balances, holder: str, asset: Asset, change: int) -> None:
    found[holder, asset] = found.get((holder, asset), 0) + change


def _issuer(limit: Any) -> str:
    return account(limit.get("issuer") if isinstance(limit, dict) else None)


def _value(balance: Any) -> int:
    if not isinstance(balance, dict):
        raise NodeMistaken("not a balance")
    return exact(balance.get("value"))


def _drops(value: Any) -> int:
    return 0 if value is None else drops(value)


def _whole(value: Any) -> int:
    return 0 if value is None else whole(value)


def tokens(changed: Sequence[Entry]) -> dict[str, tuple[str | None, str | None]]:
    """Non-fungible tokens that changed hands: id to owner before and after, ``None`` for a mint or a burn.

    They lie on pages; the first 20 bytes of a page's own key are its owner. Pages split and merge, so an id counts only
    when its owner is another.
    """
    before: dict[str, str] = {}
    after: dict[str, str] = {}
    for entry in changed:
        if entry.kind != "NFTokenPage":
            continue
        owner = classic(bytes.fromhex(entry.index)[:20])
        was, now = entry.pair("NFTokens")
        before |= dict.fromkeys(_ids(was), owner)
        after |= dict.fromkeys(() if entry.deleted else _ids(now), owner)
    moved = {one: (before.get(one), after.get(one)) for one in sorted(before.keys() | after.keys())}
    return {one: owners for one, owners in moved.items() if owners[0] != owners[1]}


def _ids(page: Any) -> Iterator[str]:
    if page is None:
        return
    if not isinstance(page, list) or len(page) > 64:
        raise NodeMistaken("not a page of tokens")
    for slot in page:
        token = slot.get("NFToken") if isinstance(slot, dict) else None
        name = token.get("NFTokenID") if isinstance(token, dict) else None
        if not isinstance(name, str) or not _HEX64.fullmatch(name):
            raise NodeMistaken("not a token")
        yield name.upper()
