"""Proof of an address by TON Connect (``ton_proof``): ed25519 over address, domain, time and a payload. Pure.

The payload is the hash of the challenge's text, for wallets take at most 128 bytes. An address is the hash of a wallet's first
state, so that state shows the key; code not known here may keep its key elsewhere, or several.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from chains.errors import NodeMistaken
from chains.proving import Ask, NotProven, Question, SignedStatement, Statement, Verdict, asked, judged, verdict
from chains.signatures import ed25519, pasted
from chains.ton import cells
from chains.ton.address import raw_form
from chains.ton.wallets import VERSIONS
from chains.types import Network

SKEW = timedelta(minutes=5)
"""How far a wallet's clock may be behind ours."""

_BETA = "f3d7ca53493deedac28b381986a849403cbac3d2c584779af081065af0ac4b93"
"""The code of version 5 as it was tried out (a reference to a library), which some wallets still have."""

_BEFORE_KEY = {_BETA: 113, **{code: 65 if version.startswith("v5") else 64 for code, version in VERSIONS.items()}}
"""Bits before the key, by the hash of the code: sequence and wallet number, in version 5 leave to sign before them."""

_SECONDS = re.compile(r"[0-9]{1,11}")


def methods(network: Network) -> tuple[str, ...]:
    """The one that all wallets of TON Connect have."""
    return ("ton_proof",)


def payload(network: Network, method: str, statement: Statement, text: str) -> Mapping[str, Any]:
    """``payload`` of the request for ``ton_proof``."""
    return {"payload": digest_text(text)}


def digest_text(text: str) -> str:
    """The payload that stands for a text."""
    return hashlib.sha256(text.encode()).hexdigest()


def signed_bytes(raw: str, domain: str, seconds: int, said: str) -> bytes:
    """What a wallet signs, by the protocol's second layout."""
    workchain, _, account = raw.partition(":")
    host = domain.encode()
    message = b"".join(
        (
            b"ton-proof-item-v2/",
            int(workchain).to_bytes(4, "big", signed=True),
            bytes.fromhex(account),
            len(host).to_bytes(4, "little"),
            host,
            seconds.to_bytes(8, "little"),
            said.encode(),
        )
    )
    return hashlib.sha256(b"\xff\xffton-connect" + hashlib.sha256(message).digest()).digest()


def check_signature(
    network: Network, method: str, statement: Statement, text: str, signed: SignedStatement, ask: Ask | None
) -> Verdict:
    """See :class:`chains.families.Proving`. Needs ``timestamp``; and ``state_init``, or the public key and a node."""
    raw = raw_form(statement.address)
    if raw is None:
        raise NotProven("not_an_address")
    seconds = signed.extra.get("timestamp", "").strip()
    if not _SECONDS.fullmatch(seconds):
        raise NotProven("not_readable")
    if signed.extra.get("domain", statement.domain) != statement.domain:
        raise NotProven("other_domain")
    if not in_time(statement, int(seconds)):
        raise NotProven("other_time")
    state = signed.extra.get("state_init")
    if not state and not signed.public_key:
        return verdict("public_key_missing")
    key = key_of(raw, state) if state else pasted(signed.public_key, ("hex",), (32,))
    signature = pasted(signed.signature, ("base64", "hex"), (64,))
    good = ed25519(key, signed_bytes(raw, statement.domain, int(seconds), digest_text(text)), signature)
    if not good or state:
        return judged(good)
    return asked(ask, Question(statement.address, key=key.hex()))


def in_time(statement: Statement, seconds: int) -> bool:
    """Whether a wallet's clock stood within the challenge's time."""
    at = datetime.fromtimestamp(seconds, UTC)
    return statement.issued - SKEW <= at <= statement.expires


def key_of(raw: str, state: str) -> bytes:
    """The public key in the first state of the wallet at ``raw``. Raises :class:`NotProven`."""
    try:
        root = cells.from_text(state.strip())
    except NodeMistaken as error:
        raise NotProven("not_readable") from error
    if root.hash.hex() != raw.partition(":")[2]:
        raise NotProven("other_key")
    reader = cells.opened(root)
    try:
        if reader.load_uint(5) != 0b00110 or reader.remaining_bits or reader.remaining_refs != 2:
            raise NotProven("unknown_wallet")  # split, special or with libraries
        code, data = reader.load_ref(), cells.opened(reader.load_ref())
        before = _BEFORE_KEY.get(code.hash.hex())
        if before is None:
            raise NotProven("unknown_wallet")
        data.load_bits(before)
        return bytes(data.load_bytes(32))
    except NotProven:
        raise
    except Exception as error:  # the library raises whatever it meets in cells that anybody may have made
        raise NotProven("unknown_wallet") from error
