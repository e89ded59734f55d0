"""Who does it: a frozen value, never a database row."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

SYSTEM_ID = uuid.UUID(int=0)


@dataclass(frozen=True)
class Actor:
    """A person, a service account, or the system itself.

    ``account`` is a depositor's account at the exchange. ``stepped_up`` says that the sign-in was confirmed within the
    last minutes. ``scopes`` limit an API token; ``None`` is a browser session, limited by its roles alone.
    """

    id: uuid.UUID
    roles: frozenset[str]
    account: str | None = None
    stepped_up: bool = False
    scopes: frozenset[str] | None = None
    display_name: str = ""
    locale: str | None = None

    @property
    def is_staff(self) -> bool:
        """Whether the actor works at the desk (reads all cases)."""
        return bool(self.roles & {"specialist", "wallet", "clearing", "auditor", "lead", "admin"})

    def has_scope(self, scope: str) -> bool:
        """Whether a token of this actor may do this kind of thing; sessions are not limited by scopes."""
        return self.scopes is None or scope in self.scopes


SYSTEM = Actor(id=SYSTEM_ID, roles=frozenset({"system"}), stepped_up=True, display_name="System")
"""The actor of jobs."""
