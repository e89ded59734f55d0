"""Which asset it is: by contract and by what its contract does, never by its name alone; special kinds before the plain ones."""

from __future__ import annotations

import re

from chains.types import TransferKind
from recovery.domain.bridged import is_bridged
from recovery.domain.causes.finding import Check, told
from recovery.domain.causes.situation import LegCheck, LegSituation, native_twins, needs_effect
from recovery.domain.lookalikes import skeleton

ISSUED_BY_PATH = frozenset({"algorand", "cardano", "cosmos", "stellar", "xrpl"})
"""Families whose assets are named by issuer or path; the ticker says nothing."""

CARRIERS = ("carries_counterparty", "carries_inscription", "carries_omni", "carries_runes")
DUST_THAT_CARRIES = (330, 546)
"""Satoshi with which wallets carry inscriptions and runes: the least a taproot or an old output may hold."""

_BRIDGE_AFFIX = re.compile(r"(?:any|axl|multi|ce|wh|bridged)?(?P<base>[A-Z0-9]{2,10}?)(?:\.(?:e|axl|b|c|m|n|s|wh)|bc)?")


def effect(now: LegSituation) -> Check:
    """A10: the token wrote down a transfer, but no balance rose. Unknown where no node shows balances of that time.

    What a contract sends that pretends to be a jetton wallet is the coin that its false notice cost, and no deposit.
    """
    if "false_jetton_wallet" in now.tx.warnings and now.leg.contract is None and now.leg.kind is TransferKind.INTERNAL:
        return told("log_without_effect", True, "balances_before_and_after", now.leg.position)
    if not needs_effect(now.leg, now.all.network):
        return told("log_without_effect", False, "the_network_shows_movements")
    trusted = now.listed and now.all.policy.parameters.effect_of_listed == "log"
    moved = now.all.survey.moved.get(now.leg.position)
    if moved is None:
        return told("log_without_effect", False if trusted else None, "balances_before_and_after", now.leg.position)
    return told("log_without_effect", moved == 0, "balances_before_and_after", f"{now.leg.position}:{moved}")


def counted_twice(now: LegSituation) -> Check:
    """D18: the coin of the network wrapped as a token, or shown as one beside itself."""
    twin = now.leg.contract is not None and now.leg.contract in native_twins(now.all.network)
    wrapped = now.leg.contract is not None and now.leg.contract == now.all.network.params.get("wrapped_native")
    known = wrapped or bool(now.traits.wrapped_native)
    return told("wrapped_or_doubled_coin", twin or (known and not now.listed), "catalogue", now.leg.contract)


def from_nobody(now: LegSituation) -> Check:
    """D15: minted, mined or rewarded: nobody sent it."""
    network = now.all.network
    mined = "coinbase" in now.tx.warnings
    many_senders = network.family in ("utxo", "cardano")  # no sender there only means that there are several
    minted = now.leg.sender is None and not many_senders and now.leg.kind is TransferKind.TOKEN and not now.listed
    kept = now.all.policy.parameters.mints == "credit"
    return told("came_from_nobody", (mined or minted) and not kept, "no_sender", now.leg.position)


def carries_something(now: LegSituation) -> Check:
    """D13: an output that may carry an inscription, runes or another token; swept as coins, it is lost."""
    network = now.all.network
    told_so = [warning for warning in now.tx.warnings if warning in CARRIERS]
    dust = network.family == "utxo" and "hrp" in network.params and now.leg.amount in DUST_THAT_CARRIES
    return told("output_may_carry_tokens", bool(told_so) or dust, "outputs", ",".join(told_so) or now.leg.position)


def not_fungible(now: LegSituation) -> Check:
    """D10: a collectible."""
    single = now.leg.kind is TransferKind.NFT or now.traits.fungible is False
    return told("not_fungible", single, "transfer_kind", now.leg.position)


def stopped(now: LegSituation) -> Check:
    """D09: the token is paused, or holds our address fast."""
    held = now.traits.paused or now.traits.holder_blocked
    return told("paused_or_frozen", bool(held), "token_contract", now.leg.contract)


def nested_account(now: LegSituation) -> Check:
    """D12: sent to a token account as if it were a wallet."""
    nested = now.all.survey.holders.get(now.leg.recipient or "") is not None
    return told("sent_to_a_token_account", nested, "account_data", now.leg.recipient if nested else None)


def rebasing(now: LegSituation) -> Check:
    """D07: balances change by themselves."""
    return told(
        "balances_change_by_themselves",
        bool(now.traits.rebasing) and not now.listed,
        "token_contract",
        now.leg.contract,
    )


def receipt_token(now: LegSituation) -> Check:
    """D17: a share of a pool or vault."""
    found = now.traits.receipt_for is not None and not now.listed
    return told("share_of_a_pool_or_vault", found, "token_contract", now.traits.receipt_for)


def bridged(now: LegSituation) -> Check:
    """D05: stands for a listed coin of another network. What a token says of itself never makes a look-alike one of these."""
    if now.leg.contract is None or now.asset is not None:
        return told("bridged_variant", False, "asset_registry", now.leg.contract)
    label = now.books.labels.get(now.leg.contract)
    known = is_bridged(now.tx.network, now.leg.contract) or (label is not None and label.kind == "bridge")
    says_so = bool(now.traits.bridged) or _named_as_bridged(now)
    return told("bridged_variant", known or (says_so and not _looks_listed(now)), "token_contract", now.leg.contract)


def _named_as_bridged(now: LegSituation) -> bool:
    """Whether the symbol is a listed one with the affix that bridges put on theirs (``USDC.e``, ``axlUSDC``)."""
    listed = {asset.symbol.upper() for asset in now.books.assets}
    symbol = now.leg.symbol or ""
    found = _BRIDGE_AFFIX.fullmatch(symbol)
    return found is not None and found["base"] in listed and symbol.upper() not in listed


def _looks_listed(now: LegSituation) -> bool:
    listed = {skeleton(asset.symbol) for asset in now.books.assets} | {skeleton(now.all.network.native.symbol)}
    return now.leg.symbol is not None and skeleton(now.leg.symbol) in listed - {""}


def look_alike(now: LegSituation) -> Check:
    """D04: the symbol of a listed asset, or of the network's coin, on a contract that the registry does not know."""
    alike = now.asset is None and now.leg.contract is not None and _looks_listed(now)
    return told("symbol_of_a_listed_asset", alike, "asset_registry", now.leg.contract)


def by_number(now: LegSituation) -> Check:
    """D11: one of TRON's older tokens, named by number."""
    older = (now.leg.contract or "").startswith("trc10:") and not now.listed and now.asset is None
    return told("older_kind_of_token", older, "transfer_kind", now.leg.contract)


def issued(now: LegSituation) -> Check:
    """D14: named by issuer or path, and not in the registry."""
    foreign = now.all.network.family in ISSUED_BY_PATH and now.leg.contract is not None and now.asset is None
    return told("issued_asset", foreign, "asset_registry", now.leg.contract)


def superseded(now: LegSituation) -> Check:
    """D03: the contract before a migration."""
    return told(
        "superseded", now.asset is not None and now.asset.state == "superseded", "asset_registry", now.leg.contract
    )


def delisted(now: LegSituation) -> Check:
    """D02: listed once."""
    return told("delisted", now.asset is not None and now.asset.state == "delisted", "asset_registry", now.leg.contract)


def keeps_a_part(now: LegSituation) -> Check:
    """D06: less arrived than was written down; what arrived counts."""
    moved = now.all.survey.moved.get(now.leg.position)
    less = moved is not None and 0 < moved < now.leg.amount
    return told("kept_a_part", less or bool(now.traits.takes_fee), "balances_before_and_after", now.leg.position)


def unusual_token(now: LegSituation) -> Check:
    """D08: a token whose transfers do not answer as the standard asks, or do not work."""
    unusual = now.traits.returns in ("nothing", "false")  # what it says; whether it pays, the trial shows
    odd = unusual or now.traits.transfer_works is False
    return told("unusual_token", odd and now.asset is None, "trial_transfer", now.leg.contract)


def unlisted(now: LegSituation) -> Check:
    """D01: not in the registry."""
    return told("not_listed", now.asset is None, "asset_registry", now.leg.contract or "native")


ASSET_RULES: tuple[tuple[str, LegCheck], ...] = (
    ("D10", not_fungible),
    ("D18", counted_twice),
    ("D15", from_nobody),
    ("D13", carries_something),
    ("D09", stopped),
    ("D12", nested_account),
    ("D07", rebasing),
    ("D17", receipt_token),
    ("D05", bridged),
    ("D04", look_alike),
    ("D11", by_number),
    ("D14", issued),
    ("D03", superseded),
    ("D02", delisted),
    ("D06", keeps_a_part),
    ("D08", unusual_token),
    ("D01", unlisted),
)
"""The most specific first."""
