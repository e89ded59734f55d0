"""Signing in, sessions, tokens and the fresh sign-in, on a real database."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, text, update

from config.settings import Settings
from recovery.db import Database
from recovery.errors import Conflict, InvalidInput, NotFound
from recovery.models import ApiToken, Person, UserSession
from recovery.queries.people import display_names, person_by_email, roles_of
from recovery.services import people

EMAIL = "ada@example.com"
PASSWORD = "correct horse battery"


@pytest.fixture
def settings(database_url: str) -> Settings:
    return Settings(database_url=database_url, redis_url="", home=Path("/nonexistent"), secret_key="k" * 32)


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    opened = Database(database_url)
    with opened.unit_of_work() as session:
        people.add_person(
            session,
            email="Ada@Example.com ",
            display_name="Ada",
            roles=["depositor"],
            account="acct-1",
            password=PASSWORD,
        )
    yield opened
    opened.close()


def signed_in(database: Database, password: str = PASSWORD, email: str = EMAIL) -> str | None:
    with database.unit_of_work() as session:
        return people.sign_in(session, email, password)


def test_a_person_is_found_by_email_in_any_case(database: Database) -> None:
    with database.reading() as session:
        person = person_by_email(session, "ADA@example.COM")
        assert person is not None
        assert roles_of(session, person.id) == {"depositor"}
        assert display_names(session, [person.id]) == {person.id: "Ada"}
        assert person.password_hash is not None and person.password_hash.startswith("$argon2id$")


def test_an_email_is_taken_once(database: Database) -> None:
    with pytest.raises(Conflict, match="email_taken"), database.unit_of_work() as session:
        people.add_person(session, email=EMAIL, display_name="Other", roles=["wallet"])


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"email": "nobody"}, "email"),
        ({"display_name": " "}, "display_name"),
        ({"roles": []}, "roles"),
        ({"roles": ["system"]}, "roles"),
        ({"roles": ["depositor"], "account": None}, "account"),
        ({"password": "short"}, "password"),
        ({"password": "x" * 257}, "password"),
    ],
)
def test_what_is_wrong_with_a_person_is_named(database: Database, wrong: dict[str, object], field: str) -> None:
    given: dict[str, object] = {"email": "b@example.com", "display_name": "B", "roles": ["wallet"], **wrong}
    with pytest.raises(InvalidInput) as refused, database.unit_of_work() as session:
        people.add_person(session, **given)  # type: ignore[arg-type]
    assert list(refused.value.fields) == [field]


def test_signing_in_opens_a_session_whose_secret_is_not_stored(database: Database, settings: Settings) -> None:
    secret = signed_in(database)
    assert secret is not None and len(secret) >= 43
    with database.unit_of_work() as session:
        actor = people.actor_for_session(session, secret, settings)
        assert actor is not None and actor.account == "acct-1" and actor.roles == {"depositor"}
        assert actor.scopes is None and not actor.stepped_up
        assert session.scalar(select(UserSession).where(UserSession.secret_sha256 == secret)) is None
    assert signed_in(database) != secret


def test_ten_failures_lock_even_the_right_password_out_for_a_while(database: Database) -> None:
    for _ in range(people.FAILURES_BEFORE_LOCK):
        assert signed_in(database, "wrong") is None
    assert signed_in(database) is None
    with database.unit_of_work() as session:
        session.execute(update(Person).values(locked_until=datetime.now(UTC) - timedelta(seconds=1)))
    assert signed_in(database, "wrong") is None
    assert signed_in(database) is not None
    with database.reading() as session:
        assert session.scalar(select(Person.failed_sign_ins)) == 0


def test_a_running_lock_is_not_prolonged(database: Database) -> None:
    for _ in range(people.FAILURES_BEFORE_LOCK):
        signed_in(database, "wrong")
    with database.reading() as session:
        before = session.scalar(select(Person.locked_until))
    signed_in(database, "wrong")
    with database.reading() as session:
        assert session.scalar(select(Person.locked_until)) == before


def test_an_unknown_email_takes_as_long_as_a_wrong_password(database: Database) -> None:
    signed_in(database, email="nobody@example.com")

    def fastest(email: str) -> float:
        taken = []
        for _ in range(5):
            started = time.perf_counter()
            assert signed_in(database, "wrong", email) is None
            taken.append(time.perf_counter() - started)
        return min(taken)

    known, unknown = fastest(EMAIL), fastest("nobody@example.com")
    assert 0.5 < known / unknown < 2


@pytest.mark.parametrize("email", ["", "\x00", "nobody", "a@b\ud800"])
def test_hostile_emails_are_simply_unknown(database: Database, email: str) -> None:
    assert signed_in(database, email=email) is None


def test_a_person_switched_off_is_out_at_once(database: Database, settings: Settings) -> None:
    secret = signed_in(database)
    assert secret is not None
    with database.unit_of_work() as session:
        token = people.create_token(session, email=EMAIL, label="app", scopes=["cases:read"])
        session.execute(update(Person).values(active=False))
    with database.unit_of_work() as session:
        assert people.actor_for_session(session, secret, settings) is None
        assert people.actor_for_token(session, token, settings) is None
    assert signed_in(database) is None


@pytest.mark.parametrize(("column", "minutes"), [("seen_at", 31), ("created_at", 721)])
def test_a_session_ends_by_idling_and_absolutely(
    database: Database, settings: Settings, column: str, minutes: int
) -> None:
    secret = signed_in(database)
    assert secret is not None
    with database.unit_of_work() as session:
        session.execute(text(f"UPDATE user_session SET {column} = now() - interval '{minutes} minutes'"))
    with database.unit_of_work() as session:
        assert people.actor_for_session(session, secret, settings) is None


def test_seen_at_is_written_at_most_once_a_minute(database: Database, settings: Settings) -> None:
    secret = signed_in(database)
    assert secret is not None
    with database.unit_of_work() as session:
        session.execute(text("UPDATE user_session SET seen_at = now() - interval '30 seconds'"))
        before = session.scalar(select(UserSession.seen_at))
        people.actor_for_session(session, secret, settings)
        assert session.scalar(select(UserSession.seen_at)) == before
        session.execute(text("UPDATE user_session SET seen_at = now() - interval '61 seconds'"))
        session.expire_all()
        people.actor_for_session(session, secret, settings)
    with database.reading() as session:
        seen = session.scalar(select(UserSession.seen_at))
        assert seen is not None and before is not None and seen > before


def test_stepping_up_is_fresh_for_minutes_and_renews_the_secret(database: Database, settings: Settings) -> None:
    secret = signed_in(database)
    assert secret is not None
    with database.unit_of_work() as session:
        assert not people.step_up(session, secret, "wrong")
        assert people.step_up(session, secret, PASSWORD)
        renewed = people.renew_session(session, secret)
        assert renewed is not None and renewed != secret
    with database.unit_of_work() as session:
        assert people.actor_for_session(session, secret, settings) is None
        actor = people.actor_for_session(session, renewed, settings)
        assert actor is not None and actor.stepped_up
        session.execute(
            text(f"UPDATE user_session SET stepped_up_at = now() - interval '{settings.step_up_minutes + 1} minutes'")
        )
        session.expire_all()
        stale = people.actor_for_session(session, renewed, settings)
        assert stale is not None and not stale.stepped_up


def test_wrong_step_ups_count_towards_the_lock(database: Database) -> None:
    secret = signed_in(database)
    assert secret is not None
    for _ in range(people.FAILURES_BEFORE_LOCK):
        with database.unit_of_work() as session:
            assert not people.step_up(session, secret, "wrong")
    with database.unit_of_work() as session:
        assert not people.step_up(session, secret, PASSWORD)


def test_signing_out_ends_the_session(database: Database, settings: Settings) -> None:
    secret = signed_in(database)
    assert secret is not None
    for _ in range(2):
        with database.unit_of_work() as session:
            people.sign_out(session, secret)
    with database.unit_of_work() as session:
        assert people.actor_for_session(session, secret, settings) is None
        assert not people.step_up(session, secret, PASSWORD)
        assert people.renew_session(session, secret) is None


def test_a_token_is_worth_its_scopes_as_far_as_the_roles_carry(database: Database, settings: Settings) -> None:
    with database.unit_of_work() as session:
        token = people.create_token(session, email=EMAIL, label="app", scopes=["cases:read", "registries:write"])
    assert token.startswith("rcv_")
    with database.unit_of_work() as session:
        actor = people.actor_for_token(session, token, settings)
        assert actor is not None and actor.scopes == frozenset({"cases:read"}) and not actor.stepped_up
        assert not people.step_up_token(session, token, "wrong")
        assert people.step_up_token(session, token, PASSWORD)
        again = people.actor_for_token(session, token, settings)
        assert again is not None and again.stepped_up
        assert people.actor_for_token(session, token + "x", settings) is None


@pytest.mark.parametrize("column", ["expires_at", "revoked_at"])
def test_an_expired_or_revoked_token_is_nobody(database: Database, settings: Settings, column: str) -> None:
    with database.unit_of_work() as session:
        token = people.create_token(session, email=EMAIL, label="app", scopes=["cases:read"])
        session.execute(text(f"UPDATE api_token SET {column} = now() - interval '1 second'"))
    with database.unit_of_work() as session:
        assert people.actor_for_token(session, token, settings) is None
        assert not people.step_up_token(session, token, PASSWORD)


def test_tokens_are_refused_for_unknown_scopes_and_people(database: Database) -> None:
    with database.unit_of_work() as session:
        with pytest.raises(InvalidInput):
            people.create_token(session, email=EMAIL, label="app", scopes=["cases:everything"])
        with pytest.raises(InvalidInput):
            people.create_token(session, email=EMAIL, label="app", scopes=[])
        with pytest.raises(NotFound):
            people.create_token(session, email="nobody@example.com", label="app", scopes=["cases:read"])
        assert session.scalar(select(ApiToken)) is None
