"""What a whole run consists of: the services, the steps before the first page, and the programs."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import psycopg

from config.settings import Settings, make_secret_key
from recovery.embedded import anvil, binaries, places, postgres, schema, valkey
from recovery.embedded.process import Child, EmbeddedError, start

EVERYWHERE = {"0.0.0.0", "::"}  # noqa: S104 - the operator's choice, by RECOVERY_HOST
SLOWEST_STEP = 600  # seconds a migration or the sample world may take


@dataclass(frozen=True)
class SampleChain:
    """A chain of the sample world: its part, its state file, the variable its node goes by, its number, a port it would like."""

    part: str
    file: str
    variable: str
    chain_id: int
    first_port: int


SAMPLE_CHAINS = (
    SampleChain("anvil", "chain.json", "RECOVERY_NODES_LOCAL", anvil.CHAIN_ID, 8545),
    SampleChain("anvil-second", "chain-second.json", "RECOVERY_NODES_LOCAL_SECOND", anvil.CHAIN_ID + 1, 8595),
)
LEDGER_VARIABLE = "RECOVERY_NODES_LOCAL_STELLAR"


@dataclass(frozen=True)
class Part:
    """Something that runs until it is stopped. ``grace`` is how many seconds it gets to stop by itself."""

    name: str
    launch: Callable[[], Child]
    service: bool = False
    grace: float = 10


@dataclass
class Plan:
    """A run in ``home``. ``environment`` is what every program gets; starting services completes it."""

    home: Path
    environment: dict[str, str]
    host: str
    port: int
    door: socket.socket  # listens from now on; the web server serves it
    has_chain: bool = False
    own_chain: bool = False
    workers: int = 2
    notes: list[str] = field(default_factory=list)

    @classmethod
    def make(cls, home: Path, environ: Mapping[str, str]) -> Plan:
        """The plan for this environment, with a port that is free. Raises EmbeddedError."""
        host = environ.get("RECOVERY_HOST") or "127.0.0.1"
        wanted = environ.get("RECOVERY_PORT", "").strip()
        if wanted and not (wanted.isdigit() and 0 < int(wanted) < 65536):
            raise EmbeddedError("RECOVERY_PORT must be a port number")
        door = places.listen(host, int(wanted) if wanted else None)
        port = int(door.getsockname()[1])
        environment = dict(environ) | {"RECOVERY_HOME": str(home), "TZ": "UTC"}
        environment.setdefault("RECOVERY_BASE_URL", f"http://{host}:{port}")
        environment.setdefault("RECOVERY_SANDBOX", "1")
        environment.setdefault("RECOVERY_SECRET_KEY_FILE", str(make_secret_key(home)))
        return cls(home, environment, host, port, door, workers=_count(environ, "RECOVERY_WORKERS", 2))

    @property
    def url(self) -> str:
        """The address for people."""
        return self.environment["RECOVERY_BASE_URL"]

    @property
    def local_url(self) -> str:
        """The address by which programs on this machine reach the web server."""
        return f"http://{'127.0.0.1' if self.host in EVERYWHERE else self.host}:{self.port}"

    @property
    def chain_url(self) -> str:
        """The first node of the sample chain."""
        return _first_of(self.environment[SAMPLE_CHAINS[0].variable])

    @property
    def sandbox(self) -> bool:
        """Whether a sample world is wanted and its programs are here."""
        return self.environment["RECOVERY_SANDBOX"] not in {"", "0"} and find_spec("sandbox.world") is not None

    def services(self, say: Callable[[str], None]) -> Iterator[Part]:
        """The services that are not given by the environment; each is told of as it is asked for."""
        if not self.environment.get("RECOVERY_DATABASE_URL"):
            say("Starting PostgreSQL" if (self.home / "postgres.place").exists() else "Making the database")
            yield Part("PostgreSQL", self._postgres, service=True, grace=30)
        if not self.environment.get("RECOVERY_REDIS_URL"):
            say("Starting Valkey")
            yield Part("Valkey", self._valkey, service=True)
        if not self.sandbox:
            return
        if self.environment.get("RECOVERY_NODES_LOCAL"):
            self.has_chain = True
            return
        try:
            binaries.ensure("anvil", say)
        except EmbeddedError as problem:
            say(f"Going on without the sample chain: {problem}")
            return
        say("Starting the sample chains and the sample ledger")
        self.has_chain = self.own_chain = True
        for chain in SAMPLE_CHAINS:
            if not self.environment.get(chain.variable):
                yield Part(chain.part, partial(self._anvil, chain), service=True, grace=20)
        if not self.environment.get(LEDGER_VARIABLE):
            yield Part("ledger", self._ledger, service=True)

    def programs(self) -> Iterator[Part]:
        """The product's own programs, the web server first, and the sample world's signer."""
        recovery = [sys.executable, "-m", "recovery.cli"]
        gunicorn = [sys.executable, "-m", "gunicorn", "wsgi:app", "--bind", f"fd://{self.door.fileno()}"]
        gunicorn += ["--worker-class", "gthread", "--workers", "2", "--threads", "4", "--timeout", "60"]
        gunicorn += ["--graceful-timeout", "5", "--no-control-socket", "--preload"]
        if os.access("/dev/shm", os.W_OK):
            gunicorn += ["--worker-tmp-dir", "/dev/shm"]  # its heartbeat must not wait for a slow disk
        yield self._program("web", gunicorn, pass_fds=(self.door.fileno(),))
        for number in range(1, self.workers + 1):
            yield self._program(f"worker-{number}", [*recovery, "worker"])
        yield self._program("scheduler", [*recovery, "scheduler"])
        if self.has_chain:
            options = ["--home", str(self.home / "signer"), "--product", self.local_url, "--node", self.chain_url]
            yield self._program("signer", [sys.executable, "-m", "sandbox.signer", *options])

    def run_once(self, step: str) -> None:
        """Run ``migrate`` or ``world`` to its end. Raises EmbeddedError with what it said last."""
        commands = {
            "migrate": [sys.executable, "-m", "recovery.cli", "migrate"],
            "world": [sys.executable, "-m", "sandbox.world", "--out", str(self.home / "world"), "--load"],
        }
        command = commands[step]
        if step == "world":
            command += ["--node", self.chain_url, "--signer-home", str(self.home / "signer")]
            for option, variable in (("--second-node", SAMPLE_CHAINS[1].variable), ("--ledger", LEDGER_VARIABLE)):
                if urls := self.environment.get(variable):
                    command += [option, _first_of(urls)]
        child = start(step, command, log=self.home / "logs" / f"{step}.log", environment=self.environment)
        try:
            status = child.process.wait(SLOWEST_STEP)
        except subprocess.TimeoutExpired:
            status = -1
        finally:
            child.kill()
        if status:
            raise EmbeddedError(f"{step} failed:\n{child.last_lines()}")

    def schema_is_current(self) -> bool:
        """Whether there is nothing to migrate. Raises EmbeddedError when the database does not answer."""
        try:
            return schema.is_current(Settings.from_env(self.environment).database_url)
        except psycopg.OperationalError as problem:
            raise EmbeddedError(f"the database (RECOVERY_DATABASE_URL) does not answer: {problem}") from problem

    @property
    def first_world(self) -> bool:
        """Whether no sample world was made here yet."""
        return not (self.home / "world" / "world.json").exists()

    def check_settings(self) -> None:
        """Read the settings as every program will. Raises SettingsError."""
        Settings.from_env(self.environment)

    def welcome(self) -> str:
        """What a person needs to begin: the address, the sample sign-ins, how to stop."""
        lines = ["", f"  Open {self.url}", ""]
        world = self._world()
        if sign_ins := world.get("sign_ins"):
            widths = [max(len(entry[key]) for entry in sign_ins) for key in ("role", "email")]
            lines += ["  Sample sign-ins:"]
            for entry in sign_ins:
                lines.append(f"    {entry['role']:<{widths[0]}}  {entry['email']:<{widths[1]}}  {entry['password']}")
            lines += ["", *_samples(world), ""]
            lines += ["  Ask the sample chain yourself:"]
            lines += [f"    RECOVERY_NODES_LOCAL={self.chain_url} .venv/bin/recovery verify HASH --network local", ""]
        elif self.sandbox:
            lines += [
                "  No sample sign-ins, since there is no sample chain: set right what is named above and run it again,"
            ]
            lines += ["  or add people of your own: .venv/bin/recovery person add --help", ""]
        lines += [f"  Logs are in {self.home / 'logs'}. Ctrl-C stops everything; the data stay.", ""]
        return "\n".join(lines)

    def _world(self) -> dict[str, Any]:
        """What the sample world's file holds; nothing when there is none."""
        if not self.has_chain:
            return {}
        try:
            return dict(json.loads((self.home / "world" / "world.json").read_text()))
        except (OSError, ValueError):
            return {}

    def _postgres(self) -> Child:
        server = postgres.start_server(self.home)
        self.environment["RECOVERY_DATABASE_URL"] = server.url()
        return server.child

    def _valkey(self) -> Child:
        server = valkey.start_server(self.home)
        self.environment["RECOVERY_REDIS_URL"] = server.url
        return server.child

    def _anvil(self, chain: SampleChain) -> Child:
        port = self._port(chain.variable, chain.first_port)
        state = self.home / chain.file
        node = anvil.start(self.home, port=port, state=state, chain_id=chain.chain_id, name=chain.part)
        self.environment[chain.variable] = node.url
        return node.child

    def _ledger(self) -> Child:
        port = self._port(LEDGER_VARIABLE, 8645)
        command = [sys.executable, "-m", "sandbox.ledger_server"]
        command += ["--file", str(self.home / "ledger.json"), "--port", str(port)]
        self.environment[LEDGER_VARIABLE] = f"http://127.0.0.1:{port}"
        return start("ledger", command, log=self.home / "logs" / "ledger.log", environment=self.environment)

    def _port(self, variable: str, first: int) -> int:
        """A free port; the one from before when this run started it already, for its address must stay."""
        known = self.environment.get(variable)
        return int(known.rsplit(":", 1)[1]) if known else places.free_port(first)

    def _program(self, name: str, command: list[str], pass_fds: Sequence[int] = ()) -> Part:
        def launch() -> Child:
            log = self.home / "logs" / f"{name}.log"
            return start(name, command, log=log, environment=self.environment, pass_fds=pass_fds)

        return Part(name, launch)


def _first_of(urls: str) -> str:
    return urls.split(",", maxsplit=1)[0].strip()


def _count(environ: Mapping[str, str], name: str, default: int) -> int:
    text = environ.get(name, "").strip()
    if text and not (text.isdigit() and 0 < int(text) <= 64):
        raise EmbeddedError(f"{name} must be a number from 1 to 64")
    return int(text) if text else default


SAMPLES = (
    *("unlisted_token", "internal_native", "memo_typo", "wrong_network", "returned_withdrawal", "look_alike"),
    *("reverted", "confirming", "foreign_address", "credited"),
)
"""The kinds of lost deposits a newcomer is shown, one each."""


def _samples(world: Mapping[str, Any]) -> list[str]:
    """Hashes to paste as the first depositor."""
    account = world["sign_ins"][0]["account"]
    found: dict[str, str] = {}
    for deposit in world["deposits"]:
        if deposit["account"] == account and deposit["kind"] in SAMPLES:
            found.setdefault(deposit["kind"], deposit["hash"])
    width = max((len(kind) for kind in found), default=0)
    shown = [f"    {kind:<{width}}  {found[kind]}" for kind in SAMPLES if kind in found]
    return ["  Lost deposits to paste as the first depositor:", *shown]
