"""What coins may carry beside their value, by the marks that other protocols leave in a transaction. Pure.

Only what the transaction itself shows is told: of a coin whose load was put on it earlier nothing is seen here.

- A runestone is an output whose script begins with ``OP_RETURN OP_13`` (the Runes protocol of ord).
- Omni's Class C is data that begins with ``omni``.
- Counterparty's data begin with ``CNTRPRTY``: as they are in a reveal, elsewhere under ARC4 with the id of the first input.
- An inscription is an envelope ``OP_FALSE OP_IF "ord"`` in the script of a taproot script path (ord, BIP-341).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from chains.utxo.seen import Coin

RUNESTONE = b"\x6a\x5d"
OMNI = b"omni"
COUNTERPARTY = b"CNTRPRTY"
_ORD = b"ord"
_RETURN, _IF = 0x6A, 0x63
_LEAF, _ANNEX = 0xC0, 0x50

LEAST_JOINED = 5
"""Inputs, and outputs of one value, from which on a transaction has the shape of a CoinJoin; payouts of less are everyday."""


def marks(first_input: str | None, outputs: Sequence[Coin], witnesses: Iterable[Sequence[bytes]]) -> list[str]:
    """Codes of what rides along. ``first_input`` is the id of the transaction that the first input spends, if any."""
    scripts = [coin.script for coin in outputs if coin.script is not None and coin.script[:1] == bytes([_RETURN])]
    data = [_first_push(script) for script in scripts]
    found = []
    if any(script.startswith(RUNESTONE) for script in scripts):
        found.append("carries_runes")
    if any(each.startswith(OMNI) for each in data):
        found.append("carries_omni")
    if any(counterparty(first_input, each) for each in data):
        found.append("carries_counterparty")
    if any(_inscribes(stack) for stack in witnesses):
        found.append("carries_inscription")
    return found


def joined(inputs: int, outputs: Sequence[Coin]) -> bool:
    """Whether it has the shape of a CoinJoin: many inputs, and many outputs of the very same value."""
    same = Counter(coin.amount for coin in outputs if coin.amount)
    return inputs >= LEAST_JOINED and max(same.values(), default=0) >= LEAST_JOINED


def counterparty(first_input: str | None, data: bytes) -> bool:
    """Whether ``data`` of an ``OP_RETURN`` are Counterparty's."""
    if data.startswith(COUNTERPARTY) or first_input is None:
        return data.startswith(COUNTERPARTY)
    return len(data) >= len(COUNTERPARTY) and arc4(bytes.fromhex(first_input), data).startswith(COUNTERPARTY)


def arc4(key: bytes, data: bytes) -> bytes:
    """``data`` under the stream cipher ARC4, which is its own inverse. Here it hides nothing; it only has to be read."""
    state = list(range(256))
    other = 0
    for place in range(256):
        other = (other + state[place] + key[place % len(key)]) % 256
        state[place], state[other] = state[other], state[place]
    other, text = 0, bytearray()
    for count, byte in enumerate(data, 1):
        place = count % 256
        other = (other + state[place]) % 256
        state[place], state[other] = state[other], state[place]
        text.append(byte ^ state[(state[place] + state[other]) % 256])
    return bytes(text)


def _first_push(script: bytes) -> bytes:
    """The data right behind ``OP_RETURN``, empty where none follow."""
    return next((data for place, (_, data) in enumerate(_instructions(script)) if place == 1), b"")


def _inscribes(stack: Sequence[bytes]) -> bool:
    """Whether a witness reveals a script with an envelope. Behind the script stands the control block, perhaps an annex."""
    if len(stack) > 2 and stack[-1][:1] == bytes([_ANNEX]):
        stack = stack[:-1]
    if len(stack) < 2 or len(stack[-1]) < 33 or (len(stack[-1]) - 33) % 32 or stack[-1][0] & 0xFE != _LEAF:
        return False
    last: list[tuple[int, bytes]] = []
    for one in _instructions(stack[-2]):
        last = [*last[-2:], one]
        if len(last) == 3 and last[0] == (0, b"") and last[1][0] == _IF and last[2][1] == _ORD:
            return True
    return False


def _instructions(script: bytes) -> Iterator[tuple[int, bytes]]:
    """Each operation of a script with the data it pushes; a script that is cut off ends where it is."""
    place = 0
    while place < len(script):
        code = script[place]
        place += 1
        size = code if code < 76 else 0
        if 76 <= code <= 78:  # the length stands in the next one, two or four bytes
            wide = 1 << (code - 76)
            size = int.from_bytes(script[place : place + wide], "little")
            place += wide
        if place + size > len(script):
            return
        yield code, script[place : place + size]
        place += size
