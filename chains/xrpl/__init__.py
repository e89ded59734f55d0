"""The XRP Ledger: rippled and Clio nodes. Functions as :class:`chains.families.Family` and ``Planner`` ask for."""

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

_HASH = re.compile(r"[0-9a-fA-F]{64}")


def hash_candidate(network: Network, text: str) -> str | None:
    """``text`` as 64 upper-case digits; a hash of this ledger never has a prefix."""
    return text.upper() if _HASH.fullmatch(text) else None


def check_address(network: Network, text: str) -> AddressCheck:
    """See :func:`chains.xrpl.address.check`."""
    from chains.xrpl.address import check

    return check(text)


def asset_identity(network: Network, text: str) -> str | None:
    """See :func:`chains.xrpl.money.asset_identity`."""
    from chains.xrpl import money

    return money.asset_identity(network, text)


def read(network: Network, talk: Talk, reference: str) -> NodeReading:
    """See :func:`chains.xrpl.rippled.read`."""
    from chains.xrpl.rippled import read as read_node

    return read_node(network, talk, reference)


def plan_sweep(network: Network, talk: Talk, order: SweepOrder) -> SweepPlan:
    """See :func:`chains.xrpl.sweep.plan`."""
    from chains.xrpl.sweep import plan

    return plan(network, talk, order)


def check_plan(network: Network, order: SweepOrder, plan: SweepPlan) -> list[str]:
    """See :func:`chains.xrpl.sweep.check`."""
    from chains.xrpl.sweep import check

    return check(network, order, plan)


def survey_legs(network: Network, talk: Talk, order: SurveyOrder) -> Survey:
    """See :func:`chains.xrpl.survey.survey_legs`."""
    from chains.xrpl.survey import survey_legs as survey

    return survey(network, talk, order)


def neighbours(network: Network, talk: Talk, near: Near) -> list[tuple[int, str]]:
    """See :func:`chains.xrpl.blocks.neighbours`."""
    from chains.xrpl import blocks

    return blocks.neighbours(network, talk, near)


def paid(network: Network, talk: Talk, height: int) -> PaidBlock | None:
    """See :func:`chains.xrpl.blocks.paid`."""
    from chains.xrpl import blocks

    return blocks.paid(network, talk, height)
