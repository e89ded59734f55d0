"""What the Tezos family makes of small records; each test fails without its handling."""

from __future__ import annotations

from typing import Any

import pytest

from chains.catalogue import network
from chains.errors import NodeMistaken, NodeUnavailable
from chains.tezos.tzkt import read
from chains.types import Status, Transaction, TransferKind
from tests.chains.replay import Played
from tests.chains.scene import Told
from tests.chains.tezos.scenes import DEX, HASH, LEVEL, ONE, THREE, TOKEN, TWO, call, moved, node, op

TEZ = network("tezos")


def told(found: list[dict[str, Any]], **how: Any) -> Transaction:
    return read(TEZ, Played(node(TEZ, found, **how)), HASH).transaction


def legs(seen: Transaction) -> list[tuple[str, str | None, str | None, int, str | None]]:
    return [(leg.position, leg.sender, leg.recipient, leg.amount, leg.contract) for leg in seen.transfers]


def inside(identity: int, nonce: int, **more: Any) -> dict[str, Any]:
    """What a contract did inside a content: it has a nonce, and pays no fee to a baker."""
    return op(identity, nonce=nonce, initiator={"address": ONE}, sender={"address": DEX}, bakerFee=None, **more)


def test_many_contents_under_one_hash_in_the_chains_order() -> None:
    reveal = op(1, type="reveal", counter=99, target=None, amount=None, bakerFee=300)
    found = [op(3, counter=101, amount=7, target={"address": THREE}), op(2), reveal]
    seen = told(found)
    assert legs(seen) == [("op:1/0", ONE, TWO, 5, None), ("op:2/0", ONE, THREE, 7, None)]
    assert seen.fee is not None
    assert seen.fee.amount == 300 + 400 + 400


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0)])
def test_a_content_that_fails_takes_the_others_with_it(order: tuple[int, ...]) -> None:
    rows = [
        op(1, status="backtracked"),
        op(2, counter=101, status="failed", errors=[{"type": "script_rejected"}, {"type": "contract.balance_too_low"}]),
        op(3, counter=102, status="skipped"),
    ]
    seen = told([rows[place] for place in order])
    assert (seen.status, seen.final, seen.transfers) == (Status.FAILED, True, ())
    assert seen.failure == "contract.balance_too_low"
    assert seen.fee is not None
    assert seen.fee.amount == 1200


def test_a_failure_inside_is_the_failure_of_the_whole() -> None:
    rows = [
        op(1, status="backtracked", target={"address": DEX}),
        inside(2, 0, status="backtracked"),
        inside(3, 1, status="failed", errors=[{"type": "script_rejected\u202e"}]),
    ]
    seen = told(rows)
    assert (seen.status, seen.transfers, seen.failure) == (Status.FAILED, (), "script_rejected")


def test_what_contracts_do_inside_is_numbered_within_its_content() -> None:
    rows = [
        op(1, target={"address": DEX}, amount=50, tokenTransfersCount=None),
        inside(2, 0, amount=20, target={"address": TWO}),
        inside(3, 1, amount=0, target={"address": TOKEN}, tokenTransfersCount=1),
        op(4, counter=101, target={"address": DEX}, amount=1),
        inside(5, 2, counter=101, amount=2, target={"address": THREE}),
    ]
    seen = told(rows, tokens={3: [moved(3, 9, **{"from": {"address": DEX}})]})
    assert legs(seen) == [
        ("op:0/0", ONE, DEX, 50, None), ("op:0/1", DEX, TWO, 20, None), ("op:0/2/0", DEX, TWO, 9, f"{TOKEN}:0"),
        ("op:1/0", ONE, DEX, 1, None), ("op:1/1", DEX, THREE, 2, None),
    ]  # fmt: skip
    assert [leg.kind for leg in seen.transfers][:3] == [TransferKind.NATIVE, TransferKind.INTERNAL, TransferKind.TOKEN]
    assert legs(told(rows[::-1], tokens={3: [moved(3, 9, **{"from": {"address": DEX}})]})) == legs(seen)


def test_burns_for_storage_and_new_accounts_are_part_of_the_fee() -> None:
    rows = [op(1, target={"address": DEX}, storageFee=25), inside(2, 0, allocationFee=64250, target={"address": TWO})]
    seen = told(rows)
    assert seen.fee is not None
    assert (seen.fee.amount, seen.fee.payer) == (400 + 25 + 64250, ONE)


def test_what_failed_burns_nothing_and_moves_nothing_whatever_stands_beside_it() -> None:
    seen = told([op(1), op(2, counter=101, status="failed", storageFee=25, allocationFee=64250)])
    assert (seen.status, seen.transfers) == (Status.FAILED, ())
    assert seen.fee is not None
    assert seen.fee.amount == 800


def test_the_numbers_of_an_index_do_not_decide_the_order() -> None:
    rows = [op(3, counter=101, amount=7), inside(2, 0, amount=1, target={"address": THREE}), op(9)]
    assert legs(told(rows)) == [
        ("op:0/0", ONE, TWO, 5, None),
        ("op:0/1", DEX, THREE, 1, None),
        ("op:1/0", ONE, TWO, 7, None),
    ]


def test_tokens_are_known_by_their_contract_and_number() -> None:
    plain_token = {"contract": {"address": TOKEN}, "tokenId": "0", "standard": "fa1.2"}
    picture = {
        "contract": {"address": TOKEN}, "tokenId": "42", "standard": "fa2",
        "metadata": {"symbol": "OBJ\u202eKT", "decimals": "0", "artifactUri": "ipfs://x"},
    }  # fmt: skip
    rows = [
        moved(1, 3, id=13, token=picture, to=None), moved(1, 1, id=11), moved(1, 2, id=12, token=plain_token, **{"from": None}),
        moved(1, 0, id=14),
    ]  # fmt: skip
    seen = told([call(1, tokenTransfersCount=4)], tokens={1: rows})
    assert legs(seen) == [
        ("op:0/0/0", ONE, TWO, 1, f"{TOKEN}:0"), ("op:0/0/1", None, TWO, 2, TOKEN), ("op:0/0/2", ONE, None, 3, f"{TOKEN}:42"),
    ]  # fmt: skip
    one, two, three = seen.transfers
    assert (one.asset, one.symbol, one.decimals, one.token_id) == (f"{TEZ.id}/fa2:{TOKEN}/0", "USDt", 6, None)
    assert (two.asset, two.symbol, two.decimals) == (f"{TEZ.id}/fa12:{TOKEN}", None, None)
    assert (three.kind, three.symbol, three.token_id) == (TransferKind.NFT, "OBJKT", "42")


def test_more_tokens_than_one_page_holds() -> None:
    rows = [moved(1, 1, id=number) for number in range(150)]
    seen = told([call(1, tokenTransfersCount=150)], tokens={1: rows})
    assert len(seen.transfers) == 150
    assert seen.warnings == ()


def test_tokens_that_are_not_shown_are_named_never_read_from_the_call() -> None:
    refused = told([call(1)], refuse=("/v1/tokens",))
    fewer = told([call(1, tokenTransfersCount=2)], tokens={1: [moved(1, 7)]})
    for seen in (refused, fewer):
        assert (seen.transfers, seen.warnings, seen.final) == ((), ("token_transfers_not_visible",), True)
    many = [call(number, counter=number) for number in range(1, 40)]
    assert told(many).warnings == ("token_transfers_not_visible",)
    other = moved(1, 7, transactionId=2)
    with pytest.raises(NodeMistaken):
        told([call(1)], tokens={1: [other]})


def test_an_index_that_does_not_count_is_asked_about_each_call() -> None:
    row = call(1, tokenTransfersCount=None)
    assert legs(told([row], tokens={1: [moved(1, 7)]})) == [("op:0/0/0", ONE, TWO, 7, f"{TOKEN}:0")]
    assert told([row]).warnings == ()
    assert told([row], refuse=("/v1/tokens",)).warnings == ("token_transfers_not_visible",)
    assert told([op(1)], refuse=("/v1/tokens",)).warnings == ()


def test_other_kinds_that_move_coins() -> None:
    new = op(
        1,
        type="origination",
        target=None,
        amount=None,
        contractBalance=77,
        originatedContract={"kind": "x", "address": DEX},
    )
    assert legs(told([new])) == [("op:0/0", ONE, DEX, 77, None)]
    born = op(1, type="activation", counter=None, sender=None, target=None, amount=None, bakerFee=None, status=None)
    born |= {"account": {"address": TWO}, "balance": 88}
    seen = told([born])
    assert legs(seen) == [("op:0/0", None, TWO, 88, None)]
    assert seen.fee is None
    drained = op(
        1, type="drain_delegate", counter=None, sender=None, status=None, bakerFee=None, delegate={"address": ONE}
    )
    assert legs(told([drained])) == [("op:0/0", ONE, TWO, 5, None)]


@pytest.mark.parametrize("kind", ["delegation", "reveal", "staking", "ballot", "sr_add_messages"])
def test_what_moves_nothing(kind: str) -> None:
    seen = told([op(1, type=kind, target=None)])
    assert (seen.transfers, seen.warnings, seen.status) == ((), (), Status.SUCCEEDED)


def test_an_unknown_kind_is_named() -> None:
    assert told([op(1, type="later")]).warnings == ("unknown_operation",)


def test_final_when_another_block_stands_on_it() -> None:
    assert [told([op(1)], tip=LEVEL + more).final for more in (-1, 0, 1)] == [False, False, True]


def test_a_node_that_serves_only_the_operation() -> None:
    seen = told([op(1)], refuse=("/v1/head", "/v1/tokens"))
    assert (seen.status, seen.final, seen.confirmations) == (Status.SUCCEEDED, False, 1)
    assert seen.warnings == ("chain_identity_not_visible", "tip_not_visible")
    assert told([], refuse=("/v1/head",)).status is Status.UNKNOWN


@pytest.mark.parametrize(
    "found",
    [
        [op(1, hash="o" * 51)],
        [op(1), op(2, level=LEVEL + 1)],
        [op(1), op(1)],
        [op(1, amount="5")],
        [op(1, amount=-5)],
        [op(1, target={"address": "tz1nobody"})],
        [op(1, status=5)],
        ["x"],
    ],
)
def test_answers_that_contradict_themselves_are_refused(found: list[Any]) -> None:
    with pytest.raises(NodeMistaken):
        told(found)


def test_what_is_no_answer_at_all() -> None:
    with pytest.raises(NodeUnavailable):
        read(TEZ, Played(lambda asked: Told({}, 400)), HASH)
    with pytest.raises(NodeMistaken):
        read(TEZ, Played(lambda asked: Told({})), HASH)
