"""The whole product, started the way a person starts it, with its sample world."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from recovery.embedded import binaries
from tests.journeys.behind import Behind
from tests.journeys.browsing import Cookies, Desk
from tests.journeys.people import Person
from tests.journeys.product import Product

ROOT = Path(__file__).resolve().parents[2]
READY_SECONDS = 120


@pytest.fixture(scope="session")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """``recovery run`` in an empty folder; stopped as Ctrl-C would. One for all journeys, since it takes a while to make."""
    if binaries.find_anvil() is None:
        pytest.skip("anvil is not installed")
    home = tmp_path_factory.mktemp("product") / "home"
    inherited = {key: value for key, value in os.environ.items() if not key.startswith("RECOVERY_")}
    environment = inherited | {"RECOVERY_HOME": str(home), "RECOVERY_TOOLS": str(binaries.tools_folder())}
    output = home.with_name("output")
    with output.open("wb") as sink:
        process = subprocess.Popen(
            [sys.executable, "-m", "recovery.cli", "run"], cwd=ROOT, env=environment, stdout=sink, stderr=sink
        )
    try:
        url = _address(process, output)
        yield Product(url, home, json.loads((home / "world" / "world.json").read_text()))
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(60)


def _address(process: subprocess.Popen[bytes], output: Path) -> str:
    until = time.monotonic() + READY_SECONDS
    while time.monotonic() < until:
        said = output.read_text()
        if "Logs are in" in said:
            return next(word for word in said.split() if word.startswith("http://"))
        assert process.poll() is None, said
        time.sleep(0.2)
    raise AssertionError(output.read_text())


@pytest.fixture(scope="session")
def cookies(product: Product, browser: Browser) -> Cookies:
    """Everybody's sign-in, for the whole session."""
    return Cookies(product, browser)


@pytest.fixture
def desk(product: Product, browser: Browser, cookies: Cookies) -> Iterator[Desk]:
    """Opens a browser of their own for anybody, signed in."""
    opened: dict[tuple[str, int], Page] = {}

    def page_of(role: str, number: int = 0, *, phone: bool = False) -> Page:
        if (role, number) not in opened:
            size = {"width": 390, "height": 844} if phone else {"width": 1280, "height": 900}
            context = browser.new_context(
                viewport=size, locale="en-GB", base_url=product.url, storage_state=cookies.of(role, number)
            )
            context.set_default_timeout(15_000)
            page = context.new_page()
            page.on("request", lambda request: _only_ourselves(product, request.url))
            page.goto("/")
            opened[role, number] = page
        return opened[role, number]

    yield page_of
    for (role, number), page in opened.items():
        cookies.keep(role, number, page)
        page.context.close()


def _only_ourselves(product: Product, url: str) -> None:
    assert url.startswith(product.url), f"the page asked another host: {url}"


@pytest.fixture
def person(product: Product) -> Iterator[Callable[..., Person]]:
    """Makes people with tokens."""
    with ExitStack() as stack:

        def make(role: str, number: int = 0) -> Person:
            made = Person(product, role, number)
            stack.callback(made.close)
            return made

        yield make


@pytest.fixture
def behind(product: Product) -> Iterator[Behind]:
    """The same product from behind its pages."""
    made = Behind.of(product)
    yield made
    made.database.close()
