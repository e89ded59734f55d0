"""A draft of fees tried on the past: what would have changed, for whom, and nothing else happens."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.exc import DatabaseError

from recovery.domain.fees import recompute
from recovery.domain.fees.trial import ENGINE, Trial
from recovery.domain.ids import new_id
from recovery.errors import Conflict, InvalidInput, NotAllowed, NotFound
from recovery.models import FeePolicy, FeeTrial, OwnedAddress, Quote, RecoveryCase
from recovery.queries.facts import open_claim
from recovery.queries.fees import intended_network
from recovery.queries.policies import KINDS, fee_class_of, version_in_force, versions
from recovery.schemas.moves import load_move
from recovery.services.fee_trials import keep_trial, try_version
from recovery.services.policies import activate_policy, draft_policy
from recovery.services.quotes import active_policy
from tests.recovery.desk import COST, DEPOSIT, GROSS, LONG_AGO, POLICY, Desk, find, new_hash, seen, transfer


def version_of(bps: int = 500, **rule: Any) -> dict[str, Any]:
    """The policy of the desk, with another percentage or other switches."""
    first = POLICY["rules"][0]
    return {"rules": [first | {"fee": {"kind": "percent", "bps": bps, "cap_bps": 2500}} | rule]}


def drafted(desk: Desk, document: dict[str, Any], by: str = "lead") -> int:
    with desk.database.unit_of_work() as session:
        return draft_policy(session, desk[by], document, "another").version


def tried(desk: Desk, version: int, since: datetime | None = None) -> Trial:
    with desk.database.reading() as session:
        return try_version(session, version, since)


def kept(desk: Desk, version: int, since: datetime | None = None) -> None:
    trial = tried(desk, version, since)
    with desk.database.unit_of_work() as session:
        keep_trial(session, desk["lead"], version, trial, since)


def test_every_quote_is_worked_out_again(desk: Desk) -> None:
    ref = desk.quoted()
    with desk.database.reading() as session:
        quote = session.scalars(select(Quote).join(RecoveryCase).where(RecoveryCase.ref == ref)).one()
        policy = session.get(FeePolicy, quote.policy_version)
        assert quote.inputs is not None and policy is not None
        again = recompute(quote.inputs, policy.document)
        assert (again.gross, again.fee, again.network_cost, again.net) == (
            quote.gross, quote.fee, quote.network_cost, quote.net,
        )  # fmt: skip
        lines = [{"label": one.label, "amount": str(one.amount), "explain": one.explain} for one in again.lines]
        assert lines == quote.lines
    with pytest.raises(DatabaseError), desk.database.unit_of_work() as session:
        session.execute(update(Quote).values(inputs=None))


def test_what_would_have_changed_and_for_whom(desk: Desk) -> None:
    same, dearer = drafted(desk, version_of()), drafted(desk, version_of(1_000))
    refused = drafted(desk, version_of(minimum_value={"asset": str(GROSS + 1)}))
    ref = desk.quoted()
    trial = tried(desk, same)
    assert (trial.changed, trial.refused, trial.possible, trial.failed) == (0, 0, 0, [])
    assert trial.quotes >= 1
    trial = tried(desk, dearer)
    mine = next(one for one in trial.changes if one.ref == ref)
    net = GROSS - GROSS // 20 - 2 * COST
    assert (mine.what, mine.was, mine.now, mine.rule) == ("changed", net, net - GROSS // 20, "standard")
    total = trial.sums[mine.asset]
    assert total.kept_now - total.kept_was == total.cases * GROSS // 20 == total.net_was - total.net_now
    trial = tried(desk, refused)
    mine = next(one for one in trial.changes if one.ref == ref)
    assert (mine.what, mine.now, mine.why) == ("refused", None, "value_below_minimum")
    assert desk.state(ref) == "quoted"
    with desk.database.reading() as session:
        tomorrow = datetime.now(UTC) + timedelta(days=1)
        assert try_version(session, dearer, tomorrow).quotes == 0
        with pytest.raises(Conflict, match="trial_too_long"):
            try_version(session, dearer, most=0)
        with pytest.raises(NotFound):
            try_version(session, 9_999)


def test_each_case_counts_once_in_the_totals(desk: Desk) -> None:
    version = drafted(desk, version_of(1_000))
    before = tried(desk, version)
    ref = desk.quoted()
    desk.move("maker", ref, "withdraw_quote")
    desk.move("maker", ref, "quote")
    after = tried(desk, version)
    assert after.quotes == before.quotes + 2
    asset = next(one.asset for one in after.changes if one.ref == ref)
    assert after.sums[asset].cases == (before.sums[asset].cases if before.sums else 0) + 1


def test_waiting_cases_that_would_become_possible_or_refused(desk: Desk) -> None:
    ref = desk.reviewed()
    desk.move("maker", ref, "conclude")
    never = drafted(desk, version_of(minimum_value={"asset": str(GROSS + 1)}))
    lost = next(one for one in tried(desk, never).changes if one.ref == ref)
    assert (lost.what, lost.number, lost.now) == ("refused", 0, None)
    kept(desk, never)
    with desk.database.unit_of_work() as session:
        activate_policy(session, desk["admin"], never)
    with pytest.raises(InvalidInput, match="value_below_minimum"):
        desk.move("maker", ref, "quote")
    again = drafted(desk, version_of())
    found = next(one for one in tried(desk, again).changes if one.ref == ref)
    assert (found.what, found.was, found.now) == ("possible", None, GROSS - GROSS // 20 - 2 * COST)
    kept(desk, again)
    with desk.database.unit_of_work() as session:
        activate_policy(session, desk["admin"], again)


def test_a_quote_without_its_facts_is_said_to_be_one(desk: Desk) -> None:
    ref = desk.quoted()
    version = drafted(desk, version_of(1_000))
    with desk.database.unit_of_work() as session:
        session.execute(text("ALTER TABLE quote DISABLE TRIGGER USER"))
        session.execute(text("UPDATE quote SET inputs = jsonb_set(inputs, '{gross}', '\"17\"') FROM recovery_case c "
                             "WHERE c.id = case_id AND c.ref = :ref"), {"ref": ref})  # fmt: skip
        session.execute(text("ALTER TABLE quote ENABLE TRIGGER USER"))
    trial = tried(desk, version)
    assert f"{ref}/1" in trial.failed
    assert ref not in {one.ref for one in trial.changes}


def test_a_version_comes_into_force_only_after_a_whole_trial(desk: Desk) -> None:
    version = drafted(desk, version_of(600))
    other = drafted(desk, version_of(601))
    kept(desk, version, since=LONG_AGO)
    kept(desk, other)
    desk.add(
        FeeTrial(
            id=new_id(), version=version, engine=ENGINE + 1, since=None, quotes=0, changed=0, refused=0, possible=0,
            failed=0, summary={}, by=desk["lead"].id,
        )
    )  # fmt: skip
    with desk.database.unit_of_work() as session, pytest.raises(Conflict, match="policy_needs_trial"):
        activate_policy(session, desk["admin"], version)
    with desk.database.unit_of_work() as session, pytest.raises(NotAllowed):
        keep_trial(session, desk["maker"], version, Trial())
    kept(desk, version)
    with desk.database.unit_of_work() as session, pytest.raises(NotAllowed, match="you_prepared_it"):
        activate_policy(session, desk["lead"], version)
    with desk.database.unit_of_work() as session:
        activate_policy(session, desk["admin"], version)


def test_a_version_begins_when_it_says(desk: Desk) -> None:
    with desk.database.reading() as session:
        before = active_policy(session).version
    now = datetime.now(UTC)
    later = drafted(desk, version_of(700) | {"effective_from": (now + timedelta(days=3)).isoformat()})
    begun = drafted(desk, version_of(710) | {"effective_from": (now - timedelta(days=3)).isoformat()})
    kept(desk, later)
    kept(desk, begun)
    with desk.database.unit_of_work() as session:
        activate_policy(session, desk["admin"], later)
    with desk.database.reading() as session:
        assert active_policy(session).version == before == version_in_force(session, KINDS["fee"])
        states = {row.version: row.state for row in versions(session, KINDS["fee"])}
        assert (states[later], states[before]) == ("scheduled", "in_force")
    with desk.database.unit_of_work() as session:
        activate_policy(session, desk["admin"], begun)
    with desk.database.reading() as session:
        assert active_policy(session).version == begun
        states = {row.version: row.state for row in versions(session, KINDS["fee"])}
        assert (states[later], states[begun], states[before]) == ("replaced", "in_force", "replaced")


def test_the_class_of_a_cause_counts(desk: Desk) -> None:
    ref = desk.reviewed()
    with desk.database.reading() as session, session.no_autoflush:
        case = find(session, ref)
        assert (case.cause, fee_class_of(session, case)) == ("D01", "standard")
        case.cause = "B04"
        assert fee_class_of(session, case) == "free"
        session.expunge(case)


def test_the_network_an_address_was_made_for(desk: Desk) -> None:
    ref = desk.reviewed()
    with desk.database.unit_of_work() as session:
        claim = open_claim(session, find(session, ref).id)
        assert claim is not None
        assert intended_network(session, claim) is None  # it is right here
        session.execute(update(OwnedAddress).where(OwnedAddress.address == DEPOSIT).values(network="base"))
        assert intended_network(session, claim) == "base"
        session.add(
            OwnedAddress(id=new_id(), network="polygon", address=DEPOSIT, account="acct-1", kind="deposit",
                         custody="key", valid_from=LONG_AGO)
        )  # fmt: skip
        session.flush()
        assert intended_network(session, claim) is None  # two are nobody's word
        session.rollback()


@pytest.mark.parametrize(
    "switch", [{"collected": "advance"}, {"network_cost": {"borne_by": "depositor", "unused": "returned"}}]
)
def test_what_no_ledger_books_is_not_quoted(desk: Desk, switch: dict[str, Any]) -> None:
    ref = desk.reviewed()
    desk.move("maker", ref, "conclude")
    version = drafted(desk, version_of(**switch))
    kept(desk, version)
    with desk.database.unit_of_work() as session:
        activate_policy(session, desk["admin"], version)
    with pytest.raises(Conflict, match="fee_is_booked_elsewhere"):
        desk.move("maker", ref, "quote")
    assert desk.state(ref) == "investigated"
    back = drafted(desk, version_of())
    kept(desk, back)
    with desk.database.unit_of_work() as session:
        activate_policy(session, desk["admin"], back)


def test_what_a_person_adds_to_a_quote_is_kept(desk: Desk) -> None:
    hand = {"kind": "range", "from": {"asset": "10"}, "to": {"asset": "20"}}
    version = drafted(desk, version_of(fee=hand, waivers=[{"name": "ours", "own_error": True, "network_cost": True}]))
    kept(desk, version)
    with desk.database.unit_of_work() as session:
        activate_policy(session, desk["admin"], version)
    ref = desk.reviewed()
    desk.move("maker", ref, "conclude")
    for given, code in (({}, "fee_is_named_by_hand"), ({"named_fee": "21"}, "fee_out_of_bounds")):
        with pytest.raises(InvalidInput, match=code):
            desk.move("maker", ref, "quote", **load_move("quote", given))
    with pytest.raises(InvalidInput):
        load_move("quote", {"named_fee": "1.5"})
    desk.move("maker", ref, "quote", **load_move("quote", {"named_fee": "15"}))
    desk.move("maker", ref, "withdraw_quote")
    desk.move("maker", ref, "quote", **load_move("quote", {"own_error": "1", "named_fee": ""}))
    with desk.database.reading() as session:
        first, second = session.scalars(
            select(Quote).join(RecoveryCase).where(RecoveryCase.ref == ref).order_by(Quote.number)
        )
        assert (first.fee, first.network_cost) == (15, 2 * COST)
        assert (second.fee, second.network_cost) == (0, 0)
        assert [quote.inputs and quote.inputs["named_fee"] for quote in (first, second)] == ["15", None]
    told = [json.loads(event.body)["data"] for event in desk.events(ref) if event.name == "quote"]
    assert [(one.get("named_fee"), one.get("own_error")) for one in told] == [("15", None), (None, True)]
    assert not {f"{ref}/1", f"{ref}/2"} & set(tried(desk, version).failed)
    back = drafted(desk, version_of())
    kept(desk, back)
    with desk.database.unit_of_work() as session:
        activate_policy(session, desk["admin"], back)


def test_a_quote_of_a_token_that_keeps_a_part_of_itself_is_worked_out_again_too(desk: Desk) -> None:
    hash = new_hash()
    ref = desk.open(hash)
    desk.look(ref, seen(hash, transfer()))
    desk.probe(ref, keeps=10**18)
    desk.move("maker", ref, "conclude")
    desk.move("maker", ref, "quote")
    assert f"{ref}/1" not in tried(desk, drafted(desk, version_of())).failed
    assert ref in {one.ref for one in tried(desk, drafted(desk, version_of(1_000))).changes}
