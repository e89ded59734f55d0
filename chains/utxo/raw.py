"""A serialised transaction taken apart, so that its id can be recomputed and its amounts read as integers. Pure.

The id commits to every input and output: what is read from bytes whose double SHA-256 is the wanted id needs no
trust in the node, and no decimal fraction has to be believed.
"""

from __future__ import annotations

from dataclasses import dataclass

from chains.utxo.codec import double_sha256

_NO_OUTPUT = (bytes(32), 0xFFFFFFFF)
_WITNESS = 0x01
# Litecoin's extension block data, written between the witnesses and the lock time; not part of the id.
_MWEB = 0x08
# A block cannot hold more (4 MB of weight, 32 MB on chains with large blocks).
_LARGEST = 32_000_000


class BadTransaction(ValueError):
    """The bytes are no transaction."""


@dataclass(frozen=True)
class RawInput:
    """The output that is spent (all zeros and 2^32-1 for new coins) and the sequence number."""

    txid: str
    vout: int
    sequence: int


@dataclass(frozen=True)
class RawOutput:
    """Value in base units and the locking script."""

    amount: int
    script: bytes


@dataclass(frozen=True)
class RawTransaction:
    """Inputs, outputs and the recomputed id.

    ``mweb``: confidential data rides along (Litecoin, only before the block). ``hogex``: this is the block's own
    transaction that moves coins in and out of the extension block, marked by empty data.
    """

    txid: str
    inputs: tuple[RawInput, ...]
    outputs: tuple[RawOutput, ...]
    coinbase: bool
    mweb: bool
    hogex: bool


class _Reader:
    def __init__(self, data: bytes) -> None:
        self.data = data
        self.place = 0

    def take(self, length: int) -> bytes:
        end = self.place + length
        if end > len(self.data):
            raise BadTransaction("cut off")
        piece = self.data[self.place : end]
        self.place = end
        return piece

    def number(self, length: int) -> int:
        return int.from_bytes(self.take(length), "little")

    def count(self) -> int:
        first = self.number(1)
        size = {0xFD: 2, 0xFE: 4, 0xFF: 8}.get(first)
        return first if size is None else self.number(size)

    def text(self) -> bytes:
        return self.take(self.count())


def parse(data: bytes, *, witness: bool, mweb: bool = False, payload: bool = False) -> RawTransaction:
    """Take a transaction apart. Raises :class:`BadTransaction`.

    ``witness``: the network has segregated witness. ``mweb``: the network has extension block data. ``payload``:
    special transactions carry bytes after the lock time that belong to the id.
    """
    if len(data) > _LARGEST:
        raise BadTransaction("too large")
    reader = _Reader(data)
    reader.take(4)
    flags = 0
    if witness and data[4:5] == b"\0" and data[5:6] != b"\0":
        flags = data[5] if len(data) > 5 else 0
        if flags & ~(_WITNESS | (_MWEB if mweb else 0)) or not flags:
            raise BadTransaction("unknown flags")
        reader.take(2)
    body = reader.place
    inputs, coinbase = _inputs(reader)
    outputs = _outputs(reader)
    end = reader.place
    if flags & _WITNESS:
        for _ in inputs:
            for _ in range(reader.count()):
                reader.text()
    left = len(data) - reader.place
    if left < 4 or (left > 4 and not (flags & _MWEB or payload)):
        raise BadTransaction("wrong length")
    # Without flags the whole text is hashed, whatever special payload follows the lock time.
    hashed = data if not flags else data[:4] + data[body:end] + data[-4:]
    empty = left == 5 and data[reader.place] == 0
    return RawTransaction(
        txid=double_sha256(hashed)[::-1].hex(),
        inputs=inputs,
        outputs=outputs,
        coinbase=coinbase,
        mweb=bool(flags & _MWEB) and not empty,
        hogex=bool(flags & _MWEB) and empty,
    )


def _inputs(reader: _Reader) -> tuple[tuple[RawInput, ...], bool]:
    inputs: list[RawInput] = []
    coinbase = False
    for _ in range(reader.count()):
        spent = (reader.take(32), reader.number(4))
        reader.text()
        coinbase = coinbase or spent == _NO_OUTPUT
        inputs.append(RawInput(spent[0][::-1].hex(), spent[1], reader.number(4)))
    if coinbase and len(inputs) != 1:
        raise BadTransaction("new coins beside old ones")
    return tuple(inputs), coinbase


def _outputs(reader: _Reader) -> tuple[RawOutput, ...]:
    outputs: list[RawOutput] = []
    for _ in range(reader.count()):
        amount = reader.number(8)
        if amount >= 1 << 63:
            raise BadTransaction("negative amount")
        outputs.append(RawOutput(amount, reader.text()))
    return tuple(outputs)
