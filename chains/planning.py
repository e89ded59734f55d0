"""Unsigned plans: what a wallet team or a signer is asked to sign, as data and as a file, checked before anyone sees it.

A family that can write the transactions of its networks has ``plan_sweep`` and ``check_plan``
(:class:`chains.families.Planner`); for the others the plan is a precise instruction. Whatever a node helped to build is taken
apart again and compared with the order; a difference is :class:`~chains.errors.NodeMistaken`, never a plan.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from importlib import import_module
from typing import cast

from chains.address import check_address
from chains.asset import check_asset
from chains.errors import ChainError, NodeMistaken, NodeUnavailable, NoNode, NotAnAddress, Refused
from chains.families import FAMILIES, Planner
from chains.sweep import SweepOrder, SweepPlan
from chains.transport import Session
from chains.types import AddressCheck, Network, Node

SECONDS = 20.0
INSTRUCTION = ("check_balance", "send_exactly", "name_the_memo", "report_the_hash", "wait_until_final")
"""What a wallet team is told to do where this program writes no transactions."""


def plan(network: Network, nodes: Sequence[Node], order: SweepOrder, *, timeout: float = SECONDS) -> SweepPlan:
    """An unsigned transaction that does ``order``, or an instruction where the family writes none.

    The nodes are asked one after the other until one helps; what it helped to build is taken apart again. Raises
    :class:`NotAnAddress`, :class:`Refused` (it cannot be done), :class:`NoNode`, :class:`NodeUnavailable`,
    :class:`NodeMistaken`.
    """
    order = _checked(network, order)
    module = _planner(network.family)
    if module is None:
        return _instruction(network, order)
    if not nodes:
        raise NoNode(network.slug)
    trouble: ChainError = NodeUnavailable(f"no node of {network.slug} answers")
    deadline = time.monotonic() + timeout
    for node in nodes:
        try:
            made = module.plan_sweep(network, Session(node, deadline=deadline), order)
        except (NodeUnavailable, NodeMistaken) as error:
            trouble = error
            continue
        if different := module.check_plan(network, order, made):
            trouble = NodeMistaken(f"{node.label}: helped to build another {', '.join(different)}")
            continue
        return made
    raise trouble


def _checked(network: Network, order: SweepOrder) -> SweepOrder:
    """``order`` with addresses and asset in canonical form. Raises :class:`NotAnAddress` and :class:`Refused`."""
    if network.retired is not None:
        raise Refused(f"the network was shut down on {network.retired.isoformat()}, nothing moves there any more")
    if order.amount <= 0:
        raise Refused("nothing to move")
    if order.payer is not None:
        order = replace(order, payer=_canonical(network, "payer", order.payer).normalised or "")
    if order.contract is not None:
        asset = check_asset(network, order.contract)
        if asset is None:
            raise Refused("the network has no such asset")
        order = replace(order, contract=asset)
    order = replace(order, source=_canonical(network, "source", order.source).normalised or "")
    there = _canonical(network, "destination", order.destination)
    if there.memo is not None and order.memo not in (None, there.memo):
        raise Refused("the destination carries another memo than the one given")
    order = replace(order, destination=there.normalised or "", memo=there.memo or order.memo)
    if order.memo is not None and network.memo == "none":
        raise Refused("the network carries no memo")
    if order.source == order.destination:
        raise Refused("source and destination are the same")
    return order


def _canonical(network: Network, name: str, text: str) -> AddressCheck:
    seen = check_address(network, text)
    if not seen.valid:
        raise NotAnAddress(f"{name}: {seen.reason}")
    return seen


def _planner(family: str) -> Planner | None:
    module = import_module(FAMILIES[family])
    return cast("Planner", module) if hasattr(module, "plan_sweep") else None


def _instruction(network: Network, order: SweepOrder) -> SweepPlan:
    steps = [step for step in INSTRUCTION if step != "name_the_memo" or order.memo is not None]
    fields = {
        "network": network.name,
        "asset": order.contract or network.native.asset,
        "amount": str(order.amount),
        "source": order.source,
        "destination": order.destination,
        "memo": order.memo,
    }
    return SweepPlan(network.slug, "instruction", fields, steps=tuple(steps))
