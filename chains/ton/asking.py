"""Questions to a server of toncenter's interface, wherever in its paths the version stands."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from chains.errors import NodeMistaken, NodeUnavailable
from chains.transport import LARGE_BODY_CAP, Talk

PREFIX = "/api/v3"
_DEPTH = 512


class Asking:
    """Questions below the node's URL, which may name the version of the interface itself, or be of a server that has none.

    ``told`` is what answers say beside what they were asked for: accounts the indexer knows, by address as it writes them.
    """

    def __init__(self, talk: Talk) -> None:
        self.talk = talk
        self.told: dict[str, Any] = {}
        self._prefix = "" if PREFIX in urlsplit(talk.node.url).path else PREFIX
        self._settled = self._prefix == ""

    def get(self, path: str) -> Any:
        """The answer as an object, ``None`` when the node refuses. Raises ``NodeUnavailable`` or ``NodeMistaken``.

        Until one question was answered each is asked in both forms. A recorded conversation has no URL: its questions show
        how they were written.
        """
        try:
            value = self._ask(self._prefix + path)
        except NodeUnavailable:
            if self._settled or self.talk.node.url:
                raise
            value = None
        if value is None and not self._settled:
            value = self._ask(path)
            if value is not None:
                self._prefix = ""
        self._settled = self._settled or value is not None
        if value is not None and isinstance(value.get("metadata"), dict):
            self.told.update(value["metadata"])
        return value

    def _ask(self, path: str) -> Any:
        fetched = self.talk.get(path, cap=LARGE_BODY_CAP, depth=_DEPTH)
        if fetched.status in (401, 402, 403):
            raise NodeUnavailable(f"{self.talk.node.label}: HTTP {fetched.status}")
        return fetched.value if fetched.status == 200 and isinstance(fetched.value, dict) else None

    def maybe(self, path: str) -> Any:
        """As :meth:`get`; ``None`` also where there is no answer to be had."""
        try:
            return self.get(path)
        except (NodeUnavailable, NodeMistaken):
            return None

    def method(self, account: str, name: str, stack: list[dict[str, str]]) -> list[Any] | None:
        """The stack a contract's get-method leaves, ``None`` when it fails or the node runs none."""
        question = {"address": account, "method": name, "stack": stack}
        try:
            fetched = self.talk.post(f"{self._prefix}/runGetMethod", question)
        except (NodeUnavailable, NodeMistaken):
            return None
        value = fetched.value
        if fetched.status != 200 or not isinstance(value, dict) or value.get("exit_code") not in (0, 1):
            return None
        left = value.get("stack")
        return left if isinstance(left, list) else None
