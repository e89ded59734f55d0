"""The sample ledger: a Stellar network of one program, for deposits with memos.

It does what the sample world needs of such a network and no more: accounts are made, lumens are paid, and what was signed is
kept. The rules are the network's own where they apply (hash over the passphrase, signature, sequence number, fee, reserve of
nothing), and what it tells has the form of Horizon, whose readers must not see a difference. It has no consensus, no peers,
no issued assets and no contracts, and refuses every other operation. Amounts are stroops, ten millionths of a lumen.

    Refused      the envelope is not taken; the code is the network's word for why
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from stellar_sdk import CreateAccount, Keypair, NoneMemo, Payment, TextMemo, TransactionEnvelope, xdr
from stellar_sdk.exceptions import BadSignatureError
from stellar_sdk.operation import Operation

from sandbox.files import read_json, write_json

PASSPHRASE = "Local Sandbox Ledger"
STROOPS = 10**7
SECONDS_A_LEDGER = 5
FIRST_LEDGER = 2
FEE = 100
ALL_LUMENS = 100_000_000_000 * STROOPS


class Refused(Exception):
    """An envelope that is not taken; ``code`` is the network's word for it."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def root_keys() -> Keypair:
    """Whoever starts a network of their own has all its lumens under the key that is the network's id."""
    return Keypair.from_raw_ed25519_seed(network_id())


def network_id() -> bytes:
    """What goes into each hash."""
    return hashlib.sha256(PASSPHRASE.encode()).digest()


class Ledger:
    """The accounts and transactions in ``path``, which is written whole after each transaction."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._state: dict[str, Any] = read_json(path) or {
            "version": 1,
            "born": int(time.time()),
            "accounts": {root_keys().public_key: {"stroops": ALL_LUMENS, "sequence": 0}},
            "transactions": {},
        }

    def tip(self) -> int:
        """The number of the newest ledger: one every few seconds, whether anything happens or not."""
        return FIRST_LEDGER + max(0, int(time.time()) - int(self._state["born"])) // SECONDS_A_LEDGER

    def closed_at(self, number: int) -> str:
        """When a ledger was closed."""
        moment = int(self._state["born"]) + (number - FIRST_LEDGER) * SECONDS_A_LEDGER
        return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

    def ledger_hash(self, number: int) -> str:
        """A hash of the ledger's number and its transactions."""
        inside = sorted(one["hash"] for one in self._state["transactions"].values() if one["ledger"] == number)
        return hashlib.sha256(network_id() + ":".join([str(number), *inside]).encode()).hexdigest()

    def account(self, address: str) -> Mapping[str, int] | None:
        """``stroops`` and ``sequence`` of an account."""
        found: Mapping[str, int] | None = self._state["accounts"].get(address)
        return found

    def transaction(self, tx_hash: str) -> dict[str, Any] | None:
        """A transaction as Horizon shows it."""
        found = self._state["transactions"].get(tx_hash)
        return {name: value for name, value in found.items() if name != "operations"} if found else None

    def operations(self, tx_hash: str) -> list[dict[str, Any]] | None:
        """The operations of a transaction as Horizon shows them."""
        found = self._state["transactions"].get(tx_hash)
        return list(found["operations"]) if found else None

    def submit(self, envelope_xdr: str) -> dict[str, Any]:
        """Take a signed transaction into the ledger; gives it as Horizon shows it. Raises :class:`Refused`."""
        envelope = self._checked(envelope_xdr)
        tx = envelope.transaction
        source, fee = tx.source.account_id, FEE * len(tx.operations)
        accounts = {address: dict(one) for address, one in self._state["accounts"].items()}
        accounts[source]["stroops"] -= fee
        accounts[source]["sequence"] = tx.sequence
        for operation in tx.operations:
            _apply(accounts, source, operation)
        row = self._row(envelope, source, fee)
        self._state["accounts"] = accounts
        self._state["transactions"][row["hash"]] = row
        write_json(self._path, self._state)
        return row

    def _checked(self, envelope_xdr: str) -> TransactionEnvelope:
        try:
            envelope = TransactionEnvelope.from_xdr(envelope_xdr, PASSPHRASE)
        except Exception:  # noqa: BLE001 - the library raises whatever its parsing comes upon
            raise Refused("tx_malformed") from None
        source = envelope.transaction.source.account_id
        account = self.account(source)
        if account is None:
            raise Refused("tx_no_source_account")
        if envelope.transaction.sequence != account["sequence"] + 1:
            raise Refused("tx_bad_seq")
        if len(envelope.signatures) != 1:
            raise Refused("tx_bad_auth")
        try:
            Keypair.from_public_key(source).verify(envelope.hash(), envelope.signatures[0].signature)
        except BadSignatureError:
            raise Refused("tx_bad_auth") from None
        return envelope

    def _row(self, envelope: TransactionEnvelope, source: str, fee: int) -> dict[str, Any]:
        tx, number = envelope.transaction, self.tip()
        place = 1 + sum(one["ledger"] == number for one in self._state["transactions"].values())
        memo = {"memo_type": "none"}
        if isinstance(tx.memo, TextMemo):
            memo = {"memo_type": "text", "memo": tx.memo.memo_text.decode("utf-8", "replace")}
        elif not isinstance(tx.memo, NoneMemo):
            raise Refused("tx_malformed")
        row = {
            "id": envelope.hash_hex(),
            "hash": envelope.hash_hex(),
            "successful": True,
            "ledger": number,
            "created_at": self.closed_at(number),
            "source_account": source,
            "fee_account": source,
            "fee_charged": str(fee),
            "operation_count": len(tx.operations),
            "envelope_xdr": envelope.to_xdr(),
            "result_xdr": _result(tx.operations, fee),
        }
        shown = [
            {
                "id": str((number << 32) + (place << 12) + index),
                "transaction_hash": row["hash"],
                "source_account": source,
            }
            | _record(operation, source)
            for index, operation in enumerate(tx.operations, start=1)
        ]
        return row | memo | {"operations": shown}


def _apply(accounts: dict[str, dict[str, int]], source: str, operation: Operation) -> None:
    """Move what an operation moves. Raises :class:`Refused` for what this ledger cannot do."""
    if operation.source is not None:
        raise Refused("tx_not_supported")
    if isinstance(operation, CreateAccount):
        to, amount = operation.destination, _stroops(operation.starting_balance)
        if to in accounts:
            raise Refused("op_already_exists")
        accounts[to] = {"stroops": 0, "sequence": 0}
    elif isinstance(operation, Payment) and operation.asset.is_native():
        to, amount = operation.destination.account_id, _stroops(operation.amount)
        if to not in accounts:
            raise Refused("op_no_destination")
    else:
        raise Refused("op_not_supported")
    if accounts[source]["stroops"] < amount:
        raise Refused("op_underfunded")
    accounts[source]["stroops"] -= amount
    accounts[to]["stroops"] += amount


def _stroops(amount: str) -> int:
    return int(Decimal(amount) * STROOPS)


def lumens(stroops: int) -> str:
    """An amount as the network writes it, with seven places."""
    return f"{stroops // STROOPS}.{stroops % STROOPS:07}"


def _record(operation: Operation, source: str) -> dict[str, Any]:
    if isinstance(operation, CreateAccount):
        started = lumens(_stroops(operation.starting_balance))
        return {
            "type": "create_account",
            "funder": source,
            "account": operation.destination,
            "starting_balance": started,
        }
    if not isinstance(operation, Payment):
        raise Refused("op_not_supported")
    to = operation.destination.account_id
    amount = lumens(_stroops(operation.amount))
    return {"type": "payment", "asset_type": "native", "from": source, "to": to, "amount": amount}


def _result(operations: list[Operation], fee: int) -> str:
    """The result of a transaction whose operations all succeeded, in the network's own form."""
    inner = []
    for operation in operations:
        if isinstance(operation, CreateAccount):
            made = xdr.CreateAccountResult(xdr.CreateAccountResultCode.CREATE_ACCOUNT_SUCCESS)
            one = xdr.OperationResultTr(xdr.OperationType.CREATE_ACCOUNT, create_account_result=made)
        else:
            paid = xdr.PaymentResult(xdr.PaymentResultCode.PAYMENT_SUCCESS)
            one = xdr.OperationResultTr(xdr.OperationType.PAYMENT, payment_result=paid)
        inner.append(xdr.OperationResult(xdr.OperationResultCode.opINNER, one))
    whole = xdr.TransactionResultResult(xdr.TransactionResultCode.txSUCCESS, results=inner)
    return xdr.TransactionResult(xdr.Int64(fee), whole, xdr.TransactionResultExt(0)).to_xdr()
