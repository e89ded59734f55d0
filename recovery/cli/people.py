"""``recovery person`` and ``recovery token``: people and their API tokens, from the shell."""

from __future__ import annotations

import json
import re
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click

from recovery.cli._database import opened_database
from recovery.domain.scopes import SCOPES
from recovery.errors import Conflict
from recovery.queries.people import person_by_email, plain_email, roles_of
from recovery.services import people
from workflows.tables import ROLES


@click.group()
def person() -> None:
    """People who sign in, and service accounts."""


@person.command("add")
@click.option("--email", required=True)
@click.option("--role", "roles", multiple=True, required=True, type=click.Choice(ROLES), help="may be repeated")
@click.option("--display-name", required=True)
@click.option("--account", help="the exchange account of a depositor")
@click.option("--locale", help="the language of their pages, e.g. en")
@click.option("--password-stdin", is_flag=True, help="read the password from standard input (one line)")
@click.option("--if-missing", is_flag=True, help="leave a person with this e-mail as they are")
@click.option("--json", "as_json", is_flag=True)
def add_person(
    email: str,
    roles: tuple[str, ...],
    display_name: str,
    account: str | None,
    locale: str | None,
    password_stdin: bool,
    if_missing: bool,
    as_json: bool,
) -> None:
    """Add a person; without a password they can only use tokens."""
    password = sys.stdin.readline().rstrip("\r\n") if password_stdin else None
    with opened_database() as database, database.unit_of_work() as session:
        found = person_by_email(session, email)
        if found is not None and not if_missing:
            raise Conflict("email_taken")
        shown = found or people.add_person(
            session,
            email=email,
            display_name=display_name,
            roles=roles,
            account=account,
            password=password,
            locale=locale,
        )
        roles_held = sorted(roles_of(session, shown.id))
        answer = {
            "id": str(shown.id),
            "email": shown.email,
            "display_name": shown.display_name,
            "roles": roles_held,
            "account": shown.account,
            "locale": shown.locale,
            "added": found is None,
        }
    click.echo(json.dumps(answer) if as_json else f"{shown.email}: {', '.join(roles_held)}")


@person.command("load")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True)
def load_people(file: Path, as_json: bool) -> None:
    """Add everybody FILE names who is not there yet, all or nothing.

    FILE is a JSON list of {"email", "display_name", "roles", "account"?, "locale"?, "password"?}.
    """
    try:
        wanted = json.loads(file.read_text())
        entries = [(str(one["email"]), one) for one in wanted]
    except (ValueError, TypeError, KeyError, UnicodeDecodeError):
        raise click.ClickException(f"{file} is no list of people") from None
    added = 0
    with opened_database() as database, database.unit_of_work() as session:
        for email, one in entries:
            if person_by_email(session, email) is not None:
                continue
            people.add_person(
                session,
                email=email,
                display_name=str(one.get("display_name", "")),
                roles=[str(role) for role in one.get("roles", ())],
                account=one.get("account"),
                password=one.get("password"),
                locale=one.get("locale"),
            )
            added += 1
    answer = {"people": len(entries), "added": added}
    click.echo(json.dumps(answer) if as_json else f"{added} added, {len(entries) - added} were there")


@click.group()
def token() -> None:
    """Bearer tokens of the API."""


@token.command("create")
@click.option("--person", "email", required=True, help="e-mail of the person it acts for")
@click.option("--scopes", required=True, help=f"separated by spaces or commas: {', '.join(SCOPES)}")
@click.option("--label", default="made in the shell", show_default=True)
@click.option("--days", type=click.IntRange(1, 3650), help="how long it is valid; for ever if not given")
@click.option("--json", "as_json", is_flag=True)
def create_token(email: str, scopes: str, label: str, days: int | None, as_json: bool) -> None:
    """Make a token and show it, this once."""
    wanted = [scope for scope in re.split(r"[\s,]+", scopes) if scope]
    expires_at = None if days is None else datetime.now(UTC) + timedelta(days=days)
    with opened_database() as database, database.unit_of_work() as session:
        secret = people.create_token(session, email=email, label=label, scopes=wanted, expires_at=expires_at)
    answer = {
        "token": secret,
        "person": plain_email(email),
        "scopes": sorted(set(wanted)),
        "label": label,
        "expires_at": None if expires_at is None else expires_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
    }
    click.echo(json.dumps(answer) if as_json else secret)
