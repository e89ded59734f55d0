"""Causes A: the transaction is not there, not final, or did not do what was hoped."""

from __future__ import annotations

from recovery.domain.cause_wording import ANOTHER_HASH, BY_ITSELF, DONE, CauseText
from recovery.domain.marking import mark

ARRIVAL: dict[str, CauseText] = {
    "A01": CauseText(
        mark("Reference incomplete"),
        mark("What you sent does not lead to one transaction."),
        mark(
            "Please copy the transaction hash (TxID) from your wallet's history and send it here. On NEAR write the sender "
            "behind it (hash@account), on Polkadot give block and place (1234567-2)."
        ),
    ),
    "A02": CauseText(
        mark("On another network than named"),
        mark("Your transaction is on another network than the one you named. That is no harm."),
        mark("We go on with the network where it really is. You need not do anything."),
    ),
    "A03": CauseText(
        mark("Not found on the networks we read"),
        mark(
            "No network we read knows this transaction. It may not have been sent out yet, or the hash has a typing error."
        ),
        mark(
            "Please check the hash. If the platform you sent from still shows the payment as being processed, "
            "ask them. Then send the right hash here."
        ),
        mark("If the payment is sent out later, send its hash here, and we look again at once."),
    ),
    "A04": CauseText(
        mark("Not in a block yet"),
        mark(
            "The network knows your transaction but has not put it into a block yet. Your coins have not moved so far."
        ),
        BY_ITSELF,
        mark(
            "Some wallets can raise the fee of a waiting payment. If yours makes a new transaction of it, report that one."
        ),
    ),
    "A05": CauseText(
        mark("Still confirming"),
        mark("Your deposit has arrived and the network is still confirming it. This is normal."),
        mark("Once it has enough confirmations it is credited as usual. We look again by ourselves."),
    ),
    "A06": CauseText(
        mark("Credited, not yet withdrawable"),
        mark(
            "This deposit is credited to your account already. It can be withdrawn once the network has confirmed it a few "
            "more times."
        ),
        mark("It becomes available by itself. You need not do anything."),
    ),
    "A07": CauseText(
        mark("Replaced or dropped"),
        mark("This transaction never became part of the network: another one took its place, or it was dropped."),
        mark(
            "Please look in your wallet for the transaction that took its place, and send its hash here. If there is none, "
            "the coins are still with the sender."
        ),
    ),
    "A08": CauseText(
        mark("Block was reorganised"),
        mark("The block with your transaction was replaced by another one, as happens now and then on every network."),
        BY_ITSELF,
    ),
    "A09": CauseText(
        mark("Failed on the network"),
        mark(
            "This transaction failed on the network. The coins never left the sender; only the network fee was spent."
        ),
        mark("Nothing arrived here, so there is nothing to return. You can send the coins again."),
        ANOTHER_HASH,
    ),
    "A10": CauseText(
        mark("Succeeded outside, failed inside"),
        mark(
            "The transaction went through, but the payment inside it did not. A page about it may say success, yet no coins "
            "reached our address."
        ),
        mark(
            "Nothing arrived here, so there is nothing to return. The coins should still be where they were sent from."
        ),
        ANOTHER_HASH,
    ),
    "A11": CauseText(
        mark("Moves nothing to us"),
        mark(
            "This transaction did not bring any coins to an address of ours. It may be an approval, a swap, or "
            "the first half of a bridge."
        ),
        mark("Please look for the transaction that sent the coins to your deposit address, and send its hash here."),
    ),
    "A12": CauseText(
        mark("On its way through a bridge"),
        mark("Your coins went into a bridge to another network and have not come out there yet, as far as we can see."),
        mark(
            "Some bridges take hours or days, and some wait until you claim the coins with them. Please look at the page of "
            "the bridge you used."
        ),
        mark(
            "Once the bridge shows a transaction to your deposit address on the other network, please report that one."
        ),
    ),
    "A13": CauseText(
        mark("Our node cannot see it"),
        mark("The part of the network we read from cannot show this transaction at the moment. That is our side."),
        BY_ITSELF,
    ),
    "B17": CauseText(
        mark("Own transfer"),
        mark("This is a transfer between addresses of our own, not a deposit."),
        DONE,
        ANOTHER_HASH,
    ),
    "H07": CauseText(
        mark("Withdrawal of ours"),
        mark("This transaction is a withdrawal from your account, not a deposit into it."),
        mark("If it has not arrived, please ask whoever you sent it to; they find it by its hash."),
        mark("If they send it back, report the transaction that brings it back."),
    ),
}
"""By code; beside the series A those two that also brought nothing new to us."""
