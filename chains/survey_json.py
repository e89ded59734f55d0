"""A survey as JSON, to be kept word for word, and back again. Amounts are decimal strings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, fields
from typing import Any

from chains.surveyed import Survey, Traits

_TRAITS = frozenset(one.name for one in fields(Traits))


def survey_to_json(survey: Survey) -> dict[str, Any]:
    """The mapping ``json.dumps`` can write."""
    return {
        "moved": {place: None if amount is None else str(amount) for place, amount in survey.moved.items()},
        "code": dict(survey.code),
        "traits": {contract: asdict(traits) for contract, traits in survey.traits.items()},
        "holders": dict(survey.holders),
        "notes": list(survey.notes),
    }


def survey_from_json(value: Mapping[str, Any]) -> Survey:
    """The survey that :func:`survey_to_json` wrote. Raises ``KeyError``, ``TypeError`` or ``ValueError`` for anything else.

    Traits that came into being later are not known in it.
    """
    return Survey(
        moved={place: None if amount is None else int(amount) for place, amount in value["moved"].items()},
        code=dict(value["code"]),
        traits={contract: _traits(told) for contract, told in value["traits"].items()},
        holders=dict(value["holders"]),
        notes=tuple(value["notes"]),
    )


def _traits(told: Mapping[str, Any]) -> Traits:
    if unknown := told.keys() - _TRAITS:
        raise ValueError(f"no such traits: {', '.join(sorted(unknown))}")
    return Traits(**told)
