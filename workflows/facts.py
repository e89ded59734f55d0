"""What a guard may look at, frozen, and the guards themselves: named questions about those facts.

A guard answers yes or no; its name is the message key shown when it says no.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Facts:
    """A snapshot of one case, read under its row lock. Money is compared before it gets here: only answers arrive."""

    leg_claimed: bool = False
    probe_ok: bool = False
    quote_open: bool = False
    quote_expired: bool = False
    quote_accepted: bool = False
    destination_checked: bool = False
    plan_current: bool = False
    wallet_signed: bool = False
    clearing_signed: bool = False
    lead_signed: bool = False
    wallet_due: bool = False
    clearing_due: bool = False
    lead_due: bool = False
    glass_open: bool = False
    glass_broken: bool = False
    credit_endorsed: bool = False
    plan_released: bool = False
    plan_recorded: bool = False
    plan_verified: bool = False
    credit_confirmed: bool = False
    intent_open: bool = False
    intent_confirmed: bool = False
    question_open: bool = False
    asset_listed: bool = False
    account_blocked: bool = False
    plan_addresses_hold: bool = False
    dispute_open: bool = False
    sweep_done: bool = False
    proof_suffices: bool = False
    screening_clear: bool = False
    booked: bool = False
    correction_proposed: bool = False
    sending_corrected: bool = False
    advance_approved: bool = False
    advance_paid: bool = False
    write_off_proposed: bool = False
    destination_safe: bool = False
    cooling_over: bool = False
    denial_open: bool = False
    market_held: bool = False
    contest_open: bool = False
    batched: bool = False
    contested: bool = False


def leg_is_claimed(facts: Facts) -> bool:
    """The transfer leg belongs to this case and to no other."""
    return facts.leg_claimed


def token_was_probed(facts: Facts) -> bool:
    """The token answered, the coins are there, and a trial of the sweep succeeded."""
    return facts.probe_ok


def quote_is_open(facts: Facts) -> bool:
    """A quote is on the table and has not expired by the database's clock."""
    return facts.quote_open


def quote_has_expired(facts: Facts) -> bool:
    """The quote on the table is past its time."""
    return facts.quote_expired


def quote_is_accepted(facts: Facts) -> bool:
    """The depositor accepted exactly one quote."""
    return facts.quote_accepted


def quote_is_not_accepted(facts: Facts) -> bool:
    """No accepted quote binds both sides: the case can be looked at anew."""
    return not facts.quote_accepted


def destination_is_checked(facts: Facts) -> bool:
    """The refund address is valid on its chain and can receive."""
    return facts.destination_checked


def plan_is_current(facts: Facts) -> bool:
    """An unsigned plan of this round waits for approval."""
    return facts.plan_current


def wallet_has_not_signed(facts: Facts) -> bool:
    """The wallet team still has to approve this plan."""
    return not facts.wallet_signed


def clearing_has_not_signed(facts: Facts) -> bool:
    """The clearing team still has to approve this plan."""
    return not facts.clearing_signed


def lead_has_not_signed(facts: Facts) -> bool:
    """The policy wants a lead besides, who has not approved this plan yet."""
    return not facts.lead_signed


def wallet_is_due(facts: Facts) -> bool:
    """No team comes before the wallet team."""
    return facts.wallet_due


def clearing_is_due(facts: Facts) -> bool:
    """No team comes before the clearing team."""
    return facts.clearing_due


def lead_is_due(facts: Facts) -> bool:
    """No team comes before the lead."""
    return facts.lead_due


def everybody_signed(facts: Facts) -> bool:
    """Everybody the policy asks for approved the digest of this very plan, or three people broke the glass for it."""
    return (facts.wallet_signed and facts.clearing_signed and facts.lead_signed) or facts.glass_broken


def glass_may_be_broken(facts: Facts) -> bool:
    """The policy lets three people release this plan, and it still waits for approvals."""
    return facts.glass_open


def credit_is_endorsed(facts: Facts) -> bool:
    """Only the last word of clearing is missing for this credit."""
    return facts.credit_endorsed


def credit_needs_more(facts: Facts) -> bool:
    """Others have to approve this credit before clearing has the last word."""
    return not facts.credit_endorsed


def plan_is_released(facts: Facts) -> bool:
    """The plan went to the signer and nothing is signed yet."""
    return facts.plan_released and not facts.plan_recorded


def no_plan_is_out(facts: Facts) -> bool:
    """No released plan could still pay: none went to the signer, or the one that did is provably dead."""
    return not facts.plan_released


def plan_is_recorded(facts: Facts) -> bool:
    """The signed bytes are stored."""
    return facts.plan_recorded


def plan_is_verified(facts: Facts) -> bool:
    """Every step is final on the chain and did exactly what was approved."""
    return facts.plan_verified


def credit_is_confirmed(facts: Facts) -> bool:
    """The exchange's ledger shows the credit for this leg."""
    return facts.credit_confirmed


def credit_is_out(facts: Facts) -> bool:
    """The exchange's ledger was asked for the credit and has not answered well yet."""
    return facts.intent_open


def ledger_has_confirmed(facts: Facts) -> bool:
    """The exchange's ledger answered, and what it credited is equal to what it was asked for."""
    return facts.intent_confirmed


def leg_is_not_credited(facts: Facts) -> bool:
    """The exchange's ledger shows no credit for this leg: what was credited is not paid out as well."""
    return not facts.credit_confirmed


def account_is_not_blocked(facts: Facts) -> bool:
    """The depositor's account is neither frozen nor closed now, whatever it was when the case began."""
    return not facts.account_blocked


def addresses_still_hold(facts: Facts) -> bool:
    """The address book still says of the plan's addresses what it said when the plan was made."""
    return facts.plan_addresses_hold


def no_dispute_is_open(facts: Facts) -> bool:
    """Nobody else's claim on the same leg waits to be decided."""
    return not facts.dispute_open


def sweep_is_done(facts: Facts) -> bool:
    """The coins of this case are in the recovery wallet."""
    return facts.sweep_done


def sweep_is_not_done(facts: Facts) -> bool:
    """The coins of this case are where they were sent to."""
    return not facts.sweep_done


def screening_is_clear(facts: Facts) -> bool:
    """Sender and destination were screened lately, from the lists in force, and everybody asked said clear."""
    return facts.screening_clear


def destination_is_safe(facts: Facts) -> bool:
    """The refund goes to the very address its owner agreed to in the history, and nobody has denied that it was them."""
    return facts.destination_safe


def cooling_is_over(facts: Facts) -> bool:
    """Neither the refund address nor the account's security was changed so lately that a payment must wait."""
    return facts.cooling_over


def no_denial_is_open(facts: Facts) -> bool:
    """No change of the refund address waits to be looked at because its owner said it was not them."""
    return not facts.denial_open


def denial_is_open(facts: Facts) -> bool:
    """The owner said that a change of the refund address was not theirs."""
    return facts.denial_open


def asset_is_listed(facts: Facts) -> bool:
    """The asset is listed now."""
    return facts.asset_listed


def proof_suffices(facts: Facts) -> bool:
    """What was proven so far is as much as the case asks for."""
    return facts.proof_suffices


def something_is_booked(facts: Facts) -> bool:
    """The books speak of this case."""
    return facts.booked


def correction_is_proposed(facts: Facts) -> bool:
    """Somebody found a posting of this case wrong, and nobody has decided about it."""
    return facts.correction_proposed


def sending_stands(facts: Facts) -> bool:
    """Nobody corrected what the plan's sending booked: its end would be booked beside what they put there instead."""
    return not facts.sending_corrected


def advance_is_approved(facts: Facts) -> bool:
    """Two people approved an advance, and it is not paid yet."""
    return facts.advance_approved


def no_advance_is_approved(facts: Facts) -> bool:
    """What is under way is no advance."""
    return not facts.advance_approved


def advance_is_paid(facts: Facts) -> bool:
    """Own funds paid the depositor, and were not paid back."""
    return facts.advance_paid


def nothing_was_advanced(facts: Facts) -> bool:
    """Own funds paid nothing for this case: it can end without the coins."""
    return not facts.advance_paid


def write_off_is_proposed(facts: Facts) -> bool:
    """Somebody found that the coins of the advance will never come."""
    return facts.write_off_proposed


def market_has_held(facts: Facts) -> bool:
    """The price of now is near the one the quote was made with."""
    return facts.market_held


def is_in_a_batch(facts: Facts) -> bool:
    """The case is to be swept together with others."""
    return facts.batched


def contest_is_open(facts: Facts) -> bool:
    """The depositor disagreed with a quote and was not answered yet."""
    return facts.contest_open


def contest_is_answered(facts: Facts) -> bool:
    """No disagreement with a quote waits for its answer."""
    return not facts.contest_open


def not_contested_before(facts: Facts) -> bool:
    """The depositor has not had a quote of this case looked at a second time yet."""
    return not facts.contested
