"""The stage of the black-box scenarios: nodes on loopback, registries as CSV files, and the two commands."""

from __future__ import annotations

import contextlib
import csv
import io
import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from recovery.cli import main
from tests.chains.scene import Answers, Asked, Told
from tests.recovery.cli.fake_evm import Chain, Node, address

COLUMNS = {
    "addresses": "network,address,memo,account,kind,valid_from,valid_until,custody,factory,salt,label",
    "assets": "network,contract,symbol,decimals,state,deposits_from,minimum,superseded_by",
    "credits": "network,hash,position,account,contract,amount,credited_at",
    "withdrawals": "network,hash,account,contract,amount,destination,memo,sent_at",
    "labels": "network,address,platform,kind",
    "accounts": "account,state,locale,security_changed_at",
}
ALICE, BOB, HOT, COLD, GAS, STRANGER = (address(n) for n in ("alice's", "bob's", "hot", "cold", "gas", "a stranger"))
BOBS_NAME = "customer-bob-7781"
ALICES_NAME = "customer-alice-1204"
USDT = "0xdAC17F958D2ee523a2206206994597C13D831ec7"


def ago(days: float) -> datetime:
    """A moment of the past."""
    return datetime.now(UTC) - timedelta(days=days)


def iso(moment: datetime) -> str:
    """As a CSV has it."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


class House:
    """One HTTP server with any number of nodes, each under a path of its own."""

    def __init__(self) -> None:
        self._nodes: dict[str, Answers | Node] = {}
        house = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def _serve(self, method: str, body: Any) -> None:
                _, name, *rest = self.path.split("/", 2)
                told = house.ask(name, Asked(method, "/" + "".join(rest), body))
                self.send_response(told.status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(told.content)))
                self.end_headers()
                self.wfile.write(told.content)

            def do_GET(self) -> None:
                self._serve("GET", None)

            def do_POST(self) -> None:
                self._serve("POST", json.loads(self.rfile.read(int(self.headers["Content-Length"]))))

            def log_message(self, format: str, *args: Any) -> None:
                """Silence."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def ask(self, name: str, asked: Asked) -> Told:
        """What the node of this name says."""
        node = self._nodes[name]
        if isinstance(node, Node):
            return Told("down", status=503) if node.down else Told(node.answer(asked.body))
        return node(asked)

    def open(self, node: Answers | Node) -> str:
        """A URL under which ``node`` answers."""
        if isinstance(node, Node) and node.down:
            return "http://127.0.0.1:9"  # nobody listens there: refused at once
        name = f"n{len(self._nodes)}"
        self._nodes[name] = node
        return f"http://127.0.0.1:{self._server.server_address[1]}/{name}"

    def close(self) -> None:
        """End it."""
        self._server.shutdown()
        self._server.server_close()


@dataclass
class Verdict:
    """What the command answered."""

    status: int
    answer: dict[str, Any]
    text: str


@dataclass
class Stage:
    """One scenario: what nodes there are, what the books hold, what is asked."""

    house: House
    folder: Path
    nodes: dict[str, list[str]] = field(default_factory=dict)
    books: dict[str, list[dict[str, Any]]] = field(default_factory=lambda: {kind: [] for kind in COLUMNS})
    reference: str = ""
    network: str = "ethereum"
    account: str | None = ALICES_NAME
    more: tuple[str, ...] = ()

    def chain(self, slug: str, *kinds: dict[str, Any], **how: Any) -> Chain:
        """An EVM chain with a node for each of ``kinds`` (one of kind ``how`` when there are none)."""
        chain = Chain(slug)
        for kind in kinds or (how,):
            self.node(slug, Node(chain, **kind))
        return chain

    def node(self, slug: str, node: Answers | Node) -> None:
        """One more node of a network."""
        self.nodes.setdefault(slug, []).append(self.house.open(node))

    def add(self, registry: str, /, **row: Any) -> None:
        """A row of a registry; what is left out is empty."""
        self.books[registry].append({name: row.pop(name, "") for name in COLUMNS[registry].split(",")})
        assert not row, row

    def own(self, slug: str, where: str, account: str = ALICES_NAME, **row: Any) -> None:
        """An address in the book."""
        self.add("addresses", network=slug, address=where, account=account,
                 **({"kind": "deposit", "custody": "key"} | row))  # fmt: skip

    def list(self, slug: str, contract: str, symbol: str, decimals: int = 6, **row: Any) -> None:
        """An asset."""
        self.add("assets", network=slug, contract=contract, symbol=symbol, decimals=str(decimals),
                 **({"state": "listed"} | row))  # fmt: skip

    def import_all(self, call: Callable[..., tuple[int, str]]) -> None:
        """Load the registries."""
        for kind, rows in self.books.items():
            if not rows:
                continue
            file = self.folder / f"{kind}.csv"
            with file.open("w", newline="", encoding="utf-8") as handle:
                writer = csv.DictWriter(handle, COLUMNS[kind].split(","))
                writer.writeheader()
                writer.writerows(rows)
            status, text = call("import", kind, str(file), "--json")
            assert status == 0, text

    def asked(self) -> list[str]:
        """The arguments of the command."""
        who = [] if self.account is None else ["--account", self.account]
        return ["diagnose", self.reference, "--network", self.network, *who, *self.more, "--json"]

    def environment(self) -> dict[str, str]:
        """Where the nodes are."""
        return {f"RECOVERY_NODES_{slug.upper().replace('-', '_')}": ",".join(urls) for slug, urls in self.nodes.items()}


def in_process(*arguments: str) -> tuple[int, str]:
    """The command in this process; exit status and standard output."""
    told = io.StringIO()
    with contextlib.redirect_stdout(told), contextlib.redirect_stderr(io.StringIO()):
        status = main(arguments)
    return status, told.getvalue()


@contextlib.contextmanager
def house() -> Iterator[House]:
    """A server for the time of a ``with``."""
    made = House()
    try:
        yield made
    finally:
        made.close()
