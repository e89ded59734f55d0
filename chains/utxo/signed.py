"""A signed transaction taken apart to the last byte, and written again. Pure; holds no keys.

Taken is one canonical encoding only, so that one transaction has one text.
"""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass, replace

from chains.encoding import double_sha256
from chains.types import Network
from chains.utxo.raw import BadTransaction, RawOutput, Reader, parse, read_outputs
from chains.utxo.unsigned import MAGIC, compact, entries, output_bytes, sized

LONGEST = 1_000_000
"""Bytes; more is relayed nowhere."""

_HEX = re.compile(r"(?:[0-9a-fA-F]{2})+")
_UNSIGNED, _FINAL_SCRIPT, _FINAL_WITNESS = b"\0", b"\x07", b"\x08"


@dataclass(frozen=True)
class SignedInput:
    """The output spent, what unlocks it, and the sequence number."""

    txid: str
    vout: int
    script: bytes
    sequence: int
    witness: tuple[bytes, ...] = ()

    @property
    def point(self) -> bytes:
        """The output spent, as a transaction writes it."""
        return bytes.fromhex(self.txid)[::-1] + self.vout.to_bytes(4, "little")


@dataclass(frozen=True)
class SignedTransaction:
    """Every field of a transaction."""

    version: int
    inputs: tuple[SignedInput, ...]
    outputs: tuple[RawOutput, ...]
    lock_time: int

    @property
    def txid(self) -> str:
        """The id, to which the witnesses do not belong."""
        return double_sha256(self.plain())[::-1].hex()

    def plain(self) -> bytes:
        """Without witnesses."""
        return self.version.to_bytes(4, "little") + self._inside() + self.lock_time.to_bytes(4, "little")

    def unsigned(self) -> bytes:
        """Without anything that unlocks."""
        bare = tuple(replace(one, script=b"", witness=()) for one in self.inputs)
        return replace(self, inputs=bare).plain()

    def written(self) -> bytes:
        """As nodes take it."""
        if not any(one.witness for one in self.inputs):
            return self.plain()
        stacks = b"".join(
            compact(len(one.witness)) + b"".join(sized(item) for item in one.witness) for one in self.inputs
        )
        head = self.version.to_bytes(4, "little") + b"\0\x01"
        return head + self._inside() + stacks + self.lock_time.to_bytes(4, "little")

    def _inside(self) -> bytes:
        spent = b"".join(one.point + sized(one.script) + one.sequence.to_bytes(4, "little") for one in self.inputs)
        made = b"".join(output_bytes(output) for output in self.outputs)
        return compact(len(self.inputs)) + spent + compact(len(self.outputs)) + made


def read(network: Network, text: str) -> SignedTransaction:
    """The transaction in hexadecimal, or in a PSBT (base64) whose inputs are all finalised. Raises :class:`BadTransaction`."""
    text = text.strip()
    if len(text) > 2 * LONGEST:
        raise BadTransaction("too large")
    if _HEX.fullmatch(text):
        return take_apart(network, bytes.fromhex(text))
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise BadTransaction("neither hexadecimal nor base64") from None
    return _finalised(network, data)


def take_apart(network: Network, data: bytes) -> SignedTransaction:
    """The fields of ``data``. Raises :class:`BadTransaction` unless it is one canonical encoding."""
    reader = Reader(data)
    version = reader.number(4)
    segregated = bool(network.params.get("hrp")) and data[4:6] == b"\0\x01"
    if segregated:
        reader.take(2)
    inputs = [
        SignedInput(reader.take(32)[::-1].hex(), reader.number(4), reader.text(), reader.number(4))
        for _ in range(reader.count())
    ]
    outputs = read_outputs(reader)
    if segregated:
        inputs = [replace(one, witness=_stack(reader)) for one in inputs]
    found = SignedTransaction(version, tuple(inputs), outputs, reader.number(4))
    if not inputs or found.written() != data:
        raise BadTransaction("not one canonical encoding")
    return found


def _stack(reader: Reader) -> tuple[bytes, ...]:
    return tuple(reader.text() for _ in range(reader.count()))


def _finalised(network: Network, data: bytes) -> SignedTransaction:
    """The transaction of a PSBT with what its inputs are unlocked by (BIP-174: final scriptSig and witness)."""
    reader = Reader(data)
    if reader.take(len(MAGIC)) != MAGIC:
        raise BadTransaction("no PSBT")
    head = entries(reader)
    if _UNSIGNED not in head:
        raise BadTransaction("a PSBT without its transaction")
    parse(head[_UNSIGNED], witness=False)
    bare = take_apart(network, head[_UNSIGNED])
    inputs = []
    for one in bare.inputs:
        shown = entries(reader)
        script, stack = shown.get(_FINAL_SCRIPT, b""), b""
        if one.script or not {_FINAL_SCRIPT, _FINAL_WITNESS} & shown.keys():
            raise BadTransaction("an input that is not finalised")
        stack = shown.get(_FINAL_WITNESS, b"\0")
        inner = Reader(stack)
        witness = _stack(inner)
        if inner.place != len(stack):
            raise BadTransaction("wrong length")
        inputs.append(replace(one, script=script, witness=witness))
    for _ in bare.outputs:
        entries(reader)
    if reader.place != len(data):
        raise BadTransaction("wrong length")
    return take_apart(network, replace(bare, inputs=tuple(inputs)).written())
