"""What is said about proofs of ownership: ways and how to go them, what each shows, what became of one, what is refused."""

from __future__ import annotations

from recovery.domain.marking import mark

PROOF_METHODS: dict[str, str] = {
    "eip191": mark("Sign a text with your wallet"),
    "eip712": mark("Sign structured data with your wallet"),
    "eip1271": mark("Sign with a contract wallet (Safe or similar)"),
    "solana": mark("Sign a text with your Solana wallet"),
    "tron": mark("Sign a text with your TRON wallet"),
    "algorand": mark("Sign a text with your Algorand wallet"),
    "aptos": mark("Sign a text with your Aptos wallet"),
    "cip8": mark("Sign a text with your Cardano wallet"),
    "adr36": mark("Sign a text with your Cosmos wallet"),
    "hip820": mark("Sign a text with your Hedera wallet"),
    "nep413": mark("Sign a text with your NEAR wallet"),
    "polkadot": mark("Sign a text with your Polkadot wallet"),
    "sep53": mark("Sign a text with your Stellar wallet"),
    "tezos": mark("Sign a text with your Tezos wallet"),
    "ton_proof": mark("Sign a proof with your TON wallet"),
    "bitcoin_message": mark("Sign a message with your wallet"),
    "bip322": mark("Sign a message with your wallet (BIP-322)"),
    "xrpl": mark("Sign a text with your XRP Ledger wallet"),
    "test_transfer": mark("Send a small exact amount from the same sender"),
    "documents": mark("Hand in documents"),
}
"""A way, as a button says it."""

PROOF_HOWS: dict[str, str] = {
    "test_transfer": mark(
        "You sent from an exchange or another platform? Then you cannot sign for its address: take this way. We tell you an "
        "exact amount, you send it in the same way as before, and it arrives in your account like any deposit."
    ),
    "documents": mark(
        "The last resort, and the slowest: a person has to read them. The statement of the sending platform, for instance, "
        "or a picture of the payment in your wallet."
    ),
}
"""A word on a way before somebody takes it."""

PROOF_LIMITS: dict[str, str] = {
    "signature": mark(
        "Whoever signed holds the key of the sending address now. It says nothing about who they are, nor about who held the "
        "key on the day of the payment."
    ),
    "eip1271": mark(
        "The contract at this address accepted the signature on this network at the block named. Its owners may change, and "
        "may differ on other networks."
    ),
    "test_transfer": mark(
        "Whoever moved the first amount from this sender could move an exact odd one after the report. From a platform's "
        "shared wallet many people send, so there it is weak."
    ),
    "documents": mark("Documents can be edited. They are the weakest proof; compare them with what the network shows."),
}
"""What a proof shows and what it does not, for who judges it."""

PROOF_LEVELS: dict[str, str] = {
    "none": mark("No proof is needed."),
    "link": mark("One proof is needed, whichever way suits you best."),
    "signature": mark(
        "One strong proof is needed: a signature or a test transfer. Where neither is possible, or the payment came from a "
        "platform's shared wallet, two different ways together are enough."
    ),
    "two": mark("Two proofs made in different ways are needed."),
}

PROOF_FIELDS: dict[str, str] = {
    "signature": mark("Signature"),
    "public_key": mark("Public key"),
    "form": mark("How the wallet signed it (eip191 or eip712)"),
    "authenticator_data": mark("Authenticator data, if your wallet shows it"),
    "full_message": mark("Full message, if your wallet shows it"),
    "callback_url": mark("Callback address, if your wallet used one"),
    "timestamp": mark("Time stamp of the proof"),
    "state_init": mark("State init, if your wallet shows it"),
}
"""Labels of the parts of an answer."""

PROOF_WHYS: dict[str, str] = {
    "proven": mark("The signature fits."),
    "unknown_method": mark("This way is not known on this network."),
    "other_network": mark("The signature is for another network."),
    "not_an_address": mark("The address cannot be read."),
    "too_large": mark("The answer is longer than any signature. Please paste the signature alone."),
    "not_readable": mark("This is not a signature as this kind of wallet writes it. Please copy it again as a whole."),
    "public_key_missing": mark("Your wallet's public key is needed as well."),
    "other_key": mark(
        "The signature is right, but made with the key of another address. Please choose the sending address in your wallet."
    ),
    "other_signature": mark(
        "The signature does not fit. Please choose the sending address in your wallet, and sign the text exactly as it stands."
    ),
    "other_text": mark("Another text was signed. Please sign the text exactly as it stands."),
    "other_domain": mark("The proof was made for another site. Please make it for the one the text names."),
    "other_time": mark("The proof was made at another time. Please sign the text that is shown now."),
    "other_method": mark("Addresses of this kind cannot be proven in this way. Please choose another way."),
    "script": mark("Several keys command this address, so one signature does not show it. Please choose another way."),
    "contract": mark("A program commands this address, so no signature shows it. Please choose another way."),
    "unknown_wallet": mark("We cannot read wallets of this kind. Please choose another way."),
    "unknown_key_kind": mark("We cannot read keys of this kind. Please choose another way."),
    "stake_key_only": mark("This key can stake but not spend. Please sign with the address that sent the payment."),
    "old_address": mark("Addresses of this old kind cannot be proven by a signature. Please choose another way."),
    "needs_node": mark("The network has to be asked first."),
    "node_unavailable": mark("The network could not be asked yet. We try again by ourselves."),
    "not_deployed": mark("No contract stands at this address on this network. Please choose another way."),
    "network_is_asked": mark("Thank you. We ask the network and go on by ourselves; this can take a few minutes."),
    "test_fits": mark("The test transfer fits."),
    "test_not_found": mark("The network does not know this transaction. Please check the hash."),
    "test_failed": mark("This transaction failed on the network. Please send again."),
    "test_too_early": mark("This transaction is older than our request. Please send a new one with the exact amount."),
    "test_too_late": mark("This transaction came after the time we gave. Please ask for a new amount."),
    "test_to_another_address": mark("This transaction does not pay the address we named."),
    "test_of_another_asset": mark("This transaction moves another coin or token than the one we named."),
    "test_from_another_sender": mark("This transaction comes from another sender than the first payment."),
    "test_of_another_amount": mark("The amount differs from the one we named. It must be exact to the last digit."),
    "test_with_another_memo": mark("The memo or tag differs from the one we named."),
    "documents_accepted": mark("The documents were accepted."),
    "documents_refused": mark("The documents were not enough. The reason stands under messages."),
}
"""What became of a proof."""

DETAILS: dict[str, str] = {
    "no_proof_is_asked": mark("No proof is asked for at this stage."),
    "made_with_a_proof": mark("This step is made by handing in a proof, not by a button."),
    "proof_way_not_offered": mark("This way is not open for this payment. Please choose one of those shown."),
    "challenge_is_spent": mark(
        "This text was used already, is too old, or was replaced by a newer one. Please ask for a new text."
    ),
    "test_transfer_is_over": mark("The time for this test transfer is over. Please ask for a new amount."),
    "test_hash_is_no_hash": mark("This is no transaction hash of this network."),
    "document_is_missing": mark("Please choose a file."),
    "document_is_empty": mark("This file is empty."),
    "document_is_too_large": mark("This file is larger than 5 MB."),
    "document_kind_not_taken": mark(
        "Only PDF, PNG and JPEG files are taken, and this is none of them, whatever its name says."
    ),
    "document_was_handed_in": mark("We have this file already."),
    "documents_are_too_many": mark("At most ten files can be handed in for one case."),
    "proof": mark("You have tried ten times within the last hour. Please wait a little."),
}
"""Detail code of a refusal or a form field → one sentence."""
