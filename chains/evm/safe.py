"""Batches of the Safe transaction builder (version 1.0), with the checksum it computes and warns without. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from chains.encoding import keccak

Call = tuple[str, int, str]
"""Address called, value in base units, data."""


def batch(chain_id: int, safe: str, at: datetime, name: str, calls: Sequence[Call]) -> dict[str, Any]:
    """The calls for the Safe at ``safe``, in their order."""
    value: dict[str, Any] = {
        "version": "1.0",
        "chainId": str(chain_id),
        "createdAt": int(at.timestamp()) * 1000,
        "meta": {"name": name, "description": "", "createdFromSafeAddress": safe, "createdFromOwnerAddress": ""},
        "transactions": [
            {"to": to, "value": str(amount), "data": data, "contractMethod": None, "contractInputsValues": None}
            for to, amount, data in calls
        ],
    }
    return {**value, "meta": {**value["meta"], "checksum": checksum(value)}}


def checksum(value: Mapping[str, Any]) -> str:
    """Keccak of the batch in the builder's own serialisation, its name left out: names are changed after it was made."""
    nameless = {**value, "meta": {**value["meta"], "name": None}}
    return "0x" + keccak(_serialised(nameless).encode()).hex()


def _serialised(value: Any) -> str:
    """Of an object first the list of its keys in order, then each member with a comma behind it."""
    if isinstance(value, list):
        return f"[{','.join(_serialised(member) for member in value)}]"
    if isinstance(value, dict):
        keys = sorted(value)
        return "{" + _plain(keys) + "".join(f"{_serialised(value[key])}," for key in keys) + "}"
    return _plain(value)


def _plain(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def wrong(value: Mapping[str, Any], chain_id: int, safe: str, calls: Sequence[Call]) -> list[str]:
    """What of a batch is not these calls of this Safe."""
    meta = value["meta"]
    bare = {**value, "meta": {key: member for key, member in meta.items() if key != "checksum"}}
    said = [(one["to"], int(one["value"]), one["data"]) for one in value["transactions"]]
    checks = {
        "version": value["version"] == "1.0",
        "chain_id": value["chainId"] == str(chain_id),
        "safe": meta["createdFromSafeAddress"] == safe,
        "checksum": meta["checksum"] == checksum(bare),
        "calls": said == list(calls),
        "method": all(
            one["contractMethod"] is None and one["contractInputsValues"] is None for one in value["transactions"]
        ),
    }
    return [name for name, good in checks.items() if not good]
