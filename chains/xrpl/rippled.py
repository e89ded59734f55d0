"""Questions to a rippled or Clio node: its own JSON form over HTTP POST, which is not JSON-RPC 2.0 and knows no batches.

Two round trips in the ordinary case: ``tx`` and ``server_info`` (network, newest ledger, history). A third asks for the hash
of the ledger where the node keeps to API version 1, another for the first ledger where it does not name its network.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from chains.encoding import plain
from chains.errors import NodeMistaken, NodeUnavailable
from chains.families import NodeReading
from chains.transport import LARGE_BODY_CAP, Talk
from chains.types import Network, Status, Transaction
from chains.xrpl.decode import Shown, decode, outside
from chains.xrpl.fields import Seen, hash_text, seen, sequence

_RANGE = re.compile(r"([0-9]{1,10})(?:-([0-9]{1,10}))?")
_ASLEEP = ("disconnected", "connected", "syncing")


class Refusal(Exception):
    """The node understood and refused; the argument is its word for why (``txnNotFound``, ``actNotFound`` …)."""

    def __init__(self, word: str, answer: Mapping[str, Any]) -> None:
        self.word = word
        self.answer = answer
        super().__init__(word)


@dataclass(frozen=True)
class Server:
    """What a node says of itself. ``ours`` is ``None`` when it does not show which network it serves."""

    ours: bool | None = None
    tip: int | None = None
    age: int | None = None
    awake: bool = False
    ledgers: str = ""
    info: Mapping[str, Any] | None = None

    @property
    def doubts(self) -> tuple[str, ...]:
        """Warnings about the node itself."""
        if self.ours is False:
            return ("wrong_chain",)
        return () if self.ours else ("chain_identity_not_visible",)


def read(network: Network, talk: Talk, reference: str) -> NodeReading:
    """See :meth:`chains.families.Family.read`."""
    missing: Refusal | None = None
    found: Seen | None = None
    try:
        found = seen(_transaction(talk, reference), reference)
    except Refusal as refusal:
        if refusal.word != "txnNotFound":
            raise NodeUnavailable(f"{talk.node.label}: {refusal.word}") from None
        missing = refusal
    if found is not None and not _of_network(network, found):
        return NodeReading(outside(network, reference, Status.UNKNOWN, ("wrong_chain",)), None)
    server = look(network, talk)
    if missing is not None:
        return NodeReading(_absent(network, reference, server, missing), server.tip)
    if found is not None and found.validated and found.ledger_hash is None and found.ledger is not None:
        found = replace(found, ledger_hash=_ledger_hash(talk, found.ledger))
    return NodeReading(decode(network, reference, Shown(found, server.tip, server.doubts)), server.tip)


def _transaction(talk: Talk, reference: str) -> Mapping[str, Any]:
    """The answer of ``tx``, in API version 1 where a node does not know version 2."""
    question = {"transaction": reference, "binary": False}
    try:
        return ask(talk, "tx", question | {"api_version": 2}, cap=LARGE_BODY_CAP)
    except Refusal as refusal:
        if refusal.word not in ("invalid_API_version", "invalidApiVersion"):
            raise
    return ask(talk, "tx", question, cap=LARGE_BODY_CAP)


def ask(talk: Talk, method: str, params: Mapping[str, Any], *, cap: int = LARGE_BODY_CAP) -> Mapping[str, Any]:
    """The ``result`` of one method. Raises :class:`Refusal`, :class:`NodeUnavailable` or :class:`NodeMistaken`."""
    told = talk.post("", {"method": method, "params": [dict(params)]}, cap=cap)
    reply = told.value
    if told.status >= 400 and not isinstance(reply, dict):
        if "api_version" in params and "version" in told.text.lower():
            raise Refusal("invalid_API_version", {})
        raise NodeUnavailable(f"{talk.node.label}: HTTP {told.status}")
    if not isinstance(reply, dict):
        raise NodeMistaken(f"{talk.node.label}: not an answer")
    result = reply.get("result")
    if not isinstance(result, dict):
        result = reply
    word = result.get("error")
    if word is not None:
        raise Refusal(plain(word, 60) if isinstance(word, str) else "error", result)
    if told.status >= 400:
        raise NodeUnavailable(f"{talk.node.label}: HTTP {told.status}")
    if result.get("status", reply.get("status")) == "error":
        raise Refusal("error", result)
    if result is reply and "result" not in reply and method != "tx":
        raise NodeMistaken(f"{talk.node.label}: no result")
    return result


def look(network: Network, talk: Talk) -> Server:
    """What the node says of itself; whatever it does not show stays unknown and costs nothing else."""
    try:
        answer = ask(talk, "server_info", {})
    except (Refusal, NodeUnavailable, NodeMistaken):
        return Server()
    info = answer.get("info")
    if not isinstance(info, dict):
        return Server()
    ledger = info.get("validated_ledger")
    ledger = ledger if isinstance(ledger, dict) else {}
    ledgers, state = info.get("complete_ledgers"), info.get("server_state")
    return Server(
        ours=_identity(network, talk, info.get("network_id")),
        tip=None if ledger.get("seq") is None else sequence(ledger["seq"]),
        age=ledger.get("age") if isinstance(ledger.get("age"), int) else None,
        awake=state not in _ASLEEP,
        ledgers=ledgers if isinstance(ledgers, str) else "",
        info=info,
    )


def _identity(network: Network, talk: Talk, named: Any) -> bool | None:
    """Whether the node is of ``network``. Nodes of the main network need not name it: then the first ledger tells."""
    if named is not None:
        if not isinstance(named, int) or isinstance(named, bool):
            raise NodeMistaken(f"{talk.node.label}: not a network")
        return bool(named == network.params["network_id"])
    first = _ledger_hash(talk, network.params["first_ledger"])
    return None if first is None else first == network.params["first_ledger_hash"]


def _ledger_hash(talk: Talk, number: int) -> str | None:
    """The hash of a validated ledger, ``None`` where the node does not show it."""
    try:
        answer = ask(talk, "ledger", {"ledger_index": number})
    except (Refusal, NodeUnavailable, NodeMistaken):
        return None
    ledger = answer.get("ledger")
    inner = ledger if isinstance(ledger, dict) else {}
    shown = answer.get("ledger_index", inner.get("ledger_index"))
    if answer.get("validated") is False or shown is None or sequence(shown) != number:
        return None
    return hash_text(answer.get("ledger_hash", inner.get("ledger_hash")))


def _of_network(network: Network, found: Seen) -> bool:
    """Networks with an id above 1024 demand it in each transaction; the main network forbids it."""
    own = network.params["network_id"]
    return bool(found.body.get("NetworkID", own) == own)


def _absent(network: Network, reference: str, server: Server, refusal: Refusal) -> Transaction:
    """``not_found`` from a node of this network, in step with it, that has all its ledgers; else ``unknown`` and why."""
    doubts = list(server.doubts)
    if not doubts:
        if server.tip is None or not server.awake:
            doubts.append("node_syncing")
        elif server.age is None or not 0 <= server.age <= network.params["max_tip_age"]:
            doubts.append("node_behind")
        elif refusal.answer.get("searched_all") is not True and not _has_all(network, server):
            doubts.append("history_not_visible")
    status = Status.UNKNOWN if doubts else Status.NOT_FOUND
    return outside(network, reference, status, tuple(doubts))


def _has_all(network: Network, server: Server) -> bool:
    """Whether the ranges of ledgers the node has (``32570-100,105``) leave nothing out between the first and its tip."""
    ends = _RANGE.fullmatch(server.ledgers.strip())
    if ends is None or server.tip is None:
        return False
    first, last = int(ends[1]), int(ends[2] or ends[1])
    return bool(first <= network.params["first_ledger"] and last >= server.tip)
