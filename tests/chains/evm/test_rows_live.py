"""Every row against a node that runs under its chain id: a native and a token transfer, sent and read."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest
from eth_abi.abi import encode

from chains.catalogue import networks
from chains.evm.trial import transfer
from chains.types import Network, Status, TransferKind
from chains.verify import verify
from recovery.embedded import EmbeddedError, anvil
from tests.chains.conftest import LiveNode

ROWS = [row for row in networks().values() if row.family == "evm"]
NOBODY = "0x00000000000000000000000000000000000000AA"
AMOUNT = 10**17
DEEP = 65
"""Blocks mined on top: this node calls final what lies 64 deep. Rows that want thousands are tried with these few."""


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.slug)
def test_a_row_is_read_live(row: Network, tmp_path: Path, bytecode: dict[str, str]) -> None:
    try:
        running = anvil.start(tmp_path, options=("--no-mining",), chain_id=row.params["chain_id"])
    except EmbeddedError as missing:
        if os.environ.get("CI") == "true":
            raise
        pytest.skip(str(missing))
    try:
        _try(replace(row, confirmations=min(row.confirmations, DEEP)), LiveNode(running.url), bytecode["Token"])
    finally:
        running.stop()


def _try(row: Network, live: LiveNode, token_code: str) -> None:
    live.accounts = live.rpc("eth_accounts")
    token = live.deploy(token_code, encode(["string", "uint8", "uint256"], ["USDT", 6, 10**12]).hex())
    native, moved = live.send(NOBODY, value=AMOUNT), live.send(token, data=transfer(NOBODY, 1000))
    assert verify(row, native, [live.node]).transaction.status is Status.PENDING
    live.mine(DEEP)
    paid, sent = (verify(row, reference, [live.node]).transaction for reference in (native, moved))
    for transaction in (paid, sent):
        assert (transaction.status, transaction.final, transaction.network_id) == (Status.SUCCEEDED, True, row.id)
        if row.params.get("l1_fee") is True:
            assert transaction.warnings == ("l1_fee_not_visible",)  # this node charges nothing for a layer below
        else:
            assert transaction.warnings == ()
            assert transaction.fee is not None
            assert transaction.fee.asset == row.native.asset
    (leg,) = paid.transfers
    assert (leg.position, leg.kind, leg.asset, leg.amount, leg.recipient) == (
        "native", TransferKind.NATIVE, row.native.asset, AMOUNT, NOBODY,
    )  # fmt: skip
    (leg,) = sent.transfers
    assert (leg.position, leg.kind, leg.amount, leg.recipient) == ("log:0", TransferKind.TOKEN, 1000, NOBODY)
    assert leg.asset == f"{row.id}/erc20:{leg.contract}"
    assert (leg.symbol, leg.decimals) == ("USDT", 6)
