"""From what a node showed of a transaction to what happened. Pure; every statement rests on a field that was shown."""

from __future__ import annotations

from dataclasses import dataclass

from chains.types import Block, Fee, Network, Status, Transaction, Transfer
from chains.unsettled import unsettled
from chains.xrpl import money
from chains.xrpl.fields import Seen
from chains.xrpl.legs import legs, payer


@dataclass(frozen=True)
class Shown:
    """All that a node showed. ``doubts`` are warnings about the node itself; ``tip`` its newest validated ledger."""

    seen: Seen | None
    tip: int | None
    doubts: tuple[str, ...] = ()


def decode(network: Network, reference: str, shown: Shown) -> Transaction:
    """The transaction as ``shown`` tells it; ``sources`` are for the caller to add.

    Absence is not judged here: without a transaction the status is ``unknown``.
    """
    seen = shown.seen
    if seen is None or "wrong_chain" in shown.doubts or seen.recomputed is False:
        doubts = shown.doubts if seen is None or seen.recomputed is not False else (*shown.doubts, "node_inconsistent")
        return outside(network, reference, Status.UNKNOWN, doubts)
    if not seen.validated:
        return outside(network, reference, Status.PENDING, shown.doubts)
    if seen.meta is None or seen.result is None or seen.ledger is None:
        return outside(network, reference, Status.UNKNOWN, (*shown.doubts, "receipt_not_visible"))
    return _validated(network, reference, shown, seen, seen.ledger)


def outside(network: Network, reference: str, status: Status, warnings: tuple[str, ...]) -> Transaction:
    """A transaction that is in no ledger we can stand on."""
    return unsettled(network, reference, status, *warnings)


def _validated(network: Network, reference: str, shown: Shown, seen: Seen, ledger: int) -> Transaction:
    """A transaction of a validated ledger: final, whether it did what it meant (``tes``) or only paid (``tec``)."""
    warnings = [*shown.doubts]
    transfers: tuple[Transfer, ...] = ()
    result = seen.result or ""
    if result == "tesSUCCESS":
        found = legs(network, seen)
        warnings += found.warnings
        if not found.sound:
            return outside(network, reference, Status.UNKNOWN, tuple(warnings))
        transfers = found.transfers
    elif not result.startswith("tec"):
        return outside(network, reference, Status.UNKNOWN, (*warnings, "node_inconsistent"))
    if seen.recomputed is None:
        warnings.append("hash_not_recomputed")
    if shown.tip is None:
        warnings.append("tip_not_visible")
    if seen.ledger_hash is None:
        warnings.append("block_hash_not_visible")
    return Transaction(
        network=network.slug,
        network_id=network.id,
        hash=reference,
        status=Status.FAILED if result != "tesSUCCESS" else Status.SUCCEEDED,
        final=True,
        confirmations=max(shown.tip or 0, ledger) - ledger + 1,
        confirmations_required=network.confirmations,
        block=Block(ledger, seen.ledger_hash or "", seen.time),
        fee=Fee(network.native.asset, network.native.symbol, money.drops(seen.body.get("Fee")), payer(seen)),
        transfers=transfers,
        failure=None if result == "tesSUCCESS" else result,
        warnings=tuple(dict.fromkeys(warnings)),
    )
