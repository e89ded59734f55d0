"""Facts and a version of the policy to the lines of a quote. Pure: the same facts give the same lines for ever.

Everything ends in base units of the recovered asset. Fee and cost are rounded down, each once and last, in favour of the
depositor; the payable amount is what is left, so the lines always add up to what was found.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from math import floor
from typing import Any

from recovery.domain.fees.facts import FeeFacts, facts_from_json, facts_to_json
from recovery.domain.fees.reading import schedule_from
from recovery.domain.fees.schedule import ADVANCE, DEPOSITOR, FREE_CLASS, NEXT, WAIVE, Rule, Schedule, Waiver
from recovery.domain.fees.shapes import Step, Work
from recovery.domain.fees.units import BPS, NATIVE, Amount, PriceMissing, Prices, Ratio, Scale
from recovery.errors import InvalidInput


@dataclass(frozen=True)
class Line:
    """One line of a quote: a stable label, an amount in base units of the asset, and what it was computed from.

    ``explain`` holds ``steps``, each a code and its numbers, and for the fee the ``rule``.
    """

    label: str
    amount: int
    explain: Mapping[str, Any]


@dataclass(frozen=True)
class Terms:
    """Gross = fee + network cost + net, with the lines that say so.

    ``in_advance`` is paid beforehand instead of taken from the coins; then ``fee`` is 0. ``refundable``: whether a fee is
    given back when the recovery fails. ``returns_unused``: whether :func:`unused_cost` is owed once the recovery is paid.
    ``fee_inputs``: what :func:`recompute` needs beside the version of the policy. ``counted_in``: the units of account whose
    price the terms depend on.
    """

    gross: int
    fee: int
    network_cost: int
    net: int
    rule: str
    lines: tuple[Line, ...]
    in_advance: int
    refundable: bool
    returns_unused: bool
    fee_inputs: Mapping[str, Any]
    counted_in: frozenset[str]


def quote_terms(facts: FeeFacts, schedule: Schedule) -> Terms:
    """The terms of the first rule that is for these facts; a cause that is free needs none.

    Raises InvalidInput when no rule is, when a price or a person's word is missing, when the value is below the smallest
    one a rule takes, and when nothing (or less than the rule asks for) would be left.
    """
    work = _work(facts, schedule)
    for rule in schedule.rules:
        if not rule.is_for(work.facts, work.scale):
            continue
        try:
            return _terms(work, rule)
        except PriceMissing as missing:
            if rule.without_price != NEXT:
                raise InvalidInput("fee_needs_price", unit=str(missing), rule=rule.name) from None
    if facts.fee_class != FREE_CLASS:
        raise InvalidInput("no_fee_rule_matches")
    step = {"code": "free_cause", "cause": facts.cause}
    return _made(work, None, (0, (step,)), (0, ({"code": "borne_by_platform"},)))


def recompute(fee_inputs: Mapping[str, Any], document: Mapping[str, Any]) -> Terms:
    """The terms of a quote worked out again from what was kept with it and its version of the policy."""
    return quote_terms(facts_from_json(fee_inputs), schedule_from(document))


def unused_cost(terms: Terms, document: Mapping[str, Any], spent: int) -> int:
    """What of the network cost the depositor was charged goes back to them, in base units of the asset, rounded down.

    ``spent`` is what the recovery really cost, in base units of the network's coin. Nothing where the rule keeps it, or
    where the cost was not passed on.
    """
    schedule = schedule_from(document)
    facts = facts_from_json(terms.fee_inputs)
    rule = next((one for one in schedule.rules if one.name == terms.rule), None)
    if rule is None or not rule.network_cost.unused_returned or not terms.network_cost:
        return 0
    price = _prices(facts).native
    owed = spent / price.exact if price else Fraction(0)
    return max(0, floor(terms.network_cost - owed))


def _work(facts: FeeFacts, schedule: Schedule) -> Work:
    return Work(facts, Scale(_prices(facts), schedule.reference), schedule.withdrawal_fees)


def _prices(facts: FeeFacts) -> Prices:
    """The coin of a network is worth itself."""
    return facts.prices if facts.contract is not None else Prices(Ratio(1, 1), facts.prices.reference)


def _terms(work: Work, rule: Rule) -> Terms:
    work = replace(work, waive=rule.without_price == WAIVE)
    scale, facts = work.scale, work.facts
    waiver = next((one for one in rule.waivers if one.holds(facts, scale)), None)
    if rule.minimum_value is not None and facts.gross < _or_nothing(rule, rule.minimum_value, scale):
        raise InvalidInput("value_below_minimum")
    return _made(work, rule, _fee(work, rule, waiver), _network_cost(work, rule, waiver))


def _fee(work: Work, rule: Rule, waiver: Waiver | None) -> tuple[int, tuple[Step, ...]]:
    if waiver is not None:
        return 0, ({"code": "waived", "waiver": waiver.name},)
    try:
        worked = work.charge(rule.fee, Fraction(work.facts.gross))
    except PriceMissing as missing:
        if not work.waive:
            raise
        return 0, ({"code": "waived_without_a_price", "unit": str(missing)},)
    return floor(worked.fee), worked.steps


def _network_cost(work: Work, rule: Rule, waiver: Waiver | None) -> tuple[int, tuple[Step, ...]]:
    cost, native = rule.network_cost, work.scale.prices.native
    if waiver is not None and waiver.network_cost:
        return 0, ({"code": "waived", "waiver": waiver.name},)
    if cost.borne_by != DEPOSITOR:
        return 0, ({"code": "borne_by_platform", "native": str(work.facts.network_cost)},)
    if native is None:
        if not work.waive:
            raise PriceMissing(NATIVE)
        return 0, ({"code": "borne_without_a_price", "native": str(work.facts.network_cost)},)
    charged = Fraction(work.facts.network_cost * cost.factor_bps, BPS) / native.exact
    steps: list[Step] = [
        {
            "code": "passed_on_unused_returned" if cost.unused_returned else "passed_on",
            "native": str(work.facts.network_cost),
            "factor_bps": str(cost.factor_bps),
            "price": f"{native.numerator}/{native.denominator}",
        }
    ]
    if cost.cap is not None and charged > (most := _or_nothing(rule, cost.cap, work.scale)):
        charged = most
        steps.append(work.told("cap", cost.cap, most))
    return floor(charged), tuple(steps)


def _or_nothing(rule: Rule, amount: Amount, scale: Scale) -> Fraction:
    """An amount in the asset; nothing where it has no price and the rule waives what has none."""
    try:
        return scale.in_asset(amount)
    except PriceMissing:
        if rule.without_price != WAIVE:
            raise
        return Fraction(0)


def _made(
    work: Work, rule: Rule | None, fee: tuple[int, tuple[Step, ...]], cost: tuple[int, tuple[Step, ...]]
) -> Terms:
    """The lines, if enough is left: what is paid in advance counts as well, for nobody pays more than comes back."""
    gross, name = work.facts.gross, rule.name if rule else ""
    left = gross - fee[0] - cost[0]
    least = _or_nothing(rule, rule.minimum_net, work.scale) if rule and rule.minimum_net else Fraction(0)
    if left <= 0 or left < least:
        raise InvalidInput("value_below_cost")
    advance = fee[0] if rule is not None and rule.collected == ADVANCE else 0
    deducted = fee[0] - advance
    refundable = rule is None or rule.refundable
    net = gross - deducted - cost[0]
    return Terms(
        gross=gross,
        fee=deducted,
        network_cost=cost[0],
        net=net,
        rule=name,
        lines=tuple(_lines(gross, deducted, cost, net, advance, _told(name, fee[1], refundable))),
        in_advance=advance,
        refundable=refundable,
        returns_unused=rule is not None and rule.network_cost.unused_returned and cost[0] > 0,
        fee_inputs=facts_to_json(work.facts),
        counted_in=frozenset(work.scale.asked),
    )


def _told(rule: str, steps: tuple[Step, ...], refundable: bool) -> dict[str, Any]:
    return {"rule": rule, "steps": [dict(step) for step in steps], "refundable": refundable}


def _lines(
    gross: int, fee: int, cost: tuple[int, tuple[Step, ...]], net: int, advance: int, told: dict[str, Any]
) -> Iterator[Line]:
    yield Line("gross", gross, {})
    if advance:
        yield Line("fee_in_advance", advance, told)
    else:
        yield Line("fee", fee, told)
    yield Line("network_cost", cost[0], {"steps": [dict(step) for step in cost[1]]})
    yield Line("net", net, {})
