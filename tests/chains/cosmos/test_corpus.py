"""Recorded answers of real nodes, read in place from ``RECOVERY_CORPUS`` through the family's own client."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from chains.catalogue import network
from chains.errors import NodeMistaken
from chains.families import family
from chains.types import Network, Status, Transaction
from tests.chains.replay import Played
from tests.chains.scene import Asked, Told

CORPUS = os.environ.get("RECOVERY_CORPUS")
FOLDERS = {
    "archway": ("archway-1", "archway", "aarch"),
    "celestia": ("celestia", "celestia", "utia"),
    "cosmoshub": ("cosmoshub-4", "cosmos", "uatom"),
    "injective": ("injective-1", "inj", "inj"),
    "kava": ("kava-2", "kava", "ukava"),
    "osmosis": ("osmosis-1", "osmo", "uosmo"),
    "sei": ("pacific-1", "sei", "usei"),
    "stride": ("stride-1", "stride", "ustrd"),
    "cosmos_sdk_misc": ("", "", ""),
}


def records() -> Iterator[tuple[str, str, Any]]:
    root = Path(str(CORPUS))
    for entry in json.loads((root / "index.json").read_text(encoding="utf-8")):
        if entry["network"] in FOLDERS and not entry["bad"]:
            value = json.loads((root / entry["file"]).read_text(encoding="utf-8"))
            pages = value["txs"] if isinstance(value, dict) and isinstance(value.get("txs"), list) else [value]
            for page in pages:
                yield entry["network"], entry["file"], page


def response_of(value: Any) -> dict[str, Any] | None:
    """What stands for the transaction in the record."""
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    if isinstance(value, dict):
        value = value.get("tx_response", value)
    if isinstance(value, dict) and "txhash" in value:
        return value
    return None


def row_of(folder: str, response: dict[str, Any]) -> Network:
    """A row for the record's chain: of the catalogue where there is one, else made from the prefix of its accounts."""
    chain, hrp, denom = FOLDERS[folder]
    if folder in ("cosmoshub", "osmosis"):
        return network(folder)
    if not hrp:
        fee = response["tx"]["auth_info"]["fee"]["amount"]
        message = response["tx"]["body"]["messages"][0]
        address = next(
            (
                v
                for k, v in message.items()
                if k != "@type" and isinstance(v, str) and "1" in v and len(v) < 70 and v.islower()
            ),
            "",
        )
        denom = fee[0]["denom"] if fee else "rune"
        hrp = "dym" if denom == "adym" else address.partition("1")[0].removesuffix("valoper")
        chain = f"{hrp}-1"
        if hrp == "cosmos":
            return network("cosmoshub")
    base = network("cosmoshub")
    return replace(
        base,
        slug=folder,
        id=f"cosmos:{chain}",
        native=replace(base.native, asset=f"cosmos:{chain}/slip44:118"),
        params={**base.params, "chain_id": chain, "hrp": hrp, "denom": denom},
    )


def read(row: Network, value: Any, response: dict[str, Any]) -> Transaction:
    def node(asked: Asked) -> Told:
        if asked.path.startswith("/cosmos/tx/"):
            return Told(value)
        head = {"chain_id": row.params["chain_id"], "height": "99999999", "time": "2026-01-01T00:00:00Z"}
        return Told({"block": {"header": head}}) if asked.path.endswith("latest") else Told({}, 404)

    return family("cosmos").read(row, Played(node), response["txhash"]).transaction


@pytest.fixture(scope="module")
def told() -> dict[str, list[tuple[str, Transaction]]]:
    found: dict[str, list[tuple[str, Transaction]]] = {}
    for folder, file, value in records():
        response = response_of(value)
        if response is not None:
            row = row_of(folder, response) if response.get("tx") else network("cosmoshub")
            if "transfer_kava" not in file:  # a copy with addresses of another network: refused, see below
                found.setdefault(response["txhash"], []).append((file, read(row, value, response)))
    return found


@pytest.mark.skipif(CORPUS is None, reason="RECOVERY_CORPUS is not set")
def test_every_record(told: dict[str, list[tuple[str, Transaction]]], capsys: pytest.CaptureFixture[str]) -> None:
    counts: Counter[str] = Counter()
    for folder, _, value in records():
        response = response_of(value)
        if response is None:
            what = (
                "an answer of the node's RPC" if isinstance(value, dict) and "response" in value else "no transaction"
            )
            counts[f"{folder}: skipped: {what}"] += 1
    for file, seen in (one for several in told.values() for one in several):
        counts[f"{file.partition('/')[0]}: read: {seen.status.value}"] += 1
        for warning in seen.warnings:
            counts[f"warning: {warning}"] += 1
        handed_over = "broadcast" in file
        assert handed_over or seen.status is Status.SUCCEEDED, file
        assert seen.final is (seen.status is Status.SUCCEEDED)
    with capsys.disabled():
        print("\n" + "\n".join(f"  {number:>4}  {what}" for what, number in sorted(counts.items())))
    assert sum(len(several) for several in told.values()) >= 65


@pytest.mark.skipif(CORPUS is None, reason="RECOVERY_CORPUS is not set")
def test_a_record_with_accounts_of_another_network_is_refused() -> None:
    value = next(value for _, file, value in records() if "transfer_kava" in file)
    with pytest.raises(NodeMistaken):
        read(network("cosmoshub"), value, value)


def legs(
    told: dict[str, list[tuple[str, Transaction]]], start: str
) -> list[tuple[str, str | None, str | None, int, str | None]]:
    seen = next(several for name, several in told.items() if name.startswith(start))[0][1]
    return [(leg.position, leg.sender, leg.recipient, leg.amount, leg.contract) for leg in seen.transfers]


# What happened in the records with a quirk, read from the raw records by eye.
EXPECTED: dict[str, list[tuple[str, str | None, str | None, int, str | None]]] = {
    # a plain payment
    "EAE059242FB7": [
        (
            "msg:0/0",
            "cosmos13fe2vuy0e383q64usww4v5vxkmz6gcnfwv5u7v",
            "cosmos1xu3gawvpgykepm6kg4ayvs7q8zepj2jzecedax",
            2000000,
            None,
        )
    ],
    # of the first chain, without any events
    "E19B011D20D8": [
        (
            "msg:0/0",
            "cosmos1rw62phusuv9vzraezr55k0vsqssvz6ed52zyrl",
            "cosmos1nynns8ex9fq6sjjfj8k79ymkdz4sqth06xexae",
            2271999999,
            None,
        )
    ],
    # the second message brings coins over IBC; the first moves nothing
    "DF1995836FFA": [
        (
            "msg:1/0",
            "celestia12k2pyuylm9t7ugdvz67h9pg4gmmvhn5vwv5zte",
            "celestia1ffmdfxzq5yyps9m8vfle526qg4a3nmfjejygv5",
            10715721,
            None,
        )
    ],
    # IBC out: into the channel's escrow
    "5BFEADF2D10F": [
        (
            "msg:0/0",
            "osmo1f06vhp6m9fkghfpgafqwuetys9u74gy7eurz86",
            "osmo1v9njymsdu8gdqp4malxvztx9583jqgd72e24hx",
            3957272,
            "factory/osmo1f5vfcph2dvfeqcqkhetwv75fda69z7e5c2dldm3kvgj23crkv6wqcn47a0/umilkTIA",
        )
    ],
    # rewards and a new stake, twice; the stake shows only as coins spent and received
    "DBB87D066C70": [
        (
            "msg:0/0",
            "osmo1jv65s3grqf6v6jl3dp4t6c9t9rk99cd80yhvld",
            "osmo1jdx4rukctmdw7ad6xw5zjrlqchyj4kt632t2rn",
            6919062,
            None,
        ),
        (
            "msg:0/1",
            "osmo1jdx4rukctmdw7ad6xw5zjrlqchyj4kt632t2rn",
            "osmo1fl48vsnmsdzcv85q5d2q4z5ajdha8yu3aq6l09",
            6919061,
            None,
        ),
        (
            "msg:1/0",
            "osmo1jv65s3grqf6v6jl3dp4t6c9t9rk99cd80yhvld",
            "osmo1jdx4rukctmdw7ad6xw5zjrlqchyj4kt632t2rn",
            624267,
            None,
        ),
        (
            "msg:1/1",
            "osmo1jdx4rukctmdw7ad6xw5zjrlqchyj4kt632t2rn",
            "osmo1fl48vsnmsdzcv85q5d2q4z5ajdha8yu3aq6l09",
            624267,
            None,
        ),
    ],
    # liquid staking: a deposit, a mint to the module, its payment
    "ED0F17700E65": [
        (
            "msg:0/0",
            "stride1hc6kkysu2kwx3ls0nhw29sw69wc9qx892xupmf",
            "stride1rttt2xdr2kkxckfukkuevxvct6w6jmkjtcmh3a5a9ej9ukdkkpvqxzwlws",
            10000,
            "ibc/27394FB092D2ECCD56123C74F36E4C1F926001CEADA9CA97EA622B25F41E5EB2",
        ),
        (
            "msg:0/1",
            "stride1mvdq4nlupl39243qjz7sds5ez3rl9mnx253lza",
            "stride1hc6kkysu2kwx3ls0nhw29sw69wc9qx892xupmf",
            9645,
            "stuatom",
        ),
        ("msg:0/2", None, "stride1mvdq4nlupl39243qjz7sds5ez3rl9mnx253lza", 9645, "stuatom"),
    ],
    # a bridge out: paid to the module, which burns it
    "9295E2396805": [
        (
            "msg:0/0",
            "inj1mner97yu4ns6ds2fd9es7k8n9jh3yxs3jkzh86",
            "inj1979qcq0kdz72w0k9rsxcmfmagx2cydrs40q2xg",
            7268620 * 10**15,
            None,
        ),
        ("msg:0/1", "inj1979qcq0kdz72w0k9rsxcmfmagx2cydrs40q2xg", None, 7268620 * 10**15, None),
    ],
    # permissions granted: nothing moves
    "5AD1012BC345": [],
    "E4313FADC11D": [],
}


@pytest.mark.skipif(CORPUS is None, reason="RECOVERY_CORPUS is not set")
@pytest.mark.parametrize("start", EXPECTED)
def test_what_really_happened(told: dict[str, list[tuple[str, Transaction]]], start: str) -> None:
    assert legs(told, start) == EXPECTED[start]


@pytest.mark.skipif(CORPUS is None, reason="RECOVERY_CORPUS is not set")
def test_one_transaction_recorded_by_two_interfaces_has_the_same_positions(
    told: dict[str, list[tuple[str, Transaction]]],
) -> None:
    pairs = [several for several in told.values() if len(several) > 1 and "stax_" in several[0][0]]
    assert len(pairs) >= 7
    for (_, one), (_, other) in pairs:
        assert [(leg.position, leg.sender, leg.recipient, leg.amount) for leg in one.transfers] == [
            (leg.position, leg.sender, leg.recipient, leg.amount) for leg in other.transfers
        ]
