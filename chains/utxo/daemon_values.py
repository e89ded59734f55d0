"""Single outputs and shielded parts as daemons list them in JSON. Pure; whatever does not fit is :class:`NodeMistaken`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chains.errors import NodeMistaken
from chains.types import Network
from chains.utxo.raw import Shielded, Token
from chains.utxo.seen import Coin
from chains.utxo.shown import base_units, hash_text, integer, mapping, octets, sequence, signed_units


def outputs(network: Network, shown: Mapping[str, Any]) -> tuple[Coin, ...]:
    """The outputs of a transaction in their order."""
    coins: list[Coin] = []
    for place, each in enumerate(sequence(shown.get("vout"), "vout")):
        output = mapping(each, "output")
        if output.get("ismweb") is True:
            continue  # Litecoin lists confidential outputs, behind the others, of a transaction still waiting
        if integer(output.get("n"), "n") != place:
            raise NodeMistaken("outputs are not in their order")
        coins.append(coin(network, output))
    return tuple(coins)


def coin(network: Network, output: Mapping[str, Any]) -> Coin:
    """Value, script and printed address; Core before 22 lists ``addresses``, also for scripts that have none."""
    script = mapping(output.get("scriptPubKey"), "scriptPubKey")
    address = script.get("address")
    listed = script.get("addresses")
    if address is None and isinstance(listed, list) and len(listed) == 1:
        address = listed[0]
    tokens = output.get("tokenData")
    return Coin(
        amount=base_units(output.get("value"), network.native.decimals),
        script=octets(script["hex"], "script") if "hex" in script else None,
        address=address if isinstance(address, str) else None,
        token=None if tokens is None else _token(mapping(tokens, "tokenData")),
    )


def _token(shown: Mapping[str, Any]) -> Token:
    """CashTokens as Bitcoin Cash Node lists them: the amount is text, the commitment may be empty."""
    nft = shown.get("nft")
    commitment = None if nft is None else octets(mapping(nft, "nft").get("commitment", ""), "commitment")
    return Token(
        category=hash_text(shown.get("category"), "token category"),
        amount=integer(shown.get("amount", "0"), "token amount"),
        commitment=commitment,
    )


_LISTS = ("vjoinsplit", "vShieldedSpend", "vShieldedOutput", "orchard", "valueBalance", "valueBalanceZat")


def shielded(network: Network, shown: Mapping[str, Any]) -> Shielded | None:
    """The hidden part of a Zcash transaction by the daemon's lists, None when it shows none of them."""
    if not any(key in shown for key in _LISTS):
        return None
    decimals = network.native.decimals
    into = out_of = 0
    joinsplits = sequence(shown.get("vjoinsplit") or [], "vjoinsplit")
    for each in joinsplits:
        joinsplit = mapping(each, "joinsplit")
        into += base_units(joinsplit.get("vpub_old"), decimals)
        out_of += base_units(joinsplit.get("vpub_new"), decimals)
    orchard = mapping(shown.get("orchard") or {}, "orchard")
    for part in (shown, orchard):
        balance = signed_units(part.get("valueBalance", 0), decimals)
        into, out_of = into + max(-balance, 0), out_of + max(balance, 0)
    parts = [joinsplits, shown.get("vShieldedSpend"), shown.get("vShieldedOutput"), orchard.get("actions")]
    return Shielded(into, out_of, present=any(parts) or bool(into or out_of))
