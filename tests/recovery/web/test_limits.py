"""Rate limits on a real Redis-protocol server, and what happens without one."""

from __future__ import annotations

import uuid
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from recovery.errors import TooMany, Unavailable
from recovery.limits import APPEAL, SIGN_IN_PERSON, Limit, RedisLimits, address_of
from tests.recovery.web.conftest import CountingLimits, token_in

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


def test_one_account_has_one_quota_however_many_report_for_it(
    client_of: Callable[[str], FlaskClient], limits: CountingLimits
) -> None:
    client = client_of("depositor")
    data = {"csrf_token": token_in(client.get("/").text), "reference": "no hash"}
    assert client.post("/appeals", data=data).status_code == 422  # counted, and refused before any node is asked
    assert ("appeal-account", "100231") in limits.spent
    limits.full = {"appeal-account"}
    answer = client.post("/appeals", data=data)
    assert answer.status_code == 429
    assert "Many transactions were reported for your account" in answer.text


def test_another_reference_counts_as_a_report(
    client_of: Callable[[str], FlaskClient], limits: CountingLimits, look_at: Callable[..., str]
) -> None:
    client = client_of("depositor")
    ref = look_at()
    data = {"csrf_token": token_in(client.get("/").text), "reference": "x", "version": "1", "request_id": "1"}
    limits.spent.clear()
    client.post(f"/cases/{ref}/give_reference", data=data)
    assert [name for name, _ in limits.spent] == ["move", "appeal"]
