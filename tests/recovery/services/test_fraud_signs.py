"""Signs of fraud on real cases: read from the tables, kept with the time they were first seen, told to the desk alone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from chains.catalogue import network as find_network
from chains.types import Block
from recovery.domain.cause_policy import BUILT_IN
from recovery.domain.ids import new_id
from recovery.models import (
    Account,
    Credit,
    FraudSignal,
    ListedAsset,
    OwnedAddress,
    OwnershipChallenge,
    OwnershipProof,
    Person,
    PlatformLabel,
    ProofDocument,
    SignOff,
)
from recovery.queries import fraud as facts_of
from recovery.queries.case_view import case_view
from recovery.queries.clock import database_now
from recovery.queries.fraud import fraud_facts
from recovery.services import fraud
from tests.recovery.desk import (
    DEPOSIT,
    GROSS,
    LISTED,
    SENDER,
    TOKEN,
    Desk,
    Survey,
    find,
    make_desk,
    new_hash,
    seen,
    transfer,
)


@pytest.fixture
def desk(database_url: str) -> Iterator[Desk]:
    """A desk of each test's own, so that counts are of this test."""
    made = make_desk(database_url, pool_size=3)
    yield made
    made.database.close()


def signs(desk: Desk, ref: str) -> set[tuple[str, str]]:
    with desk.database.unit_of_work() as session:
        return {(one.code, one.reason) for one in fraud.note(session, find(session, ref))}


def kept(desk: Desk, ref: str) -> dict[tuple[str, str], FraudSignal]:
    with desk.database.reading() as session:
        rows = session.scalars(select(FraudSignal).where(FraudSignal.case_id == find(session, ref).id))
        return {(row.code, row.reason): row for row in rows}


def credited(desk: Desk, **changes: Any) -> str:
    hash = new_hash()
    ref = desk.open(hash)
    desk.look(ref, seen(hash, transfer(LISTED, **changes)))
    return ref


def test_an_ordinary_deposit_shows_no_sign(desk: Desk) -> None:
    ref = credited(desk)
    assert kept(desk, ref) == {}
    assert desk.state(ref) == "credit_sign_off"


def test_a_security_change_puts_the_credit_to_a_lead_who_may_send_it_on(desk: Desk) -> None:
    with desk.database.unit_of_work() as session:
        now = database_now(session)
        session.add(Account(account="acct-1", state="active", security_changed_at=now - timedelta(hours=1)))
    hash = new_hash()
    ref = desk.open(hash)
    desk.look(ref, seen(hash, transfer(LISTED)))
    first = kept(desk, ref)["V3", "security_changed"]
    assert desk.state(ref) == "on_hold"
    desk.move("lead", ref, "check_again")
    desk.look(ref, seen(hash, transfer(LISTED)))
    assert desk.state(ref) == "credit_sign_off"
    assert kept(desk, ref)["V3", "security_changed"].at == first.at


def test_the_desk_sees_the_signs_and_nobody_else(desk: Desk) -> None:
    desk.add(PlatformLabel(id=new_id(), network="local", address=SENDER, platform="Pool", kind="platform"))
    ref = credited(desk)
    assert set(kept(desk, ref)) == {("V9", "refund_to_a_pool")}
    with desk.database.reading() as session:
        case = find(session, ref)
        shown = {
            name: case_view(session, actor, case).signals
            for name, actor in desk.actors.items()
            if name not in ("stranger", "signer")
        }
    assert {name for name, one in shown.items() if one} == {"maker", "maker_and_wallet", "auditor", "lead"}
    assert shown["lead"][0]["evidence"] == {"platform": "Pool"}
    assert not shown["owner"]


def test_a_second_claimant_and_the_same_amount_again(desk: Desk) -> None:
    first = credited(desk)
    hash = desk.case(first).hash
    second = desk.open(hash, by="stranger")
    desk.look(second, seen(hash, transfer(LISTED)))
    assert ("V1", "second_claimant") in signs(desk, second)
    with desk.database.unit_of_work() as session:
        session.add(
            Credit(
                id=new_id(), network="local", hash=new_hash(), position="", account="acct-1", contract=LISTED,
                amount=GROSS, credited_at=database_now(session),
            )
        )  # fmt: skip
    assert ("V4", "same_amount_settled") in signs(desk, credited(desk))
    assert ("V4", "same_amount_settled") not in signs(desk, credited(desk, amount=GROSS + 1))


def test_what_the_survey_and_the_transaction_tell(desk: Desk) -> None:
    hash = new_hash()
    ref = desk.open(hash)
    tx = seen(hash, transfer(TOKEN), warnings=("partial_payment",))
    desk.look(ref, tx, survey=Survey(moved={"log:0": GROSS}, code={SENDER: True}))
    assert {("V5", "partial_payment"), ("V8", "source_is_a_contract")} <= signs(desk, ref)
    hash = new_hash()
    ref = desk.open(hash)
    desk.look(ref, seen(hash, transfer(TOKEN)), survey=Survey(moved={"log:0": 0}, code={SENDER: None}))
    assert ("V5", "log_without_effect") in signs(desk, ref)


def test_a_token_without_a_price_of_its_very_contract(desk: Desk) -> None:
    other = "0x00000000000000000000000000000000000000AA"
    assert ("V6", "no_price_by_contract") in signs(desk, credited_like(desk, other))
    assert ("V6", "no_price_by_contract") not in signs(desk, credited_like(desk, TOKEN))


def credited_like(desk: Desk, contract: str) -> str:
    hash = new_hash()
    ref = desk.open(hash)
    desk.look(ref, seen(hash, transfer(contract)))
    return ref


def test_addresses_that_look_alike_and_transfers_of_nothing(desk: Desk) -> None:
    alike = DEPOSIT[:6] + "0" * 32 + DEPOSIT[-4:]
    hash = new_hash()
    ref = desk.open(hash)
    dust = transfer(LISTED, position="log:1", sender=alike, amount=0)
    desk.look(ref, seen(hash, transfer(LISTED), dust))
    assert {("V7", "look_alike_address"), ("V7", "zero_value")} <= signs(desk, ref)


def test_who_approved_and_how_fast(desk: Desk) -> None:
    ref = desk.drafted()
    desk.sign_off(ref, "sweep")
    assert ("V14", "approved_in_seconds") in signs(desk, ref)
    with desk.database.reading() as session:
        told = fraud_facts(session, find(session, ref))
    assert told.pair_share == (1, 1)
    assert told.most_in_an_hour == 1
    assert [one.stage for one in told.approvals] == ["wallet", "clearing"]


def test_staff_with_the_account_of_the_claimant(desk: Desk) -> None:
    ref = desk.reviewed()
    desk.move("maker", ref, "take")
    assert ("V13", "self_link") not in signs(desk, ref)
    with desk.database.unit_of_work() as session:
        session.get_one(Person, desk["maker"].id).account = "acct-1"
    assert ("V13", "self_link") in signs(desk, ref)


def test_a_destination_that_others_are_paid_to_as_well(desk: Desk) -> None:
    ref, other = desk.accepted(), desk.accepted()
    assert ("V2", "destination_shared") not in signs(desk, ref)  # both are of one account
    with desk.database.unit_of_work() as session:
        find(session, other).account = "acct-2"
    assert ("V2", "destination_shared") in signs(desk, ref)
    assert ("V2", "destination_shared") not in signs(desk, desk.quoted())


def proof(case_id: Any, **changes: Any) -> OwnershipProof:
    values = {
        "id": new_id(), "case_id": case_id, "subject": "source", "network": "local", "hash": "0x1", "address": SENDER,
        "method": "eip191", "strength": "strong", "signature": None, "verdict": False, "why": "other_key",
        "judged_by": new_id(), "extra": {},
    }  # fmt: skip
    return OwnershipProof(**values | changes)


def challenge(case_id: Any, now: Any) -> OwnershipChallenge:
    return OwnershipChallenge(
        id=new_id(), case_id=case_id, network="local", address=SENDER, subject="source", method="eip191",
        nonce=new_id().hex * 2, domain="example.org", text="x", payload={}, expires_at=now + timedelta(days=1), voided_at=now,
    )  # fmt: skip


def test_proofs_that_failed_were_used_before_or_came_from_another(desk: Desk) -> None:
    first, second = desk.open(new_hash()), desk.open(new_hash())
    with desk.database.unit_of_work() as session:
        now, ids = database_now(session), [find(session, ref).id for ref in (first, second)]
        asked = [challenge(case_id, now) for case_id in ids]
        session.add_all(asked)
        session.flush()
        session.add(proof(ids[0], signature="0xaa", challenge_id=asked[0].id, at=now - timedelta(hours=1)))
        session.add(proof(ids[1], signature="0xaa", challenge_id=asked[1].id))
        session.add_all([proof(ids[1]), proof(ids[1], method="test_transfer", why="test_from_another_sender")])
        session.add(
            ProofDocument(
                id=new_id(), case_id=ids[1], name="receipt.html", media_type="text/html", size=1, sha256="0" * 64,
                body=b"x", uploaded_by=new_id(),
            )
        )  # fmt: skip
    assert {
        ("V15", "proofs_failed"), ("V15", "proof_used_again"), ("V16", "test_transfer_by_another"), ("V17", "hostile_upload"),
    } <= signs(desk, second)  # fmt: skip
    assert signs(desk, first) == set()


def test_sums_of_thirty_days(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(facts_of, "_threshold", lambda *_: 2 * GROSS)
    assert ("V18", "split_below_threshold") not in signs(desk, credited(desk))
    assert ("V18", "split_below_threshold") in signs(desk, credited(desk))


def test_the_lowest_amount_of_the_policy_is_the_threshold(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    from dataclasses import replace

    key = ("local", LISTED)
    given = replace(BUILT_IN.parameters, travel_rule={key: 7}, small_amounts={key: 5}, limits={("local", None): 1})
    monkeypatch.setattr(facts_of, "policy_in_force", lambda _: replace(BUILT_IN, parameters=given))
    with desk.database.reading() as session:
        assert facts_of._threshold(session, "local", LISTED) == 5
        assert facts_of._threshold(session, "local", TOKEN) is None


def test_how_much_an_account_reports(desk: Desk) -> None:
    refs = [desk.open(new_hash()) for _ in range(20)]
    other = desk.open(new_hash(), by="stranger")
    assert {("V1", "many_claims_a_day"), ("V20", "many_hashes_an_hour")} <= signs(desk, refs[-1])
    assert signs(desk, refs[0]) == set() == signs(desk, other)
    with desk.database.reading() as session:
        told = fraud_facts(session, find(session, refs[-1]))
    assert (told.cases_in_hour, told.cases_in_month, told.declined_in_week) == (20, 20, 0)


def test_sign_offs_are_counted_by_approver(desk: Desk) -> None:
    ref = desk.drafted()
    desk.sign_off(ref, "sweep", "wallet")
    with desk.database.reading() as session:
        assert session.scalar(select(SignOff.stage)) == "wallet"
        told = fraud_facts(session, find(session, ref))
    assert told.pair_share == (0, 0)


def test_who_is_known_by_the_key_on_another_network_may_be_quick(desk: Desk) -> None:
    with desk.database.reading() as session:
        paid_at = database_now(session) - timedelta(minutes=3)
    desk.add(
        ListedAsset(
            id=new_id(), network="local-second", contract=LISTED, symbol="USDX", decimals=18, state="listed"
        )
    )  # fmt: skip
    hash = new_hash()
    block = Block(100, "0x" + "b" * 64, paid_at)
    ref = desk.open(hash)
    desk.look(ref, seen(hash, transfer(LISTED), network="local-second", network_id="eip155:31338", block=block))
    assert (desk.case(ref).cause, desk.state(ref)) == ("C01", "credit_sign_off")
    assert not {code for code, _ in signs(desk, ref)} & {"V1"}


@pytest.mark.parametrize(("memo", "linked"), [(None, False), ("8001", False), ("7001", True)])
def test_a_shared_address_links_to_an_account_with_its_memo_alone(desk: Desk, memo: str | None, linked: bool) -> None:
    ledger, shared = find_network("local-stellar"), "G" + "A" * 55
    with desk.database.reading() as session:
        now = database_now(session)
    desk.add(
        OwnedAddress(
            id=new_id(), network=ledger.slug, address=shared, memo="7001", account="acct-1", kind="shared", custody="key",
            valid_from=now - timedelta(days=9),
        ),
        ListedAsset(id=new_id(), network=ledger.slug, contract="", symbol="XLM", decimals=7, state="suspended"),
    )  # fmt: skip
    hash = new_hash()
    ref = desk.open(hash)
    leg = transfer(None, recipient=shared, memo=memo, asset=ledger.native.asset)
    block = Block(100, "b" * 64, now - timedelta(minutes=3))
    desk.look(ref, seen(hash, leg, network=ledger.slug, network_id=ledger.id, block=block))
    assert desk.case(ref).cause == ("G01" if linked else "B01" if memo is None else "B02")
    assert (("V1", "filed_within_minutes") in signs(desk, ref)) is not linked
