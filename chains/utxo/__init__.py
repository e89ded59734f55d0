"""The UTXO family: Bitcoin and the networks made like it, read through a daemon, Blockbook or Esplora.

Differences between networks are data in ``chains/networks/utxo.toml``; what each parameter means stands in
:mod:`chains.utxo.address`, :mod:`chains.utxo.decode` and :mod:`chains.utxo.fees`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from chains.families import NodeReading
from chains.sweep import SweepOrder, SweepPlan
from chains.transport import Talk
from chains.types import AddressCheck, Network

if TYPE_CHECKING:
    from chains.neighbours import Near
    from chains.replacement import Remains, Word
    from chains.scanning import PaidBlock

_HASH = re.compile(r"[0-9a-fA-F]{64}")


def hash_candidate(network: Network, text: str) -> str | None:
    """Sixty-four hexadecimal digits in lower case, however they were typed; None when the text is something else."""
    return text.lower() if _HASH.fullmatch(text) else None


def check_address(network: Network, text: str) -> AddressCheck:
    """See :func:`chains.utxo.address.check_address`."""
    from chains.utxo import address

    return address.check_address(network, text)


def asset_identity(network: Network, text: str) -> str | None:
    """See :func:`chains.utxo.address.asset_identity`."""
    from chains.utxo import address

    return address.asset_identity(network, text)


def twin_key(network: Network, address: str) -> str | None:
    """See :func:`chains.utxo.address.payload`."""
    from chains.utxo import address as addresses

    return addresses.payload(network, address)


def twin_addresses(network: Network, key: str) -> tuple[str, ...]:
    """See :func:`chains.utxo.address.twin_addresses`."""
    from chains.utxo import address as addresses

    return addresses.twin_addresses(network, key)


def read(network: Network, talk: Talk, reference: str) -> NodeReading:
    """What one node tells of one transaction. Raises ``NodeUnavailable`` or ``NodeMistaken``."""
    from chains.utxo import interfaces

    return interfaces.read(network, talk, reference)


def plan_sweep(network: Network, talk: Talk, order: SweepOrder) -> SweepPlan:
    """See :meth:`chains.families.Planner.plan_sweep`; the files are described in :mod:`chains.utxo.sweep`."""
    from chains.utxo import sweep

    return sweep.plan_sweep(network, talk, order)


def check_plan(network: Network, order: SweepOrder, plan: SweepPlan) -> list[str]:
    """See :meth:`chains.families.Planner.check_plan`."""
    from chains.utxo import sweep

    return sweep.check_plan(network, order, plan)


def remains(network: Network, talk: Talk, reference: str) -> Remains | None:
    """See :func:`chains.utxo.replaced.remains`."""
    from chains.utxo import replaced

    return replaced.remains(network, talk, reference)


def replacement(network: Network, talk: Talk, reference: str, remains: Remains) -> Word:
    """See :func:`chains.utxo.replaced.replacement`."""
    from chains.utxo import replaced

    return replaced.replacement(network, talk, reference, remains)


def neighbours(network: Network, talk: Talk, near: Near) -> list[tuple[int, str]] | None:
    """See :func:`chains.utxo.blocks.neighbours`."""
    from chains.utxo import blocks

    return blocks.neighbours(network, talk, near)


def paid(network: Network, talk: Talk, height: int) -> PaidBlock | None:
    """See :func:`chains.utxo.blocks.paid`."""
    from chains.utxo import blocks

    return blocks.paid(network, talk, height)
