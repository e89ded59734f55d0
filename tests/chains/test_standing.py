"""How nodes are treated that fail, flood or are slow: left alone, asked no more than they bear, not waited for."""

from __future__ import annotations

import json
import time
from contextlib import ExitStack
from dataclasses import replace
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest

from chains import standing
from chains.agreement import Testimony as Told, agree
from chains.catalogue import network
from chains.errors import NodeUnavailable
from chains.looking import look
from chains.transaction_json import from_json, to_json
from chains.transport import PATIENCE, Call, Session
from chains.types import Node, Source, Status
from chains.verify import verify
from tests.chains.faulty_node import HASH, Batch, faulty_node, honest, write
from tests.chains.replay import replayed
from tests.chains.scene import Asked, Told as Answered

LOCAL = network("local")
Reply = list[dict[str, Any]]


ONE = [Call("eth_chainId")]


def broken(handler: BaseHTTPRequestHandler, batch: Batch, reply: Reply) -> None:
    write(handler, b"down", status=503, headers={"Retry-After": "0"})


def test_a_node_that_keeps_failing_is_left_alone_and_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(standing, "FIRST_REST", 0.4)
    with faulty_node(fault=broken) as node:
        for _ in range(standing.STUMBLES):
            with pytest.raises(NodeUnavailable, match="HTTP 503"):
                Session(node.node).rpc(ONE)
        asked = standing.of(node.node).asked
        assert standing.of(node.node).resting()
        with pytest.raises(NodeUnavailable, match="resting"):
            Session(node.node).rpc(ONE)
        assert standing.of(node.node).asked == asked  # not bothered
        time.sleep(0.45)
        node.fault = None
        assert verify(LOCAL, HASH, [node.node]).transaction.status is Status.SUCCEEDED
        assert not standing.of(node.node).resting()


def test_only_one_request_finds_out_whether_a_node_is_back() -> None:
    conduct = standing.Conduct("n")
    for _ in range(standing.STUMBLES):
        conduct.stumbled("n: HTTP 500")
    conduct._resting_until = 0.0
    conduct.admit(1, time.monotonic() + 1)
    with pytest.raises(NodeUnavailable):
        conduct.admit(1, time.monotonic() + 1)
    conduct.answered(0.01)
    conduct.admit(1, time.monotonic() + 1)


def test_the_rest_a_node_asked_for_holds_for_everybody() -> None:
    def overrun(handler: BaseHTTPRequestHandler, batch: Batch, reply: Reply) -> None:
        write(handler, b"{}", status=429, headers={"Retry-After": "7"})

    with faulty_node(fault=overrun) as node:
        seen = verify(LOCAL, HASH, [node.node], timeout=2).transaction
        assert seen.status is Status.UNKNOWN
        rounds = node.rounds
        node.fault = None
        assert verify(LOCAL, HASH, [node.node], timeout=2).transaction.status is Status.UNKNOWN
        assert node.rounds == rounds


def test_a_budget_of_calls_is_kept() -> None:
    conduct = standing.Conduct("n", rate=10)
    far = time.monotonic() + 60
    conduct.admit(20, far)  # the bucket holds two seconds' worth
    began = time.monotonic()
    conduct.admit(5, far)
    assert time.monotonic() - began >= 0.45
    with pytest.raises(NodeUnavailable, match="budget"):
        conduct.admit(100, time.monotonic() + 0.1)
    assert conduct.asked == 25


def test_what_is_wrong_with_an_answer_is_noted_once_for_operators() -> None:
    def strange(handler: BaseHTTPRequestHandler, batch: Batch, reply: Reply) -> None:
        write(handler, json.dumps([one | {"id": -1} for one in reply]).encode())

    with faulty_node() as node:
        odd = replace(node.node, interface="telegraph")
        (seen,) = look({LOCAL: [odd]})
        assert (seen.state, seen.troubles) == ("mistaken", 1)
        assert "interface" in seen.last_trouble
        node.fault = strange
        (seen,) = look({LOCAL: [odd]})
        assert (seen.state, seen.troubles) == ("mistaken", 2)


def test_two_keys_at_one_provider_are_two_nodes_with_one_label() -> None:
    first, second = (Node("host", "https://host.example/", headers=(("key", k),)) for k in "ab")
    assert standing.of(first) is not standing.of(second)
    assert "key" not in repr(first)
    assert "https://" not in repr(first)


def test_the_slow_one_is_not_waited_for_once_the_others_agree() -> None:
    def slow(handler: BaseHTTPRequestHandler, batch: Batch, reply: Reply) -> None:
        time.sleep(2.5)
        honest(handler, batch, reply)

    with ExitStack() as stack:
        nodes = [stack.enter_context(faulty_node(fault=fault)) for fault in (None, slow, None)]
        began = time.monotonic()
        seen = verify(LOCAL, HASH, [node.node for node in nodes], timeout=8).transaction
        assert time.monotonic() - began < 2.0
        assert seen.status is Status.SUCCEEDED
        assert f"node_slow:{nodes[1].node.label}" in seen.warnings


def test_of_two_both_are_waited_for() -> None:
    def slow(handler: BaseHTTPRequestHandler, batch: Batch, reply: Reply) -> None:
        time.sleep(0.6)
        honest(handler, batch, reply)

    with faulty_node() as quick, faulty_node(fault=slow) as late:
        seen = verify(LOCAL, HASH, [quick.node, late.node], timeout=8).transaction
    assert seen.status is Status.SUCCEEDED
    assert not any("slow" in warning for warning in seen.warnings)


def test_an_interface_that_does_not_show_the_block_agrees_with_one_that_does() -> None:
    with faulty_node() as node:
        seen = verify(LOCAL, HASH, [node.node]).transaction
    assert seen.block is not None
    blind = replace(seen, block=replace(seen.block, hash=""))
    told = [Told(Source(name, 110, "0" * 64), one) for name, one in (("blind", blind), ("seeing", seen))]
    verdict = agree(LOCAL, HASH, told)
    assert verdict.status is Status.SUCCEEDED
    assert verdict.block == seen.block
    elsewhere = replace(blind, block=replace(seen.block, height=99, hash=""))
    assert agree(LOCAL, HASH, [told[1], replace(told[0], transaction=elsewhere)]).status is Status.UNKNOWN
    assert to_json(blind)["block"]["hash"] is None
    assert from_json(to_json(blind)) == blind


@pytest.mark.parametrize("status", [400, 404, 405, 413, 500, 501, 502])
def test_a_node_without_batches_is_asked_call_by_call(status: int) -> None:
    def singly(handler: BaseHTTPRequestHandler, batch: Batch, reply: Reply) -> None:
        if isinstance(batch, list):
            write(handler, b"no batches", status=status, kind="text/plain", headers={"Retry-After": "0"})
        else:
            honest(handler, batch, reply)

    with faulty_node(fault=singly) as node:
        assert verify(LOCAL, HASH, [node.node]).transaction.status is Status.SUCCEEDED
        rounds = node.rounds
        assert verify(LOCAL, HASH, [node.node]).transaction.status is Status.SUCCEEDED
        assert node.rounds < 2 * rounds  # remembered: no batch is tried again


def test_a_node_that_hangs_up_on_batches_and_unknown_methods_is_asked_call_by_call() -> None:
    """Small servers stumble over a list, or over a method they never heard of, and close the connection without a word."""

    def hang_up(handler: BaseHTTPRequestHandler, batch: Batch, reply: Reply) -> None:
        if isinstance(batch, list) or batch["method"] == "eth_chainId":
            handler.close_connection = True
        else:
            honest(handler, batch, reply)

    with faulty_node(fault=hang_up) as node:
        seen = verify(LOCAL, HASH, [node.node]).transaction
    assert seen.status is Status.SUCCEEDED
    assert "chain_identity_not_visible" in seen.warnings


def test_a_node_that_hangs_up_on_everything_is_given_up_soon() -> None:
    def hang_up(handler: BaseHTTPRequestHandler, batch: Batch, reply: Reply) -> None:
        handler.close_connection = True

    with faulty_node(fault=hang_up) as node:
        seen = verify(LOCAL, HASH, [node.node]).transaction
        assert seen.status is Status.UNKNOWN
        assert node.rounds <= 2 * (1 + PATIENCE)


def test_questions_a_node_refuses_do_not_cost_the_ones_it_answers() -> None:
    """Servers that answer what they do not know with an error of their own: the conversation goes on, the node stays well."""

    def picky(asked: Asked) -> Answered:
        return Answered({"good": 1}) if asked.path == "/good" else Answered(text="what?", status=500)

    with replayed(picky) as node:
        session = Session(node)
        for _ in range(4):
            assert session.get("/good").value == {"good": 1}
            with pytest.raises(NodeUnavailable):
                session.get("/other")
        assert not standing.of(node).resting()
        assert Session(node).get("/good").status == 200
