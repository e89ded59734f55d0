"""Amounts of the books as people read them: with symbol and decimals where those are known, else in base units."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from flask import Flask
from markupsafe import Markup
from sqlalchemy.orm import Session

from chains.catalogue import networks
from recovery.queries.assets import Named, known_assets, known_contracts
from recovery.web._rendering import amount

Assets = Mapping[str, Named]
"""Symbol and decimals of assets by their identity."""


def install(app: Flask) -> None:
    """Let templates write an amount of a named asset."""
    app.jinja_env.globals.update(units=units)


def assets_named(session: Session, named: Collection[str]) -> Assets:
    """Symbol and decimals of assets by their identity, where they are known; coins of networks as the catalogue has them."""
    own = {one.native.asset: (one.native.symbol, one.native.decimals) for one in networks().values()}
    return known_assets(session, named) | {asset: own[asset] for asset in named if asset in own}


def contracts_named(session: Session, named: Collection[tuple[str, str]]) -> Mapping[tuple[str, str], Named]:
    """The same by network and contract; the network's own coin has an empty one."""
    own = {slug: (one.native.symbol, one.native.decimals) for slug, one in networks().items()}
    coins = {(slug, contract): own[slug] for slug, contract in named if not contract and slug in own}
    return known_contracts(session, [one for one in named if one[1]]) | coins


def units(value: object, asset: str, assets: Assets) -> Markup:
    """An exact amount of base units in whole units of its asset, with the symbol."""
    symbol, decimals = assets.get(asset, (None, None))
    return amount(value, decimals, symbol)
