"""Token movements as logs tell them: ERC-20, ERC-721, ERC-1155. Pure.

Any contract may emit any log, so a log proves only what that one contract says of its own tokens; the asset is the
emitting contract, never a name.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from chains.encoding import checksummed
from chains.evm.address import NATIVE_CONTRACTS, ZERO
from chains.types import Network, Transfer, TransferKind

TRANSFER = bytes.fromhex("ddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef")
"""``Transfer(address,address,uint256)``, shared by ERC-20 and ERC-721."""
TRANSFER_SINGLE = bytes.fromhex("c3d58168c5ae7397731d063d5bbf3d657854427343f4c083240f7aacaa2d0f62")
"""``TransferSingle(address,address,address,uint256,uint256)`` of ERC-1155."""
TRANSFER_BATCH = bytes.fromhex("4a39dc06d4c0dbc64b70af90fd698a233a518aa5d07e595d983b8c0526c8f7fb")
"""``TransferBatch(address,address,address,uint256[],uint256[])`` of ERC-1155."""

UNREADABLE = "unreadable_transfer_log"
UNINDEXED = "unindexed_transfer_log"


@dataclass(frozen=True)
class Log:
    """One log of a receipt. ``index`` is ``logIndex`` as the node gives it: the log's place in its block."""

    index: int
    contract: str
    topics: tuple[bytes, ...]
    data: bytes


@dataclass(frozen=True)
class TokenFacts:
    """What a contract says of itself; hostile text already made plain. ``None`` where it says nothing usable."""

    symbol: str | None = None
    decimals: int | None = None


@dataclass(frozen=True)
class _Leg:
    """A movement before names are put to it; ``part`` numbers the movements of a batch within its log."""

    kind: TransferKind
    standard: str
    sender: bytes
    recipient: bytes
    amount: int
    token_id: int | None = None
    part: int | None = None


@dataclass
class Told:
    """Transfers of a receipt's logs and the warnings met on the way."""

    transfers: list[Transfer] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


class _Unreadable(Exception):
    """The log has a transfer's signature and not its shape."""


def transfers(
    network: Network,
    logs: Iterable[Log],
    facts: Mapping[str, TokenFacts],
    native: Mapping[int, Transfer] = MappingProxyType({}),
) -> Told:
    """All token movements in ``logs``, in their order. ``facts`` is by checksummed contract.

    ``native`` are movements of the native coin that logs tell of (:mod:`chains.evm.ledger`), by index of their log.
    """
    told = Told()
    of_native = {str(network.params.get(key, "")).lower() for key in NATIVE_CONTRACTS}
    for log in logs:
        if log.index in native:
            told.transfers.append(native[log.index])
        if log.contract.lower() in of_native:
            continue  # told above, or shown as a native movement by the transaction and its trace
        try:
            legs = _legs(log)
        except _Unreadable:
            told.warnings.append(UNREADABLE)
            continue
        if legs and len(log.topics) == 1:
            told.warnings.append(UNINDEXED)
        told.transfers += [_transfer(network, log, leg, facts.get(log.contract, TokenFacts())) for leg in legs]
    return told


def contracts(network: Network, logs: Iterable[Log]) -> tuple[str, ...]:
    """The contracts whose tokens moved, each once, in order of appearance."""
    return tuple(dict.fromkeys(leg.contract for leg in transfers(network, logs, {}).transfers if leg.contract))


def _transfer(network: Network, log: Log, leg: _Leg, facts: TokenFacts) -> Transfer:
    sender, recipient = checksummed(leg.sender), checksummed(leg.recipient)
    return Transfer(
        position=f"log:{log.index}" if leg.part is None else f"log:{log.index}/{leg.part}",
        kind=leg.kind,
        asset=f"{network.id}/{leg.standard}:{log.contract}",
        contract=log.contract,
        sender=None if sender == ZERO else sender,
        recipient=None if recipient == ZERO else recipient,
        amount=leg.amount,
        symbol=facts.symbol,
        decimals=facts.decimals if leg.kind is TransferKind.TOKEN else None,
        token_id=None if leg.token_id is None else str(leg.token_id),
    )


def _legs(log: Log) -> Sequence[_Leg]:
    """The movements one log tells of, none for other logs. Raises :class:`_Unreadable`."""
    signature = log.topics[0] if log.topics else b""
    if signature == TRANSFER:
        return (_erc20_or_721(log),)
    if signature == TRANSFER_SINGLE:
        topics, data = _words(log)
        if len(topics) == 3 and len(data) == 2:
            return (
                _Leg(TransferKind.NFT, "erc1155", _party(topics[1]), _party(topics[2]), _int(data[1]), _int(data[0])),
            )
        raise _Unreadable
    if signature == TRANSFER_BATCH:
        return _erc1155_batch(log)
    return ()


def _erc20_or_721(log: Log) -> _Leg:
    topics, data = _words(log)
    if len(topics) == 2 and len(data) == 1:
        return _Leg(TransferKind.TOKEN, "erc20", _party(topics[0]), _party(topics[1]), _int(data[0]))
    if len(topics) == 3 and not data:
        return _Leg(TransferKind.NFT, "erc721", _party(topics[0]), _party(topics[1]), 1, _int(topics[2]))
    if not topics and len(data) == 3:
        return _Leg(TransferKind.TOKEN, "erc20", _party(data[0]), _party(data[1]), _int(data[2]))
    raise _Unreadable


def _erc1155_batch(log: Log) -> Sequence[_Leg]:
    topics, words = _words(log)
    if len(topics) != 3 or len(words) < 4:
        raise _Unreadable
    ids, amounts = _array(words, _int(words[0])), _array(words, _int(words[1]))
    if len(ids) != len(amounts):
        raise _Unreadable
    sender, recipient = _party(topics[1]), _party(topics[2])
    return [
        _Leg(TransferKind.NFT, "erc1155", sender, recipient, amount, token_id, part)
        for part, (token_id, amount) in enumerate(zip(ids, amounts, strict=True))
    ]


def _words(log: Log) -> tuple[tuple[bytes, ...], list[bytes]]:
    """The topics after the signature, and the data in words of 32 bytes."""
    if len(log.data) % 32:
        raise _Unreadable
    return log.topics[1:], [log.data[start : start + 32] for start in range(0, len(log.data), 32)]


def _array(words: Sequence[bytes], offset: int) -> list[int]:
    place, odd = divmod(offset, 32)
    if odd or place >= len(words):
        raise _Unreadable
    length = _int(words[place])
    if length > len(words) - place - 1:
        raise _Unreadable
    return [_int(word) for word in words[place + 1 : place + 1 + length]]


def _party(word: bytes) -> bytes:
    if any(word[:12]):
        raise _Unreadable
    return word[12:]


def _int(word: bytes) -> int:
    return int.from_bytes(word, "big")
