"""What one node tells beyond the transaction: whether an issuer has frozen its tokens, all of them or the recipient's.

What arrived needs no look, the ledger itself delivers; and no account runs code.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chains.errors import NodeMistaken, NodeUnavailable
from chains.survey import SurveyOrder
from chains.surveyed import Survey, Traits
from chains.transport import Talk
from chains.types import Network, Transfer, TransferKind
from chains.xrpl import money
from chains.xrpl.address import check
from chains.xrpl.rippled import Refusal, ask, look

MOST_ASSETS = 4
TOO_MANY = "too_many_assets"
ISSUER_NOT_VISIBLE = "issuer_not_visible"

_GLOBAL_FREEZE = 0x00400000
_LOCKED, _CAN_TRANSFER = 0x1, 0x20
"""Flags of the multi-purpose token: of an issuance and of a holding, and of an issuance."""

_MISSING = ("actNotFound", "entryNotFound", "objectNotFound")


def survey_legs(network: Network, talk: Talk, order: SurveyOrder) -> Survey:
    """See :meth:`chains.families.Surveyor.survey_legs`."""
    if look(network, talk).ours is False:
        raise NodeMistaken(f"{talk.node.label}: of another network")
    firsts: dict[str, Transfer] = {}
    for leg in order.legs:
        if leg.contract is not None and leg.recipient is not None:
            firsts.setdefault(leg.contract, leg)
    traits = {name: _traits(talk, firsts[name]) for name in list(firsts)[:MOST_ASSETS]}
    notes = [ISSUER_NOT_VISIBLE] if any(one.exists is None for one in traits.values()) else []
    notes += [TOO_MANY] if len(firsts) > MOST_ASSETS else []
    named = [*order.addresses, *(leg.recipient for leg in order.legs if leg.recipient)]
    code = {place: False for place in named if check(place).valid}
    return Survey(code=code, traits=traits, notes=tuple(notes))


def _traits(talk: Talk, leg: Transfer) -> Traits:
    if leg.kind is TransferKind.NFT:
        return Traits(exists=True, fungible=False, takes_fee=False, rebasing=False, wrapped_native=False)
    holder = check(str(leg.recipient)).normalised or ""
    code, named, issuer = str(leg.contract).partition(":")
    exists, paused, movable = _issued(talk, issuer) if named else _issuance(talk, code)
    blocked = _line_frozen(talk, holder, code, issuer) if named else _holding_locked(talk, holder, code)
    return Traits(
        exists=exists,
        fungible=True,
        paused=paused,
        holder_blocked=blocked,
        transfer_works=False if paused or blocked or movable is False else None,
        rebasing=False,
        wrapped_native=False,
    )


def _issued(talk: Talk, issuer: str) -> tuple[bool | None, bool | None, bool | None]:
    """Whether the issuer is there, and has frozen all its tokens. The freeze is of issued currencies, not of MPTs."""
    flags = _flags(talk, "account_info", "account_data", {"account": issuer})
    return (None, None, None) if flags is None else (flags >= 0, bool(flags >= 0 and flags & _GLOBAL_FREEZE), None)


def _issuance(talk: Talk, issuance: str) -> tuple[bool | None, bool | None, bool | None]:
    """Whether the issuance is there, is locked, and may be passed on to others than its issuer."""
    flags = _flags(talk, "ledger_entry", "node", {"mpt_issuance": issuance})
    if flags is None:
        return None, None, None
    return flags >= 0, bool(flags >= 0 and flags & _LOCKED), bool(flags >= 0 and flags & _CAN_TRANSFER)


def _holding_locked(talk: Talk, holder: str, issuance: str) -> bool | None:
    wanted = {"mptoken": {"mpt_issuance_id": issuance, "account": holder}}
    flags = _flags(talk, "ledger_entry", "node", wanted)
    return None if flags is None or flags < 0 else bool(flags & _LOCKED)


def _line_frozen(talk: Talk, holder: str, code: str, issuer: str) -> bool | None:
    """Whether the issuer has frozen the recipient's trust line; ``None`` without one, or when the node does not say."""
    found = _told(talk, "account_lines", {"account": holder, "peer": issuer})
    lines = found.get("lines") if found else None
    for line in lines if isinstance(lines, list) else []:
        if isinstance(line, dict) and line.get("account") == issuer and _same_code(line.get("currency"), code):
            said = [line.get(name, False) for name in ("freeze_peer", "deep_freeze_peer")]
            return any(said) if all(isinstance(one, bool) for one in said) else None
    return None


def _same_code(shown: Any, code: str) -> bool:
    try:
        return money.currency(shown) == code
    except NodeMistaken:
        return False


def _flags(talk: Talk, method: str, member: str, wanted: Mapping[str, Any]) -> int | None:
    """The flags of a ledger's entry, -1 where there is none, ``None`` when the node does not say."""
    found = _told(talk, method, wanted)
    if found is None:
        return None
    if not found:
        return -1
    entry = found.get(member)
    flags = entry.get("Flags", 0) if isinstance(entry, dict) else None
    return flags if isinstance(flags, int) and not isinstance(flags, bool) and flags >= 0 else None


def _told(talk: Talk, method: str, wanted: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The answer from the validated ledger, empty where the entry is missing."""
    try:
        return ask(talk, method, {**wanted, "ledger_index": "validated"})
    except Refusal as refusal:
        return {} if refusal.word in _MISSING else None
    except (NodeUnavailable, NodeMistaken):
        return None
