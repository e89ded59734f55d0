"""Files that must survive a crash whole, and that nobody else may read."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

PRIVATE = 0o600


def write_whole(path: Path, text: str, *, mode: int = PRIVATE) -> None:
    """Replaces ``path`` in one step: after a crash it holds the old text or the new one, never a part.

    The bytes and the folder's entry are on the disk when this returns.
    """
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as file:
        os.fchmod(file.fileno(), mode)
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def write_json(path: Path, value: Any, *, mode: int = PRIVATE) -> None:
    """:func:`write_whole` of a value as indented JSON."""
    write_whole(path, json.dumps(value, indent=1, ensure_ascii=False) + "\n", mode=mode)


def read_json(path: Path) -> Any:
    """The JSON value in ``path``, or ``None`` when there is no such file."""
    try:
        return json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return None
