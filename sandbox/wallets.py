"""Throw-away keys: drawn once, kept in a private file, and the accounts that sign with them."""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eth_account import Account
from eth_account.signers.local import LocalAccount
from eth_utils.address import to_checksum_address

from sandbox.files import read_json, write_json
from sandbox.rpc import NodeRefused, NodeSilent, Rpc

GWEI = 10**9
MAX_FEE_PER_GAS = 20 * GWEI


def keyring(path: Path, names: Iterable[str]) -> dict[str, LocalAccount]:
    """The named keys of ``path``; names it lacks are drawn and added, those it has are never changed.

    The file is ``{"version": 1, "keys": [{"name", "address", "key"}…]}``, mode 0600.
    """
    stored = read_json(path) or {"version": 1, "keys": []}
    known = {entry["name"]: entry for entry in stored["keys"]}
    missing = [name for name in names if name not in known]
    for name in missing:
        account = Account.from_key(secrets.token_bytes(32))
        known[name] = {"name": name, "address": account.address, "key": "0x" + bytes(account.key).hex()}
    if missing:
        write_json(path, {"version": 1, "keys": list(known.values())})
    return {name: Account.from_key(entry["key"]) for name, entry in known.items()}


@dataclass(frozen=True)
class Sent:
    """A transaction the sample world made: its hash and the receipt it got."""

    hash: str
    receipt: Mapping[str, Any]

    @property
    def succeeded(self) -> bool:
        return int(self.receipt["status"], 16) == 1


class Purse:
    """Sends transactions from one key, one at a time, each into a block before the next is made."""

    def __init__(self, rpc: Rpc, account: LocalAccount, chain_id: int) -> None:
        self.rpc = rpc
        self.account = account
        self.chain_id = chain_id

    def send(self, to: str | None, *, value: int = 0, data: bytes = b"", gas: int | None = None) -> Sent:
        """Signs and sends; ``to`` ``None`` deploys. ``gas`` must be given for what is meant to revert."""
        body: dict[str, Any] = {
            "type": 2,
            "chainId": self.chain_id,
            "nonce": self.rpc.nonce(self.account.address),
            "value": value,
            "data": "0x" + data.hex(),
            "gas": gas or self._estimate(to, value, data),
            "maxFeePerGas": MAX_FEE_PER_GAS,
            # A few random wei, so that a world built again on a new chain never repeats a transaction hash.
            "maxPriorityFeePerGas": GWEI + secrets.randbelow(10**6),
        }
        if to is not None:
            body["to"] = to
        signed = self.account.sign_transaction(body)
        tx_hash = self.rpc.send_raw("0x" + signed.raw_transaction.hex())
        return Sent(tx_hash, into_a_block(self.rpc, tx_hash))

    def deploy(self, creation: bytes) -> str:
        """The address of the contract deployed."""
        return to_checksum_address(self.send(None, data=creation).receipt["contractAddress"])

    def _estimate(self, to: str | None, value: int, data: bytes) -> int:
        call = {"from": self.account.address, "value": hex(value), "data": "0x" + data.hex()}
        if to is not None:
            call["to"] = to
        # The estimate is exact for the state it was made in; a fifth more covers a slot that turned non-zero.
        return self.rpc.quantity("eth_estimateGas", call) * 6 // 5


def fund(rpc: Rpc, address: str, at_least: int) -> None:
    """Tops ``address`` up to ``at_least`` wei from the node's own rich development account."""
    lacking = at_least - rpc.balance(address)
    if lacking <= 0:
        return
    rich = rpc.call("eth_accounts")
    if not rich:
        raise NodeRefused("the node has no development accounts; the sample world needs anvil or alike")
    tx_hash = rpc.call("eth_sendTransaction", {"from": rich[0], "to": address, "value": hex(lacking)})
    into_a_block(rpc, tx_hash)


def into_a_block(rpc: Rpc, tx_hash: str) -> Mapping[str, Any]:
    """The receipt. A node that mines by itself is given a moment; any other is asked for a block."""
    for attempt in range(1, 60):
        if (receipt := rpc.receipt(tx_hash)) is not None:
            return receipt
        if attempt % 5 == 0:
            rpc.call("evm_mine")
        else:
            time.sleep(0.01)
    raise NodeSilent(f"{tx_hash} was not mined")
