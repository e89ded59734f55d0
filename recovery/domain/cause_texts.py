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
    "A specialist checks whether the coins can be moved. Then you get a quote with the exact amount you would receive. Nothing is charged before you accept it."
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
        mark("Not a transaction hash"),
        mark("What you sent is not the hash of a transaction."),
        mark("In your wallet's history, open the payment and copy its transaction hash (TxID). Then send it here."),
    ),
    "A02": CauseText(
        mark("On another network than named"),
        mark("Your transaction is on another network than the one you named."),
        _SPECIALIST,
    ),
    "A03": CauseText(
        mark("Not on any network"),
        mark(
            "No network we read knows this transaction. It may not have been sent out yet, or the hash has a typing error."
        ),
        mark(
            "Please check the hash. If the platform you sent from still shows the payment as being processed, ask them. Then send the right hash here."
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
    "A07": CauseText(
        mark("Replaced or dropped"),
        mark("This transaction was replaced by another one or dropped by the network. It did not move any coins."),
        _SENDER,
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
    "A10": CauseText(
        mark("Outer success, inner failure"),
        mark("The transaction went through, but the transfer inside it did not. No coins arrived at our address."),
        _SENDER,
    ),
    "A11": CauseText(
        mark("Not a transfer to us"),
        mark(
            "This transaction did not bring any coins to an address of ours. It may be an approval, a swap, or the first half of a bridge."
        ),
        mark("Please look for the transaction that sent the coins to your deposit address, and send its hash here."),
    ),
    "A13": CauseText(
        mark("Our nodes cannot see it"),
        mark("Our own view of this network is incomplete at the moment, so we cannot say yet what happened."),
        _BY_ITSELF,
    ),
    "B01": CauseText(
        mark("Memo missing"),
        mark("The deposit arrived without the memo (tag) that says whose it is."),
        mark("We ask you to show that the payment was yours. A specialist writes to you here."),
    ),
    "B02": CauseText(
        mark("Memo unknown"),
        mark("The deposit arrived with a memo (tag) that belongs to nobody here."),
        mark("We ask you to show that the payment was yours. A specialist writes to you here."),
    ),
    "B03": CauseText(
        mark("Memo of another account, credited there"),
        mark("We cannot link this deposit to your account."),
        mark(
            "If you believe that it is yours, please ask the sender for proof of the payment and open a new case with it."
        ),
    ),
    "B04": CauseText(
        mark("Memo right, written unusually"),
        mark("The memo of your deposit was written in an unusual way, but it names you beyond doubt."),
        _CREDIT,
    ),
    "B05": CauseText(
        mark("Tag inside the address"), mark("The memo of your deposit stood inside the address itself."), _CREDIT
    ),
    "B08": CauseText(
        mark("Address of another account"),
        mark("We cannot link this deposit to your account."),
        mark(
            "If you believe that it is yours, please ask the sender for proof of the payment and open a new case with it."
        ),
    ),
    "B09": CauseText(
        mark("Retired address of this account"),
        mark("The deposit went to an older address of yours that we no longer watch."),
        _SPECIALIST,
    ),
    "B10": CauseText(
        mark("Account closed"), mark("The deposit belongs to an account that has been closed."), _SPECIALIST
    ),
    "B11": CauseText(
        mark("Own system address"),
        mark("The deposit went to an address of ours that is not meant for deposits."),
        mark("A specialist asks you to show that the payment was yours, and writes to you here."),
    ),
    "B12": CauseText(
        mark("Address not ours"),
        mark("The coins went to an address that does not belong to us. We have no key for it and cannot reach them."),
        mark(
            "Please compare the address with the one you wanted to use, and ask whoever it belongs to. We are sorry that we cannot do more."
        ),
    ),
    "B13": CauseText(
        mark("Look-alike address"),
        mark("The coins went to an address that only looks like yours. Such addresses are made to deceive."),
        mark(
            "Nobody but its owner can return the coins. Please never copy addresses from your payment history, and report it to your wallet."
        ),
    ),
    "B14": CauseText(
        mark("Sent to a contract"),
        mark("The coins went to a contract that does not belong to us, and we cannot make it send them back."),
        mark("Sometimes the issuer of the token can help. Please ask them."),
    ),
    "B16": CauseText(
        mark("Returned withdrawal"),
        mark("This looks like a withdrawal of yours that another platform sent back to us."),
        _CREDIT,
    ),
    "B17": CauseText(
        mark("Own transfer"), mark("This is a transfer between addresses of our own, not a deposit."), _DONE
    ),
    "C01": CauseText(
        mark("Other EVM network, same address"),
        mark("The deposit arrived at your address, but on another network than the one it was meant for."),
        _RECOVERY,
    ),
    "C02": CauseText(
        mark("Network we do not run"),
        mark("The deposit arrived at your address, but on a network we do not use for deposits."),
        _RECOVERY,
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
            "Your deposit arrived at your address, but it is a token that we do not list. That is why your account does not show it."
        ),
        _RECOVERY,
    ),
    "D02": CauseText(
        mark("Delisted token"),
        mark("Your deposit arrived, but we no longer list this token. That is why your account does not show it."),
        _RECOVERY,
    ),
    "D03": CauseText(
        mark("Old contract after a migration"),
        mark("Your deposit arrived as the old version of a token that has moved to a new contract."),
        _RECOVERY,
    ),
    "D04": CauseText(
        mark("Look-alike token"),
        mark("What arrived is a token that only uses a well-known name. It is not the coin it seems to be."),
        mark("We cannot return or credit it. Please be careful with whoever sent it to you."),
    ),
    "D05": CauseText(
        mark("Bridged variant"),
        mark("Your deposit arrived as a bridged variant of a token, which is another token than the one we list."),
        _RECOVERY,
    ),
    "D06": CauseText(
        mark("Token that takes a fee on transfer"),
        mark(
            "Your deposit arrived, but the token itself keeps a part of every transfer, so less arrived than was sent."
        ),
        _RECOVERY,
    ),
    "D07": CauseText(
        mark("Rebasing token"), mark("Your deposit is a token whose amounts change by themselves."), _RECOVERY
    ),
    "D08": CauseText(
        mark("Non-standard token"), mark("Your deposit is a token that does not follow the usual rules."), _SPECIALIST
    ),
    "D09": CauseText(
        mark("Token paused or address frozen"),
        mark("Your deposit arrived, but its issuer has paused the token, so nobody can move it at the moment."),
        _SPECIALIST,
    ),
    "D10": CauseText(
        mark("NFT"),
        mark("What arrived is a collectible (NFT), which our accounts cannot hold."),
        _RECOVERY,
    ),
    "D14": CauseText(
        mark("Issued asset, not listed"),
        mark(
            "Your deposit arrived, but it is an asset that we do not list. That is why your account does not show it."
        ),
        _RECOVERY,
    ),
    "D15": CauseText(
        mark("Mint, reward or airdrop"),
        mark("These coins were created at our address by the network or a contract; nobody sent them as a deposit."),
        _SPECIALIST,
    ),
    "D17": CauseText(
        mark("Receipt token"), mark("Your deposit is a receipt for coins that lie in another contract."), _RECOVERY
    ),
    "D18": CauseText(
        mark("Wrapped or doubled coin"), mark("Your deposit arrived as a wrapped form of a coin we list."), _RECOVERY
    ),
    "E01": CauseText(
        mark("Below the minimum"),
        mark("The deposit is smaller than the minimum for this coin, so it has not been credited."),
        mark("It is kept for you. Once your deposits of this coin reach the minimum together, they are credited."),
    ),
    "E02": CauseText(
        mark("Value below cost"),
        mark("The deposit is worth less than it would cost to return it."),
        mark("It is kept for you, in case the cost falls or the value rises."),
    ),
    "E03": CauseText(mark("Above the limit"), mark("The deposit is above a limit of your account."), _SPECIALIST),
    "E05": CauseText(
        mark("Amount differs from the claim"),
        mark("The amount on the network differs from the one you named. What counts is the amount on the network."),
        _SPECIALIST,
    ),
    "F01": CauseText(
        mark("Internal transfer"),
        mark(
            "Your coins were sent by a contract instead of an ordinary wallet. They are here, but our books did not see them."
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
    "F04": CauseText(
        mark("Credited by the protocol"),
        mark("These coins came from the network itself. They are here, but our books did not see them."),
        _CREDIT,
    ),
    "F05": CauseText(
        mark("Obscured origin"), mark("Your deposit has arrived, and we need to look at it more closely."), _SPECIALIST
    ),
    "F06": CauseText(
        mark("Many source addresses"), mark("Your deposit came from several addresses at once."), _SPECIALIST
    ),
    "G01": CauseText(
        mark("Deposits suspended"),
        mark("Your deposit has arrived while deposits of this coin are suspended."),
        mark("It is credited once deposits are open again. We look again by ourselves."),
    ),
    "G02": CauseText(
        mark("Missed by our books"),
        mark("Your deposit arrived as it should, and our books missed it. That was our fault."),
        _CREDIT,
    ),
    "G03": CauseText(
        mark("Screening hold"), mark("Your deposit has arrived, and we need to look at it more closely."), _SPECIALIST
    ),
    "G04": CauseText(
        mark("Sanctioned counterparty"),
        mark("Your deposit has arrived, and we need to look at it more closely."),
        _SPECIALIST,
    ),
    "G05": CauseText(
        mark("Sender data missing"),
        mark("Your deposit has arrived, but data about its sender is missing."),
        _SPECIALIST,
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
    "G08": CauseText(
        mark("Credited elsewhere"), mark("Your deposit was credited to another product of your account."), _DONE
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
    "H03": CauseText(mark("Duplicate report"), mark("There is already a case about this deposit."), _DONE),
    "H04": CauseText(
        mark("Claimed by somebody else"),
        mark("We cannot link this deposit to your account yet."),
        _SPECIALIST,
    ),
    "H05": CauseText(
        mark("No link to the claimant"),
        mark("We cannot link this deposit to your account yet."),
        mark("A specialist asks you to show that the payment was yours, and writes to you here."),
    ),
    "H06": CauseText(
        mark("Paid by a third party"), mark("The deposit was paid by somebody else than you."), _SPECIALIST
    ),
    "H07": CauseText(
        mark("A withdrawal, not a deposit"),
        mark("This transaction is a withdrawal from us, not a deposit. It was sent to the address you gave."),
        mark("If it has not arrived there, please ask the platform or wallet it was sent to."),
    ),
    "H09": CauseText(
        mark("Address had another owner then"),
        mark("We cannot link this deposit to your account."),
        _SPECIALIST,
    ),
    "H11": CauseText(
        mark("Security change on the account"),
        mark("Your deposit has arrived, and we need to look at your account first."),
        _SPECIALIST,
    ),
    "H12": CauseText(
        mark("Address had no owner then"),
        mark("The deposit was made when this address was not yet yours."),
        mark("A specialist asks you to show that the payment was yours, and writes to you here."),
    ),
}
