"""From what a node showed of a transaction to what happened. Pure; every statement rests on a field that was shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from chains.encoding import as_written
from chains.errors import NodeMistaken
from chains.solana import parsed, raw
from chains.solana.acts import Instruction, Memo, Opaque
from chains.solana.ledger import Acted, Leg, tell
from chains.solana.message import Shown, failure_words
from chains.solana.parsed import whole
from chains.types import Block, Fee, Network, Status, Transaction, Transfer, TransferKind
from chains.unsettled import unsettled

LONGEST_MEMO = 600
"""Characters kept of a memo; one transaction has at most 1232 bytes."""


@dataclass(frozen=True)
class Standing:
    """One row of ``getSignatureStatuses``. ``level`` is ``processed``, ``confirmed`` or ``finalized``."""

    slot: int
    level: str
    failure: str | None


def standing(value: Any) -> Standing | None:
    """A signature's status. Raises :class:`NodeMistaken` when it is none; old nodes tell no level, only the count."""
    if value is None:
        return None
    if not isinstance(value, Mapping):
        raise NodeMistaken("not a status")
    level = value.get("confirmationStatus")
    if level is None:
        level = "finalized" if "confirmations" in value and value["confirmations"] is None else "confirmed"
    if level not in ("processed", "confirmed", "finalized"):
        raise NodeMistaken("a status of no known level")
    error = value.get("err")
    return Standing(whole(value.get("slot"), bits=63), level, None if error is None else failure_words(error))


def included(
    network: Network, reference: str, shown: Shown, status: Standing | None, *, rooted: bool, tip: int | None
) -> Transaction:
    """A transaction in a slot. ``rooted`` says that the node gave it when asked for finalized ones only.

    Final is what is finalized: by the status where the node tells one, else by the answer itself.
    """
    if status is not None and (status.slot != shown.slot or (status.failure is None) != (shown.failure is None)):
        return unsettled(network, reference, Status.UNKNOWN, "node_inconsistent")
    final = status.level == "finalized" if status is not None else rooted
    legs: list[Transfer] = []
    warnings: list[str] = [] if tip is not None else ["tip_not_visible"]
    if shown.failure is None:
        legs, more = _transfers(network, shown)
        warnings += more
    return Transaction(
        network=network.slug,
        network_id=network.id,
        hash=reference,
        status=Status.SUCCEEDED if shown.failure is None else Status.FAILED,
        final=final,
        confirmations=max(tip - shown.slot, 0) + 1 if tip is not None else 1,
        confirmations_required=network.confirmations,
        block=Block(shown.slot, "", shown.time),
        fee=Fee(network.native.asset, network.native.symbol, shown.fee, shown.payer),
        transfers=tuple(legs),
        failure=shown.failure,
        warnings=tuple(dict.fromkeys(warnings)),
    )


def _transfers(network: Network, shown: Shown) -> tuple[list[Transfer], list[str]]:
    acted: list[Acted] = []
    for instruction in shown.instructions:
        read = raw.acts if instruction.data is not None else parsed.acts
        acted += [(instruction, act) for act in read(instruction)]
    told = tell(shown, acted)
    warnings = told.warnings + [act.warning for _, act in acted if isinstance(act, Opaque)]
    memos = [
        (instruction, as_written(act.text, LONGEST_MEMO) or "") for instruction, act in acted if isinstance(act, Memo)
    ]
    legs = []
    for leg in told.legs:
        if leg.cost:
            continue
        memo, clear = _memo_of(leg, memos)
        if not clear:
            warnings.append("several_memos")
        legs.append(_transfer(network, leg, memo))
    return legs, warnings


def _memo_of(leg: Leg, memos: Sequence[tuple[Instruction, str]]) -> tuple[str | None, bool]:
    """The memo of a leg, and whether there is no doubt: the words said in the same instruction, else in the transaction."""
    near = {text for instruction, text in memos if instruction.place[0] == leg.place[0]}
    texts = near or {text for instruction, text in memos if len(instruction.place) == 1} or {text for _, text in memos}
    if len(texts) > 1:
        return None, False
    return (next(iter(texts)) or None) if texts else None, True


def _transfer(network: Network, leg: Leg, memo: str | None) -> Transfer:
    position = "ix:" + "/".join(map(str, leg.place))
    if leg.mint is None:
        kind = TransferKind.NATIVE if len(leg.place) == 1 else TransferKind.INTERNAL
        asset, symbol, decimals = network.native.asset, network.native.symbol, network.native.decimals
        return Transfer(
            position, kind, asset, None, leg.sender, leg.recipient, leg.arrives, symbol, decimals, memo=memo
        )
    return Transfer(
        position,
        TransferKind.TOKEN,  # one of a kind or not, the instruction does not show
        f"{network.id}/token:{leg.mint}",
        leg.mint,
        leg.sender,
        leg.recipient,
        leg.arrives,
        decimals=leg.decimals,
        memo=memo,
    )
