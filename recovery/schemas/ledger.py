"""The books as rows: JSON with decimal strings, and CSV whose cells no spreadsheet takes for a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from recovery.domain.exports import guarded
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


def written(columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> str:
    """Rows as CSV with a header."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(columns)
    for row in rows:
        writer.writerow([guarded(str(row[name])) for name in columns])
    return out.getvalue()
