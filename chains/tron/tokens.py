"""Token movements as logs tell them: TRC-20, TRC-721, TRC-1155, and what token contracts say of themselves. Pure.

Any contract may emit any log, so a log proves only what that one contract says of its own tokens; the asset is the
emitting contract, never a name.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from chains.encoding import plain
from chains.tron.address import PREFIX, ZERO, to_text
from chains.tron.shown import Log, log as read_log
from chains.types import Network, Transfer, TransferKind

TRANSFER = bytes.fromhex("ddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef")
"""``Transfer(address,address,uint256)``, shared by TRC-20 and TRC-721."""
TRANSFER_SINGLE = bytes.fromhex("c3d58168c5ae7397731d063d5bbf3d657854427343f4c083240f7aacaa2d0f62")
"""``TransferSingle(address,address,address,uint256,uint256)`` of TRC-1155."""
TRANSFER_BATCH = bytes.fromhex("4a39dc06d4c0dbc64b70af90fd698a233a518aa5d07e595d983b8c0526c8f7fb")
"""``TransferBatch(address,address,address,uint256[],uint256[])`` of TRC-1155."""

_TRANSFER_CALL = bytes.fromhex("a9059cbb")
_TRANSFER_FROM_CALL = bytes.fromhex("23b872dd")

SIGNATURES = (TRANSFER, TRANSFER_SINGLE, TRANSFER_BATCH)

UNREADABLE = "unreadable_transfer_log"
UNINDEXED = "unindexed_transfer_log"


@dataclass(frozen=True)
class Facts:
    """What an asset says of itself; hostile text already made plain. ``None`` where it says nothing usable."""

    symbol: str | None = None
    decimals: int | None = None


@dataclass(frozen=True)
class Leg:
    """A movement before names are put to it; ``part`` numbers the movements of a batch within its log."""

    kind: TransferKind
    standard: str
    sender: bytes
    recipient: bytes
    amount: int
    token_id: int | None = None
    part: int | None = None


def transfers(network: Network, logs: Sequence[Log], facts: Mapping[str, Facts]) -> tuple[list[Transfer], list[str]]:
    """All token movements in ``logs``, in their order, and warnings. ``facts`` is by contract in text form."""
    told: list[Transfer] = []
    warnings: list[str] = []
    for place, log in enumerate(logs):
        try:
            moved = legs(log)
        except ValueError:
            warnings.append(UNREADABLE)
            continue
        if moved and len(log.topics) == 1:
            warnings.append(UNINDEXED)
        contract = to_text(log.contract)
        told += [_transfer(network, place, contract, leg, facts.get(contract, Facts())) for leg in moved]
    return told, warnings


def _transfer(network: Network, place: int, contract: str, leg: Leg, facts: Facts) -> Transfer:
    return Transfer(
        position=f"log:{place}" if leg.part is None else f"log:{place}/{leg.part}",
        kind=leg.kind,
        asset=f"{network.id}/{leg.standard}:{contract}",
        contract=contract,
        sender=None if leg.sender == ZERO else to_text(leg.sender),
        recipient=None if leg.recipient == ZERO else to_text(leg.recipient),
        amount=leg.amount,
        symbol=facts.symbol,
        decimals=facts.decimals if leg.kind is TransferKind.TOKEN else None,
        token_id=None if leg.token_id is None else str(leg.token_id),
    )


def legs(log: Log) -> Sequence[Leg]:
    """The movements one log tells of, none for other logs. Raises ``ValueError`` for a transfer that cannot be read."""
    signature = log.topics[0] if log.topics else b""
    if signature == TRANSFER:
        return (_trc20_or_721(log),)
    if signature == TRANSFER_SINGLE:
        topics, data = _words(log)
        if len(topics) != 3 or len(data) != 2:
            raise ValueError("not a single transfer")
        sender, recipient = party(topics[1]), party(topics[2])
        return (Leg(TransferKind.NFT, "trc1155", sender, recipient, _int(data[1]), _int(data[0])),)
    if signature == TRANSFER_BATCH:
        return _batch(log)
    return ()


def _trc20_or_721(log: Log) -> Leg:
    topics, data = _words(log)
    if len(topics) == 2 and len(data) == 1:
        return Leg(TransferKind.TOKEN, "trc20", party(topics[0]), party(topics[1]), _int(data[0]))
    if len(topics) == 3 and not data:
        return Leg(TransferKind.NFT, "trc721", party(topics[0]), party(topics[1]), 1, _int(topics[2]))
    if not topics and len(data) == 3:
        return Leg(TransferKind.TOKEN, "trc20", party(data[0]), party(data[1]), _int(data[2]))
    raise ValueError("a transfer of no known shape")


def _batch(log: Log) -> Sequence[Leg]:
    topics, words = _words(log)
    if len(topics) != 3 or len(words) < 4:
        raise ValueError("not a batch")
    ids, amounts = _array(words, _int(words[0])), _array(words, _int(words[1]))
    if len(ids) != len(amounts):
        raise ValueError("not as many amounts as tokens")
    sender, recipient = party(topics[1]), party(topics[2])
    return [
        Leg(TransferKind.NFT, "trc1155", sender, recipient, amount, token_id, part)
        for part, (token_id, amount) in enumerate(zip(ids, amounts, strict=True))
    ]


def arriving(logs: object, contract: bytes, to: bytes) -> int | None:
    """What reaches ``to`` by the logs of a trial, where tokens that keep a part tell of it; ``None`` without logs.

    Raises :class:`~chains.errors.NodeMistaken` for what is no log.
    """
    if not isinstance(logs, list):
        return None
    total = 0
    for each in logs:
        log = read_log(each)
        try:
            moved = legs(log) if log.contract == contract else ()
        except ValueError:
            continue
        total += sum(leg.amount for leg in moved if leg.recipient == to)
    return total


def _words(log: Log) -> tuple[tuple[bytes, ...], list[bytes]]:
    """The topics after the signature, and the data in words of 32 bytes."""
    if len(log.data) % 32 or any(len(topic) != 32 for topic in log.topics):
        raise ValueError("not in words")
    return log.topics[1:], [log.data[start : start + 32] for start in range(0, len(log.data), 32)]


def _array(words: Sequence[bytes], offset: int) -> list[int]:
    place, odd = divmod(offset, 32)
    if odd or place >= len(words):
        raise ValueError("an array outside the data")
    length = _int(words[place])
    if length > len(words) - place - 1:
        raise ValueError("an array beyond the data")
    return [_int(word) for word in words[place + 1 : place + 1 + length]]


def party(word: bytes) -> bytes:
    """The 21 bytes of the address in a word of 32. TRON's own compiler puts the 41 in front; contracts ignore it."""
    if any(word[:11]) or word[11] not in (0, PREFIX):
        raise ValueError("no address in this word")
    return bytes([PREFIX]) + word[12:]


def _int(word: bytes) -> int:
    return int.from_bytes(word, "big")


def symbol(data: bytes) -> str | None:
    """The answer to ``symbol()``: a string, or in old contracts 32 bytes filled up with zeros."""
    if len(data) == 32:
        return short_name(data.rstrip(b"\0"))
    if len(data) < 64 or _int(data[:32]) != 32:
        return None
    return short_name(data[64 : 64 + min(_int(data[32:64]), 256)])


def decimals(data: bytes) -> int | None:
    """The answer to ``decimals()``."""
    return number if len(data) == 32 and (number := _int(data)) <= 77 else None


def short_name(data: bytes) -> str | None:
    """Text of a chain made plain, ``None`` when nothing is left of it."""
    return plain(data.decode("utf-8", "replace").replace("�", ""), 32) or None


def unlike_native(network: Network, facts: Facts) -> Facts:
    """``facts`` without a symbol that imitates the native coin's, as spam tokens do."""
    borrowed = facts.symbol is not None and facts.symbol.strip().upper() == network.native.symbol
    return Facts(None, facts.decimals) if borrowed else facts


def only_a_transfer(data: bytes, owner: bytes, to: bytes | None, logs: Iterable[Log]) -> bool:
    """Whether a call (``transfer`` or ``transferFrom``) left exactly the log of the TRC-20 movement it ordered, by the contract
    it called."""
    selector, words = data[:4], [data[start : start + 32] for start in range(4, len(data), 32)]
    try:
        if selector == _TRANSFER_CALL:
            sender, recipient, amount = owner, party(words[0]), _int(words[1])
        elif selector == _TRANSFER_FROM_CALL:
            sender, recipient, amount = party(words[0]), party(words[1]), _int(words[2])
        else:
            return False
        ordered = Leg(TransferKind.TOKEN, "trc20", sender, recipient, amount)
        return [(log.contract, list(legs(log))) for log in logs] == [(to, [ordered])]
    except (ValueError, IndexError):
        return False
