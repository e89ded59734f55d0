"""The EVM family: networks that answer Ethereum's JSON-RPC. Functions as :class:`chains.families.Family` asks for."""

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
    from chains.survey import SurveyOrder
    from chains.surveyed import Survey

_HASH = re.compile(r"(?:0[xX])?([0-9a-fA-F]{64})")


def hash_candidate(network: Network, text: str) -> str | None:
    """``text`` as ``0x`` and 64 lower-case digits; prefix and case may be as anybody writes them."""
    match = _HASH.fullmatch(text)
    return f"0x{match[1].lower()}" if match else None


def check_address(network: Network, text: str) -> AddressCheck:
    """See :func:`chains.evm.address.check`."""
    from chains.evm.address import check

    return check(text)


def asset_identity(network: Network, text: str) -> str | None:
    """See :func:`chains.evm.address.asset_identity`."""
    from chains.evm import address

    return address.asset_identity(network, text)


def twin_key(network: Network, address: str) -> str | None:
    """See :func:`chains.evm.address.twin_key`."""
    from chains.evm import address as addresses

    return addresses.twin_key(network, address)


def twin_addresses(network: Network, key: str) -> tuple[str, ...]:
    """See :func:`chains.evm.address.twin_addresses`."""
    from chains.evm import address as addresses

    return addresses.twin_addresses(network, key)


def read(network: Network, talk: Talk, reference: str) -> NodeReading:
    """See :func:`chains.evm.client.read`."""
    from chains.evm.client import read as read_node

    return read_node(network, talk, reference)


def plan_sweep(network: Network, talk: Talk, order: SweepOrder) -> SweepPlan:
    """See :func:`chains.evm.sweep.plan_sweep`."""
    from chains.evm.sweep import plan_sweep as plan

    return plan(network, talk, order)


def check_plan(network: Network, order: SweepOrder, plan: SweepPlan) -> list[str]:
    """See :func:`chains.evm.sweep.check_plan`."""
    from chains.evm.sweep import check_plan as check

    return check(network, order, plan)


def survey_legs(network: Network, talk: Talk, order: SurveyOrder) -> Survey:
    """See :func:`chains.evm.survey.survey_legs`."""
    from chains.evm.survey import survey_legs as survey

    return survey(network, talk, order)


def remains(network: Network, talk: Talk, reference: str) -> Remains | None:
    """See :func:`chains.evm.replaced.remains`."""
    from chains.evm import replaced

    return replaced.remains(network, talk, reference)


def replacement(network: Network, talk: Talk, reference: str, remains: Remains) -> Word:
    """See :func:`chains.evm.replaced.replacement`."""
    from chains.evm import replaced

    return replaced.replacement(network, talk, reference, remains)


def neighbours(network: Network, talk: Talk, near: Near) -> list[tuple[int, str]]:
    """See :func:`chains.evm.blocks.neighbours`."""
    from chains.evm import blocks

    return blocks.neighbours(network, talk, near)


def paid(network: Network, talk: Talk, height: int) -> PaidBlock | None:
    """See :func:`chains.evm.blocks.paid`."""
    from chains.evm import blocks

    return blocks.paid(network, talk, height)
