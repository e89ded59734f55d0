"""A serialised transaction taken apart, so that its id can be recomputed and its amounts read as integers. Pure.

The id commits to every input and output: what is read from bytes whose double SHA-256 is the wanted id needs no
trust in the node, and no decimal fraction has to be believed.
"""

from __future__ import annotations

from dataclasses import dataclass

from chains.encoding import double_sha256

_NO_OUTPUT = (bytes(32), 0xFFFFFFFF)
_WITNESS = 0x01
# Litecoin's extension block data, written between the witnesses and the lock time; not part of the id.
_MWEB = 0x08
# A block cannot hold more (4 MB of weight, 32 MB on chains with large blocks).
_LARGEST = 32_000_000


class BadTransaction(ValueError):
    """The bytes are no transaction."""


class UnknownForm(BadTransaction):
    """The bytes may be a transaction, of a version this code does not know."""


@dataclass(frozen=True)
class Shielded:
    """What a transaction moves between the open and the hidden part of the chain, in base units."""

    into: int
    out_of: int
    present: bool


@dataclass(frozen=True)
class Token:
    """CashTokens on an output: ``amount`` of the fungible kind, and at most one non-fungible with its ``commitment``."""

    category: str
    amount: int
    commitment: bytes | None = None


@dataclass(frozen=True)
class RawInput:
    """The output that is spent (all zeros and 2^32-1 for new coins) and the sequence number."""

    txid: str
    vout: int
    sequence: int


@dataclass(frozen=True)
class RawOutput:
    """Value in base units, the locking script, and the tokens in front of it."""

    amount: int
    script: bytes
    token: Token | None = None


@dataclass(frozen=True)
class RawTransaction:
    """Inputs, outputs and the recomputed id.

    ``mweb``: confidential data rides along (Litecoin, only before the block). ``hogex``: this is the block's own
    transaction that moves coins in and out of the extension block, marked by empty data. ``shielded``: what moved between
    the open and the hidden part (Zcash). ``pool_fee``: what a withdrawal from a credit pool pays (Dash); such a transaction
    has no inputs. ``witnesses``: the stack of each input where there are any; the id does not commit to them.
    """

    txid: str
    inputs: tuple[RawInput, ...]
    outputs: tuple[RawOutput, ...]
    coinbase: bool
    mweb: bool
    hogex: bool
    shielded: Shielded | None = None
    pool_fee: int | None = None
    witnesses: tuple[tuple[bytes, ...], ...] = ()


class Reader:
    """Bytes taken from the front; running out of them raises :class:`BadTransaction`."""

    def __init__(self, data: bytes) -> None:
        """Begin with the first byte."""
        self.data = data
        self.place = 0

    def take(self, length: int) -> bytes:
        """The next bytes."""
        end = self.place + length
        if end > len(self.data):
            raise BadTransaction("cut off")
        piece = self.data[self.place : end]
        self.place = end
        return piece

    def number(self, length: int) -> int:
        """An unsigned number, lowest byte first."""
        return int.from_bytes(self.take(length), "little")

    def count(self) -> int:
        """A number in CompactSize form."""
        first = self.number(1)
        size = {0xFD: 2, 0xFE: 4, 0xFF: 8}.get(first)
        return first if size is None else self.number(size)

    def text(self) -> bytes:
        """Bytes behind their count."""
        return self.take(self.count())


def parse(
    data: bytes, *, witness: bool, mweb: bool = False, payload: bool = False, tokens: bool = False
) -> RawTransaction:
    """Take a transaction apart. Raises :class:`BadTransaction`.

    ``witness``: the network has segregated witness. ``mweb``: the network has extension block data. ``payload``:
    special transactions carry bytes after the lock time that belong to the id. ``tokens``: tokens may stand in front of
    locking scripts.
    """
    if len(data) > _LARGEST:
        raise BadTransaction("too large")
    reader = Reader(data)
    version = reader.number(4)
    flags = 0
    if witness and data[4:5] == b"\0" and data[5:6] != b"\0":
        flags = data[5] if len(data) > 5 else 0
        if flags & ~(_WITNESS | (_MWEB if mweb else 0)) or not flags:
            raise BadTransaction("unknown flags")
        reader.take(2)
    body = reader.place
    inputs, coinbase = read_inputs(reader)
    outputs = read_outputs(reader, tokens=tokens)
    end = reader.place
    witnesses: tuple[tuple[bytes, ...], ...] = ()
    if flags & _WITNESS:
        witnesses = tuple(tuple(reader.text() for _ in range(reader.count())) for _ in inputs)
    left = len(data) - reader.place
    special = _special(data, reader, version) if payload and version >> 16 else None
    if special is None and (left < 4 or (left > 4 and not flags & _MWEB)):
        raise BadTransaction("wrong length")
    # Without flags the whole text is hashed, a special payload behind the lock time too.
    hashed = data if not flags else data[:4] + data[body:end] + data[-4:]
    empty = left == 5 and data[reader.place] == 0
    return RawTransaction(
        txid=double_sha256(hashed)[::-1].hex(),
        inputs=inputs,
        outputs=outputs,
        coinbase=coinbase,
        mweb=bool(flags & _MWEB) and not empty,
        hogex=bool(flags & _MWEB) and empty,
        pool_fee=_pool_fee(special) if special is not None and version >> 16 == _ASSET_UNLOCK else None,
        witnesses=witnesses,
    )


_ASSET_UNLOCK = 9


def _special(data: bytes, reader: Reader, version: int) -> bytes:
    """The payload of a special transaction (Dash, DIP-2): the upper half of the version is its type."""
    if version & 0xFFFF < 3:
        raise BadTransaction("a payload in an old version")
    reader.take(4)
    special = reader.text()
    if reader.place != len(data):
        raise BadTransaction("wrong length")
    return special


def _pool_fee(special: bytes) -> int:
    """The fee a withdrawal names (DIP-27): version, index of eight bytes, fee of four."""
    if len(special) < 13:
        raise BadTransaction("cut off")
    return int.from_bytes(special[9:13], "little")


def read_inputs(reader: Reader) -> tuple[tuple[RawInput, ...], bool]:
    """The inputs, and whether they are new coins."""
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


def read_outputs(reader: Reader, *, tokens: bool = False) -> tuple[RawOutput, ...]:
    """The outputs with their scripts."""
    outputs: list[RawOutput] = []
    for _ in range(reader.count()):
        amount = reader.number(8)
        if amount >= 1 << 63:
            raise BadTransaction("negative amount")
        script = reader.text()
        outputs.append(_with_tokens(amount, script) if tokens and script[:1] == _TOKENS else RawOutput(amount, script))
    return tuple(outputs)


# The byte in front of a locking script with tokens, and what may follow in the byte of flags (CHIP-2022-02 CashTokens).
_TOKENS = b"\xef"
_HAS_COMMITMENT, _HAS_NFT, _HAS_AMOUNT = 0x40, 0x20, 0x10
_CAPABILITIES = 2
_MOST_TOKENS = (1 << 63) - 1


def _with_tokens(amount: int, locking: bytes) -> RawOutput:
    """The tokens in front of a script; what does not hold together there is an ordinary script nobody can spend."""
    plain = RawOutput(amount, locking)
    reader = Reader(locking)
    try:
        reader.take(1)
        category = reader.take(32)[::-1].hex()
        flags = reader.number(1)
        commitment = reader.text() if flags & _HAS_COMMITMENT else b""
        fungible = reader.count() if flags & _HAS_AMOUNT else 0
    except BadTransaction:
        return plain
    nft = bool(flags & _HAS_NFT)
    if flags & 0x80 or flags & 0x0F > _CAPABILITIES or not flags & (_HAS_NFT | _HAS_AMOUNT):
        return plain
    if not nft and flags & (_HAS_COMMITMENT | 0x0F):
        return plain
    if (flags & _HAS_COMMITMENT and not commitment) or not (
        (1 <= fungible <= _MOST_TOKENS) if flags & _HAS_AMOUNT else True
    ):
        return plain
    return RawOutput(amount, locking[reader.place :], Token(category, fungible, commitment if nft else None))
