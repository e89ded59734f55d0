"""What state our own platform is in: deposits shut, holds, rules of travel, accounts closed."""

from __future__ import annotations

from datetime import timedelta

from recovery.domain.causes.finding import Check, told
from recovery.domain.causes.situation import LegCheck, LegSituation


def suspended(now: LegSituation) -> Check:
    """G01: deposits of the asset are suspended."""
    return told("deposits_suspended", now.asset is not None and now.asset.state == "suspended", "asset_registry")


def not_open(now: LegSituation) -> Check:
    """G07: listed, but deposits were not open yet; and are not now."""
    opens = now.asset.deposits_from if now.asset else None
    paid = now.tx.block.time if now.tx.block else None
    early = opens is not None and (paid is None or paid < opens)
    still = opens is not None and (now.books.now is None or now.books.now < opens)
    return told("deposits_not_open", early and still, "asset_registry", opens.isoformat() if opens else None)


def travel_data(now: LegSituation) -> Check:
    """G05: from another platform, and large enough that the rules of travel ask who sent it."""
    least = now.all.policy.parameters.travel_rule.get((now.tx.network, now.leg.contract))
    label = now.books.labels.get(now.leg.sender or "")
    asked = least is not None and now.arrived >= least and label is not None and label.kind == "platform"
    known = any(proof.kind == "source" for proof in now.books.proofs)
    return told("sender_details_missing", asked and not known, "policy", label.platform if asked and label else None)


def closed_account(now: LegSituation) -> Check:
    """B10: the account was closed; what came for it goes back."""
    return told("account_is_closed", now.account_state == "closed", "account_registry")


def good(now: LegSituation) -> Check:
    """G02: a good deposit that the books did not see."""
    return told("good_but_not_credited", True, "no_credit_in_the_books", now.leg.position)


OPEN_RULES: tuple[tuple[str, LegCheck], ...] = (("G01", suspended), ("G07", not_open), ("G05", travel_data))
"""What can stand in the way of a credit although address, asset and amount are right."""


def sanctioned(now: LegSituation) -> Check:
    """G04: a sanctioned party. What came from one is blocked: neither credited nor returned."""
    parties = (now.leg.sender, now.tx.fee.payer if now.tx.fee else None)  # who paid may stand behind a contract
    labels = [now.books.labels.get(one or "") for one in parties]
    listed = any(label is not None and label.kind == "sanctioned" for label in labels)
    screened = any(one.verdict == "sanctioned" for one in now.books.screened)
    return told("sanctioned_party", listed or screened, "screening", now.leg.position)


def screening_answered(now: LegSituation) -> Check:
    """Unknown while a screening tool that was asked has not answered: down means wait."""
    silent = any(one.verdict == "unknown" for one in now.books.screened)
    return told("screening_silent", None if silent else False, "screening")


def risky(now: LegSituation) -> Check:
    """G03: screening asks for a look by people."""
    return told("held_by_screening", any(one.verdict == "hold" for one in now.books.screened), "screening")


def frozen_account(now: LegSituation) -> Check:
    """G06: the account is frozen."""
    return told("account_not_active", now.account_state == "frozen", "account_registry")


def security_changed(now: LegSituation) -> Check:
    """H11: password, second factor or address of the account changed a short while ago."""
    changed, at = now.books.security_changed_at, now.books.now
    rest = timedelta(hours=now.all.policy.parameters.security_hold_hours)
    fresh = changed is not None and at is not None and changed > at - rest
    return told("security_changed_lately", fresh, "account_registry")
