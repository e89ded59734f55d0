"""Stellar: Horizon nodes. Functions as :class:`chains.families.Family` and ``Planner`` ask for."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from chains.families import NodeReading
from chains.sweep import SweepOrder, SweepPlan
from chains.transport import Talk
from chains.types import AddressCheck, Network

if TYPE_CHECKING:
    from chains.survey import SurveyOrder
    from chains.surveyed import Survey

_HASH = re.compile(r"[0-9a-fA-F]{64}")


def hash_candidate(network: Network, text: str) -> str | None:
    """``text`` as 64 lower-case digits; a hash of this network never has a prefix."""
    return text.lower() if _HASH.fullmatch(text) else None


def check_address(network: Network, text: str) -> AddressCheck:
    """See :func:`chains.stellar.address.check`."""
    from chains.stellar.address import check

    return check(text)


def asset_identity(network: Network, text: str) -> str | None:
    """See :func:`chains.stellar.money.asset_identity`."""
    from chains.stellar import money

    return money.asset_identity(network, text)


def read(network: Network, talk: Talk, reference: str) -> NodeReading:
    """See :func:`chains.stellar.horizon.read`."""
    from chains.stellar.horizon import read as read_node

    return read_node(network, talk, reference)


def plan_sweep(network: Network, talk: Talk, order: SweepOrder) -> SweepPlan:
    """See :func:`chains.stellar.sweep.plan`."""
    from chains.stellar.sweep import plan

    return plan(network, talk, order)


def check_plan(network: Network, order: SweepOrder, plan: SweepPlan) -> list[str]:
    """See :func:`chains.stellar.sweep.check`."""
    from chains.stellar.sweep import check

    return check(network, order, plan)


def survey_legs(network: Network, talk: Talk, order: SurveyOrder) -> Survey:
    """See :func:`chains.stellar.survey.survey_legs`."""
    from chains.stellar.survey import survey_legs as survey

    return survey(network, talk, order)
