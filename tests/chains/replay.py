"""Nodes that play a scene: a real HTTP server on loopback, with faults, and a conversation in process for many mutations."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from chains import strict_json
from chains.transport import BODY_CAP, Call, Fetched, Outcome, fetched, match_batch
from chains.types import Answer, Node
from tests.chains.scene import Answers, Asked, Told

Fault = Callable[[BaseHTTPRequestHandler, Asked, Told], None]
"""Takes the exchange over: is given the honest answer and writes whatever it likes."""


@contextmanager
def replayed(answers: Answers, *, interface: str | None = None, fault: Fault | None = None) -> Iterator[Node]:
    """A node on loopback that answers as ``answers`` says, for the time of a ``with``."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def _serve(self, method: str, body: Any) -> None:
            asked = Asked(method, self.path, body)
            told = answers(asked)
            try:
                (fault or honest)(self, asked, told)
            except OSError:
                self.close_connection = True  # the client had enough

        def do_GET(self) -> None:
            self._serve("GET", None)

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            plain = self.headers["Content-Type"] == "text/plain"
            self._serve("POST", body.decode() if plain else json.loads(body))

        def log_message(self, format: str, *args: Any) -> None:
            """Silence."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        port = server.server_address[1]
        yield Node(f"127.0.0.1:{port}", f"http://127.0.0.1:{port}", interface)
    finally:
        server.shutdown()
        server.server_close()


def honest(handler: BaseHTTPRequestHandler, asked: Asked, told: Told) -> None:
    """The answer as it is."""
    write(handler, told.content, status=told.status)


def write(
    handler: BaseHTTPRequestHandler,
    body: bytes,
    *,
    status: int = 200,
    kind: str = "application/json",
    headers: dict[str, str] | None = None,
) -> None:
    """A complete answer."""
    handler.send_response(status)
    handler.send_header("Content-Type", kind)
    handler.send_header("Content-Length", str(len(body)))
    for name, value in (headers or {}).items():
        handler.send_header(name, value)
    handler.end_headers()
    handler.wfile.write(body)


class Played:
    """A conversation in process (:class:`chains.transport.Talk`): no sockets, answers kept as a session keeps them."""

    def __init__(self, answers: Answers, *, interface: str | None = None, at: datetime | None = None) -> None:
        self.node = Node("played", "http://played.invalid", interface)
        self.answers: list[Answer] = []
        self._play = answers
        self._at = at

    def now(self) -> datetime:
        """The present, or the moment given."""
        return self._at or datetime.now(UTC)

    def _ask(self, asked: Asked, request: str) -> tuple[int, bytes]:
        told = self._play(asked)
        body = told.content
        digest = hashlib.sha256(body).hexdigest()
        self.answers.append(Answer(self.node.label, request, body, digest, self.now(), status=told.status))
        return told.status, body

    def rpc(self, calls: Sequence[Call], *, cap: int = BODY_CAP, depth: int = strict_json.DEEPEST) -> list[Outcome]:
        """All calls as one batch."""
        frames = [
            {"jsonrpc": "2.0", "id": n, "method": call.method, "params": _plain(call.params)}
            for n, call in enumerate(calls)
        ]
        _, body = self._ask(Asked("POST", "/", frames), json.dumps(frames))
        return match_batch(strict_json.parse(body, depth=depth), 0, len(calls), self.node.label)

    def get(
        self, path: str, *, cap: int = BODY_CAP, depth: int = strict_json.DEEPEST, as_text: bool = False
    ) -> Fetched:
        """One GET."""
        status, body = self._ask(Asked("GET", path), f"GET {path}")
        return fetched(status, body, depth=depth, as_text=as_text, label=self.node.label)

    def post(
        self, path: str, value: Any, *, cap: int = BODY_CAP, depth: int = strict_json.DEEPEST, as_text: bool = False
    ) -> Fetched:
        """One POST with a JSON body."""
        text = json.dumps(value, separators=(",", ":"), sort_keys=True)
        status, body = self._ask(Asked("POST", path, value), f"POST {path} {text}")
        return fetched(status, body, depth=depth, as_text=as_text, label=self.node.label)


def _plain(params: Any) -> Any:
    return dict(params) if hasattr(params, "keys") else list(params)
