"""Services the product brings along when none are given: PostgreSQL, Valkey, a local EVM chain, and for tests litecoind
and a browser.

Everything lives in one state folder. This package knows programs, processes and sockets, and nothing of cases.
"""

from __future__ import annotations

from recovery.embedded.database import ensure_database
from recovery.embedded.process import EmbeddedError

__all__ = ["EmbeddedError", "ensure_database"]
