"""A transaction that brought nothing to an address of ours: what was it, then?"""

from __future__ import annotations

from recovery.domain.causes.finding import Check, told
from recovery.domain.causes.situation import Situation, TransactionCheck
from recovery.domain.causes.transaction_checks import INNER_FAILURE
from recovery.domain.lookalikes import look_alike

HIDDEN = (
    "confidential_transfer_not_visible", "mweb_hogex", "mweb_output", "mweb_part_not_visible", "shielded_part_not_visible",
)  # fmt: skip
"""Warnings of a part that its network hides from everybody but its receiver."""


def our_withdrawal(now: Situation) -> Check:
    """H07: a withdrawal of ours. Of another account's nobody is told."""
    claimant = now.books.claimant
    own = [one for one in now.books.withdrawals if one.hash == now.tx.hash]
    theirs = any(claimant in (None, one.account) for one in own)
    ours = claimant is None and any(
        row.address == leg.sender and not row.network for row in now.books.owners for leg in now.tx.transfers
    )
    return told("is_a_withdrawal_of_ours", theirs or ours, "withdrawals_we_sent", now.tx.hash if theirs else None)


def inner_failure(now: Situation) -> Check:
    """A10: around a payment that failed inside, the transaction succeeded."""
    failed = [warning for warning in now.tx.warnings if warning in INNER_FAILURE]
    return told("failed_inside", bool(failed), "inner_execution", ",".join(failed) or None)


def hidden(now: Situation) -> Check:
    """D16: a part is hidden, and it may have been ours."""
    shown = [warning for warning in now.tx.warnings if warning in HIDDEN]
    return told("part_is_hidden", bool(shown), "privacy_of_the_network", ",".join(shown) or None)


def inner_not_shown(now: Situation) -> Check:
    """No cause: the nodes do not show what contracts moved inside, and that may have come to us."""
    blind = [
        warning
        for warning in now.tx.warnings
        if warning
        in (
            "balance_change_unexplained", "effects_not_visible", "events_not_visible", "internal_transfers_disputed",
            "internal_transfers_not_visible", "movements_not_readable", "receiving_transaction_not_visible",
            "token_instruction_not_read", "token_transfers_not_visible", "unreadable_transfer_event", "unreadable_transfer_log",
        )
    ]  # fmt: skip
    return told("leg_to_us", None if blind else False, "inner_movements_not_shown" if blind else "address_book")


def _labelled(now: Situation, *kinds: str) -> str | None:
    """The platform of the first recipient that carries a label of one of these kinds."""
    for leg in now.tx.transfers:
        label = now.books.labels.get(leg.recipient or "")
        if label is not None and label.kind in kinds:
            return label.platform
    return None


def into_a_bridge(now: Situation) -> Check:
    """A12: coins on their way through a bridge, which must deliver them."""
    platform = _labelled(now, "bridge")
    return told("went_into_a_bridge", platform is not None, "labels", platform)


def poisoned(now: Situation) -> Check:
    """B13: an address that begins and ends like one of the claimant's own."""
    alike = next(
        (
            leg.recipient
            for leg in now.tx.transfers
            for own in now.books.claimant_addresses
            if leg.recipient and look_alike(leg.recipient, own)
        ),
        None,
    )
    return told("looks_like_ones_own_address", alike is not None, "address_book", alike)


def to_a_contract(now: Situation) -> Check:
    """B14: sent to a token or another contract, which keeps it."""
    assets = {asset.contract for asset in now.books.assets}
    recipients = {leg.recipient for leg in now.tx.transfers if leg.recipient}
    tokens = [one for one in recipients if one in assets or one in {leg.contract for leg in now.tx.transfers}]
    platform = _labelled(now, "contract")
    return told(
        "went_to_a_contract", bool(tokens) or platform is not None, "labels", platform or ",".join(tokens) or None
    )


def other_entity(now: Situation) -> Check:
    """B15: another house of the same name, or another product."""
    platform = _labelled(now, "platform")
    ours = platform is not None and platform.casefold() in {
        name.casefold() for name in now.policy.parameters.own_entities
    }
    return told("other_house_of_ours", ours, "labels", platform if ours else None)


def other_platform(now: Situation) -> Check:
    """H08: another platform's address."""
    platform = _labelled(now, "platform")
    return told("address_of_another_platform", platform is not None, "labels", platform)


def moves_nothing(now: Situation) -> Check:
    """A11: an approval, a swap, a call: no leg leaves for anybody, or its payer got something back for it."""
    payer = now.tx.fee.payer if now.tx.fee else None
    legs = [leg for leg in now.tx.transfers if leg.amount]
    swapped = payer is not None and {leg.contract for leg in legs if leg.recipient == payer} - {
        leg.contract for leg in legs if leg.sender == payer
    }
    return told("moves_nothing", not legs or bool(swapped and len(legs) > 1), "no_transfer", None)


def not_ours(now: Situation) -> Check:
    """B12: in no book of ours, whatever the time."""
    return told("address_is_not_ours", True, "address_book")


ELSEWHERE_RULES: tuple[tuple[str | None, TransactionCheck], ...] = (
    ("H07", our_withdrawal),
    ("A10", inner_failure),
    ("D16", hidden),
    (None, inner_not_shown),
    ("A12", into_a_bridge),
    ("A11", moves_nothing),
    ("B13", poisoned),
    ("B15", other_entity),
    ("H08", other_platform),
    ("B14", to_a_contract),
    ("B12", not_ours),
)
"""Asked when no leg comes to an address of ours; the first yes decides, an unknown ends the search."""
