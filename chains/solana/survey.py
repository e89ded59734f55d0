"""What one node tells beyond the transaction, in one round trip: which recipients are token accounts themselves, what the mints
are like, and whether the recipients' token accounts are frozen.

What arrived needs no look: the runtime keeps the balances of tokens and shows them with the transaction.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chains.errors import NodeMistaken, NodeUnavailable, Refused
from chains.solana import programs
from chains.solana.address import address
from chains.solana.holdings import PARSED, parsed, result, value
from chains.solana.parsed import amount, whole
from chains.survey import SurveyOrder
from chains.surveyed import Survey, Traits
from chains.transport import LARGE_BODY_CAP, Call, Outcome, Talk
from chains.types import Network

MOST_PLACES = 16
MOST_MINTS = 8
TOO_MANY = "too_many_assets"
ACCOUNTS_NOT_VISIBLE = "accounts_not_visible"

WORMHOLE_MINTER = "BCD75RNBHrJJpW4dXVagL5mPjzRLnVZq4YirJdjEYMV7"
"""The account of Wormhole's token bridge that mints what it wraps; nobody has a key for it."""


def survey_legs(network: Network, talk: Talk, order: SurveyOrder) -> Survey:
    """See :meth:`chains.families.Surveyor.survey_legs`."""
    named = [*(leg.recipient for leg in order.legs if leg.recipient), *order.addresses]
    places = list(dict.fromkeys(named))[:MOST_PLACES]
    holders: dict[str, str] = {}
    for leg in order.legs:
        if leg.contract is not None and leg.recipient is not None:
            holders.setdefault(leg.contract, leg.recipient)
    mints = list(holders)[:MOST_MINTS]
    calls = [
        Call("getGenesisHash"),
        Call("getEpochInfo", [{"commitment": "finalized"}]),
        *(Call("getAccountInfo", [place, PARSED]) for place in (*places, *mints)),
        *(Call("getTokenAccountsByOwner", [holders[mint], {"mint": mint}, PARSED]) for mint in mints),
    ]
    genesis, epoch, *rest = talk.rpc(calls, cap=LARGE_BODY_CAP)
    if result(talk, genesis) != network.params["genesis"]:
        raise NodeMistaken(f"{talk.node.label}: of another chain")
    told = iter(rest)
    found = {place: account_at(talk, next(told)) for place in places}
    minted = {mint: account_at(talk, next(told)) for mint in mints}
    frozen = {mint: frozen_state(talk, next(told), mint) for mint in mints}
    now = _epoch(epoch)
    notes = [ACCOUNTS_NOT_VISIBLE] if None in [*found.values(), *minted.values()] else []
    return Survey(
        code={place: None if row is None else row.get("executable") is True for place, row in found.items()},
        traits={mint: _traits(mint, minted[mint], frozen[mint], now) for mint in mints},
        holders={place: _owner(row) for place, row in found.items() if row and kind_of(row) == "account"},
        notes=(*notes, *([TOO_MANY] if len(holders) > len(mints) or len(set(named)) > len(places) else [])),
    )


def account_at(talk: Talk, outcome: Outcome) -> Mapping[str, Any] | None:
    """The account, empty where there is none, ``None`` when the node does not say."""
    try:
        row = value(talk, outcome)
    except (NodeUnavailable, NodeMistaken):
        return None
    if row is None:
        return {}
    return row if isinstance(row, dict) else None


def kind_of(row: Mapping[str, Any]) -> str | None:
    """``account`` or ``mint`` of what one of the token programs keeps."""
    data = row.get("data")
    content = data.get("parsed") if isinstance(data, dict) else None
    kind = content.get("type") if isinstance(content, dict) else None
    return kind if row.get("owner") in programs.TOKEN_PROGRAMS and isinstance(kind, str) else None


def _owner(row: Mapping[str, Any]) -> str | None:
    try:
        return address(parsed(row, "account")[1].get("owner"))
    except (NodeMistaken, Refused):
        return None


def _epoch(outcome: Outcome) -> int | None:
    try:
        return None if outcome.failed else whole(outcome.result.get("epoch"))
    except (AttributeError, NodeMistaken):
        return None


def frozen_state(talk: Talk, outcome: Outcome, mint: str) -> bool | None:
    """Whether an account in which the recipient holds the token is frozen; ``None`` without one, or when not told."""
    try:
        rows = value(talk, outcome)
        states = []
        for row in rows if isinstance(rows, list) else []:
            info = parsed(row.get("account") if isinstance(row, dict) else None, "account")[1]
            if info.get("mint") != mint:
                return None
            states.append(info.get("state"))
    except (NodeMistaken, NodeUnavailable, Refused):
        return None
    return "frozen" in states if states else None


def _traits(mint: str, row: Mapping[str, Any] | None, frozen: bool | None, epoch: int | None) -> Traits:
    if row is None:
        return Traits(holder_blocked=frozen)
    if not row:
        return Traits(exists=False)
    try:
        program, info = parsed(row, "mint")
        extensions = _extensions(info)
        single = whole(info.get("decimals"), bits=8) == 0 and amount(info.get("supply")) == 1
        paused = _paused(program, extensions)
        stays = "nonTransferable" in extensions
        return Traits(
            exists=True,
            fungible=not single,
            paused=paused,
            holder_blocked=frozen,
            transfer_works=False if paused or frozen or stays else None,
            takes_fee=_fee(extensions, epoch),
            rebasing=False,  # interest and scaling change what is displayed, never the units
            bridged=True if info.get("mintAuthority") == WORMHOLE_MINTER else None,
            wrapped_native=mint in programs.NATIVE_MINTS,
        )
    except (NodeMistaken, Refused):
        return Traits(holder_blocked=frozen, wrapped_native=mint in programs.NATIVE_MINTS)


def _extensions(info: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """State by name of the extensions of a mint of the newer token program."""
    found: dict[str, Mapping[str, Any]] = {}
    rows = info.get("extensions") or []
    if not isinstance(rows, list):
        raise NodeMistaken("extensions are a list")
    for row in rows:
        if not isinstance(row, dict) or row.get("extension") == "unparseableExtension":
            raise NodeMistaken("an extension that is not shown")
        state = row.get("state")
        found[str(row.get("extension"))] = state if isinstance(state, dict) else {}
    return found


def _paused(program: str, extensions: Mapping[str, Mapping[str, Any]]) -> bool | None:
    if program not in programs.TOKEN_PROGRAMS:
        return None
    state = extensions.get("pausableConfig")
    said = False if state is None else state.get("paused")
    return said if isinstance(said, bool) else None


def _fee(extensions: Mapping[str, Mapping[str, Any]], epoch: int | None) -> bool | None:
    """Whether a fee is kept of transfers now: the newer one of two counts from its epoch on."""
    state = extensions.get("transferFeeConfig")
    if state is None:
        return False
    rates = []
    for key in ("olderTransferFee", "newerTransferFee"):
        row = state.get(key)
        if not isinstance(row, dict):
            return None
        rates.append((whole(row.get("epoch")), whole(row.get("transferFeeBasisPoints"), bits=16) > 0))
    (_, older), (since, newer) = rates
    if older is newer:
        return newer
    return None if epoch is None else newer if epoch >= since else older
