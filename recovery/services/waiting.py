"""Value that is where it should only pass through: under way, unidentified or owed for too long. Each rings once a stretch."""

from __future__ import annotations

from sqlalchemy.orm import Session

from chains.catalogue import networks
from recovery.queries.waiting import credits_since, in_transit, old_balances
from recovery.services.alarms import ring

LEAST_TRANSIT_SECONDS = 1_800
"""No payment rings sooner, however fast its network is: nodes and fees take their time too."""

BLOCK_SECONDS = {"utxo": 600, "evm": 15, "cardano": 20}
"""Seconds a block takes on the slower networks of a family; the catalogue counts finality in blocks only."""

USUAL_BLOCK_SECONDS = 10

SUSPENSE_DAYS = 14
PAYABLE_DAYS = 60
CREDIT_SECONDS = 3_600


def ring_for_what_waits(session: Session) -> None:
    """Ring for every plan in transit, every open credit and every balance that is too old by the database's clock."""
    for plan in in_transit(session):
        longest = transit_seconds(plan.network)
        if plan.seconds > longest:
            facts = {"network": plan.network, "plan": str(plan.id), "since": plan.since.isoformat()}
            ring(session, "in_transit_too_long", f"plan {plan.id} {plan.seconds // 86_400}", facts, once=True)
    for intent in credits_since(session, CREDIT_SECONDS):
        facts = {"case": intent.case, "since": intent.since.isoformat()}
        ring(session, "in_transit_too_long", f"credit {intent.id} {intent.seconds // 86_400}", facts, once=True)
    for kind, account, days in (
        ("suspense_too_old", "2100", SUSPENSE_DAYS),
        ("payable_too_old", "2110", PAYABLE_DAYS),
    ):
        for balance in old_balances(session, account, days):
            facts = {
                "case": balance.case,
                "asset": balance.asset,
                "amount": str(balance.amount),
                "network": balance.network,
            }
            ring(session, kind, f"{balance.case} {balance.asset} {balance.days // days}", facts, once=True)


def transit_seconds(slug: str) -> int:
    """Twice as long as a payment on the network takes to be final, at least half an hour."""
    network = networks().get(slug)
    if network is None:
        return LEAST_TRANSIT_SECONDS
    block = BLOCK_SECONDS.get(network.family, USUAL_BLOCK_SECONDS)
    return max(LEAST_TRANSIT_SECONDS, 2 * network.confirmations * block)
