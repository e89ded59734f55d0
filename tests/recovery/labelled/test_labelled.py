"""Every labelled case, end to end: nodes, decoder, registries, database, verdict; and each again with nodes that fail.

``pytest -s`` prints how many there are of each family and cause. ``RECOVERY_LABELLED=all`` tries every case on every payment
it fits (several thousand), instead of on some of each family.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace

import pytest

from recovery.db import Database
from recovery.domain.causes.finding import Finding
from tests.chains.test_conformance import ROWS
from tests.recovery.labelled.ledger import Question, exchange, note_earlier_looks, verdict
from tests.recovery.labelled.playing import SILENT, Plays
from tests.recovery.labelled.states import State, states
from tests.recovery.labelled.templates import Case, chosen

CASES = chosen(everything=os.environ.get("RECOVERY_LABELLED") == "all")
STATES = states()
SETTLED_BY_BOOKS = {"H01", "H02"}


@pytest.fixture(scope="module")
def database(module_database_url: str) -> Iterator[Database]:
    """One database; every case takes back what it did."""
    opened = Database(module_database_url)
    yield opened
    opened.close()


def asked(case: Case) -> Question:
    return Question(
        case.payment.network.slug, case.payment.reference, case.claimant, case.named_network, case.claimed_amount
    )


def wrong(case: Case, found: Finding) -> list[str]:
    """What differs from the label, in words."""
    expected, p = case.expected, case.payment
    of_leg = next((leg for leg in found.legs if leg.position == p.leg.position), None)
    says = (found.cause, found.outcome) if of_leg is None or not p.siblings else (of_leg.cause, of_leg.outcome)
    told = []
    if says != (expected.cause, expected.outcome):
        told.append(f"{says} instead of {(expected.cause, expected.outcome)}")
    if found.leg in (None, p.leg.position):
        told += [f"without finding {one}" for one in expected.findings if one not in found.findings]
        told += [f"without condition {one}" for one in expected.conditions if one not in found.conditions]
        told += [f"with {one}" for one in expected.without if one in found.findings]
    return told


def refused_unseen(case: Case, found: Finding) -> bool:
    """Whether somebody was turned away although no node could show anything."""
    if case.settled and found.cause in SETTLED_BY_BOOKS:
        return False
    return found.cause is not None or found.outcome != ("WT",)


def troubles(case: Case) -> dict[str, Sequence[Plays]]:
    """The same payment with nodes that do not answer, disagree, or cannot know."""
    p = case.payment
    found = {"one of two silent": [p.truth, SILENT], "one of two lying": [p.truth, p.liar]}
    return found | ({"without history": [p.lacking]} if p.lacking else {})


@pytest.mark.parametrize("case", [pytest.param(case, id=case.name) for case in CASES])
def test_labelled(case: Case, database: Database) -> None:
    question = asked(case)
    with exchange(database, case.registries) as session:
        assert not wrong(case, found := verdict(session, question, [case.payment.truth])), found
        for name, nodes in troubles(case).items():
            unseen = verdict(session, question, nodes)
            assert not refused_unseen(case, unseen), (name, unseen)


@pytest.mark.parametrize("state", [pytest.param(state, id=state.name) for state in STATES])
def test_labelled_state(state: State, database: Database) -> None:
    with exchange(database, state.registries) as session:
        note_earlier_looks(session, state.question)
        found = verdict(session, state.question, state.nodes)
        expected = state.expected
        assert (found.cause, found.outcome) == (expected.cause, expected.outcome), found
        assert set(expected.findings) <= set(found.findings), found
        assert set(expected.conditions) <= set(found.conditions), found
        unseen = verdict(session, replace(state.question, replaced=None), [*state.nodes, SILENT, SILENT])
        settled = state.settled and unseen.cause in SETTLED_BY_BOOKS
        assert settled or (unseen.cause, unseen.outcome) == (None, ("WT",)), unseen


def test_the_table(capsys: pytest.CaptureFixture[str]) -> None:
    families = Counter(case.payment.network.family for case in CASES) + Counter(state.family for state in STATES)
    slugs = {case.payment.network.slug for case in CASES} | {state.question.network for state in STATES}
    causes = Counter(str(one.expected.cause) for one in [*CASES, *STATES])
    with capsys.disabled():
        print(f"\n{len(CASES) + len(STATES)} labelled cases of {len(slugs)} networks")
        for title, counted in (("family", families), ("cause", causes)):
            print(f"by {title}: " + ", ".join(f"{name} {number}" for name, number in sorted(counted.items())))
    assert len(CASES) + len(STATES) >= 300
    assert slugs == {row.slug for row in ROWS}
    assert len(families) == 16
