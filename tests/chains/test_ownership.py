"""Every way to prove an address, with a wallet's own answer: taken once, and for nothing else than what was asked."""

from __future__ import annotations

import base64
import random
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from chains import ownership
from chains.address import check_address
from chains.catalogue import network, networks
from chains.encoding import base58_decode, base58_encode, base58check_decode, base58check_encode
from chains.ownership import SignedStatement, Statement, Verdict, challenge_text, check, methods, payload
from chains.proving import LONGEST, OUTCOMES, Question
from tests.chains.wallets import ISSUED, WALLETS, Wallet

each_wallet = pytest.mark.parametrize("wallet", WALLETS, ids=lambda wallet: wallet.name)

CHANGES: Mapping[str, Mapping[str, Any]] = {
    "case": {"case": "R-2026-000124"},
    "nonce": {"nonce": "b7c1f0e29d5a4c34"},
    "issued": {"issued": ISSUED + timedelta(seconds=1)},
    "expiry": {"expires": ISSUED + timedelta(hours=25)},
    "desk": {"domain": "desk.example.com"},
}


def ask_wallet(wallet: Wallet, statement: Statement, signed: SignedStatement) -> Verdict:
    return check(network(wallet.slug), wallet.method, statement, signed)


@each_wallet
def test_the_answer_of_a_wallet_proves(wallet: Wallet) -> None:
    statement = wallet.statement()
    assert check_address(network(wallet.slug), wallet.address).normalised == wallet.address
    assert check_address(network(wallet.slug), wallet.other).normalised == wallet.other
    assert ask_wallet(wallet, statement, wallet.sign(statement)) == Verdict(True, "proven")


@each_wallet
@pytest.mark.parametrize("change", CHANGES)
def test_an_answer_to_another_challenge_is_none(wallet: Wallet, change: str) -> None:
    signed = wallet.sign(wallet.statement())
    assert ask_wallet(wallet, wallet.statement(**CHANGES[change]), signed).ok is False


@each_wallet
def test_an_answer_for_another_address_is_none(wallet: Wallet) -> None:
    assert ask_wallet(wallet, wallet.statement(address=wallet.other), wallet.sign(wallet.statement())).ok is False


@each_wallet
def test_who_signs_the_challenge_of_another_address_proves_nothing(wallet: Wallet) -> None:
    """The text is right, the key is not that address's: never proven, and only a node could know of a second key."""
    statement = wallet.statement(address=wallet.other)
    found = ask_wallet(wallet, statement, wallet.sign(statement))
    assert found.ok is not True
    assert found.ok is False or found.why in ("needs_node", "stake_key_only")


@each_wallet
def test_an_answer_for_another_network_is_none(wallet: Wallet) -> None:
    """Neither on the network it names nor on any other that has the method and the address."""
    signed = wallet.sign(wallet.statement())
    for row in networks().values():
        if row.slug == wallet.slug or row.id == network(wallet.slug).id:
            continue
        moved = wallet.statement(network=row.id)
        assert ask_wallet(wallet, moved, signed) == Verdict(False, "other_network")
        if wallet.method in methods(row) and check_address(row, wallet.address).normalised == wallet.address:
            assert check(row, wallet.method, moved, signed).ok is False
            assert check(row, wallet.method, wallet.statement(), signed).ok is False


def spelt(form: str, text: str) -> tuple[bytes, Any]:
    """The bytes of a signature, and how to write other bytes in the same way."""
    if form == "base64":
        return base64.b64decode(text), lambda data: base64.b64encode(data).decode()
    if form == "base58":
        return base58_decode(text), base58_encode
    if form.startswith("tezos:"):
        front = bytes.fromhex(form.removeprefix("tezos:"))
        return base58check_decode(text)[len(front) :], lambda data: base58check_encode(front + data)
    return bytes.fromhex(text.removeprefix("0x")), lambda data: data.hex()


def flips(data: bytes) -> Iterator[bytes]:
    """``data`` with one bit changed: every bit of the first and last bytes, one bit of each other."""
    for place in range(len(data)):
        edge = place < 2 or place >= len(data) - 2
        for bit in range(8) if edge else (random.Random(place).randrange(8),):
            yield data[:place] + bytes([data[place] ^ 1 << bit]) + data[place + 1 :]


@each_wallet
def test_any_bit_of_the_signature_counts(wallet: Wallet) -> None:
    """But for the header of the old signed messages, which may name a key's address in two ways."""
    statement = wallet.statement()
    signed = wallet.sign(statement)
    data, write = spelt(wallet.form, signed.signature)
    for changed in flips(data):
        if wallet.method == "bitcoin_message" and (changed[0] - data[0]) % 4 == 0 and changed[1:] == data[1:]:
            continue
        found = ask_wallet(wallet, statement, replace(signed, signature=write(changed)))
        assert found.ok is False or (found.ok is None and found.why == "script"), changed.hex()


@pytest.mark.parametrize("wallet", [one for one in WALLETS if one.method != "eip712"], ids=lambda wallet: wallet.name)
def test_any_byte_of_the_text_counts(wallet: Wallet, monkeypatch: pytest.MonkeyPatch) -> None:
    """But for typed data, which has fields in place of the text."""
    statement = wallet.statement()
    signed = wallet.sign(statement)
    text = challenge_text(statement)
    step = 29 if wallet.form.startswith("tezos") else 7
    for place in range(0, len(text), step):
        changed = text[:place] + chr(ord(text[place]) ^ 1) + text[place + 1 :]
        monkeypatch.setattr(ownership, "challenge_text", lambda _statement, changed=changed: changed)
        assert ask_wallet(wallet, statement, signed).ok is False, place


def test_every_network_says_which_methods_it_has_and_every_method_has_a_wallet_here() -> None:
    offered = {(row.family, method) for row in networks().values() for method in methods(row)}
    tried = {(network(wallet.slug).family, wallet.method) for wallet in WALLETS}
    assert offered - tried == {("evm", "eip1271")}  # asks a node: tests/chains/evm/test_ownership.py
    assert {row.family for row in networks().values() if not methods(row)} == {"beacon"}


def test_what_wallets_are_given_can_be_written_as_json() -> None:
    import json

    for wallet in WALLETS:
        given = payload(network(wallet.slug), wallet.method, wallet.statement())
        assert json.loads(json.dumps(given)) == given
        assert given["text"] == challenge_text(wallet.statement())
    with pytest.raises(KeyError):
        payload(network("bitcoin"), "eip191", WALLETS[0].statement())


def test_the_text_is_plain_and_says_what_it_binds() -> None:
    statement = WALLETS[0].statement()
    text = challenge_text(statement)
    assert text.isascii() and text.replace("\n", "").isprintable() and len(text) < 900
    for part in (statement.case, statement.network, statement.nonce, statement.address, statement.domain):
        assert part in text
    assert "2026-03-01T09:30:00Z" in text and "2026-03-02T09:30:00Z" in text


@pytest.mark.parametrize(
    "change",
    [
        {"case": "R-1\nCase: R-2"},
        {"case": ""},
        {"nonce": "a b"},
        {"address": "ä"},
        {"domain": "desk.example.org/x"},
        {"domain": "Desk"},
        {"issued": ISSUED.replace(tzinfo=None)},
        {"expires": ISSUED},
    ],
)
def test_a_statement_has_one_spelling(change: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"."):
        WALLETS[0].statement(**change)


@each_wallet
def test_usual_spellings_are_taken(wallet: Wallet) -> None:
    statement = wallet.statement()
    signed = wallet.sign(statement)
    text = signed.signature
    spellings = {f"  {text}\n"}
    if wallet.form == "hex":
        bare = text.removeprefix("0x")
        spellings |= {bare, bare.upper(), "0x" + bare}
    if wallet.form == "base64":
        spellings |= {text.rstrip("="), text.replace("+", "-").replace("/", "_")}
    for spelling in spellings:
        assert ask_wallet(wallet, statement, replace(signed, signature=spelling)).ok is True, spelling


def test_a_text_pasted_with_the_line_ends_of_windows_is_the_same_text() -> None:
    wallet = next(each for each in WALLETS if each.name == "bitcoin-bitcoin_message-p2pkh")
    statement = wallet.statement()
    from chains.utxo.ownership import message_digest
    from tests.chains.wallets import SECP, said

    text = said(statement).replace(b"\n", b"\r\n")
    made = SECP.sign_recoverable(message_digest(network("bitcoin"), text), hasher=None)
    signature = base64.b64encode(bytes([31 + made[64]]) + made[:64]).decode()
    assert ask_wallet(wallet, statement, SignedStatement("bitcoin_message", signature)).ok is True


@each_wallet
def test_a_wrong_method_an_address_of_no_such_form_and_too_much_of_anything(wallet: Wallet) -> None:
    statement = wallet.statement()
    signed = wallet.sign(statement)
    assert ask_wallet(wallet, statement, replace(signed, method="sign")).why == "unknown_method"
    assert check(network(wallet.slug), "sign", statement, signed).why == "unknown_method"
    assert ask_wallet(wallet, wallet.statement(address="nobody"), signed).why == "not_an_address"
    for much in (
        replace(signed, signature="0" * (LONGEST + 1)),
        replace(signed, public_key="0" * (LONGEST + 1)),
        replace(signed, extra={"a": "0" * (LONGEST + 1)}),
        replace(signed, extra={str(number): "" for number in range(17)}),
    ):
        assert ask_wallet(wallet, statement, much) == Verdict(False, "too_large")


hostile = st.one_of(
    st.text(max_size=200),
    st.binary(max_size=200).map(bytes.hex),
    st.binary(max_size=200).map(lambda data: base64.b64encode(data).decode()),
    st.binary(min_size=60, max_size=70).map(base58_encode),
    st.sampled_from([65, 64]).flatmap(lambda size: st.binary(min_size=size, max_size=size)).map(bytes.hex),
    st.sampled_from(["", "0x", "\ud800", "\x00", "AA==", "smp", "ful", "ed25519:", "edsig", "84", "8" * 4000]),
)
NAMES = ("timestamp", "state_init", "domain", "full_message", "callback_url", "authenticator_data", "form", "x")


@settings(max_examples=400, deadline=None)
@given(
    wallet=st.sampled_from(WALLETS),
    signature=hostile | st.none(),
    key=hostile | st.none(),
    keep_key=st.booleans(),
    extra=st.dictionaries(st.sampled_from(NAMES), hostile, max_size=4),
)
def test_whatever_comes_back_nothing_is_raised_and_nothing_is_proven(
    wallet: Wallet, signature: str | None, key: str | None, keep_key: bool, extra: dict[str, str]
) -> None:
    """Parts of a good answer stay, so that the deeper readers are reached."""
    statement = wallet.statement()
    good = wallet.sign(statement)
    signed = SignedStatement(
        wallet.method,
        good.signature if signature is None else signature,
        good.public_key if keep_key else key,
        {**good.extra, **extra},
    )
    asked: list[Question] = []

    def ask(question: Question) -> Verdict:
        asked.append(question)
        return Verdict(None, "node_unavailable", 7)

    found = check(network(wallet.slug), wallet.method, statement, signed, ask)
    assert OUTCOMES[found.why] is found.ok
    if signature is not None and signature.strip() != good.signature:
        assert found.ok is not True


@settings(max_examples=200, deadline=None)
@given(wallet=st.sampled_from(WALLETS), data=st.data())
def test_a_good_answer_cut_or_mixed_up_is_not_proven(wallet: Wallet, data: st.DataObject) -> None:
    statement = wallet.statement()
    signed = wallet.sign(statement)
    raw, write = spelt(wallet.form, signed.signature)
    place = data.draw(st.integers(0, len(raw) - 1))
    changed = data.draw(
        st.sampled_from([raw[:place], raw[place + 1 :], raw + raw[:1], raw[:place] + bytes(1) + raw[place:]])
    )
    found = ask_wallet(wallet, statement, replace(signed, signature=write(changed)))
    assert found.ok is not True and OUTCOMES[found.why] is found.ok
