"""Small records for every way in which a Solana transaction can be misread."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from typing import Any

import pytest

from chains.catalogue import network
from chains.encoding import base58_decode
from chains.errors import NodeMistaken
from chains.solana import programs, read
from chains.types import Status, Transaction
from tests.chains.replay import Played
from tests.chains.solana.node import Known, key, node, signature
from tests.chains.solana.records import as_json, coins, memo, parsed, raw, record, u64

SOLANA = network("solana")
ALICE, BOB, CAROL, MINT = key("alice"), key("bob"), key("carol"), key("mint")
HERS, HIS, VAULT = key("alice's tokens"), key("bob's tokens"), key("vault")
ONE = signature("one")
RENT = 2_039_280
ROOM = {ALICE: 10_000_000, HERS: RENT, HIS: RENT, MINT: 1_461_600, programs.TOKEN: 1, programs.TOKEN_2022: 1}


def seen(answer: Mapping[str, Any], reference: str = ONE, **known: Any) -> Transaction:
    return read(SOLANA, Played(node(Known({reference: dict(answer)}, **known))), reference).transaction


def legs(transaction: Transaction) -> list[tuple[str, str, str | None, str | None, int]]:
    return [(leg.position, leg.kind.value, leg.sender, leg.recipient, leg.amount) for leg in transaction.transfers]


def paid(fee_payer: str, balances: Mapping[str, int], **changes: int) -> dict[str, int]:
    """Balances after the fee."""
    return {**balances, fee_payer: balances[fee_payer] - 5000}


def sent_tokens(
    *instructions: Any, before: tuple[int, int] = (1_000, 5), after: tuple[int, int] = (600, 405)
) -> dict[str, Any]:
    held = tuple({HERS: (MINT, ALICE, side[0]), HIS: (MINT, BOB, side[1])} for side in (before, after))
    return record(*instructions, before=ROOM, after=paid(ALICE, ROOM), held=(held[0], held[1]))


def checked(amount: int, program: str = programs.TOKEN) -> dict[str, Any]:
    return raw(program, b"\x0c" + u64(amount) + b"\x06", HERS, MINT, HIS, ALICE)


def test_owners_stand_for_their_token_accounts() -> None:
    told = seen(sent_tokens(checked(400)))
    assert legs(told) == [("ix:0", "token", ALICE, BOB, 400)]
    assert told.transfers[0].contract == MINT
    assert told.warnings == ()


def test_a_plain_transfer_takes_its_mint_from_the_balances() -> None:
    told = seen(sent_tokens(raw(programs.TOKEN, b"\x03" + u64(400), HERS, HIS, ALICE)))
    assert legs(told) == [("ix:0", "token", ALICE, BOB, 400)]
    assert (told.transfers[0].contract, told.transfers[0].decimals) == (MINT, 6)


def test_every_encoding_tells_the_same() -> None:
    answer = sent_tokens(checked(400))
    numbered = as_json(answer)
    loaded = as_json(answer, loaded=3)
    assert len(loaded["transaction"]["message"]["accountKeys"]) == 3
    message = numbered["transaction"]["message"]
    row = message["instructions"][0]
    wire = b"\x01" + base58_decode(ONE) + bytes([1, 0, 4, len(message["accountKeys"])])
    wire += b"".join(base58_decode(one) for one in message["accountKeys"]) + bytes(32) + b"\x01"
    data = base58_decode(row["data"])
    wire += bytes([row["programIdIndex"], len(row["accounts"]), *row["accounts"], len(data)]) + data
    in_bytes = numbered | {"transaction": [b64encode(wire).decode(), "base64"]}
    first = seen(answer)
    assert legs(first)
    for other in (numbered, loaded, in_bytes):
        assert seen(other) == first


def test_a_fee_the_instruction_states() -> None:
    stated = raw(programs.TOKEN_2022, b"\x1a\x01" + u64(400) + b"\x06" + u64(16), HERS, MINT, HIS, ALICE)
    assert legs(seen(sent_tokens(stated, after=(600, 389)))) == [("ix:0", "token", ALICE, BOB, 384)]
    amount, fee = ({"amount": number, "decimals": 6} for number in ("400", "16"))
    same = {"source": HERS, "destination": HIS, "mint": MINT, "tokenAmount": amount, "feeAmount": fee}
    told = seen(sent_tokens(parsed(programs.TOKEN_2022, "transferCheckedWithFee", **same), after=(600, 389)))
    assert legs(told) == [("ix:0", "token", ALICE, BOB, 384)]


def test_a_fee_the_instruction_does_not_state_is_seen_in_the_balances() -> None:
    told = seen(sent_tokens(checked(400, programs.TOKEN_2022), after=(600, 389)))
    assert legs(told) == [("ix:0", "token", ALICE, BOB, 384)]
    assert told.warnings == ()


def test_a_fee_of_two_transfers_is_shared_out_by_the_one_rate_that_fits() -> None:
    both = [checked(300, programs.TOKEN_2022), checked(100, programs.TOKEN_2022)]
    told = seen(sent_tokens(*both, after=(600, 389)))
    assert [leg.amount for leg in told.transfers] == [288, 96]
    unclear = seen(sent_tokens(*both, after=(600, 404)))  # 1 is missing: two fees are at least 2
    assert unclear.transfers == ()
    assert "withheld_fee_not_visible" in unclear.warnings


def test_less_arrived_than_the_older_program_can_explain() -> None:
    told = seen(sent_tokens(checked(400), after=(600, 389)))
    assert "balance_change_unexplained" in told.warnings


def test_the_rent_of_an_account_opened_on_the_way_is_no_deposit() -> None:
    opened = {**ROOM, HIS: 0, BOB: 0, programs.TOKEN_ACCOUNTS: 1, programs.SYSTEM: 1}
    answer = record(
        parsed(programs.TOKEN_ACCOUNTS, "create", source=ALICE, account=HIS, wallet=BOB, mint=MINT),
        checked(400),
        before=opened,
        after={**opened, HIS: RENT, ALICE: opened[ALICE] - 5000 - RENT},
        held=({HERS: (MINT, ALICE, 1_000)}, {HERS: (MINT, ALICE, 600), HIS: (MINT, BOB, 400)}),
        inner={
            0: [
                parsed(programs.SYSTEM, "createAccount", source=ALICE, newAccount=HIS, lamports=RENT, space=165),
                parsed(programs.TOKEN, "initializeAccount3", account=HIS, mint=MINT, owner=BOB),
            ]
        },
    )
    told = seen(answer)
    assert legs(told) == [("ix:1", "token", ALICE, BOB, 400)]
    assert told.warnings == ()


def test_what_an_account_of_wrapped_sol_lacked_of_its_rent_is_no_deposit() -> None:
    """Whoever knows where the account will be can send it lamports before it is opened."""
    sol, had = programs.WRAPPED_SOL, 890_880
    wallet = {ALICE: 10_000_000, HIS: had, programs.SYSTEM: 1, programs.TOKEN: 1}
    answer = record(
        coins(ALICE, HIS, RENT - had),
        parsed(programs.TOKEN, "initializeAccount3", account=HIS, mint=sol, owner=BOB),
        before=wallet,
        after={**wallet, ALICE: 10_000_000 - 5000 - RENT + had, HIS: RENT},
        held=({}, {HIS: (sol, BOB, 0)}),
    )
    told = seen(answer)
    assert legs(told) == []
    assert told.warnings == ()


def test_an_account_opened_and_closed_on_the_way_shows_its_lamports_going_and_coming() -> None:
    wallet = {ALICE: 10_000_000, HIS: 0, programs.SYSTEM: 1, programs.TOKEN: 1, programs.WRAPPED_SOL: 1}
    create = parsed(
        programs.SYSTEM,
        "createAccountWithSeed",
        source=ALICE,
        newAccount=HIS,
        base=ALICE,
        lamports=RENT + 70,
        space=165,
    )
    answer = record(
        create,
        parsed(programs.TOKEN, "initializeAccount", account=HIS, mint=programs.WRAPPED_SOL, owner=ALICE),
        parsed(programs.TOKEN, "closeAccount", account=HIS, destination=ALICE, owner=ALICE),
        before=wallet,
        after=paid(ALICE, wallet),
    )
    told = seen(answer)
    assert legs(told) == [("ix:0", "native", ALICE, HIS, RENT + 70), ("ix:2", "native", HIS, ALICE, RENT + 70)]
    assert told.warnings == ()


def test_wrapped_sol_moves_its_lamports_along() -> None:
    wallet = {ALICE: 10_000_000, HERS: RENT + 900, HIS: RENT, programs.TOKEN: 1}
    sol = programs.WRAPPED_SOL
    answer = record(
        raw(programs.TOKEN, b"\x03" + u64(400), HERS, HIS, ALICE),
        raw(programs.TOKEN, b"\x09", HERS, ALICE, ALICE),
        before=wallet,
        after={**wallet, ALICE: 10_000_000 - 5000 + RENT + 500, HERS: 0, HIS: RENT + 400},
        held=({HERS: (sol, ALICE, 900), HIS: (sol, BOB, 0)}, {HIS: (sol, BOB, 400)}),
    )
    told = seen(answer)
    assert legs(told) == [("ix:0", "token", ALICE, BOB, 400), ("ix:1", "native", HERS, ALICE, RENT + 500)]
    assert told.warnings == ()


def test_sol_wrapped_for_somebody_is_a_deposit_of_the_wrapped_token() -> None:
    wallet = {ALICE: 10_000_000, HIS: RENT, programs.TOKEN: 1, programs.SYSTEM: 1}
    sol = programs.WRAPPED_SOL
    answer = record(
        coins(ALICE, HIS, 700),
        raw(programs.TOKEN, b"\x11", HIS),
        before=wallet,
        after={**wallet, ALICE: 10_000_000 - 5700, HIS: RENT + 700},
        held=({HIS: (sol, BOB, 0)}, {HIS: (sol, BOB, 700)}),
    )
    told = seen(answer)
    assert legs(told) == [("ix:0", "native", ALICE, HIS, 700), ("ix:1", "token", None, BOB, 700)]
    assert told.warnings == ()


def test_an_account_given_away_on_the_way() -> None:
    """The owner at the moment of the movement counts, on both sides."""
    give = raw(programs.TOKEN, b"\x06\x02\x01" + _bytes(CAROL), HIS, BOB)
    held = ({HERS: (MINT, ALICE, 1_000), HIS: (MINT, BOB, 5)}, {HERS: (MINT, ALICE, 500), HIS: (MINT, CAROL, 505)})
    answer = record(checked(400), give, checked(100), before=ROOM, after=paid(ALICE, ROOM), held=held)
    told = seen(answer)
    assert legs(told) == [("ix:0", "token", ALICE, BOB, 400), ("ix:2", "token", ALICE, CAROL, 100)]


def test_an_owner_no_node_tells_of_is_not_guessed() -> None:
    held = tuple({HERS: (MINT, None, side[0]), HIS: (MINT, None, side[1])} for side in ((1_000, 5), (600, 405)))
    told = seen(record(checked(400), before=ROOM, after=paid(ALICE, ROOM), held=(held[0], held[1])))
    assert legs(told) == [("ix:0", "token", None, None, 400)]
    assert told.warnings == ("token_owner_not_visible",)


def test_a_failed_transaction_looks_as_if_it_moved_something() -> None:
    """Balances in an answer may look moved; ``meta.err`` decides."""
    wallet = {ALICE: 50_000, BOB: 900_000, programs.SYSTEM: 1}
    moved = {**wallet, ALICE: 38_000, BOB: 907_000}
    error = {"InstructionError": [2, {"Custom": 6001}]}
    told = seen(record(coins(ALICE, BOB, 7_000), before=wallet, after=moved, error=error))
    assert told.status is Status.FAILED
    assert told.transfers == ()
    assert told.failure == "instruction 2: custom error 6001"
    assert told.fee is not None
    assert (told.fee.amount, told.fee.payer) == (5000, ALICE)
    assert told.final


@pytest.mark.parametrize(
    ("error", "words"),
    [
        ("AccountInUse", "AccountInUse"),
        ({"InstructionError": [0, "InvalidAccountData"]}, "instruction 0: InvalidAccountData"),
        ({"InsufficientFundsForRent": {"account_index": 2}}, "InsufficientFundsForRent"),
        ({"InstructionError": [0, {"BorshIoError": "Unknown"}]}, "instruction 0: BorshIoError"),
        (7, "failed"),
    ],
)
def test_why_it_failed(error: Any, words: str) -> None:
    wallet = {ALICE: 50_000, BOB: 900_000}
    assert seen(record(before=wallet, after=paid(ALICE, wallet), error=error)).failure == words


def test_transfers_inside_another_programs_instruction() -> None:
    wallet = {ALICE: 50_000, BOB: 900_000, CAROL: 800_000, programs.SYSTEM: 1, key("program"): 1}
    answer = record(
        raw(key("program"), b"\x01", ALICE, BOB),
        before=wallet,
        after={**wallet, ALICE: 34_000, BOB: 907_000, CAROL: 804_000},
        inner={0: [coins(ALICE, BOB, 7_000), coins(ALICE, CAROL, 4_000)]},
    )
    assert legs(seen(answer)) == [
        ("ix:0/0", "internal", ALICE, BOB, 7_000),
        ("ix:0/1", "internal", ALICE, CAROL, 4_000),
    ]


def test_a_transfer_hook_does_not_change_what_moved() -> None:
    hook = raw(key("hook"), b"\x69\x25\x65\xc5\x4b\xfb\x66\x1a" + u64(400), HERS, MINT, HIS, ALICE)
    answer = sent_tokens(checked(400, programs.TOKEN_2022))
    answer["meta"]["innerInstructions"] = [{"index": 0, "instructions": [hook]}]
    told = seen(answer)
    assert legs(told) == [("ix:0", "token", ALICE, BOB, 400)]
    assert told.warnings == ()


def test_lamports_a_program_moves_by_itself_are_no_leg_but_are_said() -> None:
    wallet = {ALICE: 50_000, VAULT: 900_000, BOB: 900_000, key("program"): 1}
    answer = record(
        raw(key("program"), b"\x01", VAULT, BOB),
        before=wallet,
        after={**wallet, ALICE: 45_000, VAULT: 800_000, BOB: 1_000_000},
    )
    told = seen(answer)
    assert told.transfers == ()
    assert told.warnings == ("balance_change_unexplained",)
    without = {**answer, "meta": {**answer["meta"], "innerInstructions": None}}
    assert seen(without).warnings == ("internal_transfers_not_visible",)


def test_old_records_without_inner_instructions_and_token_balances() -> None:
    wallet = {ALICE: 50_000, BOB: 900_000, programs.SYSTEM: 1}
    answer = record(coins(ALICE, BOB, 7_000), before=wallet, after={**wallet, ALICE: 38_000, BOB: 907_000})
    for name in ("innerInstructions", "preTokenBalances", "postTokenBalances", "loadedAddresses"):
        del answer["meta"][name]
    told = seen(answer)
    assert legs(told) == [("ix:0", "native", ALICE, BOB, 7_000)]
    assert told.warnings == ()


@pytest.mark.parametrize(
    "hidden",
    [
        raw(programs.TOKEN_2022, b"\x1b\x07" + bytes(40), HERS, MINT, HIS),
        parsed(programs.TOKEN_2022, "confidentialTransfer", source=HERS, destination=HIS, mint=MINT),
    ],
)
def test_a_confidential_transfer_is_said_to_be_hidden(hidden: dict[str, Any]) -> None:
    told = seen(sent_tokens(hidden, before=(7, 7), after=(7, 7)))
    assert told.transfers == ()
    assert told.warnings == ("confidential_transfer_not_visible",)


def test_several_token_instructions_in_one_are_said_to_be_unread() -> None:
    told = seen(sent_tokens(raw(programs.TOKEN, b"\xff\x03\x09", HERS, HIS, ALICE), after=(1_000, 5)))
    assert "token_instruction_not_read" in told.warnings


def test_addresses_of_programs_and_mints_are_those_of_the_chain() -> None:
    """Spelt out: with a letter wrong in the table every memo would be lost, and no other test would see it."""
    assert {
        "So11111111111111111111111111111111111111112",
        "9pan9bMn5HatX4EJdBwg9VgCa7Uz5HL8N1m5D3NdXejP",
    } == programs.NATIVE_MINTS
    assert {
        "MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr",
        "Memo1UhkJRfHyvLMcVucJwxXeuD728EqVDDwQDxFMNo",
    } == programs.MEMO_PROGRAMS


def test_memos_go_with_the_legs() -> None:
    wallet = {ALICE: 50_000, BOB: 900_000, CAROL: 800_000, programs.SYSTEM: 1, programs.MEMO: 1}
    after = {**wallet, ALICE: 34_000, BOB: 907_000, CAROL: 804_000}
    both = (coins(ALICE, BOB, 7_000), coins(ALICE, CAROL, 4_000))
    one = seen(record(memo("order\u202e 7"), *both, before=wallet, after=after))
    assert [leg.memo for leg in one.transfers] == ["order\u202e 7"] * 2
    in_bytes = raw(programs.OLD_MEMO, b"order 7", ALICE)
    assert [leg.memo for leg in seen(record(in_bytes, *both, before=wallet, after=after)).transfers] == ["order 7"] * 2
    two = seen(record(memo("a"), memo("b"), *both, before=wallet, after=after))
    assert [leg.memo for leg in two.transfers] == [None, None]
    assert two.warnings == ("several_memos",)


@pytest.mark.parametrize(
    ("row", "leg"),
    [
        (raw(programs.SYSTEM, b"\x02\0\0\0" + u64(9), ALICE, BOB), (ALICE, BOB)),
        (raw(programs.SYSTEM, b"\0\0\0\0" + u64(9) + bytes(40), ALICE, BOB), (ALICE, BOB)),
        (raw(programs.SYSTEM, b"\x05\0\0\0" + u64(9), BOB, ALICE), (BOB, ALICE)),
        (raw(programs.SYSTEM, b"\x03\0\0\0" + bytes(32) + u64(2) + b"ab" + u64(9) + bytes(40), ALICE, BOB), (ALICE, BOB)),
        (raw(programs.SYSTEM, b"\x0b\0\0\0" + u64(9) + u64(0) + bytes(32), BOB, CAROL, ALICE), (BOB, ALICE)),
        (raw(programs.STAKE, b"\x04\0\0\0" + u64(9), BOB, ALICE), (BOB, ALICE)),
        (raw(programs.STAKE, b"\x03\0\0\0" + u64(9), BOB, CAROL), (BOB, CAROL)),
        (raw(programs.VOTE, b"\x03\0\0\0" + u64(9), BOB, ALICE), (BOB, ALICE)),
        (parsed(programs.SYSTEM, "transferWithSeed", source=BOB, sourceBase=CAROL, destination=ALICE, lamports=9), (BOB, ALICE)),
        (parsed(programs.SYSTEM, "withdrawFromNonce", nonceAccount=BOB, destination=ALICE, lamports=9), (BOB, ALICE)),
        (parsed(programs.STAKE, "withdraw", stakeAccount=BOB, destination=ALICE, lamports=9), (BOB, ALICE)),
    ],
)  # fmt: skip
def test_every_instruction_that_moves_lamports(row: dict[str, Any], leg: tuple[str, str]) -> None:
    wallet = {ALICE: 50_000, BOB: 900_000, CAROL: 800_000}
    after = paid(ALICE, wallet)
    after[leg[0]] -= 9
    after[leg[1]] += 9
    told = seen(record(row, before=wallet, after=after))
    assert legs(told) == [("ix:0", "native", *leg, 9)]
    assert told.warnings == ()


def test_stake_accounts_merge_whole() -> None:
    wallet = {ALICE: 50_000, BOB: 900_000, CAROL: 800_000}
    after = {ALICE: 45_000, BOB: 0, CAROL: 1_700_000}
    row = parsed(programs.STAKE, "merge", source=BOB, destination=CAROL)
    assert legs(seen(record(row, before=wallet, after=after))) == [("ix:0", "native", BOB, CAROL, 900_000)]


def test_what_is_only_confirmed_may_vanish() -> None:
    answer = sent_tokens(checked(400))
    confirmed = seen(answer, level="confirmed")
    assert (confirmed.status, confirmed.final) == (Status.SUCCEEDED, False)
    processed = seen(answer, level="processed")
    assert (processed.status, processed.final, processed.transfers) == (Status.PENDING, False, ())


def test_without_a_status_the_commitment_asked_for_decides() -> None:
    answer = sent_tokens(checked(400))
    assert seen(answer, silent=("getSignatureStatuses",)).final
    assert not seen(answer, silent=("getSignatureStatuses",), level="confirmed").final
    assert seen(answer, statuses=False).final


def test_null_before_a_nodes_history_is_not_not_found() -> None:
    def absent(**known: Any) -> Transaction:
        return read(SOLANA, Played(node(Known(**known))), ONE).transaction

    assert absent().status is Status.NOT_FOUND
    for known, warning in (
        ({"oldest": 5}, "history_not_visible"),
        ({"silent": ("getFirstAvailableBlock",)}, "history_not_visible"),
        ({"health": False}, "node_behind"),
        ({"age": 3_600}, "node_behind"),
        ({"silent": ("getBlockTime",)}, "tip_not_visible"),
        ({"silent": ("getGenesisHash",)}, "chain_identity_not_visible"),
    ):
        told = absent(**known)  # type: ignore[arg-type]
        assert (told.status, told.warnings) == (Status.UNKNOWN, (warning,))


def test_a_node_that_contradicts_itself() -> None:
    answer = sent_tokens(checked(400))
    other = {**answer, "slot": 901}
    calls = node(Known({ONE: answer}))
    lying = node(Known({ONE: other}))

    def mixed(asked: Any) -> Any:
        told = calls(asked)
        if isinstance(asked.body, list):
            told.value[1] = lying(asked).value[1]
        return told

    told = read(SOLANA, Played(mixed), ONE).transaction
    assert (told.status, told.warnings) == (Status.UNKNOWN, ("node_inconsistent",))


def test_an_answer_of_another_signature_is_refused() -> None:
    with pytest.raises(NodeMistaken):
        seen(sent_tokens(checked(400)), signature("two"))


def _bytes(text: str) -> bytes:
    return base58_decode(text)
