"""Labelled cases of real transactions, from recorded answers of real nodes; skipped where ``RECOVERY_CORPUS`` names none.

Every payment on record that ended well gets one kind of case after the other; its label follows from how it was delivered.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator

import pytest

from chains.address import check_address
from chains.catalogue import network
from chains.types import Status, Transaction, Transfer, TransferKind
from recovery.db import Database
from tests.chains.scene import Answers
from tests.recovery.labelled.ledger import Question, exchange, verdict
from tests.recovery.labelled.payments import Payment
from tests.recovery.labelled.playing import SILENT, Plays, read
from tests.recovery.labelled.templates import Case, cases_of

CORPUS = os.environ.get("RECOVERY_CORPUS")
pytestmark = pytest.mark.skipif(not CORPUS, reason="RECOVERY_CORPUS is not set")
LEFT_OUT = ("memos", "returned", "one_of_several", "look_alike", "state_of_the_platform", "withdrawals_of_ours")
"""Kinds that need to know more of a payment than its record tells (its memo, its other legs, its symbol)."""


def _records() -> Iterator[tuple[str, str, Answers]]:
    """Network, hash and the node that shows it."""
    from tests.chains.solana import test_corpus as solana
    from tests.chains.solana.node import Known, node
    from tests.chains.xrpl import test_corpus as xrpl

    for _, bad, answer in xrpl.every():
        if not bad and answer["hash"]:
            yield "xrpl", str(answer["hash"]).upper(), xrpl.node(answer)
    known, _ = getattr(solana.answers, "__wrapped__", solana.answers)()
    for signature, answer in known.items():
        yield "solana", signature, node(Known({signature: answer}, slot=answer["slot"] + 9))


def _payments() -> Iterator[Payment]:
    for slug, reference, answers in _records():
        truth = Plays(answers)
        tx = read(network(slug), [truth], reference)
        leg = _single(tx)
        if leg is None or tx.warnings and set(tx.warnings) - {"block_hash_not_visible", "chain_identity_not_visible"}:
            continue
        routed = leg.kind is TransferKind.TOKEN and tx.fee is not None and leg.sender not in (None, tx.fee.payer)
        plain = "F01" if leg.kind is TransferKind.INTERNAL else "F02" if routed else "G02"
        odd = "D14" if slug == "xrpl" and leg.contract is not None else "D01"
        yield Payment(network(slug), "record", reference, truth, SILENT, None, tx, leg, plain, odd)


def _single(tx: Transaction) -> Transfer | None:
    """The only leg of a settled payment, where it is one between two addresses."""
    settled = tx.status is Status.SUCCEEDED and tx.final and tx.block is not None and tx.block.time is not None
    leg = tx.transfers[0] if settled and len(tx.transfers) == 1 else None
    if leg is None or leg.sender in (None, leg.recipient) or leg.amount == 0 or leg.kind is TransferKind.NFT:
        return None
    valid = all(check_address(network(tx.network), str(side)).valid for side in (leg.sender, leg.recipient))
    return leg if valid else None


def _cases() -> Iterator[Case]:
    for number, p in enumerate(_payments()):
        fitting = [case for case in cases_of(p) if not case.name.startswith(LEFT_OUT)]
        yield from (fitting[(number * 3 + n) % len(fitting)] for n in range(3))


@pytest.fixture(scope="module")
def database(module_database_url: str) -> Iterator[Database]:
    opened = Database(module_database_url)
    yield opened
    opened.close()


def test_recorded_payments(database: Database, capsys: pytest.CaptureFixture[str]) -> None:
    wrong, causes = [], Counter[str]()
    for case in _cases():
        p = case.payment
        question = Question(p.network.slug, p.reference, case.claimant, case.named_network, case.claimed_amount)
        with exchange(database, case.registries) as session:
            found = verdict(session, question, [p.truth])
            unseen = verdict(session, question, [p.truth, SILENT])
        causes[f"{p.network.slug} {found.cause}"] += 1
        if (found.cause, found.outcome) != (case.expected.cause, case.expected.outcome):
            wrong.append((p.network.slug, p.reference, case.name, found.cause, found.outcome, case.expected))
        if not (case.settled and unseen.cause in ("H01", "H02")) and (unseen.cause, unseen.outcome) != (None, ("WT",)):
            wrong.append((p.network.slug, p.reference, case.name, "unseen", unseen.cause, case.expected))
    with capsys.disabled():
        print(f"\n{causes.total()} cases of recorded payments: {dict(sorted(causes.items()))}")
    assert not wrong, wrong[:20]
    assert causes.total() >= 100
