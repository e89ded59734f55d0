"""From what a node showed of a Cardano transaction to what happened. Pure; every statement rests on a field shown.

Positions: ``out:N`` is output N's lovelace, ``out:N/K`` its K-th other asset, K counted from 0 in the order of the bytes of
policy and name, so that it depends on no interface. A phase-2 failure (``valid_contract`` false) makes none of the outputs
and spends none of the inputs: it takes the collateral, which is then its fee, and gives what is left of it back in a
collateral return, whose index is the number of outputs. That return is no transfer; a warning names it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from chains.cardano.address import check
from chains.cardano.shown import Piece, Shown, Tip
from chains.encoding import as_written, plain
from chains.types import Block, Fee, Network, Status, Transaction, Transfer, TransferKind
from chains.unsettled import unsettled

LONGEST_MEMO = 1000
LONGEST_ADDRESS = 128
"""Characters kept of an output's address that no wallet can read."""

FAILURE = "script validation failed, collateral taken"


def decode(network: Network, shown: Shown, tip: Tip | None) -> Transaction:
    """The transaction as ``shown`` tells it. ``tip`` is ``None`` when the node did not show its newest block."""
    depth = max(tip.height - shown.height, 0) + 1 if tip else 1
    if shown.valid is None:
        return unsettled(network, shown.hash, Status.UNKNOWN, "status_not_visible")
    legs, warnings = _transfers(network, shown) if shown.valid else ((), _failed(shown))
    if tip is None:
        warnings.append("tip_not_visible")
    return Transaction(
        network=network.slug,
        network_id=network.id,
        hash=shown.hash,
        status=Status.SUCCEEDED if shown.valid else Status.FAILED,
        final=tip is not None and depth >= network.confirmations,
        confirmations=depth,
        confirmations_required=network.confirmations,
        block=Block(shown.height, shown.block_hash, shown.time),
        fee=_fee(network, shown),
        transfers=legs,
        failure=None if shown.valid else FAILURE,
        warnings=tuple(dict.fromkeys(warnings)),
    )


def _failed(shown: Shown) -> list[str]:
    return ["collateral_returned"] if shown.collateral_return else []


def _fee(network: Network, shown: Shown) -> Fee:
    """The stated fee; of a failed transaction what its collateral lost, when the collateral is shown."""
    native = network.native
    if shown.valid:
        return Fee(native.asset, native.symbol, shown.fee, owner(network, shown))
    lost = sum(piece.lovelace for piece in shown.collateral)
    kept = shown.collateral_return.lovelace if shown.collateral_return else 0
    amount = lost - kept if shown.collateral and lost >= kept else shown.fee
    return Fee(native.asset, native.symbol, amount, _one_address(network, shown.collateral))


def owner(network: Network, shown: Shown) -> str | None:
    """The one address all value came from: same text throughout, and no reward account beside it."""
    return None if shown.withdrawals != 0 else _one_address(network, shown.inputs)


def _one_address(network: Network, pieces: Sequence[Piece]) -> str | None:
    written = {piece.address for piece in pieces}
    return check(network, written.pop()).normalised if len(written) == 1 else None


def _transfers(network: Network, shown: Shown) -> tuple[tuple[Transfer, ...], list[str]]:
    memo, warnings = _memo(shown)
    if shown.withdrawals:
        warnings.append("withdrawal_among_inputs")
    elif shown.withdrawals is None:
        warnings.append("withdrawals_not_visible")
    if len({piece.address for piece in shown.inputs}) > 1:
        warnings.append("several_senders")
    sender = owner(network, shown)
    spent, made = _held(shown.inputs), _held(shown.outputs)
    legs: list[Transfer] = []
    for piece in shown.outputs:
        recipient, more = _recipient(network, piece)
        warnings += more
        place = f"out:{piece.index}"
        native = network.native
        legs.append(
            Transfer(
                position=place,
                kind=TransferKind.NATIVE,
                asset=native.asset,
                contract=None,
                sender=sender,
                recipient=recipient,
                amount=piece.lovelace,
                symbol=native.symbol,
                decimals=native.decimals,
                memo=memo,
            )
        )
        for number, (contract, amount) in enumerate(piece.assets.items()):
            legs.append(
                Transfer(
                    position=f"{place}/{number}",
                    kind=TransferKind.TOKEN,
                    asset=f"{network.id}/token:{contract}",
                    contract=contract,
                    # What leaves in greater number than it came in was made here, and nobody can say which of it.
                    sender=sender if spent.get(contract, 0) >= made[contract] else None,
                    recipient=recipient,
                    amount=amount,
                    memo=memo,
                )
            )
    return tuple(legs), warnings


def _held(pieces: Sequence[Piece]) -> dict[str, int]:
    """How much of each asset the pieces hold together."""
    total: dict[str, int] = {}
    for piece in pieces:
        for contract, amount in piece.assets.items():
            total[contract] = total.get(contract, 0) + amount
    return total


def _recipient(network: Network, piece: Piece) -> tuple[str, list[str]]:
    """The output's address, and what is odd about the output."""
    seen = check(network, piece.address)
    warnings = []
    if piece.assets:
        warnings.append("ada_rides_with_tokens")
    if piece.datum:
        warnings.append("output_with_datum")
    if seen.normalised is None:
        return plain(piece.address, LONGEST_ADDRESS), [*warnings, "unreadable_address"]
    if seen.kind == "script" and not piece.datum:
        warnings.append("script_output_without_datum")
    return seen.normalised, warnings


def _memo(shown: Shown) -> tuple[str | None, list[str]]:
    """The message of CIP-20: label 674 with ``msg``, a list of lines (some wallets write one text)."""
    if not shown.metadata_shown:
        return None, ["memo_not_visible"]
    message: Any = shown.message
    if message is None:
        return None, []
    if not isinstance(message, dict):
        return None, ["memo_unreadable"]
    if "enc" in message:  # CIP-83: the lines are ciphertext
        return None, ["memo_encrypted"]
    lines = message.get("msg")
    lines = [lines] if isinstance(lines, str) else lines
    if not isinstance(lines, list) or not all(isinstance(line, str) for line in lines):
        return None, ["memo_unreadable"]
    return as_written(" ".join(lines), LONGEST_MEMO), []
