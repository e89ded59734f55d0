"""What people do in a browser, in a test's words."""

from __future__ import annotations

import os
from collections.abc import Callable

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, StorageState, expect

from tests.journeys.product import Product

SLOW = 45_000  # milliseconds: the sample chain makes a block every second or two, and three make it final

Desk = Callable[..., Page]

PICTURES = os.environ.get("RECOVERY_PICTURES")
"""A folder for the pictures of the README (``make pictures``)."""


def picture(page: Page, name: str, *, dark: bool = False) -> None:
    """Keep what the page looks like now, when pictures are wanted."""
    if PICTURES:
        page.emulate_media(color_scheme="dark" if dark else "light")
        page.screenshot(path=f"{PICTURES}/{name}.png", animations="disabled")
        page.emulate_media(color_scheme="light")


class Cookies:
    """The cookies of everybody's sign-in. Each person signs in once, because the product counts how often one does."""

    def __init__(self, product: Product, browser: Browser) -> None:
        self._product = product
        self._browser = browser
        self._known: dict[tuple[str, int], StorageState] = {}

    def of(self, role: str, number: int = 0) -> StorageState:
        """The cookies of the ``number``-th sign-in of a role."""
        if (role, number) not in self._known:
            self._known[role, number] = self._sign_in(role, number)
        return self._known[role, number]

    def keep(self, role: str, number: int, page: Page) -> None:
        """Those that a page ends with: whoever confirms the password gets new ones."""
        self._known[role, number] = page.context.storage_state()

    def _sign_in(self, role: str, number: int) -> StorageState:
        context = self._browser.new_context(base_url=self._product.url, locale="en-GB")
        try:
            page, person = context.new_page(), self._product.sign_in(role, number)
            page.goto("/")
            page.get_by_label("E-mail address").fill(person["email"])
            page.get_by_label("Password").fill(person["password"])
            page.get_by_role("button", name="Sign in").click()
            expect(page.get_by_role("button", name="Sign out")).to_be_visible()
            return context.storage_state()
        finally:
            context.close()


def report(page: Page, hash: str) -> str:
    """Paste a hash; gives the address of the case's page."""
    page.goto("/")
    page.get_by_label("Paste a transaction hash or explorer link").fill(hash)
    page.get_by_label("Paste a transaction hash or explorer link").press("Enter")
    expect(page.get_by_test_id("case-ref")).to_be_visible()
    return page.url


def shows(page: Page, label: str) -> None:
    """Wait until the depositor's page shows a status, without touching it: it renews itself."""
    expect(page.get_by_test_id("status")).to_have_text(label, timeout=SLOW)


def press(page: Page, button: str, **typed: str) -> None:
    """Fill the fields of a move and make it."""
    form = page.locator("form").filter(has=page.get_by_role("button", name=button, exact=True))
    for label, value in typed.items():
        form.get_by_label(label.replace("_", " ")).fill(value)
    form.get_by_role("button", name=button, exact=True).click()


def confirm(page: Page, button: str, password: str) -> None:
    """Make a move that wants the password, unless it was given a moment ago."""
    form = page.locator("form").filter(has=page.get_by_role("button", name=button, exact=True))
    if form.get_by_label("password").count():
        form.get_by_label("password").fill(password)
    form.get_by_role("button", name=button, exact=True).click()


def approve(product: Product, desk: Desk, address: str, what: str, role: str) -> None:
    """One team looks at the plan and approves exactly what is on the screen."""
    page = desk(role)
    page.goto(address)
    button = page.get_by_role("button", name=f"Approve the {what} for {role}", exact=True)
    expect(button).to_be_enabled(timeout=SLOW)
    picture(page, f"desk-sign-off-{role}", dark=role == "clearing")
    confirm(page, f"Approve the {what} for {role}", product.sign_in(role)["password"])
    expect(page.get_by_text("you prepared it")).to_have_count(0)


def nothing_sticks_out(page: Page) -> bool:
    """Whether everything stays inside its card, and the page inside the screen, however long the numbers are."""
    return bool(
        page.evaluate(
            """() => document.documentElement.scrollWidth <= window.innerWidth
                 && [...document.querySelectorAll('.card-soft')].every(card =>
                      [...card.querySelectorAll('td, dd')].every(cell =>
                        cell.getBoundingClientRect().right <= card.getBoundingClientRect().right))"""
        )
    )


def is_for_everybody(page: Page) -> None:
    """The page fits and is accessible, as it comes and with everything unfolded."""
    for _ in range(2):
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()
        assert nothing_sticks_out(page)
        page.evaluate("() => document.querySelectorAll('details').forEach((one) => { one.open = true })")
