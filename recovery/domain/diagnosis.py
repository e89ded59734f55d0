"""From frozen facts to one cause: an ordered table of small pure checks, each answering yes, no or unknown.

The transaction is judged first (there? final? succeeded?), then each leg to an address of ours; the first rule that
answers yes names the cause. A rule that would decide but cannot know ends the search with no cause: *unknown waits*.
The codes are those of the cause catalogue; what follows from a cause stands in ``workflows.playbooks``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from chains.types import Network, Status, Transaction, Transfer, TransferKind
from recovery.domain.books import Books, KnownAsset, LegHistory, Owner
from recovery.domain.lookalikes import skeleton
from workflows.playbooks import PLAYBOOKS

RULES_VERSION = "2026-11"


class Says(StrEnum):
    """The three answers a check can give."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Check:
    """One question asked, its answer, why, and what shows it (a position, a block, a registry)."""

    name: str
    answer: Says
    why: str
    evidence: str | None = None


@dataclass(frozen=True)
class LegFinding:
    """The cause and outcome of one leg."""

    position: str
    cause: str | None
    outcome: tuple[str, ...]


@dataclass(frozen=True)
class Finding:
    """The diagnosis: one cause (or honestly none), what else is true, and the trace that led there."""

    cause: str | None
    outcome: tuple[str, ...]
    findings: tuple[str, ...]
    conditions: tuple[str, ...]
    legs: tuple[LegFinding, ...]
    checks: tuple[Check, ...]
    confidence: str
    leg: str | None


TransactionRule = Callable[[Transaction, Books], Check]
LegRule = Callable[[Transaction, Transfer, Owner, Books], Check]


def _is(name: str, answer: bool, why: str, evidence: str | None = None) -> Check:
    return Check(name, Says.YES if answer else Says.NO, why, evidence)


def names_too_little(tx: Transaction) -> bool:
    """Whether the reference alone cannot lead to the transaction: its network wants more beside the hash."""
    return tx.status is Status.UNKNOWN and bool({"sender_needed", "extrinsic_index_needed"}.intersection(tx.warnings))


def _incomplete(tx: Transaction, books: Books) -> Check:
    return _is(
        "reference_is_incomplete", names_too_little(tx), "network_wants_more_than_the_hash", ",".join(tx.warnings)
    )


def _unseen(tx: Transaction, books: Books) -> Check:
    if tx.status is Status.UNKNOWN:
        return Check("nodes_answered", Says.UNKNOWN, "no_node_could_say", ",".join(tx.warnings) or None)
    if "test_chain" in tx.warnings and not books.sandbox:
        return Check("nodes_answered", Says.UNKNOWN, "node_is_a_test_chain")
    return _is("nodes_answered", False, "nodes_answered")


def _not_there(tx: Transaction, books: Books) -> Check:
    return _is("not_on_the_chain", tx.status is Status.NOT_FOUND, "hash_unknown_to_healthy_nodes")


def _reorganised(tx: Transaction, books: Books) -> Check:
    gone = "reorganised" in tx.warnings and not tx.final
    return _is("block_was_reorganised", gone, "block_is_not_canonical", tx.block.hash if tx.block else None)


def _pending(tx: Transaction, books: Books) -> Check:
    return _is("not_in_a_block", tx.status is Status.PENDING and tx.block is None, "seen_in_mempool")


def _confirming(tx: Transaction, books: Books) -> Check:
    return _is("not_final", not tx.final, "fewer_confirmations_than_required", f"confirmations:{tx.confirmations}")


def _failed(tx: Transaction, books: Books) -> Check:
    return _is("failed_on_chain", tx.status is Status.FAILED, tx.failure or "failed", "status")


TRANSACTION_RULES: tuple[tuple[str | None, TransactionRule], ...] = (
    ("A01", _incomplete),
    (None, _unseen),
    ("A03", _not_there),
    ("A08", _reorganised),
    ("A04", _pending),
    ("A05", _confirming),
    ("A09", _failed),
)


def _other_case(tx: Transaction, leg: Transfer, owner: Owner, books: Books) -> Check:
    past = books.legs.get(leg.position, LegHistory())
    return _is("claimed_by_another_case", past.claimed_elsewhere, "claim_table", leg.position)


def _credited(tx: Transaction, leg: Transfer, owner: Owner, books: Books) -> Check:
    past = books.legs.get(leg.position, LegHistory())
    mine = past.credited_to is not None and books.claimant in (None, past.credited_to)
    return _is("already_credited", mine, "credit_in_the_books", leg.position)


def _refunded(tx: Transaction, leg: Transfer, owner: Owner, books: Books) -> Check:
    past = books.legs.get(leg.position, LegHistory())
    return _is("already_refunded", past.refunded, "refund_in_the_books", leg.position)


def _our_own_move(tx: Transaction, leg: Transfer, owner: Owner, books: Books) -> Check:
    senders = [other.account for other in books.owners if other.address == leg.sender]
    concerned = books.claimant in (None, owner.account, *senders)  # anybody else would learn whose both addresses are
    return _is("sent_by_ourselves", bool(senders) and concerned, "sender_in_address_book", leg.position)


def _our_wallet(tx: Transaction, leg: Transfer, owner: Owner, books: Books) -> Check:
    return _is("wallet_of_our_own", owner.kind in ("hot", "cold", "gas_tank", "contract"), "address_book", owner.kind)


def _nobody_yet(tx: Transaction, leg: Transfer, owner: Owner, books: Books) -> Check:
    return _is("owned_by_nobody_then", owner.kind == "deposit" and not owner.account, "address_book", leg.position)


def _memo_missing(tx: Transaction, leg: Transfer, owner: Owner, books: Books) -> Check:
    unnamed = owner.kind == "shared" and not owner.account and not leg.memo
    return _is("memo_missing", unnamed, "no_memo_on_the_transfer", leg.position)


def _memo_unknown(tx: Transaction, leg: Transfer, owner: Owner, books: Books) -> Check:
    unnamed = owner.kind == "shared" and not owner.account and bool(leg.memo)
    return _is("memo_unknown", unnamed, "memo_not_in_address_book", leg.position)


def _other_customer(tx: Transaction, leg: Transfer, owner: Owner, books: Books) -> Check:
    other = books.claimant is not None and bool(owner.account) and owner.account != books.claimant
    return _is("address_of_another_account", other, "address_book", leg.position)


def _frozen_account(tx: Transaction, leg: Transfer, owner: Owner, books: Books) -> Check:
    return _is("account_not_active", books.claimant_state != "active", "account_registry")


def _nothing_moved(tx: Transaction, leg: Transfer, owner: Owner, books: Books) -> Check:
    return _is("amount_is_zero", leg.amount == 0, "zero_value", leg.position)


def _not_fungible(tx: Transaction, leg: Transfer, owner: Owner, books: Books) -> Check:
    return _is("not_fungible", leg.kind is TransferKind.NFT, "transfer_kind", leg.position)


def _asset_of(leg: Transfer, books: Books) -> KnownAsset | None:
    return next((asset for asset in books.assets if asset.contract == leg.contract), None)


def _lookalike(tx: Transaction, leg: Transfer, owner: Owner, books: Books) -> Check:
    known = _asset_of(leg, books)
    twins = known is None and leg.symbol is not None and leg.contract is not None
    alike = twins and skeleton(leg.symbol or "") in {skeleton(asset.symbol) for asset in books.assets}
    return _is("symbol_of_a_listed_asset", bool(alike), "asset_registry", leg.contract)


def _contract_address(tx: Transaction, leg: Transfer, owner: Owner, books: Books) -> Check:
    return _is("address_is_a_contract", owner.custody in ("contract", "multisig"), "address_book", leg.position)


def _delisted(tx: Transaction, leg: Transfer, owner: Owner, books: Books) -> Check:
    known = _asset_of(leg, books)
    return _is("delisted", known is not None and known.state in ("delisted", "superseded"), "asset_registry")


def _unlisted(tx: Transaction, leg: Transfer, owner: Owner, books: Books) -> Check:
    return _is("not_listed", _asset_of(leg, books) is None, "asset_registry", leg.contract or "native")


def _too_small(tx: Transaction, leg: Transfer, owner: Owner, books: Books) -> Check:
    known = _asset_of(leg, books)
    small = known is not None and known.minimum is not None and leg.amount < known.minimum
    return _is("below_minimum", small, "asset_registry", str(known.minimum) if known else None)


def _not_open(tx: Transaction, leg: Transfer, owner: Owner, books: Books) -> Check:
    known = _asset_of(leg, books)
    shut = known is not None and (
        known.state == "suspended"
        or (known.deposits_from is not None and tx.block is not None and not _before(known.deposits_from, tx))
    )
    return _is("deposits_not_open", shut, "asset_registry")


def _before(moment: datetime, tx: Transaction) -> bool:
    return tx.block is not None and tx.block.time is not None and moment <= tx.block.time


def _from_contract(tx: Transaction, leg: Transfer, owner: Owner, books: Books) -> Check:
    return _is("moved_by_a_contract", leg.kind is TransferKind.INTERNAL, "trace", leg.position)


def _by_router(tx: Transaction, leg: Transfer, owner: Owner, books: Books) -> Check:
    payer = tx.fee.payer if tx.fee else None
    moved = leg.kind is TransferKind.TOKEN and payer is not None and leg.sender not in (None, payer)
    return _is("moved_by_a_router", moved, "log_sender_is_not_the_payer", leg.position)


def _plain(tx: Transaction, leg: Transfer, owner: Owner, books: Books) -> Check:
    return _is("good_but_not_credited", True, "no_credit_in_the_books", leg.position)


LEG_RULES: tuple[tuple[str, LegRule], ...] = (
    ("H01", _credited),
    ("H02", _refunded),
    ("B08", _other_customer),
    ("H04", _other_case),
    ("B17", _our_own_move),
    ("B11", _our_wallet),
    ("H12", _nobody_yet),
    ("B01", _memo_missing),
    ("B02", _memo_unknown),
    ("G06", _frozen_account),
    ("A11", _nothing_moved),
    ("D10", _not_fungible),
    ("D04", _lookalike),
    ("C03", _contract_address),
    ("D02", _delisted),
    ("D01", _unlisted),
    ("E01", _too_small),
    ("G07", _not_open),
    ("F01", _from_contract),
    ("F02", _by_router),
    ("G02", _plain),
)
"""The first yes decides. Another account's address comes first: a case about a stranger's deposit must not show."""


def diagnose(tx: Transaction, network: Network, books: Books) -> Finding:
    """The finding for a transaction as seen from our books. Pure: the same facts give the same finding for ever."""
    trace: list[Check] = []
    for code, rule in TRANSACTION_RULES:
        check = rule(tx, books)
        trace.append(check)
        if check.answer is Says.UNKNOWN:
            return _finding(None, trace)
        if check.answer is Says.YES:
            return _finding(code, trace)
    ours = [(leg, owner) for leg in tx.transfers for owner in _owners_of(leg, books)]
    if not ours:
        return _no_leg_of_ours(tx, trace)
    return _of_legs(tx, network, books, ours, trace)


def _owners_of(leg: Transfer, books: Books) -> list[Owner]:
    """Whose the recipient is. Of a shared address only the memo tells; without a known one it is nobody's yet."""
    rows = [owner for owner in books.owners if owner.address == leg.recipient]
    shared = [owner for owner in rows if owner.kind == "shared"]
    if not shared:
        return rows
    named = [owner for owner in shared if owner.memo and owner.memo == leg.memo]
    return named or [replace(shared[0], account="", memo="")]


def _no_leg_of_ours(tx: Transaction, trace: list[Check]) -> Finding:
    if "internal_transfers_not_visible" in tx.warnings:
        trace.append(Check("leg_to_us", Says.UNKNOWN, "inner_movements_not_shown"))
        return _finding(None, trace)
    trace.append(_is("leg_to_us", False, "address_book"))
    if not any(leg.amount for leg in tx.transfers):
        trace.append(_is("moves_nothing", True, "no_transfer"))
        return _finding("A11", trace)
    return _finding("B12", trace)


def _of_legs(
    tx: Transaction, network: Network, books: Books, ours: Sequence[tuple[Transfer, Owner]], trace: list[Check]
) -> Finding:
    found: list[tuple[Transfer, Owner, str, list[Check]]] = []
    for leg, owner in ours:
        cause, checks = _of_leg(tx, leg, owner, books)
        found.append((leg, owner, cause, checks))
    decisive = min(found, key=lambda one: _rank(one[2], one[1], books))
    leg, owner, cause, checks = decisive
    legs = tuple(LegFinding(one.position, code, PLAYBOOKS[code].outcome) for one, _, code, _ in found)
    others = tuple(dict.fromkeys(code for _, _, code, _ in found if code != cause))
    extra = _findings(tx, leg, books, cause)
    conditions = _conditions(network, owner, cause)
    return Finding(
        cause=cause,
        outcome=PLAYBOOKS[cause].outcome,
        findings=tuple(dict.fromkeys((*others, *extra))),
        conditions=conditions,
        legs=legs,
        checks=(*trace, *checks),
        confidence="certain",
        leg=leg.position,
    )


def _of_leg(tx: Transaction, leg: Transfer, owner: Owner, books: Books) -> tuple[str, list[Check]]:
    checks: list[Check] = []
    for code, rule in LEG_RULES:
        check = rule(tx, leg, owner, books)
        checks.append(check)
        if check.answer is Says.YES:
            return code, checks
    raise AssertionError("the last rule always answers yes")


_OPEN = ("D01", "D02", "C03", "F01", "F02", "G02", "G07", "E01", "D10", "D04")


def _rank(cause: str, owner: Owner, books: Books) -> tuple[int, int]:
    """The claimant's own open leg decides; without a claimant the first open one."""
    mine = books.claimant is None or owner.account == books.claimant
    return (0 if mine else 1, 0 if cause in _OPEN else 1)


def _findings(tx: Transaction, leg: Transfer, books: Books, cause: str) -> tuple[str, ...]:
    """True beside the cause: an unlisted token can also have come through a contract."""
    more = []
    if leg.kind is TransferKind.INTERNAL and cause != "F01":
        more.append("F01")
    if len([one for one in tx.transfers if one.recipient == leg.recipient]) > 1:
        more.append("F03")
    return tuple(more)


def _conditions(network: Network, owner: Owner, cause: str) -> tuple[str, ...]:
    """What must be proven or prepared before a recovery; empty means direct."""
    if cause in ("B01", "B02"):
        return ("memo_owner_proof",)
    if "SW" not in PLAYBOOKS[cause].outcome:
        return ()
    by_custody = {
        "contract": ("contract_cannot_send",),
        "multisig": ("contract_cannot_send",),
        "third_party": ("third_party_custody",),
        "archived": ("retired_address_key_archive",),
    }
    return tuple(dict.fromkeys((*by_custody.get(owner.custody, ()), *network.conditions)))


def _finding(cause: str | None, trace: Sequence[Check]) -> Finding:
    return Finding(
        cause=cause,
        outcome=PLAYBOOKS[cause].outcome,
        findings=(),
        conditions=(),
        legs=(),
        checks=tuple(trace),
        confidence="unknown" if cause is None else "certain",
        leg=None,
    )
