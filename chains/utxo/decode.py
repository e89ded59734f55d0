"""From what a node showed of a transaction to the transaction itself. Pure: no clock, no node.

The three interfaces bring their answers into one shape, :class:`Seen`; what it means is decided here, once. Rows
steer it through ``params``:

``raw``
    ``"bitcoin"`` (the default): the serialised transaction can be taken apart and its id recomputed. Any other
    value: the id commits to something else, so only the node's own lists are read.
``maturity``
    confirmations before new coins can be spent.
``mweb_versions``
    the row carries extension block data (Litecoin).
``payload``
    special transactions carry bytes after the lock time (Dash).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from chains.errors import NodeMistaken
from chains.types import Block, Fee, Network, Status, Transaction, Transfer, TransferKind
from chains.utxo.address import Forms, forms, script_address, script_kind
from chains.utxo.raw import BadTransaction, RawTransaction, parse

MOST_PREVIOUS = 100
"""Earlier transactions read to learn what inputs held. Beyond that sender and fee stay open, with every interface
alike: one that shows more must not tell another story than one that shows less."""

# A sequence number below this says that a dearer transaction may replace the pending one (BIP-125).
_REPLACEABLE_BELOW = 0xFFFFFFFE


@dataclass(frozen=True)
class Coin:
    """An output as a node shows it: value in base units, script, and the address it prints for it, if any."""

    amount: int
    script: bytes | None
    address: str | None = None


@dataclass(frozen=True)
class Spent:
    """An input: the output it spends, with that output's value and script where a node showed them."""

    txid: str
    vout: int
    coin: Coin | None


@dataclass(frozen=True)
class Seen:
    """What one node showed. ``inputs`` is empty for new coins (``coinbase``).

    ``block`` is the block the node puts the transaction in; ``canonical`` whether that block is the one the same
    node has at that height; ``confirmations`` the node's own count; ``tip`` its best height. ``fee`` is what the
    node says, None when it does not. ``hidden_inputs`` is true when some inputs are not in the open.
    """

    raw: bytes | None
    inputs: tuple[Spent, ...]
    outputs: tuple[Coin, ...]
    coinbase: bool
    block: Block | None
    canonical: bool
    confirmations: int
    tip: int
    regtest: bool = False
    fee: int | None = None
    hidden_inputs: bool = False
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class Absent:
    """A node showed no transaction: ``not_found`` when it would know, else ``unknown``, with the reason as warning."""

    status: Status
    tip: int
    warnings: tuple[str, ...] = ()


def absent(tip: int, doubts: Sequence[str], *, regtest: bool) -> Absent:
    """Not found, or with any doubt whether the node would know: unknown."""
    status = Status.UNKNOWN if doubts else Status.NOT_FOUND
    return Absent(status, tip, (*(("test_chain",) if regtest else ()), *doubts))


def decode(network: Network, txid: str, seen: Seen | Absent) -> Transaction:
    """The transaction as the node showed it. Raises :class:`NodeMistaken` when the showing contradicts itself."""
    if isinstance(seen, Absent):
        return _absent(network, txid, seen)
    shape = forms(network.params, regtest=seen.regtest)
    warnings = [*(["test_chain"] if seen.regtest else []), *seen.warnings]
    raw = _raw(network, txid, seen, warnings)
    outputs = _outputs(shape, seen, raw)
    coinbase = raw.coinbase if raw else seen.coinbase
    if coinbase != seen.coinbase:
        raise NodeMistaken("the node shows other inputs than the transaction has")
    owner, fee = _inputs(shape, seen, raw, outputs, warnings)
    transfers = tuple(_transfer(network, shape, place, coin, owner, warnings) for place, coin in enumerate(outputs))
    status, confirmations, final = _standing(network, seen, coinbase, raw, warnings)
    required = max(network.confirmations, int(network.params.get("maturity", 0))) if coinbase else network.confirmations
    return Transaction(
        network=network.slug,
        network_id=network.id,
        hash=txid,
        status=status,
        final=final,
        confirmations=confirmations,
        confirmations_required=required,
        block=seen.block if status is Status.SUCCEEDED else None,
        fee=None if fee is None else Fee(network.native.asset, network.native.symbol, fee, owner),
        transfers=transfers,
        warnings=tuple(dict.fromkeys(warnings)),
    )


def _absent(network: Network, txid: str, seen: Absent) -> Transaction:
    return Transaction(
        network=network.slug,
        network_id=network.id,
        hash=txid,
        status=seen.status,
        final=False,
        confirmations=0,
        confirmations_required=network.confirmations,
        warnings=seen.warnings,
    )


def _raw(network: Network, txid: str, seen: Seen, warnings: list[str]) -> RawTransaction | None:
    """The transaction from its bytes, its id recomputed; None where the bytes are not shown or cannot be read."""
    if network.params.get("raw", "bitcoin") != "bitcoin":
        return None
    if seen.raw is None:
        warnings.append("hash_not_recomputed")
        return None
    raw = parse_raw(network, seen.raw)
    if raw.mweb:
        warnings.append("mweb_part_not_visible")
        if not raw.inputs and not raw.outputs:
            return None  # wholly confidential: the id commits to what is hidden
    if raw.hogex:
        warnings.append("mweb_hogex")
    if raw.txid != txid:
        raise NodeMistaken("the bytes shown are another transaction")
    if not raw.coinbase and not seen.hidden_inputs and len(raw.inputs) != len(seen.inputs):
        raise NodeMistaken("the node shows other inputs than the transaction has")
    return raw


def parse_raw(network: Network, data: bytes) -> RawTransaction:
    """Take bytes apart by the row's rules. Raises :class:`NodeMistaken`."""
    params = network.params
    try:
        return parse(
            data,
            witness=params.get("hrp") is not None,
            mweb=bool(params.get("mweb_versions")),
            payload=bool(params.get("payload")),
        )
    except BadTransaction as problem:
        raise NodeMistaken(f"the bytes shown are no transaction: {problem}") from problem


def _outputs(shape: Forms, seen: Seen, raw: RawTransaction | None) -> tuple[Coin, ...]:
    """The outputs, from the bytes where there are bytes, otherwise as listed; contradictions are refused."""
    if raw is None:
        coins = seen.outputs
    else:
        coins = tuple(Coin(output.amount, output.script) for output in raw.outputs)
        if len(coins) != len(seen.outputs) or any(
            not _same(real, shown) for real, shown in zip(coins, seen.outputs, strict=True)
        ):
            raise NodeMistaken("the node shows other outputs than the transaction has")
    for coin, shown in zip(coins, seen.outputs, strict=True):
        derived = _address(shape, coin)
        if shown.address is not None and derived is not None and not same_address(shown.address, derived):
            raise NodeMistaken("the node shows another address than the output pays")
    return coins


def _same(real: Coin, shown: Coin) -> bool:
    if shown.script is not None and shown.script != real.script:
        return False
    # A recorder between us and the node may have put the value through a binary fraction; the bytes are right.
    return shown.amount == real.amount or float(shown.amount) == float(real.amount)


def same_address(shown: str, derived: str) -> bool:
    """Whether a node's text is our canonical one; Bech32 may come in capitals."""
    return shown == derived or shown.lower() == derived


def _address(shape: Forms, coin: Coin) -> str | None:
    return coin.address if coin.script is None else script_address(shape, coin.script)


def _inputs(
    shape: Forms, seen: Seen, raw: RawTransaction | None, outputs: tuple[Coin, ...], warnings: list[str]
) -> tuple[str | None, int | None]:
    """The one owner of all inputs, or None, and the fee, or None where it cannot be computed."""
    if seen.coinbase:
        return None, None
    if raw is not None and not seen.hidden_inputs:
        shown = [(spent.txid, spent.vout) for spent in seen.inputs]
        if shown != [(spent.txid, spent.vout) for spent in raw.inputs]:
            raise NodeMistaken("the node shows other inputs than the transaction has")
    if seen.hidden_inputs:
        warnings.append("mweb_part_not_visible")
        return None, None
    coins = [spent.coin for spent in seen.inputs]
    known = [coin for coin in coins if coin is not None]
    many = len({spent.txid for spent in seen.inputs}) > MOST_PREVIOUS
    if not coins or len(known) != len(coins) or many:
        warnings.append("inputs_not_all_read")
        return None, None
    fee = sum(coin.amount for coin in known) - sum(coin.amount for coin in outputs)
    if fee < 0 or (seen.fee is not None and seen.fee != fee):
        raise NodeMistaken("inputs, outputs and fee do not add up")
    owners = {_address(shape, coin) for coin in known}
    if raw is not None and raw.hogex:
        return None, None  # the extension block's own transaction: nobody owns its inputs, and its fee was paid inside
    return owners.pop() if len(owners) == 1 else None, fee


_NO_RECIPIENT = {
    "p2pk": "pay_to_public_key",
    "multisig": "bare_multisig",
    "mweb": "mweb_output",
    "other": "script_without_address",
}


def _transfer(
    network: Network, shape: Forms, place: int, coin: Coin, owner: str | None, warnings: list[str]
) -> Transfer:
    recipient = _address(shape, coin)
    kind = script_kind(shape, coin.script) if coin.script is not None else None
    if recipient is None and kind in _NO_RECIPIENT:
        warnings.append(_NO_RECIPIENT[kind])
    return Transfer(
        position=f"vout:{place}",
        kind=TransferKind.NATIVE,
        asset=network.native.asset,
        contract=None,
        sender=owner,
        recipient=recipient,
        amount=coin.amount,
        symbol=network.native.symbol,
        decimals=network.native.decimals,
    )


def _standing(
    network: Network, seen: Seen, coinbase: bool, raw: RawTransaction | None, warnings: list[str]
) -> tuple[Status, int, bool]:
    """Status, confirmations and finality. The smaller of the node's count and the one from heights is believed."""
    if seen.block is None or seen.confirmations < 0:
        if seen.confirmations < 0:
            warnings.append("conflicted")
        elif raw and any(spent.sequence < _REPLACEABLE_BELOW for spent in raw.inputs):
            warnings.append("replaceable")
        return Status.PENDING, 0, False
    if not seen.canonical or seen.confirmations == 0:
        warnings.append("reorganised")
        return Status.PENDING, 0, False
    # The tip was read a moment before: the block may be newer than it, and then counts one.
    confirmations = min(seen.confirmations, max(seen.tip - seen.block.height + 1, 1))
    final = confirmations >= network.confirmations
    if coinbase and confirmations < int(network.params.get("maturity", 0)):
        warnings.append("coinbase_immature")
        final = False
    return Status.SUCCEEDED, confirmations, final
