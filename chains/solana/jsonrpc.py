"""What one node shows of one signature: one round trip in the ordinary case.

Round one: the transaction among finalized ones, its status, the finalized slot, the genesis hash. What is not there costs
a second: the transaction among confirmed ones, and whether the node would know it (oldest block, health, age of its tip).
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from chains.errors import NodeMistaken, NodeUnavailable
from chains.families import NodeReading
from chains.solana.decode import Standing, included, standing
from chains.solana.message import shown
from chains.solana.parsed import whole
from chains.transport import LARGE_BODY_CAP, Call, Outcome, Talk
from chains.types import Network, Status, Transaction
from chains.unsettled import unsettled

HISTORY_NOT_KEPT = (-32001, -32007, -32009, -32011)
"""Error codes of nodes that do not keep what was asked: block cleaned up, slot skipped or missing, no history."""

VERSION_NOT_SUPPORTED = -32015


def read(network: Network, talk: Talk, reference: str) -> NodeReading:
    """See :meth:`chains.families.Family.read`."""
    calls = [
        _transaction(reference, "finalized"),
        Call("getSignatureStatuses", [[reference], {"searchTransactionHistory": True}]),
        Call("getSlot", [{"commitment": "finalized"}]),
        Call("getGenesisHash"),
    ]
    rooted, statuses, slot, genesis = talk.rpc(calls, cap=LARGE_BODY_CAP)
    tip = None if slot.failed else whole(slot.result, bits=63)
    identity = _identity(network, genesis)
    if identity == "wrong_chain":
        return NodeReading(unsettled(network, reference, Status.UNKNOWN, identity), tip)
    warnings = [identity] if identity else []
    status, tip = _standing(statuses, tip)
    if not rooted.failed and rooted.result is not None:
        seen = included(network, reference, shown(rooted.result, reference), status, rooted=True, tip=tip)
    elif rooted.failed and not _history_lost(rooted):
        if rooted.code != VERSION_NOT_SUPPORTED:
            raise NodeUnavailable(f"{talk.node.label}: error {rooted.code}")
        seen = unsettled(network, reference, Status.UNKNOWN, "transaction_version_not_supported")
    else:
        seen = _not_rooted(network, talk, reference, status, tip, [*warnings, *_history(rooted)])
    return NodeReading(_warned(seen, warnings), tip)


def _transaction(reference: str, commitment: str) -> Call:
    options = {"encoding": "jsonParsed", "maxSupportedTransactionVersion": 0, "commitment": commitment}
    return Call("getTransaction", [reference, options])


def _identity(network: Network, outcome: Outcome) -> str | None:
    """``None`` when the node is of this chain, else the warning."""
    if outcome.failed or not isinstance(outcome.result, str):
        return "chain_identity_not_visible"
    return None if outcome.result == network.params["genesis"] else "wrong_chain"


def _standing(outcome: Outcome, tip: int | None) -> tuple[Standing | None, int | None]:
    """The signature's status; where the tip was not told, the slot the status was taken at stands for it."""
    if outcome.failed:
        return None, tip
    answer: Any = outcome.result
    if not isinstance(answer, dict) or not isinstance(rows := answer.get("value"), list) or len(rows) != 1:
        raise NodeMistaken("not the status of one signature")
    context = answer.get("context")
    if tip is None and isinstance(context, dict) and context.get("slot") is not None:
        tip = whole(context["slot"], bits=63)
    return standing(rows[0]), tip


def _history_lost(outcome: Outcome) -> bool:
    return outcome.failed and outcome.code in HISTORY_NOT_KEPT


def _history(outcome: Outcome) -> list[str]:
    return ["history_not_visible"] if outcome.failed else []


def _not_rooted(
    network: Network, talk: Talk, reference: str, status: Standing | None, tip: int | None, warnings: list[str]
) -> Transaction:
    """What is not among the finalized transactions: a recent one, one the node has forgotten, or none at all."""
    calls = [_transaction(reference, "confirmed"), Call("getFirstAvailableBlock"), Call("getHealth")]
    if tip is not None:
        calls.append(Call("getBlockTime", [tip]))
    confirmed, oldest, health, *time = talk.rpc(calls, cap=LARGE_BODY_CAP)
    if not confirmed.failed and confirmed.result is not None:
        answer = shown(confirmed.result, reference)
        if status is not None and status.level == "finalized":
            status = Standing(
                status.slot, "confirmed", status.failure
            )  # it became so in between; the next look says it
        return included(network, reference, answer, status, rooted=False, tip=tip)
    if status is not None:
        if status.level == "processed":
            return unsettled(network, reference, Status.PENDING)
        return unsettled(network, reference, Status.UNKNOWN, "receipt_not_visible")
    warnings = warnings + _doubts(network, talk, oldest, health, time)
    if warnings:
        return unsettled(network, reference, Status.UNKNOWN, *warnings)
    return unsettled(network, reference, Status.NOT_FOUND)


def _doubts(network: Network, talk: Talk, oldest: Outcome, health: Outcome, time: list[Outcome]) -> list[str]:
    """Why the node might not know the transaction though there is one; nothing when it would."""
    doubts = []
    if oldest.failed or whole(oldest.result, bits=63) > network.params.get("history_slot", 0):
        doubts.append("history_not_visible")
    if health.failed or health.result != "ok":
        doubts.append("node_behind")
    elif not time or time[0].failed or time[0].result is None:
        doubts.append("tip_not_visible")
    elif talk.now().timestamp() - whole(time[0].result, bits=40) > network.params["max_head_age"]:
        doubts.append("node_behind")
    return doubts


def _warned(seen: Transaction, warnings: list[str]) -> Transaction:
    return replace(seen, warnings=tuple(dict.fromkeys([*warnings, *seen.warnings])))
