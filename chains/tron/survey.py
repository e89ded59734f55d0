"""What one node tells beyond the transaction. java-tron keeps no old states: what a log says arrived cannot be compared with what
was held before and after, and is not known.

One question at a time, for the interface takes no batches: where contracts stand, and what the tokens are like.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from chains import probes
from chains.encoding import keccak, plain
from chains.errors import NodeMistaken, NodeUnavailable
from chains.probes import Question, Replies, Trial
from chains.survey import SurveyOrder
from chains.surveyed import Survey, Traits
from chains.transport import LARGE_BODY_CAP, Talk
from chains.tron import tokens
from chains.tron.address import PREFIX, ZERO, check, to_bytes
from chains.tron.trongrid import ask, doubt_of_chain
from chains.types import Network, Transfer, TransferKind

MOST_CONTRACTS = 2
MOST_PLACES = 8
"""Tokens and addresses asked about; each question is a request of its own."""

TOO_MANY = "too_many_assets"
CODE_NOT_VISIBLE = "code_not_visible"
BALANCES_NOT_VISIBLE = "balances_not_visible"

NOBODY = bytes([PREFIX]) + keccak(b"the recipient of a transfer that is only tried")[12:]
_CALL = "/wallet/triggerconstantcontract"


@dataclass(frozen=True)
class _Ran:
    """One call that was tried: whether the contract refused it (``None``: the node does not say), its answer, its logs."""

    refused: bool | None
    data: bytes = b""
    logs: Any = None

    @property
    def reply(self) -> bytes | None:
        """As :mod:`chains.probes` has it."""
        return None if self.refused is None else b"" if self.refused else self.data


def survey_legs(network: Network, talk: Talk, order: SurveyOrder) -> Survey:
    """See :meth:`chains.families.Surveyor.survey_legs`."""
    if doubt_of_chain(network, talk) == "wrong_chain":
        raise NodeMistaken(f"{talk.node.label}: another chain")
    firsts: dict[str, Transfer] = {}
    for leg in order.legs:
        if leg.contract is not None and leg.recipient is not None:
            firsts.setdefault(leg.contract, leg)
    contracts = [name for name in firsts if check(name).valid]
    named = [*contracts[:MOST_CONTRACTS], *order.addresses, *(leg.recipient for leg in order.legs if leg.recipient)]
    places = [place for place in dict.fromkeys(named) if check(place).valid]
    code = {place: code_at(talk, place) for place in places[:MOST_PLACES]}
    code |= dict.fromkeys(places[MOST_PLACES:])
    traits = {name: _traits(network, talk, firsts[name], code[name]) for name in contracts[:MOST_CONTRACTS]}
    traits |= {name: _trc10(talk, name) for name in firsts if name.startswith("trc10:")}
    moved = {leg.position: None for leg in order.legs if leg.contract in contracts and leg.recipient}
    notes = [BALANCES_NOT_VISIBLE] if moved else []
    notes += [CODE_NOT_VISIBLE] if None in code.values() else []
    notes += [TOO_MANY] if len(contracts) > MOST_CONTRACTS else []
    shown = {place: None if found is None else bool(found) for place, found in code.items()}
    return Survey(moved, shown, traits, notes=tuple(notes))


def code_at(talk: Talk, place: str) -> bytes | None:
    """The code a contract was made from, ``b""`` where there is none, ``None`` when the node does not say."""
    try:
        found = ask(talk, "/wallet/getcontract", {"value": to_bytes(place).hex()}, cap=LARGE_BODY_CAP)
        if not found:
            return b""
        code = found.get("bytecode")
        if found.get("contract_address") != to_bytes(place).hex():
            return None
        return (
            bytes.fromhex(code) if isinstance(code, str) and code else b"\0"
        )  # a contract made by a contract shows none
    except (NodeUnavailable, NodeMistaken, ValueError):
        return None


def _traits(network: Network, talk: Talk, leg: Transfer, code: bytes | None) -> Traits:
    contract, holder = str(leg.contract), to_bytes(str(leg.recipient))
    if code == b"":
        return Traits(exists=False)
    asked = probes.questions(code, holder[1:].hex())
    replies = Replies({one: _run(talk, contract, ZERO, one).reply for one in asked})
    tried, amount = _trial(talk, leg, holder)
    # The commonest token of this chain answers false to a transfer it made.
    traits = probes.traits(replies, tried, amount, says_false_and_moves=True)
    if leg.kind is TransferKind.NFT and traits.fungible is None:
        traits = replace(traits, fungible=False)
    wrapped = network.params.get("wrapped_native")
    return replace(
        traits, exists=None if code is None else True, wrapped_native=None if wrapped is None else contract == wrapped
    )


def _trial(talk: Talk, leg: Transfer, holder: bytes) -> tuple[Trial, int]:
    """Moving the amount on, but no more than is there. What arrives is what the token's own logs of the trial tell."""
    contract = str(leg.contract)
    if leg.kind is TransferKind.NFT:
        return Trial(), 0
    held = _run(talk, contract, ZERO, Question("balanceOf(address)", holder[1:].hex().zfill(64))).reply
    amount = min(leg.amount, int.from_bytes(held, "big")) if held is not None and len(held) == 32 else leg.amount
    if not amount:
        return Trial(), 0
    arguments = f"{NOBODY[1:].hex():0>64}{amount:064x}"
    ran = _run(talk, contract, holder, Question("transfer(address,uint256)", arguments))
    try:
        arrived = None if ran.refused is not False else tokens.arriving(ran.logs, to_bytes(contract), NOBODY)
    except NodeMistaken:
        arrived = None
    return Trial(ran.refused, ran.data, arrived), amount


def _run(talk: Talk, contract: str, owner: bytes, question: Question) -> _Ran:
    asked = {
        "contract_address": to_bytes(contract).hex(),
        "function_selector": question.signature,
        "owner_address": owner.hex(),
    }
    if question.arguments:
        asked["parameter"] = question.arguments
    try:
        found = ask(talk, _CALL, asked)
    except (NodeUnavailable, NodeMistaken):
        return _Ran(None)
    result, answers = found.get("result"), found.get("constant_result")
    if not isinstance(result, dict) or result.get("result") is not True:
        return _Ran(None)
    if "message" in result:
        return _Ran(True if "time" not in _words(result["message"]) else None)  # out of time: that is the node's
    try:
        data = bytes.fromhex("".join(answers)) if isinstance(answers, list) and len(answers) < 2 else None
    except (TypeError, ValueError):
        data = None
    return _Ran(None) if data is None else _Ran(False, data, found.get("logs"))


def _words(message: Any) -> str:
    """A node's message, which it writes in hexadecimal."""
    try:
        return plain(bytes.fromhex(message).decode("utf-8", "replace"), 200).lower()
    except (TypeError, ValueError):
        return plain(message, 200).lower() if isinstance(message, str) else ""


def _trc10(talk: Talk, name: str) -> Traits:
    """The chain itself keeps these tokens: nobody can pause them or take a part."""
    try:
        found = ask(talk, "/wallet/getassetissuebyid", {"value": name.removeprefix("trc10:")})
    except (NodeUnavailable, NodeMistaken):
        return Traits()
    if not found:
        return Traits(exists=False)
    return Traits(
        exists=True,
        fungible=True,
        paused=False,
        holder_blocked=False,
        takes_fee=False,
        rebasing=False,
        wrapped_native=False,
    )
