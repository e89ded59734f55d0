"""What assets are called and how many decimals they have, as far as cases, quotes and the registry tell it."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Select, func, select, tuple_, union_all
from sqlalchemy.orm import Session

from recovery.models import Claim, ListedAsset, Quote

Named = tuple[str | None, int | None]
"""Symbol and decimals. No decimals where nobody told them, or where two told different ones."""
MOST_CONTRACTS = 500


def known_assets(session: Session, named: Collection[str]) -> dict[str, Named]:
    """Symbol and decimals of assets by their identity, as claims and quotes had them."""
    told = union_all(*(_told(table, named) for table in (Claim, Quote))).subquery()
    rows = session.execute(
        select(told.c.asset, func.max(told.c.symbol), func.max(told.c.decimals), func.min(told.c.decimals)).group_by(
            told.c.asset
        )
    )
    return {asset: (symbol, most if most == least else None) for asset, symbol, most, least in rows}


def _told(table: type[Claim | Quote], named: Collection[str]) -> Select[str, str | None, int | None]:
    return select(table.asset, table.symbol, table.decimals).where(table.asset.in_(list(named))).distinct()


def known_contracts(session: Session, named: Collection[tuple[str, str]]) -> dict[tuple[str, str], Named]:
    """The same by network and contract; the registry of listed assets goes before claims."""
    found: dict[tuple[str, str], Named] = {}
    for table in (Claim, ListedAsset):
        rows = session.execute(
            select(
                table.network,
                table.contract,
                func.max(table.symbol),
                func.max(table.decimals),
                func.min(table.decimals),
            )
            .where(tuple_(table.network, table.contract).in_(list(named)[:MOST_CONTRACTS]))
            .group_by(table.network, table.contract)
        )
        found |= {
            (slug, contract or ""): (symbol, most if most == least else None)
            for slug, contract, symbol, most, least in rows
        }
    return found
