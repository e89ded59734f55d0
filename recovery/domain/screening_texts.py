"""What the desk reads about screening and about signs of fraud. Depositors read none of it."""

from __future__ import annotations

from recovery.domain.marking import mark

TRANSITIONS: dict[str, str] = {"freeze_credit": mark("Stop the credit")}

EVENTS: dict[str, str] = {"freeze_credit": mark("Credit stopped by screening")}

WHY_NOT: dict[str, str] = {
    "screening_is_clear": mark(
        "Sender or destination are not screened freshly, or not clear. The machine asks again by itself."
    ),
}

REFUSALS: dict[str, str] = {
    "list_name_is_invalid": mark(
        "Names are small letters, digits, dots and dashes, versions letters and digits; 40 at most."
    ),
    "list_is_empty": mark("The file names no address."),
    "list_is_malformed": mark("The file is no list of addresses as it can be read here."),
}
"""Details of a refused import of a list."""

VERDICTS: dict[str, str] = {
    "clear": mark("clear"),
    "unknown": mark("no answer"),
    "hold": mark("hold"),
    "sanctioned": mark("sanctioned"),
}

GATES: dict[str, str] = {
    "intake": mark("Intake"),
    "sweep": mark("Before the sweep"),
    "pay": mark("Before the payout"),
}

SIDES: dict[str, str] = {"source": mark("Sender"), "destination": mark("Destination")}

SIGNALS: dict[str, str] = {
    "filed_within_minutes": mark("Reported within minutes of the transaction by somebody with no link to it."),
    "many_claims_a_day": mark("The account reported many transactions within a day."),
    "second_claimant": mark("Another account claims the same transfer."),
    "destination_shared": mark("Other accounts accepted refunds to the same destination."),
    "security_changed": mark("Password, second factor or address of the account changed shortly before the report."),
    "same_amount_settled": mark("The same amount of the same asset was credited or refunded to the account before."),
    "log_without_effect": mark("The token wrote down a transfer, but the balance did not move by it."),
    "partial_payment": mark("Less was delivered than the payment names."),
    "unbound_token": mark("The token's contract or wallet is not the real one of its name."),
    "look_alike_token": mark("The token only looks like a known one."),
    "no_price_by_contract": mark("No price is known for this very contract."),
    "look_alike_address": mark("An address begins and ends like one of the claimant's own."),
    "zero_value": mark("A transfer of nothing: somebody wants an address to be copied."),
    "source_is_a_contract": mark("The sender is a contract; on other networks its address may be somebody else's."),
    "source_code_unknown": mark("It could not be seen whether the sender is a contract."),
    "refund_to_a_pool": mark("The sender is a wallet of another platform; a refund there lands in its pool."),
    "many_appeals": mark("The account reported unusually many deposits within a month, unlisted tokens among them."),
    "self_link": mark("Somebody of the staff who handled the case has the claimant's account."),
    "pair_of_approvers": mark("The same two people approved nearly everything of late."),
    "off_hours": mark("An approval was given at night or on a weekend."),
    "approved_in_seconds": mark("An approval was given within seconds of the plan."),
    "approved_in_bulk": mark("One approver approved unusually many plans within an hour."),
    "proofs_failed": mark("Several proofs of ownership failed."),
    "proof_used_again": mark("A signature or challenge was handed in again."),
    "test_transfer_by_another": mark("The test transfer came from another sender."),
    "hostile_upload": mark("A file handed in is of a kind that can run, or its name hides something."),
    "split_below_threshold": mark("Claims of one asset stay below a threshold one by one, and pass it together."),
    "many_negative_answers": mark("Many reports of the account were answered with no: somebody may be probing."),
    "many_hashes_an_hour": mark("The account reported many hashes within an hour."),
}
"""Reason of a sign of fraud → one sentence for the desk."""
