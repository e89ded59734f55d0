"""What was found on a chain: conditions, confidence, states of nodes, outcomes. The checks themselves: check_texts.py."""

from __future__ import annotations

from recovery.domain.marking import mark

CONDITIONS: dict[str, str] = {
    "memo_owner_proof": mark("Somebody must prove that the payment was theirs, since the memo does not say so."),
    "key_export": mark("The key of the address must first be brought into this network's software."),
    "contract_not_deployed": mark(
        "The address is a contract that must first be set up on this network, before anybody else can."
    ),
    "contract_cannot_send": mark("The address is a contract that cannot send this asset."),
    "gas_funding": mark("Network fees must be paid in a coin we must first bring there."),
    "token_paused_or_frozen": mark("The token is paused, or its issuer keeps our address from sending it."),
    "issuer_cooperation": mark("The token refuses to be moved; its issuer must help."),
    "retired_address_key_archive": mark("The key of this old address lies in the archive."),
    "retired_chain_claim": mark("The network has been retired; its claim process must be used."),
    "raw_signing_approval": mark("Signing this needs a special approval."),
    "destination_preparation": mark("The receiving account must be prepared first."),
    "refund_memo_required": mark("The refund needs a memo of the receiving platform."),
    "replay_risk": mark("The same payment could be repeated on a twin network; this must be ruled out first."),
    "third_party_custody": mark("The keys are with a custodian, who must act."),
    "indexer_required": mark("Only an index of inscriptions and runes shows what the coin carries."),
    "value_below_cost": mark("The recovery may cost more than it brings."),
    "privacy_coin_proof": mark("The amount is hidden; the sender must show it with the keys the network has for that."),
}
"""What must be proven or prepared before the coins can be moved."""

NEVERS: dict[str, str] = {
    "nothing_left_the_sender": mark("Nothing can come back through us: nothing left the sender."),
    "nothing_arrived": mark("Nothing can come back through us: nothing arrived."),
    "not_our_key": mark("Nothing can come back through us: we have no key to that address."),
    "worthless_network": mark("Nothing can come back through us: coins of a test network are worth nothing."),
    "worthless_token": mark("Nothing can come back through us: the token is an imitation."),
}
"""Why nothing could ever be recovered."""

CONFIDENCES: dict[str, str] = {
    "certain": mark("certain"),
    "likely": mark("likely; an open question could still refine it"),
    "unknown": mark("not decided; open questions stand in the way"),
}

SURVEY_NOTES: dict[str, str] = {
    "not_surveyed": mark("On this kind of network nothing is asked beside the transaction."),
    "no_node": mark("No node is configured for this network."),
    "nodes_disagree": mark("The nodes disagree about some of it; what they disagree about counts as unknown."),
    "balances_not_visible": mark(
        "No balances of that time are visible, so arrivals cannot be compared with what was written."
    ),
    "block_logs_not_visible": mark(
        "The other events of the block are not visible, so a change of balance cannot be explained by them."
    ),
    "code_not_visible": mark("It is not visible whether an address is a contract."),
    "traits_not_visible": mark("Not everything could be learnt about a token."),
    "accounts_not_visible": mark("Some token accounts are not visible."),
    "issuer_not_visible": mark("What the issuer of an asset may do is not visible."),
    "too_many_assets": mark("It moves more assets than are looked into; the others were left out."),
    "issuer_can_freeze": mark("The issuer can freeze this asset in any account."),
    "issuer_can_claw_back": mark("The issuer can take this asset back from any account."),
}
"""What was, or was not, to be learnt of the chain beside the transaction; notes about a node are in NODE_WARNINGS."""

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
    "coins_carry": mark(
        "A coin carries, or may carry, something else that spending it would give away; look at it by hand."
    ),
    "coins_wait": mark("The coins are not final on the chain yet."),
    "cost_not_held": mark("The coins do not hold the amount and the network cost."),
    "gas_is_short": mark("The wallet that pays the gas holds too little of the network's own coin; fill it up."),
    "no_node": mark("No node is configured for this network."),
    "no_replacement": mark("A dearer transaction would not help, or nodes of this network take none."),
    "no_wallet_of_ours": mark("There is no wallet of ours for this network."),
    "node_mistaken": mark("A node gave an answer that cannot be trusted."),
    "node_unavailable": mark("No node answered."),
    "nodes_disagree": mark("The nodes disagree."),
    "not_a_reference": mark("This is not a transaction of this network."),
    "not_an_address": mark("One of the addresses is not an address of this network."),
    "owed_differs": mark("The books owe this case another amount than was accepted; two people correct them first."),
    "refused_by_node": mark("The node refused it."),
    "sent_by_hand": mark("Transfers on this network are sent by the wallet team, with what recovery plan writes."),
    "too_small": mark("After the network cost too little would be left to be moved by itself."),
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
