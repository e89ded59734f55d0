"""Every code and the sentence a person reads for it, in English; the catalogue translates the sentences.

A code that can reach a page must be here: a test walks the workflow tables, the error tree and the rules.
"""

from __future__ import annotations

from recovery.domain.cause_texts import CAUSES, UNKNOWN_CAUSE, CauseText
from recovery.domain.marking import mark

__all__ = ["CAUSES", "UNKNOWN_CAUSE", "CauseText"]

STATES: dict[str, str] = {
    "submitted": mark("Submitted"),
    "checking": mark("Being checked"),
    "waiting_for_chain": mark("Waiting for the network"),
    "needs_information": mark("Waiting for the right reference"),
    "credit_sign_off": mark("Credit to be approved"),
    "crediting": mark("Being credited"),
    "under_review": mark("Under review"),
    "question_asked": mark("Waiting for an answer"),
    "investigated": mark("Investigated, to be quoted"),
    "quoted": mark("Quoted"),
    "accepted": mark("Quote accepted"),
    "planning_sweep": mark("Sweep being planned"),
    "sweep_sign_off": mark("Sweep to be approved"),
    "sweeping": mark("Sweep under way"),
    "swept": mark("Swept, refund being planned"),
    "refund_sign_off": mark("Refund to be approved"),
    "paying": mark("Refund under way"),
    "on_hold": mark("On hold"),
    "sweep_on_hold": mark("Sweep on hold"),
    "refund_on_hold": mark("Refund on hold"),
    "completed": mark("Completed"),
    "solved": mark("Solved"),
    "declined": mark("Declined"),
    "withdrawn": mark("Withdrawn"),
}

LABELS: dict[str, str] = {
    "checking": mark("Checking"),
    "waiting_for_network": mark("Waiting for the network"),
    "your_answer_needed": mark("Your answer is needed"),
    "in_review": mark("In review"),
    "your_decision_needed": mark("Your decision is needed"),
    "on_its_way": mark("On its way"),
    "completed": mark("Completed"),
    "solved": mark("Explained"),
    "closed": mark("Closed"),
}

LABEL_NOTES: dict[str, str] = {
    "checking": mark("We are reading your transaction on the network. This usually takes a few seconds."),
    "waiting_for_network": mark(
        "The network has not finished yet. We look again by ourselves; you need not do anything."
    ),
    "your_answer_needed": mark("We need one thing from you before we can go on. You find it below."),
    "in_review": mark("A specialist looks at your case. We write here as soon as there is news."),
    "your_decision_needed": mark("We know what can be returned and what it costs. Nothing happens until you accept."),
    "on_its_way": mark("The work is under way. Two teams approve every step, and we check each one on the network."),
    "completed": mark("Everything is done."),
    "solved": mark("Nothing more needs to be done. The explanation stands below."),
    "closed": mark("This case is closed. You can open a new one at any time."),
}

TRANSITIONS: dict[str, str] = {
    "start_check": mark("Start checking"),
    "wait_for_chain": mark("Wait for the network"),
    "ask_reference": mark("Ask for the right reference"),
    "give_reference": mark("Send and check again"),
    "solve": mark("Close as solved"),
    "decline": mark("Decline"),
    "hold": mark("Put on hold"),
    "check_again": mark("Check again"),
    "refuse": mark("Decline for good"),
    "withdraw": mark("Withdraw this case"),
    "find_unlisted": mark("Pass on as unlisted token"),
    "propose_credit": mark("Propose a credit"),
    "approve_credit": mark("Approve the credit"),
    "reject_credit": mark("Reject the credit"),
    "confirm_credit": mark("Confirm the credit"),
    "take": mark("Take this case"),
    "probe_again": mark("Probe the token again"),
    "ask_depositor": mark("Ask the depositor"),
    "answer": mark("Send the answer"),
    "resume_review": mark("Go on without an answer"),
    "turn_down": mark("Turn down"),
    "conclude": mark("Conclude the investigation"),
    "reconsider": mark("Reconsider"),
    "give_up": mark("Give up the recovery"),
    "quote": mark("Offer a quote"),
    "expire_quote": mark("Let the quote expire"),
    "withdraw_quote": mark("Withdraw the quote"),
    "accept": mark("Accept and start the recovery"),
    "contest": mark("Contest this quote"),
    "prepare_sweep": mark("Prepare the sweep"),
    "plan_failed": mark("Planning failed"),
    "propose_sweep": mark("Propose the sweep"),
    "approve_sweep_wallet": mark("Approve the sweep for wallet"),
    "approve_sweep_clearing": mark("Approve the sweep for clearing"),
    "reject_sweep": mark("Reject the sweep"),
    "release_sweep": mark("Release the sweep"),
    "record_sweep": mark("Record the signed sweep"),
    "confirm_sweep": mark("Confirm the sweep"),
    "freeze_sweep": mark("Freeze the sweep"),
    "resume_sweep": mark("Watch the sweep again"),
    "propose_refund": mark("Propose the refund"),
    "plan_refund_again": mark("Plan the refund again"),
    "approve_refund_wallet": mark("Approve the refund for wallet"),
    "approve_refund_clearing": mark("Approve the refund for clearing"),
    "reject_refund": mark("Reject the refund"),
    "release_refund": mark("Release the refund"),
    "record_refund": mark("Record the signed refund"),
    "confirm_refund": mark("Confirm the refund"),
    "freeze_refund": mark("Freeze the refund"),
    "resume_refund": mark("Watch the refund again"),
}

EVENTS: dict[str, str] = {
    "open": mark("Case opened"),
    "start_check": mark("Checking began"),
    "wait_for_chain": mark("Waiting for the network"),
    "ask_reference": mark("The right reference was asked for"),
    "give_reference": mark("A new reference was given"),
    "solve": mark("Closed as solved"),
    "decline": mark("Declined"),
    "hold": mark("Put on hold"),
    "check_again": mark("Sent to be checked again"),
    "refuse": mark("Declined for good"),
    "withdraw": mark("Withdrawn by the depositor"),
    "find_unlisted": mark("Found to be an unlisted token"),
    "propose_credit": mark("Credit proposed"),
    "approve_credit": mark("Credit approved"),
    "reject_credit": mark("Credit rejected"),
    "confirm_credit": mark("Credit confirmed by the ledger"),
    "take": mark("Taken"),
    "probe_again": mark("Token to be probed again"),
    "ask_depositor": mark("Question asked"),
    "answer": mark("Answer received"),
    "resume_review": mark("Review resumed"),
    "turn_down": mark("Turned down"),
    "conclude": mark("Investigation concluded"),
    "reconsider": mark("Reconsidered"),
    "give_up": mark("Given up by the depositor"),
    "quote": mark("Quote offered"),
    "expire_quote": mark("Quote expired"),
    "withdraw_quote": mark("Quote withdrawn"),
    "accept": mark("Quote accepted"),
    "contest": mark("Quote contested"),
    "prepare_sweep": mark("Sweep to be planned"),
    "plan_failed": mark("Planning failed"),
    "propose_sweep": mark("Sweep plan ready to be approved"),
    "approve_sweep_wallet": mark("Sweep approved by wallet"),
    "approve_sweep_clearing": mark("Sweep approved by clearing"),
    "reject_sweep": mark("Sweep rejected"),
    "release_sweep": mark("Sweep released to the signer"),
    "record_sweep": mark("Signed sweep recorded"),
    "confirm_sweep": mark("Sweep final on the network"),
    "freeze_sweep": mark("Sweep frozen"),
    "resume_sweep": mark("Sweep watched again"),
    "propose_refund": mark("Refund plan ready to be approved"),
    "plan_refund_again": mark("Refund to be planned again"),
    "approve_refund_wallet": mark("Refund approved by wallet"),
    "approve_refund_clearing": mark("Refund approved by clearing"),
    "reject_refund": mark("Refund rejected"),
    "release_refund": mark("Refund released to the signer"),
    "record_refund": mark("Signed refund recorded"),
    "confirm_refund": mark("Refund final on the network"),
    "freeze_refund": mark("Refund frozen"),
    "resume_refund": mark("Refund watched again"),
}

WHY_NOT: dict[str, str] = {
    "leg_is_claimed": mark("The transfer is not claimed by this case."),
    "token_was_probed": mark("The token has not been probed successfully yet."),
    "quote_is_open": mark("There is no open quote, or it has expired."),
    "quote_has_expired": mark("The quote has not expired yet."),
    "quote_is_accepted": mark("The depositor has not accepted a quote yet."),
    "destination_is_checked": mark("The refund address has not been checked yet."),
    "plan_is_current": mark("There is no plan to approve at the moment."),
    "wallet_has_not_signed": mark("The wallet team has approved this plan already."),
    "clearing_has_not_signed": mark("The clearing team has approved this plan already."),
    "everybody_signed": mark("Wallet and clearing must both approve first."),
    "plan_is_released": mark("No released plan waits to be signed."),
    "no_plan_is_out": mark("A released plan could still pay; a second one would pay twice."),
    "plan_is_recorded": mark("The signed transactions are not recorded yet."),
    "plan_is_verified": mark("The network does not yet show every step as final and exact."),
    "credit_is_confirmed": mark("The ledger does not show the credit yet."),
    "asset_is_listed": mark("The asset is not listed now."),
    "not_your_role": mark("This is for another team."),
    "you_prepared_it": mark("You prepared or approved this case before; somebody else must decide here."),
    "needs_step_up": mark("Confirm with your password first."),
    "your_own_case": mark("This is your own case; somebody else must decide it."),
}

QUEUES: dict[str, str] = {
    "mine": mark("Mine"),
    "review": mark("To review"),
    "answers": mark("Waiting for answers"),
    "quote": mark("To quote"),
    "offered": mark("Quotes offered"),
    "sweep": mark("To prepare"),
    "sign_off": mark("To sign off"),
    "credit": mark("Credits to approve"),
    "moving": mark("Under way"),
    "hold": mark("On hold"),
    "waiting": mark("Being checked"),
    "all_open": mark("All open"),
    "closed": mark("Closed"),
}

WORKFLOWS: dict[str, str] = {
    "unlisted_token": mark("Unlisted token"),
    "uncredited_deposit": mark("Uncredited deposit"),
}

ROLES: dict[str, str] = {
    "depositor": mark("Depositor"),
    "specialist": mark("Specialist"),
    "wallet": mark("Wallet team"),
    "clearing": mark("Clearing team"),
    "auditor": mark("Auditor"),
    "lead": mark("Team lead"),
    "admin": mark("Administrator"),
    "signer": mark("Signer"),
    "system": mark("System"),
}

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
        mark("Somebody was faster"),
        mark(
            "The case has moved on in the meantime. Nothing was changed by you; look at its present state and decide again."
        ),
    ),
    "stale_version": (
        mark("Somebody was faster"),
        mark(
            "The case has changed since you opened this page. Nothing was changed by you; look at its present state and decide again."
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
            "Your session has changed since you opened it, so nothing was sent. Go back, reload the page and send it again."
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
    "reference_empty": mark("Please paste a transaction hash or an explorer link."),
    "reference_too_long": mark(
        "This is too long for a transaction hash or link. Please paste only the hash or the link."
    ),
    "reference_no_hash": mark(
        "There is no transaction hash in this text. A hash is a long row of digits and letters, often beginning with 0x."
    ),
    "reference_is_address": mark(
        "This looks like an address, not like a transaction. In your wallet's history, open the payment and copy its transaction hash (TxID)."
    ),
    "reference_is_block": mark(
        "This names a block, not a transaction. Please open the transaction itself and copy its hash."
    ),
    "reference_wrong_length": mark(
        "This looks like a transaction hash of which a part is missing or doubled. Please copy it again as a whole."
    ),
    "reference_unknown_explorer": mark("We do not know this explorer. Please paste the transaction hash itself."),
    "reference_several_hashes": mark(
        "There is more than one transaction hash in this text. Please paste one at a time."
    ),
    "reference_not_a_reference": mark(
        "There is no transaction hash in this text. A hash is a long row of digits and letters, often beginning with 0x."
    ),
    "reference_has_a_case": mark("You already have an open case about this transaction."),
    "network_is_unknown": mark("We do not know a network of this name."),
    "account_is_not_yours": mark("You can report deposits of your own account only."),
    "account_is_missing": mark("Please say whose account this is about."),
    "no_account": mark("Your sign-in is not linked to an account. Please ask our support."),
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
    "no_fee_policy": mark("There is no active fee policy."),
    "policy_is_active": mark("This policy is active already."),
    "no_fee_rule_matches": mark("No rule of the fee policy fits this case."),
    "value_below_cost": mark("The recovery would cost more than it brings."),
    "quote_changed": mark(
        "The quote has changed since you opened the page. Please read the present one and decide again."
    ),
    "plan_changed": mark(
        "What you approved is no longer what would be executed. Please read the present plan and decide again."
    ),
    "plan_not_released": mark("This plan is not at the signer."),
    "signed_count_differs": mark("The plan has another number of transactions."),
    "signed_is_unreadable": mark("A signed transaction cannot be read."),
    "signed_differs_from_plan": mark("A signed transaction differs from the plan in: %(fields)s"),
    "destination_is_invalid": mark("Please check the refund address."),
    "destination_cannot_receive": mark(
        "This address cannot receive this token. Please give an address of your own wallet."
    ),
    "destination_is_ours": mark("This is one of our own addresses. Please give an address of your own wallet."),
    "address_empty": mark("Please fill this in."),
    "address_too_long": mark("This is too long for an address."),
    "address_wrong_length": mark(
        "A part of this address is missing or doubled. Please copy it again from your wallet."
    ),
    "address_not_hex_address": mark("This is not an address of this network. Please copy it again from your wallet."),
    "address_not_an_address": mark("This is not an address of this network. Please copy it again from your wallet."),
    "address_bad_checksum": mark(
        "A character of this address is mistyped: its check sum does not fit. Please copy it again from your wallet."
    ),
    "address_zero_address": mark(
        "Coins sent to this address would be lost for ever. Please give an address of your own wallet."
    ),
    "address_wrong_network": mark("This address belongs to another network."),
    "address_test_network": mark("This address belongs to a test network."),
    "address_wrong_encoding": mark("A character of this address is mistyped. Please copy it again from your wallet."),
    "address_mixed_case": mark("A character of this address is mistyped. Please copy it again from your wallet."),
    "address_bad_characters": mark("A character of this address is mistyped. Please copy it again from your wallet."),
    "address_bad_prefix": mark("This address belongs to another network."),
    "address_bad_padding": mark("A character of this address is mistyped. Please copy it again from your wallet."),
    "address_bad_witness_version": mark("This kind of address does not exist on this network."),
    "address_bad_witness_length": mark(
        "A part of this address is missing or doubled. Please copy it again from your wallet."
    ),
    "address_mweb_not_supported": mark(
        "We cannot send to addresses of the hidden part of this network. Please give an ordinary address."
    ),
    "case_not_found": mark("There is no case with this number, or it is not yours."),
    "queue_is_unknown": mark("There is no such queue."),
    "state_is_unknown": mark("There is no such state."),
    "cursor_is_invalid": mark("This link to a further page is broken. Please begin at the first page."),
    "no_wallet_of_ours": mark("There is no wallet of ours for this network."),
    "wrong_sign_in": mark(
        "E-mail address and password do not fit together, or there were too many attempts. After ten wrong passwords an account rests for 15 minutes."
    ),
    "wrong_password": mark("The password is not right. Nothing was changed."),
    "sign_in_unavailable": mark("Signing in is not possible for the moment."),
    "sign_in_address": mark("Too many attempts to sign in from your network."),
    "sign_in_person": mark("Too many attempts to sign in to this account."),
    "appeal": mark("You have reported many transactions in a short time."),
    "move": mark("Too many steps in a short time."),
    "email_taken": mark("There is already a person with this e-mail address."),
    "bad_date": mark("Please give a date as year-month-day."),
    "period_is_empty": mark("The first day must not be after the last."),
    "unknown_format": mark("Please choose one of the formats."),
}
"""Detail code of an error or a form field → one sentence for the person in front of it."""

CONDITIONS: dict[str, str] = {
    "memo_owner_proof": mark("Somebody must prove that the payment was theirs, since the memo does not say so."),
    "key_export": mark("The key of this address must be taken to another network's software."),
    "contract_not_deployed": mark("The address is a contract that does not exist on this network yet."),
    "contract_cannot_send": mark("The address is a contract that cannot send this asset."),
    "gas_funding": mark("Network fees must be paid in a coin we must first bring there."),
    "resource_rental": mark("The network asks for rented resources instead of a fee."),
    "token_paused_or_frozen": mark("The token's issuer has paused it or frozen the address."),
    "issuer_cooperation": mark("The token's issuer must help."),
    "retired_address_key_archive": mark("The key of this old address lies in the archive."),
    "retired_chain_claim": mark("The network has been retired; its claim process must be used."),
    "wallet_version_unsupported": mark("This wallet version cannot be used for sending yet."),
    "raw_signing_approval": mark("Signing this needs a special approval."),
    "destination_preparation": mark("The receiving account must be prepared first."),
    "refund_memo_required": mark("The refund needs a memo of the receiving platform."),
    "replay_risk": mark("The same payment could be repeated on a twin network; this must be ruled out first."),
    "third_party_custody": mark("The keys are with a custodian, who must act."),
    "indexer_required": mark("A special index is needed to see this asset."),
    "value_below_cost": mark("The recovery would cost more than it brings."),
    "privacy_coin_proof": mark("The network hides the payment; the sender must prove it."),
    "compliance_hold": mark("Compliance must clear this first."),
}

CHECKS: dict[str, str] = {
    "nodes_answered": mark("Did the nodes fail to answer?"),
    "not_on_the_chain": mark("Is it missing on the network?"),
    "block_was_reorganised": mark("Was its block replaced?"),
    "not_in_a_block": mark("Is it still outside a block?"),
    "not_final": mark("Is it not final yet?"),
    "failed_on_chain": mark("Did it fail on the network?"),
    "claimed_by_another_case": mark("Does another case claim this transfer?"),
    "already_credited": mark("Has it been credited already?"),
    "already_refunded": mark("Has it been refunded already?"),
    "sent_by_ourselves": mark("Did we send it ourselves?"),
    "wallet_of_our_own": mark("Is the receiver a wallet of our own?"),
    "owned_by_nobody_then": mark("Did the address belong to nobody then?"),
    "address_of_another_account": mark("Is it the address of another account?"),
    "account_not_active": mark("Is the account not active?"),
    "amount_is_zero": mark("Is the amount zero?"),
    "not_fungible": mark("Is it a collectible?"),
    "symbol_of_a_listed_asset": mark("Does it imitate a listed asset?"),
    "address_is_a_contract": mark("Is the address a contract?"),
    "delisted": mark("Is the asset delisted?"),
    "not_listed": mark("Is the asset not listed?"),
    "below_minimum": mark("Is it below the minimum?"),
    "deposits_not_open": mark("Are deposits closed?"),
    "moved_by_a_contract": mark("Did a contract send it from inside?"),
    "moved_by_a_router": mark("Did it come through another contract?"),
    "good_but_not_credited": mark("Is it a good deposit that was not credited?"),
    "leg_to_us": mark("Does any transfer go to us?"),
    "moves_nothing": mark("Does it move nothing at all?"),
    "node_configured": mark("Is there no node to ask?"),
}
"""Checks of the diagnosis; filled as rules are written, else shown by their own names."""

ANSWERS: dict[str, str] = {"yes": mark("yes"), "no": mark("no"), "unknown": mark("unknown")}

WARNINGS: dict[str, str] = {
    "internal_transfers_not_visible": mark("The nodes cannot show transfers made inside contracts."),
    "internal_transfers_disputed": mark("The nodes disagree about transfers made inside contracts."),
    "amount_rounded_down": mark("The amount had to be rounded down."),
    "nodes_disagree": mark("The nodes disagree."),
    "too_few_nodes_agree": mark("Too few nodes agree."),
    "node_unavailable": mark("A node did not answer."),
    "node_inconsistent": mark("A node contradicts itself."),
    "node_behind": mark("A node is behind the network."),
    "node_syncing": mark("A node is still catching up."),
    "node_mistaken": mark("A node was mistaken."),
    "node_without_index": mark("A node lacks the index that is needed."),
    "wrong_chain": mark("A node serves another network than it should."),
    "no_node": mark("No node is configured."),
    "test_chain": mark("The node serves a test network."),
    "reorganised": mark("The block was replaced by another one."),
    "replaceable": mark("The sender can still replace it."),
    "conflicted": mark("It is in conflict with another transaction."),
    "coinbase_immature": mark("Newly mined coins cannot move yet."),
    "mweb_part_not_visible": mark("A part of it is hidden by the network."),
    "mweb_hogex": mark("It moves coins between the open and the hidden part."),
    "mint_kept_after_failure": mark("A mint remained although it failed."),
    "hash_not_recomputed": mark("The hash could not be computed anew."),
    "inputs_not_all_read": mark("Not all inputs could be read."),
    "fee_not_visible": mark("The fee is not visible."),
    "receipt_not_visible": mark("The receipt is not visible."),
    "block_not_visible": mark("The block is not visible."),
    "history_not_visible": mark("The node does not keep this history."),
    "finalized_block_not_visible": mark("The node does not say what is final."),
    "unreadable_transfer_log": mark("A transfer log cannot be read."),
    "unindexed_transfer_log": mark("A transfer log is written in an unusual way."),
    "trace_contradicts_receipt": mark("Trace and receipt contradict each other."),
    "status_not_recorded": mark("The network did not record success or failure then."),
}

PROBLEMS: dict[str, str] = {
    "coins_are_gone": mark("The coins are no longer at the address."),
    "refused": mark("A trial of the transfer was refused."),
    "node_unavailable": mark("No node answered."),
    "no_node": mark("No node is configured for this network."),
    "nodes_disagree": mark("The nodes disagree."),
    "no_wallet_of_ours": mark("There is no wallet of ours for this network."),
    "refused_by_node": mark("The node refused it."),
    "chain_error": mark("The network could not be read."),
    "transaction_failed": mark("The transaction failed on the network."),
    "no_gas_tank": mark("There is no gas tank for this network."),
}

QUOTE_LINES: dict[str, str] = {
    "gross": mark("Found on the network"),
    "fee": mark("Recovery fee"),
    "network_cost": mark("Network cost"),
    "net": mark("You receive"),
}

QUOTE_STATES: dict[str, str] = {
    "offered": mark("offered"),
    "accepted": mark("accepted"),
    "expired": mark("expired"),
    "superseded": mark("replaced"),
}

PURPOSES: dict[str, str] = {
    "gas_top_up": mark("Bring gas to the address"),
    "sweep": mark("Collect the coins"),
    "refund": mark("Refund the depositor"),
}

PLAN_STATES: dict[str, str] = {
    "drafted": mark("to be approved"),
    "released": mark("at the signer"),
    "recorded": mark("signed"),
    "confirmed": mark("final on the network"),
    "dead": mark("failed for good"),
    "void": mark("void"),
}

STEP_STATES: dict[str, str] = {
    "waiting": mark("to be signed"),
    "signed": mark("signed"),
    "final": mark("final"),
    "failed": mark("failed"),
    "abandoned": mark("abandoned"),
}

MESSAGES: dict[str, str] = {
    "appeal": mark("Report"),
    "question": mark("Question"),
    "answer": mark("Answer"),
    "note": mark("Internal note"),
    "reason": mark("Reason"),
}

POSTINGS: dict[str, str] = {
    "found": mark("Found at our address"),
    "identified": mark("Identified as the depositor’s"),
    "let_go": mark("Let go"),
    "credited": mark("Credited to the account"),
    "sweep_sent": mark("Sweep sent"),
    "swept": mark("Sweep arrived"),
    "fee": mark("Recovery fee"),
    "cost_passed_on": mark("Network cost passed on"),
    "gas_top_up": mark("Gas brought to the address"),
    "gas_from_tank": mark("Gas spent from the tank"),
    "gas_from_address": mark("Gas spent at the address"),
    "gas_from_wallet": mark("Gas spent from the wallet"),
    "refund_sent": mark("Refund sent"),
    "refund_back": mark("Refund came back"),
    "sweep_back": mark("Sweep came back"),
    "refunded": mark("Refund arrived"),
}

OUTCOMES: dict[str, str] = {
    "CR": mark("credit"),
    "RF": mark("refund"),
    "SW": mark("sweep first"),
    "AM": mark("ask for more"),
    "WT": mark("wait and look again"),
    "RJ": mark("decline with the reason"),
    "HD": mark("hold"),
    "CL": mark("close as solved"),
}

STATUSES: dict[str, str] = {
    "succeeded": mark("succeeded"),
    "failed": mark("failed"),
    "pending": mark("not yet in a block"),
    "not_found": mark("not found"),
    "unknown": mark("not known"),
}

KINDS: dict[str, str] = {
    "native": mark("coin of the network"),
    "internal": mark("transfer inside a contract"),
    "token": mark("token"),
    "nft": mark("collectible (NFT)"),
    "sweep": mark("Sweep"),
    "refund": mark("Refund"),
    "wallet": mark("Wallet team"),
    "clearing": mark("Clearing team"),
}

RECOVERABILITY: dict[str, str] = {"direct": mark("direct"), "conditional": mark("conditional")}

WHYS: dict[str, str] = {
    "no_node_could_say": mark("no node could say"),
    "node_is_a_test_chain": mark("the node serves a test network"),
    "nodes_answered": mark("the nodes answered"),
    "hash_unknown_to_healthy_nodes": mark("healthy nodes know the hash or not"),
    "block_is_not_canonical": mark("the block on the present chain"),
    "seen_in_mempool": mark("seen waiting by the nodes"),
    "fewer_confirmations_than_required": mark("confirmations against what is required"),
    "failed": mark("the status on the network"),
    "claim_table": mark("claims of other cases"),
    "credit_in_the_books": mark("credits in the books"),
    "refund_in_the_books": mark("refunds in the books"),
    "sender_in_address_book": mark("sender in the address book"),
    "address_book": mark("the address book"),
    "account_registry": mark("the account registry"),
    "zero_value": mark("the amount"),
    "transfer_kind": mark("the kind of transfer"),
    "asset_registry": mark("the asset registry"),
    "trace": mark("the trace of inner calls"),
    "log_sender_is_not_the_payer": mark("sender of the tokens against payer of the fee"),
    "no_credit_in_the_books": mark("no credit in the books"),
    "inner_movements_not_shown": mark("the nodes do not show inner movements"),
    "no_transfer": mark("no transfer in it"),
    "no_node_for_any_candidate": mark("no node for any network it could be on"),
}

LABEL_NEXT: dict[str, str] = {
    "your_answer_needed": mark("Once we have your answer, we go on at once."),
    "your_decision_needed": mark(
        "If you accept, two teams approve the recovery and the coins are sent to your address. If you do not agree, tell us, and somebody else looks at it again."
    ),
    "on_its_way": mark("When the network has confirmed everything, the final statement appears here."),
    "completed": mark("Nothing more needs to be done."),
    "closed": mark("Nothing more happens to this case."),
}

COSTS: dict[str, str] = {
    "nothing": mark("Nothing."),
    "quote_follows": mark(
        "A recovery fee and the cost of the network are taken from the coins. You see the exact amount you would receive before you decide."
    ),
    "quote_stands": mark("What stands in the quote, and nothing more."),
}

FORMATS: dict[str, str] = {
    "csv": mark("CSV (for spreadsheets)"),
    "jsonl": mark("JSON Lines"),
    "bundle": mark("Bundle that proves itself (ZIP)"),
}

EXPLAINS: dict[str, str] = {
    "percent": mark("%(percent)s %% of the amount"),
    "absorbed": mark("we bear it"),
    "absorbed_without_a_price": mark("we bear it, as the token has no price"),
    "waived_without_a_price": mark("fixed part waived, as the token has no price"),
    "at_most": mark("at most %(percent)s %%"),
}

PUBLIC_EVENTS: dict[str, str] = {
    "open": mark("You reported the deposit"),
    "wait_for_chain": mark("We wait for the network"),
    "ask_reference": mark("We asked for the right transaction"),
    "give_reference": mark("You sent another transaction"),
    "solve": mark("Explained and closed"),
    "decline": mark("Closed"),
    "refuse": mark("Closed"),
    "turn_down": mark("Closed"),
    "withdraw": mark("You withdrew the case"),
    "give_up": mark("You gave up the recovery"),
    "find_unlisted": mark("We found your deposit and passed it to a specialist"),
    "propose_credit": mark("We found your deposit"),
    "approve_credit": mark("The credit was approved"),
    "confirm_credit": mark("Credited to your account"),
    "ask_depositor": mark("We asked you a question"),
    "answer": mark("You answered"),
    "conclude": mark("The investigation was finished"),
    "quote": mark("You got a quote"),
    "expire_quote": mark("The quote expired"),
    "withdraw_quote": mark("We took the quote back"),
    "accept": mark("You accepted the quote"),
    "contest": mark("You contested the quote"),
    "confirm_sweep": mark("The coins were collected"),
    "confirm_refund": mark("The coins were sent to you"),
}
