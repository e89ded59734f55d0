"""Asking nodes what only they know of a proof: whether a contract accepts a signature, what became of a test transfer."""

from __future__ import annotations

from chains import ownership as signatures
from chains.catalogue import network as find_network
from chains.ownership import Verdict
from chains.types import Network, Reading
from chains.verify import verify
from recovery.jobs.crash import crash_point
from recovery.jobs.evidence import ASK_SECONDS
from recovery.jobs.work import Work
from recovery.queries.ownership import open_transfer
from recovery.services import evidence, ownership
from recovery.services.evidence import seconds_until_next_look
from recovery.services.ownership import Pending
from recovery.services.readings import keep_reading, kept_reading


def check(work: Work) -> None:
    """Ask about everything the case waits for, write what was said, and come back while something cannot be known."""
    with work.database.reading() as session:
        case = work.case(session)
        transfer = open_transfer(session, case.id)
        waiting = ownership.pending(session, case)
        told = (find_network(transfer.network), transfer.id, transfer.hash) if transfer and transfer.hash else None
    crash_point("proof:before_ask")
    reading, fresh = _read(work, told[0], told[2]) if told else (None, False)
    verdicts = [(one, _ask(work, one)) for one in waiting]
    crash_point("proof:after_ask")
    with work.finishing() as session:
        case = work.case(session)
        again = False
        if told is not None and reading is not None:
            if fresh:
                keep_reading(session, reading)
            network, transfer_id, hash = told
            evidence.keep_answers(session, case, network.slug, hash, reading.answers, purpose="test_transfer")
            again = ownership.conclude_transfer(session, case, transfer_id, hash, reading.transaction)
        for one, verdict in verdicts:
            again = ownership.conclude_signature(session, case, one, verdict) or again
        if again:
            looks = int(work.data.get("looks", 0))
            work.again(session, seconds_until_next_look(looks), data={"looks": looks + 1})
    crash_point("proof:after_commit")


def _read(work: Work, network: Network, hash: str) -> tuple[Reading, bool]:
    """What is kept of the transaction, else what the nodes say now; and whether that is new."""
    nodes = work.nodes(network.slug)
    with work.database.reading() as session:
        kept = kept_reading(session, network, hash, [node.label for node in nodes])
    if kept is not None:
        return kept, False
    return verify(network, hash, nodes, timeout=ASK_SECONDS), True


def _ask(work: Work, one: Pending) -> Verdict:
    network = find_network(one.network)
    ask = signatures.asker(network, work.nodes(one.network))
    return signatures.check(network, one.method, one.statement, one.signed, ask)
