"""Amounts of the books as people read them: with symbol and decimals where those are known, else in base units."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from decimal import Context, Decimal

from flask import Flask
from markupsafe import Markup
from sqlalchemy.orm import Session

from chains.catalogue import networks
from recovery.domain.prices import USD, USD_DECIMALS
from recovery.queries.assets import Named, known_assets, known_contracts
from recovery.web._rendering import amount, native_decimals, native_symbol

DIGITS = Context(prec=12)
"""So many digits of a price are shown; what is computed is computed with the ratio."""

Assets = Mapping[str, Named]
"""Symbol and decimals of assets by their identity."""


def install(app: Flask) -> None:
    """Let templates write an amount of a named asset."""
    app.jinja_env.globals.update(units=units, price_of_one=price_of_one)


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


def price_of_one(numerator: object, denominator: object, reference: str, network: str, name: Named) -> Markup:
    """What one whole unit of an asset costs in its reference; the ratio of base units where nobody knows the decimals."""
    symbol, decimals = name
    of, coin = (USD_DECIMALS, USD) if reference == USD else (native_decimals(network), native_symbol(network))
    if decimals is None or of is None:
        return Markup("{} / {}").format(numerator, denominator)
    value = DIGITS.divide(Decimal(str(numerator)), Decimal(str(denominator))).scaleb(decimals - of).normalize(DIGITS)
    places = max(0, -int(value.as_tuple().exponent))
    return Markup("{} = {}").format(amount(1, 0, symbol), amount(int(value.scaleb(places)), places, coin))
