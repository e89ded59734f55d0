"""The fee policy read aloud: how a line of a quote came about, and what a rule says, in the words of the reader."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from flask import Flask
from markupsafe import Markup

from recovery.domain import fee_texts, policy_texts
from recovery.domain.amounts import decimal_text
from recovery.domain.fees.schedule import ADVANCE, DEPOSITOR, Match, Rule, Schedule
from recovery.domain.fees.shapes import (
    Bounded,
    ByAsset,
    Excess,
    Flat,
    Free,
    Multiple,
    Percent,
    Range,
    Row,
    Tiers,
    Total,
)
from recovery.domain.fees.units import ASSET, BPS, NATIVE, REFERENCE, Amount
from recovery.web._rendering import amount, chain, native_decimals, native_symbol, network_name, percent, said, short

Coin = tuple[int | None, str | None]
"""Decimals and symbol of a network's coin."""
_SEEN_WITH_PRICE = ("passed_on", "passed_on_unused_returned")


def install(app: Flask) -> None:
    """Add what templates of quotes and of the policy ask."""
    app.jinja_env.globals.update(explain=explain)


def explain(line: Mapping[str, Any], slug: str | None, terms: Mapping[str, Any]) -> Markup:
    """How a line of a quote was computed, in a few words. Quotes of old had other facts; they stay without words."""
    told = line.get("explain") or {}
    parts = [words for step in told.get("steps", ()) if (words := _step(step, slug, terms))]
    if told.get("refundable") is False and str(line["amount"]) != "0":
        parts.append(Markup.escape(said(fee_texts.NOT_REFUNDABLE)))
    return Markup(", ").join(parts)


def _step(step: Mapping[str, str], slug: str | None, terms: Mapping[str, Any]) -> Markup:
    """One step; values come from the policy and from chains, and are escaped."""
    text = fee_texts.STEPS.get(step["code"])
    if text is None:
        return Markup("")
    values: dict[str, Any] = {"number": step.get("number", ""), "waiver": chain(step.get("waiver", ""), 80)}
    if "bps" in step:
        values["percent"] = percent(step["bps"])
    if "factor_bps" in step:
        values["times"] = decimal_text(int(step["factor_bps"]), 4)
    if step["code"] in _SEEN_WITH_PRICE:
        charged = int(step["native"]) * int(step["factor_bps"]) // BPS
        values["amount"] = amount(charged, native_decimals(slug), native_symbol(slug))
    elif "amount" in step:
        values["amount"] = _step_amount(step, slug, terms)
    return Markup(said(text)) % values  # noqa: S704 - words of the catalogue; values are escaped


def _step_amount(step: Mapping[str, str], slug: str | None, terms: Mapping[str, Any]) -> Markup:
    if step.get("unit") == NATIVE:
        return amount(step["amount"], native_decimals(slug), native_symbol(slug))
    if step.get("unit") == REFERENCE:
        return amount(step["amount"], int(step.get("decimals", "0")), step.get("name"))
    return amount(step["amount"], terms["decimals"], terms["symbol"])


class Reader:
    """One version in plain words, for those who keep it."""

    def __init__(self, schedule: Schedule) -> None:
        self.schedule = schedule
        self._coin: Coin | None = None
        self._asset_is_coin = False

    def rules(self) -> list[dict[str, Any]]:
        """Each rule: its name, when it holds, what it costs, and its switches, a sentence each."""
        return [self._rule(rule) for rule in self.schedule.rules]

    def _rule(self, rule: Rule) -> dict[str, Any]:
        match = rule.match
        self._look_at(
            match.networks or {slug for slug, _ in match.assets or ()}, {one for _, one in match.assets or ()}
        )
        return {
            "name": rule.name,
            "when": self._match(match) or Markup.escape(said(fee_texts.CONDITIONS["anything"])),
            "fee": self._fee(rule.fee),
            "terms": list(self._terms(rule)),
        }

    def _look_at(self, networks: Collection[str], contracts: Collection[str | None]) -> None:
        """Amounts are written in a coin where only one can be meant, else in base units."""
        coins = {(native_decimals(slug), native_symbol(slug)) for slug in networks}
        self._coin = coins.pop() if len(coins) == 1 else None
        self._asset_is_coin = set(contracts) == {None}

    def _match(self, match: Match) -> Markup:
        parts = list[Markup]()
        for key, names in (
            ("networks", [Markup.escape(network_name(one)) for one in sorted(match.networks or ())]),
            ("assets", [self._asset(*one) for one in sorted(match.assets or (), key=str)]),
            ("causes", [Markup.escape(one) for one in sorted(match.causes or ())]),
            ("fee_classes", [Markup.escape(said(policy_texts.FEES[one])) for one in sorted(match.fee_classes or ())]),
        ):
            if names:
                parts.append(self._say(fee_texts.CONDITIONS[key], names=Markup(", ").join(names)))
        for key, edge in (("from", match.value_from), ("below", match.value_below)):
            if edge is not None:
                parts.append(self._say(fee_texts.CONDITIONS[key], amount=self._amount(edge)))
        return Markup(", ").join(parts)

    def _fee(self, bounded: Bounded) -> Markup:
        parts = [self._shape(bounded)]
        for key, bound in (("floor", bounded.floor), ("cap", bounded.cap)):
            if bound is not None:
                parts.append(self._say(fee_texts.SHAPES[key], amount=self._amount(bound)))
        if bounded.cap_bps is not None:
            parts.append(self._say(fee_texts.SHAPES["cap_bps"], percent=percent(bounded.cap_bps)))
        return Markup(", ").join(parts)

    def _shape(self, bounded: Bounded) -> Markup:
        words = fee_texts.SHAPES
        match bounded.shape:
            case Free():
                return self._say(words["free"])
            case Flat(fixed):
                return self._say(words["flat"], amount=self._amount(fixed))
            case Percent(bps):
                return self._say(words["percent"], percent=percent(bps))
            case Excess(bps, over):
                return self._say(words["percent_of_excess"], percent=percent(bps), amount=self._amount(over))
            case Multiple(factor_bps):
                return self._say(words["withdrawal_fee"], times=decimal_text(factor_bps, 4))
            case Range(least, most):
                return self._say(words["range"], low=self._amount(least), high=self._amount(most))
            case ByAsset(rows, otherwise):
                rest = [self._say(words["otherwise"], fee=self._fee(otherwise))] if otherwise else []
                return self._listed("by_asset", [*map(self._row, rows), *rest])
            case Tiers():
                return self._tiers(bounded.shape)
            case Total(parts):
                return Markup(" {} ").format(self._say(words["plus"])).join(self._fee(part) for part in parts)

    def _row(self, row: Row) -> Markup:
        before = self._coin, self._asset_is_coin
        self._look_at({row.network}, {row.contract})
        asset, fee = self._asset(row.network, row.contract), self._fee(row.fee)
        self._coin, self._asset_is_coin = before
        if row.intended is None:
            return self._say(fee_texts.SHAPES["row"], asset=asset, fee=fee)
        return self._say(fee_texts.SHAPES["row_pair"], asset=asset, network=network_name(row.intended), fee=fee)

    def _tiers(self, tiers: Tiers) -> Markup:
        said_brackets = [
            self._say(fee_texts.SHAPES["rest"], fee=self._fee(one.fee))
            if one.below is None
            else self._say(fee_texts.SHAPES["below"], amount=self._amount(one.below), fee=self._fee(one.fee))
            for one in tiers.brackets
        ]
        return self._listed("progressive" if tiers.progressive else "tiers", said_brackets)

    def _terms(self, rule: Rule) -> Iterator[Markup]:
        words, cost = fee_texts.TERMS, rule.network_cost
        if cost.borne_by == DEPOSITOR:
            yield self._say(words["cost_depositor"], percent=percent(cost.factor_bps))
            if cost.cap is not None:
                yield self._say(words["cost_cap"], amount=self._amount(cost.cap))
            if cost.unused_returned:
                yield self._say(words["unused_returned"])
        else:
            yield self._say(words["cost_platform"])
        for key, least in (("minimum_value", rule.minimum_value), ("minimum_net", rule.minimum_net)):
            if least is not None:
                yield self._say(words[key], amount=self._amount(least))
        yield self._say(words["advance" if rule.collected == ADVANCE else "deducted"])
        yield self._say(words["refundable" if rule.refundable else "not_refundable"])
        for waiver in rule.waivers:
            own = [self._say(fee_texts.CONDITIONS["own_error"])] if waiver.own_error else []
            conditions = Markup(", ").join([*own, *filter(None, [self._match(waiver.when)])])
            text = words["waiver_with_cost" if waiver.network_cost else "waiver"]
            yield self._say(text, name=chain(waiver.name, 80), conditions=conditions)
        yield self._say(words[rule.without_price])

    def _listed(self, key: str, parts: list[Markup]) -> Markup:
        return Markup("{} – {}").format(self._say(fee_texts.SHAPES[key]), Markup("; ").join(parts))

    def _asset(self, network: str, contract: str | None) -> Markup:
        if contract is None:
            return Markup.escape(native_symbol(network) or network)
        return Markup("{} ({})").format(short(contract, 8), network_name(network))

    def _amount(self, given: Amount) -> Markup:
        reference = self.schedule.reference
        if given.unit == REFERENCE and reference is not None:
            return amount(given.amount, reference.decimals, reference.unit)
        if self._coin is not None and (given.unit == NATIVE or self._asset_is_coin):
            return amount(given.amount, *self._coin)
        unit = {NATIVE: fee_texts.UNIT_NATIVE, ASSET: fee_texts.UNIT_ASSET}[given.unit]
        return Markup("{} {}").format(amount(given.amount, 0), said(unit))

    @staticmethod
    def _say(text: str, **values: Any) -> Markup:
        return Markup(said(text)) % values  # noqa: S704 - words of the catalogue; values are escaped
