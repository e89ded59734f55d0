"""What one node tells beyond the transaction: whether the issuer lets the recipient move the asset, and what he reserves himself.

What arrived needs no look where the ledger itself moves assets; a contract's own token is only told of by its events.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from chains.errors import NodeMistaken, NodeUnavailable
from chains.stellar import records
from chains.stellar.address import holder
from chains.stellar.horizon import look
from chains.survey import SurveyOrder
from chains.surveyed import Survey, Traits
from chains.transport import Talk
from chains.types import Network, Transfer

MOST_ASSETS = 4
TOO_MANY = "too_many_assets"
ISSUER_NOT_VISIBLE = "issuer_not_visible"
BALANCES_NOT_VISIBLE = "balances_not_visible"
CAN_FREEZE = "issuer_can_freeze"
CAN_CLAW_BACK = "issuer_can_claw_back"


def survey_legs(network: Network, talk: Talk, order: SurveyOrder) -> Survey:
    """See :meth:`chains.families.Surveyor.survey_legs`."""
    if look(network, talk).ours is False:
        raise NodeMistaken(f"{talk.node.label}: of another network")
    firsts: dict[str, Transfer] = {}
    for leg in order.legs:
        if leg.contract is not None and leg.recipient is not None:
            firsts.setdefault(leg.contract, leg)
    classic = [name for name in firsts if ":" in name]
    notes: list[str] = []
    traits = {name: _traits(talk, firsts[name], notes) for name in classic[:MOST_ASSETS]}
    traits |= {name: Traits() for name in firsts if name not in traits}
    moved = {leg.position: None for leg in order.legs if leg.contract and ":" not in leg.contract and leg.recipient}
    notes += [BALANCES_NOT_VISIBLE] if moved else []
    notes += [TOO_MANY] if len(classic) > MOST_ASSETS else []
    return Survey(moved, _code(order), traits, notes=tuple(dict.fromkeys(notes)))


def _code(order: SurveyOrder) -> dict[str, bool | None]:
    """An address says itself whether it is a contract's."""
    found: dict[str, bool | None] = {}
    for text in (*order.addresses, *(leg.recipient for leg in order.legs if leg.recipient)):
        try:
            found[text] = holder(text)[0].startswith("C")
        except NodeMistaken:
            continue  # a claimable balance or a pool is no account
    return found


def _traits(talk: Talk, leg: Transfer, notes: list[str]) -> Traits:
    code, _, issuer = str(leg.contract).partition(":")
    asset = _asset(talk, code, issuer)
    if asset is None:
        notes.append(ISSUER_NOT_VISIBLE)
    flags = asset.get("flags") if asset else None
    if isinstance(flags, dict):
        notes += [CAN_FREEZE] if flags.get("auth_revocable") is True else []
        notes += [CAN_CLAW_BACK] if flags.get("auth_clawback_enabled") is True else []
    line = _line(talk, str(leg.recipient), code, issuer)
    authorized = line.get("is_authorized") if line else None
    blocked = not authorized if isinstance(authorized, bool) else None
    return Traits(
        exists=None if asset is None else bool(asset),
        fungible=True,
        paused=False,
        holder_blocked=blocked,
        transfer_works=False if blocked else None,
        takes_fee=False,
        rebasing=False,
        wrapped_native=False,
    )


def _asset(talk: Talk, code: str, issuer: str) -> Mapping[str, Any] | None:
    """The asset's record, empty where nobody ever held it, ``None`` when the node does not say."""
    found = _got(talk, f"/assets?{urlencode({'asset_code': code, 'asset_issuer': issuer})}")
    try:
        rows = records.rows(found) if found is not None else None
    except NodeMistaken:
        return None
    if rows is None:
        return None
    fitting = [row for row in rows if (row.get("asset_code"), row.get("asset_issuer")) == (code, issuer)]
    return fitting[0] if fitting else {} if not rows else None


def _line(talk: Talk, recipient: str, code: str, issuer: str) -> Mapping[str, Any] | None:
    """The recipient's trust line, ``None`` where he has none or the node does not show it."""
    try:
        account = holder(recipient)[0]
    except NodeMistaken:
        return None
    found = _got(talk, f"/accounts/{account}")
    rows = found.get("balances") if isinstance(found, dict) and found.get("account_id", account) == account else None
    for row in rows if isinstance(rows, list) else []:
        if isinstance(row, dict) and (row.get("asset_code"), row.get("asset_issuer")) == (code, issuer):
            return row
    return None


def _got(talk: Talk, path: str) -> Any:
    try:
        answer = talk.get(path)
    except (NodeUnavailable, NodeMistaken):
        return None
    return None if answer.status >= 400 else answer.value
