"""The policy per cause: the delivered version is the settled catalogue, and a document with one thing wrong is refused."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, strategies as st

from recovery.domain.cause_policy import BUILT_IN, STEPS, policy_from
from recovery.domain.cause_rows import CODES, PARAMETERS, UNKNOWN, built_in_document
from recovery.domain.document_check import LARGEST_DOCUMENT, parse_json
from recovery.domain.policy_changes import changes_between
from recovery.domain.policy_check import CHOICES, CONCEALED, NOTHING_TO_PAY, check_policy
from recovery.domain.policy_texts import CHOICES as SAID, DETAILS, ELIGIBLE, FEES, PARAMETERS as NAMED, PROOFS, TARGETS
from recovery.errors import InvalidInput
from workflows.playbooks import PUBLIC_CAUSE

SETTLED = {
    "A03": "AM", "A05": "WT", "A09": "RJ", "A10": "RJ", "A11": "AM", "B01": "AM", "B02": "AM", "B03": "RJ", "B04": "CR",
    "B08": "RJ", "B09": "CR", "B12": "RJ", "B16": "CR", "B17": "CL", "C02": "SW RF", "C03": "SW RF", "C08": "SW RF",
    "C10": "RJ", "D01": "SW RF", "D02": "SW RF", "D04": "RJ", "D05": "SW RF", "D06": "SW RF", "D07": "SW RF", "D09": "HD",
    "D10": "SW RF", "D13": "HD", "D14": "SW RF", "D15": "RJ", "D16": "AM", "D17": "SW RF", "E01": "WT", "F01": "CR",
    "F02": "CR", "F03": "CR", "F04": "CR", "F05": "HD", "G02": "CR", "G03": "HD", "G04": "HD", "G06": "HD", "G07": "WT",
    "H01": "CL", "H02": "CL", "H03": "CL", "H04": "HD", "H05": "AM", "H07": "CL", "H11": "HD", "H12": "AM",
}  # fmt: skip


def document() -> dict[str, Any]:
    """The delivered document, to break."""
    return built_in_document()


def test_every_code_of_the_catalogue_has_a_row() -> None:
    assert len(CODES) == len(set(CODES)) == 90
    assert set(BUILT_IN.causes) == {None, *CODES}
    assert (CODES[0], CODES[13], CODES[-1]) == ("A01", "B01", "H12")


@pytest.mark.parametrize(("code", "steps"), SETTLED.items())
def test_outcomes_are_the_settled_ones(code: str, steps: str) -> None:
    assert BUILT_IN.outcome(code) == tuple(steps.split())


def test_an_unknown_cause_waits() -> None:
    assert BUILT_IN.outcome(None) == ("WT",)


def test_the_delivered_version_passes_its_own_check_and_survives_json() -> None:
    checked = check_policy(json.loads(json.dumps(document())))
    assert policy_from(checked, 1) == BUILT_IN


def test_what_is_concealed_is_not_told() -> None:
    told = {BUILT_IN.causes[code].text for code in CONCEALED}
    assert told <= {UNKNOWN, "B12"}
    for code, public in PUBLIC_CAUSE.items():
        assert BUILT_IN.causes[code].text == (public or UNKNOWN), code


def test_sanctioned_value_neither_comes_nor_goes() -> None:
    row = BUILT_IN.causes["G04"]
    assert (row.outcome, row.eligible, row.refund_to) == (("HD",), "never", "none")


def broken(change: Callable[[dict[str, Any]], object]) -> InvalidInput:
    """What is said about the delivered document with one change."""
    made = document()
    change(made)
    with pytest.raises(InvalidInput) as refused:
        check_policy(made)
    return refused.value


@pytest.mark.parametrize(
    ("change", "code", "names"),
    [
        (lambda d: d.pop("causes"), "policy_key_missing", "document.causes"),
        (lambda d: d.update(version=3), "policy_unknown_key", "document.version"),
        (lambda d: d["causes"].pop("B07"), "policy_key_missing", "causes.B07"),
        (lambda d: d["causes"].update(Z01={}), "policy_unknown_key", "causes.Z01"),
        (lambda d: d["causes"]["D01"].pop("fee"), "policy_key_missing", "D01.fee"),
        (lambda d: d["causes"]["D01"].update(outcom=["CR"]), "policy_unknown_key", "D01.outcom"),
        (lambda d: d["causes"]["D01"].update(outcome=["XX"]), "policy_unknown_value", "D01.outcome"),
        (lambda d: d["causes"]["D01"].update(outcome=[]), "policy_unknown_value", "D01.outcome"),
        (lambda d: d["causes"]["D01"].update(outcome="SW"), "policy_not_a_list", "D01.outcome"),
        (lambda d: d["causes"]["D01"].update(outcome=["SW", "SW"]), "policy_value_twice", "D01.outcome"),
        (lambda d: d["causes"]["D01"].update(proof=True), "policy_unknown_value", "D01.proof"),
        (lambda d: d["causes"]["D01"].update(cooling=-1), "policy_number_out_of_range", "D01.cooling"),
        (lambda d: d["causes"]["D01"].update(cooling=True), "policy_number_out_of_range", "D01.cooling"),
        (lambda d: d["causes"]["D01"].update(decide=1.5), "policy_number_out_of_range", "D01.decide"),
        (lambda d: d["causes"]["D01"].update(minimum=5), "policy_amount_is_no_number", "D01.minimum"),
        (lambda d: d["causes"]["D01"].update(text="D99"), "policy_unknown_value", "D01.text"),
        (lambda d: d["causes"].update(D01=None), "policy_is_no_object", "D01"),
        (lambda d: d["parameters"].update(mints="keep"), "policy_unknown_value", "parameters.mints"),
        (lambda d: d["parameters"].update(own_entities=[""]), "policy_not_a_name", "parameters.own_entities[0]"),
        (lambda d: d["parameters"].update(limits={}), "policy_not_a_list", "parameters.limits"),
        (lambda d: d["parameters"].update(limits=[{"network": "x"}]), "policy_key_missing", "limits[0].amount"),
    ],
)
def test_the_first_thing_wrong_is_named(change: Callable[[dict[str, Any]], object], code: str, names: str) -> None:
    error = broken(change)
    assert error.detail == code
    assert str(error.values["field"]).endswith(names)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda d: d["causes"]["G03"].update(text="G03"), "policy_text_gives_away"),
        (lambda d: d["causes"]["B08"].update(text="H11"), "policy_text_gives_away"),
        (lambda d: d["causes"]["G04"].update(outcome=["HD", "RF"]), "policy_must_not_pay"),
        (lambda d: d["causes"]["G04"].update(outcome=["RJ"]), "policy_must_hold"),
        (lambda d: d["causes"]["H01"].update(outcome=["CR"], approvals=["clearing"]), "policy_must_not_pay"),
        (lambda d: d["causes"]["D01"].update(approvals=["clearing"]), "policy_approval_missing"),
        (lambda d: d["causes"]["G02"].update(approvals=[]), "policy_approval_missing"),
        (lambda d: d["causes"]["D01"].update(refund_to="none"), "policy_refund_needs_target"),
        (lambda d: d["causes"]["D01"].update(eligible="never"), "policy_never_and_paid"),
        (lambda d: d["causes"]["D01"].update(decide=1), "policy_clocks_out_of_order"),
    ],
)
def test_what_no_policy_may_allow_is_refused(change: Callable[[dict[str, Any]], object], code: str) -> None:
    assert broken(change).detail == code


@given(st.sampled_from(sorted(NOTHING_TO_PAY)), st.sampled_from(["CR", "RF", "SW"]))
def test_nothing_is_paid_where_nothing_arrived(code: str, step: str) -> None:
    def change(d: dict[str, Any]) -> None:
        d["causes"][code].update(
            outcome=[step], approvals=["wallet", "clearing"], refund_to="source", eligible="always"
        )

    assert broken(change).detail == "policy_must_not_pay"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.floats(allow_nan=False),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)
PLACES = [("causes", code, field) for code in ("D01", "G04", UNKNOWN) for field in document()["causes"]["D01"]]
PLACES += [("parameters", name) for name in PARAMETERS]


@given(st.sampled_from(PLACES), JSON)
def test_any_value_anywhere_is_taken_or_refused_by_name(place: tuple[str, ...], value: Any) -> None:
    made = document()
    target = made
    for name in place[:-1]:
        target = target[name]
    target[place[-1]] = value
    try:
        policy_from(check_policy(made), 2)
    except InvalidInput as refused:
        assert refused.detail in DETAILS


@given(st.text(max_size=200))
def test_any_text_is_json_or_refused(text: str) -> None:
    try:
        parse_json(text)
    except InvalidInput as refused:
        assert refused.detail in {"policy_is_no_json", "policy_key_twice"}


def test_texts_that_would_deceive_or_exhaust_are_refused() -> None:
    for text, code in (
        ('{"a": 1, "a": 2}', "policy_key_twice"),
        ("[" * 100_000, "policy_is_no_json"),
        ("1" * 10_000, "policy_is_no_json"),
        (" " * (LARGEST_DOCUMENT + 1), "policy_too_long"),
        ('{\n "a": }', "policy_is_no_json"),
    ):
        with pytest.raises(InvalidInput) as refused:
            parse_json(text)
        assert refused.value.detail == code
    assert refused.value.values["line"] == 2


def test_amounts_are_known_by_network_and_contract() -> None:
    made = document()
    made["parameters"]["limits"] = [
        {"network": "local", "contract": None, "amount": "7"},
        {"network": "local", "contract": "0xAA", "amount": str(2**256 - 1)},
    ]
    limits = policy_from(check_policy(made), 2).parameters.limits
    assert limits == {("local", None): 7, ("local", "0xAA"): 2**256 - 1}
    made["parameters"]["limits"].append({"network": "local", "contract": None, "amount": "8"})
    with pytest.raises(InvalidInput, match="policy_asset_twice"):
        check_policy(made)


def test_differences_are_told_entry_by_entry() -> None:
    made = copy.deepcopy(document())
    made["causes"]["D01"]["outcome"] = ["RJ"]
    made["parameters"]["limits"] = [{"network": "local", "contract": None, "amount": "7"}]
    changes = {one.field: (one.before, one.after) for one in changes_between(document(), made)}
    assert changes["causes.D01.outcome"] == ("SW, RF", "RJ")
    assert changes["parameters.limits[local/native].amount"] == (None, "7")
    assert changes_between(document(), document()) == ()


def test_every_choice_has_words() -> None:
    spoken = {"proof": PROOFS, "fee": FEES, "eligible": ELIGIBLE, "refund_to": TARGETS}
    for name, allowed in CHOICES.items():
        assert set(allowed) <= set(spoken.get(name, SAID)), name
    assert set(NAMED) == set(PARAMETERS)
    assert {step for row in BUILT_IN.causes.values() for step in row.outcome} <= set(STEPS)
