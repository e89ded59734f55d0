"""A tiny stand-in for the product: the three calls the signer makes, over real HTTP, with hooks to fail at them."""

from __future__ import annotations

import copy
import json
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from eth_utils.crypto import keccak

TOKEN = "token-of-the-double"


class ProductDouble:
    """Holds plans and records what is handed in.

    ``before_recording`` and ``after_recording`` run inside the request; when one returns ``False`` nothing is answered.
    """

    def __init__(self) -> None:
        self.plans: dict[str, dict[str, Any]] = {}
        self.handed_in: list[tuple[str, str, list[str]]] = []
        self.before_recording: Callable[[], bool] = lambda: True
        self.after_recording: Callable[[], bool] = lambda: True
        double = self

        class Handler(BaseHTTPRequestHandler):
            def log_message(self, format: str, *args: Any) -> None:
                """Silence: the test's output is the signer's."""

            def do_GET(self) -> None:
                if self.path == "/api/v1/plans?state=released":
                    self.answer(200, {"items": double.released(), "next": None})
                else:
                    self.answer(200, double.plans[self.path.rsplit("/", 1)[1]])

            def do_POST(self) -> None:
                raws = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["transactions"]
                plan_id = self.path.split("/")[-2]
                double.handed_in.append((plan_id, self.headers["Idempotency-Key"], raws))
                if not double.before_recording():
                    return
                double.record(plan_id, raws)
                if double.after_recording():
                    self.answer(200, double.plans[plan_id])

            def answer(self, status: int, value: Any) -> None:
                if self.headers["Authorization"] != f"Bearer {TOKEN}":
                    status, value = 401, {"code": "unauthenticated", "title": "No token"}
                body = json.dumps(value).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05})
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def add(self, plan: dict[str, Any]) -> str:
        self.plans[plan["id"]] = copy.deepcopy(plan)
        return str(plan["id"])

    def released(self) -> list[dict[str, Any]]:
        return [plan for plan in self.plans.values() if plan["state"] == "released"]

    def record(self, plan_id: str, raws: list[str]) -> None:
        plan = self.plans[plan_id]
        for step, raw in zip(plan["steps"], raws, strict=True):
            step["hash"] = "0x" + keccak(hexstr=raw).hex()
        plan["state"] = "recorded"

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
