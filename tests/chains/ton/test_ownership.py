"""``ton_proof`` against what wallets sent to another verifier (the tests of TonProof.NET), and what may be wrong with one."""

from __future__ import annotations

import base64
from dataclasses import replace
from datetime import timedelta

import pytest

from chains.catalogue import network
from chains.ownership import SignedStatement, Verdict, check
from chains.proving import NotProven, Question
from chains.signatures import ed25519
from chains.ton import cells
from chains.ton.address import friendly
from chains.ton.ownership import key_of, signed_bytes
from tests.chains.wallets import ED_KEY, V4R2, WALLETS, ton_state

HOST = "winogarcia.github.io"
FRONT = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9."
V5_BETA = (
    "te6cckEBAwEAWQACATQCAQBdAAAAAH////6AAAAAAABiiaflnMPOFnwP/uGjmp6BjnjCKcCYfuoTRAqQRF+03SAIQgLkzzsvTG1qYeoPK1RH0mZ4WyavNjfb"
    "Le7mvNGqgm80EpjwGJs="
)
V3R1 = (
    "te6cckEBAwEAkQACATQCAQBQAAAAACmpoxfmNSSfaz+6+XQq4dCdj28Btggv+SVtcZAGMpQFAZ8xmADA/wAg3SCCAUyXupcw7UTQ1wsf4KTyYIMI1xgg0x/T"
    "H9Mf+CMTu/Jj7UTQ0x/TH9P/0VEyuvKhUUS68qIE+QFUEFX5EPKj+ACTINdKltMH1AL7AOjRAaTIyx/LH8v/ye1UGy3yHQ=="
)
VECTORS = [  # raw address, public key, seconds, state, payload, signature
    (
        "0:c83546fdc5fac87d55f04804919c0829bc0e6be24b8e564590dbc44380c30ee9",
        "e635249f6b3fbaf9742ae1d09d8f6f01b6082ff9256d719006329405019f3198",
        1721827131,
        V3R1,
        FRONT
        + "eyJ1bmlxdWVfbmFtZSI6IjExMjM3N2UxLWUwYjktNGIyOC05NjJkLTRiZDAxMTFmZmY3NyIsIm5iZiI6MTcyMTgyNzA4MiwiZXhwIjoxNzIx"
        "ODI3OTgyLCJpYXQiOjE3MjE4MjcwODIsImlzcyI6Iklzc3VlckZvclBheWxvYWQiLCJhdWQiOiJBdWRpZW5jZUZvclBheWxvYWQifQ"
        ".BZ6LvTKvsSPZ4H6nbwcQP3gjVgvkbYm2vPIQjJ4Gyak",
        "LVQzfrfwz8I5ZCl7WFpGdICvYbHxPplZnMKx0gT/X0jFlDOohPa9/6RtzvcSGWqtHBwE6XlUUadmcZoTMlyUAw==",
    ),
    (
        "0:0522952c6d0846ad7f93dfb7987e5f77f02ee53290a26f9be85a50c689085932",
        "e635249f6b3fbaf9742ae1d09d8f6f01b6082ff9256d719006329405019f3198",
        1721827476,
        V4R2,
        FRONT
        + "eyJ1bmlxdWVfbmFtZSI6IjExMjM3N2UxLWUwYjktNGIyOC05NjJkLTRiZDAxMTFmZmY3NyIsIm5iZiI6MTcyMTgyNzA4MiwiZXhwIjoxNzIx"
        "ODI3OTgyLCJpYXQiOjE3MjE4MjcwODIsImlzcyI6Iklzc3VlckZvclBheWxvYWQiLCJhdWQiOiJBdWRpZW5jZUZvclBheWxvYWQifQ"
        ".BZ6LvTKvsSPZ4H6nbwcQP3gjVgvkbYm2vPIQjJ4Gyak",
        "z05SXc3qseQ/c/Fwmp+D4+qF2QWRAbP7E8mcYwbxBTqsEcG/DQdMdUUJhYx0NQTpid38oxBDYnJ9vB0cZkd/Bw==",
    ),
    (
        "0:7afd7563d8fd084d35060278320769743905983b8ea43c5b16fb6e3dc0a190dd",
        "c5134fcb39879c2cf81ffdc347353d031cf184538130fdd42688152088bf69ba",
        1721812530,
        V5_BETA,
        FRONT
        + "eyJ1bmlxdWVfbmFtZSI6IjQxNDA1NzUxLTNlZjEtNDZhYi04ZDJiLTRkMjE4NWVhZjI2ZSIsIm5iZiI6MTcyMTgxMjQ4OCwiZXhwIjoxNzIx"
        "ODEzMzg4LCJpYXQiOjE3MjE4MTI0ODgsImlzcyI6Iklzc3VlckZvclBheWxvYWQiLCJhdWQiOiJBdWRpZW5jZUZvclBheWxvYWQifQ"
        ".rzJ1tpq-jDp19pDwWO8ZNp8T9ZkME9CZXIppWc5FYGo",
        "8ab+IBU83nga6aNznUNEHr3OgN1L7I2raVomWNrhEElTFI1a3VvAz4mzvQbaYiaCY+WftHZrJnSiEgnbRYojDA==",
    ),
]
WALLET = next(each for each in WALLETS if each.slug == "ton")


@pytest.mark.parametrize(("raw", "key", "seconds", "state", "said", "signature"), VECTORS)
def test_proofs_of_real_wallets(raw: str, key: str, seconds: int, state: str, said: str, signature: str) -> None:
    assert key_of(raw, state).hex() == key
    digest = signed_bytes(raw, HOST, seconds, said)
    assert ed25519(bytes.fromhex(key), digest, base64.b64decode(signature))
    assert not ed25519(bytes.fromhex(key), signed_bytes(raw, HOST, seconds + 1, said), base64.b64decode(signature))


def judged(signed: SignedStatement) -> Verdict:
    return check(network("ton"), "ton_proof", WALLET.statement(), signed)


def with_extra(**extra: str) -> SignedStatement:
    signed = WALLET.sign(WALLET.statement())
    return replace(signed, extra={**signed.extra, **extra})


def test_the_time_a_wallet_names_lies_within_the_challenge() -> None:
    statement = WALLET.statement()
    for moment, why in (
        (statement.issued - timedelta(minutes=6), "other_time"),
        (statement.expires + timedelta(seconds=1), "other_time"),
        (statement.issued + timedelta(minutes=2), "other_signature"),
    ):
        assert judged(with_extra(timestamp=str(int(moment.timestamp())))).why == why
    for text in ("", "-1", "99999999999", "9" * 12, "x"):
        assert judged(with_extra(timestamp=text)).ok is False


def test_the_domain_is_the_desks() -> None:
    assert judged(with_extra(domain="desk.example.org")).ok is True
    assert judged(with_extra(domain="evil.example")).why == "other_domain"


def boc(cell: object) -> str:
    return base64.b64encode(cell.to_boc()).decode()  # type: ignore[attr-defined]


def test_a_state_must_be_the_addresss() -> None:
    assert judged(with_extra(state_init=boc(ton_state(bytes(32))))).why == "other_key"
    assert judged(with_extra(state_init="te6")).why == "not_readable"


def test_code_that_is_not_known_proves_nothing() -> None:
    """Anybody can write a contract that keeps somebody's key and obeys another."""
    reader = cells.opened(ton_state(ED_KEY))
    reader.load_uint(5)
    _code, data = reader.load_ref(), reader.load_ref()
    for bits in ("00110", "00111", "10110"):
        state = cells.builder().store_bits(bits).store_ref(data).store_ref(data).end_cell()
        with pytest.raises(NotProven, match="unknown_wallet"):
            key_of(f"0:{state.hash.hex()}", boc(state))
    short = cells.builder().store_bits("00110").store_ref(_code).store_ref(cells.builder().end_cell()).end_cell()
    with pytest.raises(NotProven, match="unknown_wallet"):
        key_of(f"0:{short.hash.hex()}", boc(short))
    empty = cells.builder().end_cell()
    with pytest.raises(NotProven, match="unknown_wallet"):
        key_of(f"0:{empty.hash.hex()}", boc(empty))


def test_without_a_state_a_node_must_tell_the_key() -> None:
    signed = WALLET.sign(WALLET.statement())
    bare = replace(signed, extra={"timestamp": signed.extra["timestamp"]})
    assert judged(bare) == Verdict(None, "needs_node")
    assert judged(replace(bare, public_key=None)).why == "public_key_missing"
    assert judged(replace(bare, public_key="00" * 32)).ok is False
    asked: list[Question] = []

    def ask(question: Question) -> Verdict:
        asked.append(question)
        return Verdict(False, "other_key", 5)

    found = check(network("ton"), "ton_proof", WALLET.statement(), bare, ask)
    assert found == Verdict(False, "other_key", 5)
    assert asked == [Question(friendly(f"0:{ton_state(ED_KEY).hash.hex()}"), key=ED_KEY.hex())]
