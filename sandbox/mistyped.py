"""Deposits to one shared address of the exchange on the sample ledger, where only a memo says whose they are.

The memos are mistyped the way people mistype them: every one means a single account, and none is what was asked for.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import httpx
from stellar_sdk import Account, Asset, Keypair, TransactionBuilder

from sandbox.cast import MEMO_NETWORK, MEMOS
from sandbox.deposits import Deposit
from sandbox.files import read_json, write_json
from sandbox.ledger import FEE, PASSPHRASE, STROOPS, lumens, root_keys
from sandbox.rpc import NodeRefused, NodeSilent

EXCHANGE = "exchange"

_STARTING = 5_000 * STROOPS
_WIDE = str.maketrans("0123456789", "０１２３４５６７８９")
_TYPED: dict[str, tuple[Callable[[str], str], str]] = {
    "acct-1001": (lambda memo: f"uid: {memo}", "with a word in front of it"),
    "acct-1002": (lambda memo: memo.translate(_WIDE), "in the wide digits of an East Asian keyboard"),
}
_AMOUNTS = {"acct-1001": 640 * STROOPS, "acct-1002": 215 * STROOPS}


class LedgerNode:
    """The sample ledger over HTTP. Raises :class:`NodeSilent` and :class:`NodeRefused` as the chains' client does."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._http = httpx.Client(base_url=url, timeout=10, trust_env=False)

    def close(self) -> None:
        self._http.close()

    def wait_until_answering(self, seconds: float) -> None:
        """Wait for it; raises :class:`NodeSilent` when it does not answer, or is another network's."""
        deadline = time.monotonic() + seconds
        while True:
            try:
                found = self._get("/")
            except NodeSilent:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.1)
                continue
            if found is None or found.get("network_passphrase") != PASSPHRASE:
                raise NodeSilent(f"{self.url} is not the sample ledger")
            return

    def knows(self, tx_hash: str) -> bool:
        return self._get(f"/transactions/{tx_hash}") is not None

    def sequence(self, address: str) -> int | None:
        """The account's sequence number, ``None`` when there is no such account."""
        found = self._get(f"/accounts/{address}")
        return None if found is None else int(found["sequence"])

    def send(self, payer: Keypair, operation: str, to: str, stroops: int, *, memo: str | None = None) -> dict[str, Any]:
        """Sign and send one payment, or the making of an account; gives Horizon's row of it."""
        sequence = self.sequence(payer.public_key)
        if sequence is None:
            raise NodeRefused(f"{payer.public_key} has no account")
        builder = TransactionBuilder(Account(payer.public_key, sequence), PASSPHRASE, base_fee=FEE)
        if operation == "create":
            builder.append_create_account_op(to, lumens(stroops))
        else:
            builder.append_payment_op(to, Asset.native(), lumens(stroops))
        if memo is not None:
            builder.add_text_memo(memo)
        envelope = builder.set_timeout(0).build()
        envelope.sign(payer)
        try:
            answer = self._http.post("/transactions", data={"tx": envelope.to_xdr()})
            row = answer.json()
        except (httpx.HTTPError, ValueError) as error:
            raise NodeSilent(f"transactions: {type(error).__name__}") from error
        if answer.status_code != 200:
            raise NodeRefused(f"transactions: {row}"[:200])
        return dict(row)

    def _get(self, path: str) -> dict[str, Any] | None:
        try:
            answer = self._http.get(path)
            return dict(answer.json()) if answer.status_code == 200 else None
        except (httpx.HTTPError, ValueError) as error:
            raise NodeSilent(f"{path}: {type(error).__name__}") from error


def ledger_keys(path: Path, names: Iterable[str]) -> dict[str, Keypair]:
    """The named keys of ``path``, drawn where they are missing; the file is private."""
    stored = read_json(path) or {"version": 1, "keys": []}
    known = {entry["name"]: entry["seed"] for entry in stored["keys"]}
    missing = [name for name in names if name not in known]
    for name in missing:
        drawn = Keypair.random()
        known[name] = drawn.secret
        stored["keys"].append({"name": name, "address": drawn.public_key, "seed": drawn.secret})
    if missing:
        write_json(path, stored)
    return {name: Keypair.from_secret(known[name]) for name in names}


def make_mistyped(node: LedgerNode, exchange: Keypair, wallets: Mapping[str, Keypair]) -> list[dict[str, Any]]:
    """The accounts, and one mistyped deposit of each depositor."""
    for keys in (exchange, *wallets.values()):
        if node.sequence(keys.public_key) is None:
            node.send(root_keys(), "create", keys.public_key, _STARTING)
    return [asdict(deposit) for deposit in _paid(node, exchange, wallets)]


def _paid(node: LedgerNode, exchange: Keypair, wallets: Mapping[str, Keypair]) -> Iterator[Deposit]:
    for account, payer in wallets.items():
        mistype, how = _TYPED[account]
        amount, asked = _AMOUNTS[account], MEMOS[account]
        row = node.send(payer, "pay", exchange.public_key, amount, memo=mistype(asked))
        explain = f"Lumens to the exchange's shared address; the memo {asked} was typed {how}."
        yield Deposit(
            kind="memo_typo",
            hash=row["hash"],
            account=account,
            contract=None,
            amount=str(amount),
            recipient=exchange.public_key,
            position="op:0",
            block=int(row["ledger"]),
            explain=explain,
            network=MEMO_NETWORK,
        )
