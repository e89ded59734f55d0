"""How an export is written: each file hashed and counted while it streams by, the manifest last.

Nothing here knows the database, so that the verifier is tested against any history there could be.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import zipfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO

from recovery.domain import proofs, verifier
from recovery.domain.exports import Cells, Format, Histories, event_cells, guarded, rules

Manifest = dict[str, Any]
Write = Callable[[bytes], object]
Sign = Callable[[str], dict[str, str]]
SEAL_BYTES = 64

README = """An export of case histories.

verify.py              python3 verify.py: run in this folder, or with the path of the zip file (Python 3.9 or newer)
manifest.json          what this export is: period, counts, SHA-256 of every file, Merkle root, seal
events.jsonl           every event of every case of the period, from the first one of the case on
workflows.json         the rules the cases moved by
cases.csv, quotes.csv, plans.csv, approvals.csv, postings.csv, evidence.csv, consents.csv, prices.csv

A cell that begins with = + - @ has an apostrophe before it, so that no spreadsheet takes it for a formula. Times are
UTC, amounts are in base units. Trust a verify.py of your own more than one that came with what it verifies.
"""


class Counted:
    """Passes bytes on, and knows their SHA-256, their number and how many rows they were."""

    def __init__(self, write: Write) -> None:
        self._write = write
        self._digest = hashlib.sha256()
        self.size = 0
        self.rows = 0

    def write(self, data: bytes) -> None:
        """Some bytes more."""
        self._digest.update(data)
        self.size += len(data)
        self._write(data)

    def entry(self) -> dict[str, Any]:
        """Its line in the manifest."""
        return {"bytes": self.size, "rows": self.rows, "sha256": self._digest.hexdigest()}


class _SealedStream(io.RawIOBase):
    """Where a zip goes that ends with the SHA-256 of all its other bytes. Only appended to, so it may be a pipe."""

    def __init__(self, out: BinaryIO) -> None:
        super().__init__()
        self._out, self._held, self._digest = out, b"", hashlib.sha256()

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        """Hold the last bytes back: they will be the place of the digest."""
        kept = self._held + bytes(data)
        cut = max(len(kept) - SEAL_BYTES, 0)
        self._digest.update(kept[:cut])
        self._out.write(kept[:cut])
        self._held = kept[cut:]
        return len(data)

    def seal(self) -> None:
        """Write the digest instead of what was held back."""
        self._out.write(self._digest.hexdigest().encode())


def write_export(
    histories: Histories, about: Manifest, form: Format, out: BinaryIO, *, sign: Sign | None = None
) -> Manifest:
    """Write one export to ``out``, its manifest within (a file of a bundle, else the last line), and give the manifest.

    ``about`` is what only the caller knows: period, tool, who and when. ``sign`` signs the manifest's seal.
    Raises ValueError when the rows are not as many as the population was counted to be.
    """
    tree = proofs.MerkleTree()
    manifest = {"kind": "recovery-export", "format_version": 1, "format": form, **about}
    if form == "bundle":
        return _write_bundle(histories, manifest, tree, out, sign)
    counted = Counted(out.write)
    (_write_jsonl if form == "jsonl" else _write_csv)(histories, tree, counted)
    name = f"events.{form}"
    manifest = _finished({**manifest, "rules": rules()}, histories, tree, {name: counted.entry()}, sign)
    out.write(proofs.packed(manifest, name))
    return manifest


def _write_bundle(
    histories: Histories, manifest: Manifest, tree: proofs.MerkleTree, out: BinaryIO, sign: Sign | None
) -> Manifest:
    stream = _SealedStream(out)
    files: dict[str, Any] = {}
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, compresslevel=3) as archive:
        with _member(archive, "events.jsonl", files) as counted:
            _write_jsonl(histories, tree, counted)
        for name, rows in histories.files.items():
            with _member(archive, name, files) as counted:
                _write_rows(counted, verifier.COLUMNS[name], rows())
        texts = {
            "README.txt": README,
            "proofs.py": Path(proofs.__file__).read_text(encoding="utf-8"),
            "verify.py": Path(verifier.__file__).read_text(encoding="utf-8"),
            "workflows.json": proofs.manifest_text(rules()),
        }
        for name, text in texts.items():
            with _member(archive, name, files) as counted:
                counted.write(text.encode())
        manifest = _finished(manifest, histories, tree, files, sign)
        with _member(archive, verifier.MANIFEST, {}) as counted:
            counted.write(proofs.manifest_text(manifest).encode())
        archive.comment = verifier.CONTAINER_MARK + b"0" * SEAL_BYTES
    stream.seal()
    return manifest


@contextmanager
def _member(archive: zipfile.ZipFile, name: str, files: dict[str, Any]) -> Iterator[Counted]:
    """One file of the zip, open for writing; its line of the manifest is added at the end."""
    info = zipfile.ZipInfo(name, datetime.now(UTC).timetuple()[:6])
    info.compress_type, info.external_attr = zipfile.ZIP_DEFLATED, 0o600 << 16
    with archive.open(info, "w", force_zip64=True) as stream:
        counted = Counted(stream.write)
        yield counted
    files[name] = counted.entry()


def _finished(
    manifest: Manifest, histories: Histories, tree: proofs.MerkleTree, files: dict[str, Any], sign: Sign | None
) -> Manifest:
    if tree.size != histories.population["events"]:
        raise ValueError(f"{tree.size} events were written, {histories.population['events']} were counted")
    whole = {
        **manifest,
        "files": files,
        "merkle": {"leaves": tree.size, "root": tree.root(), "rule": "RFC 6962 over event hashes by (case, seq)"},
        "population": dict(histories.population),
    }
    seal = proofs.seal_of(whole)
    return {**whole, "seal": seal, "signature": sign(seal) if sign else None}


def _write_jsonl(histories: Histories, tree: proofs.MerkleTree, counted: Counted) -> None:
    encode = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode
    for row in histories.events():
        tree.add(row.hash)
        counted.rows += 1
        counted.write(encode(vars(row)).encode() + b"\n")


def _write_csv(histories: Histories, tree: proofs.MerkleTree, counted: Counted) -> None:
    def cells() -> Iterator[Cells]:
        for row in histories.events():
            tree.add(row.hash)
            yield event_cells(row)

    _write_rows(counted, verifier.COLUMNS["events.csv"], cells())


def _write_rows(counted: Counted, columns: Cells, rows: Iterable[Cells]) -> None:
    """RFC 4180: commas, doubled quotes, CR LF; every cell guarded."""

    class Lines:
        def write(self, text: str) -> None:
            counted.write(text.encode())

    writer = csv.writer(Lines())
    writer.writerow(columns)
    for row in rows:
        counted.rows += 1
        writer.writerow([guarded(cell) for cell in row])
