"""Causes B: the right network, but the wrong address, memo or owner."""

from __future__ import annotations

from recovery.domain.cause_wording import (
    CREDIT,
    EITHER,
    NOT_KNOWN,
    NOT_LINKED,
    NOT_YOURS_TO_SEE,
    CauseText,
    told_as,
)
from recovery.domain.marking import mark

ROUTING: dict[str, CauseText] = {
    "B01": told_as(NOT_KNOWN, mark("Memo or tag missing")),
    "B02": told_as(NOT_KNOWN, mark("Memo or tag unknown")),
    "B03": told_as(NOT_LINKED, mark("Memo or tag of another account")),
    "B04": CauseText(
        mark("Memo mistyped, owner clear"),
        mark(
            "The memo or tag of your payment was written a little differently than ours, so our books did not "
            "recognise it. It can only mean your account."
        ),
        CREDIT,
    ),
    "B05": CauseText(
        mark("Memo inside the address"),
        mark("Your payment carried its memo or tag inside the address, where our books did not look."),
        CREDIT,
    ),
    "B06": CauseText(
        mark("Memo inside the token, or unreadable"),
        mark("Your payment carries its memo or tag in a place, or in a form, that our books could not read."),
        mark(
            "If the memo can be read now, the deposit is credited to your account. If not, we ask you on this page to show "
            "that the payment was yours, and go on once a proof is accepted."
        ),
    ),
    "B07": CauseText(
        mark("Token arrived without notice"),
        mark(
            "Your tokens arrived without the notice that wallets on this network usually send, so our books missed them."
        ),
        CREDIT,
    ),
    "B08": told_as(NOT_LINKED, mark("Address of another account")),
    "B09": CauseText(
        mark("Retired address"),
        mark(
            "Your payment went to an earlier deposit address of your account, which is no longer shown. It is still yours."
        ),
        EITHER,
        mark("For your next deposit, please use the address that your account shows now."),
    ),
    "B10": CauseText(
        mark("Account is closed"),
        mark("Your deposit arrived after your account had been closed, so it could not be credited."),
        mark(
            "A specialist checks how it can be returned to you. Then you get a quote with the exact amount you would receive. "
            "Nothing is charged before you accept it."
        ),
    ),
    "B11": told_as(NOT_KNOWN, mark("Own system address")),
    "B12": NOT_LINKED,
    "B13": CauseText(
        mark("Look-alike address"),
        mark(
            "This payment went to an address that looks like your deposit address, but differs in the middle. Such addresses "
            "are made on purpose, to be copied by mistake."
        ),
        mark(
            "We have no way to bring it back, and we are sorry. Please always copy your address from your account, and "
            "never from a list of past payments."
        ),
        NOT_YOURS_TO_SEE,
    ),
    "B14": CauseText(
        mark("Sent to a contract"),
        mark(
            "This payment went to the contract of a token or another program, and not to your deposit address. What such a "
            "contract receives, it usually keeps."
        ),
        mark(
            "We have no key to it and cannot bring it back, and we are sorry. Whoever issued the token may be able to help."
        ),
        NOT_YOURS_TO_SEE,
    ),
    "B15": CauseText(
        mark("Another house or product of ours"),
        mark("This payment went to a company or product beside ours that keeps its own books."),
        mark("A specialist finds out who can help you there and writes to you here."),
    ),
    "B16": CauseText(
        mark("Withdrawal that came back"),
        mark("This is a withdrawal of yours that its receiver sent back to us."),
        mark("Our clearing team compares the two payments. Then what came back is credited to your account."),
    ),
}
"""By code; B17 stands with what brought nothing to us."""
