"""Transactions written byte by byte for the tests, from the documented formats."""

from __future__ import annotations

from collections.abc import Sequence

from chains.encoding import double_sha256
from chains.types import Network


def compact(number: int) -> bytes:
    """A number in CompactSize form."""
    if number < 0xFD:
        return bytes([number])
    size, mark = (2, b"\xfd") if number < 1 << 16 else (4, b"\xfe") if number < 1 << 32 else (8, b"\xff")
    return mark + number.to_bytes(size, "little")


def sized(data: bytes) -> bytes:
    """Bytes behind their count."""
    return compact(len(data)) + data


def transaction(
    inputs: Sequence[tuple[str, int]],
    outputs: Sequence[tuple[int, bytes]],
    *,
    version: int = 2,
    sequence: int = 0xFFFFFFFF,
    unlocking: bytes = b"\x51",
    tail: bytes = b"",
) -> bytes:
    """A transaction in Bitcoin's old form; ``tail`` follows the lock time."""
    return version.to_bytes(4, "little") + _body(inputs, outputs, sequence, unlocking) + bytes(4) + tail


def _body(
    inputs: Sequence[tuple[str, int]], outputs: Sequence[tuple[int, bytes]], sequence: int, unlocking: bytes
) -> bytes:
    spent = b"".join(
        bytes.fromhex(txid)[::-1] + vout.to_bytes(4, "little") + sized(unlocking) + sequence.to_bytes(4, "little")
        for txid, vout in inputs
    )
    made = b"".join(amount.to_bytes(8, "little") + sized(script) for amount, script in outputs)
    return compact(len(inputs)) + spent + compact(len(outputs)) + made


def saplings_form(
    inputs: Sequence[tuple[str, int]], outputs: Sequence[tuple[int, bytes]], *, balance: int = 0, spends: int = 0
) -> bytes:
    """A Zcash transaction of version 4 (ZIP-243); with shielded spends that bring ``balance`` into the open."""
    head = (4 | 1 << 31).to_bytes(4, "little") + bytes.fromhex("85202f89")
    shielded = balance.to_bytes(8, "little", signed=True) + compact(spends) + bytes(384 * spends) + b"\0\0"
    tail = bytes(64) if spends else b""
    return head + _body(inputs, outputs, 0xFFFFFFFF, b"\x51") + bytes(8) + shielded + tail


def written(network: Network, inputs: Sequence[tuple[str, int]], outputs: Sequence[tuple[int, bytes]]) -> bytes:
    """A plain transaction in the form of the network."""
    if network.params.get("raw") == "zip225":
        return saplings_form(inputs, outputs)
    return transaction(inputs, outputs)


def id_of(data: bytes) -> str:
    """The id of a transaction that has no witnesses and is no Zcash transaction of version 5."""
    return double_sha256(data)[::-1].hex()


def coinbase(outputs: Sequence[tuple[int, bytes]], mark: bytes = b"\x51\x51") -> bytes:
    """New coins."""
    return transaction([("00" * 32, 0xFFFFFFFF)], outputs, version=1, unlocking=mark)
