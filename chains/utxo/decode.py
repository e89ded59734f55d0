"""From what a node showed of a transaction to the transaction itself. Pure: no clock, no node.

The three interfaces bring their answers into one shape, :class:`Seen`; what it means is decided here, once. Rows
steer it through ``params``:

``raw``
    how a transaction is serialised: Bitcoin's way when left out, or ``"zip225"`` (Zcash). Its id is recomputed from the bytes.
``maturity``
    confirmations before new coins can be spent.
``mweb_versions``
    the row carries extension block data (Litecoin).
``payload``
    special transactions carry bytes after the lock time (Dash).
``tokens``
    tokens may ride on outputs (Bitcoin Cash).
``chainlock``
    a block that the node says is locked is final at once (Dash).
``duplicate_hashes``
    ids that two transactions share.
"""

from __future__ import annotations

from chains.errors import NodeMistaken
from chains.types import Fee, Network, Status, Transaction, Transfer, TransferKind
from chains.utxo import carried, zcash
from chains.utxo.address import Forms, canonical, forms, script_address, script_kind
from chains.utxo.raw import BadTransaction, RawTransaction, Shielded, UnknownForm, parse
from chains.utxo.seen import MOST_PREVIOUS, Absent, Coin, Seen

# A sequence number below this says that a dearer transaction may replace the pending one (BIP-125).
_REPLACEABLE_BELOW = 0xFFFFFFFE


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
    owner, fee = _inputs(network, shape, seen, raw, outputs, warnings)
    warnings += _peculiar(seen, raw, outputs, owner)
    if txid in network.params.get("duplicate_hashes", ()):
        warnings.append("hash_used_twice")
    created = {spent.txid for spent in seen.inputs if spent.vout == 0}
    transfers = tuple(
        leg
        for place, coin in enumerate(outputs)
        for leg in _legs(network, shape, place, coin, owner, created, warnings)
    )
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


def _peculiar(seen: Seen, raw: RawTransaction | None, outputs: tuple[Coin, ...], owner: str | None) -> list[str]:
    """What kind of transaction it is, beyond its movements: new coins, coins with a load, coins of many mixed on purpose."""
    if seen.coinbase:
        return ["coinbase"]
    first = seen.inputs[0].txid if seen.inputs else None
    found = carried.marks(first, outputs, raw.witnesses if raw else ())
    if owner is None and carried.joined(len(seen.inputs), outputs):
        found.append("coinjoin_shape")
    return found


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
    raw = None if seen.raw is None else parse_raw(network, seen.raw)
    if raw is None:
        warnings.append("hash_not_recomputed")
        return None
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


def parse_raw(network: Network, data: bytes) -> RawTransaction | None:
    """Take bytes apart by the row's rules; None when they are of a version not known. Raises :class:`NodeMistaken`."""
    params = network.params
    try:
        if params.get("raw") == "zip225":
            return zcash.parse(data)
        return parse(
            data,
            witness=params.get("hrp") is not None,
            mweb=bool(params.get("mweb_versions")),
            payload=bool(params.get("payload")),
            tokens=bool(params.get("tokens")),
        )
    except UnknownForm:
        return None
    except BadTransaction as problem:
        raise NodeMistaken(f"the bytes shown are no transaction: {problem}") from problem


def _outputs(shape: Forms, seen: Seen, raw: RawTransaction | None) -> tuple[Coin, ...]:
    """The outputs, from the bytes where there are bytes, otherwise as listed; contradictions are refused."""
    if raw is None:
        coins = seen.outputs
    else:
        coins = tuple(Coin(output.amount, output.script, token=output.token) for output in raw.outputs)
        if len(coins) != len(seen.outputs) or any(
            not _same(real, shown) for real, shown in zip(coins, seen.outputs, strict=True)
        ):
            raise NodeMistaken("the node shows other outputs than the transaction has")
    for coin, shown in zip(coins, seen.outputs, strict=True):
        derived = address_of(shape, coin)
        if shown.address is not None and derived is not None and not same_address(shape, shown.address, derived):
            raise NodeMistaken("the node shows another address than the output pays")
    return coins


def _same(real: Coin, shown: Coin) -> bool:
    if shown.script is not None and shown.script != real.script:
        return False
    if shown.token is not None and shown.token != real.token:
        return False
    # A recorder between us and the node may have put the value through a binary fraction; the bytes are right.
    return shown.amount == real.amount or float(shown.amount) == float(real.amount)


def same_address(shape: Forms, shown: str, derived: str) -> bool:
    """Whether a node's text is our canonical one or another spelling of it (capitals, the old form)."""
    return shown == derived or canonical(shape, shown) == derived


def address_of(shape: Forms, coin: Coin) -> str | None:
    return coin.address if coin.script is None else script_address(shape, coin.script)


def _inputs(
    network: Network,
    shape: Forms,
    seen: Seen,
    raw: RawTransaction | None,
    outputs: tuple[Coin, ...],
    warnings: list[str],
) -> tuple[str | None, int | None]:
    """The one owner of all inputs, or None, and the fee, or None where it cannot be computed."""
    shielded = _shielded(network, seen, raw, warnings)
    if seen.coinbase:
        return None, None
    confidential = seen.hidden_inputs and bool(network.params.get("mweb_versions"))
    if raw is not None and not confidential:
        shown = [(spent.txid, spent.vout) for spent in seen.inputs]
        if shown != [(spent.txid, spent.vout) for spent in raw.inputs]:
            raise NodeMistaken("the node shows other inputs than the transaction has")
    if confidential:
        warnings.append("mweb_part_not_visible")
        return None, None
    if raw is not None and raw.pool_fee is not None and not raw.inputs:
        return None, raw.pool_fee  # out of a pool of credits: nobody's coins, and the fee is named
    coins = [spent.coin for spent in seen.inputs]
    known = [coin for coin in coins if coin is not None]
    hogex = raw is not None and raw.hogex
    if not hogex and len({address_of(shape, coin) or coin.script for coin in known} - {None}) > 1:
        warnings.append("several_senders")  # which is certain even where others of the inputs were not read
    many = len({spent.txid for spent in seen.inputs}) > MOST_PREVIOUS
    sourceless = (
        not coins
        and (bool(outputs) or not network.params.get("payload"))
        and not (shielded is not None and shielded.present)
    )
    if sourceless or len(known) != len(coins) or many or shielded is None:
        if shielded is not None:
            warnings.append("inputs_not_all_read")
        return None, None
    fee = sum(coin.amount for coin in known) - sum(coin.amount for coin in outputs)
    fee += shielded.out_of - shielded.into
    # Where value comes out of the hidden part, an index counts only what it sees.
    if fee < 0 or (seen.fee is not None and seen.fee != fee and not shielded.present):
        raise NodeMistaken("inputs, outputs and fee do not add up")
    owners = {address_of(shape, coin) for coin in known}
    if hogex:
        return None, None  # the extension block's own transaction: nobody owns its inputs, and its fee was paid inside
    return owners.pop() if len(owners) == 1 and not shielded.out_of else None, fee


_OPEN = Shielded(0, 0, present=False)


def _shielded(network: Network, seen: Seen, raw: RawTransaction | None, warnings: list[str]) -> Shielded | None:
    """What moved between the open and the hidden part; None where a network has one and the node does not show it."""
    if network.params.get("raw") != "zip225":
        return _OPEN
    shielded = raw.shielded if raw is not None else seen.shielded
    if shielded is None or shielded.present:
        warnings.append("shielded_part_not_visible")
    return shielded


_NO_RECIPIENT = {
    "p2pk": "pay_to_public_key",
    "multisig": "bare_multisig",
    "mweb": "mweb_output",
    "other": "script_without_address",
}


def _legs(
    network: Network, shape: Forms, place: int, coin: Coin, owner: str | None, created: set[str], warnings: list[str]
) -> list[Transfer]:
    """The coin of an output and, each a leg of its own, the tokens that ride on it."""
    recipient = address_of(shape, coin)
    kind = script_kind(shape, coin.script) if coin.script is not None else None
    if recipient is None and kind in _NO_RECIPIENT:
        warnings.append(_NO_RECIPIENT[kind])
    native = network.native
    legs = [
        Transfer(
            position=f"vout:{place}",
            kind=TransferKind.NATIVE,
            asset=native.asset,
            contract=None,
            sender=owner,
            recipient=recipient,
            amount=coin.amount,
            symbol=native.symbol,
            decimals=native.decimals,
        )
    ]
    token = coin.token
    if token is None:
        return legs
    # A category is made by spending output 0 of the transaction it is named after: then the tokens are new.
    maker = None if token.category in created else owner
    asset = f"{network.id}/token:{token.category}"
    if token.amount:
        legs.append(
            Transfer(f"vout:{place}/token", TransferKind.TOKEN, asset, token.category, maker, recipient, token.amount)
        )
    if token.commitment is not None:
        legs.append(
            Transfer(
                f"vout:{place}/nft", TransferKind.NFT, asset, token.category, maker, recipient, 1,
                token_id=token.commitment.hex(),
            )
        )  # fmt: skip
    return legs


def _standing(
    network: Network, seen: Seen, coinbase: bool, raw: RawTransaction | None, warnings: list[str]
) -> tuple[Status, int, bool]:
    """Status, confirmations and finality. The smaller of the node's count and the one from heights is believed."""
    included = seen.block is not None or (seen.canonical and seen.confirmations > 0)
    if not included or seen.confirmations < 0:
        if seen.confirmations < 0:
            warnings.append("conflicted")
        elif raw and any(spent.sequence < _REPLACEABLE_BELOW for spent in raw.inputs):
            warnings.append("replaceable")
        return Status.PENDING, 0, False
    if not seen.canonical or seen.confirmations == 0:
        warnings.append("reorganised")
        return Status.PENDING, 0, False
    confirmations = seen.confirmations
    if seen.block is not None and seen.tip is not None:
        # The tip was read a moment before: the block may be newer than it, and then counts one.
        confirmations = min(confirmations, max(seen.tip - seen.block.height + 1, 1))
    final = confirmations >= network.confirmations or (seen.locked and bool(network.params.get("chainlock")))
    if coinbase and confirmations < int(network.params.get("maturity", 0)):
        warnings.append("coinbase_immature")
        final = False
    return Status.SUCCEEDED, confirmations, final
