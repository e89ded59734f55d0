"""Signed messages: only the one who holds the secret, only now, only this body."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, strategies as st

from recovery.domain.webhooks import ID, SIGNATURE, TIMESTAMP, checked_id, secret_bytes, signed_headers

SECRET = b"k" * 32
NOW = datetime(2026, 1, 1, tzinfo=UTC)
BODY = b'{"intent":"x"}'


def test_the_published_example() -> None:
    """Of the Standard Webhooks specification's reference implementations."""
    secret = secret_bytes("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    body = b'{"test": 2432232314}'
    headers = signed_headers(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", datetime.fromtimestamp(1614265330, UTC), body)
    assert headers[SIGNATURE] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_a_message_of_now_is_taken_and_no_other() -> None:
    headers = signed_headers(SECRET, "m-1", NOW, BODY)
    assert checked_id(SECRET, headers, BODY, NOW) == "m-1"
    for minutes in (-5, 5):
        assert checked_id(SECRET, headers, BODY, NOW + timedelta(minutes=minutes)) == "m-1"
        assert checked_id(SECRET, headers, BODY, NOW + timedelta(minutes=minutes * 1.01)) is None
    assert checked_id(b"q" * 32, headers, BODY, NOW) is None
    assert checked_id(SECRET, headers, BODY + b" ", NOW) is None
    for name, value in ((ID, "m-2"), (TIMESTAMP, str(int(NOW.timestamp()) + 1)), (SIGNATURE, "v1,AAAA")):
        assert checked_id(SECRET, headers | {name: value}, BODY, NOW) is None
        assert checked_id(SECRET, {key: each for key, each in headers.items() if key != name}, BODY, NOW) is None


def test_a_second_signature_is_looked_at() -> None:
    headers = signed_headers(SECRET, "m-1", NOW, BODY)
    assert checked_id(SECRET, headers | {SIGNATURE: f"v1,AAAA {headers[SIGNATURE]}"}, BODY, NOW) == "m-1"
    assert checked_id(SECRET, headers | {SIGNATURE: "v1,A " * 10 + headers[SIGNATURE]}, BODY, NOW) is None


@given(st.dictionaries(st.sampled_from([ID, TIMESTAMP, SIGNATURE]), st.text(max_size=60)), st.binary(max_size=40))
def test_nothing_made_up_is_taken(headers: dict[str, str], body: bytes) -> None:
    assert checked_id(SECRET, headers, body, NOW) is None


@pytest.mark.parametrize("text", ["", "short", "whsec_", "whsec_!!!", "whsec_c2hvcnQ="])
def test_a_weak_secret_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"base64|24 bytes"):
        secret_bytes(text)
