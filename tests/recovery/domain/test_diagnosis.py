"""The table of causes: each reached by one case and missed by one near it; what is unknown waits; the order decides."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import pytest

from chains.types import Status, Transaction, TransferKind
from recovery.domain.books import Books, KnownAsset, LegHistory, Owner
from recovery.domain.diagnosis import LEG_RULES, TRANSACTION_RULES, Says, diagnose
from recovery.domain.lookalikes import skeleton
from tests.recovery.desk import DEPOSIT, LISTED, NETWORK, SENDER, TANK, TOKEN, seen, transfer
from workflows.playbooks import PLAYBOOKS

HASH = "0x" + "1" * 64
OWNER = Owner(DEPOSIT, "acct-1", "deposit", "key")
USDX = KnownAsset(LISTED, "USDX", "listed")
BOOKS = Books(owners=(OWNER,), assets=(USDX,), claimant="acct-1")
LISTED_TX = seen(HASH, transfer(LISTED, symbol="USDX"))
UNLISTED_TX = seen(HASH, transfer(TOKEN))


def books(**changes: Any) -> Books:
    """The sample books with something else in them."""
    return replace(BOOKS, **changes)


def owner(**changes: Any) -> Books:
    """The sample books with another kind of address."""
    return books(owners=(replace(OWNER, **changes),))


def asset(**changes: Any) -> Books:
    """The sample books with the listed asset in another condition."""
    return books(assets=(replace(USDX, **changes),))


def history(**past: Any) -> Books:
    """The sample books with a past of the leg."""
    return books(legs={"log:0": LegHistory(**past)})


def listed(**changes: Any) -> Transaction:
    """A deposit of the listed asset, with changes of the transaction."""
    return replace(LISTED_TX, **changes)


def leg(contract: str | None = LISTED, **changes: Any) -> Transaction:
    """A deposit with changes of its one leg."""
    return seen(HASH, transfer(contract, **({"symbol": "USDX"} | changes)))


@dataclass(frozen=True)
class Example:
    """A cause, a case that has it, and a near one that has another."""

    cause: str | None
    case: tuple[Transaction, Books]
    near: tuple[Transaction, Books]
    near_cause: str | None


BLOCK_TIME = datetime(2025, 1, 1, tzinfo=UTC)
EXAMPLES = [
    Example(
        "A01",
        (seen(HASH, status=Status.UNKNOWN, final=False, block=None, warnings=("sender_needed",)), BOOKS),
        (seen(HASH, status=Status.UNKNOWN, final=False, block=None, warnings=("node_behind",)), BOOKS),
        None,
    ),
    Example(None, (listed(status=Status.UNKNOWN), BOOKS), (LISTED_TX, BOOKS), "G02"),
    Example(
        None, (listed(warnings=("test_chain",)), BOOKS), (listed(warnings=("test_chain",)), books(sandbox=True)), "G02"
    ),
    Example(
        None,
        (seen(HASH, warnings=("internal_transfers_not_visible",)), BOOKS),
        (listed(warnings=("internal_transfers_not_visible",)), BOOKS),
        "G02",
    ),
    Example(
        "A03",
        (seen(HASH, status=Status.NOT_FOUND, final=False, block=None), BOOKS),
        (seen(HASH, status=Status.PENDING, final=False, block=None), BOOKS),
        "A04",
    ),
    Example(
        "A04",
        (listed(status=Status.PENDING, final=False, block=None), BOOKS),
        (listed(status=Status.PENDING, final=False), BOOKS),
        "A05",
    ),
    Example("A05", (listed(final=False, confirmations=2), BOOKS), (LISTED_TX, BOOKS), "G02"),
    Example(
        "A08",
        (listed(final=False, warnings=("reorganised",)), BOOKS),
        (listed(warnings=("reorganised",)), BOOKS),
        "G02",
    ),
    Example(
        "A09",
        (seen(HASH, status=Status.FAILED, failure="reverted"), BOOKS),
        (seen(HASH, status=Status.FAILED, final=False), BOOKS),
        "A05",
    ),
    Example("A11", (seen(HASH), BOOKS), (seen(HASH, transfer(recipient=SENDER)), BOOKS), "B12"),
    Example("A11", (leg(amount=0), BOOKS), (leg(amount=1), BOOKS), "G02"),
    Example("B01", (LISTED_TX, owner(kind="shared", memo="7")), (leg(memo="7"), owner(kind="shared", memo="7")), "G02"),
    Example(
        "B02", (leg(memo="8"), owner(kind="shared", memo="7")), (leg(memo="7"), owner(kind="shared", memo="7")), "G02"
    ),
    Example("B08", (LISTED_TX, owner(account="acct-2")), (LISTED_TX, BOOKS), "G02"),
    Example("B11", (LISTED_TX, owner(kind="hot", account="")), (LISTED_TX, owner(account="")), "H12"),
    Example("B12", (LISTED_TX, books(owners=())), (LISTED_TX, BOOKS), "G02"),
    Example(
        "B17",
        (leg(sender=TANK), books(owners=(OWNER, Owner(TANK, "", "gas_tank", "key")))),
        (leg(sender=TANK), BOOKS),
        "F02",
    ),
    Example("C03", (UNLISTED_TX, owner(custody="contract")), (UNLISTED_TX, owner(custody="archived")), "D01"),
    Example("D01", (UNLISTED_TX, BOOKS), (LISTED_TX, BOOKS), "G02"),
    Example("D02", (LISTED_TX, asset(state="delisted")), (LISTED_TX, asset(state="suspended")), "G07"),
    Example("D04", (leg(TOKEN, symbol="usd\u0445"), BOOKS), (leg(TOKEN, symbol="USDY"), BOOKS), "D01"),
    Example("D10", (leg(TOKEN, kind=TransferKind.NFT), BOOKS), (UNLISTED_TX, BOOKS), "D01"),
    Example("E01", (leg(amount=9), asset(minimum=10)), (leg(amount=10), asset(minimum=10)), "G02"),
    Example(
        "F01",
        (seen(HASH, transfer(None, kind=TransferKind.INTERNAL)), books(assets=(KnownAsset(None, "ETH", "listed"),))),
        (seen(HASH, transfer(None)), books(assets=(KnownAsset(None, "ETH", "listed"),))),
        "G02",
    ),
    Example("F02", (leg(sender=TANK), BOOKS), (leg(sender=SENDER), BOOKS), "G02"),
    Example("G02", (LISTED_TX, BOOKS), (leg(TOKEN, symbol="ODD"), BOOKS), "D01"),
    Example("G06", (LISTED_TX, books(claimant_state="frozen")), (LISTED_TX, books(claimant_state="active")), "G02"),
    Example(
        "G07",
        (LISTED_TX, asset(deposits_from=BLOCK_TIME.replace(year=2026))),
        (LISTED_TX, asset(deposits_from=BLOCK_TIME)),
        "G02",
    ),
    Example("H01", (LISTED_TX, history(credited_to="acct-1")), (LISTED_TX, history(credited_to="acct-2")), "G02"),
    Example("H02", (UNLISTED_TX, history(refunded=True)), (UNLISTED_TX, history()), "D01"),
    Example("H04", (UNLISTED_TX, history(claimed_elsewhere=True)), (UNLISTED_TX, history()), "D01"),
    Example("H12", (LISTED_TX, owner(account="")), (LISTED_TX, owner(account="", kind="hot")), "B11"),
]


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda one: f"{one.cause}-not-{one.near_cause}")
def test_a_cause_is_found_and_its_neighbour_is_not_taken_for_it(example: Example) -> None:
    found, near = diagnose(*_args(example.case)), diagnose(*_args(example.near))
    assert found.cause == example.cause
    assert near.cause == example.near_cause != example.cause
    assert found.outcome == PLAYBOOKS[example.cause].outcome
    assert found.confidence == ("unknown" if example.cause is None else "certain")


def _args(case: tuple[Transaction, Books]) -> tuple[Transaction, Any, Books]:
    return case[0], NETWORK, case[1]


def test_every_cause_with_a_playbook_is_shown_to_be_reached() -> None:
    assert {one.cause for one in EXAMPLES} == set(PLAYBOOKS)


def test_every_rule_leads_to_a_playbook() -> None:
    assert {code for code, _ in (*TRANSACTION_RULES, *LEG_RULES)} <= set(PLAYBOOKS)


ALL_TRUE = books(
    owners=(Owner(DEPOSIT, "acct-2", "hot", "contract"), Owner(SENDER, "", "hot", "key")),
    claimant_state="frozen",
    legs={"log:0": LegHistory(credited_to="acct-1", refunded=True, claimed_elsewhere=True)},
)
LATER: list[tuple[str, Callable[[Books], Books]]] = [
    ("H01", lambda known: known),
    ("H02", lambda known: replace(known, legs={"log:0": LegHistory(refunded=True, claimed_elsewhere=True)})),
    ("B08", lambda known: replace(known, legs={"log:0": LegHistory(claimed_elsewhere=True)})),
    ("H04", lambda known: replace(known, owners=(replace(known.owners[0], account="acct-1"), known.owners[1]))),
    ("B17", lambda known: replace(known, legs={})),
    ("B11", lambda known: replace(known, owners=known.owners[:1])),
    ("G06", lambda known: replace(known, owners=(replace(known.owners[0], kind="deposit"),))),
    ("A11", lambda known: replace(known, claimant_state="active")),
]


def test_the_order_of_the_table_decides_when_much_is_true_at_once() -> None:
    """A leg of nothing, of which everything is true: take one truth away after the other."""
    tx, known = leg(TOKEN, amount=0, kind=TransferKind.NFT), ALL_TRUE
    for cause, without in LATER:
        known = without(known)
        assert diagnose(tx, NETWORK, known).cause == cause


def test_finality_comes_before_everything_the_books_say() -> None:
    assert diagnose(listed(final=False), NETWORK, history(credited_to="acct-1")).cause == "A05"


def test_a_foreign_credit_is_not_told_as_ones_own() -> None:
    assert diagnose(LISTED_TX, NETWORK, history(credited_to="acct-2")).cause != "H01"


def test_ones_own_open_leg_decides_among_several() -> None:
    other = Owner(SENDER, "acct-2", "deposit", "key")
    legs = (
        transfer(TOKEN, position="log:1", recipient=SENDER, sender=TANK),
        transfer(TOKEN, position="log:2", sender=TANK),
        transfer(LISTED, position="log:3", sender=TANK, symbol="USDX"),
    )
    known = books(owners=(OWNER, other), legs={"log:2": LegHistory(credited_to="acct-1")})
    found = diagnose(seen(HASH, *legs), NETWORK, known)
    assert (found.leg, found.cause) == ("log:3", "F02")
    assert {one.position: one.cause for one in found.legs} == {"log:1": "B08", "log:2": "H01", "log:3": "F02"}
    assert "F03" in found.findings


def test_the_trace_ends_with_the_question_that_decided() -> None:
    found = diagnose(UNLISTED_TX, NETWORK, BOOKS)
    assert [check.answer for check in found.checks[:-1]] == [Says.NO] * (len(found.checks) - 1)
    assert (found.checks[-1].name, found.checks[-1].answer) == ("not_listed", Says.YES)
    unknown = diagnose(listed(status=Status.UNKNOWN), NETWORK, BOOKS)
    assert (unknown.checks[-1].answer, unknown.outcome) == (Says.UNKNOWN, ("WT",))


def test_a_sweep_names_what_must_be_prepared() -> None:
    assert diagnose(UNLISTED_TX, NETWORK, owner(custody="archived")).conditions == ("retired_address_key_archive",)
    assert diagnose(UNLISTED_TX, NETWORK, BOOKS).conditions == ()
    assert diagnose(LISTED_TX, NETWORK, owner(custody="archived")).conditions == ()


@pytest.mark.parametrize("symbol", ["usdt", "USDТ", "ＵＳＤＴ", "U$DT", "USD₮", "U.S.D.T", "USDT\u200b"])
def test_symbols_that_look_alike_are_alike(symbol: str) -> None:
    assert skeleton(symbol) == skeleton("USDT")


@pytest.mark.parametrize("symbol", ["USDC", "USD", "TUSD", ""])
def test_other_symbols_are_not(symbol: str) -> None:
    assert skeleton(symbol) != skeleton("USDT")


STRANGERS = Owner(DEPOSIT, "acct-2", "deposit", "key")
HOT = Owner(DEPOSIT, "", "hot", "key")


@pytest.mark.parametrize(
    ("told", "of_nobody"),
    [
        # a deposit to another customer's address, with and without a case about it
        (books(owners=(STRANGERS,), legs={"log:0": LegHistory(claimed_elsewhere=True)}), books(owners=(STRANGERS,))),
        # what we sent to another customer's address ourselves
        (books(owners=(STRANGERS, Owner(SENDER, "", "hot", "key"))), books(owners=(STRANGERS,))),
        # another customer's address emptied into our wallet, and a stranger's payment to it
        (books(owners=(HOT, Owner(SENDER, "acct-2", "deposit", "key"))), books(owners=(HOT,))),
    ],
)
def test_whose_an_address_is_does_not_show(told: Books, of_nobody: Books) -> None:
    """Whoever pastes other people's transactions reads the same, whatever we know of their addresses and cases."""
    assert diagnose(LISTED_TX, NETWORK, told).cause == diagnose(LISTED_TX, NETWORK, of_nobody).cause


@pytest.mark.parametrize("account", ["acct-1", "acct-2"])
def test_our_own_move_is_told_to_whom_it_concerns(account: str) -> None:
    emptied = books(owners=(HOT, Owner(SENDER, "acct-1", "deposit", "key")), claimant=account)
    assert diagnose(LISTED_TX, NETWORK, emptied).cause == ("B17" if account == "acct-1" else "B11")


SHARED = tuple(
    Owner(DEPOSIT, account, "shared", "key", memo) for account, memo in (("", ""), ("acct-2", "7"), ("acct-1", "0"))
)


@pytest.mark.parametrize(
    ("memo", "claimant", "cause"),
    [
        ("0", "acct-1", "G02"),  # a tag of nought is a tag
        ("7", "acct-1", "B08"),
        ("7", "acct-2", "G02"),
        (None, "acct-1", "B01"),
        ("", "acct-1", "B01"),
        ("70", "acct-1", "B02"),
        ("00", "acct-1", "B02"),
    ],
)
def test_of_a_shared_address_only_the_memo_tells_whose_it_is(memo: str | None, claimant: str, cause: str) -> None:
    found = diagnose(leg(memo=memo), NETWORK, books(owners=SHARED, claimant=claimant))
    assert found.cause == cause
    assert len(found.legs) == 1
    if cause in ("B01", "B02"):
        assert found.conditions == ("memo_owner_proof",)
        assert PLAYBOOKS[cause].move == "hold"
