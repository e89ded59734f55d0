"""Small records in the form of ``getTransaction``, written for the tests."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from chains.encoding import base58_encode
from chains.solana import programs
from tests.chains.solana.node import key, signature

FEE = 5000

Balances = Mapping[str, int]
Holdings = Mapping[str, tuple[str, str | None, int]]
"""Token account to mint, owner, amount."""


def raw(program: str, data: bytes, *accounts: str) -> dict[str, Any]:
    """An instruction nobody took apart, its accounts by address."""
    return {"programId": program, "accounts": list(accounts), "data": base58_encode(data), "stackHeight": None}


def parsed(program: str, kind: str, **info: Any) -> dict[str, Any]:
    """An instruction the node took apart."""
    return {"programId": program, "program": "of no matter", "parsed": {"type": kind, "info": info}}


def memo(text: str) -> dict[str, Any]:
    """Words."""
    return {"programId": programs.MEMO, "program": "spl-memo", "parsed": text}


def u64(number: int) -> bytes:
    """Eight bytes."""
    return number.to_bytes(8, "little")


def coins(source: str, destination: str, lamports: int) -> dict[str, Any]:
    """A system transfer."""
    return parsed(programs.SYSTEM, "transfer", source=source, destination=destination, lamports=lamports)


def record(
    *instructions: dict[str, Any],
    before: Balances,
    after: Balances,
    held: tuple[Holdings, Holdings] = ({}, {}),
    inner: Mapping[int, Sequence[dict[str, Any]]] | None = None,
    name: str = "one",
    error: Any = None,
    slot: int = 900,
) -> dict[str, Any]:
    """A transaction whose accounts are those of ``before`` in that order, the first one paying the fee."""
    keys = list(before)
    return {
        "slot": slot,
        "blockTime": 1_700_000_000,
        "version": "legacy",
        "meta": {
            "err": error,
            "status": {"Ok": None} if error is None else {"Err": error},
            "fee": FEE,
            "preBalances": [before[one] for one in keys],
            "postBalances": [after.get(one, 0) for one in keys],
            "preTokenBalances": _held(held[0], keys),
            "postTokenBalances": _held(held[1], keys),
            "innerInstructions": [
                {"index": number, "instructions": list(rows)} for number, rows in (inner or {}).items()
            ],
            "logMessages": [],
            "loadedAddresses": {"readonly": [], "writable": []},
        },
        "transaction": {
            "signatures": [signature(name)],
            "message": {
                "accountKeys": [
                    {"pubkey": one, "signer": number == 0, "writable": True, "source": "transaction"}
                    for number, one in enumerate(keys)
                ],
                "instructions": list(instructions),
                "recentBlockhash": key("block"),
            },
        },
    }


def _held(side: Holdings, keys: Sequence[str]) -> list[dict[str, Any]]:
    rows = []
    for account, (mint, owner, amount) in side.items():
        parts = {"amount": str(amount), "decimals": 6, "uiAmount": None, "uiAmountString": str(amount)}
        row = {"accountIndex": keys.index(account), "mint": mint, "uiTokenAmount": parts}
        rows.append(row if owner is None else row | {"owner": owner, "programId": programs.TOKEN})
    return rows


def as_json(answer: dict[str, Any], loaded: int = 0) -> dict[str, Any]:
    """The same answer as the encoding ``json`` gives it, the last ``loaded`` accounts coming from lookup tables.

    Only for records whose instructions are raw.
    """
    message = answer["transaction"]["message"]
    keys = [row["pubkey"] for row in message["accountKeys"]]

    def numbered(row: dict[str, Any]) -> dict[str, Any]:
        accounts = [keys.index(one) for one in row["accounts"]]
        return {"programIdIndex": keys.index(row["programId"]), "accounts": accounts, "data": row["data"]}

    split = len(keys) - loaded
    inner = [
        {"index": group["index"], "instructions": [numbered(row) for row in group["instructions"]]}
        for group in answer["meta"]["innerInstructions"]
    ]
    tables = {"writable": keys[split:][:1], "readonly": keys[split:][1:]}
    return answer | {
        "version": 0,
        "meta": answer["meta"] | {"innerInstructions": inner, "loadedAddresses": tables},
        "transaction": answer["transaction"]
        | {
            "message": message
            | {"accountKeys": keys[:split], "instructions": [numbered(row) for row in message["instructions"]]}
        },
    }
