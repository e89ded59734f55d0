"""Registries come in as CSV, hostile or not, and go out the same."""

from __future__ import annotations

import csv
import hashlib
import io
import time
from collections.abc import Iterator

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from recovery.db import Database
from recovery.domain.actor import SYSTEM, Actor
from recovery.domain.ids import new_id
from recovery.domain.registries import REGISTRIES, SINCE_EVER
from recovery.errors import InvalidInput, NotAllowed, NotFound
from recovery.models import ListedAsset, OwnedAddress, RegistryLoad
from recovery.queries.registry import export_rows, registry_page
from recovery.services.registry import import_registry
from recovery.services.registry_files import LONGEST_LINE

ADDRESS = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"
TOKEN = "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359"
HASH = "0x" + "ab" * 32

SAMPLES = {
    "accounts": "acct-1,active,en,2024-01-01T00:00:00Z",
    "addresses": f"ethereum,{ADDRESS},,acct-1,deposit,2024-01-01T00:00:00Z,2025-01-01T00:00:00Z,key,{TOKEN},0x01,a label",
    "assets": f"ethereum,{TOKEN},TOK,18,listed,2024-01-01T00:00:00Z,1000,",
    "credits": f"ethereum,{HASH},log:12,acct-1,{TOKEN},{2**256 - 1},2024-01-01T00:00:00.123456Z",
    "labels": f"ethereum,{ADDRESS},Some Exchange,platform",
    "prices": f"ethereum,{TOKEN},,1,2000,desk,2024-01-01T00:00:00Z",
    "withdrawals": f"ethereum,{HASH},acct-1,,1,{ADDRESS},,2024-01-01T00:00:00Z",
}


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    opened = Database(database_url)
    yield opened
    opened.close()


def a_file(kind: str, *rows: str, newline: str = "\n") -> str:
    return newline.join([",".join(REGISTRIES[kind].header), *rows, ""])


def load(database: Database, kind: str, content: str | bytes, **options: bool) -> dict[str, object]:
    raw = content.encode() if isinstance(content, str) else content
    file = io.TextIOWrapper(io.BytesIO(raw), encoding="utf-8-sig", newline="")
    with database.unit_of_work() as session:
        return import_registry(session, SYSTEM, kind, file, **options).as_json()


def export(database: Database, kind: str) -> str:
    text = io.StringIO()
    with database.reading() as session:
        csv.writer(text, lineterminator="\n").writerows(export_rows(session, SYSTEM, kind))
    return text.getvalue()


def counts(answer: dict[str, object]) -> tuple[object, ...]:
    return answer["rows"], answer["added"], answer["changed"], answer["unchanged"]


def test_every_kind_has_a_sample() -> None:
    assert SAMPLES.keys() == REGISTRIES.keys()


@pytest.mark.parametrize("kind", SAMPLES)
def test_what_comes_in_goes_out_the_same(database: Database, kind: str) -> None:
    content = a_file(kind, SAMPLES[kind])
    assert load(database, kind, content) == {
        "kind": kind,
        "rows": 1,
        "added": 1,
        "changed": 0,
        "unchanged": 0,
        "refused": [],
    }
    assert export(database, kind) == content
    assert counts(load(database, kind, content)) == (1, 0, 0, 1)


@pytest.mark.parametrize("kind", sorted(set(SAMPLES) - {"prices"}))
def test_a_known_key_changes_the_row_and_others_stay(database: Database, kind: str) -> None:
    changes = {
        "accounts": ("active", "frozen"),
        "addresses": ("a label", "another"),
        "assets": ("TOK", "NEW"),
        "credits": ("acct-1", "acct-2"),
        "labels": ("Some Exchange", "Other"),
        "withdrawals": (",1,", ",2,"),
    }
    load(database, kind, a_file(kind, SAMPLES[kind]))
    content = a_file(kind, SAMPLES[kind].replace(*changes[kind]))
    assert counts(load(database, kind, content)) == (1, 0, 1, 0)
    assert export(database, kind) == content


def test_prices_are_kept_side_by_side(database: Database) -> None:
    load(database, "prices", a_file("prices", SAMPLES["prices"]))
    later = SAMPLES["prices"].replace("2000", "2001")
    assert counts(load(database, "prices", a_file("prices", SAMPLES["prices"], later))) == (2, 1, 0, 1)
    with pytest.raises(InvalidInput, match="only_grows"):
        load(database, "prices", a_file("prices", later), replace=True)


def test_one_refused_row_refuses_the_file_unless_partial(database: Database) -> None:
    content = a_file("accounts", "a,active,,", "b,sleeping,,", "c,closed,,")
    refused = [{"row": 2, "why": "state: not_one_of:active|frozen|closed"}]
    answer = load(database, "accounts", content)
    assert counts(answer) == (3, 0, 0, 0) and answer["refused"] == refused
    assert export(database, "accounts").count("\n") == 1
    answer = load(database, "accounts", content, partial=True)
    assert counts(answer) == (3, 2, 0, 0) and answer["refused"] == refused
    assert export(database, "accounts").count("\n") == 3


def test_replacing_makes_the_file_the_whole(database: Database) -> None:
    load(database, "accounts", a_file("accounts", "a,active,,", "b,active,,"))
    assert counts(load(database, "accounts", a_file("accounts", "b,frozen,,", "c,active,,"), replace=True)) == (
        2,
        1,
        1,
        0,
    )
    assert export(database, "accounts") == a_file("accounts", "b,frozen,,", "c,active,,")
    with pytest.raises(InvalidInput, match="replace_needs_a_whole_file"):
        load(database, "accounts", a_file("accounts"), replace=True, partial=True)


def test_every_import_that_took_effect_is_remembered_for_ever(database: Database) -> None:
    first, second = a_file("accounts", "a,active,,", "b,active,,"), a_file("accounts", "b,frozen,,", "c,active,,")
    load(database, "accounts", first)
    load(database, "accounts", a_file("accounts", "d,sleeping,,"))  # refused as a whole
    load(database, "accounts", second, replace=True)
    with database.reading() as session:
        loads = session.scalars(select(RegistryLoad).order_by(RegistryLoad.at)).all()
    assert [(one.by, one.sha256) for one in loads] == [
        (SYSTEM.id, hashlib.sha256(content.encode()).hexdigest()) for content in (first, second)
    ]
    assert [(one.replaced, one.rows, one.added, one.changed, one.removed) for one in loads] == [
        (False, 2, 2, 0, 0),
        (True, 2, 1, 1, 1),
    ]
    with pytest.raises(IntegrityError), database.unit_of_work() as session:
        session.execute(update(RegistryLoad).values(by=new_id()))


def test_addresses_assets_and_hashes_take_their_canonical_form(database: Database) -> None:
    load(database, "assets", a_file("assets", f"ethereum,{TOKEN.lower()},TOK,18,listed,,,", "bitcoin,,BTC,8,listed,,,"))
    load(database, "addresses", a_file("addresses", f"ethereum,{ADDRESS.lower()},,,hot,,,key,,,"))
    load(database, "credits", a_file("credits", f"ethereum,{HASH.upper().replace('0X', '0x')},,a,,0,2024-01-01"))
    with database.reading() as session:
        assert TOKEN in session.scalars(select(ListedAsset.contract)).all()
        owned = session.scalars(select(OwnedAddress)).one()
        assert owned.address == ADDRESS and owned.valid_from == SINCE_EVER and owned.memo == ""
    assert f"ethereum,{HASH},,a,,0,2024-01-01T00:00:00Z" in export(database, "credits")
    assert f"ethereum,{ADDRESS},,,hot,,,key,,,\n" in export(database, "addresses")


@pytest.mark.parametrize(
    ("kind", "row", "why"),
    [
        ("accounts", "a,active", "wrong_number_of_cells"),
        ("accounts", "a,active,,,", "wrong_number_of_cells"),
        ("accounts", ",active,,", "account: required"),
        ("accounts", "a\x00b,active,,", "account: control_character"),
        ("accounts", '"a\nb",active,,', "account: control_character"),
        ("accounts", f"{'a' * 1001},active,,", "account: too_long"),
        ("accounts", "a,active,,yesterday", "security_changed_at: not_a_time"),
        ("accounts", "a,active,,0001-01-01T00:00:00+14:00", "security_changed_at: not_a_time"),
        ("labels", f"atlantis,{ADDRESS},P,platform", "network: unknown_network"),
        ("labels", f"ethereum,{ADDRESS.swapcase().replace('0X', '0x')},P,platform", "address: bad_checksum"),
        ("labels", "ethereum,nowhere,P,platform", "address: not_hex_address"),
        ("labels", f"bitcoin,{ADDRESS},P,platform", None),
        ("assets", f"bitcoin,{TOKEN},X,8,listed,,,", "contract: no_such_asset"),
        ("assets", f"ethereum,{TOKEN},X,78,listed,,,", "decimals: not_decimals"),
        ("assets", f"ethereum,{TOKEN},X,٣,listed,,,", "decimals: not_decimals"),
        ("assets", f"ethereum,{TOKEN},X,8,listed,,-1,", "minimum: not_an_amount"),
        ("assets", f"ethereum,{TOKEN},X,8,listed,,1.5,", "minimum: not_an_amount"),
        ("assets", f"ethereum,{TOKEN},X,8,listed,,{2**256},", "minimum: not_an_amount"),
        ("credits", f"ethereum,{HASH}0,,a,,1,2024-01-01", "hash: not_a_hash"),
        ("prices", f"ethereum,{TOKEN},,0,1,x,2024-01-01", "numerator: not_an_amount"),
        (
            "addresses",
            f"ethereum,{ADDRESS},,,hot,2024-01-02,2024-01-01,key,,,",
            "valid_until: before_valid_from",
        ),
    ],
)
def test_a_wrong_row_is_refused_with_its_reason(database: Database, kind: str, row: str, why: str | None) -> None:
    answer = load(database, kind, a_file(kind, row))
    assert isinstance(answer["refused"], list) and [one["row"] for one in answer["refused"]] == [1]
    assert why is None or answer["refused"][0]["why"] == why


def test_the_same_key_twice_in_a_file_is_refused(database: Database) -> None:
    rows = (f"ethereum,{ADDRESS},P,platform", f"ethereum,{ADDRESS.lower()},Q,platform")
    answer = load(database, "labels", a_file("labels", *rows))
    assert answer["refused"] == [{"row": 2, "why": "same_key_as_row: 1"}]


def test_a_byte_order_mark_windows_lines_and_another_column_order_do_no_harm(database: Database) -> None:
    content = b"\xef\xbb\xbf" + b"state,account,security_changed_at,locale\r\nactive,a,,en\r\n\r\n"
    assert counts(load(database, "accounts", content)) == (1, 1, 0, 0)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "wrong_header"),
        (b"account,state\na,active\n", "wrong_header"),
        (b"account,account,state,locale\n", "wrong_header"),
        (b"account,state,locale,security_changed_at\n\xff\xfe,active,,\n", "not_utf8"),
        (b"\xff\xfea\x00c\x00", "not_utf8"),
        (b'account,state,locale,security_changed_at\n"a,active,,\n', "not_csv"),
        (b'account,state,locale,security_changed_at\n"a"b,active,,\n', "not_csv"),
        (b"account,state,locale,security_changed_at\n" + b"x" * (LONGEST_LINE + 1), "line_too_long"),
        (b'account,state,locale,security_changed_at\n"' + b"x\n" * 100_000 + b'",active,,\n', "not_csv"),
    ],
)
def test_what_is_no_such_file_is_refused_whole(database: Database, content: bytes, code: str) -> None:
    with pytest.raises(InvalidInput, match=code):
        load(database, "accounts", content)


class EndlessLine(io.StringIO):
    """A header, then a cell that never ends; reading it whole would never come back."""

    def readline(self, size: int | None = -1) -> str:  # type: ignore[override]
        line = super().readline()
        assert size is not None and size > 0
        return line or "x" * size


def test_an_endless_cell_is_not_read_to_its_end(database: Database) -> None:
    endless = EndlessLine("account,state,locale,security_changed_at\n")
    with pytest.raises(InvalidInput, match="line_too_long"), database.unit_of_work() as session:
        import_registry(session, SYSTEM, "accounts", endless)


def test_only_those_in_charge_import_and_only_the_desk_reads(database: Database) -> None:
    depositor = Actor(new_id(), frozenset({"depositor"}), account="a")
    specialist = Actor(new_id(), frozenset({"specialist"}))
    with database.unit_of_work() as session:
        for actor in (depositor, specialist):
            with pytest.raises(NotAllowed):
                import_registry(session, actor, "accounts", io.StringIO(a_file("accounts")))
        with pytest.raises(NotAllowed):
            registry_page(session, depositor, "accounts")
        with pytest.raises(NotAllowed):
            next(export_rows(session, depositor, "accounts"))
        assert registry_page(session, specialist, "accounts") == ([], None)
        with pytest.raises(NotFound):
            registry_page(session, specialist, "secrets")


@pytest.mark.parametrize("kind", SAMPLES)
def test_pages_follow_each_other_without_gap(database: Database, kind: str) -> None:
    numbers = range(7)
    rows = {
        "accounts": [f"acct-{n},active,," for n in numbers],
        "addresses": [f"ethereum,{ADDRESS},{n or ''},,hot,,,key,,," for n in numbers],
        "assets": [f"ethereum,0x{n:040x},T,1,listed,,," if n else "ethereum,,ETH,18,listed,,," for n in numbers],
        "credits": [f"ethereum,{HASH},{f'log:{n}' if n else ''},a,,1,2024-01-01" for n in numbers],
        "labels": [f"ethereum,0x{n + 1:040x},P,bridge" for n in numbers],
        "prices": [f"ethereum,{TOKEN},,1,{n + 1},desk,2024-01-0{n + 1}" for n in numbers],
        "withdrawals": [f"ethereum,{HASH},acct-{n},,1,{ADDRESS},,2024-01-01" for n in numbers],
    }[kind]
    assert counts(load(database, kind, a_file(kind, *rows))) == (7, 7, 0, 0)
    with database.reading() as session:
        whole, end = registry_page(session, SYSTEM, kind, limit=7)
        assert end is None and len(whole) == 7
        after, found = None, []
        for _ in range(4):
            items, after = registry_page(session, SYSTEM, kind, after=after, limit=2)
            found += items
        assert after is None and found == whole


@pytest.mark.parametrize("cursor", ["", "[]", "{}", "[1]", '["a","b"]', "[" * 100_000])
def test_a_made_up_cursor_is_refused(database: Database, cursor: str) -> None:
    with database.reading() as session, pytest.raises(InvalidInput, match="not_a_cursor"):
        registry_page(session, SYSTEM, "accounts", after=cursor)


def test_a_hundred_thousand_rows_take_seconds(database: Database) -> None:
    content = a_file("accounts", *(f"acct-{n},active,en,2024-01-01T00:00:00Z" for n in range(100_000)))
    started = time.perf_counter()
    assert counts(load(database, "accounts", content)) == (100_000, 100_000, 0, 0)
    assert counts(load(database, "accounts", content)) == (100_000, 0, 0, 100_000)
    assert time.perf_counter() - started < 30


@pytest.mark.parametrize(
    ("slug", "written", "kept"),
    [
        ("tron", "TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t", "TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t"),
        ("tron", "trc10:1002000", "trc10:1002000"),
        ("solana", "EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v", "EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v"),
        (
            "xrpl",
            "RLUSD:rMxCKbEDwqr76QuheSUMdEGf4B9xJ8m5De",
            "524C555344000000000000000000000000000000:rMxCKbEDwqr76QuheSUMdEGf4B9xJ8m5De",
        ),
        ("stellar", f"USDC:{'GA5ZSEJYB37JRC5AVCIA5MOP4RHTM335X2KGX3IHOJAPP5RE34K4KZVN'}", None),
        ("ton", "UQCxE6mUtQJKFnGfaROTKOt1lZbDiiX1kCixRv7Nw2Id_p0p", "EQCxE6mUtQJKFnGfaROTKOt1lZbDiiX1kCixRv7Nw2Id_sDs"),
        ("cosmoshub", f"ibc/{'ab' * 32}", f"ibc/{'AB' * 32}"),
        ("osmosis", "gamm/pool/1", None),
        ("algorand", "31566704", None),
        ("cardano", f"{'AB' * 28}.4D", f"{'ab' * 28}.4d"),
        ("polkadot", "1984", None),
        ("near", "usdt.tether-token.near", None),
        ("aptos", f"0x{'0AB'.zfill(64)}::usd::USD", "0xab::usd::USD"),
        ("tezos", "KT1XnTn74bUtxHfDtBmm2bGZAQfhPbvKWR8o:0", None),
        ("hedera", "0.0.456858", None),
        ("bnb-beacon", "busd-bd1", "BUSD-BD1"),
        ("bitcoin-cash", "AB" * 32, "ab" * 32),
    ],
)
def test_assets_of_every_family_are_listed_by_their_identity(
    database: Database, slug: str, written: str, kept: str | None
) -> None:
    answer = load(database, "assets", a_file("assets", f'{slug},"{written}",X,6,listed,,,'))
    assert (answer["added"], answer["refused"]) == (1, [])
    with database.reading() as session:
        assert session.scalars(select(ListedAsset.contract)).all() == [kept or written]


X_ADDRESS, CLASSIC, TAG = "X7AcgcsBL6XDcUb289X4mJ8djcdyKaGZMhc9YTE92ehJ2Fu", "r9cZA1mLK5R5Am25ArfXFmqgNwjZgnfk59", "1"


@pytest.mark.parametrize("memo", ["", TAG])
def test_a_memo_inside_an_address_is_kept(database: Database, memo: str) -> None:
    load(database, "addresses", a_file("addresses", f"xrpl,{X_ADDRESS},{memo},acct-1,shared,,,key,,,"))
    with database.reading() as session:
        row = session.scalars(select(OwnedAddress)).one()
    assert (row.address, row.memo, row.account) == (CLASSIC, TAG, "acct-1")


def test_a_memo_beside_that_says_otherwise_is_refused(database: Database) -> None:
    told = load(database, "addresses", a_file("addresses", f"xrpl,{X_ADDRESS},2,acct-1,shared,,,key,,,"))
    assert told["refused"] == [{"row": 1, "why": "address: memo_conflict"}]
