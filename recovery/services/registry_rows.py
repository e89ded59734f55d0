"""One row of a registry in canonical form, wherever it came from: a CSV file, a token list, a form or the API."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chains.address import check_address
from chains.asset import check_asset
from chains.catalogue import networks
from chains.families import family
from chains.types import Network
from recovery.domain.registries import Registry, WrongCell, parse_row

MAY_CARRY_MEMO = ("address", "destination")
"""Columns whose address may have its memo inside; the row's own memo column then takes it."""


def good_row(registry: Registry, cells: Mapping[str, str]) -> dict[str, Any]:
    """The values of a row as they are stored. Raises WrongCell with the code ``column: why``."""
    row = parse_row(registry, cells)
    if "network" not in row:
        return row
    network = networks().get(row["network"])
    if network is None:
        raise WrongCell("network: unknown_network")
    for column in registry.columns:
        if column.chain is not None and row[column.name]:
            try:
                if column.name in MAY_CARRY_MEMO and "memo" in row and network.memo != "none":
                    row["memo"] = _memo_with(network, row[column.name], row["memo"])
                row[column.name] = _canonical(network, column.chain, row[column.name])
            except WrongCell as wrong:
                raise WrongCell(f"{column.name}: {wrong.code}") from None
    return row


def _memo_with(network: Network, cell: str, memo: Any) -> Any:
    """The memo of a row whose address may carry one inside; two that differ are refused."""
    inside = check_address(network, cell).memo
    if inside is not None and memo not in (None, "", inside):
        raise WrongCell("memo_conflict")
    return memo if inside is None else inside


def _canonical(network: Network, what: str, cell: str) -> str:
    """An address, asset or hash as the network writes it."""
    if what == "hash":
        found = family(network.family).hash_candidate(network, cell)
        if found is None:
            raise WrongCell("not_a_hash")
        return found
    if what == "contract":
        asset = check_asset(network, cell)
        if asset is None:
            mistyped = check_address(network, cell).reason == "bad_checksum"
            raise WrongCell("bad_checksum" if mistyped else "no_such_asset")
        return asset
    check = check_address(network, cell)
    if check.normalised is None or not check.valid:
        raise WrongCell(check.reason or "not_an_address")
    return check.normalised
