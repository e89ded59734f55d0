"""Proof that somebody controls an address: a challenge to sign, and whether what came back is its signature. Holds no keys.

A challenge names case, network, address, nonce and time, so a signature is good for one challenge only. That a challenge is
used once, and in time, is the caller's to see to: nothing here knows the present.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from chains.address import check_address
from chains.families import proving
from chains.proving import (
    LONGEST,
    MOST_EXTRAS,
    OUTCOMES,
    Ask,
    NotProven,
    Question,
    SignedStatement,
    Statement,
    Verdict,
    challenge_text,
    verdict,
)
from chains.transport import Talk
from chains.types import Network, Node

__all__ = [
    "OUTCOMES",
    "Ask",
    "Question",
    "SignedStatement",
    "Statement",
    "Verdict",
    "asker",
    "challenge_text",
    "check",
    "methods",
    "payload",
]


def methods(network: Network) -> tuple[str, ...]:
    """Codes of the ways to prove an address of ``network``, the least burdensome first; none where wallets have no way."""
    return proving(network.family).methods(network)


def payload(network: Network, method: str, statement: Statement) -> Mapping[str, Any]:
    """What a page hands to the wallet to ask for the signature; ``text`` is what people are shown. Raises ``KeyError`` for a
    method the network does not have."""
    if method not in methods(network):
        raise KeyError(method)
    text = challenge_text(statement)
    return {"text": text, **proving(network.family).payload(network, method, statement, text)}


def check(
    network: Network, method: str, statement: Statement, signed: SignedStatement, ask: Ask | None = None
) -> Verdict:
    """Whether ``signed`` shows control of the statement's address. Never raises, whatever ``signed`` holds.

    ``ask`` asks the chain where a signature alone does not decide (:func:`asker`); without it such a verdict is ``None``.
    """
    if method not in methods(network) or signed.method != method:
        return verdict("unknown_method")
    if statement.network != network.id:
        return verdict("other_network")
    if check_address(network, statement.address).normalised != statement.address:
        return verdict("not_an_address")
    if _too_large(signed):
        return verdict("too_large")
    try:
        return proving(network.family).check_signature(
            network, method, statement, challenge_text(statement), signed, ask
        )
    except NotProven as problem:
        return verdict(problem.code)


def asker(network: Network, nodes: Sequence[Node | Talk]) -> Ask | None:
    """Who asks ``nodes`` for :func:`check`; ``None`` where the family has nothing to ask, or there is nobody to be asked."""
    made = getattr(proving(network.family), "asker", None)
    found: Ask | None = made(network, nodes) if made is not None and nodes else None
    return found


def _too_large(signed: SignedStatement) -> bool:
    parts = (signed.signature, signed.public_key or "", *signed.extra, *signed.extra.values())
    return len(signed.extra) > MOST_EXTRAS or any(len(part) > LONGEST for part in parts)
