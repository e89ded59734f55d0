"""Who is who: people by e-mail, their roles, their names."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from recovery.domain.actor import Actor
from recovery.errors import NotFound
from recovery.models import Person, PersonRole, RecoveryCase

_EMAIL = re.compile(r"[^@\s\x00-\x1f\ud800-\udfff]{1,64}@[^@\s\x00-\x1f\ud800-\udfff]{1,189}")


def person_by_email(session: Session, email: str) -> Person | None:
    """The person with this e-mail address, in whichever case it is typed."""
    if not is_email(email):
        return None
    return session.scalar(select(Person).where(Person.email == plain_email(email)))


def depositor_of(session: Session, account: str) -> Person | None:
    """Whoever signs in for an account of the exchange; of several the one who came first."""
    if not account.isprintable():
        return None
    return session.scalar(
        select(Person)
        .join(PersonRole, PersonRole.person_id == Person.id)
        .where(Person.account == account, Person.active, PersonRole.role == "depositor")
        .order_by(Person.created_at, Person.id)
        .limit(1)
    )


def roles_of(session: Session, person_id: uuid.UUID) -> frozenset[str]:
    """Every role of one person."""
    return frozenset(session.scalars(select(PersonRole.role).where(PersonRole.person_id == person_id)))


def is_paid_by(session: Session, person_id: uuid.UUID | None, case: RecoveryCase) -> bool:
    """Whether a person is who the case pays: its depositor, or somebody else who signs in for its account."""
    person = session.get(Person, person_id) if person_id is not None else None
    return person is not None and (person.id == case.depositor_id or person.account == case.account)


def display_names(session: Session, person_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, str]:
    """Names to show, in one query; an id nobody has is left out."""
    wanted = set(person_ids)
    if not wanted:
        return {}
    rows = session.execute(select(Person.id, Person.display_name).where(Person.id.in_(wanted)))
    return {row.id: row.display_name for row in rows}


def plain_email(text: str) -> str:
    """The form e-mail addresses are stored and compared in."""
    return text.strip().lower()


def is_email(text: str) -> bool:
    """Whether a text could be an e-mail address at all (and be asked for in the database)."""
    return _EMAIL.fullmatch(plain_email(text)) is not None


def actor_by_email(session: Session, email: str) -> Actor:
    """The person as an actor, for commands run by whoever may run commands. Raises NotFound."""
    person = person_by_email(session, email)
    if person is None or not person.active:
        raise NotFound("person_not_found")
    return Actor(
        id=person.id,
        roles=roles_of(session, person.id),
        account=person.account,
        stepped_up=True,
        display_name=person.display_name,
        locale=person.locale,
    )
