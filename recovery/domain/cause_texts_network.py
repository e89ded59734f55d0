"""Causes C: another network, or another way of writing an address."""

from __future__ import annotations

from recovery.domain.cause_wording import DONE, EITHER, MOVABLE, RECOVERY, CauseText
from recovery.domain.marking import mark

NETWORK: dict[str, CauseText] = {
    "C01": CauseText(
        mark("Another network that we run"),
        mark("Your deposit arrived at your address, but on another network than the one the address was shown for."),
        EITHER,
    ),
    "C02": CauseText(
        mark("Network that we do not run"),
        mark(
            "Your deposit is at your address, but on a network on which we take no deposits. The coins are still there."
        ),
        RECOVERY,
        MOVABLE,
    ),
    "C03": CauseText(
        mark("Contract address, not on this network"),
        mark(
            "Your deposit address works as a contract. On the network you used it may not exist yet, or it cannot send this "
            "coin. The coins stay where they are."
        ),
        RECOVERY,
        MOVABLE,
    ),
    "C04": CauseText(
        mark("Same key on a sister of Bitcoin"),
        mark("Your coins went to your address as another network of Bitcoin's family writes it. They are still there."),
        RECOVERY,
        MOVABLE,
    ),
    "C05": CauseText(
        mark("Fork coins on a witness script"),
        mark(
            "Your coins are of a network that does not know the kind of address they were sent to. They are there, but hard "
            "to move."
        ),
        RECOVERY,
        MOVABLE,
    ),
    "C06": CauseText(
        mark("Same key under another prefix"),
        mark("Your coins went to your address as a related network writes it. They are still there."),
        RECOVERY,
        MOVABLE,
    ),
    "C07": CauseText(
        mark("TRON and EVM twin"),
        mark(
            "Your coins went to the same key as your deposit address, but on another kind of network. They are still there."
        ),
        EITHER,
    ),
    "C08": CauseText(
        mark("Network was shut down"),
        mark(
            "Your coins are on a network that has been shut down. They can only be reached through its claim process."
        ),
        RECOVERY,
        MOVABLE,
    ),
    "C09": CauseText(
        mark("Same payment on two networks"),
        mark("The same payment happened on two networks that split from each other, so there are two deposits."),
        RECOVERY,
        mark("The deposit on the other network is a matter of its own. Please report it as well, if you miss it."),
    ),
    "C10": CauseText(
        mark("Test network"),
        mark("This transaction is on a test network. Its coins are made for trying things out and have no value."),
        DONE,
        mark("If you also paid on the real network, please report that transaction."),
    ),
    "C11": CauseText(
        mark("Sender is a stand-in address"),
        mark(
            "Your payment came from the network below this one. Its sender address is only a stand-in there, so nothing may "
            "be sent back to it."
        ),
        RECOVERY,
    ),
}
