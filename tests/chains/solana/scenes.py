"""What a Solana node shows in every scene of the conformance suite."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from chains.solana import programs
from chains.types import Network
from tests.chains.scene import Scene
from tests.chains.solana.node import Known, key, node, signature
from tests.chains.solana.records import coins, memo, parsed, record

ALICE, BOB, MINT = key("alice"), key("bob"), key("mint")
HERS, HIS = key("alice's tokens"), key("bob's tokens")

LACKS: dict[str, str] = {}

REFERENCE = signature("one")


def scenes(network: Network) -> list[Scene]:
    """See :mod:`tests.chains.scene`."""
    genesis = str(network.params["genesis"])
    plain = Known({REFERENCE: _paid(7_000)}, genesis=genesis)
    absent = Known(genesis=genesis)
    shown: list[tuple[str, Known, dict[str, Any]]] = [
        ("final", plain, _expected(network, 7_000)),
        ("lie", replace(plain, answers={REFERENCE: _paid(7_001)}), {}),
        ("pending", replace(plain, level="confirmed"), {"status": "succeeded", "final": False}),
        ("processed", replace(plain, level="processed"), {"status": "pending", "final": False}),
        ("failed", replace(plain, answers={REFERENCE: _failed()}), {"failure": "instruction 0: custom error 1"}),
        ("token", replace(plain, answers={REFERENCE: _tokens()}), {"status": "succeeded"}),
        ("not_found", absent, {}),
        ("without_history", replace(absent, oldest=250_000_000), {}),
        ("behind", replace(absent, age=100_000), {"status": "unknown", "warnings": ["node_behind"]}),
        ("wrong_chain", replace(plain, genesis=key("another genesis")), {"warnings": ["wrong_chain"]}),
        (
            "only_the_transaction",
            replace(plain, silent=("getSignatureStatuses", "getSlot", "getGenesisHash")),
            {"status": "succeeded", "final": True, "confirmations": 1},
        ),
    ]
    return [Scene(name, REFERENCE, node(known), expect) for name, known, expect in shown]


def _paid(amount: int) -> dict[str, Any]:
    before = {ALICE: 50_000, BOB: 900_000, programs.SYSTEM: 1}
    after = {ALICE: 45_000 - amount, BOB: 900_000 + amount, programs.SYSTEM: 1}
    return record(coins(ALICE, BOB, amount), before=before, after=after)


def _failed() -> dict[str, Any]:
    before = {ALICE: 50_000, BOB: 900_000, programs.SYSTEM: 1}
    error = {"InstructionError": [0, {"Custom": 1}]}
    return record(coins(ALICE, BOB, 7_000), before=before, after=before | {ALICE: 45_000}, error=error)


def _tokens() -> dict[str, Any]:
    accounts = {ALICE: 50_000, HERS: 2_039_280, HIS: 2_039_280, MINT: 1_461_600, programs.TOKEN: 1, programs.MEMO: 1}
    amount = {"amount": "400", "decimals": 6, "uiAmount": None, "uiAmountString": "0.0004"}
    move = parsed(
        programs.TOKEN,
        "transferChecked",
        source=HERS,
        destination=HIS,
        mint=MINT,
        authority=ALICE,
        tokenAmount=amount,
    )
    held = ({HERS: (MINT, ALICE, 1_000), HIS: (MINT, BOB, 5)}, {HERS: (MINT, ALICE, 600), HIS: (MINT, BOB, 405)})
    return record(memo("order 7"), move, before=accounts, after=accounts | {ALICE: 45_000}, held=held)


def _expected(network: Network, amount: int) -> dict[str, Any]:
    coin = network.native
    leg = {
        "position": "ix:0",
        "kind": "native",
        "asset": coin.asset,
        "contract": None,
        "symbol": coin.symbol,
        "decimals": coin.decimals,
        "token_id": None,
        "sender": ALICE,
        "recipient": BOB,
        "amount": str(amount),
        "memo": None,
    }
    return {
        "hash": REFERENCE,
        "transfers": [leg],
        "confirmations": 101,
        "block": {"height": 900, "hash": None, "time": "2023-11-14T22:13:20Z"},
        "fee": {"asset": coin.asset, "symbol": coin.symbol, "amount": "5000", "payer": ALICE},
        "warnings": [],
    }
