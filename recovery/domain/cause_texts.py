"""What each cause means, said to the person whose coins it is about, and in a few words for the desk."""

from __future__ import annotations

from dataclasses import dataclass

from recovery.domain.marking import mark


@dataclass(frozen=True)
class CauseText:
    """``title`` for the desk; ``happened`` and ``next`` for the depositor, in whole sentences."""

    title: str
    happened: str
    next: str


_BY_ITSELF = mark("We look again by ourselves until it is settled. You need not do anything.")
_SPECIALIST = mark("A specialist looks at it and writes to you here.")
_RECOVERY = mark(
    "A specialist checks whether the coins can be moved. Then you get a quote with the exact amount "
    "you would receive. Nothing is charged before you accept it."
)
_CREDIT = mark("Our clearing team confirms it, then it is credited to your account. This costs you nothing.")
_SENDER = mark(
    "Please ask the wallet or platform you sent from. If they give you another transaction, report that one here."
)
_DONE = mark("Nothing more needs to be done.")

UNKNOWN_CAUSE = CauseText(
    mark("Not known yet"),
    mark("We have not found out yet what happened to this deposit."),
    mark("We keep looking by ourselves, and a specialist takes over where the machine cannot decide."),
)

CAUSES: dict[str, CauseText] = {
    "A01": CauseText(
        mark("Reference incomplete"),
        mark("What you sent does not lead to one transaction."),
        mark(
            "In your wallet's history, open the payment and copy its transaction hash (TxID). On NEAR please write the "
            "sender's account behind it (hash@account), on Polkadot give block number and place (1234567-2). Then send it here."
        ),
    ),
    "A03": CauseText(
        mark("Not found on the networks we read"),
        mark(
            "No network we read knows this transaction. It may not have been sent out yet, or the hash has a "
            "typing error."
        ),
        mark(
            "Please check the hash. If the platform you sent from still shows the payment as being processed, "
            "ask them. Then send the right hash here."
        ),
    ),
    "A04": CauseText(
        mark("Not in a block yet"),
        mark(
            "The network knows your transaction but has not put it into a block yet. Your coins have not moved so far."
        ),
        _BY_ITSELF,
    ),
    "A05": CauseText(
        mark("Still confirming"),
        mark("Your deposit has arrived and the network is still confirming it. This is normal."),
        mark("Once it has enough confirmations it is credited as usual. We look again by ourselves."),
    ),
    "A08": CauseText(
        mark("Block was reorganised"),
        mark("The block with your transaction was replaced by another one, as happens now and then on every network."),
        _BY_ITSELF,
    ),
    "A09": CauseText(
        mark("Failed on the network"),
        mark(
            "This transaction failed on the network. The coins never left the sender; only the network fee was spent."
        ),
        mark("Nothing arrived here, so there is nothing to return. You can send the coins again."),
    ),
    "A11": CauseText(
        mark("Not a transfer to us"),
        mark(
            "This transaction did not bring any coins to an address of ours. It may be an approval, a swap, or "
            "the first half of a bridge."
        ),
        mark("Please look for the transaction that sent the coins to your deposit address, and send its hash here."),
    ),
    "B01": CauseText(
        mark("Memo or tag missing"),
        mark("The deposit went to an address that many share, without the memo or tag that says whose it is."),
        mark("A specialist asks you to show that the payment was yours, and writes to you here."),
    ),
    "B02": CauseText(
        mark("Memo or tag unknown"),
        mark("The deposit went to an address that many share, with a memo or tag that belongs to nobody."),
        mark("A specialist asks you to show that the payment was yours, and writes to you here."),
    ),
    "B03": CauseText(
        mark("Memo or tag of another account"),
        mark("We cannot link this deposit to your account."),
        mark(
            "If you believe that it is yours, please ask the sender for proof of the payment and open a new "
            "case with it."
        ),
    ),
    "B08": CauseText(
        mark("Address of another account"),
        mark("We cannot link this deposit to your account."),
        mark(
            "If you believe that it is yours, please ask the sender for proof of the payment and open a new "
            "case with it."
        ),
    ),
    "B11": CauseText(
        mark("Own system address"),
        mark("The deposit went to an address of ours that is not meant for deposits."),
        mark("A specialist asks you to show that the payment was yours, and writes to you here."),
    ),
    "B12": CauseText(
        mark("Address not ours"),
        mark("This payment did not go to a deposit address of your account, so we cannot link it to you."),
        mark(
            "Please compare the address with the one your account shows. If you sent it somewhere else, whoever "
            "holds that address can help you. We are sorry that we cannot do more."
        ),
    ),
    "B17": CauseText(
        mark("Own transfer"), mark("This is a transfer between addresses of our own, not a deposit."), _DONE
    ),
    "C03": CauseText(
        mark("Contract address, not on this network"),
        mark(
            "The deposit went to an address that works as a contract on one network and does not exist on this one yet."
        ),
        _SPECIALIST,
    ),
    "C10": CauseText(
        mark("Test network"),
        mark("This transaction is on a test network. Its coins are made for trying things out and have no value."),
        _DONE,
    ),
    "D01": CauseText(
        mark("Unlisted token"),
        mark(
            "Your deposit arrived at your address, but it is a token that we do not list. That is why your "
            "account does not show it."
        ),
        _RECOVERY,
    ),
    "D02": CauseText(
        mark("Delisted token"),
        mark("Your deposit arrived, but we no longer list this token. That is why your account does not show it."),
        _RECOVERY,
    ),
    "D04": CauseText(
        mark("Look-alike token"),
        mark("What arrived is a token that only uses a well-known name. It is not the coin it seems to be."),
        mark("We cannot return or credit it. Please be careful with whoever sent it to you."),
    ),
    "D10": CauseText(
        mark("NFT"),
        mark("What arrived is a collectible (NFT), which our accounts cannot hold."),
        _RECOVERY,
    ),
    "E01": CauseText(
        mark("Below the minimum"),
        mark("The deposit is smaller than the minimum for this coin, so it has not been credited."),
        mark("It is kept for you. Once your deposits of this coin reach the minimum together, they are credited."),
    ),
    "F01": CauseText(
        mark("Internal transfer"),
        mark(
            "Your coins were sent by a contract instead of an ordinary wallet. They are here, but our books "
            "did not see them."
        ),
        _CREDIT,
    ),
    "F02": CauseText(
        mark("Moved by another contract"),
        mark("Your deposit was made through another contract. It is here, but our books did not see it."),
        _CREDIT,
    ),
    "F03": CauseText(
        mark("Several transfers in one"),
        mark("Your transaction holds more than one deposit, and our books saw only a part of them."),
        _CREDIT,
    ),
    "G02": CauseText(
        mark("Missed by our books"),
        mark("Your deposit arrived as it should, and our books missed it. That was our fault."),
        _CREDIT,
    ),
    "G06": CauseText(
        mark("Account limits"),
        mark("Your deposit has arrived, and we need to look at your account first."),
        _SPECIALIST,
    ),
    "G07": CauseText(
        mark("Deposits not open yet"),
        mark("Your deposit arrived before deposits of this coin were open."),
        mark("It is credited once deposits open. We look again by ourselves."),
    ),
    "H01": CauseText(
        mark("Already credited"),
        mark("This deposit has already been credited to your account."),
        mark("Please look into your account's history. Nothing more needs to be done."),
    ),
    "H02": CauseText(
        mark("Already refunded"),
        mark("This deposit has already been returned, or its return is under way."),
        _DONE,
    ),
    "H03": CauseText(
        mark("Second appeal for the same transfer"),
        mark("You have reported this deposit before, so we go on with both reports in one case."),
        _DONE,
    ),
    "H04": CauseText(
        mark("Claimed by somebody else"),
        mark("We cannot link this deposit to your account yet."),
        _SPECIALIST,
    ),
    "H12": CauseText(
        mark("Address had no owner then"),
        mark("The deposit was made when this address was not yet yours."),
        mark("A specialist asks you to show that the payment was yours, and writes to you here."),
    ),
}
