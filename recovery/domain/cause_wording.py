"""What the texts of causes are made of: their shape, and the sentences that many of them share."""

from __future__ import annotations

from dataclasses import dataclass

from recovery.domain.marking import mark


@dataclass(frozen=True)
class CauseText:
    """``title`` for the desk alone; the rest for the depositor, in whole sentences.

    ``happened`` says what became of the deposit, ``next`` what we or they do now, ``changes`` what would change this answer
    (empty where nothing would, or where ``next`` says it).
    """

    title: str
    happened: str
    next: str
    changes: str = ""


BY_ITSELF = mark("We look again by ourselves until it is settled. You need not do anything.")
SPECIALIST = mark("A specialist looks at it and writes to you here.")
RECOVERY = mark(
    "A specialist checks whether the coins can be moved. Then you get a quote with the exact amount "
    "you would receive. Nothing is charged before you accept it."
)
CREDIT = mark("Our clearing team confirms it, then it is credited to your account. This costs you nothing.")
EITHER = mark(
    "If we list this coin on that network, it is credited to your account for nothing. If it has to be sent back, you get a "
    "quote first, and nothing is charged before you accept it."
)
PROOF = mark(
    "We ask you on this page to show that the payment was yours; there you can choose how. Once a proof is accepted, we go "
    "on by ourselves."
)
DONE = mark("Nothing more needs to be done.")
WHEN_OPEN = mark("Once deposits of this coin are open, we look again by ourselves. You need not do anything.")
ANOTHER_HASH = mark("If your wallet shows another transaction for this payment, please report that one.")
NOT_YOURS_TO_SEE = mark(
    "If you have another transaction that paid the address your account shows, please report that one."
)
MOVABLE = mark(
    "If it cannot be moved today, your case stays open, and we look at it again by ourselves once it can be. "
    "Nothing is charged for waiting."
)
LISTED_LATER = mark("If this coin is listed before the recovery starts, it may be credited instead.")

NOT_KNOWN = CauseText(
    mark("Not known yet"),
    mark("We cannot say yet what became of this payment."),
    mark(
        "We keep looking by ourselves, and a specialist takes over where the machine cannot decide. If we need something from "
        "you, we ask for it on this page."
    ),
)
NOT_LINKED = CauseText(
    mark("Address not ours"),
    mark("This payment did not go to a deposit address of your account, so we cannot link it to you."),
    mark(
        "Please compare the address with the one your account shows. If you meant to pay somebody else, they can tell you "
        "whether it arrived. We are sorry that we cannot do more."
    ),
    NOT_YOURS_TO_SEE,
)


def told_as(public: CauseText, title: str) -> CauseText:
    """A cause whose depositor reads no more than another text says: its own would tell whose an address is, or that we wait
    for a decision which must not be talked about."""
    return CauseText(title, public.happened, public.next, public.changes)
