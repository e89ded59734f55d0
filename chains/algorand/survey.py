"""What one node tells beyond the transaction: whether the recipient's holding is frozen, and whether the asset still exists.

What arrived needs no look, the ledger itself keeps assets; and no account runs code.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chains.algorand.address import problem
from chains.algorand.indexer import asked, chain_of
from chains.errors import NodeMistaken
from chains.survey import SurveyOrder
from chains.surveyed import Survey, Traits
from chains.transport import Talk
from chains.types import Network, Transfer

MOST_ASSETS = 4
TOO_MANY = "too_many_assets"
ASSET_NOT_VISIBLE = "issuer_not_visible"


def survey_legs(network: Network, talk: Talk, order: SurveyOrder) -> Survey:
    """See :meth:`chains.families.Surveyor.survey_legs`."""
    block = order.transaction.block
    if block is not None and chain_of(network, talk, block.height) is False:
        raise NodeMistaken(f"{talk.node.label}: another chain")
    firsts: dict[str, Transfer] = {}
    for leg in order.legs:
        if leg.contract is not None and leg.recipient is not None:
            firsts.setdefault(leg.contract, leg)
    traits = {name: _traits(talk, firsts[name]) for name in list(firsts)[:MOST_ASSETS]}
    notes = [ASSET_NOT_VISIBLE] if any(one.exists is None for one in traits.values()) else []
    notes += [TOO_MANY] if len(firsts) > MOST_ASSETS else []
    named = [*order.addresses, *(leg.recipient for leg in order.legs if leg.recipient)]
    code = {place: False for place in named if problem(place) is None}
    return Survey(code=code, traits=traits, notes=tuple(notes))


def _traits(talk: Talk, leg: Transfer) -> Traits:
    name = str(leg.contract)
    row = _row(asked(talk, f"/v2/assets/{name}"), name)
    frozen = _frozen(talk, str(leg.recipient), name)
    return Traits(
        exists=None if row is None else row.get("deleted") is not True,
        fungible=None if row is None else _fungible(row),
        paused=False,
        holder_blocked=frozen,
        transfer_works=False if frozen else None,
        takes_fee=False,
        rebasing=False,
        wrapped_native=False,
    )


def _row(value: Any, name: str) -> Mapping[str, Any] | None:
    """The asset, whether an indexer tells of it or a node itself; ``None`` when it is not shown."""
    row = value.get("asset", value) if isinstance(value, dict) else None
    return row if isinstance(row, dict) and str(row.get("index")) == name else None


def _fungible(row: Mapping[str, Any]) -> bool | None:
    """One single unit that cannot be divided is a collectible (ARC-3)."""
    params = row.get("params")
    if not isinstance(params, dict):
        return None
    total, decimals = params.get("total"), params.get("decimals", 0)
    if not all(isinstance(one, int) and not isinstance(one, bool) for one in (total, decimals)):
        return None
    return not (total == 1 and decimals == 0)


def _frozen(talk: Talk, holder: str, name: str) -> bool | None:
    """Whether the recipient's holding is frozen; ``None`` without one, or when it is not shown."""
    value = asked(talk, f"/v2/accounts/{holder}/assets?asset-id={name}")
    rows = value.get("assets") if isinstance(value, dict) else None
    if rows is None:
        single = asked(talk, f"/v2/accounts/{holder}/assets/{name}")
        rows = [single.get("asset-holding")] if isinstance(single, dict) else []
    for row in rows if isinstance(rows, list) else []:
        if isinstance(row, dict) and str(row.get("asset-id")) == name:
            frozen = row.get("is-frozen")
            return frozen if isinstance(frozen, bool) else None
    return None
