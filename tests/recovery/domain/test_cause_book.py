"""The page of the causes says what the tables say."""

from __future__ import annotations

from pathlib import Path

from recovery.domain.cause_book import SERIES, causes_page
from recovery.domain.cause_rows import CODES, SERIES as COUNTS

ROOT = Path(__file__).resolve().parents[3]


def test_the_page_is_up_to_date() -> None:
    """``make docs`` writes it anew."""
    assert (ROOT / "docs" / "causes.md").read_text(encoding="utf-8") == causes_page()


def test_every_cause_has_one_line() -> None:
    page = causes_page().splitlines()
    rows = [line.split(" | ") for line in page if line.startswith("| ") and not line.startswith("| Code")]
    assert [row[0].removeprefix("| ") for row in rows] == ["–", *CODES]
    assert {len(row) for row in rows} == {8}
    assert set(SERIES) == set(COUNTS)
