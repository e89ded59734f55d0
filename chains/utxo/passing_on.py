"""Signed bytes handed to nodes, the same ones as often as one likes."""

from __future__ import annotations

from collections.abc import Sequence

from chains.errors import ChainError, NodeMistaken, NodeUnavailable, NoNode, Refused, SentByHand
from chains.families import speaks
from chains.transport import Call, Session, Talk
from chains.types import Network, Node, Status
from chains.utxo import signed
from chains.utxo.decode import decode
from chains.utxo.interfaces import look
from chains.utxo.raw import BadTransaction
from chains.utxo.seen import Seen

_KNOWN = (
    "txn-already-in-mempool",
    "txn-already-known",
    "already in block chain",
    "already in utxo set",
    "already in mempool",
)
"""What daemons say of a transaction they have. Indexes pass their words on."""


def broadcast(network: Network, nodes: Sequence[Node], raw: str) -> str:
    """See :meth:`chains.sending.Sending.broadcast`. A node that has the transaction, waiting or mined, took it."""
    if network.params.get("raw") == "zip225":
        raise SentByHand(network.slug)
    if not nodes:
        raise NoNode(network.slug)
    try:
        tx = signed.read(network, raw)
    except BadTransaction as error:
        raise Refused(f"no transaction: {error}") from error
    taken = False
    refusals: list[str] = []
    trouble: ChainError | None = None
    for node in (node for node in nodes if speaks(network, node)):
        try:
            refusal = _hand(network, Session(node), tx.txid, tx.written().hex())
        except (NodeUnavailable, NodeMistaken) as error:
            trouble = error
            continue
        taken = taken or refusal is None
        refusals += [] if refusal is None else [f"{node.label}: {refusal}"]
    if taken:
        return tx.txid
    if refusals:
        raise Refused("; ".join(refusals)[:500])
    raise trouble or NodeUnavailable("no node answered")


def _hand(network: Network, talk: Talk, txid: str, raw: str) -> str | None:
    """Why the node refused; ``None`` when it took the transaction or has it. A node of another chain is mistaken."""
    seen = look(network, talk, txid)
    if isinstance(seen, Seen):
        decode(network, txid, seen)
        if seen.block is None or seen.canonical:
            return None
    elif seen.status is Status.UNKNOWN and "wrong_chain" in seen.warnings:
        raise NodeMistaken(f"{talk.node.label}: of another chain")
    refusal, told = _HANDS.get(talk.node.interface or "", _to_daemon)(talk, raw)
    if refusal is None:
        if told != txid:
            raise NodeMistaken(f"{talk.node.label}: took it under another hash")
        return None
    if any(words in refusal.lower() for words in _KNOWN):
        return None
    return refusal


_Told = tuple[str | None, str | None]
"""The refusal, or the id the node gives."""


def _to_daemon(talk: Talk, raw: str) -> _Told:
    (told,) = talk.rpc([Call("sendrawtransaction", [raw])])
    return (told.message or f"error {told.code}", None) if told.failed else (None, str(told.result))


def _to_blockbook(talk: Talk, raw: str) -> _Told:
    told = talk.get(f"/api/v2/sendtx/{raw}")
    shown = told.value if isinstance(told.value, dict) else {}
    if "result" in shown:
        return None, str(shown["result"])
    error = shown.get("error")
    words = error.get("message") if isinstance(error, dict) else error
    if not isinstance(words, str):
        raise NodeUnavailable(f"{talk.node.label}: HTTP {told.status}")
    return words[:200], None


def _to_esplora(talk: Talk, raw: str) -> _Told:
    told = talk.post("/tx", raw.encode(), as_text=True)
    if told.status < 400:
        return None, told.text.strip()
    if told.status != 400:
        raise NodeUnavailable(f"{talk.node.label}: HTTP {told.status}")
    return told.text.strip()[:200] or "refused", None


_HANDS = {"": _to_daemon, "bitcoind": _to_daemon, "blockbook": _to_blockbook, "esplora": _to_esplora}
