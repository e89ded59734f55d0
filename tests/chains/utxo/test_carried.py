"""What rides on coins, and what a transaction of outputs is besides a payment; each mark with a near miss."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from chains.catalogue import network
from chains.encoding import double_sha256
from chains.types import Transaction
from chains.utxo.carried import arc4, counterparty
from chains.utxo.seen import MOST_PREVIOUS
from tests.chains.utxo.scenes import scripts
from tests.chains.utxo.test_quirks import seen, world_of
from tests.chains.utxo.worlds import INTERFACES, World
from tests.chains.utxo.written import coinbase, compact, id_of, sized, written

ROW = network("bitcoin")
OWNER, OTHER = scripts(ROW)
BEFORE = written(ROW, [("aa" * 32, 0)], [(10_000 * (n + 1), OTHER if n % 2 else OWNER) for n in range(12)])
FIRST = id_of(BEFORE)

# A first input and the data of an OP_RETURN, from a write-up of how Counterparty's sends are read (jpjanssen.com).
PUBLISHED = "2220245a421b452392c83531e30cd4a0536afa71a96ff185d6885f178e5c29c5"
HIDDEN = bytes.fromhex("0466488eb3ed3de8c72601bcdd1bbbfb6cd1d37ad047796f9a2111b19938d7c6092853268239331ae77772df8c80")
OPEN = "434e54525052545902000000000002926e00000000000000280539f20c2e30805f2947caf5fb0e8a5217c02d9229"


def paying(*outputs: tuple[int, bytes], inputs: int = 1) -> bytes:
    return written(ROW, [(FIRST, n) for n in range(inputs)], list(outputs))


def told(data: bytes, interface: str | None = None) -> set[str]:
    return set(seen(world_of(ROW, data, BEFORE), interface).warnings)


def test_the_cipher_against_vectors_of_others() -> None:
    assert arc4(b"Key", b"Plaintext").hex().upper() == "BBF316E8D940AF0AD3"
    assert arc4(b"Wiki", b"pedia").hex().upper() == "1021BF0420"
    # RFC 6229: a key of 40 bits, the stream at its beginning and behind the first 256 bytes.
    stream = arc4(bytes.fromhex("0102030405"), bytes(272))
    assert stream[:16].hex() == "b2396305f03dc027ccc3524a0a1118a8"
    assert stream[240:256].hex() == "28cb1132c96ce286421dcaadb8b69eae"


def test_counterpartys_data_are_read_with_the_first_inputs_id() -> None:
    assert arc4(bytes.fromhex(PUBLISHED), HIDDEN).hex() == OPEN
    assert counterparty(PUBLISHED, HIDDEN)
    assert not counterparty(PUBLISHED[::-1], HIDDEN)
    assert not counterparty(None, HIDDEN)
    assert counterparty(None, b"CNTRPRTY")


@given(st.binary(min_size=1, max_size=64), st.binary(max_size=300))
def test_the_cipher_undoes_itself(key: bytes, data: bytes) -> None:
    assert arc4(key, arc4(key, data)) == data


HID = arc4(bytes.fromhex(FIRST), b"CNTRPRTY\x02" + bytes(30))
MARKS = [
    (b"\x6a\x5d\x04\x14\x01\x14\x02", "carries_runes"),
    (b"\x6a\x14omni" + bytes(16), "carries_omni"),
    (b"\x6a" + sized(HID), "carries_counterparty"),
    (b"\x6a\x4c" + sized(HID), "carries_counterparty"),
    (b"\x6a\x08CNTRPRTY", "carries_counterparty"),
    (b"\x6a\x04memo", None),
    (b"\x6a\x5c\x5d", None),
    (b"\x5d\x6a\x5d", None),
    (b"\x6a\x04OMNI", None),
    (b"\x6a\x05xomni", None),
    (b"\x6a" + sized(HID[1:]), None),
    (b"\x6a\x28omni", None),
    (b"\x6a", None),
    (b"\x6a\x4e\xff", None),
]


@pytest.mark.parametrize("interface", INTERFACES)
@pytest.mark.parametrize(("script", "code"), MARKS)
def test_marks_of_other_protocols(script: bytes, code: str | None, interface: str | None) -> None:
    carried = {one for one in told(paying((546, OTHER), (0, script)), interface) if one.startswith("carries_")}
    assert carried == ({code} if code else set())


ENVELOPE = b"\x20" + bytes(32) + b"\xac\x00\x63\x03ord\x01\x01\x0atext/plain\x00\x02hi\x68"
CONTROL = b"\xc1" + bytes(32)


def revealing(*stack: bytes) -> bytes:
    """A payment with a witness in front of its lock time."""
    plain = paying((546, OTHER))
    return plain[:4] + b"\x00\x01" + plain[4:-4] + compact(len(stack)) + b"".join(map(sized, stack)) + plain[-4:]


@pytest.mark.parametrize("interface", INTERFACES)
@pytest.mark.parametrize(
    ("stack", "inscribes"),
    [
        ((bytes(64), ENVELOPE, CONTROL), True),
        ((bytes(64), ENVELOPE, CONTROL + bytes(32)), True),
        ((ENVELOPE, CONTROL, b"\x50annex"), True),
        ((ENVELOPE,), False),
        ((bytes(64), ENVELOPE), False),
        ((ENVELOPE, b"\x02" + bytes(32)), False),
        ((ENVELOPE, CONTROL + b"\x00"), False),
        ((b"\x4c" + sized(ENVELOPE) + b"\x75", CONTROL), False),
        ((ENVELOPE.replace(b"ord", b"odd"), CONTROL), False),
        ((ENVELOPE.replace(b"\x00\x63", b"\x51\x63"), CONTROL), False),
        ((ENVELOPE[:39], CONTROL), False),
    ],
)
def test_an_inscription_is_an_envelope_on_a_script_path(
    stack: tuple[bytes, ...], inscribes: bool, interface: str | None
) -> None:
    data = revealing(*stack)
    reference = double_sha256(paying((546, OTHER)))[::-1].hex()
    world = World(ROW, reference, {FIRST: BEFORE, reference: data})
    assert ("carries_inscription" in seen(world, interface).warnings) is inscribes


@pytest.mark.parametrize("interface", INTERFACES)
@pytest.mark.parametrize(
    ("inputs", "same", "joined"), [(5, 5, True), (12, 6, True), (4, 5, False), (5, 4, False), (1, 9, False)]
)
def test_the_shape_of_a_coinjoin(inputs: int, same: int, joined: bool, interface: str | None) -> None:
    outputs = [(100, OTHER)] * same + [(77 + n, OWNER) for n in range(3)]
    assert ("coinjoin_shape" in told(paying(*outputs, inputs=inputs), interface)) is joined


def test_payouts_of_one_owner_are_no_coinjoin() -> None:
    before = written(ROW, [("aa" * 32, 0)], [(1_000, OWNER)] * 6)
    data = written(ROW, [(id_of(before), n) for n in range(6)], [(100, OTHER)] * 6)
    read = seen(world_of(ROW, data, before))
    assert not {"coinjoin_shape", "several_senders"} & set(read.warnings)
    assert read.transfers[0].sender is not None


def test_a_coinjoin_of_more_coins_than_are_looked_up_is_one_all_the_same() -> None:
    spent = [(f"{n:064x}", 0) for n in range(1, MOST_PREVIOUS + 2)]
    read = seen(world_of(ROW, written(ROW, spent, [(100, OTHER)] * 40)))
    assert {"coinjoin_shape", "inputs_not_all_read"} <= set(read.warnings)


@pytest.mark.parametrize("interface", INTERFACES)
def test_several_senders_are_told_from_unread_ones(interface: str | None) -> None:
    assert "several_senders" in told(paying((100, OTHER), inputs=2), interface)
    assert "several_senders" not in told(paying((100, OTHER)), interface)
    unread: Transaction = seen(world_of(ROW, written(ROW, [("bb" * 32, 0)], [(100, OTHER)])), None)
    assert "inputs_not_all_read" in unread.warnings
    assert "several_senders" not in unread.warnings


@pytest.mark.parametrize("interface", INTERFACES)
def test_new_coins_are_called_so_also_when_ripe(interface: str | None) -> None:
    data = coinbase([(625_000_000, OWNER), (0, b"\x6a\x04omni")])
    for depth in (1, ROW.params["maturity"] + 1):
        read = seen(world_of(ROW, data, depth=depth), interface)
        assert "coinbase" in read.warnings
    assert "coinbase" not in told(paying((100, OTHER)), interface)
