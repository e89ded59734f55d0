"""Read stored answers again: a better decoder over old evidence, no node asked. Pure."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from chains import strict_json
from chains.agreement import Testimony, agree
from chains.errors import NodeMistaken, NodeUnavailable
from chains.families import family
from chains.transport import BODY_CAP, Call, Fetched, Outcome, fetched, match_batch
from chains.types import Answer, Network, Node, Transaction
from chains.verify import normalise, source_of


def read_again(network: Network, hash: str, answers: Sequence[Answer], *, asked: Sequence[str] = ()) -> Transaction:
    """The transaction as today's decoder reads it from ``answers``.

    ``asked`` are the labels of all nodes that were asked (``sources`` of the first reading names them): a node that left
    no answer still counts in the agreement. What today's decoder would ask and the record does not hold counts as refused
    by the node. Raises :class:`~chains.errors.NotAReference`.
    """
    reference = normalise(network, hash)
    by_node: dict[str, list[Answer]] = {label: [] for label in asked}
    for answer in answers:
        by_node.setdefault(answer.node, []).append(answer)
    told = []
    for label, said in by_node.items():
        talk = Recorded(label, said)
        try:
            reading = family(network.family).read(network, talk, reference)
            told.append(Testimony(source_of(label, said, reading.height), reading.transaction))
        except NodeUnavailable:
            told.append(Testimony(source_of(label, said, None), None, "node_unavailable"))
        except NodeMistaken:
            told.append(Testimony(source_of(label, said, None), None, "node_mistaken"))
        except (ArithmeticError, LookupError, TypeError, ValueError, RecursionError):  # as chains.verify takes it
            told.append(Testimony(source_of(label, said, None), None, "answer_not_understood"))
    return agree(network, reference, told)


class Recorded:
    """A conversation as it was recorded: the same questions get the same answers, others none."""

    def __init__(self, label: str, answers: Sequence[Answer]) -> None:
        interface = answers[0].interface if answers else None
        self.node = Node(label=label, url="", interface=interface)
        self._at = max((answer.at for answer in answers), default=datetime.fromtimestamp(0, UTC))
        self._rests: dict[str, Answer] = {}
        self._calls: dict[str, Outcome] = {}
        for answer in answers:
            if answer.request.startswith(("GET ", "POST ")):
                self._rests[answer.request] = answer
            else:
                self._calls.update(_outcomes(answer, label))

    def now(self) -> datetime:
        """When the last of the answers came."""
        return self._at

    def rpc(self, calls: Sequence[Call], *, cap: int = BODY_CAP, depth: int = strict_json.DEEPEST) -> list[Outcome]:
        """The recorded outcome of each call. Raises :class:`NodeUnavailable` when none of them is on record."""
        keys = [_key(call.method, call.params) for call in calls]
        if not any(key in self._calls for key in keys):
            raise NodeUnavailable(f"{self.node.label}: not on record")
        missing = Outcome(failed=True, message="not on record")
        return [self._calls.get(key, missing) for key in keys]

    def get(
        self, path: str, *, cap: int = BODY_CAP, depth: int = strict_json.DEEPEST, as_text: bool = False
    ) -> Fetched:
        """The recorded answer to ``path``. Raises :class:`NodeUnavailable` when there is none."""
        return self._rest(f"GET {path}", depth, as_text)

    def post(
        self, path: str, value: Any, *, cap: int = BODY_CAP, depth: int = strict_json.DEEPEST, as_text: bool = False
    ) -> Fetched:
        """The recorded answer to this question. Raises :class:`NodeUnavailable` when there is none."""
        text = json.dumps(value, separators=(",", ":"), sort_keys=True)
        return self._rest(f"POST {path} {text}", depth, as_text)

    def _rest(self, question: str, depth: int, as_text: bool) -> Fetched:
        answer = self._rests.get(question)
        if answer is None:
            raise NodeUnavailable(f"{self.node.label}: not on record")
        return fetched(answer.status, answer.body, depth=depth, as_text=as_text, label=self.node.label)


def _outcomes(answer: Answer, label: str) -> dict[str, Outcome]:
    """Outcome by question for one recorded batch; an answer that cannot be trusted tells nothing."""
    try:
        batch, reply = json.loads(answer.request), strict_json.parse(answer.body, depth=strict_json.DEEPEST_TRACE)
        if isinstance(batch, dict):  # the node takes no batches
            batch, reply = [batch], [reply]
        outcomes = match_batch(reply, batch[0]["id"], len(batch), label)
        return {_key(call["method"], call["params"]): outcome for call, outcome in zip(batch, outcomes, strict=True)}
    except (NodeMistaken, NodeUnavailable, ValueError, LookupError, TypeError):
        return {}


def _key(method: str, params: Any) -> str:
    plain = dict(params) if hasattr(params, "keys") else list(params)
    return json.dumps([method, plain], sort_keys=True)
