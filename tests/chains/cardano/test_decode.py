"""What Cardano transactions mean, from small records in the documented forms, through both interfaces."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from chains.cardano import read
from chains.catalogue import network
from chains.errors import NodeMistaken, NodeUnavailable
from chains.types import Status, Transaction, TransferKind
from tests.chains.cardano.scenes import POLICY, REFERENCE, TOKEN, Coin, State, address, blockfrost, koios, state
from tests.chains.replay import Played
from tests.chains.scene import Answers, Asked, Told

ROW = network("cardano")
PAYER, OTHER, SCRIPT = address(ROW, 1), address(ROW, 2), address(ROW, 3, form=7)
INTERFACES: tuple[tuple[str, Callable[..., Answers]], ...] = (("blockfrost", blockfrost), ("koios", koios))


def seen(told: State) -> Transaction:
    """The reading, which both interfaces must give alike."""
    both = [read(ROW, Played(play(ROW, told), interface=name), REFERENCE).transaction for name, play in INTERFACES]
    assert both[0] == both[1]
    return both[0]


def test_collateral_and_reference_inputs_are_not_spent() -> None:
    """Somebody else's UTXO that is only looked at, or pledged, must not change who paid."""
    told = state(ROW)
    more = (Coin(OTHER, 1, role="reference"), Coin(OTHER, 5_000_000, role="collateral"))
    result = seen(replace(told, inputs=(*told.inputs, *more)))
    assert {leg.sender for leg in result.transfers} == {PAYER}
    assert result.fee is not None
    assert result.fee.payer == PAYER


@pytest.mark.parametrize(("address_", "several"), [(PAYER, False), (OTHER, True)])
def test_several_who_paid_are_told(address_: str, several: bool) -> None:
    told = state(ROW)
    (coin, *_) = told.inputs
    extra = replace(coin, address=address_)
    outputs = (replace(told.outputs[0], lovelace=told.outputs[0].lovelace + coin.lovelace), *told.outputs[1:])
    result = seen(replace(told, inputs=(*told.inputs, extra), outputs=outputs))
    assert ("several_senders" in result.warnings) is several
    assert (result.transfers[0].sender is None) is several


def test_the_collateral_return_of_a_transaction_that_held_does_not_exist() -> None:
    told = replace(state(ROW), returned=Coin(OTHER, 4_000_000))
    assert [leg.position for leg in seen(told).transfers] == ["out:0", "out:1"]


def test_a_failed_script_makes_no_output_and_costs_its_collateral() -> None:
    told = state(ROW)
    told = replace(
        told,
        inputs=(*told.inputs, Coin(OTHER, 3_000_000, role="collateral"), Coin(OTHER, 2_000_000, role="collateral")),
        valid=False,
        fee=1,
        returned=Coin(OTHER, 4_500_000),
    )
    result = seen(told)
    assert (result.status, result.transfers, result.final) == (Status.FAILED, (), True)
    assert result.fee is not None
    assert (result.fee.amount, result.fee.payer) == (500_000, OTHER)
    assert "collateral_returned" in result.warnings
    assert result.failure


def test_outputs_that_a_failed_transaction_only_intended_are_not_read() -> None:
    """Some servers list them all the same."""
    told = state(ROW)
    honest = blockfrost(ROW, told)

    def listing(asked: Asked) -> Told:
        said = honest(asked)
        if asked.path == f"/txs/{REFERENCE}":
            return Told(said.value | {"valid_contract": False})
        return said

    result = read(ROW, Played(listing), REFERENCE).transaction
    assert (result.status, result.transfers) == (Status.FAILED, ())


@pytest.mark.parametrize("interface", INTERFACES, ids=lambda pair: pair[0])
def test_a_return_that_is_not_marked_is_known_by_its_index(interface: tuple[str, Callable[..., Answers]]) -> None:
    """Some servers keep what a failed transaction really made among its outputs: its one, at the index behind them."""
    name, play = interface
    told = replace(state(ROW), inputs=(Coin(OTHER, 3_000_000, role="collateral"),), valid=False)
    honest = play(ROW, replace(told, valid=True, outputs=(*told.outputs, Coin(OTHER, 2_500_000))))

    def unmarked(asked: Asked) -> Told:
        said = honest(asked)
        rows = said.value if isinstance(said.value, list) else [said.value]
        for row in rows:
            if "valid_contract" in row:
                row["valid_contract"] = False
            if "outputs" in row:
                row["outputs"] = row["outputs"][2:]
        return said

    result = read(ROW, Played(unmarked, interface=name), REFERENCE).transaction
    assert (result.status, result.transfers, result.warnings) == (Status.FAILED, (), ("collateral_returned",))
    assert result.fee is not None
    assert result.fee.amount == 500_000


def test_two_owners_of_inputs_leave_the_sender_open() -> None:
    told = state(ROW)
    result = seen(replace(told, inputs=(*told.inputs, Coin(OTHER, 1_000_000))))
    assert {leg.sender for leg in result.transfers} == {None}
    assert result.fee is not None
    assert result.fee.payer is None


def test_a_reward_withdrawal_is_an_input_of_its_own() -> None:
    result = seen(replace(state(ROW), withdrawals=1))
    assert {leg.sender for leg in result.transfers} == {None}
    assert "withdrawal_among_inputs" in result.warnings


def test_one_wallet_with_two_addresses_is_not_one_owner() -> None:
    """Base addresses that share a stake key prove nothing: anybody can write anybody's stake key into an address."""
    told = state(ROW)
    first, second = address(ROW, 7, form=0), address(ROW, 8, form=0)
    result = seen(replace(told, inputs=(Coin(first, 5_000_000), Coin(second, 5_000_000))))
    assert {leg.sender for leg in result.transfers} == {None}


def test_assets_have_a_place_that_no_interface_decides() -> None:
    later, empty = f"{'cd' * 28}.00", f"{POLICY}."
    told = state(ROW)
    held = ((later, 1), (TOKEN, 5), (empty, 2))
    told = replace(told, inputs=(Coin(PAYER, 9, held),), outputs=(Coin(OTHER, 1_200_000, held), Coin(PAYER, 3_000_000)))
    result = seen(told)
    assert [(leg.position, leg.contract, leg.amount) for leg in result.transfers] == [
        ("out:0", None, 1_200_000),
        ("out:0/0", empty, 2),
        ("out:0/1", TOKEN, 5),
        ("out:0/2", later, 1),
        ("out:1", None, 3_000_000),
    ]
    assert result.transfers[1].asset == f"{ROW.id}/token:{empty}"
    assert result.transfers[1].kind is TransferKind.TOKEN
    assert "ada_rides_with_tokens" in result.warnings


def test_what_is_minted_has_no_sender() -> None:
    told = state(ROW)
    told = replace(
        told,
        inputs=(Coin(PAYER, 9_000_000, ((TOKEN, 4),)),),
        outputs=(Coin(OTHER, 2_000_000, ((TOKEN, 5), (f"{POLICY}.6e6577", 1))), Coin(PAYER, 1_000_000)),
    )
    senders = {leg.contract: leg.sender for leg in seen(told).transfers}
    assert senders == {None: PAYER, TOKEN: None, f"{POLICY}.6e6577": None}


def test_a_datum_and_its_absence_are_told_of() -> None:
    told = state(ROW)
    with_datum = seen(replace(told, outputs=(Coin(SCRIPT, 5_000_000, datum="dd" * 32),)))
    without = seen(replace(told, outputs=(Coin(SCRIPT, 5_000_000),)))
    assert "output_with_datum" in with_datum.warnings
    assert "script_output_without_datum" not in with_datum.warnings
    assert "script_output_without_datum" in without.warnings


@pytest.mark.parametrize(
    ("content", "memo", "warning"),
    [
        ({"msg": ["Order 77", "thank you"]}, "Order 77 thank you", None),
        ({"msg": "104857"}, "104857", None),
        ({"msg": ["\u202e7501\x00"]}, "\u202e7501", None),
        ({"msg": ["U2FsdGVk"], "enc": "basic"}, None, "memo_encrypted"),
        ({"msg": [7]}, None, "memo_unreadable"),
        ("just text", None, "memo_unreadable"),
    ],
)
def test_a_message_is_the_memo_of_every_leg(content: Any, memo: str | None, warning: str | None) -> None:
    result = seen(replace(state(ROW), labels=(("1968", {"ADAUSD": 1}), ("674", content))))
    assert {leg.memo for leg in result.transfers} == {memo}
    assert warning is None or warning in result.warnings


def test_an_address_no_wallet_can_read_stays_as_it_is_written() -> None:
    """Byron's ledger took addresses of any length."""
    nonsense = "s3c7" * 400
    result = seen(replace(state(ROW), outputs=(Coin(nonsense, 1), Coin(PAYER, 9_000_000))))
    assert result.transfers[0].recipient == nonsense[:128]
    assert "unreadable_address" in result.warnings


def test_a_node_of_a_test_network_betrays_itself_by_its_addresses() -> None:
    """Also where it does not say which network it follows."""
    told = replace(state(ROW), outputs=(Coin("addr_test1vppht3ffmu4rerk4r50h6447stfhkm86ttc64ghza7wx8mg225lw4", 1),))
    for name, play in INTERFACES:
        honest = play(ROW, told)
        result = read(ROW, Played(_without(honest, "genesis"), interface=name), REFERENCE).transaction
        assert (result.status, result.warnings) == (Status.UNKNOWN, ("wrong_chain",))


def _without(honest: Answers, *words: str) -> Answers:
    return lambda asked: Told({"error": "no"}, 404) if any(word in asked.path for word in words) else honest(asked)


@pytest.mark.parametrize(("name", "play"), INTERFACES)
def test_questions_beside_the_main_one_may_go_unanswered(name: str, play: Callable[..., Answers]) -> None:
    bare = _without(play(ROW, state(ROW)), "genesis", "latest", "tip", "metadata")
    result = read(ROW, Played(bare, interface=name), REFERENCE).transaction
    assert (result.status, result.final, result.confirmations) == (Status.SUCCEEDED, False, 1)
    assert {"tip_not_visible", "chain_identity_not_visible"} <= set(result.warnings)
    assert len(result.transfers) == 2


@pytest.mark.parametrize(("name", "play"), INTERFACES)
def test_absence_is_believed_only_from_a_node_that_says_who_it_is(name: str, play: Callable[..., Answers]) -> None:
    gone = replace(state(ROW), found=False)
    result = read(ROW, Played(_without(play(ROW, gone), "genesis"), interface=name), REFERENCE).transaction
    assert (result.status, result.warnings) == (Status.UNKNOWN, ("chain_identity_not_visible",))


@pytest.mark.parametrize(("name", "root", "play"), [("blockfrost", "/api/v0", blockfrost), ("koios", "/api/v1", koios)])
def test_the_interface_may_lie_below_the_url(name: str, root: str, play: Callable[..., Answers]) -> None:
    result = read(ROW, Played(play(ROW, state(ROW), root), interface=name), REFERENCE).transaction
    assert (result.status, result.final) == (Status.SUCCEEDED, True)


@pytest.mark.parametrize(("name", "play"), INTERFACES)
def test_an_answer_about_another_transaction_is_refused(name: str, play: Callable[..., Answers]) -> None:
    honest = play(ROW, state(ROW))

    def other(asked: Asked) -> Told:
        told = honest(asked)
        return Told(_renamed(told.value), told.status)

    with pytest.raises(NodeMistaken):
        read(ROW, Played(other, interface=name), REFERENCE)


def _renamed(value: Any) -> Any:
    if isinstance(value, list):
        return [_renamed(member) for member in value]
    if not isinstance(value, dict):
        return value
    return {key: "00" * 32 if key in ("hash", "tx_hash") else member for key, member in value.items()}


def test_a_missing_output_is_not_overlooked() -> None:
    honest = blockfrost(ROW, state(ROW))

    def shortened(asked: Asked) -> Told:
        told = honest(asked)
        if asked.path.endswith("/utxos"):
            return Told(told.value | {"outputs": told.value["outputs"][1:]})
        return told

    with pytest.raises(NodeMistaken):
        read(ROW, Played(shortened), REFERENCE)


def test_outputs_that_cannot_be_had_give_no_reading() -> None:
    with pytest.raises(NodeUnavailable):
        read(ROW, Played(_without(blockfrost(ROW, state(ROW)), "utxos")), REFERENCE)


def test_koios_without_a_word_on_scripts_is_unknown_only_where_there_were_some() -> None:
    def older(told: State) -> Transaction:
        honest = koios(ROW, told)

        def answer(asked: Asked) -> Told:
            said = honest(asked)
            if asked.path == "/tx_info":
                return Told([{key: each[key] for key in each if key != "valid_contract"} for each in said.value])
            return said

        return read(ROW, Played(answer, interface="koios"), REFERENCE).transaction

    told = state(ROW)
    assert older(told).status is Status.SUCCEEDED
    scripted = replace(told, inputs=(*told.inputs, Coin(PAYER, 5, role="collateral")))
    assert (older(scripted).status, older(scripted).warnings) == (Status.UNKNOWN, ("status_not_visible",))


def test_what_blockfrost_did_not_yet_say_in_2021_is_no_mistake() -> None:
    """Its first answers had neither the block's time nor whether scripts held."""

    def older(told: State) -> Transaction:
        honest = blockfrost(ROW, told)

        def answer(asked: Asked) -> Told:
            said = honest(asked)
            if asked.path == f"/txs/{REFERENCE}":
                return Told({key: said.value[key] for key in said.value if key not in ("valid_contract", "block_time")})
            return said

        return read(ROW, Played(answer), REFERENCE).transaction

    told = state(ROW)
    plain = older(told)
    assert (plain.status, plain.final, plain.transfers) == (Status.SUCCEEDED, True, seen(told).transfers)
    assert plain.block is not None
    assert plain.block.time is None
    scripted = replace(told, inputs=(*told.inputs, Coin(PAYER, 5, role="collateral")))
    assert (older(scripted).status, older(scripted).warnings) == (Status.UNKNOWN, ("status_not_visible",))


def test_an_interface_of_another_family_is_a_mistake() -> None:
    with pytest.raises(NodeMistaken):
        read(ROW, Played(blockfrost(ROW, state(ROW)), interface="esplora"), REFERENCE)
