"""What a proof of an address is made of: what was asked to be signed, what came back, and what is to be made of it. Pure.

The families' modules ``ownership`` judge; :mod:`chains.ownership` is what callers ask.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

LONGEST = 16_384
"""Characters each part of an answer may have; a wallet's initial state on TON has about 1,200."""

MOST_EXTRAS = 16
"""Further parts an answer may have."""

OUTCOMES: Mapping[str, bool | None] = {
    "proven": True,
    # A wrong answer; the person may try again.
    "unknown_method": False,
    "other_network": False,
    "not_an_address": False,
    "too_large": False,
    "not_readable": False,
    "public_key_missing": False,
    "other_key": False,
    "other_signature": False,
    "other_text": False,
    "other_domain": False,
    "other_time": False,
    # Nothing is wrong, but this does not show it, or not now.
    "other_method": None,
    "script": None,
    "contract": None,
    "unknown_wallet": None,
    "unknown_key_kind": None,
    "stake_key_only": None,
    "old_address": None,
    "needs_node": None,
    "node_unavailable": None,
    "not_deployed": None,
}
"""What a verdict may say, and whether it proves: ``True`` yes, ``False`` no, ``None`` cannot be known (now, or this way).

``other_signature``: not of this text by the key of this address. ``other_key``: right, but by a key that is not the
address's. ``script``, ``contract``: the address belongs to several keys or to a program, so no single signature shows who
commands it. ``stake_key_only``: by the key that stakes, which cannot spend. ``not_deployed``: no contract stands there yet.
"""

_WORD = re.compile(r"[!-~]{1,200}")
_DOMAIN = re.compile(r"[a-z0-9](?:[a-z0-9.-]{0,126}[a-z0-9])?(?::[0-9]{1,5})?")


@dataclass(frozen=True)
class Statement:
    """What somebody is asked to sign: that they control ``address``, for one purpose and one span of time.

    ``address`` is in the network's canonical form, ``network`` its CAIP-2 id, ``case`` what people call the case, ``nonce``
    unique to the challenge, ``domain`` the host of the desk that asks. Times are aware UTC, taken to the second. Raises
    ``ValueError`` for words that are not printable ASCII: what is signed must have one spelling.
    """

    address: str
    case: str
    network: str
    nonce: str
    issued: datetime
    expires: datetime
    domain: str

    def __post_init__(self) -> None:
        if not all(_WORD.fullmatch(word) for word in (self.address, self.case, self.network, self.nonce)):
            raise ValueError("a challenge is made of printable ASCII words")
        if not _DOMAIN.fullmatch(self.domain):
            raise ValueError("not a host")
        if any(moment.utcoffset() != timedelta(0) for moment in (self.issued, self.expires)):
            raise ValueError("times are UTC")
        if self.issued >= self.expires:
            raise ValueError("expires before it is issued")


@dataclass(frozen=True)
class SignedStatement:
    """What came back, all of it hostile text.

    ``extra`` is what the method needs besides: ``timestamp``, ``state_init`` and ``domain`` (TON), ``full_message`` (Aptos),
    ``callback_url`` (NEAR), ``authenticator_data`` (Algorand), ``form`` (``eip191`` or ``eip712``, of a contract's signature).
    """

    method: str
    signature: str
    public_key: str | None = None
    extra: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Verdict:
    """``ok`` and its code of :data:`OUTCOMES`; ``block`` is the height at which a node was asked, if one was."""

    ok: bool | None
    why: str
    block: int | None = None


@dataclass(frozen=True)
class Question:
    """What only the chain can tell: does the contract at ``address`` accept ``signature`` for ``digest``, or may ``key`` act
    for ``address`` (``signature`` is empty then, and ``key`` as the network writes public keys)."""

    address: str
    digest: bytes = b""
    signature: bytes = b""
    key: str = ""


Ask = Callable[[Question], Verdict]
"""Asks the nodes a question; the verdict names the block."""


class NotProven(ValueError):
    """Why a signature proves nothing: a code of :data:`OUTCOMES`."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def verdict(code: str, block: int | None = None) -> Verdict:
    """The verdict of this code."""
    return Verdict(OUTCOMES[code], code, block)


def judged(good: bool) -> Verdict:
    """``proven``, or ``other_signature``."""
    return verdict("proven" if good else "other_signature")


def asked(ask: Ask | None, question: Question) -> Verdict:
    """What the chain says, ``needs_node`` where nobody can be asked."""
    return verdict("needs_node") if ask is None else ask(question)


def moment(time: datetime) -> str:
    """A time as challenges write it."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ")


def challenge_text(statement: Statement) -> str:
    """The lines to sign, in plain ASCII: what it is for, that nothing moves, and what makes it good for this case only."""
    return "\n".join(
        (
            f"{statement.domain} asks you to show that this address is yours.",
            "Signing this text moves no money, permits nothing and costs nothing.",
            f"Address: {statement.address}",
            f"Network: {statement.network}",
            f"Case: {statement.case}",
            f"Nonce: {statement.nonce}",
            f"Issued: {moment(statement.issued)}",
            f"Expires: {moment(statement.expires)}",
        )
    )
