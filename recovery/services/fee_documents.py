"""Documents of the fee policy, checked against the networks there are. What is shipped goes the same way as a draft."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chains.asset import check_asset
from chains.catalogue import networks
from recovery.domain.fees.reading import assets_in, schedule_from
from recovery.errors import InvalidInput


def check_fee_document(content: object) -> dict[str, Any]:
    """A document as it may be stored, assets written as their networks write them. Raises InvalidInput naming the rule."""
    schedule = schedule_from(content)
    for rule in schedule.rules:
        for match, field in ((rule.match, "match"), *((one.when, f"waivers[{one.name}]") for one in rule.waivers)):
            for slug in sorted(match.networks or ()):
                _known(slug, f"rules[{rule.name}].{field}.networks")
    written: dict[str, Any] = assets_in(content, _written)
    schedule_from(written)  # two spellings of one asset are one asset
    return written


def written_asset(entry: Mapping[str, Any], field: str) -> dict[str, Any]:
    """An entry whose contract is written as its network writes it. Raises InvalidInput."""
    _known(entry["network"], f"{field}.network")
    if entry["contract"] is None:
        return dict(entry)
    contract = check_asset(networks()[entry["network"]], entry["contract"])
    if contract is None:
        raise InvalidInput("policy_asset_unknown", field=f"{field}.contract")
    return {**entry, "contract": contract or None}


def _written(entry: dict[str, Any], field: str) -> dict[str, Any]:
    if entry.get("intended") is not None:
        _known(entry["intended"], f"{field}.intended")
    return written_asset(entry, field)


def _known(slug: str, field: str) -> None:
    if slug not in networks():
        raise InvalidInput("policy_network_unknown", field=field)
