"""From the transactions of a trace to what happened. Pure; every statement rests on a transaction that was shown.

A message moves its value when the transaction that receives it exists and did not send it back: so a message to an account
without code and without the bounce flag arrives, one whose receiver failed and bounced does not, and one whose receiver's
actions failed without a bounce stays there. A jetton moves when its receiver's wallet took the ``internal_transfer``; nothing
else says so, a notification least of all. The wallet must be the one its master names for the owner.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import Enum

from chains.agreement import INTERNAL_INVISIBLE
from chains.ton import bodies
from chains.ton.address import friendly
from chains.ton.bodies import Body
from chains.ton.fields import Message, Seen
from chains.types import Block, Fee, Network, Status, Transaction, Transfer, TransferKind

RETRIED_SECONDS = 3600
"""How long after a failed try a message from outside may still be tried again; wallets let theirs expire in minutes."""


@dataclass(frozen=True)
class Wallet:
    """Whose jetton wallet an account really is. ``symbol`` and ``decimals`` are the master's own words."""

    owner: str
    master: str
    symbol: str | None = None
    decimals: int | None = None


@dataclass(frozen=True)
class Shown:
    """All that a node showed. ``at`` is the transaction the reference leads to, ``seen`` all transactions, by hash.

    ``wallets`` are jetton wallets that are genuine; ``unsure`` those nobody could say it of. Other accounts that act like
    jetton wallets are false. ``asked``: messages of which the node said that nobody received them yet.
    """

    at: Seen
    seen: Mapping[str, Seen]
    tip: int | None = None
    tip_time: float | None = None
    by_message: bool = False
    wallets: Mapping[str, Wallet] = field(default_factory=dict)
    unsure: frozenset[str] = frozenset()
    asked: frozenset[str] = frozenset()


class _Fate(Enum):
    ARRIVED = 1
    RETURNED = 2
    OPEN = 3


class Trace:
    """The transactions of one trace with the messages between them."""

    def __init__(self, shown_at: Seen, seen: Mapping[str, Seen]) -> None:
        """The part of ``seen`` that hangs together with ``shown_at``."""
        self.receivers = {one.came.hash: one for one in seen.values() if one.came is not None and one.came.source}
        senders = {message.hash: one for one in seen.values() for message in one.sent}
        top, passed = shown_at, {shown_at.hash}
        while top.came is not None and (above := senders.get(top.came.hash)) and above.hash not in passed:
            top = above
            passed.add(top.hash)
        self.top = top
        self.parts = {top.hash: top}
        waiting = [top]
        while waiting:
            for message in waiting.pop().sent:
                child = self.receivers.get(message.hash)
                if child is not None and child.hash not in self.parts:
                    self.parts[child.hash] = child
                    waiting.append(child)
        self._bodies: dict[str, Body] = {}

    @property
    def whole(self) -> bool:
        """Whether it begins where value begins: with a message from outside, or a transaction of the chain's own."""
        return self.top.came is None or self.top.came.source is None

    def messages(self) -> list[Message]:
        """Those between accounts, in the order of their creation."""
        found = {message.hash: message for part in self.parts.values() for message in part.sent if message.destination}
        if self.top.came is not None and self.top.came.source:
            found[self.top.came.hash] = self.top.came
        return sorted(found.values(), key=lambda message: (message.lt, message.hash))

    def receiver(self, message: Message) -> Seen | None:
        """The transaction that received ``message``, ``None`` when it is not shown."""
        return self.receivers.get(message.hash)

    def body(self, message: Message) -> Body:
        """What ``message`` says."""
        if message.hash not in self._bodies:
            self._bodies[message.hash] = bodies.read(message)
        return self._bodies[message.hash]

    def open(self) -> Iterator[Message]:
        """Messages whose receiving transaction is not shown; where a bounce arrives does not matter."""
        return (one for one in self.messages() if not one.bounced and self.receiver(one) is None)

    def jetton_accounts(self) -> Iterator[tuple[Message, str]]:
        """Messages by which a jetton wallet took or burned tokens without an error, and that wallet."""
        for message in self.messages():
            receiver = self.receiver(message)
            if receiver is None or receiver.aborted or message.bounced:
                continue
            op = self.body(message).op
            if op == bodies.JETTON_INTERNAL_TRANSFER and message.destination:
                yield message, message.destination
            elif op == bodies.JETTON_BURN_NOTIFICATION and message.source:
                yield message, message.source

    def intents(self) -> list[Message]:
        """What the trace was begun for: the first messages."""
        first = [one for one in self.top.sent if one.destination and not one.bounced]
        if not self.whole and self.top.came is not None:
            first.insert(0, self.top.came)
        return first

    def fate(self, message: Message) -> _Fate:
        """What became of a message, and for jettons and items of what it asked for."""
        receiver = self.receiver(message)
        if receiver is None:
            return _Fate.OPEN
        if receiver.returned or message.bounced:
            return _Fate.RETURNED
        op = self.body(message).op
        if op in (bodies.JETTON_TRANSFER, bodies.ITEM_TRANSFER, bodies.JETTON_INTERNAL_TRANSFER):
            if receiver.aborted:
                return _Fate.RETURNED
            inner = [one for one in receiver.sent if self.body(one).op == bodies.JETTON_INTERNAL_TRANSFER]
            if op == bodies.JETTON_TRANSFER and inner:
                return self.fate(inner[0])
        return _Fate.ARRIVED


def decode(network: Network, reference: str, shown: Shown) -> Transaction:
    """The trace as ``shown`` tells it; ``sources`` are for the caller to add."""
    trace = Trace(shown.at, shown.seen)
    warnings: list[str] = []
    status, failure = _status(trace, shown, warnings)
    included = all(part.seqno is not None and not part.emulated for part in trace.parts.values())
    if not included and status is not Status.UNKNOWN:
        status, failure = Status.PENDING, None
    legs: list[Transfer] = []
    if status is Status.SUCCEEDED:
        legs = _transfers(network, trace, shown, warnings)
        if shown.unsure & {account for _, account in trace.jetton_accounts()}:
            status, legs = Status.UNKNOWN, []
            warnings.append("jetton_wallets_not_visible")
    seqno = shown.at.seqno
    depth = 0 if seqno is None or shown.at.emulated else max((shown.tip or seqno) - seqno, 0) + 1
    if shown.tip is None:
        warnings.append("tip_not_visible")
    done = status in (Status.SUCCEEDED, Status.FAILED) and included
    return Transaction(
        network=network.slug,
        network_id=network.id,
        hash=reference,
        status=status,
        final=done and depth >= network.confirmations and not _may_be_retried(trace, shown, status),
        confirmations=depth,
        confirmations_required=network.confirmations,
        block=None if seqno is None or not depth else Block(seqno, shown.at.block_name, shown.at.time),
        fee=_fee(network, trace, warnings),
        transfers=tuple(legs),
        failure=failure if status is Status.FAILED else None,
        warnings=tuple(dict.fromkeys(warnings)),
    )


def _status(trace: Trace, shown: Shown, warnings: list[str]) -> tuple[Status, str | None]:
    """Whether what the trace was begun for happened, and if not why."""
    top = trace.top
    if trace.whole and top.aborted:
        return Status.FAILED, top.why or "aborted"
    if trace.whole and top.skipped_actions and not top.made:
        return Status.FAILED, "nothing was sent: not enough funds"
    intents = trace.intents()
    fates = {message.hash: trace.fate(message) for message in intents}
    if any(fates[message.hash] is _Fate.RETURNED and _bounced(trace, message) for message in intents):
        warnings.append("bounced")
    if not trace.whole and fates and fates[intents[0].hash] is not _Fate.RETURNED:
        # Seen from within: what was received here is certain, what came of it may be out of sight.
        fates = {intents[0].hash: fates[intents[0].hash]}
    if _Fate.OPEN in fates.values():
        waiting = [one for one in trace.open() if one.hash not in shown.asked]
        if waiting or _long_ago(
            trace, shown
        ):  # messages travel for seconds; a node that misses one of old lacks history
            warnings.append("receiving_transaction_not_visible")
            return Status.UNKNOWN, None
        return Status.PENDING, None
    if fates and set(fates.values()) == {_Fate.RETURNED}:
        return Status.FAILED, _why_returned(trace, intents[0])
    if next(trace.open(), None) is not None or not trace.whole:
        warnings.append(INTERNAL_INVISIBLE)
    return Status.SUCCEEDED, None


def _bounced(trace: Trace, message: Message) -> bool:
    """Whether ``message``, or the one by which it moves a jetton on, was thrown back by who received it."""
    receiver = trace.receiver(message)
    if receiver is None or receiver.returned or message.bounced:
        return receiver is not None
    onward = [one for one in receiver.sent if trace.body(one).op == bodies.JETTON_INTERNAL_TRANSFER]
    return any(_bounced(trace, one) for one in onward[:1])


def _why_returned(trace: Trace, message: Message) -> str:
    """The first failed receiver on the way of ``message``."""
    receiver = trace.receiver(message)
    while receiver is not None and not receiver.aborted:
        below = [child for one in receiver.sent if (child := trace.receiver(one)) and child.aborted]
        receiver = below[0] if below else None
    why = receiver.why if receiver is not None else None
    return f"returned by its receiver: {why}" if why else "returned by its receiver"


def _may_be_retried(trace: Trace, shown: Shown, status: Status) -> bool:
    """A message from outside whose transaction failed may be taken again, with another end, while it is valid."""
    if status is not Status.FAILED or not shown.by_message or not trace.top.aborted:
        return False
    return not _long_ago(trace, shown)


def _long_ago(trace: Trace, shown: Shown) -> bool:
    return shown.tip_time is not None and shown.tip_time - trace.top.time.timestamp() >= RETRIED_SECONDS


def _fee(network: Network, trace: Trace, warnings: list[str]) -> Fee | None:
    """What the beginning account paid beyond what it sent: its transaction's fees and the carriage of its messages."""
    if not trace.whole:
        warnings.append("fee_not_visible")
        return None
    top = trace.top
    amount = top.total_fees + sum(message.fwd_fee for message in top.sent)
    return Fee(network.native.asset, network.native.symbol, amount, friendly(top.account))


def _transfers(network: Network, trace: Trace, shown: Shown, warnings: list[str]) -> list[Transfer]:
    """Everything that arrived, in the order the messages were made."""
    first = {message.hash for message in trace.intents()}
    jettons = {message.hash: account for message, account in trace.jetton_accounts()}
    legs: list[Transfer] = []
    for message in trace.messages():
        receiver = trace.receiver(message)
        if receiver is None or receiver.returned or message.bounced:
            continue
        body = trace.body(message)
        token = None
        if message.hash in jettons:
            token = _jetton(network, message, body, jettons[message.hash], shown, warnings)
        elif body.op == bodies.ITEM_TRANSFER and not receiver.aborted and body.readable:
            token = _item(network, message, body)
        if token is not None:
            legs.append(token)
            if body.op == bodies.JETTON_INTERNAL_TRANSFER and body.forward == 0:
                warnings.append("no_transfer_notification")
        if body.encrypted:
            warnings.append("memo_encrypted")
        if amount := _arrived(message, receiver):
            leg = _native(network, message, body, first=message.hash in first, beside=token is not None)
            legs.append(replace(leg, amount=amount))
    return legs


def _arrived(message: Message, receiver: Seen) -> int:
    """What was credited: the message's value, and its fee for fast delivery, which nobody earns, where the chain says so."""
    return message.value + message.ihr_fee if receiver.credit == message.value + message.ihr_fee else message.value


def _native(network: Network, message: Message, body: Body, *, first: bool, beside: bool) -> Transfer:
    """``beside``: the message is already a leg; the coins that ride along get a place of their own."""
    return Transfer(
        position=f"msg:{message.hash}/value" if beside else f"msg:{message.hash}",
        kind=TransferKind.NATIVE if first else TransferKind.INTERNAL,
        asset=network.native.asset,
        contract=None,
        sender=friendly(message.source) if message.source else None,
        recipient=friendly(message.destination) if message.destination else None,
        amount=message.value,
        symbol=network.native.symbol,
        decimals=network.native.decimals,
        memo=body.comment if body.op == bodies.COMMENT else None,
    )


def _jetton(
    network: Network, message: Message, body: Body, account: str, shown: Shown, warnings: list[str]
) -> Transfer | None:
    """The tokens a genuine wallet took in, or its master took out of the world; ``None`` and a warning for a false one."""
    wallet = shown.wallets.get(account)
    if wallet is None:
        if account not in shown.unsure:
            warnings.append("false_jetton_wallet")
        return None
    if not body.readable or not body.amount:
        return None
    burned = body.op == bodies.JETTON_BURN_NOTIFICATION
    if burned and message.destination != wallet.master:
        warnings.append("false_jetton_wallet")
        return None
    minted = not burned and message.source == wallet.master
    sender = wallet.owner if burned else None if minted else body.party
    contract = friendly(wallet.master)
    return Transfer(
        position=f"msg:{message.hash}",
        kind=TransferKind.TOKEN,
        asset=_asset(network, "jetton", contract),
        contract=contract,
        sender=friendly(sender) if sender else None,
        recipient=None if burned else friendly(wallet.owner),
        amount=body.amount,
        symbol=wallet.symbol,
        decimals=wallet.decimals,
        memo=body.comment,
    )


def _item(network: Network, message: Message, body: Body) -> Transfer:
    """An item is a contract of its own: it is its own identity, whatever collection it says it is of."""
    contract = friendly(message.destination or "")
    return Transfer(
        position=f"msg:{message.hash}",
        kind=TransferKind.NFT,
        asset=_asset(network, "nft", contract),
        contract=contract,
        sender=friendly(message.source) if message.source else None,
        recipient=friendly(body.party) if body.party else None,
        amount=1,
        decimals=0,
        memo=body.comment,
    )


def _asset(network: Network, namespace: str, contract: str) -> str:
    """A CAIP-19 id; the underscore of base64url is not among its characters and is written ``%5F``."""
    return f"{network.id}/{namespace}:{contract.replace('_', '%5F')}"
