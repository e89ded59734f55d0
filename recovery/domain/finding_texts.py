"""What was found on a chain and how: checks, warnings, conditions, outcomes."""

from __future__ import annotations

from recovery.domain.marking import mark

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
    "no_node_for_some_candidates": mark("no node for some networks it could be on"),
}

ANSWERS: dict[str, str] = {"yes": mark("yes"), "no": mark("no"), "unknown": mark("unknown")}

WARNINGS: dict[str, str] = {
    "internal_transfers_not_visible": mark("The nodes cannot show transfers made inside contracts."),
    "internal_transfers_disputed": mark("The nodes disagree about transfers made inside contracts."),
    "amount_rounded_down": mark("The amount had to be rounded down."),
    "nodes_disagree": mark("The nodes disagree."),
    "too_few_nodes_agree": mark("Too few nodes agree."),
    "node_unavailable": mark("A node did not answer."),
    "node_slow": mark("A node was too slow; the others agree without it."),
    "node_differs": mark("A node says something else than the others."),
    "answer_not_understood": mark("A node gave an answer that cannot be read."),
    "chain_identity_not_visible": mark("A node does not show which network it serves."),
    "tip_not_visible": mark("A node does not show how far it is."),
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
    "fee_legs_not_recognised": mark("The fee was paid in a token, and its bookings could not be told from transfers."),
    "l1_fee_not_visible": mark("The part of the fee for the layer below is not visible."),
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

NODE_STATES: dict[str, str] = {
    "agrees": mark("agrees with the others"),
    "alone": mark("answers, nobody to compare with"),
    "differs": mark("says something else than the others"),
    "unsure": mark("cannot tell"),
    "wrong_chain": mark("serves another network"),
    "mistaken": mark("gives answers that cannot be used"),
    "silent": mark("does not answer"),
}

PROBLEMS: dict[str, str] = {
    "sent_by_hand": mark("Transfers on this network are sent by the wallet team, with what recovery plan writes."),
    "coins_are_gone": mark("The coins are no longer at the address."),
    "arrives_short": mark("The token keeps a part of every transfer: less would arrive than is sent."),
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
