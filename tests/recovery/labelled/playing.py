"""Nodes in process for whole diagnoses: the transaction by the real decoder, the agreement of several, the survey.

The same steps as over sockets (:func:`chains.verify.verify`, :func:`chains.survey.survey`), without the sockets.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from chains.agreement import Testimony, agree, unknown
from chains.errors import NodeUnavailable
from chains.families import family
from chains.survey import SurveyOrder, survey_again
from chains.surveyed import Survey
from chains.types import Network, Node, Transaction
from chains.verify import testimony
from tests.chains.replay import Played
from tests.chains.scene import Answers, Asked, RpcRefusal, Told


@dataclass(frozen=True)
class Plays:
    """One node: what it answers, and in which interface."""

    answers: Answers
    interface: str | None = None


class Voice(Played):
    """A conversation of :class:`Plays`, with what a session has beside."""

    def __init__(self, plays: Plays, label: str) -> None:
        super().__init__(plays.answers, interface=plays.interface)
        url = f"http://{label}-{id(plays.answers)}.invalid"  # of its own: clients remember what a node offers
        self.node = Node(label, url, plays.interface)

    def note_mistake(self, trouble: str) -> None:
        """Nobody keeps figures here."""


def silence(asked: Asked) -> Told:
    """A node that does not answer."""
    raise NodeUnavailable(f"played: {asked.path}")


SILENT = Plays(silence)


def read(network: Network, nodes: Sequence[Plays], reference: str) -> Transaction:
    """What the nodes together show."""
    told: list[Testimony] = []
    for place, plays in enumerate(nodes):
        told.append(testimony(family(network.family), network, Voice(plays, f"node-{place}"), reference))  # type: ignore[arg-type]
    return agree(network, reference, told) if told else unknown(network, reference, ["no_node"])


def look(network: Network, nodes: Sequence[Plays], order: SurveyOrder) -> Survey:
    """What the nodes together tell beyond it."""
    return survey_again(network, order, [Voice(plays, f"node-{place}") for place, plays in enumerate(nodes)])


BALANCE_OF, TRANSFER_CALL, OWNER_OF, BALANCE_OF_ID = "0x70a08231", "0xa9059cbb", "0x6352211e", "0x00fdd58e"
NAMES = ("0x313ce567", "0x95d89b41", "0x06fdde03")
HELD_BEFORE = 7
REVERTED = RpcRefusal(3, "execution reverted")
PRUNED = RpcRefusal(-32000, "missing trie node 53c1 (path ) state is not available")


@dataclass(frozen=True)
class Token:
    """How a token of an EVM scene behaves when it is probed: what ``arrived``, ``None`` on a node without old states.

    ``words`` are answers of its functions by selector.
    """

    arrived: int | None
    words: Mapping[str, str] | None = None
    returns: str | None = "0x" + f"{1:064x}"


def with_states(plays: Plays, height: int, token: Token) -> Plays:
    """An EVM node that also shows what the recipient of its token held before the block and after."""
    before, after = hex(height - 1), hex(height)

    def call(params: Sequence[Any]) -> Any:
        data, block = params[0]["data"], params[1]
        if data[:10] in (BALANCE_OF, BALANCE_OF_ID):
            if token.arrived is None and block != "latest":
                raise PRUNED
            arrived = token.arrived or 0
            return f"0x{HELD_BEFORE + (0 if block == before else arrived):064x}"
        if data[:10] == OWNER_OF:
            raise REVERTED
        if data[:10] == TRANSFER_CALL:
            if token.returns is None:
                raise REVERTED
            return token.returns
        said = (token.words or {}).get(data[:10])
        if said is None:
            raise REVERTED
        return said

    def answer_one(frame: Mapping[str, Any]) -> Any:
        method, params = frame["method"], frame["params"]
        head = {"jsonrpc": "2.0", "id": frame["id"]}
        if method == "eth_call" and params[0]["data"] in NAMES:
            return plays.answers(Asked("POST", "/", frame)).value
        try:
            if method == "eth_call":
                return head | {"result": call(params)}
            if method == "eth_getCode":
                return head | {"result": "0x6080" if token.words is not None or params else "0x"}
            if method == "eth_getStorageAt":
                return head | {"result": "0x" + "0" * 64}
            if method == "eth_getLogs":
                return head | {"result": _logs(plays, frame["id"], params[0], after)}
        except RpcRefusal as refusal:
            return head | {"error": refusal.error}
        return plays.answers(Asked("POST", "/", frame)).value

    def answers(asked: Asked) -> Told:
        if isinstance(asked.body, list):
            return Told([answer_one(frame) for frame in asked.body])
        return Told(answer_one(asked.body))

    return Plays(answers, plays.interface)


def _logs(plays: Plays, number: Any, wanted: Mapping[str, Any], height: str) -> Any:
    """The logs of the block: those of the receipt."""
    from tests.chains.evm.scenes import HASH

    frame = {"jsonrpc": "2.0", "id": number, "method": "eth_getTransactionReceipt", "params": [HASH]}
    receipt = plays.answers(Asked("POST", "/", frame)).value.get("result")
    contracts = {one.lower() for one in wanted["address"]}
    return [log | {"blockNumber": height} for log in (receipt or {"logs": []})["logs"] if log["address"] in contracts]


Wrap = Callable[[Plays], Plays]
