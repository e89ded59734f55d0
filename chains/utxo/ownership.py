"""Signatures of wallets of Bitcoin and its kin: the old signed message with a key recovered from it, and BIP-322.

The old form was meant for plain key addresses; BIP-137 gave the witness addresses headers of their own, while Electrum and
others sign for them with the header of a compressed key: both are taken. Its prefix is the row's ``signed_message``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chains.encoding import double_sha256
from chains.proving import Ask, NotProven, SignedStatement, Statement, Verdict, judged
from chains.signatures import compressed, hash160, pasted, recovered
from chains.types import Network
from chains.utxo import bip322
from chains.utxo.address import forms, output_script, script_kind
from chains.utxo.unsigned import sized

_HEADERS = {"p2pkh": range(27, 35), "p2sh": range(31, 39), "p2wpkh": (*range(31, 35), *range(39, 43))}


def methods(network: Network) -> tuple[str, ...]:
    """The old form everywhere, BIP-322 where there are witness addresses."""
    return ("bitcoin_message", "bip322") if network.params.get("hrp") else ("bitcoin_message",)


def payload(network: Network, method: str, statement: Statement, text: str) -> Mapping[str, Any]:
    """The text alone: wallets of this kind show a field for it."""
    return {}


def check_signature(
    network: Network, method: str, statement: Statement, text: str, signed: SignedStatement, ask: Ask | None
) -> Verdict:
    """See :class:`chains.families.Proving`. Texts pasted on Windows may have been signed with its line ends."""
    script = output_script(network, statement.address)
    if script is None:
        raise NotProven("not_an_address")
    kind = script_kind(forms(network.params), script)
    prove = _by_script if method == "bip322" else _by_recovery
    return judged(
        any(
            prove(network, kind, script, said.encode(), signed.signature) for said in (text, text.replace("\n", "\r\n"))
        )
    )


def _by_recovery(network: Network, kind: str, script: bytes, said: bytes, pasted_text: str) -> bool:
    if kind not in _HEADERS:
        raise NotProven("other_method" if kind == "p2tr" else "script")
    signature = pasted(pasted_text, ("base64", "hex"), (65,))
    header = signature[0]
    if header not in _HEADERS[kind]:
        return False
    key = recovered(message_digest(network, said), signature[1:], (header - 27) & 3)
    if key is None:
        return False
    digest = hash160(key if header < 31 else compressed(key))
    if kind == "p2sh":
        return hash160(b"\x00\x14" + digest) == script[2:22]
    return digest == (script[3:23] if kind == "p2pkh" else script[2:22])


def message_digest(network: Network, said: bytes) -> bytes:
    """The hash of a signed message: prefix and text, each behind its length."""
    prefix = str(network.params["signed_message"]).encode()
    return double_sha256(b"".join(sized(part) for part in (prefix, said)))


def _by_script(network: Network, kind: str, script: bytes, said: bytes, pasted_text: str) -> bool:
    text = pasted_text.strip()
    if kind == "p2pkh" and len(text) <= 90:  # BIP-322 keeps the old form for these
        return _by_recovery(network, kind, script, said, text)
    return bip322.good(kind, script, said, text)
