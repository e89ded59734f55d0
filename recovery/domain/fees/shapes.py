"""The shapes a fee can have. Each gives an exact fraction of base units and the steps that led there. Pure.

Rounding comes last and once, downwards, where a quote is made; so no order of steps can add up to a unit too many.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import floor

from recovery.domain.fees.facts import FeeFacts
from recovery.domain.fees.units import BPS, REFERENCE, Amount, PriceMissing, Scale
from recovery.errors import InvalidInput

Step = Mapping[str, str]
"""One step of a calculation: a stable ``code``, and the numbers it used as decimal texts."""

AssetId = tuple[str, str | None]
"""Network and contract; ``None`` is the network's own coin."""


@dataclass(frozen=True)
class Free:
    """Nothing."""


@dataclass(frozen=True)
class Flat:
    """A fixed amount, in any unit."""

    amount: Amount


@dataclass(frozen=True)
class Percent:
    """A part of the amount."""

    bps: int


@dataclass(frozen=True)
class Excess:
    """A part of what lies above a threshold."""

    bps: int
    over: Amount


@dataclass(frozen=True)
class Multiple:
    """So many times what a withdrawal of the asset costs; 50 000 is five times."""

    factor_bps: int


@dataclass(frozen=True)
class Range:
    """What a person names within bounds, which are of one unit."""

    least: Amount
    most: Amount


@dataclass(frozen=True)
class Row:
    """The fee of one asset; with ``intended`` only of what was sent to an address made for that network."""

    network: str
    contract: str | None
    intended: str | None
    fee: Bounded


@dataclass(frozen=True)
class ByAsset:
    """A table of assets, or of pairs of an asset and the network its address was made for."""

    rows: tuple[Row, ...]
    otherwise: Bounded | None


@dataclass(frozen=True)
class Bracket:
    """Amounts below an edge (``None``: all that is left); the edge itself belongs to the next bracket."""

    below: Amount | None
    fee: Bounded


@dataclass(frozen=True)
class Tiers:
    """Brackets. ``progressive``: each takes its part of the slice within it, else one takes its part of the whole."""

    brackets: tuple[Bracket, ...]
    progressive: bool


@dataclass(frozen=True)
class Total:
    """Several shapes added up, such as a fixed part and a percentage."""

    parts: tuple[Bounded, ...]


Shape = Free | Flat | Percent | Excess | Multiple | Range | ByAsset | Tiers | Total


@dataclass(frozen=True)
class Bounded:
    """A shape with its floor and its caps, absolute and as a part of the amount. A cap is stronger than a floor."""

    shape: Shape
    floor: Amount | None = None
    cap: Amount | None = None
    cap_bps: int | None = None


@dataclass(frozen=True)
class Worked:
    """An exact fee in base units of the asset, and how it came about."""

    fee: Fraction
    steps: tuple[Step, ...]


@dataclass(frozen=True)
class Work:
    """What a shape may look at while it is worked out.

    With ``waive`` a fixed part or a floor without a price costs nothing. Nothing else may be left out that way: a cap or
    a threshold nobody can express protects the depositor.
    """

    facts: FeeFacts
    scale: Scale
    withdrawal_fees: Mapping[AssetId, int]
    waive: bool = False

    def charge(self, bounded: Bounded, gross: Fraction) -> Worked:
        """The fee on so many base units. Raises PriceMissing, and InvalidInput when something has to be known first."""
        worked = self._shape(bounded.shape, gross)
        fee, steps = worked.fee, list(worked.steps)
        if bounded.floor is not None:
            least, step = self._fixed("floor", bounded.floor)
            if fee < least or step["code"] != "floor":
                fee = max(fee, least)
                steps.append(step)
        if bounded.cap is not None and fee > (most := self.scale.in_asset(bounded.cap)):
            fee = most
            steps.append(self.told("cap", bounded.cap, fee))
        if bounded.cap_bps is not None and fee > (share := gross * bounded.cap_bps / BPS):
            fee = share
            steps.append({"code": "cap_share", "bps": str(bounded.cap_bps), "gives": str(floor(fee))})
        return Worked(fee, tuple(steps))

    def _shape(self, shape: Shape, gross: Fraction) -> Worked:
        match shape:
            case Free():
                return Worked(Fraction(0), ({"code": "free"},))
            case Flat(amount):
                fee, step = self._fixed("flat", amount)
                return Worked(fee, (step,))
            case Percent(bps):
                fee = gross * bps / BPS
                return Worked(fee, ({"code": "percent", "bps": str(bps), "gives": str(floor(fee))},))
            case Excess(bps, over):
                fee = max(Fraction(0), gross - self.scale.in_asset(over)) * bps / BPS
                return Worked(fee, (self.told("percent_of_excess", over, fee) | {"bps": str(bps)},))
            case Multiple(factor_bps):
                return self._multiple(factor_bps)
            case Range():
                return self._named(shape)
            case ByAsset():
                return self._by_asset(shape, gross)
            case Tiers(brackets, progressive):
                return self._slices(brackets, gross) if progressive else self._bracket(brackets, gross)
            case Total(parts):
                worked = [self.charge(part, gross) for part in parts]
                return Worked(
                    sum((one.fee for one in worked), Fraction(0)), tuple(step for one in worked for step in one.steps)
                )

    def told(self, code: str, amount: Amount, gives: Fraction) -> dict[str, str]:
        """A step about an amount. One in the unit of account names it, so that the line can be read without the policy."""
        reference = self.scale.reference if amount.unit == REFERENCE else None
        named = {"name": reference.unit, "decimals": str(reference.decimals)} if reference else {}
        return {"code": code, "unit": amount.unit, "amount": str(amount.amount), "gives": str(floor(gives))} | named

    def _fixed(self, code: str, amount: Amount) -> tuple[Fraction, Step]:
        """A fixed part, and the step that says so."""
        try:
            fee = self.scale.in_asset(amount)
        except PriceMissing:
            if not self.waive:
                raise
            return Fraction(0), {"code": "waived_without_a_price", "unit": amount.unit, "amount": str(amount.amount)}
        return fee, self.told(code, amount, fee)

    def _multiple(self, factor_bps: int) -> Worked:
        withdrawal = self.withdrawal_fees.get((self.facts.network, self.facts.contract))
        if withdrawal is None:
            raise InvalidInput("fee_needs_withdrawal_fee")
        fee = Fraction(withdrawal * factor_bps, BPS)
        step = {
            "code": "withdrawal_fee",
            "factor_bps": str(factor_bps),
            "amount": str(withdrawal),
            "gives": str(floor(fee)),
        }
        return Worked(fee, (step,))

    def _named(self, shape: Range) -> Worked:
        """The bounds hold for what a person names, whoever it is."""
        low, high, named = shape.least.amount, shape.most.amount, self.facts.named_fee
        if named is None:
            raise InvalidInput("fee_is_named_by_hand", low=low, high=high, unit=shape.least.unit)
        if not low <= named <= high:
            raise InvalidInput("fee_out_of_bounds", low=low, high=high, unit=shape.least.unit)
        amount = Amount(shape.least.unit, named)
        fee = self.scale.in_asset(amount)
        return Worked(fee, (self.told("by_hand", amount, fee) | {"low": str(low), "high": str(high)},))

    def _by_asset(self, shape: ByAsset, gross: Fraction) -> Worked:
        facts = self.facts
        of_asset = [row for row in shape.rows if (row.network, row.contract) == (facts.network, facts.contract)]
        pair = next((row for row in of_asset if row.intended is not None and row.intended == facts.intended), None)
        found = pair or next((row for row in of_asset if row.intended is None), None)
        bounded = found.fee if found else shape.otherwise
        if bounded is None:
            raise InvalidInput("fee_has_no_row_for_asset")
        worked = self.charge(bounded, gross)
        step = {"code": "pair_row" if pair else "asset_row" if found else "any_other_asset"}
        return Worked(worked.fee, (step, *worked.steps))

    def _bracket(self, brackets: Sequence[Bracket], gross: Fraction) -> Worked:
        for number, bracket in enumerate(brackets, 1):
            if bracket.below is None or gross < self.scale.in_asset(bracket.below):
                worked = self.charge(bracket.fee, gross)
                return Worked(worked.fee, ({"code": "bracket", "number": str(number)}, *worked.steps))
        raise InvalidInput("fee_has_no_bracket")

    def _slices(self, brackets: Sequence[Bracket], gross: Fraction) -> Worked:
        fee, steps = Fraction(0), list[Step]()
        for number, (part, bracket) in enumerate(zip(self.slices(brackets, gross), brackets, strict=False), 1):
            if part or number == 1:
                worked = self.charge(bracket.fee, part)
                fee += worked.fee
                steps += [{"code": "slice", "number": str(number), "amount": str(floor(part))}, *worked.steps]
        return Worked(fee, tuple(steps))

    def slices(self, brackets: Sequence[Bracket], gross: Fraction) -> list[Fraction]:
        """The amount cut at the edges; the slices add up to it exactly."""
        cut, low = list[Fraction](), Fraction(0)
        for bracket in brackets:
            edge = gross if bracket.below is None else min(gross, self.scale.in_asset(bracket.below))
            cut.append(max(Fraction(0), edge - low))
            low = max(low, edge)
        return cut
