"""Every cause, check and condition has its words and no words are left over; what depositors read gives nothing away."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

import recovery
from chains import catalogue
from chains.proving import OUTCOMES as PROOF_OUTCOMES
from recovery.domain import capability, texts
from recovery.domain.cause_policy import BUILT_IN
from recovery.domain.cause_rows import CODES
from recovery.domain.cause_texts import UNKNOWN_CAUSE, CauseText
from recovery.domain.cause_wording import CREDIT, EITHER, MOVABLE, RECOVERY
from recovery.domain.explaining import OPEN_WITH_US, explanation
from recovery.domain.parking import WHY_OF_CAUSE
from recovery.web._rendering import never_text, survey_note
from tests.recovery.domain.cause_examples import EXAMPLES
from tests.recovery.web.emitted import Source
from workflows.playbooks import BY_FIRST_STEP, PUBLIC_CAUSE, REFUSED_AS
from workflows.states import PUBLIC_LABELS

ROOT = Path(recovery.__file__).parent
GIVES_AWAY = re.compile(
    r"\b(on hold|held|holds?|frozen|freez\w+|frauds?|fraudulent|suspicious|compliance|sanction\w*|screen(ed|ing)|risk\w*|"
    r"other (customer|account|user|claimant)s?|another (customer|account|user|claimant)|somebody else's|hot wallet|UID)\b",
    re.IGNORECASE,
)
JARGON = re.compile(
    r"\b(leg|sweep|swept|EOA|UTXO|RPC|calldata|mempool|nonce|KYT|KYC|AML|revert\w*|ledger)\b", re.IGNORECASE
)
LONGEST_TITLE, LONGEST_SENTENCE = 40, 260
PARTS = ("happened", "next", "changes")


def asked() -> Iterator[ast.Call]:
    """Every call that makes a check, wherever its answer can be shown."""
    for folder in ("domain", "services"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("told", "Check"):
                    yield node


def words(call: ast.Call, place: int) -> set[str]:
    """The plain texts of one argument, of both arms where it has two; none where a name is passed on."""
    if place >= len(call.args):
        return set()
    arms = [call.args[place]]
    if isinstance(arms[0], ast.IfExp):
        arms = [arms[0].body, arms[0].orelse]
    return {arm.value for arm in arms if isinstance(arm, ast.Constant) and isinstance(arm.value, str)}


def evaluated() -> Iterator[tuple[str, str]]:
    """Check and why, as the examples of all causes really bring them out."""
    for example in EXAMPLES:
        for facts in (example.case, example.near):
            yield from ((check.name, check.why) for check in facts.found().checks)


def test_every_check_and_every_why_speaks_and_none_is_left_over() -> None:
    calls = list(asked())
    names = {name for call in calls for name in words(call, 0)}
    whys = {why for call in calls for why in words(call, 2)}
    seen = set(evaluated())
    assert {name for name, _ in seen} <= names
    assert {why for _, why in seen} <= whys
    assert names == set(texts.CHECKS)
    assert whys == set(texts.WHYS)
    assert len(seen) > 70  # a walk that finds nothing would agree with empty tables


def test_every_cause_speaks() -> None:
    assert set(texts.CAUSES) == set(CODES)
    steps = {step for code in (None, *CODES) for step in BUILT_IN.outcome(code)}
    assert steps <= set(texts.OUTCOMES)
    assert set(BY_FIRST_STEP) == set(texts.OUTCOMES)


def test_every_condition_and_reason_speaks() -> None:
    conditions = {condition for network in catalogue.networks().values() for condition in network.conditions}
    conditions |= {row.condition for row in capability.MATRIX}
    assert conditions == set(texts.CONDITIONS)
    assert {row for example in EXAMPLES for row in example.case.found().conditions} <= conditions
    assert set(capability.NEVER.values()) == set(texts.NEVERS)
    assert {example.case.found().confidence for example in EXAMPLES} <= set(texts.CONFIDENCES)


def test_every_note_of_a_survey_speaks(app: Flask) -> None:
    emitted = Source().notes()
    of_nodes = {note for note in emitted if note.endswith(":")}
    assert emitted - of_nodes == set(texts.SURVEY_NOTES)
    assert {note.rstrip(":") for note in of_nodes} <= set(texts.NODE_WARNINGS)
    with app.test_request_context():
        assert survey_note("node_unavailable:[::1]:8545") == "The node [::1]:8545 did not answer."
        assert survey_note("too_many_assets").startswith("It moves more assets")
        assert never_text("B12").endswith("no key to that address.")
        assert never_text("D01") == never_text(None) == ""


def test_every_outcome_of_a_proof_speaks() -> None:
    assert set(PROOF_OUTCOMES) <= set(texts.PROOF_WHYS)


class TestWhatDepositorsRead:
    """Plain whole sentences that give nothing away."""

    @pytest.mark.parametrize("code", CODES)
    def test_it_gives_nothing_away_and_is_whole(self, code: str) -> None:
        self.check(texts.CAUSES[code])

    def test_the_unknown_cause_too(self) -> None:
        self.check(UNKNOWN_CAUSE)

    @staticmethod
    def check(text: CauseText) -> None:
        assert 3 < len(text.title) <= LONGEST_TITLE
        assert not text.title.endswith(".")
        assert text.happened
        assert text.next
        for sentence in filter(None, (getattr(text, part) for part in PARTS)):
            assert len(sentence) <= LONGEST_SENTENCE, sentence
            assert sentence.endswith("."), sentence
            assert not GIVES_AWAY.search(sentence), sentence
            assert not JARGON.search(sentence), sentence

    @pytest.mark.parametrize(("code", "public"), [*PUBLIC_CAUSE.items(), *REFUSED_AS.items()])
    def test_a_cause_that_must_not_be_told_has_the_words_of_the_one_told_instead(
        self, code: str, public: str | None
    ) -> None:
        """So that not even a page that forgot to ask could tell it. Once refused, all are told as one."""
        told = PUBLIC_CAUSE[code]
        instead = texts.CAUSES[told] if told else UNKNOWN_CAUSE
        assert all(getattr(texts.CAUSES[code], part) == getattr(instead, part) for part in PARTS)
        assert public is None or public not in PUBLIC_CAUSE

    def test_nothing_but_what_can_be_parked_promises_to_wait(self) -> None:
        waits = {code for code, text in texts.CAUSES.items() if text.changes == MOVABLE}
        assert waits == {code for code in WHY_OF_CAUSE if code[0] in "CD"}

    @pytest.mark.parametrize("code", ["E01", "E02", "G01", "G07"])
    def test_a_parked_case_says_that_it_opens_by_itself(self, code: str) -> None:
        why = WHY_OF_CAUSE[code]
        said = explanation(
            code, ["WT"], state="parked", label="in_review", workflow="uncredited_deposit", parked=why
        )  # fmt: skip
        assert "by ourselves" in said.next
        assert said.changes == ""
        assert re.search(r"by (ourselves|itself)|we go on", f"{texts.CAUSES[code].next} {texts.CAUSES[code].changes}")

    @pytest.mark.parametrize("code", ["D16", "H06", "B06", "E04"])
    def test_where_a_proof_is_asked_for_it_says_so(self, code: str) -> None:
        assert "on this page" in self.asked(code)

    @pytest.mark.parametrize("code", ["A01", "A03", "A07", "A11"])
    def test_where_a_reference_is_asked_for_it_says_which(self, code: str) -> None:
        assert self.asked(code) == texts.CAUSES[code].next

    @pytest.mark.parametrize("public", [None, "B12"])
    def test_a_proof_that_may_not_be_explained_is_asked_for_without_a_word_of_why(self, public: str | None) -> None:
        assert self.asked(public) == texts.LABEL_NEXT["your_answer_needed"]

    @staticmethod
    def asked(public: str | None) -> str:
        """What comes next of an uncredited deposit that waits for its depositor."""
        outcome = BUILT_IN.outcome(public) if public not in {"E04", "B06"} else ("AM",)
        return explanation(
            public, outcome, state="proof_asked", label="your_answer_needed", workflow="uncredited_deposit", parked=None
        ).next

    @pytest.mark.parametrize("label", sorted(set(PUBLIC_LABELS.values())))
    @pytest.mark.parametrize("cause", [None, *CODES])
    def test_something_always_comes_next(self, label: str, cause: str | None) -> None:
        said = explanation(
            cause, BUILT_IN.outcome(cause), state="x", label=label, workflow="unlisted_token", parked=None
        )  # fmt: skip
        assert said.happened.endswith(".")
        assert said.next.endswith(".")
        assert (label in OPEN_WITH_US) or (label == "your_answer_needed") or not said.changes

    @pytest.mark.parametrize("code", [code for code in CODES if texts.CAUSES[code].next == EITHER])
    def test_nothing_is_left_open_that_the_facts_have_settled(self, code: str) -> None:
        said = [
            explanation(code, outcome, state="x", label="in_review", workflow="uncredited_deposit", parked=None).next
            for outcome in (["CR"], ["SW", "RF"], ["WT"])
        ]
        assert said == [CREDIT, RECOVERY, EITHER]

    def test_a_refusal_of_the_machine_says_what_would_change_it(self) -> None:
        machine = explanation(
            "B14", ("RJ",), state="declined", label="closed", workflow="uncredited_deposit", parked=None
        )
        person = explanation(
            "D01", ("SW", "RF"), state="declined", label="closed", workflow="unlisted_token", parked=None
        )
        assert machine.changes == texts.CAUSES["B14"].changes
        assert (person.next, person.changes) == (texts.LABEL_NEXT["closed"], "")
