"""A transaction of which no block tells: not found, not yet in one, or not to be told."""

from __future__ import annotations

from chains.types import Network, Status, Transaction


def unsettled(network: Network, reference: str, status: Status, *warnings: str | None) -> Transaction:
    """``reference`` in no block one could stand on: no depth, no movements; each warning once, ``None`` left out."""
    return Transaction(
        network=network.slug,
        network_id=network.id,
        hash=reference,
        status=status,
        final=False,
        confirmations=0,
        confirmations_required=network.confirmations,
        warnings=tuple(dict.fromkeys(warning for warning in warnings if warning)),
    )
