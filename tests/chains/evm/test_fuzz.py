"""Whatever a node says, reading it ends in a verdict or in one of the two errors that are ours, and never in money
that the honest record does not hold."""

from __future__ import annotations

import copy
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from hypothesis import given, settings, strategies as st

from chains.catalogue import network
from chains.errors import NodeMistaken, NodeUnavailable
from chains.evm import read
from chains.transaction_json import from_json, to_json
from chains.transport import Call, Fetched, Outcome
from chains.types import Node, Status
from tests.chains.faulty_node import BLOCK, HASH, RECIPIENT, SENDER, NoResult, World, block

NETWORKS = [network(slug) for slug in ("local", "ethereum", "optimism", "polygon", "arbitrum")]
TOKEN = "0x" + "33" * 20
TOPICS = [
    "0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef",
    "0x" + SENDER[2:].rjust(64, "0"),
    "0x" + RECIPIENT[2:].rjust(64, "0"),
]
VALUES = st.one_of(
    st.none(), st.booleans(), st.integers(), st.text(max_size=8), st.builds(list), st.builds(dict), st.just("0x"),
    st.sampled_from(["0x0", "0x1", "0x5", "0x64", HASH, BLOCK, SENDER, RECIPIENT, TOKEN, "0x" + "f" * 64, "0x" + "ff" * 40]),
    st.lists(st.text(max_size=3), max_size=3), st.dictionaries(st.text(max_size=3), st.text(max_size=3), max_size=2),
)  # fmt: skip


def honest_results(chain_id: int) -> dict[str, Any]:
    """Result by method of a transfer with a log and an inner call."""
    world = World(chain_id=chain_id)
    assert world.transaction is not None
    assert world.receipt is not None
    log = {"address": TOKEN, "topics": TOPICS, "data": "0x" + "00" * 31 + "09", "logIndex": "0x3"}
    log |= {"transactionHash": HASH, "blockHash": BLOCK}
    inner = {"type": "CALL", "from": RECIPIENT, "to": SENDER, "value": "0x3"}
    call = {"type": "CALL", "from": SENDER, "to": RECIPIENT, "value": "0x5", "calls": [inner]}
    return {
        "eth_chainId": hex(chain_id),
        "eth_getTransactionByHash": world.transaction | {"input": "0x01"},
        "eth_getTransactionReceipt": world.receipt | {"logs": [log], "gasUsed": "0x9999", "l1Fee": "0x1"},
        "eth_getBlockByNumber/latest": block(110, "0x" + "ee" * 32, []),
        "eth_getBlockByNumber/finalized": block(105, "0x" + "ff" * 32, []),
        "eth_getBlockByNumber/0x64": block(100, BLOCK, [HASH]),
        "debug_traceTransaction": call,
        "eth_call": "0x" + "00" * 31 + "06",
        "eth_syncing": False,
    }


class Scripted:
    """A conversation whose results are given."""

    def __init__(self, results: dict[str, Any]) -> None:
        self.node = Node("scripted", "")
        self.results = results

    def now(self) -> datetime:
        return datetime(2026, 1, 1, tzinfo=UTC)

    def rpc(self, calls: Sequence[Call], *, cap: int = 0, depth: int = 0) -> list[Outcome]:
        return [self._one(call) for call in calls]

    def _one(self, call: Call) -> Outcome:
        params = list(call.params)
        key = f"{call.method}/{params[0]}" if call.method == "eth_getBlockByNumber" else call.method
        try:
            return Outcome(result=self.results[key])
        except KeyError:
            return Outcome(failed=True, code=NoResult().error["code"], message="the method does not exist")  # type: ignore[arg-type]

    def get(self, path: str, *, cap: int = 0, depth: int = 0, as_text: bool = False) -> Fetched:
        raise NotImplementedError


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place inside a JSON value, itself included."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(deeper for key, item in inner for deeper in places(item, (*path, key)))]


def test_the_honest_record() -> None:
    for row in NETWORKS:
        transaction = read(row, Scripted(honest_results(row.params["chain_id"])), HASH).transaction
        assert [(leg.position, leg.amount) for leg in transaction.transfers] == [
            ("native", 5),
            ("trace:0", 3),
            ("log:3", 9),
        ]
        assert transaction.final


@settings(max_examples=400, deadline=None)
@given(st.data())
def test_changed_answers(data: st.DataObject) -> None:
    row = data.draw(st.sampled_from(NETWORKS))
    results = copy.deepcopy(honest_results(row.params["chain_id"]))
    for _ in range(data.draw(st.integers(1, 3))):
        path = data.draw(st.sampled_from(places(results)[1:]))
        target: Any = results
        for key in path[:-1]:
            target = target[key]
        if isinstance(target, dict) and data.draw(st.booleans()):
            del target[path[-1]]
        else:
            target[path[-1]] = data.draw(VALUES)
    try:
        transaction = read(row, Scripted(results), HASH).transaction
    except (NodeMistaken, NodeUnavailable):
        return
    assert from_json(json.loads(json.dumps(to_json(transaction)))) == transaction
    assert transaction.hash == HASH
    assert all(leg.amount >= 0 for leg in transaction.transfers)
    if transaction.status is not Status.SUCCEEDED:
        assert transaction.transfers == ()
    if transaction.status in (Status.UNKNOWN, Status.PENDING, Status.NOT_FOUND):
        assert not transaction.final
