"""The one place that knows how to open a session, and the only one that commits."""

from __future__ import annotations

import select
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from decimal import Decimal
from typing import Any, cast

import psycopg
from psycopg.errors import DeadlockDetected, LockNotAvailable, QueryCanceled, UniqueViolation
from sqlalchemy import BigInteger, DateTime, Dialect, Engine, MetaData, Numeric, Table, Text, Uuid, create_engine, event
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.exc import IntegrityError, InvalidatePoolError, OperationalError
from sqlalchemy.orm import DeclarativeBase, Session, sessionmaker
from sqlalchemy.pool import ConnectionPoolEntry
from sqlalchemy.types import TypeDecorator

from recovery.errors import Conflict, Kept, Unavailable

TRUSTED_SECONDS = 1.0
"""How long a connection that worked may lie in the pool before it is asked whether it still does."""
UINT256_MAX = 2**256 - 1


class BaseUnits(TypeDecorator[int]):
    """An amount in base units: ``int`` in Python, ``numeric(78,0)`` in the database, 0 to 2**256-1."""

    impl = Numeric(78, 0)
    cache_ok = True

    def process_bind_param(self, value: Any | None, dialect: Dialect) -> Decimal | None:
        """Refuse what is no amount before it reaches the database."""
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= UINT256_MAX:
            raise ValueError(f"not an amount in base units: {value!r}")
        return Decimal(value)

    def process_result_value(self, value: Any | None, dialect: Dialect) -> int | None:
        """Back to an ``int``."""
        return None if value is None else int(value)


class Base(DeclarativeBase):
    """Every table; constraint names follow one convention so that migrations can name them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_N_label)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {
        str: Text,
        int: BigInteger,
        datetime: DateTime(timezone=True),
        uuid.UUID: Uuid,
        dict[str, Any]: JSONB,
        list[Any]: JSONB,
    }


def table_of(model: type[Base]) -> Table:
    """The table of a model, for statements that need no objects: they cost a fraction of the time."""
    return cast("Table", model.__table__)


class Database:
    """A pool of connections and the unit of work over it."""

    def __init__(self, url: str, *, pool_size: int = 5, echo: bool = False) -> None:
        self.engine: Engine = create_engine(
            normalised_url(url),
            pool_size=pool_size,
            max_overflow=pool_size,
            echo=echo,
            connect_args={"options": "-c timezone=UTC -c lock_timeout=10000 -c statement_timeout=60000"},
        )
        event.listen(self.engine, "checkout", self._ask_when_in_doubt)
        event.listen(self.engine, "checkin", _left)
        self._sessions = sessionmaker(self.engine, expire_on_commit=False)

    @contextmanager
    def unit_of_work(self) -> Iterator[Session]:
        """A session whose changes become true together when the block ends, or not at all.

        A unique key decides between two who were equally fast: Conflict for whoever lost. Every other broken constraint
        is a fault of ours and stays what it is. Unavailable when the rows were held by others for too long. A refusal that
        is Kept leaves what was done before it, and is raised once that is true.
        """
        kept: Kept | None = None
        try:
            with self._sessions.begin() as session:
                try:
                    yield session
                except Kept as refusal:
                    kept = refusal
        except IntegrityError as error:
            if isinstance(error.orig, UniqueViolation):
                raise Conflict("conflict") from error
            raise
        except OperationalError as error:
            if isinstance(error.orig, DeadlockDetected | LockNotAvailable | QueryCanceled):
                raise Unavailable("busy") from error
            raise
        if kept is not None:
            raise kept

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session for looking only: the database itself refuses to let it change anything.

        It ends with a commit, as psycopg forgets its prepared statements at a rollback, and planning the same queries
        anew costs more than running them.
        """
        with self._sessions() as session:
            session.connection(execution_options={"postgresql_readonly": True})
            yield session
            session.commit()

    def _ask_when_in_doubt(self, connection: Any, record: ConnectionPoolEntry, _proxy: object) -> None:
        """Whether a pooled connection still lives, asked only where it may not: each question is a round trip.

        A connection that worked a moment ago, and on which nothing has arrived since, is alive: a server that goes away
        or throws somebody out says so, or at least closes the connection.
        """
        left = record.info.get("left")
        if left is None or (time.monotonic() - left < TRUSTED_SECONDS and not _something_arrived(connection)):
            return
        try:
            self.engine.dialect.do_ping(connection)
        except psycopg.Error as error:
            raise InvalidatePoolError from error

    def close(self) -> None:
        """Give every connection back."""
        self.engine.dispose()


def _left(_connection: object, record: ConnectionPoolEntry) -> None:
    record.info["left"] = time.monotonic()


def _something_arrived(connection: psycopg.Connection) -> bool:
    """Whether an idle connection has something to read: only its end is told unasked."""
    if connection.closed:
        return True
    waiting = select.poll()
    waiting.register(connection.fileno(), select.POLLIN)
    return bool(waiting.poll(0))


def normalised_url(url: str) -> str:
    """A PostgreSQL URL in whichever spelling, with the driver named (psycopg 3)."""
    for prefix in ("postgres://", "postgresql://"):
        if url.startswith(prefix):
            return "postgresql+psycopg://" + url.removeprefix(prefix)
    return url
