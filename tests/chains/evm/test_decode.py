"""The pure decoder over small records: statuses, fees, layers, odd chains."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from chains.catalogue import network, networks
from chains.encoding import checksummed
from chains.evm.address import ZERO
from chains.evm.decode import Shown, decode
from chains.evm.facts import decimals, symbol
from chains.evm.fields import Head, Receipt, Sent
from chains.evm.tokens import TRANSFER, TRANSFER_BATCH, TRANSFER_SINGLE, Log, TokenFacts, transfers
from chains.evm.traces import CallNode, from_call_tracer, from_flat, revert_reason, transfers as inner_transfers
from chains.transport import Outcome
from chains.types import Network, Status, Transaction, TransferKind

HASH = "0x" + "ab" * 32
BLOCK = "0x" + "b1" * 32
A, B, C = (checksummed(bytes([n]) * 20) for n in (0x11, 0x22, 0x33))
NOW = datetime(2026, 1, 1, tzinfo=UTC)
ETHEREUM, OPTIMISM, POLYGON, ARBITRUM = map(network, ("ethereum", "optimism", "polygon", "arbitrum"))

SENT = Sent(
    hash=HASH, kind=2, sender=A, to=B, value=5, gas=21_000, price=7, data=b"", mint=0, block_hash=BLOCK, block_height=100
)  # fmt: skip
RECEIPT = Receipt(
    status=True, block_hash=BLOCK, block_height=100, sender=A, to=B, created=None, gas_used=21_000, price=7, logs=(),
    removed=False, l1_fee=None, operator_scalar=0, operator_constant=0, footprint_shown=False, blob_gas=0, blob_price=None,
)  # fmt: skip


def head(height: int, block_hash: str = BLOCK, hashes: frozenset[str] | None = frozenset({HASH})) -> Head:
    return Head(height, block_hash, NOW, hashes)


def decoded(row: Network, sent: Sent = SENT, receipt: Receipt | None = RECEIPT, **shown: object) -> Transaction:
    base = Shown(sent, receipt, head(200), canonical=head(100), finalized=150)
    return decode(row, HASH, replace(base, **shown))  # type: ignore[arg-type]


def call(kind: str = "CALL", to: str = C, value: int = 1, *children: CallNode, error: str | None = None) -> CallNode:
    return CallNode(kind, B, to, value, error, None, children)


@pytest.mark.parametrize("slug", list(networks()))
def test_a_plain_transfer_on_every_evm_network(slug: str) -> None:
    row = network(slug)
    if row.family != "evm":
        return
    receipt = replace(RECEIPT, l1_fee=3)
    transaction = decoded(row, receipt=receipt, tip=head(100 + row.confirmations))
    assert (transaction.status, transaction.final, transaction.network_id) == (Status.SUCCEEDED, True, row.id)
    assert [(leg.sender, leg.recipient, leg.amount, leg.asset) for leg in transaction.transfers] == [
        (A, B, 5, row.native.asset)
    ]
    assert transaction.fee is not None
    assert transaction.fee.amount == 21_000 * 7 + (
        3 if row.params.get("l1_fee") and "l1_fee_since" not in row.params else 0
    )


def test_before_receipts_had_a_status_only_a_trace_tells() -> None:
    old = replace(RECEIPT, status=None)
    silent = decoded(ETHEREUM, receipt=old)
    assert (silent.status, silent.final, silent.transfers) == (Status.UNKNOWN, False, ())
    assert silent.warnings == ("status_not_recorded",)
    assert decoded(ETHEREUM, receipt=old, trace=call(to=B, value=5)).status is Status.SUCCEEDED
    assert decoded(ETHEREUM, receipt=old, trace=call(to=B, value=5, error="out of gas")).status is Status.FAILED


def test_failed_without_a_trace() -> None:
    transaction = decoded(ETHEREUM, receipt=replace(RECEIPT, status=False))
    assert (transaction.status, transaction.transfers, transaction.failure) == (Status.FAILED, (), "failed")


def test_not_final_before_the_finalized_block() -> None:
    assert not decoded(ETHEREUM, finalized=99).final
    unseen = decoded(ETHEREUM, finalized=None)
    assert (unseen.final, unseen.warnings) == (False, ("finalized_block_not_visible",))


def test_inner_transfers_that_nobody_shows_are_a_warning() -> None:
    assert decoded(ETHEREUM, replace(SENT, data=b"\1")).warnings == ("internal_transfers_not_visible",)
    assert decoded(ARBITRUM, receipt=replace(RECEIPT, gas_used=21_500)).warnings == ("internal_transfers_not_visible",)


BLOBS = replace(SENT, kind=3)
OPERATED = replace(RECEIPT, l1_fee=9, operator_scalar=2_000_000, operator_constant=4)
BEFORE_JOVIAN = datetime(2025, 11, 1, tzinfo=UTC)
AFTER_ARSIA = datetime(2026, 5, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("row", "sent", "receipt", "moment", "amount", "warning"),
    [
        (ETHEREUM, BLOBS, replace(RECEIPT, blob_gas=10, blob_price=3), NOW, 21_000 * 7 + 30, None),
        (ETHEREUM, BLOBS, replace(RECEIPT, blob_gas=10), NOW, None, "fee_not_visible"),
        (OPTIMISM, SENT, replace(RECEIPT, blob_gas=40_000, l1_fee=9), NOW, 21_000 * 7 + 9, None),
        (ETHEREUM, SENT, replace(RECEIPT, price=None), NOW, 21_000 * 7, None),
        (OPTIMISM, SENT, RECEIPT, NOW, None, "l1_fee_not_visible"),
        (OPTIMISM, SENT, replace(RECEIPT, l1_fee=9), NOW, 21_000 * 7 + 9, None),
        (OPTIMISM, SENT, OPERATED, BEFORE_JOVIAN, 21_000 * 9 + 13, None),
        (OPTIMISM, SENT, replace(OPERATED, footprint_shown=True), BEFORE_JOVIAN, 21_000 * (7 + 2 * 10**8) + 13, None),
        (OPTIMISM, SENT, OPERATED, NOW, 21_000 * (7 + 2 * 10**8) + 13, None),
        (ETHEREUM, SENT, OPERATED, NOW, None, "fee_not_visible"),
        (ETHEREUM, SENT, replace(RECEIPT, l1_fee=9), NOW, 21_000 * 7, None),
        (network("scroll"), SENT, replace(RECEIPT, l1_fee=9), NOW, 21_000 * 7 + 9, None),
        (network("opbnb"), SENT, RECEIPT, NOW, None, "l1_fee_not_visible"),
        (network("mantle"), SENT, replace(RECEIPT, l1_fee=9), NOW, 21_000 * 7, None),
        (network("mantle"), SENT, OPERATED, AFTER_ARSIA, 21_000 * (7 + 2 * 10**8) + 13, None),
        (network("celo"), SENT, RECEIPT, NOW, 21_000 * 7, None),
        (network("celo"), SENT, replace(RECEIPT, l1_fee=9), NOW, 21_000 * 7 + 9, None),
        (ARBITRUM, replace(SENT, kind=0x78), replace(RECEIPT, gas_used=21_000), NOW, 21_000 * 7, None),
        (ARBITRUM, replace(SENT, kind=0x68), RECEIPT, NOW, None, "fee_not_visible"),
        (ARBITRUM, replace(SENT, kind=0x64), RECEIPT, NOW, None, None),
        (network("scroll"), replace(SENT, kind=0x7E), RECEIPT, NOW, None, None),
        (network("zksync"), replace(SENT, kind=0xFF), RECEIPT, NOW, None, None),
    ],
)
def test_a_fee_has_all_its_parts(
    row: Network, sent: Sent, receipt: Receipt, moment: datetime, amount: int | None, warning: str | None
) -> None:
    canonical = replace(head(100), time=moment)
    transaction = decoded(row, sent, receipt, canonical=canonical)
    assert (transaction.fee and transaction.fee.amount) == amount
    told = [one for one in transaction.warnings if not one.startswith("l1_alias")]
    assert told == ([warning] if warning else [])


def test_a_deposit_from_below_is_minted_and_costs_nothing() -> None:
    deposit = replace(SENT, kind=0x7E, mint=5, data=b"\1")
    trace = call(to=B, value=5)
    other = decoded(OPTIMISM, deposit, trace=trace)
    assert other.fee is None
    assert [(leg.position, leg.sender, leg.recipient, leg.amount) for leg in other.transfers] == [
        ("mint", None, A, 5),
        ("native", A, B, 5),
    ]
    own = decoded(OPTIMISM, replace(deposit, to=A), replace(RECEIPT, to=A), trace=trace)
    assert [(leg.position, leg.sender, leg.recipient) for leg in own.transfers] == [("native", None, A)]
    failed = decoded(OPTIMISM, deposit, replace(RECEIPT, status=False))
    assert (failed.transfers, failed.warnings) == ((), ("mint_kept_after_failure", "l1_alias_possible"))


def test_state_sync_stands_outside_its_block() -> None:
    """Deposits into this network come from and to the zero address, under a hash the block does not list."""
    sent = replace(SENT, sender=ZERO, to=ZERO, value=0, kind=0)
    receipt = replace(RECEIPT, sender=ZERO, to=ZERO, gas_used=0, logs=(log(0, C, [0, A], 9),))
    transaction = decoded(POLYGON, sent, receipt, canonical=head(100, hashes=frozenset()))
    assert transaction.status is Status.SUCCEEDED
    assert [(leg.position, leg.sender, leg.recipient, leg.amount) for leg in transaction.transfers] == [
        ("log:0", None, A, 9)
    ]
    assert decoded(ETHEREUM, sent, receipt, canonical=head(100, hashes=frozenset())).status is Status.UNKNOWN


def test_logs_of_the_native_coin_are_no_tokens() -> None:
    native = checksummed(bytes.fromhex(POLYGON.params["native_contract"][2:]))
    assert transfers(POLYGON, [log(0, native, [A, B], 9)], {}).transfers == []
    assert len(transfers(ETHEREUM, [log(0, native, [A, B], 9)], {}).transfers) == 1


def word(value: int | str) -> bytes:
    return bytes.fromhex(value[2:]).rjust(32, b"\0") if isinstance(value, str) else value.to_bytes(32, "big")


def log(index: int, contract: str, topics: list[int | str], *data: int | str, signature: bytes = TRANSFER) -> Log:
    return Log(index, contract, (signature, *map(word, topics)), b"".join(map(word, data)))


@pytest.mark.parametrize(
    "odd",
    [
        log(0, C, [A, B]),
        log(0, C, [A, B], 1, 2),
        log(0, C, [A], B, 1),
        log(0, C, [A, B, 1], 1),
        log(0, C, [A, 2**200], 1),
        log(0, C, [], A, B),
        Log(0, C, (TRANSFER, word(A), word(B)), b"\1"),
        log(0, C, [A, A, B], 1, signature=TRANSFER_SINGLE),
        log(0, C, [A, A, B], 2**255, 64, 0, 0, signature=TRANSFER_BATCH),
        log(0, C, [A, A, B], 64, 128, 2**255, 0, 1, 7, signature=TRANSFER_BATCH),
        log(0, C, [A, A, B], 64, 128, 1, 7, 2, 7, signature=TRANSFER_BATCH),
        log(0, C, [A, A, B], 65, 128, 1, 7, 1, 7, signature=TRANSFER_BATCH),
    ],
)
def test_a_transfer_of_no_known_shape_is_a_warning(odd: Log) -> None:
    told = transfers(ETHEREUM, [odd], {})
    assert (told.transfers, told.warnings) == ([], ["unreadable_transfer_log"])


def test_a_batch_numbers_its_parts() -> None:
    batch = log(4, C, [A, A, B], 64, 160, 2, 7, 8, 2, 70, 80, signature=TRANSFER_BATCH)
    told = transfers(ETHEREUM, [batch], {C: TokenFacts("X", 18)})
    assert [(leg.position, leg.token_id, leg.amount, leg.decimals) for leg in told.transfers] == [
        ("log:4/0", "7", 70, None),
        ("log:4/1", "8", 80, None),
    ]
    assert {leg.kind for leg in told.transfers} == {TransferKind.NFT}


def test_only_calls_that_stand_move_value() -> None:
    root = call("CALL", B, 5,
        call("DELEGATECALL", C, 5, call("CALL", A, 2)),
        call("STATICCALL", "0x" + "0" * 39 + "4", 0),
        call("CALL", A, 9, call("CALL", C, 3), error="reverted"),
        call("CALLCODE", A, 4),
        call("CREATE2", C, 6),
        call("SELFDESTRUCT", A, 7),
        call("SELFDESTRUCT", B, 8),
        call("CALL", A, 0),
    )  # fmt: skip
    assert [(leg.position, leg.amount) for leg in inner_transfers(ETHEREUM, root)] == [
        ("trace:0/0", 2),
        ("trace:3", 6),
        ("trace:4", 7),
    ]
    assert inner_transfers(ETHEREUM, replace(root, error="out of gas")) == []


def test_both_trace_forms_give_the_same_positions() -> None:
    """The flat form leaves calls of precompiled contracts out of its numbering."""
    low = {"from": A.lower(), "to": B.lower(), "value": "0x5"}
    tracer = {"type": "CALL", **low, "calls": [
        {"type": "STATICCALL", "from": B.lower(), "to": "0x" + "0" * 39 + "1"},
        {"type": "CALL", "from": B.lower(), "to": C.lower(), "value": "0x9", "error": "insufficient balance for transfer"},
        {"type": "CALL", "from": B.lower(), "to": C.lower(), "value": "0x3"},
    ]}  # fmt: skip
    flat = [
        {"type": "call", "action": {"callType": "call", **low}, "result": {}, "traceAddress": []},
        {"type": "call", "action": {"callType": "call", "from": B.lower(), "to": C.lower(), "value": "0x3"},
         "result": {}, "traceAddress": [0]},
    ]  # fmt: skip
    one = inner_transfers(ETHEREUM, from_call_tracer(tracer))
    assert one == inner_transfers(ETHEREUM, from_flat(flat, HASH))
    assert [leg.position for leg in one] == ["trace:0"]


def string(text: bytes) -> str:
    padded = text + b"\0" * (-len(text) % 32)
    return "0x" + (word(32) + word(len(text)) + padded).hex()


@pytest.mark.parametrize(
    ("answer", "shown"),
    [
        (string(b"USDC"), "USDC"),
        ("0x" + b"MKR".ljust(32, b"\0").hex(), "MKR"),
        (string("US\u202eD\u200bT\x00\n!".encode()), "USDT !"),
        (string(b"A" * 500), "A" * 64),
        (string(b""), None),
        (string(b"\xff\xfe"), None),
        ("0x", None),
        ("0x" + (word(2**255) + word(1)).hex(), None),
        ("0x" + (word(32) + word(2**255)).hex(), None),
        (None, None),
        (7, None),
    ],
)
def test_symbols_are_hostile(answer: object, shown: str | None) -> None:
    assert symbol(Outcome(result=answer)) == shown


@pytest.mark.parametrize(("number", "shown"), [(0, 0), (18, 18), (77, 77), (78, None), (2**255, None)])
def test_decimals_are_hostile(number: int, shown: int | None) -> None:
    assert decimals(Outcome(result="0x" + word(number).hex())) == shown
    assert decimals(Outcome(result="0x12")) is None
    assert decimals(Outcome(failed=True)) is None


def test_revert_words() -> None:
    prefix = bytes.fromhex("08c379a0")
    assert revert_reason(prefix + bytes.fromhex(string(b"no")[2:])) == "no"
    assert revert_reason(prefix + word(2**255) + word(1)) is None
    assert revert_reason(b"") is None
    assert revert_reason(bytes.fromhex("4e487b71") + word(0x11)) == "panic 0x11"
