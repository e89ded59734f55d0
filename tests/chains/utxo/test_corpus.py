"""Recorded answers of real daemons and indexes, read through the real clients; the folder is named by ``RECOVERY_CORPUS``."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from chains.catalogue import network
from chains.errors import NodeMistaken
from chains.families import family
from chains.types import Status, Transaction
from tests.chains.replay import Played
from tests.chains.scene import Answers, Asked, RpcRefusal, Told, json_rpc

CORPUS = os.environ.get("RECOVERY_CORPUS")
pytestmark = pytest.mark.skipif(not CORPUS, reason="RECOVERY_CORPUS names no folder")

ROWS = {
    "bitcoin": "bitcoin", "litecoin": "litecoin", "dogecoin": "dogecoin", "bitcoincash": "bitcoin-cash", "dash": "dash",
    "zcash": "zcash",
}  # fmt: skip
EDITED = {
    "4852fe372ff7534c16713b3146bbc1e86379c70bea4d5c02fb1fa0112980a081": "of a test network, its inputs taken out",
    "8c14f0db3df150123e6f3dbbf30f8b955a8249b62ac1d1ff16284aefa3d06d87": "other outputs than its bytes have",
    "fake": "an invented transaction with the bytes of none",
}
"""Records whose authors changed them; they must be refused, because the bytes say otherwise."""
WITHOUT_ROW = ("digibyte", "ecash", "ravencoin", "qtum")


@dataclass
class Record:
    """One transaction a node told of, and the block it came in."""

    slug: str
    shown: dict[str, Any]
    header: dict[str, Any] | None = None
    interface: str | None = None


@dataclass
class Found:
    """What was read and what was not, by file."""

    read: dict[tuple[str, str], Transaction] = field(default_factory=dict)
    waiting: dict[tuple[str, str], Transaction] = field(default_factory=dict)
    counts: Counter[str] = field(default_factory=Counter)
    skipped: dict[str, str] = field(default_factory=dict)


def _load(path: Path) -> Any:
    return json.loads(path.read_text(), parse_float=Decimal)


def _text(value: Any) -> str:
    """JSON with its decimal fractions as they were recorded."""
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, dict):
        return "{" + ",".join(f"{json.dumps(key)}:{_text(member)}" for key, member in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(_text, value)) + "]"
    return json.dumps(value)


def _records(folder: str, path: Path) -> Iterator[Record] | str:
    """The transactions a file holds, or why it holds none."""
    slug = ROWS[folder]
    name = path.name
    if "expected" in name:
        return "what a tool made of an answer, no answer of a node"
    value = _load(path)
    if name.startswith("ba_"):
        other = value["vin"][0]["addresses"][0].startswith("t1")  # filed under Bitcoin, of Zcash
        return iter([Record("zcash" if other else slug, value, interface="blockbook")])
    if name.startswith("gem_"):
        return iter([Record(slug, value, interface="blockbook")])
    if name.startswith("blockbook_rpc"):
        header = {
            "hash": value["blockHash"],
            "height": value["blockHeight"],
            "time": value["blockTime"],
            "confirmations": 1000,
        }
        return iter(
            Record(slug, {"blockhash": value["blockHash"], "confirmations": 1000} | shown, header)
            for shown in value["txDetails"].values()
        )  # fmt: skip
    if "response" in value if isinstance(value, dict) else False:
        value = value["response"]["result"]
    if isinstance(value, dict) and "result" in value:
        value = value["result"]
    if value is None:
        return "an error: no transaction in it"
    blocks = value if isinstance(value, list) else [value]
    found: list[Record] = []
    for each in blocks:
        if "vin" in each:
            found.append(Record(slug, each))
        for shown in each.get("tx", []):
            if isinstance(shown, dict):
                place = {"blockhash": each["hash"], "confirmations": each["confirmations"]}
                found.append(Record(slug, place | shown, each))
    return iter(found) if found else "a block or header without its transactions"


def _answers(record: Record, known: dict[str, dict[str, Any]]) -> Answers:
    """A node that serves the record and nothing that was not recorded."""
    if record.interface == "blockbook":

        def index(asked: Asked) -> Told:
            if asked.path == f"/api/v2/tx/{record.shown['txid']}":
                return Told(text=_text(record.shown))
            return Told({"error": "no such path"}, 404)

        return index

    def result(method: str, params: Any) -> Any:
        if method == "getrawtransaction" and params[0] == record.shown["txid"]:
            return record.shown
        if method == "getrawtransaction" and params[0] in known:
            return known[params[0]]
        if method == "getblockheader" and record.header and params[0] == record.header["hash"]:
            return {key: record.header[key] for key in ("hash", "height", "confirmations", "time")}
        raise RpcRefusal

    answers = json_rpc(result)

    def with_fractions(asked: Asked) -> Told:
        return Told(text=_text(answers(asked).value))

    return with_fractions


@pytest.fixture(scope="module")
def found() -> Found:
    """Everything the folders hold, read once."""
    found = Found()
    for folder in (*ROWS, *WITHOUT_ROW):
        for path in sorted((Path(str(CORPUS)) / folder).glob("*.json")):
            name = f"{folder}/{path.name}"
            if folder in WITHOUT_ROW:
                found.skipped[name] = "network without a row"
                continue
            records = _records(folder, path)
            if isinstance(records, str):
                found.skipped[name] = records
                continue
            told = list(records)
            known = {record.shown["txid"]: record.shown for record in told}
            for record in told:
                row = network(record.slug)
                talk = Played(_answers(record, known), interface=record.interface)
                if record.shown["txid"] in EDITED:
                    with pytest.raises(NodeMistaken):
                        family("utxo").read(row, talk, record.shown["txid"])
                    found.skipped[f"{name} {record.shown['txid']}"] = "edited, and refused as it must be"
                    continue
                read = family("utxo").read(row, talk, record.shown["txid"]).transaction
                kept = found.waiting if read.status is Status.PENDING else found.read
                kept[record.slug, record.shown["txid"]] = read
                found.counts[folder] += 1
    return found


def test_every_record_is_read(found: Found, capsys: pytest.CaptureFixture[str]) -> None:
    with capsys.disabled():
        print(f"\nUTXO corpus: read {sum(found.counts.values())} transactions {dict(found.counts)}")
        for reason, count in Counter(found.skipped.values()).items():
            print(f"  skipped {count}: {reason}")
    assert set(found.counts) == set(ROWS)
    for read in found.read.values():
        assert read.status is Status.SUCCEEDED
        assert "hash_not_recomputed" not in read.warnings or read.network == "zcash" or not read.final
        assert [leg.position for leg in read.transfers if leg.contract is None] == [
            f"vout:{n}" for n in range(sum(leg.contract is None for leg in read.transfers))
        ]


def test_what_tools_made_of_the_same_answers(found: Found) -> None:
    """Amounts and, for plain keys and scripts, addresses agree with what another reader wrote down."""
    compared = 0
    for folder, slug in ROWS.items():
        for path in (Path(str(CORPUS)) / folder).glob("*expected*.json"):
            for line in path.read_text().splitlines():
                row = json.loads(line)
                read = found.read.get((slug, row["hash"]))
                if read is None:
                    continue
                assert [leg.amount for leg in read.transfers] == [
                    each["value"] for each in row["outputs"] if each["type"] != "shielded"
                ]
                for leg, each in zip(read.transfers, row["outputs"], strict=False):
                    if each["type"] in ("pubkeyhash", "scripthash"):
                        assert [leg.recipient] == each["addresses"]
                compared += 1
    assert compared >= 20


def test_fractions_of_the_doge_block_are_exact() -> None:
    """The values of a block that lost digits in a tool, as a daemon prints them: eight places, never rounded."""
    path = Path(str(CORPUS)) / "dogecoin/etl_block_with_float_precision_loss_expected_transactions.json"
    row = network("dogecoin")
    legs = 0
    for line in path.read_text().splitlines():
        told = json.loads(line)
        shown = {
            "txid": told["hash"],
            "vin": [{"coinbase": "00"}],
            "vout": [
                {"n": each["index"], "value": Decimal(each["value"]).scaleb(-8), "scriptPubKey": {"hex": each["script_hex"]}}
                for each in told["outputs"]
            ],
            "blockhash": told["block_hash"],
            "confirmations": 1000,
        }  # fmt: skip
        read = family("utxo").read(row, Played(_answers(Record("dogecoin", shown), {})), told["hash"]).transaction
        assert [leg.amount for leg in read.transfers] == [each["value"] for each in told["outputs"]]
        assert [[leg.recipient] for leg in read.transfers] == [each["addresses"] for each in told["outputs"]]
        legs += len(read.transfers)
    assert legs >= 20


def legs(read: Transaction) -> list[tuple[str | None, str | None, int]]:
    return [(leg.sender, leg.recipient, leg.amount) for leg in read.transfers]


def test_zcash_beside_shielded_parts(found: Found) -> None:
    zcash = [read for (slug, _), read in found.read.items() if slug == "zcash"]
    assert any("shielded_part_not_visible" in read.warnings for read in zcash)
    open_ones = found.read["zcash", "80d496a614f65e0933a5eb1107ff322d6c03fca8f1d3bfab2f6522291c8de612"]
    assert legs(open_ones) == [
        (None, "t1ZtF6fAXmgtaAAnWKCoRC2fGjfShrsp1mh", 164023678),
        (None, "t1SjJBeqRukybZMJoGvzr6estEKQMsnQVEi", 4989900003),
    ]
    filed_elsewhere = found.read["zcash", "a2d70bee124510c476f159fa83cdb34d663fc6020c81aad19b238601d679fed7"]
    assert legs(filed_elsewhere) == [
        ("t1T7cLkvDVScjw95WguoAZbbT8mrdqVtpiD", "t1U4xs3qMxc2TL8wwYufmBngA5mewLHRwhM", 200997),
        ("t1T7cLkvDVScjw95WguoAZbbT8mrdqVtpiD", "t1VzWtLj9CSAK3QnxA7uuiK6XhJrjGjKoy4", 186359),
    ]
    assert filed_elsewhere.fee is not None
    assert filed_elsewhere.fee.amount == 226
    # The same record with its height made -1: what the index writes while a transaction waits.
    (waiting,) = found.waiting.values()
    assert (waiting.hash, waiting.block, waiting.final) == (filed_elsewhere.hash, None, False)
    assert waiting.transfers == filed_elsewhere.transfers


def test_the_coinbase_whose_id_came_twice(found: Found) -> None:
    twice = found.read["bitcoin-cash", "e3bf3d07d4b0375638d5f1db5255fe07ba2c4cb067cd81b84ee974b6585fb468"]
    assert "hash_used_twice" in twice.warnings
    assert "pay_to_public_key" in twice.warnings
    assert legs(twice) == [(None, None, 5_000_000_000)]


def test_hand_checked_transactions(found: Found) -> None:
    dash = found.read["dash", "311d88d267dc099aacaeefba86770918d1f64c2b3f0db740336c48443d76930a"]
    assert [leg.amount for leg in dash.transfers] == [16504164, 56238292]
    assert dash.block is not None
    assert dash.block.height == 894503
    doge = found.read["dogecoin", "f6be02faa646a1ad764e4eb49fb6f02cbae69e5bc396a8977e59c7d887aa38b2"]
    assert [leg.amount for leg in doge.transfers] == [7_415_000_000]
    litecoin = found.read["litecoin", "19ad3daa2447be4e000d822f79ce252f274b016dacf1418b433d36c0aaf24f18"]
    assert [leg.amount for leg in litecoin.transfers] == [290083977, 415871323]
    inscription = found.read["bitcoin", "654c6a28f7ff1915d2b9abc2e18e32a37e0196203d64aced6221651f003f5e94"]
    assert legs(inscription) == [
        (
            "bc1p8l0xktmerqgwgrq6l6cejzc3dhph5z8cv6ae083cuvcjhpnten7s2wjswr",
            "bc1prs529jr4v69hlm35u305j6tnk6erk6n9s48nl3raw0gz54k9twls6pvnee",
            546,
        )
    ]
    assert inscription.final
    assert inscription.confirmations == 69076
    recent = found.read["bitcoin", "d802946fc7180d899e3006fd9b6991b0f42e2f4af9aec697ce811da068105d2e"]
    assert (recent.final, recent.confirmations) == (False, 3)
