"""What a load leaves behind for ever, one owner at a time, and rows that are changed by hand."""

from __future__ import annotations

import io
import itertools
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st
from sqlalchemy import delete, select, text
from sqlalchemy.exc import IntegrityError

from recovery.db import Database
from recovery.domain.actor import SYSTEM, Actor
from recovery.domain.ids import new_id
from recovery.domain.registries import REGISTRIES
from recovery.errors import Conflict, InvalidInput, NotAllowed, NotFound, StepUpNeeded
from recovery.models import OwnedAddress, RegistryChange, RegistryLoad, RegistryUpload
from recovery.queries.registry import Filter, registry_page, table_of
from recovery.queries.registry_view import name_of, row_view
from recovery.services.registry import OVERLAPS, import_registry, load_file
from recovery.services.registry_edits import end_validity, look_at_upload, put_row, put_row_once, take_upload
from recovery.services.registry_files import CsvFile
from tests.recovery.services.test_registry import SAMPLES, a_file, counts, export, load

ADDRESS = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"
OTHER = "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359"
LEAD = Actor(new_id(), frozenset({"lead"}), stepped_up=True)
OVERLAP = {"why": OVERLAPS}


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    opened = Database(database_url)
    yield opened
    opened.close()


def changes(database: Database) -> list[RegistryChange]:
    with database.reading() as session:
        return list(session.scalars(select(RegistryChange).order_by(RegistryChange.id)))


def owned(account: str, start: str = "", end: str = "", *, memo: str = "", address: str = ADDRESS) -> str:
    return f"ethereum,{address},{memo},{account},deposit,{start},{end},key,,,"


def refused(answer: dict[str, Any]) -> list[int]:
    assert all(one["why"] == OVERLAPS for one in answer["refused"]), answer
    return [one["row"] for one in answer["refused"]]


@pytest.mark.parametrize("kind", SAMPLES)
def test_every_row_that_is_added_changed_or_removed_leaves_a_line(database: Database, kind: str) -> None:
    load(database, kind, a_file(kind, SAMPLES[kind]))
    load(database, kind, a_file(kind, SAMPLES[kind]))  # changes nothing, leaves nothing
    (line,) = changes(database)
    assert (line.kind, line.before, line.by) == (kind, None, SYSTEM.id)
    registry = REGISTRIES[kind]
    assert set(line.key) == set(registry.key) and line.after is not None and set(line.after) == set(registry.data)
    with database.reading() as session:
        assert line.load_id == session.scalars(select(RegistryLoad.id).order_by(RegistryLoad.at)).first()
    if not registry.appends:
        load(database, kind, a_file(kind), replace=True)
        gone = changes(database)[-1]
        assert (gone.key, gone.before, gone.after) == (line.key, line.after, None)


def test_a_change_says_what_was_and_what_is(database: Database) -> None:
    load(database, "assets", a_file("assets", f"ethereum,{OTHER},TOK,18,listed,,{10**30},"))
    load(database, "assets", a_file("assets", f"ethereum,{OTHER},TOK,18,delisted,2024-01-01,,"))
    line = changes(database)[-1]
    assert line.key == {"network": "ethereum", "contract": OTHER}
    assert line.before == {
        "symbol": "TOK", "decimals": 18, "state": "listed", "deposits_from": None, "minimum": str(10**30), "superseded_by": None,
    }  # fmt: skip
    assert line.after is not None and line.after["state"] == "delisted" and line.after["minimum"] is None


def test_what_is_refused_or_only_looked_at_leaves_no_line(database: Database) -> None:
    load(database, "accounts", a_file("accounts", "a,active,,", "b,asleep,,"))
    with database.unit_of_work() as session:
        file = CsvFile(io.StringIO(a_file("accounts", "a,active,,")))
        result = load_file(session, SYSTEM, "accounts", file, dry_run=True)
    assert (result.added, result.load_id) == (1, None)
    assert changes(database) == [] and export(database, "accounts").count("\n") == 1


def test_a_dry_run_counts_what_a_real_one_does(database: Database) -> None:
    load(database, "accounts", a_file("accounts", "a,active,,", "b,active,,", "c,active,,"))
    content = a_file("accounts", "b,active,,", "c,frozen,,", "d,active,,")
    found = []
    for dry in (True, False):
        with database.unit_of_work() as session:
            result = load_file(session, SYSTEM, "accounts", CsvFile(io.StringIO(content)), replace=True, dry_run=dry)
        found.append((result.rows, result.added, result.changed, result.unchanged, result.removed))
    assert found == [(3, 1, 1, 1, 1)] * 2


def test_the_history_cannot_be_rewritten(database: Database) -> None:
    load(database, "accounts", a_file("accounts", "a,active,,"))
    for statement in ("UPDATE registry_change SET kind = 'x'", "DELETE FROM registry_change"):
        with pytest.raises(IntegrityError), database.unit_of_work() as session:
            session.execute(text(statement))
    assert len(changes(database)) == 1


def test_one_owner_at_a_time(database: Database) -> None:
    """Within the file, against the table, with open ends on both sides; the end is the first moment after."""
    load(database, "addresses", a_file("addresses", owned("a", "2024-01-01", "2024-06-01")))
    for fits in (("b", "2024-06-01", ""), ("b", "", "2024-01-01"), ("a", "2024-02-01", "")):
        with database.unit_of_work() as session:
            file = CsvFile(io.StringIO(a_file("addresses", owned(*fits))))
            assert load_file(session, SYSTEM, "addresses", file, dry_run=True).refused == []
    for wrong in (("b", "", ""), ("b", "2024-05-31", ""), ("b", "", "2024-01-02"), ("b", "2024-02-01", "2024-03-01")):
        assert refused(load(database, "addresses", a_file("addresses", owned(*wrong)))) == [1]
    both = a_file("addresses", owned("c", address=OTHER), owned("d", "2030-01-01", address=OTHER.lower()))
    assert refused(load(database, "addresses", both)) == [2]
    taken = load(database, "addresses", both, partial=True)
    assert (taken["added"], refused(taken)) == (1, [2])


def test_a_shared_address_has_an_owner_for_each_memo(database: Database) -> None:
    rows = [owned("", memo=""), owned("a", memo="1"), owned("b", memo="01"), owned("c", memo="1 ")]
    answer = load(database, "addresses", a_file("addresses", *rows))
    assert refused(answer) == [4]  # outer spaces are no part of a cell
    rows[3] = owned("c", memo="１")
    assert counts(load(database, "addresses", a_file("addresses", *rows))) == (4, 4, 0, 0)


def test_a_file_may_hand_an_address_over(database: Database) -> None:
    load(database, "addresses", a_file("addresses", owned("a", "2024-01-01")))
    over = a_file("addresses", owned("b", "2024-06-01"), owned("a", "2024-01-01", "2024-06-01"))
    assert counts(load(database, "addresses", over)) == (2, 1, 1, 0)


def test_a_hand_over_whose_first_half_is_refused_is_refused(database: Database) -> None:
    """The row that would end ``a`` is refused, so ``a`` goes on, and ``c`` may not follow it."""
    load(database, "addresses", a_file("addresses", owned("a", "2024-01-01"), owned("z", address=OTHER)))
    rows = [
        owned("b", "2023-01-01", "2023-06-01"),
        owned("a", "2024-01-01", "asleep"),
        owned("c", "2024-06-01"),
    ]
    answer = load(database, "addresses", a_file("addresses", *rows), partial=True)
    assert [one["row"] for one in answer["refused"]] == [2, 3] and answer["added"] == 1


def test_replacing_looks_at_the_file_alone(database: Database) -> None:
    load(database, "addresses", a_file("addresses", owned("a")))
    assert counts(load(database, "addresses", a_file("addresses", owned("b")), replace=True)) == (1, 1, 0, 0)


DAYS = st.integers(0, 6)
RANGES = st.tuples(st.sampled_from("ab"), st.sampled_from("xyz"), DAYS, st.none() | DAYS).filter(
    lambda one: one[3] is None or one[2] < one[3]
)
ROWS = st.lists(RANGES, max_size=7, unique_by=lambda one: one[:3])


def meet(one: tuple[Any, ...], other: tuple[Any, ...]) -> bool:
    """Whether two rows give a memo to two accounts on one day, day by day."""
    days = [set(range(start, 99 if end is None else end)) for _, _, start, end in (one, other)]
    return one[0] == other[0] and one[1] != other[1] and bool(days[0] & days[1])


def model(kept: list[tuple[Any, ...]], rows: list[tuple[Any, ...]]) -> set[int]:
    """Refuse, until nothing overlaps, what meets an earlier row of the file or one that will stay."""
    bad = {i for (h, first), (i, row) in itertools.combinations(enumerate(rows), 2) if meet(first, row)}
    while True:
        told = {row[:3] for i, row in enumerate(rows) if i not in bad}
        stay = [row for row in kept if row[:3] not in told]
        more = {i for i, row in enumerate(rows) if i not in bad and any(meet(row, one) for one in stay)}
        if not more:
            return bad
        bad |= more


def cells(row: tuple[Any, ...]) -> str:
    memo, account, start, end = row
    day = [f"2024-01-{one + 1:02}" if one is not None else "" for one in (start, end)]
    return owned(account, *day, memo=memo)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(first=ROWS, second=ROWS)
def test_overlaps_are_those_of_a_model_that_counts_days(database: Database, first: Any, second: Any) -> None:
    with database.unit_of_work() as session:
        session.execute(delete(OwnedAddress))
    answer = load(database, "addresses", a_file("addresses", *map(cells, first)), partial=True)
    bad = model([], first)
    assert set(refused(answer)) == {i + 1 for i in bad}
    kept = [row for i, row in enumerate(first) if i not in bad]
    whole = load(database, "addresses", a_file("addresses", *map(cells, second)))
    answer = load(database, "addresses", a_file("addresses", *map(cells, second)), partial=True)
    assert bool(whole["refused"]) == bool(model(kept, second))
    if whole["refused"]:
        assert set(refused(answer)) == {i + 1 for i in model(kept, second)} == set(refused(whole))
    with database.reading() as session:
        rows = session.scalars(select(OwnedAddress)).all()
    end = datetime(9999, 1, 1, tzinfo=UTC)
    for one, other in itertools.combinations(rows, 2):
        apart = (one.valid_until or end) <= other.valid_from or (other.valid_until or end) <= one.valid_from
        assert one.memo != other.memo or one.account == other.account or apart


@pytest.mark.parametrize(
    ("salt", "taken"),
    [
        ("0x" + "ab" * 32, True),
        ("0x1", True),
        (str(2**256 - 1), True),
        (str(2**256), False),
        ("0x" + "ab" * 33, False),
        ("0x", False),
        ("pepper", False),
    ],
)
def test_the_form_of_a_salt(database: Database, salt: str, taken: bool) -> None:
    row = f"ethereum,{ADDRESS},,a,contract,,,contract,{OTHER.lower()},{salt},"
    answer = load(database, "addresses", a_file("addresses", row))
    assert answer["refused"] == ([] if taken else [{"row": 1, "why": "salt: not_a_salt"}])


def test_a_key_of_the_longest_cells_fits_the_index(database: Database) -> None:
    """Random letters do not shrink; beyond this the database itself would refuse the row."""
    letters = "".join(chr(0x4E00 + (n * 7919) % 20_000) for n in range(333))
    answer = load(database, "addresses", a_file("addresses", owned(letters, memo=letters[::-1])))
    assert answer["added"] == 1
    longer = load(database, "accounts", a_file("accounts", f"{letters}xx,active,,"))
    assert longer["refused"] == [{"row": 1, "why": "account: too_long"}]


ROW = {"network": "ethereum", "address": ADDRESS.lower(), "account": "a", "kind": "deposit", "custody": "key"}


def put(database: Database, given: dict[str, str], actor: Actor = LEAD, **options: Any) -> Any:
    with database.unit_of_work() as session:
        return put_row(session, actor, "addresses", given, **options)


def test_one_row_by_hand_goes_the_way_of_a_file(database: Database) -> None:
    assert put(database, ROW).outcome == "added"
    assert put(database, ROW).outcome == "unchanged"
    assert put(database, ROW | {"label": "new"}).row["address"] == ADDRESS
    assert [line.by for line in changes(database)] == [LEAD.id] * 2
    with pytest.raises(InvalidInput) as wrong:
        put(database, ROW | {"custody": "nobody"})
    assert wrong.value.fields == {"custody": ["not_one_of:key|contract|multisig|third_party|archived"]}
    with pytest.raises(InvalidInput) as wrong:
        put(database, ROW | {"account": "b"})
    assert wrong.value.fields == {"account": [OVERLAPS]}
    with pytest.raises(InvalidInput) as wrong:
        put(database, ROW | {"colour": "red"})
    assert wrong.value.fields == {"colour": ["field_is_unknown"]}
    with pytest.raises(InvalidInput) as wrong:
        put(database, ROW | {"label": "a\r\nb"})
    assert wrong.value.fields == {"label": ["control_character"]}


def test_who_may_change_by_hand(database: Database) -> None:
    specialist = Actor(new_id(), frozenset({"specialist"}), stepped_up=True)
    stale = Actor(new_id(), frozenset({"lead"}))
    token = Actor(new_id(), frozenset({"lead"}), scopes=frozenset({"registries:write"}))
    with pytest.raises(NotAllowed):
        put(database, ROW, specialist)
    with pytest.raises(StepUpNeeded):
        put(database, ROW, stale)
    assert put(database, ROW, token).outcome == "added"
    with database.unit_of_work() as session:
        for kind in REGISTRIES:
            with pytest.raises(StepUpNeeded):
                import_registry(session, stale, kind, io.StringIO(a_file(kind)))


def mark(database: Database) -> tuple[str, str]:
    with database.reading() as session:
        registry, table = REGISTRIES["addresses"], table_of("addresses")
        row = session.execute(select(table)).mappings().one()
        name = name_of(registry, row)
        return name, row_view(session, LEAD, "addresses", name).mark


def test_who_was_slower_is_told(database: Database) -> None:
    put(database, ROW, mark="")
    with pytest.raises(Conflict, match="row_is_there"):
        put(database, ROW, mark="")
    _, seen = mark(database)
    put(database, ROW | {"label": "theirs"}, mark=seen)
    with pytest.raises(Conflict, match="row_changed_meanwhile"):
        put(database, ROW | {"label": "mine"}, mark=seen)


def test_the_same_click_twice_is_one_change(database: Database) -> None:
    for _ in range(2):
        with database.unit_of_work() as session:
            put_row_once(session, LEAD, "addresses", ROW, mark="", request_id="r" * 20)
    assert len(changes(database)) == 1


def test_an_address_is_ended_and_not_deleted(database: Database) -> None:
    put(database, ROW)
    name, seen = mark(database)
    for _ in range(2):
        with database.unit_of_work() as session:
            end_validity(session, LEAD, "addresses", name, until="", mark=seen, request_id="e" * 20)
    with database.reading() as session:
        found = row_view(session, LEAD, "addresses", name)
    assert found.validity == "past" and [one.what for one in found.history] == ["changed", "added"]
    assert [name for name, _, _ in found.history[0].differences] == ["valid_until"]
    with pytest.raises(NotFound), database.unit_of_work() as session:
        end_validity(session, LEAD, "addresses", "nonsense", until="", mark=seen, request_id="f" * 20)
    assert put(database, ROW | {"account": "b", "valid_from": datetime.now(UTC).isoformat()}).outcome == "added"


def test_a_removed_row_keeps_its_page(database: Database) -> None:
    load(database, "prices", a_file("prices", SAMPLES["prices"]))
    load(database, "addresses", a_file("addresses", SAMPLES["addresses"]))
    with database.reading() as session:
        for kind in ("prices", "addresses"):
            row = session.execute(select(table_of(kind))).mappings().one()
            found = row_view(session, LEAD, kind, name_of(REGISTRIES[kind], row))
            assert found.row is not None and [one.what for one in found.history] == ["added"]
    name, _ = mark(database)
    load(database, "addresses", a_file("addresses"), replace=True)
    with database.reading() as session:
        found = row_view(session, LEAD, "addresses", name)
    assert found.row is None and [one.what for one in found.history] == ["removed", "added"]


@pytest.mark.parametrize("name", ["", "x", "é", "WyJhIl0", "bnVsbA", "WyJhIiwiYiIsImMiLCJkIiwiZSJd", "W1tb" * 2000])
def test_a_made_up_name_of_a_row_is_nothing(database: Database, name: str) -> None:
    with database.reading() as session, pytest.raises(NotFound):
        row_view(session, LEAD, "addresses", name)


def test_rows_are_found_by_any_name_in_any_spelling_at_any_time(database: Database) -> None:
    rows = [owned("a", "2024-01-01", "2024-06-01"), owned("b", "2024-06-01"), owned("a", address=OTHER)]
    load(database, "addresses", a_file("addresses", *rows))

    def found(**wanted: Any) -> list[str]:
        with database.reading() as session:
            items, _ = registry_page(session, LEAD, "addresses", Filter(**wanted))
        return [f"{item['account']}{(item['address'] or '')[2]}" for item in items]

    assert found(text="a") == ["a5", "af"]
    assert found(text=ADDRESS.lower()) == ["a5", "b5"]
    assert found(network="polygon") == [] and len(found(network="ethereum")) == 3
    start = datetime(2024, 6, 1, tzinfo=UTC)
    assert found(text=ADDRESS, as_of=start) == ["b5"]
    assert found(text=ADDRESS, as_of=start - timedelta(microseconds=1)) == ["a5"]
    with database.reading() as session:
        for kind, wanted in (("accounts", Filter(network="ethereum")), ("assets", Filter(as_of=start))):
            with pytest.raises(InvalidInput):
                registry_page(session, LEAD, kind, wanted)


def test_an_upload_is_looked_at_then_taken_once(database: Database) -> None:
    content = a_file("accounts", "a,active,,", "b,asleep,,").encode()
    with database.unit_of_work() as session:
        first = look_at_upload(session, LEAD, "accounts", content)
        upload = session.get_one(RegistryUpload, first)
        assert (upload.preview["added"], len(upload.preview["refused"])) == (1, 1)
    assert changes(database) == []
    with pytest.raises(InvalidInput, match="rows_refused"), database.unit_of_work() as session:
        take_upload(session, LEAD, "accounts", first)
    other = Actor(new_id(), frozenset({"lead"}), stepped_up=True)
    with pytest.raises(NotFound), database.unit_of_work() as session:
        take_upload(session, other, "accounts", first, partial=True)
    with database.unit_of_work() as session:
        assert take_upload(session, LEAD, "accounts", first, partial=True).added == 1
    with pytest.raises(NotFound), database.unit_of_work() as session:
        take_upload(session, LEAD, "accounts", first, partial=True)
    with database.unit_of_work() as session:
        look_at_upload(session, LEAD, "accounts", content)
        look_at_upload(session, LEAD, "accounts", content)
        assert len(session.scalars(select(RegistryUpload)).all()) == 1
