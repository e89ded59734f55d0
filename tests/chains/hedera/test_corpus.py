"""Recorded answers of real mirror nodes, read through the real client (``RECOVERY_CORPUS`` names the folder)."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from chains.catalogue import network
from chains.hedera import read
from chains.types import Status, Transaction
from tests.chains.replay import Played
from tests.chains.scene import Asked, Told

CORPUS = os.environ.get("RECOVERY_CORPUS", "")
ROW = network("hedera")

pytestmark = pytest.mark.skipif(not CORPUS, reason="RECOVERY_CORPUS names no corpus")


def answers(name: str = "*") -> Iterator[tuple[str, str, list[dict[str, Any]]]]:
    """File, transaction id and the records with it, as the mirror answers for that id."""
    for path in sorted(Path(CORPUS, "hedera").glob(f"{name}.json")):
        found = list(_records(json.loads(path.read_text())))
        for id_ in dict.fromkeys(record["transaction_id"] for record in found):
            yield path.name, id_, [record for record in found if record["transaction_id"] == id_]


def _records(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict) and "transaction_id" in value:
        yield value
        return
    for member in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _records(member)


def seen(id_: str, records: list[dict[str, Any]]) -> Transaction:
    def mirror(asked: Asked) -> Told:
        here = asked.path == f"/api/v1/transactions/{id_}"
        return Told({"transactions": records}) if here else Told(status=404, text="")

    return read(ROW, Played(mirror), id_).transaction


def legs(transaction: Transaction) -> list[tuple[str, str | None, str | None, str | None, int]]:
    return [(leg.position, leg.contract, leg.sender, leg.recipient, leg.amount) for leg in transaction.transfers]


def of(name: str, id_: str) -> Transaction:
    return next(seen(each, records) for _, each, records in answers(name) if each == id_)


def test_every_record_is_read_or_says_why_not() -> None:
    told: Counter[str] = Counter()
    for name, id_, records in answers():
        transaction = seen(id_, records)
        if transaction.status is Status.UNKNOWN:
            assert all(record["nonce"] for record in records), name
            told["skipped: a child without its parent"] += 1
            continue
        told[f"read: {transaction.status}"] += 1
        assert transaction.final
        assert "fee_unclear" not in transaction.warnings, (name, id_)
        named = [leg.recipient for leg in transaction.transfers if leg.contract is None]
        assert not {"0.0.98", "0.0.800", "0.0.801"} & set(named), (name, id_)
    rest = [
        path.name for path in Path(CORPUS, "hedera").glob("*.json") if not list(_records(json.loads(path.read_text())))
    ]
    print(f"\nhedera records: {dict(told)}; files without a transaction: {sorted(rest)}")
    assert told["read: succeeded"] >= 15
    assert told["read: failed"] >= 3


def test_a_call_that_failed_leaves_only_its_fee() -> None:
    told = of("expl_SAMPLE_FAILED_TRANSACTIONS", "0.0.34376678-1652256313-310050890")
    assert (told.status, told.failure, told.transfers) == (Status.FAILED, "contract revert executed", ())
    assert told.fee is not None
    assert (told.fee.amount, told.fee.payer) == (120_694_790, "0.0.34376678")


def test_a_purchase_with_rewards_of_two_others_in_one_list() -> None:
    """25 HBAR are paid: 22.8 to one, 1.2 and 1.0 to two who got rewards in the same entries; the fee is another's."""
    told = of("expl_SAMPLE_CRYPTO_TRANSFER_WITH_REWARDS", "0.0.690356-1687133220-052118241")
    assert legs(told) == [
        ("transfer:4", None, "0.0.2998555", "0.0.755188", 2_280_000_000),
        ("transfer:5", None, "0.0.2998555", "0.0.788887", 120_000_000),
        ("transfer:6", None, "0.0.2998555", "0.0.2254995", 100_000_000),
    ]
    assert "rewards_not_listed" in told.warnings
    assert (told.transfers[0].memo or "").startswith("(0.0.2998555)Confirm purchase of NFT: 0.0.2173899")


def test_a_topic_that_costs_and_moves_nothing() -> None:
    told = of("expl_SAMPLE_CRYPTO_TRANSFER_WITH_ONLY_FEE", "0.0.1786365-1687197599-390469131")
    assert (told.status, told.transfers) == (Status.SUCCEEDED, ())


def test_a_call_whose_payer_earned_a_reward() -> None:
    told = of("expl_SAMPLE_TOKEN_CALL_TRANSACTIONS", "0.0.939841-1677545092-878406670")
    assert (told.transfers, told.fee and told.fee.amount) == ((), 93_600_000)


def test_ethereum_transactions_share_their_fee_between_relay_and_sender() -> None:
    told = of("expl_SAMPLE_ETHEREUM_TRANSACTIONS_ON_ACCOUNT", "0.0.902-1680856100-967831537")
    assert legs(told) == [("transfer:3", None, "0.0.3950761", "0.0.1736", 999_100_000_000)]
    assert (told.fee and told.fee.amount, told.fee and told.fee.payer) == (289_885_506, None)
    for name in (
        "expl_SAMPLE_ETHEREUM_TRANSACTIONS_ON_CONTRACT",
        "expl_SAMPLE_ETHEREUM_TRANSACTIONS_ASSOCIATING_TOKEN",
    ):
        assert [seen(id_, records).transfers for _, id_, records in answers(name)] == [()]


def test_a_call_that_pays_out_of_a_contract() -> None:
    told = of("expl_SAMPLE_CONTRACT_AS_ACCOUNT", "0.0.178899-1645373457-761328453")
    assert legs(told) == [("transfer:4", None, "0.0.200611", "0.0.689670", 100_000_000)]
    told = of("expl_SAMPLE_CONTRACT_AS_ACCOUNT", "0.0.178899-1645373391-947654307")
    assert legs(told) == [("transfer:3", None, "0.0.178899", "0.0.200611", 100_000_000)]


def test_what_was_scheduled_is_what_counts() -> None:
    """Tokens are minted by the scheduled part, for which a third account pays."""
    told = of("expl_SAMPLE_SCHEDULING_SCHEDULED_TRANSACTIONS", "0.0.503733-1666754898-238965661")
    assert legs(told) == [("transfer:2", "0.0.1304757", None, "0.0.540219", 404_955_647)]
    assert (told.fee and told.fee.amount, told.fee and told.fee.payer) == (250_757, "0.0.540286")


def test_a_token_and_a_record_that_was_edited() -> None:
    """100 units of a token; somebody wrote 300 tinybars into the list afterwards, which nobody gave."""
    told = of("xc_002_TestFetchTxInfo", "0.0.7182039-1762248127-858889420")
    assert legs(told)[0] == ("transfer:5", None, None, "0.0.7182040", 300)
    assert legs(told)[1:] == [("transfer:7", "0.0.7190398", "0.0.7182039", "0.0.7182146", 100)]
    assert "node_inconsistent" in told.warnings


def test_parent_and_children_are_one() -> None:
    """50 HBAR into a contract, five collectibles minted to the caller by one child and handed on by the next."""
    told = of("expl_SAMPLE_PARENT_CHILD_TRANSACTIONS", "0.0.48113503-1662470948-432078184")
    assert legs(told)[0] == ("transfer:2", None, "0.0.48113503", "0.0.48193749", 5_000_000_000)
    assert [(leg.sender, leg.recipient, leg.token_id) for leg in told.transfers[1:6]] == [
        (None, "0.0.48113503", str(serial)) for serial in range(1, 6)
    ]
    assert [(leg.sender, leg.recipient, leg.token_id) for leg in told.transfers[6:11]] == [
        ("0.0.48113503", "0.0.48193739", str(serial)) for serial in range(1, 6)
    ]
