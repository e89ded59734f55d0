"""The sample world is what it claims, can be made again at no cost, and is made anew when the chain is gone."""

from __future__ import annotations

import csv
import json
import stat
import sys
import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from recovery.db import Database
from recovery.models import FeePolicy, OwnedAddress, Person
from sandbox.deposits import ETHER
from sandbox.registries import write_registries
from sandbox.rpc import Rpc
from sandbox.world import Elsewhere, WrongChain, main, prepare


def _deposits(world: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    found = [deposit for deposit in world["deposits"] if deposit["kind"] == kind]
    assert found, kind
    return found


def _arrived(rpc: Rpc, deposit: dict[str, Any]) -> int:
    """What the deposit's block changed in the recipient's balance of its asset."""

    def balance(height: int) -> int:
        if deposit["contract"] is None:
            return rpc.quantity("eth_getBalance", deposit["recipient"], hex(height))
        data = "0x70a08231" + deposit["recipient"].removeprefix("0x").rjust(64, "0")
        return rpc.quantity("eth_call", {"to": deposit["contract"], "data": data}, hex(height))

    return balance(deposit["block"]) - balance(deposit["block"] - 1)


def _inner_calls(call: dict[str, Any]) -> list[dict[str, Any]]:
    return [inner for child in call.get("calls", []) for inner in (child, *_inner_calls(child))]


def test_every_deposit_did_on_the_chain_what_it_claims(rpc: Rpc, world: dict[str, Any]) -> None:
    nothing_moved = {"reverted", "returned_false"}
    for deposit in world["deposits"]:
        receipt = rpc.receipt(deposit["hash"])
        assert receipt is not None
        assert int(receipt["blockNumber"], 16) == deposit["block"]
        assert int(receipt["status"], 16) == (0 if deposit["kind"] == "reverted" else 1), deposit["kind"]
        expected = 0 if deposit["kind"] in nothing_moved else int(deposit["amount"])
        assert _arrived(rpc, deposit) == expected, deposit["kind"]


def test_internal_transfers_come_from_a_contract(rpc: Rpc, world: dict[str, Any]) -> None:
    router = world["contracts"]["router"].lower()
    for deposit in _deposits(world, "internal_native"):
        trace = rpc.call("debug_traceTransaction", deposit["hash"], {"tracer": "callTracer"})
        (paid,) = [call for call in _inner_calls(trace) if int(call.get("value", "0x0"), 16)]
        assert (trace["to"], paid["from"], paid["to"]) == (router, router, deposit["recipient"].lower())
    for deposit in _deposits(world, "internal_listed_token"):
        receipt = rpc.receipt(deposit["hash"])
        assert receipt is not None
        assert receipt["to"] == router
        payout = receipt["logs"][-1]
        assert payout["topics"][1].endswith(router[2:])
        assert deposit["position"] == f"log:{int(payout['logIndex'], 16)}"


def test_the_reverted_one_looks_like_a_transfer_and_says_why(rpc: Rpc, world: dict[str, Any]) -> None:
    deposit = _deposits(world, "reverted")[0]
    trace = rpc.call("debug_traceTransaction", deposit["hash"], {"tracer": "callTracer"})
    assert "till is closed" in json.dumps(trace)
    assert any(call["to"] == deposit["recipient"].lower() for call in _inner_calls(trace))


def test_five_unlisted_deposits_of_different_amounts_for_each_depositor(world: dict[str, Any]) -> None:
    for account in world["outside_wallets"]:
        mine = [deposit for deposit in _deposits(world, "unlisted_token") if deposit["account"] == account]
        assert len({deposit["amount"] for deposit in mine}) == 5
        assert {deposit["recipient"] for deposit in mine} == {world["deposit_addresses"][account]}


def test_a_sweep_of_a_deposited_token_needs_a_gas_top_up(rpc: Rpc, world: dict[str, Any]) -> None:
    """Addresses with tokens hold no native coin; that is sent to the account's other address."""
    for account, address in world["coin_addresses"].items():
        assert rpc.quantity("eth_getBalance", world["deposit_addresses"][account], "latest") == 0
        assert rpc.quantity("eth_getBalance", address, "latest") > 0


def test_the_newest_is_still_confirming_and_the_others_are_not(rpc: Rpc, world: dict[str, Any]) -> None:
    tip = rpc.quantity("eth_blockNumber")
    (confirming,) = _deposits(world, "confirming")
    assert tip - confirming["block"] + 1 < 3
    assert all(tip - other["block"] >= 8 for other in world["deposits"] if other is not confirming)


def test_registries_agree_with_the_world(world: dict[str, Any], tmp_path: Path) -> None:
    paths = write_registries(tmp_path, world)
    rows = {kind: list(csv.DictReader(path.read_text("utf-8").splitlines())) for kind, path in paths.items()}
    assert list(rows) == ["accounts", "addresses", "assets", "credits", "withdrawals", "labels", "prices"]
    book = {row["address"]: row for row in rows["addresses"]}
    assert book[world["wallets"]["gas_tank"]]["kind"] == "gas_tank"
    assert book[world["wallets"]["recovery_wallet"]]["kind"] == "hot"
    foreign = {deposit["recipient"] for deposit in _deposits(world, "foreign_address")}
    assert not foreign & set(book)
    listed = {row["contract"] for row in rows["assets"]}
    assert listed == {"", world["contracts"]["SUSD"]}
    credited = {deposit["hash"]: deposit for deposit in _deposits(world, "credited")}
    assert {row["hash"]: (row["position"], row["amount"]) for row in rows["credits"]} == {
        tx_hash: (deposit["position"], deposit["amount"]) for tx_hash, deposit in credited.items()
    }


def test_a_withdrawal_came_back_less_a_little(rpc: Rpc, world: dict[str, Any]) -> None:
    sent = {one["account"]: one for one in world["withdrawals"]}
    for deposit in _deposits(world, "returned_withdrawal"):
        before = sent[deposit["account"]]
        receipt = rpc.receipt(before["hash"])
        assert receipt is not None
        assert receipt["from"] == world["wallets"]["hot"].lower()
        assert deposit["recipient"] == world["wallets"]["hot"]
        assert 0.95 * int(before["amount"]) < int(deposit["amount"]) < int(before["amount"])


def test_the_look_alike_has_another_contract_and_nearly_the_symbol(world: dict[str, Any]) -> None:
    named = {token["symbol"]: token for token in world["tokens"]}
    alike = next(symbol for symbol in named if symbol not in ("MDW", "SUSD", "TOLL", "STUB"))
    assert unicodedata.name(alike[2]) == "CYRILLIC CAPITAL LETTER DZE"
    assert alike.replace(alike[2], "S") == "SUSD"
    for deposit in _deposits(world, "look_alike"):
        assert deposit["contract"] == named[alike]["contract"] != named["SUSD"]["contract"]


def test_the_wrong_network_is_another_chain_with_the_same_addresses(
    new_chain: Callable[..., str], tmp_path: Path
) -> None:
    first, second = Rpc(new_chain()), Rpc(new_chain("--chain-id", "31338"))
    try:
        made, _ = prepare(first, tmp_path / "world", tmp_path / "signer", Elsewhere(second.url))
        deposits = _deposits(made, "wrong_network")
        assert {deposit["recipient"] for deposit in deposits} <= set(made["deposit_addresses"].values())
        assert all(second.receipt(deposit["hash"]) and not first.knows(deposit["hash"]) for deposit in deposits)
        again, _ = prepare(first, tmp_path / "world", tmp_path / "signer", Elsewhere(second.url))
        assert _deposits(again, "wrong_network") == deposits
        paths = write_registries(tmp_path, again)
        assets = list(csv.DictReader(paths["assets"].read_text("utf-8").splitlines()))
        assert [row["symbol"] for row in assets if row["network"] == "local-second"] == ["SUSD"]
        with pytest.raises(WrongChain):
            prepare(first, tmp_path / "world", tmp_path / "signer", Elsewhere(first.url))
    finally:
        first.close()
        second.close()


def test_wallets_can_pay_and_files_with_secrets_are_private(rpc: Rpc, world: dict[str, Any], home: Path) -> None:
    assert rpc.balance(world["wallets"]["gas_tank"]) >= ETHER
    assert rpc.balance(world["wallets"]["recovery_wallet"]) >= ETHER
    for path in ("signer/keys.json", "world/outside_wallets.json", "world/world.json"):
        assert stat.S_IMODE((home / path).stat().st_mode) == 0o600, path
    custody = (home / "signer/keys.json").read_text()
    assert not any(address in custody for address in world["outside_wallets"].values())
    assert {sign_in["role"] for sign_in in world["sign_ins"]} == {
        *("depositor", "specialist", "wallet", "clearing", "auditor", "lead", "admin"),
    }
    assert len({sign_in["password"] for sign_in in world["sign_ins"]}) == len(world["sign_ins"]) == 11


def test_made_again_it_adds_one_confirming_deposit(rpc: Rpc, world: dict[str, Any], home: Path) -> None:
    keys = (home / "signer/keys.json").read_bytes()
    before = json.loads((home / "world/world.json").read_text())
    again, said = prepare(rpc, home / "world", home / "signer")
    assert "kept" in said
    assert len(again["deposits"]) == len(before["deposits"]) + 1
    assert [deposit["hash"] for deposit in again["deposits"][:-1]] == [old["hash"] for old in before["deposits"]]
    assert again["deposits"][-1]["kind"] == "confirming"
    assert len(_deposits(again, "confirming")) == 1
    for name in ("contracts", "wallets", "deposit_addresses", "outside_wallets", "sign_ins", "made_at"):
        assert again[name] == before[name]
    assert (home / "signer/keys.json").read_bytes() == keys


@pytest.mark.parametrize("options", [(), ("--block-time", "30")])
def test_a_lost_chain_is_made_anew(new_chain: Callable[..., str], tmp_path: Path, options: tuple[str, ...]) -> None:
    first, second = Rpc(new_chain(*options)), Rpc(new_chain(*options))
    try:
        before, _ = prepare(first, tmp_path / "world", tmp_path / "signer")
        after, said = prepare(second, tmp_path / "world", tmp_path / "signer")
    finally:
        first.close()
        second.close()
    assert "made anew" in said
    assert after["wallets"] == before["wallets"]
    assert after["sign_ins"] == before["sign_ins"]
    hashes = {deposit["hash"] for deposit in before["deposits"]}
    assert not hashes & {deposit["hash"] for deposit in after["deposits"]}


def test_it_refuses_any_other_chain(new_chain: Callable[..., str], tmp_path: Path) -> None:
    rpc = Rpc(new_chain("--chain-id", "1"))
    try:
        with pytest.raises(WrongChain):
            prepare(rpc, tmp_path / "world", tmp_path / "signer")
    finally:
        rpc.close()
    assert not (tmp_path / "signer").exists()


def test_loading_uses_the_products_commands_and_is_cheap_again(
    node: str,
    world: dict[str, Any],
    home: Path,
    database_url: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("RECOVERY_DATABASE_URL", database_url)
    command = ["--node", node, "--out", str(home / "world")]
    assert main([*command, "--load"]) == 0, capsys.readouterr().err
    assert in_database(database_url) == {"people": len(world["sign_ins"]) + 1, "policies": 1, "addresses": 9}
    assert not (home / "world/people.json").exists()
    token = home / "signer/token"
    assert stat.S_IMODE(token.stat().st_mode) == 0o600
    first = token.read_text()

    assert main([*command, "--load"]) == 0
    assert token.read_text() == first
    assert in_database(database_url) == {"people": len(world["sign_ins"]) + 1, "policies": 1, "addresses": 9}
    assert main([*command, "--load-again", "--recovery", f"{sys.executable} -c raise(SystemExit('no'))"]) == 1
    assert "sample world: recovery" in capsys.readouterr().err


def in_database(url: str) -> dict[str, int]:
    """How much of the world the product holds."""
    database = Database(url, pool_size=1)
    with database.reading() as session:
        counts = {
            name: session.scalar(select(func.count()).select_from(table)) or 0
            for name, table in (("people", Person), ("policies", FeePolicy), ("addresses", OwnedAddress))
        }
    database.close()
    return counts
