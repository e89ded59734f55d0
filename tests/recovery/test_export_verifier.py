"""The offline verifier: it finds whatever was changed, and complains about nothing that was not."""

from __future__ import annotations

import csv
import dataclasses
import hashlib
import io
import json
import os
import random
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from made_histories import MadeCase, as_histories, made_cases, write_made

from recovery.domain import proofs, verifier
from recovery.domain.exports import Cells, EventRow, Format, guarded, instant
from recovery.domain.history import GENESIS, event_hash
from recovery.domain.proofs import MerkleTree, ed25519_verify, event_hash as offline_hash
from recovery.services.export_files import write_export
from workflows.states import State

MUTATIONS = int(os.environ.get("RECOVERY_EXPORT_MUTATIONS", "600"))
"""Random changes in the short form of the test; set the variable for a longer one."""


def written(folder: Path, form: Format = "bundle", *, seed: int = 7, cases: int = 6) -> Path:
    path = folder / ("export.zip" if form == "bundle" else f"export.{form}")
    write_made(path, made_cases(seed, cases), form)
    return path


def problems(path: Path) -> list[str]:
    return [str(problem) for problem in verifier.verify(path).problems]


@pytest.mark.parametrize("form", ["bundle", "csv", "jsonl"])
def test_untouched_exports_have_no_problem(tmp_path: Path, form: Format) -> None:
    for seed in range(15):
        assert problems(written(tmp_path, form, seed=seed, cases=seed * 3)) == []


def test_a_bundle_may_be_unpacked_and_packed_again(tmp_path: Path) -> None:
    path = written(tmp_path)
    with zipfile.ZipFile(path) as packed:
        packed.extractall(tmp_path / "folder")
    assert problems(tmp_path / "folder") == []
    with zipfile.ZipFile(tmp_path / "again.zip", "w") as again:
        for item in (tmp_path / "folder").iterdir():
            again.write(item, item.name)
    assert problems(tmp_path / "again.zip") == []


def test_the_verifier_of_the_bundle_needs_nothing_of_this_project(tmp_path: Path) -> None:
    path, folder = written(tmp_path), tmp_path / "folder"
    with zipfile.ZipFile(path) as packed:
        packed.extractall(folder)

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-S", str(folder / "verify.py"), *arguments]
        clean = {"PATH": "/usr/bin:/bin", "PYTHONDONTWRITEBYTECODE": "1"}
        return subprocess.run(command, cwd=tmp_path, env=clean, capture_output=True, text=True, check=False)

    assert run().returncode == 0
    fine = run(str(path), "--json")
    assert fine.returncode == 0
    assert json.loads(fine.stdout)["ok"] is True
    assert run(str(tmp_path / "nothing.zip")).returncode == 2
    changed = bytearray(path.read_bytes())
    changed[len(changed) // 2] ^= 1
    path.write_bytes(changed)
    found = run(str(path), "--json")
    assert found.returncode == 1
    assert json.loads(found.stdout)["problems"]
    assert "NOT AS IT WAS MADE" in run(str(path)).stdout


def test_its_length_stays_readable() -> None:
    assert len(Path(verifier.__file__).read_text().splitlines()) < 625


@pytest.mark.promise
def test_every_changed_byte_is_found(tmp_path: Path) -> None:
    """Any byte of any file: of the zip, of the unpacked folder, of a CSV and of a JSON Lines export."""
    rng = random.Random(20260301)
    bundle = written(tmp_path, cases=3)
    with zipfile.ZipFile(bundle) as packed:
        packed.extractall(tmp_path / "folder")
    members = sorted((tmp_path / "folder").iterdir())
    flat = [written(tmp_path, "csv", cases=3), written(tmp_path, "jsonl", cases=3)]
    places = [(bundle, bundle)] + [(tmp_path / "folder", member) for member in members]
    places += [(path, path) for path in flat]
    for number in range(MUTATIONS):
        checked, file = places[number % len(places)]
        whole = file.read_bytes()
        place, change = rng.randrange(len(whole)), rng.randrange(1, 256)
        file.write_bytes(whole[:place] + bytes([whole[place] ^ change]) + whole[place + 1 :])
        report = verifier.verify(checked)
        assert not report.ok, f"{file.name} byte {place} xor {change} was not found"
        file.write_bytes(whole)
    for checked in (bundle, tmp_path / "folder", *flat):
        assert problems(checked) == []


def test_a_member_that_says_it_is_encrypted_is_a_problem_and_no_crash(tmp_path: Path) -> None:
    bundle = written(tmp_path)
    whole = bytearray(bundle.read_bytes())
    whole[whole.index(b"PK\x01\x02") + 8] ^= 1  # the first member's flags in the directory
    bundle.write_bytes(bytes(whole))
    assert not verifier.verify(bundle).ok


def _shorter(lines: list[bytes], rng: random.Random) -> list[bytes]:
    return lines[: rng.randrange(len(lines))]


def _without_one(lines: list[bytes], rng: random.Random) -> list[bytes]:
    place = rng.randrange(len(lines))
    return lines[:place] + lines[place + 1 :]


def _swapped(lines: list[bytes], rng: random.Random) -> list[bytes]:
    place = rng.randrange(len(lines) - 1)
    return [*lines[:place], lines[place + 1], lines[place], *lines[place + 2 :]]


def _doubled(lines: list[bytes], rng: random.Random) -> list[bytes]:
    place = rng.randrange(len(lines))
    return [*lines[: place + 1], *lines[place:]]


def _cut_inside(lines: list[bytes], rng: random.Random) -> list[bytes]:
    whole = b"".join(lines)
    return [whole[: rng.randrange(len(whole))]]


LINE_CHANGES = (_shorter, _without_one, _swapped, _doubled, _cut_inside)


@pytest.mark.parametrize("change", LINE_CHANGES)
def test_lines_dropped_swapped_doubled_or_cut_are_found(
    tmp_path: Path, change: Callable[[list[bytes], random.Random], list[bytes]]
) -> None:
    rng, folder = random.Random(5), tmp_path / "folder"
    with zipfile.ZipFile(written(tmp_path, cases=40)) as packed:
        packed.extractall(folder)
    for name in ("events.jsonl", "cases.csv", "postings.csv", "approvals.csv", "workflows.json"):
        whole = (folder / name).read_bytes()
        for _ in range(8):
            lines = change(whole.splitlines(keepends=True), rng)
            if b"".join(lines) == whole:
                continue
            (folder / name).write_bytes(b"".join(lines))
            assert any(problem.startswith(name) for problem in problems(folder)), (name, change.__name__)
        (folder / name).write_bytes(whole)
    assert problems(folder) == []


def resealed(folder: Path) -> None:
    """What a forger without the key can do: hashes, counts, root and seal of the manifest made to fit again."""
    manifest = json.loads((folder / "manifest.json").read_text())
    tree, refs = MerkleTree(), set()
    for name, entry in manifest["files"].items():
        data = (folder / name).read_bytes()
        entry["bytes"], entry["sha256"] = len(data), hashlib.sha256(data).hexdigest()
        if name.endswith(".csv"):
            entry["rows"] = len(list(csv.reader(io.StringIO(data.decode(), newline="")))) - 1
    for line in (folder / "events.jsonl").read_bytes().splitlines():
        row = json.loads(line)
        tree.add(row["hash"])
        refs.add(row["case"])
    manifest["files"]["events.jsonl"]["rows"] = tree.size
    manifest["population"] |= {"cases": len(refs), "events": tree.size}
    manifest["merkle"] |= {"leaves": tree.size, "root": tree.root()}
    manifest["seal"] = proofs.seal_of(manifest)
    (folder / "manifest.json").write_text(proofs.manifest_text(manifest))


@pytest.mark.parametrize("change", [_without_one, _swapped, _doubled])
def test_a_fitting_manifest_does_not_hide_a_broken_chain(
    tmp_path: Path, change: Callable[[list[bytes], random.Random], list[bytes]]
) -> None:
    rng, folder = random.Random(11), tmp_path / "folder"
    with zipfile.ZipFile(written(tmp_path)) as packed:
        packed.extractall(folder)
    whole = (folder / "events.jsonl").read_bytes()
    resealed(folder)
    assert problems(folder) == []
    for _ in range(30):
        lines = change(whole.splitlines(keepends=True), rng)
        if lines == whole.splitlines(keepends=True):
            continue
        (folder / "events.jsonl").write_bytes(b"".join(lines))
        resealed(folder)
        assert problems(folder), change.__name__


def test_a_case_left_out_is_found_by_what_else_belongs_to_it(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    with zipfile.ZipFile(written(tmp_path)) as packed:
        packed.extractall(folder)
    lines = (folder / "events.jsonl").read_bytes().splitlines(keepends=True)
    kept = [line for line in lines if b'"case":"RC-0002-' not in line]
    assert len(kept) < len(lines)
    (folder / "events.jsonl").write_bytes(b"".join(kept))
    assert any("the population has" in problem for problem in problems(folder))
    resealed(folder)
    assert any(problem.startswith("cases.csv:") for problem in problems(folder))


def found_with(tmp_path: Path, cases: list[MadeCase]) -> str:
    """The problems of a bundle whose every hash and count fits, because it was written like this."""
    path = tmp_path / "forged.zip"
    write_made(path, cases)
    return "\n".join(problems(path))


def rewritten(case: MadeCase, change: Callable[[int, dict[str, Any]], None]) -> None:
    """Change bodies, and chain them anew from there: what somebody with the database in their hands could do."""
    prev, events = GENESIS, []
    for event in case.events:
        body = json.loads(event.body)
        change(event.seq, body)
        text = json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        own = event_hash(case.id, event.seq, prev, text)
        events.append(dataclasses.replace(event, prev=prev, hash=own, body=text))
        prev = own
    case.events = events


def released_case() -> MadeCase:
    """A made case in which a refund was released and paid."""
    for seed in range(200):
        for case in made_cases(seed, 10):
            if any(name == "confirm_refund" for name, _ in case.made):
                return case
    raise AssertionError("no walk led to a refund")


def seq_of(case: MadeCase, name: str) -> int:
    return max(index for index, (made, _) in enumerate(case.made, start=1) if made == name)


def test_the_released_case_itself_is_fine(tmp_path: Path) -> None:
    assert found_with(tmp_path, [released_case()]) == ""


def test_a_move_the_table_does_not_have(tmp_path: Path) -> None:
    case = released_case()
    rewritten(case, lambda seq, body: body.update(to="completed") if seq == 3 else None)
    assert "not as written here" in found_with(tmp_path, [case])


def test_a_move_out_of_the_wrong_state(tmp_path: Path) -> None:
    case = released_case()
    rewritten(case, lambda seq, body: body.update(name="confirm_refund") if seq == 2 else None)
    assert "does not leave submitted" in found_with(tmp_path, [case])


def test_a_role_that_may_not(tmp_path: Path) -> None:
    case, seq = released_case(), seq_of(released_case(), "approve_refund_wallet")
    rewritten(case, lambda number, body: body.update(role="clearing") if number == seq else None)
    assert "may not be made by the role clearing" in found_with(tmp_path, [case])


def test_who_prepared_it_may_not_approve_it(tmp_path: Path) -> None:
    case = released_case()
    maker = str(next(actor for name, actor in case.made if name == "quote"))
    seq = seq_of(case, "approve_refund_clearing")
    rewritten(case, lambda number, body: body.update(actor=maker) if number == seq else None)
    assert "must be somebody else's than" in found_with(tmp_path, [case])


def test_one_person_for_both_teams(tmp_path: Path) -> None:
    case = released_case()
    one, two = seq_of(case, "approve_refund_wallet"), seq_of(case, "approve_refund_clearing")
    same = str(case.made[min(one, two) - 1][1])
    rewritten(case, lambda number, body: body.update(actor=same) if number == max(one, two) else None)
    assert "must be somebody else's than" in found_with(tmp_path, [case])


def test_a_release_without_both_approvals(tmp_path: Path) -> None:
    case = released_case()
    gone = seq_of(case, "approve_refund_wallet")
    kept = [event for event in case.events if event.seq != gone]
    prev, events = GENESIS, []
    for seq, event in enumerate(kept, start=1):
        text = json.dumps(json.loads(event.body) | {"seq": seq}, sort_keys=True, separators=(",", ":"))
        own = event_hash(case.id, seq, prev, text)
        events.append(EventRow(event.case, event.case_id, seq, prev, own, text))
        prev = own
    case.events = events
    found = found_with(tmp_path, [case])
    assert "release_refund needs approve_refund_wallet and approve_refund_clearing" in found
    assert "no event of this sign-off" in found


def test_a_payment_that_was_never_released(tmp_path: Path) -> None:
    case = released_case()
    case.events = case.events[: seq_of(case, "propose_refund") - 1]
    case.state = State.REFUND_ON_HOLD
    case._write("freeze_refund", "swept", case.people["system"][0], "system", {})
    case.state = State.PAYING
    case._write("resume_refund", "refund_on_hold", case.people["lead"][0], "lead", {})
    assert "resume_refund needs record_refund" in found_with(tmp_path, [case])


def test_a_second_beginning(tmp_path: Path) -> None:
    case = released_case()
    rewritten(case, lambda seq, body: body.update({"name": "start", "from": "checking"}) if seq == 1 else None)
    assert "begins with one event open" in found_with(tmp_path, [case])


def test_a_body_of_another_case(tmp_path: Path) -> None:
    case = released_case()
    rewritten(case, lambda seq, body: body.update(case="RC-9999-0000-0000-0000-0") if seq == 4 else None)
    assert "names another case" in found_with(tmp_path, [case])


def test_a_move_by_somebody_elses_depositor(tmp_path: Path) -> None:
    case = released_case()
    seq = seq_of(case, "accept")
    rewritten(case, lambda number, body: body.update(actor="0" * 8) if number == seq else None)
    assert "wrong side of the case" in found_with(tmp_path, [case])


ROW_CHANGES: list[tuple[str, Callable[[list[Cells]], list[Cells]], str]] = [
    ("approvals.csv", lambda rows: rows[:-1], "has no sign-off"),
    ("approvals.csv", lambda rows: [(*rows[0][:5], "0" * 64, *rows[0][6:]), *rows[1:]], "another payload"),
    ("approvals.csv", lambda rows: [(*row[:6], row[7], *row[7:]) for row in rows], "four eyes are missing"),
    ("plans.csv", lambda rows: [(*rows[0][:8], rows[0][8] + " "), *rows[1:]], "digest is not that of the payload"),
    ("quotes.csv", lambda rows: [(*row[:9], "91", *row[10:]) for row in rows], "gross is not fee"),
    ("quotes.csv", lambda rows: [(*row[:14], "", "", "[]") for row in rows], "accept events differ"),
    ("consents.csv", lambda rows: [(*row[:5], row[5] + " ") for row in rows], "digest is not that of the content"),
    ("consents.csv", lambda rows: [(*row[:4], "0" * 64, row[5]) for row in rows], "accepting events differ"),
    ("consents.csv", lambda rows: [], "accepting events differ"),
    ("prices.csv", lambda rows: [(*row[:4], row[4] + " ") for row in rows], "digest is not that of the content"),
    ("prices.csv", lambda rows: [(row[0], "0" * 64, *row[2:]) for row in rows], "belongs to no quote"),
    ("postings.csv", lambda rows: rows[:-1], "but 2110 holds"),
    ("postings.csv", lambda rows: [(row[0], "999", *row[2:]) for row in rows], "belongs to no event"),
    ("postings.csv", lambda rows: [(*row[:8], "-5", row[9]) for row in rows], "moves nothing"),
]


@pytest.mark.parametrize(("name", "change", "expected"), ROW_CHANGES)
def test_rows_that_contradict_the_events(
    tmp_path: Path, name: str, change: Callable[[list[Cells]], list[Cells]], expected: str
) -> None:
    case = released_case()
    case.files[name] = change(case.files[name])
    assert expected in found_with(tmp_path, [case])


def test_a_csv_column_that_differs_from_the_body(tmp_path: Path) -> None:
    path = written(tmp_path, "csv")
    *lines, last, end = path.read_bytes().split(b"\r\n")
    lines[1] = lines[1].replace(b",open,", b",opem,")
    manifest = json.loads(proofs.unpacked(last + b"\r\n", "events.csv"))
    forged = b"\r\n".join([*lines, end])
    manifest["files"]["events.csv"]["sha256"] = hashlib.sha256(forged).hexdigest()
    manifest["seal"] = proofs.seal_of(manifest)
    path.write_bytes(forged + proofs.packed(manifest, "events.csv"))
    assert problems(path) == [
        "events.csv:2: RC-0000-0000-0000-0000-0 event 1: column name differs from the hashed body"
    ]


@pytest.mark.parametrize("form", ["csv", "jsonl"])
def test_without_its_manifest_nothing_shows_that_an_export_is_whole(tmp_path: Path, form: Format) -> None:
    path = written(tmp_path, form)
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines[:-1]))
    assert problems(path) == [
        "manifest.json: cannot be read: the manifest is missing, so nothing shows that the export is whole"
    ]


@pytest.mark.parametrize("form", ["csv", "jsonl"])
@pytest.mark.parametrize("change", LINE_CHANGES)
def test_lines_of_flat_exports(
    tmp_path: Path, form: Format, change: Callable[[list[bytes], random.Random], list[bytes]]
) -> None:
    rng, path = random.Random(9), written(tmp_path, form)
    whole = path.read_bytes()
    for _ in range(25):
        changed = b"".join(change(whole.splitlines(keepends=True), rng))
        if changed != whole:
            path.write_bytes(changed)
            assert problems(path), change.__name__


def test_files_added_or_taken_away(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    with zipfile.ZipFile(written(tmp_path)) as packed:
        packed.extractall(folder)
    (folder / "more.csv").write_text("x")
    assert problems(folder) == ["more.csv: the manifest does not know this file"]
    (folder / "more.csv").unlink()
    (folder / "evidence.csv").unlink()
    assert any(problem.startswith("evidence.csv: cannot be read: the file is missing") for problem in problems(folder))


@pytest.mark.parametrize("content", [b"", b"PK", b"PK\x05\x06" + b"\0" * 18, b"{}\n", b"\xff\xfe\0", b"[" * 100_000])
def test_what_is_no_export_is_a_problem_and_no_crash(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "thing.zip"
    path.write_bytes(content)
    assert problems(path)


def test_hostile_lines_are_problems_and_no_crash(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    with zipfile.ZipFile(written(tmp_path)) as packed:
        packed.extractall(folder)
    for line in (b"[" * 50_000, b'{"seq":1e999}', b"\xff", b"null", b'{"a":1,"a":2}', b"NaN"):
        (folder / "events.jsonl").write_bytes(line + b"\n")
        assert any("events.jsonl:1: this is no event" in problem for problem in problems(folder))


def test_the_offline_hash_is_the_one_of_the_history() -> None:
    case = made_cases(1, 1)[0]
    for event in case.events:
        assert offline_hash(case.id.bytes, event.seq, event.prev, event.body) == event.hash


def test_the_merkle_root_is_the_one_of_rfc_6962() -> None:
    def root(leaves: list[bytes]) -> bytes:
        if len(leaves) < 2:
            return hashlib.sha256(b"\0" + leaves[0]).digest() if leaves else hashlib.sha256(b"").digest()
        split = 1
        while split * 2 < len(leaves):
            split *= 2
        return hashlib.sha256(b"\1" + root(leaves[:split]) + root(leaves[split:])).digest()

    leaves = [hashlib.sha256(bytes([number])).digest() for number in range(40)]
    tree = MerkleTree()
    for number, leaf in enumerate(leaves):
        assert tree.root() == root(leaves[:number]).hex()
        tree.add(leaf.hex())


RISKY = [
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\n=1",
    "\0=1",
    "＝1",
    "＋1",
    "－1",
    "＠x",
    "'quoted",
    "=cmd|'/C calc'!A0",
]


@pytest.mark.parametrize("text", RISKY)
def test_no_cell_is_a_formula(text: str) -> None:
    assert guarded(text) == f"'{text}"
    assert guarded(text).removeprefix("'") == text
    assert guarded(f"x{text}") == f"x{text}"


def test_risky_cells_of_an_export_are_guarded_and_come_back(tmp_path: Path) -> None:
    case = released_case()
    for number, text in enumerate(RISKY):
        row = (case.ref, "e", "1", "look", "local", "0x1", text, instant(case.now), f"{number:064x}", "1")
        case.files["evidence.csv"].append(row)
    assert found_with(tmp_path, [case]) == ""
    with zipfile.ZipFile(tmp_path / "forged.zip") as packed:
        text = packed.read("evidence.csv").decode()
    cells = [row[6] for row in csv.reader(io.StringIO(text, newline=""))][-len(RISKY) :]
    assert cells == [f"'{text}" for text in RISKY]


def test_an_empty_period_has_a_manifest_too(tmp_path: Path) -> None:
    path = tmp_path / "empty.zip"
    manifest = write_made(path, [])
    assert manifest["population"] == {"cases": 0, "events": 0}
    assert manifest["merkle"]["root"] == hashlib.sha256(b"").hexdigest()
    assert problems(path) == []


def test_too_many_problems_are_counted_and_not_kept(tmp_path: Path) -> None:
    cases = made_cases(3, 300)
    for case in cases:
        rewritten(case, lambda _, body: body.update(version=2))
    write_made(tmp_path / "bad.zip", cases)
    report = verifier.verify(tmp_path / "bad.zip")
    assert report.count > len(report.problems) == verifier.PROBLEM_LIMIT
    assert "more" in verifier.printed(report)


def test_rows_that_are_not_the_population_are_not_exported(tmp_path: Path) -> None:
    whole = as_histories(made_cases(3, 3))
    other = dataclasses.replace(whole, population={"cases": 4, "events": 1})
    with pytest.raises(ValueError, match="were counted"):
        write_export(other, {}, "bundle", io.BytesIO())


VECTORS = [  # RFC 8032, section 7.1
    (
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        (
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
            "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"
        ),
    ),
    (
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        (
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
            "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
        ),
    ),
]


@pytest.mark.parametrize(("public", "message", "signature"), VECTORS)
def test_signatures(public: str, message: str, signature: str) -> None:
    key, text, value = bytes.fromhex(public), bytes.fromhex(message), bytes.fromhex(signature)
    assert ed25519_verify(key, text, value)
    assert not ed25519_verify(key, text + b"x", value)
    assert not ed25519_verify(key, text, value[:-1] + bytes([value[-1] ^ 1]))
    assert not ed25519_verify(key, text, value[:-1])
    assert not ed25519_verify(bytes(32), text, value[:32] + b"\xff" * 32)
