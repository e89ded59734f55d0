"""Policy per cause as it is delivered: one row for every code of the cause catalogue, with the outcome settled there.

A row is the default. Where facts decide between outcomes the check that finds the cause passes another one: C01 and C07
(credited when the asset is listed on that network, else swept and refunded), H09 (credited to the owner of that time,
refused to anybody else), E01 (as ``below_minimum`` says), E04 (what was delivered, so nothing when nothing was), B06
(asked when the payload cannot be read), B09 (swept when the key is archived), D03 (worthless: refused), D08 (by trait),
D11 and D12 (by the asset), D15 (as ``mints`` says) and D18 (once). A02, C09, C11, E05 and F06 are findings more often than
causes; their rows hold for the rare case in which nothing else decides.
"""

from __future__ import annotations

from typing import Any

UNKNOWN = "unknown"
"""The row, and the text, of a case whose cause is not known yet. In Python its code is ``None``."""

SERIES = {"A": 13, "B": 17, "C": 11, "D": 18, "E": 5, "F": 6, "G": 8, "H": 12}
CODES: tuple[str, ...] = tuple(
    f"{letter}{number:02}" for letter, count in SERIES.items() for number in range(1, count + 1)
)
"""Every code of the catalogue, in its order."""

_HOUR, _DAY = 3_600, 86_400
_CLOCKS = {
    "quick": (60, _HOUR, _DAY),  # the machine alone, or a closure
    "usual": (_HOUR, _DAY, 3 * _DAY),
    "long": (_HOUR, 3 * _DAY, 14 * _DAY),  # a network we do not run, contract addresses, closed accounts, compliance
}

_APPROVALS = {"CR": ("clearing",), "RF": ("wallet", "clearing"), "SW": ("wallet", "clearing"), "HD": ("lead",)}

# code: outcome, eligible, fee, proof, clocks, refund_to, cooling hours, text (where it is not the cause's own)
_ROWS: dict[str, tuple[str, str, str, str, str, str, int, str | None]] = {
    UNKNOWN: ("WT", "conditional", "free", "none", "usual", "none", 0, None),
    # Not there, or not final
    "A01": ("AM", "conditional", "free", "none", "quick", "none", 0, None),
    "A02": ("WT", "conditional", "free", "none", "quick", "none", 0, None),
    "A03": ("AM", "conditional", "free", "none", "quick", "none", 0, None),
    "A04": ("WT", "always", "free", "none", "quick", "none", 0, None),
    "A05": ("WT", "always", "free", "none", "quick", "none", 0, None),
    "A06": ("CL", "never", "free", "none", "quick", "none", 0, None),
    "A07": ("AM", "conditional", "free", "none", "quick", "none", 0, None),
    "A08": ("WT", "conditional", "free", "none", "quick", "none", 0, None),
    "A09": ("RJ", "never", "free", "none", "quick", "none", 0, None),
    "A10": ("RJ", "never", "free", "none", "quick", "none", 0, None),
    "A11": ("AM", "conditional", "free", "none", "quick", "none", 0, None),
    "A12": ("WT AM", "conditional", "free", "none", "usual", "none", 0, None),
    "A13": ("WT", "conditional", "free", "none", "quick", "none", 0, None),
    # Right chain, wrong routing
    "B01": ("AM", "conditional", "memo", "signature", "usual", "proven", 24, UNKNOWN),
    "B02": ("AM", "conditional", "memo", "signature", "usual", "proven", 24, UNKNOWN),
    "B03": ("RJ", "never", "free", "none", "usual", "none", 0, "B12"),
    "B04": ("CR", "always", "free", "none", "quick", "none", 0, None),
    "B05": ("CR", "always", "free", "none", "quick", "none", 0, None),
    "B06": ("CR", "conditional", "free", "none", "usual", "none", 0, None),
    "B07": ("CR", "always", "free", "none", "quick", "none", 0, None),
    "B08": ("RJ", "never", "free", "none", "usual", "none", 0, "B12"),
    "B09": ("CR", "always", "free", "link", "usual", "none", 0, None),
    "B10": ("RF", "conditional", "standard", "link", "long", "source", 24, None),
    "B11": ("AM RF", "conditional", "standard", "two", "usual", "source", 24, UNKNOWN),
    "B12": ("RJ", "never", "free", "none", "quick", "none", 0, None),
    "B13": ("RJ", "never", "free", "none", "quick", "none", 0, None),
    "B14": ("RJ", "never", "free", "none", "quick", "none", 0, None),
    "B15": ("AM", "conditional", "free", "link", "usual", "none", 0, None),
    "B16": ("CR", "conditional", "returned", "link", "usual", "none", 0, None),
    "B17": ("CL", "never", "free", "none", "quick", "none", 0, None),
    # Wrong network or address model
    "C01": ("CR", "always", "free", "link", "usual", "account", 0, None),
    "C02": ("SW RF", "conditional", "extended", "link", "long", "account", 24, None),
    "C03": ("SW RF", "conditional", "extended", "link", "long", "account", 24, None),
    "C04": ("SW RF", "conditional", "extended", "link", "long", "account", 24, None),
    "C05": ("SW RF", "conditional", "extended", "link", "long", "account", 24, None),
    "C06": ("SW RF", "conditional", "extended", "link", "long", "account", 24, None),
    "C07": ("SW RF", "conditional", "standard", "link", "usual", "account", 24, None),
    "C08": ("SW RF", "conditional", "extended", "link", "long", "account", 24, None),
    "C09": ("SW RF", "conditional", "standard", "link", "long", "account", 24, None),
    "C10": ("RJ", "never", "free", "none", "quick", "none", 0, None),
    "C11": ("SW RF", "conditional", "standard", "signature", "usual", "proven", 24, None),
    # Wrong or special asset
    "D01": ("SW RF", "always", "standard", "link", "usual", "account", 24, None),
    "D02": ("SW RF", "always", "standard", "link", "usual", "account", 24, None),
    "D03": ("SW RF", "conditional", "standard", "link", "usual", "account", 24, None),
    "D04": ("RJ", "never", "free", "none", "quick", "none", 0, None),
    "D05": ("SW RF", "always", "standard", "link", "usual", "account", 24, None),
    "D06": ("SW RF", "always", "standard", "link", "usual", "account", 24, None),
    "D07": ("SW RF", "always", "standard", "link", "usual", "account", 24, None),
    "D08": ("SW RF", "conditional", "standard", "link", "usual", "account", 24, None),
    "D09": ("HD", "conditional", "standard", "link", "long", "account", 24, None),
    "D10": ("SW RF", "conditional", "standard", "link", "usual", "account", 24, None),
    "D11": ("SW RF", "conditional", "standard", "link", "usual", "account", 24, None),
    "D12": ("CR", "conditional", "free", "link", "usual", "account", 0, None),
    "D13": ("HD", "conditional", "standard", "link", "long", "account", 24, None),
    "D14": ("SW RF", "always", "standard", "link", "usual", "account", 24, None),
    "D15": ("RJ", "never", "free", "none", "usual", "none", 0, None),
    "D16": ("AM", "conditional", "standard", "two", "long", "proven", 24, None),
    "D17": ("SW RF", "always", "standard", "link", "usual", "account", 24, None),
    "D18": ("CR", "conditional", "free", "link", "usual", "account", 0, None),
    # Amount
    "E01": ("WT", "conditional", "free", "none", "quick", "none", 0, None),
    "E02": ("WT", "conditional", "free", "none", "usual", "none", 0, None),
    "E03": ("HD", "conditional", "free", "link", "usual", "account", 0, UNKNOWN),
    "E04": ("CR", "always", "free", "none", "usual", "none", 0, None),
    "E05": ("CR", "always", "free", "none", "usual", "none", 0, None),
    # Delivery mode
    "F01": ("CR", "always", "free", "none", "usual", "none", 0, None),
    "F02": ("CR", "always", "free", "none", "usual", "none", 0, None),
    "F03": ("CR", "always", "free", "none", "usual", "none", 0, None),
    "F04": ("CR", "always", "free", "none", "usual", "none", 0, None),
    "F05": ("HD", "conditional", "standard", "two", "long", "source", 72, UNKNOWN),
    "F06": ("AM", "conditional", "standard", "two", "usual", "proven", 24, None),
    # State of the platform
    "G01": ("WT", "always", "free", "none", "quick", "none", 0, None),
    "G02": ("CR", "always", "free", "none", "quick", "none", 0, None),
    "G03": ("HD", "conditional", "free", "none", "long", "none", 0, UNKNOWN),
    "G04": ("HD", "never", "free", "none", "long", "none", 0, UNKNOWN),
    "G05": ("AM", "conditional", "free", "link", "usual", "none", 0, None),
    "G06": ("HD", "conditional", "free", "none", "usual", "none", 0, UNKNOWN),
    "G07": ("WT", "always", "free", "none", "quick", "none", 0, None),
    "G08": ("CL", "never", "free", "none", "quick", "none", 0, None),
    # The claim itself
    "H01": ("CL", "never", "free", "none", "quick", "none", 0, None),
    "H02": ("CL", "never", "free", "none", "quick", "none", 0, None),
    "H03": ("CL", "never", "free", "none", "quick", "none", 0, None),
    "H04": ("HD", "conditional", "free", "two", "long", "none", 0, UNKNOWN),
    "H05": ("AM", "conditional", "standard", "signature", "usual", "source", 24, UNKNOWN),
    "H06": ("AM", "conditional", "standard", "signature", "usual", "source", 24, None),
    "H07": ("CL", "never", "free", "none", "quick", "none", 0, None),
    "H08": ("RJ", "never", "free", "none", "quick", "none", 0, None),
    "H09": ("CR", "conditional", "free", "link", "usual", "account", 0, UNKNOWN),
    "H10": ("AM", "conditional", "free", "link", "usual", "account", 24, None),
    "H11": ("HD", "conditional", "free", "two", "long", "source", 72, UNKNOWN),
    "H12": ("AM", "conditional", "standard", "signature", "usual", "source", 24, "B12"),
}

PARAMETERS: dict[str, Any] = {
    "returned_within_days": 30,
    "returned_less_percent": 5,
    "security_hold_hours": 72,
    "below_minimum": "accumulate",
    "mints": "refuse",
    "effect_of_listed": "balances",
    "coinjoin": "hold",
    "own_entities": [],
    "limits": [],
    "travel_rule": [],
    "small_amounts": [],
    "large_amounts": [],
}


def built_in_document() -> dict[str, Any]:
    """The delivered policy as the JSON document a new version is drafted from."""
    return {"causes": {code: _row(code) for code in (UNKNOWN, *CODES)}, "parameters": dict(PARAMETERS)}


def _row(code: str) -> dict[str, Any]:
    steps, eligible, fee, proof, clocks, refund_to, cooling_hours, text = _ROWS[code]
    acknowledge, decide, finish = _CLOCKS[clocks]
    outcome = steps.split()
    return {
        "outcome": outcome,
        "eligible": eligible,
        "fee": fee,
        "minimum": None,
        "proof": proof,
        "approvals": list(dict.fromkeys(team for step in outcome for team in _APPROVALS.get(step, ()))),
        "acknowledge": acknowledge,
        "decide": decide,
        "finish": finish,
        "refund_to": refund_to,
        "cooling": cooling_hours * _HOUR,
        "text": text or code,
    }
