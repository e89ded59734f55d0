"""Whether what unlocks each input is a signature of this very transaction by the key of the output it spends. Pure.

Judged are outputs of one key (P2PK, P2PKH, P2WPKH, the same inside P2SH, P2TR by its key) and of several (bare inside P2SH and
P2WSH). Of other scripts it is only seen that the script is the one the output commits to. A signature must be of the whole
transaction (``SIGHASH_ALL``): of a part, others could change the rest on its way.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from chains.encoding import double_sha256
from chains.signatures import from_der, hash160, schnorr, schnorr_of_cash, secp256k1_der
from chains.types import Network
from chains.utxo.bip322 import tagged
from chains.utxo.raw import RawOutput
from chains.utxo.signed import SignedInput, SignedTransaction
from chains.utxo.unsigned import compact, output_bytes, sized

_ALL, _FORK = 0x01, 0x40
_CHECK_MULTISIG = 0xAE
_SCHNORR = 64


def unauthorised(network: Network, tx: SignedTransaction, spent: Sequence[RawOutput]) -> list[int]:
    """The inputs, by number, that are not unlocked by a good signature; ``spent`` are the outputs they spend."""
    judge = _Judge(tx, spent, forked=bool(network.params.get("cashaddr")))
    return [place for place in range(len(tx.inputs)) if not judge.unlocks(place)]


def digests(network: Network, tx: SignedTransaction, spent: Sequence[RawOutput]) -> list[bytes] | None:
    """What is to be signed of each input, where each takes one signature by the hash of a key; else ``None``."""
    judge = _Judge(tx, spent, forked=bool(network.params.get("cashaddr")))
    found = [judge.to_sign(place) for place in range(len(tx.inputs))]
    return None if None in found else [one for one in found if one is not None]


class _Judge:
    """One transaction with the outputs it spends."""

    def __init__(self, tx: SignedTransaction, spent: Sequence[RawOutput], *, forked: bool) -> None:
        self._tx = tx
        self._spent = spent
        self._forked = forked
        """Bitcoin Cash signs as witnesses are signed, under a mark of its own."""

    def unlocks(self, place: int) -> bool:
        one, script = self._tx.inputs[place], self._spent[place].script
        if len(script) == 34 and script[:2] == b"\x51\x20":
            return not one.script and self._by_taproot_key(place, script[2:])
        if len(script) in (22, 34) and script[:2] in (b"\x00\x14", b"\x00\x20"):
            return not one.script and self._by_witness(place, script)
        if len(script) == 23 and script[:2] == b"\xa9\x14":
            return self._by_script_hash(place, script[2:22])
        pushed = pushes(one.script)
        if pushed is None or one.witness:
            return False
        if len(script) == 25 and script[:3] == b"\x76\xa9\x14":
            return len(pushed) == 2 and hash160(pushed[1]) == script[3:23] and self._signed(place, script, *pushed)
        if len(script) in (35, 67) and script[-1:] == b"\xac":
            return len(pushed) == 1 and self._signed(place, script, pushed[0], script[1:-1])
        return self._by_long_script_hash(script, pushed, place)

    def to_sign(self, place: int) -> bytes | None:
        """The digest for an output of the hash of a key; ``None`` for any other, of which it would be a guess."""
        script = self._spent[place].script
        if len(script) == 22 and script[:2] == b"\x00\x14":
            return self._digest_of_values(place, b"\x76\xa9\x14" + script[2:] + b"\x88\xac", _ALL)
        if len(script) != 25 or script[:3] != b"\x76\xa9\x14":
            return None
        if self._forked:
            return self._digest_of_values(place, script, _ALL | _FORK)
        return self._digest(place, script, _ALL)

    def _by_long_script_hash(self, script: bytes, pushed: list[bytes], place: int) -> bool:
        """Bitcoin Cash's P2SH with a hash of 32 bytes."""
        if not self._forked or len(script) != 35 or script[:2] != b"\xaa\x20" or not pushed:
            return False
        return double_sha256(pushed[-1]) == script[2:34] and self._by_script(place, pushed[-1], pushed[:-1])

    def _by_script_hash(self, place: int, wanted: bytes) -> bool:
        one = self._tx.inputs[place]
        pushed = pushes(one.script)
        if not pushed or hash160(pushed[-1]) != wanted:
            return False
        inner = pushed[-1]
        if inner[:2] in (b"\x00\x14", b"\x00\x20") and len(inner) in (22, 34) and not self._forked:
            return len(pushed) == 1 and self._by_witness(place, inner)
        return not one.witness and self._by_script(place, inner, pushed[:-1])

    def _by_witness(self, place: int, program: bytes) -> bool:
        witness = self._tx.inputs[place].witness
        if len(program) == 22:
            if len(witness) != 2 or len(witness[1]) != 33 or hash160(witness[1]) != program[2:]:
                return False
            return self._signed(place, b"\x76\xa9\x14" + program[2:] + b"\x88\xac", *witness, segregated=True)
        if not witness or hashlib.sha256(witness[-1]).digest() != program[2:]:
            return False
        return self._by_script(place, witness[-1], list(witness[:-1]), segregated=True)

    def _by_script(self, place: int, script: bytes, given: list[bytes], *, segregated: bool = False) -> bool:
        """By the script itself; one that is neither a key nor several keys is taken as it is."""
        if len(script) in (35, 67) and script[-1:] == b"\xac" and script[0] == len(script) - 2:
            return len(given) == 1 and self._signed(place, script, given[0], script[1:-1], segregated=segregated)
        several = _keys(script)
        if several is None:
            return bool(given)
        needed, keys = several
        if len(given) != needed + 1 or given[0]:
            return False
        for signature in given[1:]:  # in the order of the keys
            while keys and not self._signed(place, script, signature, keys[0], segregated=segregated):
                keys = keys[1:]
            if not keys:
                return False
            keys = keys[1:]
        return True

    def _signed(self, place: int, script: bytes, signature: bytes, key: bytes, *, segregated: bool = False) -> bool:
        kind = _ALL | _FORK if self._forked else _ALL
        if signature[-1:] != bytes([kind]):
            return False
        body = signature[:-1]
        values = segregated or self._forked
        digest = self._digest_of_values(place, script, kind) if values else self._digest(place, script, kind)
        if self._forked and len(body) == _SCHNORR:
            # Among several keys these need another form, which nobody here writes.
            return _keys(script) is None and schnorr_of_cash(key, digest, body)
        return from_der(body) is not None and secp256k1_der(key, digest, body)

    def _digest(self, place: int, script: bytes, kind: int) -> bytes:
        """What is signed of an input without witness: the transaction with the script of that input alone."""
        inputs = b"".join(
            one.point + sized(script if number == place else b"") + one.sequence.to_bytes(4, "little")
            for number, one in enumerate(self._tx.inputs)
        )
        made = b"".join(output_bytes(output) for output in self._tx.outputs)
        body = compact(len(self._tx.inputs)) + inputs + compact(len(self._tx.outputs)) + made
        return double_sha256(self._head() + body + self._tail() + kind.to_bytes(4, "little"))

    def _digest_of_values(self, place: int, script: bytes, kind: int) -> bytes:
        """What is signed of a witness input (BIP-143), value included."""
        one = self._tx.inputs[place]
        preimage = b"".join(
            (
                self._head(),
                double_sha256(b"".join(each.point for each in self._tx.inputs)),
                double_sha256(b"".join(_sequence(each) for each in self._tx.inputs)),
                one.point + sized(script) + self._spent[place].amount.to_bytes(8, "little") + _sequence(one),
                double_sha256(b"".join(output_bytes(output) for output in self._tx.outputs)),
                self._tail() + kind.to_bytes(4, "little"),
            )
        )
        return double_sha256(preimage)

    def _by_taproot_key(self, place: int, key: bytes) -> bool:
        """A key path (BIP-341) of the whole transaction. Script paths are refused: what they allow is not judged."""
        witness = self._tx.inputs[place].witness
        if len(witness) != 1:
            return False
        signature = witness[0]
        kind = signature[_SCHNORR] if len(signature) == _SCHNORR + 1 else 0
        if kind not in (0, _ALL) or (len(signature) > _SCHNORR and not kind):
            return False
        parts = (
            b"".join(each.point for each in self._tx.inputs),
            b"".join(output.amount.to_bytes(8, "little") for output in self._spent),
            b"".join(sized(output.script) for output in self._spent),
            b"".join(_sequence(each) for each in self._tx.inputs),
            b"".join(output_bytes(output) for output in self._tx.outputs),
        )
        message = bytes([0, kind]) + self._head() + self._tail()
        message += b"".join(hashlib.sha256(part).digest() for part in parts) + b"\0" + place.to_bytes(4, "little")
        return schnorr(key, tagged("TapSighash", message), signature[:_SCHNORR])

    def _head(self) -> bytes:
        return self._tx.version.to_bytes(4, "little")

    def _tail(self) -> bytes:
        return self._tx.lock_time.to_bytes(4, "little")


def _sequence(one: SignedInput) -> bytes:
    return one.sequence.to_bytes(4, "little")


def pushes(script: bytes) -> list[bytes] | None:
    """The data a script pushes, each in the shortest way; ``None`` when it does anything else."""
    found: list[bytes] = []
    place = 0
    while place < len(script):
        code = script[place]
        wide = {0x4C: 1, 0x4D: 2}.get(code, 0)
        size = int.from_bytes(script[place + 1 : place + 1 + wide], "little") if wide else code
        begin = place + 1 + wide
        data = script[begin : begin + size]
        shortest = size > (75 if wide == 1 else 255) if wide else code <= 75
        if not shortest or len(data) != size:
            return None
        found.append(data)
        place = begin + size
    return found


def _keys(script: bytes) -> tuple[int, list[bytes]] | None:
    """How many of which keys a script of several keys wants; ``None`` for any other script."""
    if len(script) < 37 or script[-1] != _CHECK_MULTISIG or not 0x51 <= script[0] <= script[-2] <= 0x60:
        return None
    keys = pushes(script[1:-2])
    if keys is None or len(keys) != script[-2] - 0x50 or any(len(key) not in (33, 65) for key in keys):
        return None
    return script[0] - 0x50, keys
