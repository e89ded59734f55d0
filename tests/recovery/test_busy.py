"""Rows held by others for too long are a polite refusal, never an error of ours."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from recovery.db import Database
from recovery.errors import Unavailable


@pytest.mark.promise
def test_whoever_waits_too_long_for_a_row_is_told_to_come_back(database_url: str) -> None:
    holder, waiter = Database(database_url, pool_size=1), Database(database_url, pool_size=1)
    with holder.unit_of_work() as held:
        held.execute(text("SELECT * FROM ledger_account WHERE code = '1100' FOR UPDATE"))
        with pytest.raises(Unavailable, match="busy"), waiter.unit_of_work() as waiting:
            waiting.execute(text("SET LOCAL lock_timeout = 50"))
            waiting.execute(text("SELECT * FROM ledger_account WHERE code = '1100' FOR UPDATE"))
    holder.close()
    waiter.close()
