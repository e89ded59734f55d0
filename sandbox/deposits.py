"""The misdirected deposits of the sample world: each a real transaction, made the way such a mistake is made.

Amounts are base units. A deposit's ``kind`` names the mistake, ``account`` whose mistake it is, and ``explain`` says in
words what a reader should find when the hash is looked up.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from eth_account import Account
from eth_account.signers.local import LocalAccount

from sandbox.artifacts import artifacts
from sandbox.cast import DEPOSITORS, ISSUER, NEIGHBOUR, NETWORK, coin_key, deposit_key
from sandbox.rpc import Rpc
from sandbox.wallets import Purse, Sent

ETHER = 10**18
DOLLAR = 10**6
CONFIRMED_DEPTH = 8
"""Blocks mined after the old deposits, well beyond what the local network asks for."""

LOOK_ALIKE = "SU\u0405D"
"""SUSD for the eye: its third letter is the Cyrillic dze."""

# What each depositor sent of the unlisted token, in thousandths of a whole token.
_UNLISTED = {
    "acct-1001": (1_250_000, 480_500, 3_600_000, 75_250, 910_000),
    "acct-1002": (2_040_000, 333_333, 5_000_000, 128_750, 640_000),
}

_CRUMBS = range(40, 60)
"""Crumbs sent to one address, in thousandths: each is worth less than its sweep costs, all of them are worth more."""


@dataclass(frozen=True)
class Token:
    """A token of the sample world; ``title`` is its contract source, ``listed`` whether the exchange lists it."""

    symbol: str
    name: str
    title: str
    decimals: int
    listed: bool
    extra: tuple[int, ...] = ()


TOKENS = (
    Token("MDW", "Meadow Token", "SampleToken", 18, listed=False),
    Token("SUSD", "Sample Dollar", "SampleToken", 6, listed=True),
    Token("TOLL", "Toll Token", "TollToken", 18, listed=False, extra=(250,)),
    Token("STUB", "Stubborn Token", "StubbornToken", 18, listed=False),
    Token(LOOK_ALIKE, "Sample Dollar", "SampleToken", 6, listed=False),
    Token("CRMB", "Crumb Token", "SampleToken", 18, listed=False),
)


@dataclass(frozen=True)
class Deposit:
    """One deposit already made. ``contract`` is ``None`` for the native coin; ``block`` is its height on
    ``network``."""

    kind: str
    hash: str
    account: str
    contract: str | None
    amount: str
    recipient: str
    position: str | None
    block: int
    explain: str
    network: str = NETWORK


@dataclass(frozen=True)
class Scene:
    """Where deposits are made: the node, whose addresses are whose, and the contracts by their short names."""

    rpc: Rpc
    chain_id: int
    custody: Mapping[str, LocalAccount]
    outside: Mapping[str, LocalAccount]
    contracts: Mapping[str, str]

    def purse(self, name: str) -> Purse:
        return Purse(self.rpc, self.outside[name], self.chain_id)

    def deposit_address(self, account: str) -> str:
        return str(self.custody[deposit_key(account)].address)

    def coin_address(self, account: str) -> str:
        return str(self.custody[coin_key(account)].address)

    def send_token(self, payer: str, symbol: str, to: str, amount: int, *, function: str = "transfer") -> Sent:
        title = next(token.title for token in TOKENS if token.symbol == symbol)
        data = artifacts()[title].call(function, to, amount)
        return self.purse(payer).send(self.contracts[symbol], data=data)


def deploy_contracts(rpc: Rpc, chain_id: int, issuer: LocalAccount) -> dict[str, str]:
    """Deploys every sample contract; addresses by token symbol, ``router`` and ``till``."""
    purse = Purse(rpc, issuer, chain_id)
    deployed = {}
    for token in TOKENS:
        supply = 10**9 * 10**token.decimals
        creation = artifacts()[token.title].creation(token.name, token.symbol, token.decimals, supply, *token.extra)
        deployed[token.symbol] = purse.deploy(creation)
    deployed["router"] = purse.deploy(artifacts()["PayoutRouter"].creation())
    deployed["till"] = purse.deploy(artifacts()["ClosedTill"].creation())
    return deployed


def make_deposits(scene: Scene) -> list[dict[str, Any]]:
    """Every deposit but the confirming one, and enough blocks on top to make them final."""
    for wallet in (*DEPOSITORS, NEIGHBOUR):
        _hand_out_tokens(scene, wallet)
    made = [asdict(deposit) for account in DEPOSITORS for deposit in _mistakes_of(scene, account)]
    made += [asdict(deposit) for deposit in _neighbours_deposits(scene)]
    made += [asdict(deposit) for deposit in _crumbs(scene, DEPOSITORS[-1])]
    mine(scene.rpc, CONFIRMED_DEPTH)
    return made


def make_confirming(scene: Scene) -> dict[str, Any]:
    """A fresh deposit with one block on it, in place of older ones that have been confirmed since."""
    account = DEPOSITORS[0]
    amount = (20 + secrets.randbelow(60)) * DOLLAR
    to = scene.deposit_address(account)
    sent = scene.send_token(account, "SUSD", to, amount)
    explain = "Sample Dollar, only just sent: too few blocks yet to count on."
    return asdict(deposit_of("confirming", sent, account, scene.contracts["SUSD"], amount, to, explain))


def mine(rpc: Rpc, blocks: int) -> None:
    for _ in range(blocks):
        rpc.call("evm_mine")


def _hand_out_tokens(scene: Scene, wallet: str) -> None:
    to = scene.outside[wallet].address
    scene.send_token(ISSUER, "MDW", to, 100_000 * ETHER)
    scene.send_token(ISSUER, "SUSD", to, 100_000 * DOLLAR)
    scene.send_token(ISSUER, "TOLL", to, 10_000 * ETHER)
    scene.send_token(ISSUER, "STUB", to, 10_000 * ETHER, function="grant")


def _mistakes_of(scene: Scene, account: str) -> Iterator[Deposit]:
    """The mistakes one depositor made, in the order of time."""
    mine_at = scene.deposit_address(account)
    yield from _unlisted(scene, account, mine_at)
    yield from _through_contracts(scene, account, mine_at)
    yield _reverted(scene, account, mine_at)
    yield _to_a_foreign_address(scene, account)
    yield from _ordinary(scene, account, mine_at)
    yield from _awkward_tokens(scene, account, mine_at)


def _unlisted(scene: Scene, account: str, to: str) -> Iterator[Deposit]:
    for thousandths in _UNLISTED[account]:
        amount = thousandths * ETHER // 1000
        sent = scene.send_token(account, "MDW", to, amount)
        explain = "Meadow Token, which the exchange does not list, sent to the account's own deposit address."
        yield deposit_of("unlisted_token", sent, account, scene.contracts["MDW"], amount, to, explain)


def _through_contracts(scene: Scene, account: str, to: str) -> Iterator[Deposit]:
    purse, router, contract = scene.purse(account), scene.contracts["router"], artifacts()["PayoutRouter"]
    amount = 3 * ETHER // 2
    coins_to = scene.coin_address(account)
    sent = purse.send(router, value=amount, data=contract.call("payNative", coins_to))
    explain = "The native coin, paid onward by a contract: an internal transfer the deposit watcher does not see."
    yield deposit_of("internal_native", sent, account, None, amount, coins_to, explain)

    amount = 425 * DOLLAR
    purse.send(scene.contracts["SUSD"], data=artifacts()["SampleToken"].call("approve", router, amount))
    sent = purse.send(router, data=contract.call("payToken", scene.contracts["SUSD"], to, amount))
    explain = "Sample Dollar, listed, paid onward by a contract: the second of the two movements is the deposit."
    yield deposit_of("internal_listed_token", sent, account, scene.contracts["SUSD"], amount, to, explain)


def _reverted(scene: Scene, account: str, to: str) -> Deposit:
    amount = ETHER // 2
    data = artifacts()["ClosedTill"].call("pay", to)
    sent = scene.purse(account).send(scene.contracts["till"], value=amount, data=data, gas=150_000)
    explain = "Looks like a payment in the trace, but the call reverted with a reason: nothing moved."
    return deposit_of("reverted", sent, account, None, amount, to, explain)


def _to_a_foreign_address(scene: Scene, account: str) -> Deposit:
    amount, nobody = 60 * ETHER, Account.from_key(secrets.token_bytes(32)).address
    sent = scene.send_token(account, "MDW", nobody, amount)
    explain = "Meadow Token sent to an address that is none of the exchange's: it cannot be recovered."
    return deposit_of("foreign_address", sent, account, scene.contracts["MDW"], amount, nobody, explain)


def _ordinary(scene: Scene, account: str, to: str) -> Iterator[Deposit]:
    susd = scene.contracts["SUSD"]
    sent = scene.send_token(account, "SUSD", to, 150 * DOLLAR)
    explain = "An ordinary deposit of Sample Dollar that was credited at the time."
    yield deposit_of("credited", sent, account, susd, 150 * DOLLAR, to, explain)

    sent = scene.send_token(account, "SUSD", to, 275 * DOLLAR)
    explain = "An ordinary deposit of Sample Dollar that was never credited."
    yield deposit_of("uncredited_listed", sent, account, susd, 275 * DOLLAR, to, explain)

    coins_to = scene.coin_address(account)
    sent = scene.purse(account).send(coins_to, value=ETHER // 4)
    explain = "An ordinary deposit of the native coin that was never credited."
    yield deposit_of("uncredited_native", sent, account, None, ETHER // 4, coins_to, explain)


def _awkward_tokens(scene: Scene, account: str, to: str) -> Iterator[Deposit]:
    amount = 200 * ETHER
    sent = scene.send_token(account, "TOLL", to, amount)
    arrived = amount - amount * 250 // 10_000
    explain = "Toll Token, unlisted, keeps 2.5 % of every transfer: less arrived than was sent."
    yield deposit_of("fee_on_transfer", sent, account, scene.contracts["TOLL"], arrived, to, explain)

    amount = 40 * ETHER
    sent = scene.send_token(account, "STUB", to, amount)
    explain = "Stubborn Token answered false instead of moving: the transaction succeeded, yet nothing moved."
    yield deposit_of("returned_false", sent, account, scene.contracts["STUB"], amount, to, explain)

    sent = scene.send_token(account, "STUB", to, amount, function="grant")
    explain = "Stubborn Token that did arrive, but whose transfer refuses: a sweep cannot move it."
    yield deposit_of("unsweepable_token", sent, account, scene.contracts["STUB"], amount, to, explain)


def _crumbs(scene: Scene, account: str) -> Iterator[Deposit]:
    """Small deposits at one address, for a batch."""
    to = scene.deposit_address(account)
    scene.send_token(ISSUER, "CRMB", scene.outside[account].address, 100 * ETHER)
    for thousandths in _CRUMBS:
        amount = thousandths * ETHER // 1000
        sent = scene.send_token(account, "CRMB", to, amount)
        explain = "Crumb Token, unlisted, and so little of it that only a batch of such deposits is worth a sweep."
        yield deposit_of("small_token", sent, account, scene.contracts["CRMB"], amount, to, explain)


def _neighbours_deposits(scene: Scene) -> Iterator[Deposit]:
    to, amount = scene.deposit_address(NEIGHBOUR), 700 * ETHER
    sent = scene.send_token(NEIGHBOUR, "MDW", to, amount)
    explain = "Meadow Token sent to another customer's deposit address; no depositor here may learn whose."
    yield deposit_of("other_user", sent, NEIGHBOUR, scene.contracts["MDW"], amount, to, explain)


def deposit_of(
    kind: str, sent: Sent, account: str, contract: str | None, amount: int, to: str, explain: str
) -> Deposit:
    """The deposit that a transaction made."""
    position = _position(sent, contract, to)
    height = int(sent.receipt["blockNumber"], 16)
    return Deposit(kind, sent.hash, account, contract, str(amount), to, position, height, explain)


def _position(sent: Sent, contract: str | None, to: str) -> str | None:
    """The leg that reached ``to``, where the receipt alone tells it: the native coin of a plain call, or a token log."""
    if contract is None:
        return "native" if str(sent.receipt["to"]).lower() == to.lower() else None
    for log in sent.receipt["logs"]:
        to_topic = str(log["topics"][2])[-40:] if len(log["topics"]) == 3 else ""
        if log["address"].lower() == contract.lower() and to_topic == to.lower().removeprefix("0x"):
            return f"log:{int(log['logIndex'], 16)}"
    return None
