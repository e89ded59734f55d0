"""Where a refund may go: every rule with its case and its near miss, and what holds whatever the facts are."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, strategies as st

from chains.receivable import NEEDS, Receiving, no, yes
from chains.receiving import NODES_SILENT, NOT_ASKED
from recovery.domain.destination import (
    LEAST_COOLING,
    DestinationFacts,
    SourceFacts,
    Verdict,
    cooling_until,
    differing,
    judge,
    rests_until,
    source_problems,
)
from recovery.domain.destination_texts import REMARKS

HERE = "0x1d17CBcF0D6D143135aE902365D2E5e2A16538D4"
THERE = "0x06eFdBFf2a14a7c8E15944D1F4A48F9F95F663A4"
ALIKE = HERE[:8] + "00000000000000000000000000000000"[: 42 - 8 - 6] + HERE[-6:]
SAFE = SourceFacts(address=THERE, able=True, kind="account", accounts=1)
FINE = DestinationFacts(address=HERE, contract=None, receiving=yes(deployed=False), source=SAFE)

CASES: list[tuple[dict[str, object], Verdict, tuple[str, ...]]] = [
    ({}, Verdict.ALLOW, ()),
    ({"ours": True}, Verdict.REFUSE, ("destination_not_usable",)),
    ({"ours": True, "own": True}, Verdict.REFUSE, ("destination_is_ours",)),
    ({"label": "platform"}, Verdict.REFUSE, ("destination_not_usable",)),
    ({"label": "bridge"}, Verdict.REFUSE, ("destination_not_usable",)),
    ({"label": "contract"}, Verdict.REFUSE, ("destination_not_usable",)),
    ({"contract": HERE}, Verdict.REFUSE, ("destination_cannot_receive",)),
    ({"receiving": None}, Verdict.UNKNOWN, ("destination_not_asked",)),
    ({"receiving": Receiving(notes=(NODES_SILENT,))}, Verdict.UNKNOWN, ("destination_not_asked",)),
    ({"receiving": Receiving(notes=(NOT_ASKED,))}, Verdict.CONFIRM, ("destination_cannot_be_asked",)),
    ({"receiving": yes(kind="contract", deployed=True)}, Verdict.CONFIRM, ("destination_is_contract",)),
    ({"receiving": Receiving(False)}, Verdict.REFUSE, ("destination_needs_other_address",)),
    ({"known": (ALIKE,)}, Verdict.CONFIRM, ("destination_looks_alike",)),
    ({"known": (HERE, ALIKE)}, Verdict.ALLOW, ()),
    ({"known": (THERE,)}, Verdict.ALLOW, ()),
    ({"permitted": "none"}, Verdict.REFUSE, ("refund_not_foreseen",)),
    ({"permitted": "proven"}, Verdict.REFUSE, ("destination_not_proven",)),
    ({"permitted": "proven", "proven": frozenset({THERE})}, Verdict.REFUSE, ("destination_not_proven",)),
    ({"permitted": "proven", "proven": frozenset({HERE})}, Verdict.ALLOW, ()),
    ({"permitted": "source"}, Verdict.REFUSE, ("destination_not_source",)),
    ({"permitted": "source", "proven": frozenset({HERE})}, Verdict.REFUSE, ("destination_not_source",)),
    ({"permitted": "source", "source": replace(SAFE, address=HERE)}, Verdict.ALLOW, ()),
    ({"permitted": "source", "source": replace(SAFE, pooled=True)}, Verdict.REFUSE, ("destination_not_proven",)),
    (
        {"permitted": "source", "source": replace(SAFE, pooled=True), "proven": frozenset({HERE})},
        Verdict.ALLOW,
        (),
    ),
    ({"source": replace(SAFE, address=HERE, pooled=True)}, Verdict.REFUSE, ("source_not_safe",)),
    ({"source": replace(SAFE, address=HERE, accounts=2)}, Verdict.REFUSE, ("source_not_safe",)),
    ({"source": replace(SAFE, address=HERE, findings=frozenset({"F06"}))}, Verdict.REFUSE, ("source_not_safe",)),
    ({"source": replace(SAFE, address=HERE, findings=frozenset({"D01"}))}, Verdict.ALLOW, ()),
]


@pytest.mark.parametrize(("facts", "verdict", "codes"), CASES)
def test_each_rule(facts: dict[str, object], verdict: Verdict, codes: tuple[str, ...]) -> None:
    judged = judge(replace(FINE, **facts))
    assert (judged.verdict, judged.codes) == (verdict, codes)


@pytest.mark.parametrize("need", NEEDS)
def test_everything_a_chain_can_miss_is_refused_with_a_sentence_of_its_own(need: str) -> None:
    judged = judge(replace(FINE, receiving=no(need)))
    assert (judged.verdict, judged.codes) == (Verdict.REFUSE, (f"destination_needs_{need}",))
    assert judged.codes[0] in REMARKS


SOURCES = [
    ({}, ()),
    ({"address": None}, ("source_not_known",)),
    ({"pooled": True}, ("source_is_pool",)),
    ({"accounts": 2}, ("source_is_pool",)),
    ({"labelled": True}, ("source_is_labelled",)),
    ({"kind": "contract"}, ("source_is_contract",)),
    ({"kind": "unknown"}, ("source_kind_unknown",)),
    ({"able": None}, ("source_cannot_receive",)),
    ({"able": False}, ("source_cannot_receive",)),
    ({"findings": frozenset({"D15"})}, ("source_is_not_owner",)),
    ({"findings": frozenset({"F05"})}, ("source_is_not_owner",)),
    ({"findings": frozenset({"F06"})}, ("source_is_not_owner",)),
]


@pytest.mark.parametrize(("changed", "problems"), SOURCES)
def test_coins_go_back_only_where_everything_about_the_source_is_known(
    changed: dict[str, object], problems: tuple[str, ...]
) -> None:
    assert source_problems(replace(SAFE, **changed)) == problems


RECEIVING = st.none() | st.builds(
    Receiving,
    able=st.sampled_from([True, False, None]),
    kind=st.sampled_from(["account", "contract", "unknown"]),
    needs=st.lists(st.sampled_from(NEEDS), max_size=3).map(tuple),
    notes=st.lists(st.sampled_from([NOT_ASKED, NODES_SILENT]), max_size=2).map(tuple),
)
FACTS = st.builds(
    DestinationFacts,
    address=st.sampled_from([HERE, THERE, ALIKE]),
    contract=st.sampled_from([None, HERE, THERE]),
    receiving=RECEIVING,
    ours=st.booleans(),
    own=st.booleans(),
    label=st.sampled_from([None, "platform", "bridge", "contract"]),
    known=st.lists(st.sampled_from([HERE, THERE, ALIKE])).map(tuple),
    permitted=st.sampled_from(["source", "proven", "account", "none"]),
    source=st.builds(
        SourceFacts,
        address=st.sampled_from([None, HERE, THERE]),
        able=st.sampled_from([True, False, None]),
        kind=st.sampled_from(["account", "contract", "unknown"]),
        pooled=st.booleans(),
        accounts=st.integers(0, 3),
    ),
    proven=st.frozensets(st.sampled_from([HERE, THERE])),
)


@given(FACTS)
def test_nothing_is_allowed_that_one_thing_speaks_against(facts: DestinationFacts) -> None:
    judged = judge(facts)
    if judged.verdict in (Verdict.ALLOW, Verdict.CONFIRM):
        told = facts.receiving
        assert not (facts.ours or facts.own or facts.label)
        assert told is not None and (told.able is True or (told.able is None and NOT_ASKED in told.notes))
        assert facts.permitted != "none" and facts.address != facts.contract
        assert facts.permitted != "proven" or facts.address in facts.proven
        assert facts.permitted != "source" or facts.address in {facts.source.address, *facts.proven}
    if judged.verdict is Verdict.ALLOW:
        assert judged.remarks == ()
    assert len(set(judged.remarks)) == len(judged.remarks)
    assert all(code in REMARKS or code in OLDER for code in judged.codes)


OLDER = {"destination_is_ours", "destination_cannot_receive"}


@given(FACTS)
def test_what_is_confirmed_is_what_was_read(facts: DestinationFacts) -> None:
    """Another warning, or another address it is compared with, needs another confirmation."""
    judged = judge(facts)
    other = judge(replace(facts, known=(*facts.known, ALIKE)))
    assert (judged.seen == other.seen) == (judged.remarks == other.remarks)


@given(st.text(max_size=60), st.text(max_size=60))
def test_differing_characters_are_the_whole_address(address: str, like: str) -> None:
    pieces = differing(address, like)
    assert "".join(piece for piece, _ in pieces) == address
    assert all(one[1] is not other[1] for one, other in pairwise(pieces))


def test_differing_characters_are_marked() -> None:
    assert differing("0xabcdef", "0xab00ef") == (("0xab", False), ("cd", True), ("ef", False))


NOW = datetime(2026, 1, 1, tzinfo=UTC)


@given(st.integers(-(10**6), 10**7))
def test_a_change_rests_never_less_than_the_least(seconds: int) -> None:
    until = cooling_until(NOW, seconds, LEAST_COOLING)
    assert until == NOW + max(timedelta(seconds=seconds), LEAST_COOLING)


def test_an_account_whose_locks_were_not_changed_does_not_rest() -> None:
    assert rests_until(None, 72) is None
    assert rests_until(NOW, 72) == NOW + timedelta(hours=72)
