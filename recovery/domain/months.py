"""Months as the books have them: from the first moment of a month (UTC) to the first of the next."""

from __future__ import annotations

import re
from datetime import UTC, datetime

WRITTEN = re.compile(r"(\d{4})-(\d{2})")


def month_of(text: str) -> tuple[datetime, datetime]:
    """``2026-10`` as its first moment and that of the month after. Raises ValueError for anything else."""
    found = WRITTEN.fullmatch(text)
    if found is None or not text.isascii():
        raise ValueError(f"not a month like 2026-10: {text!r}")
    year, month = int(found[1]), int(found[2])
    starts = datetime(year, month, 1, tzinfo=UTC)
    return starts, starts.replace(year=year + month // 12, month=month % 12 + 1)


def month_name(starts: datetime) -> str:
    """``2026-10``."""
    return starts.astimezone(UTC).strftime("%Y-%m")
