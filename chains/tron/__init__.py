"""The TRON family: full nodes and services that answer java-tron's HTTP interface (``wallet/`` and ``walletsolidity/``)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from chains.families import NodeReading
from chains.sweep import SweepOrder, SweepPlan
from chains.transport import Talk
from chains.types import AddressCheck, Network

if TYPE_CHECKING:
    from chains.neighbours import Near
    from chains.scanning import PaidBlock
    from chains.survey import SurveyOrder
    from chains.surveyed import Survey

_HASH = re.compile(r"(?:0[xX])?([0-9a-fA-F]{64})")


def hash_candidate(network: Network, text: str) -> str | None:
    """``text`` as 64 lower-case digits; prefix and case may be as anybody writes them."""
    match = _HASH.fullmatch(text)
    return match[1].lower() if match else None


def check_address(network: Network, text: str) -> AddressCheck:
    """See :func:`chains.tron.address.check`."""
    from chains.tron.address import check

    return check(text)


def asset_identity(network: Network, text: str) -> str | None:
    """See :func:`chains.tron.address.asset_identity`."""
    from chains.tron import address

    return address.asset_identity(network, text)


def twin_key(network: Network, address: str) -> str | None:
    """See :func:`chains.tron.address.twin_key`."""
    from chains.tron import address as addresses

    return addresses.twin_key(network, address)


def twin_addresses(network: Network, key: str) -> tuple[str, ...]:
    """See :func:`chains.tron.address.twin_addresses`."""
    from chains.tron import address as addresses

    return addresses.twin_addresses(network, key)


def read(network: Network, talk: Talk, reference: str) -> NodeReading:
    """See :func:`chains.tron.trongrid.read`."""
    from chains.tron.trongrid import read as read_node

    return read_node(network, talk, reference)


def plan_sweep(network: Network, talk: Talk, order: SweepOrder) -> SweepPlan:
    """See :func:`chains.tron.sweep.plan_sweep`."""
    from chains.tron.sweep import plan_sweep as plan

    return plan(network, talk, order)


def check_plan(network: Network, order: SweepOrder, plan: SweepPlan) -> list[str]:
    """See :func:`chains.tron.sweep.check_plan`."""
    from chains.tron.sweep import check_plan as check

    return check(network, order, plan)


def survey_legs(network: Network, talk: Talk, order: SurveyOrder) -> Survey:
    """See :func:`chains.tron.survey.survey_legs`."""
    from chains.tron.survey import survey_legs as survey

    return survey(network, talk, order)


def neighbours(network: Network, talk: Talk, near: Near) -> list[tuple[int, str]] | None:
    """See :func:`chains.tron.blocks.neighbours`."""
    from chains.tron import blocks

    return blocks.neighbours(network, talk, near)


def paid(network: Network, talk: Talk, height: int) -> PaidBlock | None:
    """See :func:`chains.tron.blocks.paid`."""
    from chains.tron import blocks

    return blocks.paid(network, talk, height)
