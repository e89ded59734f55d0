"""Whether addresses can receive, family by family, from scripted nodes: every need, its near miss, and nodes that cannot tell."""

from __future__ import annotations

import json
from typing import Any

import pytest

from chains.catalogue import network
from chains.families import FAMILIES, RECEIVERS, receiver
from chains.receivable import Receiving, ReceivingOrder, no, yes
from chains.receiving import BY_FORM, NODES_SILENT, receiving_again
from chains.solana import programs
from tests.chains.algorand import scenes as algorand
from tests.chains.replay import Played
from tests.chains.scene import Answers, Asked, RpcRefusal, Told, json_rpc
from tests.chains.stellar import test_sweep as stellar
from tests.chains.stellar.book import person
from tests.chains.tron.records import ALICE_TEXT, BOB_TEXT, TOKEN, TOKEN_TEXT
from tests.chains.xrpl import test_sweep as xrpl
from tests.chains.xrpl.book import BANK, BERT, CARL

SILENT = Receiving(notes=(NODES_SILENT,))
OPENED = yes("account_is_opened")


def told(
    name: str, answers: Answers, address: str, contract: str | None = None, amount: int = 10**9, **more: Any
) -> Receiving:
    return receiving_again(network(name), ReceivingOrder(address, contract, amount, **more), [Played(answers)])


def test_every_family_asks_goes_by_the_form_or_says_that_nobody_can_tell() -> None:
    assert set(FAMILIES) >= RECEIVERS
    assert not RECEIVERS & BY_FORM
    for name in FAMILIES:
        assert (receiver(name) is not None) == (name in RECEIVERS)


# XRPL

USD = f"USD:{BANK}"


@pytest.mark.parametrize(
    ("how", "order", "expected"),
    [
        ({}, {}, yes()),
        ({"accounts": {}}, {}, OPENED),
        ({"accounts": {}}, {"amount": 999_999}, no("more_coins")),
        ({"accounts": {BANK: {}}}, {"contract": USD}, no("account")),
        ({"accounts": {BERT: {"Flags": xrpl.TAG}}}, {}, no("tag")),
        ({"accounts": {BERT: {"Flags": xrpl.TAG}}}, {"memo": "7"}, yes()),
        ({"accounts": {BERT: {"Flags": xrpl.NO_XRP}}}, {}, no("other_address")),
        ({"accounts": {BERT: {"Flags": xrpl.STRANGERS}}}, {}, no("deposit_authorization")),
        (
            {"accounts": {BERT: {"Flags": xrpl.STRANGERS}}, "deposit_authorized": {"deposit_authorized": True}},
            {"payer": CARL},
            yes(),
        ),
        ({}, {"contract": USD, "amount": 10**15}, yes()),
        ({"lines": {}}, {"contract": USD}, no("trust_line")),
        ({}, {"contract": USD, "amount": 101 * 10**15}, no("room")),
        ({"lines": {BERT: {"freeze_peer": True}}}, {"contract": USD}, no("unfrozen_tokens")),
        ({"accounts": {BERT: {}, BANK: {"Flags": xrpl.FREEZE}}}, {"contract": USD}, no("unfrozen_tokens")),
        ({"server_info": {"info": {}}}, {}, SILENT),
    ],
)
def test_xrpl(how: dict[str, Any], order: dict[str, Any], expected: Receiving) -> None:
    found = told("xrpl", xrpl.node(**how), BERT, **{"amount": 20_000_000, **order})
    assert (found.able, found.needs, found.notes) == (expected.able, expected.needs, expected.notes)


# Stellar

USDC = f"USDC:{stellar.ISSUER}"
HOLDER = person("holder")


@pytest.mark.parametrize(
    ("accounts", "order", "expected"),
    [
        ([stellar.account(HOLDER)], {}, yes()),
        ([], {}, OPENED),
        ([], {"amount": 9_999_999}, no("more_coins")),
        ([], {"contract": USDC}, no("account")),
        ([stellar.account(HOLDER)], {"contract": USDC}, no("trust_line")),
        ([stellar.account(HOLDER, stellar.LINE)], {"contract": USDC, "amount": 10**7}, yes()),
        ([stellar.account(HOLDER, stellar.LINE)], {"contract": USDC, "amount": 96 * 10**7}, no("room")),
        ([stellar.account(HOLDER, stellar.LINE | {"is_authorized": False})], {"contract": USDC}, no("authorization")),
        ([stellar.account(HOLDER, data={"config.memo_required": "MQ=="})], {}, no("tag")),
        ([stellar.account(HOLDER, data={"config.memo_required": "MQ=="})], {"memo": "7"}, yes()),
    ],
)
def test_stellar(accounts: list[dict[str, Any]], order: dict[str, Any], expected: Receiving) -> None:
    assert told("stellar", stellar.node(*accounts), HOLDER, **{"amount": 10**8, **order}) == expected


def test_a_node_of_another_stellar_network_says_nothing() -> None:
    start = {"network_passphrase": "Test SDF Network ; September 2015"}
    assert told("stellar", stellar.node(stellar.account(HOLDER), start=start), HOLDER) == SILENT


# Algorand

ASA = "31566704"


def indexer(
    *, amount: int | None = 500_000, holding: dict[str, Any] | None = None, genesis: str | None = None
) -> Answers:
    inner = algorand.node(network("algorand"), None, genesis=genesis)

    def answer(asked: Asked) -> Told:
        path, _, _ = asked.path.partition("?")
        if path == f"/v2/accounts/{algorand.TWO}":
            return Told({"message": "no accounts"}, 404) if amount is None else Told(
                {"account": {"address": algorand.TWO, "amount": amount}}
            )  # fmt: skip
        if path == f"/v2/accounts/{algorand.TWO}/assets":
            return Told({"assets": [] if holding is None else [{"asset-id": int(ASA), "deleted": False} | holding]})
        return inner(asked)

    return answer


@pytest.mark.parametrize(
    ("node", "order", "expected"),
    [
        (indexer(), {}, yes()),
        (indexer(amount=None), {}, OPENED),
        (indexer(amount=None), {"amount": 99_999}, no("more_coins")),
        (indexer(), {"contract": ASA}, no("opt_in")),
        (indexer(holding={"is-frozen": False}), {"contract": ASA}, yes()),
        (indexer(holding={"is-frozen": True}), {"contract": ASA}, no("unfrozen_tokens")),
        (indexer(holding={"is-frozen": False, "deleted": True}), {"contract": ASA}, no("opt_in")),
        (indexer(holding={}), {"contract": ASA}, SILENT),
        (indexer(genesis="AAAA"), {}, SILENT),
    ],
)
def test_algorand(node: Answers, order: dict[str, Any], expected: Receiving) -> None:
    found = told("algorand", node, algorand.TWO, **order)
    assert (found.able, found.needs, found.notes) == (expected.able, expected.needs, expected.notes)


# TRON


def tron(*, code: bool = False, active: bool = True, genesis: str | None = None) -> Answers:
    def answer(asked: Asked) -> Told:
        if asked.path == "/wallet/getblockbynum":
            return Told({"blockID": genesis or network("tron").params["genesis"]})
        if asked.path == "/wallet/getcontract":
            return Told({"contract_address": asked.body["value"], "bytecode": "6000"} if code else {})
        return Told({"address": "41", "balance": 1} if active else {})

    return answer


@pytest.mark.parametrize(
    ("node", "order", "expected"),
    [
        (tron(), {}, yes(deployed=False)),
        (tron(active=False), {}, yes("account_is_opened", deployed=False)),
        (tron(code=True), {"contract": TOKEN_TEXT}, yes(kind="contract", deployed=True)),
        (tron(code=True), {}, Receiving(None, "contract", (), True, (NODES_SILENT,))),
        (tron(genesis="0" * 16 + "1" * 48), {}, SILENT),
    ],
)
def test_tron(node: Answers, order: dict[str, Any], expected: Receiving) -> None:
    assert told("tron", node, BOB_TEXT, **order) == expected
    assert TOKEN
    assert ALICE_TEXT != BOB_TEXT


# Solana

OWNER, MINT = "7v91N7iZ9mNicL8WfG6cgSCKyRXydQjLh6UYBWwm6y1Q", "EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v"


def solana(row: Any = None, held: Any = (), genesis: str | None = None) -> Answers:
    def result(method: str, params: Any) -> Any:
        if method == "getGenesisHash":
            return genesis or network("solana").params["genesis"]
        if method == "getMinimumBalanceForRentExemption":
            return 890_880
        if isinstance(row, RpcRefusal) and method == "getAccountInfo":
            raise row
        return {"context": {"slot": 1}, "value": row if method == "getAccountInfo" else list(held)}

    return json_rpc(result)


def parsed(kind: str, owner: str = programs.TOKEN, **info: Any) -> dict[str, Any]:
    program = "spl-token"
    return {"owner": owner, "executable": False, "data": {"program": program, "parsed": {"type": kind, "info": info}}}


PERSON = {"owner": programs.SYSTEM, "executable": False, "data": ["", "base64"], "lamports": 5}


@pytest.mark.parametrize(
    ("node", "order", "expected"),
    [
        (solana(PERSON), {}, yes(deployed=False)),
        (solana(), {}, yes("account_is_opened", deployed=False)),
        (solana(), {"amount": 890_879}, no("more_coins")),
        (solana(PERSON | {"executable": True}), {}, no("other_address", kind="contract", deployed=True)),
        (solana(parsed("account", owner=programs.TOKEN)), {}, no("other_address", kind="contract", deployed=True)),
        (solana(PERSON), {"contract": MINT}, yes("account_is_opened")),
        (solana(PERSON, [{"account": parsed("account", mint=MINT, state="initialized")}]), {"contract": MINT}, yes()),
        (
            solana(PERSON, [{"account": parsed("account", mint=MINT, state="frozen")}]),
            {"contract": MINT},
            no("unfrozen_tokens"),
        ),
        (solana(RpcRefusal(-32005, "behind")), {}, SILENT),
        (solana(PERSON, genesis="4uhcVJyU9pJkvQyS88uRDiswHXSCkY3zQawwpjk2NsNY"), {}, SILENT),
    ],
)
def test_solana(node: Answers, order: dict[str, Any], expected: Receiving) -> None:
    assert told("solana", node, OWNER, **order) == expected


# Hedera

COIN = "0.0.456858"


def mirror(account: Any = None, tokens: Any = None, genesis: str | None = None) -> Answers:
    missing = Told({"_status": {"messages": [{"message": "Not found"}]}}, 404)

    def answer(asked: Asked) -> Told:
        path = asked.path.partition("?")[0]
        if path == "/api/v1/blocks/0":
            own = genesis or network("hedera").params["genesis"]
            moments = {"from": "1568411631.396440000", "to": "1568411670.872035001"}
            return Told({"number": 0, "hash": own, "timestamp": moments, "name": "0"})
        if path.endswith("/tokens"):
            return Told({"tokens": tokens or []})
        return missing if account is None else Told({"account": "0.0.7", "deleted": False} | account)

    return answer


@pytest.mark.parametrize(
    ("node", "order", "expected"),
    [
        (mirror({}), {}, yes()),
        (mirror(), {}, no("account")),
        (mirror({"deleted": True}), {}, no("account")),
        (mirror({"receiver_sig_required": True}), {}, no("deposit_authorization")),
        (mirror({"max_automatic_token_associations": 0}), {"contract": COIN}, no("association")),
        (mirror({"max_automatic_token_associations": -1}), {"contract": COIN}, OPENED),
        (mirror({"max_automatic_token_associations": 5}), {"contract": COIN}, SILENT),
        (
            mirror({}, [{"token_id": COIN, "freeze_status": "UNFROZEN", "kyc_status": "GRANTED"}]),
            {"contract": COIN},
            yes(),
        ),
        (mirror({}, [{"token_id": COIN, "freeze_status": "FROZEN"}]), {"contract": COIN}, no("unfrozen_tokens")),
        (mirror({}, [{"token_id": COIN, "kyc_status": "REVOKED"}]), {"contract": COIN}, no("authorization")),
        (mirror({}, genesis="0x" + "1" * 96), {}, SILENT),
    ],
)
def test_hedera(node: Answers, order: dict[str, Any], expected: Receiving) -> None:
    found = told("hedera", node, "0.0.7", **order)
    assert (found.able, found.needs, found.notes) == (expected.able, expected.needs, expected.notes)


# NEAR


def near(code: str | None = "1" * 32, storage: Any = (), chain: str = "mainnet") -> Answers:
    def result(method: str, params: Any) -> Any:
        if method == "status":
            return {"chain_id": chain}
        if params["request_type"] == "call_function":
            assert params["method_name"] == "storage_balance_of"
            if storage == ():
                raise RpcRefusal(-32000, "MethodNotFound")
            return {"result": list(json.dumps(storage).encode())}
        if code is None:
            raise RpcRefusal(-32000, "account nobody.near does not exist while viewing")
        return {"amount": "1", "code_hash": code}

    return json_rpc(result)


IMPLICIT = "98793cd91a3f870fb126f66285808c7e094afcfc4eda8a970f6648cdf0dbd6de"
PAID = {"total": "1250000000000000000000", "available": "0"}


@pytest.mark.parametrize(
    ("node", "address", "contract", "expected"),
    [
        (near(), "anna.near", None, yes(deployed=False)),
        (near(code="A" * 44), "anna.near", None, yes(kind="contract", deployed=True)),
        (near(code=None), "anna.near", None, no("account")),
        (near(storage=PAID), "anna.near", "usdt.tether-token.near", yes(deployed=False)),
        (near(storage=None), "anna.near", "usdt.tether-token.near", no("storage_deposit")),
        (near(), "anna.near", "usdt.tether-token.near", Receiving(kind="account", notes=(NODES_SILENT,))),
        (near(chain="testnet"), "anna.near", None, SILENT),
    ],
)
def test_near(node: Answers, address: str, contract: str | None, expected: Receiving) -> None:
    assert told("near", node, address, contract) == expected
