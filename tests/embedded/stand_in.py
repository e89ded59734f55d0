"""``recovery run`` with programs of the test's own in place of the product's, for the tests of the supervisor."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator

from recovery.embedded import parts, supervisor

WEB = """
import http.server, socket, subprocess, sys
class Page(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200); self.end_headers(); self.wfile.write(b"ok")
    def log_message(self, *a): pass
helper = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(300)"], start_new_session=False)
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Page, bind_and_activate=False)
server.socket = socket.socket(fileno=int(sys.argv[1]))
server.serve_forever()
"""


def programs(plan: parts.Plan) -> Iterator[parts.Part]:
    """A web server that itself starts a helper, and one that dies at once."""
    door = plan.door.fileno()
    yield plan._program("web", [sys.executable, "-c", WEB, str(door)], pass_fds=(door,))
    yield plan._program("fragile", [sys.executable, "-c", "raise SystemExit(3)"])


def nothing(_plan: parts.Plan, _step: str) -> None:
    """No migration, no sample world."""


parts.Plan.programs = programs  # type: ignore[method-assign]
parts.Plan.schema_is_current = lambda _plan: True  # type: ignore[method-assign]
parts.Plan.run_once = nothing  # type: ignore[method-assign]

if __name__ == "__main__":
    sys.exit(supervisor.main(os.environ, stop_with_parent="--stop-with-parent" in sys.argv))
