"""Unsigned transactions as bytes, and Partially Signed Bitcoin Transactions of version 0 (BIP-174). Pure.

Only what an unsigned plan needs: the transaction, and for each input what it spends. A signer adds the rest.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from chains.types import Network
from chains.utxo.raw import BadTransaction, RawOutput, RawTransaction, Reader, parse

MAGIC = b"psbt\xff"
_UNSIGNED, _WHOLE_BEFORE, _OUTPUT_BEFORE = b"\0", b"\0", b"\x01"
SEQUENCE = 0xFFFFFFFD
"""Replaceable (BIP-125): a plan that pays too little can be made again with a higher fee."""


@dataclass(frozen=True)
class Before:
    """What an input spends: the whole earlier transaction, and for witness inputs the output alone."""

    whole: bytes
    output: RawOutput | None


@dataclass(frozen=True)
class Packet:
    """A taken-apart file: the transaction, as bytes too, and for each input what it says it spends."""

    data: bytes
    transaction: RawTransaction
    before: tuple[Before, ...]


def compact(number: int) -> bytes:
    """A number in CompactSize form."""
    if number < 0xFD:
        return bytes([number])
    size, mark = (2, b"\xfd") if number < 1 << 16 else (4, b"\xfe")
    return mark + number.to_bytes(size, "little")


def sized(data: bytes) -> bytes:
    """Bytes behind their count."""
    return compact(len(data)) + data


def for_network(network: Network, points: Sequence[tuple[str, int]], outputs: Sequence[RawOutput]) -> bytes:
    """The unsigned transaction in the form the network takes."""
    if network.params.get("raw") == "zip225":
        return unsigned_zcash(points, outputs)
    return unsigned(points, outputs, version=2 if network.params.get("hrp") else 1)


def unsigned(points: Sequence[tuple[str, int]], outputs: Sequence[RawOutput], *, version: int) -> bytes:
    """A transaction with empty unlocking scripts and no lock time."""
    return version.to_bytes(4, "little") + _inside(points, outputs) + bytes(4)


def unsigned_zcash(points: Sequence[tuple[str, int]], outputs: Sequence[RawOutput]) -> bytes:
    """The same in Zcash's version 4 (ZIP-243), without a shielded part and without an expiry."""
    head = (4 | 1 << 31).to_bytes(4, "little") + (0x892F2085).to_bytes(4, "little")
    return head + _inside(points, outputs) + bytes(4) + bytes(4) + bytes(8) + b"\0\0\0"


def _inside(points: Sequence[tuple[str, int]], outputs: Sequence[RawOutput]) -> bytes:
    spent = b"".join(
        bytes.fromhex(txid)[::-1] + vout.to_bytes(4, "little") + b"\0" + SEQUENCE.to_bytes(4, "little")
        for txid, vout in points
    )
    return compact(len(points)) + spent + compact(len(outputs)) + b"".join(output_bytes(output) for output in outputs)


def output_bytes(output: RawOutput) -> bytes:
    """An output as a transaction writes it: value and locking script."""
    return output.amount.to_bytes(8, "little") + sized(output.script)


def write(transaction: bytes, before: Sequence[Before], outputs: int) -> bytes:
    """The file of an unsigned transaction."""
    pieces = [MAGIC, _entry(_UNSIGNED, transaction), b"\0"]
    for each in before:
        pieces.append(_entry(_WHOLE_BEFORE, each.whole))
        if each.output is not None:
            pieces.append(_entry(_OUTPUT_BEFORE, output_bytes(each.output)))
        pieces.append(b"\0")
    pieces.append(b"\0" * outputs)
    return b"".join(pieces)


def _entry(key: bytes, value: bytes) -> bytes:
    return sized(key) + sized(value)


def read(data: bytes) -> Packet:
    """Take a file apart. Raises :class:`BadTransaction` for anything but what :func:`write` makes."""
    reader = Reader(data)
    if reader.take(5) != MAGIC:
        raise BadTransaction("no PSBT")
    head = entries(reader)
    if head.keys() != {_UNSIGNED}:
        raise BadTransaction("other global entries than the transaction")
    transaction = parse(head[_UNSIGNED], witness=False)
    before: list[Before] = []
    for _ in transaction.inputs:
        shown = entries(reader)
        if not {_WHOLE_BEFORE} <= shown.keys() <= {_WHOLE_BEFORE, _OUTPUT_BEFORE}:
            raise BadTransaction("other entries of an input than what it spends")
        alone = shown.get(_OUTPUT_BEFORE)
        before.append(Before(shown[_WHOLE_BEFORE], None if alone is None else _read_output(alone)))
    for _ in transaction.outputs:
        if entries(reader):
            raise BadTransaction("entries of an output")
    if reader.place != len(data):
        raise BadTransaction("wrong length")
    return Packet(head[_UNSIGNED], transaction, tuple(before))


def entries(reader: Reader) -> dict[bytes, bytes]:
    """One map of a file, up to its end. Raises :class:`BadTransaction` where a key stands twice."""
    found: dict[bytes, bytes] = {}
    while key := reader.text():
        if key in found:
            raise BadTransaction("one key twice")
        found[key] = reader.text()
    return found


def _read_output(data: bytes) -> RawOutput:
    reader = Reader(data)
    output = RawOutput(reader.number(8), reader.text())
    if reader.place != len(data):
        raise BadTransaction("wrong length")
    return output
