"""Policies in words: what can be wrong with one, and how its rows read."""

from __future__ import annotations

from recovery.domain.marking import mark

DETAILS: dict[str, str] = {
    "policy_is_active": mark("This policy is active already."),
    "policy_is_older": mark("A newer version is in force; this one would change nothing. Draft it anew."),
    "no_draft": mark("There is no draft to replay."),
    "policy_amount_is_no_number": mark("An amount is not a whole number of base units, written as a text: %(field)s"),
    "policy_too_long": mark("The document is longer than %(limit)s characters."),
    "policy_is_no_json": mark("This is not JSON: line %(line)s, column %(column)s."),
    "policy_is_no_object": mark("An object is expected here: %(field)s"),
    "policy_unknown_key": mark("No policy has such an entry: %(field)s"),
    "policy_key_missing": mark("An entry is missing: %(field)s"),
    "policy_key_twice": mark("An entry stands there twice: %(field)s"),
    "policy_unknown_value": mark("Not a value that is known here: %(field)s. Known are: %(allowed)s"),
    "policy_value_twice": mark("A value stands there twice: %(field)s"),
    "policy_number_out_of_range": mark("A whole number from %(low)s to %(high)s is expected: %(field)s"),
    "policy_not_a_list": mark("A list is expected here, and not an endless one: %(field)s"),
    "policy_not_a_name": mark("A name is expected here: %(field)s"),
    "policy_asset_twice": mark("The same asset stands there twice: %(field)s"),
    "policy_network_unknown": mark("No network has this name: %(field)s"),
    "policy_asset_unknown": mark("No asset of this network is written like this: %(field)s"),
    "policy_clocks_out_of_order": mark("The clocks of %(cause)s must not run backwards: acknowledge, decide, finish."),
    "policy_text_gives_away": mark("The words chosen for %(cause)s would give away a hold, or whose an address is."),
    "policy_must_not_pay": mark("After %(cause)s nothing may be paid, whatever the policy says."),
    "policy_must_hold": mark("%(cause)s is always held."),
    "policy_approval_missing": mark("%(cause)s: the step %(step)s is never taken without the team %(team)s."),
    "policy_refund_needs_target": mark("%(cause)s is refunded, but the policy does not say where to."),
    "policy_never_and_paid": mark("%(cause)s is never recovered and yet paid: one of both is wrong."),
    "policy_needs_replay": mark(
        "Before this version comes into force, every verdict so far has to be replayed with it."
    ),
    "policy_is_built_in": mark("Version 1 is built in: it is in force until another version is."),
    "policy_kind_unknown": mark("There is no such kind of policy."),
}
"""Detail code of a refusal about policies → one sentence."""

PROOFS: dict[str, str] = {
    "none": mark("none"),
    "link": mark("account owns the address"),
    "signature": mark("signature or test transfer"),
    "two": mark("two independent proofs"),
}

FEES: dict[str, str] = {
    "free": mark("free"),
    "memo": mark("memo fee"),
    "returned": mark("fee for returned withdrawals"),
    "standard": mark("recovery fee"),
    "extended": mark("higher recovery fee"),
}

ELIGIBLE: dict[str, str] = {
    "always": mark("recoverable"),
    "conditional": mark("recoverable under conditions"),
    "never": mark("not recoverable"),
}

TARGETS: dict[str, str] = {
    "source": mark("to where it came from"),
    "proven": mark("to an address proven to be theirs"),
    "account": mark("to an address the account's owner names"),
    "none": mark("no refund"),
}

PARAMETERS: dict[str, str] = {
    "returned_within_days": mark("Returned withdrawal: at most so many days later"),
    "returned_less_percent": mark("Returned withdrawal: at most so many percent less"),
    "security_hold_hours": mark("Hours that refunds rest after a security change"),
    "below_minimum": mark("Deposits below the minimum"),
    "mints": mark("Airdrops, rewards and other mints"),
    "effect_of_listed": mark("What shows that a listed token arrived"),
    "coinjoin": mark("Coins out of a mixer"),
    "own_entities": mark("Platforms of our own"),
    "limits": mark("Held above this amount"),
    "travel_rule": mark("Sender's data needed from this amount"),
    "small_amounts": mark("No proof for a refund to the source up to this amount"),
    "large_amounts": mark("Two proofs from this amount"),
}

CHOICES: dict[str, str] = {
    "accumulate": mark("kept until they reach it together"),
    "credit": mark("credited"),
    "refuse": mark("declined"),
    "balances": mark("balances before and after"),
    "log": mark("the token's own log"),
    "hold": mark("held"),
    "allow": mark("let through"),
}
"""Words that parameters choose from."""

STATES: dict[str, str] = {
    "drafted": mark("draft"),
    "scheduled": mark("to begin"),
    "in_force": mark("in force"),
    "replaced": mark("replaced"),
}
"""How a version of a policy stands."""
