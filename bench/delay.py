"""A node that is far away: passes requests on after the time of one round trip, and counts them."""

from __future__ import annotations

import socket
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx


class FarNode:
    """Stands before a node; each request takes ``seconds`` more, as if that were the round trip to it."""

    def __init__(self, target: str, seconds: float) -> None:
        self.requests = 0
        self.connections = 0
        client = httpx.Client(timeout=30, trust_env=False)
        far = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def setup(self) -> None:
                super().setup()
                self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                far.connections += 1

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                far.requests += 1
                begin = time.perf_counter()
                answer = client.post(target, content=body, headers={"Content-Type": "application/json"})
                # what the real node needs is taken off: the floor is the road alone, and so is this
                time.sleep(max(0.0, seconds - (time.perf_counter() - begin)))
                self.send_response(answer.status_code)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(answer.content)))
                self.end_headers()
                self.wfile.write(answer.content)

            def log_message(self, *_: Any) -> None:
                """Silent."""

        self._client = client
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Close everything."""
        self._server.shutdown()
        self._server.server_close()
        self._client.close()
