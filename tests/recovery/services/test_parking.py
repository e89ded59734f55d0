"""Parked cases re-open by themselves when what they wait for changes, each reason alone; and only then."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, text, update

from chains.catalogue import networks
from config.settings import Settings
from recovery.domain import texts
from recovery.domain.actor import SYSTEM
from recovery.domain.ids import new_id
from recovery.domain.parking import LOOK_AGAIN, WHY_OF_CAUSE
from recovery.jobs import parked as jobs
from recovery.jobs.parked import plan_look
from recovery.jobs.work import lease
from recovery.models import AssetPrice, Job, ListedAsset, Parked, RegistryLoad
from recovery.queries import parked as parked_queries
from recovery.queries.case_view import case_view
from recovery.queries.clock import database_now
from recovery.services import parking
from recovery.services.transitions import advance, lock
from tests.recovery.desk import ETHER, LONG_AGO, NETWORK, Desk, find, new_hash, seen, transfer
from workflows.playbooks import BY_CAUSE

SETTINGS = Settings(
    database_url="postgresql://unused",
    redis_url="redis://unused",
    home="/nonexistent",
    secret_key="k" * 40,
    sandbox=True,
)
_numbers = iter(range(1, 10_000))


def contract() -> str:
    """A token no other test uses."""
    return f"0x{next(_numbers):040x}"


def parked(
    desk: Desk, why: str, token: str | None = None, *, network: str = NETWORK.slug, cost: int | None = None
) -> str:
    """A case put aside for a reason."""
    ref = desk.open(new_hash())
    with desk.database.unit_of_work() as session:
        case = find(session, ref)
        lock(session, case)
        advance(session, SYSTEM, case, "start_check")
        leg = transfer(token, amount=1000) if token is not None else None
        parking.park(session, case, why, network, leg, cost=cost)
    return ref


def looked(desk: Desk, *configured: str) -> None:
    """One look of the job."""
    with desk.database.unit_of_work() as session:
        parking.look(session, configured)


def listed(token: str, **values: Any) -> ListedAsset:
    return ListedAsset(
        **{
            "id": new_id(), "network": NETWORK.slug, "contract": token, "symbol": "ODD", "decimals": 18,
            "state": "listed",
        } | values
    )  # fmt: skip


def price(token: str, numerator: int, denominator: int = 1) -> AssetPrice:
    return AssetPrice(
        id=new_id(), network=NETWORK.slug, contract=token, quote_contract=None, numerator=numerator,
        denominator=denominator, source="test", observed_at=LONG_AGO + timedelta(days=next(_numbers)),
    )  # fmt: skip


def change(desk: Desk, token: str, **values: Any) -> None:
    """What an import of assets does to a row."""
    with desk.database.unit_of_work() as session:
        session.execute(update(ListedAsset).where(ListedAsset.contract == token).values(**values))


def reopened(desk: Desk, ref: str) -> bool:
    """Whether it is being looked at again, with its job; the history must hold either way."""
    desk.check_history(ref)
    case = desk.case(ref)
    with desk.database.reading() as session:
        jobs_ = session.scalar(
            select(func.count()).select_from(Job).where(Job.case_id == case.id, Job.topic == "evidence.collect")
        )
        still = session.scalar(
            select(func.count()).select_from(Parked).where(Parked.case_id == case.id, Parked.ended_at.is_(None))
        )
    assert (case.state, jobs_, still) in (("submitted", 2, 0), ("parked", 1, 1))
    return case.state == "submitted"


def test_a_node_for_the_network(desk: Desk) -> None:
    ref = parked(desk, "network_not_supported", network="bitcoin")
    looked(desk)
    looked(desk, "local", "ethereum")
    assert not reopened(desk, ref)
    looked(desk, "bitcoin")
    assert reopened(desk, ref)


@pytest.mark.parametrize("change_of", [{"state": "listed"}, {"minimum": 5}, {"superseded_by": "x"}, {"minimum": 500}])
@pytest.mark.parametrize("why", ["asset_not_recoverable", "below_minimum", "deposits_suspended"])
def test_a_change_of_the_assets_row(desk: Desk, why: str, change_of: dict[str, Any]) -> None:
    token = contract()
    desk.add(listed(token, state="suspended", minimum=5000))
    ref = parked(desk, why, token)
    looked(desk)
    change(desk, token, symbol="NEW", decimals=6)
    looked(desk)
    assert not reopened(desk, ref), "a name decides nothing"
    change(desk, token, **change_of)
    looked(desk)
    assert reopened(desk, ref)


def test_an_asset_that_is_listed_at_last(desk: Desk) -> None:
    token = contract()
    ref = parked(desk, "asset_not_recoverable", token)
    looked(desk)
    assert not reopened(desk, ref)
    desk.add(listed(contract()))
    looked(desk)
    assert not reopened(desk, ref), "another asset's row is nothing to it"
    desk.add(listed(token))
    looked(desk)
    assert reopened(desk, ref)


def test_the_day_deposits_open(desk: Desk) -> None:
    token = contract()
    with desk.database.reading() as session:
        now = database_now(session)
    desk.add(listed(token, deposits_from=now + timedelta(days=1)))
    ref = parked(desk, "deposits_suspended", token)
    looked(desk)
    assert not reopened(desk, ref)
    with desk.database.unit_of_work() as session:  # a day and a bit goes by
        moved = {"since": Parked.since - timedelta(days=2)}
        session.execute(update(Parked).where(Parked.case_id == find(session, ref).id).values(**moved))
    change(desk, token, deposits_from=now - timedelta(hours=1))
    with desk.database.unit_of_work() as session:
        mark = parked_queries.asset_now(session, NETWORK.slug, token)
        session.execute(
            text(
                "UPDATE parked SET watch = jsonb_set(watch, '{asset}', to_jsonb(cast(:mark AS text))) WHERE case_id = :id"
            ),
            {"mark": mark, "id": find(session, ref).id},
        )
    looked(desk)
    assert reopened(desk, ref)


def test_a_price_that_makes_it_worth_it(desk: Desk) -> None:
    token = contract()
    desk.add(price(token, 1, 2))
    ref = parked(desk, "value_below_cost", token, cost=1000)
    looked(desk)
    assert not reopened(desk, ref)
    desk.add(price(token, 1))
    looked(desk)
    assert not reopened(desk, ref), "what it brings is exactly what it costs"
    desk.add(price(token, 1001, 1000))
    looked(desk)
    assert reopened(desk, ref)


def test_a_price_that_was_known_already_re_opens_nothing(desk: Desk) -> None:
    token = contract()
    desk.add(price(token, 5))
    ref = parked(desk, "value_below_cost", token, cost=1000)
    looked(desk)
    assert not reopened(desk, ref)


def test_the_largest_amounts_are_compared(desk: Desk) -> None:
    token = contract()
    ref = parked(desk, "value_below_cost", token, cost=2**255)
    desk.add(price(token, 2**256 - 1, ETHER))
    looked(desk)
    assert reopened(desk, ref) == (2**255 * ETHER < 1000 * (2**256 - 1))
    desk.add(price(token, 2**256 - 1, 1))
    looked(desk)
    assert reopened(desk, ref)


def test_the_networks_conditions(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    ref = parked(desk, "asset_not_recoverable", network="xrpl" if "xrpl" in networks() else NETWORK.slug)
    other = parked(desk, "asset_not_recoverable", network="bitcoin")
    looked(desk)
    assert not reopened(desk, ref)
    slug = "xrpl" if "xrpl" in networks() else NETWORK.slug
    before = parked_queries.conditions_now
    monkeypatch.setattr(
        parked_queries, "conditions_now", lambda network: "direct|" + slug if network == slug else before(network)
    )
    looked(desk)
    assert reopened(desk, ref)
    assert not reopened(desk, other)


@pytest.mark.parametrize("why", LOOK_AGAIN)
def test_what_shows_on_the_chain_alone_is_looked_at_after_a_while(desk: Desk, why: str) -> None:
    ref = parked(desk, why, contract())
    looked(desk)
    assert not reopened(desk, ref)
    with desk.database.unit_of_work() as session:
        session.execute(
            update(Parked)
            .where(Parked.case_id == find(session, ref).id)
            .values(look_at=func.now() - timedelta(seconds=1))
        )
    looked(desk)
    assert reopened(desk, ref)


def test_a_case_can_be_parked_again_however_it_left(desk: Desk) -> None:
    token = contract()
    ref = parked(desk, "asset_not_recoverable", token)
    desk.move("lead", ref, "check_again")
    assert desk.state(ref) == "submitted"
    with desk.database.unit_of_work() as session:
        case = find(session, ref)
        lock(session, case)
        advance(session, SYSTEM, case, "start_check")
        parking.park(session, case, "value_below_cost", NETWORK.slug, transfer(token), cost=1)
    with desk.database.reading() as session:
        shown = case_view(session, desk["owner"], find(session, ref)).parked
        assert shown is not None
        assert shown["why"] == "value_below_cost"


def test_the_depositor_is_told_and_can_withdraw(desk: Desk) -> None:
    ref = parked(desk, "asset_not_recoverable", contract())
    with desk.database.reading() as session:
        view = case_view(session, desk["owner"], find(session, ref))
    assert view.label == "in_review"
    assert view.parked is not None
    assert "park" in {event["name"] for event in view.events}
    desk.move("owner", ref, "withdraw")
    assert desk.state(ref) == "withdrawn"
    looked(desk)
    desk.add(listed(contract()))
    assert desk.state(ref) == "withdrawn"


# held before, for such a reason alone


@pytest.fixture
def holding(monkeypatch: pytest.MonkeyPatch) -> None:
    """As before cases could be parked: what is below the minimum is held."""
    monkeypatch.setitem(BY_CAUSE, ("E01", "WT"), "hold")


def held(desk: Desk, token: str, cause: str = "E01") -> str:
    """A case the machine put on hold since the deposit is below the minimum."""
    desk.add(listed(token, minimum=5000))
    hash = new_hash()
    ref = desk.open(hash)
    desk.look(ref, seen(hash, transfer(token, amount=1000)))
    assert (desk.state(ref), desk.case(ref).cause) == ("on_hold", cause)
    return ref


def test_a_case_on_hold_for_nothing_else_is_parked_and_then_re_opened(desk: Desk, holding: None) -> None:
    token = contract()
    ref = held(desk, token)
    looked(desk)
    assert desk.state(ref) == "parked"
    looked(desk)
    assert desk.state(ref) == "parked"
    change(desk, token, minimum=10)
    looked(desk)
    assert desk.state(ref) == "submitted"


def test_a_change_between_the_hold_and_the_first_look_is_not_missed(desk: Desk, holding: None) -> None:
    token = contract()
    ref = held(desk, token)
    change(desk, token, minimum=10)
    desk.add(
        RegistryLoad(
            id=new_id(), kind="assets", by=desk["admin"].id, sha256="0" * 64, replaced=False, rows=1, added=0, changed=1,
            removed=0,
        )
    )  # fmt: skip
    looked(desk)
    looked(desk)
    assert desk.state(ref) == "submitted"


def test_a_hold_of_a_person_or_for_another_reason_stays_a_hold(desk: Desk) -> None:
    hash = new_hash()
    rejected = desk.open(hash)
    token = contract()
    desk.add(listed(token))
    desk.look(rejected, seen(hash, transfer(token)))
    desk.move("clearing", rejected, "reject_credit", reason="smells")
    with desk.database.unit_of_work() as session:
        find(session, rejected).cause = "E01"
    looked(desk)
    assert desk.state(rejected) == "on_hold"
    nobodys = desk.open(new_hash())
    with desk.database.unit_of_work() as session:
        case = find(session, nobodys)
        lock(session, case)
        advance(session, SYSTEM, case, "start_check")
        advance(session, SYSTEM, case, "hold")
        case.cause = "G06"
    looked(desk)
    assert desk.state(nobodys) == "on_hold"


# the job


def test_the_job_comes_back_and_moves_a_batch_at_a_time(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    token = contract()
    refs = [parked(desk, "asset_not_recoverable", token) for _ in range(5)]
    desk.add(listed(token))
    monkeypatch.setattr(parking, "AT_ONCE", 2)
    plan_look(desk.database)
    plan_look(desk.database)
    for expected in (2, 4, 5):
        (work,) = lease(desk.database, SETTINGS, jobs.JOB_ID)
        jobs.look(work)
        assert [desk.state(ref) for ref in refs].count("submitted") == expected
        with desk.database.unit_of_work() as session:
            job = session.get_one(Job, jobs.JOB_ID)
            soon = (job.due_at - database_now(session)).total_seconds()
            assert job.state == "due"
            assert (soon <= jobs.AT_ONCE_SECONDS) == (expected < 5)
            job.due_at = database_now(session)
    assert [desk.state(ref) for ref in refs] == ["submitted"] * 5, "the longest parked first, and each once"


def test_a_case_somebody_holds_is_left_for_the_next_time(desk: Desk) -> None:
    token = contract()
    ref = parked(desk, "asset_not_recoverable", token)
    desk.add(listed(token))
    with desk.database.unit_of_work() as session:
        lock(session, find(session, ref))
        looked(desk)
    assert not reopened(desk, ref)
    looked(desk)
    assert reopened(desk, ref)


def test_every_reason_speaks(desk: Desk) -> None:
    with desk.database.reading() as session:
        known = session.scalar(
            text("SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = 'ck_parked_why_is_known'")
        )
    assert {why for why in texts.PARKED if f"'{why}'" in known} == set(texts.PARKED)
    assert set(WHY_OF_CAUSE.values()) | set(LOOK_AGAIN) <= set(texts.PARKED)
