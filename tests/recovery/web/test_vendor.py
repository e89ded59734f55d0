"""Files of others are exactly those that were vendored, and ask for nothing from elsewhere."""

from __future__ import annotations

import hashlib
import re

from recovery.web._language import FOLDER

STATIC = FOLDER.parent / "web" / "static"


def test_vendored_files_are_the_ones_that_were_vendored() -> None:
    lines = (STATIC / "vendor" / "SHA256SUMS").read_text().splitlines()
    listed = {name: digest for digest, name in (line.split("  ", 1) for line in lines)}
    there = {file.name for file in (STATIC / "vendor").iterdir()} - {"SHA256SUMS"}
    assert set(listed) == there
    for name, expected in listed.items():
        assert hashlib.sha256((STATIC / "vendor" / name).read_bytes()).hexdigest() == expected, name


def test_style_sheets_ask_only_for_files_beside_them() -> None:
    for sheet in STATIC.rglob("*.css"):
        text = sheet.read_text()
        assert "@import" not in text
        for target in re.findall(r"url\(([^)]*)\)", text):
            assert (sheet.parent / target.strip("'\"")).is_file(), target
