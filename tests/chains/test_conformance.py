"""Every family and every row in every scene: what a new network gets tested for without a line of its own.

Scenes come from ``tests/chains/<family>/scenes.py`` (see :mod:`tests.chains.scene`).
"""

from __future__ import annotations

import dataclasses
import importlib
import importlib.util
import json
import random
import time
from collections.abc import Iterator
from contextlib import ExitStack
from functools import cache
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest

from chains.address import check_address
from chains.catalogue import networks
from chains.errors import NodeMistaken, NodeUnavailable
from chains.families import INTERFACES, family
from chains.identify import identify
from chains.redecode import read_again
from chains.transaction_json import from_json, to_json
from chains.types import Network, Status, Transaction
from chains.verify import verify
from tests.chains.replay import Fault, Played, replayed, write
from tests.chains.scene import REQUIRED, STATUS, Answers, Asked, Scene, Told

ROWS = [row for row in networks().values() if not row.sandbox]
UNDERSTOOD = (NodeUnavailable, NodeMistaken, ArithmeticError, LookupError, TypeError, ValueError, RecursionError)
"""What a family may raise; :func:`chains.verify.testimony` turns each into one node's trouble."""


@cache
def scenes(slug: str) -> tuple[Scene, ...]:
    row = networks()[slug]
    if not has_scenes(row.family):
        return ()
    return tuple(importlib.import_module(f"tests.chains.{row.family}.scenes").scenes(row))


def has_scenes(family_name: str) -> bool:
    return importlib.util.find_spec(f"tests.chains.{family_name}.scenes") is not None


def scene(slug: str, name: str, interface: str | None = None) -> Scene:
    return next(one for one in scenes(slug) if one.name == name and one.interface == interface)


def lacks(row: Network) -> dict[str, str]:
    return dict(getattr(importlib.import_module(f"tests.chains.{row.family}.scenes"), "LACKS", {}))


def having(*names: str) -> Iterator[Any]:
    """Every (row, scene) of these names, or of all."""
    for row in ROWS:
        for one in scenes(row.slug):
            if not names or one.name in names:
                yield pytest.param(row, one, id=f"{row.slug}-{one.interface or 'first'}-{one.name}")


def interfaces() -> Iterator[Any]:
    """Every row with each interface its scenes are played for."""
    for row in ROWS:
        for interface in sorted({one.interface for one in scenes(row.slug)}, key=str):
            yield pytest.param(row, interface, id=f"{row.slug}-{interface or 'first'}")


def told(row: Network, one: Scene, fault: Fault | None = None, *, timeout: float = 5.0) -> Transaction:
    with replayed(one.answers, interface=one.interface, fault=fault) as node:
        return verify(row, one.reference, [node], timeout=timeout).transaction


@pytest.mark.parametrize("name", sorted({row.family for row in ROWS}))
def test_every_family_has_scenes(name: str) -> None:
    assert has_scenes(name)


@pytest.mark.parametrize(("row", "interface"), list(interfaces()))
def test_every_family_shows_the_scenes_that_matter(row: Network, interface: str | None) -> None:
    shown = {one.name for one in scenes(row.slug) if one.interface == interface}
    assert shown >= REQUIRED - lacks(row).keys()
    assert all(lacks(row).values())


@pytest.mark.parametrize(("row", "one"), list(having()))
def test_a_scene_is_read_as_what_it_is(row: Network, one: Scene) -> None:
    seen = told(row, one)
    as_json = to_json(seen)
    expected = {"status": STATUS[one.name]} if one.name in STATUS else {}
    expected |= one.expect
    assert {name: as_json[name] for name in expected} == expected, seen.warnings
    assert seen.final is (one.name in {"final", "failed", "token"}) or one.name not in {*STATUS, "pending", "token"}
    assert "answer_not_understood:" not in " ".join(seen.warnings)
    sound(row, seen)


@pytest.mark.parametrize(("row", "one"), list(having()))
def test_stored_answers_give_the_same_reading(row: Network, one: Scene) -> None:
    with replayed(one.answers, interface=one.interface) as node:
        reading = verify(row, one.reference, [node], timeout=5)
    again = read_again(row, one.reference, reading.answers, asked=[node.label])
    assert again == reading.transaction


@pytest.mark.parametrize(("row", "interface"), list(interfaces()))
def test_nodes_that_differ_give_unknown_and_are_both_named(row: Network, interface: str | None) -> None:
    truth = scene(row.slug, "final", interface)
    for name in {"lie", "not_found", "failed"} - lacks(row).keys():
        other = scene(row.slug, name, interface)
        with (
            replayed(truth.answers, interface=interface) as honest,
            replayed(other.answers, interface=interface) as liar,
        ):
            seen = verify(row, truth.reference, [honest, liar], timeout=5).transaction
        assert seen.status is Status.UNKNOWN
        assert not seen.transfers
        assert any(warning.endswith(honest.label) for warning in seen.warnings)
        assert any(warning.endswith(liar.label) for warning in seen.warnings)


@pytest.mark.parametrize(("row", "interface"), list(interfaces()))
def test_two_honest_of_three_are_believed(row: Network, interface: str | None) -> None:
    truth, lie = scene(row.slug, "final", interface), scene(row.slug, "lie", interface)
    with (
        replayed(truth.answers, interface=interface) as first,
        replayed(truth.answers, interface=interface) as second,
        replayed(lie.answers, interface=interface) as liar,
    ):
        seen = verify(row, truth.reference, [first, liar, second], timeout=5).transaction
    assert seen.status is Status.SUCCEEDED
    assert seen.final
    assert f"node_differs:{liar.label}" in seen.warnings


def _raw(body: bytes, **how: Any) -> Fault:
    return lambda handler, asked, told: write(handler, body, **how)


def _cut_short(handler: BaseHTTPRequestHandler, asked: Asked, told: Told) -> None:
    handler.send_response(200)
    handler.send_header("Content-Length", str(len(told.content)))
    handler.end_headers()
    handler.wfile.write(told.content[: len(told.content) // 2])
    handler.close_connection = True


def _flood(handler: BaseHTTPRequestHandler, asked: Asked, told: Told) -> None:
    handler.send_response(200)
    handler.send_header("Content-Length", "500000000")
    handler.end_headers()
    handler.wfile.write(b"[")
    handler.close_connection = True


def _drip(handler: BaseHTTPRequestHandler, asked: Asked, told: Told) -> None:
    handler.send_response(200)
    handler.send_header("Content-Length", str(len(told.content) + 1000))
    handler.end_headers()
    for _ in range(100):
        handler.wfile.write(b" ")
        time.sleep(0.05)


FAULTS: dict[str, Fault] = {
    "html": _raw(b"<html>busy</html>", kind="text/html"),
    "empty": _raw(b""),
    "null": _raw(b"null"),
    "words": _raw(b"not json"),
    "not_utf8": _raw(b'{"a": "\xff\xfe"}'),
    "duplicate_keys": _raw(b'{"a": 1, "a": 2}'),
    "nan": _raw(b'{"a": NaN}'),
    "deep": _raw(b"[" * 100_000 + b"]" * 100_000),
    "empty_object": _raw(b"{}"),
    "empty_list": _raw(b"[]"),
    "forbidden": _raw(b'{"message": "no"}', status=403),
    "overrun": _raw(b"{}", status=429, headers={"Retry-After": "0"}),
    "broken": _raw(b"{}", status=500),
    "unreachable_behind": _raw(b"{}", status=502),
    "elsewhere": _raw(b"", status=302, headers={"Location": "http://127.0.0.1:1/"}),
    "compressed": _raw(b"\x1f\x8b\x08\x00", headers={"Content-Encoding": "gzip"}),
    "cut_short": _cut_short,
    "flood": _flood,
    "drip": _drip,
}


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("slug", [next(row.slug for row in ROWS if row.family == name) for name in
                                  dict.fromkeys(row.family for row in ROWS)])  # fmt: skip
def test_a_broken_node_tells_nothing(slug: str, fault: str) -> None:
    row = networks()[slug]
    for one in (one for one in scenes(slug) if one.name == "final"):
        before = time.monotonic()
        seen = told(row, one, FAULTS[fault], timeout=1.0)
        assert seen.status is Status.UNKNOWN
        assert not seen.final
        assert not seen.transfers
        assert time.monotonic() - before < 10  # a bound, no measure: it ends


STRANGE: tuple[Any, ...] = (
    None, "", "x", "-1", "0", "1", -1, 0, 2**256, 2**70, 10**40, True, [], {}, [[]], {"a": None}, "\u202e\x00", "0x", "A" * 5000,
    1.5,
)  # fmt: skip


def _places(value: Any, here: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield here
    if isinstance(value, dict):
        for key, member in value.items():
            yield from _places(member, (*here, key))
    elif isinstance(value, list):
        for number, member in enumerate(value):
            yield from _places(member, (*here, number))


def _changed(value: Any, place: tuple[Any, ...], new: Any) -> Any:
    if not place:
        return new
    if isinstance(value, dict):
        return {key: _changed(member, place[1:], new) if key == place[0] else member for key, member in value.items()}
    return [_changed(member, place[1:], new) if number == place[0] else member for number, member in enumerate(value)]


def _mutants(answers: Answers, said: list[tuple[Asked, Told]], random_: random.Random, count: int) -> Iterator[Answers]:
    """Nodes that are honest but for one value of one answer."""
    choices = [(number, place) for number, (_, told) in enumerate(said) for place in _places(told.value)]
    for number, place in random_.sample(choices, min(count, len(choices))):
        question = said[number][0]
        new = random_.choice(STRANGE)

        def mutant(asked: Asked, question: Asked = question, place: tuple[Any, ...] = place, new: Any = new) -> Told:
            honest = answers(asked)
            same = (asked.method, asked.path) == (question.method, question.path)
            if not same or honest.text is not None:
                return honest
            try:
                return dataclasses.replace(honest, value=_changed(honest.value, place, new))
            except (KeyError, IndexError, TypeError):
                return honest

        yield mutant


@pytest.mark.parametrize(("row", "one"), list(having("final", "token", "failed", "pending")))
def test_no_value_from_a_node_breaks_a_reading(row: Network, one: Scene) -> None:
    """Each value of each answer made strange: refused, or read into something sound; never another exception."""
    said: list[tuple[Asked, Told]] = []

    def listening(asked: Asked) -> Told:
        told = one.answers(asked)
        said.append((asked, told))
        return told

    module = family(row.family)
    module.read(row, Played(listening, interface=one.interface), one.reference)
    for mutant in _mutants(one.answers, said, random.Random(f"{row.slug}{one.name}"), 150):
        try:
            seen = module.read(row, Played(mutant, interface=one.interface), one.reference).transaction
        except UNDERSTOOD:
            continue
        sound(row, seen)


def sound(row: Network, seen: Transaction) -> None:
    """What holds for every reading, whatever a node said."""
    assert (seen.network, seen.network_id) == (row.slug, row.id)
    assert from_json(to_json(seen)) == seen
    json.dumps(to_json(seen), allow_nan=False)
    if seen.status is not Status.SUCCEEDED:
        assert not seen.transfers or seen.status is Status.PENDING
    if seen.status in (Status.UNKNOWN, Status.NOT_FOUND):
        assert not seen.final
    positions = [leg.position for leg in seen.transfers]
    assert len(positions) == len(set(positions))
    assert seen.confirmations >= 0
    for leg in seen.transfers:
        assert isinstance(leg.amount, int)
        assert not isinstance(leg.amount, bool)
        assert leg.amount >= 0
        assert (leg.contract is None) == (leg.asset == row.native.asset)
        for party in (leg.sender, leg.recipient):
            assert party is None or (party and party.isprintable())
    if seen.fee is not None:
        assert isinstance(seen.fee.amount, int)
        assert seen.fee.amount >= 0


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.slug)
def test_a_row_speaks_of_its_own_chain(row: Network) -> None:
    sample = row.params["sample_tx"]
    address = row.params["sample_address"]
    assert row.slug in identify(sample).candidates
    assert row.slug in identify(f"Please help! My transfer {sample} did not arrive.").candidates
    checked = check_address(row, f"  {address} ")
    assert checked.valid, checked.reason
    assert checked.normalised is not None
    again = check_address(row, checked.normalised)
    assert again.valid
    assert again.normalised == checked.normalised
    assert not check_address(row, "").valid
    assert not check_address(row, sample).valid or row.family in {"aptos", "near"}  # hashes there look like accounts


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.slug)
def test_an_explorers_link_names_the_network(row: Network) -> None:
    assert row.explorers
    for explorer in row.explorers:
        host, _, prefix = explorer.partition("/")
        middle = f"{prefix}/" if prefix else ""
        for form in ("https://{}/{}{}", "http://www.{}/{}tx/{}", "{}/{}transaction/{}?lang=en#overview"):
            seen = identify(form.format(host, middle, row.params["sample_tx"]))
            assert seen.candidates == (row.slug,), (explorer, form, seen)


def _mixed() -> Iterator[Any]:
    """Every row with several interfaces, and each scene that all of them show."""
    for row in ROWS:
        spoken = {one.interface or INTERFACES[row.family][0] for one in scenes(row.slug)}
        for name in ("final", "token", "failed", "pending"):
            alike = [one for one in scenes(row.slug) if one.name == name]
            if len(spoken) > 1 and len(alike) > 1:
                yield pytest.param(row, alike, id=f"{row.slug}-{name}")


@pytest.mark.parametrize(("row", "alike"), list(_mixed()))
def test_interfaces_tell_the_same_story(row: Network, alike: list[Scene]) -> None:
    """An operator may mix them: nodes of different interfaces must agree on what one of them shows."""
    with ExitStack() as stack:
        nodes = [stack.enter_context(replayed(one.answers, interface=one.interface)) for one in alike]
        seen = verify(row, alike[0].reference, nodes, timeout=5).transaction
    assert seen.status is Status(alike[0].expect.get("status", STATUS.get(alike[0].name, seen.status))), seen.warnings
    assert seen.status is not Status.UNKNOWN, seen.warnings
    assert not any(warning.startswith("node_differs") for warning in seen.warnings), seen.warnings
