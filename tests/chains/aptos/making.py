"""An invented piece of Aptos in the form of its REST interface."""

from __future__ import annotations

import hashlib
import time
from typing import Any

from chains.aptos.address import long_form
from tests.chains.scene import Answers, Asked, Told

APT = "0x1::aptos_coin::AptosCoin"
CHAIN, VERSION, HEIGHT, TIP = 1, 3_500_000_000, 400_000_000, 400_000_099
MICROSECONDS = 1_750_000_000_000_000


def address(name: str) -> str:
    """An account, object or hash of the invented chain."""
    return f"0x{hashlib.sha256(name.encode()).hexdigest()}"


def event(kind: str, data: dict[str, Any], account: str = "0x0", number: int = 0) -> dict[str, Any]:
    guid = {"creation_number": str(number), "account_address": account}
    return {"guid": guid, "sequence_number": "0", "type": kind, "data": data}


def moved(inward: bool, store: str, amount: int) -> dict[str, Any]:
    """A module's event of a fungible asset."""
    return event(f"0x1::fungible_asset::{'Deposit' if inward else 'Withdraw'}", {"store": store, "amount": str(amount)})


def coin(inward: bool, account: str, amount: int) -> dict[str, Any]:
    """An event of an account's coin handle."""
    kind, number = ("DepositEvent", 2) if inward else ("WithdrawEvent", 3)
    return event(f"0x1::coin::{kind}", {"amount": str(amount)}, account, number)


def resource(at: str, kind: str, data: dict[str, Any]) -> dict[str, Any]:
    return {"type": "write_resource", "address": at, "state_key_hash": "0x00", "data": {"type": kind, "data": data}}


def store(at: str, owner: str | None, metadata: str, balance: int = 5) -> list[dict[str, Any]]:
    """A store of a fungible asset, with its owner or without."""
    held = {"balance": str(balance), "frozen": False, "metadata": {"inner": metadata}}
    found = [resource(at, "0x1::fungible_asset::FungibleStore", held)]
    return found + ([resource(at, "0x1::object::ObjectCore", {"owner": owner})] if owner else [])


def coin_store(account: str, kind: str = APT) -> dict[str, Any]:
    handles = {
        f"{name}_events": {"counter": "1", "guid": {"id": {"addr": account, "creation_num": str(number)}}}
        for name, number in (("deposit", 2), ("withdraw", 3))
    }
    return resource(account, f"0x1::coin::CoinStore<{kind}>", {"coin": {"value": "9"}, **handles})


def pair(kind: str, metadata: str) -> dict[str, Any]:
    """That a coin and a fungible asset are one."""
    account, module, name = kind.split("::")
    parts = {
        "account_address": account,
        "module_name": f"0x{module.encode().hex()}",
        "struct_name": f"0x{name.encode().hex()}",
    }
    return resource(metadata, "0x1::coin::PairedCoinType", {"type": parts})


def transaction(events: list[dict[str, Any]], changes: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
    """A committed transaction of the payer's."""
    return {
        "type": "user_transaction", "version": str(VERSION), "hash": address("hash"), "success": True,
        "vm_status": "Executed successfully", "gas_used": "18", "gas_unit_price": "100", "max_gas_amount": "2000",
        "sender": address("payer"), "sequence_number": "7", "timestamp": str(MICROSECONDS), "events": events,
        "changes": changes, "payload": {"type": "entry_function_payload", "function": "0x1::f::f", "arguments": []},
        "signature": {"type": "ed25519_signature"},
    } | more  # fmt: skip


def answers(
    found: dict[str, Any] | None,
    *,
    chain: int = CHAIN,
    oldest: int = 0,
    refused: tuple[str, ...] = (),
    owner: str | None = None,
) -> Answers:
    """A full node that knows one transaction. ``refused``: beginnings of paths it does not offer."""

    def answer(asked: Asked) -> Told:
        path = asked.path.removeprefix("/v1").partition("?")[0].rstrip("/")
        if any(path.startswith(one) if one else not path for one in refused):
            return Told({"message": "not offered", "error_code": "api_disabled"}, status=404)
        if not path:
            return Told({
                "chain_id": chain, "epoch": "9", "ledger_version": str(VERSION + 500), "oldest_ledger_version": str(oldest),
                "ledger_timestamp": str(int(time.time()) * 1_000_000), "block_height": str(TIP), "oldest_block_height": "0",
            })  # fmt: skip
        if path.startswith("/transactions/by_hash/"):
            if found is None or not path.endswith(found["hash"]):
                return Told({"message": "Transaction not found", "error_code": "transaction_not_found"}, status=404)
            return Told(found)
        if path.startswith("/blocks/by_version/"):
            first, last = str(VERSION - 1), str(VERSION + 1)
            return Told({"block_height": str(HEIGHT), "block_hash": address("block"), "block_timestamp": str(MICROSECONDS),
                         "first_version": first, "last_version": last, "transactions": None})  # fmt: skip
        if owner and "/resource/0x1::object::ObjectCore" in path:
            return Told({"type": "0x1::object::ObjectCore", "data": {"owner": owner}})
        return Told({"message": "no resource", "error_code": "resource_not_found"}, status=404)

    return answer


METADATA_APT = long_form("0xa")
