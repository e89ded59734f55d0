"""Assets and amounts of Stellar. Pure. Amounts are decimal texts with seven places in Horizon, integers of 64 bits in XDR."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from chains.errors import NodeMistaken
from chains.stellar.address import CONTRACT, account, holder, strkey
from chains.types import Network

DECIMALS = 7
_AMOUNT = re.compile(r"([0-9]{1,32})\.([0-9]{7})")
_CODE = re.compile(r"[A-Za-z0-9]{1,12}")


@dataclass(frozen=True)
class Asset:
    """A classic asset (``code`` and ``issuer``), a contract's own token (``contract_id``), or lumens, which have neither."""

    code: str | None = None
    issuer: str | None = None
    contract_id: str | None = None

    @property
    def contract(self) -> str | None:
        """The asset's identity in registries: ``CODE:ISSUER``, the contract, ``None`` for lumens."""
        return f"{self.code}:{self.issuer}" if self.code else self.contract_id

    @property
    def symbol(self) -> str | None:
        """The code, for people."""
        return self.code

    @property
    def decimals(self) -> int | None:
        """Seven for classic assets; a contract's token says itself, and nobody is asked."""
        return None if self.contract_id else DECIMALS

    def caip(self, network: Network) -> str:
        """CAIP-19, by the namespaces of Stellar's profile."""
        if self.code:
            return f"{network.id}/asset:{quote(self.code, safe='')}-{self.issuer}"
        return f"{network.id}/sep41:{self.contract_id}" if self.contract_id else network.native.asset


LUMENS = Asset()


def amount(text: Any) -> int:
    """A decimal text in units of 10^-7. Raises :class:`NodeMistaken`."""
    match = _AMOUNT.fullmatch(text) if isinstance(text, str) else None
    if match is None:
        raise NodeMistaken("not an amount")
    return int(match[1] + match[2])


def issued(code: Any, issuer: Any) -> Asset:
    """A classic asset. Raises :class:`NodeMistaken`."""
    if not isinstance(code, str) or not _CODE.fullmatch(code):
        raise NodeMistaken("not an asset code")
    return Asset(code, account(issuer))


def named(text: Any) -> Asset:
    """An asset as effects and events write it: ``native`` or ``CODE:ISSUER``. Raises :class:`NodeMistaken`."""
    if text == "native":
        return LUMENS
    if not isinstance(text, str) or text.count(":") != 1:
        raise NodeMistaken("not an asset")
    return issued(*text.split(":"))


def of_record(record: Mapping[str, Any]) -> Asset:
    """The asset of an operation's record. Raises :class:`NodeMistaken`."""
    if record.get("asset_type") == "native":
        return LUMENS
    if record.get("asset_type") not in ("credit_alphanum4", "credit_alphanum12"):
        raise NodeMistaken("not an asset")
    return issued(record.get("asset_code"), record.get("asset_issuer"))


def own_contract(asset: Asset, passphrase: str) -> str:
    """The contract through which a classic asset moves in contracts (its Stellar Asset Contract), which follows from it."""
    from stellar_sdk import Asset as SdkAsset

    known = SdkAsset.native() if asset == LUMENS else SdkAsset(str(asset.code), asset.issuer)
    return known.contract_id(passphrase)


def contract_text(raw: bytes) -> str:
    """The text of a contract's 32 bytes."""
    return strkey(CONTRACT, raw)


def asset_identity(network: Network, text: str) -> str | None:
    """``CODE:ISSUER`` (also with a hyphen, as explorers write it), or the contract of a token that is no classic asset.

    The contract through which a classic asset moves says nothing of which one it is. ``None`` for lumens and what is none.
    """
    code, mark, issuer = text.replace("-", ":", 1).partition(":")
    try:
        if mark:
            return issued(code, issuer.strip()).contract
        holder_, number = holder(text)
    except NodeMistaken:
        return None
    return holder_ if holder_.startswith("C") and number is None else None
