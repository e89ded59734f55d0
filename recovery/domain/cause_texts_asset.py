"""Causes D: the wrong asset, or one that is special."""

from __future__ import annotations

from recovery.domain.cause_wording import (
    ANOTHER_HASH,
    EITHER,
    LISTED_LATER,
    MOVABLE,
    PROOF,
    RECOVERY,
    SPECIALIST,
    CauseText,
)
from recovery.domain.marking import mark

ASSET: dict[str, CauseText] = {
    "D01": CauseText(
        mark("Unlisted token"),
        mark(
            "Your deposit arrived at your address, but it is a token that we do not list. That is why your "
            "account does not show it."
        ),
        RECOVERY,
        LISTED_LATER,
    ),
    "D02": CauseText(
        mark("Delisted token"),
        mark("Your deposit arrived, but we no longer list this token. That is why your account does not show it."),
        RECOVERY,
        LISTED_LATER,
    ),
    "D03": CauseText(
        mark("Old contract of a token"),
        mark("Your deposit arrived, but in the old form of a token that has since moved to a new contract."),
        RECOVERY,
        mark(
            "If its issuer takes old tokens for new ones, that may be worth more to you. Until the recovery starts you can "
            "withdraw this case."
        ),
    ),
    "D04": CauseText(
        mark("Look-alike token"),
        mark("What arrived is a token that only uses a well-known name. It is not the coin it seems to be."),
        mark("We cannot return or credit it. Please be careful with whoever sent it to you."),
        ANOTHER_HASH,
    ),
    "D05": CauseText(
        mark("Bridged form of a listed coin"),
        mark(
            "Your deposit arrived in a form of the coin that a bridge makes. It is another token than the one we list, so your "
            "account does not show it."
        ),
        RECOVERY,
        LISTED_LATER,
    ),
    "D06": CauseText(
        mark("Token that keeps a part"),
        mark(
            "This token keeps a part of every transfer, so less arrived here than was sent. What arrived is what counts."
        ),
        EITHER,
    ),
    "D07": CauseText(
        mark("Balances change by themselves"),
        mark("Your deposit is a token whose balances grow or shrink by themselves, which our accounts cannot show."),
        mark(
            "A specialist checks whether it can be moved. What counts is the amount at the time it is moved. You get a quote "
            "first, and nothing is charged before you accept it."
        ),
        LISTED_LATER,
    ),
    "D08": CauseText(
        mark("Token that does not keep to the rules"),
        mark("Your deposit is a token that does not answer in the usual way when it is moved."),
        RECOVERY,
        MOVABLE,
    ),
    "D09": CauseText(
        mark("Stopped by its issuer"),
        mark("Your deposit arrived, but the issuer of this token has stopped it from being moved."),
        SPECIALIST,
        mark("Only the issuer can let it move again. Once they do, we can go on."),
    ),
    "D10": CauseText(
        mark("Collectible (NFT)"),
        mark("What arrived is a collectible (NFT), which our accounts cannot show."),
        SPECIALIST,
    ),
    "D11": CauseText(
        mark("Older kind of token (TRC-10)"),
        mark("Your deposit is one of TRON's older tokens, which are named by number and which we do not list."),
        RECOVERY,
        LISTED_LATER,
    ),
    "D12": CauseText(
        mark("Sent to a token account"),
        mark(
            "Your deposit went to a token account that belongs to your deposit address, instead of to the address itself."
        ),
        EITHER,
    ),
    "D13": CauseText(
        mark("Output may carry tokens"),
        mark(
            "Your deposit is a coin that may carry something of its own, such as an inscription or runes. Moved like an "
            "ordinary coin, that could be lost."
        ),
        mark("We leave it untouched. A specialist looks at it and writes to you here."),
        mark("If it turns out to carry nothing, it can be treated like any other coin."),
    ),
    "D14": CauseText(
        mark("Issued asset, not listed"),
        mark(
            "Your deposit is an asset of an issuer whose assets we do not list. On this network a name alone says nothing; the "
            "issuer is what counts."
        ),
        RECOVERY,
        LISTED_LATER,
    ),
    "D15": CauseText(
        mark("Minted, mined or rewarded"),
        mark("Nobody sent these coins: they were newly made, as a reward, an airdrop or a payout of the network."),
        mark("We do not credit coins that came this way to a deposit address. We are sorry that the answer is no."),
        mark("If a payment of yours is missing as well, please report its transaction."),
    ),
    "D16": CauseText(
        mark("A part is hidden"),
        mark("A part of this transaction is hidden by its network, so nobody but sender and receiver can read it."),
        PROOF,
    ),
    "D17": CauseText(
        mark("Share of a pool or vault"),
        mark("Your deposit is a token that stands for a share of a pool or vault. We do not list it."),
        RECOVERY,
        LISTED_LATER,
    ),
    "D18": CauseText(
        mark("Coin wrapped, or shown twice"),
        mark(
            "Your deposit is the network's own coin in the form of a token. It is here, but our books did not see it."
        ),
        EITHER,
    ),
}
