"""How much: below the least, above the most, worth less than it costs."""

from __future__ import annotations

from recovery.domain.causes.finding import Check, told
from recovery.domain.causes.situation import LegCheck, LegSituation


def below_minimum(now: LegSituation) -> Check:
    """E01: less than the asset's least deposit. The policy says whether it waits, counts or is refused."""
    least = now.asset.minimum if now.asset else None
    small = now.listed and least is not None and now.arrived < least
    return told("below_minimum", small, "asset_registry", None if least is None else str(least))


def above_limit(now: LegSituation) -> Check:
    """E03: more than the policy lets through without a look."""
    most = now.all.policy.parameters.limits.get((now.tx.network, now.leg.contract))
    return told("above_limit", most is not None and now.arrived > most, "policy", None if most is None else str(most))


def below_cost(now: LegSituation) -> Check:
    """E02: worth less than moving it costs; by the price of the contract, and by what its own transaction cost.

    What is swept together with others shares its cost with them, so of that it says nothing.
    """
    worth = now.books.worth.get(now.leg.position)
    fee = now.tx.fee
    paid = fee.amount if fee is not None and fee.asset == now.all.network.native.asset else 0
    least = max(now.all.policy.causes["D01"].minimum or 0, paid)
    alone = worth is not None and worth < least and not now.books.batched
    return told("worth_less_than_its_cost", alone, "price_by_contract", now.leg.position)


AMOUNT_RULES: tuple[tuple[str, LegCheck], ...] = (("E01", below_minimum), ("E03", above_limit))
"""Asked of a listed asset; the worth is asked of what must be swept."""
