"""The books as rows: JSON with decimal strings, and CSV whose cells no spreadsheet takes for a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from recovery.domain.chart import NAMES
from recovery.domain.exports import guarded, instant
from recovery.models import Posting
from recovery.queries.ledger import TrialBalance

Row = dict[str, str]

TRIAL = ("network", "asset", "account", "name", "debit", "credit")
STATEMENT = (
    *("number", "at", "event", "kind", "leg", "debit", "debit_name", "credit", "credit_name"),
    *("network", "asset", "amount", "reverses"),
)


def trial_rows(trials: Iterable[TrialBalance]) -> list[Row]:
    """One row an account; the sums are left to whoever reads."""
    return [
        {
            "network": one.network,
            "asset": one.asset,
            "account": line.account,
            "name": line.name,
            "debit": str(line.debit),
            "credit": str(line.credit),
        }
        for one in trials
        for line in one.lines
    ]


def statement_rows(postings: Sequence[Posting]) -> list[Row]:
    """Every posting of a case, with the number of the one it reverses."""
    numbers = {row.id: row.number for row in postings}
    return [
        {
            "number": str(row.number),
            "at": instant(row.at),
            "event": str(row.seq),
            "kind": row.kind,
            "leg": row.leg,
            "debit": row.debit,
            "debit_name": NAMES[row.debit],
            "credit": row.credit,
            "credit_name": NAMES[row.credit],
            "network": row.network,
            "asset": row.asset,
            "amount": str(row.amount),
            "reverses": str(numbers[row.reverses]) if row.reverses else "",
        }
        for row in postings
    ]


def written(columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> str:
    """Rows as CSV with a header."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(columns)
    for row in rows:
        writer.writerow([guarded(str(row[name])) for name in columns])
    return out.getvalue()
