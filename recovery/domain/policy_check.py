"""Whether a document may become a policy per cause: every row, every parameter, and what no policy may allow. Pure.

The first thing wrong is named: the code of the cause and the field, as ``D01.outcome`` or ``parameters.mints``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from recovery.domain.cause_policy import ASSET_AMOUNTS, STEPS
from recovery.domain.cause_rows import CODES, PARAMETERS, UNKNOWN, built_in_document
from recovery.domain.document_check import (
    check_amount,
    check_choice,
    check_list,
    check_name,
    check_number,
    check_object,
    check_texts,
)
from recovery.errors import InvalidInput

TEAMS = ("specialist", "wallet", "clearing", "lead")
CHOICES: Mapping[str, tuple[str, ...]] = {
    "eligible": ("always", "conditional", "never"),
    "fee": ("free", "memo", "returned", "standard", "extended"),
    "proof": ("none", "link", "signature", "two"),
    "refund_to": ("source", "proven", "account", "none"),
    "below_minimum": ("accumulate", "credit", "refuse"),
    "mints": ("refuse", "credit"),
    "effect_of_listed": ("balances", "log"),
    "coinjoin": ("hold", "allow"),
}
"""Fields that take one of a few words."""

CLOCKS = ("acknowledge", "decide", "finish")
LONGEST_CLOCK = 365 * 86_400
RANGES: Mapping[str, tuple[int, int]] = {
    **dict.fromkeys(CLOCKS, (1, LONGEST_CLOCK)),
    "cooling": (0, 90 * 86_400),
    "returned_within_days": (1, 365),
    "returned_less_percent": (0, 50),
    "security_hold_hours": (0, 90 * 24),
}
"""Smallest and largest whole number of a field."""

PAYS = frozenset({"CR", "RF", "SW"})
NOTHING_TO_PAY = frozenset(
    {"A01", "A03", "A04", "A06", "A09", "A10", "A11", "A13", "B12", "B17", "C10", "D04", "G04", "H01", "H02", "H03", "H04", "H07"}
)  # fmt: skip
"""Causes after which paying would be a loss or an offence: nothing arrived, it was paid before, or it is blocked."""

CONCEALED = frozenset({"B03", "B08", "E03", "F05", "G03", "G04", "G06", "H04", "H05", "H11", "H12"})
"""Causes whose own words would tell of a hold, or whose an address is: the depositor reads others."""

NEEDED_APPROVALS: Mapping[str, frozenset[str]] = {
    "CR": frozenset({"clearing"}),
    "RF": frozenset({"wallet", "clearing"}),
    "SW": frozenset({"wallet", "clearing"}),
}
"""Teams without whom no case takes such a step, whatever a policy says."""

_ROW = frozenset(built_in_document()["causes"][UNKNOWN])


def check_policy(document: object) -> dict[str, Any]:
    """A document as it may be stored. Raises InvalidInput naming the first thing wrong."""
    whole = check_object(document, "document", frozenset({"causes", "parameters"}))
    rows = check_object(whole["causes"], "causes", frozenset((UNKNOWN, *CODES)))
    for code in (UNKNOWN, *CODES):
        _check_row(code, check_object(rows[code], code, _ROW))
    _check_parameters(check_object(whole["parameters"], "parameters", frozenset(PARAMETERS)))
    return whole


def _check_row(code: str, row: Mapping[str, Any]) -> None:
    check_texts(row["outcome"], f"{code}.outcome", STEPS)
    if not row["outcome"]:
        raise InvalidInput("policy_unknown_value", field=f"{code}.outcome", allowed=", ".join(STEPS))
    check_texts(row["approvals"], f"{code}.approvals", TEAMS)
    for name in ("eligible", "fee", "proof", "refund_to"):
        check_choice(row[name], f"{code}.{name}", CHOICES[name])
    for name in (*CLOCKS, "cooling"):
        check_number(row[name], f"{code}.{name}", *RANGES[name])
    if not row["acknowledge"] <= row["decide"] <= row["finish"]:
        raise InvalidInput("policy_clocks_out_of_order", cause=code)
    if row["minimum"] is not None:
        check_amount(row["minimum"], f"{code}.minimum")
    check_choice(row["text"], f"{code}.text", (UNKNOWN, *CODES))
    _check_safety(code, row)


def _check_safety(code: str, row: Mapping[str, Any]) -> None:
    """What holds whatever the operator wishes."""
    steps, approvals = set(row["outcome"]), set(row["approvals"])
    if row["text"] in CONCEALED:
        raise InvalidInput("policy_text_gives_away", cause=code)
    if code in NOTHING_TO_PAY and steps & PAYS:
        raise InvalidInput("policy_must_not_pay", cause=code)
    if code == "G04" and "HD" not in steps:
        raise InvalidInput("policy_must_hold", cause=code)
    for step in sorted(steps & set(NEEDED_APPROVALS)):
        missing = sorted(NEEDED_APPROVALS[step] - approvals)
        if missing:
            raise InvalidInput("policy_approval_missing", cause=code, step=step, team=missing[0])
    if "RF" in steps and row["refund_to"] == "none":
        raise InvalidInput("policy_refund_needs_target", cause=code)
    if steps & PAYS and row["eligible"] == "never":
        raise InvalidInput("policy_never_and_paid", cause=code)


def _check_parameters(given: Mapping[str, Any]) -> None:
    for name, value in given.items():
        field = f"parameters.{name}"
        if name in RANGES:
            check_number(value, field, *RANGES[name])
        elif name in CHOICES:
            check_choice(value, field, CHOICES[name])
        elif name in ASSET_AMOUNTS:
            _asset_amounts(value, field)
        else:
            _names(value, field)


def _asset_amounts(value: object, field: str) -> None:
    seen = set()
    for place, one in enumerate(check_list(value, field)):
        here = f"{field}[{place}]"
        entry = check_object(one, here, frozenset({"network", "contract", "amount"}))
        check_name(entry["network"], f"{here}.network")
        if entry["contract"] is not None:
            check_name(entry["contract"], f"{here}.contract")
        check_amount(entry["amount"], f"{here}.amount")
        key = (entry["network"], entry["contract"])
        if key in seen:
            raise InvalidInput("policy_asset_twice", field=here)
        seen.add(key)


def _names(value: object, field: str) -> None:
    for place, one in enumerate(check_list(value, field)):
        check_name(one, f"{field}[{place}]")
