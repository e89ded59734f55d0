"""The compiled sample contracts: creation bytecode, and calls encoded from their ABI."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from eth_abi.abi import encode
from eth_utils.crypto import keccak

FOLDER = Path(__file__).parent / "contracts"


@dataclass(frozen=True)
class Artifact:
    """One compiled contract. ``sha256`` is of the source file it was compiled from."""

    title: str
    source: Path
    sha256: str
    bytecode: bytes
    abi: tuple[dict[str, Any], ...]

    def source_sha256(self) -> str:
        """The digest of the source as it is on disk now."""
        return hashlib.sha256(self.source.read_bytes()).hexdigest()

    def creation(self, *arguments: Any) -> bytes:
        """The data of the transaction that deploys the contract."""
        for entry in self.abi:
            if entry["type"] == "constructor":
                return self.bytecode + encode([item["type"] for item in entry["inputs"]], arguments)
        return self.bytecode

    def call(self, function: str, *arguments: Any) -> bytes:
        """The data of a call. Raises :class:`KeyError` for a function the contract does not have."""
        for entry in self.abi:
            if entry["type"] == "function" and entry["name"] == function:
                types = [item["type"] for item in entry["inputs"]]
                return keccak(text=f"{function}({','.join(types)})")[:4] + encode(types, arguments)
        raise KeyError(f"{self.title}.{function}")


@cache
def artifacts() -> dict[str, Artifact]:
    """Every compiled contract by its title."""
    compiled = json.loads((FOLDER / "compiled.json").read_text("utf-8"))
    return {
        title: Artifact(
            title=title,
            source=FOLDER / entry["source"],
            sha256=entry["sha256"],
            bytecode=bytes.fromhex(entry["bytecode"].removeprefix("0x")),
            abi=tuple(entry["abi"]),
        )
        for title, entry in compiled["contracts"].items()
    }
