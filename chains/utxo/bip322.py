"""Generic signed messages (BIP-322): a transaction that spends nothing, signed as if it spent an output of the address. Pure.

Taken are scripts with one key (P2PKH, P2WPKH, the same inside P2SH, P2TR by its key); others need an interpreter of scripts and
stay undecided. Of a full signature the lock time and the sequence may be anything: one key binds them, and they bind nobody.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from chains.encoding import double_sha256
from chains.proving import NotProven
from chains.signatures import from_der, hash160, pasted, schnorr, secp256k1_der
from chains.utxo.raw import BadTransaction, Reader
from chains.utxo.unsigned import sized

_LONGEST = 10_000
_ALL = 1
_RETURN = b"\x6a"


@dataclass(frozen=True)
class _Spending:
    """``to_sign``, taken apart, of which all but these is fixed."""

    version: int
    locktime: int
    sequence: int
    script: bytes
    witness: tuple[bytes, ...]


def tagged(tag: str, data: bytes) -> bytes:
    """A tagged hash (BIP-340)."""
    mark = hashlib.sha256(tag.encode()).digest()
    return hashlib.sha256(mark + mark + data).digest()


def spent(script: bytes, said: bytes) -> bytes:
    """The hash of ``to_spend``, in the order of its bytes."""
    pushed = b"\x00\x20" + tagged("BIP0322-signed-message", said)
    given = bytes(32) + b"\xff" * 4 + sized(pushed) + bytes(4)
    return double_sha256(bytes(4) + b"\x01" + given + b"\x01" + bytes(8) + sized(script) + bytes(4))


def good(kind: str, script: bytes, said: bytes, text: str) -> bool:
    """Whether ``text`` is a signature, simple or full, of ``said`` for an output script of one key.

    Raises :class:`NotProven`: ``not_readable``, or ``script`` where more than one key's signature would have to be judged.
    """
    if kind not in ("p2pkh", "p2wpkh", "p2sh", "p2tr"):
        raise NotProven("script")
    form, body = (text[:3], text[3:]) if text[:3] in ("smp", "ful") else ("", text)
    data = pasted(body, ("base64",), range(1, _LONGEST))
    before = spent(script, said)
    simple = None if form == "ful" or kind == "p2pkh" else _stack(data)
    if simple is not None:
        return _signed(kind, script, before, _Spending(0, 0, 0, b"", simple), simple=True)
    full = None if form == "smp" else _full(data, before)
    if full is None:
        raise NotProven("not_readable")
    return full.version in (0, 2) and _signed(kind, script, before, full, simple=False)


def _signed(kind: str, script: bytes, before: bytes, spending: _Spending, *, simple: bool) -> bool:
    if kind == "p2pkh":
        return not spending.witness and _plain(script, before, spending)
    if kind == "p2tr":
        return _taproot(script, before, spending)
    if len(spending.witness) != 2 or len(spending.witness[1]) != 33:
        raise NotProven("script" if kind == "p2sh" else "other_signature")
    signature, key = spending.witness
    program = b"\x00\x14" + hash160(key)
    nested = kind == "p2sh"
    if nested and script != b"\xa9\x14" + hash160(program) + b"\x87":
        return False
    if not nested and script != program:
        return False
    if not simple and spending.script != (sized(program) if nested else b""):
        return False
    return _ecdsa(key, _witness_digest(program[2:], before, spending), signature)


def _plain(script: bytes, before: bytes, spending: _Spending) -> bool:
    pushes = _pushes(spending.script)
    if pushes is None or len(pushes) != 2:
        return False
    signature, key = pushes
    if hash160(key) != script[3:23]:
        return False
    given = before + bytes(4) + sized(script) + spending.sequence.to_bytes(4, "little")
    output = bytes(8) + sized(_RETURN)
    preimage = b"".join(
        (
            spending.version.to_bytes(4, "little"),
            b"\x01" + given,
            b"\x01" + output,
            spending.locktime.to_bytes(4, "little"),
            _ALL.to_bytes(4, "little"),
        )
    )
    return _ecdsa(key, double_sha256(preimage), signature)


def _taproot(script: bytes, before: bytes, spending: _Spending) -> bool:
    if spending.script or not spending.witness:
        return False
    if len(spending.witness) > 1:
        raise NotProven("script")  # by a script of the tree, or with an annex
    signature = spending.witness[0]
    kind = signature[64] if len(signature) == 65 else 0
    if kind not in (0, _ALL) or (len(signature) == 65 and not kind):
        return False
    sequence = spending.sequence.to_bytes(4, "little")
    message = b"".join(
        (
            bytes([0, kind]),
            spending.version.to_bytes(4, "little"),
            spending.locktime.to_bytes(4, "little"),
            hashlib.sha256(before + bytes(4)).digest(),
            hashlib.sha256(bytes(8)).digest(),
            hashlib.sha256(sized(script)).digest(),
            hashlib.sha256(sequence).digest(),
            hashlib.sha256(bytes(8) + sized(_RETURN)).digest(),
            bytes(5),
        )
    )
    return schnorr(script[2:], tagged("TapSighash", message), signature[:64])


def _witness_digest(key_hash: bytes, before: bytes, spending: _Spending) -> bytes:
    """What is signed of a witness input (BIP-143)."""
    sequence = spending.sequence.to_bytes(4, "little")
    preimage = b"".join(
        (
            spending.version.to_bytes(4, "little"),
            double_sha256(before + bytes(4)),
            double_sha256(sequence),
            before + bytes(4),
            sized(b"\x76\xa9\x14" + key_hash + b"\x88\xac"),
            bytes(8),
            sequence,
            double_sha256(bytes(8) + sized(_RETURN)),
            spending.locktime.to_bytes(4, "little"),
            _ALL.to_bytes(4, "little"),
        )
    )
    return double_sha256(preimage)


def _ecdsa(key: bytes, digest: bytes, signature: bytes) -> bool:
    """Strict DER, s low, all of the transaction signed: the rules BIP-322 requires."""
    body = signature[:-1]
    return signature[-1:] == bytes([_ALL]) and from_der(body) is not None and secp256k1_der(key, digest, body)


def _stack(data: bytes) -> tuple[bytes, ...] | None:
    """A witness and nothing else."""
    reader = Reader(data)
    try:
        stack = _witness(reader)
    except BadTransaction:
        return None
    return stack if reader.place == len(data) else None


def _witness(reader: Reader) -> tuple[bytes, ...]:
    return tuple(reader.text() for _ in range(reader.count()))


def _full(data: bytes, before: bytes) -> _Spending | None:
    """``to_sign`` in the ordinary form of a transaction, with the one input and the one output it must have."""
    reader = Reader(data)
    try:
        version = reader.number(4)
        segregated = data[4:6] == b"\x00\x01"
        if segregated:
            reader.take(2)
        if reader.take(37) != b"\x01" + before + bytes(4):
            raise NotProven("other_signature")  # of another text, another address, or more inputs
        script, sequence = reader.text(), reader.number(4)
        if reader.take(11) != b"\x01" + bytes(8) + sized(_RETURN):
            return None
        witness = _witness(reader) if segregated else ()
        locktime = reader.number(4)
    except BadTransaction:
        return None
    return _Spending(version, locktime, sequence, script, witness) if reader.place == len(data) else None


def _pushes(script: bytes) -> list[bytes] | None:
    """The data a script pushes in the shortest way, ``None`` when it does anything else."""
    found, place = [], 0
    while place < len(script):
        size = script[place]
        if not 1 < size <= 75 or place + 1 + size > len(script):
            return None
        found.append(script[place + 1 : place + 1 + size])
        place += 1 + size
    return found
