"""TON addresses: every spelling of one account, and what cannot receive."""

from __future__ import annotations

import base64
import binascii
from urllib.parse import quote

import pytest

from chains.catalogue import network
from chains.identify import identify
from chains.ton.address import check_address, friendly, raw_form

TON = network("ton")
MASTER = "EQCxE6mUtQJKFnGfaROTKOt1lZbDiiX1kCixRv7Nw2Id_sDs"
RAW = "0:b113a994b5024a16719f69139328eb759596c38a25f59028b146fecdc3621dfe"


def tagged(tag: int, workchain: int = 0, account: bytes = b"\x07" * 32) -> str:
    data = bytes([tag]) + workchain.to_bytes(1, signed=True) + account
    return base64.urlsafe_b64encode(data + binascii.crc_hqx(data, 0).to_bytes(2)).decode()


@pytest.mark.parametrize("text", [MASTER, MASTER.replace("_", "/"), RAW, RAW.upper(), friendly(RAW, bounceable=False)])
def test_every_spelling_of_an_account_is_one_address(text: str) -> None:
    seen = check_address(TON, text)
    assert (seen.valid, seen.normalised, seen.memo) == (True, MASTER, None)
    assert raw_form(text) == RAW


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "empty"),
        (MASTER[:-1] + "t", "bad_checksum"),
        (MASTER[:-1], "wrong_length"),
        (tagged(0x91), "wrong_network"),
        (tagged(0xD1), "wrong_network"),
        (tagged(0x31), "unknown_flags"),
        (tagged(0x11, 3), "unknown_workchain"),
        (tagged(0x11, 0, bytes(32)), "zero_address"),
        ("5:" + RAW[2:], "unknown_workchain"),
        (RAW[:-1], "not_base64_address"),
        ("wallet.ton", "not_base64_address"),
        (MASTER.replace("_", "/").replace("C", "-", 1), "wrong_length"),
    ],
)
def test_what_cannot_receive_is_refused_with_its_reason(text: str, reason: str) -> None:
    assert (check_address(TON, text).valid, check_address(TON, text).reason) == (False, reason)


def test_the_masterchain_has_accounts_too() -> None:
    seen = check_address(TON, "-1:" + "5" * 64)
    assert seen.normalised == "Ef9VVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVbxn"
    assert check_address(TON, seen.normalised or "").kind == "bounceable"
    assert check_address(TON, tagged(0x51)).kind == "non_bounceable"


HASH = bytes.fromhex("fb" * 31 + "fe")
STANDARD, URL = base64.b64encode(HASH).decode(), base64.urlsafe_b64encode(HASH).decode()


@pytest.mark.parametrize(
    "text",
    [
        STANDARD,
        STANDARD.rstrip("="),
        URL,
        URL.rstrip("="),
        f"I sent it, the hash is {STANDARD}.",
        f"hash: {URL}, please",
        f"https://tonviewer.com/transaction/{HASH.hex()}",
        f"https://tonviewer.com/transaction/{URL}?section=overview",
        f"https://tonscan.org/tx/{quote(STANDARD, safe='')}",
        f"https://tonscan.org/tx/{URL} that is {STANDARD}",
    ],
)
def test_a_hash_is_found_in_what_people_paste(text: str) -> None:
    seen = identify(text)
    assert (seen.hash, seen.candidates) == (HASH.hex(), ("ton",)), seen


def test_a_raw_address_is_no_hash() -> None:
    assert identify(RAW).reason == "is_address"
    assert identify(f"to {MASTER} please").reason == "is_address"
