"""Recorded answers of real indexers, read in place from ``RECOVERY_CORPUS``; skipped where there are none.

Every transaction on record is served from an indexer that knows exactly those of its record, and read through the client. The
records of another provider are written in toncenter's form first.
"""

from __future__ import annotations

import base64
import json
import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from chains.catalogue import network
from chains.ton import cells, fields, normal, read
from chains.ton.address import friendly
from chains.types import Status, Transaction
from tests.chains.replay import Played
from tests.chains.ton.making import Chain

CORPUS = os.environ.get("RECOVERY_CORPUS")
pytestmark = pytest.mark.skipif(CORPUS is None, reason="RECOVERY_CORPUS is not set")
TON = network("ton")


def record(name: str) -> Any:
    value = json.loads((Path(str(CORPUS)) / "ton" / f"{name}.json").read_text(encoding="utf-8"))
    return value.get("response", value)


def rows(value: Any) -> list[dict[str, Any]]:
    """The transactions of a record in toncenter's form, none when it holds none."""
    found = value.get("transactions") or ([value] if "in_msg" in value else [])
    return [row if "description" in row else of_tonapi(row) for row in found]


def of_tonapi(row: dict[str, Any]) -> dict[str, Any]:
    """tonapi.io's form of a transaction in toncenter's words."""
    compute, action = row.get("compute_phase"), row.get("action_phase")
    workchain, shard, seqno = row["block"].strip("()").split(",")
    description = {"type": "ord", "aborted": row["aborted"]}
    if compute:
        skipped = str(compute.get("skip_reason", "")).removeprefix("cskip_")
        description["compute_ph"] = {key: compute.get(key) for key in ("skipped", "success", "exit_code")} | {
            "reason": skipped
        }
    if action:
        description["action"] = {"success": action["success"], "result_code": action["result_code"],
                                 "skipped_actions": action["skipped_actions"], "msgs_created": len(row["out_msgs"])}  # fmt: skip
    if "credit_phase" in row:
        description["credit_ph"] = {"credit": str(row["credit_phase"]["credit"])}
    if "bounce_phase" in row:
        description["bounce"] = {"type": "ok" if row["bounce_phase"] == "TrPhaseBounceOk" else "nofunds"}
    return {
        "account": row["account"]["address"], "hash": row["hash"], "lt": str(row["lt"]), "now": row["utime"],
        "total_fees": str(row["total_fees"]), "description": description, "mc_block_seqno": int(seqno),
        "block_ref": {"workchain": int(workchain), "shard": shard, "seqno": int(seqno)},
        "in_msg": _message(row["in_msg"]) if "in_msg" in row else None,
        "out_msgs": [_message(one) for one in row["out_msgs"]],
    }  # fmt: skip


def _message(row: dict[str, Any]) -> dict[str, Any]:
    raw = bytes.fromhex(row.get("raw_body", ""))
    if raw and not raw.startswith(b"\xb5\xee\x9c\x72"):  # records of old hold the bits of the only cell
        raw = cells.builder().store_bytes(raw).end_cell().to_boc()
    body = base64.b64encode(raw).decode() if raw else None
    parts = ("value", "fwd_fee", "ihr_fee", "created_lt", "created_at", "bounce", "bounced", "ihr_disabled")
    return {
        "hash": row["hash"], "source": row.get("source", {}).get("address"),
        "destination": row.get("destination", {}).get("address"),
        "message_content": {"body": body}, "init_state": row.get("init"),
        **{key: row[key] for key in parts},
    }  # fmt: skip


def served(known: list[dict[str, Any]], reference: str) -> Transaction:
    """``reference`` as an indexer tells it that knows only ``known``, and cannot look for what it does not know."""
    chain = Chain()
    chain.transactions = [
        row | {"hash": base64.b64encode(bytes.fromhex(fields.digest(row["hash"]))).decode()} for row in known
    ]
    return read(TON, Played(chain.answers(traces=False, refused=("/jetton", "/runGetMethod"))), reference).transaction


def every() -> Iterator[tuple[str, Any]]:
    for path in sorted((Path(str(CORPUS)) / "ton").glob("*.json")):
        yield path.stem, record(path.stem)


def reason(name: str, value: Any) -> str:
    if isinstance(value, dict) and ("Actions" in value or "Accounts" in value):
        return "skipped: what another indexer makes of a trace, no answer of a node"
    if isinstance(value, dict) and {"jetton_wallets", "jetton_transfers", "last"} & value.keys():
        return "skipped: an extra answer, without a transaction"
    return "skipped: no transaction (a balance, a broadcast, a signature)"


def test_every_transaction_on_record_is_read(capsys: pytest.CaptureFixture[str]) -> None:
    counts: Counter[str] = Counter()
    hashes: Counter[bool | None] = Counter()
    for name, value in every():
        known = rows(value) if isinstance(value, dict) else []
        if not known:
            counts[reason(name, value)] += 1
        for row in known:
            seen = served(known, fields.digest(row["hash"]))
            counts[f"read: {seen.status.value} ({', '.join(sorted(seen.warnings)) or 'no warning'})"] += 1
            assert seen.status in (Status.SUCCEEDED, Status.FAILED, Status.PENDING, Status.UNKNOWN)
            hashes.update(map(normal.proven, fields.transaction(row).sent))
    with capsys.disabled():
        print("\n" + "\n".join(f"  {number:>4}  {what}" for what, number in sorted(counts.items())))
        print(f"  hashes of messages made anew: {dict(hashes)}")
    assert hashes[False] == 0
    assert hashes[True] > 20


def read_first(name: str, place: int = 0) -> Transaction:
    known = rows(record(name))
    return served(known, fields.digest(known[place]["hash"]))


@pytest.mark.parametrize(
    ("name", "failure"),
    [
        ("gem_transaction_bounced", "returned by its receiver: exit code 132"),
        ("gem_transaction_exitcodefailed", "returned by its receiver: exit code 65535"),
        ("gem_transaction_failed", "not enough funds: result code 37"),
    ],
)
def test_transfers_that_did_not_happen(name: str, failure: str) -> None:
    seen = read_first(name)
    assert (seen.status, seen.final, seen.transfers, seen.failure) == (Status.FAILED, True, (), failure)


def test_an_aborted_receiver_without_code_kept_three_ton() -> None:
    for place in (0, 1):
        seen = read_first("gem_transaction_aborted", place)
        assert (seen.status, seen.final) == (Status.SUCCEEDED, True)
        (leg,) = seen.transfers
        assert leg.amount == 3_000_000_000
        assert leg.recipient == friendly("0:E49681F811BD14CBCB4B8D312FF3F6D24EFDFCD18D7CA566074045E242B008A3")
        assert seen.fee is not None


def test_ten_tries_of_one_message_are_one_failure() -> None:
    known = rows(record("gem_transaction_failed"))
    seen = served(known, fields.digest(known[0]["in_msg"]["hash"]))
    assert (seen.status, seen.transfers) == (Status.FAILED, ())


def test_a_wallets_transaction_alone_is_no_transfer() -> None:
    for name in (
        "gem_transaction_transfer_state_success",
        "gem_transaction_transfer_jetton_success",
        "gem_tx_with_memo",
    ):
        seen = read_first(name)
        assert (seen.status, seen.transfers) == (Status.PENDING, ())
        assert seen.fee is not None


def test_the_fee_is_the_difference_of_the_balances() -> None:
    fee = read_first("gem_transaction_transfer_state_success").fee
    assert fee is not None
    assert fee.amount == 62_696_453_275 - 62_683_757_202 - 10_000_000


def test_a_node_of_the_test_network_is_the_wrong_chain() -> None:
    known = rows(record("xc_006_TestFetchTxInfo"))
    chain = Chain()
    chain.transactions = known
    chain.chain = record("xc_005_TestFetchTxInfo")["last"]["global_id"]
    seen = read(TON, Played(chain.answers()), fields.digest(known[0]["in_msg"]["hash"])).transaction
    assert (seen.status, seen.warnings) == (Status.UNKNOWN, ("wrong_chain",))
