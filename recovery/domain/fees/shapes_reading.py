"""The shape of a fee read from its document; what is wrong is named by its path. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import pairwise
from typing import Any

from recovery.domain.document_check import (
    check_amount,
    check_choice,
    check_list,
    check_name,
    check_number,
    check_object,
)
from recovery.domain.fees.shapes import (
    AssetId,
    Bounded,
    Bracket,
    ByAsset,
    Excess,
    Flat,
    Free,
    Multiple,
    Percent,
    Range,
    Row,
    Shape,
    Tiers,
    Total,
)
from recovery.domain.fees.units import BPS, REFERENCE, UNITS, Amount, Reference
from recovery.errors import InvalidInput

LARGEST_FACTOR = 1_000 * BPS
DEEPEST = 4
_BOUNDS = frozenset({"kind", "floor", "cap", "cap_bps"})


def bounded_from(given: object, field: str, reference: Reference | None, depth: int = 1) -> Bounded:
    """A shape with its bounds. Raises InvalidInput naming the first thing wrong."""
    if depth > DEEPEST:
        raise InvalidInput("policy_nested_too_deep", field=field, limit=DEEPEST)
    if not isinstance(given, dict):
        raise InvalidInput("policy_is_no_object", field=field)
    if "kind" not in given:
        raise InvalidInput("policy_key_missing", field=f"{field}.kind")
    check_choice(given["kind"], f"{field}.kind", tuple(_READERS))
    needed, optional, read = _READERS[given["kind"]]
    row = check_object(given, field, frozenset({"kind"}) | needed, optional | _BOUNDS)
    floor, cap = (amount_or_none(row, key, field, reference) for key in ("floor", "cap"))
    if floor and cap and floor.unit == cap.unit and floor.amount > cap.amount:
        raise InvalidInput("policy_bounds_out_of_order", field=field)
    if "cap_bps" in row:
        check_number(row["cap_bps"], f"{field}.cap_bps", 0, BPS)
    return Bounded(read(row, field, reference, depth), floor, cap, row.get("cap_bps"))


def amount_or_none(row: Mapping[str, Any], key: str, field: str, reference: Reference | None) -> Amount | None:
    """The amount of this name, if there is one."""
    return amount_from(row[key], f"{field}.{key}", reference) if key in row else None


def amount_from(given: object, field: str, reference: Reference | None) -> Amount:
    """``{"reference": "5000"}``: one unit, and a whole number as a text."""
    if not isinstance(given, dict) or len(given) != 1:
        raise InvalidInput("policy_amount_has_no_unit", field=field, allowed=", ".join(UNITS))
    ((unit, number),) = given.items()
    check_choice(unit, field, UNITS)
    check_amount(number, f"{field}.{unit}")
    if unit == REFERENCE and reference is None:
        raise InvalidInput("policy_reference_missing", field=field)
    return Amount(unit, int(number))


def asset_of(row: Mapping[str, Any], field: str) -> AssetId:
    """Network and contract; an asset is never told by its symbol."""
    check_name(row["network"], f"{field}.network")
    if row["contract"] is not None:
        check_name(row["contract"], f"{field}.contract")
    return row["network"], row["contract"]


def _flat(row: Mapping[str, Any], field: str, reference: Reference | None, depth: int) -> Shape:
    return Flat(amount_from(row["amount"], f"{field}.amount", reference))


def _percent(row: Mapping[str, Any], field: str, reference: Reference | None, depth: int) -> Shape:
    check_number(row["bps"], f"{field}.bps", 0, BPS)
    return Percent(row["bps"])


def _excess(row: Mapping[str, Any], field: str, reference: Reference | None, depth: int) -> Shape:
    check_number(row["bps"], f"{field}.bps", 0, BPS)
    return Excess(row["bps"], amount_from(row["over"], f"{field}.over", reference))


def _multiple(row: Mapping[str, Any], field: str, reference: Reference | None, depth: int) -> Shape:
    check_number(row["factor_bps"], f"{field}.factor_bps", 0, LARGEST_FACTOR)
    return Multiple(row["factor_bps"])


def _range(row: Mapping[str, Any], field: str, reference: Reference | None, depth: int) -> Shape:
    least, most = (amount_from(row[key], f"{field}.{key}", reference) for key in ("from", "to"))
    if least.unit != most.unit or least.amount > most.amount:
        raise InvalidInput("policy_bounds_out_of_order", field=field)
    return Range(least, most)


def _by_asset(row: Mapping[str, Any], field: str, reference: Reference | None, depth: int) -> Shape:
    rows, seen = list[Row](), set[tuple[str, str | None, str | None]]()
    for place, one in enumerate(check_list(row["rows"], f"{field}.rows")):
        here = f"{field}.rows[{place}]"
        entry = check_object(one, here, frozenset({"network", "contract", "fee"}), frozenset({"intended"}))
        network, contract = asset_of(entry, here)
        intended = entry.get("intended")
        if intended is not None:
            check_name(intended, f"{here}.intended")
        if (network, contract, intended) in seen:
            raise InvalidInput("policy_asset_twice", field=here)
        seen.add((network, contract, intended))
        rows.append(Row(network, contract, intended, bounded_from(entry["fee"], f"{here}.fee", reference, depth + 1)))
    otherwise = row.get("otherwise")
    rest = None if otherwise is None else bounded_from(otherwise, f"{field}.otherwise", reference, depth + 1)
    return ByAsset(tuple(rows), rest)


def _tiers(row: Mapping[str, Any], field: str, reference: Reference | None, depth: int) -> Shape:
    progressive = row.get("progressive", False)
    if not isinstance(progressive, bool):
        raise InvalidInput("policy_unknown_value", field=f"{field}.progressive", allowed="true, false")
    given = check_list(row["brackets"], f"{field}.brackets")
    brackets = tuple(
        _bracket(one, f"{field}.brackets[{place}]", reference, depth, last=place == len(given) - 1)
        for place, one in enumerate(given)
    )
    if not brackets:
        raise InvalidInput("policy_list_is_empty", field=f"{field}.brackets")
    edges = [bracket.below for bracket in brackets if bracket.below is not None]
    rising = all(one.amount < other.amount for one, other in pairwise(edges))
    if not rising or len({edge.unit for edge in edges}) > 1:
        raise InvalidInput("policy_brackets_out_of_order", field=f"{field}.brackets")
    for place, bracket in enumerate(brackets):
        plain = isinstance(bracket.fee.shape, Percent | Free) and bracket.fee == Bounded(bracket.fee.shape)
        if progressive and not plain:
            raise InvalidInput("policy_slice_is_no_percentage", field=f"{field}.brackets[{place}].fee")
    return Tiers(brackets, progressive)


def _bracket(given: object, field: str, reference: Reference | None, depth: int, *, last: bool) -> Bracket:
    """Every bracket but the last has an edge; the last takes what is left, so that none falls through."""
    entry = check_object(given, field, frozenset({"fee"} if last else {"fee", "below"}))
    return Bracket(
        amount_or_none(entry, "below", field, reference),
        bounded_from(entry["fee"], f"{field}.fee", reference, depth + 1),
    )


def _total(row: Mapping[str, Any], field: str, reference: Reference | None, depth: int) -> Shape:
    parts = check_list(row["parts"], f"{field}.parts")
    if not parts:
        raise InvalidInput("policy_list_is_empty", field=f"{field}.parts")
    return Total(
        tuple(bounded_from(one, f"{field}.parts[{nth}]", reference, depth + 1) for nth, one in enumerate(parts))
    )


def _free(row: Mapping[str, Any], field: str, reference: Reference | None, depth: int) -> Shape:
    return Free()


_Reader = Callable[[Mapping[str, Any], str, Reference | None, int], Shape]
_NONE: frozenset[str] = frozenset()
_READERS: Mapping[str, tuple[frozenset[str], frozenset[str], _Reader]] = {
    "free": (_NONE, _NONE, _free),
    "flat": (frozenset({"amount"}), _NONE, _flat),
    "percent": (frozenset({"bps"}), _NONE, _percent),
    "percent_of_excess": (frozenset({"bps", "over"}), _NONE, _excess),
    "withdrawal_fee": (frozenset({"factor_bps"}), _NONE, _multiple),
    "range": (frozenset({"from", "to"}), _NONE, _range),
    "by_asset": (frozenset({"rows"}), frozenset({"otherwise"}), _by_asset),
    "tiers": (frozenset({"brackets"}), frozenset({"progressive"}), _tiers),
    "sum": (frozenset({"parts"}), _NONE, _total),
}
"""Kind of a fee → the keys it needs, the ones it may have, and who reads them."""
