"""The fee policy in words: refusals, how a line of a quote came about, and rules for those who keep them."""

from __future__ import annotations

from recovery.domain.marking import mark

DETAILS: dict[str, str] = {
    "no_fee_policy": mark("There is no active fee policy."),
    "no_fee_rule_matches": mark("No rule of the fee policy fits this case."),
    "fee_needs_price": mark("The fee rule “%(rule)s” needs a price in %(unit)s, and nobody knows one."),
    "fee_needs_withdrawal_fee": mark("The fee policy does not say what a withdrawal of this asset costs."),
    "fee_is_named_by_hand": mark("The fee of this case is named by a person, from %(low)s to %(high)s (%(unit)s)."),
    "fee_out_of_bounds": mark("The fee has to be from %(low)s to %(high)s (%(unit)s)."),
    "fee_has_no_row_for_asset": mark("The fee policy has no row for this asset."),
    "fee_has_no_bracket": mark("The fee policy has no bracket for this amount."),
    "fee_is_booked_elsewhere": mark(
        "This fee is paid in advance or settled after the recovery, which the exchange's ledger has to book: "
        "nothing is quoted from here."
    ),
    "value_below_minimum": mark("The deposit is worth less than the smallest one that is recovered."),
    "policy_has_no_rule": mark("A fee policy has one rule at least."),
    "policy_list_is_empty": mark("A list without an entry would never hold: %(field)s"),
    "policy_bounds_out_of_order": mark("The lower bound has to be below the upper one, in the same unit: %(field)s"),
    "policy_brackets_out_of_order": mark("The edges of brackets rise, in one unit: %(field)s"),
    "policy_slice_is_no_percentage": mark(
        "A slice of a progressive fee is a percentage or free, without bounds: %(field)s"
    ),
    "policy_nested_too_deep": mark("Fees stand in fees at most %(limit)s deep: %(field)s"),
    "policy_amount_has_no_unit": mark("An amount is an object with one unit (%(allowed)s): %(field)s"),
    "policy_reference_missing": mark("The document names no unit of account for this amount: %(field)s"),
    "policy_not_a_moment": mark("A time with its zone is expected, such as 2026-01-31T00:00:00Z: %(field)s"),
    "policy_waiver_without_condition": mark("A waiver without a condition would waive every fee: %(field)s"),
    "policy_needs_trial": mark("Before this version comes into force, it has to be tried on every quote so far."),
    "trial_too_long": mark("There are more than %(limit)s quotes: use the command for this trial."),
}
"""Detail code of a refusal about fees → one sentence."""

STEPS: dict[str, str] = {
    "free": mark("free of charge"),
    "free_cause": mark("we charge nothing for this"),
    "flat": mark("fixed: %(amount)s"),
    "percent": mark("%(percent)s %% of the amount"),
    "percent_of_excess": mark("%(percent)s %% of what exceeds %(amount)s"),
    "withdrawal_fee": mark("%(times)s times the withdrawal fee of %(amount)s"),
    "by_hand": mark("set for this case: %(amount)s"),
    "asset_row": mark("by the table of this asset"),
    "pair_row": mark("by the table of this asset and address"),
    "any_other_asset": mark("by the table of all other assets"),
    "bracket": mark("bracket %(number)s"),
    "slice": mark("slice %(number)s: %(amount)s"),
    "floor": mark("at least %(amount)s"),
    "cap": mark("at most %(amount)s"),
    "cap_share": mark("at most %(percent)s %%"),
    "waived": mark("waived: %(waiver)s"),
    "waived_without_a_price": mark("fixed part waived, as the token has no price"),
    "borne_by_platform": mark("we bear it"),
    "borne_without_a_price": mark("we bear it, as the token has no price"),
    "passed_on": mark("for collecting the coins, up to %(amount)s at the price of that moment"),
    "passed_on_unused_returned": mark(
        "for collecting the coins, up to %(amount)s at the price of that moment; what is not used comes back to you"
    ),
}
"""Code of a step of a calculation → a few words. Amounts are written out in their unit."""

NOT_REFUNDABLE = mark("also owed when the recovery fails")

SHAPES: dict[str, str] = {
    "free": mark("Free of charge"),
    "flat": mark("%(amount)s"),
    "percent": mark("%(percent)s %%"),
    "percent_of_excess": mark("%(percent)s %% of what exceeds %(amount)s"),
    "withdrawal_fee": mark("%(times)s times the withdrawal fee of the asset"),
    "range": mark("named by a person, from %(low)s to %(high)s"),
    "by_asset": mark("by asset"),
    "tiers": mark("by bracket"),
    "progressive": mark("each slice by its bracket"),
    "row": mark("%(asset)s: %(fee)s"),
    "row_pair": mark("%(asset)s sent to an address of %(network)s: %(fee)s"),
    "otherwise": mark("any other asset: %(fee)s"),
    "below": mark("below %(amount)s: %(fee)s"),
    "rest": mark("above: %(fee)s"),
    "floor": mark("at least %(amount)s"),
    "cap": mark("at most %(amount)s"),
    "cap_bps": mark("at most %(percent)s %% of the deposit"),
    "plus": mark("plus"),
}
"""A shape of a fee, for those who keep the policy."""

CONDITIONS: dict[str, str] = {
    "anything": mark("Every case"),
    "networks": mark("on %(names)s"),
    "assets": mark("of %(names)s"),
    "causes": mark("with cause %(names)s"),
    "fee_classes": mark("of class %(names)s"),
    "from": mark("worth %(amount)s or more"),
    "below": mark("worth less than %(amount)s"),
    "own_error": mark("the mistake was ours"),
}

TERMS: dict[str, str] = {
    "cost_platform": mark("We bear the network cost."),
    "cost_depositor": mark("The depositor bears %(percent)s %% of the estimated network cost."),
    "cost_cap": mark("Of the network cost at most %(amount)s."),
    "unused_returned": mark("What of it is not used is returned."),
    "minimum_value": mark("Nothing below %(amount)s is recovered."),
    "minimum_net": mark("At least %(amount)s has to be left."),
    "advance": mark("Paid in advance."),
    "deducted": mark("Taken from the coins."),
    "refundable": mark("Given back when the recovery fails."),
    "not_refundable": mark("Not given back when the recovery fails."),
    "refuse": mark("Without a price nothing is quoted."),
    "waive": mark("What has no price is waived."),
    "next": mark("Without a price the next rule decides."),
    "waiver": mark("Waived (%(name)s): %(conditions)s."),
    "waiver_with_cost": mark("Waived with the network cost (%(name)s): %(conditions)s."),
}
"""The switches of a rule, a sentence each."""

CHANGES: dict[str, str] = {
    "changed": mark("another amount"),
    "refused": mark("would be refused"),
    "possible": mark("would become possible"),
}
"""What a trial found."""

UNIT_NATIVE = mark("base units of the network's coin")
UNIT_ASSET = mark("base units of the asset")
