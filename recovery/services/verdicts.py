"""A verdict from what was read: our books, what was asked of the chain beside it, the policy in force, the diagnosis.

Three steps, so that no unit of work is open while nodes are asked: :func:`wanted` and :func:`near` say what to ask, the edge
asks it, and :func:`judge` decides.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from chains.catalogue import network as find_network
from chains.neighbours import MOST_ADDRESSES, Near
from chains.survey import SurveyOrder
from chains.surveyed import Survey
from chains.types import Status, Transaction, TransferKind
from recovery.domain.books import Books
from recovery.domain.cause_policy import BUILT_IN, Policy
from recovery.domain.causes.destination_checks import another_account
from recovery.domain.causes.finding import Finding
from recovery.domain.causes.situation import Situation
from recovery.domain.diagnosis import diagnose, legs_to_us
from recovery.queries.books import Asking, read_books

MOST_LEGS = 64
"""Legs that are looked into; what more there is stays unknown."""

LOOKS_THROUGH_ACCOUNTS = frozenset({"solana"})
"""Families where a payment can land on a token account that was taken for a wallet."""


CODE_BY_NETWORK = frozenset({"evm"})
"""Families in which a sender's address can be a contract on one network and nobody's, or somebody else's, on another (V8)."""


@dataclass(frozen=True)
class Verdict:
    """A finding and everything it was made from."""

    finding: Finding
    transaction: Transaction
    books: Books
    survey: Survey
    policy: Policy


def wanted(tx: Transaction, books: Books) -> SurveyOrder | None:
    """What else must be asked of the chain before this transaction can be judged; ``None`` when nothing."""
    if not tx.final or tx.status is not Status.SUCCEEDED:
        return None
    network = find_network(tx.network)
    found = legs_to_us(Situation(tx, network, books, Survey(), BUILT_IN))
    ours = [one for one in found if not another_account(one)]  # how long it takes would tell whose it is
    legs = [one.leg for one in ours if one.leg.kind in (TransferKind.TOKEN, TransferKind.NFT)]
    addresses = [one.leg.recipient for one in ours if one.whose.owner.custody in ("contract", "multisig")]
    if not found and network.family in LOOKS_THROUGH_ACCOUNTS:
        legs = [leg for leg in tx.transfers if leg.kind is TransferKind.TOKEN]
    if not legs and not addresses:
        return None
    if network.family in CODE_BY_NETWORK:
        addresses += [one.leg.sender for one in ours[:MOST_LEGS]]
    return SurveyOrder(tx, tuple(legs[:MOST_LEGS]), tuple(dict.fromkeys(one for one in addresses if one)))


def near(tx: Transaction, books: Books) -> Near | None:
    """Where to look for the payment that was meant, when this is none (A11): only at the claimant's own addresses."""
    if not tx.final or tx.status is not Status.SUCCEEDED or tx.block is None or not books.claimant_addresses:
        return None
    finding = diagnose(tx, find_network(tx.network), books, Survey(), BUILT_IN)
    senders = {leg.sender for leg in tx.transfers if leg.sender} | (
        {tx.fee.payer} if tx.fee and tx.fee.payer else set()
    )
    if finding.cause != "A11" or not senders:
        return None
    return Near(tx.hash, tx.block.height, frozenset(senders), books.claimant_addresses[:MOST_ADDRESSES])


def judge(
    session: Session, tx: Transaction, asking: Asking, survey: Survey, policy: Policy, *, sandbox: bool
) -> Verdict:
    """The finding under ``policy``, with the books as they are now."""
    books = read_books(session, tx, asking, sandbox=sandbox)
    return Verdict(diagnose(tx, find_network(tx.network), books, survey, policy), tx, books, survey, policy)


def holders_of(survey: Survey) -> dict[str, str]:
    """Owners of token accounts that were paid as if they were wallets, as far as the survey knows them."""
    return {account: owner for account, owner in survey.holders.items() if owner}
