"""Nodes that lag, lie, break off, flood and mumble: never a verdict they did not earn, never beyond the time limit."""

from __future__ import annotations

import gzip
import json
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest

from chains.catalogue import network
from chains.nodes import nodes_from_urls
from chains.redecode import read_again
from chains.types import Node, Status, Transaction
from chains.verify import probe, verify
from tests.chains.faulty_node import (
    BLOCK,
    HASH,
    RECIPIENT,
    SENDER,
    Batch,
    Fault,
    World,
    block,
    faulty_node,
    honest,
    write,
)

LOCAL = network("local")
Reply = list[dict[str, Any]]
OTHER = "0x" + "cd" * 32


def told(world: World | None = None, fault: Fault | None = None, *, timeout: float = 3.0) -> Transaction:
    with faulty_node(world, fault) as node:
        return verify(LOCAL, HASH, [node.node], timeout=timeout).transaction


def raw(body: bytes, **how: Any) -> Fault:
    return lambda handler, batch, reply: write(handler, body, **how)


def changed(change: Callable[[Reply], Any]) -> Fault:
    """The honest reply after ``change`` worked on it."""

    def fault(handler: BaseHTTPRequestHandler, batch: Batch, reply: Reply) -> None:
        new = change(reply)
        write(handler, json.dumps(reply if new is None else new).encode())

    return fault


def flood(handler: BaseHTTPRequestHandler, batch: Batch, reply: Reply) -> None:
    """500 MB of JSON, announced by nothing."""
    handler.send_response(200)
    handler.send_header("Content-Type", "application/json")
    handler.send_header("Transfer-Encoding", "chunked")
    handler.end_headers()
    piece = b"[" + b"0," * 32_767 + b"0"
    for _ in range(500_000_000 // len(piece)):
        handler.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))


def announced_flood(handler: BaseHTTPRequestHandler, batch: Batch, reply: Reply) -> None:
    handler.send_response(200)
    handler.send_header("Content-Length", "500000000")
    handler.end_headers()
    handler.wfile.write(b"[")


def drip_body(handler: BaseHTTPRequestHandler, batch: Batch, reply: Reply) -> None:
    handler.send_response(200)
    handler.send_header("Content-Length", "100000")
    handler.end_headers()
    for _ in range(300):
        handler.wfile.write(b" ")
        time.sleep(0.1)


def drip_headers(handler: BaseHTTPRequestHandler, batch: Batch, reply: Reply) -> None:
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
    for _ in range(300):
        handler.wfile.write(b"a")
        time.sleep(0.1)


def cut_off(handler: BaseHTTPRequestHandler, batch: Batch, reply: Reply) -> None:
    body = json.dumps(reply).encode()
    handler.send_response(200)
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body[: len(body) // 2])
    handler.close_connection = True


def hang(handler: BaseHTTPRequestHandler, batch: Batch, reply: Reply) -> None:
    time.sleep(4)


def duplicate_key(handler: BaseHTTPRequestHandler, batch: Batch, reply: Reply) -> None:
    body = json.dumps(reply).encode().replace(b'"value": "0x5"', b'"value": "0x5", "value": "0x500"')
    write(handler, body)


FAULTS: dict[str, Fault] = {
    "html": raw(b"<html>welcome</html>", kind="text/html"),
    "html that says it is json": raw(b"<html>welcome</html>"),
    "empty": raw(b""),
    "flood": flood,
    "announced flood": announced_flood,
    "dripping body": drip_body,
    "dripping headers": drip_headers,
    "cut off": cut_off,
    "truncated json": raw(b'[{"jsonrpc":"2.0","id":1,"resu'),
    "hang": hang,
    "deep": raw(b"[" * 100_000 + b"]" * 100_000),
    "deep and unclosed": raw(b'{"a":' * 500_000),
    "duplicate keys": duplicate_key,
    "nan": raw(b"[NaN]"),
    "not utf-8": raw(b'[{"id":1,"result":"\xff\xfe"}]'),
    "gzip": lambda handler, batch, reply: write(
        handler, gzip.compress(b"0" * 10_000_000), headers={"Content-Encoding": "gzip"}
    ),
    "redirect": raw(b"[]", status=307, headers={"Location": "http://127.0.0.1:9/"}),
    "not found": raw(b"nothing here", status=404, kind="text/plain"),
    "unauthorised": raw(b'{"error":{"code":1,"message":"key"},"id":null}', status=401),
    "server error": raw(b"oops", status=502, kind="text/plain"),
    "too many requests": raw(b"slow down", status=429, kind="text/plain", headers={"Retry-After": "0"}),
    "too many for long": raw(b"slow down", status=429, kind="text/plain", headers={"Retry-After": "3600"}),
    "one answer for all": changed(lambda reply: reply[0]),
    "missing member": changed(lambda reply: reply.pop()),
    "wrong id": changed(lambda reply: reply[1].update(id=reply[1]["id"] + 1000)),
    "text id": changed(lambda reply: reply[1].update(id=str(reply[1]["id"]))),
    "repeated id": changed(lambda reply: reply[1].update(id=reply[0]["id"])),
    "no result": changed(lambda reply: reply[1].pop("result", None)),
    "members are text": changed(lambda reply: ["yes"] * len(reply)),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_faulty_exchange_gives_no_verdict(name: str) -> None:
    started = time.monotonic()
    transaction = told(fault=FAULTS[name], timeout=1.5)
    assert time.monotonic() - started < 3.0
    assert transaction.status is Status.UNKNOWN
    assert transaction.transfers == ()
    assert not transaction.final
    assert len(transaction.warnings) >= 1
    assert len(transaction.sources) == 1


def field_of(part: str, **values: Any) -> World:
    world = World()
    target = world.transaction if part == "transaction" else world.receipt
    assert target is not None
    target.update(values)
    return world


def forged_log(**values: Any) -> World:
    topic = "0x" + "00" * 12 + "22" * 20
    signature = "0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef"
    log: dict[str, Any] = {
        "address": "0x" + "33" * 20,
        "topics": [signature, topic, topic],
        "data": "0x" + "00" * 31 + "09",
    }
    log |= {"logIndex": "0x0", "transactionHash": HASH, "blockHash": BLOCK, "removed": False}
    return field_of("receipt", logs=[log | values])


LIES: dict[str, World] = {
    "another transaction": field_of("transaction", hash=OTHER),
    "receipt of another": field_of("receipt", transactionHash=OTHER),
    "receipt for another recipient": field_of("receipt", to=SENDER),
    "a number": field_of("transaction", value=5),
    "negative": field_of("transaction", value="-0x5"),
    "decimal text": field_of("transaction", value="5"),
    "2^256": field_of("transaction", value="0x1" + "0" * 64),
    "status 2": field_of("receipt", status="0x2"),
    "short address": field_of("transaction", to="0x22"),
    "logs of another transaction": forged_log(transactionHash=OTHER),
    "logs of another block": forged_log(blockHash=OTHER),
    "five topics": forged_log(topics=["0x" + "00" * 32] * 5),
    "wrong chain": World(chain_id=1),
    "block does not list it": World(blocks={100: block(100, BLOCK, [OTHER])}),
    "block of another height": World(blocks={100: block(99, BLOCK, [HASH])}),
    "no such block": World(blocks={}),
    "receipt without transaction": World(transaction=None),
    "block but no receipt": World(receipt=None),
    "no status": field_of("receipt", status=None),
    "trace that failed": replace(
        field_of("transaction", input="0x01"),
        trace={"type": "CALL", "from": SENDER, "to": RECIPIENT, "value": "0x5", "error": "execution reverted"},
    ),
}


@pytest.mark.parametrize("name", LIES)
def test_an_impossible_story_is_not_believed(name: str) -> None:
    transaction = told(LIES[name])
    assert transaction.status is Status.UNKNOWN
    assert transaction.transfers == ()
    assert transaction.warnings


def test_the_honest_node_is_believed() -> None:
    transaction = told()
    assert (transaction.status, transaction.final, transaction.confirmations) == (Status.SUCCEEDED, True, 11)
    assert [leg.amount for leg in transaction.transfers] == [5]


def test_two_round_trips_over_one_connection() -> None:
    with faulty_node() as node:
        verify(LOCAL, HASH, [node.node])
        assert node.rounds == 2
        verify(LOCAL, HASH, [node.node])
        assert node.rounds == 4
        assert len(node.connections) == 1


def test_back_off_once() -> None:
    def stumble(handler: BaseHTTPRequestHandler, batch: Batch, reply: Reply) -> None:
        stumble.times += 1  # type: ignore[attr-defined]
        if stumble.times == 1:  # type: ignore[attr-defined]
            write(handler, b"slow down", status=429, kind="text/plain", headers={"Retry-After": "0"})
        else:
            honest(handler, batch, reply)

    stumble.times = 0  # type: ignore[attr-defined]
    assert told(fault=stumble).status is Status.SUCCEEDED


def test_json_is_read_whatever_kind_its_server_says_it_is() -> None:
    def mislabelled(handler: BaseHTTPRequestHandler, batch: Batch, reply: Reply) -> None:
        said = json.dumps(reply if isinstance(batch, list) else reply[0])
        write(handler, said.encode(), kind="text/html; charset=utf-8")

    assert told(fault=mislabelled).status is Status.SUCCEEDED


def test_a_node_without_batches_is_asked_one_by_one() -> None:
    def refuse(handler: BaseHTTPRequestHandler, batch: Batch, reply: Reply) -> None:
        refused = {"jsonrpc": "2.0", "id": None, "error": {"code": -32600, "message": "no batches"}}
        single = not isinstance(batch, list)
        write(handler, json.dumps(reply[0] if single else refused).encode())

    with faulty_node(fault=refuse) as node:
        reading = verify(LOCAL, HASH, [node.node])
    assert reading.transaction.status is Status.SUCCEEDED
    assert read_again(LOCAL, HASH, reading.answers) == reading.transaction


def test_a_kept_connection_may_have_been_closed() -> None:
    """The node answers once a connection and hangs up on the second question, as one does that had been idle too long."""
    used: set[int] = set()
    dropped: list[int] = []

    def hang_up_on_the_second(handler: BaseHTTPRequestHandler, batch: Batch, reply: Reply) -> None:
        connection = handler.client_address[1]
        if connection in used:
            dropped.append(connection)
            handler.close_connection = True
            return
        used.add(connection)
        honest(handler, batch, reply)

    with faulty_node(fault=hang_up_on_the_second) as node:
        assert verify(LOCAL, HASH, [node.node]).transaction.status is Status.SUCCEEDED
    assert dropped


def test_old_records_keep_their_agreement() -> None:
    """Reading again must not turn one voice of two into a verdict."""
    with faulty_node() as good, faulty_node(fault=raw(b"", status=503)) as silent:
        reading = verify(LOCAL, HASH, [good.node, silent.node], timeout=2)
    asked = [source.node for source in reading.transaction.sources]
    answers = [answer for answer in reading.answers if answer.node == good.node.label]
    assert read_again(LOCAL, HASH, answers, asked=asked).status is Status.UNKNOWN
    assert read_again(LOCAL, HASH, answers).status is Status.SUCCEEDED


def test_reorganised() -> None:
    transaction = told(World(blocks={100: block(100, OTHER, [])}))
    assert (transaction.status, transaction.warnings) == (Status.PENDING, ("reorganised",))
    assert transaction.transfers == ()
    assert told(forged_log(removed=True)).warnings == ("reorganised",)


NOWHERE = World(transaction=None, receipt=None)
STRICT = replace(LOCAL, params={**LOCAL.params, "max_head_age": 900, "history_block": 50})
EARLY = {"hash": "0x" + "77" * 32, "blockHash": "0x" + "78" * 32}


@pytest.mark.parametrize(
    ("world", "status", "warnings"),
    [
        (replace(NOWHERE, early=EARLY), Status.NOT_FOUND, ()),
        (replace(NOWHERE, early=EARLY, tip=40), Status.NOT_FOUND, ()),
        (NOWHERE, Status.UNKNOWN, ("history_not_visible",)),
        (replace(NOWHERE, early=EARLY, syncing={"currentBlock": "0x1"}), Status.UNKNOWN, ("node_syncing",)),
        (replace(NOWHERE, early=EARLY, tip_time=1_600_000_000), Status.UNKNOWN, ("node_behind",)),
    ],
)
def test_only_a_node_that_would_know_says_not_found(world: World, status: Status, warnings: tuple[str, ...]) -> None:
    with faulty_node(world) as node:
        transaction = verify(STRICT, HASH, [node.node]).transaction
    assert (transaction.status, transaction.warnings) == (status, warnings)


LIAR = field_of("transaction", value="0x500")
FAILED = field_of("receipt", status="0x0")


@pytest.mark.parametrize(
    ("worlds", "status", "warning"),
    [
        ([World(), World()], Status.SUCCEEDED, None),
        ([World(), LIAR], Status.UNKNOWN, "nodes_disagree"),
        ([World(), FAILED], Status.UNKNOWN, "nodes_disagree"),
        ([World(), NOWHERE], Status.UNKNOWN, "nodes_disagree"),
        ([World(), World(chain_id=1)], Status.UNKNOWN, "too_few_nodes_agree"),
        ([World(), None], Status.UNKNOWN, "too_few_nodes_agree"),
        ([None, None], Status.UNKNOWN, "no_node_answers"),
        ([LIAR, World(), World()], Status.SUCCEEDED, "node_differs"),
        ([None, World(), World()], Status.SUCCEEDED, "node_unavailable"),
        ([None, None, World()], Status.UNKNOWN, "too_few_nodes_agree"),
        ([World(), World(), LIAR, LIAR], Status.UNKNOWN, "nodes_disagree"),
        ([NOWHERE, NOWHERE], Status.NOT_FOUND, None),
    ],
)
def test_agreement(worlds: list[World | None], status: Status, warning: str | None) -> None:
    with ExitStack() as stack:
        running = [stack.enter_context(faulty_node(world or World())) for world in worlds]
        for world, node in zip(worlds, running, strict=True):
            if world is None:
                node.fault = raw(b"", status=503, headers={"Retry-After": "0"})
        transaction = verify(LOCAL, HASH, [node.node for node in running]).transaction
    assert transaction.status is status
    assert {source.node for source in transaction.sources} == {node.node.label for node in running}
    if warning is not None:
        assert any(text.split(":")[0] == warning for text in transaction.warnings)
    if status is Status.SUCCEEDED:
        assert transaction.transfers[0].amount == 5


def test_depth_and_finality_are_what_enough_nodes_say() -> None:
    tagged = replace(LOCAL, finality="tag")
    with faulty_node(World(tip=110, finalized=105)) as ahead, faulty_node(World(tip=101, finalized=99)) as behind:
        both = verify(tagged, HASH, [ahead.node, behind.node]).transaction
        assert (both.status, both.final, both.confirmations) == (Status.SUCCEEDED, False, 2)
        assert verify(tagged, HASH, [ahead.node]).transaction.final
    with faulty_node(World(tip=110, finalized=111)) as boaster:
        assert verify(tagged, HASH, [boaster.node]).transaction.status is Status.UNKNOWN


def test_inner_transfers_need_agreement_too() -> None:
    inner = {"type": "CALL", "from": RECIPIENT, "to": SENDER, "value": "0x3"}
    trace = {"type": "CALL", "from": SENDER, "to": RECIPIENT, "value": "0x5", "calls": [inner]}
    seeing, blind = field_of("transaction", input="0x01"), field_of("transaction", input="0x01")
    seeing.trace = trace
    with faulty_node(seeing) as one, faulty_node(seeing) as two, faulty_node(blind) as three:
        agreed = verify(LOCAL, HASH, [one.node, two.node]).transaction
        assert [leg.position for leg in agreed.transfers] == ["native", "trace:0"]
        partly = verify(LOCAL, HASH, [one.node, three.node]).transaction
        assert [leg.position for leg in partly.transfers] == ["native"]
        assert partly.warnings == ("internal_transfers_not_visible",)
        assert [
            leg.position for leg in verify(LOCAL, HASH, [one.node, two.node, three.node]).transaction.transfers
        ] == [
            "native",
            "trace:0",
        ]


@pytest.mark.parametrize("name", ["flood", "announced flood", "redirect", "repeated id", "deep", "gzip"])
def test_a_mistaken_node_is_told_from_a_silent_one(name: str) -> None:
    """At once: what is known to be wrong is not read to its end."""
    started = time.monotonic()
    transaction = told(fault=FAULTS[name], timeout=10)
    assert time.monotonic() - started < 2
    assert any(warning.startswith("node_mistaken:") for warning in transaction.warnings)


def test_a_trace_of_another_call_shows_nothing() -> None:
    world = field_of("transaction", input="0x01")
    world.trace = {
        "type": "CALL", "from": SENDER, "to": RECIPIENT, "value": "0x6",
        "calls": [{"type": "CALL", "from": RECIPIENT, "to": SENDER, "value": "0x3"}],
    }  # fmt: skip
    transaction = told(world)
    assert [leg.position for leg in transaction.transfers] == ["native"]
    assert transaction.warnings == ("internal_transfers_not_visible",)


def test_secrets_of_a_url_stay_in_it() -> None:
    (node,) = nodes_from_urls(["http://user:s3cret@127.0.0.1:9/v3/k3y?token=t0ken"])
    reading = verify(LOCAL, HASH, [node], timeout=1)
    shown = repr(reading.transaction) + repr(reading.answers)
    assert "127.0.0.1:9" in shown
    for secret in ("user", "s3cret", "k3y", "t0ken"):
        assert secret not in shown


def test_many_candidates_end_together() -> None:
    """One network hangs; the others answer and the whole ends in time."""
    with faulty_node(fault=hang) as slow, faulty_node() as good:
        rows: dict[Any, list[Node]] = {replace(LOCAL, slug=f"n{n}"): [slow.node] for n in range(6)}
        rows[LOCAL] = [good.node]
        started = time.monotonic()
        readings = probe(HASH, rows, timeout=1.0)
        assert time.monotonic() - started < 2.5
    assert [reading.transaction.status for reading in readings] == [Status.UNKNOWN] * 6 + [Status.SUCCEEDED]
