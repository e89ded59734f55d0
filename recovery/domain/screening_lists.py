"""Files of sanctioned addresses: which addresses they name, and how each is written on the networks where it can receive. Pure.

Read are: one address a line (``#`` begins a remark); JSON, a list of addresses or of objects ``{address, network, reason}``;
CSV with a column ``address`` and perhaps ``network`` and ``reason``; and the CSV files of OFAC's SDN list, whose remarks name
addresses as "Digital Currency Address - XBT …" (OFAC FAQ 563: up to 256 characters).
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from chains.address import check_address
from chains.catalogue import networks

LARGEST_LIST = 64 * 1024 * 1024
LONGEST_REASON = 500
NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,39}")
VERSION = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:+-]{0,39}")
_OFAC = re.compile(r"Digital Currency Address - ([A-Z0-9]{2,12}) ([^\s;,\"]{10,256})")
_MARK = b"Digital Currency Address - "


class WrongList(ValueError):
    """The file cannot be read as a list; ``code`` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Listed:
    """One entry as written: ``row`` counts from one, ``network`` is empty for any.

    ``currency`` is the symbol the list itself gives, where it does.
    """

    row: int
    address: str
    network: str = ""
    reason: str = ""
    currency: str = ""


def read_list(data: bytes) -> list[Listed]:
    """The entries of a file, repeated ones once. Raises WrongList."""
    if len(data) > LARGEST_LIST:
        raise WrongList("file_too_large")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise WrongList("not_utf8") from None
    found = list({(one.network, one.address): one for one in _entries(text, _MARK in data)}.values())
    if not found:
        raise WrongList("list_is_empty")
    return found


def _entries(text: str, of_ofac: bool) -> Iterator[Listed]:
    if text.lstrip()[:1] in ("[", "{"):
        return _of_json(text)
    if of_ofac:
        return _of_ofac(text)
    first = next((line for line in text.splitlines() if line.strip()), "")
    if "address" in [cell.strip().casefold() for cell in first.split(",")]:
        return _of_csv(text)
    return _of_lines(text)


def _of_lines(text: str) -> Iterator[Listed]:
    for row, line in enumerate(text.splitlines(), 1):
        address = line.partition("#")[0].strip()
        if address:
            yield Listed(row, address)


def _of_json(text: str) -> Iterator[Listed]:
    try:
        whole = json.loads(text)
    except (ValueError, RecursionError):
        raise WrongList("not_json") from None
    rows = whole.get("addresses") if isinstance(whole, dict) else whole
    if not isinstance(rows, list):
        raise WrongList("list_is_malformed")
    for row, entry in enumerate(rows, 1):
        yield _of_object(row, {"address": entry} if isinstance(entry, str) else entry)


def _of_object(row: int, entry: Any) -> Listed:
    if not isinstance(entry, dict):
        raise WrongList("list_is_malformed")
    cells = [entry.get(name) or "" for name in ("address", "network", "reason")]
    if not cells[0] or not all(isinstance(cell, str) for cell in cells):
        raise WrongList("list_is_malformed")
    address, network, reason = (cell.strip() for cell in cells)
    return Listed(row, address, network, _plain(reason))


def _of_csv(text: str) -> Iterator[Listed]:
    try:
        for row, cells in enumerate(csv.DictReader(io.StringIO(text, newline=""), strict=True), 2):
            named = {(name or "").strip().casefold(): cell for name, cell in cells.items() if isinstance(cell, str)}
            if named.get("address", "").strip():
                yield _of_object(row, named)
    except csv.Error:
        raise WrongList("list_is_malformed") from None


def _of_ofac(text: str) -> Iterator[Listed]:
    """Rows begin with the number of the entry; the remarks stand in whichever column the file has them."""
    try:
        for row, cells in enumerate(csv.reader(io.StringIO(text, newline="")), 1):
            for cell in cells:
                for currency, address in _OFAC.findall(cell):
                    yield Listed(row, address, reason=_plain(f"SDN {cells[0].strip()}"), currency=currency)
    except csv.Error:
        raise WrongList("list_is_malformed") from None


def _plain(text: str) -> str:
    return "".join(letter for letter in text if letter.isprintable())[:LONGEST_REASON]


_MORE_SYMBOLS = frozenset({"XBT", "USDT", "USDC", "ARB", "BSC"})
"""What OFAC calls currencies that live on networks known here, beside their own symbols."""


def of_a_known_currency(listed: Listed) -> bool:
    """Whether the address should be readable here: its list names no currency, or one of a network of the catalogue."""
    symbols = {row.native.symbol for row in networks().values()} | _MORE_SYMBOLS
    return not listed.currency or listed.currency in symbols


@lru_cache(maxsize=4096)
def canonical_forms(network: str, address: str) -> tuple[str, ...]:
    """How the address is written on ``network``, or in every way in which it is on some network when none is named.

    Empty when it can receive nowhere: such an entry would match nothing.
    """
    rows = [row for row in networks().values() if row.slug == network] if network else list(networks().values())
    forms = (check_address(row, address).normalised for row in rows)
    return tuple(dict.fromkeys(form for form in forms if form))
