"""Invented pages of the ledger: transactions with true hashes, metadata and the answers of a node around them."""

from __future__ import annotations

import hashlib
from typing import Any

from xrpl.core.binarycodec import encode

from chains.catalogue import network
from chains.types import Transaction
from chains.xrpl.address import classic
from chains.xrpl.rippled import read
from tests.chains.replay import Played
from tests.chains.scene import Answers, Told

ROW = network("xrpl")
PARTIAL = 0x00020000
LEDGER = 80_000_000
HASH = "AB" * 32


def person(name: str) -> str:
    """An address nobody has the key of."""
    return classic(hashlib.sha256(name.encode()).digest()[:20])


ANNA, BERT, CARL, BANK, SHOP = (person(name) for name in ("anna", "bert", "carl", "bank", "shop"))


def usd(value: str, issuer: str = BANK, code: str = "USD") -> dict[str, str]:
    """An amount of an issued currency."""
    return {"currency": code, "issuer": issuer, "value": value}


def sent(kind: str, account: str, **fields: Any) -> dict[str, Any]:
    """A signed transaction with its true hash."""
    body = {
        "TransactionType": kind, "Account": account, "Fee": "12", "Flags": 0, "Sequence": 7,
        "SigningPubKey": "02" + "AB" * 32, "TxnSignature": "30" + "CD" * 20,
    } | fields  # fmt: skip
    return body | {"hash": hashlib.sha512(b"TXN\x00" + bytes.fromhex(encode(body))).digest()[:32].hex().upper()}


def root(account: str, before: int | None, after: int, *, deleted: bool = False) -> dict[str, Any]:
    """An account's XRP; ``before`` ``None`` for a new account."""
    fields = {"Account": account, "Balance": str(after)}
    body: dict[str, Any] = {"LedgerEntryType": "AccountRoot", "LedgerIndex": HASH}
    if before is None:
        return {"CreatedNode": body | {"NewFields": fields}}
    body |= {"FinalFields": fields, "PreviousFields": {"Balance": str(before)}}
    return {"DeletedNode" if deleted else "ModifiedNode": body}


def line(holder: str, issuer: str, before: str, after: str, code: str = "USD") -> dict[str, Any]:
    """A trust line with the holder on the low side."""

    def balance(value: str) -> dict[str, str]:
        return {"currency": code, "issuer": "rrrrrrrrrrrrrrrrrrrrBZbvji", "value": value}

    final = {"Balance": balance(after), "LowLimit": usd("100", holder, code), "HighLimit": usd("0", issuer, code)}
    return {"ModifiedNode": {"LedgerEntryType": "RippleState", "LedgerIndex": HASH, "FinalFields": final,
                             "PreviousFields": {"Balance": balance(before)}}}  # fmt: skip


def entry(kind: str, how: str = "DeletedNode", **fields: Any) -> dict[str, Any]:
    """Any other ledger entry."""
    return {how: {"LedgerEntryType": kind, "LedgerIndex": HASH, "FinalFields": fields}}


def meta(*nodes: dict[str, Any], result: str = "tesSUCCESS", **more: Any) -> dict[str, Any]:
    """Metadata."""
    return {"AffectedNodes": list(nodes), "TransactionIndex": 3, "TransactionResult": result} | more


def first(body: dict[str, Any], done: dict[str, Any] | None, **more: Any) -> dict[str, Any]:
    """The answer of ``tx`` in API version 1."""
    around = {"validated": True, "ledger_index": LEDGER, "inLedger": LEDGER, "date": 700_000_000, "status": "success"}
    return body | ({} if done is None else {"meta": done}) | around | more


def second(body: dict[str, Any], done: dict[str, Any], **more: Any) -> dict[str, Any]:
    """The answer of ``tx`` in API version 2."""
    inner = {name: value for name, value in body.items() if name != "hash"}
    if "Amount" in inner and inner["TransactionType"] == "Payment":
        inner["DeliverMax"] = inner.pop("Amount")
    return {
        "tx_json": inner | {"ledger_index": LEDGER, "date": 700_000_000}, "hash": body["hash"], "meta": done,
        "validated": True, "ledger_index": LEDGER, "ledger_hash": "CD" * 32, "close_time_iso": "2022-03-07T20:26:40Z",
        "status": "success",
    } | more  # fmt: skip


def info(**changes: Any) -> dict[str, Any]:
    """The answer of ``server_info``."""
    ledger = {"seq": LEDGER + 9, "age": 3, "hash": "EF" * 32, "base_fee_xrp": 0.00001, "reserve_base_xrp": 1,
              "reserve_inc_xrp": 0.2}  # fmt: skip
    told = {"network_id": 0, "server_state": "full", "complete_ledgers": f"32570-{LEDGER + 9}",
            "validated_ledger": ledger}  # fmt: skip
    return {"info": told | changes, "status": "success"}


MISSING = {"error": "txnNotFound", "error_code": 29, "error_message": "Transaction not found.", "status": "error"}


def node(
    transaction: dict[str, Any], *, server: dict[str, Any] | None = None, ledger: dict[str, Any] | None = None
) -> Answers:
    """A node that gives these answers."""
    refused = {"error": "unknownCmd", "status": "error"}
    answers = {
        "tx": transaction,
        "server_info": info() if server is None else server,
        "ledger": ledger or {"ledger_index": LEDGER, "ledger_hash": "CD" * 32, "validated": True, "status": "success"},
    }
    return lambda asked: Told({"result": answers.get(asked.body["method"], refused)})


def reading(transaction: dict[str, Any], reference: str | None = None, **around: Any) -> Transaction:
    """What the client makes of it."""
    talk = Played(node(transaction, **around))
    return read(ROW, talk, reference or str(transaction.get("hash"))).transaction
