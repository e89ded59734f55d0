"""What is said when something is refused: per error, and per detail of an error or form field."""

from __future__ import annotations

from recovery.domain.marking import mark

ERRORS: dict[str, tuple[str, str]] = {
    "invalid_input": (
        mark("Something in the form needs another look"),
        mark("Nothing was changed. Please correct the marked fields and send it again."),
    ),
    "not_signed_in": (
        mark("Please sign in"),
        mark("You are not signed in, or your session has ended. Sign in and you are back where you were."),
    ),
    "step_up_needed": (
        mark("Please confirm with your password"),
        mark("This step moves money, so we ask for your password once more. Nothing was changed."),
    ),
    "not_allowed": (
        mark("This is not yours to decide"),
        mark("Nothing was changed. Another team or person takes this step."),
    ),
    "not_found": (
        mark("There is nothing at this address"),
        mark("The case or page does not exist, or it is not yours. Please check the number you typed."),
    ),
    "conflict": (
        mark("This cannot be done now"),
        mark("Nothing was changed by you. Please look at what stands here now and decide again."),
    ),
    "stale_version": (
        mark("Somebody was faster"),
        mark(
            "The case has changed since you opened this page. Nothing was changed by you; look at its present "
            "state and decide again."
        ),
    ),
    "move_not_open": (
        mark("This step is not possible now"),
        mark("Nothing was changed. The case stands elsewhere than your page showed, or a condition is not met."),
    ),
    "already_claimed": (
        mark("This transfer belongs to another case"),
        mark("A transfer is recovered only once. Nothing was changed."),
    ),
    "key_reused": (
        mark("This form was sent before with other content"),
        mark("Nothing was changed the second time. Please open the page again and fill in the form afresh."),
    ),
    "too_many": (
        mark("A little slower, please"),
        mark("There were too many attempts in a short time. Wait a minute and try again."),
    ),
    "unavailable": (
        mark("We cannot reach something we need"),
        mark("Nothing was changed. Please try again in a minute."),
    ),
    "form_too_old": (
        mark("This form was open for too long"),
        mark(
            "Your session has changed since you opened it, so nothing was sent. Go back, reload the page and "
            "send it again."
        ),
    ),
    "too_large": (
        mark("That is more than we can read"),
        mark("Please paste only the transaction hash or the explorer link. Nothing was changed."),
    ),
    "method_not_allowed": (
        mark("This address does not work that way"),
        mark("Please go back and use the buttons of the page."),
    ),
    "bad_request": (mark("We could not read this request"), mark("Nothing was changed. Please go back and try again.")),
    "error": (
        mark("Something went wrong on our side"),
        mark("It is not your fault, and it has been written down for us. Please try again in a few minutes."),
    ),
}
"""Error code → (what happened, what to do)."""

DETAILS: dict[str, str] = {
    "busy": mark("Others were working on the same thing for too long."),
    "reference_empty": mark("Please paste a transaction hash or an explorer link."),
    "reference_too_long": mark(
        "This is too long for a transaction hash or link. Please paste only the hash or the link."
    ),
    "reference_no_hash": mark(
        "There is no transaction hash in this text. A hash is a long row of digits and letters, often "
        "beginning with 0x."
    ),
    "reference_is_address": mark(
        "This looks like an address, not like a transaction. In your wallet's history, open the payment "
        "and copy its transaction hash (TxID)."
    ),
    "reference_is_block": mark(
        "This names a block, not a transaction. Please open the transaction itself and copy its hash."
    ),
    "reference_wrong_length": mark(
        "This looks like a transaction hash of which a part is missing or doubled. Please copy it again as a whole."
    ),
    "reference_unknown_explorer": mark("We do not know this explorer. Please paste the transaction hash itself."),
    "reference_test_network": mark(
        "This link leads to a test network. Coins there are worth nothing and never reach us. Please paste the link "
        "of a payment on the real network."
    ),
    "reference_internal_transfer_id": mark(
        "This is the number of a transfer inside a platform, which never went over a network, or of one that was not "
        "sent yet. Please ask the sending platform for the transaction hash (TxID)."
    ),
    "reference_several_hashes": mark(
        "There is more than one transaction hash in this text. Please paste one at a time."
    ),
    "reference_not_a_reference": mark(
        "There is no transaction hash in this text. A hash is a long row of digits and letters, often "
        "beginning with 0x."
    ),
    "reference_has_a_case": mark("You already have an open case about this transaction."),
    "network_is_unknown": mark("We do not know a network of this name."),
    "network_mismatch": mark(
        "Transactions of this network look different. Please choose another network, or let us find it out."
    ),
    "account_is_not_yours": mark("You can report deposits of your own account only."),
    "account_is_missing": mark("Please say whose account this is about."),
    "no_account": mark("Your sign-in is not linked to an account. Please ask our support."),
    "made_with_a_batch": mark("This step is made on the page of batches, not by a button."),
    "batch_size": mark("A batch has two cases at least and %(most)s at most."),
    "batch_of_several_assets": mark("The cases of a batch are about one asset on one network. Please choose others."),
    "case_is_in_a_batch": mark("Case %(case)s is in a batch already."),
    "batch_has_nothing_ready": mark("No case of this batch can be quoted now."),
    "batch_has_nothing_accepted": mark("No quote of this batch is accepted and waits to be swept."),
    "made_by_the_signer": mark("This step is made by the signer, not by a button."),
    "no_such_move": mark("This step does not exist at this stage."),
    "bad_request_key": mark("The form was incomplete. Please open the page again and send it from there."),
    "form_is_broken": mark("The form was incomplete. Please open the page again and send it from there."),
    "text_is_empty": mark("Please fill this in."),
    "text_is_too_long": mark("This is too long; 4000 characters are possible."),
    "field_is_missing": mark("Please fill this in."),
    "field_is_unknown": mark("This field is not known here."),
    "field_has_wrong_length": mark("This is empty, too short or too long."),
    "field_is_invalid": mark("This is not valid."),
    "value_below_cost": mark("The recovery would cost more than it brings."),
    "quote_changed": mark(
        "The quote has changed since you opened the page. Please read the present one and decide again."
    ),
    "plan_changed": mark(
        "What you approved is no longer what would be executed. Please read the present plan and decide again."
    ),
    "output_is_promised": mark(
        "A coin this plan would spend is promised to another plan. The plan is made again once that one is over."
    ),
    "sweep_brings_too_little": mark("The sweep would bring less than what is owed after it."),
    "owed_differs": mark("The books owe this case another amount than was accepted; two people correct them first."),
    "plan_not_released": mark("This plan is not at the signer."),
    "signed_count_differs": mark("The plan has another number of transactions."),
    "signed_is_unreadable": mark("A signed transaction cannot be read."),
    "signed_differs_from_plan": mark("A signed transaction differs from the plan in: %(fields)s"),
    "destination_is_invalid": mark("Please check the refund address."),
    "destination_cannot_receive": mark(
        "This address cannot receive this token. Please give an address of your own wallet."
    ),
    "destination_is_ours": mark("This is one of our own addresses. Please give an address of your own wallet."),
    "address_carries_a_memo": mark(
        "This address carries a memo or tag inside. Please give the plain address of a wallet of your own that needs none."
    ),
    "case_not_found": mark("There is no case with this number, or it is not yours."),
    "queue_is_unknown": mark("There is no such queue."),
    "state_is_unknown": mark("There is no such state."),
    "cursor_is_invalid": mark("This link to a further page is broken. Please begin at the first page."),
    "no_wallet_of_ours": mark("There is no wallet of ours for this network."),
    "wrong_sign_in": mark(
        "E-mail address and password do not fit together, or there were too many attempts. After ten wrong "
        "passwords an account rests for 15 minutes."
    ),
    "wrong_password": mark("The password is not right. Nothing was changed."),
    "sign_in_unavailable": mark("Signing in is not possible for the moment."),
    "sign_in_address": mark("Too many attempts to sign in from your network."),
    "sign_in_person": mark("Too many attempts to sign in to this account."),
    "appeal": mark("You have reported many transactions in a short time."),
    "appeal_account": mark("Many transactions were reported for your account in a short time."),
    "move": mark("Too many steps in a short time."),
    "email_taken": mark("There is already a person with this e-mail address."),
    "bad_date": mark("Please give a date as year-month-day."),
    "period_is_empty": mark("The first day must not be after the last."),
    "unknown_format": mark("Please choose one of the formats."),
}
"""Detail code of an error or a form field → one sentence for the person in front of it."""
