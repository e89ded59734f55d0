"""Times as the command line takes them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import click


class Moment(click.ParamType[datetime]):
    """A date (UTC) or an instant with its zone. ``end`` makes a date the end of that day, so that it is within."""

    name = "DATE"

    def __init__(self, *, end: bool = False) -> None:
        self.end = end

    def convert(self, value: str | datetime, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        """An instant with a time zone."""
        if isinstance(value, datetime):
            return value
        try:
            moment = datetime.fromisoformat(value)
            if len(value) <= len("2026-01-31") and self.end:
                moment += timedelta(days=1)
        except (ValueError, OverflowError):
            self.fail(f"{value!r} is no date like 2026-01-31 and no instant like 2026-01-31T12:00:00Z", param, ctx)
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
