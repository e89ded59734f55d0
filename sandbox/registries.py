"""The exchange's registries for the sample world, as the CSV files the product imports."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sandbox.cast import ACCOUNTS, FROZEN, MEMO_NETWORK, MEMOS, NETWORK, PLATFORM, SECOND_NETWORK
from sandbox.deposits import TOKENS
from sandbox.files import write_whole

SINCE = "2024-01-01T00:00:00Z"
"""Since when the sample addresses and listings are valid: before any deposit was made."""

# Wei per base unit of a token, as numerator and denominator: 2 000 MDW or CRMB, or 2 500 SUSD, are worth one native coin.
_PRICES = {"MDW": (1, 2_000), "CRMB": (1, 2_000), "SUSD": (400_000_000, 1)}

Row = Sequence[str]


def write_registries(folder: Path, world: Mapping[str, Any]) -> dict[str, Path]:
    """Writes ``<kind>.csv`` for every kind; the paths by kind, in the order in which they must be imported."""
    written = {}
    for kind, (columns, rows) in _KINDS.items():
        text = io.StringIO(newline="")
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(rows(world))
        written[kind] = folder / f"{kind}.csv"
        write_whole(written[kind], text.getvalue(), mode=0o644)
    return written


def utc(moment: datetime) -> str:
    """ISO 8601 with ``Z``, whole seconds."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _accounts(world: Mapping[str, Any]) -> list[Row]:
    return [(account, "frozen" if account == FROZEN else "active", "en", "") for account in ACCOUNTS]


def _addresses(world: Mapping[str, Any]) -> list[Row]:
    wallets, deposit_addresses = world["wallets"], world["deposit_addresses"]
    kinds = {"gas_tank": "gas_tank", "recovery_wallet": "hot", "hot": "hot"}
    labels = {"gas_tank": "gas tank", "recovery_wallet": "recovery wallet", "hot": "exchange hot wallet"}
    rows = [_address(address, account, "deposit", "") for account, address in deposit_addresses.items()]
    rows += [_address(address, account, "deposit", "") for account, address in world["coin_addresses"].items()]
    rows += [_address(wallets[name], "", kind, labels[name]) for name, kind in kinds.items()]
    if shared := world.get("shared_address"):
        rows += [_shared(shared, memo, account) for account, memo in MEMOS.items()]
    return rows


def _address(address: str, account: str, kind: str, label: str) -> Row:
    return (NETWORK, address, "", account, kind, SINCE, "", "key", "", "", label)


def _shared(address: str, memo: str, account: str) -> Row:
    return (MEMO_NETWORK, address, memo, account, "shared", SINCE, "", "key", "", "", "shared deposit address")


def _assets(world: Mapping[str, Any]) -> list[Row]:
    rows: list[Row] = [(NETWORK, "", "ETH", "18", "listed", SINCE, "", "")]
    for network, contracts in ((NETWORK, world["contracts"]), (SECOND_NETWORK, world.get("second_contracts", {}))):
        rows += [
            (network, contracts[token.symbol], token.symbol, str(token.decimals), "listed", SINCE, "", "")
            for token in TOKENS
            if token.listed and token.symbol in contracts
        ]
    if world.get("shared_address"):
        rows.append((MEMO_NETWORK, "", "XLM", "7", "listed", SINCE, "", ""))
    return rows


def _credits(world: Mapping[str, Any]) -> list[Row]:
    return [
        (
            NETWORK,
            deposit["hash"],
            deposit["position"] or "",
            deposit["account"],
            deposit["contract"] or "",
            deposit["amount"],
            world["made_at"],
        )
        for deposit in world["deposits"]
        if deposit["kind"] == "credited"
    ]


def _withdrawals(world: Mapping[str, Any]) -> list[Row]:
    return [
        (
            NETWORK,
            withdrawal["hash"],
            withdrawal["account"],
            withdrawal["contract"],
            withdrawal["amount"],
            withdrawal["destination"],
            "",
            withdrawal["sent_at"],
        )
        for withdrawal in world["withdrawals"]
    ]


def _labels(world: Mapping[str, Any]) -> list[Row]:
    return [(NETWORK, one["destination"], PLATFORM, "platform") for one in world["withdrawals"]]


def _prices(world: Mapping[str, Any]) -> list[Row]:
    now = utc(datetime.now(UTC))
    return [
        (NETWORK, world["contracts"][symbol], "", str(numerator), str(denominator), "sample-world", now)
        for symbol, (numerator, denominator) in _PRICES.items()
    ]


_KINDS: dict[str, tuple[Row, Callable[[Mapping[str, Any]], list[Row]]]] = {
    "accounts": (("account", "state", "locale", "security_changed_at"), _accounts),
    "addresses": (
        (
            *("network", "address", "memo", "account", "kind", "valid_from", "valid_until"),
            *("custody", "factory", "salt", "label"),
        ),
        _addresses,
    ),
    "assets": (
        ("network", "contract", "symbol", "decimals", "state", "deposits_from", "minimum", "superseded_by"),
        _assets,
    ),
    "credits": (("network", "hash", "position", "account", "contract", "amount", "credited_at"), _credits),
    "withdrawals": (
        ("network", "hash", "account", "contract", "amount", "destination", "memo", "sent_at"),
        _withdrawals,
    ),
    "labels": (("network", "address", "platform", "kind"), _labels),
    "prices": (
        ("network", "contract", "quote_contract", "numerator", "denominator", "source", "observed_at"),
        _prices,
    ),
}
