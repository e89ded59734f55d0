"""A document becomes a version of the fee policy, or the first thing wrong is named with the rule it stands in. Pure.

``fees`` of :mod:`recovery.domain.fees` describes the form. Whether networks and assets exist is asked where a draft is
kept (:mod:`recovery.services.fee_documents`); this module knows no chain.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from recovery.domain.cause_rows import CODES, UNKNOWN
from recovery.domain.document_check import (
    check_amount,
    check_choice,
    check_list,
    check_name,
    check_number,
    check_object,
    check_texts,
)
from recovery.domain.fees.schedule import (
    ADVANCE,
    DEDUCTED,
    DEPOSITOR,
    FEE_CLASSES,
    NEXT,
    PLATFORM,
    REFUSE,
    WAIVE,
    Match,
    NetworkCost,
    Rule,
    Schedule,
    Waiver,
)
from recovery.domain.fees.shapes import AssetId
from recovery.domain.fees.shapes_reading import amount_or_none, asset_of, bounded_from
from recovery.domain.fees.units import BPS, Reference
from recovery.errors import InvalidInput

LARGEST_FACTOR = 100 * BPS
MOST_DECIMALS = 18
LONGEST_ABOUT = 4_000
_MATCH = frozenset({"networks", "assets", "causes", "fee_classes", "value"})
_WAIVER = _MATCH | {"own_error", "network_cost"}
_OPTIONAL = frozenset(
    {"match", "minimum_value", "minimum_net", "collected", "refundable", "waivers", "without_price"}
)  # fmt: skip


def schedule_from(document: object) -> Schedule:
    """The version a document describes. Raises InvalidInput naming the first thing wrong by its rule and its field."""
    whole = check_object(
        document,
        "document",
        frozenset({"rules"}),
        frozenset({"about", "reference", "effective_from", "withdrawal_fees"}),
    )
    if not isinstance(whole.get("about", ""), str) or len(whole.get("about", "")) > LONGEST_ABOUT:
        raise InvalidInput("policy_not_a_name", field="about")
    reference = _reference(whole.get("reference"))
    rules = check_list(whole["rules"], "rules")
    if not rules:
        raise InvalidInput("policy_has_no_rule")
    fees = _withdrawal_fees(whole.get("withdrawal_fees", []))
    made = tuple(_rule(one, place, reference) for place, one in enumerate(rules))
    names = [rule.name for rule in made]
    twice = next((name for place, name in enumerate(names) if name in names[:place]), None)
    if twice is not None:
        raise InvalidInput("policy_value_twice", field=f"rules[{twice}].name")
    return Schedule(reference, effective_from(whole), fees, made)


def effective_from(document: Mapping[str, Any]) -> datetime | None:
    """The instant a version begins, ``None`` for at once. Raises InvalidInput when it is none, or has no time zone."""
    given = document.get("effective_from")
    if given is None:
        return None
    try:
        moment = datetime.fromisoformat(given)
    except (TypeError, ValueError):
        raise InvalidInput("policy_not_a_moment", field="effective_from") from None
    if moment.tzinfo is None:
        raise InvalidInput("policy_not_a_moment", field="effective_from")
    return moment


def _reference(given: object) -> Reference | None:
    if given is None:
        return None
    row = check_object(given, "reference", frozenset({"unit", "decimals"}))
    check_name(row["unit"], "reference.unit")
    check_number(row["decimals"], "reference.decimals", 0, MOST_DECIMALS)
    return Reference(row["unit"], row["decimals"])


def _withdrawal_fees(given: object) -> dict[AssetId, int]:
    fees: dict[AssetId, int] = {}
    for place, one in enumerate(check_list(given, "withdrawal_fees")):
        field = f"withdrawal_fees[{place}]"
        row = check_object(one, field, frozenset({"network", "contract", "amount"}))
        asset = asset_of(row, field)
        check_amount(row["amount"], f"{field}.amount")
        if asset in fees:
            raise InvalidInput("policy_asset_twice", field=field)
        fees[asset] = int(row["amount"])
    return fees


def _rule(given: object, place: int, reference: Reference | None) -> Rule:
    """One rule. What is wrong in it is named by its name, or by its place while it has none."""
    name = given.get("name") if isinstance(given, dict) else None
    check_name(name if name is not None else "", f"rules[{place}].name")
    field = f"rules[{name}]"
    row = check_object(given, field, frozenset({"name", "fee", "network_cost"}), _OPTIONAL)
    check_choice(row.get("collected", DEDUCTED), f"{field}.collected", (DEDUCTED, ADVANCE))
    check_choice(row.get("without_price", REFUSE), f"{field}.without_price", (REFUSE, WAIVE, NEXT))
    waivers = check_list(row.get("waivers", []), f"{field}.waivers")
    return Rule(
        name=row["name"],
        match=_match(
            check_object(row.get("match", {}), f"{field}.match", frozenset(), _MATCH), f"{field}.match", reference
        ),
        fee=bounded_from(row["fee"], f"{field}.fee", reference),
        network_cost=_network_cost(row["network_cost"], f"{field}.network_cost", reference),
        minimum_value=amount_or_none(row, "minimum_value", field, reference),
        minimum_net=amount_or_none(row, "minimum_net", field, reference),
        collected=row.get("collected", DEDUCTED),
        refundable=_switch(row, "refundable", field, default=True),
        waivers=tuple(_waiver(one, f"{field}.waivers[{nth}]", reference) for nth, one in enumerate(waivers)),
        without_price=row.get("without_price", REFUSE),
    )


def _match(row: Mapping[str, Any], field: str, reference: Reference | None) -> Match:
    band = check_object(row.get("value", {}), f"{field}.value", frozenset(), frozenset({"from", "below"}))
    low, high = (amount_or_none(band, edge, f"{field}.value", reference) for edge in ("from", "below"))
    if low and high and low.unit == high.unit and low.amount >= high.amount:
        raise InvalidInput("policy_bounds_out_of_order", field=f"{field}.value")
    assets = None
    if "assets" in row:
        listed = check_list(row["assets"], f"{field}.assets")
        assets = frozenset(
            asset_of(
                check_object(one, f"{field}.assets[{nth}]", frozenset({"network", "contract"})),
                f"{field}.assets[{nth}]",
            )
            for nth, one in enumerate(listed)
        )
    return Match(
        networks=_words(row, "networks", field, None),
        assets=assets,
        causes=_words(row, "causes", field, (UNKNOWN, *CODES)),
        fee_classes=_words(row, "fee_classes", field, FEE_CLASSES),
        value_from=low,
        value_below=high,
    )


def _words(row: Mapping[str, Any], key: str, field: str, allowed: tuple[str, ...] | None) -> frozenset[str] | None:
    """A list is a condition; a misspelt word would make it one that never holds, or always."""
    if key not in row:
        return None
    if allowed is not None:
        check_texts(row[key], f"{field}.{key}", allowed)
    else:
        for nth, one in enumerate(check_list(row[key], f"{field}.{key}")):
            check_name(one, f"{field}.{key}[{nth}]")
    if not row[key]:
        raise InvalidInput("policy_list_is_empty", field=f"{field}.{key}")
    return frozenset(row[key])


def _waiver(given: object, field: str, reference: Reference | None) -> Waiver:
    row = check_object(given, field, frozenset({"name"}), _WAIVER)
    check_name(row["name"], f"{field}.name")
    own_error = _switch(row, "own_error", field, default=False)
    conditions = {key: row[key] for key in _MATCH if key in row}
    if not conditions and not own_error:
        raise InvalidInput("policy_waiver_without_condition", field=field)
    return Waiver(
        row["name"], _match(conditions, field, reference), own_error, _switch(row, "network_cost", field, default=False)
    )


def _network_cost(given: object, field: str, reference: Reference | None) -> NetworkCost:
    row = check_object(given, field, frozenset({"borne_by"}), frozenset({"factor_bps", "cap", "unused"}))
    check_choice(row["borne_by"], f"{field}.borne_by", (DEPOSITOR, PLATFORM))
    check_number(row.get("factor_bps", BPS), f"{field}.factor_bps", 0, LARGEST_FACTOR)
    check_choice(row.get("unused", "kept"), f"{field}.unused", ("kept", "returned"))
    return NetworkCost(
        row["borne_by"],
        row.get("factor_bps", BPS),
        amount_or_none(row, "cap", field, reference),
        row.get("unused", "kept") == "returned",
    )


def _switch(row: Mapping[str, Any], key: str, field: str, *, default: bool) -> bool:
    value = row.get(key, default)
    if not isinstance(value, bool):
        raise InvalidInput("policy_unknown_value", field=f"{field}.{key}", allowed="true, false")
    return value


def assets_in(document: Any, visit: Callable[[dict[str, Any], str], dict[str, Any]], field: str = "") -> Any:
    """A copy of the document in which ``visit`` wrote every object with a network and a contract anew."""
    if isinstance(document, list):
        return [assets_in(one, visit, f"{field}[{_called(one, place)}]") for place, one in enumerate(document)]
    if not isinstance(document, dict):
        return document
    made = {key: assets_in(one, visit, f"{field}.{key}" if field else key) for key, one in document.items()}
    return visit(made, field) if "network" in made else made


def _called(part: Any, place: int) -> str:
    return str(part["name"]) if isinstance(part, dict) and isinstance(part.get("name"), str) else str(place)
