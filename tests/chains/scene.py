"""The form in which each family shows its conformance suite what its nodes say: scenes of an invented chain.

``tests/chains/<family>/scenes.py`` has ``scenes(network) -> list[Scene]``, built from the row alone (its ids, prefixes, sample
addresses), so that a new row of the family is tried in every scene without a line of Python. ``test_conformance.py`` plays
them: over HTTP, in process, mutated, and against each other.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Asked:
    """One HTTP request below the node's URL: ``path`` with its query, ``body`` the parsed JSON of a POST."""

    method: str
    path: str
    body: Any = None


@dataclass(frozen=True)
class Told:
    """One HTTP answer; ``text`` stands in for JSON where an interface answers in words."""

    value: Any = None
    status: int = 200
    text: str | None = None

    @property
    def content(self) -> bytes:
        """The bytes of the answer."""
        return (json.dumps(self.value) if self.text is None else self.text).encode()


Answers = Callable[[Asked], Told]


class RpcRefusal(Exception):
    """A JSON-RPC method is refused with this code and message."""

    def __init__(self, code: int = -32601, message: str = "the method does not exist") -> None:
        self.error = {"code": code, "message": message}
        super().__init__(message)


def json_rpc(result: Callable[[str, Any], Any]) -> Answers:
    """A node that answers JSON-RPC, single or in batches; ``result(method, params)`` may raise :class:`RpcRefusal`."""

    def answer(asked: Asked) -> Told:
        calls = asked.body if isinstance(asked.body, list) else [asked.body]
        reply = [_member(result, call) for call in calls]
        return Told(reply if isinstance(asked.body, list) else reply[0])

    return answer


def _member(result: Callable[[str, Any], Any], call: dict[str, Any]) -> dict[str, Any]:
    frame = {"jsonrpc": "2.0", "id": call["id"]}
    try:
        return frame | {"result": result(call["method"], call["params"])}
    except RpcRefusal as refusal:
        return frame | {"error": refusal.error}


REQUIRED = frozenset({"final", "pending", "failed", "not_found", "without_history", "wrong_chain", "lie"})
"""Scenes every family has, or says in ``LACKS`` why it cannot (name to reason).

``final``: a native transfer, final. ``pending``: the same, not yet final (or seen and in no block). ``failed``: it is on the
chain and failed. ``not_found``: a node that would know does not. ``without_history``: a node that does not find it and may
have forgotten. ``wrong_chain``: the node is of another chain. ``lie``: as ``final``, another amount. All of one reference.
Others as the family needs: ``token``, ``shallow``, ``reorganised``, …
"""

STATUS = {
    "final": "succeeded",
    "failed": "failed",
    "not_found": "not_found",
    "without_history": "unknown",
    "wrong_chain": "unknown",
}
"""What the suite demands of scenes of these names, besides what they expect themselves."""


@dataclass(frozen=True)
class Scene:
    """One state of the invented chain as one node shows it.

    ``expect`` holds members of the JSON form (CONTRACTS section 3), compared exactly; members left out are not looked at.
    """

    name: str
    reference: str
    answers: Answers
    expect: Mapping[str, Any] = field(default_factory=dict)
    interface: str | None = None
