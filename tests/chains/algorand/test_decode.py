"""What the Algorand family makes of small records; each test fails without its handling."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from chains.algorand.fields import computed_id
from chains.algorand.indexer import read
from chains.catalogue import network
from chains.errors import NodeMistaken, NodeUnavailable
from chains.types import Status, Transaction, TransferKind
from tests.chains.algorand.scenes import ONE, ROUND, THREE, TWO, account, in_pool, move, node, pay, row
from tests.chains.replay import Played
from tests.chains.scene import Told

ALGO = network("algorand")
FOUR = account(4)


def told(found: dict[str, Any], **how: Any) -> Transaction:
    return read(ALGO, Played(node(ALGO, found, **how)), found["id"]).transaction


def legs(seen: Transaction) -> list[tuple[str, str | None, str | None, int, str | None]]:
    return [(leg.position, leg.sender, leg.recipient, leg.amount, leg.contract) for leg in seen.transfers]


def b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def test_closing_an_account_is_two_movements() -> None:
    seen = told(row(ALGO, payment_transaction=pay(5, 95)))
    assert legs(seen) == [("txn", ONE, TWO, 5, None), ("close", ONE, THREE, 95, None)]
    older = row(ALGO, payment_transaction=pay(5, 95) | {"close-amount": 0}, closing_amount=95)
    assert legs(told(older)) == legs(seen)
    only_rest = told(row(ALGO, payment_transaction=pay(0, 95)))
    assert legs(only_rest) == [("close", ONE, THREE, 95, None)]


def test_an_asset_its_closing_and_an_opt_in() -> None:
    seen = told(row(ALGO, "axfer", asset_transfer_transaction=move(7, close_to=THREE, close_amount=93)))
    assert legs(seen) == [("txn", ONE, TWO, 7, "31566704"), ("close", ONE, THREE, 93, "31566704")]
    assert seen.transfers[0].asset == f"{ALGO.id}/asa:31566704"
    assert seen.transfers[0].kind is TransferKind.TOKEN
    assert told(row(ALGO, "axfer", asset_transfer_transaction=move(0, receiver=ONE))).transfers == ()


def test_a_clawback_takes_from_the_holder_not_from_who_sends_it() -> None:
    seen = told(row(ALGO, "axfer", asset_transfer_transaction=move(7, sender=FOUR)))
    assert legs(seen) == [("txn", FOUR, TWO, 7, "31566704")]
    assert seen.fee is not None
    assert seen.fee.payer == ONE


def test_a_new_asset_comes_out_of_nothing() -> None:
    found = row(
        ALGO, "acfg", asset_config_transaction={"params": {"total": 1000, "creator": ONE}}, created_asset_index=42
    )
    assert legs(told(found)) == [("txn", None, ONE, 1000, "42")]
    change = row(ALGO, "acfg", asset_config_transaction={"asset-id": 42, "params": {"total": 1000}})
    assert told(change).transfers == ()


def inner(kind: str, **more: Any) -> dict[str, Any]:
    found = row(ALGO, kind, id="", **more)
    return {name: value for name, value in found.items() if name != "id"} | {"sender": FOUR}


def test_inner_transactions_are_found_by_their_path() -> None:
    deep = inner(
        "appl", inner_txns=[inner("pay", payment_transaction=pay(1)), inner("pay", payment_transaction=pay(2, 3))]
    )
    asset = inner("axfer", asset_transfer_transaction=move(4, sender=FOUR))
    seen = told(row(ALGO, "appl", inner_txns=[deep, asset], note=b64(b"outer")))
    assert legs(seen) == [
        ("inner:0/0", FOUR, TWO, 1, None), ("inner:0/1", FOUR, TWO, 2, None), ("inner:0/1/close", FOUR, THREE, 3, None),
        ("inner:1", FOUR, TWO, 4, "31566704"),
    ]  # fmt: skip
    assert {leg.memo for leg in seen.transfers} == {None}
    assert seen.warnings == ()


def test_rewards_are_no_part_of_the_amount() -> None:
    seen = told(row(ALGO, payment_transaction=pay(5), sender_rewards=70, receiver_rewards=71))
    assert legs(seen) == [("txn", ONE, TWO, 5, None)]
    assert seen.warnings == ("rewards_not_listed",)


def test_handing_an_account_to_another_key_is_named() -> None:
    assert told(row(ALGO, payment_transaction=pay(5), rekey_to=TWO)).warnings == ("account_rekeyed",)
    assert told(row(ALGO, payment_transaction=pay(5), rekey_to=ONE)).warnings == ()


@pytest.mark.parametrize(
    ("note", "memo"),
    [
        (b"12345", "12345"),
        ("für \u202eEva".encode(), "für \u202eEva"),
        (b"\x00\x01", None),
        (b"\xff\xfe", None),
        (b"", None),
    ],
)
def test_a_note_is_a_memo_when_it_is_text(note: bytes, memo: str | None) -> None:
    assert told(row(ALGO, payment_transaction=pay(5), note=b64(note))).transfers[0].memo == memo


@pytest.mark.parametrize("kind", ["appl", "keyreg", "afrz", "stpf", "hb"])
def test_what_moves_nothing(kind: str) -> None:
    seen = told(row(ALGO, kind))
    assert (seen.transfers, seen.warnings, seen.status) == ((), (), Status.SUCCEEDED)


def test_an_unknown_kind_is_named() -> None:
    assert told(row(ALGO, "later")).warnings == ("unknown_operation",)


def test_an_excerpt_is_believed_for_its_id_and_says_so() -> None:
    """Proxies leave out what they do not need; without the rounds of validity no id can be computed anew."""
    left_out = ("first-valid", "last-valid", "genesis-id", "genesis-hash")
    excerpt = {name: value for name, value in row(ALGO, payment_transaction=pay(5)).items() if name not in left_out}
    seen = told(excerpt)
    assert (seen.status, legs(seen)) == (Status.SUCCEEDED, legs(told(row(ALGO, payment_transaction=pay(5)))))
    assert "hash_not_recomputed" in seen.warnings
    assert "hash_not_recomputed" not in told(row(ALGO, payment_transaction=pay(5))).warnings
    homeless = {name: value for name, value in excerpt.items() if name != "confirmed-round"}
    seen = told(homeless)
    assert (seen.status, seen.transfers) == (Status.UNKNOWN, ())
    assert "block_not_visible" in seen.warnings


def test_an_id_is_computed_anew_from_what_was_signed() -> None:
    found = row(
        ALGO,
        payment_transaction=pay(257733000),
        group=b64(bytes(range(32))),
        lease=b64(b"l" * 32),
        note=b64(b"n" * 300),
    )
    for change in (
        {"fee": 1001},
        {"sender": TWO},
        {"note": b64(b"m")},
        {"payment-transaction": pay(257733001)},
        {"rekey-to": TWO},
    ):
        assert computed_id(found | change) != found["id"]
        with pytest.raises(NodeMistaken):
            told(found | change)
    with pytest.raises(NodeMistaken):
        read(ALGO, Played(lambda asked: Told({"transaction": found})), "A" * 52)


def test_the_id_of_a_public_transaction() -> None:
    found = row(
        ALGO, sender="HVRMBK4GHNUNDOS7J4FWALCZE7QQYN4QFA3OUP362PCHKHXYADYGZHGOOA",
        payment_transaction={
            "amount": 257733000, "receiver": "5GW5VO4JNTHXVH2DYV7HAKBKGQFSCAI4MBUD5EN3FLBGLF4KKRXJE24ASI",
        },
        first_valid=34217443, last_valid=34218443,
    )  # fmt: skip
    assert found["id"] == ALGO.params["sample_tx"]


def test_a_nodes_own_pool_and_recent_rounds() -> None:
    found = row(ALGO, payment_transaction=pay(5, 95))
    waiting = in_pool(found)
    done = waiting | {"confirmed-round": ROUND, "closing-amount": 95}
    talk = Played(node(ALGO, None, pool=done))
    seen = read(ALGO, talk, found["id"]).transaction
    assert legs(seen) == [("txn", ONE, TWO, 5, None), ("close", ONE, THREE, 95, None)]
    assert (seen.status, seen.final) == (Status.SUCCEEDED, True)
    with pytest.raises(NodeMistaken):
        other = in_pool(row(ALGO, payment_transaction=pay(6, 95)))
        read(ALGO, Played(node(ALGO, None, pool=other)), found["id"])
    call = {"pool-error": "", "txn": {"txn": {"type": "appl", "snd": ONE}}}
    with pytest.raises(NodeMistaken):
        read(ALGO, Played(node(ALGO, None, pool=call)), found["id"])
    effects = {"confirmed-round": ROUND, "asset-closing-amount": 8, "inner-txns": []}
    asset = row(ALGO, "axfer", asset_transfer_transaction=move(7, close_to=THREE))
    signed = {
        "aamt": 7, "aclose": THREE, "arcv": TWO, "fee": 1000, "fv": ROUND - 5, "gen": ALGO.params["genesis_id"],
        "gh": ALGO.params["genesis_hash"], "lv": ROUND + 995, "snd": ONE, "type": "axfer", "xaid": 31566704,
    }  # fmt: skip
    shown = effects | {"txn": {"txn": signed}}
    seen = read(ALGO, Played(node(ALGO, None, pool=shown)), asset["id"]).transaction
    assert legs(seen) == [("txn", ONE, TWO, 7, "31566704"), ("close", ONE, THREE, 8, "31566704")]


def test_a_node_that_serves_only_the_transaction() -> None:
    found = row(ALGO, payment_transaction=pay(5))
    seen = told(found, refuse=("/v2/blocks", "/health"))
    assert (seen.status, seen.final, seen.confirmations) == (Status.SUCCEEDED, True, 10)
    assert seen.warnings == ("block_not_visible",)
    nameless = {name: value for name, value in found.items() if not name.startswith("genesis")}
    nameless["id"] = computed_id(nameless)
    seen = told(nameless, refuse=("/v2/blocks", "/health"))
    assert seen.warnings == ("chain_identity_not_visible", "block_not_visible")
    assert seen.final
    alone = read(
        ALGO, Played(lambda asked: Told(found if found["id"] in asked.path else {}, 200)), found["id"]
    ).transaction
    assert (alone.final, alone.confirmations) == (True, 1)
    assert "tip_not_visible" in alone.warnings
    silent = read(ALGO, Played(lambda asked: Told({"message": "no transaction found"}, 404)), found["id"]).transaction
    assert silent.status is Status.UNKNOWN
    elsewhere = row(ALGO, payment_transaction=pay(5), genesis_hash=b64(b"x" * 32))
    assert told(elsewhere).warnings == ("wrong_chain",)


def test_what_is_no_answer_at_all() -> None:
    with pytest.raises(NodeUnavailable):
        read(ALGO, Played(lambda asked: Told({}, 401)), "A" * 52)
    with pytest.raises(NodeMistaken):
        read(ALGO, Played(lambda asked: Told({})), "A" * 52)
    with pytest.raises(NodeMistaken):
        read(ALGO, Played(lambda asked: Told({}), interface="algod"), "A" * 52)
