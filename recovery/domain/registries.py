"""What the exchange tells us, as tables of columns: the CSV header, the API's field names and the rules are all here.

A parser turns one cell into a value or raises :class:`WrongCell` with a stable code. An empty cell means none or
unlimited. What depends on the network (addresses, assets, hashes) is only marked here and put into canonical form by
``services.registry``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

LONGEST_CELL = 1_000
"""Bytes of a cell in UTF-8: a key of two such cells still fits an index."""
SINCE_EVER = datetime(1970, 1, 1, tzinfo=UTC)
"""Stands for an empty ``valid_from``, which is part of a key and so cannot be null; before every chain there is."""
UINT256_MAX = 2**256 - 1

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_AMOUNT = re.compile(r"[0-9]{1,78}")
_SALT = re.compile(r"0x[0-9a-fA-F]{1,64}")


class WrongCell(ValueError):
    """A cell that cannot be taken; ``code`` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Column:
    """One column. ``chain`` is ``address``, ``contract`` or ``hash`` when the network decides the canonical form.

    ``empty`` is the stored value of an empty cell, unless ``required`` refuses it. ``words`` are all values there are,
    where there are few. ``searched`` columns are found by their whole value, and have an index for it.
    """

    name: str
    parse: Callable[[str], Any]
    required: bool = False
    key: bool = False
    empty: Any = None
    chain: str | None = None
    words: tuple[str, ...] = ()
    searched: bool = False


@dataclass(frozen=True)
class Registry:
    """One kind. ``appends``: rows are observations, each kept; none is ever changed or removed.

    ``owned`` names what belongs to one ``account`` at a time, from ``valid_from`` until before ``valid_until``.
    """

    kind: str
    columns: tuple[Column, ...]
    appends: bool = False
    owned: tuple[str, ...] = ()

    @property
    def header(self) -> tuple[str, ...]:
        """The header row."""
        return tuple(column.name for column in self.columns)

    @property
    def key(self) -> tuple[str, ...]:
        """The columns that together name a row."""
        return tuple(column.name for column in self.columns if column.key)

    @property
    def data(self) -> tuple[str, ...]:
        """The other columns: what a row says under its name."""
        return tuple(column.name for column in self.columns if not column.key)

    @property
    def searched(self) -> tuple[str, ...]:
        """The columns a search looks into."""
        return tuple(column.name for column in self.columns if column.searched)


def plain_text(cell: str) -> str:
    """Text of one line."""
    if len(cell) > LONGEST_CELL:
        raise WrongCell("too_long")
    if _CONTROL.search(cell):
        raise WrongCell("control_character")
    if len(cell.encode()) > LONGEST_CELL:
        raise WrongCell("too_long")
    return cell


def amount(cell: str) -> int:
    """Base units as a decimal string, 0 to 2**256-1."""
    if not _AMOUNT.fullmatch(cell) or int(cell) > UINT256_MAX:
        raise WrongCell("not_an_amount")
    return int(cell)


def positive(cell: str) -> int:
    """An amount that is not zero."""
    value = amount(cell)
    if value == 0:
        raise WrongCell("not_an_amount")
    return value


def decimals(cell: str) -> int:
    """Decimal places of an asset."""
    if not re.fullmatch(r"[0-9]{1,2}", cell) or int(cell) > 77:
        raise WrongCell("not_decimals")
    return int(cell)


def moment(cell: str) -> datetime:
    """ISO 8601; without an offset it is UTC, as the column is defined."""
    try:
        value = datetime.fromisoformat(cell)
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
    except (ValueError, OverflowError):
        raise WrongCell("not_a_time") from None


def salt(cell: str) -> str:
    """What CREATE2 mixes into an address (EIP-1014): up to 32 bytes as 0x and hex digits, or the same as a number.

    Whether factory and salt give the very address cannot be checked: that needs the hash of the deployed code as well.
    """
    if not _SALT.fullmatch(cell) and not (_AMOUNT.fullmatch(cell) and int(cell) <= UINT256_MAX):
        raise WrongCell("not_a_salt")
    return cell


def one_of(*words: str) -> Callable[[str], str]:
    """One of these words, exactly."""

    def parse(cell: str) -> str:
        if cell not in words:
            raise WrongCell("not_one_of:" + "|".join(words))
        return cell

    return parse


def _network() -> Column:
    return Column("network", plain_text, required=True, key=True)


def _contract(name: str = "contract", *, key: bool = False, empty: str | None = "", searched: bool = True) -> Column:
    return Column(name, plain_text, key=key, empty=empty, chain="contract", searched=searched)


def _word(name: str, *words: str) -> Column:
    return Column(name, one_of(*words), required=True, words=words)


_KINDS: tuple[Registry, ...] = (
    Registry(
        "accounts",
        (
            Column("account", plain_text, required=True, key=True, searched=True),
            _word("state", "active", "frozen", "closed"),
            Column("locale", plain_text),
            Column("security_changed_at", moment),
        ),
    ),
    Registry(
        "addresses",
        (
            _network(),
            Column("address", plain_text, required=True, key=True, chain="address", searched=True),
            Column("memo", plain_text, key=True, empty=""),
            Column("account", plain_text, key=True, empty="", searched=True),
            _word("kind", "deposit", "shared", "hot", "cold", "gas_tank", "contract"),
            Column("valid_from", moment, key=True, empty=SINCE_EVER),
            Column("valid_until", moment),
            _word("custody", "key", "contract", "multisig", "third_party", "archived"),
            Column("factory", plain_text, chain="address"),
            Column("salt", salt),
            Column("label", plain_text),
        ),
        owned=("network", "address", "memo"),
    ),
    Registry(
        "assets",
        (
            _network(),
            _contract(key=True),
            Column("symbol", plain_text, required=True, searched=True),
            Column("decimals", decimals, required=True),
            _word("state", "listed", "suspended", "delisted", "superseded"),
            Column("deposits_from", moment),
            Column("minimum", amount),
            _contract("superseded_by", empty=None, searched=False),
        ),
    ),
    Registry(
        "credits",
        (
            _network(),
            Column("hash", plain_text, required=True, key=True, chain="hash", searched=True),
            Column("position", plain_text, key=True, empty=""),
            Column("account", plain_text, required=True, searched=True),
            _contract(),
            Column("amount", amount, required=True),
            Column("credited_at", moment, required=True),
        ),
    ),
    Registry(
        "withdrawals",
        (
            _network(),
            Column("hash", plain_text, required=True, key=True, chain="hash", searched=True),
            Column("account", plain_text, required=True, key=True, searched=True),
            _contract(),
            Column("amount", amount, required=True),
            Column("destination", plain_text, required=True, chain="address", searched=True),
            Column("memo", plain_text),
            Column("sent_at", moment, required=True),
        ),
    ),
    Registry(
        "labels",
        (
            _network(),
            Column("address", plain_text, required=True, key=True, chain="address", searched=True),
            Column("platform", plain_text, required=True, searched=True),
            _word("kind", "platform", "bridge", "contract", "sanctioned"),
        ),
    ),
    Registry(
        "prices",
        (
            _network(),
            _contract(key=True),
            _contract("quote_contract", key=True, empty=None, searched=False),
            Column("numerator", positive, required=True, key=True),
            Column("denominator", positive, required=True, key=True),
            Column("source", plain_text, required=True, key=True),
            Column("observed_at", moment, required=True, key=True),
        ),
        appends=True,
    ),
)

REGISTRIES: Mapping[str, Registry] = {registry.kind: registry for registry in _KINDS}
"""Every kind by name, in an order in which they can be imported one after the other."""


def parse_row(registry: Registry, cells: Mapping[str, str]) -> dict[str, Any]:
    """The values of one row. Raises WrongCell with the code ``column: why`` of the first cell that is wrong."""
    values: dict[str, Any] = {}
    for column in registry.columns:
        cell = cells[column.name].strip(" ")
        try:
            values[column.name] = _value(column, cell)
        except WrongCell as wrong:
            raise WrongCell(f"{column.name}: {wrong.code}") from None
    until = values.get("valid_until")
    if until is not None and until <= values["valid_from"]:
        raise WrongCell("valid_until: before_valid_from")
    return values


def _value(column: Column, cell: str) -> Any:
    if cell:
        return column.parse(plain_text(cell))
    if column.required:
        raise WrongCell("required")
    return column.empty


def cell_text(column: Column, value: Any) -> str:
    """A stored value as the cell it came from."""
    if value is None or value == column.empty:
        return ""
    if isinstance(value, datetime):
        text = value.astimezone(UTC).isoformat(timespec="microseconds" if value.microsecond else "seconds")
        return text.replace("+00:00", "Z")
    return str(value)
