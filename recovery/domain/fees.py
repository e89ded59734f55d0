"""What a recovery costs: a pure function from facts, policy and price to lines that explain themselves.

Everything is in base units of the recovered asset. Fees are rounded down, in favour of the depositor. A policy is an
ordered list of rules; the first that matches decides::

    {"name": "standard", "match": {"networks": ["local"], "causes": ["D01"]},
     "percent_bps": 500, "flat_native": "0", "minimum_native": "0", "maximum_bps": 2500, "network_cost": "passed_on"}
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from recovery.errors import InvalidInput

BPS = 10_000
_AMOUNT = re.compile(r"[0-9]{1,78}")


@dataclass(frozen=True)
class Ratio:
    """What one base unit of the asset is worth in base units of the native coin, as an exact fraction."""

    numerator: int
    denominator: int

    def in_asset(self, native: int) -> int:
        """An amount of native coin expressed in the asset, rounded down."""
        return native * self.denominator // self.numerator


@dataclass(frozen=True)
class FeeFacts:
    """What a rule may look at."""

    network: str
    cause: str
    gross: int
    network_cost_native: int
    price: Ratio | None


@dataclass(frozen=True)
class Line:
    """One line of a quote: a stable label, an amount in base units of the asset, and what it was computed from."""

    label: str
    amount: int
    explain: Mapping[str, str]


@dataclass(frozen=True)
class Terms:
    """Gross = fee + network cost + net, with the lines that say so."""

    gross: int
    fee: int
    network_cost: int
    net: int
    rule: str
    lines: tuple[Line, ...]


def check_rules(rules: object) -> list[dict[str, Any]]:
    """A policy as it may be stored. Raises InvalidInput naming the first thing wrong."""
    if not isinstance(rules, list) or not rules:
        raise InvalidInput("policy_is_no_list")
    for rule in rules:
        if not isinstance(rule, dict) or not isinstance(rule.get("name"), str):
            raise InvalidInput("policy_rule_has_no_name")
        unknown = set(rule) - {
            "name", "match", "percent_bps", "flat_native", "minimum_native", "maximum_bps", "network_cost",
        }  # fmt: skip
        if unknown:
            raise InvalidInput("policy_rule_has_unknown_field", field=min(unknown))
        _check_match(rule.get("match", {}))
        for key in ("percent_bps", "maximum_bps"):
            value = rule.get(key, 0)
            if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= BPS:
                raise InvalidInput("policy_percentage_out_of_range", field=key)
        for key in ("flat_native", "minimum_native"):
            if not _AMOUNT.fullmatch(str(rule.get(key, "0"))):
                raise InvalidInput("policy_amount_is_no_number", field=key)
        if rule.get("network_cost", "passed_on") not in ("passed_on", "absorbed"):
            raise InvalidInput("policy_network_cost_unknown")
    return rules


def _check_match(match: object) -> None:
    """A misspelt condition would match everything, and a text instead of a list parts of other names."""
    if not isinstance(match, dict) or set(match) - {"networks", "causes"}:
        raise InvalidInput("policy_match_unknown")
    for names in match.values():
        if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
            raise InvalidInput("policy_match_unknown")


def quote_terms(facts: FeeFacts, rules: Sequence[Mapping[str, Any]]) -> Terms:
    """The terms the first matching rule gives. Raises InvalidInput when no rule matches or nothing would be left."""
    rule = next((rule for rule in rules if _matches(rule.get("match", {}), facts)), None)
    if rule is None:
        raise InvalidInput("no_fee_rule_matches")
    fee_line = _fee(rule, facts)
    cost_line = _network_cost(rule, facts)
    net = facts.gross - fee_line.amount - cost_line.amount
    if net <= 0:
        raise InvalidInput("value_below_cost")
    lines = (
        Line("gross", facts.gross, {}),
        fee_line,
        cost_line,
        Line("net", net, {}),
    )
    return Terms(facts.gross, fee_line.amount, cost_line.amount, net, str(rule["name"]), lines)


def _matches(match: Mapping[str, Any], facts: FeeFacts) -> bool:
    networks, causes = match.get("networks"), match.get("causes")
    return (networks is None or facts.network in networks) and (causes is None or facts.cause in causes)


def _fee(rule: Mapping[str, Any], facts: FeeFacts) -> Line:
    """Percentage plus flat part, not below the floor, not above the cap. Native parts need a price, else are waived."""
    bps = int(rule.get("percent_bps", 0))
    fee = facts.gross * bps // BPS
    explain = {"rule": str(rule["name"]), "percent_bps": str(bps)}
    flat, floor = int(rule.get("flat_native", "0")), int(rule.get("minimum_native", "0"))
    if flat or floor:
        if facts.price is None:
            explain["native_part"] = "waived_without_a_price"
        else:
            fee = max(fee + facts.price.in_asset(flat), facts.price.in_asset(floor))
            explain |= {"flat_native": str(flat), "minimum_native": str(floor)}
    if "maximum_bps" in rule:
        fee = min(fee, facts.gross * int(rule["maximum_bps"]) // BPS)
        explain["maximum_bps"] = str(rule["maximum_bps"])
    return Line("fee", fee, explain)


def _network_cost(rule: Mapping[str, Any], facts: FeeFacts) -> Line:
    explain = {"native": str(facts.network_cost_native)}
    if rule.get("network_cost", "passed_on") == "absorbed":
        return Line("network_cost", 0, explain | {"why": "absorbed"})
    if facts.price is None:
        return Line("network_cost", 0, explain | {"why": "absorbed_without_a_price"})
    explain |= {"price": f"{facts.price.numerator}/{facts.price.denominator}"}
    return Line("network_cost", facts.price.in_asset(facts.network_cost_native), explain)
