"""Base58 in any alphabet, its checksum, Bech32 and Bech32m: published examples, and every text taken or refused by name."""

from __future__ import annotations

import string
import time

import pytest
from hypothesis import given, strategies as st

from chains import bech32
from chains.encoding import BITCOIN, BadText, base58_decode, base58_encode, base58check_decode, base58check_encode
from chains.xrpl.address import ALPHABET as RIPPLE

BOTH = st.sampled_from([BITCOIN, RIPPLE])
PREFIXES = st.text("abcdefghijklmnopqrstuvwxyz_", min_size=1, max_size=12)


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ("", ""),
        ("61", "2g"),
        ("626262", "a3gV"),
        ("516b6fcd0f", "ABnLTmg"),
        ("572e4794", "3EFU7m"),
        ("10c8511e", "Rt5zm"),
        ("00000000000000000000", "1111111111"),
        ("00eb15231dfceb60925886b67d065299925915aeb172c06647", "1NS17iag9jJgTHD1VXjvLCEnZuQ3rJDE9L"),
    ],
)
def test_base58(content: str, text: str) -> None:
    assert base58_encode(bytes.fromhex(content)) == text
    assert base58_decode(text) == bytes.fromhex(content)


def test_the_alphabet_of_ripple() -> None:
    assert base58check_encode(bytes(21), RIPPLE) == "rrrrrrrrrrrrrrrrrrrrrhoLvTp"
    assert base58check_decode("rrrrrrrrrrrrrrrrrrrrrhoLvTp", RIPPLE) == bytes(21)


@given(st.binary(max_size=90), BOTH)
def test_base58_round_trips(data: bytes, alphabet: str) -> None:
    assert base58_decode(base58_encode(data, alphabet), alphabet) == data
    if data:
        assert base58check_decode(base58check_encode(data, alphabet), alphabet, longest=200) == data


@given(st.text(max_size=140), BOTH)
def test_any_text_is_taken_or_refused_by_name(text: str, alphabet: str) -> None:
    with pytest.raises(BadText) as refusal:
        base58check_decode(text + "x0", alphabet)
    assert refusal.value.code in ("bad_characters", "wrong_length")
    try:
        assert base58_encode(base58_decode(text, alphabet), alphabet) == text
    except BadText as problem:
        assert problem.code == "bad_characters"


@given(st.binary(min_size=1, max_size=60), st.data())
def test_one_wrong_character_spoils_the_checksum(data: bytes, draw: st.DataObject) -> None:
    text = base58check_encode(data)
    place = draw.draw(st.integers(0, len(text) - 1))
    other = draw.draw(st.sampled_from([letter for letter in BITCOIN if letter != text[place]]))
    with pytest.raises(BadText):
        base58check_decode(text[:place] + other + text[place + 1 :])


SOUND = [
    ("A12UEL5L", bech32.BECH32),
    ("an83characterlonghumanreadablepartthatcontainsthenumber1andtheexcludedcharactersbio1tt5tgs", bech32.BECH32),
    ("abcdef1qpzry9x8gf2tvdw0s3jn54khce6mua7lmqqqxw", bech32.BECH32),
    ("?1ezyfcl", bech32.BECH32),
    ("A1LQFN3A", bech32.BECH32M),
    ("abcdef1l7aum6echk45nj3s0wdvt2fg8x9yrzpqzd3ryx", bech32.BECH32M),
    ("?1v759aa", bech32.BECH32M),
]
UNSOUND = [
    ("pzry9x0s0muk", "bad_prefix"),
    ("1pzry9x0s0muk", "bad_prefix"),
    ("x1b4n0q5v", "bad_characters"),
    ("li1dgmt3", "wrong_length"),
    ("A1G7SGD8", "bad_checksum"),
    ("a12UEL5L", "mixed_case"),
    ("\x201nwldj5", "bad_prefix"),
    ("a1", "wrong_length"),
    ("x" * 91, "wrong_length"),
]


@pytest.mark.parametrize(("text", "constant"), SOUND)
def test_the_examples_of_the_standards(text: str, constant: int) -> None:
    prefix, groups, found = bech32.decode_groups(text)
    assert found == constant
    assert bech32.encode_groups(prefix, groups, constant) == text.lower()


@pytest.mark.parametrize(("text", "code"), UNSOUND)
def test_what_the_standards_refuse(text: str, code: str) -> None:
    with pytest.raises(BadText) as refusal:
        bech32.decode_groups(text)
    assert refusal.value.code == code


@given(PREFIXES, st.binary(max_size=60))
def test_bech32_round_trips(prefix: str, content: bytes) -> None:
    text = bech32.encode(prefix, content)
    assert bech32.decode(text) == bech32.decode(text.upper()) == (prefix, content)


@given(PREFIXES, st.binary(max_size=30), st.data())
def test_one_wrong_character_is_seen(prefix: str, content: bytes, draw: st.DataObject) -> None:
    text = bech32.encode(prefix, content)
    place = draw.draw(st.integers(len(prefix) + 1, len(text) - 1))
    other = draw.draw(st.sampled_from([letter for letter in bech32.ALPHABET if letter != text[place]]))
    with pytest.raises(BadText):
        bech32.decode(text[:place] + other + text[place + 1 :])


@given(st.text(string.printable, max_size=120))
def test_any_text_is_no_bech32_by_accident(text: str) -> None:
    with pytest.raises(BadText):
        bech32.decode(text)


def test_they_are_quick() -> None:
    address, account = base58check_encode(bytes(range(21))), bech32.encode("cosmos", bytes(range(20)))
    started = time.process_time()
    for _ in range(1000):
        base58check_decode(address)
        bech32.decode(account)
    assert time.process_time() - started < 0.5
