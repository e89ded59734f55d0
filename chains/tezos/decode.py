"""From what an index showed of an operation to the transaction itself. Pure.

Parameters of a row: ``chain_id`` (of the genesis block), ``chain`` (the index's name for it), ``max_head_age`` (seconds a
synced index's tip may be old).

Positions: ``op:N/M`` is what content N of the operation did to the native coin, M being 0 for the content itself and 1, 2, … for
what contracts did inside it, in the order they ran. ``op:N/M/K`` is the K-th token that moved there. The contents of an operation
hold or fail together: one that failed makes those before it ``backtracked`` and those after it ``skipped``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from chains.tezos.fields import Operation, TokenTransfer
from chains.types import Block, Fee, Network, Status, Transaction, Transfer, TransferKind

APPLIED = "applied"
_MOVES_NOTHING = {
    "transaction", "origination", "activation", "drain_delegate", "delegation", "reveal", "register_constant",
    "set_deposits_limit", "increase_paid_storage", "update_consensus_key", "update_secondary_key",
    "set_delegate_parameters", "staking", "ballot", "proposal", "endorsement", "attestation", "preendorsement",
    "preattestation", "nonce_revelation", "vdf_revelation", "sr_add_messages", "sr_cement", "sr_execute", "sr_originate",
    "sr_publish", "sr_recover_bond", "sr_refute", "dal_publish_commitment",
}  # fmt: skip
"""Kinds whose every movement between accounts is known; rewards of bakers are no part of an operation."""


def bare(network: Network, reference: str, status: Status, warnings: Sequence[str]) -> Transaction:
    """A transaction of which only the status is known."""
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


def decode(
    network: Network,
    reference: str,
    contents: Sequence[Operation],
    tip: int | None,
    tokens: Mapping[int, Sequence[TokenTransfer]],
    warnings: Sequence[str],
) -> Transaction:
    """The operation as it was shown; ``tokens`` are token transfers by the number of the content that caused them."""
    first = contents[0]
    failed = [one for one in contents if not one.internal and one.status != APPLIED]
    warned = [*warnings, *("unknown_operation" for one in contents if one.kind not in _MOVES_NOTHING)]
    depth = max(tip - first.level + 1, 1) if tip is not None else 1
    return Transaction(
        network=network.slug,
        network_id=network.id,
        hash=reference,
        status=Status.FAILED if failed else Status.SUCCEEDED,
        final=depth >= network.confirmations,
        confirmations=depth,
        confirmations_required=network.confirmations,
        block=Block(first.level, first.block, first.time),
        fee=_fee(network, contents),
        transfers=() if failed else tuple(_legs(network, contents, tokens)),
        failure=_failure(contents) if failed else None,
        warnings=tuple(dict.fromkeys(warned)),
    )


def places(contents: Sequence[Operation]) -> list[tuple[int, int]]:
    """Content number and inner number of each operation: what has the same counter belongs to the same content."""
    found: list[tuple[int, int]] = []
    number, inner, counter = -1, 0, None
    for one in contents:
        if not one.internal or one.counter != counter or number < 0:
            number, inner, counter = number + 1, 0 if not one.internal else 1, one.counter
        else:
            inner += 1
        found.append((number, inner))
    return found


def _legs(
    network: Network, contents: Sequence[Operation], tokens: Mapping[int, Sequence[TokenTransfer]]
) -> Iterator[Transfer]:
    native = network.native
    for one, (number, inner) in zip(contents, places(contents), strict=True):
        if one.status != APPLIED:
            continue
        position = f"op:{number}/{inner}"
        if one.amount and (one.giver or one.taker):
            yield Transfer(
                position=position,
                kind=TransferKind.INTERNAL if one.internal else TransferKind.NATIVE,
                asset=native.asset,
                contract=None,
                sender=one.giver,
                recipient=one.taker,
                amount=one.amount,
                symbol=native.symbol,
                decimals=native.decimals,
            )
        for place, moved in enumerate(tokens.get(one.identity, ())):
            if moved.amount:
                yield _token_leg(network, f"{position}/{place}", moved)


def _token_leg(network: Network, position: str, moved: TokenTransfer) -> Transfer:
    standard = "fa12" if moved.token_id is None else "fa2"
    return Transfer(
        position=position,
        kind=TransferKind.NFT if moved.collectible else TransferKind.TOKEN,
        asset=f"{network.id}/{standard}:{moved.contract}" + ("" if moved.token_id is None else f"/{moved.token_id}"),
        contract=moved.contract + ("" if moved.token_id is None else f":{moved.token_id}"),
        sender=moved.giver,
        recipient=moved.taker,
        amount=moved.amount,
        symbol=moved.symbol,
        decimals=moved.decimals,
        token_id=moved.token_id if moved.collectible else None,
    )


def _fee(network: Network, contents: Sequence[Operation]) -> Fee | None:
    """Fees of the bakers, which failure does not save, and what was burnt for storage and new accounts."""
    paying = [one for one in contents if not one.internal and one.sender is not None]
    if not paying:
        return None
    amount = sum(one.baker_fee for one in contents)
    amount += sum(one.burnt for one in contents if one.status == APPLIED)
    return Fee(network.native.asset, network.native.symbol, amount, paying[0].sender)


def _failure(contents: Sequence[Operation]) -> str:
    """The cause: of the inner operation that failed, when it was one."""
    causes = [one.error for one in contents if one.status == "failed" and one.error]
    return causes[-1] if causes else "failed"
