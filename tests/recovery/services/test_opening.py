"""Opening a case: one hash, one case; one key, one answer; nonsense refused with its reason."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from recovery.errors import Conflict, InvalidInput, KeyReused, NotAllowed, NotFound, RecoveryError
from recovery.models import Job, Message, RecoveryCase
from recovery.queries.cases import find_case, list_cases
from recovery.services.cases import open_case
from tests.recovery.desk import DEPOSIT, LISTED, SENDER, Desk, new_hash, seen, transfer


def test_the_same_hash_twice_is_the_same_case(desk: Desk) -> None:
    hash = new_hash()
    ref = desk.open(hash)
    for spelling in (hash, hash.upper().replace("X", "x"), f"  {hash}\n", f"https://etherscan.io/tx/{hash}"):
        assert desk.open(spelling) == ref
    assert len(desk.events(ref)) == 1
    with desk.database.reading() as session:
        case_id = desk.case(ref).id
        assert session.scalar(select(func.count()).select_from(Job).where(Job.case_id == case_id)) == 1


def test_a_double_click_is_one_case_even_when_the_case_is_over(desk: Desk) -> None:
    hash = new_hash()
    first = desk.open(hash, key="click")
    assert desk.open(hash, key="click") == first
    desk.look(first, seen(hash, transfer(recipient=SENDER)))
    assert desk.state(first) == "declined"
    assert desk.open(hash, key="click") == first
    again = desk.open(hash, key="another click")
    assert again != first


def test_a_key_with_other_content_is_refused(desk: Desk) -> None:
    desk.open(new_hash(), key="used")
    with pytest.raises(KeyReused):
        desk.open(new_hash(), key="used")


def test_keys_of_two_people_do_not_meet(desk: Desk) -> None:
    mine, theirs = new_hash(), new_hash()
    assert desk.open(mine, key="k") != desk.open(theirs, by="stranger", key="k")


@pytest.mark.parametrize("key", ["", "x" * 201, "a\nb", "\x00", "\ud800"])
def test_a_key_is_short_printable_text(desk: Desk, key: str) -> None:
    with desk.database.unit_of_work() as session, pytest.raises(InvalidInput, match="bad_request_key"):
        open_case(session, desk["owner"], reference=new_hash(), request_id=key)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "empty"),
        ("   ", "empty"),
        ("hello", "no_hash"),
        ("0x" + "1" * 63, "wrong_length"),
        ("0x" + "1" * 65, "wrong_length"),
        (DEPOSIT, "is_address"),
        ("https://etherscan.io/block/19000000", "is_block"),
        ("0x" + "1" * 64 + " 0x" + "2" * 64, "several_hashes"),
        ("a" * 5_000_000, "too_long"),
        ("\ud800", "no_hash"),
        ("\x00", "empty"),
    ],
    ids=lambda value: str(value)[:20].encode("ascii", "replace").decode() if isinstance(value, str) else None,
)
def test_what_is_no_reference_is_refused_with_its_reason_and_leaves_nothing(desk: Desk, text: str, reason: str) -> None:
    before = _count(desk)
    with pytest.raises(InvalidInput) as refused:
        desk.open(text)
    assert refused.value.detail in (f"reference_{reason}", "reference_empty")
    assert set(refused.value.fields) == {"reference"}
    assert _count(desk) == before


def _count(desk: Desk) -> int:
    with desk.database.reading() as session:
        return session.scalar(select(func.count()).select_from(RecoveryCase)) or 0


def test_an_unknown_network_is_refused(desk: Desk) -> None:
    with pytest.raises(InvalidInput, match="network_is_unknown"):
        desk.open(new_hash(), network="atlantis")


@pytest.mark.parametrize("message", ["x" * 4001, "x" * 5_000_000, "a\x00b", "a\ud800b"])
def test_a_message_too_long_or_unreadable_leaves_no_case(desk: Desk, message: str) -> None:
    before = _count(desk)
    with pytest.raises(InvalidInput):
        desk.open(new_hash(), message=message)
    assert _count(desk) == before


def test_a_message_is_kept_once_and_committed_to(desk: Desk) -> None:
    ref = desk.open(new_hash(), message="  It was me.  ")
    with desk.database.reading() as session:
        message = session.scalars(select(Message).where(Message.case_id == desk.case(ref).id)).one()
    assert message.body == "It was me."
    assert message.commitment in desk.events(ref)[0].body
    assert "It was me" not in desk.events(ref)[0].body


def test_a_foreign_case_does_not_exist(desk: Desk) -> None:
    ref = desk.open(new_hash())
    for text in (ref, "RC-0000-0000-0000-0000-0", "nonsense", "\x00", "\ud800"):
        with desk.database.reading() as session, pytest.raises(NotFound):
            find_case(session, desk["stranger"], text)
    with pytest.raises(NotFound):
        desk.move("stranger", ref, "withdraw")
    assert desk.state(ref) == "submitted"


def test_a_signer_sees_no_cases(desk: Desk) -> None:
    ref = desk.open(new_hash())
    with desk.database.reading() as session, pytest.raises(NotFound):
        find_case(session, desk["signer"], ref)


def test_a_depositor_names_no_account_but_their_own(desk: Desk) -> None:
    with pytest.raises(NotAllowed, match="account_is_not_yours"):
        desk.open(new_hash(), account="acct-2")
    assert desk.case(desk.open(new_hash(), account="acct-1")).account == "acct-1"


@pytest.mark.parametrize("who", ["wallet", "clearing", "auditor", "signer"])
def test_teams_that_decide_open_no_cases(desk: Desk, who: str) -> None:
    with pytest.raises(NotAllowed):
        desk.open(new_hash(), by=who, account="acct-1")


def test_what_staff_open_for_somebody_belongs_to_that_person(desk: Desk) -> None:
    """Else nobody could answer its questions or accept its quote, and the specialist would be barred from it."""
    hash = new_hash()
    ref = desk.open(hash, by="maker", account="acct-1")
    assert desk.case(ref).depositor_id == desk["owner"].id
    assert desk.open(hash) == ref
    desk.look(ref, seen(hash, transfer()))
    desk.move("maker", ref, "take")


def test_staff_open_the_same_hash_for_each_account_they_name(desk: Desk) -> None:
    hash = new_hash()
    mine = desk.open(hash, by="maker", account="acct-1")
    theirs = desk.open(hash, by="maker", account="acct-2")
    assert (desk.case(mine).account, desk.case(theirs).account) == ("acct-1", "acct-2")


@pytest.mark.parametrize("account", [None, "", "acct-nobody", "\x00", "\ud800"])
def test_staff_name_an_account_somebody_signs_in_with(desk: Desk, account: str | None) -> None:
    with pytest.raises(InvalidInput) as refused:
        desk.open(new_hash(), by="maker", account=account)
    assert set(refused.value.fields) == {"account"}


@pytest.mark.parametrize("search", ["\x00", "\ud800", "a\x00b", "x" * 5_000, "%", "'"])
def test_a_search_for_anything_is_an_answer(desk: Desk, search: str) -> None:
    with desk.database.reading() as session:
        assert list_cases(session, desk["lead"], search=search).items == ()


@pytest.mark.parametrize("after", ["x", "\x00", "\ud800", "fHx8", "9" * 4000, "OTk5OXwx"])
def test_a_broken_cursor_is_refused(desk: Desk, after: str) -> None:
    with desk.database.reading() as session, pytest.raises(InvalidInput, match="cursor_is_invalid"):
        list_cases(session, desk["lead"], after=after)


def test_a_new_reference_may_not_be_that_of_another_open_case(desk: Desk) -> None:
    taken, hash = new_hash(), new_hash()
    desk.open(taken)
    ref = desk.open(hash)
    desk.look(ref, seen(hash))  # moves nothing: the right hash is asked for
    assert desk.state(ref) == "needs_information"
    with pytest.raises(RecoveryError, match="reference_has_a_case"):
        desk.move("owner", ref, "give_reference", reference=taken)
    right = new_hash()
    desk.move("owner", ref, "give_reference", reference=right)
    desk.look(ref, seen(right, transfer(LISTED, symbol="USDX")))
    assert (desk.state(ref), desk.case(ref).cause) == ("credit_sign_off", "G02")


def test_a_unique_key_that_loses_is_a_conflict_and_a_broken_check_is_not(desk: Desk) -> None:
    case = desk.case(desk.open(new_hash()))
    twin = {column.name: getattr(case, column.name) for column in RecoveryCase.__table__.columns}
    with pytest.raises(Conflict):
        desk.add(RecoveryCase(**twin))
    with pytest.raises(IntegrityError):
        desk.add(Job(id=case.id, topic="t", data={}, state="odd", attempts=0))
