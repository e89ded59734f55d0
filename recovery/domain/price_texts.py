"""Prices, what became of a quote when they moved, and what a second look at a quote found, in words."""

from __future__ import annotations

from recovery.domain.marking import mark

TRANSITIONS: dict[str, str] = {
    "requote": mark("Replace the quote"),
    "drop_quote": mark("Take the quote back"),
    "answer_contest": mark("Answer the depositor"),
}

EVENTS: dict[str, str] = {
    "requote": mark("Quote replaced, as the price had moved"),
    "drop_quote": mark("Quote taken back, as it no longer fitted the price"),
    "answer_contest": mark("Contested quote looked at again and answered"),
}

PUBLIC_EVENTS: dict[str, str] = {
    "requote": mark("The price moved, and you got another quote"),
    "drop_quote": mark("The price moved, and we took the quote back"),
    "answer_contest": mark("Somebody else looked at the quote again and answered you"),
}

WHY_NOT: dict[str, str] = {
    "market_has_held": mark("The price has moved since this quote was made."),
    "contest_is_open": mark("No contested quote waits for an answer."),
    "is_in_a_batch": mark("This case is in no batch."),
    "contest_is_answered": mark("The depositor contested a quote; somebody who did not make it answers first."),
    "not_contested_before": mark("A quote of this case was looked at a second time already."),
}

ERRORS: dict[str, tuple[str, str]] = {
    "market_moved": (
        mark("The price has moved"),
        mark("Nothing was accepted and nothing is lost. Please look at what stands here now and decide again."),
    ),
}

DETAILS: dict[str, str] = {
    "market_has_moved": mark(
        "Since the quote was made, the price of the coins has moved further than we may pass over. There is a new quote at "
        "the price of now; the earlier one stands below it."
    ),
    "market_moved_too_far": mark(
        "Since the quote was made, the price of the coins has moved so far that this quote cannot be kept. Our people look "
        "at it and offer another one."
    ),
    "market_is_not_known": mark(
        "At this moment nobody can tell us the price of the coins, so we cannot see whether the quote still fits. It stays "
        "open; please try again a little later."
    ),
    "price_not_known": mark(
        "The fee policy needs the price of this asset, and no price is known. Have one entered by two people, or use a rule "
        "that takes its fee in the coins themselves."
    ),
    "price_reference_unknown": mark("A price is in native coin or in USD."),
    "price_of_itself": mark("The native coin in native coin needs no price."),
    "price_asset_unknown": mark("No asset of this network is written like this."),
    "price_needs_a_reason": mark("Say why the price is entered by hand, in at most 1000 characters."),
    "price_is_no_number": mark("A positive decimal number with a point is expected, for example 0.0125."),
    "price_is_confirmed": mark("This price is confirmed already."),
    "price_waited_too_long": mark("This price waited too long for a second person; enter the one of now."),
    "price_policy_is_no_object": mark("The limits of prices are not an object."),
    "price_policy_has_other_fields": mark("This field is missing or unknown: %(field)s"),
    "price_policy_number_out_of_range": mark("%(field)s must be a whole number from %(least)s to %(most)s."),
}

WHY_NO_PRICE: dict[str, str] = {
    "price_never_observed": mark("No source has told a price lately."),
    "price_too_old": mark("What the sources told is too old."),
    "price_too_shallow": mark("Too little is traded for the price to mean anything."),
    "price_has_too_few_sources": mark("Too few sources told a price."),
    "price_spread_too_wide": mark("The sources are too far apart."),
    "price_beyond_bounds": mark("It is too small or too large to be reckoned with."),
}

KINDS: dict[str, str] = {
    "median": mark("median of the sources"),
    "crossed": mark("from the dollar prices of asset and coin"),
    "manual": mark("entered and confirmed by two people"),
    "same": mark("the native coin itself"),
}

REFERENCES: dict[str, str] = {"native": mark("in native coin"), "USD": mark("in USD")}

FINDINGS: dict[str, str] = {
    "upheld": mark("The quote stays as it is"),
    "changed": mark("The quote has to change"),
}

MESSAGES: dict[str, str] = {"decision": mark("Decision")}
