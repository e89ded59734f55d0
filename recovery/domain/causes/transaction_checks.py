"""Is it there, is it final, did it happen? Asked of the transaction before anybody's leg is looked at."""

from __future__ import annotations

from chains.types import Status, Transaction
from recovery.domain.causes.finding import Check, told
from recovery.domain.causes.situation import Situation, TransactionCheck

NODE_TROUBLE = frozenset(
    {
        "finalized_block_not_visible", "history_not_visible", "no_node", "no_node_answers", "node_behind", "node_inconsistent",
        "node_syncing", "node_without_index", "nodes_disagree", "receipt_not_visible", "tip_not_visible", "too_few_nodes_agree",
        "wrong_chain",
    }
)  # fmt: skip
"""Warnings that tell of a node, not of the transaction (A13)."""

INNER_FAILURE = ("inner_execution_failed", "bounced")
"""Warnings of a transaction that succeeded around a payment that did not."""


def names_too_little(tx: Transaction) -> bool:
    """Whether the reference alone cannot lead to the transaction: its network wants more beside the hash."""
    return tx.status is Status.UNKNOWN and bool({"sender_needed", "extrinsic_index_needed"}.intersection(tx.warnings))


def incomplete(now: Situation) -> Check:
    """A01: the network wants more than the hash, or the hash is a block's."""
    of_a_block = now.tx.status is Status.NOT_FOUND and "hash_of_a_block" in now.tx.warnings
    return told(
        "reference_is_incomplete",
        of_a_block or names_too_little(now.tx),
        "hash_of_a_block" if of_a_block else "network_wants_more_than_the_hash",
        ",".join(now.tx.warnings) or None,
    )


def overtaken(now: Situation) -> Check:
    """A07: it waited and another transaction took its place, or spends what it wanted to spend."""
    if "conflicted" in now.tx.warnings and now.tx.status is not Status.UNKNOWN:
        return told("replaced_by_another", True, "its_inputs_are_spent_elsewhere", now.books.replaced_by)
    waited = any(not sighting.in_block for sighting in now.books.sightings)
    if now.tx.status not in (Status.NOT_FOUND, Status.UNKNOWN) or not waited:
        return told("replaced_by_another", False, "no_earlier_look_saw_it_waiting")
    if now.books.replaced is None and now.tx.status is Status.NOT_FOUND:
        return told("replaced_by_another", None, "whether_it_was_replaced_is_not_visible")
    return told(
        "replaced_by_another", bool(now.books.replaced), "an_earlier_look_saw_it_waiting", now.books.replaced_by
    )


def reorganised(now: Situation) -> Check:
    """A08: an earlier look saw it in a block that is no longer on the chain."""
    tx = now.tx
    before = [sighting for sighting in now.books.sightings if sighting.in_block]
    if "reorganised" in tx.warnings and not tx.final and tx.status is not Status.UNKNOWN:
        return told("block_was_reorganised", True, "block_is_not_canonical", tx.block.hash if tx.block else None)
    if before and tx.status in (Status.NOT_FOUND, Status.PENDING) and tx.block is None:
        return told("block_was_reorganised", True, "an_earlier_look_saw_its_block", before[-1].block_hash)
    moved = (
        not tx.final
        and tx.block is not None
        and bool(tx.block.hash)
        and any(sighting.block_hash not in (None, "", tx.block.hash) for sighting in before)
    )
    return told("block_was_reorganised", moved, "block_is_not_canonical", tx.block.hash if tx.block else None)


def unseen(now: Situation) -> Check:
    """No cause: no node could honestly say."""
    if now.tx.status is Status.UNKNOWN:
        return told("nodes_answered", None, "no_node_could_say", ",".join(now.tx.warnings) or None)
    if "test_chain" in now.tx.warnings and not now.books.sandbox:
        return told("nodes_answered", None, "node_is_a_test_chain")
    return told("nodes_answered", False, "nodes_answered")


def not_there(now: Situation) -> Check:
    """A03: healthy and complete nodes do not know it."""
    return told("not_on_the_chain", now.tx.status is Status.NOT_FOUND, "hash_unknown_to_healthy_nodes")


def waiting(now: Situation) -> Check:
    """A04: seen, but in no block."""
    return told("not_in_a_block", now.tx.status is Status.PENDING and now.tx.block is None, "seen_in_mempool")


def confirming(now: Situation) -> Check:
    """A05: in a block, not yet deep enough; also newly mined coins before they may move."""
    immature = "coinbase_immature" in now.tx.warnings
    return told(
        "not_final",
        not now.tx.final or immature,
        "fewer_confirmations_than_required",
        f"confirmations:{now.tx.confirmations}",
    )


def failed(now: Situation) -> Check:
    """A09: it failed as a whole."""
    return told("failed_on_chain", now.tx.status is Status.FAILED, "failed", "status")


TRANSACTION_RULES: tuple[tuple[str | None, TransactionCheck], ...] = (
    ("A01", incomplete),
    ("A07", overtaken),
    ("A08", reorganised),
    (None, unseen),
    ("A03", not_there),
    ("A04", waiting),
    ("A05", confirming),
    ("A09", failed),
)
"""The first yes decides; an unknown ends the search."""
