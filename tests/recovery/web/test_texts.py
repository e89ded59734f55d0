"""Every code has a sentence, every sentence is in the catalogue, and a translation is whole."""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po
from flask import Flask

import recovery
from chains import catalogue, errors as chain_errors, looking
from chains.address import check_address
from chains.types import Network
from recovery import errors
from recovery.domain import fee_texts, texts
from recovery.domain.address_texts import REASONS as ADDRESS_REASONS
from recovery.domain.fees import quoting, shapes
from recovery.jobs import evidence, planning
from recovery.queries.cases import QUEUES
from recovery.services import quotes
from recovery.web._language import FOLDER, catalogue as translations, languages
from recovery.web._rendering import warning
from recovery.web.cases import MOVING
from tests.recovery.web.emitted import Source
from workflows.states import PUBLIC_LABELS, State
from workflows.tables import ROLES, WORKFLOWS

ROOT = Path(recovery.__file__).parent
METHODS = [("recovery/**.py", "python"), ("templates/**.html", "jinja2")]
KEYWORDS = {"mark": None, "_": None, "gettext": None, "ngettext": (1, 2)}
NO_PAGE = (
    "api/",
    "cli/",
    "services/people.py",
    "queries/people.py",
    "services/registry.py",
    "queries/registry.py",
    "domain/registries.py",
)
"""Modules whose refusals reach programs and operators, never a page."""
PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]")


def raised(names: set[str]) -> Iterator[str]:
    """Message codes given as plain text to the errors of these names, anywhere in the product."""
    for path in sorted(ROOT.rglob("*.py")):
        if path.relative_to(ROOT).as_posix().startswith(NO_PAGE):
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in names and node.args:
                code = node.args[0]
                if isinstance(code, ast.Constant) and isinstance(code.value, str):
                    yield code.value


def messages(catalog: Catalog) -> dict[str, Message]:
    """The messages of a catalogue by their English text."""
    return {_key(message.id): message for message in catalog if message.id}


def _key(text: object) -> str:
    return text if isinstance(text, str) else str(text[0])  # type: ignore[index]


def test_workflows_speak() -> None:
    rows = {row.name for table in WORKFLOWS.values() for row in table.transitions}
    guards = {guard.__name__ for table in WORKFLOWS.values() for row in table.transitions for guard in row.guards}
    assert rows <= set(texts.TRANSITIONS)
    assert rows | {"open"} <= set(texts.EVENTS)
    assert set(texts.PUBLIC_EVENTS) <= set(texts.EVENTS)
    assert guards | {"not_your_role", "you_prepared_it", "needs_step_up", "your_own_case"} <= set(texts.WHY_NOT)
    assert set(texts.STATES) == {str(state) for state in State}
    assert set(texts.LABELS) == set(texts.LABEL_NOTES) == set(PUBLIC_LABELS.values())
    assert set(WORKFLOWS) == set(texts.WORKFLOWS)
    assert set(ROLES) <= set(texts.ROLES)
    assert set(QUEUES) | {"mine", "all_open", "closed"} == set(texts.QUEUES)


def test_a_hold_is_never_told_to_the_depositor() -> None:
    hidden = {name for name in texts.EVENTS if name.startswith(("hold", "freeze", "reject", "check_again", "resume"))}
    assert hidden
    assert not hidden & set(texts.PUBLIC_EVENTS)


def test_what_readings_and_plans_warn_of_speaks() -> None:
    emitted = Source().warnings()
    assert len(emitted) > 100
    assert emitted == set(texts.WARNINGS) | {f"{code}:" for code in texts.NODE_WARNINGS}


def test_reasons_of_addresses_speak() -> None:
    emitted = Source().given("AddressCheck", "reason")
    assert len(emitted) > 30
    assert emitted == set(ADDRESS_REASONS)


def test_reasons_of_pasted_texts_speak() -> None:
    emitted = Source().given("Identification", "reason") - {"hash", "explorer_link"}
    assert len(emitted) > 5
    assert {f"reference_{reason}" for reason in emitted} <= set(texts.DETAILS)


@pytest.mark.parametrize("network", catalogue.networks().values(), ids=str)
def test_a_broken_address_is_answered_with_a_sentence(network: Network) -> None:
    sample = str(network.params.get("sample_address", "0x70997970C51812dc3A010C7d01b50e0d17dc79C8"))
    others = [str(row.params["sample_address"]) for row in catalogue.networks().values() if not row.sandbox]
    broken = ["", "x", "0x1234", "0" * 64, "é" * 30, "a" * 2000, sample[:-1], sample + "1", sample.swapcase(), *others]
    reasons = {seen.reason for text in broken if not (seen := check_address(network, text)).valid}
    assert len(reasons) > 1
    assert reasons <= set(ADDRESS_REASONS)


def test_nodes_speak() -> None:
    states = set(re.findall(r'(?:return|if|else) "(\w+)"', inspect.getsource(looking._state)))
    assert states - {"wrong_chain"} == set(texts.NODE_STATES) - {"wrong_chain"}
    assert "wrong_chain" in texts.NODE_STATES


def test_what_stops_a_plan_speaks() -> None:
    trees = [vars(chain_errors), vars(planning)]
    kinds = [kind for tree in trees for kind in tree.values() if inspect.isclass(kind)]
    codes = {kind.code for kind in kinds if issubclass(kind, chain_errors.ChainError)}
    codes |= set(re.findall(r'problem = "(\w+)"', inspect.getsource(evidence))) | {"no_wallet_of_ours", "owed_differs"}
    assert codes == set(texts.PROBLEMS)


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        ("reorganised", "Its block was replaced by another one."),
        ("node_slow:eth.example:8545", "The node eth.example:8545 was too slow; the others agree without it."),
        ("said_not_found:[::1]:8545", "The node [::1]:8545 does not know it."),
        ("never_heard_of", "Never heard of"),
        ("never_heard_of:host", "Never heard of:host"),
    ],
)
def test_a_warning_names_its_node(app: Flask, code: str, sentence: str) -> None:
    with app.test_request_context():
        assert warning(code) == sentence


def test_refusals_speak() -> None:
    tree = {name: kind for name, kind in vars(errors).items() if inspect.isclass(kind)}
    codes = {kind.code for kind in tree.values() if issubclass(kind, errors.RecoveryError)}
    assert codes <= set(texts.ERRORS)
    spoken = set(texts.DETAILS) | set(texts.WHY_NOT) | set(texts.ERRORS)
    assert set(raised(set(tree))) <= spoken


def test_quotes_speak() -> None:
    labels = re.findall(r'Line\("(\w+)"', inspect.getsource(quoting) + inspect.getsource(quotes))
    steps = re.findall(
        r'"code": "(\w+)"|told\("(\w+)"|_fixed\("(\w+)"', inspect.getsource(quoting) + inspect.getsource(shapes)
    )
    spoken = {"pair_row", "asset_row", "any_other_asset", "passed_on"}  # chosen in place
    assert set(labels) == set(texts.QUOTE_LINES)
    assert {code for found in steps for code in found if code} | spoken == set(fee_texts.STEPS)


def test_the_machines_states_are_the_ones_that_are_polled() -> None:
    assert {
        "submitted", "checking", "waiting_for_chain", "crediting", "planning_sweep", "sweeping", "swept", "paying",
        "planning_advance",
    } == MOVING  # fmt: skip


def test_the_catalogue_is_up_to_date() -> None:
    found = set()
    for _, _, message, _, _ in extract_from_dir(ROOT.parent, METHODS, keywords=KEYWORDS):
        found.add(_key(message))
    with (FOLDER / "messages.pot").open("rb") as file:
        assert found == set(messages(read_po(file))), "run make messages"


@pytest.mark.parametrize("locale", [name for name in languages() if name != "en"])
def test_a_translation_is_whole(locale: str) -> None:
    with (FOLDER / "messages.pot").open("rb") as file:
        template = messages(read_po(file))
    with (FOLDER / locale / "LC_MESSAGES" / "messages.po").open("rb") as file:
        translated = messages(read_po(file, locale=locale))
    assert set(translated) == set(template)
    for key, message in translated.items():
        originals = message.id if isinstance(message.id, tuple | list) else (message.id,)
        strings = message.string if isinstance(message.string, tuple | list) else (message.string,)
        assert all(strings), key
        assert not message.fuzzy, key
        wanted = {name for text in originals for name in PLACEHOLDER.findall(text)}
        assert all(set(PLACEHOLDER.findall(text or "")) == wanted for text in strings), key


def test_a_translation_is_read_without_compiling() -> None:
    assert translations("de").gettext("Sign in") == "Anmelden"
    assert translations("xx").gettext("Sign in") == "Sign in"
