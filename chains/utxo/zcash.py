"""A serialised Zcash transaction taken apart, versions 1 to 5, and its id. Pure.

Up to version 4 the id is the double SHA-256 of all bytes. Version 5 (ZIP-225) hashes what has an effect in a tree of BLAKE2b
digests and leaves the signatures out (ZIP-244), so its id has to be built from the parts.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from chains.encoding import double_sha256
from chains.utxo.raw import (
    BadTransaction,
    RawOutput,
    RawTransaction,
    Reader,
    Shielded,
    UnknownForm,
    read_inputs,
    read_outputs,
)

_OVERWINTERED = 1 << 31
_GROUPS = {3: 0x03C48270, 4: 0x892F2085, 5: 0x26A7270A}
# Sizes of what the shielded parts repeat.
_JOINSPLIT_BCTV, _JOINSPLIT_GROTH = 1802, 1698
_SPEND_V4, _OUTPUT_V4 = 384, 948
_SPEND, _OUTPUT, _ACTION = 96, 756, 820
_MOST = 1 << 16


def parse(data: bytes) -> RawTransaction:
    """Take a transaction apart. Raises :class:`BadTransaction`, :class:`UnknownForm` for a version not known here."""
    reader = Reader(data)
    header = reader.number(4)
    version, overwintered = header & ~_OVERWINTERED, bool(header & _OVERWINTERED)
    if overwintered:
        if version not in _GROUPS or reader.number(4) != _GROUPS[version]:
            raise UnknownForm("unknown version")
    elif version not in (1, 2):
        raise UnknownForm("unknown version")
    parsed = _five(reader, data) if version == 5 else _early(reader, data, version)
    if reader.place != len(data):
        raise BadTransaction("wrong length")
    return parsed


def _early(reader: Reader, data: bytes, version: int) -> RawTransaction:
    inputs, coinbase = read_inputs(reader)
    outputs = read_outputs(reader)
    reader.take(4 if version < 3 else 8)  # lock time, and the height at which the transaction expires
    balance = spends = made = 0
    if version == 4:
        balance = _signed(reader)
        spends = _repeated(reader, _SPEND_V4)
        made = _repeated(reader, _OUTPUT_V4)
    before = after = 0
    joinsplits = 0
    if version >= 2:
        size = _JOINSPLIT_GROTH if version == 4 else _JOINSPLIT_BCTV
        joinsplits = _count(reader)
        for _ in range(joinsplits):
            begin = reader.place
            before += reader.number(8)
            after += reader.number(8)
            reader.take(size - (reader.place - begin))
        if joinsplits:
            reader.take(96)
    if spends or made:
        reader.take(64)
    elif balance:
        raise BadTransaction("a balance without a shielded part")
    shielded = Shielded(
        into=before + max(-balance, 0), out_of=after + max(balance, 0), present=bool(joinsplits or spends or made)
    )
    return RawTransaction(double_sha256(data)[::-1].hex(), inputs, outputs, coinbase, False, False, shielded)


def _signed(reader: Reader) -> int:
    return int.from_bytes(reader.take(8), "little", signed=True)


def _count(reader: Reader) -> int:
    count = reader.count()
    if count > _MOST:
        raise BadTransaction("too many parts")
    return count


def _repeated(reader: Reader, size: int) -> int:
    count = _count(reader)
    reader.take(count * size)
    return count


def _five(reader: Reader, data: bytes) -> RawTransaction:
    branch, lock, expiry = reader.take(4), reader.take(4), reader.take(4)
    start = reader.place
    inputs, coinbase = read_inputs(reader)
    outputs = read_outputs(reader)
    transparent = _transparent(data[start : reader.place], bool(inputs or outputs), outputs)
    sapling, sapling_balance, sapling_parts = _sapling(reader)
    orchard, orchard_balance, orchard_parts = _orchard(reader)
    head = _digest(b"ZTxIdHeadersHash", data[:8] + branch + lock + expiry)
    txid = _digest(b"ZcashTxHash_" + branch, head + transparent + sapling + orchard)
    balances = (sapling_balance, orchard_balance)
    shielded = Shielded(
        into=-sum(balance for balance in balances if balance < 0),
        out_of=sum(balance for balance in balances if balance > 0),
        present=bool(sapling_parts or orchard_parts),
    )
    return RawTransaction(txid[::-1].hex(), inputs, outputs, coinbase, False, False, shielded)


def _digest(name: bytes, data: bytes) -> bytes:
    return hashlib.blake2b(data, digest_size=32, person=name).digest()


def _pieces(data: bytes, size: int) -> list[bytes]:
    return [data[place : place + size] for place in range(0, len(data), size)]


def _cut(parts: Sequence[bytes], *ranges: tuple[int, int]) -> bytes:
    return b"".join(part[begin:end] for part in parts for begin, end in ranges)


def _transparent(data: bytes, present: bool, outputs: Sequence[RawOutput]) -> bytes:
    """The digest of the transparent part; ``data`` are its bytes, inputs first."""
    if not present:
        return _digest(b"ZTxIdTranspaHash", b"")
    reader = Reader(data)
    points, sequences = [], []
    for _ in range(reader.count()):
        points.append(reader.take(36))
        reader.text()
        sequences.append(reader.take(4))
    reader.count()
    return _digest(
        b"ZTxIdTranspaHash",
        _digest(b"ZTxIdPrevoutHash", b"".join(points))
        + _digest(b"ZTxIdSequencHash", b"".join(sequences))
        + _digest(b"ZTxIdOutputsHash", data[reader.place :]),
    )


def _sapling(reader: Reader) -> tuple[bytes, int, int]:
    """Digest, value balance and number of parts of the Sapling bundle."""
    spends = _pieces(reader.take(_count(reader) * _SPEND), _SPEND)
    made = _pieces(reader.take(_count(reader) * _OUTPUT), _OUTPUT)
    if not spends and not made:
        return _digest(b"ZTxIdSaplingHash", b""), 0, 0
    balance = reader.take(8)
    anchor = reader.take(32) if spends else b""
    reader.take(192 * len(spends) + 64 * len(spends) + 192 * len(made) + 64)
    spent = b""
    if spends:
        spent = _digest(b"ZTxIdSSpendCHash", _cut(spends, (32, 64))) + _digest(
            b"ZTxIdSSpendNHash", b"".join(spend[:32] + anchor + spend[64:] for spend in spends)
        )
    created = b""
    if made:
        created = (
            _digest(b"ZTxIdSOutC__Hash", _cut(made, (32, 64), (64, 96), (96, 148)))
            + _digest(b"ZTxIdSOutM__Hash", _cut(made, (148, 660)))
            + _digest(b"ZTxIdSOutN__Hash", _cut(made, (0, 32), (660, 756)))
        )
    whole = _digest(b"ZTxIdSSpendsHash", spent) + _digest(b"ZTxIdSOutputHash", created) + balance
    return (
        _digest(b"ZTxIdSaplingHash", whole),
        int.from_bytes(balance, "little", signed=True),
        len(spends) + len(made),
    )


def _orchard(reader: Reader) -> tuple[bytes, int, int]:
    """Digest, value balance and number of actions of the Orchard bundle."""
    actions = _pieces(reader.take(_count(reader) * _ACTION), _ACTION)
    if not actions:
        return _digest(b"ZTxIdOrchardHash", b""), 0, 0
    tail = reader.take(1 + 8 + 32)  # flags, value balance, anchor
    reader.text()
    reader.take(64 * len(actions) + 64)
    # An action: commitment to the value, nullifier, key, note commitment, ephemeral key, two ciphertexts.
    whole = (
        _digest(b"ZTxIdOrcActCHash", _cut(actions, (32, 64), (96, 128), (128, 160), (160, 212)))
        + _digest(b"ZTxIdOrcActMHash", _cut(actions, (212, 724)))
        + _digest(b"ZTxIdOrcActNHash", _cut(actions, (0, 32), (64, 96), (724, 820)))
    )
    return _digest(b"ZTxIdOrchardHash", whole + tail), int.from_bytes(tail[1:9], "little", signed=True), len(actions)
