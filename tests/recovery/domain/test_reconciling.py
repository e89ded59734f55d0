"""Chain, ledger and cases: every base unit has a reason, or is a line that says so."""

from __future__ import annotations

import ast
import inspect
from dataclasses import replace

import pytest
from hypothesis import given, strategies as st

from chains.errors import NodeMistaken, NodesDisagree, NodeUnavailable, NoNode, Refused
from recovery.domain import reconciliation, reconciliation_texts
from recovery.domain.reconciliation import (
    CaseBook,
    Moved,
    Position,
    case_lines,
    place_line,
    sub_ledger_lines,
    unexplained,
)

WALLET = Position("local", "A", "wallet", ("0x1",), ledger=100)
DEPOSIT = replace(WALLET, place="deposit")
AMOUNT = st.integers(-(10**30), 10**30)


@pytest.mark.parametrize(
    ("position", "status", "reason", "difference"),
    [
        (replace(WALLET, chain=100), "equal", "as_booked", 0),
        (replace(WALLET, chain=107, opening=7), "equal", "opening_signed_off", 0),
        (replace(WALLET, chain=60, moved=(Moved("p/0", -40),)), "explained", "moved_not_booked", 0),
        (replace(WALLET, chain=101), "unexplained", "chain_holds_more", 1),
        (replace(WALLET, chain=101, opened=False), "unknown", "opening_not_signed", 1),
        (replace(WALLET, chain=99, opened=False), "unexplained", "chain_holds_less", -1),
        (replace(WALLET, chain=99), "unexplained", "chain_holds_less", -1),
        (replace(WALLET, trouble="no_node"), "unknown", "no_node", None),
        (WALLET, "unknown", "not_asked", None),
        (replace(DEPOSIT, chain=150), "explained", "not_of_our_cases", 50),
        (replace(DEPOSIT, chain=99), "unexplained", "chain_holds_less", -1),
    ],
)
def test_a_place(position: Position, status: str, reason: str, difference: int | None) -> None:
    line = place_line(position)
    assert (line.status, line.reason, line.difference) == (status, reason, difference)


@given(ledger=AMOUNT, opening=AMOUNT, moves=st.lists(AMOUNT, max_size=4), off=AMOUNT)
def test_no_base_unit_is_lost(ledger: int, opening: int, moves: list[int], off: int) -> None:
    moved = tuple(Moved(str(n), amount) for n, amount in enumerate(moves))
    position = replace(WALLET, ledger=ledger, opening=opening, moved=moved, chain=ledger + opening + sum(moves) + off)
    line = place_line(position)
    assert line.difference == off
    assert (line.status == "unexplained") == (off != 0)
    assert unexplained([line]) == abs(off)
    assert line.as_json()["difference"] == str(off)


OPEN = CaseBook("RC-1", "local", "A", {})


@pytest.mark.parametrize(
    ("book", "reasons"),
    [
        (OPEN, []),
        (replace(OPEN, held={"1100": 5, "2100": -5}), []),
        (replace(OPEN, held={"1100": 5, "2110": -5}, crediting=5), []),
        (replace(OPEN, held={"1100": 5, "2110": -4}, crediting=5), ["owed_is_not_the_credit"]),
        (replace(OPEN, held={"1110": 5, "2110": -5}, sweeping=5), []),
        (replace(OPEN, held={"1110": 5}), ["sweep_is_not_the_plans"]),
        (replace(OPEN, sweeping=5), ["sweep_is_not_the_plans"]),
        (replace(OPEN, held={"1120": 5, "2110": -4, "4100": -1}, net=4), []),
        (replace(OPEN, held={"1120": 5, "1115": -4, "4100": -1}, net=4, paying=4), []),
        (replace(OPEN, held={"1115": -4}, net=4), ["payout_is_not_the_plans"]),
        (replace(OPEN, held={"1120": 5, "2110": -5}, net=4), ["owed_is_not_the_quote"]),
        (replace(OPEN, held={"2110": 1}), ["owed_less_than_nothing"]),
        (replace(OPEN, closed=True, held={"1120": 5, "4100": -5}), []),
        (replace(OPEN, closed=True, held={"2110": -5, "2100": 5}), ["closed_and_not_settled"] * 2),
    ],
)
def test_a_case(book: CaseBook, reasons: list[str]) -> None:
    lines = case_lines([book])
    assert [line.reason for line in lines] == reasons
    assert all(line.status == "unexplained" and line.difference for line in lines)


def test_cases_add_up_to_the_accounts() -> None:
    ledger = {("local", "A", "1100"): 5, ("local", "B", "1100"): 7}
    assert sub_ledger_lines(ledger, dict(ledger)) == []
    lines = sub_ledger_lines(ledger, {("local", "A", "1100"): 4, ("local", "C", "2100"): -1})
    assert [(line.asset, line.difference) for line in lines] == [("A", 1), ("B", 7), ("C", 1)]


def test_every_status_place_and_reason_speaks_and_none_is_left_over() -> None:
    tree = ast.parse(inspect.getsource(reconciliation))
    words = {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    asked = {kind.code for kind in (NoNode, NodeUnavailable, NodeMistaken, NodesDisagree, Refused)}
    elsewhere = {"holdings_not_offered", "asset_is_unknown", "step_not_visible", "not_watched", "no_time_left"} | asked
    assert set(reconciliation_texts.REASONS) <= words | elsewhere
    assert elsewhere <= set(reconciliation_texts.REASONS)
    told = {word for word in words if "_" in word and word.replace("_", "").isalpha() and not word.startswith("_")}
    assert told - {"under_way"} <= set(reconciliation_texts.REASONS)
    assert set(reconciliation_texts.STATUSES) == {"equal", "explained", "unexplained", "unknown"}
    assert set(reconciliation.ACCOUNT_OF) | {"case", "account"} == set(reconciliation_texts.PLACES)
