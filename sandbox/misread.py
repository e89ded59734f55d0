"""Deposits whose cause people get wrong: a look-alike token, a withdrawal that came back, the wrong network."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, replace
from datetime import UTC, datetime
from typing import Any

from sandbox.artifacts import artifacts
from sandbox.cast import DEPOSITORS, ISSUER, SECOND_NETWORK, platform_key
from sandbox.deposits import CONFIRMED_DEPTH, DOLLAR, LOOK_ALIKE, TOKENS, Deposit, Scene, deposit_of, mine
from sandbox.wallets import Purse

_WITHDRAWN = {"acct-1001": 1_800 * DOLLAR, "acct-1002": 950 * DOLLAR}
"""What each depositor withdrew; far enough apart that neither can be taken for the other."""

_BROKERS_FEE = 4 * DOLLAR
_WRONG_NETWORK = {"acct-1001": 320 * DOLLAR, "acct-1002": 145 * DOLLAR}


def make_misread(scene: Scene) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The deposits, and the withdrawals the exchange made before; old enough to be final."""
    scene.send_token(ISSUER, "SUSD", scene.custody["hot"].address, 10_000 * DOLLAR)
    deposits: list[Deposit] = []
    withdrawals: list[dict[str, Any]] = []
    for account in DEPOSITORS:
        deposits.append(_look_alike(scene, account))
        withdrawal, deposit = _sent_back(scene, account)
        deposits.append(deposit)
        withdrawals.append(withdrawal)
    mine(scene.rpc, CONFIRMED_DEPTH)
    return [asdict(deposit) for deposit in deposits], withdrawals


def _look_alike(scene: Scene, account: str) -> Deposit:
    amount, to = 25_000 * DOLLAR, scene.deposit_address(account)
    sent = scene.send_token(ISSUER, LOOK_ALIKE, to, amount)
    explain = "A worthless token whose symbol looks like that of Sample Dollar, sent by a stranger."
    return deposit_of("look_alike", sent, account, scene.contracts[LOOK_ALIKE], amount, to, explain)


def _sent_back(scene: Scene, account: str) -> tuple[dict[str, Any], Deposit]:
    """A withdrawal to the customer's address at another platform, and the platform's return of it, less its fee."""
    hot, broker = scene.custody["hot"], scene.outside[platform_key(account)]
    contract, amount = scene.contracts["SUSD"], _WITHDRAWN[account]
    transfer = artifacts()["SampleToken"].call
    paid = Purse(scene.rpc, hot, scene.chain_id).send(contract, data=transfer("transfer", broker.address, amount))
    block = scene.rpc.call("eth_getBlockByNumber", paid.receipt["blockNumber"], False)
    withdrawal = {
        "hash": paid.hash,
        "account": account,
        "contract": contract,
        "amount": str(amount),
        "destination": broker.address,
        "sent_at": datetime.fromtimestamp(int(block["timestamp"], 16), UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
    }
    back = amount - _BROKERS_FEE
    purse = scene.purse(platform_key(account))
    sent = purse.send(contract, data=transfer("transfer", hot.address, back))
    explain = "A withdrawal that the other platform sent back, less its fee, to the wallet it had come from."
    return withdrawal, deposit_of("returned_withdrawal", sent, account, contract, back, hot.address, explain)


def deploy_second(scene: Scene) -> dict[str, str]:
    """Sample Dollar on the second chain; addresses by token symbol."""
    token = next(token for token in TOKENS if token.symbol == "SUSD")
    creation = artifacts()[token.title].creation(token.name, token.symbol, token.decimals, 10**9 * DOLLAR)
    return {token.symbol: scene.purse(ISSUER).deploy(creation)}


def make_wrong_network(scene: Scene) -> list[dict[str, Any]]:
    """Sample Dollar on the second chain, to addresses that were given out for the first."""
    made = [asdict(deposit) for deposit in _on_the_second(scene)]
    mine(scene.rpc, CONFIRMED_DEPTH)
    return made


def _on_the_second(scene: Scene) -> Iterator[Deposit]:
    for account, amount in _WRONG_NETWORK.items():
        to = scene.deposit_address(account)
        scene.send_token(ISSUER, "SUSD", scene.outside[account].address, amount)
        sent = scene.send_token(account, "SUSD", to, amount)
        explain = "Sample Dollar, sent to the account's own deposit address, but on the second chain."
        deposit = deposit_of("wrong_network", sent, account, scene.contracts["SUSD"], amount, to, explain)
        yield replace(deposit, network=SECOND_NETWORK)
