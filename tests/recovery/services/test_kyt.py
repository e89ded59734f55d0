"""A screening tool as it really is: down, slow, dripping, garbled, enormous. Never clear by accident."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from config.settings import Settings, SettingsError
from recovery.domain.screening import DESTINATION, SOURCE, Question, Subject, Verdict
from recovery.services import kyt
from recovery.services.kyt import Tool

SENDER = "0x000000000000000000000000000000000000dEaD"
QUESTION = Question(Subject("ethereum", SENDER, SOURCE), "eip155:1/slip44:60", 10**30, "R-1")
FINE = {"verdict": "clear", "reasons": [], "id": "a-1"}
Reply = Callable[[BaseHTTPRequestHandler], None]


@contextmanager
def tool(reply: Reply, *, seconds: float = 5.0) -> Iterator[tuple[Tool, list[dict[str, Any]]]]:
    """A tool on a loopback port, and what it was asked."""
    asked: list[dict[str, Any]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            asked.append({"path": self.path, "headers": dict(self.headers), "body": json.loads(body)})
            try:
                reply(self)
            except OSError:  # whoever asked has gone
                self.close_connection = True

        def log_message(self, *_: Any) -> None:
            """Silent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield Tool(f"http://127.0.0.1:{server.server_port}/screen", "X-Key", "s3cret", seconds), asked
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def send(body: bytes, status: int = 200, **headers: str) -> Reply:
    def reply(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()
        handler.wfile.write(body)

    return reply


def test_the_request_and_the_answer_are_as_documented() -> None:
    body = json.dumps({"verdict": "hold", "reasons": ["mixer"], "id": "a-1"}).encode()
    with tool(send(body)) as (made, asked):
        answer = kyt.ask(made, QUESTION)
        out = Question(Subject("ethereum", SENDER, DESTINATION), "a", 1, "R-2")
        kyt.ask(made, out)
    assert (answer.verdict, answer.reasons, answer.body, answer.provider) == (Verdict.HOLD, ("mixer",), body, "http")
    assert asked[0]["body"] == {
        "network": "ethereum",
        "address": SENDER,
        "asset": "eip155:1/slip44:60",
        "amount": str(10**30),
        "direction": "in",
        "reference": "R-1",
    }
    assert asked[0]["headers"]["X-Key"] == "s3cret"
    assert asked[1]["body"]["direction"] == "out"


def test_clear_is_understood() -> None:
    with tool(send(json.dumps(FINE).encode())) as (made, _):
        assert kyt.ask(made, QUESTION).verdict is Verdict.CLEAR


def drip(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    for _ in range(1000):
        handler.wfile.write(b" ")
        handler.wfile.flush()
        time.sleep(0.05)


def hang(_: BaseHTTPRequestHandler) -> None:
    time.sleep(3)


def cut(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    handler.wfile.write(json.dumps(FINE).encode())
    handler.close_connection = True


def endless(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.end_headers()
    for _ in range(100_000):
        handler.wfile.write(b"[" * 10_000)


@pytest.mark.parametrize(
    ("reply", "why"),
    [
        (send(json.dumps(FINE).encode(), 500), "status_is_not_200"),
        (send(json.dumps(FINE).encode(), 202), "status_is_not_200"),
        (send(b"", 302, Location="/elsewhere"), "status_is_not_200"),
        (send(b"clear"), "answer_is_no_json"),
        (send(b"<html>"), "answer_is_no_json"),
        (send(b""), "answer_is_no_json"),
        (send(json.dumps(FINE | {"verdict": "ok"}).encode()), "verdict_is_unknown"),
        (send(json.dumps(FINE).encode().replace(b"[]", b"{}")), "answer_is_malformed"),
        (hang, "no_answer"),
        (drip, "no_answer"),
        (cut, "no_answer"),
        (endless, "answer_too_large"),
    ],
)
def test_whatever_goes_wrong_is_unknown(reply: Reply, why: str) -> None:
    began = time.monotonic()
    with tool(reply, seconds=0.5) as (made, asked):
        answer = kyt.ask(made, QUESTION)
        assert time.monotonic() - began < 2
    assert (answer.verdict, answer.reasons) == (Verdict.UNKNOWN, (why,))
    assert len(asked) == 1  # a redirect is not followed, and the job is what tries again
    assert answer.body is None or len(answer.body) <= 64 * 1024


def test_nobody_there_is_unknown() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    answer = kyt.ask(Tool(f"http://127.0.0.1:{port}/", "Authorization", "", 1.0), QUESTION)
    assert (answer.verdict, answer.body) == (Verdict.UNKNOWN, None)


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:99999/", "http://127.0.0.1:-1/", "http://", "http://127.0.0.1:1\x00/"]
)
def test_an_address_that_is_none_is_unknown(url: str) -> None:
    assert kyt.ask(Tool(url, "Authorization", "", 1.0), QUESTION).verdict is Verdict.UNKNOWN


def test_all_questions_together_end_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kyt, "LONGEST_ASKING", 0.2)
    with tool(hang, seconds=0.3) as (made, asked):
        answers = kyt.ask_all(made, [QUESTION] * 5)
    assert [answer.verdict for answer in answers] == [Verdict.UNKNOWN] * 5
    assert len(asked) == 1


def test_settings_name_the_tool_and_never_show_its_token(tmp_path: Path) -> None:
    env = {
        "RECOVERY_HOME": str(tmp_path),
        "RECOVERY_SCREENING_URL": "http://127.0.0.1:9/screen?key=s3cret",
        "RECOVERY_SCREENING_TOKEN": "Bearer s3cret",
        "RECOVERY_SCREENING_TIMEOUT": "3",
    }
    settings = Settings.from_env(env, services=False)
    assert kyt.tool_of(settings) == Tool(env["RECOVERY_SCREENING_URL"], "Authorization", "Bearer s3cret", 3)
    assert "s3cret" not in repr(settings) + repr(kyt.tool_of(settings))
    assert kyt.tool_of(Settings.from_env({"RECOVERY_HOME": str(tmp_path)}, services=False)) is None
    for name, value in (("URL", "ftp://x"), ("TOKEN", "a\nb: c"), ("TIMEOUT", "0")):
        with pytest.raises(SettingsError, match=f"RECOVERY_SCREENING_{name}"):
            Settings.from_env(env | {f"RECOVERY_SCREENING_{name}": value}, services=False)
