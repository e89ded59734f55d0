"""What was found on a chain and how: checks, conditions, states of nodes, outcomes."""

from __future__ import annotations

from recovery.domain.marking import mark

CONDITIONS: dict[str, str] = {
    "memo_owner_proof": mark("Somebody must prove that the payment was theirs, since the memo does not say so."),
    "key_export": mark("The key of the address must first be brought into this network's software."),
    "contract_cannot_send": mark("The address is a contract that cannot send this asset."),
    "gas_funding": mark("Network fees must be paid in a coin we must first bring there."),
    "retired_address_key_archive": mark("The key of this old address lies in the archive."),
    "retired_chain_claim": mark("The network has been retired; its claim process must be used."),
    "raw_signing_approval": mark("Signing this needs a special approval."),
    "destination_preparation": mark("The receiving account must be prepared first."),
    "refund_memo_required": mark("The refund needs a memo of the receiving platform."),
    "replay_risk": mark("The same payment could be repeated on a twin network; this must be ruled out first."),
    "third_party_custody": mark("The keys are with a custodian, who must act."),
    "value_below_cost": mark("The recovery may cost more than it brings."),
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
    "reference_is_incomplete": mark("Does the network want more than the hash?"),
    "memo_missing": mark("Is the memo or tag missing?"),
    "memo_unknown": mark("Is the memo or tag unknown?"),
    "found_on_one_network": mark("Is it on one network only?"),
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
    "found_on_several": mark("the same hash is on several networks; the one that pays an address of ours was taken"),
    "network_wants_more_than_the_hash": mark("the hash alone does not lead to it"),
    "no_memo_on_the_transfer": mark("the transfer has none"),
    "memo_not_in_address_book": mark("the address book has no such memo"),
    "no_node_for_some_candidates": mark("no node for some networks it could be on"),
}

ANSWERS: dict[str, str] = {"yes": mark("yes"), "no": mark("no"), "unknown": mark("unknown")}

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
    "arrives_short": mark("The token keeps a part of every transfer: less would arrive than is sent."),
    "chain_error": mark("The network could not be read."),
    "coins_are_gone": mark("The coins are no longer at the address."),
    "no_node": mark("No node is configured for this network."),
    "no_wallet_of_ours": mark("There is no wallet of ours for this network."),
    "node_mistaken": mark("A node gave an answer that cannot be trusted."),
    "node_unavailable": mark("No node answered."),
    "nodes_disagree": mark("The nodes disagree."),
    "not_a_reference": mark("This is not a transaction of this network."),
    "not_an_address": mark("One of the addresses is not an address of this network."),
    "refused_by_node": mark("The node refused it."),
    "sent_by_hand": mark("Transfers on this network are sent by the wallet team, with what recovery plan writes."),
    "unknown_network": mark("We do not know a network of this name."),
}
"""Why a token cannot be moved, as a probe found it."""

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

RECOVERABILITY: dict[str, str] = {
    "direct": mark("direct"),
    "conditional": mark("conditional"),
    "retired": mark("shut down"),
}

RECOVERY_GROUPS: dict[str, str] = {
    "direct": mark("Recovered directly"),
    "conditional": mark("Recovered under conditions"),
    "retired": mark("Shut down"),
}

RECOVERY_NOTES: dict[str, str] = {
    "direct": mark("The coins can be moved with what we have, as soon as you have accepted a quote."),
    "conditional": mark(
        "Not every deposit can be brought back from these. We look at each one before you get a quote."
    ),
    "retired": mark("These networks have ended. We cannot send anything on them."),
}
"""What a recovery is like on the networks of a group, in a sentence."""

MEMOS: dict[str, str] = {
    "none": mark("not used"),
    "optional": mark("possible"),
    "required": mark("needed"),
}
"""Whether a deposit on a network names its owner by a memo or tag."""
