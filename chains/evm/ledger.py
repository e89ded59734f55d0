"""Native coin that moves by a contract's bookkeeping, told by that contract's logs. Pure.

On some networks a system contract keeps every balance of the native coin and logs each movement, the call's own value and
fees included (``native_ledger`` of a row, with ``fee_collector``). On others the native coin has a token contract besides:
a transfer through it moves the coin where no trace shows it (``native_token``). Each movement is reported once: the value
of the call itself as ``native``, all else under the position of its log.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from chains.encoding import checksummed
from chains.evm.address import ZERO
from chains.evm.fields import Sent
from chains.evm.tokens import TRANSFER, Log
from chains.types import Network, Transfer, TransferKind

MINT = bytes.fromhex("0f6798a560793a54c3bcfe86a93cde1e73087d944c0ea20544137d4121396885")
"""``Mint(address,uint256)``: coin made for a deposit from the layer below."""


@dataclass(frozen=True)
class Booked:
    """What the ledger tells. ``own`` is the value of the call itself; ``others`` the rest, by index of their log.

    ``payer`` is who paid the fee. ``complete`` is whether the network keeps such a ledger and it was seen at work: then
    nothing else moved, and no trace is needed.
    """

    own: Transfer | None = None
    others: Mapping[int, Transfer] = field(default_factory=dict)
    payer: str | None = None
    complete: bool = False


def booked(network: Network, sent: Sent, logs: Sequence[Log]) -> Booked:
    """All movements of the native coin that ``logs`` tell of."""
    if "native_ledger" in network.params:
        return _ledger(network, sent, logs)
    token = str(network.params.get("native_token", "")).lower()
    return Booked(
        others={
            log.index: _coin(network, f"log:{log.index}", TransferKind.NATIVE, sender, recipient, amount)
            for log, sender, recipient, amount in _entries(logs, token)
        }
    )


def keeps(network: Network, logs: Sequence[Log]) -> bool:
    """Whether ``logs`` show a ledger of the native coin at work; transactions that paid no fee leave no trace in it."""
    ledger = str(network.params.get("native_ledger", "")).lower()
    return any(log.contract.lower() == ledger for log in logs)


def _ledger(network: Network, sent: Sent, logs: Sequence[Log]) -> Booked:
    collector = str(network.params["fee_collector"]).lower()
    own: Transfer | None = None
    others: dict[int, Transfer] = {}
    payer: str | None = None
    for log, sender, recipient, amount in _entries(logs, str(network.params["native_ledger"]).lower()):
        if recipient is not None and recipient.lower() == collector:
            payer = payer or sender
        elif sender is not None and sender.lower() == collector:
            continue  # what was set aside for the fee and not used
        elif own is None and sender is not None and (sender, recipient, amount) == (sent.sender, sent.to, sent.value):
            own = _coin(network, "native", TransferKind.NATIVE, sender, recipient, amount)
        else:
            others[log.index] = _coin(network, f"log:{log.index}", TransferKind.INTERNAL, sender, recipient, amount)
    return _without_detour(Booked(own, others, payer, keeps(network, logs)))


def _without_detour(told: Booked) -> Booked:
    """A deposit to oneself is one movement, out of nothing: not a mint and then a payment to oneself."""
    own = told.own
    if own is None or own.sender != own.recipient:
        return told
    for index, leg in told.others.items():
        if leg.sender is None and leg.recipient == own.recipient and leg.amount == own.amount:
            rest = {place: other for place, other in told.others.items() if place != index}
            minted = Transfer(**{**own.__dict__, "sender": None})
            return Booked(minted, rest, told.payer, told.complete)
    return told


def _entries(logs: Sequence[Log], contract: str) -> Iterator[tuple[Log, str | None, str | None, int]]:
    """Sender, recipient and amount of each movement that ``contract`` logged; nothing moved is no movement."""
    for log in logs:
        if log.contract.lower() != contract or len(log.data) != 32:
            continue
        amount = int.from_bytes(log.data, "big")
        parties = [word[12:] for word in log.topics[1:] if not any(word[:12])]
        if not amount or len(parties) != len(log.topics) - 1:
            continue
        if log.topics[0] == TRANSFER and len(parties) == 2:
            yield log, _party(parties[0]), _party(parties[1]), amount
        elif log.topics[0] == MINT and len(parties) == 1:
            yield log, None, _party(parties[0]), amount


def _party(raw: bytes) -> str | None:
    address = checksummed(raw)
    return None if address == ZERO else address


def _coin(
    network: Network, position: str, kind: TransferKind, sender: str | None, recipient: str | None, amount: int
) -> Transfer:
    return Transfer(
        position=position,
        kind=kind,
        asset=network.native.asset,
        contract=None,
        sender=sender,
        recipient=recipient,
        amount=amount,
        symbol=network.native.symbol,
        decimals=network.native.decimals,
    )
