"""All talk with nodes: one pooled HTTP client, hard limits, strict answers, every answer kept word for word.

A :class:`Session` is one conversation with one node about one matter. It has a deadline for the whole of it, collects each
answer as an :class:`~chains.types.Answer`, and raises only :class:`NodeUnavailable` (no answer) or :class:`NodeMistaken`
(an answer that cannot be trusted). Neither its errors nor its answers carry the node's URL, only its label.
"""

from __future__ import annotations

import hashlib
import json
import re
import secrets
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import urlsplit, urlunsplit

from chains import standing, strict_json
from chains.encoding import plain
from chains.errors import NodeMistaken, NodeUnavailable
from chains.types import Answer, Node

if TYPE_CHECKING:
    import httpx

BODY_CAP = 2 * 1024 * 1024
"""Bytes an ordinary answer may have."""

LARGE_BODY_CAP = 16 * 1024 * 1024
"""Bytes an answer with receipts, traces or whole blocks may have."""

CONNECT_SECONDS = 3.0
READ_SECONDS = 10.0
TOTAL_SECONDS = 20.0
BACK_OFF_SECONDS = 0.5

PATIENCE = 3
"""Calls asked one by one of a node that has not answered any before it is given up."""

_NO_ENTRY = (401, 402, 403, 407)
_VERSION = re.compile(r"(/(?:api/)?v[0-9]{1,2})(?:/|$)")


@dataclass(frozen=True)
class Call:
    """One JSON-RPC call; ``params`` is a list, or a mapping for nodes with named parameters."""

    method: str
    params: Sequence[Any] | Mapping[str, Any] = ()


@dataclass(frozen=True)
class Outcome:
    """What a node answered to one call: ``result``, or the ``code`` and plain ``message`` of its error."""

    result: Any = None
    failed: bool = False
    code: int | None = None
    message: str = ""


@dataclass(frozen=True)
class Fetched:
    """A REST answer. ``value`` is the parsed JSON, ``None`` when a 4xx answer was not JSON; ``text`` the words."""

    status: int
    value: Any
    text: str


class _Dropped(NodeUnavailable):
    """The connection ended without an answer."""


class Talk(Protocol):
    """What a family needs of a conversation; a live :class:`Session` and a recorded one (``chains.redecode``) both fit."""

    node: Node

    def rpc(self, calls: Sequence[Call], *, cap: int = ..., depth: int = ...) -> list[Outcome]:
        """Ask all calls in one batch; outcomes in the order of the calls."""
        ...

    def get(self, path: str, *, cap: int = ..., depth: int = ..., as_text: bool = ...) -> Fetched:
        """Ask a REST path relative to the node's URL."""
        ...

    def post(self, path: str, value: Any, *, cap: int = ..., depth: int = ..., as_text: bool = ...) -> Fetched:
        """Ask a REST path that takes its question as a JSON body."""
        ...

    def now(self) -> datetime:
        """When this conversation takes place (aware UTC): the present, or when the record was made."""
        ...


class Session:
    """A conversation with one live node; not shared between threads."""

    def __init__(self, node: Node, *, deadline: float | None = None) -> None:
        """``deadline`` is in :func:`time.monotonic` seconds; without one, :data:`TOTAL_SECONDS` from now."""
        self.node = node
        self.answers: list[Answer] = []
        self._deadline = deadline if deadline is not None else time.monotonic() + TOTAL_SECONDS
        self._asked = self._heard = self._stumbled = self._refused = self._mistaken = False

    def note_mistake(self, trouble: str) -> None:
        """Note for :mod:`chains.standing` that an answer proved useless when it was read, unless the exchange was noted."""
        if not self._mistaken:
            self._mistaken = True
            standing.of(self.node).mumbled(plain(trouble, 120))

    def now(self) -> datetime:
        """The present, aware UTC."""
        return datetime.now(UTC)

    def rpc(self, calls: Sequence[Call], *, cap: int = BODY_CAP, depth: int = strict_json.DEEPEST) -> list[Outcome]:
        """Ask all calls in one JSON-RPC batch, or one by one where a node takes no batches.

        Raises when the batch as a whole was not honestly answered. Of calls asked one by one those that get no answer
        are failed outcomes, unless none gets any.
        """
        first = secrets.randbelow(2**31)
        frames = [
            {"jsonrpc": "2.0", "id": first + n, "method": call.method, "params": _plain_params(call.params)}
            for n, call in enumerate(calls)
        ]
        if len(frames) == 1:
            return match_batch([self._ask(frames[0], cap, depth)], first, 1, self.node.label)
        if standing.of(self.node).takes_batches():
            try:
                reply = self._ask(frames, cap, depth)
            except NodeUnavailable as trouble:
                if not (self._refused or isinstance(trouble, _Dropped)):
                    raise  # a server that stumbles over a list may just close the connection
            else:
                if not (isinstance(reply, dict) and reply.get("error")):
                    return match_batch(reply, first, len(calls), self.node.label)
        return self._singly(frames, first, cap, depth)

    def _singly(self, frames: Sequence[dict[str, Any]], first: int, cap: int, depth: int) -> list[Outcome]:
        """Each call in a request of its own, for nodes that take no batches."""
        outcomes: list[Outcome] = []
        trouble: NodeUnavailable | None = None
        for n, frame in enumerate(frames):
            try:
                outcomes += match_batch([self._ask(frame, cap, depth)], first + n, 1, self.node.label)
            except NodeUnavailable as error:
                given_up = not self._heard and n + 1 >= PATIENCE
                if given_up or not (self._refused or self._heard or isinstance(error, _Dropped)):
                    raise
                trouble = error
                outcomes.append(Outcome(failed=True, message="not answered"))
        if trouble is not None and all(outcome.message == "not answered" for outcome in outcomes):
            raise trouble
        standing.of(self.node).refused_a_batch()
        return outcomes

    def _ask(self, frames: Any, cap: int, depth: int) -> Any:
        """The parsed reply to one POST."""
        text = json.dumps(frames, separators=(",", ":"))
        status, body = self._exchange("POST", "", text, text, cap, len(frames) if isinstance(frames, list) else 1)
        if status in _NO_ENTRY or (status >= 400 and not body.lstrip().startswith((b"[", b"{"))):
            self._refused = True
            raise NodeUnavailable(f"{self.node.label}: HTTP {status}")
        return strict_json.parse(body, depth=depth)

    def get(
        self, path: str, *, cap: int = BODY_CAP, depth: int = strict_json.DEEPEST, as_text: bool = False
    ) -> Fetched:
        """Ask a REST path relative to the node's URL. A 4xx answer is returned, for families to judge."""
        status, body = self._exchange("GET", path, None, f"GET {path}", cap)
        return fetched(status, body, depth=depth, as_text=as_text, label=self.node.label)

    def post(
        self, path: str, value: Any, *, cap: int = BODY_CAP, depth: int = strict_json.DEEPEST, as_text: bool = False
    ) -> Fetched:
        """Ask a REST path with ``value`` as its JSON body (bytes go as they are). A 4xx answer is returned to be judged."""
        text = value.decode() if isinstance(value, bytes) else json.dumps(value, separators=(",", ":"), sort_keys=True)
        status, body = self._exchange("POST", path, text, f"POST {path} {text}", cap)
        return fetched(status, body, depth=depth, as_text=as_text, label=self.node.label)

    def _exchange(
        self, method: str, path: str, content: str | None, request: str, cap: int, weight: int = 1
    ) -> tuple[int, bytes]:
        """Status and body of one request, asked once more after a short rest when the node is overrun or stumbles.

        ``weight`` is how many calls the node will count. What happens is noted for :mod:`chains.standing`, which may hold the
        request back.
        """
        conduct = standing.of(self.node)
        self._refused = False
        for attempt in (1, 2):
            conduct.admit(weight, self._deadline, first=not self._asked)
            self._asked = True
            began = time.monotonic()
            try:
                status, body, rest = self._once(method, path, content, request, cap)
            except _Dropped as dropped:
                self._note_stumble(conduct, str(dropped))
                if attempt == 2:
                    self._refused = self._heard
                    raise
                continue  # a kept connection may have been closed just as it was used again
            except NodeUnavailable as trouble:
                self._note_stumble(conduct, str(trouble))
                raise
            except NodeMistaken as trouble:
                self._mistaken = True
                conduct.mumbled(str(trouble))
                raise
            overrun = status == 429 or status >= 500
            if not overrun or (status >= 500 and _looks_like_rpc(body)):
                self._heard = True
                conduct.answered(time.monotonic() - began)
                return status, body
            if status == 429:
                conduct.overrun(rest)
            else:
                self._note_stumble(conduct, f"HTTP {status}")
            if status == 501 or attempt == 2 or time.monotonic() + rest >= self._deadline:
                break
            time.sleep(rest)
        self._refused = status != 429
        raise NodeUnavailable(f"{self.node.label}: {'too many requests' if status == 429 else f'HTTP {status}'}")

    def _note_stumble(self, conduct: standing.Conduct, trouble: str) -> None:
        """A conversation counts against a node once, and only if it heard nothing at all: some questions nodes just refuse."""
        if self._heard or self._stumbled:
            conduct.mumbled(trouble)
        else:
            self._stumbled = True
            conduct.stumbled(trouble)

    def _once(self, method: str, path: str, content: str | None, request: str, cap: int) -> tuple[int, bytes, float]:
        import httpx

        from chains.http_client import client, deadline_of_thread

        label = self.node.label
        remaining = self._deadline - time.monotonic()
        if remaining <= 0:
            raise NodeUnavailable(f"{label}: out of time")
        headers = {"Accept": "application/json", "Accept-Encoding": "identity", **dict(self.node.headers)}
        if content is not None:
            headers["Content-Type"] = "application/json" if content[:1] in ("{", "[", '"') else "text/plain"
        limits = httpx.Timeout(min(READ_SECONDS, remaining), connect=min(CONNECT_SECONDS, remaining))
        try:
            with (
                deadline_of_thread(self._deadline),
                client(guarded=self.node.guarded).stream(
                    method,
                    _address_of(self.node.url, path),
                    content=content,
                    headers=headers,
                    timeout=limits,
                ) as response,
            ):
                body = self._body(response, cap)
                status, rest = response.status_code, _rest(response.headers.get("retry-after"))
        except httpx.TimeoutException:
            raise NodeUnavailable(f"{label}: timed out") from None  # the cause may show the URL
        except (httpx.RemoteProtocolError, httpx.ReadError, httpx.WriteError) as error:
            raise _Dropped(f"{label}: {_kind_of_trouble(error)}") from None
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, ValueError, OSError) as error:
            raise NodeUnavailable(f"{label}: {_kind_of_trouble(error)}") from None  # the cause may show the URL
        digest = hashlib.sha256(body).hexdigest()
        self.answers.append(Answer(label, request, body, digest, self.now(), status, self.node.interface))
        if 300 <= status < 400:
            raise NodeMistaken(f"{label}: redirects are not followed")
        if status < 400 and body.lstrip().startswith(b"<"):  # whatever kind it says it is: some servers name no other
            raise NodeMistaken(f"{label}: HTML instead of JSON")
        return status, body, rest

    def _body(self, response: httpx.Response, cap: int) -> bytes:
        encoding = response.headers.get("content-encoding", "identity").lower()
        if encoding not in ("", "identity"):
            raise NodeMistaken(f"{self.node.label}: compressed although plain was asked for")
        announced = response.headers.get("content-length", "")
        if announced.isdigit() and int(announced[:20]) > cap:
            raise NodeMistaken(f"{self.node.label}: answer too large")
        pieces: list[bytes] = []
        size = 0
        for piece in response.iter_raw():
            size += len(piece)
            if size > cap:
                raise NodeMistaken(f"{self.node.label}: answer too large")
            if time.monotonic() > self._deadline:
                raise NodeUnavailable(f"{self.node.label}: out of time")
            pieces.append(piece)
        return b"".join(pieces)


def match_batch(reply: Any, first: int, count: int, label: str) -> list[Outcome]:
    """Outcomes in the order asked. Raises :class:`NodeMistaken` unless each id is answered exactly once."""
    if not isinstance(reply, list) or len(reply) != count:
        raise NodeMistaken(f"{label}: not an answer to every call of the batch")
    by_id: dict[int, Outcome] = {}
    for member in reply:
        number = member.get("id") if isinstance(member, dict) else None
        if not isinstance(number, int) or isinstance(number, bool) or not first <= number < first + count:
            raise NodeMistaken(f"{label}: answer to something never asked")
        if number in by_id:
            raise NodeMistaken(f"{label}: one call answered twice")
        by_id[number] = _outcome(member, label)
    return [by_id[first + n] for n in range(count)]


def _outcome(member: dict[str, Any], label: str) -> Outcome:
    error = member.get("error")
    if error is None:
        if "result" not in member:
            raise NodeMistaken(f"{label}: neither result nor error")
        return Outcome(result=member["result"])
    if member.get("result") is not None:
        raise NodeMistaken(f"{label}: both result and error")
    details = error if isinstance(error, dict) else {"message": error}
    code = details.get("code")
    message = details.get("message")
    return Outcome(
        result=details.get("data"),
        failed=True,
        code=code if isinstance(code, int) else None,
        message=plain(message, 200) if isinstance(message, str) else "",
    )


def fetched(status: int, body: bytes, *, depth: int, as_text: bool, label: str) -> Fetched:
    """A GET's answer taken apart; raises :class:`NodeMistaken` when a successful one is not what was asked for."""
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise NodeMistaken(f"{label}: not UTF-8") from error
    if as_text:
        return Fetched(status, None, text)
    try:
        return Fetched(status, strict_json.parse(body, depth=depth), text)
    except NodeMistaken:
        if status >= 400:
            return Fetched(status, None, text)
        raise


def _address_of(url: str, path: str) -> str:
    """``path`` below ``url``, whose own query (a key, perhaps) stays.

    A version of the interface at the end of ``url`` (``…/api/v1``), as providers print it, is not said twice.
    """
    if not path:
        return url
    parts = urlsplit(url)
    below, _, query = path.partition("?")
    joined = "&".join(part for part in (parts.query, query) if part)
    root = parts.path.rstrip("/")
    version = _VERSION.match(below)
    if version:
        root = root.removesuffix(version[1])
    return urlunsplit((parts.scheme, parts.netloc, root + below, joined, ""))


def _plain_params(params: Sequence[Any] | Mapping[str, Any]) -> Any:
    return dict(params) if isinstance(params, Mapping) else list(params)


def _looks_like_rpc(body: bytes) -> bool:
    """Bitcoin Core answers errors with status 500 and a JSON-RPC body."""
    return body.lstrip().startswith((b"[", b"{")) and b'"error"' in body and b'"id"' in body


def _rest(retry_after: str | None) -> float:
    if retry_after is not None and retry_after.isdigit() and len(retry_after) < 6:
        return max(float(retry_after), 0.05)
    return BACK_OFF_SECONDS


def _kind_of_trouble(error: Exception) -> str:
    """``ConnectError`` as ``connect error``: the kind alone, because messages of HTTP libraries may show the URL."""
    return "".join(f" {c.lower()}" if c.isupper() else c for c in type(error).__name__).strip()
