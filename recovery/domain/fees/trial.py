"""What a drafted version would have changed: past quotes one by one, counted and added up. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from recovery.domain.fees.facts import FeeFacts, facts_from_json
from recovery.domain.fees.quoting import Terms, quote_terms
from recovery.domain.fees.schedule import Schedule
from recovery.errors import InvalidInput

ENGINE = 1
"""The way of calculating. Another one asks for new trials before a version is activated."""

MOST_NAMED = 500
"""So many differences are named; all are counted."""


@dataclass(frozen=True)
class PastQuote:
    """A quote as it was made; ``gross`` is without what the token keeps of itself. ``last``: no later one of its case."""

    ref: str
    number: int
    asset: str
    version: int
    gross: int
    fee: int
    network_cost: int
    net: int
    last: bool
    inputs: Mapping[str, Any] | None


@dataclass(frozen=True)
class Change:
    """One case to which something else would have been said. Amounts are base units of ``asset``, ``None``: no quote.

    ``what``: changed, refused (with the code of ``why``), or possible, for a case that has no quote yet.
    """

    ref: str
    number: int
    asset: str
    what: str
    was: int | None
    now: int | None
    rule: str
    why: str = ""

    def as_json(self) -> dict[str, Any]:
        """Amounts as decimal texts."""
        return {
            "case": self.ref,
            "number": self.number,
            "asset": self.asset,
            "what": self.what,
            "net_was": None if self.was is None else str(self.was),
            "net_now": None if self.now is None else str(self.now),
            "rule": self.rule,
            "why": self.why,
        }


@dataclass
class Sum:
    """Of one asset, the newest quote of each case: what the platform kept and what was paid, then and under the draft."""

    cases: int = 0
    kept_was: int = 0
    kept_now: int = 0
    net_was: int = 0
    net_now: int = 0

    def as_json(self) -> dict[str, Any]:
        """Amounts as decimal texts."""
        return {
            "cases": self.cases,
            "kept_was": str(self.kept_was),
            "kept_now": str(self.kept_now),
            "net_was": str(self.net_was),
            "net_now": str(self.net_now),
        }


@dataclass
class Trial:
    """The result so far. ``failed`` names quotes that could not be worked out again as they were."""

    quotes: int = 0
    changed: int = 0
    refused: int = 0
    possible: int = 0
    failed: list[str] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    sums: dict[str, Sum] = field(default_factory=dict)

    def past(self, quote: PastQuote, own: Schedule, draft: Schedule) -> None:
        """Work a past quote out again, as it was and under the draft."""
        self.quotes += 1
        facts = _same(quote, own)
        if facts is None:
            self.failed.append(f"{quote.ref}/{quote.number}")
            return
        now, why = _terms(facts, draft)
        if quote.last:
            self._add(quote, now)
        if now is None:
            self._note(Change(quote.ref, quote.number, quote.asset, "refused", quote.net, None, "", why))
        elif (now.fee + now.in_advance, now.network_cost, now.net) != (quote.fee, quote.network_cost, quote.net):
            self._note(Change(quote.ref, quote.number, quote.asset, "changed", quote.net, now.net, now.rule))

    def waiting(self, ref: str, asset: str, facts: FeeFacts, current: Schedule | None, draft: Schedule) -> None:
        """A case that has no quote yet: whether the draft refuses what goes now, or makes possible what does not."""
        was = _terms(facts, current)[0] if current else None
        now, why = _terms(facts, draft)
        if was is None and now is not None:
            self._note(Change(ref, 0, asset, "possible", None, now.net, now.rule))
        elif was is not None and now is None:
            self._note(Change(ref, 0, asset, "refused", was.net, None, "", why))

    def _note(self, change: Change) -> None:
        if change.what == "changed":
            self.changed += 1
        elif change.what == "refused":
            self.refused += 1
        else:
            self.possible += 1
        if len(self.changes) < MOST_NAMED:
            self.changes.append(change)

    def _add(self, quote: PastQuote, now: Terms | None) -> None:
        one = self.sums.setdefault(quote.asset, Sum())
        one.cases += 1
        one.kept_was += quote.fee + quote.network_cost
        one.net_was += quote.net
        if now is not None:
            one.kept_now += now.fee + now.in_advance + now.network_cost
            one.net_now += now.net

    def as_json(self) -> dict[str, Any]:
        """Counts, totals by asset, and the differences that are named."""
        return {
            "quotes": self.quotes,
            "changed": self.changed,
            "refused": self.refused,
            "possible": self.possible,
            "failed": len(self.failed),
            "failed_quotes": self.failed[:MOST_NAMED],
            "totals": {asset: one.as_json() for asset, one in sorted(self.sums.items())},
            "changes": [one.as_json() for one in self.changes],
        }


def _same(quote: PastQuote, own: Schedule) -> FeeFacts | None:
    """The facts of a quote, if under its own version they still give what was offered."""
    if quote.inputs is None:
        return None
    try:
        facts = facts_from_json(quote.inputs)
        again = quote_terms(facts, own)
    except (InvalidInput, ValueError, KeyError, TypeError):
        return None
    same = (again.gross, again.fee, again.network_cost, again.net)
    return facts if same == (quote.gross, quote.fee, quote.network_cost, quote.net) else None


def _terms(facts: FeeFacts, schedule: Schedule) -> tuple[Terms | None, str]:
    try:
        return quote_terms(facts, schedule), ""
    except InvalidInput as refused:
        return None, refused.detail
