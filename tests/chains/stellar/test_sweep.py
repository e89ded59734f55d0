"""Unsigned transactions: exact, bounded, refused where they could not arrive, and every change of their bytes seen."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from stellar_sdk import TransactionEnvelope

from chains.errors import NodeMistaken, NodeUnavailable, Refused
from chains.stellar import check_plan, plan_sweep
from chains.sweep import SweepOrder, SweepPlan
from tests.chains.replay import Played
from tests.chains.scene import Answers, Told
from tests.chains.stellar import book
from tests.chains.stellar.book import NOW, PASSPHRASE, ROW

SOURCE, TO, ISSUER = (
    "GDKIJJIKXLOM2NRMPNQZUUYK24ZPVFC6426GZAEP3KUK6KEJLACCWNMX",
    "GCGVWRW5MHZW5OB2IR6RRFYBG5NV4BXUT5GYBRH2E3FD3TVYVINA72KM",
    "GA5ZSEJYB37JRC5AVCIA5MOP4RHTM335X2KGX3IHOJAPP5RE34K4KZVN",
)
NATIVE = SweepOrder(None, 20_000_000, SOURCE, TO, memo="7")
TOKEN = SweepOrder(f"USDC:{ISSUER}", 15_000_000, SOURCE, TO)
LINE = {"asset_type": "credit_alphanum4", "asset_code": "USDC", "asset_issuer": ISSUER, "balance": "5.0000000",
        "limit": "100.0000000", "is_authorized": True}  # fmt: skip


def account(address: str, *lines: dict[str, Any], native: str = "9.0000000", **fields: Any) -> dict[str, Any]:
    balances = [*lines, {"asset_type": "native", "balance": native, "selling_liabilities": "0.0000000"}]
    return {"account_id": address, "sequence": "41", "subentry_count": 1, "num_sponsoring": 0, "num_sponsored": 0,
            "balances": balances, "data": {}} | fields  # fmt: skip


def node(*accounts: dict[str, Any], start: dict[str, Any] | None = None) -> Answers:
    known = {one["account_id"]: one for one in accounts}

    def answers(asked: Any) -> Told:
        if asked.path == "/":
            return Told(start or book.root())
        found = known.get(asked.path.removeprefix("/accounts/"))
        return book.MISSING if found is None else Told(found)

    return answers


def planned(order: SweepOrder, *accounts: dict[str, Any], start: dict[str, Any] | None = None) -> SweepPlan:
    known = accounts or (account(SOURCE, LINE), account(TO, LINE))
    return plan_sweep(ROW, Played(node(*known, start=start), at=NOW), order)


def opened(plan: SweepPlan) -> Any:
    return TransactionEnvelope.from_xdr(plan.files[0].body.decode(), PASSPHRASE)


def test_a_payment_of_lumens_under_a_memo() -> None:
    plan = planned(NATIVE)
    inner = opened(plan).transaction
    paid = inner.operations[0]
    assert (paid.destination.account_id, paid.amount, paid.asset.is_native()) == (TO, "2", True)
    assert (inner.memo.memo_id, inner.sequence, inner.fee, opened(plan).signatures) == (7, 42, 10_000, [])
    assert plan.fields["hash_to_sign"] == opened(plan).hash_hex()
    assert (plan.form, plan.cost, str(plan.expires)) == ("stellar_xdr", 10_000, "2025-03-01 13:00:09+00:00")
    assert check_plan(ROW, NATIVE, plan) == []


def test_a_payment_of_a_token_and_to_a_muxed_account() -> None:
    assert opened(planned(TOKEN)).transaction.operations[0].asset.issuer == ISSUER
    from stellar_sdk import MuxedAccount

    to = MuxedAccount(TO, 9).account_muxed
    assert to is not None
    inner = opened(planned(replace(TOKEN, destination=to))).transaction
    assert inner.operations[0].destination.account_muxed == to
    with pytest.raises(Refused, match="memo_conflict"):
        planned(replace(TOKEN, destination=to, memo="8"))


def test_a_new_account_is_created() -> None:
    inner = opened(planned(NATIVE, account(SOURCE))).transaction
    assert (inner.operations[0].destination, inner.operations[0].starting_balance) == (TO, "2")
    for order in (replace(NATIVE, amount=9_999_999), TOKEN):
        with pytest.raises(Refused, match="destination_does_not_exist"):
            planned(order, account(SOURCE, LINE))


@pytest.mark.parametrize(
    ("memo", "kind"), [(None, "none"), ("007", "text"), ("7", "id"), ("ab" * 32, "hash"), ("hello", "text")]
)
def test_memos_are_what_they_look_like(memo: str | None, kind: str) -> None:
    plan = planned(replace(NATIVE, memo=memo))
    assert (plan.fields["memo_type"], plan.fields["memo"]) == (kind, memo)


@pytest.mark.parametrize(
    ("order", "accounts", "why"),
    [
        (NATIVE, [account(TO)], "source_does_not_exist"),
        (NATIVE, [account(SOURCE, native="3.5009999"), account(TO)], "not_enough_coins"),
        (TOKEN, [account(SOURCE), account(TO, LINE)], "not_enough_coins"),
        (TOKEN, [account(SOURCE, LINE | {"balance": "1.4999999"}), account(TO, LINE)], "not_enough_coins"),
        (TOKEN, [account(SOURCE, LINE | {"is_authorized": False}), account(TO, LINE)], "token_frozen"),
        (TOKEN, [account(SOURCE, LINE), account(TO)], "destination_has_no_trust_line"),
        (TOKEN, [account(SOURCE, LINE), account(TO, LINE | {"limit": "6.0000000"})], "destination_has_no_trust_line"),
        (TOKEN, [account(SOURCE, LINE), account(TO, LINE | {"is_authorized": False})], "token_frozen"),
        (TOKEN, [account(SOURCE, LINE), account(TO, LINE, data={"config.memo_required": "MQ=="})], "needs_a_memo"),
        (replace(NATIVE, memo="x" * 29), [], "memo_too_long"),
        (replace(NATIVE, destination=SOURCE), [], "destination_is_the_source"),
        (replace(NATIVE, destination="anna*example.org"), [], "not_an_address"),
        (replace(NATIVE, amount=0), [], "amount_out_of_range"),
        (replace(NATIVE, contract="C" * 56), [], "no_plan_for_this_asset"),
    ],
)
def test_what_is_refused(order: SweepOrder, accounts: list[dict[str, Any]], why: str) -> None:
    with pytest.raises(Refused, match=why):
        planned(order, *accounts)


def test_a_node_of_another_network() -> None:
    with pytest.raises(NodeMistaken):
        planned(NATIVE, start=book.root(network_passphrase="Test SDF Network ; September 2015"))


def test_every_difference_is_named() -> None:
    plan = planned(NATIVE)
    for change, name in (
        ({"amount": 20_000_001}, "amount"), ({"destination": ISSUER}, "destination"), ({"memo": "8"}, "memo"),
        ({"memo": None}, "memo"), ({"source": ISSUER}, "source"), ({"contract": f"USDC:{ISSUER}"}, "contract"),
    ):  # fmt: skip
        assert check_plan(ROW, replace(NATIVE, **change), plan) == [name]
    assert check_plan(ROW, NATIVE, replace(plan, cost=99)) == ["fee"]
    assert check_plan(ROW, NATIVE, replace(plan, fields={})) == ["fields"]
    assert check_plan(ROW, NATIVE, replace(plan, expires=NOW)) == ["expires"]
    assert check_plan(ROW, NATIVE, replace(plan, form="psbt")) == ["form"]


def test_a_changed_byte_is_always_seen() -> None:
    import base64

    plan = planned(NATIVE)
    raw = base64.b64decode(plan.files[0].body)
    for place in range(len(raw)):
        changed = base64.b64encode(raw[:place] + bytes([raw[place] ^ 1]) + raw[place + 1 :])
        assert check_plan(ROW, NATIVE, replace(plan, files=(replace(plan.files[0], body=changed),))), place


def test_a_node_that_shows_no_network_cannot_say_that_an_account_is_missing() -> None:
    for known in ((), (account(SOURCE),)):
        with pytest.raises(NodeUnavailable):
            planned(NATIVE, *(known or (account(ISSUER),)), start={"network_passphrase": None})
