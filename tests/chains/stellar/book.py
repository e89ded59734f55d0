"""Invented transactions with true hashes, their results, and the answers of a Horizon around them."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from stellar_sdk import Account, Asset, FeeBumpTransaction, FeeBumpTransactionEnvelope, TransactionBuilder, xdr
from stellar_sdk.memo import Memo
from stellar_sdk.operation import Operation

from chains.catalogue import network
from chains.encoding import on_ed25519
from chains.stellar.address import ACCOUNT, MUXED, strkey
from chains.stellar.horizon import read
from chains.types import Transaction
from tests.chains.replay import Played
from tests.chains.scene import Answers, Asked, Told

ROW = network("stellar")
PASSPHRASE = ROW.params["passphrase"]
LEDGER = 50_000_000
NOW = datetime(2025, 3, 1, 12, 0, 9, tzinfo=UTC)


def key(name: str) -> bytes:
    """32 bytes of a name that are a point of the curve, as every key is."""
    found = hashlib.sha256(name.encode()).digest()
    while not on_ed25519(found):
        found = hashlib.sha256(found).digest()
    return found


def person(name: str) -> str:
    """An address nobody has the key of."""
    return strkey(ACCOUNT, key(name))


def muxed(name: str, number: int) -> str:
    """The same, muxed."""
    return strkey(MUXED, key(name) + number.to_bytes(8, "big"))


ANNA, BERT, CARL, BANK = (person(name) for name in ("anna", "bert", "carl", "bank"))
XLM, USD = Asset.native(), Asset("USD", BANK)


def ok(kind: str, result: Any = None) -> Any:
    """The result of an operation that succeeded, of a kind in the protocol's words."""
    of = xdr.OperationType[kind.upper()]
    field = {"bump_sequence": "bump_seq"}.get(kind, kind) + "_result"
    if result is None:
        name = "".join(part.capitalize() for part in kind.split("_"))
        result = getattr(xdr, f"{name}Result")(next(iter(getattr(xdr, f"{name}ResultCode"))))
    return xdr.OperationResult(xdr.OperationResultCode.opINNER, xdr.OperationResultTr(of, **{field: result}))


def int64(number: int) -> xdr.Int64:
    """A number of the network."""
    return xdr.Int64(number)


def account_id(address: str) -> xdr.AccountID:
    """An address of the network."""
    from stellar_sdk import Keypair

    return Keypair.from_public_key(address).xdr_account_id()


class Sent:
    """A transaction: what was signed, how it ended, and Horizon's row of it."""

    def __init__(
        self,
        operations: Sequence[Operation],
        results: Sequence[Any] | None,
        *,
        memo: Memo | None = None,
        failed: Sequence[Any] | None = None,
        payer: str | None = None,
    ) -> None:
        builder = TransactionBuilder(Account(ANNA, 7), PASSPHRASE, base_fee=100)
        for operation in operations:
            builder.append_operation(operation)
        if memo is not None:
            builder.add_memo(memo)
        inner = builder.set_timeout(0).build()
        envelope: Any = inner
        if payer is not None:
            bump = FeeBumpTransaction(payer, 400, inner)
            envelope = FeeBumpTransactionEnvelope(bump, PASSPHRASE)
        self.inner, self.hash = inner.hash_hex(), envelope.hash_hex()
        codes = xdr.TransactionResultCode
        ended = list(results if failed is None else failed) if results is not None or failed is not None else []
        code = codes.txSUCCESS if failed is None else codes.txFAILED
        whole = xdr.TransactionResultResult(code, results=ended)
        if payer is not None:
            pair = xdr.InnerTransactionResultPair(
                xdr.Hash(bytes.fromhex(self.inner)),
                xdr.InnerTransactionResult(
                    int64(0), xdr.InnerTransactionResultResult(code, results=ended), xdr.InnerTransactionResultExt(0)
                ),
            )
            outer = codes.txFEE_BUMP_INNER_SUCCESS if failed is None else codes.txFEE_BUMP_INNER_FAILED
            whole = xdr.TransactionResultResult(outer, inner_result_pair=pair)
        result = xdr.TransactionResult(int64(100 * len(operations)), whole, xdr.TransactionResultExt(0))
        self.row: dict[str, Any] = {
            "id": self.hash, "hash": self.hash, "successful": failed is None, "ledger": LEDGER,
            "created_at": "2025-03-01T12:00:00Z", "source_account": ANNA, "fee_account": payer or ANNA,
            "fee_charged": str(100 * len(operations)), "operation_count": len(operations),
            "envelope_xdr": envelope.to_xdr(), "result_xdr": result.to_xdr(),
        }  # fmt: skip
        self.row |= _memo(memo)

    def record(self, index: int, kind: str, **fields: Any) -> dict[str, Any]:
        """Horizon's record of one operation."""
        number = (LEDGER << 32) + (3 << 12) + index + 1
        return {"id": str(number), "type": kind, "transaction_hash": self.hash, "source_account": ANNA} | fields


def _memo(memo: Memo | None) -> dict[str, Any]:
    kind = "none" if memo is None else {"TextMemo": "text", "IdMemo": "id", "HashMemo": "hash",
                                        "ReturnHashMemo": "return"}[type(memo).__name__]  # fmt: skip
    return {"memo_type": kind}


def root(**changes: Any) -> dict[str, Any]:
    """The answer of ``/``."""
    return {
        "network_passphrase": PASSPHRASE, "history_latest_ledger": LEDGER + 1, "history_elder_ledger": 2,
        "history_latest_ledger_closed_at": "2025-03-01T12:00:05Z",
    } | changes  # fmt: skip


MISSING = Told({"type": "https://stellar.org/horizon-errors/not_found", "title": "Resource Missing", "status": 404},
               status=404)  # fmt: skip


def effect(index: int, kind: str, **fields: Any) -> dict[str, Any]:
    """Horizon's record of one effect."""
    number = (LEDGER << 32) + (3 << 12) + index + 1
    return {"id": f"{number:019d}-0000000001", "type": kind} | fields


def page(records: Sequence[dict[str, Any]]) -> Told:
    """One of Horizon's pages."""
    return Told({"_embedded": {"records": list(records)}})


def node(
    row: dict[str, Any] | None,
    operations: Sequence[dict[str, Any]] | None = None,
    effects: Sequence[dict[str, Any]] | None = None,
    *,
    start: dict[str, Any] | None = None,
) -> Answers:
    """A Horizon that knows one transaction; what is ``None`` it does not answer."""

    def answers(asked: Asked) -> Told:
        path = asked.path.split("?")[0]
        if path == "/":
            return Told(root() if start is None else start)
        if path == f"/ledgers/{LEDGER}":
            return Told({"hash": "ab" * 32, "sequence": LEDGER})
        if path.startswith("/transactions/") and row is not None:
            if path.endswith("/operations"):
                return MISSING if operations is None else page(operations)
            if path.endswith("/effects"):
                return MISSING if effects is None else page(effects)
            return Told(row)
        return MISSING

    return answers


def reading(
    sent: Sent, operations: Any = None, effects: Any = None, *, reference: str | None = None, **row: Any
) -> Transaction:
    """What the client makes of it."""
    talk = Played(node(sent.row | row, operations, effects), at=NOW)
    return read(ROW, talk, reference or sent.hash).transaction
