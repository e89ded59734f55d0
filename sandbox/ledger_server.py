"""Serves the sample ledger on loopback, in the form of a Horizon.

    python -m sandbox.ledger_server --file FILE --port PORT

It answers ``/``, ``/ledgers/N``, ``/accounts/A``, ``/transactions/H`` with ``/operations`` and ``/effects`` (none), and takes
signed envelopes at ``POST /transactions`` (form field ``tx``).
"""

from __future__ import annotations

import argparse
import json
import re
import signal
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from sandbox.ledger import FIRST_LEDGER, PASSPHRASE, Ledger, Refused, lumens

LARGEST_BODY = 100_000
_MISSING: dict[str, Any] = {"title": "Resource Missing", "status": 404}

_PATHS = re.compile(
    r"/(?:ledgers/(?P<ledger>[0-9]{1,10})|accounts/(?P<account>G[A-Z2-7]{55})"
    r"|transactions/(?P<hash>[0-9a-f]{64})(?P<part>/operations|/effects)?)"
)


class Server(ThreadingHTTPServer):
    """One ledger behind one lock."""

    daemon_threads = True

    def __init__(self, address: tuple[str, int], ledger: Ledger) -> None:
        super().__init__(address, _Handler)
        self.ledger = ledger
        self.lock = threading.Lock()


class _Handler(BaseHTTPRequestHandler):
    server: Server
    protocol_version = "HTTP/1.1"
    timeout = 60

    def do_GET(self) -> None:
        with self.server.lock:
            status, body = answer(self.server.ledger, urlsplit(self.path).path)
        self._send(status, body)

    def do_POST(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        if urlsplit(self.path).path != "/transactions" or not 0 < length <= LARGEST_BODY:
            self.close_connection = True
            self._send(400, {"title": "Bad Request", "status": 400})
            return
        given = parse_qs(self.rfile.read(length).decode("ascii", "replace")).get("tx", [""])
        try:
            with self.server.lock:
                row = self.server.ledger.submit(given[0])
        except Refused as refused:
            codes = {"result_codes": {"transaction": refused.code}}
            self._send(400, {"title": "Transaction Failed", "status": 400, "extras": codes})
            return
        self._send(200, row)

    def _send(self, status: int, body: dict[str, Any]) -> None:
        content = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: Any) -> None:
        """Questions are not worth a line each."""


def answer(ledger: Ledger, path: str) -> tuple[int, dict[str, Any]]:
    """What Horizon answers at a path: the status and the object."""
    if path == "/":
        tip = ledger.tip()
        return 200, {
            "network_passphrase": PASSPHRASE,
            "history_latest_ledger": tip,
            "history_latest_ledger_closed_at": ledger.closed_at(tip),
            "history_elder_ledger": FIRST_LEDGER,
        }
    asked = _PATHS.fullmatch(path)
    found: dict[str, Any] | None = None
    if asked and asked["ledger"]:
        found = _ledger(ledger, int(asked["ledger"]))
    elif asked and asked["account"]:
        found = _account(ledger, asked["account"])
    elif asked and asked["part"]:
        rows = ledger.operations(asked["hash"])
        found = None if rows is None else {"_embedded": {"records": rows if asked["part"] == "/operations" else []}}
    elif asked:
        found = ledger.transaction(asked["hash"])
    return (404, _MISSING) if found is None else (200, found)


def _ledger(ledger: Ledger, number: int) -> dict[str, Any] | None:
    if not FIRST_LEDGER <= number <= ledger.tip():
        return None
    return {"sequence": number, "hash": ledger.ledger_hash(number), "closed_at": ledger.closed_at(number)}


def _account(ledger: Ledger, address: str) -> dict[str, Any] | None:
    held = ledger.account(address)
    if held is None:
        return None
    balances = [{"asset_type": "native", "balance": lumens(held["stroops"])}]
    return {"account_id": address, "sequence": str(held["sequence"]), "balances": balances}


def main(argv: list[str] | None = None) -> int:
    """Serve until told to stop."""
    parser = argparse.ArgumentParser(prog="python -m sandbox.ledger_server", description="Serves the sample ledger.")
    parser.add_argument("--file", required=True, type=Path, help="where the ledger is kept")
    parser.add_argument("--port", required=True, type=int, help="the port on loopback")
    given = parser.parse_args(argv)
    server = Server(("127.0.0.1", given.port), Ledger(given.file))
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: threading.Thread(target=server.shutdown).start())
    server.serve_forever(poll_interval=0.2)
    server.server_close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
