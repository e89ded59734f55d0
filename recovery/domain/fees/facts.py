"""What a fee is worked out from, and how it is kept with a quote so that anybody can work it out again. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from recovery.domain.fees.units import Prices, Ratio

FORM = 1
"""The form of what is kept. A change of meaning of any part needs another number, and a reader for both."""


@dataclass(frozen=True)
class FeeFacts:
    """What a rule may look at. Amounts are base units.

    ``contract``: ``None`` is the network's own coin. ``fee_class``: that of the cause, by the policy of causes the case was
    decided under. ``gross`` is of the asset, ``network_cost`` (estimated) of the network's coin. ``intended``: the network
    the address was made for, when that is another one. ``own_error``: a person decided that the mistake was the
    platform's. ``named_fee``: what a person named where a rule leaves it to them, in the unit of that rule's bounds.
    """

    network: str
    contract: str | None
    cause: str
    fee_class: str
    gross: int
    network_cost: int
    prices: Prices = field(default_factory=Prices)
    intended: str | None = None
    own_error: bool = False
    named_fee: int | None = None


def facts_to_json(facts: FeeFacts) -> dict[str, Any]:
    """Everything the calculation looked at, beside the version of the policy."""
    prices = facts.prices
    return {
        "form": FORM,
        "network": facts.network,
        "contract": facts.contract,
        "cause": facts.cause,
        "fee_class": facts.fee_class,
        "gross": str(facts.gross),
        "network_cost": str(facts.network_cost),
        "intended": facts.intended,
        "own_error": facts.own_error,
        "named_fee": None if facts.named_fee is None else str(facts.named_fee),
        "prices": {
            "native": _pair(prices.native) if prices.native else None,
            "reference": {unit: _pair(price) for unit, price in sorted(prices.reference.items())},
        },
    }


def facts_from_json(kept: Mapping[str, Any]) -> FeeFacts:
    """What a quote was worked out from. Raises ValueError for a form this release does not know."""
    if kept["form"] != FORM:
        raise ValueError(f"facts of form {kept['form']}")
    native, reference = kept["prices"]["native"], kept["prices"]["reference"]
    return FeeFacts(
        network=kept["network"],
        contract=kept["contract"],
        cause=kept["cause"],
        fee_class=kept["fee_class"],
        gross=int(kept["gross"]),
        network_cost=int(kept["network_cost"]),
        prices=Prices(_ratio(native) if native else None, {unit: _ratio(pair) for unit, pair in reference.items()}),
        intended=kept["intended"],
        own_error=kept["own_error"],
        named_fee=None if kept["named_fee"] is None else int(kept["named_fee"]),
    )


def _pair(ratio: Ratio) -> list[str]:
    return [str(ratio.numerator), str(ratio.denominator)]


def _ratio(pair: list[str]) -> Ratio:
    return Ratio(int(pair[0]), int(pair[1]))
