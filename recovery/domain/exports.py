"""What an export of case histories is made of: the period, the files, the rules that travel with it, the cells."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from recovery.domain.accounting import ZERO_AT_CLOSE
from recovery.domain.sign_off_rules import GLASS_NEEDS, NEEDED
from workflows.machine import Transition
from workflows.states import CLOSED
from workflows.tables import WORKFLOWS

Format = Literal["csv", "jsonl", "bundle"]
FORMATS: tuple[Format, ...] = ("csv", "jsonl", "bundle")
RISKY = frozenset("=+-@\t\r\n\0'\uff1d\uff0b\uff0d\uff20")
"""First characters that make a spreadsheet see a formula (plain and full width), and the apostrophe of the guard."""


@dataclass(frozen=True)
class Period:
    """From ``start`` (within) to ``end`` (outside), both with a time zone."""

    start: datetime
    end: datetime

    def as_json(self) -> dict[str, str]:
        """As it stands in a manifest."""
        return {"from": instant(self.start), "to": instant(self.end)}


@dataclass(frozen=True)
class EventRow:
    """One event as it is stored; ``body`` is the text its hash was taken over."""

    case: str
    case_id: str
    seq: int
    prev: str
    hash: str
    body: str


Cells = tuple[str, ...]


@dataclass(frozen=True)
class Histories:
    """The cases of a period, ready to be written: counts first, then rows that stream, sorted by case number.

    ``files`` holds every file beside the events by its name in the export.
    """

    population: Mapping[str, int]
    events: Callable[[], Iterable[EventRow]]
    files: Mapping[str, Callable[[], Iterable[Cells]]]


def instant(moment: datetime) -> str:
    """An instant in UTC, with microseconds, as everywhere in the history."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def guarded(text: str) -> str:
    """A cell no spreadsheet takes for a formula; one leading apostrophe is all that was added."""
    return "'" + text if text[:1] in RISKY else text


def event_cells(row: EventRow) -> Cells:
    """An event as a row for people: what the body says in columns, and the body itself at the end."""
    body = json.loads(row.body)
    said = (_text(body[key]) for key in ("at", "name", "from", "to", "workflow", "role", "actor"))
    return (row.case, row.case_id, str(row.seq), *said, row.prev, row.hash, row.body)


def case_cells(first: EventRow, last: EventRow, depositor: str) -> Cells:
    """A case as its first and its last event of the export show it."""
    opened, body = json.loads(first.body), json.loads(last.body)
    return (
        *(last.case, last.case_id, body["workflow"], body["to"], opened["at"], body["at"]),
        *(str(last.seq), last.hash, depositor),
    )


def rules() -> dict[str, Any]:
    """The workflow tables and the rule of the books, for a verifier that knows nothing else of this project."""
    return {
        "balance": {"accounts": sorted(ZERO_AT_CLOSE), "states": sorted(str(state) for state in CLOSED)},
        "workflows": {
            name: {"initial": str(table.initial), "moves": [_move(row, table.transitions) for row in table.transitions]}
            for name, table in WORKFLOWS.items()
        },
    }


def _move(row: Transition, table: tuple[Transition, ...]) -> dict[str, Any]:
    """One row of a table. ``signs``: which sign-off it is."""
    return {
        "by": list(row.by),
        "in_round": row.in_round,
        "into": row.into,
        "name": row.name,
        "instead": _instead(row, table),
        "needs": _needs(row, table),
        "signs": {"kind": row.name.split("_")[1], "stage": row.by[0]} if _signs(row) else None,
        "source": [str(state) for state in row.source],
        "starts_round": row.starts_round,
        "target": str(row.target),
        "unlike": list(row.unlike),
    }


def _needs(row: Transition, table: tuple[Transition, ...]) -> list[str]:
    """Moves that must be in the history since the round began, by different people: what the guards about plans mean
    to somebody who sees the history alone."""
    guards = {guard.__name__ for guard in row.guards}
    kind = [word for word in row.name.split("_") if word in ("sweep", "refund", "advance")]
    kind = ["refund"] if kind == ["advance"] else kind  # an advance is a refund from another wallet
    if "everybody_signed" in guards:
        return [f"approve_{kind[0]}_{team}" for team in sorted(NEEDED[kind[0]], reverse=True)]
    if "plan_is_released" in guards:
        return ["_".join(["release", *kind])]
    return ["_".join(["record", *kind])] if "plan_is_recorded" in guards else []


def _signs(row: Transition) -> bool:
    """Whether a move is the approval of a plan: a row of the approvals."""
    return row.in_round and row.name.startswith("approve_")


def _instead(row: Transition, table: tuple[Transition, ...]) -> dict[str, Any] | None:
    """What stands in for the moves of ``needs``: enough people of this round, one of them in that role."""
    if "everybody_signed" not in {guard.__name__ for guard in row.guards}:
        return None
    glass = next(other.name for other in table if other.name == f"break_glass_{row.name.split('_')[1]}")
    return {"name": glass, "people": GLASS_NEEDS, "role": "lead"}


def _text(value: object) -> str:
    return "" if value is None else str(value)
