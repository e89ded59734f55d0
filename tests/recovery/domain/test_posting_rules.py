"""The table of postings: whole, about moves that exist, written down, and the only source of entries."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from recovery.domain import accounting as books, posting_texts, texts
from recovery.domain.accounting import Amounts, Entry, NoSuchRule, entries_for
from recovery.domain.chart import CHART, NAMES, NEVER_OVERDRAWN, ZERO_AT_CLOSE
from recovery.domain.ledger_book import ledger_page
from recovery.domain.posting_rules import CORRECTIONS, RULES
from workflows.tables import WORKFLOWS

ROOT = Path(__file__).resolve().parents[3]
MOVES = {row.name for table in WORKFLOWS.values() for row in table.transitions}
A, N = "eip155:31337/erc20:0xabc", "eip155:31337/slip44:60"
AMOUNT = st.integers(0, 2**256 - 1)


def test_the_page_of_the_books_is_the_present_one() -> None:
    assert (ROOT / "docs" / "ledger.md").read_text(encoding="utf-8") == ledger_page()


def test_every_line_names_accounts_amounts_and_moves_that_exist() -> None:
    kinds = {line.kind for rule in RULES.values() for line in rule.lines}
    for rule in RULES.values():
        assert set(rule.moves) <= MOVES
        for line in rule.lines:
            assert {line.debit, line.credit} <= NAMES.keys()
            assert line.debit != line.credit
            assert line.amount in books.amount_names()
            assert line.of in ("asset", "native")
            assert line.reverses is None or line.reverses in kinds
    assert set(CORRECTIONS) <= MOVES
    assert {*ZERO_AT_CLOSE, *NEVER_OVERDRAWN} <= NAMES.keys()


def test_a_reversing_line_is_the_mirror_of_its_original() -> None:
    lines = {line.kind: line for rule in RULES.values() for line in rule.lines}
    for line in lines.values():
        if line.reverses:
            original = lines[line.reverses]
            assert (line.debit, line.credit, line.of) == (original.credit, original.debit, original.of)


def test_every_amount_is_used_and_every_kind_and_account_has_its_words() -> None:
    used = {line.amount for rule in RULES.values() for line in rule.lines}
    assert used == books.amount_names()
    kinds = {line.kind for rule in RULES.values() for line in rule.lines} | {"corrected", "correction"}
    assert set(texts.POSTINGS) == kinds
    assert set(posting_texts.ACCOUNTS) == set(NAMES)
    assert len({one.name for one in CHART}) == len(CHART)


ANY = st.builds(
    Amounts,
    network=st.just("local"),
    leg=st.just("x"),
    asset=st.just(A),
    native=st.just(N),
    **dict.fromkeys(sorted(books.amount_names()), AMOUNT),
)


@given(st.sampled_from(sorted(RULES)), ANY)
def test_entries_are_balanced_named_once_and_posted_by_their_moves_alone(event: str, amounts: Amounts) -> None:
    entries = entries_for(event, amounts)
    for asset in (A, N):
        rows = [(one.debit, one.credit, one.asset, one.amount) for one in entries if one.asset == asset]
        assert sum(books.balances(rows).values()) == 0
    assert all(one.amount > 0 for one in entries)
    if event != "let_go":  # whose coins are in one of two places
        assert max(Counter((one.kind, one.leg) for one in entries).values(), default=1) == 1
    for move in MOVES:
        if move in RULES[event].moves:
            books.refuse_strangers(move, entries)
        elif entries and not {one.kind for one in entries} & kinds_of(move):
            with pytest.raises(NoSuchRule):
                books.refuse_strangers(move, entries)


def kinds_of(move: str) -> set[str]:
    return {line.kind for rule in RULES.values() if move in rule.moves for line in rule.lines}


@pytest.mark.parametrize("move", sorted(MOVES))
def test_a_move_refuses_what_is_not_in_its_rules(move: str) -> None:
    with pytest.raises(NoSuchRule):
        books.refuse_strangers(move, [Entry("anything", "", "1100", "1120", "local", A, 1)])


def test_an_amount_without_its_asset_and_one_below_zero_are_refused() -> None:
    with pytest.raises(NoSuchRule):
        entries_for("paid_twice", Amounts(network="local"))
    with pytest.raises(ValueError, match="gross"):
        entries_for("found", Amounts(network="local", gross=1))
    with pytest.raises(ValueError, match="gross"):
        entries_for("found", Amounts(network="local", asset=A, gross=-1))


def sources() -> Iterator[tuple[str, ast.AST]]:
    for path in sorted((ROOT / "recovery").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            yield path.relative_to(ROOT).as_posix(), node


def test_nothing_is_posted_beside_the_table() -> None:
    """Entries are made in one module, of existing rows in another; postings are written by the interpreter alone."""
    makers: dict[str, set[str]] = {"Entry": set(), "Posting": set()}
    for path, node in sources():
        if isinstance(node, ast.Call):
            name = node.func.id if isinstance(node.func, ast.Name) else ""
            if name in makers:
                makers[name].add(path)
            if name == "insert" and node.args and isinstance(node.args[0], ast.Name) and node.args[0].id == "Posting":
                makers["Posting"].add(path)
    assert makers["Entry"] <= {"recovery/domain/accounting.py", "recovery/services/ledger.py"}
    assert makers["Posting"] <= {"recovery/services/transitions.py", "recovery/schemas/cases.py"}


# the shapes a sweep and a refund can have


@given(st.data(), st.integers(1, 2**256 - 1))
def test_what_a_token_or_a_network_keeps_of_the_coins_leaves_nothing_behind(data: st.DataObject, gross: int) -> None:
    """Fee on transfer passed on, and cost out of the coins: custody holds what arrived, the depositor is owed the net."""
    kept = data.draw(st.integers(0, gross))
    cost = data.draw(st.integers(0, gross - kept))
    arrived = gross - kept - cost
    fee = data.draw(st.integers(0, arrived))
    told = Amounts(
        network="local",
        asset=A,
        leg="1",
        gross=gross,
        arrived=arrived,
        kept_by_token=kept,
        short_passed_on=kept,
        cost_from_coins=cost,
        cost=cost,
        fee=fee,
        net=arrived - fee,
    )
    entries = [one for event in ("found", "identified", "sweep_sent", "swept") for one in entries_for(event, told)]
    rows = [(one.debit, one.credit, one.asset, one.amount) for one in entries]
    held = books.balances(rows)
    assert held.get(("2110", A), 0) == -told.net
    assert held.get(("1120", A), 0) == arrived
    assert held.get(("5190", A), 0) == held.get(("1110", A), 0) == 0
    entries += [one for event in ("refund_sent", "refunded") for one in entries_for(event, told)]
    assert books.unsettled((one.debit, one.credit, one.asset, one.amount) for one in entries) == {}


@given(st.data(), st.integers(1, 2**256 - 1))
def test_what_is_owed_after_a_sweep_is_what_was_quoted(data: st.DataObject, gross: int) -> None:
    """Whatever the token kept in the end: the difference is ours, to either side."""
    quoted, kept = data.draw(st.integers(0, gross - 1)), data.draw(st.integers(0, gross - 1))
    fee = data.draw(st.integers(0, gross - quoted - 1))
    cost = data.draw(st.integers(0, gross - quoted - fee - 1))
    net = gross - quoted - fee - cost
    told = Amounts(network="local", asset=A, leg="1", gross=gross, net=net)
    entries = [one for event in ("found", "identified", "sweep_sent") for one in entries_for(event, told)]
    entries += books.swept("local", A, gross - kept, fee, cost, kept=kept, passed_on=quoted)
    held = books.balances((one.debit, one.credit, one.asset, one.amount) for one in entries)
    assert (held["2110", A], held["1120", A], held.get(("5190", A), 0)) == (-net, gross - kept, kept - quoted)
    entries += [one for event in ("refund_sent", "refunded") for one in entries_for(event, told)]
    assert books.unsettled((one.debit, one.credit, one.asset, one.amount) for one in entries) == {}


@given(st.integers(1, 2**255), st.data())
def test_a_bounce_is_owed_again_whole(net: int, data: st.DataObject) -> None:
    returned = data.draw(st.integers(0, net))
    paid = Amounts(network="local", asset=A, leg="1", gross=net, net=net, arrived=net)
    events = ("found", "identified", "sweep_sent", "swept", "refund_sent", "refunded")
    entries = [one for event in events for one in entries_for(event, paid)]
    back = Amounts(network="local", asset=A, leg="2", returned=returned, lost=net - returned)
    entries += entries_for("bounced", back)
    held = books.balances((one.debit, one.credit, one.asset, one.amount) for one in entries)
    assert held["2110", A] == -net
    assert held.get(("1120", A), 0) == returned


@given(st.integers(1, 2**255), st.integers(0, 2**254))
def test_an_advance_ends_with_nothing_open(net: int, fee: int) -> None:
    told = Amounts(
        network="local", asset=A, leg="1", gross=net + fee, arrived=net + fee, net=net, fee=fee, advanced=net
    )
    before = [one for event in ("found", "identified", "refund_sent", "advance_sent", "advance_paid")
              for one in entries_for(event, told)]  # fmt: skip
    swept = [one for event in ("sweep_sent", "swept", "advance_repaid") for one in entries_for(event, told)]
    lost = entries_for(
        "advance_written_off",
        Amounts(network="local", asset=A, leg="2", advanced=net, owed_at_address=fee),
    )
    for ending in (swept, lost):
        entries = [*before, *ending]
        rows = [(one.debit, one.credit, one.asset, one.amount) for one in entries]
        assert books.unsettled(rows) == {}
        assert books.balances(rows)["1310", A] == -net
    assert books.balances((o.debit, o.credit, o.asset, o.amount) for o in [*before, *lost])["5190", A] == net
