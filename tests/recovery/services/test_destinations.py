"""A refund's address from the first look to the payment: checked, bound to the history, changed only by its owner."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.exc import DBAPIError

from chains.receivable import Receiving, no, yes
from chains.receiving import NODES_SILENT
from recovery.domain.ids import new_id
from recovery.errors import Conflict, InvalidInput, MoveNotOpen, NotAllowed, NotFound
from recovery.models import Account, Evidence, Job, Notice, PlatformLabel, RefundDestination
from recovery.queries.case_view import case_view
from recovery.queries.clock import database_now
from recovery.queries.destinations import newest
from recovery.services import destinations, notices, plans
from recovery.services.plans import terms_of
from recovery.services.transitions import lock
from tests.recovery.desk import DEPOSIT, NETWORK, OUTSIDE, TOKEN, WALLET, Desk, find, refund_steps

ELSEWHERE = "0x1d17CBcF0D6D143135aE902365D2E5e2A16538D4"
THIRD = "0x06eFdBFf2a14a7c8E15944D1F4A48F9F95F663A4"
ALIKE = (ELSEWHERE[:10] + "f" * 26 + ELSEWHERE[-6:]).lower()
SECRET = "k" * 40


@pytest.fixture
def no_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    """Changes whose time of rest is over already."""
    monkeypatch.setattr(destinations, "cooling_until", lambda now, *_: now - timedelta(seconds=1))


def bound(desk: Desk, ref: str) -> str | None:
    with desk.database.reading() as session:
        return destinations.bound_destination(session, find(session, ref))


def bound_row(desk: Desk, ref: str) -> RefundDestination:
    with desk.database.reading() as session:
        row = newest(session, find(session, ref).id)
        assert row is not None
        return row


def problems(desk: Desk, ref: str) -> tuple[str, ...]:
    with desk.database.reading() as session:
        return destinations.still_safe(session, find(session, ref))


def notice(desk: Desk, ref: str) -> Notice:
    with desk.database.reading() as session:
        query = select(Notice).where(Notice.case_id == find(session, ref).id).order_by(Notice.at.desc()).limit(1)
        return session.scalars(query).one()


def deny(desk: Desk, notice_id: uuid.UUID) -> bool:
    with desk.database.unit_of_work() as session:
        return destinations.deny(session, notice_id)


# before anything is agreed to


def test_nothing_is_agreed_to_before_the_network_has_answered(desk: Desk) -> None:
    ref = desk.quoted()
    wish = {"destination": ELSEWHERE, "quote_digest": desk.quote_digest(ref)}
    with pytest.raises(MoveNotOpen, match="destination_is_checked"):
        desk.move("owner", ref, "accept", **wish)
    assert desk.check_destination(ref, ELSEWHERE, Receiving(notes=(NODES_SILENT,))) == "unknown"
    with pytest.raises(MoveNotOpen, match="destination_is_checked"):
        desk.move("owner", ref, "accept", **wish)
    with desk.database.reading() as session:
        again = select(Job.data).where(Job.case_id == find(session, ref).id, Job.topic == "destination.check")
        assert {"address": ELSEWHERE} in list(session.scalars(again))
    assert desk.check_destination(ref, ELSEWHERE) == "allow"
    desk.move("owner", ref, "accept", **wish)
    assert bound(desk, ref) == ELSEWHERE


def test_the_check_of_another_address_or_case_counts_for_nothing(desk: Desk) -> None:
    ref, other = desk.quoted(), desk.quoted()
    desk.check_destination(ref, THIRD)
    desk.check_destination(other, ELSEWHERE)
    with pytest.raises(MoveNotOpen, match="destination_is_checked"):
        desk.move("owner", ref, "accept", destination=ELSEWHERE, quote_digest=desk.quote_digest(ref))


def test_a_warning_is_read_before_it_is_agreed_to(desk: Desk) -> None:
    ref = desk.quoted()
    desk.check_destination(ref, ELSEWHERE, yes(kind="contract", deployed=True))
    wish = {"destination": ELSEWHERE, "quote_digest": desk.quote_digest(ref)}
    with desk.database.reading() as session:
        shown = case_view(session, desk["owner"], find(session, ref)).typed_destination
    assert shown is not None
    assert (shown["verdict"], [one["code"] for one in shown["remarks"]]) == ("confirm", ["destination_is_contract"])
    for confirmed in (None, "yes", "0" * 16):
        with pytest.raises(InvalidInput) as refused:
            desk.move("owner", ref, "accept", confirmed=confirmed, **wish)
        assert refused.value.fields == {"destination": ["destination_is_contract", "destination_confirm"]}
    desk.move("owner", ref, "accept", confirmed=shown["seen"], **wish)
    assert desk.state(ref) == "accepted"


def test_what_the_chain_misses_is_said(desk: Desk) -> None:
    ref = desk.quoted()
    desk.check_destination(ref, ELSEWHERE, no("trust_line"))
    with pytest.raises(InvalidInput) as refused:
        desk.move("owner", ref, "accept", destination=ELSEWHERE, quote_digest=desk.quote_digest(ref))
    assert refused.value.fields == {"destination": ["destination_needs_trust_line"]}


def test_another_platforms_wallet_is_refused_in_the_words_for_ours(desk: Desk) -> None:
    """Whose an address is stays untold: ours of somebody else, a platform's and a bridge's get one sentence (V9, V19)."""
    ref, said = desk.quoted(), []
    for kind, address in (("platform", "0x" + "aa" * 20), ("bridge", "0x" + "bb" * 20)):
        desk.add(PlatformLabel(id=new_id(), network="local", address=canonical(address), platform="X", kind=kind))
    for address in ("0x" + "aa" * 20, "0x" + "bb" * 20, WALLET):
        desk.check_destination(ref, address)
        with pytest.raises(InvalidInput) as refused:
            desk.move("owner", ref, "accept", destination=address, quote_digest=desk.quote_digest(ref))
        said.append((refused.value.detail, refused.value.fields))
    assert said == [("destination_not_usable", {"destination": ["destination_not_usable"]})] * 3


def canonical(address: str) -> str:
    return destinations.canonical("local", address)


def test_a_look_alike_is_shown_beside_the_address_it_is_taken_for(desk: Desk) -> None:
    ref = desk.accepted()
    desk.change_destination(ref, ELSEWHERE)
    assert desk.check_destination(ref, canonical(ALIKE)) == "confirm"
    with desk.database.reading() as session:
        shown = case_view(session, desk["owner"], find(session, ref)).typed_destination
    assert shown is not None
    remark = next(one for one in shown["remarks"] if one["code"] == "destination_looks_alike")
    assert remark["like"] == ELSEWHERE
    assert any(differs for _, differs in remark["pieces"])


# a change


def test_a_change_before_the_refund_binds_the_new_address_and_tells_the_owner(desk: Desk) -> None:
    ref = desk.accepted()
    desk.change_destination(ref, ELSEWHERE)
    assert (desk.state(ref), bound(desk, ref)) == ("accepted", ELSEWHERE)
    told = notice(desk, ref)
    assert (told.email, told.data["address"], told.data["before"]) == ("owner@example.org", ELSEWHERE, OUTSIDE)
    with desk.database.reading() as session:
        case = find(session, ref)
        assert session.scalars(select(Job.topic).where(Job.case_id == case.id, Job.topic == "notice.send")).all()
        left = destinations.cooling_left(session, case)
    assert 23 * 3600 < left <= 24 * 3600
    desk.check_history(ref)


def test_the_same_address_is_no_change(desk: Desk) -> None:
    ref = desk.accepted()
    with pytest.raises(InvalidInput, match="destination_is_the_same"):
        desk.change_destination(ref, OUTSIDE.lower())


def test_a_change_voids_what_was_approved(desk: Desk, no_rest: None) -> None:
    ref = desk.swept()
    desk.draft(ref, "refund")
    desk.sign_off(ref, "refund", "wallet")
    plan = desk.plan(ref, "refund")
    assert plan is not None
    desk.change_destination(ref, ELSEWHERE)
    assert (desk.state(ref), desk.plan(ref, "refund")) == ("swept", None)
    with pytest.raises(MoveNotOpen):
        desk.move("clearing", ref, "approve_refund_clearing", digest=plan.digest)
    desk.draft(ref, "refund")
    fresh = desk.plan(ref, "refund")
    assert fresh is not None and ELSEWHERE in fresh.payload and fresh.digest != plan.digest
    with pytest.raises(Conflict):
        desk.move("wallet", ref, "approve_refund_wallet", digest=plan.digest)
    desk.sign_off(ref, "refund")
    desk.release(ref, "refund", {WALLET: desk.fresh_nonce()})
    with pytest.raises(MoveNotOpen):
        desk.change_destination(ref, THIRD)
    desk.check_history(ref)


def test_nothing_is_planned_or_released_while_the_change_rests(desk: Desk) -> None:
    ref = desk.swept()
    desk.change_destination(ref, ELSEWHERE)
    with pytest.raises(MoveNotOpen, match="cooling_is_over"):
        desk.draft(ref, "refund")
    assert (desk.state(ref), desk.plan(ref, "refund")) == ("swept", None)


def test_nothing_is_released_after_a_change_of_the_accounts_security(desk: Desk) -> None:
    desk.person("changed", "depositor", account="acct-sec")
    ref = desk.swept()
    desk.draft(ref, "refund")
    desk.sign_off(ref, "refund")
    with desk.database.unit_of_work() as session:
        now = database_now(session)
        session.merge(Account(account="acct-1", state="active", locale=None, security_changed_at=now))
    try:
        with pytest.raises(MoveNotOpen, match="cooling_is_over"):
            desk.release(ref, "refund", {WALLET: desk.fresh_nonce()})
    finally:
        with desk.database.unit_of_work() as session:
            changed = now - timedelta(hours=72, seconds=1)
            session.execute(update(Account).where(Account.account == "acct-1").values(security_changed_at=changed))
    desk.release(ref, "refund", {WALLET: desk.fresh_nonce()})
    assert desk.state(ref) == "paying"


@pytest.mark.parametrize("who", ["lead", "maker", "wallet", "clearing", "admin"])
def test_staff_never_name_a_destination(desk: Desk, who: str) -> None:
    ref = desk.accepted()
    desk.check_destination(ref, ELSEWHERE)
    with pytest.raises(NotAllowed):
        desk.move(who, ref, "change_destination", destination=ELSEWHERE)
    with desk.database.reading() as session:
        assert destinations.to_ask(session, desk[who], ref, THIRD) is None


def test_a_stranger_finds_nothing(desk: Desk) -> None:
    ref = desk.accepted()
    with pytest.raises(NotFound):
        desk.move("stranger", ref, "change_destination", destination=ELSEWHERE)
    with desk.database.reading() as session, pytest.raises(NotFound):
        destinations.to_ask(session, desk["stranger"], ref, ELSEWHERE)


def given_up_and_back(desk: Desk, to: str) -> str:
    """The same payment once more, by the same account, after the owner had agreed to ``OUTSIDE`` in another case."""
    before = desk.accepted()
    desk.move("owner", before, "give_up")
    ref = desk.reviewed(hash=desk.case(before).hash)
    desk.move("maker", ref, "conclude")
    desk.move("maker", ref, "quote")
    desk.accept(ref, to)
    return ref


def test_an_address_is_not_changed_without_rest_and_notice_by_a_second_case(desk: Desk) -> None:
    ref = given_up_and_back(desk, ELSEWHERE)
    told = notice(desk, ref)
    assert (told.data["address"], told.data["before"]) == (ELSEWHERE, OUTSIDE)
    with desk.database.reading() as session:
        assert destinations.cooling_left(session, find(session, ref)) > 23 * 3600
    assert (bound(desk, ref), problems(desk, ref)) == (ELSEWHERE, ())
    assert deny(desk, told.id)
    assert (bound_row(desk, ref).address, problems(desk, ref)) == (OUTSIDE, ("denial_is_open",))
    desk.move("lead", ref, "clear_denial")
    assert bound(desk, ref) == OUTSIDE
    desk.check_history(ref)


def test_the_same_address_in_a_second_case_rests_no_longer(desk: Desk) -> None:
    ref = given_up_and_back(desk, OUTSIDE)
    with desk.database.reading() as session:
        assert destinations.cooling_left(session, find(session, ref)) == 0
        assert session.scalar(select(Notice.id).where(Notice.case_id == find(session, ref).id)) is None


def test_a_denial_in_the_case_before_stops_the_payment_of_the_next(desk: Desk) -> None:
    before = desk.accepted()
    desk.change_destination(before, ELSEWHERE)
    told, until = notice(desk, before), bound_row(desk, before).cooling_until
    desk.move("owner", before, "give_up")
    ref = desk.reviewed(hash=desk.case(before).hash)
    for name in ("conclude", "quote"):
        desk.move("maker", ref, name)
    desk.accept(ref, ELSEWHERE)
    assert (bound_row(desk, ref).cooling_until, problems(desk, ref)) == (until, ())
    assert not deny(desk, told.id)
    assert problems(desk, ref) == ("denial_is_open",)
    desk.move("lead", ref, "clear_denial")
    assert (bound(desk, ref), problems(desk, ref)) == (OUTSIDE, ())


# this was not me


def test_a_denied_change_is_undone_and_the_refund_stops(desk: Desk, no_rest: None) -> None:
    ref = desk.swept()
    desk.change_destination(ref, ELSEWHERE)
    desk.draft(ref, "refund")
    desk.sign_off(ref, "refund")
    assert deny(desk, notice(desk, ref).id)
    assert (desk.state(ref), desk.plan(ref, "refund")) == ("refund_on_hold", None)
    with desk.database.reading() as session:
        row = newest(session, find(session, ref).id)
        assert row is not None and row.address == OUTSIDE
    assert problems(desk, ref) == ("denial_is_open",)
    with pytest.raises(MoveNotOpen, match="no_denial_is_open"):
        desk.change_destination(ref, THIRD)
    desk.move("lead", ref, "plan_refund_again")
    with pytest.raises(MoveNotOpen, match="destination_is_safe"):
        desk.draft(ref, "refund")
    desk.move("lead", ref, "clear_denial")
    plan = desk.draft(ref, "refund")
    assert OUTSIDE in plan.payload and bound(desk, ref) == OUTSIDE
    desk.check_history(ref)


def test_the_link_works_once(desk: Desk) -> None:
    ref = desk.accepted()
    desk.change_destination(ref, ELSEWHERE)
    told = notice(desk, ref)
    assert deny(desk, told.id)
    with pytest.raises(Conflict, match="notice_was_used"):
        deny(desk, told.id)
    assert [event.name for event in desk.events(ref)].count("deny_destination") == 1


def test_a_thief_who_changes_twice_is_undone_as_a_whole(desk: Desk) -> None:
    ref = desk.accepted()
    desk.change_destination(ref, ELSEWHERE)
    first = notice(desk, ref)
    desk.change_destination(ref, THIRD)
    assert deny(desk, first.id)
    with desk.database.reading() as session:
        row = newest(session, find(session, ref).id)
        assert row is not None and row.address == OUTSIDE


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_no_denied_address_comes_back_with_the_denial_of_another_change(desk: Desk, order: tuple[int, int]) -> None:
    ref = desk.accepted()
    told = []
    for address in (ELSEWHERE, THIRD):
        desk.change_destination(ref, address)
        told.append(notice(desk, ref).id)
    assert all(deny(desk, told[place]) for place in order)
    assert bound_row(desk, ref).address == OUTSIDE
    desk.move("lead", ref, "clear_denial")
    assert bound(desk, ref) == OUTSIDE
    desk.check_history(ref)


def test_an_address_that_binds_again_rests_as_long_as_before(desk: Desk) -> None:
    ref = desk.accepted()
    desk.change_destination(ref, ELSEWHERE)
    until = bound_row(desk, ref).cooling_until
    desk.change_destination(ref, THIRD)
    assert deny(desk, notice(desk, ref).id)
    desk.move("lead", ref, "clear_denial")
    assert until is not None
    assert (bound_row(desk, ref).address, bound_row(desk, ref).cooling_until) == (ELSEWHERE, until)
    assert problems(desk, ref) == ()


def test_a_denial_that_waited_for_a_lead_is_not_cleared_with_the_one_before(desk: Desk) -> None:
    ref = desk.accepted()
    told = []
    for address in (ELSEWHERE, THIRD):
        desk.change_destination(ref, address)
        told.append(notice(desk, ref).id)
    deny(desk, told[0])
    with desk.database.unit_of_work() as session:
        database_now(session)
        desk.move("lead", ref, "clear_denial")
        assert destinations.deny(session, told[1])
    assert (bound_row(desk, ref).address, problems(desk, ref)) == (OUTSIDE, ("denial_is_open",))


def test_a_denial_that_could_not_be_undone_at_once_is_undone_before_anything_is_paid(desk: Desk, no_rest: None) -> None:
    ref = desk.swept()
    desk.change_destination(ref, ELSEWHERE)
    desk.draft(ref, "refund")
    desk.sign_off(ref, "refund")
    plan = desk.release(ref, "refund", {WALLET: desk.fresh_nonce()})
    assert not deny(desk, notice(desk, ref).id)
    desk.record(plan)
    desk.bury(ref, "refund", 0)
    desk.move("lead", ref, "clear_denial")
    assert bound(desk, ref) == OUTSIDE
    desk.move("lead", ref, "plan_refund_again")
    assert OUTSIDE in desk.draft(ref, "refund").payload
    desk.check_history(ref)


def test_a_denial_that_comes_after_the_release_is_kept_and_stops_the_next_plan(desk: Desk, no_rest: None) -> None:
    ref = desk.swept()
    desk.change_destination(ref, ELSEWHERE)
    desk.draft(ref, "refund")
    desk.sign_off(ref, "refund")
    plan = desk.release(ref, "refund", {WALLET: desk.fresh_nonce()})
    assert not deny(desk, notice(desk, ref).id)
    assert notice(desk, ref).denied_at is not None
    desk.record(plan)
    desk.bury(ref, "refund", 0)
    desk.move("lead", ref, "plan_refund_again")
    with pytest.raises(MoveNotOpen, match="destination_is_safe"):
        desk.draft(ref, "refund")


def test_only_our_own_links_open(desk: Desk) -> None:
    ref = desk.accepted()
    desk.change_destination(ref, ELSEWHERE)
    told = notice(desk, ref)
    token = notices.token_of(SECRET, told.id)
    assert notices.notice_of(SECRET, token) == told.id
    wrong = (
        "",
        token[:-1],
        token + "0",
        token.upper(),
        told.id.hex + "0" * 64,
        "é" * 96,
        notices.token_of("x", told.id),
    )
    for text_ in wrong:
        with pytest.raises(NotFound):
            notices.notice_of(SECRET, text_)


# an insider


def test_no_row_of_an_address_is_rewritten(desk: Desk) -> None:
    ref = desk.accepted()
    for statement in (
        "UPDATE refund_destination SET address = 'x'",
        "DELETE FROM refund_destination",
        "UPDATE destination_check SET verdict = 'allow'",
        "UPDATE quote SET destination = 'x' WHERE destination IS NOT NULL",
        "UPDATE notice SET email = 'x@example.org'",
        "DELETE FROM notice",
    ):
        desk.change_destination(ref, THIRD if bound(desk, ref) != THIRD else ELSEWHERE)
        with pytest.raises(DBAPIError), desk.database.unit_of_work() as session:
            session.execute(text(statement))


def test_an_address_put_into_the_database_stops_the_case(desk: Desk) -> None:
    """An insider adds a row that names a friend's address, at an event that happened: the history says otherwise."""
    ref = desk.swept()
    case = desk.case(ref)
    desk.add(RefundDestination(case_id=case.id, seq=case.version, network="local", address=ELSEWHERE))
    assert bound(desk, ref) is None
    assert problems(desk, ref) == ("destination_differs",)
    with pytest.raises(MoveNotOpen, match="destination_is_safe"):
        desk.draft(ref, "refund")
    with desk.database.unit_of_work() as session:
        held = find(session, ref)
        lock(session, held)
        destinations.stop(session, held, destinations.still_safe(session, held))
    assert desk.state(ref) == "refund_on_hold"


@pytest.mark.parametrize("table", ["refund_destination", "quote"])
def test_an_address_changed_with_the_guards_switched_off_stops_the_case(desk: Desk, table: str) -> None:
    ref = desk.swept()
    desk.draft(ref, "refund")
    desk.sign_off(ref, "refund")
    with desk.database.unit_of_work() as session:
        session.execute(text("SET LOCAL session_replication_role = replica"))
        change = f"UPDATE {table} SET destination = :to" if table == "quote" else f"UPDATE {table} SET address = :to"
        session.execute(text(f"{change} WHERE case_id = :case"), {"to": ELSEWHERE, "case": desk.case(ref).id})
    assert problems(desk, ref) == ("destination_differs",)
    with pytest.raises(MoveNotOpen, match="destination_is_safe"):
        desk.release(ref, "refund", {WALLET: desk.fresh_nonce()})


def test_an_event_rewritten_together_with_the_address_stops_the_case(desk: Desk) -> None:
    """Whoever rewrites the event, the row and the quote alike breaks the chain of hashes."""
    ref = desk.swept()
    with desk.database.unit_of_work() as session:
        session.execute(text("SET LOCAL session_replication_role = replica"))
        values = {"to": ELSEWHERE, "case": desk.case(ref).id, "old": OUTSIDE}
        for statement in (
            "UPDATE refund_destination SET address = :to WHERE case_id = :case",
            "UPDATE quote SET destination = :to WHERE case_id = :case",
            "UPDATE case_event SET body = replace(body, :old, :to) WHERE case_id = :case AND name = 'accept'",
        ):
            session.execute(text(statement), {name: values[name] for name in values if f":{name}" in statement})
    assert problems(desk, ref) == ("history_is_broken",)


def test_a_plan_to_another_address_than_the_bound_one_is_not_proposed(desk: Desk, no_rest: None) -> None:
    """A planner that read the address before it was changed comes too late."""
    ref = desk.swept()
    desk.change_destination(ref, ELSEWHERE)
    with pytest.raises(MoveNotOpen, match="destination_is_safe"), desk.database.unit_of_work() as session:
        case = find(session, ref)
        lock(session, case)
        steps = refund_steps(terms_of(session, case)[1].net, OUTSIDE)
        plans.draft(session, [case], "refund", NETWORK, steps, prepared_by=desk["maker"].id, destination=OUTSIDE)


def test_what_nodes_said_is_kept_word_for_word(desk: Desk) -> None:
    from datetime import UTC, datetime
    from hashlib import sha256

    from chains.receiving import Received
    from chains.types import Answer

    ref, body = desk.quoted(), b'{"result":"0x"}'
    with desk.database.unit_of_work() as session:
        asked = destinations.to_ask(session, desk["owner"], ref, ELSEWHERE)
        assert asked is not None
        said = Answer("node", "eth_getCode", body, sha256(body).hexdigest(), datetime.now(UTC))
        destinations.keep(session, asked, Received(yes(), (said,)), purpose="typed")
    with desk.database.reading() as session:
        kept = session.scalars(
            select(Evidence).where(Evidence.case_id == find(session, ref).id, Evidence.purpose == "destination")
        ).one()
    assert (bytes(kept.body), kept.node) == (body, "node")


def test_the_owner_is_not_told_of_a_hold(desk: Desk) -> None:
    """On hold with a plan at the signer looks like being paid: the same choice, shut with the same words."""
    ref, plan = desk.refund_released()
    paying = _choice(desk, ref)
    desk.record(plan)
    desk.freeze(ref, "refund")
    assert desk.state(ref) == "refund_on_hold"
    assert _choice(desk, ref) == paying


def _choice(desk: Desk, ref: str) -> object:
    from recovery.services.transitions import choices

    with desk.database.reading() as session:
        return {one.name: one for one in choices(session, desk["owner"], find(session, ref))}


def test_the_source_is_offered_where_it_is_safe(desk: Desk) -> None:
    ref = desk.quoted()

    def offered() -> object:
        with desk.database.reading() as session:
            return case_view(session, desk["owner"], find(session, ref)).refund_targets["source"]

    assert offered() is None
    sender = "0x000000000000000000000000000000000000dEaD"
    desk.check_destination(ref, sender, yes(deployed=False))
    # many accounts of this desk were paid from there: it is no one's own wallet
    desk_accounts = {"acct-1"}
    assert (offered() == sender) == (len(desk_accounts) == 1)
    assert {DEPOSIT, TOKEN}.isdisjoint({offered()})
