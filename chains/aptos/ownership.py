"""Signatures of Aptos wallets (``signMessage``): ed25519 of a full message that the wallet puts around the text.

An account's first key makes its address, in the older way or in that of single keys (AIP-55). Later keys do not: of an account
whose key was changed, as of one with several keys, only a node knows.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from chains.aptos.address import short_form
from chains.proving import Ask, NotProven, Question, SignedStatement, Statement, Verdict, asked, judged, verdict
from chains.signatures import ed25519, pasted
from chains.types import Network


def methods(network: Network) -> tuple[str, ...]:
    """The one there is."""
    return ("aptos",)


def payload(network: Network, method: str, statement: Statement, text: str) -> Mapping[str, Any]:
    """The arguments of ``signMessage``."""
    return {"message": text, "nonce": statement.nonce, "address": True, "application": False, "chainId": True}


def check_signature(
    network: Network, method: str, statement: Statement, text: str, signed: SignedStatement, ask: Ask | None
) -> Verdict:
    """See :class:`chains.families.Proving`. Without ``full_message`` the shortest is meant."""
    if not signed.public_key:
        return verdict("public_key_missing")
    key = _key(signed.public_key)
    said = signed.extra.get("full_message", f"APTOS\nmessage: {text}\nnonce: {statement.nonce}")
    problem = _differs(network, statement, text, said)
    if problem:
        raise NotProven(problem)
    signature = pasted(signed.signature, ("hex", "base64"), (64,))
    good = ed25519(key, said.encode("utf-8", "replace"), signature)
    if not good or statement.address in addresses(key):
        return judged(good)
    return asked(ask, Question(statement.address, key=f"0x{key.hex()}"))


def _key(text: str) -> bytes:
    """An ed25519 key; of other kinds (passkeys, keyless accounts, several keys) this module knows nothing."""
    data = pasted(text, ("hex",), range(1, 2049))
    if len(data) != 32:
        raise NotProven("unknown_key_kind")
    return data


def addresses(key: bytes) -> tuple[str, str]:
    """The addresses an ed25519 key makes: the older scheme 0, and scheme 2 with the key's kind and length in front."""
    return (
        f"0x{hashlib.sha3_256(key + bytes([0])).hexdigest()}",
        f"0x{hashlib.sha3_256(bytes([0, 32]) + key + bytes([2])).hexdigest()}",
    )


def _differs(network: Network, statement: Statement, text: str, said: str) -> str | None:
    """What in a wallet's full message is not the statement's, as a code.

    Address, application and chain may stand in it, in this order, each only with its true value.
    """
    head, mark, rest = said.partition("message: ")
    if not mark or rest != f"{text}\nnonce: {statement.nonce}":
        return "other_text"
    hosts = (statement.domain, f"https://{statement.domain}", f"http://{statement.domain}")
    allowed = {
        "address": (statement.address, short_form(statement.address)),
        "application": (*hosts, *(f"{host}/" for host in hosts)),
        "chainId": (str(network.params["chain_id"]),),
    }
    lines = head.split("\n")
    if lines[0] != "APTOS" or lines[-1]:
        return "other_text"
    names = list(allowed)
    for line in lines[1:-1]:
        name, _, value = line.partition(": ")
        if name not in names:
            return "other_text"
        if value not in allowed[name]:
            return {"address": "other_key", "application": "other_domain", "chainId": "other_network"}[name]
        names = names[names.index(name) + 1 :]
    return None
