"""What extrinsics mean, from small blocks in sidecar's and Subscan's documented forms."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from chains.catalogue import network
from chains.errors import NodeMistaken
from chains.polkadot import hash_candidate, read
from chains.polkadot.assets import of_fee
from chains.polkadot.shown import location
from chains.types import Network, Status, Transaction, TransferKind
from tests.chains.polkadot.scenes import (
    AMOUNT,
    FAILURE,
    FEE,
    HASH,
    HEIGHT,
    REFERENCE,
    SUCCESS,
    State,
    account,
    event,
    fee,
    moved,
    sidecar,
    state,
)
from tests.chains.replay import Played
from tests.chains.scene import Answers, Asked, Told

ROW = network("polkadot")
PAYER, PAID, THIRD = account(ROW, 1), account(ROW, 2), account(ROW, 3)
TRANSFER = event("balances.Transfer", PAYER, PAID, str(AMOUNT))
WETH = {
    "parents": "2",
    "interior": {
        "x2": [
            {"globalConsensus": {"ethereum": {"chainId": "1"}}},
            {"accountKey20": {"network": None, "key": "0xC02aaA39b223FE8D0A0e5C4F27eAD9083C756Cc2"}},
        ]
    },
}


def seen(told: State, reference: str = REFERENCE, row: Network = ROW) -> Transaction:
    return read(row, Played(sidecar(row, told)), reference).transaction


def legs(told: State) -> list[tuple[str, str | None, str | None, str | None, int]]:
    return [(leg.position, leg.contract, leg.sender, leg.recipient, leg.amount) for leg in seen(told).transfers]


def test_a_call_that_failed_moves_nothing_however_good_its_arguments() -> None:
    told = state(ROW)
    result = seen(replace(told, events=(told.events[0], *fee(ROW), FAILURE)))
    assert (result.status, result.transfers, result.failure) == (Status.FAILED, (), "token FundsUnavailable")
    assert result.fee is not None
    assert result.fee.amount == FEE


def test_events_of_a_failed_call_do_not_count_even_where_a_node_shows_some() -> None:
    told = state(ROW)
    assert seen(replace(told, events=(TRANSFER, *fee(ROW), FAILURE))).transfers == ()


def test_a_batch_that_stops_keeps_what_came_before() -> None:
    interrupted = event("utility.BatchInterrupted", "1", {"module": {"index": "10", "error": "0x02000000"}})
    told = moved(ROW, TRANSFER, event("utility.ItemCompleted"), interrupted)
    assert legs(told) == [("event:1", None, PAYER, PAID, AMOUNT)]
    result = seen(told)
    assert (result.status, result.warnings) == (Status.SUCCEEDED, ("batch_interrupted",))


def test_every_payment_of_a_batch_is_a_leg() -> None:
    told = moved(ROW, TRANSFER, event("balances.Transfer", PAYER, PAID, "5"), event("utility.BatchCompleted"))
    assert [(position, amount) for position, _, _, _, amount in legs(told)] == [("event:1", AMOUNT), ("event:2", 5)]


@pytest.mark.parametrize(
    "told",
    [
        event("proxy.ProxyExecuted", {"err": {"token": "FundsUnavailable"}}),
        event("multisig.MultisigExecuted", THIRD, {"height": "1"}, PAYER, "0x00", {"Err": {"other": None}}),
        event("utility.ItemFailed", {"badOrigin": None}),
        event("sudo.SudoAsDone", False),
    ],
)
def test_a_wrapped_call_that_failed_is_told_of(told: dict[str, Any]) -> None:
    result = seen(moved(ROW, told))
    assert (result.status, result.transfers, result.warnings) == (Status.SUCCEEDED, (), ("inner_call_failed",))


def test_a_wrapped_call_that_held_moves_the_money_of_whom_it_acts_for() -> None:
    told = moved(ROW, event("balances.Transfer", THIRD, PAID, "77"), event("proxy.ProxyExecuted", {"ok": []}))
    assert legs(told) == [("event:1", None, THIRD, PAID, 77)]
    result = seen(told)
    assert result.warnings == ()
    assert result.fee is not None
    assert result.fee.payer == PAYER


def test_a_multisig_that_waits_has_moved_nothing() -> None:
    assert seen(moved(ROW, event("multisig.NewMultisig", PAYER, THIRD, "0x00"))).warnings == ("multisig_incomplete",)


def test_the_ways_of_the_fee_are_no_transfers() -> None:
    """Withdraw, refund, the author's share, and a new account's endowment, which its transfer tells of already."""
    told = moved(
        ROW,
        event("system.NewAccount", PAID),
        event("balances.Endowed", PAID, str(AMOUNT)),
        TRANSFER,
        event("balances.Deposit", PAYER, "1000"),
    )
    assert legs(told) == [("event:3", None, PAYER, PAID, AMOUNT)]


def test_what_pays_a_fee_is_signed_by_some_means() -> None:
    """An Ethereum transaction carried along has no signature of the chain's own kind; the fee's way is no mint."""
    told = replace(moved(ROW, TRANSFER), signed=False)
    assert legs(told) == [("event:1", None, PAYER, PAID, AMOUNT)]
    result = seen(told)
    assert result.fee is not None
    assert (result.fee.amount, result.fee.payer) == (FEE, PAYER)


def test_dust_of_a_removed_account_is_no_transfer() -> None:
    told = moved(ROW, event("balances.DustLost", PAYER, "5440000"), event("system.KilledAccount", PAYER), TRANSFER)
    assert legs(told) == [("event:3", None, PAYER, PAID, AMOUNT)]
    assert "dust_removed" in seen(told).warnings


def test_what_came_from_another_chain_has_no_extrinsic_but_a_name() -> None:
    told = replace(
        state(ROW),
        initialize=(
            event("balances.Burned", THIRD, "900"),
            event("balances.Minted", PAID, "880"),
            event("foreignAssets.Issued", WETH, PAID, "41"),
            event("balances.Deposit", account(ROW, 9), "20"),
            event("messageQueue.Processed", "0x00", {"Sibling": "2034"}, "1", True),
        ),
    )
    result = seen(told, f"{HEIGHT}-initialize")
    assert (result.status, result.final, result.fee) == (Status.SUCCEEDED, True, None)
    assert [(leg.position, leg.sender, leg.recipient, leg.amount) for leg in result.transfers] == [
        ("event:0", THIRD, None, 900),
        ("event:1", None, PAID, 880),
        ("event:2", None, PAID, 41),
        ("event:3", None, account(ROW, 9), 20),
    ]
    assert result.hash == f"{HEIGHT}-initialize"
    assert seen(told, f"{HEIGHT}-finalize").transfers == ()


def test_assets_of_each_pallet() -> None:
    told = moved(
        ROW,
        event("assets.Transferred", "1984", PAYER, PAID, "25000000"),
        event("foreignAssets.Transferred", WETH, PAYER, PAID, "3"),
        event("poolAssets.Transferred", "7", PAYER, PAID, "4"),
        event("assets.Issued", "1337", PAID, "5"),
        event("assets.Burned", "1337", PAYER, "6"),
        event("nfts.Transferred", "11", "42", PAYER, PAID),
    )
    result = seen(told)
    weth = location(WETH)
    assert [(leg.contract, leg.sender, leg.recipient, leg.amount) for leg in result.transfers] == [
        ("1984", PAYER, PAID, 25_000_000),
        (weth, PAYER, PAID, 3),
        ("pool:7", PAYER, PAID, 4),
        ("1337", None, PAID, 5),
        ("1337", PAYER, None, 6),
        ("nfts:11", PAYER, PAID, 1),
    ]
    assert (result.transfers[0].symbol, result.transfers[0].decimals) == ("USDt", 6)
    assert (result.transfers[5].kind, result.transfers[5].token_id) == (TransferKind.NFT, "42")
    assert all(len(leg.asset.partition("/")[2]) <= 137 for leg in result.transfers)


def test_an_approved_transfer_told_twice_is_one() -> None:
    itself = event("assets.Transferred", "1984", PAYER, PAID, "9")
    approved = event("assets.TransferredApproved", "1984", PAYER, THIRD, PAID, "9")
    assert len(legs(moved(ROW, itself, approved))) == 1
    assert legs(moved(ROW, approved)) == [("event:1", "1984", PAYER, PAID, 9)]


def test_a_place_elsewhere_is_one_asset_however_it_is_written() -> None:
    other = {
        "parents": 2,
        "interior": {
            "X2": [
                {"GlobalConsensus": {"Ethereum": {"chainId": 1}}},
                {"AccountKey20": {"key": "0xc02aaa39b223fe8d0a0e5c4f27ead9083c756cc2"}},
            ]
        },
    }
    assert location(other) == location(WETH)
    assert location({"parents": "1", "interior": {"x1": {"parachain": "2,004"}}}) == location(
        {"parents": 1, "interior": {"X1": [{"Parachain": 2004}]}}
    )
    assert location({"parents": "1", "interior": "Here"}) == location({"parents": 1, "interior": {"here": None}})


@pytest.mark.parametrize(
    ("named", "contract"),
    [
        (None, None),
        ("1984", "1984"),
        ({"parents": "1", "interior": {"here": None}}, None),
        ({"parents": "0", "interior": {"x2": [{"palletInstance": "50"}, {"generalIndex": "1984"}]}}, "1984"),
        (WETH, location(WETH)),
    ],
)
def test_what_a_fee_is_paid_in(named: Any, contract: str | None) -> None:
    assert of_fee(ROW, named).contract == contract


def test_a_fee_in_another_asset() -> None:
    usdt = {"parents": "0", "interior": {"x2": [{"palletInstance": "50"}, {"generalIndex": "1984"}]}}
    paid = event("assetTxPayment.AssetTxFeePaid", PAYER, "21000", "0", usdt)
    result = seen(State((TRANSFER, paid, SUCCESS), genesis=ROW.params["genesis"]))
    assert result.fee is not None
    assert (result.fee.asset, result.fee.amount) == (f"{ROW.id}/assets:1984", 21_000)


def test_the_fee_before_it_had_an_event_is_what_treasury_and_author_got() -> None:
    """Also where the node reckons otherwise: its figure knows nothing of a refunded weight."""
    told = State(
        (TRANSFER, event("treasury.Deposit", "800"), event("balances.Deposit", account(ROW, 8), "200"), SUCCESS),
        genesis=ROW.params["genesis"],
        info=(("partialFee", "1001"), ("kind", "postDispatch")),
    )
    result = seen(told)
    assert result.fee is not None
    assert (result.fee.amount, result.fee.payer) == (1000, PAYER)
    share = event("balances.Deposit", account(ROW, 8), "200")
    twice = seen(
        replace(told, events=(event("balances.Deposit", account(ROW, 8), "7"), *told.events[:2], share, share, SUCCESS))
    )
    assert twice.fee == result.fee
    silent = seen(replace(told, events=(TRANSFER, SUCCESS)))
    assert silent.fee is not None
    assert silent.fee.amount == 1001
    guessed = seen(replace(told, events=(TRANSFER, SUCCESS), info=(("partialFee", "1001"), ("kind", "preDispatch"))))
    assert (guessed.fee, guessed.warnings) == (None, ("fee_not_visible",))


def test_the_tip_is_a_part_of_the_fee_told() -> None:
    told = State(
        (TRANSFER, event("transactionPayment.TransactionFeePaid", PAYER, "169000015", "10000000"), SUCCESS),
        genesis=ROW.params["genesis"],
    )
    result = seen(told)
    assert result.fee is not None
    assert result.fee.amount == 169_000_015


def test_reserves_move_as_transfers_only_into_free_balances() -> None:
    free = event("balances.ReserveRepatriated", THIRD, PAID, "833", "Free")
    kept = event("balances.ReserveRepatriated", THIRD, PAID, "834", "Reserved")
    result = seen(moved(ROW, free, kept))
    assert [(leg.position, leg.amount) for leg in result.transfers] == [("event:1", 833)]
    assert "holds_not_listed" in result.warnings


def test_one_extrinsic_has_one_name() -> None:
    by_hash = seen(state(ROW), f"{HASH}-2")
    assert by_hash == seen(state(ROW))
    assert by_hash.hash == REFERENCE


def test_a_bare_hash_is_not_enough_for_sidecar() -> None:
    result = seen(state(ROW), "0x" + "e1" * 32)
    assert (result.status, result.warnings) == (Status.UNKNOWN, ("extrinsic_index_needed",))


def test_a_block_that_was_replaced() -> None:
    """Asked for by its hash, not sealed, while the node has sealed another of that height."""
    result = seen(replace(state(ROW), finalized=False), f"{HASH}-2")
    assert (result.status, result.transfers, result.warnings) == (Status.PENDING, (), ("reorganised",))


def test_a_place_beyond_the_end_of_a_sealed_block_is_empty() -> None:
    assert seen(state(ROW), f"{HEIGHT}-3").status is Status.NOT_FOUND
    assert seen(replace(state(ROW), finalized=False), f"{HEIGHT}-3").status is Status.UNKNOWN


def test_a_node_that_does_not_say_what_is_final() -> None:
    """Its head says it, which is a sealed one, of any block named by its height."""
    assert seen(replace(state(ROW), finalized=None)).final
    assert not seen(replace(state(ROW), finalized=None), f"{HASH}-2").final
    result = seen(replace(state(ROW), finalized=None, head=HEIGHT - 1))
    assert (result.status, result.final) == (Status.SUCCEEDED, False)
    assert result.warnings == ("finalized_block_not_visible",)


def _without(honest: Answers, *words: str) -> Answers:
    return lambda asked: Told({"code": 404}, 404) if any(word in asked.path for word in words) else honest(asked)


def test_questions_beside_the_main_one_may_go_unanswered() -> None:
    bare = _without(sidecar(ROW, state(ROW)), "head", "/blocks/0/", "spec", "pallets")
    result = read(ROW, Played(bare), REFERENCE).transaction
    assert (result.status, result.final, result.confirmations) == (Status.SUCCEEDED, True, 1)
    assert set(result.warnings) == {"tip_not_visible", "chain_identity_not_visible"}
    gone = _without(sidecar(ROW, replace(state(ROW), found=False)), "/blocks/0/", "spec")
    missing = read(ROW, Played(gone), REFERENCE).transaction
    assert (missing.status, missing.warnings) == (Status.UNKNOWN, ("chain_identity_not_visible",))


def test_a_runtime_by_another_name_is_another_chain() -> None:
    """The relay chain's blocks look alike; where the genesis block is not shown the runtime's name decides."""
    honest = sidecar(ROW, state(ROW))

    def relay(asked: Asked) -> Told:
        if asked.path == "/runtime/spec":
            return Told({"specName": "polkadot", "specVersion": "1003000"})
        return _without(honest, "/blocks/0/")(asked)

    assert read(ROW, Played(relay), REFERENCE).transaction.warnings == ("wrong_chain",)


def test_accounts_of_another_network_show_another_chain() -> None:
    """A node that shows neither genesis nor runtime still writes its accounts as its own network does."""
    kusama = replace(ROW, params={**ROW.params, "ss58": 2})
    generic = replace(ROW, params={**ROW.params, "ss58": 42})

    def silent(node: Answers) -> Answers:
        return lambda asked: node(asked) if asked.path == f"/blocks/{HEIGHT}" else Told({"message": "no"}, 404)

    told = read(ROW, Played(silent(sidecar(kusama, state(kusama)))), REFERENCE).transaction
    assert (told.status, told.warnings, told.transfers) == (Status.UNKNOWN, ("wrong_chain",), ())
    told = read(ROW, Played(silent(sidecar(generic, state(generic)))), REFERENCE).transaction
    assert (told.status, told.transfers[0].recipient) == (Status.SUCCEEDED, account(ROW, 2))


def test_an_answer_about_another_block_is_refused() -> None:
    honest = sidecar(ROW, state(ROW))

    def other(asked: Asked) -> Told:
        return honest(replace(asked, path=asked.path.replace(str(HEIGHT + 1), str(HEIGHT))))

    with pytest.raises(NodeMistaken):
        read(ROW, Played(other), f"{HEIGHT + 1}-2")


@pytest.mark.parametrize(
    "told",
    [
        event("balances.Transfer", PAYER, PAID),
        event("balances.Transfer", PAYER, "nobody", "1"),
        event("assets.Transferred", "1984", PAYER, PAID),
        event("foreignAssets.Transferred", "1984", PAYER, PAID, "1"),
    ],
)
def test_a_movement_that_cannot_be_read_is_not_passed_over(told: dict[str, Any]) -> None:
    with pytest.raises(NodeMistaken):
        seen(moved(ROW, told))


@pytest.mark.parametrize(
    ("text", "reference"),
    [
        ("10353452-2", "10353452-2"),
        (f"0X{'AB' * 32}-12", f"0x{'ab' * 32}-12"),
        ("0x" + "AB" * 32, "0x" + "ab" * 32),
        ("10353452-initialize", "10353452-initialize"),
        ("ab" * 32, None),
        ("010-2", None),
        ("10353452-02", None),
        ("10353452", None),
    ],
)
def test_what_names_an_extrinsic(text: str, reference: str | None) -> None:
    assert hash_candidate(ROW, text) == reference


def test_an_interface_of_another_family_is_a_mistake() -> None:
    with pytest.raises(NodeMistaken):
        read(ROW, Played(sidecar(ROW, state(ROW)), interface="koios"), REFERENCE)
