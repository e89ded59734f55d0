"""What a transaction cost: gas, the layer below, its operator, blobs, or a token instead of the native coin. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from chains.evm.fee_token import TokenFee, token_fee
from chains.evm.fields import Receipt, Sent
from chains.evm.tokens import TokenFacts
from chains.types import Fee, Network

BLOB_TYPE = 3
DENOMINATED_TYPE = 0x7A
"""Pays in a token what is reckoned in the native coin, so gas times price is not in the token's units."""

UNSEEN = "fee_not_visible"
LEGS_UNKNOWN = "fee_legs_not_recognised"


@dataclass(frozen=True)
class Charged:
    """The fee, ``None`` when not all of its parts are visible; ``legs`` are indexes of logs that only book it."""

    fee: Fee | None
    warnings: tuple[str, ...] = ()
    legs: frozenset[int] = frozenset()


def charged(
    network: Network,
    sent: Sent,
    receipt: Receipt,
    moment: datetime | None,
    payer: str | None,
    facts: Mapping[str, TokenFacts],
) -> Charged:
    """All parts of the fee, or none of it: a sum with a part missing would be a false statement.

    ``moment`` is the block's time, ``payer`` who a ledger says paid instead of the sender.
    """
    if sent.kind in network.params.get("feeless_types", ()) or by_system(network, sent):
        return Charged(None)
    if sent.kind in network.params.get("fee_unclear_types", ()):
        return Charged(None, (UNSEEN,))
    price = receipt.price
    if price is None and (sent.kind < 2 or sent.block_hash is not None):
        price = sent.price  # of a mined transaction it is what was paid; of a waiting one only the most it would pay
    gas = None if price is None else receipt.gas_used * price
    token = token_fee(network, sent, receipt, None if sent.kind == DENOMINATED_TYPE else gas)
    if token is not None:
        return _in_token(network, sent, token, facts)
    below = _below(network, receipt, moment)
    if below is None:
        return Charged(None, ("l1_fee_not_visible",))
    parts = (gas, below, _operator(network, receipt, moment), _blobs(sent, receipt))
    if any(part is None for part in parts):
        return Charged(None, (UNSEEN,))
    amount = sum(part for part in parts if part is not None)
    return Charged(Fee(network.native.asset, network.native.symbol, amount, payer or sent.sender))


def by_system(network: Network, sent: Sent) -> bool:
    """Whether the chain itself made the transaction."""
    return sent.sender.lower() == str(network.params.get("system_sender", "")).lower()


def _in_token(network: Network, sent: Sent, paid: TokenFee, facts: Mapping[str, TokenFacts]) -> Charged:
    warnings = () if paid.recognised else (LEGS_UNKNOWN,)
    if paid.amount is None:
        return Charged(None, (*warnings, UNSEEN), paid.legs)
    symbol = facts.get(paid.token, TokenFacts()).symbol
    asset = f"{network.id}/erc20:{paid.token}"
    return Charged(Fee(asset, symbol, paid.amount, sent.sender), warnings, paid.legs)


def _below(network: Network, receipt: Receipt, moment: datetime | None) -> int | None:
    """The part of the layer below, where a network charges it beside the gas; ``None`` when it is not shown."""
    rule = network.params.get("l1_fee")
    if rule is None:
        return 0
    since = network.params.get("l1_fee_since")
    if since is not None:
        if moment is None:
            return None
        if moment < datetime.fromtimestamp(since, UTC):
            return 0
    return 0 if receipt.l1_fee is None and rule == "if_shown" else receipt.l1_fee


def _operator(network: Network, receipt: Receipt, moment: datetime | None) -> int | None:
    """The operator's part: of the gas in millionths, or by hundreds since the later of the OP stack's two formulas."""
    if not receipt.operator_scalar and not receipt.operator_constant:
        return 0
    since = network.params.get("operator_fee_by_hundreds_since")
    if "l1_fee" not in network.params or (since is not None and moment is None):
        return None
    newer = since is not None and moment is not None and moment >= datetime.fromtimestamp(since, UTC)
    hundreds = receipt.footprint_shown or newer
    share = receipt.gas_used * receipt.operator_scalar
    return (share * 100 if hundreds else share // 1_000_000) + receipt.operator_constant


def _blobs(sent: Sent, receipt: Receipt) -> int | None:
    """The part for blobs. Other receipts may carry ``blobGasUsed`` for something that costs nothing."""
    if sent.kind != BLOB_TYPE or not receipt.blob_gas:
        return 0
    return None if receipt.blob_price is None else receipt.blob_gas * receipt.blob_price
