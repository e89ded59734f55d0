"""What the proofs tried, added up over all tests and workers, and printed at the end of the run.

A test tells with ``record_property("prove.<what>", number)``; pytest carries it to the process that prints. Seeds and
survivors are texts and are listed. ``RECOVERY_PROVE_REPORT`` names a file that gets the same as one JSON object.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

PREFIX = "prove."
NONE_WANTED = ("over-payments", "losses", "survivors")
"""What must not have happened; printed also when nobody counted any."""


class Tally:
    """Adds up, and prints once."""

    def __init__(self) -> None:
        self.numbers: Counter[str] = Counter()
        self.texts: dict[str, list[str]] = {}
        self.failed: list[str] = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """One test is over."""
        if report.failed and "promise" in report.keywords:
            self.failed.append(report.nodeid)
        if report.when != "teardown":
            return
        for name, value in report.user_properties:
            if name.startswith(PREFIX):
                self.add(name.removeprefix(PREFIX), value)

    def add(self, what: str, value: Any) -> None:
        """A number is added; a text is listed once."""
        if isinstance(value, int):
            self.numbers[what] += value
        elif value and str(value) not in self.texts.setdefault(what, []):
            self.texts[what].append(str(value))

    def report(self) -> dict[str, Any]:
        """Everything, by name."""
        shown: dict[str, Any] = dict(self.numbers)
        return shown | {what: sorted(texts) for what, texts in self.texts.items() if texts}

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Print what was tried, when anything was."""
        report = self.report()
        if not report:
            return
        terminalreporter.section("what was tried, and what came of it")
        for what, value in report.items():
            shown = f"{value:,}" if isinstance(value, int) else ", ".join(value)
            terminalreporter.write_line(f"{what:<56} {shown}", red=what in NONE_WANTED and bool(value))
        terminalreporter.write_line(f"{'promises broken':<56} {len(self.failed)}", red=bool(self.failed))
        if path := os.environ.get("RECOVERY_PROVE_REPORT"):
            written = report | {"promises broken": self.failed}
            Path(path).write_text(json.dumps(written, indent=2, sort_keys=True) + "\n")
