"""Scans in words: why one waits, and what can be refused."""

from __future__ import annotations

from recovery.domain.marking import mark

DETAILS: dict[str, str] = {
    "leg_has_no_customer": mark("No customer who signs in here can answer for this transfer, so it has no case."),
    "scan_not_offered": mark("The blocks of this network cannot be scanned."),
}

SCAN_TROUBLES: dict[str, str] = {
    "no_node": mark("The network has no node."),
    "node_unavailable": mark("No node answers."),
    "node_mistaken": mark("A node answered something that cannot be trusted."),
    "nodes_disagree": mark("The nodes tell different stories."),
    "transaction_not_readable": mark("A transaction of the block cannot be read yet."),
    "scan_not_offered": mark("None of the nodes gives whole blocks."),
    "refused_by_node": mark("A node refused the question."),
    "unknown_network": mark("This network is no more in the list."),
    "reorganised": mark("The chain had another block; the last ones are read again."),
}
