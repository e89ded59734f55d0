"""Where it went: whose the address is, by the book of that time, by memo, by twin; and who may know."""

from __future__ import annotations

from collections.abc import Callable

from recovery.domain.causes.finding import Check, told
from recovery.domain.causes.situation import LegSituation
from recovery.domain.causes.whose import paid_at
from recovery.domain.returned import Incoming, ReturnPolicy, SentWithdrawal, match_returned

EVM_LIKE = frozenset({"evm", "tron"})
HIDDEN_MEMO = ("memo_encrypted", "memo_unreadable", "memo_not_visible", "memo_not_certain", "several_memos")


def nothing_moved(now: LegSituation) -> Check:
    """A11: a transfer of nothing to an address of ours, as address poisoners make."""
    return told("amount_is_zero", now.leg.amount == 0, "zero_value", now.leg.position)


def our_withdrawal(now: LegSituation) -> Check:
    """H07: the claimant's own withdrawal, of which this leg is the change or the part that reached another customer."""
    claimant = now.books.claimant
    theirs = any(claimant in (None, one.account) for one in _sent_here(now))
    elsewhere = now.whose.standing == "role" or (claimant is not None and now.whose.account != claimant)
    return told("is_a_withdrawal_of_ours", theirs and elsewhere, "withdrawals_we_sent", now.tx.hash if theirs else None)


def _sent_here(now: LegSituation) -> list[SentWithdrawal]:
    """The withdrawals that this transaction carried out."""
    return [one for one in now.books.withdrawals if one.hash == now.tx.hash]


def our_own_move(now: LegSituation) -> Check:
    """B17: from one of our addresses to another, unless it is a customer's withdrawal to that address, which is a deposit."""
    senders = [row.account for row in now.books.owners if not row.network and row.address == now.leg.sender]
    own = now.whose.account or now.whose.owner.account
    parties = [own, *senders]
    concerned = now.books.claimant in (None, *parties) or not any(parties)  # else one learns whose both addresses are
    for_customer = any(one.destination == now.leg.recipient for one in _sent_here(now))
    ours = bool(senders) and concerned and not for_customer
    return told("sent_by_ourselves", ours, "sender_in_address_book", now.leg.position)


def another_account(now: LegSituation) -> bool:
    """Whether the destination belongs, or by memo belonged, to somebody who is not the claimant."""
    account = now.whose.account
    return now.books.claimant is not None and bool(account) and account != now.books.claimant


def anothers_and_credited(now: LegSituation) -> Check:
    """B03: another account's memo or address, and credited there."""
    shown = another_account(now) and now.past.credited_to == now.whose.account
    return told("memo_of_another_account", shown, "credit_in_the_books", now.leg.position)


def given_on(now: LegSituation) -> Check:
    """H09: the address changed hands since: whoever owned it at the time of the payment decides."""
    later = now.whose.next
    changed = now.whose.standing == "owned" and later is not None
    asks = now.books.claimant in (None, now.whose.account, later.account if later else None)
    return told("address_given_to_another_since", changed and asks, "address_book", now.leg.position)


def not_yet_owned(now: LegSituation) -> Check:
    """H12: at the time of the payment the address was nobody's: before it was given out, or between two owners."""
    later = now.whose.next
    between = now.whose.standing == "retired" and later is not None and later.account != now.whose.account
    asks = between and later is not None and now.books.claimant in (None, now.whose.account, later.account)
    nobody = now.whose.standing in ("not_yet", "nobody")
    return told("owned_by_nobody_then", nobody or asks, "address_book", now.leg.position)


def another_customer(now: LegSituation) -> Check:
    """B08: the address of another customer."""
    return told("address_of_another_account", another_account(now), "address_book", now.leg.position)


def partial_payment(now: LegSituation) -> Check:
    """E04: the payment names more than it delivered."""
    return told("partial_payment", "partial_payment" in now.tx.warnings, "delivered_amount", now.leg.position)


def returned_withdrawal(now: LegSituation) -> Check:
    """B16: a withdrawal of ours that its receiver sent back to a wallet of ours."""
    match = best_return(now)
    return told("is_a_returned_withdrawal", match is not None, "withdrawals_we_sent", match)


def best_return(now: LegSituation) -> str | None:
    """The hash of the withdrawal that came back in this leg, when exactly one account's fits."""
    if now.whose.standing != "role" or now.whose.owner.kind not in ("hot", "cold") or now.leg.sender is None:
        return None
    rules = now.all.policy.parameters
    platforms = {address: label.platform for address, label in now.books.labels.items() if label.kind == "platform"}
    incoming = Incoming(now.tx.hash, now.leg.sender, now.leg.contract, now.leg.amount, paid_at(now.tx, now.books))
    policy = ReturnPolicy(rules.returned_less_percent * 100, rules.returned_within_days)
    found = match_returned(incoming, now.books.withdrawals, platforms, policy)
    if found.account is None or now.books.claimant not in (None, found.account):
        return None
    return found.matches[0].withdrawal.hash


def known_at_source(now: LegSituation) -> bool:
    """Whether we sent a withdrawal of the claimant to the sender before."""
    claimant = now.books.claimant
    return claimant is not None and any(
        one.account == claimant and one.destination == now.leg.sender for one in now.books.withdrawals
    )


def linked_to_source(now: LegSituation) -> bool:
    """Whether the claimant is known at the source, or proved that it is theirs."""
    proven = any(proof.kind == "source" and proof.address == now.leg.sender for proof in now.books.proofs)
    return proven or known_at_source(now)


def not_linked(now: LegSituation) -> Check:
    """H05: nothing links the claimant to either end of a payment to an address that many share or that has a role."""
    by_role = now.whose.standing == "role" and now.whose.owner.kind in ("cold", "contract")
    shared = now.whose.standing == "shared"
    unlinked = now.books.claimant is not None and not known_at_source(now)
    return told("claimant_not_linked", unlinked and (by_role or shared), "no_link_to_either_end", now.leg.position)


def our_wallet(now: LegSituation) -> Check:
    """B11: a wallet of our own that is not meant for deposits."""
    ours = now.whose.standing in ("role", "shared")
    return told("wallet_of_our_own", ours, "address_book", now.whose.owner.kind if ours else None)


def memo_hidden(now: LegSituation) -> Check:
    """B06: a memo there is, but it cannot be read; or a token carried it where books do not look."""
    unread = now.whose.standing in ("memo_missing", "memo_unknown") and any(
        warning in now.tx.warnings for warning in HIDDEN_MEMO
    )
    named = now.whose.owner.kind == "shared" and now.whose.standing == "owned"
    inside = named and now.leg.contract is not None and now.all.network.family in ("ton", "solana", "near")
    return told("memo_inside_the_token", unread or inside, "memo_of_the_token", now.leg.position)


def memo_missing(now: LegSituation) -> Check:
    """B01: a shared address and no memo."""
    return told("memo_missing", now.whose.standing == "memo_missing", "no_memo_on_the_transfer", now.leg.position)


def memo_unknown(now: LegSituation) -> Check:
    """B02: a memo that is nobody's, or could be that of several."""
    unknown = now.whose.standing in ("memo_unknown", "memo_ambiguous")
    return told("memo_unknown", unknown, "memo_not_in_address_book", now.leg.position)


def memo_mistyped(now: LegSituation) -> Check:
    """B04: the memo means exactly one account once it is read as people type."""
    return told("memo_mistyped", now.whose.standing == "memo_normalised", "memo_read_generously", now.leg.position)


def memo_in_address(now: LegSituation) -> Check:
    """B05: the address itself carried the memo."""
    named = now.whose.owner.kind == "shared" and now.whose.standing == "owned"
    return told("memo_in_address", named and "memo_in_address" in now.tx.warnings, "destination", now.leg.position)


def not_notified(now: LegSituation) -> Check:
    """B07: a jetton that came without telling its receiver."""
    silent = "no_transfer_notification" in now.tx.warnings and now.leg.contract is not None
    return told("came_without_notice", silent, "messages", now.leg.position)


def retired_address(now: LegSituation) -> Check:
    """B09: an address of the claimant that was given up before the payment."""
    return told("address_was_retired", now.whose.standing == "retired", "address_book", now.leg.position)


def _twin(now: LegSituation, fits: Callable[[str, str], bool]) -> bool:
    """Whether the row is of a network whose family fits with that of the transaction."""
    return now.whose.twin and fits(now.all.network.family, now.whose.owner.family)


def contract_address(now: LegSituation) -> Check:
    """C03: the address is a contract of ours, and on this network it may not exist, or not be able to send."""
    custody = now.whose.owner.custody in ("contract", "multisig")
    there = now.all.survey.code.get(now.leg.recipient or "")
    elsewhere = custody and _twin(now, lambda here, other: {here, other} <= EVM_LIKE)
    stuck = custody and not now.whose.twin and now.whose.owner.custody == "contract" and not now.listed
    shown = None if there is None else f"code:{str(there).lower()}"
    return told("address_is_a_contract", elsewhere or stuck, "address_book", shown)


def other_evm(now: LegSituation) -> Check:
    """C01: the same address on another network of the same kind, which we run."""
    same = _twin(now, lambda here, other: here == other == "evm")
    return told("address_of_another_network", same and now.books.network_run, "address_book", now.whose.owner.network)


def evm_not_run(now: LegSituation) -> Check:
    """C02: the same address on a network of the same kind that we do not run."""
    same = _twin(now, lambda here, other: here == other == "evm")
    return told("network_not_run", same and not now.books.network_run, "registries", now.tx.network)


def tron_twin(now: LegSituation) -> Check:
    """C07: the key of a TRON address on an EVM network, or the other way round."""
    return told(
        "twin_of_tron_and_evm", _twin(now, lambda a, b: {a, b} == EVM_LIKE), "address_book", now.whose.owner.network
    )


def script_twin(now: LegSituation) -> Check:
    """C05: coins of a fork on the script of a witness wallet, on a network without witnesses."""
    forked = (
        _twin(now, lambda a, b: a == b == "utxo") and now.whose.owner.script and "hrp" not in now.all.network.params
    )
    return told("witness_script_elsewhere", forked, "address_book", now.whose.owner.network)


def utxo_twin(now: LegSituation) -> Check:
    """C04: the same key or script, written alike or not, on another network of Bitcoin's family."""
    return told("twin_of_utxo", _twin(now, lambda a, b: a == b == "utxo"), "address_book", now.whose.owner.network)


def other_twin(now: LegSituation) -> Check:
    """C06: the same key under another prefix (SS58, bech32)."""
    return told("twin_of_prefix", now.whose.twin, "address_book", now.whose.owner.network)


def retired_chain(now: LegSituation) -> Check:
    """C08: the network has been shut down."""
    return told("network_was_shut_down", now.all.network.retired is not None, "catalogue", now.tx.network)
