"""Amounts and assets as the XRP Ledger writes them, read into exact integers. Pure.

XRP counts in drops (10^-6). An issued currency is a currency and its issuer; its values are decimal numbers of up to 16
digits with exponents from -96 to 80, so they are held here in units of 10^-96 and shown in units of 10^-15. A multi-purpose
token (MPT) is named by the 48 digits of its issuance and counts in whole units.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from urllib.parse import quote

from chains.errors import NodeMistaken
from chains.types import Network
from chains.xrpl.address import account, classic

MOST_DROPS = 10**17
SHOWN_DECIMALS = 15

_HELD_DECIMALS = 96
_SHOWN = 10 ** (_HELD_DECIMALS - SHOWN_DECIMALS)
_VALUE = re.compile(r"-?[0-9]{1,40}(?:\.[0-9]{1,96})?(?:[eE][-+]?[0-9]{1,3})?")
_CODE = re.compile(r"[A-Za-z0-9?!@#$%^&*<>(){}\[\]|]{3}")
_HEX_CODE = re.compile(r"[0-9A-Fa-f]{40}")
_STANDARD = re.compile(r"0{24}([0-9A-F]{6})0{10}")
_ISSUANCE = re.compile(r"[0-9A-Fa-f]{48}")
_DIGITS = re.compile(r"[0-9]{1,19}")


@dataclass(frozen=True)
class Asset:
    """What an amount is of. ``code`` and ``issuer`` are of an issued currency, ``issuance`` of an MPT; XRP has neither."""

    code: str | None = None
    issuer: str | None = None
    issuance: str | None = None

    @property
    def contract(self) -> str | None:
        """The asset's identity in registries: ``CODE:ISSUER``, the issuance, ``None`` for XRP."""
        return f"{self.code}:{self.issuer}" if self.code else self.issuance

    def caip(self, network: Network) -> str:
        """CAIP-19, by the namespaces of the ledger's profile; characters that it forbids are percent-encoded."""
        if self.code:
            space = "xls30" if len(self.code) == 40 and self.code.startswith("03") else "token"
            return f"{network.id}/{space}:{quote(self.code, safe='')}.{self.issuer}"
        return f"{network.id}/xls33:{self.issuance}" if self.issuance else network.native.asset

    @property
    def symbol(self) -> str | None:
        """A name for people: the short code, or what the long one spells in ASCII."""
        if self.code is None or len(self.code) == 3:
            return self.code
        spelled = bytes.fromhex(self.code).rstrip(b"\x00")
        return spelled.decode() if spelled and spelled.isascii() and spelled.decode().isprintable() else None

    @property
    def decimals(self) -> int | None:
        """Of issued currencies, in the units shown."""
        return SHOWN_DECIMALS if self.code else None


XRP = Asset()


@dataclass(frozen=True)
class Money:
    """``units`` are drops, whole units of an MPT, or 10^-96 of an issued currency."""

    asset: Asset
    units: int


def shown(asset: Asset, units: int) -> tuple[int, bool]:
    """``units`` as other programs count them, rounded down, and whether anything was lost by that."""
    if not asset.code:
        return units, False
    return units // _SHOWN, units % _SHOWN != 0


def money(value: Any) -> Money:
    """An ``Amount`` of the ledger: drops as text, or an object. Raises :class:`NodeMistaken`."""
    if isinstance(value, str):
        return Money(XRP, drops(value))
    if not isinstance(value, dict):
        raise NodeMistaken("not an amount")
    if "mpt_issuance_id" in value:
        return Money(Asset(issuance=issuance(value["mpt_issuance_id"])), whole(value.get("value")))
    units = exact(value.get("value"))
    if units < 0:
        raise NodeMistaken("an amount below zero")
    return Money(Asset(currency(value.get("currency")), account(value.get("issuer"))), units)


def drops(value: Any) -> int:
    """Drops as the ledger writes them. Raises :class:`NodeMistaken`."""
    number = whole(value)
    if number > MOST_DROPS:
        raise NodeMistaken("more XRP than there is")
    return number


def whole(value: Any) -> int:
    """A whole number of 63 bits written as text. Raises :class:`NodeMistaken`."""
    if not isinstance(value, str) or not _DIGITS.fullmatch(value) or int(value) >= 2**63:
        raise NodeMistaken("not a whole amount")
    return int(value)


def exact(value: Any) -> int:
    """A decimal value in units of 10^-96; a trust line's may be negative. Raises :class:`NodeMistaken`."""
    if not isinstance(value, str) or len(value) > 120 or not _VALUE.fullmatch(value):
        raise NodeMistaken("not a value")
    sign, digits, exponent = Decimal(value).as_tuple()
    mantissa = int("".join(map(str, digits)).rstrip("0") or "0")
    stripped = len(digits) - len("".join(map(str, digits)).rstrip("0")) if mantissa else 0
    power = int(exponent) + stripped + _HELD_DECIMALS
    if mantissa == 0:
        return 0
    if power < 0 or power > 2 * _HELD_DECIMALS or mantissa >= 10**20:
        raise NodeMistaken("a value out of range")
    units: int = mantissa * 10**power
    return -units if sign else units


def currency(value: Any) -> str:
    """A currency in canonical form: three characters, or 40 upper-case digits. Raises :class:`NodeMistaken`."""
    if isinstance(value, str) and _HEX_CODE.fullmatch(value):
        code = value.upper()
        standard = _STANDARD.fullmatch(code)
        if standard:
            spelled = bytes.fromhex(standard[1]).decode("latin-1")
            return spelled if _CODE.fullmatch(spelled) and spelled != "XRP" else code
        return code
    if not isinstance(value, str) or not _CODE.fullmatch(value) or value == "XRP":
        raise NodeMistaken("not a currency")
    return value


def issuance(value: Any) -> str:
    """The name of an MPT: a sequence number and its issuer's account, in hexadecimal. Raises :class:`NodeMistaken`."""
    if not isinstance(value, str) or not _ISSUANCE.fullmatch(value):
        raise NodeMistaken("not an issuance")
    return value.upper()


def issuer_of(asset: Asset) -> str | None:
    """Who answers for ``asset``; nobody does for XRP."""
    if asset.issuance:
        return classic(bytes.fromhex(asset.issuance)[4:])
    return asset.issuer


def asset_identity(network: Network, text: str) -> str | None:
    """``CODE:ISSUER`` (a long code in 40 upper-case digits), or the 48 digits of an MPT's issuance; ``None`` for XRP and others.

    Also with a point or a slash between the two, as explorers write it. Collections of non-fungible tokens go by their issuer.
    """
    for mark in ":./":
        code, found, issuer = text.rpartition(mark)
        if found:
            break
    try:
        if found:
            return Asset(currency(_long_code(code)), account(issuer)).contract
        return issuance(text) if _ISSUANCE.fullmatch(text) else account(text)
    except NodeMistaken:
        return None


def _long_code(code: str) -> str:
    """A code of four to twenty letters as the forty digits that the ledger has for it; others as they are."""
    if not 4 <= len(code) <= 20 or not code.isascii() or not code.isprintable():
        return code
    return code.encode().hex().ljust(40, "0")
