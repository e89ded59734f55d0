"""Causes E to H: how much, how delivered, the state of our own platform, and the claim itself."""

from __future__ import annotations

from recovery.domain.cause_wording import (
    ANOTHER_HASH,
    CREDIT,
    DONE,
    NOT_KNOWN,
    NOT_LINKED,
    WHEN_OPEN,
    CauseText,
    told_as,
)
from recovery.domain.marking import mark

AMOUNT: dict[str, CauseText] = {
    "E01": CauseText(
        mark("Below the minimum"),
        mark("The deposit is smaller than the minimum for this coin, so it was not credited by itself."),
        mark("Nothing is charged for it. If it cannot be credited today, it stays where it is."),
        mark("Once the minimum for this coin is lowered, an open case is looked at again by itself."),
    ),
    "E02": CauseText(
        mark("Worth less than it costs"),
        mark("Bringing this deposit back would cost more than it is worth today."),
        mark("It stays where it is, and nothing is charged. We look again by ourselves; you need not do anything."),
        mark("Once its price has risen enough, or moving it has become cheaper, we go on."),
    ),
    "E03": told_as(NOT_KNOWN, mark("Above the limit")),
    "E04": CauseText(
        mark("Partial payment"),
        mark("This payment names a larger amount than it delivered. What was delivered is what counts."),
        mark(
            "What arrived is credited where we can tell that it is yours. If we cannot, we ask you on this page to show that "
            "the payment was yours."
        ),
        mark("If the rest came in another transaction, please report that one as well."),
    ),
    "E05": CauseText(
        mark("Amount differs from the claim"),
        mark("Another amount arrived than the one you named. The network's own figure is what counts."),
        CREDIT,
        mark("If the rest came in another transaction, please report that one as well."),
    ),
}

DELIVERY: dict[str, CauseText] = {
    "F01": CauseText(
        mark("Internal transfer"),
        mark(
            "Your coins were sent by a contract instead of an ordinary wallet. They are here, but our books "
            "did not see them."
        ),
        CREDIT,
    ),
    "F02": CauseText(
        mark("Moved by another contract"),
        mark("Your deposit was made through another contract. It is here, but our books did not see it."),
        CREDIT,
    ),
    "F03": CauseText(
        mark("Several transfers in one"),
        mark("Your transaction contains more than one deposit, and our books saw only a part of them."),
        CREDIT,
    ),
    "F04": CauseText(
        mark("Came without a transfer"),
        mark(
            "Your coins came without an ordinary payment, for instance when a contract ended. Our books did not see them."
        ),
        CREDIT,
    ),
    "F05": told_as(NOT_KNOWN, mark("Mixed with coins of others")),
    "F06": CauseText(
        mark("Several source addresses"),
        mark("Your payment was made from several addresses at once, so it has no single sender to return it to."),
        mark("A specialist settles with you which address is to receive it, and writes to you here."),
    ),
}

PLATFORM: dict[str, CauseText] = {
    "G01": CauseText(
        mark("Deposits suspended"),
        mark("Your deposit has arrived while deposits of this coin are paused. It is kept for you."),
        WHEN_OPEN,
    ),
    "G02": CauseText(
        mark("Missed by our books"),
        mark("Your deposit arrived as it should, and our books missed it. That was our fault."),
        CREDIT,
    ),
    "G03": told_as(NOT_KNOWN, mark("Held by screening")),
    "G04": told_as(NOT_KNOWN, mark("Sanctioned party")),
    "G05": CauseText(
        mark("Sender's details missing"),
        mark("Payments of this size must say who sent them, and this one did not."),
        mark("A specialist has to add what is missing, and writes to you here."),
    ),
    "G06": told_as(NOT_KNOWN, mark("Account not active")),
    "G07": CauseText(
        mark("Deposits not open yet"),
        mark("Your deposit arrived before deposits of this coin were open. It is kept for you."),
        WHEN_OPEN,
    ),
    "G08": CauseText(
        mark("Credited elsewhere in the account"),
        mark(
            "This deposit is credited to your account already, in another product, sub-account or coin than you expected."
        ),
        mark("Please look into the history of your whole account, with all its products."),
        mark("If you cannot find it there, please report it again and say so."),
    ),
}

CLAIM: dict[str, CauseText] = {
    "H01": CauseText(
        mark("Already credited"),
        mark("This deposit has already been credited to your account."),
        mark("Please look into your account's history. Nothing more needs to be done."),
        ANOTHER_HASH,
    ),
    "H02": CauseText(
        mark("Already refunded"),
        mark("This deposit has already been returned, or its return is under way."),
        DONE,
        ANOTHER_HASH,
    ),
    "H03": CauseText(
        mark("Second appeal for the same transfer"),
        mark("You have reported this deposit before, so we go on with both reports in one case."),
        mark("Please follow your other case; everything new appears there."),
    ),
    "H04": told_as(NOT_KNOWN, mark("Claimed by two accounts")),
    "H05": told_as(NOT_KNOWN, mark("Claimant not linked")),
    "H06": CauseText(
        mark("Paid by a third party"),
        mark("This payment seems to have been made by somebody other than you."),
        mark(
            "We ask on this page for a proof that the payment was meant for you. The sender can give it, for instance by a "
            "signature. Once it is accepted, we go on by ourselves."
        ),
    ),
    "H08": CauseText(
        mark("Address of another platform"),
        mark("This payment went to an address that belongs to another platform, not to us."),
        mark("Please ask that platform; they can find it by its hash. We have no key to that address."),
        ANOTHER_HASH,
    ),
    "H09": told_as(NOT_KNOWN, mark("Address given on since")),
    "H10": CauseText(
        mark("Return did not reach its receiver"),
        mark("What we returned to you did not reach the address it was meant for."),
        mark("A specialist looks at it again and writes to you here."),
    ),
    "H11": told_as(NOT_KNOWN, mark("Security changed lately")),
    "H12": told_as(NOT_LINKED, mark("Address had no owner then")),
}
"""H07 stands with what brought nothing to us."""
