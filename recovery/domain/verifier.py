"""Checks an export of case histories. Needs Python 3.9 or newer and nothing else: no database, no network, no package.

This very file travels inside every bundle as ``verify.py`` (with ``proofs.py``), and ``recovery audit verify`` runs it
too: there is one implementation. That is why it is one long file of the standard library alone. Usage::

    python3 verify.py [PATH] [--json] [--key HEX]

PATH is a bundle (zip or unpacked folder), or a JSON Lines or CSV export, whose last line is its manifest; without PATH it
is the folder of this file. Exit status: 0 nothing wrong, 1 something is wrong, 2 PATH cannot be opened.

What is checked: the manifest's seal and signature; SHA-256 and row counts of every file; every event's hash, its link
to the one before and its number; the columns against the hashed body; every move against the workflow tables (state,
role, who must be somebody else, who must have signed first); sign-offs against events; quotes and postings; the counts
of the population; the Merkle root over all events.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import io
import json
import re
import sys
import zipfile
import zlib
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

try:
    from recovery.domain import proofs
except ImportError:  # inside a bundle, where it lies beside this file
    import proofs  # type: ignore[import-not-found,no-redef]

MANIFEST = "manifest.json"
ZERO_HASH = "0" * 64
LINE_LIMIT = 4 * 1024 * 1024
PROBLEM_LIMIT = 1000
CONTAINER_MARK = b"sha256:"
BODY_KEYS = {"actor", "at", "case", "data", "from", "name", "role", "seq", "to", "version", "workflow"}
COLUMNS: dict[str, tuple[str, ...]] = {
    "events.jsonl": ("body", "case", "case_id", "hash", "prev", "seq"),
    "events.csv": (
        *("case", "case_id", "seq", "at", "name", "from", "to", "workflow", "role", "actor", "prev", "hash", "body"),
    ),
    "cases.csv": (*("case", "case_id", "workflow", "state", "opened_at", "changed_at", "events", "head", "depositor"),),
    "postings.csv": ("case", "seq", "kind", "leg", "debit", "credit", "network", "asset", "amount", "at"),
    "plans.csv": ("case", "plan", "kind", "round", "network", "digest", "prepared_by", "at", "payload"),
    "approvals.csv": ("case", "plan", "kind", "round", "stage", "digest", "preparer", "approver", "at"),
    "quotes.csv": (
        *("case", "number", "asset", "contract", "symbol", "decimals", "gross", "fee", "network_cost", "net"),
        *("policy_version", "digest", "offered_at", "expires_at", "accepted_at", "destination", "lines"),
    ),
    "evidence.csv": ("case", "evidence", "look", "purpose", "network", "hash", "node", "asked_at", "sha256", "bytes"),
    "consents.csv": ("case", "quote", "person", "at", "sha256", "content"),
    "prices.csv": ("case", "quote", "snapshot", "sha256", "content"),
}
"""Columns of each file, in order. Rows are sorted by case number (bytewise), to be read side by side."""
SIDE_FILES = ("cases.csv", "postings.csv", "plans.csv", "approvals.csv", "quotes.csv", "evidence.csv")
LATER_FILES = ("consents.csv", "prices.csv")  # bundles of earlier versions do not have them


@dataclass
class Problem:
    """One thing that is wrong. ``line`` counts from 1; 0 is the file as a whole."""

    file: str
    line: int
    what: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.what}" if self.line else f"{self.file}: {self.what}"


@dataclass
class Report:
    """Everything that was found, and what was counted on the way."""

    problems: list[Problem] = field(default_factory=list)
    count: int = 0
    cases: int = 0
    events: int = 0
    root: str = ""
    seal: str = ""
    signed_by: str | None = None
    rules_sha256: str = ""
    period: dict[str, Any] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong."""
        return self.count == 0

    def add(self, file: str, line: int, what: str) -> None:
        """Note a problem; beyond a thousand they are only counted."""
        self.count += 1
        if len(self.problems) < PROBLEM_LIMIT:
            self.problems.append(Problem(file, line, what))

    def as_json(self) -> dict[str, Any]:
        """The report for machines."""
        found = [{"file": item.file, "line": item.line, "what": item.what} for item in self.problems]
        names = ("cases", "events", "root", "seal", "signed_by", "rules_sha256", "period")
        return {"ok": self.ok, "problem_count": self.count, "problems": found, **{n: getattr(self, n) for n in names}}


class Broken(Exception):
    """Something cannot be read at all; the message says what."""


class Source:
    """The files of an export by their names in the manifest: a zip, a folder, or one file that ends with its manifest."""

    def __init__(self, path: Path, report: Report) -> None:
        self.zip: zipfile.ZipFile | None = None
        self.paths: dict[str, Path] = {}
        self.flat, self.last_line = "", b""
        if path.is_dir():
            self.paths = {item.name: item for item in path.iterdir() if item.name != "__pycache__"}
            return
        with path.open("rb") as stream:
            start = stream.read(2)
        if start == b"PK":
            self.zip = zipfile.ZipFile(path)
            _check_container(path, self.zip, report)
        else:
            self.flat = "events.jsonl" if start[:1] == b"{" else "events.csv"
            self.last_line = proofs.last_line(path, self.flat)
            self.paths = {self.flat: path, **({MANIFEST: path} if self.last_line else {})}

    def names(self) -> list[str]:
        """Every file there is; a name twice stays twice."""
        return self.zip.namelist() if self.zip else list(self.paths)

    def open(self, name: str) -> BinaryIO:
        """One file, from its start."""
        if name not in self.names():
            raise Broken("the file is missing")
        if self.flat:
            return proofs.without_end(self.paths[name], len(self.last_line))
        return self.zip.open(name) if self.zip else self.paths[name].open("rb")  # type: ignore[return-value]

    def read(self, name: str) -> bytes:
        """A small file whole."""
        with self.open(name) as stream:
            return stream.read(LINE_LIMIT)


def _check_container(path: Path, packed: zipfile.ZipFile, report: Report) -> None:
    """The zip ends with the SHA-256 of all bytes before it. A zip packed again by somebody has none, and needs none."""
    digest, rest, mark = hashlib.sha256(), max(path.stat().st_size - 64, 0), b""
    with path.open("rb") as stream:
        while chunk := stream.read(min(rest, 1 << 20)):
            digest.update(chunk)
            rest -= len(chunk)
            mark = (mark + chunk)[-len(CONTAINER_MARK) :]
        if mark == CONTAINER_MARK and stream.read() != digest.hexdigest().encode():
            report.add(path.name, 0, "the zip file was changed: its own SHA-256 does not fit")
    if mark != CONTAINER_MARK and packed.comment:
        report.add(path.name, 0, "the mark at the end of the zip file was changed")


def read_manifest(source: Source, report: Report, key: str | None) -> dict[str, Any]:
    """The manifest, once its form, seal and signature were checked."""
    if MANIFEST not in source.names():
        raise Broken("the manifest is missing, so nothing shows that the export is whole")
    data = source.last_line or source.read(MANIFEST)
    manifest = _strict_json(proofs.unpacked(data, source.flat) if source.flat else data.decode("utf-8"))
    if not isinstance(manifest, dict) or manifest.get("kind") != "recovery-export":
        raise Broken("this is not the manifest of an export")
    if manifest.get("format_version") != 1:
        raise Broken("the export has a format this verifier does not know; use a newer one")
    form = proofs.packed(manifest, source.flat) if source.flat else proofs.manifest_text(manifest).encode()
    if form != data:
        report.add(MANIFEST, 0, "the manifest is not written the way it was made")
    report.seal = proofs.seal_of(manifest)
    if manifest.get("seal") != report.seal:
        report.add(MANIFEST, 0, "the manifest was changed: its seal does not fit")
    _check_signature(manifest, report, key)
    return manifest


def _check_signature(manifest: dict[str, Any], report: Report, key: str | None) -> None:
    signature = manifest.get("signature")
    if signature is None:
        if key:
            report.add(MANIFEST, 0, "the manifest carries no signature, but a key was asked for")
        return
    public, value = bytes.fromhex(signature["public_key"]), bytes.fromhex(signature["value"])
    report.signed_by = public.hex()
    if not proofs.ed25519_verify(public, report.seal.encode(), value):
        report.add(MANIFEST, 0, "the signature does not fit the manifest")
    if key and key.lower() != public.hex():
        report.add(MANIFEST, 0, f"signed with another key: {public.hex()}")


def check_files(source: Source, manifest: dict[str, Any], report: Report) -> None:
    """SHA-256 and length of every file, none missing, none added, none twice."""
    listed, names = manifest["files"], source.names()
    for name in sorted(set(names)):
        if names.count(name) > 1:
            report.add(name, 0, "the name stands twice in the zip file")
        if name not in listed and name != MANIFEST:
            report.add(name, 0, "the manifest does not know this file")
    for name, said in sorted(listed.items()):
        digest, size = hashlib.sha256(), 0
        with _noting(report, name), source.open(name) as stream:
            while size <= said["bytes"] and (chunk := stream.read(1 << 20)):
                digest.update(chunk)
                size += len(chunk)
            if size != said["bytes"]:
                report.add(name, 0, f"{size} bytes, the manifest says {said['bytes']}")
            if digest.hexdigest() != said["sha256"]:
                report.add(name, 0, "the file was changed: its SHA-256 does not fit the manifest")


_UNREADABLE = (
    *(Broken, ValueError, LookupError, TypeError, AttributeError, OverflowError),
    RuntimeError,  # a member that says it is encrypted, or in a way this Python cannot unpack, or too deep
    *(zipfile.BadZipFile, zlib.error, csv.Error, EOFError, OSError),
)


@contextmanager
def _noting(report: Report, file: str) -> Iterator[None]:
    """Turns what cannot be read into a problem of that file, and goes on."""
    try:
        yield
    except _UNREADABLE as error:
        report.add(file, 0, f"cannot be read: {error}" if isinstance(error, Broken) else f"cannot be read: {error!r}")


def _strict_json(text: str) -> Any:
    """JSON without doubled keys and without floats: what is read is what was hashed, and nothing else."""

    def pairs(items: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(items)
        if len(found) != len(items):
            raise ValueError("a key stands twice")
        return found

    def refuse(text: str) -> Any:
        raise ValueError(f"not a whole number: {text}")

    return json.loads(text, object_pairs_hook=pairs, parse_float=refuse, parse_constant=refuse)


Row = dict[str, str]


def csv_rows(source: Source, name: str, report: Report) -> Iterator[tuple[int, Row]]:
    """Rows of a CSV file with their line numbers; a row of a wrong shape is a problem and is left out."""
    csv.field_size_limit(LINE_LIMIT)
    columns = COLUMNS[name]
    with source.open(name) as stream:
        reader = csv.reader(io.TextIOWrapper(stream, "utf-8", newline=""), strict=True)
        if tuple(next(reader, ())) != columns:
            report.add(name, 1, "the header is not the one this file has")
        for cells in reader:
            if len(cells) == len(columns):
                # one leading apostrophe keeps spreadsheets from seeing a formula; it is no part of the cell
                yield reader.line_num, {key: cell.removeprefix("'") for key, cell in zip(columns, cells)}  # noqa: B905
            else:
                report.add(name, reader.line_num, f"{len(cells)} cells instead of {len(columns)}")


def jsonl_rows(source: Source, name: str, report: Report) -> Iterator[tuple[int, Row]]:
    """Lines of the JSON Lines file as rows of text."""
    with source.open(name) as stream:
        number = 0
        while line := stream.readline(LINE_LIMIT):
            number += 1
            try:
                row = _strict_json(line.decode("utf-8"))
                well_formed = sorted(row) == sorted(COLUMNS[name]) and type(row["seq"]) is int
            except (ValueError, TypeError, RecursionError):
                well_formed = False
            if well_formed:
                yield number, {key: str(value) for key, value in row.items()}
            else:
                report.add(name, number, "this is no event")


class SideFile:
    """A CSV file read case by case, in step with the events."""

    def __init__(self, source: Source, name: str, report: Report) -> None:
        self.name, self.report, self.count = name, report, 0
        self._rows = csv_rows(source, name, report) if name in source.names() else iter(())
        self._next: tuple[int, Row] | None = None
        self._step()

    def _step(self) -> None:
        self._next = None
        with _noting(self.report, self.name):
            self._next = next(self._rows, None)
            self.count += self._next is not None

    def take(self, ref: str | None) -> list[tuple[int, Row]]:
        """The rows of one case; ``None`` empties the file. Rows of cases without events are problems."""
        rows = []
        while self._next is not None and (ref is None or self._next[1]["case"] <= ref):
            if self._next[1]["case"] == ref:
                rows.append(self._next)
            else:
                self.report.add(self.name, self._next[0], "belongs to no case of the export, or is out of order")
            self._step()
        return rows


@dataclass
class Made:
    """A move somebody made."""

    name: str
    actor: str
    role: str
    seq: int
    data: Any


class CaseCheck:
    """Follows one case from its first event on."""

    def __init__(self, row: Row, rules: dict[str, Any], file: str, report: Report) -> None:
        self.ref, self.case_id = row["case"], row["case_id"]
        self.rules, self.file, self.report = rules, file, report
        self.seq, self.head = 0, ZERO_HASH
        self.workflow, self.state = "", ""
        self.made: list[Made] = []
        self.round_start = 0
        self.signed: list[tuple[str, str, Made]] = []
        self.opened_at = self.changed_at = ""

    def event(self, line: int, row: Row) -> None:
        """One more event: hash, link, number, columns, legality."""

        def wrong(what: str) -> None:
            self.report.add(self.file, line, f"{self.ref} event {row['seq']}: {what}")

        if row["case_id"] != self.case_id:
            wrong("another case id under the same case number")
        if row["seq"] != str(self.seq + 1):
            wrong(f"number {self.seq + 1} is expected here: an event is missing, doubled or out of order")
        if row["prev"] != self.head:
            wrong("does not continue the event before it")
        try:
            self.seq = int(row["seq"])
            own = proofs.event_hash(_uuid_bytes(row["case_id"]), self.seq, row["prev"], row["body"])
        except (ValueError, OverflowError):
            own = ""
        if own != row["hash"]:
            wrong("the hash does not fit the content: the event was changed")
        self.head = row["hash"]
        try:
            body = _strict_json(row["body"])
            self._check_columns(row, body, wrong)
            self._check_move(body, wrong)
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
            wrong(f"the body is not one of an event: {error}")

    def _check_columns(self, row: Row, body: dict[str, Any], wrong: Callable[[str], None]) -> None:
        if set(body) != BODY_KEYS or body["version"] != 1:
            wrong("the body has other fields than an event has")
        if body["case"] != self.ref or str(body["seq"]) != row["seq"]:
            wrong("the hashed body names another case or number")
        for key in ("at", "name", "from", "to", "workflow", "role", "actor"):
            if key in row and row[key] != ("" if body[key] is None else str(body[key])):
                wrong(f"column {key} differs from the hashed body")

    def _check_move(self, body: dict[str, Any], wrong: Callable[[str], None]) -> None:
        name, actor, target, source = body["name"], body["actor"], body["to"], body["from"]
        move = Made(name, actor, body["role"], self.seq, body["data"])
        if not self.made:
            self.workflow, self.opened_at = body["workflow"], body["at"]
            table = self.rules["workflows"].get(self.workflow)
            if name != "open" or source is not None or table is None or target != table["initial"]:
                wrong("a case begins with one event open, into the first state of its workflow")
        else:
            self._check_row(body, move, wrong)
        self.made.append(move)
        self.state, self.changed_at = target, body["at"]

    def _check_row(self, body: dict[str, Any], move: Made, wrong: Callable[[str], None]) -> None:
        table = self.rules["workflows"].get(self.workflow, {"moves": []})
        row = next((r for r in table["moves"] if r["name"] == move.name and self.state in r["source"]), None)
        if row is None:
            wrong(f"{move.name} does not leave {self.state} in the workflow {self.workflow}")
            return
        after = row["into"] or self.workflow
        if (body["from"], body["to"], body["workflow"]) != (self.state, row["target"], after):
            wrong(f"{move.name} goes from {self.state} to {row['target']} ({after}), not as written here")
        if body["role"] not in row["by"]:
            wrong(f"{move.name} may not be made by the role {body['role']}")
        per_round = {r["name"] for r in table["moves"] if r["in_round"]}
        for other in self.made:
            counts = other.name in row["unlike"] and (other.name not in per_round or other.seq > self.round_start)
            if counts and other.actor == move.actor:
                wrong(f"{move.name} must be somebody else's than {other.name} (event {other.seq})")
        signed = {made.name: made.actor for made in self.made if made.seq > self.round_start}
        signers = [signed.get(name) for name in row["needs"]]
        if (None in signers or len(set(signers)) < len(signers)) and not self._stands_in(row.get("instead")):
            wrong(f"{move.name} needs {' and '.join(row['needs'])} of this round, by different people")
        if row["signs"]:
            self.signed.append((row["signs"]["kind"], row["signs"]["stage"], move))
        if row["starts_round"]:
            self.round_start = move.seq
        self.workflow = after

    def _stands_in(self, instead: dict[str, Any] | None) -> bool:
        """Whether enough people of this round, one of them in that role, stand in for whoever is missing."""
        rule = instead or {"name": "", "people": 1, "role": ""}
        made = [one for one in self.made if one.seq > self.round_start and one.name == rule["name"]]
        return len({one.actor for one in made}) >= rule["people"] and rule["role"] in {one.role for one in made}

    def close(self, sides: dict[str, SideFile]) -> None:
        """What only the whole case shows: the other files agree with its events."""
        rows = {name: side.take(self.ref) for name, side in sides.items()}
        if not rows:
            return
        self._check_summary(rows["cases.csv"])
        plans = self._check_plans(rows["plans.csv"])
        self._check_approvals(rows["approvals.csv"], plans)
        self._check_quotes(rows["quotes.csv"])
        self._check_contents(rows)
        self._check_postings(rows["postings.csv"])

    def _check_summary(self, rows: list[tuple[int, Row]]) -> None:
        own = (self.case_id, self.workflow, self.state, self.opened_at, self.changed_at, str(self.seq), self.head)
        for line, row in rows:
            if tuple(row[key] for key in COLUMNS["cases.csv"][1:-1]) != own:
                self.report.add("cases.csv", line, f"{self.ref} does not agree with its events")
            for made in self.made:
                side = "depositor" if made.seq == 1 else made.role  # whoever opens a case is its depositor
                if side != "system" and (side == "depositor") != (made.actor == row["depositor"]):
                    self.report.add(self.file, 0, f"{self.ref} event {made.seq}: made by the wrong side of the case")
        if len(rows) != 1:
            self.report.add("cases.csv", 0, f"{self.ref} stands there {len(rows)} times, not once")

    def _check_plans(self, rows: list[tuple[int, Row]]) -> dict[str, Row]:
        for line, row in rows:
            if hashlib.sha256(row["payload"].encode()).hexdigest() != row["digest"]:
                self.report.add("plans.csv", line, f"{self.ref}: the digest is not that of the payload")
        return {row["plan"]: row for _, row in rows}

    def _check_approvals(self, rows: list[tuple[int, Row]], plans: dict[str, Row]) -> None:
        """Each sign-off has its event and the reverse; nobody signed what they prepared; nobody signed twice."""
        open_events = list(self.signed)
        signers: set[tuple[str, str]] = set()
        for line, row in rows:
            plan = plans.get(row["plan"])
            terms = ("digest", "kind", "round")
            if plan is None or any(plan[k] != row[k] for k in terms) or plan["prepared_by"] != row["preparer"]:
                self.report.add("approvals.csv", line, f"{self.ref}: signs another payload than the plan's")
            if row["approver"] == row["preparer"] or (row["plan"], row["approver"]) in signers:
                self.report.add("approvals.csv", line, f"{self.ref}: four eyes are missing")
            signers.add((row["plan"], row["approver"]))
            match = next((item for item in open_events if _is_of(item, row)), None)
            if match is None:
                self.report.add("approvals.csv", line, f"{self.ref}: no event of this sign-off")
            else:
                open_events.remove(match)
        for _, _, move in open_events:
            self.report.add("approvals.csv", 0, f"{self.ref}: event {move.seq} {move.name} has no sign-off")

    def _check_quotes(self, rows: list[tuple[int, Row]]) -> None:
        accepted = 0
        for line, row in rows:
            gross, parts = _whole(row["gross"]), [_whole(row[key]) for key in ("fee", "network_cost", "net")]
            if gross is None or None in parts or gross != sum(part or 0 for part in parts) or not parts[2]:
                self.report.add("quotes.csv", line, f"{self.ref}: gross is not fee, network cost and net")
            accepted += bool(row["accepted_at"])
        if accepted != sum(made.name == "accept" for made in self.made):
            self.report.add("quotes.csv", 0, f"{self.ref}: accepted quotes and accept events differ in number")

    def _check_contents(self, rows: dict[str, list[tuple[int, Row]]]) -> None:
        """Consents and prices are what their digests say; an accepting event has its record of what was seen."""
        events = {
            made.data.get("consent") for made in self.made if made.name == "accept" and isinstance(made.data, dict)
        }
        consents = {row["sha256"] for _, row in rows.get("consents.csv", [])}
        quotes = {row["digest"] for _, row in rows["quotes.csv"]}
        for name in LATER_FILES:
            for line, row in rows.get(name, []):
                if hashlib.sha256(row["content"].encode()).hexdigest() != row["sha256"]:
                    self.report.add(name, line, f"{self.ref}: the digest is not that of the content")
                if row["quote"] not in quotes:
                    self.report.add(name, line, f"{self.ref}: belongs to no quote of this case")
        if consents != events - {None}:
            self.report.add("consents.csv", 0, f"{self.ref}: records of what was seen and accepting events differ")

    def _check_postings(self, rows: list[tuple[int, Row]]) -> None:
        sums: dict[tuple[str, str], int] = defaultdict(int)
        numbers = {str(made.seq) for made in self.made}
        for line, row in rows:
            amount = _whole(row["amount"])
            if row["seq"] not in numbers:
                self.report.add("postings.csv", line, f"{self.ref}: belongs to no event")
            if not amount or row["debit"] == row["credit"]:
                self.report.add("postings.csv", line, f"{self.ref}: moves nothing")
            sums[row["debit"], row["asset"]] += amount or 0
            sums[row["credit"], row["asset"]] -= amount or 0
        balance = self.rules["balance"]
        for (account, asset), total in sorted(sums.items()):
            if self.state in balance["states"] and account in balance["accounts"] and total:
                self.report.add("postings.csv", 0, f"{self.ref} is closed, but {account} holds {total} of {asset}")


def _is_of(item: tuple[str, str, Made], row: Row) -> bool:
    kind, stage, move = item
    digest = move.data.get("digest", row["digest"]) if isinstance(move.data, dict) else row["digest"]
    return (kind, stage, move.actor, digest) == (row["kind"], row["stage"], row["approver"], row["digest"])


def _whole(text: str) -> int | None:
    return int(text) if re.fullmatch("0|[1-9][0-9]{0,77}", text) else None


def _uuid_bytes(text: str) -> bytes:
    if not re.fullmatch("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", text):
        raise ValueError("not a case id")
    return bytes.fromhex(text.replace("-", ""))


def check_histories(source: Source, manifest: dict[str, Any], rules: dict[str, Any], report: Report) -> None:
    """Every event of every case, the other files beside it, and the counts and the root at the end."""
    file = source.flat or "events.jsonl"
    rows = jsonl_rows(source, file, report) if file == "events.jsonl" else csv_rows(source, file, report)
    named = [name for name in (*SIDE_FILES, *LATER_FILES) if name in manifest["files"]]
    sides = {name: SideFile(source, name, report) for name in named}
    if manifest["format"] == "bundle" and not set(SIDE_FILES) <= set(sides):
        report.add(MANIFEST, 0, "a bundle has more files than these")
        sides = {}
    tree, case = proofs.MerkleTree(), None
    with _noting(report, file):
        for line, row in rows:
            if case is None or row["case"] != case.ref:
                if case is not None:
                    case.close(sides)
                    if row["case"] < case.ref:
                        report.add(file, line, f"{row['case']} is out of order, or stands there twice")
                case = CaseCheck(row, rules, file, report)
                report.cases += 1
            case.event(line, row)
            report.events += 1
            tree.add(row["hash"])
    if case is not None:
        case.close(sides)
    for side in sides.values():
        side.take(None)
    counts = {file: report.events, **{name: side.count for name, side in sides.items()}}
    report.root = tree.root()
    _check_counts(manifest, counts, report)


def _check_counts(manifest: dict[str, Any], counts: dict[str, int], report: Report) -> None:
    for name, count in counts.items():
        if manifest["files"][name]["rows"] != count:
            report.add(name, 0, f"{count} rows, the manifest says {manifest['files'][name]['rows']}")
    for name, count in (("cases", report.cases), ("events", report.events)):
        if manifest["population"][name] != count:
            report.add(MANIFEST, 0, f"the population has {manifest['population'][name]} {name}, the export {count}")
    if manifest["merkle"]["root"] != report.root or manifest["merkle"]["leaves"] != report.events:
        report.add(MANIFEST, 0, "the Merkle root does not fit the events")


def verify(path: Path, *, key: str | None = None) -> Report:
    """Check one export. ``key`` (hex) is the public key its manifest must be signed with.

    Raises OSError when there is nothing to read at ``path``; whatever is wrong with the content is in the report.
    """
    report = Report()
    path.stat()
    with _noting(report, path.name):
        source = Source(path, report)
        with _noting(report, MANIFEST):
            manifest = read_manifest(source, report, key)
            report.period = manifest["period"]
            check_files(source, manifest, report)
            inline = manifest.get("rules")
            rules = _strict_json(source.read("workflows.json").decode()) if inline is None else inline
            report.rules_sha256 = hashlib.sha256(proofs.manifest_text(rules).encode()).hexdigest()
            check_histories(source, manifest, rules, report)
    return report


def printed(report: Report) -> str:
    """The report for people."""
    lines = [str(problem) for problem in report.problems]
    if report.count > len(report.problems):
        lines.append(f"... and {report.count - len(report.problems)} more")
    lines.append(f"{report.cases} cases, {report.events} events, root {report.root or '-'}")
    lines.append(f"seal {report.seal or '-'}, signed by {report.signed_by or 'nobody'}")
    lines.append("nothing wrong was found" if report.ok else f"NOT AS IT WAS MADE: {report.count} problems")
    return "\n".join(lines)


def main(arguments: list[str]) -> int:
    """The command: see the top of this file."""
    parser = argparse.ArgumentParser(description="Checks an export of case histories, offline.")
    parser.add_argument("path", nargs="?", type=Path, default=Path(__file__).resolve().parent)
    parser.add_argument("--json", action="store_true", help="one JSON object")
    parser.add_argument("--key", help="the public key (hex) the manifest must be signed with")
    asked = parser.parse_args(arguments)
    try:
        report = verify(asked.path, key=asked.key)
    except OSError as error:
        print(f"cannot be opened: {error}", file=sys.stderr)
        return 2
    print(json.dumps(report.as_json()) if asked.json else printed(report))
    return 0 if report.ok else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
