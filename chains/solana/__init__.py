"""The Solana family: networks that answer Solana's JSON-RPC. Functions as :class:`chains.families.Family` asks for."""

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

_SHAPE = re.compile(r"[1-9A-HJ-NP-Za-km-z]{64,88}")


def hash_candidate(network: Network, text: str) -> str | None:
    """``text`` when it is the base58 of a signature's 64 bytes: 64 characters (all ones) to 88, in practice 86 to 88."""
    if not _SHAPE.fullmatch(text):
        return None
    from chains.solana.address import signature

    return signature(text)


def check_address(network: Network, text: str) -> AddressCheck:
    """See :func:`chains.solana.address.check`."""
    from chains.solana.address import check

    return check(text)


def asset_identity(network: Network, text: str) -> str | None:
    """See :func:`chains.solana.address.asset_identity`."""
    from chains.solana import address

    return address.asset_identity(network, text)


def read(network: Network, talk: Talk, reference: str) -> NodeReading:
    """See :func:`chains.solana.jsonrpc.read`."""
    from chains.solana.jsonrpc import read as read_node

    return read_node(network, talk, reference)


def plan_sweep(network: Network, talk: Talk, order: SweepOrder) -> SweepPlan:
    """See :func:`chains.solana.sweep.plan_sweep`."""
    from chains.solana.sweep import plan_sweep as plan

    return plan(network, talk, order)


def check_plan(network: Network, order: SweepOrder, plan: SweepPlan) -> list[str]:
    """See :func:`chains.solana.sweep.check_plan`."""
    from chains.solana.sweep import check_plan as check

    return check(network, order, plan)


def survey_legs(network: Network, talk: Talk, order: SurveyOrder) -> Survey:
    """See :func:`chains.solana.survey.survey_legs`."""
    from chains.solana.survey import survey_legs as survey

    return survey(network, talk, order)
