"""Policies of both kinds: two people, versions that stay, and a replay before causes are decided otherwise."""

from __future__ import annotations

import copy
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError, IntegrityError

from recovery.domain.cause_policy import BUILT_IN
from recovery.domain.cause_rows import built_in_document
from recovery.domain.ids import new_id
from recovery.domain.replay import Tally
from recovery.errors import Conflict, InvalidInput, NotAllowed, NotFound, StepUpNeeded
from recovery.models import CausePolicyVersion, ReplayRun
from recovery.queries.policies import KINDS, content_of, newest_draft, policy_in_force, policy_of, versions
from recovery.services.fee_trials import keep_trial, try_version
from recovery.services.policies import activate_policy, draft_policy
from recovery.services.replay import keep_run
from tests.recovery.desk import Desk


def changed(**rows: Any) -> dict[str, Any]:
    """The delivered document with other outcomes."""
    document = copy.deepcopy(built_in_document())
    for code, outcome in rows.items():
        document["causes"][code]["outcome"] = outcome
    return document


def drafted(desk: Desk, document: dict[str, Any], by: str = "lead") -> int:
    with desk.database.unit_of_work() as session:
        return draft_policy(session, desk[by], document, "why", kind="cause").version


def activated(desk: Desk, version: int, by: str = "admin") -> None:
    with desk.database.unit_of_work() as session:
        activate_policy(session, desk[by], version, kind="cause")


def replayed(desk: Desk, version: int, *, whole: bool = True) -> None:
    with desk.database.unit_of_work() as session:
        keep_run(session, desk["lead"], version, Tally(verdicts=3), source="evidence", whole=whole)


def test_a_version_comes_into_force_only_after_its_replay(desk: Desk) -> None:
    before = drafted(desk, changed(D15=["HD"]))
    version = drafted(desk, changed(E02=["RJ"]))
    assert version == before + 1 > BUILT_IN.version
    with pytest.raises(Conflict, match="policy_needs_replay"):
        activated(desk, version)
    replayed(desk, version, whole=False)
    replayed(desk, before)
    desk.add(
        ReplayRun(
            id=new_id(), candidate=version, rules_version="of another day", source="stored", whole=True, cases=0,
            verdicts=0, differences=0, money_differences=0, failed=0, summary=[], by=desk["lead"].id,
        )
    )  # fmt: skip
    with pytest.raises(Conflict, match="policy_needs_replay"):
        activated(desk, version)
    replayed(desk, version)
    with pytest.raises(NotAllowed, match="you_prepared_it"):
        activated(desk, version, by="lead")
    activated(desk, version)
    with pytest.raises(Conflict, match="policy_is_active"):
        activated(desk, version)
    with pytest.raises(Conflict, match="policy_is_older"):
        activated(desk, before)
    with desk.database.reading() as session:
        assert policy_in_force(session).version == version
        assert policy_in_force(session).outcome("E02") == ("RJ",)
        assert policy_of(session, before).outcome("D15") == ("HD",)
        assert policy_of(session, 1) is BUILT_IN
        states = {row.version: row.state for row in versions(session, KINDS["cause"])}
        assert (states[version], states[before], states[1]) == ("in_force", "drafted", "replaced")
        with pytest.raises(NotFound, match="no_draft"):
            newest_draft(session, KINDS["cause"])


def test_the_built_in_version_needs_no_row(module_database_url: str, desk: Desk) -> None:
    with desk.database.reading() as session:
        assert content_of(session, KINDS["cause"], 1) == built_in_document()
        with pytest.raises(NotFound):
            policy_of(session, 99)
    with pytest.raises(Conflict, match="policy_is_built_in"):
        activated(desk, 1)
    row = CausePolicyVersion(version=1, document={}, note="", drafted_by=desk["lead"].id)
    with pytest.raises(IntegrityError, match="first_version_is_built_in"):
        desk.add(row)


def test_who_may_and_with_what(desk: Desk) -> None:
    with pytest.raises(NotAllowed, match="not_your_role"):
        drafted(desk, changed(), by="maker")
    version = drafted(desk, changed())
    replayed(desk, version)
    with desk.database.unit_of_work() as session, pytest.raises(StepUpNeeded):
        activate_policy(session, replace(desk["admin"], stepped_up=False), version, kind="cause")
    with desk.database.unit_of_work() as session, pytest.raises(NotAllowed):
        keep_run(session, desk["maker"], version, Tally(), source="stored", whole=True)
    with desk.database.unit_of_work() as session, pytest.raises(NotFound, match="policy_kind_unknown"):
        draft_policy(session, desk["lead"], [], "", kind="weather")


def test_assets_are_kept_as_their_networks_write_them(desk: Desk) -> None:
    document = changed()
    token = "0x5fbdb2315678afecb367f032d93f642f64180aa3"
    document["parameters"]["limits"] = [{"network": "local", "contract": token, "amount": "5"}]
    version = drafted(desk, document)
    with desk.database.reading() as session:
        limits = policy_of(session, version).parameters.limits
    assert limits == {("local", "0x5FbDB2315678afecb367f032d93F642f64180aa3"): 5}
    for entry, code in (
        ({"network": "nowhere", "contract": None}, "policy_network_unknown"),
        ({"network": "local", "contract": "0x12"}, "policy_asset_unknown"),
    ):
        document["parameters"]["limits"] = [{**entry, "amount": "5"}]
        with pytest.raises(InvalidInput, match=code):
            drafted(desk, document)
    twice = [{"network": "local", "contract": one, "amount": "5"} for one in (token, token.upper().replace("X", "x"))]
    document["parameters"]["limits"] = twice
    with pytest.raises(InvalidInput, match="policy_asset_twice"):
        drafted(desk, document)


def test_fees_follow_the_same_pattern(desk: Desk) -> None:
    with desk.database.unit_of_work() as session:
        free = {"name": "free", "fee": {"kind": "free"}, "network_cost": {"borne_by": "platform"}}
        old, new = (draft_policy(session, desk["lead"], {"rules": [free]}, "").version for _ in range(2))
    with desk.database.unit_of_work() as session, pytest.raises(Conflict, match="policy_needs_trial"):
        activate_policy(session, desk["admin"], new)
    with desk.database.unit_of_work() as session:
        keep_trial(session, desk["lead"], new, try_version(session, new))
        activate_policy(session, desk["admin"], new)
    with desk.database.unit_of_work() as session, pytest.raises(Conflict, match="policy_is_older"):
        activate_policy(session, desk["admin"], old)


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE cause_policy SET document = '{}'",
        "UPDATE cause_policy SET note = 'another'",
        "UPDATE cause_policy SET activated_at = now() WHERE activated_at IS NOT NULL",
        "DELETE FROM cause_policy",
        "TRUNCATE cause_policy",
        "UPDATE replay_run SET differences = 0",
        "DELETE FROM replay_run",
        "TRUNCATE replay_run",
    ],
)
def test_the_database_keeps_versions_and_replays(desk: Desk, change: str) -> None:
    version = drafted(desk, changed())
    replayed(desk, version)
    activated(desk, version)
    with pytest.raises(DatabaseError), desk.database.unit_of_work() as session:
        session.execute(text(change))
