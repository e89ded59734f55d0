"""What one node shows of one transaction: java-tron's HTTP interface, questions as JSON, then the pure decoder.

The transaction and its outcome are the essentials; ``walletsolidity/`` answers from the solidified state, which is final.
Everything else (tip, first block, the block's hash, what tokens are called) is worth a warning when it is refused.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from chains.errors import NodeMistaken, NodeUnavailable
from chains.families import NodeReading
from chains.transport import BODY_CAP, LARGE_BODY_CAP, Talk
from chains.tron import shown, tokens
from chains.tron.address import ZERO, to_bytes
from chains.tron.decode import Shown, assets, decode, outside
from chains.tron.tokens import Facts
from chains.types import Network, Status, Transaction

MOST_ASSETS_ASKED = 3
"""Tokens asked for symbol and decimals, a question each; a transaction may touch hundreds."""

MISSING = "tip_not_visible"

FIRST = "0" * 16
"""How the hash of a first block begins: the first eight bytes are the height."""


def read(network: Network, talk: Talk, reference: str) -> NodeReading:
    """See :meth:`chains.families.Family.read`."""
    found = _essential(talk, "/wallet/gettransactionbyid", reference)
    sent = shown.sent(found, reference) if found else None
    info, solid, doubts = _outcome(talk, reference)
    tip = _tip(talk)
    story = Shown(reference, sent, info, solid=solid, tip=tip, doubts=tuple(doubts))
    height = tip.height if tip else None
    chain = doubt_of_chain(network, talk)
    if chain == "wrong_chain":
        return NodeReading(outside(network, replace(story, doubts=()), Status.UNKNOWN, chain), height)
    story = replace(story, doubts=tuple(filter(None, (*doubts, chain))))
    if sent is None and info is None:
        return NodeReading(_absent(network, talk, story), height)
    if tip is None:
        story = replace(story, doubts=(*story.doubts, MISSING))
    if sent is not None and info is not None:
        story = _around(network, talk, story, info)
    return NodeReading(decode(network, story), height)


def ask(talk: Talk, path: str, question: Any, *, cap: int = BODY_CAP) -> dict[str, Any]:
    """The node's answer, an object; ``{}`` is java-tron's word for nothing there.

    Raises :class:`NodeUnavailable` when it refuses, :class:`NodeMistaken` for an answer that is no object.
    """
    answer = talk.post(path, question, cap=cap)
    if answer.status >= 400:
        raise NodeUnavailable(f"{talk.node.label}: HTTP {answer.status}")
    if not isinstance(answer.value, dict):
        raise NodeMistaken(f"{talk.node.label}: not an object")
    if "Error" in answer.value:
        raise NodeUnavailable(f"{talk.node.label}: refused")
    return answer.value


def wish(talk: Talk, path: str, question: Any, *, cap: int = BODY_CAP) -> dict[str, Any]:
    """:func:`ask` for what is good to know; ``{}`` when the node does not answer it."""
    try:
        return ask(talk, path, question, cap=cap)
    except (NodeUnavailable, NodeMistaken):
        return {}


def _essential(talk: Talk, path: str, reference: str) -> dict[str, Any]:
    return ask(talk, path, {"value": reference}, cap=LARGE_BODY_CAP)


def _outcome(talk: Talk, reference: str) -> tuple[shown.Info | None, bool, list[str]]:
    """The outcome, whether it is solidified, and warnings. What is not solid yet only ``wallet/`` knows."""
    doubts: list[str] = []
    try:
        found = _essential(talk, "/walletsolidity/gettransactioninfobyid", reference)
    except NodeUnavailable:
        found = {}
        doubts.append("finalized_block_not_visible")
    if found:
        return shown.info(found, reference), True, doubts
    try:
        found = _essential(talk, "/wallet/gettransactioninfobyid", reference)
    except NodeUnavailable:
        if doubts:
            raise  # neither state answers
    return (shown.info(found, reference) if found else None), False, doubts


def _tip(talk: Talk) -> shown.Head | None:
    found = wish(talk, "/wallet/getnowblock", {}, cap=LARGE_BODY_CAP)
    try:
        return shown.head(found)
    except NodeMistaken:
        return None


def doubt_of_chain(network: Network, talk: Talk) -> str | None:
    """``None`` when the node's first block is the chain's, else a warning. Another block than the first tells nothing."""
    found = wish(talk, "/wallet/getblockbynum", {"num": 0})
    try:
        genesis = shown.block_id(found)
    except NodeMistaken:
        genesis = ""
    if not genesis.startswith(FIRST):
        return "chain_identity_not_visible"
    return None if genesis == network.params["genesis"] else "wrong_chain"


def _around(network: Network, talk: Talk, story: Shown, info: shown.Info) -> Shown:
    """``story`` with the block's hash and what the tokens that moved say of themselves."""
    block = _block(talk, info.height)
    if block is None:
        story = replace(story, doubts=(*story.doubts, "block_hash_not_visible"))
    elif block.time != info.time:
        raise NodeMistaken(f"{talk.node.label}: the block is of another time")
    facts = {name: tokens.unlike_native(network, _facts(talk, name)) for name in assets(story)[:MOST_ASSETS_ASKED]}
    return replace(story, block=block, facts=facts)


def _block(talk: Talk, height: int) -> shown.Head | None:
    """The block at ``height``: its header, or all of it from nodes that do not know the question for the header."""
    found = wish(talk, "/wallet/getblock", {"detail": False, "id_or_num": str(height)})
    found = found or wish(talk, "/wallet/getblockbynum", {"num": height}, cap=LARGE_BODY_CAP)
    return shown.head(found, height) if found else None


def _facts(talk: Talk, name: str) -> Facts:
    if name.startswith("trc10:"):
        return _trc10_facts(wish(talk, "/wallet/getassetissuebyid", {"value": name.removeprefix("trc10:")}))
    symbol = constant(talk, name, "symbol()")
    if symbol is None:
        return Facts()  # whoever does not answer this will not answer the next
    decimals = constant(talk, name, "decimals()")
    return Facts(tokens.symbol(symbol), tokens.decimals(decimals) if decimals else None)


def constant(talk: Talk, contract: str, function: str, parameter: str = "") -> bytes | None:
    """What a contract's read-only function answers, ``None`` when the node or the contract refuses."""
    question = {
        "contract_address": to_bytes(contract).hex(),
        "function_selector": function,
        "owner_address": ZERO.hex(),
    }
    if parameter:
        question["parameter"] = parameter
    found = wish(talk, "/wallet/triggerconstantcontract", question)
    answers, result = found.get("constant_result"), found.get("result")
    if not isinstance(result, dict) or result.get("result") is not True or "message" in result:
        return None
    if not isinstance(answers, list) or len(answers) != 1 or not isinstance(answers[0], str):
        return None
    try:
        return bytes.fromhex(answers[0])
    except ValueError:
        return None


def _trc10_facts(found: dict[str, Any]) -> Facts:
    abbreviation, precision = found.get("abbr"), found.get("precision", 0)
    try:
        symbol = tokens.short_name(bytes.fromhex(abbreviation)) if isinstance(abbreviation, str) else None
    except ValueError:
        symbol = None
    known = bool(found) and isinstance(precision, int) and not isinstance(precision, bool) and 0 <= precision <= 77
    return Facts(symbol, precision if known else None)


def _absent(network: Network, talk: Talk, story: Shown) -> Transaction:
    """``not_found`` from a node that would know: of this chain, in step with it and with its history."""
    if wish(talk, "/wallet/gettransactionfrompending", {"value": story.reference}).get("txID") == story.reference:
        return outside(network, story, Status.PENDING)
    why = _doubt(network, talk, story)
    if why is not None or story.doubts:
        return outside(network, story, Status.UNKNOWN, why)
    return outside(network, story, Status.NOT_FOUND)


def _doubt(network: Network, talk: Talk, story: Shown) -> str | None:
    """Why this node's silence proves nothing, ``None`` when it does."""
    if story.tip is None:
        return MISSING
    if (talk.now() - story.tip.time).total_seconds() > network.params["max_head_age"]:
        return "node_behind"
    early: Sequence[tuple[str, str]] = (
        ("/wallet/gettransactionbyid", "txID"),
        ("/wallet/gettransactioninfobyid", "id"),
    )
    known = network.params["history_tx"]
    if not all(wish(talk, path, {"value": known}).get(key) == known for path, key in early):
        return "history_not_visible"
    return None
