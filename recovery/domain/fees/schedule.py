"""A version of the fee policy taken apart: rules in order, the first that matches decides. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from recovery.domain.fees.facts import FeeFacts
from recovery.domain.fees.shapes import AssetId, Bounded
from recovery.domain.fees.units import Amount, PriceMissing, Reference, Scale

FREE_CLASS = "free"
FEE_CLASSES = (FREE_CLASS, "memo", "returned", "standard", "extended")
"""Classes the policy of causes gives its rows."""

DEPOSITOR, PLATFORM = "depositor", "platform"
DEDUCTED, ADVANCE = "deducted", "advance"
REFUSE, WAIVE, NEXT = "refuse", "waive", "next"


@dataclass(frozen=True)
class Match:
    """Conditions that all have to hold; ``None`` is no condition. A value without a price lies in no band."""

    networks: frozenset[str] | None = None
    assets: frozenset[AssetId] | None = None
    causes: frozenset[str] | None = None
    fee_classes: frozenset[str] | None = None
    value_from: Amount | None = None
    value_below: Amount | None = None

    def holds(self, facts: FeeFacts, scale: Scale) -> bool:
        """Whether all conditions hold."""
        return (
            (self.networks is None or facts.network in self.networks)
            and (self.assets is None or (facts.network, facts.contract) in self.assets)
            and (self.causes is None or facts.cause in self.causes)
            and (self.fee_classes is None or facts.fee_class in self.fee_classes)
            and self._in_band(facts.gross, scale)
        )

    def names_free(self, facts: FeeFacts) -> bool:
        """Whether it says expressly that it means causes that are free, or this very cause."""
        return FREE_CLASS in (self.fee_classes or ()) or facts.cause in (self.causes or ())

    def _in_band(self, gross: int, scale: Scale) -> bool:
        try:
            return (self.value_from is None or gross >= scale.in_asset(self.value_from)) and (
                self.value_below is None or gross < scale.in_asset(self.value_below)
            )
        except PriceMissing:
            return False


@dataclass(frozen=True)
class Waiver:
    """When the fee falls away: all its conditions hold. ``network_cost``: that of the network as well."""

    name: str
    when: Match
    own_error: bool
    network_cost: bool

    def holds(self, facts: FeeFacts, scale: Scale) -> bool:
        """Whether it applies."""
        return (facts.own_error or not self.own_error) and self.when.holds(facts, scale)


@dataclass(frozen=True)
class NetworkCost:
    """Who bears the cost of the network, with which margin for its estimate, and what becomes of the unused part."""

    borne_by: str
    factor_bps: int
    cap: Amount | None
    unused_returned: bool


@dataclass(frozen=True)
class Rule:
    """One rule. ``without_price``: refuse, waive (what has no price costs nothing), or go on with the next rule."""

    name: str
    match: Match
    fee: Bounded
    network_cost: NetworkCost
    minimum_value: Amount | None
    minimum_net: Amount | None
    collected: str
    refundable: bool
    waivers: tuple[Waiver, ...]
    without_price: str

    def is_for(self, facts: FeeFacts, scale: Scale) -> bool:
        """Whether the rule is about these facts. A cause that is free stays free unless the rule says that it means it."""
        if facts.fee_class == FREE_CLASS and not self.match.names_free(facts):
            return False
        return self.match.holds(facts, scale)


@dataclass(frozen=True)
class Schedule:
    """A version: its unit of account, when it begins, what withdrawals cost, and the rules."""

    reference: Reference | None
    effective_from: datetime | None
    withdrawal_fees: Mapping[AssetId, int]
    rules: tuple[Rule, ...]
