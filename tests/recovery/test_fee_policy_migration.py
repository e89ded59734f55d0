"""Fee rules of the first form become documents that mean the same."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from recovery.domain.fees import FeeFacts, Prices, Ratio, quote_terms, schedule_from
from recovery.errors import InvalidInput

FILE = Path(__file__).resolve().parents[2] / "migrations" / "versions" / "0015_fee_policy.py"


@pytest.fixture(scope="module")
def migration() -> ModuleType:
    spec = importlib.util.spec_from_file_location("fee_policy_migration", FILE)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def facts(gross: int, cost: int, price: Ratio | None, cause: str = "D01") -> FeeFacts:
    return FeeFacts(
        "local", "0x5FbDB2315678afecb367f032d93F642f64180aa3", cause, "standard", gross, cost, Prices(price)
    )


HALF = Ratio(1, 2)


@pytest.mark.parametrize(
    ("rule", "gross", "cost", "price", "expected"),
    [
        ({"percent_bps": 500}, 1_000, 0, HALF, (50, 0, 950)),
        ({"flat_native": "25"}, 1_000, 0, HALF, (50, 0, 950)),
        ({"percent_bps": 500, "flat_native": "25"}, 1_000, 0, HALF, (100, 0, 900)),
        ({"percent_bps": 500, "minimum_native": "100"}, 1_000, 0, HALF, (200, 0, 800)),
        ({"minimum_native": "400", "maximum_bps": 2_500}, 1_000, 0, HALF, (250, 0, 750)),
        ({"percent_bps": 500, "network_cost": "passed_on"}, 1_000, 30, HALF, (50, 60, 890)),
        ({}, 1_000, 30, HALF, (0, 60, 940)),
        ({"percent_bps": 500, "network_cost": "absorbed"}, 1_000, 30, HALF, (50, 0, 950)),
        ({"percent_bps": 500, "minimum_native": "100"}, 1_000, 30, None, (50, 0, 950)),
        ({"percent_bps": 500, "flat_native": "25"}, 1_000, 30, None, (50, 0, 950)),
    ],
)
def test_an_old_rule_says_what_it_said(
    migration: ModuleType,
    rule: dict[str, Any],
    gross: int,
    cost: int,
    price: Ratio | None,
    expected: tuple[int, int, int],
) -> None:
    made = schedule_from({"rules": migration._documents([{"name": "old", **rule}])})
    terms = quote_terms(facts(gross, cost, price), made)
    assert (terms.fee, terms.network_cost, terms.net) == expected


def test_conditions_that_never_held_still_never_hold(migration: ModuleType) -> None:
    old = [
        {"name": " odd\x00 ", "match": {"causes": []}, "percent_bps": 9_000},
        {"name": "odd", "match": {"networks": []}, "percent_bps": 9_000},
        {"name": "odd", "match": {"causes": ["nonsense"]}, "percent_bps": 9_000},
        {"name": "\x01", "match": {"causes": ["D01", "D01"], "networks": ["local"]}, "percent_bps": 100},
    ]
    made = schedule_from({"rules": migration._documents(old)})
    assert len({rule.name for rule in made.rules}) == 4
    assert quote_terms(facts(1_000, 0, None), made).fee == 10
    with pytest.raises(InvalidInput, match="no_fee_rule_matches"):
        quote_terms(facts(1_000, 0, None, cause="D02"), made)
