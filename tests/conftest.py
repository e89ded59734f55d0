"""What every test may ask for: a database of its own, a queue, live nodes and a browser.

One PostgreSQL server serves the whole run, over all workers; the process that pytest was started in starts and stops
it. Sockets lead to this machine only.
"""

from __future__ import annotations

import itertools
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from chains import standing
from recovery.embedded import (
    EmbeddedError,
    anvil as anvil_node,
    binaries,
    browser as chromium,
    litecoind as litecoin_node,
    postgres,
    schema,
    valkey,
)
from tests.prove.tally import Tally

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

ROOT = Path(__file__).resolve().parent.parent
TEMPLATE = "recovery_template"
IN_CI = os.environ.get("CI") == "true"
FREE_FOR_MEMORY_DISK = 1_000_000_000  # bytes
RECURSION_LIMIT = sys.getrecursionlimit()
LAST_WORDS = 1_500
LOCAL_HOSTS = {"127.0.0.1", "::1", "localhost", "0.0.0.0", ""}

_home = pytest.StashKey[Path]()
_broken: list[str] = []
_server = pytest.StashKey[postgres.Postgres]()


class OutsideConnection(AssertionError):
    """A test tried to reach another machine."""


def _only_this_machine(event: str, arguments: tuple[Any, ...]) -> None:
    """Audit hook: refuse to connect or to look a name up beyond this machine."""
    if event == "socket.connect" and isinstance(arguments[1], tuple):
        host = arguments[1][0]
    elif event == "socket.getaddrinfo":
        host = arguments[0]
    else:
        return
    name = host.decode() if isinstance(host, bytes) else str(host or "")
    if name not in LOCAL_HOSTS and not name.startswith("127."):
        raise OutsideConnection(f"a test tried to reach {name}")


def pytest_configure(config: pytest.Config) -> None:
    """Guard the sockets; in the controlling process also choose the folder of this run's services."""
    sys.addaudithook(_only_this_machine)
    if (program := binaries.find_anvil()) is not None:
        os.environ["RECOVERY_ANVIL"] = str(program)  # for the tests that start the sandbox's own
    if not hasattr(config, "workerinput"):
        config.stash[_home] = _new_home()
        config.pluginmanager.register(Tally())


def pytest_runtest_setup() -> None:
    """Undo what importing the sandbox's cryptography does: without a limit deep input ends the process, not the test.
    And let no node be judged by what another test's node on the same port did."""
    sys.setrecursionlimit(RECURSION_LIMIT)
    standing.forget()


def _new_home() -> Path:
    """A folder in memory when there is room: cloning a database is many times faster there."""
    memory = Path("/dev/shm")
    roomy = memory.is_dir() and os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > FREE_FOR_MEMORY_DISK
    return Path(tempfile.mkdtemp(prefix="recovery-test-", dir=memory if roomy else None))


def _start_postgres(config: pytest.Config) -> postgres.Postgres:
    """The run's server with the migrated template, started at the first call."""
    if _server not in config.stash:
        server = postgres.start_server(config.stash[_home], throw_away=True)
        config.stash[_server] = server
        url = server.create_database(TEMPLATE)
        schema.upgrade(url)
    return config.stash[_server]


def pytest_configure_node(node: Any) -> None:
    """A worker of xdist begins: tell it where the server is."""
    node.workerinput["home"] = str(node.config.stash[_home])
    node.workerinput["sockets"] = str(_start_postgres(node.config).sockets)


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Remember each failure: a run that breaks off prints no summary of its own."""
    if report.failed:
        _broken.append(f"{report.nodeid} ({report.when}): {str(report.longrepr)[-LAST_WORDS:]}")


def pytest_internalerror(excrepr: object) -> None:
    """Remember why the run, or a worker of it, broke off."""
    _broken.append(f"broke off: {str(excrepr)[-LAST_WORDS:]}")


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop what the controlling process started, leave no file, and say last what broke a run that has no summary."""
    if not hasattr(config, "workerinput") and any(line.startswith("broke off") for line in _broken):
        print("\nWhat failed before the run broke off:", *_broken, sep="\n\n", file=sys.stderr)
    server = config.stash.get(_server, None)
    if server is not None:
        server.stop()
    home = config.stash.get(_home, None)
    if home is not None:
        shutil.rmtree(home, ignore_errors=True)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Under continuous integration a skipped test is a failed one: there everything has to be installed."""
    report = yield
    if IN_CI and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"skipped, which continuous integration does not allow: {report.longrepr}"
    return report


@pytest.fixture(scope="session")
def service_home(request: pytest.FixtureRequest, worker_id: str) -> Path:
    """A folder for the services of this worker, removed after the run."""
    config = request.config
    root = Path(config.workerinput["home"]) if hasattr(config, "workerinput") else config.stash[_home]
    folder = root / worker_id
    folder.mkdir(exist_ok=True)
    return folder


@pytest.fixture(scope="session")
def database_server(request: pytest.FixtureRequest) -> postgres.Server:
    """The run's PostgreSQL server."""
    config = request.config
    if hasattr(config, "workerinput"):
        return postgres.Server(Path(config.workerinput["sockets"]))
    return _start_postgres(config)


_numbers = itertools.count()


@pytest.fixture
def database_url(database_server: postgres.Server, worker_id: str) -> Iterator[str]:
    """A fresh, migrated database for one test."""
    name = f"test_{worker_id}_{next(_numbers)}"
    yield database_server.create_database(name, TEMPLATE)
    database_server.drop_database(name)


@pytest.fixture(scope="module")
def module_database_url(database_server: postgres.Server, worker_id: str) -> Iterator[str]:
    """A fresh, migrated database that the tests of one module share."""
    name = f"module_{worker_id}_{next(_numbers)}"
    yield database_server.create_database(name, TEMPLATE)
    database_server.drop_database(name)


@pytest.fixture(scope="session")
def valkey_server(service_home: Path) -> Iterator[valkey.Valkey]:
    """The queue server of this worker."""
    server = valkey.start_server(service_home, throw_away=True)
    yield server
    server.stop()


@pytest.fixture
def redis_url(valkey_server: valkey.Valkey) -> str:
    """An empty queue for one test."""
    valkey.flush(valkey_server.socket)
    return valkey_server.url


@pytest.fixture(scope="module")
def start_anvil(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., anvil_node.Anvil]]:
    """Starts as many EVM chains as wanted (options as in ``recovery.embedded.anvil.start``)."""
    started: list[anvil_node.Anvil] = []

    def start(*options: str, **named: Any) -> anvil_node.Anvil:
        try:
            node = anvil_node.start(tmp_path_factory.mktemp("anvil"), options=options, **named)
        except EmbeddedError as missing:
            pytest.skip(str(missing))
        started.append(node)
        return node

    yield start
    for node in started:
        node.stop()


@pytest.fixture(scope="module")
def anvil(start_anvil: Callable[..., anvil_node.Anvil]) -> anvil_node.Anvil:
    """An EVM chain that mines each transaction at once."""
    return start_anvil()


@pytest.fixture(scope="module")
def litecoind(tmp_path_factory: pytest.TempPathFactory) -> Iterator[litecoin_node.Litecoind]:
    """A Litecoin regtest node with an empty chain."""
    try:
        node = litecoin_node.start(tmp_path_factory.mktemp("litecoind"))
    except EmbeddedError as missing:
        pytest.skip(str(missing))
    yield node
    node.stop()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A headless browser for the whole worker."""
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    try:
        options = chromium.launch_options()
    except EmbeddedError as missing:
        pytest.skip(str(missing))
    with playwright.sync_playwright() as engine:
        started = engine.chromium.launch(**options)
        yield started
        started.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page in a fresh profile; what the page's own scripts complain about fails the test."""
    context = browser.new_context(locale="en-GB", timezone_id="UTC")
    context.set_default_timeout(15_000)
    opened = context.new_page()
    problems: list[str] = []
    opened.on("pageerror", lambda error: problems.append(str(error)))
    yield opened
    context.close()
    assert not problems, problems
