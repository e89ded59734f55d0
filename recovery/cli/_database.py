"""How a command comes by its database, and how what is refused ends a command."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import click

from config.settings import Settings, SettingsError
from recovery.db import Database
from recovery.embedded import EmbeddedError
from recovery.embedded.database import ensure_database
from recovery.errors import InvalidInput, RecoveryError


class Refused(click.ClickException):
    """What a service refused, as one line on standard error."""

    def __init__(self, error: RecoveryError) -> None:
        about = [f"{name}: {value}" for name, value in error.values.items() if isinstance(value, str | int)]
        if isinstance(error, InvalidInput):
            about += [f"{name}: {', '.join(codes)}" for name, codes in error.fields.items()]
        super().__init__(f"{error.detail} ({'; '.join(about)})" if about else error.detail)
        self.code = error.code


class RefusedInput(Refused):
    """The input is wrong."""

    exit_code = 2


@contextmanager
def opened_database() -> Iterator[Database]:
    """The database of ``RECOVERY_DATABASE_URL``, else the embedded one, started when it is not running.

    What the services refuse inside the block ends the command with one line on standard error.
    """
    try:
        settings = Settings.from_env(services=False)
        database = Database(ensure_database(settings), pool_size=1)
    except (SettingsError, EmbeddedError) as problem:
        raise click.ClickException(str(problem)) from problem
    try:
        yield database
    except InvalidInput as refused:
        raise RefusedInput(refused) from refused
    except RecoveryError as refused:
        raise Refused(refused) from refused
    finally:
        database.close()
