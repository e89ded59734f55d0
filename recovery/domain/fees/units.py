"""In what a fee is counted: units of an amount, and exact prices between them. Pure; no rounding happens here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction

BPS = 10_000
"""Basis points of a whole."""

REFERENCE, NATIVE, ASSET = "reference", "native", "asset"
UNITS = (REFERENCE, NATIVE, ASSET)


@dataclass(frozen=True)
class Ratio:
    """What one base unit of an asset is worth, as an exact fraction of another unit."""

    numerator: int
    denominator: int

    @property
    def exact(self) -> Fraction:
        """The fraction itself."""
        return Fraction(self.numerator, self.denominator)


@dataclass(frozen=True)
class Reference:
    """A named unit of account, such as a currency: amounts of a policy are whole numbers of its 10^-decimals parts."""

    unit: str
    decimals: int


@dataclass(frozen=True)
class Prices:
    """What one base unit of the recovered asset is worth.

    ``native``: in base units of the network's coin. ``reference``: in whole units of account by their name, so that
    5/10^7 USD is the price of a base unit of a token of seven decimals worth five dollars.
    """

    native: Ratio | None = None
    reference: Mapping[str, Ratio] = field(default_factory=dict)


@dataclass(frozen=True)
class Amount:
    """A whole number of units: parts of the unit of account, base units of the network's coin, or of the asset itself."""

    unit: str
    amount: int


class PriceMissing(Exception):
    """An amount cannot be expressed in the asset: nobody knows the price; the message is the unit."""


@dataclass(frozen=True)
class Scale:
    """How amounts of a policy are expressed in one asset, by the prices of one moment.

    ``asked``: units of account whose price was looked at, so that what was worked out depends on it.
    """

    prices: Prices
    reference: Reference | None
    asked: set[str] = field(default_factory=set, compare=False)

    def in_asset(self, amount: Amount) -> Fraction:
        """The exact number of base units of the asset. Raises PriceMissing."""
        if amount.unit == ASSET:
            return Fraction(amount.amount)
        if amount.unit == NATIVE:
            if self.prices.native is None:
                raise PriceMissing(NATIVE)
            return amount.amount / self.prices.native.exact
        if self.reference is None:
            raise PriceMissing(REFERENCE)
        self.asked.add(self.reference.unit)
        price = self.prices.reference.get(self.reference.unit)
        if price is None:
            raise PriceMissing(self.reference.unit)
        return Fraction(amount.amount, 10**self.reference.decimals) / price.exact
