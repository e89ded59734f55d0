"""The job that scans: block after block of each network that is to be scanned, whatever was paid to an address of ours."""

from __future__ import annotations

import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

import structlog

from chains.catalogue import networks
from chains.errors import ChainError
from chains.scanning import PaidBlock, paid_in
from chains.types import Network, Node, Status
from chains.verify import probe
from recovery.db import Database
from recovery.domain.actor import SYSTEM
from recovery.jobs.crash import crash_point
from recovery.jobs.standing import plan_standing
from recovery.jobs.work import Work
from recovery.queries.scanning import owned_among, running_cursors
from recovery.services.scanning import ScannedBlock, go_on, open_due, record, step_back

JOB_ID = uuid.UUID("7363616e-0000-7000-8000-000000000001")

ASK_SECONDS = 15.0
"""How long one round may ask, over all networks: it ends before the lease does."""
AT_REST_SECONDS = 15.0
BEHIND_SECONDS = 0.5
MOST_BLOCKS = 100

log = structlog.get_logger()


@dataclass(frozen=True)
class Stretch:
    """Blocks read one after the other. ``broken``: the first one does not stand on the block scanned before.

    ``behind``: more are there to be read. ``trouble`` is the code of what ended it early.
    """

    blocks: tuple[ScannedBlock, ...] = ()
    broken: bool = False
    behind: bool = False
    trouble: str = ""


def plan_scan(database: Database) -> None:
    """See to it that the job exists and is due."""
    plan_standing(database, JOB_ID, "chain.scan")


def scan(work: Work) -> None:
    """Read on where each cursor stands, write down what was found, and come back."""
    with work.database.reading() as session:
        cursors = [
            (row.network, row.next_height, row.last_hash, row.open_after_hours) for row in running_cursors(session)
        ]
    read: list[Stretch] = []
    began, nodes = time.monotonic(), work.all_nodes()
    crash_point("scan:before_ask")
    for n, (slug, height, parent, _) in enumerate(cursors):
        share = (ASK_SECONDS - (time.monotonic() - began)) / (len(cursors) - n)
        network = networks().get(slug)
        if network is None:
            read.append(Stretch(trouble="unknown_network"))
            continue
        read.append(stretch(work.database, network, nodes.get(slug, ()), height, parent=parent, seconds=share))
    crash_point("scan:after_ask")
    with work.finishing() as session:
        for (slug, height, _, hours), found in zip(cursors, read, strict=True):
            if found.trouble:
                log.warning("scan.waiting", network=slug, height=height, trouble=found.trouble)
            if found.broken:
                step_back(session, slug, height, networks()[slug].confirmations)
                continue
            record(session, slug, found.blocks)
            go_on(session, slug, height, found.blocks, found.trouble)
            if hours is not None:
                open_due(session, SYSTEM, slug, hours)
        work.again(session, BEHIND_SECONDS if any(one.behind or one.broken for one in read) else AT_REST_SECONDS)


def stretch(
    database: Database,
    network: Network,
    nodes: Sequence[Node],
    first: int,
    *,
    parent: str = "",
    last: int | None = None,
    seconds: float = ASK_SECONDS,
) -> Stretch:
    """Blocks from ``first`` on: to ``last`` at most, only those deep enough to stay, as many as ``seconds`` allow."""
    deadline = time.monotonic() + seconds
    blocks: list[ScannedBlock] = []
    height = first
    while (last is None or height <= last) and len(blocks) < MOST_BLOCKS:
        left = deadline - time.monotonic()
        if left <= 0:
            return Stretch(tuple(blocks), behind=True)
        try:
            block = paid_in(network, nodes, height, timeout=left)
            if block is None or block.tip - height + 1 < network.confirmations:
                return Stretch(tuple(blocks))
            if parent and block.parent != parent:
                return Stretch(tuple(blocks), broken=not blocks)
            blocks.append(_in_full(database, network, nodes, block, deadline))
        except ChainError as error:
            said = str(error) if str(error) == "scan_not_offered" else error.code
            return Stretch(tuple(blocks), behind=time.monotonic() > deadline, trouble=said)
        parent, height = block.hash, height + 1
    return Stretch(tuple(blocks), behind=last is None)


class Unsettled(ChainError):
    """A transaction of the block cannot be read yet; the block is tried again."""

    code = "transaction_not_readable"


def _in_full(
    database: Database, network: Network, nodes: Sequence[Node], block: PaidBlock, deadline: float
) -> ScannedBlock:
    """The transactions of ``block`` that pay addresses of ours, read in full by all nodes. Raises :class:`Unsettled`.

    One that a node cannot read would be lost for ever if the cursor went on without it.
    """
    named = frozenset().union(*block.paid.values())
    with database.reading() as session:
        ours = owned_among(session, network.slug, named)
    transactions = []
    for hash in (hash for hash, recipients in block.paid.items() if recipients & ours):
        left = max(deadline - time.monotonic(), 1.0)
        transaction = probe(hash, {network: nodes}, timeout=left)[0].transaction
        if transaction.status not in (Status.SUCCEEDED, Status.FAILED):
            raise Unsettled(hash)
        transactions.append(transaction)
    return ScannedBlock(block, tuple(transactions), ours)
