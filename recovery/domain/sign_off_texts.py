"""What the desk reads about sign-offs, limits, delegations and broken glass. Depositors read none of it."""

from __future__ import annotations

from recovery.domain.marking import mark

TRANSITIONS: dict[str, str] = {
    "approve_sweep_lead": mark("Approve the sweep as lead"),
    "approve_refund_lead": mark("Approve the refund as lead"),
    "break_glass_sweep": mark("Break the glass for the sweep"),
    "break_glass_refund": mark("Break the glass for the refund"),
    "endorse_credit": mark("Endorse the credit"),
}

EVENTS: dict[str, str] = {
    "approve_sweep_lead": mark("Sweep approved by the lead"),
    "approve_refund_lead": mark("Refund approved by the lead"),
    "break_glass_sweep": mark("Vote to break the glass for the sweep"),
    "break_glass_refund": mark("Vote to break the glass for the refund"),
    "endorse_credit": mark("Credit endorsed"),
}

WHY_NOT: dict[str, str] = {
    "wallet_has_not_signed": mark("The wallet team has approved this plan already."),
    "clearing_has_not_signed": mark("The clearing team has approved this plan already."),
    "lead_has_not_signed": mark("A lead has approved this plan already, or need not."),
    "wallet_is_due": mark("Another team comes before the wallet team here."),
    "clearing_is_due": mark("Another team comes before the clearing team here."),
    "lead_is_due": mark("Another team comes before the lead here."),
    "everybody_signed": mark("Not everybody whom the policy asks for has approved yet."),
    "glass_may_be_broken": mark("The policy does not let anybody break the glass here, or nothing is missing."),
    "credit_is_endorsed": mark("Others have to endorse this credit first."),
    "credit_needs_more": mark("Only the last word of clearing is missing for this credit."),
}

DETAILS: dict[str, str] = {
    "look_longer": mark("This plan has not been before you long enough. Look at it, and approve it then."),
    "limit_per_case": mark("This is more than you may approve in one case."),
    "limit_per_day": mark("With this you would approve more than you may in one day."),
    "limit_needs_price": mark("Your limit is by value, and no price of this asset is known."),
    "limit_missing": mark("No limit is set for you, and the policy asks for one."),
    "limit_of_no_approver": mark("Limits are for people of the teams that approve."),
    "limit_is_no_amount": mark("A limit is a whole number of base units, per case, per day, or both."),
    "limit_is_confirmed": mark("This limit is in force or over already."),
    "limit_is_your_own": mark("Nobody sets or confirms their own limit."),
    "limit_scope_unknown": mark("A limit is for one asset, or for a whole network by value."),
    "limit_asset_unknown": mark("No asset of this network is written like this."),
    "deputy_is_of_another_team": mark("Only somebody else of the same team can stand in."),
    "delegation_period_is_wrong": mark("It has to end after it starts, in the future, and within sixty days."),
    "delegation_is_confirmed": mark("This delegation is confirmed already."),
    "delegation_is_over": mark("This delegation is over."),
    "no_delegation": mark("Nobody has lent you their limits for this team now."),
    "glass_is_reviewed": mark("This has been reviewed already."),
    "sign_off_kind_left_out": mark("No rule takes what is left of this kind: %(kind)s"),
    "sign_off_amount_of_which_asset": mark("An amount in base units needs exactly one asset beside it: %(field)s"),
    "sign_off_team_missing": mark("Of %(kind)s nothing goes without the team %(team)s: %(field)s"),
}

COUNTS: dict[str, str] = {
    "approver_left_the_team": mark("does not count: no longer of that team"),
    "approval_expired": mark("does not count: expired"),
    "approver_over_limit": mark("does not count: over the limit by now"),
    "approval_is_twice": mark("does not count: approved twice"),
}
"""Why an approval does not count at the moment."""

SCOPES: dict[str, str] = {
    "asset": mark("one asset, in base units"),
    "network": mark("the whole network, by value in its own coin"),
}
"""What a limit is about."""

MATTERS: dict[str, str] = {
    "sweep": mark("sweeps"),
    "refund": mark("refunds"),
    "credit": mark("credits"),
    "advance": mark("advances"),
}
"""What a rule of the policy is about."""
