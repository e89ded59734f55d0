"""What a recovery costs: a pure function from facts, a version of the policy and prices to lines that explain themselves.

A version is a document; its rules are tried in order and the first that matches decides::

    {"reference": {"unit": "USD", "decimals": 2}, "effective_from": "2026-01-01T00:00:00Z",
     "rules": [{"name": "unlisted", "match": {"fee_classes": ["standard"]},
                "fee": {"kind": "percent", "bps": 500, "floor": {"reference": "5000"}, "cap_bps": 2500},
                "network_cost": {"borne_by": "depositor", "factor_bps": 12000, "unused": "returned"}}]}

``docs/fees.md`` lists every entry. Prices are exact fractions and there is no binary fraction anywhere; a fee is rounded
down once, at its end.
"""

from __future__ import annotations

from recovery.domain.fees.facts import FeeFacts, facts_from_json, facts_to_json
from recovery.domain.fees.quoting import Line, Terms, quote_terms, recompute, unused_cost
from recovery.domain.fees.reading import schedule_from
from recovery.domain.fees.schedule import Schedule
from recovery.domain.fees.units import BPS, Prices, Ratio

__all__ = [
    "BPS",
    "FeeFacts",
    "Line",
    "Prices",
    "Ratio",
    "Schedule",
    "Terms",
    "facts_from_json",
    "facts_to_json",
    "quote_terms",
    "recompute",
    "schedule_from",
    "unused_cost",
]
