"""From what a node showed of a transaction to what happened. Pure; every statement rests on a field that was shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta

from chains.agreement import INTERNAL_INVISIBLE
from chains.encoding import as_written, keccak, plain
from chains.tron import raw, tokens
from chains.tron.address import to_text
from chains.tron.shown import Head, Info, Inner, Sent
from chains.tron.tokens import Facts
from chains.types import Block, Fee, Network, Status, Transaction, Transfer, TransferKind
from chains.unsettled import unsettled

MOVING_NOTES = ("call", "create", "suicide")
"""Inner transactions that hand value on; others (freezing, delegating, voting) only rearrange what an account has."""

NEVER_MOVING = frozenset(
    {
        "AccountCreateContract",
        "VoteAssetContract",
        "VoteWitnessContract",
        "WitnessCreateContract",
        "WitnessUpdateContract",
        "AccountUpdateContract",
        "FreezeBalanceContract",
        "UnfreezeBalanceContract",
        "WithdrawBalanceContract",
        "UnfreezeAssetContract",
        "UpdateAssetContract",
        "ProposalCreateContract",
        "ProposalApproveContract",
        "ProposalDeleteContract",
        "SetAccountIdContract",
        "UpdateSettingContract",
        "UpdateEnergyLimitContract",
        "AccountPermissionUpdateContract",
        "ClearABIContract",
        "UpdateBrokerageContract",
        "FreezeBalanceV2Contract",
        "UnfreezeBalanceV2Contract",
        "WithdrawExpireUnfreezeContract",
        "DelegateResourceContract",
        "UnDelegateResourceContract",
        "CancelAllUnfreezeV2Contract",
    }
)
"""Types that leave value with its owner (what they burn is fee), but for a reward that is paid out."""

_SETTLED = timedelta(minutes=10)
"""After its expiration a transaction is in a block by then, or never."""

_RUNNING = (raw.TRIGGER, raw.CREATE)


@dataclass(frozen=True)
class Shown:
    """All that a node showed. ``solid`` is whether the outcome came from its solidified state.

    ``block`` is the block that holds the transaction; ``doubts`` are warnings of whoever asked.
    """

    reference: str
    sent: Sent | None
    info: Info | None
    solid: bool = False
    tip: Head | None = None
    block: Head | None = None
    facts: Mapping[str, Facts] = field(default_factory=dict)
    doubts: tuple[str, ...] = ()


def decode(network: Network, shown: Shown) -> Transaction:
    """The transaction as ``shown`` tells it; ``sources`` are for the caller to add.

    Absence is not judged here: without a transaction the status is ``unknown``, whoever asked decides if it is not found.
    """
    if shown.sent is None:
        return outside(network, shown, Status.UNKNOWN, "node_inconsistent" if shown.info else None)
    if shown.info is None:
        late = _should_be_known(shown, shown.sent)
        return outside(network, shown, Status.PENDING, "receipt_not_visible" if late else None)
    return _included(network, shown, shown.sent, shown.info)


def outside(network: Network, shown: Shown, status: Status, *warnings: str | None) -> Transaction:
    """A transaction that is in no block we can stand on."""
    return unsettled(network, shown.reference, status, *warnings, *shown.doubts)


def _should_be_known(shown: Shown, sent: Sent) -> bool:
    """Whether the chain is so far beyond the transaction's expiration that its outcome must be on record."""
    if shown.tip is None or not sent.expiration:
        return False
    return shown.tip.time.timestamp() * 1000 > sent.expiration + _SETTLED / timedelta(milliseconds=1)


def _included(network: Network, shown: Shown, sent: Sent, info: Info) -> Transaction:
    status, failure, warnings = _status(sent, info)
    if sent.raw is None:
        warnings.append("raw_transaction_not_visible")
    legs: list[Transfer] = []
    if status is Status.SUCCEEDED:
        legs, more = _transfers(network, shown, sent, info)
        warnings += more
    if info.fee is None:
        warnings.append("fee_not_visible")
    depth = max(shown.tip.height, info.height) - info.height + 1 if shown.tip else 1
    return Transaction(
        network=network.slug,
        network_id=network.id,
        hash=shown.reference,
        status=status,
        final=shown.solid and status is not Status.UNKNOWN,
        confirmations=depth,
        confirmations_required=network.confirmations,
        block=Block(info.height, shown.block.hash if shown.block else "", info.time),
        fee=_fee(network, sent, info),
        transfers=tuple(legs),
        failure=failure,
        warnings=tuple(dict.fromkeys([*warnings, *shown.doubts])),
    )


def _fee(network: Network, sent: Sent, info: Info) -> Fee | None:
    """What the sender paid; what a contract's creator bears for its callers is no TRX."""
    if info.fee is None:
        return None
    return Fee(network.native.asset, network.native.symbol, info.fee, to_text(sent.deed.owner))


def _status(sent: Sent, info: Info) -> tuple[Status, str | None, list[str]]:
    """What transaction and outcome say must agree. Where neither says anything: nothing but a contract can fail in a block."""
    words = [word for word in (sent.said, *info.said) if word is not None]
    bad = [word for word in words if word != "SUCCESS"]
    if bad and "SUCCESS" in words:
        return Status.UNKNOWN, None, ["node_inconsistent"]
    if bad:
        return Status.FAILED, _failure(bad, info.result), []
    if not words and sent.deed.type in _RUNNING:
        return Status.UNKNOWN, None, ["status_not_recorded"]
    return Status.SUCCEEDED, None, []


def _failure(words: list[str], result: bytes) -> str:
    """``reverted: words of the contract``, ``out of energy`` …"""
    word = next((word for word in words if word != "FAILED"), "FAILED")
    if word != "REVERT":
        return plain(word.replace("_", " ").lower())
    reason = ""
    if result[:4] == bytes.fromhex("08c379a0") and len(result) >= 68:
        length = min(int.from_bytes(result[36:68], "big"), 512)
        reason = plain(result[68 : 68 + length].decode("utf-8", "replace"), 120)
    return f"reverted: {reason}" if reason else "reverted"


def _transfers(network: Network, shown: Shown, sent: Sent, info: Info) -> tuple[list[Transfer], list[str]]:
    """What the transaction carried itself, inner transactions as they ran, token logs as they were written."""
    memo, warnings = _memo(sent.memo)
    legs = _own(network, shown, sent)
    deed = sent.deed
    if info.reward and deed.type == "WithdrawBalanceContract":
        legs.append(_native(network, "reward", TransferKind.NATIVE, (None, deed.owner, info.reward)))
    for place, inner in enumerate(info.inner or ()):
        legs += _inner(network, place, inner, shown.facts)
    moved, more = tokens.transfers(network, info.logs, shown.facts)
    legs += moved
    warnings += more
    if deed.type in _RUNNING:
        alone = not deed.value and not deed.token_value
        plainly = alone and tokens.only_a_transfer(deed.data, deed.owner, deed.to, info.logs)
        if not info.inner and not plainly:
            warnings.append(INTERNAL_INVISIBLE)
    elif deed.type not in NEVER_MOVING | {raw.TRANSFER, raw.TRANSFER_ASSET}:
        warnings.append("movements_not_readable")
    return [replace(leg, memo=memo) for leg in legs], warnings


def _memo(data: bytes) -> tuple[str | None, list[str]]:
    """The text that stands with the transaction; bytes that are no text are no memo."""
    try:
        return as_written(data.decode("utf-8"), 512), []
    except UnicodeDecodeError:
        return None, ["memo_unreadable"]


def _own(network: Network, shown: Shown, sent: Sent) -> list[Transfer]:
    """What the contract of the transaction itself hands over; a new contract's address follows from hash and creator."""
    deed = sent.deed
    to = created(shown.reference, deed.owner) if deed.type == raw.CREATE else deed.to
    legs: list[Transfer] = []
    if deed.value:
        legs.append(_native(network, "native", TransferKind.NATIVE, (deed.owner, to, deed.value)))
    if deed.token_value:
        moved = (deed.owner, to, deed.token_value)
        legs.append(_trc10(network, "token", TransferKind.TOKEN, token_name(deed.token), moved, shown.facts))
    return legs


def created(reference: str, owner: bytes) -> bytes:
    """The address a contract gets that ``owner`` creates with the transaction ``reference``."""
    return b"\x41" + keccak(bytes.fromhex(reference) + owner)[12:]


def _inner(network: Network, place: int, inner: Inner, facts: Mapping[str, Facts]) -> list[Transfer]:
    """The movements of one inner transaction. ``trace:N`` counts all of the list, also those that moved nothing."""
    parties = _parties(inner)
    if inner.rejected or parties is None:
        return []
    legs = []
    for part, (amount, token) in enumerate(inner.values):
        position = f"trace:{place}/{part}" if part else f"trace:{place}"
        if amount and token is None:
            legs.append(_native(network, position, TransferKind.INTERNAL, (*parties, amount)))
        elif amount and token is not None:
            legs.append(_trc10(network, position, TransferKind.INTERNAL, token, (*parties, amount), facts))
    return legs


def _parties(inner: Inner) -> tuple[bytes | None, bytes | None] | None:
    """Who gave and who got, ``None`` when nothing changed hands. A reward comes from nobody; what a contract leaves to
    itself when it destroys itself is gone."""
    if inner.note == "withdrawReward":
        return None, inner.sender
    if inner.note not in MOVING_NOTES:
        return None
    if inner.sender == inner.to:
        return (inner.sender, None) if inner.note == "suicide" else None
    return inner.sender, inner.to


def _native(
    network: Network, position: str, kind: TransferKind, moved: tuple[bytes | None, bytes | None, int]
) -> Transfer:
    sender, recipient, amount = moved
    return Transfer(
        position=position,
        kind=kind,
        asset=network.native.asset,
        contract=None,
        sender=to_text(sender) if sender else None,
        recipient=to_text(recipient) if recipient else None,
        amount=amount,
        symbol=network.native.symbol,
        decimals=network.native.decimals,
    )


def _trc10(
    network: Network,
    position: str,
    kind: TransferKind,
    token: str,
    moved: tuple[bytes | None, bytes | None, int],
    facts: Mapping[str, Facts],
) -> Transfer:
    contract = f"trc10:{token}"
    said = facts.get(contract, Facts())
    leg = _native(network, position, kind, moved)
    asset = f"{network.id}/{contract}"
    return replace(leg, asset=asset, contract=contract, symbol=said.symbol, decimals=said.decimals)


def token_name(token: bytes) -> str:
    """The number of a TRC-10 token; transactions of before numbers name it, and names may be any bytes."""
    text = token.decode("ascii", "replace")
    return text if text.isalnum() and text.isascii() else token.hex()


def assets(shown: Shown) -> tuple[str, ...]:
    """The assets of which the transaction moved some, each once: contracts (``T…``) and ``trc10:…``."""
    if shown.sent is None or shown.info is None:
        return ()
    names = [f"trc10:{token_name(shown.sent.deed.token)}"] if shown.sent.deed.token_value else []
    names += [to_text(log.contract) for log in shown.info.logs if log.topics and log.topics[0] in tokens.SIGNATURES]
    return tuple(dict.fromkeys(names))
