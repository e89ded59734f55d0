"""Blockbook's REST API, version 2: an index in front of a daemon, with values in base units as text."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from chains.errors import NodeMistaken, NodeUnavailable
from chains.transport import LARGE_BODY_CAP, Fetched, Talk
from chains.types import Block, Network
from chains.utxo.address import Forms, canonical, forms
from chains.utxo.seen import Absent, Coin, Seen, Spent, absent
from chains.utxo.shown import Identity, hash_text, identity, integer, is_behind, mapping, moment, octets, sequence


def look(network: Network, talk: Talk, txid: str) -> Seen | Absent:
    """What the index shows of a transaction. Raises :class:`NodeUnavailable` or :class:`NodeMistaken`.

    Only the transaction itself is essential; what else the index does not tell costs a warning.
    """
    about = _optional(talk.get("/api/v2"))
    index = mapping(about.get("blockbook", {}), "blockbook")
    backend = mapping(about.get("backend", {}), "backend")
    who = _identity(network, talk, index, backend)
    tip = integer(index["bestHeight"], "bestHeight") if "bestHeight" in index else None
    if who.wrong:
        return absent(tip, who.warnings, regtest=False)
    answer = talk.get(f"/api/v2/tx/{txid}", cap=LARGE_BODY_CAP)
    if answer.status in (400, 404) and "not found" in answer.text.lower():
        return _absent(network, talk.now(), index, backend, tip, who)
    shown = mapping(_value(answer), "transaction")
    if hash_text(shown.get("txid"), "txid") != txid:
        raise NodeMistaken("the node answered with another transaction")
    return _seen(network, talk, shown, tip, who)


def _optional(answer: Fetched) -> Mapping[str, Any]:
    """An answer that only tells of the index itself: refused or not understood, it is as if not given."""
    return answer.value if answer.status < 400 and isinstance(answer.value, dict) else {}


def _identity(network: Network, talk: Talk, index: Mapping[str, Any], backend: Mapping[str, Any]) -> Identity:
    chain = backend.get("chain")
    coin = index.get("coin")
    names = {str(network.params["coin"]).lower(), network.name.lower()}
    genesis = _hash_at(talk, 0)
    regtest = genesis is not None and genesis == network.params.get("regtest", {}).get("genesis")
    return identity(
        network,
        talk.node,
        genesis=genesis,
        chain=None if chain is None else str(chain),
        fork=None,
        # Only a whole chain is named after its coin; a test chain is called as its makers like.
        named=None if coin is None or regtest else str(coin).lower() in names,
    )


def _value(answer: Fetched) -> Any:
    if answer.status >= 400:
        raise NodeUnavailable(f"HTTP {answer.status}")
    return answer.value


def _hash_at(talk: Talk, height: int) -> str | None:
    """The block the index has at a height, None when it does not tell."""
    told = _optional(talk.get(f"/api/v2/block-index/{height}"))
    return hash_text(told["blockHash"], "blockHash") if "blockHash" in told else None


def _absent(
    network: Network,
    now: datetime,
    index: Mapping[str, Any],
    backend: Mapping[str, Any],
    tip: int | None,
    who: Identity,
) -> Absent:
    doubts = list(who.warnings)
    if tip is None:
        return absent(None, [*doubts, "tip_not_visible"], regtest=who.regtest)
    blocks = integer(backend.get("blocks"), "blocks")
    headers = integer(backend.get("headers", blocks), "headers")
    if index.get("inSync") is not True or index.get("inSyncMempool", True) is not True or not tip == blocks >= headers:
        doubts.append("node_syncing")
    if not who.regtest and is_behind(network, now, _iso(index.get("lastBlockTime"))):
        doubts.append("node_behind")
    return absent(tip, doubts, regtest=who.regtest)


def _iso(value: object) -> datetime:
    """``2024-01-13T12:34:56.123456789Z``; the fraction is longer than Python reads and of no use."""
    try:
        return datetime.fromisoformat(str(value)[:19]).replace(tzinfo=UTC)
    except ValueError as problem:
        raise NodeMistaken("lastBlockTime is no time") from problem


def _seen(network: Network, talk: Talk, shown: Mapping[str, Any], tip: int | None, who: Identity) -> Seen:
    inputs = [mapping(each, "input") for each in sequence(shown.get("vin"), "vin")]
    coinbase = len(inputs) == 1 and "txid" not in inputs[0]
    hidden = not coinbase and (not inputs or any("txid" not in each for each in inputs))
    height = integer(shown.get("blockHeight", -1), "blockHeight", lowest=-1)
    confirmations = integer(shown.get("confirmations", 0), "confirmations")
    warnings = list(who.warnings)
    # Blockbook writes -1 for the memory pool; its oldest versions wrote 0 without a hash.
    block, stands = None, False
    if height >= 0 and shown.get("blockHash"):
        block = Block(height, hash_text(shown["blockHash"], "blockHash"), moment(shown.get("blockTime"), "blockTime"))
        held = _hash_at(talk, height) if tip is None or height <= tip else ""
        # An index that does not tell its block of a height has still counted confirmations of this one.
        stands = held == block.hash or (held is None and confirmations > 0)
    if tip is None:
        warnings.append("tip_not_visible")
    shape = forms(network.params, regtest=who.regtest)
    return Seen(
        raw=octets(shown["hex"], "hex") if shown.get("hex") else None,
        inputs=() if coinbase or hidden else tuple(_spent(shape, each) for each in inputs),
        outputs=_outputs(shown),
        coinbase=coinbase,
        block=block,
        canonical=stands,
        confirmations=confirmations if block else 0,
        tip=tip,
        regtest=who.regtest,
        fee=integer(shown["fees"], "fees") if "fees" in shown and not coinbase and not hidden else None,
        hidden_inputs=hidden,
        warnings=tuple(warnings),
    )


def _spent(shape: Forms, shown: Mapping[str, Any]) -> Spent:
    # vout is left out where it is 0; the script that was spent is never shown, only the address.
    coin = None
    if "value" in shown:
        address = None if _spends_bare_key(shown) else _address(shown)
        # Without a script the address is all there is; only its canonical form may name an owner.
        coin = Coin(integer(shown["value"], "value"), None, address and canonical(shape, address))
    return Spent(hash_text(shown["txid"], "txid of an input"), integer(shown.get("vout", 0), "vout"), coin)


def _spends_bare_key(shown: Mapping[str, Any]) -> bool:
    """Whether the unlocking script is one signature alone: Blockbook then prints an address the output never named."""
    unlocking = octets(shown["hex"], "unlocking script") if shown.get("hex") else b""
    return 9 < len(unlocking) < 76 and unlocking[0] == len(unlocking) - 1 and unlocking[1] == 0x30


def _outputs(shown: Mapping[str, Any]) -> tuple[Coin, ...]:
    coins: list[Coin] = []
    for place, each in enumerate(sequence(shown.get("vout"), "vout")):
        output = mapping(each, "output")
        if integer(output.get("n"), "n") != place:
            raise NodeMistaken("outputs are not in their order")
        script = octets(output["hex"], "script") if output.get("hex") else None
        coins.append(Coin(integer(output.get("value"), "value"), script, _address(output)))
    return tuple(coins)


def _address(shown: Mapping[str, Any]) -> str | None:
    listed = shown.get("addresses")
    if shown.get("isAddress", True) is True and isinstance(listed, list) and len(listed) == 1:
        return listed[0] if isinstance(listed[0], str) else None
    return None
