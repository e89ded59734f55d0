"""People and how they prove who they are: passwords, browser sessions, API tokens, the fresh sign-in before an approval.

A secret (session cookie, token) is 256 random bits; only its SHA-256 is stored, so the tables give nobody a way in.
A wrong password and an unknown e-mail cost the same time and get the same answer, ``None``. Failures are counted on
the person's row, so the caller must let its unit of work end well and raise afterwards.
"""

from __future__ import annotations

import hashlib
import secrets
import uuid
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import and_, bindparam, case, func, null, or_, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from config.settings import Settings
from recovery.domain.actor import Actor
from recovery.domain.ids import new_id
from recovery.domain.scopes import SCOPES, usable_scopes
from recovery.errors import Conflict, InvalidInput, NotFound
from recovery.models import ApiToken, Person, PersonRole, UserSession
from recovery.queries.people import is_email, person_by_email, plain_email, roles_of
from workflows.tables import ROLES

FAILURES_BEFORE_LOCK = 10
LOCK = timedelta(minutes=15)
SEEN_AGAIN_AFTER = timedelta(minutes=1)
SHORTEST_PASSWORD = 8
LONGEST_PASSWORD = 256
TOKEN_PREFIX = "rcv_"

_HASHER = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
"""Argon2id as OWASP asks for at least; a sign-in costs tens of milliseconds and 19 MiB."""


def add_person(
    session: Session,
    *,
    email: str,
    display_name: str,
    roles: Sequence[str],
    account: str | None = None,
    password: str | None = None,
    locale: str | None = None,
) -> Person:
    """Somebody new. Without a password they cannot sign in, only use tokens (the signer's service account).

    Raises InvalidInput naming the fields, Conflict ``email_taken``.
    """
    _check_person(email, display_name, roles, account, password)
    person_id = new_id()
    added: Person | None = session.scalar(
        insert(Person)
        .values(
            id=person_id,
            email=plain_email(email),
            display_name=display_name.strip(),
            account=account or None,
            locale=locale or None,
            password_hash=None if password is None else _HASHER.hash(password.encode("utf-8", "surrogatepass")),
            active=True,
            failed_sign_ins=0,
        )
        .on_conflict_do_nothing(constraint="uq_person_email")
        .returning(Person)
    )
    if added is None:
        raise Conflict("email_taken")
    session.add_all(PersonRole(person_id=person_id, role=role) for role in sorted(set(roles)))
    session.flush()
    return added


def sign_in(session: Session, email: str, password: str) -> str | None:
    """A new session's secret for the cookie, or ``None``: wrong, unknown, locked or switched off, nobody learns which."""
    person = check_password(session, email, password)
    if person is None:
        return None
    secret = _new_secret()
    session.add(UserSession(id=new_id(), secret_sha256=_sha256(secret), person_id=person.id))
    session.flush()
    return secret


def check_password(session: Session, email: str, password: str) -> Person | None:
    """The person whose e-mail and password these are; counts a failure on the row, after ten locks for 15 minutes."""
    person = person_by_email(session, email)
    return person if _password_fits(session, person, password) else None


def actor_for_session(session: Session, secret: str, settings: Settings) -> Actor | None:
    """Who a browser's cookie stands for, unless it ended, idled out or is past its absolute end."""
    row = session.execute(_SESSION, {"secret": _sha256(secret)}).one_or_none()
    if row is None:
        return None
    if row.now - row.seen_at > timedelta(minutes=settings.session_idle_minutes):
        return None
    if row.now - row.created_at > timedelta(minutes=settings.session_absolute_minutes):
        return None
    if row.now - row.seen_at >= SEEN_AGAIN_AFTER:
        session.execute(update(UserSession).where(UserSession.id == row.id).values(seen_at=row.now))
    return Actor(
        id=row.person_id,
        roles=frozenset(row.roles or ()),
        account=row.account,
        stepped_up=_is_fresh(row.stepped_up_at, row.now, settings),
        display_name=row.display_name,
        locale=row.locale,
    )


_SESSION = (
    select(
        *(UserSession.id, UserSession.seen_at, UserSession.created_at, UserSession.stepped_up_at),
        *(UserSession.person_id, Person.account, Person.display_name, Person.locale, func.now().label("now")),
        select(func.array_agg(PersonRole.role))
        .where(PersonRole.person_id == Person.id)
        .correlate(Person)
        .scalar_subquery()
        .label("roles"),
    )
    .join(Person, Person.id == UserSession.person_id)
    .where(UserSession.secret_sha256 == bindparam("secret"), UserSession.ended_at.is_(None), Person.active)
)
"""Everything that is asked about a browser at each request, made once."""


def actor_for_token(session: Session, secret: str, settings: Settings) -> Actor | None:
    """Who a bearer token stands for; its scopes count only as far as the person's roles carry them."""
    found = session.execute(
        select(ApiToken, Person, func.now())
        .join(Person, Person.id == ApiToken.person_id)
        .where(
            ApiToken.secret_sha256 == _sha256(secret),
            ApiToken.revoked_at.is_(None),
            or_(ApiToken.expires_at.is_(None), ApiToken.expires_at > func.now()),
            Person.active,
        )
    ).one_or_none()
    if found is None:
        return None
    token, person, now = found
    roles = roles_of(session, person.id)
    return Actor(
        id=person.id,
        roles=roles,
        account=person.account,
        stepped_up=_is_fresh(token.stepped_up_at, now, settings),
        scopes=usable_scopes(token.scopes, roles),
        display_name=person.display_name,
        locale=person.locale,
    )


def step_up(session: Session, secret: str, password: str) -> bool:
    """Confirm a browser session with the password again. Follow it with :func:`renew_session` for a new cookie."""
    row = _open_session(session, secret)
    if row is None or not _password_fits(session, session.get(Person, row.person_id), password):
        return False
    row.stepped_up_at = session.scalar(select(func.now()))
    return True


def renew_session(session: Session, secret: str) -> str | None:
    """A new secret for the same session; the old cookie is worth nothing from here on (no session fixation)."""
    row = _open_session(session, secret)
    if row is None:
        return None
    renewed = _new_secret()
    row.secret_sha256 = _sha256(renewed)
    session.flush()
    return renewed


def step_up_token(session: Session, secret: str, password: str) -> bool:
    """Confirm an API token with its owner's password."""
    row = session.scalar(
        select(ApiToken).where(
            ApiToken.secret_sha256 == _sha256(secret),
            ApiToken.revoked_at.is_(None),
            or_(ApiToken.expires_at.is_(None), ApiToken.expires_at > func.now()),
        )
    )
    if row is None or not _password_fits(session, session.get(Person, row.person_id), password):
        return False
    row.stepped_up_at = session.scalar(select(func.now()))
    return True


def sign_out(session: Session, secret: str) -> None:
    """End a browser session; ending it twice changes nothing."""
    session.execute(
        update(UserSession)
        .where(UserSession.secret_sha256 == _sha256(secret), UserSession.ended_at.is_(None))
        .values(ended_at=func.now())
    )


def create_token(
    session: Session, *, email: str, label: str, scopes: Iterable[str], expires_at: datetime | None = None
) -> str:
    """A new API token of a person, shown this once. Raises InvalidInput for scopes, NotFound for the person."""
    wanted = sorted(set(scopes))
    unknown = [scope for scope in wanted if scope not in SCOPES]
    if unknown or not wanted:
        raise InvalidInput("unknown_scope" if unknown else "no_scope", {"scopes": ["unknown_scope"]}, scopes=unknown)
    person = person_by_email(session, email)
    if person is None:
        raise NotFound("unknown_person")
    secret = TOKEN_PREFIX + _new_secret()
    session.add(
        ApiToken(
            id=new_id(),
            secret_sha256=_sha256(secret),
            person_id=person.id,
            label=label.strip()[:100],
            scopes=wanted,
            expires_at=expires_at,
        )
    )
    session.flush()
    return secret


def _check_person(
    email: str, display_name: str, roles: Sequence[str], account: str | None, password: str | None
) -> None:
    fields: dict[str, list[str]] = {}
    if not is_email(email):
        fields["email"] = ["not_an_email"]
    if not 1 <= len(display_name.strip()) <= 100:
        fields["display_name"] = ["wrong_length"]
    if not roles or set(roles) - set(ROLES):
        fields["roles"] = ["unknown_role"]
    if "depositor" in roles and not account:
        fields["account"] = ["required"]
    if password is not None and not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        fields["password"] = ["wrong_length"]
    if fields:
        raise InvalidInput("person_incomplete", fields)


def _password_fits(session: Session, person: Person | None, password: str) -> bool:
    """Verify, then count on the row: one statement decides against a lock that came meanwhile."""
    stored = person.password_hash if person is not None and person.active else None
    fits = _verified(stored or _dummy_hash(), password[:LONGEST_PASSWORD]) and stored is not None
    person_id = uuid.UUID(int=0) if person is None else person.id
    if not fits:
        _count_failure(session, person_id)
        return False
    unlocked = or_(Person.locked_until.is_(None), Person.locked_until <= func.now())
    return (
        session.scalar(
            update(Person)
            .where(Person.id == person_id, unlocked)
            .values(failed_sign_ins=0, locked_until=None)
            .returning(Person.id)
        )
        is not None
    )


def _count_failure(session: Session, person_id: uuid.UUID) -> None:
    """Count, and lock at the limit; a lock that ran out starts the count anew, a running one is not prolonged.

    Nobody has the id zero: an unknown e-mail runs the same statement. The commit need not wait for the disk, which
    would tell a known e-mail from an unknown one.
    """
    session.execute(text("SET LOCAL synchronous_commit TO off"))
    ran_out = and_(Person.locked_until.is_not(None), Person.locked_until <= func.now())
    session.execute(
        update(Person)
        .where(Person.id == person_id, or_(Person.locked_until.is_(None), ran_out))
        .values(
            failed_sign_ins=case((ran_out, 1), else_=Person.failed_sign_ins + 1),
            locked_until=case(
                (ran_out, null()),
                (Person.failed_sign_ins + 1 >= FAILURES_BEFORE_LOCK, func.now() + LOCK),
                else_=null(),
            ),
        )
    )


def _verified(stored: str, password: str) -> bool:
    try:
        return _HASHER.verify(stored, password.encode("utf-8", "surrogatepass"))
    except (VerificationError, InvalidHashError):
        return False


@cache
def _dummy_hash() -> str:
    """What an unknown e-mail's password is compared with, so that it takes as long."""
    return _HASHER.hash(secrets.token_urlsafe(32))


def _open_session(session: Session, secret: str) -> UserSession | None:
    return session.scalar(
        select(UserSession)
        .where(UserSession.secret_sha256 == _sha256(secret), UserSession.ended_at.is_(None))
        .with_for_update()
    )


def _is_fresh(stepped_up_at: datetime | None, now: datetime, settings: Settings) -> bool:
    return stepped_up_at is not None and now - stepped_up_at <= timedelta(minutes=settings.step_up_minutes)


def _new_secret() -> str:
    return secrets.token_urlsafe(32)


def _sha256(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
