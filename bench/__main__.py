"""``python -m bench [--json] [--large] [--only P1,P4]``: prints the table, and one JSON object with ``--json``.

A missed bar is printed and is no failure of the command. The whole run takes less than three minutes.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Callable

from bench import appeal, desk, diagnosis, queue, replay, worker
from bench.measure import Row
from bench.services import Services, running


def main() -> None:
    """Measure row by row; the table grows on standard error while it is measured."""
    parser = argparse.ArgumentParser(prog="python -m bench")
    parser.add_argument("--json", action="store_true", help="one JSON object on standard output")
    parser.add_argument("--large", action="store_true", help="P4 with ten times the cases too")
    parser.add_argument("--only", help="rows by id, with commas between")
    asked = parser.parse_args()
    wanted = set(asked.only.split(",")) if asked.only else None
    measures: dict[str, Callable[[Services], list[Row]]] = {
        "P1": lambda services: [appeal.measure(services)],
        "P2": lambda services: [diagnosis.measure(services)],
        "P4": lambda services: queue.measure(services, large=asked.large),
        "P5": lambda services: [desk.measure(services)],
        "P8": lambda services: [worker.measure(services)],
        "P13": lambda services: [replay.measure(services)],
    }
    begin, rows = time.monotonic(), []
    with running() as services:
        for name, measure in measures.items():
            if wanted is None or name in wanted:
                for row in measure(services):
                    rows.append(row)
                    print(line(row), file=sys.stderr, flush=True)
    took = time.monotonic() - begin
    print(f"{len(rows)} rows in {took:.0f} s, {os.cpu_count()} processors", file=sys.stderr)
    if asked.json:
        print(json.dumps({"rows": [row.as_json() for row in rows], "seconds": round(took, 1), "cpus": os.cpu_count()}))


def line(row: Row) -> str:
    """One row for people."""
    sign = ">=" if row.at_least else "<="
    figures = ", ".join(f"{name} {value}" for name, value in row.as_json().items() if name in row.figures)
    missed = "".join(f" [{name}: missed]" for name, met in row.limits.items() if not met)
    word = "pass" if row.passed else "MISS"
    return f"{word}  {row.id:<9}{row.ratio:6.2f}x  {sign} {row.bar}x  {row.what} / {row.floor}{missed}\n      {figures}"


if __name__ == "__main__":
    main()
