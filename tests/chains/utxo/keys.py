"""A signer for tests: one key, its output scripts, and transactions signed as their digests are documented."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from coincurve import PrivateKey

from chains.encoding import double_sha256
from chains.signatures import hash160
from chains.types import Network
from chains.utxo.raw import RawOutput
from chains.utxo.signed import SignedTransaction, take_apart
from chains.utxo.unsigned import compact, output_bytes, sized

KEY = PrivateKey(b"\x42" * 32)
PUBLIC = KEY.public_key.format()
P2PKH = b"\x76\xa9\x14" + hash160(PUBLIC) + b"\x88\xac"
P2WPKH = b"\x00\x14" + hash160(PUBLIC)


def signed(network: Network, unsigned: str, spent: Sequence[RawOutput]) -> str:
    """The transaction with every input signed by :data:`KEY`, in hexadecimal."""
    tx = take_apart(network, bytes.fromhex(unsigned))
    forked = "cashaddr" in network.params
    inputs = []
    for place, (one, output) in enumerate(zip(tx.inputs, spent, strict=True)):
        if output.script == P2WPKH:
            signature = KEY.sign(_of_values(tx, place, output.amount, 1), hasher=None) + b"\x01"
            inputs.append(replace(one, witness=(signature, PUBLIC)))
            continue
        kind = 0x41 if forked else 1
        digest = _of_values(tx, place, output.amount, kind) if forked else _plain(tx, place)
        signature = KEY.sign(digest, hasher=None) + bytes([kind])
        inputs.append(replace(one, script=sized(signature) + sized(PUBLIC)))
    return replace(tx, inputs=tuple(inputs)).written().hex()


def _plain(tx: SignedTransaction, place: int) -> bytes:
    scripted = tuple(replace(one, script=P2PKH if n == place else b"") for n, one in enumerate(tx.inputs))
    return double_sha256(replace(tx, inputs=scripted).plain() + bytes([1, 0, 0, 0]))


def _of_values(tx: SignedTransaction, place: int, amount: int, kind: int) -> bytes:
    points = b"".join(bytes.fromhex(one.txid)[::-1] + one.vout.to_bytes(4, "little") for one in tx.inputs)
    sequences = b"".join(one.sequence.to_bytes(4, "little") for one in tx.inputs)
    outputs = b"".join(output_bytes(output) for output in tx.outputs)
    return double_sha256(
        tx.version.to_bytes(4, "little")
        + double_sha256(points)
        + double_sha256(sequences)
        + points[36 * place : 36 * place + 36]
        + compact(len(P2PKH))
        + P2PKH
        + amount.to_bytes(8, "little")
        + sequences[4 * place : 4 * place + 4]
        + double_sha256(outputs)
        + tx.lock_time.to_bytes(4, "little")
        + kind.to_bytes(4, "little")
    )
