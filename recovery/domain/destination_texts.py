"""What is said of refund addresses, their change, and the notices about it."""

from __future__ import annotations

from recovery.domain.marking import mark

REMARKS: dict[str, str] = {
    "destination_not_usable": mark(
        "A refund cannot be sent to this address. Please give an address of a wallet of your own, not a deposit address "
        "at any platform."
    ),
    "refund_not_foreseen": mark("For a case like this one no refund is foreseen."),
    "destination_not_proven": mark(
        "In this case coins are sent only to an address whose control you have proven. Please give that one."
    ),
    "destination_not_source": mark(
        "In this case coins are sent only back to the address they came from. Please give that one."
    ),
    "source_not_safe": mark(
        "We cannot send coins back to where they came from: it cannot be made sure that they reach you there. Please give "
        "an address of your own wallet."
    ),
    "destination_not_asked": mark(
        "We could not yet ask the network whether this address can receive your coins. We keep trying; please look again "
        "in a minute. Nothing was changed."
    ),
    "destination_cannot_be_asked": mark(
        "On this network nobody can tell beforehand whether an address takes these coins. Please make sure in your wallet "
        "that it does."
    ),
    "destination_is_contract": mark(
        "A contract stands at this address. Coins reach you there only if it is a wallet of your own; a deposit address at "
        "a platform may lose them."
    ),
    "destination_looks_alike": mark(
        "This address begins and ends like another one you have used, and is not the same. Such addresses are made so that "
        "the wrong one is copied. Please compare every character."
    ),
    "destination_is_the_same": mark("The refund goes to this address already."),
    "notice_was_used": mark("This was said before; the link works once."),
    "destination_confirm": mark("Please read the remarks about this address and confirm that it is the right one."),
    "destination_needs_account": mark(
        "There is no account at this address yet, and this payment cannot open one. Please open it in your wallet first."
    ),
    "destination_needs_association": mark(
        "This account is not associated with the token. Please associate it in your wallet, then try again."
    ),
    "destination_needs_authorization": mark(
        "The issuer of this token has not allowed this account to hold it. Please give another address."
    ),
    "destination_needs_deposit_authorization": mark(
        "This account takes payments only from those it has named. Please switch that off, or give another address."
    ),
    "destination_needs_more_coins": mark(
        "The amount is less than the network lets such an address receive. Please give an address that is already in use."
    ),
    "destination_needs_opt_in": mark(
        "This account has not opted in to the token. Please add the token in your wallet, then try again."
    ),
    "destination_needs_other_address": mark(
        "Nobody could move coins away from this address, or it refuses them. Please give an address of your own wallet."
    ),
    "destination_needs_room": mark(
        "This account's own limit for the token would be exceeded. Please raise it in your wallet, then try again."
    ),
    "destination_needs_storage_deposit": mark(
        "This account is not registered with the token. Please register it in your wallet, then try again."
    ),
    "destination_needs_tag": mark(
        "This account asks for a tag with every payment, and a refund carries none. Please give an address of your own "
        "wallet that needs none."
    ),
    "destination_needs_trust_line": mark(
        "This account has no trust line for the token. Please add the token in your wallet, then try again."
    ),
    "destination_needs_unfrozen_tokens": mark(
        "The token is frozen at this address. Please give another address of your own wallet."
    ),
}
"""Remark → the sentence for the depositor. None of them says whose an address is."""

TRANSITIONS: dict[str, str] = {
    "change_destination": mark("Change the refund address"),
    "deny_destination": mark("Undo a change that was not the owner's"),
    "clear_denial": mark("Allow changes of the refund address again"),
}

EVENTS: dict[str, str] = {
    "change_destination": mark("Refund address changed"),
    "deny_destination": mark("Change of the refund address denied by its owner"),
    "clear_denial": mark("Changes of the refund address allowed again"),
}

PUBLIC_EVENTS: dict[str, str] = {
    "change_destination": mark("The refund address was changed"),
    "deny_destination": mark("A change of the refund address was reported and undone"),
}

WHY_NOT: dict[str, str] = {
    "destination_is_safe": mark(
        "The refund address is not the one the owner agreed to, or it can no longer be paid to. A lead must look."
    ),
    "cooling_is_over": mark("The refund address or the account's security was changed lately; nothing is paid yet."),
    "no_denial_is_open": mark("A change of the refund address was reported as not the owner's. We look at it first."),
    "denial_is_open": mark("No change of the refund address was denied."),
}

PROBLEMS: dict[str, str] = {
    "destination_differs": mark("The refund address is not the one the owner agreed to"),
    "history_is_broken": mark("The history of the case was altered"),
    "denial_is_open": mark("The owner denied a change of the refund address"),
}

NOTICES: dict[str, tuple[str, str]] = {
    "destination_changed": (
        mark("The refund address of your case was changed"),
        mark(
            "The refund of case %(case)s now goes to %(address)s. If this was you, nothing needs to be done. If it was not, "
            "say so here, without signing in; the change is undone and the refund is stopped: %(link)s"
        ),
    ),
}
"""Kind of a notice → (subject, text)."""
