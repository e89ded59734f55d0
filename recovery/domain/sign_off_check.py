"""Whether a document may become a sign-off policy: every rule, and what no policy may allow. Pure.

The first thing wrong is named by its place, as ``rules[2].stages[0].people``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from recovery.domain.cause_rows import CODES
from recovery.domain.sign_off_rules import KINDS, NEEDED, STAGES, built_in_document
from recovery.errors import InvalidInput

MOST_PEOPLE = 5
MOST_RULES = 200
MOST_NAMES = 500
RANGES: Mapping[str, tuple[int, int]] = {
    "people": (1, MOST_PEOPLE),
    "expires_after": (600, 30 * 86_400),
    "minimum_look": (0, 3_600),
    "lead_after_rounds": (1, 20),
    "review_within": (3_600, 30 * 86_400),
}
"""Smallest and largest whole number of a field; times are seconds."""

WITHOUT_LIMIT = ("allowed", "refused")
CONDITIONS = ("networks", "assets", "causes", "from_amount", "from_value")
_AMOUNT = re.compile(r"[0-9]{1,78}")
_DOCUMENT = frozenset(built_in_document())
_RULE = frozenset(built_in_document()["rules"][0])


def check_sign_off_policy(document: object) -> dict[str, Any]:
    """The document, when it may be a policy. Raises InvalidInput naming the first thing wrong."""
    whole = _object(document, "policy", _DOCUMENT)
    rules = _list(whole["rules"], "rules", MOST_RULES)
    for place, rule in enumerate(rules):
        _check_rule(rule, f"rules[{place}]")
    for kind in KINDS:
        if not any(_is_for_the_rest(rule, kind) for rule in rules):
            raise InvalidInput("sign_off_kind_left_out", kind=kind)
    for name in ("minimum_look", "lead_after_rounds", "review_within"):
        _number(whole[name], name, name)
    _choice(whole["without_limit"], "without_limit", WITHOUT_LIMIT)
    return dict(whole)


def _check_rule(given: object, field: str) -> None:
    rule = _object(given, field, _RULE)
    _name(rule["name"], f"{field}.name")
    _choices(rule["kinds"], f"{field}.kinds", KINDS)
    _choices(rule["causes"], f"{field}.causes", CODES)
    for place, one in enumerate(_list(rule["networks"], f"{field}.networks", MOST_NAMES)):
        _name(one, f"{field}.networks[{place}]")
    for place, one in enumerate(_list(rule["assets"], f"{field}.assets", MOST_NAMES)):
        asset = _object(one, f"{field}.assets[{place}]", frozenset({"network", "contract"}))
        _name(asset["network"], f"{field}.assets[{place}].network")
        if asset["contract"] is not None:
            _name(asset["contract"], f"{field}.assets[{place}].contract")
    for name in ("from_amount", "from_value"):
        if rule[name] is not None and not (isinstance(rule[name], str) and _AMOUNT.fullmatch(rule[name])):
            raise InvalidInput("policy_amount_is_no_number", field=f"{field}.{name}")
    if rule["from_amount"] is not None and len(rule["assets"]) != 1:
        raise InvalidInput("sign_off_amount_of_which_asset", field=f"{field}.from_amount")
    for name in ("in_order", "break_glass"):
        if not isinstance(rule[name], bool):
            raise InvalidInput("policy_unknown_value", field=f"{field}.{name}", allowed="true, false")
    _number(rule["expires_after"], f"{field}.expires_after", "expires_after")
    _check_stages(rule, f"{field}.stages")


def _check_stages(rule: Mapping[str, Any], field: str) -> None:
    """Different teams, and all without whom a kind of matter never goes."""
    teams = []
    for place, one in enumerate(_list(rule["stages"], field, len(STAGES))):
        stage = _object(one, f"{field}[{place}]", frozenset({"team", "people"}))
        _choice(stage["team"], f"{field}[{place}].team", STAGES)
        _number(stage["people"], f"{field}[{place}].people", "people")
        teams.append(stage["team"])
    if len(set(teams)) < len(teams):
        raise InvalidInput("policy_value_twice", field=field)
    for kind in rule["kinds"] or KINDS:
        missing = sorted(NEEDED[kind] - set(teams))
        if missing:
            raise InvalidInput("sign_off_team_missing", field=field, kind=kind, team=missing[0])


def _is_for_the_rest(rule: Mapping[str, Any], kind: str) -> bool:
    """Whether a rule takes whatever is left of a kind, so that nothing is without one."""
    return (not rule["kinds"] or kind in rule["kinds"]) and not any(rule[name] for name in CONDITIONS)


def _object(value: object, field: str, keys: frozenset[str]) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise InvalidInput("policy_is_no_object", field=field)
    for key in value:
        if key not in keys:
            raise InvalidInput("policy_unknown_key", field=f"{field}.{str(key)[:40]}")
    for key in sorted(keys - set(value)):
        raise InvalidInput("policy_key_missing", field=f"{field}.{key}")
    return value


def _list(value: object, field: str, most: int) -> list[Any]:
    if not isinstance(value, list) or len(value) > most:
        raise InvalidInput("policy_not_a_list", field=field)
    return value


def _choices(value: object, field: str, allowed: Sequence[str]) -> None:
    found = _list(value, field, MOST_NAMES)
    for one in found:
        _choice(one, field, allowed)
    if len(set(found)) < len(found):
        raise InvalidInput("policy_value_twice", field=field)


def _choice(value: object, field: str, allowed: Sequence[str]) -> None:
    if not isinstance(value, str) or value not in allowed:
        shown = ", ".join(allowed) if len(allowed) < 10 else f"{allowed[0]}, {allowed[1]} … {allowed[-1]}"
        raise InvalidInput("policy_unknown_value", field=field, allowed=shown)


def _number(value: object, field: str, name: str) -> None:
    low, high = RANGES[name]
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise InvalidInput("policy_number_out_of_range", field=field, low=low, high=high)


def _name(value: object, field: str) -> None:
    if not isinstance(value, str) or not 0 < len(value) <= 200 or not value.isprintable() or value != value.strip():
        raise InvalidInput("policy_not_a_name", field=field)
