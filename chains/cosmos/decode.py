"""From what a node showed of a transaction to the transaction itself. Pure.

Parameters of a row: ``chain_id``, ``hrp`` (prefix of accounts), ``denom`` (of the native coin), ``max_head_age`` (seconds a
synced node's tip may be old), ``first_block`` (the chain's first height, for chains that began anew from a snapshot).

Positions are ``msg:N/K``: N is the place of the message in the body, K the number of the movement inside it, in the order
:mod:`chains.cosmos.events` gives. A payment of two denoms is two movements. What happens inside ``MsgExec`` belongs to it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote

from chains.cosmos.address import canonical
from chains.cosmos.events import Event, Move, Sorted, coins, moves, sort, value_of
from chains.cosmos.messages import Body, Message, body, certain_moves, first_signer, only_giver, packets, relays
from chains.encoding import plain
from chains.errors import NodeMistaken
from chains.types import Block, Fee, Network, Status, Transaction, Transfer, TransferKind

_MOST_COINS = 20_000


@dataclass(frozen=True)
class Shown:
    """What one node showed: its ``tx_response`` (``None``: it does not know the hash), the transaction, its tip, and the
    hash and time of the block."""

    response: Mapping[str, Any] | None
    signed: Any
    tip: int | None
    block_hash: str | None = None
    block_time: datetime | None = None


def decode(network: Network, reference: str, shown: Shown, status: Status, warnings: Sequence[str]) -> Transaction:
    """The transaction as it was shown; ``status`` and ``warnings`` are what the client concludes where it was not."""
    if shown.response is None or status is Status.UNKNOWN:
        return _bare(network, reference, status, warnings)
    response = shown.response
    hash_shown = response.get("txhash")
    if not isinstance(hash_shown, str) or hash_shown.upper() != reference:
        raise NodeMistaken("another transaction than asked for")
    code, height = _whole(response.get("code", 0)), _whole(response.get("height"))
    if height == 0:  # what a node answers to a transaction it was handed: waiting, or never taken
        return _bare(network, reference, Status.UNKNOWN if code else Status.PENDING, warnings)
    told = body(shown.signed)
    events = sort(response, len(told.messages))
    warned = list(warnings)
    transfers: tuple[Transfer, ...] = ()
    if code == 0:
        transfers = _transfers(network, told, events, warned)
    depth = max(shown.tip - height + 1, 1) if shown.tip is not None else 1
    return Transaction(
        network=network.slug,
        network_id=network.id,
        hash=reference,
        status=Status.SUCCEEDED if code == 0 else Status.FAILED,
        final=depth >= network.confirmations,
        confirmations=depth,
        confirmations_required=network.confirmations,
        block=Block(height, shown.block_hash or "", shown.block_time),
        fee=_fee(network, told, events, warned, failed=code != 0),
        transfers=transfers,
        failure=_failure(response, code) if code else None,
        warnings=tuple(dict.fromkeys(warned)),
    )


def _bare(network: Network, reference: str, status: Status, warnings: Sequence[str]) -> Transaction:
    return Transaction(
        network=network.slug,
        network_id=network.id,
        hash=reference,
        status=status,
        final=False,
        confirmations=0,
        confirmations_required=network.confirmations,
        warnings=tuple(dict.fromkeys(warnings)),
    )


def _whole(value: Any) -> int:
    """A non-negative number, as JSON number or in digits."""
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 19:
        return int(value)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 2**63:
        raise NodeMistaken("a whole number belongs here")
    return value


def _failure(response: Mapping[str, Any], code: int) -> str:
    """Code, its module, and the node's words."""
    space, words = response.get("codespace"), response.get("raw_log")
    name = f"code {code} ({plain(space, 32)})" if isinstance(space, str) and space else f"code {code}"
    reason = plain(words, 160) if isinstance(words, str) else ""
    return f"{name}: {reason}" if reason else name


def _transfers(network: Network, told: Body, events: Sorted, warnings: list[str]) -> tuple[Transfer, ...]:
    legs: list[Transfer] = []
    for number, (message, its_events) in enumerate(zip(told.messages, events.of_message, strict=True)):
        found: Sequence[Move | None] | None
        if its_events is None:
            found = certain_moves(message)
            if found is None:
                warnings.append("events_not_visible")
                continue
        else:
            found, unsure = moves(its_events)
            warnings += unsure
        if any(part.name == "MsgEthereumTx" for part in message.all()):
            warnings.append("evm_tokens_not_visible")
        for place, move in enumerate(found):
            leg = move and _leg(network, f"msg:{number}/{place}", move, message, told, warnings)
            if leg:
                legs.append(leg)
    if len(legs) > _MOST_COINS:
        raise NodeMistaken("more movements than a transaction can hold")
    return tuple(legs)


def _leg(
    network: Network, position: str, move: Move, message: Message, told: Body, warnings: list[str]
) -> Transfer | None:
    sender, recipient = canonical(network, move.sender), canonical(network, move.recipient)
    if not move.sender_shown:
        sender = canonical(network, only_giver(message))
        if sender is None:
            warnings.append("sender_not_visible")
    missing = (move.sender is not None and sender is None) or (move.recipient is not None and recipient is None)
    if missing and move.token is None:
        raise NodeMistaken("coins moved between accounts that are not of this network")
    contract = canonical(network, move.token) if move.token is not None else None
    if missing or (move.token is not None and contract is None):
        warnings.append("unreadable_transfer_event")  # the words of a contract, not of the chain
        return None
    kind, asset, identity = _asset(network, move, contract)
    native = identity is None
    return Transfer(
        position=position,
        kind=kind,
        asset=asset,
        contract=identity,
        sender=sender,
        recipient=recipient,
        amount=move.amount,
        symbol=network.native.symbol if native else None,
        decimals=network.native.decimals if native else None,
        token_id=move.token_id,
        memo=_memo(network, message, recipient, told, warnings),
    )


def _asset(network: Network, move: Move, contract: str | None) -> tuple[TransferKind, str, str | None]:
    """Kind, CAIP-19 id and identity: the denom, or the address of the contract that keeps the token."""
    if contract is not None:
        if move.token_id is not None:
            return TransferKind.NFT, f"{network.id}/cw721:{contract}", contract
        return TransferKind.TOKEN, f"{network.id}/cw20:{contract}", contract
    if move.denom == network.params["denom"]:
        return TransferKind.NATIVE, network.native.asset, None
    return TransferKind.TOKEN, denom_asset(network, move.denom), move.denom


def denom_asset(network: Network, denom: str) -> str:
    """CAIP-19 id of a denom: ``ibc:HASH``, or ``native:`` and the denom with what the standard forbids percent-encoded."""
    if denom.startswith("ibc/"):
        return f"{network.id}/ibc:{quote(denom[4:], safe='')}"
    return f"{network.id}/native:{quote(denom, safe='')}"


def _memo(network: Network, message: Message, recipient: str | None, told: Body, warnings: list[str]) -> str | None:
    """The depositor's memo: of the transaction, or, where a relayer delivers, of the packet for this recipient."""
    if not relays(message):
        return told.memo
    memos = {packet.memo for packet in packets(message) if canonical(network, packet.receiver) == recipient}
    if len(memos) > 1:
        warnings.append("memo_not_certain")
        return None
    return next(iter(memos), None)


def _fee(network: Network, told: Body, events: Sorted, warnings: list[str], *, failed: bool) -> Fee | None:
    """What was taken: the coins the transaction offers, unless the events outside of messages say otherwise."""
    offered = dict(told.fee)
    payer = _payer(network, told, events.outside)
    taken = _taken(events.outside, payer)
    if any(part.name == "MsgEthereumTx" for message in told.messages for part in message.all()):
        taken = {"": 1}  # unused gas is given back inside the message
    elif taken is None:
        # A failure before the fee was taken leaves no trace of it; where no events are shown at all, the offer is what counts.
        taken = {"": 1} if failed and events.outside_visible and events.outside and offered else offered
    given_back = _given_back(network, events.outside, payer)
    if taken != offered or len(offered) > 1:
        warnings.append("fee_not_visible")
        return None
    denom, amount = next(iter(offered.items()), (network.params["denom"], 0))
    native = denom == network.params["denom"]
    return Fee(
        asset=network.native.asset if native else denom_asset(network, denom),
        symbol=network.native.symbol if native else None,
        amount=max(amount - given_back.get(denom, 0), 0),
        payer=payer,
    )


def _payer(network: Network, told: Body, outside: Sequence[Event]) -> str | None:
    shown = next((value for event in outside if event.kind == "tx" and (value := value_of(event, "fee_payer"))), None)
    return canonical(network, told.granter or shown or told.payer or first_signer(told))


def _taken(outside: Sequence[Event], payer: str | None) -> dict[str, int] | None:
    """Coins the payer spent outside of messages, by denom; ``None`` where nothing of it is shown."""
    said = next(
        (value for event in outside if event.kind == "tx" and (value := value_of(event, "fee")) is not None), None
    )
    if said is not None and (found := coins(said)) is not None:
        return dict(found)
    spent: dict[str, int] = {}
    for event in outside:
        if event.kind == "coin_spent" and payer is not None and value_of(event, "spender") == payer:
            for denom, amount in coins(value_of(event, "amount") or "") or []:
                spent[denom] = spent.get(denom, 0) + amount
    return spent or None


def _given_back(network: Network, outside: Sequence[Event], payer: str | None) -> dict[str, int]:
    """What a fee market returns to the payer after execution."""
    for event in outside:
        if event.kind == "tip_pay" and payer is not None and canonical(network, value_of(event, "tip_payee")) == payer:
            return dict(coins(value_of(event, "tip") or "") or [])
    return {}
