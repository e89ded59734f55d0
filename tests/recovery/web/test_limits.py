"""Rate limits on a real Redis-protocol server, and what happens without one."""

from __future__ import annotations

import uuid

import pytest

from recovery.errors import TooMany, Unavailable
from recovery.limits import APPEAL, SIGN_IN_PERSON, Limit, RedisLimits, address_of

NOWHERE = "redis://127.0.0.1:1/0"


def test_a_burst_is_allowed_and_no_more(redis_url: str) -> None:
    limits, limit, who = RedisLimits(redis_url), Limit("test", 3, 60), uuid.uuid4().hex
    for _ in range(3):
        limits.spend(limit, who)
    with pytest.raises(TooMany, match="test"):
        limits.spend(limit, who)
    limits.spend(limit, "somebody else")
    assert limits.ping()
    limits.close()


def test_without_redis_nobody_signs_in_and_everybody_may_report() -> None:
    limits = RedisLimits(NOWHERE)
    limits.spend(APPEAL, "depositor")
    with pytest.raises(Unavailable, match="sign_in_unavailable"):
        limits.spend(SIGN_IN_PERSON, "depositor")
    assert not limits.ping()
    limits.close()


@pytest.mark.parametrize(
    ("remote", "who"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("::ffff:203.0.113.9", "203.0.113.9"),
        ("2001:db8:1:2:aaaa::1", "2001:db8:1:2::"),
        (None, "unknown"),
        ("no address", "unknown"),
    ],
)
def test_who_an_address_counts_as(remote: str | None, who: str) -> None:
    assert address_of(remote) == who
