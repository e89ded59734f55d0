"""Small records of an invented Hedera network, in the documented form of mirror nodes."""

from __future__ import annotations

import base64
import hashlib
from typing import Any

ID = "0.0.5001-1750000000-000000017"
CONSENSUS = "1750000009.123456789"
NODE = "0.0.7"
PAYER = "0.0.5001"
BOB = "0.0.6002"
CAROL = "0.0.6003"
TOKEN = "0.0.456858"
FEE = 1_000


def entry(account: str, amount: int) -> dict[str, Any]:
    return {"account": account, "amount": amount, "is_approval": False}


def fees(fee: int = FEE, payer: str | None = PAYER) -> list[dict[str, Any]]:
    """Who pays what a transaction costs, and where it goes."""
    split = [entry(NODE, fee // 10), entry("0.0.98", fee - fee // 10 - fee // 5), entry("0.0.800", fee // 5)]
    return [*split, *([entry(payer, -fee)] if payer else [])]


def record(**changed: Any) -> dict[str, Any]:
    """A transfer of 500 from its payer to Bob, but for what is ``changed``."""
    id_ = changed.get("transaction_id", ID)
    start = id_.partition("-")[2].replace("-", ".")
    seed = f"{id_}{changed.get('nonce', 0)}{changed.get('scheduled', False)}{changed.get('result', '')}"
    return {
        "charged_tx_fee": FEE,
        "consensus_timestamp": CONSENSUS,
        "entity_id": None,
        "max_fee": "100000000",
        "memo_base64": "",
        "name": "CRYPTOTRANSFER",
        "nft_transfers": [],
        "node": NODE,
        "nonce": 0,
        "parent_consensus_timestamp": None,
        "result": "SUCCESS",
        "scheduled": False,
        "staking_reward_transfers": [],
        "token_transfers": [],
        "transaction_hash": base64.b64encode(hashlib.sha384(seed.encode()).digest()).decode(),
        "transaction_id": id_,
        "transfers": [*fees(payer=None), entry(PAYER, -500 - FEE), entry(BOB, 500)],
        "valid_duration_seconds": "120",
        "valid_start_timestamp": start,
    } | changed


def token_entry(account: str, amount: int, token: str = TOKEN) -> dict[str, Any]:
    return {"token_id": token, "account": account, "amount": amount, "is_approval": False}


def nft_entry(sender: str | None, recipient: str | None, serial: int) -> dict[str, Any]:
    return {"token_id": TOKEN, "sender_account_id": sender, "receiver_account_id": recipient, "serial_number": serial}


def memo(text: bytes) -> str:
    return base64.b64encode(text).decode()


def block(number: int, start: str, end: str, hash_: str | None = None) -> dict[str, Any]:
    name = hash_ or "0x" + hashlib.sha384(str(number).encode()).hexdigest()
    return {"number": number, "hash": name, "timestamp": {"from": start, "to": end}, "count": 3}
