"""The job that compares what left our wallets with what the plans know, and looks for what takes too long."""

from __future__ import annotations

import time
import uuid

import structlog

from chains.catalogue import networks
from chains.errors import ChainError, NoNode
from chains.evm.moves import mined_count
from chains.types import Node
from recovery.db import Database
from recovery.jobs.crash import crash_point
from recovery.jobs.standing import plan_standing
from recovery.jobs.work import Work
from recovery.queries.outflows import Wallet, wallets_to_watch
from recovery.services.holds import notice_restore
from recovery.services.outflows import Looked, account_for, forget_others
from recovery.services.waiting import ring_for_what_waits

EVERY_SECONDS = 15.0
ASK_SECONDS = 20.0
"""How long one round may ask: it ends before the lease does. What is left comes first in the next one."""

JOB_ID = uuid.UUID("6f757466-6c6f-7000-8000-000000000001")

COUNTED_BY_NONCE = frozenset({"evm"})
"""Families whose every outgoing transaction of an address is numbered, so that counting finds each."""

log = structlog.get_logger()


def plan_look(database: Database) -> None:
    """See to it that the job exists and is due."""
    plan_standing(database, JOB_ID, "outflow.look")


def look(work: Work) -> None:
    """Ask how much each wallet sent, then compare with the steps known by that time, and come back."""
    with work.database.unit_of_work() as session:
        notice_restore(session)
    with work.database.reading() as session:
        wallets = wallets_to_watch(session)
    crash_point("outflow:before_ask")
    looked = _asked(wallets, work.all_nodes(), int(work.data.get("first", 0)))
    crash_point("outflow:after_ask")
    with work.finishing() as session:
        forget_others(session, wallets)
        for one in looked:
            account_for(session, one)
        ring_for_what_waits(session)
        first = (int(work.data.get("first", 0)) + len(looked)) % max(len(wallets), 1)
        work.again(session, EVERY_SECONDS, data={"first": first})


def _asked(wallets: list[Wallet], nodes: dict[str, tuple[Node, ...]], first: int) -> list[Looked]:
    """What the nodes agree on, wallet after wallet, beginning where the last round ended."""
    until = time.monotonic() + ASK_SECONDS
    first = first % max(len(wallets), 1)
    found = []
    for wallet in (*wallets[first:], *wallets[:first]):
        if time.monotonic() > until:
            break
        found.append(_count(wallet, nodes.get(wallet.network, ())))
    return found


def _count(wallet: Wallet, nodes: tuple[Node, ...]) -> Looked:
    network = networks().get(wallet.network)
    if network is None or network.family not in COUNTED_BY_NONCE:
        return Looked(wallet, trouble="not_watched")
    try:
        return Looked(wallet, mined_count(network, nodes, wallet.address))
    except ChainError as error:
        trouble = "no_node" if isinstance(error, NoNode) else error.code
        if trouble != "no_node":
            log.warning("outflow.not_counted", network=wallet.network, trouble=trouble)
        return Looked(wallet, trouble=trouble)
