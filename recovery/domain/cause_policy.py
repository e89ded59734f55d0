"""Policy per cause: what follows from each code of the catalogue, as versioned data. Pure.

The diagnosis names the cause; the row of that cause says what is done about it: the ordered steps of the outcome, whether
anything can be recovered, the proof that is owed, who approves, how long it may take and where a refund may go. A case
keeps the version it was decided under, so a version never changes. Version 1 is built in (:data:`BUILT_IN`) and stands in
no table; a new version is drafted as a JSON document of the same form as :func:`built_in_document` and checked by
:func:`check_policy`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from recovery.domain.cause_rows import UNKNOWN, built_in_document

__all__ = ["BUILT_IN", "STEPS", "AssetAmounts", "CausePolicy", "Parameters", "Policy", "policy_from"]

STEPS = ("CR", "RF", "SW", "AM", "WT", "RJ", "HD", "CL")
"""Steps of an outcome: credit, refund, sweep, ask, wait, refuse, hold, close."""

AssetAmounts = Mapping[tuple[str, str | None], int]
"""Base units by network and contract (``None``: the native coin), the identity of an asset as in the books."""


@dataclass(frozen=True)
class CausePolicy:
    """One row. ``code`` is ``None`` for a cause not known yet.

    ``eligible``: always, conditional or never recovered. ``fee`` names the fee the fee policy works out: free, memo,
    returned, standard, extended. ``minimum``: smallest worth recovering, in base units of the network's native coin.
    ``proof``: none, link (claimant owns the destination), signature, two (independent methods). ``approvals``: teams.
    ``acknowledge``, ``decide``, ``finish`` and ``cooling``: seconds from filing, and before paying. ``refund_to``: source,
    proven (an address whose control was shown), account (what the owner names), none. ``text``: the cause whose words the
    depositor reads, or ``unknown``.
    """

    code: str | None
    outcome: tuple[str, ...]
    eligible: str
    fee: str
    minimum: int | None
    proof: str
    approvals: tuple[str, ...]
    acknowledge: int
    decide: int
    finish: int
    refund_to: str
    cooling: int
    text: str


@dataclass(frozen=True)
class Parameters:
    """Numbers and choices the checks look at, beside the rows.

    A returned withdrawal (B16) is at most ``returned_less_percent`` smaller and ``returned_within_days`` later. After a
    change of security refunds rest for ``security_hold_hours`` (H11). ``below_minimum``: accumulate, credit or refuse (E01).
    ``mints``: refuse or credit (D15). ``effect_of_listed``: whether the log of a listed token suffices (``log``) or
    balances must have moved (``balances``). ``coinjoin``: hold or allow (F05). ``own_entities``: platforms of our own (B15).
    ``limits``: above it E03. ``travel_rule``: from it G05. ``small_amounts``: up to it a refund to the source needs no proof.
    ``large_amounts``: from it two independent methods are owed.
    """

    returned_within_days: int = 30
    returned_less_percent: int = 5
    security_hold_hours: int = 72
    below_minimum: str = "accumulate"
    mints: str = "refuse"
    effect_of_listed: str = "balances"
    coinjoin: str = "hold"
    own_entities: tuple[str, ...] = ()
    limits: AssetAmounts = field(default_factory=dict)
    travel_rule: AssetAmounts = field(default_factory=dict)
    small_amounts: AssetAmounts = field(default_factory=dict)
    large_amounts: AssetAmounts = field(default_factory=dict)


@dataclass(frozen=True)
class Policy:
    """One version: a row for every code of the catalogue and for the unknown (``None``), and the parameters."""

    version: int
    causes: Mapping[str | None, CausePolicy]
    parameters: Parameters

    def outcome(self, code: str | None) -> tuple[str, ...]:
        """The ordered steps that follow from a cause by default."""
        return self.causes[code].outcome


def policy_from(document: Mapping[str, Any], version: int) -> Policy:
    """The policy a checked document describes (:func:`recovery.domain.policy_check.check_policy`)."""
    causes = [_cause(code, row) for code, row in document["causes"].items()]
    return Policy(version, {row.code: row for row in causes}, _parameters(document["parameters"]))


def _cause(code: str, row: Mapping[str, Any]) -> CausePolicy:
    values = {
        **row,
        "outcome": tuple(row["outcome"]),
        "approvals": tuple(row["approvals"]),
        "minimum": None if row["minimum"] is None else int(row["minimum"]),
    }
    return CausePolicy(code=None if code == UNKNOWN else code, **values)


def _parameters(given: Mapping[str, Any]) -> Parameters:
    values = dict(given)
    values["own_entities"] = tuple(given["own_entities"])
    for one in fields(Parameters):
        if one.name in ASSET_AMOUNTS:
            values[one.name] = {
                (row["network"], row["contract"] or None): int(row["amount"]) for row in given[one.name]
            }
    return Parameters(**values)


ASSET_AMOUNTS = ("limits", "travel_rule", "small_amounts", "large_amounts")
"""Parameters that are lists of ``{network, contract, amount}`` in the document."""

BUILT_IN = policy_from(built_in_document(), 1)
"""Version 1: the catalogue as settled. In force until another version is activated."""
