"""Every network's hash is found in every form people paste, in every language, and in the links of its explorers."""

from __future__ import annotations

import base64
import re
import time
from collections.abc import Iterator
from urllib.parse import quote, urlsplit

import pytest

from chains.catalogue import networks
from chains.families import family
from chains.identify import LONGEST, identify
from chains.types import Identification, Network
from tests.chains.explorer_links import LINKS, TEST_NETWORKS

ROWS = [row for row in networks().values() if not row.sandbox]
PREFIXED = {"evm", "aptos", "tron"}
"""Families that take sixty-four digits with ``0x`` and without."""
FEW_EXPLORERS = {"beacon": 5, "polkadot": 4}
"""The chain stopped in 2024; the Asset Hub has few explorers besides those of its relay chain."""


def sample(row: Network) -> str:
    return str(row.params["sample_tx"])


def written(row: Network, text: str) -> str:
    """The hash of ``text`` as the network writes it."""
    form = family(row.family).hash_candidate(row, text)
    assert form is not None, text
    return form


def spellings(row: Network) -> Iterator[str]:
    """Everything people paste for the row's sample."""
    tx = sample(row)
    digits = tx.removeprefix("0x")
    yield tx
    if re.fullmatch("[0-9a-fA-F]{64}", digits):
        yield from (digits.lower(), digits.upper(), digits[:32].upper() + digits[32:].lower())
        if row.family in PREFIXED:
            yield from (f"0x{digits.lower()}", f"0X{digits.upper()}", f"0x{digits.upper()}")
    if row.family == "ton":
        raw = bytes.fromhex(tx)
        for text in (base64.b64encode(raw).decode(), base64.urlsafe_b64encode(raw).decode()):
            yield from (text, text.rstrip("="), quote(text, safe="") if "%" not in text else text)
    if row.family == "hedera":
        payer, seconds, nanoseconds = tx.split("-")
        yield from (
            f"{payer}@{seconds}.{nanoseconds}",
            f"{payer}-{seconds}.{nanoseconds}",
            f"{payer}@{seconds}.{int(nanoseconds)}",
        )
        yield f"{payer}-{seconds}-{int(nanoseconds)}"
    if row.family == "near":
        yield from (f"{tx}@alice.near", f"{tx}@{'ab' * 32}", f"{tx}@aurora")
    if row.family == "polkadot":
        yield from ("7654321-12", tx.upper().replace("0X", "0x"), tx.rpartition("-")[0], "7654321-initialize")
    if row.family == "algorand":
        yield tx.lower()


CASES = [
    pytest.param(row, text, id=f"{row.slug}-{text[:70]}") for row in ROWS for text in dict.fromkeys(spellings(row))
]

AROUND = [
    "{}",
    "  {}\n",
    "My deposit did not arrive: {}",
    "Txid: {}.",
    "tx={}",
    "Hash:{}, amount 100",
    "Транзакция {} не зачислена, помогите!",
    "我的充值没有到账，交易哈希是{}，请帮忙。",
    "入金が反映されません：{}です",
    "입금이 안 됐어요({})",
    "عملية الإيداع {} لم تصل",
    "\u202b{}\u202c",
    "Mein Betrag fehlt – „{}“ – bitte prüfen",
    "¿Dónde está «{}»?",
    "“{}”",
    "'{}'",
    '"{}"',
    "`{}`",
    "```\n{}\n```",
    "**{}**",
    "_{}_",
    "<{}>",
    "({})",
    "[{}]",
    "{{{}}}",
    "> {}",
    "- {}",
    "1. {}",
    "| tx | {} |",
    '{{"txid":"{}"}}',
    "{};",
    "{}…",
    "\ufeff{}",
    "\u00a0{}\u00a0",
    "see {}\tplease",
]


@pytest.mark.parametrize(("row", "text"), [case for case in CASES if "%" not in case.values[1]])
def test_every_spelling_is_found(row: Network, text: str) -> None:
    seen = identify(text)
    assert row.slug in seen.candidates, seen
    assert written(row, seen.hash or "") == written(row, text)


@pytest.mark.parametrize("around", AROUND)
@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.slug)
def test_it_is_found_among_words_of_any_language(row: Network, around: str) -> None:
    for text in dict.fromkeys(spellings(row)):
        if "%" in text or re.fullmatch(r"[0-9]+-[0-9a-z]+", text):
            continue  # a height and a place among words might be anything
        seen = identify(around.format(text))
        assert row.slug in seen.candidates, (around.format(text), seen)
        assert written(row, seen.hash or "") == written(row, text)


@pytest.mark.parametrize("mark", ["\u200b", "\u200d", "\u2060", "\ufeff", "\u00ad", "\u202a"])
@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.slug)
def test_invisible_characters_inside_do_not_matter(row: Network, mark: str) -> None:
    tx = sample(row)
    seen = identify(f"{mark}{tx[:20]}{mark}{tx[20:]}{mark}")
    assert row.slug in seen.candidates
    assert written(row, seen.hash or "") == written(row, tx)


@pytest.mark.parametrize("row", [row for row in ROWS if sample(row).startswith("0x")], ids=lambda row: row.slug)
def test_full_width_characters_are_read(row: Network) -> None:
    wide = "".join(chr(ord(c) + 0xFEE0) for c in sample(row))
    assert row.slug in identify(wide).candidates


def links(row: Network, table: dict[str, str]) -> list[str]:
    tx = sample(row)
    forms = {"h": tx, "u": tx.upper(), "l": tx.lower(), "x": tx.removeprefix("0x"), "b": "", "s": ""}
    if row.family == "ton":
        raw = bytes.fromhex(tx)
        forms["b"] = base64.urlsafe_b64encode(raw).decode().rstrip("=")
        forms["s"] = quote(base64.b64encode(raw).decode(), safe="")
    return [template.format(**forms) for template in table.get(row.slug, "").split()]


@pytest.mark.parametrize(
    ("row", "link"), [pytest.param(row, link, id=link[8:80]) for row in ROWS for link in links(row, LINKS)]
)
def test_a_link_of_an_explorer_names_the_network(row: Network, link: str) -> None:
    for text in (
        link,
        f"Hi! {link}, thanks",
        f"[tx]({link})",
        f"<a href='{link}'>tx</a>",
        link.removeprefix("https://"),
    ):
        seen = identify(text)
        assert (seen.candidates, seen.reason) == ((row.slug,), "explorer_link"), text
        assert written(row, seen.hash or "") == written(row, sample(row))


@pytest.mark.parametrize(
    ("row", "link"), [pytest.param(row, link, id=link[8:80]) for row in ROWS for link in links(row, TEST_NETWORKS)]
)
def test_a_link_to_a_test_network_is_no_reference(row: Network, link: str) -> None:
    for text in (link, f"see {link}, please", link.removeprefix("https://"), f"{sample(row)} {link}"):
        if row.family != "hedera" or sample(row) not in text.replace(link, ""):  # there the parts of an id are ids too
            assert identify(text) == Identification(None, (), "test_network"), text


def test_every_family_is_tried_with_a_test_network() -> None:
    of_family = {row.family for row in ROWS if row.slug in TEST_NETWORKS}
    assert set(TEST_NETWORKS) <= {row.slug for row in ROWS}
    assert {row.family for row in ROWS if row.retired is None} <= of_family


@pytest.mark.parametrize(
    ("link", "reason"),
    [
        (
            "https://explorer.solana.com/tx/{h}?cluster=custom&customUrl=http%3A%2F%2Flocalhost%3A8899",
            "unknown_explorer",
        ),
        ("https://explorer.solana.com/tx/{h}?cluster=mainnet-beta", "explorer_link"),
        ("https://solscan.io/tx/{h}?tab=latest", "explorer_link"),
        ("https://tonscan.org/tx/{h}?testnet=false", "several"),
        ("https://sepolia.evil.example/tx/{h}", "unknown_explorer"),
        ("https://solscan.io.evil.example/testnet/tx/{h}", "unknown_explorer"),
        ("https://testnet@solscan.io/tx/{h}", "explorer_link"),
    ],
)
def test_what_is_no_test_network_by_its_link(link: str, reason: str) -> None:
    row = networks()["solana"]
    seen = identify(link.format(h=sample(row)))
    assert seen.reason != "test_network"
    assert reason in (seen.reason, "several")


def test_pages_of_a_test_network_that_show_no_transaction() -> None:
    assert identify("https://sepolia.etherscan.io/address/0x" + "12" * 20).reason == "is_address"
    assert identify("https://sepolia.etherscan.io/block/12345678").reason == "is_block"


def test_a_link_of_the_main_network_beside_one_of_a_test_network() -> None:
    row = networks()["base"]
    both = f"https://sepolia.basescan.org/tx/{sample(row)} or https://basescan.org/tx/{sample(row)}"
    assert (identify(both).candidates, identify(both).reason) == (("base",), "explorer_link")


@pytest.mark.parametrize(
    "text",
    [
        "Internal transfer 123456789",
        "Internal transfer: 12345678901234",
        "internal-transfer 4711",
        "INTERNAL_TRANSFER_123456",
        "Off-chain transfer 98765432101",
        "offchain transaction id 98765432101",
        "Internal Transfer",
        "My exchange says: off-chain withdrawal no. 1234567, it was on Monday and nothing has arrived since then",
        "123456789012",
        "12345678",
        "12345678901234567890",
        "order id: 123456789012",
        "Order #123456789012.",
        "TxID 123456789012",
        "my withdrawal id is 123456789012",
        "550e8400-e29b-41d4-a716-446655440000",
        "order 550E8400-E29B-41D4-A716-446655440000 please",
    ],
)
def test_names_of_what_never_went_over_a_chain(text: str) -> None:
    assert identify(text) == Identification(None, (), "internal_transfer_id")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("1234567", "no_hash"),
        ("123456789012345678901", "no_hash"),
        ("I sent 12345678 coins", "no_hash"),
        ("It was not an internal transfer but an ordinary one, and I paid for it with my own card", "no_hash"),
        ("550e8400-e29b-41d4-a716-44665544000", "no_hash"),
        ("x550e8400-e29b-41d4-a716-446655440000", "no_hash"),
        ("550e8400e29b41d4a716446655440000", "wrong_length"),
        ("Internal transfer to 0x" + "12" * 20, "is_address"),
    ],
)
def test_near_misses_of_such_names(text: str, reason: str) -> None:
    assert identify(text) == Identification(None, (), reason)


def test_a_hash_among_such_names_is_still_found() -> None:
    row = networks()["ethereum"]
    assert identify(f"Internal transfer 123456789, hash {sample(row)}").reason == "hash"
    assert identify(f"order 550e8400-e29b-41d4-a716-446655440000: {sample(row)}").reason == "hash"


@pytest.mark.parametrize("name", sorted({row.family for row in ROWS}))
def test_ten_explorers_of_every_family_are_tried(name: str) -> None:
    tried = {urlsplit(link).hostname for row in ROWS if row.family == name for link in links(row, LINKS)}
    assert len(tried) >= FEW_EXPLORERS.get(name, 10)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.slug)
def test_the_page_of_a_transaction_is_a_link_to_it(row: Network) -> None:
    assert row.transaction_page is not None
    seen = identify(row.transaction_page.replace("{hash}", quote(sample(row), safe="")))
    assert (seen.candidates, seen.reason) == ((row.slug,), "explorer_link")
    assert written(row, seen.hash or "") == written(row, sample(row))
    assert row.transaction_page.split("{hash}")[0] in {
        link.split(sample(row))[0].replace("://www.", "://") for link in links(row, LINKS)
    }


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("0:83dfd552e63729b472fcbcc8c45ebcc6691702558b68ec7527e1ba403a0f31a8", "is_address"),
        ("to -1:3333333333333333333333333333333333333333333333333333333333333333 I sent", "is_address"),
        ("https://tonviewer.com/0:83dfd552e63729b472fcbcc8c45ebcc6691702558b68ec7527e1ba403a0f31a8", "is_address"),
        (f"https://explorer.aptoslabs.com/account/0x{'6a' * 32}?network=mainnet", "is_address"),
        (f"https://explorer.aptoslabs.com/object/0x{'6a' * 32}?network=mainnet", "is_address"),
        (f"https://nearblocks.io/address/{'6a' * 32}", "is_address"),
        (f"https://mempool.space/block/{'00' * 8}{'6a' * 24}", "is_block"),
        ("https://solscan.io/account/HBYC51YrGFAZ8rM7Sj8e9uqKggpSrDYrinQDZzvMtqQp", "is_address"),
        ("https://tronscan.org/#/address/TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t", "is_address"),
        ("https://hashscan.io/mainnet/account/0.0.98", "is_address"),
        ("https://livenet.xrpl.org/accounts/rHb9CJAWyB4rj91VRWn96DkukG4bwdtyTh", "is_address"),
    ],
)
def test_pages_of_other_things_are_no_transactions(text: str, reason: str) -> None:
    assert (identify(text).hash, identify(text).reason) == (None, reason)


@pytest.mark.parametrize(
    "around",
    [
        "https://web.archive.org/web/20240101000000/{}",
        "https://www.google.com/url?q={}&sa=D",
        "https://l.facebook.com/l.php?u={}&h=AT0",
        "https://t.me/iv?url={}",
    ],
)
def test_a_link_inside_a_link_is_read(around: str) -> None:
    row = networks()["base"]
    link = f"https://basescan.org/tx/{sample(row)}"
    for inner in (link, quote(link, safe="")):
        assert (identify(around.format(inner)).candidates, identify(around.format(inner)).reason) == (
            ("base",),
            "explorer_link",
        )
    other = identify(around.format(f"https://sepolia.basescan.org/tx/{sample(row)}"))
    assert other.reason == "test_network"


def test_base64_with_a_slash_of_its_own_is_found_in_a_link() -> None:
    raw = bytes.fromhex("fbf0" * 16)
    text = base64.b64encode(raw).decode()
    assert "/" in text
    for link in (f"https://tonscan.org/tx/{text}", f"see https://tonviewer.com/transaction/{text}?x=1"):
        assert (identify(link).hash, identify(link).candidates) == (raw.hex(), ("ton",))


def test_base64url_may_begin_with_any_of_its_characters() -> None:
    for first in (b"\xfb\xff", b"\xff\xff"):
        raw = first + bytes(range(30))
        assert "ton" in identify(f"hash {base64.urlsafe_b64encode(raw).decode().rstrip('=')} please").candidates


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.slug)
def test_long_texts_full_of_almost_hashes_are_quick(row: Network) -> None:
    tx, address = sample(row), str(row.params["sample_address"])
    for piece in (tx[:-1], tx, address[:-1] + "x", address, f"https://a.example/{address[:-1]}x/", f"x/{tx[:-1]}"):
        text = (piece + " ") * (LONGEST // (len(piece) + 1))
        identify(text)
        started = time.process_time()
        identify(text)
        assert time.process_time() - started < 0.2, piece
